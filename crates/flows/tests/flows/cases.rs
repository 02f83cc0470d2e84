//! Recovery cases as their holders and two operators live them: whole journeys, and the ways in which they must fail.

mod attacks;

use crate::evidence::png;
use crate::house::{House, Person, address, caller, cheap_hash, code_in, notice_in};
use countersign_core::case::{Claims, DecideRefusal, Decided, OpenRefusal, SubmitRefusal};
use countersign_core::change::Change;
use countersign_core::event::Event;
use countersign_core::id::{CaseId, OperatorId};
use countersign_core::model::*;
use countersign_flows::*;

const DAY_S: i64 = 86_400;

/// A case as its holder knows it.
pub(crate) struct Held {
    pub(crate) id: CaseId,
    key: CaseKey,
    access: String,
}

impl House {
    pub(crate) async fn reviewer(&self, name: &str) -> OperatorId {
        let id = OperatorId::draw(self.now(), self.entropy.as_ref());
        let operator = Operator {
            id,
            service_id: self.service_id,
            email: address(&format!("{name}@acme.example")),
            name: String::new(),
            password_hash: cheap_hash("a rail beside a fluid room"),
            roles: vec![Role::Reviewer],
            created_at: self.now(),
            disabled_at: None,
            decides_from: None,
        };
        self.apply(vec![Change::InsertOperator(operator)]).await;
        id
    }

    /// Password right, code page reached; answers the journey's token.
    async fn at_the_code(&self, person: &Person) -> String {
        let who = person.email.clone().or(person.number.clone()).unwrap();
        let started = self.flows.start_sign_in(self.service_id, who, &person.password, caller()).await;
        match started.unwrap() {
            SignInStart::SecondFactor(token) => token.expose().to_owned(),
            other => panic!("no code page: {other:?}"),
        }
    }

    async fn ask_recovery(&self, token: &str) -> CaseOpen {
        let door = SignInDoor::Journey(token.to_owned());
        self.flows.open_phone_case(self.service_id, door, caller()).await.unwrap()
    }

    async fn open_case(&self, person: &Person) -> Held {
        let token = self.at_the_code(person).await;
        self.post().await;
        held(self, self.ask_recovery(&token).await)
    }

    pub(crate) async fn case_of(&self, held: &Held) -> Case {
        self.flows.case(&held.key).await.unwrap().unwrap().case
    }

    /// Proves the email address on the confirm page.
    async fn verify(&self, held: &Held) {
        let CaseProof::Confirm(action) =
            self.flows.prove_for_case(&held.key, "page", caller()).await.unwrap()
        else {
            panic!("nothing is asked")
        };
        let sent = self.flows.send_on_confirm_page(self.service_id, action.id, "page", None, caller()).await;
        assert_eq!(sent.unwrap(), ActionSend::Sent);
        let answers = Answers { code: Some(self.code().await), ..Answers::default() };
        let done = self.flows.prove_on_page(self.service_id, action.id, "page", answers, caller()).await;
        match done.unwrap() {
            ProveOutcome::Done { effect: Some(effect), .. } => {
                assert!(matches!(*effect, Effect::CaseVerified(id) if id == held.id), "{effect:?}");
            }
            other => panic!("not proved: {other:?}"),
        }
    }

    async fn send_picture(&self, held: &Held, slot: EvidenceSlot, note: &str) {
        let new = NewEvidence {
            service_id: self.service_id,
            owner: EvidenceOwner::Case(held.id),
            slot,
            note: Redacted(note.to_owned()),
        };
        let put = self.flows.evidence_put_whole(new, png(640, 480), caller()).await.unwrap();
        assert!(matches!(put, EvidencePut::Taken(_)), "{put:?}");
    }

    async fn send_documents(&self, held: &Held) {
        let case = self.flows.case_for_documents(&held.key).await.unwrap().unwrap();
        let code = case.note_code(self.now()).unwrap().to_owned();
        self.send_picture(held, EvidenceSlot::DocumentFront, "").await;
        self.send_picture(held, EvidenceSlot::NotePhoto, &code).await;
    }

    async fn submit(&self, held: &Held) -> CaseSubmit {
        let (document, name) = (DocumentKind::Passport, Redacted("Ada Byron".to_owned()));
        let claims = Claims { document, name, remark: Redacted::default() };
        self.flows.submit_case(&held.key, claims, caller()).await.unwrap()
    }

    pub(crate) async fn say(&self, held: &Held, who: Actor, verdict: Verdict) -> CaseTake {
        let by = Caller { actor: who, ..caller() };
        let word = CaseWord {
            verdict,
            note: Redacted("looked".to_owned()),
            checks: CaseCheck::ALL.to_vec(),
            seen: None,
        };
        self.flows.decide_case(self.service_id, held.id, word, by).await.unwrap()
    }

    pub(crate) async fn approve(&self, held: &Held) {
        let one = self.reviewer(&format!("one{}", self.now().unix_ms())).await;
        let two = self.reviewer(&format!("two{}", self.now().unix_ms())).await;
        let waits = self.say(held, Actor::Operator(one), Verdict::Approve).await;
        assert_eq!(waits, CaseTake::Taken(Decided::Waits));
        let came = self.say(held, Actor::Operator(two), Verdict::Approve).await;
        assert_eq!(came, CaseTake::Taken(Decided::Came(CaseStage::Approved)));
    }

    async fn approved(&self, person: &Person) -> Held {
        let held = submitted(self, person).await;
        self.approve(&held).await;
        held
    }

    async fn told(&self) -> Vec<(String, Notice)> {
        let told = |message: &Message| Some((message.to.expose().to_owned(), notice_in(message)?.0));
        self.post().await.iter().filter_map(told).collect()
    }
}

/// A case up to where it is before the operators.
pub(crate) async fn submitted(house: &House, person: &Person) -> Held {
    let held = house.open_case(person).await;
    if house.case_of(&held).await.stage == CaseStage::Verify {
        house.verify(&held).await;
    }
    house.send_documents(&held).await;
    assert_eq!(house.submit(&held).await, CaseSubmit::Submitted);
    held
}

fn held(house: &House, open: CaseOpen) -> Held {
    let CaseOpen::Opened(case, code) = open else { panic!("not opened: {open:?}") };
    let access = code.normal().to_owned();
    Held { id: case.id, key: CaseKey::new(house.service_id, case.id, &access), access }
}

#[tokio::test]
async fn a_lost_phone_is_replaced_with_two_operators_and_a_hold() {
    let house = House::new().await;
    let person = house.person(&[Factor::Sms, Factor::Email]).await;
    let (number, email) = (person.number.clone().unwrap(), person.email.clone().unwrap());
    let elsewhere = house.session(&person).await;
    let token = house.at_the_code(&person).await;
    house.post().await;
    let held = held(&house, house.ask_recovery(&token).await);
    assert!(matches!(house.ask_recovery(&token).await, CaseOpen::Gone), "the sign-in is used up");
    let opened = house.told().await;
    assert!(opened.contains(&(number.expose().to_owned(), Notice::RecoveryOpened)), "{opened:?}");
    assert!(opened.contains(&(email.expose().to_owned(), Notice::RecoveryOpened)), "{opened:?}");
    assert!(house.flows.case_for_documents(&held.key).await.unwrap().is_none(), "not before the proof");
    house.verify(&held).await;
    assert_eq!(house.case_of(&held).await.file.proved, [Factor::Email]);
    assert_eq!(house.submit(&held).await, CaseSubmit::Refused(SubmitRefusal::Front));
    house.send_documents(&held).await;
    assert_eq!(house.submit(&held).await, CaseSubmit::Submitted);
    assert_eq!(house.flows.cases_waiting(house.service_id).await.unwrap(), 1);
    house.approve(&held).await;
    assert_eq!(house.flows.cases_waiting(house.service_id).await.unwrap(), 0);
    let wrong = house.flows.finish_case(&held.key, "not it", caller()).await.unwrap();
    assert!(matches!(wrong, CaseFinish::PasswordWrong), "{wrong:?}");
    let done = house.flows.finish_case(&held.key, &person.password, caller()).await.unwrap();
    let CaseFinish::In(opened, CaseKind::PhoneLost, journey) = done else { panic!("{done:?}") };
    assert!(house.signed_in(&elsewhere).await.is_none(), "everybody else is signed out");
    let signed_in = house.signed_in(opened.session_token.expose()).await.unwrap();
    let hold = signed_in.hold.as_ref().expect("value is held from this moment on");
    assert_eq!(
        (hold.cause, hold.ends_at.unix_ms() - house.now().unix_ms()),
        (HoldCause::Recovered, 2 * DAY_S * 1000)
    );
    let (flows, journey) = (&house.flows, journey.expose());
    house.post().await;
    let chosen = flows.choose_number(&signed_in, journey, "+447400777777", None).await.unwrap();
    assert_eq!(chosen, NumberOutcome::Fit);
    assert_eq!(flows.send_binding_code(&signed_in, journey, caller()).await.unwrap(), NumberOutcome::Sent);
    let code = house.post().await.iter().find_map(code_in).unwrap();
    let bound = flows.activate_binding(&signed_in, journey, &code, caller()).await.unwrap();
    assert!(matches!(bound, ActivateOutcome::Bound(_)), "{bound:?}");
    assert_eq!(house.case_of(&held).await.stage, CaseStage::Done);
    let finished = house.told().await;
    assert!(finished.contains(&(number.expose().to_owned(), Notice::RecoveryFinished)), "{finished:?}");
    let again = flows.finish_case(&held.key, &person.password, caller()).await.unwrap();
    assert!(matches!(again, CaseFinish::Gone), "a case is over once");
}

#[tokio::test]
async fn whoever_reads_the_old_numbers_notice_ends_the_case_without_signing_in() {
    let house = House::new().await;
    let person = house.person(&[Factor::Sms, Factor::Email]).await;
    let number = person.number.clone().unwrap();
    let token = house.at_the_code(&person).await;
    house.post().await;
    let held = held(&house, house.ask_recovery(&token).await);
    let notices = house.post().await;
    let link = notices.iter().find(|message| message.to == number).and_then(notice_in).unwrap().1;
    let frozen = house.flows.freeze_by_link(house.service_id, &link, caller()).await.unwrap();
    assert_eq!(frozen, FreezeLink::Frozen);
    assert_eq!(house.case_of(&held).await.stage, CaseStage::Canceled);
    house.later(60);
    let again = house.ask_recovery(&house.at_the_code(&person).await).await;
    assert!(matches!(again, CaseOpen::Refused(OpenRefusal::Frozen)), "{again:?}");
}

#[tokio::test]
async fn an_approved_case_lets_nobody_in_to_a_frozen_account_or_after_a_week() {
    let house = House::new().await;
    let person = house.person(&[Factor::Sms, Factor::Email]).await;
    let held = house.approved(&person).await;
    house.later(7 * DAY_S);
    let report = house.flows.run_timers([1; 16]).await.unwrap();
    assert_eq!(report.cases_expired, 1);
    let late = house.flows.finish_case(&held.key, &person.password, caller()).await.unwrap();
    assert!(matches!(late, CaseFinish::Gone), "{late:?}");
    let other = house.person(&[Factor::Sms, Factor::Email]).await;
    let held = house.approved(&other).await;
    let session = house.session(&other).await;
    let signed_in = house.signed_in(&session).await.unwrap();
    house.flows.freeze(&signed_in, caller()).await.unwrap();
    let frozen = house.flows.finish_case(&held.key, &other.password, caller()).await.unwrap();
    assert!(matches!(frozen, CaseFinish::Gone), "{frozen:?}");
}

#[tokio::test]
async fn the_second_operator_is_blind_until_they_have_decided() {
    let house = House::new().await;
    let person = house.person(&[Factor::Sms, Factor::Email]).await;
    let held = house.open_case(&person).await;
    house.verify(&held).await;
    house.send_documents(&held).await;
    house.submit(&held).await;
    let (one, two) = (house.reviewer("one").await, house.reviewer("two").await);
    let look = async |id| {
        let by = Caller { actor: Actor::Operator(id), ..caller() };
        house.flows.case_desk(house.service_id, held.id, by).await.unwrap().unwrap()
    };
    house.say(&held, Actor::Operator(one), Verdict::Reject(RejectReason::FaceDiffers)).await;
    let (own, blind) = (look(one).await, look(two).await);
    assert_eq!((own.said.len(), own.mine, own.voices), (1, true, 1));
    assert_eq!((blind.said.len(), blind.mine, blind.voices), (0, false, 1), "that one has spoken, no more");
    let twice = house.say(&held, Actor::Operator(one), Verdict::Reject(RejectReason::Other)).await;
    assert_eq!(twice, CaseTake::Refused(DecideRefusal::Twice));
    house.say(&held, Actor::Operator(two), Verdict::Reject(RejectReason::FaceDiffers)).await;
    assert_eq!(look(two).await.said.len(), 2, "all is seen once it is over");
    let view = house.case_of(&held).await;
    assert_eq!((view.stage, view.file.rejected_for), (CaseStage::Rejected, Some(RejectReason::FaceDiffers)));
    let by_hand = Caller { actor: Actor::CommandLine, ..caller() };
    for _ in 0..2 {
        house.flows.case_desk(house.service_id, held.id, by_hand.clone()).await.unwrap().unwrap();
    }
    let activity = house.signed_in(&house.session(&person).await).await.unwrap();
    let entries = house.flows.activity(&activity, None, None).await.unwrap().entries;
    let seen = entries.iter().filter(|entry| matches!(entry.event, Event::CaseSeen { .. })).count();
    assert_eq!(seen, 3, "once for each operator and the command line, however often they look");
}

#[tokio::test]
async fn the_command_line_is_one_voice_and_holders_are_none() {
    let house = House::new().await;
    let person = house.person(&[Factor::Sms, Factor::Email]).await;
    let held = house.open_case(&person).await;
    house.verify(&held).await;
    house.send_documents(&held).await;
    house.submit(&held).await;
    let first = house.say(&held, Actor::CommandLine, Verdict::Approve).await;
    assert_eq!(first, CaseTake::Taken(Decided::Waits));
    let second = house.say(&held, Actor::CommandLine, Verdict::Approve).await;
    assert_eq!(second, CaseTake::Refused(DecideRefusal::Twice));
    for nobody in [Actor::Holder, Actor::System, Actor::RelyingParty] {
        assert_eq!(house.say(&held, nobody, Verdict::Approve).await, CaseTake::Gone);
    }
}

#[tokio::test]
async fn documents_that_could_not_be_read_are_sent_again_with_a_new_note() {
    let house = House::new().await;
    let person = house.person(&[Factor::Sms, Factor::Email]).await;
    let held = house.open_case(&person).await;
    house.verify(&held).await;
    house.send_documents(&held).await;
    house.submit(&held).await;
    let (one, two) = (house.reviewer("one").await, house.reviewer("two").await);
    house.later(60);
    for who in [one, two] {
        house.say(&held, Actor::Operator(who), Verdict::Reject(RejectReason::Unreadable)).await;
    }
    assert_eq!(house.case_of(&held).await.stage, CaseStage::Documents);
    let refused = house.submit(&held).await;
    assert_eq!(refused, CaseSubmit::Refused(SubmitRefusal::Front), "what was sent before does not count");
    house.send_documents(&held).await;
    assert_eq!(house.submit(&held).await, CaseSubmit::Submitted);
    let again = house.say(&held, Actor::Operator(one), Verdict::Approve).await;
    assert_eq!(again, CaseTake::Taken(Decided::Waits), "who decided before may decide about the new ones");
}

#[tokio::test]
async fn link_and_access_code_let_in_from_anywhere_and_nothing_else_does() {
    let house = House::new().await;
    let person = house.person(&[Factor::Sms, Factor::Email]).await;
    let held = house.open_case(&person).await;
    let enter = async |id: &str, code: &str| {
        house.flows.enter_case(house.service_id, id, code, caller()).await.unwrap()
    };
    let link = format!("https://accounts.acme.example/recover/{}", held.id);
    let entered = enter(&link, &held.access.to_uppercase()).await;
    assert_eq!(entered, CaseEntry::In(held.id, Redacted(held.access.clone())));
    assert!(!format!("{entered:?}").contains(&held.access), "R10: the access code is in no log");
    let unknown = CaseId::from_bytes([9; 16]).to_string();
    for (id, code) in [(held.id.to_string(), "0000-0000-0000-0000"), (unknown, held.access.as_str())] {
        assert_eq!(enter(&id, code).await, CaseEntry::Wrong);
    }
    assert_eq!(enter("nonsense", "nonsense").await, CaseEntry::Wrong);
    let other = CaseKey::new(house.service_id, held.id, "0000000000000000");
    assert!(house.flows.case(&other).await.unwrap().is_none());
    let elsewhere = CaseKey::new(countersign_core::id::ServiceId::from_bytes([7; 16]), held.id, &held.access);
    assert!(house.flows.case(&elsewhere).await.unwrap().is_none(), "another service has no such case (R77)");
}

#[tokio::test]
async fn who_is_flagged_shows_who_they_are_and_may_switch_sms_on() {
    let house = House::new().await;
    let person = house.person(&[Factor::Sms, Factor::Email]).await;
    let (flows, service_id) = (&house.flows, house.service_id);
    let signed_in = house.signed_in(&house.session(&person).await).await.unwrap();
    let active = flows.open_identity_case(&signed_in, caller()).await.unwrap();
    assert!(matches!(active, CaseOpen::Refused(OpenRefusal::NotNeeded)), "{active:?}");
    flows.set_account_status(service_id, person.id, AccountStatus::Flagged).await.unwrap();
    let held = held(&house, flows.open_identity_case(&signed_in, caller()).await.unwrap());
    house.send_documents(&held).await;
    house.submit(&held).await;
    let (one, two) = (house.reviewer("one").await, house.reviewer("two").await);
    house.say(&held, Actor::Operator(one), Verdict::Approve).await;
    let came = house.say(&held, Actor::Operator(two), Verdict::Approve).await;
    assert_eq!(came, CaseTake::Taken(Decided::Came(CaseStage::Done)));
    let account = flows.account(service_id, person.id).await.unwrap().unwrap().account;
    assert_eq!(account.status, AccountStatus::Active);
}
