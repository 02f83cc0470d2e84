//! Actions: written once, one way only, redeemed once.

use super::fixtures::*;
use crate::engines::Database;
use countersign_core::change::Change;
use countersign_core::id::*;
use countersign_core::model::*;
use countersign_core::time::{Timestamp, minutes, seconds};
use countersign_storage::StorageError;
use countersign_storage::tables::{action_keys, actions};
use futures_util::future::join_all;
use std::sync::Arc;
use tokio::sync::Barrier;

fn is_conflict(answer: &Result<(), StorageError>) -> bool {
    matches!(answer, Err(StorageError::Conflict { .. }))
}

fn authorised(action: &Action) -> Action {
    Action {
        status: ActionStatus::Authorised,
        chosen: 0,
        proofs: vec![
            Proof { factor: Factor::TradingPassword, at_ms: 1 },
            Proof { factor: Factor::Totp, at_ms: 2 },
        ],
        misses: vec![],
        verification: None,
        passkey_challenge: None,
        page: Some(TokenHash([0x9A; 32])),
        deadline: NOW.after(minutes(4)),
        extensions: 2,
        authorised_at: Some(NOW.after(minutes(1))),
        assertion_id: Some([0x17; 16]),
        assertion_expires_at: Some(NOW.after(minutes(2))),
        ..action.clone()
    }
}

fn redeemed(action: &Action, key: u8) -> Action {
    Action {
        status: ActionStatus::Redeemed,
        redeemed_at: Some(NOW.after(seconds(61))),
        redeem_key: Some([key; 32]),
        ..action.clone()
    }
}

impl World {
    async fn saved_action(&self, account: &Account) -> Action {
        let action = self.action(account);
        self.save([Change::InsertAction(action.clone())]).await.unwrap();
        action
    }

    async fn load_action(&self, service_id: ServiceId, id: ActionId) -> Option<Action> {
        self.read(move |tx, r| Box::pin(actions::load(tx, r, service_id, id))).await
    }

    async fn save_action(&self, action: &Action) -> Result<(), StorageError> {
        self.save([Change::SaveAction(action.clone())]).await
    }
}

pub(crate) async fn actions_round_trip_and_stay_in_their_service(database: Database) {
    let world = World::new(&database).await;
    let account = world.saved_account().await;
    let (service_id, other) = (world.service_id, world.other_service().await);
    let pending = world.saved_action(&account).await;
    let bare = Action {
        kind: ActionKind::FactorRemove,
        origin: ActionOrigin::SecurityCenter,
        any_of: vec![],
        proofs: vec![],
        misses: vec![],
        verification: None,
        passkey_challenge: None,
        link: None,
        return_url: None,
        ..world.action(&account)
    };
    world.save([Change::InsertAction(bare.clone())]).await.unwrap();
    assert_eq!(world.load_action(service_id, bare.id).await, Some(bare.clone()));
    let id = pending.id;
    assert_eq!(world.load_action(service_id, id).await, Some(pending.clone()));
    assert_eq!(world.load_action(other, id).await, None, "another tenant sees nothing (R77)");
    let lock = |service| world.write(move |tx, r| Box::pin(actions::lock(tx, r, service, id)));
    assert_eq!((lock(service_id).await, lock(other).await), (Ok(Some(pending.clone())), Ok(None)));
    let by_link = |link| world.write(move |tx, r| Box::pin(actions::lock_by_link(tx, r, link)));
    assert_eq!(by_link(pending.link.unwrap()).await, Ok(Some(pending.clone())));
    assert_eq!(by_link(TokenHash([0xEE; 32])).await, Ok(None));
    let same_link = Action { link: pending.link, ..world.action(&account) };
    assert!(is_conflict(&world.save([Change::InsertAction(same_link)]).await), "one link opens one page");
    let done = redeemed(&authorised(&pending), 5);
    world.save_action(&done).await.unwrap();
    assert_eq!(world.load_action(service_id, id).await, Some(done));
    assert!(is_conflict(&world.save_action(&Action { service_id: other, ..bare.clone() }).await));
    // What is confirmed was written once (R52).
    let changed = Action {
        details: ActionDetails::default(),
        digest: DetailsDigest([0; 32]),
        any_of: vec![vec![Factor::Password]],
        audience: "https://elsewhere.example".into(),
        ..bare.clone()
    };
    world.save_action(&changed).await.unwrap();
    assert_eq!(world.load_action(service_id, bare.id).await, Some(bare));
}

/// R4, R53: from each status to each, as the table says and no other way.
pub(crate) async fn an_action_moves_one_way_only(database: Database) {
    use ActionStatus::*;
    let world = World::new(&database).await;
    let account = world.saved_account().await;
    for from in ActionStatus::ALL {
        for to in ActionStatus::ALL {
            let action = world.saved_action(&account).await;
            let at = |status| Action { status, ..action.clone() };
            if *from != Pending {
                world.save_action(&at(*from)).await.unwrap();
            }
            let may = match from {
                Pending => true,
                Authorised => matches!(to, Redeemed | Canceled | Lapsed),
                Redeemed | Canceled | Lapsed => false,
            };
            let saved = world.save_action(&at(*to)).await;
            assert_eq!(saved.is_ok(), may, "{from:?} to {to:?}");
            assert!(may || is_conflict(&saved), "{from:?} to {to:?}: {saved:?}");
            let stored = world.load_action(world.service_id, action.id).await.unwrap();
            assert_eq!(stored.status, if may { *to } else { *from });
        }
    }
}

pub(crate) async fn a_page_belongs_to_the_browser_that_came_first(database: Database) {
    let world = World::new(&database).await;
    let account = world.saved_account().await;
    let action = world.saved_action(&account).await;
    let claim = |browser: u8| {
        let claimed = Action { page: Some(TokenHash([browser; 32])), ..action.clone() };
        let world = &world;
        async move { world.save_action(&claimed).await }
    };
    let answers = join_all((1..=16).map(claim)).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    assert_eq!(answers.iter().filter(|answer| is_conflict(answer)).count(), 15);
    let owner = world.load_action(world.service_id, action.id).await.unwrap();
    assert_eq!(world.save_action(&owner).await, Ok(()), "its owner goes on");
    assert!(is_conflict(&world.save_action(&action).await), "nobody takes it away");
}

/// T11, T12: one of 64 that redeem at once, each with a key of its own and without a lock.
pub(crate) async fn of_64_that_redeem_one_counts(database: Database) {
    let world = Arc::new(World::new(&database).await);
    let account = world.saved_account().await;
    let action = authorised(&world.saved_action(&account).await);
    world.save_action(&action).await.unwrap();
    let start = Arc::new(Barrier::new(64));
    let tasks = (0..64u8).map(|key| {
        let (world, start, wanted) = (world.clone(), start.clone(), redeemed(&action, key));
        tokio::spawn(async move {
            start.wait().await;
            (key, world.save_action(&wanted).await)
        })
    });
    let answers: Vec<_> = join_all(tasks).await.into_iter().map(Result::unwrap).collect();
    let winners: Vec<u8> = answers.iter().filter(|(_, answer)| answer.is_ok()).map(|(key, _)| *key).collect();
    assert_eq!(answers.iter().filter(|(_, answer)| is_conflict(answer)).count(), 63);
    let stored = world.load_action(world.service_id, action.id).await.unwrap();
    assert_eq!(winners, vec![stored.redeem_key.unwrap()[0]]);
}

pub(crate) async fn open_actions_of_an_account_are_found(database: Database) {
    let world = World::new(&database).await;
    let (account, stranger) = (world.saved_account().await, world.saved_account().await);
    let pending = world.saved_action(&account).await;
    let second = world.saved_action(&account).await;
    let third = world.saved_action(&account).await;
    world.saved_action(&stranger).await;
    let second = authorised(&second);
    world.save_action(&second).await.unwrap();
    world.save_action(&Action { status: ActionStatus::Lapsed, ..authorised(&third) }).await.unwrap();
    let (service_id, id, other) = (world.service_id, account.id, world.other_service().await);
    let open =
        |service| world.write(move |tx, r| Box::pin(actions::lock_open_of_account(tx, r, service, id)));
    let mut wanted = vec![pending, second];
    wanted.sort_by_key(|action| *action.id.as_bytes());
    assert_eq!((open(service_id).await, open(other).await), (Ok(wanted), Ok(vec![])));
}

pub(crate) async fn actions_are_read_in_pages_newest_first(database: Database) {
    let world = World::new(&database).await;
    let (account, stranger) = (world.saved_account().await, world.saved_account().await);
    let mut saved = Vec::new();
    for minute in 1..=3 {
        let id = ActionId::draw(NOW.after(minutes(minute)), world.entropy.as_ref());
        let action = Action { id, link: None, ..world.action(&account) };
        world.save([Change::InsertAction(action.clone())]).await.unwrap();
        saved.insert(0, action);
    }
    world.saved_action(&stranger).await;
    let (service_id, id) = (world.service_id, account.id);
    let page = |before, limit| {
        world.read(move |tx, r| Box::pin(actions::of_account(tx, r, service_id, id, before, limit)))
    };
    assert_eq!(page(None, 2).await, saved[..2]);
    assert_eq!(page(Some(saved[1].id), 9).await, saved[2..]);
    let last = |account_id| {
        world.read(move |tx, r| Box::pin(actions::last_authorised_at(tx, r, service_id, account_id)))
    };
    assert_eq!(last(id).await, None);
    for (action, minute) in saved.iter().zip([5, 9, 7]) {
        let authorised_at = Some(NOW.after(minutes(minute)));
        world.save_action(&Action { authorised_at, ..authorised(action) }).await.unwrap();
    }
    assert_eq!(last(id).await, Some(NOW.after(minutes(9))));
    assert_eq!(last(stranger.id).await, None);
}

pub(crate) async fn overdue_actions_are_found(database: Database) {
    let world = World::new(&database).await;
    let account = world.saved_account().await;
    let mut ids = Vec::new();
    for minute in [3, 1, 2] {
        let deadline = NOW.after(minutes(minute));
        let action = Action { deadline, ..world.action(&account) };
        world.save([Change::InsertAction(action.clone())]).await.unwrap();
        ids.push(action.id);
    }
    let waiting = authorised(&world.saved_action(&account).await);
    let lapsing = Action { assertion_expires_at: Some(NOW.after(minutes(2))), ..waiting };
    world.save_action(&lapsing).await.unwrap();
    let overdue = |now: Timestamp, limit| {
        let found = world.read(move |tx, r| Box::pin(actions::overdue(tx, r, now, limit)));
        async move { found.await.into_iter().map(|(_, id)| id).collect::<Vec<_>>() }
    };
    assert_eq!(overdue(NOW.after(seconds(59)), 9).await, vec![]);
    assert_eq!(overdue(NOW.after(minutes(2)), 9).await, vec![ids[1], ids[2], lapsing.id]);
    assert_eq!(overdue(NOW.after(minutes(9)), 1).await, vec![ids[1], lapsing.id], "one of each");
    world.save_action(&redeemed(&lapsing, 1)).await.unwrap();
    assert_eq!(overdue(NOW.after(minutes(9)), 9).await, vec![ids[1], ids[2], ids[0]]);
}

pub(crate) async fn a_key_opens_one_action(database: Database) {
    let world = World::new(&database).await;
    let service_id = world.service_id;
    let insert = |digest: u8| {
        world.write(move |tx, r| {
            let id = ActionId::from_bytes([digest; 16]);
            Box::pin(
                async move { action_keys::insert(tx, r, service_id, &[1; 32], &[digest; 32], id, NOW).await },
            )
        })
    };
    let find = |service| {
        world.read(move |tx, r| Box::pin(async move { action_keys::find(tx, r, service, &[1; 32]).await }))
    };
    assert_eq!(find(service_id).await, None);
    assert_eq!(insert(5).await, Ok(()));
    assert!(is_conflict(&insert(6).await));
    assert_eq!(find(service_id).await, Some(([5; 32], ActionId::from_bytes([5; 16]))));
    assert_eq!(find(world.other_service().await).await, None);
}
