//! Confirming: by page and by API, in time and late, once.

use super::*;
use crate::app::claims;
use countersign_core::action::Refusal;
use countersign_core::proof::Answer;
use countersign_core::verification::CheckOutcome;

const ALL: &[Factor] = &[Factor::Email, Factor::Sms, Factor::Totp, Factor::TradingPassword];

#[tokio::test]
async fn a_small_withdrawal_by_app_and_trading_password_is_redeemed_once() {
    let house = House::new().await;
    let person = house.person(ALL).await;
    let action = house.claimed(&person, "0.05", "k1").await;
    assert!(action.any_of.contains(&vec![Factor::Totp, Factor::TradingPassword]));
    assert!(house.view(action.id).await.assertion.is_none());
    assert!(house.done(action.id, both(&person, &house.totp(&person))).await.is_none());
    let view = house.view(action.id).await;
    let claims = claims(view.assertion.as_deref().unwrap());
    assert_eq!(claims["aud"], EXCHANGE);
    assert_eq!(claims["amr"], serde_json::json!(["trading_password", "totp"]));
    assert_eq!(claims["acr"], "multi");
    let mut other = view.clone();
    other.action.digest = DetailsDigest([1; 32]);
    assert_eq!(house.redeem(&other, "r1").await, Redeemed::DigestMismatch);
    assert!(matches!(house.redeem(&view, "r1").await, Redeemed::Yes(_)));
    assert!(matches!(house.redeem(&view, "r1").await, Redeemed::Yes(_)), "the same key gets the same answer");
    assert_eq!(house.redeem(&view, "r2").await, Redeemed::Used);
    assert_eq!(house.view(action.id).await.assertion, None);
}

#[tokio::test]
async fn a_tenth_of_a_bitcoin_takes_an_sms_code_too_and_by_api_as_well() {
    let house = House::new().await;
    let person = house.person(ALL).await;
    let (action, _) = house.opened(withdrawal(&person, "0.1", "BTC", "k1")).await;
    assert!(action.any_of.iter().all(|set| set.contains(&Factor::Sms)));
    let (flows, service_id) = (&house.flows, house.service_id);
    let answers = both(&person, &house.totp(&person));
    let first = flows.prove_by_api(service_id, action.id, answers, caller()).await.unwrap();
    assert!(matches!(first, ProveOutcome::Open { sent: None, .. }), "no code leaves for an API by itself");
    let sent = flows.send_action_code(service_id, action.id, Factor::Sms, None, caller()).await.unwrap();
    assert_eq!(sent, ActionSend::Sent);
    let message = house.post().await.pop().unwrap();
    let Body::Code { code, amount, payee, fingerprint, .. } = message.body else { panic!("not a code") };
    assert_eq!(amount.as_deref(), Some("0.1 BTC"));
    assert!(payee.unwrap().starts_with("bc1qar0"));
    assert_eq!(fingerprint.unwrap(), house.view(action.id).await.fingerprint);
    let last = flows.prove_by_api(service_id, action.id, code_answer(&code), caller()).await.unwrap();
    assert!(matches!(last, ProveOutcome::Done { effect: None, .. }));
    assert!(matches!(house.redeem(&house.view(action.id).await, "r1").await, Redeemed::Yes(_)));
}

#[tokio::test]
async fn one_time_code_opens_one_action_however_many_ask_at_once() {
    let house = House::new().await;
    let person = house.person(ALL).await;
    let mut ids = Vec::new();
    for number in 0..8 {
        let (action, _) = house.opened(withdrawal(&person, "0.05", "BTC", &format!("k{number}"))).await;
        let answers = trading_answer(&person);
        house.flows.prove_by_api(house.service_id, action.id, answers, caller()).await.unwrap();
        ids.push(action.id);
    }
    let typed = house.totp(&person);
    let tasks: Vec<_> = ids
        .into_iter()
        .map(|id| {
            let (flows, service_id, answers) = (house.flows.clone(), house.service_id, totp_answer(&typed));
            tokio::spawn(async move { flows.prove_by_api(service_id, id, answers, caller()).await })
        })
        .collect();
    let mut done = 0;
    for task in tasks {
        done += usize::from(matches!(task.await.unwrap().unwrap(), ProveOutcome::Done { .. }));
    }
    assert_eq!(done, 1);
    house.later(30);
    let (action, _) = house.opened(withdrawal(&person, "0.05", "BTC", "later")).await;
    house.flows.prove_by_api(house.service_id, action.id, trading_answer(&person), caller()).await.unwrap();
    // Still within the window of two steps, and used.
    let again =
        house.flows.prove_by_api(house.service_id, action.id, totp_answer(&typed), caller()).await.unwrap();
    assert!(!matches!(again, ProveOutcome::Done { .. }));
}

#[tokio::test]
async fn another_browser_has_neither_page_nor_answers_nor_codes() {
    let house = House::new().await;
    let person = house.person(ALL).await;
    let (action, link) = house.opened(withdrawal(&person, "0.05", "BTC", "k1")).await;
    let (flows, service_id, id) = (&house.flows, house.service_id, action.id);
    assert!(matches!(
        flows.claim_confirm_page(service_id, id, &link, BROWSER).await.unwrap(),
        ConfirmLook::Own(_)
    ));
    let thief = "another browser";
    assert!(matches!(
        flows.claim_confirm_page(service_id, id, &link, thief).await.unwrap(),
        ConfirmLook::Taken
    ));
    assert!(matches!(flows.confirm_page(service_id, id, thief).await.unwrap(), ConfirmLook::Taken));
    let answers = both(&person, &house.totp(&person));
    let stolen = flows.prove_on_page(service_id, id, thief, answers.clone(), caller()).await.unwrap();
    assert!(matches!(stolen, ProveOutcome::Gone));
    let by_api = flows.prove_by_api(service_id, id, answers.clone(), caller()).await.unwrap();
    assert!(matches!(by_api, ProveOutcome::Gone), "two doors at once");
    assert_eq!(
        flows.send_on_confirm_page(service_id, id, thief, None, caller()).await.unwrap(),
        ActionSend::Gone
    );
    assert!(!flows.act_on_confirm_page(service_id, id, thief, ConfirmAct::Decline, caller()).await.unwrap());
    house.done(id, answers).await;
}

#[tokio::test]
async fn a_code_serves_only_the_action_it_was_sent_for() {
    let house = House::new().await;
    let person = house.person(&[Factor::Email, Factor::Sms, Factor::TradingPassword]).await;
    let one = house.claimed(&person, "0.05", "k1").await;
    let two = house.claimed(&person, "0.06", "k2").await;
    assert!(matches!(
        house.answer(one.id, trading_answer(&person)).await,
        ProveOutcome::Open { sent: Some(_), .. }
    ));
    let first = house.code().await;
    assert!(matches!(
        house.answer(two.id, trading_answer(&person)).await,
        ProveOutcome::Open { sent: Some(_), .. }
    ));
    let second = house.code().await;
    let ProveOutcome::Open { answers, .. } = house.answer(two.id, code_answer(&first)).await else {
        panic!()
    };
    assert!(matches!(
        answers[..],
        [(Factor::Sms, Judged::Code(CodeAnswer::Judged(CheckOutcome::Wrong { .. })))]
    ));
    house.done(two.id, code_answer(&second)).await;
    // A newer code for the same purpose has taken the place of the first.
    assert!(!matches!(house.answer(one.id, code_answer(&first)).await, ProveOutcome::Done { .. }));
}

#[tokio::test]
async fn the_last_moment_counts_and_the_deadline_does_not() {
    let house = House::new().await;
    let person = house.person(ALL).await;
    let (in_time, late) =
        (house.claimed(&person, "0.05", "k1").await, house.claimed(&person, "0.05", "k2").await);
    house.clock.pass(119_999);
    house.done(in_time.id, both(&person, &house.totp(&person))).await;
    house.clock.pass(1);
    assert!(matches!(house.answer(late.id, both(&person, &house.totp(&person))).await, ProveOutcome::Gone));
    assert_eq!(
        house.view(late.id).await.action.reason,
        Some(CancelReason::TimedOut),
        "over for whoever looks"
    );
    assert_eq!(house.flows.end_overdue_actions().await.unwrap(), 1);
    let view = house.view(in_time.id).await;
    house.clock.pass(59_998);
    assert!(house.view(in_time.id).await.assertion.is_some());
    house.clock.pass(1);
    assert_eq!(house.view(in_time.id).await.assertion, None);
    assert_eq!(house.redeem(&view, "r1").await, Redeemed::Expired);
    assert_eq!(house.view(in_time.id).await.action.status, ActionStatus::Lapsed);
}

#[tokio::test]
async fn more_time_is_given_once() {
    let house = House::new().await;
    let person = house.person(ALL).await;
    let action = house.claimed(&person, "0.05", "k1").await;
    let more = || {
        house.flows.act_on_confirm_page(house.service_id, action.id, BROWSER, ConfirmAct::MoreTime, caller())
    };
    house.later(100);
    assert!(more().await.unwrap());
    assert!(!more().await.unwrap());
    house.clock.pass(139_999);
    house.done(action.id, both(&person, &house.totp(&person))).await;
}

#[tokio::test]
async fn the_same_request_leads_to_the_same_action_by_a_new_link_until_it_is_taken() {
    let house = House::new().await;
    let person = house.person(ALL).await;
    let new = withdrawal(&person, "0.05", "BTC", "k1");
    let (first, old) = house.opened(new.clone()).await;
    let (second, link) = house.opened(new.clone()).await;
    assert!(first.id == second.id && old != link);
    let (flows, service_id, id) = (&house.flows, house.service_id, first.id);
    assert!(matches!(
        flows.claim_confirm_page(service_id, id, &old, BROWSER).await.unwrap(),
        ConfirmLook::Unknown
    ));
    assert!(matches!(
        flows.claim_confirm_page(service_id, id, &link, BROWSER).await.unwrap(),
        ConfirmLook::Own(_)
    ));
    assert!(matches!(flows.open_action(service_id, new.clone()).await.unwrap(), ActionOpen::Again(_)));
    let other = withdrawal(&person, "0.06", "BTC", "k1");
    assert!(matches!(flows.open_action(service_id, other).await.unwrap(), ActionOpen::KeyReused));
    let mut astray = withdrawal(&person, "0.05", "BTC", "k2");
    astray.return_url = Some("https://exchange.example.evil.example/".to_owned());
    assert!(matches!(flows.open_action(service_id, astray).await.unwrap(), ActionOpen::ReturnUrl));
}

#[tokio::test]
async fn five_wrong_codes_of_the_app_lock_it_for_every_action_and_another_way_stays() {
    let house = House::new().await;
    let person = house.person(ALL).await;
    let action = house.claimed(&person, "0.05", "k1").await;
    let wrong = if house.totp(&person) == "000000" { "000001" } else { "000000" };
    for left in [4, 3, 2, 1] {
        let ProveOutcome::Open { answers, .. } = house.answer(action.id, totp_answer(wrong)).await else {
            panic!()
        };
        assert_eq!(answers, [(Factor::Totp, Judged::Proof(Answer::Wrong { left }))]);
    }
    let ProveOutcome::Open { answers, .. } = house.answer(action.id, totp_answer(wrong)).await else {
        panic!()
    };
    assert!(matches!(answers[..], [(Factor::Totp, Judged::Proof(Answer::LockedNow { .. }))]));
    let other = house.claimed(&person, "0.05", "k2").await;
    let ProveOutcome::Open { answers, .. } = house.answer(other.id, totp_answer(&house.totp(&person))).await
    else {
        panic!("a locked factor was used")
    };
    assert!(matches!(answers[..], [(Factor::Totp, Judged::Proof(Answer::Refused(_)))]));
    assert!(matches!(
        house.answer(action.id, trading_answer(&person)).await,
        ProveOutcome::Open { sent: Some(_), .. }
    ));
    house.done(action.id, code_answer(&house.code().await)).await;
}

#[tokio::test]
async fn factors_that_are_missing_are_named_and_a_changed_sim_ends_large_withdrawals() {
    let house = House::new().await;
    let bare = house.person(&[Factor::Email]).await;
    let refused =
        house.flows.open_action(house.service_id, withdrawal(&bare, "0.05", "BTC", "k1")).await.unwrap();
    let ActionOpen::Refused(Refusal::FactorsMissing(missing)) = refused else { panic!("{refused:?}") };
    assert!(missing.contains(&Factor::TradingPassword));
    let person = house.person(ALL).await;
    let mut swapped = withdrawal(&person, "0.1", "BTC", "k2");
    swapped.context.sim_changed = Signal::Yes;
    let refused = house.flows.open_action(house.service_id, swapped).await.unwrap();
    assert!(matches!(refused, ActionOpen::Refused(Refusal::Policy)));
    let mut small = withdrawal(&person, "0.05", "BTC", "k3");
    small.context.sim_changed = Signal::Yes;
    let (action, _) = house.opened(small).await;
    assert!(action.any_of.iter().all(|set| !set.contains(&Factor::Sms)), "no code to a SIM that was changed");
}
