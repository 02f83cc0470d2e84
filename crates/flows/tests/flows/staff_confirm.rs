//! What an admin does at the console about somebody's access is proved first, its link goes to one mailbox only, the
//! other admins are told, and whoever it lets in waits before being one of two who decide.

use crate::app::App;
use crate::console::{EMAIL, PASSWORD, other};
use crate::house::{House, address, caller};
use crate::staff::NEW;
use countersign_core::id::OperatorId;
use countersign_core::model::*;
use countersign_core::operator::StaffRefusal;
use countersign_core::proof::Answer;
use countersign_core::proposal;
use countersign_core::time::{hours, seconds};
use countersign_flows::*;

const SECOND: &str = "second@acme.example";

fn act(id: OperatorId, wish: StaffWish) -> StaffPlan {
    StaffPlan::Act { operator: StoredId(*id.as_bytes()), wish, reason: "because".to_owned() }
}

fn addition(roles: &[Role]) -> StaffPlan {
    StaffPlan::Add { email: address(NEW), name: Redacted("Nina".to_owned()), roles: roles.to_vec() }
}

impl House {
    async fn ask_act(&self, by: &SignedInOperator, plan: StaffPlan) -> StaffAsk {
        self.flows.ask_staff_act(by, plan, "en").await.unwrap()
    }

    async fn act_asked(&self, by: &SignedInOperator, plan: StaffPlan) -> String {
        match self.ask_act(by, plan).await {
            StaffAsk::Confirm(token) => token.expose().to_owned(),
            other => panic!("not asked for: {other:?}"),
        }
    }

    async fn prove_act(
        &self,
        by: &SignedInOperator,
        token: &str,
        secret: &str,
        code: &str,
    ) -> StaffConfirmed {
        let answer = SecondAnswer::Totp(code.to_owned());
        self.flows.confirm_staff_act(by, token, secret, answer, self.by(by)).await.unwrap()
    }

    /// Asked for and proved, half a minute later.
    async fn act_done(&self, by: &SignedInOperator, plan: StaffPlan) -> OperatorId {
        let token = self.act_asked(by, plan).await;
        self.later(30);
        match self.prove_act(by, &token, PASSWORD, &self.app_code()).await {
            StaffConfirmed::Done(id, _) => id,
            other => panic!("not done: {other:?}"),
        }
    }

    async fn operator_now(&self, id: OperatorId) -> Operator {
        self.flows.staff_member(self.service_id, id).await.unwrap().unwrap().entry.operator
    }

    /// The token of the link in the one letter that brings one, and whoever else was told something.
    async fn link_and_told(&self) -> (String, Vec<(String, Notice)>) {
        let (mut links, mut told) = (Vec::new(), Vec::new());
        for letter in self.post().await {
            let Body::Notice { notice, freeze_path, .. } = letter.body else { continue };
            match freeze_path.strip_prefix("/console/join/") {
                Some(link) => links.push((letter.to.expose().to_owned(), link.to_owned())),
                None => told.push((letter.to.expose().to_owned(), notice)),
            }
        }
        let [(to, link)] = &links[..] else { panic!("{} links", links.len()) };
        assert_eq!(to, NEW);
        (link.clone(), told)
    }

    /// They use their link; who they are at the console.
    async fn joins_by(&self, link: &str) -> OperatorId {
        let journey = self.chosen(link).await.unwrap();
        let offer = self.flows.join_offer(self.service_id, &journey, "Acme").await.unwrap().unwrap();
        let code = App::scan(&offer.key.unwrap().uri).shows(self.now().unix_ms());
        let SecondEnrol::Done(Some(cookies)) = self.join(&journey, &code).await else { panic!("not in") };
        self.staff_in(cookies.session.expose()).await.operator.id
    }
}

#[tokio::test]
async fn a_cookie_alone_changes_nobodys_access() {
    let house = House::new().await;
    house.operator_as(EMAIL, &[Role::Admin], false).await;
    let second = house.operator_as(SECOND, &[Role::Support], false).await;
    let elsewhere = house.staff_in(&house.let_in().await).await;
    let staff = house.staff_in(&house.let_in().await).await;
    let plan = act(second, StaffWish::Disable);
    let token = house.act_asked(&staff, plan.clone()).await;
    let look = house.flows.staff_act_waiting(&staff, &token).await.unwrap().unwrap();
    assert_eq!((&look.plan, look.whose.map(|who| who.id)), (&plan, Some(second)));
    assert_eq!((look.has_app, look.app_refusal, look.passkey_options), (true, None, None));
    let theirs = house.flows.staff_act_waiting(&elsewhere, &token).await.unwrap();
    assert_eq!(theirs, None, "of the session that asked only");
    house.later(30);
    let code = house.app_code();
    assert_eq!(house.prove_act(&elsewhere, &token, PASSWORD, &code).await, StaffConfirmed::Gone);
    assert_eq!(house.prove_act(&staff, &token, "not it", &code).await, StaffConfirmed::WrongPassword);
    let wrong = house.prove_act(&staff, &token, PASSWORD, &other(&code)).await;
    assert_eq!(wrong, StaffConfirmed::Not(Answer::Wrong { left: 4 }));
    let short = house.prove_act(&staff, &token, PASSWORD, "12").await;
    assert!(matches!(short, StaffConfirmed::Unreadable(_)));
    assert_eq!(house.operator_now(second).await.disabled_at, None, "nothing has happened yet");
    assert_eq!(house.prove_act(&staff, &token, PASSWORD, &code).await, StaffConfirmed::Done(second, plan));
    assert_eq!(house.operator_now(second).await.disabled_at, Some(house.now()));
    assert_eq!(house.prove_act(&staff, &token, PASSWORD, &code).await, StaffConfirmed::Gone, "once");
    // R35: the code is used up, for the next act as for the door.
    let again = house.act_asked(&staff, act(second, StaffWish::Enable)).await;
    let used = house.prove_act(&staff, &again, PASSWORD, &code).await;
    assert!(matches!(used, StaffConfirmed::Not(Answer::Wrong { .. })), "{used:?}");
}

#[tokio::test]
async fn a_proof_is_counted_as_at_the_door() {
    let house = House::new().await;
    house.operator_as(EMAIL, &[Role::Admin], false).await;
    let second = house.operator_as(SECOND, &[Role::Support], false).await;
    let staff = house.staff_in(&house.let_in().await).await;
    let token = house.act_asked(&staff, act(second, StaffWish::Reset)).await;
    house.later(30);
    let code = house.app_code();
    for _ in 0..5 {
        house.prove_act(&staff, &token, PASSWORD, &other(&code)).await;
    }
    let refused = house.prove_act(&staff, &token, PASSWORD, &code).await;
    assert!(matches!(refused, StaffConfirmed::Not(Answer::Refused(_))), "{refused:?}");
    let door = house.asked_by(EMAIL).await;
    assert!(matches!(house.enter(&door, &code).await, ConsoleCheck::Not(Answer::Refused(_))));
    for _ in 0..5 {
        house.prove_act(&staff, &token, "not it", &code).await;
    }
    let locked = house.prove_act(&staff, &token, PASSWORD, &code).await;
    assert!(matches!(locked, StaffConfirmed::Locked(_)), "{locked:?}");
    assert!(house.operator_now(second).await.password_hash.starts_with("$argon2id$"), "as it was");
}

#[tokio::test]
async fn what_would_be_refused_is_refused_before_the_proof_and_again_after_it() {
    let house = House::new().await;
    let first = house.operator_as(EMAIL, &[Role::Admin], false).await;
    let second = house.operator_as(SECOND, &[Role::Support], false).await;
    let staff = house.staff_in(&house.let_in().await).await;
    let refused = |refusal| StaffAsk::Refused(refusal);
    assert_eq!(house.ask_act(&staff, addition(&[])).await, refused(StaffRefusal::NoRoles));
    let (email, name, roles) = (address(SECOND), Redacted::default(), vec![Role::Admin]);
    let taken = StaffPlan::Add { email, name, roles };
    assert_eq!(house.ask_act(&staff, taken).await, StaffAsk::Taken);
    assert_eq!(house.ask_act(&staff, act(first, StaffWish::Reset)).await, refused(StaffRefusal::Oneself));
    assert_eq!(house.ask_act(&staff, act(second, StaffWish::Enable)).await, refused(StaffRefusal::Unchanged));
    let nobody = OperatorId::from_bytes([7; 16]);
    assert_eq!(house.ask_act(&staff, act(nobody, StaffWish::Reset)).await, StaffAsk::Gone);
    // It was done by somebody else in between.
    let plan = act(second, StaffWish::Disable);
    let token = house.act_asked(&staff, plan.clone()).await;
    let command_line = || Caller { actor: Actor::CommandLine, ..caller() };
    let by_hand = async |id, wish| {
        house.flows.act_on_operator(house.service_id, id, wish, "x", command_line()).await.unwrap()
    };
    assert_eq!(by_hand(second, StaffWish::Disable).await, StaffActed::Done);
    house.later(30);
    let late = house.prove_act(&staff, &token, PASSWORD, &house.app_code()).await;
    assert_eq!(late, StaffConfirmed::Refused(StaffRefusal::Unchanged, plan));
    // Whoever asks is no admin any more.
    let token = house.act_asked(&staff, act(second, StaffWish::Enable)).await;
    house.operator_as("third@acme.example", &[Role::Admin], false).await;
    assert_eq!(by_hand(first, StaffWish::Roles(vec![Role::Support])).await, StaffActed::Done);
    house.later(30);
    let gone = house.prove_act(&staff, &token, PASSWORD, &house.app_code()).await;
    assert_eq!(gone, StaffConfirmed::Gone);
}

/// The attack this is about: one admin adds helpers, or takes over a colleague's name, and has both voices.
#[tokio::test]
async fn whoever_one_admin_lets_in_is_no_second_voice_for_three_days() {
    let house = House::new().await;
    house.operator_as(EMAIL, &[Role::Admin, Role::Support], false).await;
    house.operator_as(SECOND, &[Role::Admin], false).await;
    let admin = house.staff_in(&house.let_in().await).await;
    let added = house.act_done(&admin, addition(&[Role::Reviewer])).await;
    let (link, told) = house.link_and_told().await;
    assert_eq!(told, [(SECOND.to_owned(), Notice::StaffAdded)]);
    house.later(3_600);
    let id = house.joins_by(&link).await;
    assert_eq!(id, added);
    let from = house.now().after(hours(72));
    assert_eq!(house.operator_now(id).await.decides_from, Some(from), "from their joining on");
    let person = house.person(&[Factor::Email, Factor::Sms]).await;
    house.later(3_600);
    let (flows, service_id) = (&house.flows, house.service_id);
    let proposed = flows
        .propose(
            service_id,
            person.id,
            ProposalKind::RemoveNumber,
            ProposalAbout::One,
            "x",
            &house.by(&admin),
        )
        .await;
    let ProposeOutcome::Made(proposal) = proposed.unwrap() else { panic!("not made") };
    let puppet = Caller { actor: Actor::Operator(id), ..caller() };
    let decide = async || {
        let verdict = proposal::Verdict::Approve;
        flows.decide_proposal(service_id, proposal.id, verdict, "looked", &puppet).await.unwrap()
    };
    assert_eq!(decide().await, DecideOutcome::Gone);
    house.pass(hours(71) - seconds(1));
    assert_eq!(decide().await, DecideOutcome::Gone, "a second before");
    house.later(1);
    assert!(matches!(decide().await, DecideOutcome::Ended(_)));
    // A reset begins it again, from its link to their joining and from there.
    house.post().await;
    let admin = house.staff_in(&house.let_in().await).await;
    house.act_done(&admin, act(id, StaffWish::Reset)).await;
    let (link, told) = house.link_and_told().await;
    assert_eq!(told, [(SECOND.to_owned(), Notice::StaffReset)]);
    assert_eq!(house.operator_now(id).await.decides_from, Some(house.now().after(hours(72))));
    house.later(60);
    house.joins_by(&link).await;
    assert_eq!(house.operator_now(id).await.decides_from, Some(house.now().after(hours(72))));
}

#[tokio::test]
async fn a_voice_that_is_given_waits_and_one_of_the_command_line_does_not() {
    let house = House::new().await;
    house.operator_as(EMAIL, &[Role::Admin], false).await;
    let second = house.operator_as(SECOND, &[Role::Support], false).await;
    let admin = house.staff_in(&house.let_in().await).await;
    house.act_done(&admin, act(second, StaffWish::Roles(vec![Role::Support, Role::Delivery]))).await;
    assert_eq!(house.operator_now(second).await.decides_from, None, "nothing to decide with");
    house.act_done(&admin, act(second, StaffWish::Roles(vec![Role::Fraud]))).await;
    assert_eq!(house.operator_now(second).await.decides_from, Some(house.now().after(hours(72))));
    let new = NewOperator {
        service_id: house.service_id,
        email: address(NEW),
        name: String::new(),
        roles: vec![Role::Reviewer],
    };
    let by = Caller { actor: Actor::CommandLine, ..caller() };
    let added = house.flows.invite_operator(new, by).await.unwrap();
    let OperatorAdd::Added { link: Some(link), .. } = added else { panic!("not added") };
    let third = house.joins_by(link.expose()).await;
    assert_eq!(house.operator_now(third).await.decides_from, None);
}
