//! Services, keys, staff, accounts, numbers, browsers, sessions, journeys, entries: round trips and guards.

use super::fixtures::*;
use crate::engines::Database;
use countersign_core::change::Change;
use countersign_core::event::Event;
use countersign_core::id::*;
use countersign_core::model::*;
use countersign_core::time::{days, minutes, seconds};
use countersign_storage::StorageError;
use countersign_storage::tables::*;
use futures_util::future::join_all;

fn is_conflict(answer: &Result<(), StorageError>) -> bool {
    matches!(answer, Err(StorageError::Conflict { .. }))
}

pub(crate) async fn services_keys_and_staff_round_trip(database: Database) {
    let world = World::new(&database).await;
    let (service_id, other) = (world.service_id, world.other_service().await);
    let service = world.service(service_id);
    assert_eq!(world.read(move |tx, r| Box::pin(services::by_id(tx, r, service_id))).await, Some(service));
    assert_eq!(world.read(|tx, r| Box::pin(services::all(tx, r))).await.len(), 2);
    let key = ApiKey {
        id: ApiKeyId::draw(NOW, world.entropy.as_ref()),
        service_id,
        name: "till 7".into(),
        token: TokenHash([9; 32]),
        created_at: NOW,
        revoked_at: None,
    };
    world.save([Change::InsertApiKey(key.clone())]).await.unwrap();
    let by_token = || world.read(|tx, r| Box::pin(api_keys::by_token(tx, r, TokenHash([9; 32]))));
    assert_eq!(by_token().await, Some(key.clone()));
    let revoke_of = |service_id| world.save([Change::RevokeApiKey { service_id, id: key.id, at: NOW }]);
    assert!(is_conflict(&revoke_of(other).await), "another tenant revokes nothing here (R77)");
    assert_eq!(by_token().await, Some(key.clone()));
    let revoke = || revoke_of(service_id);
    assert_eq!(revoke().await, Ok(()));
    assert_eq!(by_token().await, None, "a revoked key opens nothing");
    assert!(is_conflict(&revoke().await), "revoked once");
    let of_service = world.read(move |tx, r| Box::pin(api_keys::of_service(tx, r, service_id))).await;
    assert_eq!(of_service, vec![ApiKey { revoked_at: Some(NOW), ..key }]);
    let operator = Operator {
        id: OperatorId::draw(NOW, world.entropy.as_ref()),
        service_id,
        email: address(EMAIL),
        name: "Ada".into(),
        password_hash: "$argon2id$x".into(),
        roles: vec![Role::Support, Role::Fraud],
        created_at: NOW,
        disabled_at: Some(NOW),
        decides_from: Some(NOW),
    };
    world.save([Change::InsertOperator(operator.clone())]).await.unwrap();
    let index = world.rows.index(&address(EMAIL));
    let found = world.read(move |tx, r| Box::pin(operators::by_email(tx, r, service_id, index))).await;
    assert_eq!(found, Some(operator.clone()));
    let elsewhere = world.read(move |tx, r| Box::pin(operators::by_email(tx, r, other, index))).await;
    assert_eq!(elsewhere, None);
    let staff = world.read(move |tx, r| Box::pin(operators::of_service(tx, r, service_id))).await;
    assert_eq!(staff, vec![operator]);
}

pub(crate) async fn accounts_round_trip_and_stay_in_their_service(database: Database) {
    let world = World::new(&database).await;
    let other = world.other_service().await;
    let account = world.account(Some(EMAIL));
    world.save([Change::InsertAccount(account.clone())]).await.unwrap();
    let (service_id, id) = (world.service_id, account.id);
    let load = |service| world.read(move |tx, r| Box::pin(accounts::load(tx, r, service, id)));
    assert_eq!(load(service_id).await, Some(account.clone()));
    assert_eq!(load(other).await, None, "another tenant sees nothing (R77)");
    let changed = Account {
        status: AccountStatus::Frozen,
        email: Some(address("countess@example.org")),
        password_hash: "$argon2id$new".into(),
        sms_enabled_at: None,
        phrase: None,
        password_set_at: NOW,
        frozen_from: None,
        frozen_by_staff_from: Some(AccountStatus::Flagged),
        status_set_at: Some(NOW),
        locale: "fr".into(),
        ..account.clone()
    };
    world.save([Change::SaveAccount(changed.clone())]).await.unwrap();
    assert_eq!(load(service_id).await, Some(changed.clone()));
    let locked = world.write(move |tx, r| Box::pin(accounts::lock(tx, r, service_id, id))).await;
    assert_eq!(locked, Ok(Some(changed.clone())));
    let by_email = |email: &str, service| {
        let index = world.rows.index(&address(email));
        world.read(move |tx, r| Box::pin(accounts::by_email(tx, r, service, index)))
    };
    assert_eq!(by_email("countess@example.org", service_id).await, Some(changed));
    assert_eq!(by_email(EMAIL, service_id).await, None, "the old email finds nobody");
    assert_eq!(by_email("countess@example.org", other).await, None);
    let elsewhere = Account { service_id: other, ..account };
    assert!(is_conflict(&world.save([Change::SaveAccount(elsewhere)]).await));
    let unknown = world.account(None);
    assert!(is_conflict(&world.save([Change::SaveAccount(unknown)]).await));
}

pub(crate) async fn one_email_opens_one_account_per_service(database: Database) {
    let world = World::new(&database).await;
    let accounts: Vec<Account> = (0..16).map(|_| world.account(Some(EMAIL))).collect();
    let saves = accounts.iter().map(|account| world.save([Change::InsertAccount(account.clone())]));
    let answers = join_all(saves).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    assert_eq!(answers.iter().filter(|answer| is_conflict(answer)).count(), 15);
    let elsewhere = Account { service_id: world.other_service().await, ..world.account(Some(EMAIL)) };
    assert_eq!(world.save([Change::InsertAccount(elsewhere)]).await, Ok(()));
    for _ in 0..2 {
        assert_eq!(world.save([Change::InsertAccount(world.account(None))]).await, Ok(()));
    }
}

pub(crate) async fn a_number_has_one_live_binding_per_service(database: Database) {
    let world = World::new(&database).await;
    let (first, second) = (world.saved_account().await, world.saved_account().await);
    let service_id = world.service_id;
    let binding = world.binding(&first, NUMBER);
    world.save([Change::InsertBinding(binding.clone())]).await.unwrap();
    let index = world.rows.index(&address(NUMBER));
    let live = || world.read(move |tx, r| Box::pin(bindings::live_by_number(tx, r, service_id, index)));
    let of = |id| world.read(move |tx, r| Box::pin(bindings::live_of_account(tx, r, service_id, id)));
    let had_other =
        |id| world.read(move |tx, r| Box::pin(bindings::had_other_owner(tx, r, service_id, index, id)));
    assert_eq!((live().await, of(first.id).await), (Some(binding.clone()), Some(binding.clone())));
    assert!(is_conflict(&world.save([Change::InsertBinding(world.binding(&second, NUMBER))]).await));
    assert!(is_conflict(&world.save([Change::InsertBinding(world.binding(&first, OTHER_NUMBER))]).await));
    assert!(!had_other(second.id).await);
    let suspended = Binding { suspended_at: Some(NOW), ..binding.clone() };
    world.save([Change::SaveBinding(suspended.clone())]).await.unwrap();
    assert_eq!(live().await, Some(suspended));
    assert!(had_other(second.id).await, "a suspended binding is a past owner (B6)");
    assert!(!had_other(first.id).await, "one's own past is none of another's");
    let ended = Binding { ended_at: Some(NOW), ..binding };
    let taken_over = world.binding(&second, NUMBER);
    world
        .save([Change::SaveBinding(ended.clone()), Change::InsertBinding(taken_over.clone())])
        .await
        .unwrap();
    assert_eq!((live().await, of(first.id).await), (Some(taken_over.clone()), None));
    assert!(had_other(second.id).await);
    let newest = || world.read(move |tx, r| Box::pin(bindings::newest_by_number(tx, r, service_id, index)));
    let again = Binding { bound_at: NOW.after(seconds(1)), ..world.binding(&first, NUMBER) };
    let back = Binding { ended_at: Some(NOW), ..taken_over.clone() };
    let last = Binding { ended_at: Some(NOW.after(seconds(2))), ..again.clone() };
    world.save([Change::SaveBinding(back), Change::InsertBinding(again.clone())]).await.unwrap();
    assert_eq!(newest().await, Some(again));
    world.save([Change::SaveBinding(last.clone())]).await.unwrap();
    assert_eq!((newest().await, live().await), (Some(last), None), "the last one, ended or not");
    assert!(is_conflict(&world.save([Change::SaveBinding(ended)]).await), "what has ended stays ended");
    let nobodys = world.binding(&world.account(None), OTHER_NUMBER);
    assert!(
        is_conflict(&world.save([Change::InsertBinding(nobodys)]).await),
        "an account that does not exist"
    );
}

pub(crate) async fn racing_binds_of_one_number_have_one_winner(database: Database) {
    let world = World::new(&database).await;
    let mut bindings = Vec::new();
    for _ in 0..16 {
        let account = world.saved_account().await;
        bindings.push(world.binding(&account, NUMBER));
    }
    let saves = bindings.iter().map(|binding| world.save([Change::InsertBinding(binding.clone())]));
    let answers = join_all(saves).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    assert_eq!(answers.iter().filter(|answer| is_conflict(answer)).count(), 15);
}

pub(crate) async fn devices_round_trip_and_stay_forgotten(database: Database) {
    let world = World::new(&database).await;
    let account = world.saved_account().await;
    let (service_id, account_id) = (world.service_id, account.id);
    let device = |byte: u8, seen: u64| Device {
        id: DeviceId::draw(NOW, world.entropy.as_ref()),
        service_id,
        account_id,
        token: TokenHash([byte; 32]),
        label: "Firefox on Linux".into(),
        created_at: NOW,
        last_seen_at: NOW.after(seconds(seen)),
        forgotten_at: None,
    };
    let (older, newer) = (device(1, 1), device(2, 2));
    world.save([Change::InsertDevice(newer.clone()), Change::InsertDevice(older.clone())]).await.unwrap();
    let of_account = || world.read(move |tx, r| Box::pin(devices::of_account(tx, r, service_id, account_id)));
    assert_eq!(of_account().await, vec![newer.clone(), older.clone()]);
    let forgotten = Device { forgotten_at: Some(NOW), label: "Chrome".into(), ..newer.clone() };
    world.save([Change::SaveDevice(forgotten.clone())]).await.unwrap();
    assert_eq!(of_account().await, vec![older]);
    let id = newer.id;
    let loaded = world.read(move |tx, r| Box::pin(devices::load(tx, r, service_id, id))).await;
    assert_eq!(loaded, Some(forgotten.clone()));
    let token = newer.token;
    let by_token = world.read(move |tx, r| Box::pin(devices::by_token(tx, r, service_id, token))).await;
    assert_eq!(by_token, Some(forgotten));
    assert!(is_conflict(&world.save([Change::SaveDevice(newer)]).await), "forgotten for good");
}

pub(crate) async fn every_browser_of_an_account_but_one_is_forgotten_and_nobody_elses(database: Database) {
    let world = World::new(&database).await;
    let (account, other) = (world.saved_account().await, world.saved_account().await);
    let service_id = world.service_id;
    let device = |account_id, byte: u8| Device {
        id: DeviceId::draw(NOW, world.entropy.as_ref()),
        service_id,
        account_id,
        token: TokenHash([byte; 32]),
        label: "Firefox on Linux".into(),
        created_at: NOW,
        last_seen_at: NOW,
        forgotten_at: None,
    };
    let (here, there, others) = (device(account.id, 1), device(account.id, 2), device(other.id, 3));
    let gone = Device { forgotten_at: Some(NOW), ..device(account.id, 4) };
    let all = [here.clone(), there.clone(), others.clone(), gone.clone()];
    world.save(all.map(Change::InsertDevice)).await.unwrap();
    let known = |id| world.read(move |tx, r| Box::pin(devices::of_account(tx, r, service_id, id)));
    let forget = |except, at| world.save([Change::ForgetDevices { account_id: account.id, except, at }]);
    let later = NOW.after(seconds(1));
    forget(Some(here.id), later).await.unwrap();
    assert_eq!(known(account.id).await, vec![here]);
    forget(None, later).await.unwrap();
    assert_eq!(known(account.id).await, vec![]);
    assert_eq!(known(other.id).await, vec![others]);
    forget(None, later).await.unwrap();
    let id = gone.id;
    let before = world.read(move |tx, r| Box::pin(devices::load(tx, r, service_id, id))).await;
    assert_eq!(before, Some(gone), "what was forgotten before keeps its moment");
}

pub(crate) async fn sessions_round_trip_and_stay_ended(database: Database) {
    let world = World::new(&database).await;
    let account = world.saved_account().await;
    let (service_id, account_id) = (world.service_id, account.id);
    let session = |byte: u8, later: u64, second_factor| Session {
        id: SessionId::draw(NOW.after(seconds(later)), world.entropy.as_ref()),
        service_id,
        account_id,
        device_id: DeviceId::from_bytes([8; 16]),
        token: TokenHash([byte; 32]),
        second_factor,
        ip: "2001:db8::7".into(),
        created_at: NOW,
        last_seen_at: NOW,
        ended_at: None,
    };
    let all = [session(1, 1, None), session(2, 2, Some(Factor::Sms)), session(3, 3, Some(Factor::Email))];
    world.save(all.clone().map(Change::InsertSession)).await.unwrap();
    let open = || world.read(move |tx, r| Box::pin(sessions::open_of_account(tx, r, service_id, account_id)));
    let [first, second, third] = all;
    assert_eq!(open().await, vec![third.clone(), second.clone(), first.clone()], "newest first");
    let used = Session { last_seen_at: NOW.after(minutes(9)), ..second.clone() };
    world.save([Change::SaveSession(used.clone())]).await.unwrap();
    let token = second.token;
    let found = world.read(move |tx, r| Box::pin(sessions::by_token(tx, r, service_id, token))).await;
    assert_eq!(found, Some(used.clone()));
    let end = |except| world.save([Change::EndSessions { account_id, except, at: NOW }]);
    end(Some(second.id)).await.unwrap();
    assert_eq!(open().await, vec![used]);
    end(None).await.unwrap();
    assert_eq!(open().await, vec![]);
    assert_eq!(end(None).await, Ok(()), "nothing left to end is no conflict");
    let id = third.id;
    let ended = world.read(move |tx, r| Box::pin(sessions::load(tx, r, service_id, id))).await;
    assert_eq!(ended, Some(Session { ended_at: Some(NOW), ..third.clone() }));
    assert!(is_conflict(&world.save([Change::SaveSession(third)]).await), "ended for good");
    let unknown = TokenHash([77; 32]);
    assert_eq!(world.read(move |tx, r| Box::pin(sessions::by_token(tx, r, service_id, unknown))).await, None);
}

pub(crate) async fn journeys_round_trip(database: Database) {
    let world = World::new(&database).await;
    let service_id = world.service_id;
    let other = world.other_service().await;
    let journey = Journey {
        id: JourneyId::draw(NOW, world.entropy.as_ref()),
        service_id,
        token: TokenHash([1; 32]),
        stage: JourneyStage::SignUp {
            address: address(EMAIL),
            password_hash: Redacted("$argon2id$secret".into()),
            verification: StoredId([2; 16]),
        },
        created_at: NOW,
        expires_at: NOW.after(minutes(30)),
    };
    world.save([Change::InsertJourney(journey.clone())]).await.unwrap();
    let token = journey.token;
    let load = |service| world.read(move |tx, r| Box::pin(journeys::load_by_token(tx, r, service, token)));
    assert_eq!(load(service_id).await, Some(journey.clone()));
    assert_eq!(load(other).await, None);
    let stage = JourneyStage::BindNumber {
        account: StoredId([3; 16]),
        session: StoredId([4; 16]),
        number: Some(address(NUMBER)),
        replaces: true,
        case: None,
    };
    let further = Journey { stage, ..journey };
    world.save([Change::SaveJourney(further.clone())]).await.unwrap();
    let locked = world.write(move |tx, r| Box::pin(journeys::lock_by_token(tx, r, service_id, token))).await;
    assert_eq!(locked, Ok(Some(further.clone())));
    let elsewhere = Journey { service_id: other, ..further };
    assert!(is_conflict(&world.save([Change::SaveJourney(elsewhere)]).await));
}

pub(crate) async fn entries_are_read_in_pages_newest_first(database: Database) {
    let world = World::new(&database).await;
    let service_id = world.service_id;
    let (account_id, stranger) = (AccountId::from_bytes([1; 16]), AccountId::from_bytes([2; 16]));
    let entry = |minute: u64, account_id, event| EventEntry {
        id: EventId::draw(NOW.after(minutes(minute)), world.entropy.as_ref()),
        service_id,
        account_id,
        at: NOW.after(minutes(minute)),
        actor: if minute == 2 { Actor::Operator(OperatorId::from_bytes([7; 16])) } else { Actor::Holder },
        event,
        device: "Safari on iOS".into(),
    };
    let sent =
        Event::CodeSent {
            channel: Channel::Sms, purpose: Purpose::Bind, to: "+44 •••• 456".into(), send: 2
        };
    let locked = Event::FactorLocked { factor: Factor::Sms, until_ms: 7 };
    let mine = [
        entry(1, Some(account_id), sent.clone()),
        entry(2, Some(account_id), locked),
        entry(3, Some(account_id), sent),
        entry(4, Some(account_id), Event::AccountOpened),
    ];
    world.save(mine.clone().map(Change::InsertEvent)).await.unwrap();
    let others = [entry(5, Some(stranger), Event::PasswordWrong), entry(6, None, Event::PasswordWrong)];
    world.save(others.map(Change::InsertEvent)).await.unwrap();
    let page = |kind: Option<&'static str>, before, limit| {
        world.read(move |tx, r| {
            Box::pin(events::of_account(tx, r, service_id, account_id, kind, before, limit))
        })
    };
    let [first, second, third, fourth] = mine;
    assert_eq!(page(None, None, 2).await, vec![fourth, third.clone()]);
    assert_eq!(page(None, Some(third.id), 9).await, vec![second, first.clone()]);
    assert_eq!(page(Some("code_sent"), None, 9).await, vec![third.clone(), first.clone()]);
    assert_eq!(page(Some("code_sent"), Some(third.id), 9).await, vec![first]);
    assert_eq!(page(Some("signed_in"), None, 9).await, vec![]);
    let other = world.other_service().await;
    let read = world.read(move |tx, r| Box::pin(events::of_account(tx, r, other, account_id, None, None, 9)));
    assert_eq!(read.await, vec![], "another tenant sees nothing (R77)");
}

pub(crate) async fn an_idempotency_key_is_used_once(database: Database) {
    let world = World::new(&database).await;
    let service_id = world.service_id;
    let insert = |digest: u8| {
        world.write(move |tx, r| {
            let id = VerificationId::from_bytes([digest; 16]);
            Box::pin(
                async move { idempotency::insert(tx, r, service_id, &[1; 32], &[digest; 32], id, NOW).await },
            )
        })
    };
    let find = |service| {
        world.read(move |tx, r| Box::pin(async move { idempotency::find(tx, r, service, &[1; 32]).await }))
    };
    assert_eq!(find(service_id).await, None);
    assert_eq!(insert(5).await, Ok(()));
    assert!(is_conflict(&insert(6).await));
    assert_eq!(find(service_id).await, Some(([5; 32], VerificationId::from_bytes([5; 16]))));
    assert_eq!(find(world.other_service().await).await, None);
}

pub(crate) async fn a_timer_belongs_to_one_node_at_a_time(database: Database) {
    let world = World::new(&database).await;
    let take = |node: u8, at: u64| {
        world.write(move |tx, r| {
            let now = NOW.after(seconds(at));
            Box::pin(timers::take(tx, r, "sweep", [node; 16], now, now.after(seconds(10))))
        })
    };
    assert_eq!(take(1, 0).await, Ok(true));
    assert_eq!(take(2, 9).await, Ok(false));
    assert_eq!(take(1, 9).await, Ok(true), "its own node prolongs it");
    assert_eq!(take(2, 18).await, Ok(false));
    assert_eq!(take(2, 19).await, Ok(true), "the lease has ended");
    assert_eq!(take(1, 20).await, Ok(false));
    let old = world.write(|tx, r| Box::pin(timers::take(tx, r, "other", [3; 16], NOW, NOW.after(days(1)))));
    assert_eq!(old.await, Ok(true), "each timer has a lease of its own");
}
