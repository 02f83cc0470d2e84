//! What one of staff proposes and another decides, and the lists that staff look things up in.

use super::fixtures::*;
use crate::engines::Database;
use countersign_core::change::Change;
use countersign_core::event::Event;
use countersign_core::id::*;
use countersign_core::limit::{CounterKey, LimitKind};
use countersign_core::model::*;
use countersign_core::time::{Timestamp, hours, minutes};
use countersign_storage::StorageError;
use countersign_storage::tables::{counters, desk, factors, holds, proposals};
use futures_util::future::join_all;

fn is_conflict(answer: &Result<(), StorageError>) -> bool {
    matches!(answer, Err(StorageError::Conflict { .. }))
}

fn proposal(world: &World, account: &Account, target: ProposalTarget) -> Proposal {
    let kind = match target {
        ProposalTarget::Binding(_) => ProposalKind::RemoveNumber,
        ProposalTarget::Factor { .. } => ProposalKind::LiftLock,
        ProposalTarget::Status { .. } => ProposalKind::ClearStatus,
        ProposalTarget::Case(_) => ProposalKind::EndCase,
    };
    Proposal {
        id: ProposalId::draw(NOW, world.entropy.as_ref()),
        service_id: account.service_id,
        account_id: account.id,
        kind,
        target,
        reason: "phone stolen".into(),
        proposed_by: Actor::Operator(OperatorId::from_bytes([7; 16])),
        proposed_at: NOW,
        expires_at: NOW.after(hours(72)),
        status: ProposalStatus::Waiting,
        decided_by: None,
        decided_at: None,
        decision_note: String::new(),
    }
}

fn lock_of(factor: Factor) -> ProposalTarget {
    ProposalTarget::Factor { factor, since: NOW }
}

fn ended(proposal: &Proposal, status: ProposalStatus) -> Proposal {
    Proposal {
        status,
        decided_by: Some(Actor::CommandLine),
        decided_at: Some(NOW.after(hours(1))),
        decision_note: "called back".into(),
        ..proposal.clone()
    }
}

impl World {
    async fn proposal(&self, service: ServiceId, id: ProposalId) -> Option<Proposal> {
        self.read(move |tx, r| Box::pin(proposals::load(tx, r, service, id))).await
    }
}

pub(crate) async fn proposals_round_trip_and_stay_ended(database: Database) {
    let world = World::new(&database).await;
    let (service_id, other) = (world.service_id, world.other_service().await);
    let account = world.saved_account().await;
    let mut all = [
        ProposalTarget::Binding(BindingId::from_bytes([9; 16])),
        lock_of(Factor::Sms),
        ProposalTarget::Status { status: AccountStatus::Restricted, since: NOW },
        ProposalTarget::Case(CaseId::from_bytes([4; 16])),
    ]
    .map(|target| proposal(&world, &account, target));
    // Identifiers of one millisecond have no order of their own.
    all.sort_by_key(|one| one.id);
    world.save(all.clone().map(Change::InsertProposal)).await.unwrap();
    for one in &all {
        assert_eq!(world.proposal(service_id, one.id).await.as_ref(), Some(one));
        assert_eq!(world.proposal(other, one.id).await, None, "another tenant sees nothing (R77)");
    }
    let count = |now| world.read(move |tx, r| Box::pin(proposals::count_waiting(tx, r, service_id, now)));
    assert_eq!((count(NOW).await, count(NOW.after(hours(72))).await), (4, 0));
    let waiting = world.read(move |tx, r| Box::pin(proposals::waiting(tx, r, service_id, NOW, 2))).await;
    assert_eq!(waiting, all[..2]);
    let overdue = |now| world.read(move |tx, r| Box::pin(proposals::overdue(tx, r, now, 9)));
    assert_eq!(overdue(NOW.after(hours(71))).await, []);
    assert_eq!(overdue(NOW.after(hours(72))).await.len(), 4);
    let declined = ended(&all[0], ProposalStatus::Declined);
    world.save([Change::SaveProposal(declined.clone())]).await.unwrap();
    assert_eq!(world.proposal(service_id, declined.id).await, Some(declined.clone()));
    let approved = Change::SaveProposal(ended(&all[0], ProposalStatus::Approved));
    assert!(is_conflict(&world.save([approved]).await), "what has ended stays ended");
    let id = account.id;
    let mine = world.read(move |tx, r| Box::pin(proposals::of_account(tx, r, service_id, id, 9))).await;
    let newest_first = [3, 2, 1, 0].map(|place: usize| all[place].id);
    assert_eq!(mine.iter().map(|one| one.id).collect::<Vec<_>>(), newest_first);
    let newest = world.read(move |tx, r| Box::pin(proposals::of_service(tx, r, service_id, 1))).await;
    assert_eq!(newest, all[3..]);
    let spans = world.read(move |tx, r| Box::pin(proposals::spans(tx, r, service_id, NOW, 9))).await;
    assert_eq!(spans[0], (NOW, NOW.after(hours(1))));
    assert_eq!(spans[1], (NOW, NOW.after(hours(72))));
}

pub(crate) async fn the_same_proposal_waits_once(database: Database) {
    let world = World::new(&database).await;
    let (account, neighbour) = (world.saved_account().await, world.saved_account().await);
    let make = |account| proposal(&world, account, lock_of(Factor::Sms));
    let first = make(&account);
    world.save([Change::InsertProposal(first.clone())]).await.unwrap();
    assert!(is_conflict(&world.save([Change::InsertProposal(make(&account))]).await));
    world.save([Change::InsertProposal(make(&neighbour))]).await.unwrap();
    let totp = proposal(&world, &account, lock_of(Factor::Totp));
    world.save([Change::InsertProposal(totp)]).await.unwrap();
    let later = ProposalTarget::Factor { factor: Factor::Sms, since: NOW.after(hours(1)) };
    world.save([Change::InsertProposal(proposal(&world, &account, later))]).await.unwrap();
    world.save([Change::SaveProposal(ended(&first, ProposalStatus::Declined))]).await.unwrap();
    world.save([Change::InsertProposal(make(&account))]).await.unwrap();
}

pub(crate) async fn of_16_that_decide_one_proposal_one_counts(database: Database) {
    let world = World::new(&database).await;
    let account = world.saved_account().await;
    let made = proposal(&world, &account, lock_of(Factor::Sms));
    world.save([Change::InsertProposal(made.clone())]).await.unwrap();
    let deciders = (0..16).map(|index| {
        let status = if index % 2 == 0 { ProposalStatus::Approved } else { ProposalStatus::Declined };
        world.save([Change::SaveProposal(ended(&made, status))])
    });
    let answers = join_all(deciders).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    assert!(answers.iter().filter(|answer| answer.is_err()).all(is_conflict), "{answers:?}");
}

pub(crate) async fn what_is_shut_and_held_now_is_listed(database: Database) {
    let world = World::new(&database).await;
    let (service_id, other) = (world.service_id, world.other_service().await);
    let account = world.saved_account().await;
    let state = |factor| FactorState::fresh(service_id, Subject::Account(account.id), factor, None);
    let lane = Some(DeviceId::from_bytes([6; 16]));
    let locked = FactorState { locked_until: Some(NOW.after(minutes(15))), lane, ..state(Factor::Sms) };
    let open = FactorState { locked_until: Some(NOW), ..state(Factor::Password) };
    let disabled = FactorState {
        disabled_at: Some(NOW.before(hours(1))),
        locked_until: Some(NOW.after(minutes(5))),
        ..state(Factor::Totp)
    };
    let unsent = FactorState { sends_locked_until: Some(NOW.after(minutes(1))), ..state(Factor::Email) };
    let saved = [&locked, &open, &disabled, &unsent].map(|state| Change::SaveFactor(state.clone()));
    world.save(saved).await.unwrap();
    let shut = |service| world.read(move |tx, r| Box::pin(factors::shut(tx, r, service, NOW, 9)));
    assert_eq!(shut(service_id).await, [locked.clone(), disabled.clone(), unsent.clone()], "each once");
    assert_eq!(shut(other).await, []);
    let count = |now| world.read(move |tx, r| Box::pin(factors::count_locked(tx, r, service_id, now)));
    assert_eq!((count(NOW).await, count(NOW.after(minutes(5))).await), (2, 1));
    let subject = Subject::Account(account.id);
    let mine = world.read(move |tx, r| Box::pin(factors::of_subject(tx, r, service_id, subject, NOW))).await;
    assert_eq!(mine, [unsent, open, locked, disabled], "by factor");
    let hold = |hours_long| Hold {
        id: HoldId::draw(NOW, world.entropy.as_ref()),
        service_id,
        account_id: account.id,
        cause: HoldCause::Recovered,
        starts_at: NOW,
        ends_at: NOW.after(hours(hours_long)),
    };
    let (day, week) = (hold(24), hold(168));
    world.save([day.clone(), week.clone()].map(Change::InsertHold)).await.unwrap();
    let held = |service, now| world.read(move |tx, r| Box::pin(holds::of_service(tx, r, service, now, 9)));
    assert_eq!(held(service_id, NOW).await, [week.clone(), day]);
    assert_eq!(held(service_id, NOW.after(hours(24))).await, [week], "over at its end");
    assert_eq!(held(other, NOW).await, []);
}

pub(crate) async fn locks_are_counted_by_hour_and_looks_by_day(database: Database) {
    let world = World::new(&database).await;
    let (service_id, account) = (world.service_id, world.saved_account().await);
    let operator = OperatorId::from_bytes([7; 16]);
    let entry = |at: Timestamp, actor, event| {
        Change::InsertEvent(EventEntry {
            id: EventId::draw(at, world.entropy.as_ref()),
            service_id,
            account_id: Some(account.id),
            at,
            actor,
            event,
            device: String::new(),
        })
    };
    let lock = |at| entry(at, Actor::Holder, Event::FactorLocked { factor: Factor::Sms, until_ms: 0 });
    let seen = entry(NOW, Actor::Operator(operator), Event::AccountSeen);
    let hour_ago = NOW.before(hours(1));
    world.save([lock(NOW), lock(hour_ago), lock(hour_ago), lock(NOW.before(hours(30))), seen]).await.unwrap();
    let since = NOW.before(hours(24));
    let counted = world.read(move |tx, r| Box::pin(desk::locks_by_hour(tx, r, service_id, since))).await;
    let hour = NOW.unix_ms() / 3_600_000;
    assert_eq!(counted, [(hour - 1, 2), (hour, 1)]);
    let id = account.id;
    let has = |who, since| world.read(move |tx, r| Box::pin(desk::has_seen(tx, r, id, who, since)));
    assert!(has(operator, NOW).await);
    assert!(!has(operator, NOW.after(minutes(1))).await, "not since then");
    assert!(!has(OperatorId::from_bytes([8; 16]), NOW).await, "somebody else has");
}

pub(crate) async fn counters_can_be_read_without_counting(database: Database) {
    let world = World::new(&database).await;
    let key = |kind| CounterKey {
        service_id: world.service_id,
        kind,
        key: [3; 32],
        window_start: NOW.window_start(hours(1)),
    };
    world.save([Change::Count { key: key(LimitKind::Address), by: 4 }]).await.unwrap();
    let keys = vec![key(LimitKind::Country), key(LimitKind::Address)];
    for _ in 0..2 {
        let keys = keys.clone();
        let totals = world
            .read(move |tx, r| {
                let keys = keys.clone();
                Box::pin(async move { counters::totals(tx, r, &keys).await })
            })
            .await;
        assert_eq!(totals, [0, 4]);
    }
}
