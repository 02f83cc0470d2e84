//! Who may do what about whom: joining by a link, changing roles, ending access, and one's own second factors.

use crate::app::App;
use crate::console::{EMAIL, PASSWORD, app};
use crate::house::{House, address, caller};
use countersign_core::id::OperatorId;
use countersign_core::model::*;
use countersign_core::operator::{FactorRefusal, StaffRefusal};
use countersign_core::time::{hours, minutes};
use countersign_flows::*;

pub(crate) const NEW: &str = "new@acme.example";
const CHOSEN: &str = "seven quiet harbours";

impl House {
    pub(crate) fn by(&self, staff: &SignedInOperator) -> Caller {
        Caller { actor: Actor::Operator(staff.operator.id), ..caller() }
    }

    /// Somebody invited by the command line; their link.
    async fn invited(&self, roles: &[Role]) -> String {
        let new = NewOperator {
            service_id: self.service_id,
            email: address(NEW),
            name: " Nina \n New ".to_owned(),
            roles: roles.to_vec(),
        };
        match self.flows.invite_operator(new, caller()).await.unwrap() {
            OperatorAdd::Added { link: Some(link), .. } => link.expose().to_owned(),
            other => panic!("not added: {other:?}"),
        }
    }

    /// The journey of whoever chose a password by a link.
    pub(crate) async fn chosen(&self, link: &str) -> Option<String> {
        match self.flows.join_with_password(self.service_id, link, CHOSEN, "Acme").await.unwrap() {
            JoinStart::SecondFactor(token) => Some(token.expose().to_owned()),
            JoinStart::Gone => None,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn join(&self, journey: &str, code: &str) -> SecondEnrol {
        let answer = SecondAnswer::Totp(code.to_owned());
        self.flows.join_with_factor(self.service_id, journey, answer, "", caller()).await.unwrap()
    }

    async fn act(&self, by: &SignedInOperator, id: OperatorId, wish: StaffWish) -> StaffActed {
        self.flows.act_on_operator(self.service_id, id, wish, "because", self.by(by)).await.unwrap()
    }

    async fn own(&self, staff: &SignedInOperator, wish: OwnWish, password: &str) -> OwnChange {
        let by = self.by(staff);
        self.flows.change_own_access(staff, wish, password, "Acme", by).await.unwrap()
    }
}

#[tokio::test]
async fn a_link_lets_one_person_in_once() {
    let house = House::new().await;
    let link = house.invited(&[Role::Support]).await;
    assert_eq!(house.console(NEW, "").await, ConsoleStart::Wrong, "no password yet, and none is empty");
    let weak = house.flows.join_with_password(house.service_id, &link, "password", "Acme").await.unwrap();
    assert!(matches!(weak, JoinStart::Password(_)));
    let (journey, other) = (house.chosen(&link).await.unwrap(), house.chosen(&link).await.unwrap());
    let offer = house.flows.join_offer(house.service_id, &journey, "Acme").await.unwrap().unwrap();
    assert!(offer.passkey_options.is_some());
    let app = App::scan(&offer.key.unwrap().uri);
    assert_eq!(house.join(&journey, "000000").await, SecondEnrol::Wrong);
    let code = app.shows(house.now().unix_ms());
    let SecondEnrol::Done(Some(cookies)) = house.join(&journey, &code).await else { panic!("not in") };
    let staff = house.staff_in(cookies.session.expose()).await;
    assert_eq!((staff.operator.name.as_str(), &staff.operator.roles[..]), ("Nina New", &[Role::Support][..]));
    // Spent: neither the page that was open beside it nor the link itself goes on.
    assert_eq!(house.chosen(&link).await, None);
    assert_eq!(house.flows.invited(house.service_id, &link).await.unwrap(), None);
    let offer = house.flows.join_offer(house.service_id, &other, "Acme").await.unwrap();
    assert_eq!(offer, None);
    // The code that enrolled the app is used up (R35).
    let started = house.flows.start_console_sign_in(house.service_id, address(NEW), CHOSEN, caller()).await;
    let ConsoleStart::SecondStep(token) = started.unwrap() else { panic!("no second step") };
    assert!(matches!(house.enter(token.expose(), &code).await, ConsoleCheck::Not(_)));
    house.later(30);
    let next = app.shows(house.now().unix_ms());
    assert!(matches!(house.enter(token.expose(), &next).await, ConsoleCheck::SignedIn(_)));
}

#[tokio::test]
async fn a_link_ends_after_a_day_with_a_newer_one_and_with_access() {
    let house = House::new().await;
    let admin = house.operator(EMAIL, false).await;
    let link = house.invited(&[Role::Support]).await;
    let id = house.flows.staff_member_by_email(house.service_id, address(NEW)).await.unwrap().unwrap();
    let id = id.entry.operator.id;
    let staff = house.staff_in(&house.let_in().await).await;
    assert_eq!(staff.operator.id, admin);
    let StaffActed::Link(newer) = house.act(&staff, id, StaffWish::Reset).await else { panic!("no link") };
    assert_eq!(house.chosen(&link).await, None, "a newer one took its place");
    let halfway = house.chosen(newer.expose()).await.unwrap();
    assert_eq!(house.act(&staff, id, StaffWish::Disable).await, StaffActed::Done);
    assert_eq!(house.chosen(newer.expose()).await, None);
    assert_eq!(house.join(&halfway, "000000").await, SecondEnrol::Gone, "not even halfway in");
    assert_eq!(house.act(&staff, id, StaffWish::Enable).await, StaffActed::Done);
    assert_eq!(house.chosen(newer.expose()).await, None, "what died stays dead");
    let StaffActed::Link(last) = house.act(&staff, id, StaffWish::Reset).await else { panic!("no link") };
    house.pass(hours(24) - minutes(1));
    assert!(house.chosen(last.expose()).await.is_some());
    house.pass(minutes(1));
    assert_eq!(house.chosen(last.expose()).await, None, "a day");
}

/// R24: what strangers did to the password before is over with the new one, and the browsers before are strangers.
#[tokio::test]
async fn a_reset_opens_what_strangers_had_shut() {
    let house = House::new().await;
    let id = house.operator(EMAIL, false).await;
    let token = house.asked_by(EMAIL).await;
    let ConsoleCheck::SignedIn(before) = house.enter(&token, &house.app_code()).await else { panic!() };
    let shut = async || {
        for _ in 0..5 {
            house.console(EMAIL, "not the password").await;
        }
        assert!(matches!(house.console(EMAIL, PASSWORD).await, ConsoleStart::Locked(_)));
    };
    shut().await;
    let (flows, service_id) = (&house.flows, house.service_id);
    let by = Caller { actor: Actor::CommandLine, ..caller() };
    let reset = flows.act_on_operator(service_id, id, StaffWish::Reset, "locked out", by).await.unwrap();
    let StaffActed::Link(link) = reset else { panic!("no link") };
    let journey = house.chosen(link.expose()).await.unwrap();
    let offer = flows.join_offer(service_id, &journey, "Acme").await.unwrap().unwrap();
    let code = App::scan(&offer.key.unwrap().uri).shows(house.now().unix_ms());
    let SecondEnrol::Done(Some(after)) = house.join(&journey, &code).await else { panic!("not in") };
    assert!(matches!(house.console(EMAIL, CHOSEN).await, ConsoleStart::SecondStep(_)), "open at once");
    shut().await;
    let start = async |browser: &str| {
        let by = Caller { device_token: Some(browser.to_owned()), ..caller() };
        flows.start_console_sign_in(service_id, address(EMAIL), CHOSEN, by).await.unwrap()
    };
    assert!(matches!(start(before.browser.expose()).await, ConsoleStart::Locked(_)), "forgotten");
    assert!(matches!(start(after.browser.expose()).await, ConsoleStart::SecondStep(_)));
}

#[tokio::test]
async fn nobody_changes_their_own_access_and_the_last_admin_stays() {
    let house = House::new().await;
    let first = house.operator_as(EMAIL, &[Role::Admin], false).await;
    let second = house.operator_as("second@acme.example", &[Role::Admin, Role::Support], false).await;
    let staff = house.staff_in(&house.let_in().await).await;
    let oneself = StaffActed::Refused(StaffRefusal::Oneself);
    for wish in
        [StaffWish::Roles(vec![Role::Auditor]), StaffWish::Disable, StaffWish::Enable, StaffWish::Reset]
    {
        assert_eq!(house.act(&staff, first, wish).await, oneself);
    }
    let none = house.act(&staff, second, StaffWish::Roles(vec![])).await;
    assert_eq!(none, StaffActed::Refused(StaffRefusal::NoRoles));
    let same = house.act(&staff, second, StaffWish::Roles(vec![Role::Support, Role::Admin])).await;
    assert_eq!(same, StaffActed::Refused(StaffRefusal::Unchanged), "whatever their order");
    let theirs = house.let_in_as("second@acme.example").await;
    assert_eq!(house.act(&staff, second, StaffWish::Roles(vec![Role::Support])).await, StaffActed::Done);
    assert_eq!(house.staff_in(&theirs).await.operator.roles, [Role::Support], "from the next page on");
    let last = StaffActed::Refused(StaffRefusal::LastAdmin);
    let command_line = Caller { actor: Actor::CommandLine, ..caller() };
    for wish in [StaffWish::Roles(vec![Role::Support]), StaffWish::Disable] {
        let flows = &house.flows;
        let acted = flows.act_on_operator(house.service_id, first, wish, "x", command_line.clone()).await;
        assert_eq!(acted.unwrap(), last);
    }
    assert_eq!(house.act(&staff, second, StaffWish::Disable).await, StaffActed::Done);
    assert!(!house.is_in(&theirs).await);
    assert_eq!(house.act(&staff, second, StaffWish::Enable).await, StaffActed::Done);
    assert!(!house.is_in(&theirs).await, "a session that ended stays ended");
    house.let_in_as("second@acme.example").await;
}

/// Of two admins who take each other's role away at the same moment, one stays.
#[tokio::test]
async fn two_admins_cannot_leave_nobody() {
    let house = House::new().await;
    let first = house.operator_as(EMAIL, &[Role::Admin], false).await;
    let second = house.operator_as("second@acme.example", &[Role::Admin], false).await;
    let (one, two) = (house.let_in().await, house.let_in_as("second@acme.example").await);
    let (one, two) = (house.staff_in(&one).await, house.staff_in(&two).await);
    let outcomes = tokio::join!(
        house.act(&one, second, StaffWish::Disable),
        house.act(&two, first, StaffWish::Disable),
    );
    let last = StaffActed::Refused(StaffRefusal::LastAdmin);
    assert!(
        outcomes == (StaffActed::Done, last.clone()) || outcomes == (last, StaffActed::Done),
        "{outcomes:?}"
    );
}

#[tokio::test]
async fn ones_own_factors_change_with_the_password_and_the_last_one_stays() {
    let house = House::new().await;
    house.operator(EMAIL, false).await;
    let elsewhere = house.let_in().await;
    let staff = house.staff_in(&house.let_in().await).await;
    let own = house.flows.own_access(&staff).await.unwrap();
    assert_eq!((own.standing.len(), own.sessions.len()), (1, 2));
    let old = own.standing[0].id;
    let wrong = house.own(&staff, OwnWish::AddFactor(Factor::Totp), "not it").await;
    assert_eq!(wrong, OwnChange::WrongPassword);
    let last = house.own(&staff, OwnWish::RemoveFactor(old), PASSWORD).await;
    assert_eq!(last, OwnChange::Refused(FactorRefusal::Last));
    let OwnChange::Enrol(journey) = house.own(&staff, OwnWish::AddFactor(Factor::Totp), PASSWORD).await
    else {
        panic!("nothing to enrol")
    };
    let journey = journey.expose();
    let other = house.staff_in(&elsewhere).await;
    let theirs = house.flows.own_factor_offer(&other, journey, "Acme").await.unwrap();
    assert_eq!(theirs, None, "of the session that asked only");
    let offer = house.flows.own_factor_offer(&staff, journey, "Acme").await.unwrap().unwrap();
    let new = App::scan(&offer.key.unwrap().uri);
    let answer = SecondAnswer::Totp(new.shows(house.now().unix_ms()));
    let by = house.by(&staff);
    let done = house.flows.enrol_own_factor(&staff, journey, answer, "tablet", by).await.unwrap();
    assert_eq!(done, SecondEnrol::Done(None));
    house.later(30);
    let (token, now) = (house.asked_by(EMAIL).await, house.now().unix_ms());
    assert!(matches!(house.enter(&token, &app().shows(now)).await, ConsoleCheck::Not(_)), "replaced");
    assert!(matches!(house.enter(&token, &new.shows(now)).await, ConsoleCheck::SignedIn(_)));
    assert!(house.is_in(&elsewhere).await);
    let wish = OwnWish::Password(Redacted(CHOSEN.to_owned()));
    assert_eq!(house.own(&staff, wish, PASSWORD).await, OwnChange::Done);
    assert!(!house.is_in(&elsewhere).await, "others end with the password");
    assert_eq!(house.console(EMAIL, PASSWORD).await, ConsoleStart::Wrong);
}
