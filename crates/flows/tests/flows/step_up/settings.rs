//! Settings behind a proof: what each asks for, what it begins, and what it never lets go.

use super::*;
use crate::app::App;
use crate::house::{address, notice_in};
use countersign_core::action::Refusal;
use countersign_core::proof::Answer;
use countersign_core::time::days;

const ALL: &[Factor] = &[Factor::Email, Factor::Sms, Factor::Totp, Factor::TradingPassword];

#[tokio::test]
async fn an_app_is_enrolled_after_a_code_and_guards_the_next_withdrawal() {
    let house = House::new().await;
    let mut person = house.person(&[Factor::Email, Factor::Sms, Factor::TradingPassword]).await;
    let cookie = house.session(&person).await;
    let token = house.may_set(&cookie, Setting::TotpAdd).await;
    let signed_in = house.signed_in(&cookie).await.unwrap();
    let key = house.flows.totp_key(&signed_in, &token, "Acme").await.unwrap().unwrap();
    person.app = Some(App::scan(&key.uri));
    let typed = house.totp(&person);
    let wrong = if typed == "000000" { "000001" } else { "000000" };
    let flows = &house.flows;
    let enrol =
        async |code: &str| flows.enrol_totp(&signed_in, &token, code, "phone", caller()).await.unwrap();
    assert_eq!(enrol(wrong).await, TotpEnrol::Wrong);
    assert_eq!(enrol(&typed).await, TotpEnrol::Added);
    assert_eq!(enrol(&typed).await, TotpEnrol::Gone, "a journey is used up");
    let told: Vec<Notice> =
        house.post().await.iter().filter_map(notice_in).map(|(notice, _)| notice).collect();
    assert_eq!(told, [Notice::TotpAdded, Notice::TotpAdded], "by email and by text");
    let action = house.claimed(&person, "0.05", "k1").await;
    let outcome = house.answer(action.id, both(&person, &typed)).await;
    assert!(matches!(outcome, ProveOutcome::Open { .. }), "the code that enrolled it is used");
    house.later(30);
    house.done(action.id, totp_answer(&house.totp(&person))).await;
    assert!(matches!(house.redeem(&house.view(action.id).await, "r1").await, Redeemed::Yes(_)));
}

#[tokio::test]
async fn a_recovery_code_works_once_and_its_owner_is_told() {
    let house = House::new().await;
    let person = house.person(ALL).await;
    let cookie = house.session(&person).await;
    let code = recovery_codes(&house, &cookie).await.remove(0);
    let recovery = Answers { recovery_code: Some(code), ..Answers::default() };
    let add = house.wants(&cookie, Setting::PasskeyAdd).await;
    assert!(matches!(house.done(add.id, recovery.clone()).await, Some(Effect::GoOn { .. })));
    let told: Vec<Notice> =
        house.post().await.iter().filter_map(notice_in).map(|(notice, _)| notice).collect();
    assert_eq!(told, [Notice::RecoveryCodeUsed, Notice::RecoveryCodeUsed]);
    let again = house.wants(&cookie, Setting::PasskeyAdd).await;
    let ProveOutcome::Open { answers, .. } = house.answer(again.id, recovery).await else {
        panic!("used twice")
    };
    assert!(matches!(answers[..], [(Factor::RecoveryCode, Judged::Proof(Answer::Wrong { .. }))]));
    let entries = house.flows.factors(&house.signed_in(&cookie).await.unwrap()).await.unwrap();
    assert!(entries.iter().any(|entry| entry.codes_left == Some(9)));
}

/// Makes recovery codes, by codes alone.
async fn recovery_codes(house: &House, cookie: &str) -> Vec<String> {
    let token = house.may_set(cookie, Setting::RecoveryCodesMake).await;
    let signed_in = house.signed_in(cookie).await.unwrap();
    let made = house.flows.make_recovery_codes(&signed_in, &token, caller()).await.unwrap();
    let RecoveryMake::Made(codes) = made else { panic!("{made:?}") };
    house.post().await;
    codes.iter().map(|code| code.in_groups()).collect()
}

#[tokio::test]
async fn what_is_removed_may_be_what_proved_it() {
    let house = House::new().await;
    let person = house.person(ALL).await;
    let cookie = house.session(&person).await;
    let code = recovery_codes(&house, &cookie).await.remove(0);
    let remove = house.wants(&cookie, Setting::RecoveryCodesRemove).await;
    let answers =
        Answers { recovery_code: Some(code), password: Some(person.password.clone()), ..Answers::default() };
    let effect = house.done(remove.id, answers).await;
    assert!(matches!(effect, Some(Effect::Changed(Setting::RecoveryCodesRemove))), "{effect:?}");
    // The code first, and the app that goes last of all.
    let remove = house.wants(&cookie, Setting::TotpRemove).await;
    let way = remove.any_of.iter().position(|set| set == &[Factor::Email, Factor::Sms]).unwrap();
    let act = ConfirmAct::Way(u32::try_from(way).unwrap());
    house.flows.act_on_confirm_page(house.service_id, remove.id, BROWSER, act, caller()).await.unwrap();
    house.post().await;
    house.flows.send_on_confirm_page(house.service_id, remove.id, BROWSER, None, caller()).await.unwrap();
    house.answer(remove.id, code_answer(&house.code().await)).await;
    let effect = house.done(remove.id, totp_answer(&house.totp(&person))).await;
    assert!(matches!(effect, Some(Effect::Changed(Setting::TotpRemove))), "{effect:?}");
    let left = house.flows.factors(&house.signed_in(&cookie).await.unwrap()).await.unwrap();
    assert_eq!(left.iter().map(|entry| entry.factor).collect::<Vec<_>>(), [Factor::TradingPassword]);
}

#[tokio::test]
async fn the_last_second_factor_stays() {
    let house = House::new().await;
    let person = house.person(&[Factor::Email, Factor::Totp, Factor::TradingPassword]).await;
    let cookie = house.session(&person).await;
    let signed_in = house.signed_in(&cookie).await.unwrap();
    let entries = house.flows.factors(&signed_in).await.unwrap();
    let app = entries.iter().find(|entry| entry.factor == Factor::Totp).unwrap();
    assert!(!app.is_removable);
    let remove = house.wants(&cookie, Setting::TotpRemove).await;
    house.answer(remove.id, totp_answer(&house.totp(&person))).await;
    let effect = house.done(remove.id, code_answer(&house.code().await)).await;
    assert!(matches!(effect, Some(Effect::Unchanged(Setting::TotpRemove))));
    let sms_only = house.person(&[Factor::Email, Factor::Sms]).await;
    let cookie = house.session(&sms_only).await;
    let signed_in = house.signed_in(&cookie).await.unwrap();
    let switched = house.flows.switch_sms(&signed_in, false, &sms_only.password, caller()).await.unwrap();
    assert_ne!(switched, SwitchOutcome::Set { on: false }, "a password alone");
    house.post().await;
    let off = house.wants(&cookie, Setting::SmsOff).await;
    assert!(matches!(house.proves_by_codes(&off).await, Effect::Unchanged(Setting::SmsOff)));
}

#[tokio::test]
async fn a_number_is_replaced_by_the_old_ones_code_and_everybody_is_told() {
    let house = House::new().await;
    let person = house.person(ALL).await;
    let (cookie, elsewhere) = (house.session(&person).await, house.session(&person).await);
    let change = house.wants(&cookie, Setting::Phone).await;
    let sent =
        house.flows.send_on_confirm_page(house.service_id, change.id, BROWSER, None, caller()).await.unwrap();
    assert_eq!(sent, ActionSend::Sent);
    let message = house.post().await.pop().unwrap();
    assert_eq!(Some(&message.to), person.number.as_ref(), "to the old number");
    let code = crate::house::code_in(&message).unwrap();
    let Some(Effect::GoOn { token, .. }) = house.done(change.id, code_answer(&code)).await else { panic!() };
    let (token, new) = (token.expose(), "+447400987654");
    let signed_in = house.signed_in(&cookie).await.unwrap();
    let flows = &house.flows;
    assert_eq!(flows.choose_number(&signed_in, token, new, None).await.unwrap(), NumberOutcome::Fit);
    assert_eq!(flows.send_binding_code(&signed_in, token, caller()).await.unwrap(), NumberOutcome::Sent);
    let code = house.code().await;
    let bound = flows.activate_binding(&signed_in, token, &code, caller()).await.unwrap();
    assert!(matches!(bound, ActivateOutcome::Bound(_)), "{bound:?}");
    let mut told: Vec<_> =
        house.post().await.iter().map(|m| (notice_in(m).unwrap().0, m.to.clone())).collect();
    told.sort_by_key(|(_, to)| to.expose().to_owned());
    let contacts = [person.number.clone().unwrap(), address(new), person.email.clone().unwrap()];
    let expected: Vec<_> = contacts.into_iter().map(|to| (Notice::NumberChanged, to)).collect();
    assert_eq!(told, expected);
    assert!(house.signed_in(&elsewhere).await.is_none(), "every other session ends");
    assert!(house.signed_in(&cookie).await.is_some());
    let holds = house.flows.holds(house.service_id, person.id).await.unwrap().unwrap();
    let hold = holds.in_force.unwrap();
    assert_eq!(hold.cause, HoldCause::PhoneChanged);
    assert_eq!(hold.ends_at.unix_ms() - house.now().unix_ms(), 86_400_000);
}

#[tokio::test]
async fn a_proof_of_a_session_that_has_ended_leads_to_nothing() {
    let house = House::new().await;
    let person = house.person(ALL).await;
    let (cookie, other) = (house.session(&person).await, house.session(&person).await);
    let add = house.wants(&cookie, Setting::RecoveryCodesMake).await;
    let signed_in = house.signed_in(&cookie).await.unwrap();
    house.flows.sign_out(&signed_in).await.unwrap();
    let effect = house.done(add.id, totp_answer(&house.totp(&person))).await;
    assert!(matches!(effect, Some(Effect::Unchanged(Setting::RecoveryCodesMake))));
    // Nor may another session enter what this one proved.
    let cookie = house.session(&person).await;
    house.later(30);
    let add = house.wants(&cookie, Setting::RecoveryCodesMake).await;
    let effect = house.done(add.id, totp_answer(&house.totp(&person))).await;
    let Some(Effect::GoOn { token, .. }) = effect else { panic!("{effect:?}") };
    let thief = house.signed_in(&other).await.unwrap();
    let made = house.flows.make_recovery_codes(&thief, token.expose(), caller()).await.unwrap();
    assert!(matches!(made, RecoveryMake::Gone));
}

/// Raising security asks for little, lowering it for much (R42): what stands is not replaced by the way of
/// adding it.
#[tokio::test]
async fn what_stands_is_not_replaced_by_asking_to_add_it() {
    let house = House::new().await;
    let person = house.person(&[Factor::Email, Factor::TradingPassword]).await;
    let cookie = house.session(&person).await;
    let signed_in = house.signed_in(&cookie).await.unwrap();
    let low =
        house.flows.step_up(&signed_in, Setting::TradingPasswordSet, None, BROWSER, caller()).await.unwrap();
    assert_eq!(low, StepUp::Gone, "a code by email alone would replace the trading password");
    let person = house.person(ALL).await;
    let cookie = house.session(&person).await;
    let signed_in = house.signed_in(&cookie).await.unwrap();
    let low = house.flows.step_up(&signed_in, Setting::TotpAdd, None, BROWSER, caller()).await.unwrap();
    assert_eq!(low, StepUp::Gone);
}

/// The same by two journeys that were both opened while nothing stood.
#[tokio::test]
async fn a_second_way_in_that_was_opened_before_does_not_replace_either() {
    let house = House::new().await;
    let person = house.person(&[Factor::Email]).await;
    let cookie = house.session(&person).await;
    let (one, two) = (
        house.may_set(&cookie, Setting::TradingPasswordSet).await,
        house.may_set(&cookie, Setting::TradingPasswordSet).await,
    );
    let signed_in = house.signed_in(&cookie).await.unwrap();
    let set = async |token: &str, typed: &str| {
        house.flows.set_trading_password(&signed_in, token, typed, caller()).await.unwrap()
    };
    assert_eq!(set(&one, "618340").await, SecretSet::Set);
    assert_ne!(set(&two, "905274").await, SecretSet::Set);
}

#[tokio::test]
async fn an_account_with_an_app_signs_in_on_the_confirm_page() {
    let house = House::new().await;
    let person = house.person(ALL).await;
    let email = person.email.clone().unwrap();
    let start = async |password: &str, caller: Caller| {
        house.flows.start_sign_in(house.service_id, email.clone(), password, caller).await.unwrap()
    };
    assert_eq!(start("not it", caller()).await, SignInStart::Wrong);
    let SignInStart::Confirm(action, page) = start(&person.password, caller()).await else { panic!() };
    assert!(
        house.flows.action(house.service_id, action.id).await.unwrap().is_none(),
        "nobody else's business"
    );
    let (flows, answers) = (&house.flows, totp_answer(&house.totp(&person)));
    let astray =
        flows.prove_on_page(house.service_id, action.id, BROWSER, answers.clone(), caller()).await.unwrap();
    assert!(matches!(astray, ProveOutcome::Gone));
    let page = page.expose();
    let outcome =
        flows.prove_on_page(house.service_id, action.id, page, answers.clone(), caller()).await.unwrap();
    let ProveOutcome::Done { effect, .. } = outcome else { panic!("{outcome:?}") };
    let Some(Effect::SignedIn(opened)) = effect.map(|effect| *effect) else { panic!() };
    assert!(house.signed_in(opened.session_token.expose()).await.is_some());
    let again = flows.prove_on_page(house.service_id, action.id, page, answers, caller()).await.unwrap();
    assert!(matches!(again, ProveOutcome::Gone));
    let device_token = opened.device_token.map(|token| token.expose().to_owned());
    let known = start(&person.password, Caller { device_token, ..caller() }).await;
    assert!(matches!(known, SignInStart::SignedIn(_)), "a browser that is known is not asked again");
}

#[tokio::test]
async fn an_app_that_the_mailbox_added_is_no_second_proof_for_a_day() {
    let house = House::new().await;
    let mut person = house.person(&[Factor::Email]).await;
    house.later(2 * 86_400);
    let cookie = house.session(&person).await;
    let token = house.may_set(&cookie, Setting::TotpAdd).await;
    let signed_in = house.signed_in(&cookie).await.unwrap();
    let key = house.flows.totp_key(&signed_in, &token, "Acme").await.unwrap().unwrap();
    person.app = Some(App::scan(&key.uri));
    let typed = house.totp(&person);
    let added = house.flows.enrol_totp(&signed_in, &token, &typed, "phone", caller()).await.unwrap();
    assert_eq!(added, TotpEnrol::Added);
    house.post().await;
    let until = house.now().after(days(1));
    for setting in [Setting::Phone, Setting::TotpRemove, Setting::Password] {
        let asked = house.flows.step_up(&signed_in, setting, None, BROWSER, caller()).await.unwrap();
        assert_eq!(asked, StepUp::Refused(Refusal::Settling { until }), "{setting:?}");
    }
    house.later(86_400);
    let cookie = house.session(&person).await;
    let change = house.wants(&cookie, Setting::Phone).await;
    assert_eq!(change.any_of, [[Factor::Totp, Factor::Email]]);
}

#[tokio::test]
async fn what_does_not_count_yet_is_told_on_the_page_and_not_offered() {
    let house = House::new().await;
    let mut person = house.person(&[Factor::Email, Factor::Sms]).await;
    house.later(2 * 86_400);
    let cookie = house.session(&person).await;
    let token = house.may_set(&cookie, Setting::TotpAdd).await;
    let signed_in = house.signed_in(&cookie).await.unwrap();
    let key = house.flows.totp_key(&signed_in, &token, "Acme").await.unwrap().unwrap();
    person.app = Some(App::scan(&key.uri));
    let typed = house.totp(&person);
    house.flows.enrol_totp(&signed_in, &token, &typed, "phone", caller()).await.unwrap();
    let change = house.wants(&cookie, Setting::Phone).await;
    assert_eq!(change.any_of, [[Factor::Sms]]);
    let page = house.flows.confirm_page(house.service_id, change.id, BROWSER).await.unwrap();
    let ConfirmLook::Own(view) = page else { panic!("{page:?}") };
    assert_eq!(view.settling, [(Factor::Totp, house.now().after(days(1)))]);
}
