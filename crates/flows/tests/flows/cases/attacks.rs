//! What somebody with the password, a browser of before or an access code tries, and the ways that a holder who lost
//! more than the phone still has.

use super::*;
use countersign_core::policy::Policy;
use countersign_core::proposal::Verdict as Word;
use countersign_core::session::hash_token;
use countersign_core::ticket::NewTicket;
use countersign_core::time::{days, hours};

const NEW_NUMBER: &str = "+447400777777";

/// A house in which nobody is kept from asking for codes again and again.
async fn patient() -> House {
    House::with(Policy { sends_before_lock: 20, sends_per_address_per_day: 50, ..Policy::default() }, 0).await
}

/// Somebody who was let in by an approved case.
struct LetIn {
    signed_in: SignedIn,
    cookie: String,
    device: String,
    journey: String,
}

impl House {
    async fn let_in_by(&self, person: &Person, held: &Held) -> LetIn {
        let done = self.flows.finish_case(&held.key, &person.password, caller()).await.unwrap();
        let CaseFinish::In(opened, _, journey) = done else { panic!("not let in: {done:?}") };
        let cookie = opened.session_token.expose().to_owned();
        LetIn {
            signed_in: self.signed_in(&cookie).await.unwrap(),
            cookie,
            device: opened.device_token.unwrap().expose().to_owned(),
            journey: journey.expose().to_owned(),
        }
    }

    /// The new number was chosen and its code is at hand.
    async fn at_activate(&self, who: &LetIn) -> String {
        let (flows, token) = (&self.flows, &who.journey);
        let chosen = flows.choose_number(&who.signed_in, token, NEW_NUMBER, None).await.unwrap();
        assert_eq!(chosen, NumberOutcome::Fit);
        self.post().await;
        let sent = flows.send_binding_code(&who.signed_in, token, caller()).await.unwrap();
        assert_eq!(sent, NumberOutcome::Sent);
        self.code().await
    }

    async fn activate(&self, who: &LetIn, code: &str) -> ActivateOutcome {
        self.flows.activate_binding(&who.signed_in, &who.journey, code, caller()).await.unwrap()
    }

    async fn number_of(&self, person: &Person) -> Option<String> {
        let view = self.flows.account(self.service_id, person.id).await.unwrap().unwrap();
        view.binding.map(|binding| binding.number.expose().to_owned())
    }

    async fn start(&self, person: &Person, device: Option<&str>) -> SignInStart {
        let who = person.email.clone().or(person.number.clone()).unwrap();
        let caller = Caller { device_token: device.map(str::to_owned), ..caller() };
        self.later(130);
        self.flows.start_sign_in(self.service_id, who, &person.password, caller).await.unwrap()
    }

    /// Signs in by a code; answers the device's cookie.
    async fn known_browser(&self, person: &Person) -> String {
        self.later(130);
        self.post().await;
        let token = self.at_the_code(person).await;
        let code = self.code().await;
        let checked = self.flows.check_sign_in(self.service_id, &token, &code, caller()).await.unwrap();
        let SignInCheck::SignedIn(opened) = checked else { panic!("not signed in: {checked:?}") };
        opened.device_token.unwrap().expose().to_owned()
    }

    /// A case of any kind as if two had approved it just now.
    async fn planted(&self, person: &Person, kind: CaseKind) -> Held {
        let (id, access) = (CaseId::draw(self.now(), self.entropy.as_ref()), "0123456789abcdef".to_owned());
        let case = Case {
            id,
            service_id: self.service_id,
            account_id: person.id,
            kind,
            stage: CaseStage::Approved,
            round: 1,
            access: hash_token(&access),
            access_failures: 0,
            access_locked_until: None,
            file: CaseFile::default(),
            opened_at: self.now(),
            submitted_at: Some(self.now()),
            promised_by: None,
            decided_at: Some(self.now()),
            expires_at: self.now().after(days(7)),
            ended_at: None,
        };
        self.apply(vec![Change::InsertCase(case)]).await;
        Held { id, key: CaseKey::new(self.service_id, id, &access), access }
    }

    /// Proves the email address on a confirm page; answers what it led to.
    async fn proves_email(&self, action: &Action) -> Effect {
        self.later(60);
        self.post().await;
        let (flows, service_id) = (&self.flows, self.service_id);
        let sent = flows.send_on_confirm_page(service_id, action.id, "page", None, caller()).await.unwrap();
        assert_eq!(sent, ActionSend::Sent);
        let answers = Answers { code: Some(self.code().await), ..Answers::default() };
        let proved = flows.prove_on_page(service_id, action.id, "page", answers, caller()).await.unwrap();
        match proved {
            ProveOutcome::Done { effect: Some(effect), .. } => *effect,
            other => panic!("not proved: {other:?}"),
        }
    }

    async fn two_agree(&self, person: &Person, kind: ProposalKind, about: ProposalAbout) {
        let by = |id| Caller { actor: Actor::Operator(id), ..caller() };
        let (one, two) = (self.reviewer("proposes").await, self.reviewer("agrees").await);
        let (flows, service_id) = (&self.flows, self.service_id);
        let made = flows.propose(service_id, person.id, kind, about, "asked for", &by(one)).await.unwrap();
        let ProposeOutcome::Made(made) = made else { panic!("not made: {made:?}") };
        let done = flows.decide_proposal(service_id, made.id, Word::Approve, "called back", &by(two)).await;
        let DecideOutcome::Ended(ended) = done.unwrap() else { panic!("not decided") };
        assert_eq!(ended.status, ProposalStatus::Approved);
    }

    /// Everything but the decision, from the documents on.
    async fn hand_in(&self, held: &Held) {
        self.send_documents(held).await;
        assert_eq!(self.submit(held).await, CaseSubmit::Submitted);
    }
}

#[tokio::test]
async fn whoever_was_let_in_binds_nothing_once_the_case_is_withdrawn() {
    let house = patient().await;
    let person = house.person(&[Factor::Sms, Factor::Email]).await;
    let held = house.approved(&person).await;
    let thief = house.let_in_by(&person, &held).await;
    let code = house.at_activate(&thief).await;
    assert!(house.flows.cancel_case(&held.key, caller()).await.unwrap());
    assert_eq!(house.activate(&thief, &code).await, ActivateOutcome::Gone);
    assert_eq!(house.number_of(&person).await, person.number.as_ref().map(|old| old.expose().to_owned()));
    assert!(house.signed_in(&thief.cookie).await.is_none(), "and is signed out");
    let again = house.start(&person, Some(&thief.device)).await;
    assert!(matches!(again, SignInStart::SecondFactor(_)), "and comes back by no browser: {again:?}");
    assert_eq!(house.case_of(&held).await.stage, CaseStage::Canceled);
}

#[tokio::test]
async fn nor_once_its_time_has_run_out_whether_a_timer_came_by_or_not() {
    let house = patient().await;
    let person = house.person(&[Factor::Sms, Factor::Email]).await;
    let held = house.approved(&person).await;
    house.later(7 * DAY_S - 30);
    let late = house.let_in_by(&person, &held).await;
    let code = house.at_activate(&late).await;
    house.later(31);
    assert_eq!(house.activate(&late, &code).await, ActivateOutcome::Gone);
    assert_eq!(house.number_of(&person).await, person.number.as_ref().map(|old| old.expose().to_owned()));
    assert_eq!(house.flows.run_timers([1; 16]).await.unwrap().cases_expired, 1);
    assert!(house.signed_in(&late.cookie).await.is_none());
}

#[tokio::test]
async fn a_trading_password_is_set_by_a_case_that_stands_and_by_no_other() {
    let house = patient().await;
    for withdrawn in [true, false] {
        let person = house.person(&[Factor::Email, Factor::Totp, Factor::TradingPassword]).await;
        let held = house.planted(&person, CaseKind::TradingPassword).await;
        let who = house.let_in_by(&person, &held).await;
        if withdrawn {
            assert!(house.flows.cancel_case(&held.key, caller()).await.unwrap());
        }
        let set = house.flows.set_trading_password(&who.signed_in, &who.journey, "804931", caller()).await;
        let wanted = if withdrawn { SecretSet::Gone } else { SecretSet::Set };
        assert_eq!(set.unwrap(), wanted, "withdrawn: {withdrawn}");
        let stage = if withdrawn { CaseStage::Canceled } else { CaseStage::Done };
        assert_eq!(house.case_of(&held).await.stage, stage);
        let told = house.told().await;
        let changed = told.iter().any(|(_, what)| *what == Notice::TradingPasswordSet);
        assert_eq!(changed, !withdrawn, "{told:?}");
    }
}

#[tokio::test]
async fn a_recovery_trusts_no_browser_of_before_and_its_own_only_when_the_new_number_stands() {
    let house = patient().await;
    let person = house.person(&[Factor::Sms, Factor::Email]).await;
    let old = house.known_browser(&person).await;
    assert!(matches!(house.start(&person, Some(&old)).await, SignInStart::SignedIn(_)));
    let held = house.approved(&person).await;
    let who = house.let_in_by(&person, &held).await;
    for browser in [&old, &who.device] {
        let start = house.start(&person, Some(browser)).await;
        assert!(matches!(start, SignInStart::SecondFactor(_)), "the password alone is not enough: {start:?}");
    }
    let listed = house.flows.devices(&who.signed_in).await.unwrap();
    assert_eq!(listed.iter().map(|one| (one.is_this, one.is_known)).collect::<Vec<_>>(), [(true, false)]);
    // Whoever has the old phone gets in once more, and not for longer than the old number stands.
    let between = house.known_browser(&person).await;
    let code = house.at_activate(&who).await;
    let bound = house.activate(&who, &code).await;
    assert!(matches!(bound, ActivateOutcome::Bound(_)), "{bound:?}");
    assert!(house.signed_in(&who.cookie).await.is_some(), "where it was proved it goes on");
    assert!(matches!(house.start(&person, Some(&who.device)).await, SignInStart::SignedIn(_)));
    for browser in [&old, &between] {
        let start = house.start(&person, Some(browser)).await;
        assert!(matches!(start, SignInStart::SecondFactor(_)), "{start:?}");
    }
}

#[tokio::test]
async fn the_password_alone_does_not_use_up_what_its_holder_may_ask_for() {
    let house = patient().await;
    let person = house.person(&[Factor::Sms, Factor::Email]).await;
    for _ in 0..4 {
        house.later(130);
        let held = house.open_case(&person).await;
        assert!(house.flows.cancel_case(&held.key, caller()).await.unwrap());
    }
    house.later(130);
    house.open_case(&person).await;
}

#[tokio::test]
async fn a_lost_access_code_is_replaced_by_a_proof_and_whoever_had_the_old_one_is_out() {
    let house = patient().await;
    let person = house.person(&[Factor::Sms, Factor::Email]).await;
    let old = house.open_case(&person).await;
    house.verify(&old).await;
    house.hand_in(&old).await;
    house.later(130);
    let token = house.at_the_code(&person).await;
    let refused = house.ask_recovery(&token).await;
    assert!(matches!(refused, CaseOpen::Refused(OpenRefusal::Open(id)) if id == old.id), "{refused:?}");
    let door = SignInDoor::Journey(token);
    assert!(house.flows.is_at_sign_in(house.service_id, door.clone()).await.unwrap(), "still at the door");
    let asked = house.flows.ask_case_access(house.service_id, door, "page", caller()).await.unwrap();
    let CaseProof::Confirm(action) = asked else { panic!("nothing is asked: {asked:?}") };
    assert!(house.flows.case(&old.key).await.unwrap().is_some(), "asked for, and nothing has happened");
    let effect = house.proves_email(&action).await;
    let Effect::CaseAccess(case, code) = effect else { panic!("another effect: {effect:?}") };
    assert!(house.flows.case(&old.key).await.unwrap().is_none(), "the old code is dead");
    let key = CaseKey::new(house.service_id, case.id, code.normal());
    let new = house.flows.case(&key).await.unwrap().unwrap().case;
    assert_eq!((new.id, new.stage, new.round), (old.id, CaseStage::Documents, 2));
    assert_eq!((new.file.name.0.as_str(), new.file.proved.as_slice()), ("", &[Factor::Email][..]));
    assert!(house.flows.case_pictures(&key).await.unwrap().is_empty(), "what another sent is not theirs");
    let told = house.told().await;
    for address in [&person.number, &person.email] {
        let to = address.as_ref().unwrap().expose().to_owned();
        assert!(told.contains(&(to, Notice::RecoveryAccessReplaced)), "{told:?}");
    }
}

#[tokio::test]
async fn where_nothing_is_left_to_prove_two_of_staff_end_the_case_and_another_is_opened() {
    let house = patient().await;
    let person = house.person(&[Factor::Sms]).await;
    let lost = house.open_case(&person).await;
    house.later(130);
    let token = house.at_the_code(&person).await;
    let door = SignInDoor::Journey(token.clone());
    let asked = house.flows.ask_case_access(house.service_id, door, "page", caller()).await.unwrap();
    assert!(matches!(asked, CaseProof::Refused(_)), "{asked:?}");
    house.two_agree(&person, ProposalKind::EndCase, ProposalAbout::Case(lost.id)).await;
    assert_eq!(house.case_of(&lost).await.stage, CaseStage::Canceled);
    let number = person.number.clone().unwrap().expose().to_owned();
    assert!(house.told().await.contains(&(number, Notice::RecoveryCanceled)));
    assert!(matches!(house.ask_recovery(&token).await, CaseOpen::Opened(..)));
}

#[tokio::test]
async fn without_any_proof_the_documents_speak_alone_everybody_is_told_and_a_day_passes() {
    let house = patient().await;
    let person = house.person(&[Factor::Sms, Factor::Email]).await;
    let held = house.open_case(&person).await;
    house.post().await;
    assert!(house.flows.go_on_unproved(&held.key, caller()).await.unwrap());
    assert!(!house.flows.go_on_unproved(&held.key, caller()).await.unwrap(), "once");
    let told = house.told().await;
    for address in [&person.number, &person.email] {
        let to = address.as_ref().unwrap().expose().to_owned();
        assert!(told.contains(&(to, Notice::RecoveryUnproved)), "{told:?}");
    }
    let file = house.case_of(&held).await.file;
    assert_eq!((file.unproved, file.lost), (true, vec![Factor::Email]));
    house.hand_in(&held).await;
    house.approve(&held).await;
    let until = house.flows.case(&held.key).await.unwrap().unwrap().waits_until;
    assert_eq!(until, Some(house.now().after(hours(24))));
    let finish = async || house.flows.finish_case(&held.key, &person.password, caller()).await.unwrap();
    assert!(matches!(finish().await, CaseFinish::Gone));
    // Somebody sets the server's clock ahead.
    house.clock.set_wall(2 * DAY_S * 1_000);
    assert!(matches!(finish().await, CaseFinish::Gone), "a clock ends no wait");
    house.later(DAY_S);
    let done = finish().await;
    assert!(matches!(done, CaseFinish::In(..)), "{done:?}");
}

#[tokio::test]
async fn a_removed_number_still_leads_its_holder_to_a_recovery_and_nobody_to_a_code() {
    let house = patient().await;
    let person = house.person(&[Factor::Sms]).await;
    let number = person.number.clone().unwrap();
    house.two_agree(&person, ProposalKind::RemoveNumber, ProposalAbout::One).await;
    house.post().await;
    let start = house.start(&person, None).await;
    let SignInStart::NoMethod(None, token) = start else { panic!("locked out for good: {start:?}") };
    assert_eq!(house.post().await.len(), 0, "no code goes there");
    let token = token.expose();
    assert_eq!(house.flows.code_page(house.service_id, token, None).await.unwrap(), None);
    let opened = house.ask_recovery(token).await;
    let CaseOpen::Opened(case, _) = &opened else { panic!("no way back: {opened:?}") };
    assert_eq!(case.stage, CaseStage::Documents);
    let wrong = Person { password: "not the password".to_owned(), ..person.clone() };
    assert_eq!(house.start(&wrong, None).await, SignInStart::Wrong);
    // Whoever has the number now proves nothing by it.
    let forgot = house.flows.start_forgotten(house.service_id, number.clone(), caller()).await.unwrap();
    let ForgottenStart::Started(forgotten) = forgot else { panic!("not started: {forgot:?}") };
    let code = house.code().await;
    let checked = house.flows.check_forgotten(house.service_id, forgotten.expose(), &code, caller()).await;
    assert!(matches!(checked.unwrap(), ForgottenCheck::NoAccount));
    // Once somebody else has it, it names nobody but them.
    let other = house.person(&[Factor::Email]).await;
    house
        .apply(vec![Change::InsertBinding(Binding {
            id: countersign_core::id::BindingId::draw(house.now(), house.entropy.as_ref()),
            service_id: house.service_id,
            account_id: other.id,
            number,
            bound_at: house.now(),
            suspended_at: None,
            ended_at: None,
        })])
        .await;
    assert_eq!(house.start(&person, None).await, SignInStart::Wrong);
}

#[tokio::test]
async fn a_code_that_cannot_be_sent_leaves_the_doors_to_support_and_recovery() {
    let house = House::with(Policy { sends_per_address_per_day: 1, ..Policy::default() }, 0).await;
    let person = house.person(&[Factor::Sms]).await;
    house.at_the_code(&person).await;
    let start = house.start(&person, None).await;
    let SignInStart::NoMethod(Some(_), token) = start else { panic!("not capped: {start:?}") };
    let door = SignInDoor::Journey(token.expose().to_owned());
    let (topic, text) = (TicketTopic::PhoneLost, "No code comes".to_owned());
    let new = NewTicket { topic, title: "Locked out".to_owned(), text };
    let asked = house.flows.open_ticket_signed_out(house.service_id, door, new, caller()).await.unwrap();
    assert!(matches!(asked, TicketOpen::Opened(_)), "{asked:?}");
    assert!(matches!(house.ask_recovery(token.expose()).await, CaseOpen::Opened(..)));
    let used_up = SignInDoor::Journey(token.expose().to_owned());
    assert!(!house.flows.is_at_sign_in(house.service_id, used_up).await.unwrap());
}

#[tokio::test]
async fn an_account_with_an_app_has_the_same_doors_and_no_weaker_way_in() {
    let house = patient().await;
    let person = house.person(&[Factor::Email, Factor::Totp]).await;
    let start = house.start(&person, None).await;
    let SignInStart::Confirm(action, page) = start else { panic!("no confirm page: {start:?}") };
    let (flows, service_id) = (&house.flows, house.service_id);
    let door = |page: &str| SignInDoor::Action(action.id, page.to_owned());
    assert!(flows.is_at_sign_in(service_id, door(page.expose())).await.unwrap());
    assert!(!flows.is_at_sign_in(service_id, door("another browser")).await.unwrap());
    assert!(!format!("{:?}", door(page.expose())).contains(page.expose()));
    let new = || NewTicket {
        topic: TicketTopic::PhoneLost,
        title: "Locked out".to_owned(),
        text: "The app is gone".to_owned(),
    };
    let stranger = flows.open_ticket_signed_out(service_id, door("another browser"), new(), caller()).await;
    assert_eq!(stranger.unwrap(), TicketOpen::Gone);
    let asked = flows.open_ticket_signed_out(service_id, door(page.expose()), new(), caller()).await.unwrap();
    assert!(matches!(asked, TicketOpen::Opened(_)), "{asked:?}");
    // Failures have shut the app: a code by email is no way around it (R54).
    let subject = Subject::Account(person.id);
    let shut = FactorState {
        disabled_at: Some(house.now()),
        ..FactorState::fresh(service_id, subject, Factor::Totp, None)
    };
    house.apply(vec![Change::SaveFactor(shut)]).await;
    let start = house.start(&person, None).await;
    let SignInStart::NoMethod(None, token) = start else { panic!("let through: {start:?}") };
    let (methods, _) = flows.sign_in_methods(service_id, token.expose()).await.unwrap().unwrap();
    assert_eq!(methods, []);
    let switched = flows.switch_sign_in_method(service_id, token.expose(), Factor::Email, caller()).await;
    assert_eq!(switched.unwrap(), MethodOutcome::NotOffered);
    let opened = house.ask_recovery(token.expose()).await;
    assert!(matches!(opened, CaseOpen::Opened(..)), "{opened:?}");
}

#[tokio::test]
async fn the_voice_of_somebody_who_may_not_decide_any_more_counts_no_more() {
    let house = patient().await;
    let person = house.person(&[Factor::Sms, Factor::Email]).await;
    let held = house.open_case(&person).await;
    house.verify(&held).await;
    house.hand_in(&held).await;
    let mut staff = Vec::new();
    for name in ["left", "moved", "third", "fourth"] {
        staff.push(house.reviewer(name).await);
    }
    let becomes = async |id, name: &str, roles: &[Role], disabled: bool| {
        let operator = Operator {
            id,
            service_id: house.service_id,
            email: address(&format!("{name}@acme.example")),
            name: String::new(),
            password_hash: cheap_hash("a rail beside a fluid room"),
            roles: roles.to_vec(),
            created_at: house.now(),
            disabled_at: disabled.then(|| house.now()),
            decides_from: None,
        };
        house.apply(vec![Change::SaveOperator(operator)]).await;
    };
    let yes = async |id| house.say(&held, Actor::Operator(id), Verdict::Approve).await;
    let waits = CaseTake::Taken(Decided::Waits);
    assert_eq!(yes(staff[0]).await, waits);
    becomes(staff[0], "left", &[Role::Reviewer], true).await;
    assert_eq!(yes(staff[1]).await, waits, "the first has left");
    becomes(staff[1], "moved", &[Role::Support], false).await;
    assert_eq!(house.flows.case(&held.key).await.unwrap().unwrap().voices, 0);
    assert_eq!(yes(staff[2]).await, waits, "the second may not decide any more");
    assert_eq!(yes(staff[0]).await, CaseTake::Gone);
    assert_eq!(yes(staff[1]).await, CaseTake::Gone);
    assert_eq!(yes(staff[3]).await, CaseTake::Taken(Decided::Came(CaseStage::Approved)));
}

#[tokio::test]
async fn an_identity_that_was_shown_lifts_nothing_that_came_after_it_was_asked_for() {
    let house = patient().await;
    let (flows, service_id) = (&house.flows, house.service_id);
    for since in [vec![AccountStatus::Restricted], vec![AccountStatus::Active, AccountStatus::Flagged]] {
        let person = house.person(&[Factor::Sms, Factor::Email]).await;
        let signed_in = house.signed_in(&house.session(&person).await).await.unwrap();
        flows.set_account_status(service_id, person.id, AccountStatus::Flagged).await.unwrap();
        let held = held(&house, flows.open_identity_case(&signed_in, caller()).await.unwrap());
        house.hand_in(&held).await;
        for status in &since {
            house.later(1);
            flows.set_account_status(service_id, person.id, *status).await.unwrap();
        }
        house.post().await;
        let names = [format!("one{}", house.now().unix_ms()), format!("two{}", house.now().unix_ms())];
        for (name, wanted) in names.iter().zip([Decided::Waits, Decided::Came(CaseStage::Done)]) {
            let id = house.reviewer(name).await;
            let taken = house.say(&held, Actor::Operator(id), Verdict::Approve).await;
            assert_eq!(taken, CaseTake::Taken(wanted));
        }
        let account = flows.account(service_id, person.id).await.unwrap().unwrap().account;
        assert_eq!(Some(&account.status), since.last(), "set for another reason, and nobody looked into it");
        let told = house.told().await;
        let email = person.email.unwrap().expose().to_owned();
        assert!(told.contains(&(email, Notice::RecoveryStatusKept)), "{told:?}");
    }
}
