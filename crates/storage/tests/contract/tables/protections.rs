//! Holds, freeze links, rates, policy versions and the clock's mark.

use super::fixtures::*;
use crate::engines::Database;
use countersign_core::amount::{Amount, Rate};
use countersign_core::change::Change;
use countersign_core::id::*;
use countersign_core::model::*;
use countersign_core::time::{Timestamp, hours, minutes, seconds};
use countersign_storage::StorageError;
use countersign_storage::tables::policy_versions::{self, PolicyVersion};
use countersign_storage::tables::{clock_marks, freeze_links, holds, rates};

fn is_conflict(answer: &Result<(), StorageError>) -> bool {
    matches!(answer, Err(StorageError::Conflict { .. }))
}

/// T23: in force to its last second, over at its end.
pub(crate) async fn holds_are_in_force_until_their_end(database: Database) {
    let world = World::new(&database).await;
    let (account, stranger) = (world.saved_account().await, world.saved_account().await);
    let hold = |account: &Account, cause, length| Hold {
        id: HoldId::draw(NOW, world.entropy.as_ref()),
        service_id: account.service_id,
        account_id: account.id,
        cause,
        starts_at: NOW,
        ends_at: NOW.after(length),
    };
    let day = hold(&account, HoldCause::PhoneChanged, hours(24));
    let week = hold(&account, HoldCause::Recovered, hours(168));
    let others = hold(&stranger, HoldCause::PasswordChanged, hours(999));
    world.save([week.clone(), day.clone(), others].map(Change::InsertHold)).await.unwrap();
    let (service_id, id, other) = (world.service_id, account.id, world.other_service().await);
    let at = |service, now| world.read(move |tx, r| Box::pin(holds::of_account(tx, r, service, id, now)));
    let last_second = NOW.after(hours(24)).before(seconds(1));
    assert_eq!(at(service_id, last_second).await, vec![day.clone(), week.clone()]);
    assert_eq!(at(service_id, NOW.before(hours(9))).await, vec![day, week.clone()], "a clock set back");
    assert_eq!(at(service_id, NOW.after(hours(24))).await, vec![week]);
    assert_eq!(at(service_id, NOW.after(hours(168))).await, vec![]);
    assert_eq!(at(other, NOW).await, vec![], "another tenant sees nothing (R77)");
    let nobodys = hold(&world.account(None), HoldCause::Unfrozen, hours(1));
    assert!(is_conflict(&world.save([Change::InsertHold(nobodys)]).await), "no such account");
}

pub(crate) async fn a_freeze_link_works_until_it_ends(database: Database) {
    let world = World::new(&database).await;
    let account = world.saved_account().await;
    let token = TokenHash([0xF1; 32]);
    let expires_at = NOW.after(minutes(30));
    let link = || Change::InsertFreezeLink {
        token,
        service_id: account.service_id,
        account_id: account.id,
        expires_at,
    };
    world.save([link()]).await.unwrap();
    assert!(is_conflict(&world.save([link()]).await), "a token is drawn once");
    let find = |token, now| world.read(move |tx, r| Box::pin(freeze_links::find(tx, r, token, now)));
    let owner = Some((account.service_id, account.id));
    assert_eq!(find(token, NOW).await, owner);
    assert_eq!(find(token, expires_at.before(seconds(1))).await, owner, "as often as it is asked for");
    assert_eq!(find(token, expires_at).await, None);
    assert_eq!(find(TokenHash([0xF2; 32]), NOW).await, None);
}

pub(crate) async fn a_rate_is_never_replaced_by_an_older_one(database: Database) {
    let world = World::new(&database).await;
    let service_id = world.service_id;
    let rate = |asset: &str, btc: &str, second| Rate {
        asset: asset.into(),
        btc_per_unit: Amount::parse(btc).unwrap(),
        as_of: NOW.after(seconds(second)),
    };
    let save = |rate: &Rate| world.save([Change::SaveRate { service_id, rate: rate.clone() }]);
    let all = |service| world.read(move |tx, r| Box::pin(rates::all(tx, r, service)));
    let usdt = rate("USDT", "0.000000000000000001", 10);
    let eth = rate("ETH", "999999999999999999.999999999999999999", 10);
    save(&usdt).await.unwrap();
    save(&eth).await.unwrap();
    assert_eq!(all(service_id).await, vec![eth.clone(), usdt.clone()], "exact to the last digit");
    assert_eq!(save(&rate("ETH", "0.02", 9)).await, Ok(()), "late, not wrong");
    assert_eq!(all(service_id).await, vec![eth, usdt.clone()]);
    for (btc, second) in [("0.03", 10), ("0.04", 11)] {
        let newer = rate("ETH", btc, second);
        save(&newer).await.unwrap();
        assert_eq!(all(service_id).await, vec![newer, usdt.clone()]);
    }
    assert_eq!(all(world.other_service().await).await, vec![], "another tenant has its own (R77)");
}

pub(crate) async fn policy_versions_are_added_once(database: Database) {
    let world = World::new(&database).await;
    let (service_id, other) = (world.service_id, world.other_service().await);
    let policy = |version: u8, reason: Option<&str>| PolicyVersion {
        version: version.into(),
        digest: [version; 32],
        document: format!("{{\"version\":{version}}}"),
        override_reason: reason.map(str::to_owned),
        created_at: NOW.after(hours(version.into())),
    };
    let latest = |service| world.read(move |tx, r| Box::pin(policy_versions::latest(tx, r, service)));
    let insert = |wanted: PolicyVersion| {
        world.write(move |tx, r| {
            let wanted = wanted.clone();
            Box::pin(async move { policy_versions::insert(tx, r, service_id, &wanted).await })
        })
    };
    assert_eq!(latest(service_id).await, None);
    assert_eq!(insert(policy(1, None)).await, Ok(()));
    assert_eq!(insert(policy(2, Some("the regulator asked"))).await, Ok(()));
    assert_eq!(latest(service_id).await, Some(policy(2, Some("the regulator asked"))));
    assert!(is_conflict(&insert(policy(2, None)).await), "of two servers that start, one adds it");
    assert!(is_conflict(&insert(policy(1, Some("rewritten"))).await), "what was run with stays");
    assert_eq!(latest(other).await, None);
}

pub(crate) async fn the_clocks_mark_only_rises(database: Database) {
    let world = World::new(&database).await;
    let load = || world.read(|tx, r| Box::pin(clock_marks::load(tx, r)));
    let raise = |now: Timestamp| world.write(move |tx, r| Box::pin(clock_marks::raise(tx, r, now)));
    assert_eq!(load().await, None);
    for (now, mark) in [(10, 10), (5, 10), (10, 10), (11, 11)] {
        assert_eq!(raise(NOW.after(seconds(now))).await, Ok(()));
        assert_eq!(load().await, Some(NOW.after(seconds(mark))));
    }
}
