//! Authenticators: one live of a kind, a step or a code spent once, what has ended stays ended.

use super::fixtures::*;
use crate::engines::Database;
use countersign_core::change::Change;
use countersign_core::model::*;
use countersign_core::time::{minutes, seconds};
use countersign_storage::StorageError;
use countersign_storage::tables::authenticators;
use futures_util::future::join_all;
use std::sync::Arc;
use tokio::sync::Barrier;

fn is_conflict(answer: &Result<(), StorageError>) -> bool {
    matches!(answer, Err(StorageError::Conflict { .. }))
}

fn password() -> AuthenticatorSecret {
    AuthenticatorSecret::TradingPassword { password_hash: Redacted("$argon2id$trading".into()) }
}

fn passkey(credential_id: &str) -> AuthenticatorSecret {
    AuthenticatorSecret::Passkey {
        credential: Redacted(r#"{"cred":"record"}"#.into()),
        credential_id: credential_id.into(),
        model: "ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4".into(),
        backed_up: true,
    }
}

impl World {
    async fn live(&self, account: &Account) -> Vec<Authenticator> {
        let (service_id, id) = (account.service_id, account.id);
        self.read(move |tx, r| Box::pin(authenticators::live_of_account(tx, r, service_id, id))).await
    }

    async fn history(&self, account: &Account) -> Vec<Authenticator> {
        let (service_id, id) = (account.service_id, account.id);
        self.read(move |tx, r| Box::pin(authenticators::all_of_account(tx, r, service_id, id))).await
    }
}

pub(crate) async fn authenticators_round_trip_and_stay_ended(database: Database) {
    let world = World::new(&database).await;
    let (account, stranger) = (world.saved_account().await, world.saved_account().await);
    let mut kinds = [
        world.totp(&account),
        world.authenticator(&account, Factor::TradingPassword, password()),
        world.authenticator(&account, Factor::Passkey, passkey("cGFzc2tleQ")),
        world.recovery_codes(&account, 10),
    ];
    kinds.sort_by_key(|one| *one.id.as_bytes());
    world.save(kinds.clone().map(Change::InsertAuthenticator)).await.unwrap();
    assert_eq!(world.live(&account).await, kinds);
    assert_eq!(world.live(&stranger).await, vec![]);
    let (service_id, other) = (world.service_id, world.other_service().await);
    for one in &kinds {
        let (id, account_id, factor) = (one.id, account.id, one.factor);
        let lock = |service| world.write(move |tx, r| Box::pin(authenticators::lock(tx, r, service, id)));
        assert_eq!(lock(service_id).await, Ok(Some(one.clone())));
        assert_eq!(lock(other).await, Ok(None), "another tenant sees nothing (R77)");
        let live = world
            .write(move |tx, r| Box::pin(authenticators::lock_live(tx, r, service_id, account_id, factor)));
        match factor {
            Factor::Passkey => assert!(matches!(live.await, Err(StorageError::Misuse { .. }))),
            _ => assert_eq!(live.await, Ok(Some(one.clone()))),
        }
        let ended = Authenticator {
            name: "Lost".into(),
            last_used_at: one.last_used_at,
            ended_at: Some(NOW),
            ..one.clone()
        };
        let elsewhere = Authenticator { service_id: other, ..ended.clone() };
        assert!(is_conflict(&world.save([Change::SaveAuthenticator(elsewhere)]).await));
        assert_eq!(world.save([Change::SaveAuthenticator(ended.clone())]).await, Ok(()));
        assert!(is_conflict(&world.save([Change::SaveAuthenticator(one.clone())]).await), "ended for good");
        assert_eq!(lock(service_id).await, Ok(Some(ended)));
    }
    assert_eq!(world.live(&account).await, vec![]);
    assert_eq!(world.history(&account).await.len(), 4, "what has ended is remembered (R42)");
    let nobodys = world.totp(&world.account(None));
    assert!(is_conflict(&world.save([Change::InsertAuthenticator(nobodys)]).await), "no such account");
}

pub(crate) async fn an_account_has_one_live_authenticator_of_a_kind(database: Database) {
    let world = World::new(&database).await;
    let (account, stranger) = (world.saved_account().await, world.saved_account().await);
    for _ in 0..2 {
        let key = world.authenticator(&account, Factor::Passkey, passkey("a"));
        assert_eq!(world.save([Change::InsertAuthenticator(key)]).await, Ok(()), "passkeys are many");
    }
    let makes: [fn(&World, &Account) -> Authenticator; 3] = [
        |world, account| world.totp(account),
        |world, account| world.recovery_codes(account, 10),
        |world, account| world.authenticator(account, Factor::TradingPassword, password()),
    ];
    for make in makes {
        let many: Vec<Authenticator> = (0..16).map(|_| make(&world, &account)).collect();
        let saves = many.iter().map(|one| world.save([Change::InsertAuthenticator(one.clone())]));
        let answers = join_all(saves).await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
        assert_eq!(answers.iter().filter(|answer| is_conflict(answer)).count(), 15);
        let other = Change::InsertAuthenticator(make(&world, &stranger));
        assert_eq!(world.save([other]).await, Ok(()), "another account has its own");
    }
    // Replacing: the old one ends and the new one begins in one list.
    let old = world.live(&account).await.into_iter().find(|one| one.factor == Factor::Totp).unwrap();
    let ended = Change::SaveAuthenticator(Authenticator { ended_at: Some(NOW), ..old });
    let new = world.totp(&account);
    world.save([ended, Change::InsertAuthenticator(new.clone())]).await.unwrap();
    assert_eq!(world.live(&account).await.iter().filter(|one| one.factor == Factor::Totp).count(), 1);
    assert!(world.live(&account).await.contains(&new));
}

/// R35: a saved step is later than the stored one, and a rename is not taken for a step.
pub(crate) async fn a_step_only_moves_forward(database: Database) {
    let world = World::new(&database).await;
    let account = world.saved_account().await;
    let enrolled = world.totp(&account);
    world.save([Change::InsertAuthenticator(enrolled.clone())]).await.unwrap();
    let save = |one: &Authenticator| world.save([Change::SaveAuthenticator(one.clone())]);
    let at = |step, second| Authenticator {
        last_step: Some(step),
        last_used_at: Some(NOW.after(seconds(second))),
        ..enrolled.clone()
    };
    assert!(is_conflict(&save(&at(60_000_000, 1)).await), "the step of the enrolment is spent");
    assert_eq!(save(&at(60_000_001, 30)).await, Ok(()));
    assert!(is_conflict(&save(&at(60_000_001, 30)).await), "the same again in the same millisecond");
    assert!(is_conflict(&save(&at(60_000_001, 31)).await), "the same again");
    assert!(is_conflict(&save(&at(60_000_000, 32)).await), "back");
    let renamed = Authenticator { name: "Tablet".into(), ..at(60_000_001, 30) };
    assert_eq!(save(&renamed).await, Ok(()), "a new name spends nothing");
    assert!(is_conflict(&save(&at(60_000_001, 33)).await), "nor does it hide a step spent twice");
    let forgotten = Authenticator { last_step: None, ..renamed.clone() };
    assert!(is_conflict(&save(&forgotten).await), "a step is not forgotten");
    let (later, ended) = (at(60_000_007, 210), Some(NOW.after(minutes(9))));
    assert_eq!(save(&later).await, Ok(()));
    assert_eq!(save(&Authenticator { ended_at: ended, ..later }).await, Ok(()), "ending spends nothing");
}

/// R40: of a set of codes one fewer is left after each use, and a code that was used never comes back.
pub(crate) async fn recovery_codes_only_become_fewer(database: Database) {
    let world = World::new(&database).await;
    let account = world.saved_account().await;
    let set = world.recovery_codes(&account, 3);
    world.save([Change::InsertAuthenticator(set.clone())]).await.unwrap();
    let left = |codes: &[u8], second| {
        let hashes = codes.iter().map(|byte| [*byte; 32]).collect();
        let secret = AuthenticatorSecret::RecoveryCodes { salt: [0x5A; 16], hashes };
        let last_used_at = Some(NOW.after(seconds(second)));
        world.save([Change::SaveAuthenticator(Authenticator { secret, last_used_at, ..set.clone() })])
    };
    assert_eq!(left(&[0, 2], 1).await, Ok(()));
    assert!(is_conflict(&left(&[0, 2], 1).await), "the same code again");
    assert!(is_conflict(&left(&[0, 1], 2).await), "another one, read before: it would bring a used one back");
    assert!(is_conflict(&left(&[0, 1, 2], 3).await), "all back");
    assert_eq!(left(&[], 4).await, Ok(()));
    assert_eq!(world.live(&account).await[0].codes_left(), Some(0));
}

/// T6: the code of one step pressed 64 times at once, by callers that all read the same row and hold no lock.
pub(crate) async fn of_64_uses_of_one_step_one_counts(database: Database) {
    let world = Arc::new(World::new(&database).await);
    let account = world.saved_account().await;
    let totp = world.totp(&account);
    world.save([Change::InsertAuthenticator(totp.clone())]).await.unwrap();
    let used = Authenticator { last_step: Some(60_000_001), last_used_at: Some(NOW), ..totp };
    let start = Arc::new(Barrier::new(64));
    let tasks = (0..64).map(|_| {
        let (world, start, used) = (world.clone(), start.clone(), used.clone());
        tokio::spawn(async move {
            start.wait().await;
            world.save([Change::SaveAuthenticator(used)]).await
        })
    });
    let answers: Vec<_> = join_all(tasks).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    assert_eq!(answers.iter().filter(|answer| is_conflict(answer)).count(), 63);
}

/// The same with the row locked first, as the product does: 63 see the step as spent.
pub(crate) async fn a_locked_authenticator_is_judged_one_after_another(database: Database) {
    let world = Arc::new(World::new(&database).await);
    let account = world.saved_account().await;
    world.save([Change::InsertAuthenticator(world.totp(&account))]).await.unwrap();
    let (service_id, account_id) = (account.service_id, account.id);
    let start = Arc::new(Barrier::new(64));
    let tasks = (0..64).map(|_| {
        let (world, start) = (world.clone(), start.clone());
        tokio::spawn(async move {
            start.wait().await;
            let spend = world.write(move |tx, r| {
                Box::pin(async move {
                    let factor = Factor::Totp;
                    let locked = authenticators::lock_live(tx, r, service_id, account_id, factor).await?;
                    let locked = locked.unwrap();
                    if locked.last_step >= Some(60_000_001) {
                        return Ok(false);
                    }
                    let used =
                        Authenticator { last_step: Some(60_000_001), last_used_at: Some(NOW), ..locked };
                    let changes = [Change::SaveAuthenticator(used)];
                    countersign_storage::tables::apply(tx, r, &changes).await.map(|()| true)
                })
            });
            spend.await
        })
    });
    let answers: Vec<_> = join_all(tasks).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(answers.iter().filter(|answer| **answer == Ok(true)).count(), 1);
    assert_eq!(answers.iter().filter(|answer| **answer == Ok(false)).count(), 63);
}
