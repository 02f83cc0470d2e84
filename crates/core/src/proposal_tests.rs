//! Four eyes: who may propose and decide, what still holds when it is decided, and what each act changes.

use super::*;
use crate::id::{BindingId, CaseId, OperatorId};
use crate::lock::record_failure;
use crate::stage::*;
use crate::time::{hours, minutes};
use std::time::Duration;

fn ann() -> Actor {
    Actor::Operator(OperatorId::from_bytes([0xA; 16]))
}

fn ben() -> Actor {
    Actor::Operator(OperatorId::from_bytes([0xB; 16]))
}

/// A member of staff, or the command line, with no account of their own.
fn says(actor: Actor) -> Speaker<'static> {
    Speaker { actor, email: None }
}

fn locked(factor: Factor, now: Timestamp) -> FactorState {
    let mut state = fresh(factor);
    for _ in 0..5 {
        record_failure(&mut state, &Policy::default(), now);
    }
    state
}

/// An account of which everything can be proposed.
struct Cast {
    account: Account,
    binding: Option<Binding>,
    factors: Vec<FactorState>,
    cases: Vec<Case>,
}

fn case() -> Case {
    Case {
        id: CaseId::from_bytes([0xC; 16]),
        service_id: service_id(1),
        account_id: account_id(1),
        kind: CaseKind::PhoneLost,
        stage: CaseStage::Documents,
        round: 1,
        access: TokenHash([3; 32]),
        access_failures: 0,
        access_locked_until: None,
        file: CaseFile::default(),
        opened_at: START,
        submitted_at: None,
        promised_by: None,
        decided_at: None,
        expires_at: START.after(hours(24 * 7)),
        ended_at: None,
    }
}

fn about(kind: ProposalKind) -> ProposalAbout {
    match kind {
        ProposalKind::LiftLock => ProposalAbout::Factor(Factor::Sms),
        ProposalKind::EndCase => ProposalAbout::Case(case().id),
        ProposalKind::RemoveNumber | ProposalKind::ClearStatus => ProposalAbout::One,
    }
}

impl Cast {
    fn new() -> Self {
        let account = Account { status: AccountStatus::Flagged, ..account() };
        let factors = vec![locked(Factor::Sms, START)];
        Self { account, binding: Some(binding()), factors, cases: vec![case()] }
    }

    fn standing(&self) -> Standing<'_> {
        Standing {
            account: &self.account,
            binding: self.binding.as_ref(),
            factors: &self.factors,
            cases: &self.cases,
        }
    }

    fn made(&self, kind: ProposalKind, by: Actor, stage: &Stage) -> Proposal {
        let new = NewProposal { kind, about: about(kind), reason: " phone stolen ", by: says(by) };
        propose(new, &[], self.standing(), stage.world()).unwrap().outcome
    }

    fn decided(
        &self,
        proposal: &Proposal,
        verdict: Verdict,
        by: Actor,
        stage: &Stage,
    ) -> Result<Decision<Proposal>, DecideRefusal> {
        decide(proposal, verdict, "called back", says(by), self.standing(), stage.world())
    }
}

#[test]
fn a_proposal_names_exactly_what_it_is_about_and_waits_three_days() {
    let (mut cast, stage) = (Cast::new(), Stage::new());
    cast.account.status_set_at = Some(START.before(hours(1)));
    let since = START.after(minutes(15));
    let flagged = ProposalTarget::Status { status: AccountStatus::Flagged, since: START.before(hours(1)) };
    let targets = [
        (ProposalKind::RemoveNumber, ProposalTarget::Binding(binding().id)),
        (ProposalKind::LiftLock, ProposalTarget::Factor { factor: Factor::Sms, since }),
        (ProposalKind::ClearStatus, flagged),
        (ProposalKind::EndCase, ProposalTarget::Case(case().id)),
    ];
    for (kind, target) in targets {
        let made = cast.made(kind, ann(), &stage);
        assert_eq!((made.target, made.reason.as_str()), (target, "phone stolen"));
        assert_eq!(ProposalTarget::from_text(kind, &target.to_text()), Some(target));
        assert!(!target.name().contains('@'), "what people read");
        assert_eq!(made.expires_at, START.after(hours(72)));
        assert_eq!(status_at(&made, START.after(hours(72)).before(MOMENT)), ProposalStatus::Waiting);
        assert_eq!(status_at(&made, START.after(hours(72))), ProposalStatus::Expired);
    }
}

#[test]
fn there_must_be_something_to_propose_a_reason_for_it_and_not_the_same_twice() {
    let (cast, stage) = (Cast::new(), Stage::new());
    let waiting = [cast.made(ProposalKind::LiftLock, ann(), &stage)];
    let ask = |new: NewProposal<'_>, waiting: &[Proposal], standing: Standing<'_>| {
        propose(new, waiting, standing, stage.world()).map(|made| made.outcome.kind)
    };
    let new = |kind, reason| NewProposal { kind, about: about(kind), reason, by: says(ben()) };
    let lift = new(ProposalKind::LiftLock, "again");
    let same = ProposeRefusal::Waits(waiting[0].id);
    assert_eq!(ask(lift, &waiting, cast.standing()), Err(same));
    let elsewhere = NewProposal { about: ProposalAbout::Factor(Factor::Totp), ..lift };
    let nothing = |what| Err(ProposeRefusal::Nothing(what));
    assert_eq!(ask(elsewhere, &waiting, cast.standing()), nothing(Nothing::NoLock));
    let over = Case { stage: CaseStage::Done, ended_at: Some(START), ..case() };
    let bare = Cast { account: account(), binding: None, factors: vec![], cases: vec![over] };
    for (kind, refusal) in [
        (ProposalKind::RemoveNumber, Nothing::NoNumber),
        (ProposalKind::LiftLock, Nothing::NoLock),
        (ProposalKind::ClearStatus, Nothing::NoStatus),
        (ProposalKind::EndCase, Nothing::NoCase),
    ] {
        assert_eq!(ask(new(kind, "why"), &[], bare.standing()), nothing(refusal));
    }
    // What its holder froze its holder opens.
    let frozen_from = Some(AccountStatus::Active);
    let frozen = Account { status: AccountStatus::Frozen, frozen_from, ..account() };
    let standing = Standing { account: &frozen, ..cast.standing() };
    assert_eq!(ask(new(ProposalKind::ClearStatus, "why"), &[], standing), nothing(Nothing::NoStatus));
    let long = "x".repeat(301);
    for reason in ["", "   ", &long] {
        let unsaid = new(ProposalKind::LiftLock, reason);
        assert_eq!(ask(unsaid, &[], cast.standing()), Err(ProposeRefusal::Reason));
    }
    for by in [Actor::System, Actor::Holder, Actor::RelyingParty] {
        let outsider = NewProposal { by: says(by), ..lift };
        assert_eq!(ask(outsider, &[], cast.standing()), Err(ProposeRefusal::NotStaff));
    }
}

#[test]
fn nobody_decides_what_they_proposed_themselves() {
    let (cast, stage) = (Cast::new(), Stage::new());
    let both = [ann(), Actor::CommandLine];
    for (by, other) in both.into_iter().zip(both.into_iter().rev()) {
        let made = cast.made(ProposalKind::LiftLock, by, &stage);
        for verdict in [Verdict::Approve, Verdict::Decline] {
            let own = cast.decided(&made, verdict, by, &stage);
            assert_eq!(own.unwrap_err(), DecideRefusal::OwnProposal);
            assert!(cast.decided(&made, verdict, other, &stage).is_ok());
        }
        assert_eq!(
            cast.decided(&made, Verdict::Withdraw, other, &stage).unwrap_err(),
            DecideRefusal::NotYours
        );
        let back = cast.decided(&made, Verdict::Withdraw, by, &stage).unwrap();
        assert_eq!(back.outcome.status, ProposalStatus::Withdrawn);
        assert_eq!(back.changes.len(), 2, "nothing is done but the record of it");
        for stranger in [Actor::System, Actor::Holder, Actor::RelyingParty] {
            let refused = cast.decided(&made, Verdict::Approve, stranger, &stage);
            assert_eq!(refused.unwrap_err(), DecideRefusal::NotStaff);
        }
    }
}

#[test]
fn what_has_ended_or_run_out_of_time_is_not_decided() {
    let (cast, mut stage) = (Cast::new(), Stage::new());
    let made = cast.made(ProposalKind::ClearStatus, ann(), &stage);
    let unsaid = decide(&made, Verdict::Approve, " ", says(ben()), cast.standing(), stage.world());
    assert_eq!(unsaid.unwrap_err(), DecideRefusal::Note);
    let declined = cast.decided(&made, Verdict::Decline, ben(), &stage).unwrap();
    let ended = &declined.outcome;
    assert_eq!(
        (ended.status, ended.decided_by, ended.decided_at),
        (ProposalStatus::Declined, Some(ben()), Some(START))
    );
    let told = Event::ProposalEnded {
        proposal: made.id.to_string(),
        proposed: made.kind,
        outcome: ProposalStatus::Declined,
        reason: "called back".to_owned(),
    };
    assert_eq!(events(&declined.changes), [&told]);
    let again = cast.decided(ended, Verdict::Approve, ben(), &stage).unwrap_err();
    assert_eq!(again, DecideRefusal::Ended(ProposalStatus::Declined));
    assert!(expire(ended, stage.world()).is_none() && expire(&made, stage.world()).is_none());
    stage.wait(hours(72));
    let late = cast.decided(&made, Verdict::Approve, ben(), &stage).unwrap_err();
    assert_eq!(late, DecideRefusal::Ended(ProposalStatus::Expired));
    let expired = expire(&made, stage.world()).unwrap();
    assert_eq!((expired.outcome.status, expired.outcome.decided_by), (ProposalStatus::Expired, None));
    // The same may be proposed again, though no timer has written down that the first one ran out.
    let new = NewProposal { kind: made.kind, about: ProposalAbout::One, reason: "still", by: says(ann()) };
    assert!(propose(new, std::slice::from_ref(&made), cast.standing(), stage.world()).is_ok());
}

#[test]
fn a_removed_number_is_followed_by_all_that_follows_a_recovery() {
    let (cast, stage) = (Cast::new(), Stage::new());
    let made = cast.made(ProposalKind::RemoveNumber, ann(), &stage);
    let done = cast.decided(&made, Verdict::Approve, ben(), &stage).unwrap();
    let changes = &done.changes;
    let ended = Binding { ended_at: Some(START), ..binding() };
    assert!(changes.contains(&Change::SaveBinding(ended)), "ended");
    let without = Account { sms_enabled_at: None, ..cast.account.clone() };
    assert!(changes.contains(&Change::SaveAccount(without)), "no code is asked for that cannot come");
    let all = Change::EndSessions { account_id: cast.account.id, except: None, at: START };
    assert!(changes.contains(&all));
    let everywhere = Change::ForgetDevices { account_id: cast.account.id, except: None, at: START };
    assert!(changes.contains(&everywhere), "whoever removed it for a reason trusts no browser of before");
    let held: Vec<_> = holds(changes).iter().map(|hold| (hold.cause, hold.ends_at)).collect();
    assert_eq!(held, [(HoldCause::Recovered, START.after(hours(48)))]);
    let masked = binding().number.masked();
    let number = masked.as_str();
    assert_eq!(
        notices(changes),
        [(EMAIL, Notice::NumberRemoved, number), (PHONE, Notice::NumberRemoved, number)]
    );
    assert_eq!(told_kinds(changes), [WebhookKind::FactorRemoved, WebhookKind::HoldStarted]);
    assert_eq!(event_kinds(changes), ["proposal_ended", "number_removed", "hold_started"]);
    assert!(!changes.iter().any(|change| matches!(change, Change::InsertBinding(_))), "none is set");
}

#[test]
fn what_changed_since_it_was_proposed_is_not_touched() {
    let (mut cast, stage) = (Cast::new(), Stage::new());
    let number = cast.made(ProposalKind::RemoveNumber, ann(), &stage);
    let lock = cast.made(ProposalKind::LiftLock, ann(), &stage);
    let status = cast.made(ProposalKind::ClearStatus, ann(), &stage);
    cast.binding = Some(Binding { id: BindingId::from_bytes([0x77; 16]), ..binding() });
    cast.factors = vec![fresh(Factor::Sms)];
    cast.account.status = AccountStatus::Restricted;
    let refusals = [
        (&number, DecideRefusal::Stale),
        (&lock, DecideRefusal::Nothing(Nothing::NoLock)),
        (&status, DecideRefusal::Stale),
    ];
    for (proposal, refusal) in refusals {
        let approved = cast.decided(proposal, Verdict::Approve, ben(), &stage);
        assert_eq!(approved.unwrap_err(), refusal);
        assert!(cast.decided(proposal, Verdict::Decline, ben(), &stage).is_ok(), "it can still be declined");
    }
    cast.binding = None;
    cast.account.status = AccountStatus::Frozen;
    cast.account.frozen_from = Some(AccountStatus::Flagged);
    let gone = cast.decided(&number, Verdict::Approve, ben(), &stage);
    assert_eq!(gone.unwrap_err(), DecideRefusal::Nothing(Nothing::NoNumber));
    let frozen = cast.decided(&status, Verdict::Approve, ben(), &stage);
    assert_eq!(frozen.unwrap_err(), DecideRefusal::Nothing(Nothing::NoStatus));
}

#[test]
fn two_of_staff_end_a_case_whose_access_code_is_lost_and_its_holder_may_open_another() {
    let (mut cast, stage) = (Cast::new(), Stage::new());
    let made = cast.made(ProposalKind::EndCase, ann(), &stage);
    let done = cast.decided(&made, Verdict::Approve, ben(), &stage).unwrap();
    let ended = Case { stage: CaseStage::Canceled, ended_at: Some(START), ..case() };
    assert!(done.changes.contains(&Change::SaveCase(ended)));
    let id = case().id.to_string();
    let told = [(EMAIL, Notice::RecoveryCanceled, id.as_str()), (PHONE, Notice::RecoveryCanceled, "")];
    assert_eq!(notices(&done.changes), told, "nobody ends one behind its holder's back");
    assert_eq!(event_kinds(&done.changes), ["proposal_ended", "case_canceled"]);
    cast.cases[0].stage = CaseStage::Rejected;
    let late = cast.decided(&made, Verdict::Approve, ben(), &stage).unwrap_err();
    assert_eq!(late, DecideRefusal::Nothing(Nothing::NoCase));
}

#[test]
fn a_lifted_lock_opens_every_lane_of_its_factor_and_refills_no_budget() {
    let (mut cast, stage) = (Cast::new(), Stage::new());
    let lane = Some(crate::id::DeviceId::from_bytes([4; 16]));
    let before = locked(Factor::Sms, START);
    cast.factors.push(FactorState { lane, ..before.clone() });
    cast.factors.push(locked(Factor::Totp, START));
    let made = cast.made(ProposalKind::LiftLock, ann(), &stage);
    let done = cast.decided(&made, Verdict::Approve, ben(), &stage).unwrap();
    let saved: Vec<_> = done
        .changes
        .iter()
        .filter_map(|change| match change {
            Change::SaveFactor(state) => Some(state.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(
        saved.iter().map(|state| (state.factor, state.lane)).collect::<Vec<_>>(),
        [(Factor::Sms, None), (Factor::Sms, lane)]
    );
    for state in &saved {
        assert_eq!(lock::refusal(state, &stage.policy, START), None);
        assert_eq!((state.failures_this_year, state.ladder_step), (5, 1), "R20: not refilled");
    }
    let mut next = saved[0].clone();
    for _ in 0..5 {
        record_failure(&mut next, &stage.policy, START);
    }
    assert_eq!(next.locked_until, Some(START.after(hours(1))), "the ladder goes on where it stood");
    // A year's budget that is used up is nobody's to give back.
    cast.factors = vec![FactorState { failures_this_year: 60, disabled_at: Some(START), ..before }];
    let spent = cast.decided(&made, Verdict::Approve, ben(), &stage).unwrap_err();
    assert_eq!(spent, DecideRefusal::Nothing(Nothing::BudgetSpent));
}

#[test]
fn a_cleared_status_is_active_with_the_reason_beside_it() {
    let (cast, stage) = (Cast::new(), Stage::new());
    let made = cast.made(ProposalKind::ClearStatus, ann(), &stage);
    let done = cast.decided(&made, Verdict::Approve, ben(), &stage).unwrap();
    let active = with_status(&cast.account, AccountStatus::Active, START);
    assert!(done.changes.contains(&Change::SaveAccount(active)));
    let changed = Event::StatusChanged { status: "active".to_owned(), reason: "phone stolen".to_owned() };
    assert_eq!(events(&done.changes)[1], &changed);
}

#[test]
fn two_open_what_staff_froze_and_it_is_what_it_was_before() {
    let stage = Stage::new();
    let mut cast = Cast::new();
    for before in [AccountStatus::Active, AccountStatus::Restricted, AccountStatus::Flagged] {
        let was = Account { status: before, ..account() };
        cast.account = freeze::freeze_by_staff(&was, None, vec![], "thief", stage.world()).outcome;
        let made = cast.made(ProposalKind::ClearStatus, ann(), &stage);
        let done = cast.decided(&made, Verdict::Approve, ben(), &stage).unwrap();
        let open = with_status(&was, before, START);
        assert!(done.changes.contains(&Change::SaveAccount(open)), "flagged stays flagged");
        assert_eq!(event_kinds(&done.changes), ["proposal_ended", "status_changed", "hold_started"]);
        assert_eq!(told_kinds(&done.changes), [WebhookKind::AccountUnfrozen, WebhookKind::HoldStarted]);
        let held: Vec<_> = holds(&done.changes).iter().map(|hold| hold.cause).collect();
        assert_eq!(held, [HoldCause::Unfrozen]);
        let told = [(EMAIL, Notice::AccountUnfrozen, ""), (PHONE, Notice::AccountUnfrozen, "")];
        assert_eq!(notices(&done.changes), told);
    }
}

#[test]
fn an_older_proposal_undoes_no_later_flag_freeze_or_lock() {
    let mut stage = Stage::new();
    let mut cast = Cast::new();
    let flagged = |now| with_status(&account(), AccountStatus::Flagged, now);
    cast.account = flagged(START);
    let status = cast.made(ProposalKind::ClearStatus, ann(), &stage);
    let lock = cast.made(ProposalKind::LiftLock, ann(), &stage);
    stage.wait(hours(2));
    // Somebody cleared it, and somebody else saw something new.
    cast.account = flagged(stage.now);
    cast.factors = vec![locked(Factor::Sms, stage.now)];
    for old in [&status, &lock] {
        let refused = cast.decided(old, Verdict::Approve, ben(), &stage).unwrap_err();
        assert_eq!(refused, DecideRefusal::Stale, "{}", old.kind.as_str());
        let anew = cast.made(old.kind, ann(), &stage);
        assert_ne!(anew.target, old.target);
        assert!(cast.decided(&anew, Verdict::Approve, ben(), &stage).is_ok());
    }
    let was = cast.account.clone();
    cast.account = freeze::freeze_by_staff(&was, None, vec![], "thief", stage.world()).outcome;
    let first = cast.made(ProposalKind::ClearStatus, ann(), &stage);
    stage.wait(hours(1));
    cast.account = freeze::freeze_by_staff(&was, None, vec![], "again", stage.world()).outcome;
    let refused = cast.decided(&first, Verdict::Approve, ben(), &stage).unwrap_err();
    assert_eq!(refused, DecideRefusal::Stale);
}

#[test]
fn nobody_has_a_say_about_their_own_account() {
    let (cast, stage) = (Cast::new(), Stage::new());
    let own = cast.account.email.clone();
    let herself = |actor| Speaker { actor, email: own.as_ref() };
    for kind in ProposalKind::ALL {
        let new = NewProposal { kind: *kind, about: about(*kind), reason: "mine", by: herself(ann()) };
        let refused = propose(new, &[], cast.standing(), stage.world());
        assert_eq!(refused.unwrap_err(), ProposeRefusal::OwnAccount);
        let made = cast.made(*kind, ann(), &stage);
        for verdict in [Verdict::Approve, Verdict::Decline] {
            let refused = decide(&made, verdict, "mine", herself(ben()), cast.standing(), stage.world());
            assert_eq!(refused.unwrap_err(), DecideRefusal::OwnAccount);
        }
    }
    // Who has no address has nobody's account: two without one are not the same person.
    let nameless = Account { email: None, ..cast.account.clone() };
    let standing = Standing { account: &nameless, ..cast.standing() };
    let kind = ProposalKind::LiftLock;
    let new = NewProposal { kind, about: about(kind), reason: "x", by: says(ann()) };
    assert!(propose(new, &[], standing, stage.world()).is_ok());
}

/// R10: what staff type as a reason goes into entries that are never taken out again.
#[test]
fn a_reason_leaves_no_number_code_or_address_in_what_is_kept() {
    let (cast, stage) = (Cast::new(), Stage::new());
    let typed = "called from +44 7400 123456, code 482913, mail ada@example.com";
    let (kind, by) = (ProposalKind::LiftLock, says(ann()));
    let new = NewProposal { kind, about: about(kind), reason: typed, by };
    let made = propose(new, &[], cast.standing(), stage.world()).unwrap();
    let ended =
        decide(&made.outcome, Verdict::Decline, typed, says(ben()), cast.standing(), stage.world()).unwrap();
    let kept = format!("{:?} {:?} {:?}", made.changes, ended.outcome, ended.changes);
    for secret in ["123456", "482913", "ada@example.com"] {
        assert!(!kept.contains(secret), "{secret}: {kept}");
    }
    assert_eq!(made.outcome.reason, "called from +44 •••• ••••56, code •••, mail a•••@example.com");
}

/// R65: whatever is proposed and approved, no hold ends earlier.
#[test]
fn no_act_of_staff_touches_a_hold() {
    let stage = Stage::at(START.after(Duration::from_secs(1)));
    let cast = Cast::new();
    for kind in ProposalKind::ALL {
        let made = cast.made(*kind, ann(), &stage);
        let done = cast.decided(&made, Verdict::Approve, ben(), &stage).unwrap();
        let touches = |change: &Change| {
            format!("{change:?}").contains("Hold")
                && !matches!(
                    change,
                    Change::InsertHold(_) | Change::InsertEvent(_) | Change::InsertWebhookEvent(_)
                )
        };
        assert!(!done.changes.iter().any(touches), "{}", kind.as_str());
    }
}
