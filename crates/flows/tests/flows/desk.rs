//! The desk: what staff see, what one of them may do, and what two decide.

use crate::house::{House, Person, address, caller, notice_in};
use countersign_core::address::Address;
use countersign_core::change::Change;
use countersign_core::event::Event;
use countersign_core::id::{AccountId, OperatorId};
use countersign_core::look_up::{Blocked, Reach};
use countersign_core::model::*;
use countersign_core::numbers::PhoneNumber;
use countersign_core::policy::Policy;
use countersign_core::proposal::{DecideRefusal, Nothing, ProposeRefusal, Verdict};
use countersign_core::route::RouteWish;
use countersign_core::time::hours;
use countersign_flows::*;

fn staff(which: u8) -> Caller {
    Caller { actor: Actor::Operator(OperatorId::from_bytes([which; 16])), ..caller() }
}

/// A house in which each of `staff` works.
async fn desk() -> House {
    let house = House::new().await;
    let operator = |which: u8| Operator {
        id: OperatorId::from_bytes([which; 16]),
        service_id: house.service_id,
        email: address(&format!("staff{which}@acme.example")),
        name: String::new(),
        password_hash: "$argon2id$none".to_owned(),
        roles: Role::ALL.to_vec(),
        created_at: house.now(),
        disabled_at: None,
        decides_from: None,
    };
    house.apply([1, 2, 3, 9].map(|which| Change::InsertOperator(operator(which))).to_vec()).await;
    house
}

fn command_line() -> Caller {
    Caller { actor: Actor::CommandLine, ..caller() }
}

impl House {
    async fn propose(&self, person: &Person, kind: ProposalKind, by: &Caller) -> ProposeOutcome {
        let about = match kind {
            ProposalKind::LiftLock => ProposalAbout::Factor(Factor::Sms),
            _ => ProposalAbout::One,
        };
        self.flows.propose(self.service_id, person.id, kind, about, "phone stolen", by).await.unwrap()
    }

    async fn proposed(&self, person: &Person, kind: ProposalKind, by: &Caller) -> Proposal {
        match self.propose(person, kind, by).await {
            ProposeOutcome::Made(proposal) => *proposal,
            other => panic!("not made: {other:?}"),
        }
    }

    async fn decide(&self, proposal: &Proposal, verdict: Verdict, by: &Caller) -> DecideOutcome {
        let flows = &self.flows;
        flows.decide_proposal(self.service_id, proposal.id, verdict, "called back", by).await.unwrap()
    }

    async fn colleague(&self, which: u8) -> Operator {
        let id = OperatorId::from_bytes([which; 16]);
        self.flows.staff_member(self.service_id, id).await.unwrap().unwrap().entry.operator
    }

    async fn file(&self, person: &Person) -> AccountFile {
        self.flows.account_file(self.service_id, person.id, &staff(9)).await.unwrap().unwrap()
    }

    async fn kinds(&self, person: &Person) -> Vec<(&'static str, Actor)> {
        let entries = self.file(person).await.entries;
        entries.iter().map(|one| (one.entry.event.kind(), one.entry.actor)).collect()
    }

    async fn reach(&self, person: &Person) -> NumberReport {
        let number = PhoneNumber::from_e164(person.number.as_ref().unwrap().expose()).unwrap();
        match self.flows.look_up_number(self.service_id, &number, &staff(1)).await.unwrap() {
            LookUp::Answered(report) => report,
            LookUp::Spent { until } => panic!("used up until {until:?}"),
        }
    }

    /// A member of staff with this address.
    async fn member(&self, which: u8, email: &Address) -> Caller {
        let operator = Operator {
            id: OperatorId::from_bytes([which; 16]),
            service_id: self.service_id,
            email: email.clone(),
            name: String::new(),
            password_hash: "$argon2id$none".to_owned(),
            roles: vec![Role::Fraud],
            created_at: self.now(),
            disabled_at: None,
            decides_from: None,
        };
        self.apply(vec![Change::InsertOperator(operator)]).await;
        staff(which)
    }

    /// What the service's entries of a kind say, without their kind.
    async fn said(&self, kind: &str) -> Vec<(Option<AccountId>, String)> {
        let span = AuditSpan { kind: kind.to_owned(), ..AuditSpan::default() };
        let found = self.flows.audit_newest(self.service_id, &span, None, 99).await.unwrap();
        found.into_iter().map(|one| (one.account_id, format!("{:?}", one.fields))).collect()
    }
}

#[tokio::test]
async fn two_remove_a_number_and_all_that_follows_a_recovery_follows() {
    let house = desk().await;
    let person = house.person(&[Factor::Email, Factor::Sms]).await;
    let session = house.session(&person).await;
    let made = house.proposed(&person, ProposalKind::RemoveNumber, &staff(1)).await;
    let look = house.flows.proposal(house.service_id, made.id).await.unwrap().unwrap();
    assert_eq!((look.effect.sessions, look.effect.leaves_email_only, look.hindrance), (1, true, None));
    assert!(house.signed_in(&session).await.is_some(), "proposed, and nothing has happened");
    let own = house.decide(&made, Verdict::Approve, &staff(1)).await;
    assert_eq!(own, DecideOutcome::Refused(DecideRefusal::OwnProposal));
    let done = house.decide(&made, Verdict::Approve, &staff(2)).await;
    assert!(matches!(done, DecideOutcome::Ended(ended) if ended.status == ProposalStatus::Approved));
    let file = house.file(&person).await;
    assert_eq!(file.number, None);
    let sms = file.factors.iter().find(|one| one.factor == Factor::Sms).unwrap();
    assert_eq!(sms.enrolled, 0, "SMS is off");
    assert_eq!(file.devices, 0, "no browser of before is trusted with the password alone");
    let held: Vec<_> = file.holds.iter().map(|hold| (hold.cause, hold.ends_at)).collect();
    assert_eq!(held, [(HoldCause::Recovered, house.now().after(hours(48)))]);
    assert!(house.signed_in(&session).await.is_none());
    let mut told: Vec<_> =
        house.post().await.iter().map(|one| (one.to.clone(), notice_in(one).unwrap())).collect();
    told.sort_by_key(|(to, _)| to.expose().to_owned());
    let contacts = [person.number.clone().unwrap(), person.email.clone().unwrap()];
    assert_eq!(told.iter().map(|(to, _)| to.clone()).collect::<Vec<_>>(), contacts);
    assert!(told.iter().all(|(_, (notice, _))| *notice == Notice::NumberRemoved));
    let link = &told[0].1.1;
    assert_eq!(house.flows.freeze_link(house.service_id, link).await.unwrap(), FreezeLink::Open);
    let held = house.flows.holds_in_force(house.service_id).await.unwrap();
    assert_eq!(held.iter().map(|hold| hold.account_id).collect::<Vec<_>>(), [person.id]);
    let again = house.decide(&made, Verdict::Decline, &staff(2)).await;
    assert_eq!(again, DecideOutcome::Refused(DecideRefusal::Ended(ProposalStatus::Approved)));
    let kinds = house.kinds(&person).await;
    assert!(kinds.contains(&("number_removed", staff(2).actor)), "{kinds:?}");
    assert!(kinds.contains(&("proposal_made", staff(1).actor)));
}

#[tokio::test]
async fn of_two_who_decide_at_once_one_finds_it_decided() {
    let house = desk().await;
    let person = house.person(&[Factor::Email, Factor::Sms]).await;
    let made = house.proposed(&person, ProposalKind::RemoveNumber, &staff(1)).await;
    let (ben, cat) = (staff(2), staff(3));
    let (yes, no) = tokio::join!(
        house.decide(&made, Verdict::Approve, &ben),
        house.decide(&made, Verdict::Decline, &cat)
    );
    let ended = [&yes, &no].into_iter().filter(|one| matches!(one, DecideOutcome::Ended(_))).count();
    assert_eq!(ended, 1, "{yes:?} {no:?}");
}

#[tokio::test]
async fn the_command_line_is_one_voice() {
    let house = desk().await;
    let person = house.person(&[Factor::Email, Factor::Sms]).await;
    let own = house.proposed(&person, ProposalKind::RemoveNumber, &command_line()).await;
    let refused = DecideOutcome::Refused(DecideRefusal::OwnProposal);
    assert_eq!(house.decide(&own, Verdict::Approve, &command_line()).await, refused);
    assert!(matches!(house.decide(&own, Verdict::Decline, &staff(1)).await, DecideOutcome::Ended(_)));
    let anns = house.proposed(&person, ProposalKind::RemoveNumber, &staff(1)).await;
    assert!(matches!(house.decide(&anns, Verdict::Approve, &command_line()).await, DecideOutcome::Ended(_)));
}

/// Whoever has no voice, not yet or not any more, is answered as if there were no such proposal.
#[tokio::test]
async fn only_a_voice_in_force_decides() {
    let house = desk().await;
    let person = house.person(&[Factor::Email, Factor::Sms]).await;
    let made = house.proposed(&person, ProposalKind::RemoveNumber, &staff(1)).await;
    let second = house.colleague(2).await;
    let from = house.now().after(hours(1));
    for changed in [
        Operator { roles: vec![Role::Support, Role::Admin], ..second.clone() },
        Operator { disabled_at: Some(house.now()), ..second.clone() },
        Operator { decides_from: Some(from), ..second },
    ] {
        house.apply(vec![Change::SaveOperator(changed)]).await;
        for verdict in [Verdict::Approve, Verdict::Decline] {
            assert_eq!(house.decide(&made, verdict, &staff(2)).await, DecideOutcome::Gone);
        }
    }
    assert_eq!(house.decide(&made, Verdict::Approve, &staff(7)).await, DecideOutcome::Gone, "nobody");
    house.later(3_600);
    assert!(matches!(house.decide(&made, Verdict::Approve, &staff(2)).await, DecideOutcome::Ended(_)));
    let another = house.person(&[Factor::Email, Factor::Sms]).await;
    let own = house.proposed(&another, ProposalKind::RemoveNumber, &staff(1)).await;
    let waits = Operator { decides_from: Some(house.now().after(hours(1))), ..house.colleague(1).await };
    house.apply(vec![Change::SaveOperator(waits)]).await;
    let back = house.decide(&own, Verdict::Withdraw, &staff(1)).await;
    assert!(matches!(back, DecideOutcome::Ended(_)), "what is one's own is taken back without a voice");
}

#[tokio::test]
async fn the_same_waits_once_and_runs_out_of_time() {
    let house = desk().await;
    let person = house.person(&[Factor::Email, Factor::Sms]).await;
    let first = house.proposed(&person, ProposalKind::RemoveNumber, &staff(1)).await;
    let twice = house.propose(&person, ProposalKind::RemoveNumber, &staff(2)).await;
    assert_eq!(twice, ProposeOutcome::Refused(ProposeRefusal::Waits(first.id)));
    assert_eq!(house.flows.proposals_waiting(house.service_id).await.unwrap(), 1);
    house.later(72 * 3_600);
    assert_eq!(house.flows.proposals_waiting(house.service_id).await.unwrap(), 0);
    let second = house.proposed(&person, ProposalKind::RemoveNumber, &staff(2)).await;
    let (waiting, ended) = house.flows.proposals(house.service_id).await.unwrap();
    assert_eq!(waiting.iter().map(|one| one.proposal.id).collect::<Vec<_>>(), [second.id]);
    assert_eq!((ended[0].proposal.id, ended[0].status), (first.id, ProposalStatus::Expired));
    house.later(72 * 3_600);
    let report = house.flows.run_timers([1; 16]).await.unwrap();
    assert_eq!(report.proposals_expired, 1, "the first was written down when it made room");
    let kinds = house.kinds(&person).await;
    assert_eq!(kinds.iter().filter(|one| **one == ("proposal_ended", Actor::System)).count(), 1, "{kinds:?}");
}

#[tokio::test]
async fn a_locked_number_says_why_and_two_open_it() {
    let house = desk().await;
    let person = house.person(&[Factor::Email, Factor::Sms]).await;
    let open = house.reach(&person).await;
    assert_eq!((open.blocked, open.reach), (None, Reach::Open));
    assert_eq!(open.owner.map(|owner| owner.account_id), Some(person.id));
    let none = house.propose(&person, ProposalKind::LiftLock, &staff(1)).await;
    assert_eq!(none, ProposeOutcome::Refused(ProposeRefusal::Nothing(Nothing::NoLock)));
    let until = house.now().after(hours(1));
    let subject = Subject::Account(person.id);
    let fresh = FactorState::fresh(house.service_id, subject, Factor::Sms, None);
    let locked = FactorState { in_a_row: 6, ladder_step: 2, locked_until: Some(until), ..fresh };
    house.apply(vec![Change::SaveFactor(locked)]).await;
    assert_eq!(house.reach(&person).await.blocked, Some(Blocked::Locked { failures: 6, until }));
    let lockouts = house.flows.lockouts(house.service_id).await.unwrap();
    assert_eq!((lockouts[0].account_id, lockouts[0].locked_until), (Some(person.id), Some(until)));
    let made = house.proposed(&person, ProposalKind::LiftLock, &staff(1)).await;
    assert!(matches!(house.decide(&made, Verdict::Approve, &staff(2)).await, DecideOutcome::Ended(_)));
    assert_eq!(house.reach(&person).await.blocked, None);
    assert_eq!(house.flows.lockouts(house.service_id).await.unwrap(), []);
    let kinds = house.kinds(&person).await;
    assert!(kinds.contains(&("number_looked_up", staff(1).actor)), "asking is written down: {kinds:?}");
}

#[tokio::test]
async fn looks_are_written_down_once_a_day_and_an_address_is_shown_for_a_reason_only() {
    let house = desk().await;
    let person = house.person(&[Factor::Email, Factor::Sms]).await;
    let seen = |kinds: Vec<(&str, Actor)>| kinds.iter().filter(|(kind, _)| *kind == "account_seen").count();
    house.file(&person).await;
    assert_eq!(seen(house.kinds(&person).await), 1, "once");
    house.later(24 * 3_600);
    house.file(&person).await;
    assert_eq!(seen(house.kinds(&person).await), 2, "and once on another day");
    let (flows, service_id, id) = (&house.flows, house.service_id, person.id);
    let reveal = |what, reason: &'static str| async move {
        flows.reveal_address(service_id, id, what, reason, &staff(9)).await.unwrap()
    };
    assert_eq!(reveal(Revealed::Number, "  ").await, RevealOutcome::Reason);
    assert!(house.kinds(&person).await.iter().all(|(kind, _)| *kind != "address_revealed"));
    let number = person.number.clone().unwrap();
    assert_eq!(reveal(Revealed::Number, "calls back").await, RevealOutcome::Shown(number));
    let entries = house.file(&person).await.entries;
    let told = Event::AddressRevealed { what: Revealed::Number, reason: "calls back".to_owned() };
    assert!(entries.iter().any(|one| one.entry.event == told && one.entry.actor == staff(9).actor));
    let stranger = house.flows.create_service("Other", false, &caller()).await.unwrap().id;
    let there = flows.reveal_address(stranger, id, Revealed::Email, "calls back", &staff(9)).await.unwrap();
    assert_eq!(there, RevealOutcome::Gone, "another service's account is not there (R77)");
    assert!(flows.account_file(stranger, id, &staff(9)).await.unwrap().is_none());
    let text = format!("{entries:?}{:?}", house.file(&person).await);
    for address in [person.number.unwrap(), person.email.unwrap()] {
        assert!(!text.contains(address.expose()), "masked everywhere (R10)");
    }
}

#[tokio::test]
async fn one_protects_at_once_and_no_further_than_it_goes() {
    let house = desk().await;
    let person = house.person(&[Factor::Email, Factor::Sms]).await;
    let session = house.session(&person).await;
    let (flows, service_id, id) = (&house.flows, house.service_id, person.id);
    let act = |act| async move {
        flows.protect_account(service_id, id, act, "odd sign-ins", &staff(1)).await.unwrap()
    };
    assert_eq!(act(Protection::EndSessions).await, ProtectOutcome::Done);
    assert!(house.signed_in(&session).await.is_none());
    assert_eq!(act(Protection::EndSessions).await, ProtectOutcome::Already);
    assert_eq!(act(Protection::Restrict).await, ProtectOutcome::Done);
    assert_eq!(act(Protection::Flag).await, ProtectOutcome::Done);
    assert_eq!(act(Protection::Restrict).await, ProtectOutcome::Already, "that would be less");
    let made = house.proposed(&person, ProposalKind::ClearStatus, &staff(1)).await;
    assert_eq!(act(Protection::Freeze).await, ProtectOutcome::Done);
    assert_eq!(house.reach(&person).await.blocked, Some(Blocked::Frozen));
    let late = house.decide(&made, Verdict::Approve, &staff(2)).await;
    assert_eq!(late, DecideOutcome::Refused(DecideRefusal::Stale), "judged as it stands");
    assert_eq!(house.file(&person).await.status, AccountStatus::Frozen);
    let gone = flows.protect_account(house.service_id, nobody(), Protection::Freeze, "x", &staff(1)).await;
    assert_eq!(gone.unwrap(), ProtectOutcome::Gone);
}

fn nobody() -> AccountId {
    AccountId::from_bytes([0xEE; 16])
}

#[tokio::test]
async fn two_open_what_one_froze_and_all_that_follows_an_opening_follows() {
    let house = desk().await;
    let person = house.person(&[Factor::Email, Factor::Sms]).await;
    let (flows, service_id, id) = (&house.flows, house.service_id, person.id);
    let act = async |act| flows.protect_account(service_id, id, act, "thief", &staff(1)).await.unwrap();
    assert_eq!(act(Protection::Flag).await, ProtectOutcome::Done);
    assert_eq!(act(Protection::Freeze).await, ProtectOutcome::Done);
    let made = house.proposed(&person, ProposalKind::ClearStatus, &staff(1)).await;
    house.post().await;
    let alone = house.decide(&made, Verdict::Approve, &staff(1)).await;
    assert_eq!(alone, DecideOutcome::Refused(DecideRefusal::OwnProposal));
    assert_eq!(house.file(&person).await.status, AccountStatus::Frozen);
    assert!(matches!(house.decide(&made, Verdict::Approve, &staff(2)).await, DecideOutcome::Ended(_)));
    let file = house.file(&person).await;
    assert_eq!(file.status, AccountStatus::Flagged, "flagged stays flagged");
    let held: Vec<_> = file.holds.iter().map(|hold| (hold.cause, hold.ends_at)).collect();
    assert_eq!(held, [(HoldCause::Unfrozen, house.now().after(hours(24)))]);
    let told: Vec<_> = house.post().await.iter().map(|one| notice_in(one).unwrap().0).collect();
    assert_eq!(told, [Notice::AccountUnfrozen, Notice::AccountUnfrozen]);
    // The same for what the relying party froze; what its holder froze its holder opens.
    flows.set_account_status(service_id, id, AccountStatus::Frozen).await.unwrap();
    let made = house.proposed(&person, ProposalKind::ClearStatus, &command_line()).await;
    assert!(matches!(house.decide(&made, Verdict::Approve, &staff(2)).await, DecideOutcome::Ended(_)));
    assert_eq!(house.file(&person).await.status, AccountStatus::Flagged);
    let session = house.session(&person).await;
    let signed_in = house.signed_in(&session).await.unwrap();
    assert_eq!(flows.freeze(&signed_in, caller()).await.unwrap(), FreezeLink::Frozen);
    let refused = house.propose(&person, ProposalKind::ClearStatus, &staff(1)).await;
    assert_eq!(refused, ProposeOutcome::Refused(ProposeRefusal::Nothing(Nothing::NoStatus)));
}

#[tokio::test]
async fn an_older_proposal_undoes_no_later_flag_and_no_later_lock() {
    let house = desk().await;
    let person = house.person(&[Factor::Email, Factor::Sms]).await;
    let (flows, service_id, id) = (&house.flows, house.service_id, person.id);
    let flag =
        async || flows.protect_account(service_id, id, Protection::Flag, "odd", &staff(3)).await.unwrap();
    let subject = Subject::Account(id);
    let lock = async || {
        let fresh = FactorState::fresh(service_id, subject, Factor::Sms, None);
        let locked_until = Some(house.now().after(hours(9)));
        house.apply(vec![Change::SaveFactor(FactorState { locked_until, ..fresh })]).await;
    };
    assert_eq!(flag().await, ProtectOutcome::Done);
    lock().await;
    let status = house.proposed(&person, ProposalKind::ClearStatus, &staff(1)).await;
    let locked = house.proposed(&person, ProposalKind::LiftLock, &staff(1)).await;
    house.later(60);
    // The relying party clears it, somebody sees something new, and somebody guesses on.
    flows.set_account_status(service_id, id, AccountStatus::Active).await.unwrap();
    assert_eq!(flag().await, ProtectOutcome::Done);
    lock().await;
    for old in [&status, &locked] {
        let look = flows.proposal(service_id, old.id).await.unwrap().unwrap();
        assert_eq!(look.hindrance, Some(DecideRefusal::Stale), "its page says so");
        let refused = house.decide(old, Verdict::Approve, &staff(2)).await;
        assert_eq!(refused, DecideOutcome::Refused(DecideRefusal::Stale));
        // It stands in nobody's way: the same can be proposed about what is there now.
        let anew = house.proposed(&person, old.kind, &staff(1)).await;
        assert!(matches!(house.decide(&anew, Verdict::Approve, &staff(2)).await, DecideOutcome::Ended(_)));
    }
    assert_eq!(house.file(&person).await.status, AccountStatus::Active);
}

#[tokio::test]
async fn an_operator_has_no_say_about_an_account_of_their_own() {
    let house = House::new().await;
    let person = house.person(&[Factor::Email, Factor::Sms]).await;
    let own = house.member(1, person.email.as_ref().unwrap()).await;
    let other = house.member(2, &address("other@acme.example")).await;
    let refused = house.propose(&person, ProposalKind::RemoveNumber, &own).await;
    assert_eq!(refused, ProposeOutcome::Refused(ProposeRefusal::OwnAccount));
    let made = house.proposed(&person, ProposalKind::RemoveNumber, &other).await;
    for verdict in [Verdict::Approve, Verdict::Decline] {
        let refused = house.decide(&made, verdict, &own).await;
        assert_eq!(refused, DecideOutcome::Refused(DecideRefusal::OwnAccount));
    }
    assert!(house.file(&person).await.number.is_some());
    let neighbour = house.person(&[Factor::Email, Factor::Sms]).await;
    let made = house.proposed(&neighbour, ProposalKind::RemoveNumber, &own).await;
    assert!(matches!(house.decide(&made, Verdict::Approve, &other).await, DecideOutcome::Ended(_)));
}

/// R10: entries are never taken out again, whatever somebody typed in a hurry.
#[tokio::test]
async fn no_reason_brings_a_number_or_a_code_into_an_entry() {
    const TYPED: &str = "called from +44 7400 123456, code 482913";
    let house = House::new().await;
    let person = house.person(&[Factor::Email, Factor::Sms]).await;
    let (flows, service_id, id, ann) = (&house.flows, house.service_id, person.id, staff(1));
    house.member(2, &address("cat@acme.example")).await;
    house.member(3, &address("ben@acme.example")).await;
    let ben = OperatorId::from_bytes([3; 16]);
    flows.reveal_address(service_id, id, Revealed::Number, TYPED, &ann).await.unwrap();
    flows.protect_account(service_id, id, Protection::Flag, TYPED, &ann).await.unwrap();
    let (kind, about) = (ProposalKind::ClearStatus, ProposalAbout::One);
    let made = flows.propose(service_id, id, kind, about, TYPED, &ann).await.unwrap();
    let ProposeOutcome::Made(made) = made else { panic!("{made:?}") };
    flows.decide_proposal(service_id, made.id, Verdict::Approve, TYPED, &staff(2)).await.unwrap();
    flows.set_route_wish(service_id, &ann, "test", RouteWish::Paused, TYPED).await.unwrap();
    flows.act_on_operator(service_id, ben, StaffWish::Disable, TYPED, ann).await.unwrap();
    let kinds = [
        "address_revealed",
        "status_changed",
        "proposal_made",
        "proposal_ended",
        "route_wish_set",
        "operator_disabled",
    ];
    for kind in kinds {
        let said = house.said(kind).await;
        assert!(!said.is_empty(), "{kind}");
        for (_, said) in said {
            assert!(said.contains("called from +44 •••• ••••56, code •••"), "{kind}: {said}");
            assert!(!said.contains("123456") && !said.contains("482913"), "{kind}: {said}");
        }
    }
    let kept = flows.proposal(service_id, made.id).await.unwrap().unwrap().view.proposal;
    assert_eq!(kept.reason, kept.decision_note, "its own row as well");
    let routes = flows.routes().await.unwrap();
    assert!(routes.iter().all(|route| !route.reason.contains("482913")), "what the list shows");
}

#[tokio::test]
async fn whoever_looks_by_an_address_is_written_down_and_the_command_line_has_no_cap() {
    let policy = Policy { staff_look_ups_per_hour: 5, ..Policy::default() };
    let house = House::with(policy, 0).await;
    let person = house.person(&[Factor::Email, Factor::Sms]).await;
    let (flows, service_id) = (&house.flows, house.service_id);
    let among = Among { accounts: true, staff: true };
    let known = person.email.clone().unwrap();
    let ask = async |address: &Address, by: &Caller| {
        flows.look_up_address(service_id, address.clone(), among, by).await.unwrap()
    };
    for _ in 0..9 {
        let found = ask(&known, &command_line()).await;
        assert_eq!(found, LookUp::Answered(Some(Whose::Account(person.id))));
    }
    assert_eq!(house.said("address_looked_up").await.len(), 9);
    for _ in 0..5 {
        assert_eq!(ask(&address("no@holder.example"), &staff(1)).await, LookUp::Answered(None));
    }
    let until = house.now().window_start(hours(1)).after(hours(1));
    assert_eq!(ask(&known, &staff(1)).await, LookUp::Spent { until });
    let number = person.number.clone().unwrap();
    assert_eq!(flows.messages_to(service_id, &number, &staff(1)).await.unwrap(), LookUp::Spent { until });
    let number = PhoneNumber::from_e164(number.expose()).unwrap();
    let spent = flows.look_up_number(service_id, &number, &staff(1)).await.unwrap();
    assert_eq!(spent, LookUp::Spent { until });
    assert!(
        matches!(ask(&known, &staff(2)).await, LookUp::Answered(Some(_))),
        "each has an hour of their own"
    );
    let said = house.said("address_looked_up").await;
    assert_eq!(said.len(), 15, "found or not, and none that was refused");
    let mine = said.iter().filter(|(account, _)| *account == Some(person.id)).count();
    assert_eq!(mine, 10, "in the account's own file too");
    assert!(said.iter().all(|(_, said)| !said.contains(known.expose())), "masked");
    assert!(house.said("number_looked_up").await.is_empty());
}
