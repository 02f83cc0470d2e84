//! Staff at the console: two steps each time, one answer for everything that is wrong, a session that ends, and no way
//! from a holder's pages into it.

use crate::house::{House, address, caller, cheap_hash};
use countersign_core::change::Change;
use countersign_core::id::OperatorId;
use countersign_core::lock::Refusal;
use countersign_core::model::*;
use countersign_core::time::{hours, minutes};
use countersign_core::verification::{CheckOutcome, SendRefusal};
use countersign_flows::*;
use std::time::Duration;

pub(crate) const EMAIL: &str = "staff@acme.example";
const PASSWORD: &str = "a rail beside a fluid room";

impl House {
    pub(crate) async fn operator(&self, email: &str, disabled: bool) {
        let operator = Operator {
            id: OperatorId::draw(self.now(), self.entropy.as_ref()),
            service_id: self.service_id,
            email: address(email),
            password_hash: cheap_hash(PASSWORD),
            roles: Role::ALL.to_vec(),
            created_at: self.now(),
            disabled_at: disabled.then(|| self.now()),
        };
        self.apply(vec![Change::InsertOperator(operator)]).await;
    }

    async fn console(&self, email: &str, password: &str) -> ConsoleStart {
        self.flows.start_console_sign_in(self.service_id, address(email), password, caller()).await.unwrap()
    }

    /// The token of a sign-in whose code is out.
    async fn asked(&self) -> String {
        match self.console(EMAIL, PASSWORD).await {
            ConsoleStart::CodeSent(token) => token.expose().to_owned(),
            other => panic!("no code: {other:?}"),
        }
    }

    async fn enter(&self, token: &str, code: &str) -> ConsoleCheck {
        self.flows.check_console_code(self.service_id, token, code, caller()).await.unwrap()
    }

    pub(crate) async fn let_in(&self) -> String {
        let token = self.asked().await;
        match self.enter(&token, &self.code().await).await {
            ConsoleCheck::SignedIn(cookie) => cookie.expose().to_owned(),
            other => panic!("not let in: {other:?}"),
        }
    }

    async fn is_in(&self, cookie: &str) -> bool {
        self.flows.operator(self.service_id, cookie).await.unwrap().is_some()
    }

    fn pass(&self, span: Duration) {
        self.clock.pass(i64::try_from(span.as_millis()).unwrap());
    }
}

fn other(code: &str) -> String {
    let first = if code.starts_with('0') { '1' } else { '0' };
    format!("{first}{}", &code[1..])
}

#[tokio::test]
async fn staff_come_in_by_password_and_code_and_leave() {
    let house = House::new().await;
    house.operator(EMAIL, false).await;
    let token = house.asked().await;
    let code = house.code().await;
    assert!(house.enter(&token, &code).await != house.enter(&token, &code).await, "a code works once");
    let cookie = house.let_in().await;
    let signed_in = house.flows.operator(house.service_id, &cookie).await.unwrap().unwrap();
    assert_eq!(signed_in.operator.email, address(EMAIL));
    assert!(house.signed_in(&cookie).await.is_none(), "staff are no holders");
    house.flows.sign_out_operator(&signed_in).await.unwrap();
    assert!(!house.is_in(&cookie).await);
    assert!(house.flows.sign_out_operator(&signed_in).await.is_err(), "ended once");
}

#[tokio::test]
async fn unknown_former_and_mistaken_staff_are_told_the_same_and_locked_the_same() {
    let house = House::new().await;
    house.operator(EMAIL, false).await;
    house.operator("former@acme.example", true).await;
    let person = house.person(&[Factor::Email]).await;
    let holder = person.email.clone().unwrap().expose().to_owned();
    let tries = [
        (EMAIL, "not the password"),
        ("nobody@acme.example", PASSWORD),
        ("former@acme.example", PASSWORD),
        (holder.as_str(), person.password.as_str()),
    ];
    for (email, password) in tries {
        for _ in 0..4 {
            assert_eq!(house.console(email, password).await, ConsoleStart::Wrong, "{email}");
        }
        let until = house.now().after(minutes(15));
        let locked = ConsoleStart::Locked(Refusal::Locked { until });
        assert_eq!(house.console(email, password).await, locked, "{email}");
        assert_eq!(house.console(email, PASSWORD).await, locked, "{email}: the right one is not looked at");
    }
    assert_eq!(house.post().await.len(), 0, "no code was sent (T15)");
    house.pass(minutes(15));
    house.let_in().await;
}

#[tokio::test]
async fn a_code_works_on_its_own_page_only_and_five_wrong_ones_lock() {
    let house = House::new().await;
    house.operator(EMAIL, false).await;
    let first = house.asked().await;
    let earlier = house.code().await;
    house.pass(minutes(1));
    let second = house.asked().await;
    let code = house.code().await;
    assert!(matches!(house.enter(&first, &code).await, ConsoleCheck::Code(_)), "another page's code");
    assert!(matches!(house.enter(&second, &earlier).await, ConsoleCheck::Code(_)), "an overtaken code");
    assert_eq!(house.enter("no such page", &code).await, ConsoleCheck::Gone);
    for _ in 0..5 {
        house.enter(&second, &other(&code)).await;
    }
    let refused = house.enter(&second, &code).await;
    assert!(
        matches!(refused, ConsoleCheck::Code(CodeAnswer::Judged(outcome)) if outcome != CheckOutcome::Approved),
        "{refused:?}"
    );
    let page = house.flows.console_code_page(house.service_id, &second).await.unwrap().unwrap();
    assert!(page.locked_until.is_some());
    let again = house.console(EMAIL, PASSWORD).await;
    assert!(matches!(again, ConsoleStart::NotSent(SendRefusal::Factor(_))), "{again:?}");
}

#[tokio::test]
async fn a_session_ends_by_rest_by_age_and_with_the_operators_access() {
    let house = House::new().await;
    house.operator(EMAIL, false).await;
    let cookie = house.let_in().await;
    house.pass(minutes(59));
    assert!(house.is_in(&cookie).await, "used, so it rests anew");
    house.pass(minutes(59));
    assert!(house.is_in(&cookie).await);
    house.pass(hours(1));
    assert!(!house.is_in(&cookie).await, "an hour of rest");
    let cookie = house.let_in().await;
    for _ in 0..14 {
        house.pass(minutes(50));
        assert!(house.is_in(&cookie).await);
    }
    house.pass(minutes(20));
    assert!(!house.is_in(&cookie).await, "twelve hours");
    assert!(!house.is_in("").await && !house.is_in("no such cookie").await);
}

#[tokio::test]
async fn a_holders_pages_and_the_console_do_not_lend_each_other_their_journeys() {
    let house = House::new().await;
    house.operator(EMAIL, false).await;
    let person = house.person(&[Factor::Email]).await;
    let staff = house.asked().await;
    let code = house.code().await;
    let (flows, service_id) = (&house.flows, house.service_id);
    assert_eq!(flows.code_page(service_id, &staff, None).await.unwrap(), None);
    let sent = flows.resend_for_journey(service_id, &staff, None, None, caller()).await.unwrap();
    assert_eq!(sent, JourneyResend::Gone);
    let checked = flows.check_sign_in(service_id, &staff, &code, caller()).await.unwrap();
    assert_eq!(checked, SignInCheck::Gone);
    let email = person.email.clone().unwrap();
    let started = flows.start_sign_in(service_id, email, &person.password, caller()).await.unwrap();
    let SignInStart::SecondFactor(holder) = started else { panic!("{started:?}") };
    assert_eq!(flows.console_code_page(service_id, holder.expose()).await.unwrap(), None);
    let holders_code = house.code().await;
    assert_eq!(house.enter(holder.expose(), &holders_code).await, ConsoleCheck::Gone);
    let session = house.session(&person).await;
    assert!(!house.is_in(&session).await, "a holder's cookie opens nothing here");
}

#[tokio::test]
async fn the_console_names_the_policy_that_is_in_force() {
    let house = House::new().await;
    let found = house.flows.policy_in_force(house.service_id).await.unwrap().unwrap();
    assert_eq!((found.version, found.since, found.override_reason), (1, house.now(), None));
}
