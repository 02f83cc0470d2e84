//! Staff at the console: two steps each time, one answer for everything that is wrong, a session that ends, and no way
//! from a holder's pages into it.

use crate::app::App;
use crate::house::{House, address, caller, cheap_hash};
use countersign_core::change::Change;
use countersign_core::id::{AuthenticatorId, OperatorId};
use countersign_core::lock::Refusal;
use countersign_core::model::*;
use countersign_core::policy::Policy;
use countersign_core::proof::Answer;
use countersign_core::time::{hours, minutes};
use countersign_flows::*;
use std::time::Duration;

pub(crate) const EMAIL: &str = "staff@acme.example";
pub(crate) const PASSWORD: &str = "a rail beside a fluid room";
const KEY: &[u8; 20] = b"an app of the tests.";

/// The app of every operator of these tests.
pub(crate) fn app() -> App {
    App::new(KEY.to_vec())
}

impl House {
    pub(crate) async fn operator(&self, email: &str, disabled: bool) -> OperatorId {
        self.operator_as(email, Role::ALL, disabled).await
    }

    pub(crate) async fn operator_as(&self, email: &str, roles: &[Role], disabled: bool) -> OperatorId {
        let operator = Operator {
            id: OperatorId::draw(self.now(), self.entropy.as_ref()),
            service_id: self.service_id,
            email: address(email),
            name: String::new(),
            password_hash: cheap_hash(PASSWORD),
            roles: roles.to_vec(),
            created_at: self.now(),
            disabled_at: disabled.then(|| self.now()),
            decides_from: None,
        };
        let second = OperatorAuthenticator {
            id: AuthenticatorId::draw(self.now(), self.entropy.as_ref()),
            service_id: self.service_id,
            operator_id: operator.id,
            factor: Factor::Totp,
            name: String::new(),
            secret: AuthenticatorSecret::Totp { key: KEY.to_vec(), drift_steps: 0 },
            last_step: None,
            created_at: self.now(),
            last_used_at: None,
            ended_at: None,
        };
        let id = operator.id;
        self.apply(vec![Change::InsertOperator(operator), Change::InsertOperatorAuthenticator(second)]).await;
        id
    }

    pub(crate) async fn console(&self, email: &str, password: &str) -> ConsoleStart {
        self.flows.start_console_sign_in(self.service_id, address(email), password, caller()).await.unwrap()
    }

    /// The token of a sign-in whose second step is due.
    async fn asked(&self) -> String {
        self.asked_by(EMAIL).await
    }

    pub(crate) async fn asked_by(&self, email: &str) -> String {
        match self.console(email, PASSWORD).await {
            ConsoleStart::SecondStep(token) => token.expose().to_owned(),
            other => panic!("no second step: {other:?}"),
        }
    }

    pub(crate) async fn enter(&self, token: &str, code: &str) -> ConsoleCheck {
        let answer = SecondAnswer::Totp(code.to_owned());
        self.flows.check_console_step(self.service_id, token, answer, caller()).await.unwrap()
    }

    /// What the app shows now.
    pub(crate) fn app_code(&self) -> String {
        app().shows(self.now().unix_ms())
    }

    pub(crate) async fn let_in(&self) -> String {
        self.let_in_as(EMAIL).await
    }

    /// A moment later, so that the app shows a code that was not used yet.
    pub(crate) async fn let_in_as(&self, email: &str) -> String {
        self.later(30);
        let token = self.asked_by(email).await;
        match self.enter(&token, &self.app_code()).await {
            ConsoleCheck::SignedIn(cookies) => cookies.session.expose().to_owned(),
            other => panic!("not let in: {other:?}"),
        }
    }

    pub(crate) async fn is_in(&self, cookie: &str) -> bool {
        self.flows.operator(self.service_id, cookie).await.unwrap().is_some()
    }

    pub(crate) async fn staff_in(&self, cookie: &str) -> SignedInOperator {
        self.flows.operator(self.service_id, cookie).await.unwrap().unwrap()
    }

    pub(crate) fn pass(&self, span: Duration) {
        self.clock.pass(i64::try_from(span.as_millis()).unwrap());
    }
}

pub(crate) fn other(code: &str) -> String {
    let first = if code.starts_with('0') { '1' } else { '0' };
    format!("{first}{}", &code[1..])
}

#[tokio::test]
async fn staff_come_in_by_password_and_app_and_leave() {
    let house = House::new().await;
    house.operator(EMAIL, false).await;
    let token = house.asked().await;
    let code = house.app_code();
    assert!(matches!(house.enter(&token, &code).await, ConsoleCheck::SignedIn(_)));
    assert_eq!(house.enter(&token, &code).await, ConsoleCheck::Gone, "the sign-in is over");
    // R35: the same step again, on another sign-in.
    let again = house.asked().await;
    assert!(matches!(house.enter(&again, &code).await, ConsoleCheck::Not(Answer::Wrong { .. })));
    let cookie = house.let_in().await;
    let signed_in = house.staff_in(&cookie).await;
    assert_eq!(signed_in.operator.email, address(EMAIL));
    assert!(house.signed_in(&cookie).await.is_none(), "staff are no holders");
    house.flows.sign_out_operator(&signed_in).await.unwrap();
    assert!(!house.is_in(&cookie).await);
    assert!(house.flows.sign_out_operator(&signed_in).await.is_err(), "ended once");
}

#[tokio::test]
async fn of_32_that_enter_one_code_one_comes_in() {
    let house = House::new().await;
    house.operator(EMAIL, false).await;
    let mut tokens = Vec::new();
    for _ in 0..32 {
        tokens.push(house.asked().await);
    }
    let code = house.app_code();
    let mut tries = tokio::task::JoinSet::new();
    for token in tokens {
        let (flows, service_id) = (house.flows.clone(), house.service_id);
        let answer = SecondAnswer::Totp(code.clone());
        tries.spawn(async move { flows.check_console_step(service_id, &token, answer, caller()).await });
    }
    let outcomes = tries.join_all().await;
    let came = outcomes.iter().filter(|outcome| matches!(outcome, Ok(ConsoleCheck::SignedIn(_)))).count();
    assert_eq!(came, 1);
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
    house.pass(minutes(15));
    house.let_in().await;
}

/// R24: neither a holder's pages nor strangers at this door shut out a browser that somebody has come in from, and its
/// own failures are its own.
#[tokio::test]
async fn t15_a_browser_that_is_known_keeps_its_own_lane_and_holders_have_another_door() {
    let house = House::new().await;
    house.operator(EMAIL, false).await;
    let (flows, service_id) = (&house.flows, house.service_id);
    for _ in 0..5 {
        flows.start_sign_in(service_id, address(EMAIL), "not the password", caller()).await.unwrap();
    }
    let holder = flows.start_sign_in(service_id, address(EMAIL), "not the password", caller()).await.unwrap();
    assert!(matches!(holder, SignInStart::Locked(_)), "the holders' door is shut to this address");
    let token = house.asked().await;
    let ConsoleCheck::SignedIn(came) = house.enter(&token, &house.app_code()).await else { panic!() };
    let with = |token: &str| Caller { device_token: Some(token.to_owned()), ..caller() };
    let (known, forged) = (with(came.browser.expose()), with(came.session.expose()));
    let start = async |password: &str, by: &Caller| {
        flows.start_console_sign_in(service_id, address(EMAIL), password, by.clone()).await.unwrap()
    };
    for _ in 0..5 {
        start("not the password", &caller()).await;
    }
    for stranger in [caller(), with("no such cookie"), forged] {
        assert!(matches!(start(PASSWORD, &stranger).await, ConsoleStart::Locked(_)));
    }
    assert!(matches!(start(PASSWORD, &known).await, ConsoleStart::SecondStep(_)));
    house.operator("second@acme.example", false).await;
    let other = address("second@acme.example");
    for _ in 0..5 {
        flows.start_console_sign_in(service_id, other.clone(), "x", known.clone()).await.unwrap();
    }
    let second = flows.start_console_sign_in(service_id, other, PASSWORD, caller()).await.unwrap();
    assert!(matches!(second, ConsoleStart::Locked(_)), "a stranger to everybody else");
    for _ in 0..5 {
        start("not the password", &known).await;
    }
    assert!(matches!(start(PASSWORD, &known).await, ConsoleStart::Locked(_)), "no free guesses");
    house.pass(minutes(15));
    assert!(matches!(start(PASSWORD, &caller()).await, ConsoleStart::SecondStep(_)));
    house.pass(hours(30 * 24));
    for _ in 0..5 {
        start("not the password", &caller()).await;
    }
    assert!(matches!(start(PASSWORD, &known).await, ConsoleStart::Locked(_)), "a stranger a month later");
}

#[tokio::test]
async fn one_network_address_begins_so_many_sign_ins_an_hour() {
    let policy = Policy { console_sign_ins_per_ip_per_hour: 5, ..Policy::default() };
    let house = House::with(policy, 0).await;
    house.operator(EMAIL, false).await;
    let token = house.asked().await;
    let ConsoleCheck::SignedIn(came) = house.enter(&token, &house.app_code()).await else { panic!() };
    let from = |ip: &str| Caller { ip: Some(ip.parse().unwrap()), ..caller() };
    let start = async |email: &str, by: Caller| {
        house.flows.start_console_sign_in(house.service_id, address(email), PASSWORD, by).await.unwrap()
    };
    for number in 0..5 {
        let started = start(&format!("nobody{number}@acme.example"), from("203.0.113.7")).await;
        assert_eq!(started, ConsoleStart::Wrong);
    }
    let until = house.now().after(hours(1));
    assert_eq!(start(EMAIL, from("203.0.113.7")).await, ConsoleStart::Capped { until });
    assert_eq!(start(EMAIL, from("::ffff:203.0.113.7")).await, ConsoleStart::Capped { until });
    assert!(matches!(start(EMAIL, from("203.0.113.8")).await, ConsoleStart::SecondStep(_)));
    let device_token = Some(came.browser.expose().to_owned());
    let known = Caller { device_token, ..from("203.0.113.7") };
    assert!(matches!(start(EMAIL, known).await, ConsoleStart::SecondStep(_)), "behind the same address");
    house.pass(hours(1));
    assert!(matches!(start(EMAIL, from("203.0.113.7")).await, ConsoleStart::SecondStep(_)));
}

#[tokio::test]
async fn five_wrong_codes_lock_the_app_on_every_sign_in_of_its_owner() {
    let house = House::new().await;
    house.operator(EMAIL, false).await;
    let (first, second) = (house.asked().await, house.asked().await);
    let code = house.app_code();
    assert_eq!(house.enter("no such page", &code).await, ConsoleCheck::Gone);
    for left in [4, 3, 2, 1] {
        let answer = house.enter(&first, &other(&code)).await;
        assert_eq!(answer, ConsoleCheck::Not(Answer::Wrong { left }));
    }
    let until = house.now().after(minutes(15));
    let locked = house.enter(&second, &other(&code)).await;
    assert_eq!(locked, ConsoleCheck::Not(Answer::LockedNow { until }));
    let refusal = Refusal::Locked { until };
    assert_eq!(house.enter(&first, &code).await, ConsoleCheck::Not(Answer::Refused(refusal)), "R17");
    let page = house.flows.console_second_step(house.service_id, &first).await.unwrap().unwrap();
    assert_eq!((page.app_refusal, page.has_app, page.passkey_options), (Some(refusal), true, None));
    house.pass(minutes(15));
    house.let_in().await;
}

#[tokio::test]
async fn without_a_second_factor_only_a_link_helps() {
    let house = House::new().await;
    let id = house.operator(EMAIL, false).await;
    let cookie = house.let_in().await;
    let wish = StaffWish::Reset;
    let by = Caller { actor: Actor::CommandLine, ..caller() };
    let acted = house.flows.act_on_operator(house.service_id, id, wish, "lost phone", by).await.unwrap();
    assert!(matches!(acted, StaffActed::Link(_)), "the command line resets even the last admin");
    assert!(!house.is_in(&cookie).await, "sessions end");
    assert_eq!(house.console(EMAIL, PASSWORD).await, ConsoleStart::Wrong, "so does the password");
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
    let (flows, service_id) = (&house.flows, house.service_id);
    assert_eq!(flows.code_page(service_id, &staff, None).await.unwrap(), None);
    let sent = flows.resend_for_journey(service_id, &staff, None, None, caller()).await.unwrap();
    assert_eq!(sent, JourneyResend::Gone);
    let checked = flows.check_sign_in(service_id, &staff, &house.app_code(), caller()).await.unwrap();
    assert_eq!(checked, SignInCheck::Gone);
    let email = person.email.clone().unwrap();
    let started = flows.start_sign_in(service_id, email, &person.password, caller()).await.unwrap();
    let SignInStart::SecondFactor(holder) = started else { panic!("{started:?}") };
    assert_eq!(flows.console_second_step(service_id, holder.expose()).await.unwrap(), None);
    assert_eq!(flows.join_offer(service_id, holder.expose(), "Acme").await.unwrap(), None);
    assert_eq!(house.enter(holder.expose(), &house.app_code()).await, ConsoleCheck::Gone);
    let session = house.session(&person).await;
    assert!(!house.is_in(&session).await, "a holder's cookie opens nothing here");
}

#[tokio::test]
async fn the_console_names_the_policy_that_is_in_force() {
    let house = House::new().await;
    let found = house.flows.policy_in_force(house.service_id).await.unwrap().unwrap();
    assert_eq!((found.version, found.since, found.override_reason), (1, house.now(), None));
}
