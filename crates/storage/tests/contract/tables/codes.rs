//! Verifications, factor states and counters: what stops guessing and pumping, pressed by many at once.

use super::fixtures::*;
use crate::engines::{Database, Engine};
use countersign_core::address::AddressIndex;
use countersign_core::change::Change;
use countersign_core::code::TypedCode;
use countersign_core::id::*;
use countersign_core::limit::{CounterKey, LimitKind, Planned};
use countersign_core::model::*;
use countersign_core::policy::Policy;
use countersign_core::session::Scene;
use countersign_core::time::minutes;
use countersign_core::verification::{self, CheckOutcome};
use countersign_storage::StorageError;
use countersign_storage::tables::{self, counters, factors, verifications};
use futures_util::future::join_all;
use std::sync::Arc;
use tokio::sync::Barrier;

const SUBJECT: Subject = Subject::Address(AddressIndex([0xAD; 32]));

fn is_conflict(answer: &Result<(), StorageError>) -> bool {
    matches!(answer, Err(StorageError::Conflict { .. }))
}

pub(crate) async fn verifications_round_trip_and_stay_finished(database: Database) {
    let world = World::new(&database).await;
    let account_id = AccountId::from_bytes([1; 16]);
    for subject in [SUBJECT, Subject::Account(account_id)] {
        let pending = world.verification(subject);
        let bare = Verification {
            page: None,
            earlier_code_hashes: vec![],
            reverse_hash: None,
            reverse_heard_at: None,
            ..world.verification(subject)
        };
        let changes = [pending.clone(), bare.clone()].map(Change::InsertVerification);
        world.save(changes).await.unwrap();
        let service_id = world.service_id;
        let load = |id| world.read(move |tx, r| Box::pin(verifications::load(tx, r, service_id, id)));
        assert_eq!(load(pending.id).await, Some(pending.clone()));
        assert_eq!(load(bare.id).await, Some(bare));
        let (id, other) = (pending.id, world.other_service().await);
        let elsewhere = world.read(move |tx, r| Box::pin(verifications::load(tx, r, other, id))).await;
        assert_eq!(elsewhere, None, "another tenant sees nothing (R77)");
        let approved = Verification {
            status: VerificationStatus::Approved,
            code_hash: CodeHash([9; 32]),
            earlier_code_hashes: vec![CodeHash([8; 32])],
            reverse_hash: Some(CodeHash([7; 32])),
            reverse_heard_at: Some(NOW.after(minutes(2))),
            failures: 4,
            sends: 5,
            last_sent_at: NOW.after(minutes(1)),
            code_expires_at: NOW.after(minutes(2)),
            finished_at: Some(NOW.after(minutes(3))),
            ..pending.clone()
        };
        world.save([Change::SaveVerification(approved.clone())]).await.unwrap();
        let locked = world.write(move |tx, r| Box::pin(verifications::lock(tx, r, service_id, id))).await;
        assert_eq!(locked, Ok(Some(approved)));
        assert!(
            is_conflict(&world.save([Change::SaveVerification(pending)]).await),
            "approved for good (R4)"
        );
    }
}

pub(crate) async fn superseding_spares_other_purposes_subjects_and_the_newest(database: Database) {
    let world = World::new(&database).await;
    let make = |subject| world.verification(subject);
    let kept = make(SUBJECT);
    let older = make(SUBJECT);
    let other_purpose = Verification { purpose: Purpose::Bind, ..make(SUBJECT) };
    let other_subject = make(Subject::Account(AccountId::from_bytes([1; 16])));
    let finished =
        Verification { status: VerificationStatus::Expired, finished_at: Some(NOW), ..make(SUBJECT) };
    let all = [&kept, &older, &other_purpose, &other_subject, &finished];
    world.save(all.map(|one| Change::InsertVerification(one.clone()))).await.unwrap();
    let supersede = Change::SupersedeVerifications {
        service_id: world.service_id,
        subject: SUBJECT,
        channel: kept.channel,
        purpose: kept.purpose,
        except: kept.id,
        at: NOW.after(minutes(1)),
    };
    world.save([supersede]).await.unwrap();
    let service_id = world.service_id;
    let mut seen = Vec::new();
    for one in all {
        let id = one.id;
        let found =
            world.read(move |tx, r| Box::pin(verifications::load(tx, r, service_id, id))).await.unwrap();
        seen.push((found.status, found.finished_at));
    }
    let pending = (VerificationStatus::Pending, None);
    let superseded = (VerificationStatus::Superseded, Some(NOW.after(minutes(1))));
    let expired = (VerificationStatus::Expired, Some(NOW));
    assert_eq!(seen, vec![pending, superseded, pending, pending, expired]);
}

pub(crate) async fn overdue_verifications_are_found(database: Database) {
    let world = World::new(&database).await;
    let with_deadline =
        |minute| Verification { deadline: NOW.after(minutes(minute)), ..world.verification(SUBJECT) };
    let (late, later, future) = (with_deadline(1), with_deadline(2), with_deadline(4));
    let done = Verification { status: VerificationStatus::Approved, ..with_deadline(1) };
    let all = [future, later.clone(), late.clone(), done];
    world.save(all.map(Change::InsertVerification)).await.unwrap();
    let due =
        |limit| world.read(move |tx, r| Box::pin(verifications::due(tx, r, NOW.after(minutes(3)), limit)));
    let service_id = world.service_id;
    assert_eq!(due(10).await, vec![(service_id, late.id), (service_id, later.id)]);
    assert_eq!(due(1).await, vec![(service_id, late.id)]);
}

/// The whole of a check, as a use case does it: lock, decide, save.
async fn check(world: &World, id: VerificationId, digits: &str) -> CheckOutcome {
    let service_id = world.service_id;
    let typed = TypedCode::strict(digits, 6).unwrap();
    let entropy = world.entropy.clone();
    let write = world.write(move |tx, rows| {
        let (typed, entropy) = (typed.clone(), entropy.clone());
        Box::pin(async move {
            let (policy, scene) = (Policy::default(), Scene::default());
            let key = rows.code_key();
            let pending = verifications::lock(tx, rows, service_id, id).await?.unwrap();
            let state = factors::lock(tx, rows, service_id, pending.subject, Factor::Sms, None, NOW).await?;
            let world = verification::World {
                policy: &policy,
                key: &key,
                now: NOW,
                entropy: entropy.as_ref(),
                scene: &scene,
            };
            let decision = verification::check(pending, None, &typed, None, state, world);
            tables::apply(tx, rows, &decision.changes).await?;
            Ok(decision.outcome)
        })
    });
    write.await.unwrap()
}

async fn check_64_times(world: Arc<World>, id: VerificationId, digits: &'static str) -> Vec<CheckOutcome> {
    let start = Arc::new(Barrier::new(64));
    let tasks = (0..64).map(|_| {
        let (world, start) = (world.clone(), start.clone());
        tokio::spawn(async move {
            start.wait().await;
            check(&world, id, digits).await
        })
    });
    join_all(tasks).await.into_iter().map(Result::unwrap).collect()
}

/// T2: the right code, 64 at once, is accepted once.
pub(crate) async fn the_right_code_64_times_is_one_success(database: Database) {
    let world = World::new(&database).await;
    let verification = world.verification_of_code(SUBJECT, &world.rows.code_key(), "246810");
    world.save([Change::InsertVerification(verification.clone())]).await.unwrap();
    let outcomes = check_64_times(Arc::new(world), verification.id, "246810").await;
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == CheckOutcome::Approved).count(), 1);
    let closed = CheckOutcome::Closed(VerificationStatus::Approved);
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == closed).count(), 63);
}

/// T1, T2: 64 wrong guesses at once; five are compared, and then the right code is refused too.
pub(crate) async fn of_64_wrong_guesses_five_are_compared(database: Database) {
    let world = Arc::new(World::new(&database).await);
    let verification = world.verification_of_code(SUBJECT, &world.rows.code_key(), "246810");
    world.save([Change::InsertVerification(verification.clone())]).await.unwrap();
    let outcomes = check_64_times(world.clone(), verification.id, "135791").await;
    let compared = |outcome: &&CheckOutcome| {
        matches!(outcome, CheckOutcome::Wrong { .. } | CheckOutcome::LockedNow { .. })
    };
    assert_eq!(outcomes.iter().filter(compared).count(), 5);
    assert!(!matches!(check(&world, verification.id, "246810").await, CheckOutcome::Approved));
    let service_id = world.service_id;
    let state = world
        .read(move |tx, r| Box::pin(factors::load(tx, r, service_id, SUBJECT, Factor::Sms, None, NOW)))
        .await;
    assert_eq!((state.failures_this_year, state.in_a_row), (5, 5));
    assert!(state.locked_until.is_some());
}

pub(crate) async fn factor_states_round_trip_by_lane(database: Database) {
    let world = World::new(&database).await;
    let service_id = world.service_id;
    let lane = Some(DeviceId::from_bytes([7; 16]));
    let load = |lane| {
        world.read(move |tx, r| {
            Box::pin(factors::load(tx, r, service_id, SUBJECT, Factor::Password, lane, NOW))
        })
    };
    let lock = |lane| {
        world.write(move |tx, r| {
            Box::pin(factors::lock(tx, r, service_id, SUBJECT, Factor::Password, lane, NOW))
        })
    };
    let fresh = FactorState::fresh(service_id, SUBJECT, Factor::Password, lane);
    assert_eq!(load(lane).await, fresh);
    assert_eq!(lock(lane).await, Ok(fresh.clone()));
    let filled = FactorState {
        run: 1,
        in_a_row: 2,
        ladder_step: 3,
        locked_until: Some(NOW.after(minutes(4))),
        disabled_at: Some(NOW),
        last_failure_at: Some(NOW.before(minutes(5))),
        sends_unconverted: 6,
        sends_locked_until: Some(NOW.after(minutes(7))),
        rebound_at: Some(NOW.before(minutes(8))),
        ..fresh
    };
    world.save([Change::SaveFactor(filled.clone())]).await.unwrap();
    assert_eq!((load(lane).await, lock(lane).await), (filled.clone(), Ok(filled)));
    assert_eq!(load(None).await, FactorState::fresh(service_id, SUBJECT, Factor::Password, None));
    let unlocked = FactorState { run: 4, ..FactorState::fresh(service_id, SUBJECT, Factor::Sms, None) };
    world.save([Change::SaveFactor(unlocked.clone())]).await.unwrap();
    let sms =
        world.read(move |tx, r| Box::pin(factors::load(tx, r, service_id, SUBJECT, Factor::Sms, None, NOW)));
    assert_eq!(sms.await, unlocked, "saved without a row before");
}

/// R20: 365 days, this one included, and days ahead of a clock that was set back; a refund never makes a day negative.
/// Bound anew, a factor counts from that day.
pub(crate) async fn failures_count_for_365_days(database: Database) {
    let world = World::new(&database).await;
    let (service_id, today) = (world.service_id, NOW.day());
    let count = |day: i64, by: i64| {
        world.save([Change::CountFailures { service_id, subject: SUBJECT, factor: Factor::Sms, day, by }])
    };
    for (day, by) in [(today, 1), (today, 1), (today - 364, 10), (today - 365, 100), (today + 1, 1_000)] {
        count(day, by).await.unwrap();
    }
    let this_year = || async {
        let ask = world
            .read(move |tx, r| Box::pin(factors::load(tx, r, service_id, SUBJECT, Factor::Sms, None, NOW)));
        ask.await.failures_this_year
    };
    assert_eq!(this_year().await, 1_012);
    count(today, -1).await.unwrap();
    assert_eq!(this_year().await, 1_011);
    count(today - 364, -99).await.unwrap();
    assert_eq!(this_year().await, 1_001);
    count(today - 3, -5).await.unwrap();
    assert_eq!(this_year().await, 1_001, "a refund on a day without failures adds nothing");
    let email = world
        .read(move |tx, r| Box::pin(factors::load(tx, r, service_id, SUBJECT, Factor::Email, None, NOW)));
    assert_eq!(email.await.failures_this_year, 0);
}

fn planned(service_id: ServiceId, kind: LimitKind, what: u8, by: i64) -> Planned {
    let window_start = NOW.window_start(kind.window());
    Planned { key: CounterKey { service_id, kind, key: [what; 32], window_start }, by, cap: 1_000 }
}

pub(crate) async fn counters_answer_in_the_order_asked(database: Database) {
    let world = World::new(&database).await;
    let service_id = world.service_id;
    // Out of key order on purpose, with a shared kind in the middle.
    let plan = vec![
        planned(service_id, LimitKind::Prefix, 9, 1),
        planned(service_id, LimitKind::Money, 1, 75_000),
        planned(service_id, LimitKind::Address, 5, 2),
        planned(service_id, LimitKind::Country, 1, 3),
    ];
    let add = |plan: Vec<Planned>| {
        world.write(move |tx, r| {
            let plan = plan.clone();
            Box::pin(async move { counters::add(tx, r, &plan).await })
        })
    };
    assert_eq!(add(plan.clone()).await, Ok(vec![1, 75_000, 2, 3]));
    assert_eq!(add(plan.clone()).await, Ok(vec![2, 150_000, 4, 6]));
    let back: Vec<Change> = plan.iter().map(|p| Change::Count { key: p.key.clone(), by: -p.by }).collect();
    let back: [Change; 4] = back.try_into().unwrap();
    world.save(back).await.unwrap();
    assert_eq!(add(plan.clone()).await, Ok(vec![2, 150_000, 4, 6]), "taken back and added again");
    let mut next_window = plan[0].clone();
    next_window.key.window_start = next_window.key.window_start.after(next_window.key.kind.window());
    assert_eq!(add(vec![next_window]).await, Ok(vec![1]));
    let other = world.other_service().await;
    assert_eq!(add(vec![planned(other, LimitKind::Prefix, 9, 1)]).await, Ok(vec![1]));
    assert_eq!(add(vec![]).await, Ok(vec![]));
}

/// R21: nobody's count is lost; where strangers do not share the counter, no two sends are both the last one
/// allowed.
pub(crate) async fn counters_lose_nothing_when_64_add_at_once(database: Database) {
    let world = Arc::new(World::new(&database).await);
    let service_id = world.service_id;
    let start = Arc::new(Barrier::new(64));
    let tasks = (0..64u8).map(|task| {
        let (world, start) = (world.clone(), start.clone());
        tokio::spawn(async move {
            let mut plan = vec![
                planned(service_id, LimitKind::Country, 1, 1),
                planned(service_id, LimitKind::Address, 1, 1),
                planned(service_id, LimitKind::Ip, 2, 1),
            ];
            // Half of them ask in the other order: the rows are locked in one order all the same.
            if task % 2 == 0 {
                plan.reverse();
            }
            start.wait().await;
            let add = world.write(move |tx, r| {
                let plan = plan.clone();
                Box::pin(async move { counters::add(tx, r, &plan).await })
            });
            add.await.unwrap()[1]
        })
    });
    let mut totals: Vec<i64> = join_all(tasks).await.into_iter().map(Result::unwrap).collect();
    totals.sort_unstable();
    assert_eq!(totals, (1..=64).collect::<Vec<i64>>());
    let one_more =
        vec![planned(service_id, LimitKind::Country, 1, 1), planned(service_id, LimitKind::Ip, 2, 1)];
    let add = world.write(move |tx, r| {
        let plan = one_more.clone();
        Box::pin(async move { counters::add(tx, r, &plan).await })
    });
    assert_eq!(add.await, Ok(vec![65, 65]));
    if database.engine == Engine::Postgres {
        assert_eq!(world.store.counts().steps_run_again, 0, "no deadlock had to be broken");
    }
}
