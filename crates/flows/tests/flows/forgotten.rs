//! A forgotten password: whoever still has the rest gets a new one, a stranger learns nothing, and a mailbox or a phone
//! alone opens no account that is guarded by more (R46, R59, R60).

use crate::house::{House, Person, address, caller, notice_in};
use countersign_core::address::Address;
use countersign_core::event::Event;
use countersign_core::model::*;
use countersign_core::time::hours;
use countersign_core::verification::CheckOutcome;
use countersign_flows::*;

const NEW: &str = "a lantern over the quay";

impl House {
    async fn forgot(&self, address: &Address) -> String {
        match self.flows.start_forgotten(self.service_id, address.clone(), caller()).await.unwrap() {
            ForgottenStart::Started(token) => token.expose().to_owned(),
            other => panic!("not started: {other:?}"),
        }
    }

    async fn enter_forgotten(&self, token: &str, code: &str) -> ForgottenCheck {
        self.flows.check_forgotten(self.service_id, token, code, caller()).await.unwrap()
    }

    /// Names the account, proves its identifier.
    async fn named(&self, address: &Address) -> ForgottenCheck {
        let token = self.forgot(address).await;
        let code = self.code().await;
        self.enter_forgotten(&token, &code).await
    }

    async fn choose(&self, token: &str, password: &str) -> PasswordChosen {
        self.flows.choose_password(self.service_id, token, password, caller()).await.unwrap()
    }

    async fn signs_in(&self, identifier: &Address, password: &str) -> SignInStart {
        self.flows.start_sign_in(self.service_id, identifier.clone(), password, caller()).await.unwrap()
    }

    async fn event_kinds(&self, person: &Person) -> Vec<&'static str> {
        let cookie = self.session(person).await;
        let signed_in = self.signed_in(&cookie).await.unwrap();
        let activity = self.flows.activity(&signed_in, None, None).await.unwrap();
        activity.entries.iter().map(|entry| entry.event.kind()).collect()
    }
}

fn email_of(person: &Person) -> &Address {
    person.email.as_ref().unwrap()
}

#[tokio::test]
async fn a_mailbox_is_enough_where_there_is_nothing_else() {
    let house = House::new().await;
    let person = house.person(&[Factor::Email]).await;
    let before = house.session(&person).await;
    let ForgottenCheck::Choose(token) = house.named(email_of(&person)).await else { panic!("not chosen") };
    let token = token.expose();
    assert!(house.flows.may_choose_password(house.service_id, token).await.unwrap());
    for (typed, fits) in [("short", false), (email_of(&person).expose(), false), (NEW, true)] {
        let chosen = house.choose(token, typed).await;
        assert_eq!(chosen == PasswordChosen::Set, fits, "{typed}: {chosen:?}");
    }
    assert_eq!(house.choose(token, "another harbour lamp").await, PasswordChosen::Gone, "once");
    assert!(house.signed_in(&before).await.is_none(), "R47: every session ends");
    assert_eq!(house.signs_in(email_of(&person), &person.password).await, SignInStart::Wrong);
    let again = house.signs_in(email_of(&person), NEW).await;
    assert!(matches!(again, SignInStart::SecondFactor(_)), "{again:?}");
    let opened = house.session(&person).await;
    let signed_in = house.signed_in(&opened).await.unwrap();
    let known = house.flows.devices(&signed_in).await.unwrap();
    assert!(known.iter().all(|entry| entry.is_this), "no browser of before is known: {known:?}");
    let held = signed_in.hold.unwrap();
    assert_eq!((held.cause, held.ends_at.since(house.now())), (HoldCause::PasswordChanged, hours(24)));
    let told: Vec<Notice> = house.post().await.iter().filter_map(notice_in).map(|(what, _)| what).collect();
    assert!(told.contains(&Notice::PasswordChanged), "{told:?}");
    assert!(house.event_kinds(&person).await.contains(&Event::PasswordChanged.kind()));
}

#[tokio::test]
async fn what_guards_the_account_is_asked_for_besides() {
    let house = House::new().await;
    let person = house.person(&[Factor::Email, Factor::Totp]).await;
    let ForgottenCheck::Confirm(action, page) = house.named(email_of(&person)).await else {
        panic!("a mailbox alone must not do")
    };
    assert_eq!((action.kind, action.status), (ActionKind::PasswordReset, ActionStatus::Pending));
    let app = person.app.as_ref().unwrap();
    let code = app.shows(house.now().unix_ms());
    let answers = Answers { totp: Some(code), ..Answers::default() };
    let proved = house
        .flows
        .prove_on_page(house.service_id, action.id, page.expose(), answers, caller())
        .await
        .unwrap();
    let ProveOutcome::Done { effect: Some(effect), .. } = proved else { panic!("not done: {proved:?}") };
    let Effect::ChoosePassword(token) = *effect else { panic!("another effect: {effect:?}") };
    assert_eq!(house.choose(token.expose(), NEW).await, PasswordChosen::Set);
}

#[tokio::test]
async fn a_stranger_is_told_the_same_until_the_address_is_proved() {
    let house = House::new().await;
    let person = house.person(&[Factor::Email]).await;
    let nobody = address("nobody@holder.example");
    for who in [email_of(&person), &nobody] {
        let token = house.forgot(who).await;
        let page = house.flows.code_page(house.service_id, &token, None).await.unwrap().unwrap();
        assert_eq!((page.purpose, page.sends, page.locked_until), (Purpose::PasswordReset, 1, None));
        let code = house.code().await;
        let wrong = if code == "000000" { "111111" } else { "000000" };
        for left in (1..5).rev() {
            let ForgottenCheck::Code(CodeAnswer::Judged(CheckOutcome::Wrong { left: said, .. })) =
                house.enter_forgotten(&token, wrong).await
            else {
                panic!("a wrong code")
            };
            assert_eq!(said, left);
        }
        let locked = house.enter_forgotten(&token, wrong).await;
        let is_locked =
            matches!(locked, ForgottenCheck::Code(CodeAnswer::Judged(CheckOutcome::LockedNow { .. })));
        assert!(is_locked, "{locked:?}");
        let again = house.flows.start_forgotten(house.service_id, who.clone(), caller()).await.unwrap();
        assert!(matches!(again, ForgottenStart::Refused(_)), "{again:?}");
    }
    let fresh = address("fresh@holder.example");
    assert!(matches!(house.named(&fresh).await, ForgottenCheck::NoAccount));
}

#[tokio::test]
async fn a_phone_alone_resets_nothing() {
    let house = House::new().await;
    let person = house.person(&[Factor::Sms]).await;
    let asked = house.named(person.number.as_ref().unwrap()).await;
    assert!(matches!(asked, ForgottenCheck::NotLikeThis(_)), "{asked:?}");
}

#[tokio::test]
async fn locks_of_the_old_password_do_not_outlive_it() {
    let house = House::new().await;
    let person = house.person(&[Factor::Email]).await;
    for _ in 0..6 {
        house.signs_in(email_of(&person), "not the password").await;
    }
    let locked = house.signs_in(email_of(&person), &person.password).await;
    assert!(matches!(locked, SignInStart::Locked(_)), "{locked:?}");
    let ForgottenCheck::Choose(token) = house.named(email_of(&person)).await else { panic!("not chosen") };
    assert_eq!(house.choose(token.expose(), NEW).await, PasswordChosen::Set);
    let again = house.signs_in(email_of(&person), NEW).await;
    assert!(matches!(again, SignInStart::SecondFactor(_)), "{again:?}");
}

#[tokio::test]
async fn a_frozen_account_keeps_its_password() {
    let house = House::new().await;
    let person = house.person(&[Factor::Email]).await;
    let ForgottenCheck::Choose(token) = house.named(email_of(&person)).await else { panic!("not chosen") };
    let cookie = house.session(&person).await;
    let signed_in = house.signed_in(&cookie).await.unwrap();
    house.flows.freeze(&signed_in, caller()).await.unwrap();
    assert_eq!(house.choose(token.expose(), NEW).await, PasswordChosen::Gone);
}
