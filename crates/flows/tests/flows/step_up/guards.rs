//! Holds, freezes, rates and clocks: what stops value although every answer was right.

use super::*;
use countersign_core::action::Refusal;
use countersign_core::amount::{Amount, Rate};
use countersign_core::time::seconds;

const ALL: &[Factor] = &[Factor::Email, Factor::Sms, Factor::Totp, Factor::TradingPassword];
const DAY: i64 = 86_400_000;

/// Changes the trading password, with everything that takes.
async fn change_trading_password(house: &House, person: &mut Person) {
    let cookie = house.session(person).await;
    let token = house.may_set(&cookie, Setting::TradingPasswordChange).await;
    let signed_in = house.signed_in(&cookie).await.unwrap();
    let set = house.flows.set_trading_password(&signed_in, &token, "618340", caller()).await.unwrap();
    assert_eq!(set, SecretSet::Set);
    person.trading = Some("618340".to_owned());
    house.post().await;
}

#[tokio::test]
async fn a_hold_that_began_in_between_ends_pending_and_authorised_actions() {
    let house = House::new().await;
    let mut person = house.person(ALL).await;
    let authorised = house.claimed(&person, "0.05", "k1").await;
    house.done(authorised.id, both(&person, &house.totp(&person))).await;
    let view = house.view(authorised.id).await;
    let pending = house.claimed(&person, "0.05", "k2").await;
    change_trading_password(&house, &mut person).await;
    house.later(30);
    let outcome = house.answer(pending.id, both(&person, &house.totp(&person))).await;
    let ProveOutcome::Refused(Refusal::Held { cause, until }) = outcome else { panic!("{outcome:?}") };
    assert_eq!(cause, HoldCause::TradingPasswordChanged);
    assert_eq!(house.view(pending.id).await.action.reason, Some(CancelReason::Held));
    assert!(matches!(house.redeem(&view, "r1").await, Redeemed::Refused(Refusal::Held { .. })));
    assert_eq!(house.view(authorised.id).await.action.status, ActionStatus::Canceled);
    house.clock.pass(until.unix_ms() - house.now().unix_ms() - 1);
    let refused =
        house.flows.open_action(house.service_id, withdrawal(&person, "0.05", "BTC", "k3")).await.unwrap();
    assert!(matches!(refused, ActionOpen::Refused(Refusal::Held { .. })), "the last millisecond is held");
    house.clock.pass(1);
    house.claimed(&person, "0.05", "k4").await;
}

#[tokio::test]
async fn every_exit_waits_until_the_very_end_of_a_day() {
    let house = House::new().await;
    let mut person = house.person(ALL).await;
    change_trading_password(&house, &mut person).await;
    let exits = ActionKind::ALL.iter().copied().filter(|kind| !kind.is_own());
    let open = async |kind: ActionKind, at: &str| {
        let mut new = withdrawal(&person, "0.05", "BTC", &format!("{} {at}", kind.as_str()));
        new.kind = kind;
        for (name, text) in [("payee", "Bob"), ("label", "bot"), ("scopes", "trade")] {
            new.details.0.insert(name.to_owned(), text.to_owned());
        }
        house.flows.open_action(house.service_id, new).await.unwrap()
    };
    house.clock.pass(DAY - 1_000);
    let mut held = 0;
    for kind in exits.clone() {
        let opened = open(kind, "23:59:59").await;
        let may_open = matches!(kind, ActionKind::SignIn | ActionKind::PasswordReset);
        let is_held = matches!(opened, ActionOpen::Refused(Refusal::Held { .. }));
        assert_eq!(is_held, !may_open, "{kind:?}: {opened:?}");
        held += usize::from(is_held);
    }
    assert_eq!(held, 10);
    house.clock.pass(1_000);
    for kind in exits {
        assert!(matches!(open(kind, "24:00:00").await, ActionOpen::Opened(..)), "{kind:?}");
    }
}

#[tokio::test]
async fn a_clock_that_is_set_ends_no_hold_early_and_keeps_no_code_alive() {
    let house = House::new().await;
    let mut person = house.person(ALL).await;
    let action = house.claimed(&person, "0.1", "k0").await;
    assert!(matches!(
        house.answer(action.id, both(&person, &house.totp(&person))).await,
        ProveOutcome::Open { sent: Some(ActionSend::Sent), .. }
    ));
    let code = house.code().await;
    house.clock.set_wall(-3_600_000);
    house.later(120);
    assert!(
        matches!(house.answer(action.id, code_answer(&code)).await, ProveOutcome::Gone),
        "set back an hour"
    );
    house.clock.set_wall(0);
    change_trading_password(&house, &mut person).await;
    let is_held = async |key: &str| {
        let new = withdrawal(&person, "0.05", "BTC", key);
        let opened = house.flows.open_action(house.service_id, new).await.unwrap();
        matches!(opened, ActionOpen::Refused(Refusal::Held { .. }))
    };
    house.clock.set_wall(3 * DAY);
    assert!(is_held("set forward three days").await);
    house.clock.set_wall(-DAY);
    house.clock.pass(DAY);
    assert!(is_held("set back a day").await, "a day behind, nobody knows that a day has passed");
    house.clock.set_wall(0);
    house.clock.pass(DAY);
    assert!(!is_held("a day has passed, whatever the clock said").await);
}

#[tokio::test]
async fn freezing_ends_everything_and_its_link_works_signed_out() {
    let house = House::new().await;
    let mut person = house.person(ALL).await;
    change_trading_password(&house, &mut person).await;
    house.clock.pass(DAY);
    let cookie = house.session(&person).await;
    let authorised = house.claimed(&person, "0.05", "k1").await;
    house.done(authorised.id, both(&person, &house.totp(&person))).await;
    let view = house.view(authorised.id).await;
    let pending = house.claimed(&person, "0.05", "k2").await;
    let signed_in = house.signed_in(&cookie).await.unwrap();
    assert_eq!(house.flows.freeze(&signed_in, caller()).await.unwrap(), FreezeLink::Frozen);
    assert!(house.signed_in(&cookie).await.is_none(), "every session ends");
    for id in [authorised.id, pending.id] {
        assert_eq!(house.view(id).await.action.reason, Some(CancelReason::Frozen));
    }
    assert_eq!(house.redeem(&view, "r1").await, Redeemed::Invalid);
    let refused =
        house.flows.open_action(house.service_id, withdrawal(&person, "0.05", "BTC", "k3")).await.unwrap();
    assert!(matches!(refused, ActionOpen::Refused(Refusal::Frozen)));
    // Opened again by strong proof, and held from then on.
    let cookie = house.session(&person).await;
    let unfreeze = house.wants(&cookie, Setting::Unfreeze).await;
    house.post().await;
    assert!(matches!(house.proves_by_codes(&unfreeze).await, Effect::Changed(Setting::Unfreeze)));
    let refused =
        house.flows.open_action(house.service_id, withdrawal(&person, "0.05", "BTC", "k4")).await.unwrap();
    assert!(matches!(refused, ActionOpen::Refused(Refusal::Held { cause: HoldCause::Unfrozen, .. })));
    let (_, link) = house.post().await.iter().find_map(crate::house::notice_in).unwrap();
    assert_eq!(house.flows.freeze_link(house.service_id, &link).await.unwrap(), FreezeLink::Open);
    assert_eq!(
        house.flows.freeze_by_link(house.service_id, &link, caller()).await.unwrap(),
        FreezeLink::Frozen
    );
    assert_eq!(
        house.flows.freeze_link(house.service_id, "aaaaaaaaaaaaaaaa").await.unwrap(),
        FreezeLink::Unknown
    );
}

#[tokio::test]
async fn what_the_relying_party_froze_its_holder_cannot_open_even_if_frozen_before() {
    let house = House::new().await;
    let person = house.person(ALL).await;
    let cookie = house.session(&person).await;
    let signed_in = house.signed_in(&cookie).await.unwrap();
    house.flows.freeze(&signed_in, caller()).await.unwrap();
    house.flows.set_account_status(house.service_id, person.id, AccountStatus::Frozen).await.unwrap();
    house.post().await;
    let cookie = house.session(&person).await;
    let unfreeze = house.wants(&cookie, Setting::Unfreeze).await;
    assert!(matches!(house.proves_by_codes(&unfreeze).await, Effect::Unchanged(_)));
    let account = house.flows.account(house.service_id, person.id).await.unwrap().unwrap().account;
    assert_eq!(account.status, AccountStatus::Frozen);
}

#[tokio::test]
async fn without_a_rate_that_can_be_trusted_a_withdrawal_counts_as_large() {
    let house = House::new().await;
    let person = house.person(ALL).await;
    let rated = async |btc: &str, as_of| {
        let rate = Rate { asset: "ETH".to_owned(), btc_per_unit: Amount::parse(btc).unwrap(), as_of };
        house.flows.set_rates(house.service_id, vec![rate]).await.unwrap();
    };
    let asks_sms = async |key: &str| {
        let (action, _) = house.opened(withdrawal(&person, "1", "ETH", key)).await;
        action.any_of.iter().all(|set| set.contains(&Factor::Sms))
    };
    assert!(asks_sms("none").await, "no rate");
    rated("0.03", house.now()).await;
    assert!(!asks_sms("fresh").await, "worth 0.03 BTC");
    house.later(600);
    assert!(!asks_sms("ten minutes").await);
    house.clock.pass(1);
    assert!(asks_sms("stale").await, "older than ten minutes");
    rated("0.03", house.now().after(seconds(3_600))).await;
    assert!(asks_sms("future").await, "dated in the future");
    house.later(3_600);
    rated("0", house.now()).await;
    assert!(asks_sms("zero").await, "worth nothing is nonsense");
    rated("0.1", house.now()).await;
    assert!(asks_sms("a tenth").await);
    rated("0.09999999", house.now()).await;
    assert!(!asks_sms("less").await);
}
