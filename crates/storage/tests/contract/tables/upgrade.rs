//! A database of version 1, with data, becomes one of today: nothing is lost and what was on its way arrives.

use super::fixtures::*;
use crate::engines::{Database, step};
use countersign_core::change::Change;
use countersign_core::entropy::testing::Counting;
use countersign_core::id::*;
use countersign_core::model::*;
use countersign_core::outbox::{Receipt, ReceiptState};
use countersign_core::time::{days, minutes};
use countersign_storage::tables::{Rows, accounts, journeys, outbox, verifications};
use countersign_storage::{MIGRATIONS, MasterKeys, Migration, Place, Value};
use std::sync::Arc;

const VERSION_1: &[Migration] = &[MIGRATIONS[0]];

const ACCOUNT: [u8; 16] = [0xA1; 16];
const MESSAGE: [u8; 16] = [0x0E; 16];
const JOURNEY: [u8; 16] = [0x10; 16];
const TOKEN: TokenHash = TokenHash([0x70; 32]);

/// As version 1 wrote them.
const BODY: &str = r#"{"Code":{"code":"918273","purpose":"withdrawal","valid_s":300,"amount":"0.5 BTC",
    "payee":"bc1q-payee"}}"#;
const STAGE: &str = r#"{"stage":"BindNumber","account":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],
    "session":[2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2],"number":"+447400123456"}"#;

const FILL: [&str; 4] = [
    "INSERT INTO services (id, name, demo, created_at) VALUES ($1, 'Brand', 0, $2)",
    "INSERT INTO accounts (id, service_id, status, email_sealed, email_index, password_hash_sealed, sms_enabled_at,
        locale, created_at) VALUES ($1, $2, 'restricted', $3, $4, $5, $6, 'de', $7)",
    "INSERT INTO messages (id, service_id, verification_id, channel, recipient_sealed, body_sealed, locale,
        expires_at, created_at, region, status, tries, next_try_at)
        VALUES ($1, $2, NULL, 'sms', $3, $4, 'en', $5, $6, 'GB', 'queued', 0, $6)",
    "INSERT INTO journeys (id, service_id, token, stage_sealed, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6)",
];

/// The rows of version 1.
async fn fill(world: &World, keys: &MasterKeys) {
    let service = *world.service_id.as_bytes();
    let seal = |table, column, row: &[u8; 16], plain: &str| {
        keys.seal(Place { table, column, row }, plain.as_bytes(), world.entropy.as_ref()).unwrap()
    };
    let email = seal("accounts", "email", &ACCOUNT, EMAIL);
    let index = world.rows.index(&address(EMAIL)).0;
    let password = seal("accounts", "password_hash", &ACCOUNT, "$argon2id$old");
    let recipient = seal("messages", "recipient", &MESSAGE, NUMBER);
    let body = seal("messages", "body", &MESSAGE, BODY);
    let stage = seal("journeys", "stage", &JOURNEY, STAGE);
    let (at, later) = (NOW.unix_ms(), NOW.after(minutes(5)).unix_ms());
    let opened = NOW.before(days(3)).unix_ms();
    let fill = step(move |tx| {
        let (email, password, recipient, body, stage) =
            (email.clone(), password.clone(), recipient.clone(), body.clone(), stage.clone());
        Box::pin(async move {
            let service: Value<'_> = (&service).into();
            tx.execute(FILL[0], &[service, at.into()]).await?;
            let account = [
                (&ACCOUNT).into(),
                service,
                (&email).into(),
                (&index).into(),
                (&password).into(),
                at.into(),
                opened.into(),
            ];
            tx.execute(FILL[1], &account).await?;
            let message =
                [(&MESSAGE).into(), service, (&recipient).into(), (&body).into(), later.into(), at.into()];
            tx.execute(FILL[2], &message).await?;
            let journey =
                [(&JOURNEY).into(), service, (&TOKEN.0).into(), (&stage).into(), at.into(), later.into()];
            tx.execute(FILL[3], &journey).await
        })
    });
    assert_eq!(world.store.write(fill).await, Ok(1));
}

pub(crate) async fn what_version_1_wrote_is_read_and_goes_on(database: Database) {
    let store = database.open();
    assert_eq!(store.migrate_with(VERSION_1).await, Ok(vec![1]));
    let entropy = Arc::new(Counting::new());
    let keys = MasterKeys::new(vec![(1, [0x5A; 32])]).unwrap();
    let service_id = ServiceId::draw(NOW, entropy.as_ref());
    let world = World { rows: Rows::new(keys.clone(), entropy.clone()), store, entropy, service_id };
    fill(&world, &keys).await;
    let later: Vec<i64> = (2..).take(MIGRATIONS.len() - 1).collect();
    assert_eq!(world.store.migrate().await, Ok(later));
    assert!(world.store.check_statements().await.is_ok());

    let id = AccountId::from_bytes(ACCOUNT);
    let load = || world.read(move |tx, r| Box::pin(accounts::load(tx, r, service_id, id)));
    let account = Account {
        id,
        service_id,
        status: AccountStatus::Restricted,
        email: Some(address(EMAIL)),
        password_hash: "$argon2id$old".into(),
        sms_enabled_at: Some(NOW),
        phrase: None,
        // It could not be changed then.
        password_set_at: NOW.before(days(3)),
        frozen_from: None,
        frozen_by_staff_from: None,
        status_set_at: None,
        locale: "de".into(),
        created_at: NOW.before(days(3)),
    };
    assert_eq!(load().await, Some(account.clone()));
    let phrase = Account { phrase: Some("blue heron".into()), ..account };
    world.save([Change::SaveAccount(phrase.clone())]).await.unwrap();
    assert_eq!(load().await, Some(phrase.clone()));

    let leased = world.claim(1, NOW, 9).await;
    let message = Message {
        id: MessageId::from_bytes(MESSAGE),
        account_id: None,
        body: Body::Code {
            code: "918273".into(),
            purpose: Purpose::Withdrawal,
            valid_s: 300,
            amount: Some("0.5 BTC".into()),
            payee: Some("bc1q-payee".into()),
            network: None,
            fingerprint: None,
        },
        ..world.message(None, NOW)
    };
    assert_eq!(leased.into_iter().map(|one| one.message).collect::<Vec<_>>(), vec![message]);

    let journey =
        world.read(move |tx, r| Box::pin(journeys::load_by_token(tx, r, service_id, TOKEN))).await.unwrap();
    let stage = JourneyStage::BindNumber {
        account: StoredId([1; 16]),
        session: StoredId([2; 16]),
        number: Some(address(NUMBER)),
        replaces: false,
        case: None,
    };
    assert_eq!(journey.stage, stage);

    world.save([Change::InsertAuthenticator(world.totp(&phrase))]).await.unwrap();
    world.save([Change::InsertAction(world.action(&phrase))]).await.unwrap();
}

const VERSION_2: &[Migration] = &[MIGRATIONS[0], MIGRATIONS[1]];
const VERIFICATION: [u8; 16] = [0x0F; 16];
const ATTEMPT: [u8; 16] = [0x0A; 16];

const FILL_2: [&str; 4] = [
    "INSERT INTO verifications (id, service_id, subject, channel, address_sealed, address_index, purpose, details,
        locale, status, code_length, failures, sends, last_sent_at, code_expires_at, deadline, created_at)
        VALUES ($1, $2, $3, 'sms', $4, $5, 'bind', $5, 'en', 'pending', 6, 0, 1, $6, $7, $7, $6)",
    "INSERT INTO messages (id, service_id, verification_id, channel, recipient_sealed, body_sealed, locale,
        expires_at, created_at, region, status, tries, next_try_at)
        VALUES ($1, $2, $3, 'sms', $4, $5, 'en', $6, $7, 'GB', 'submitted', 1, $7)",
    "INSERT INTO attempts (id, message_id, route, status, error, started_at, updated_at)
        VALUES ($1, $2, 'route-a', 'accepted', '', $3, $3)",
    "INSERT INTO provider_parts (route, provider_id, attempt_id, error, updated_at)
        VALUES ('route-a', 'old', $1, '', $2)",
];

/// A code of version 2 that a carrier took and sent no receipt for yet.
async fn fill_2(world: &World, keys: &MasterKeys) {
    let service = *world.service_id.as_bytes();
    let seal = |table, column, row: &[u8; 16], plain: &str| {
        keys.seal(Place { table, column, row }, plain.as_bytes(), world.entropy.as_ref()).unwrap()
    };
    let place = seal("verifications", "address", &VERIFICATION, NUMBER);
    let recipient = seal("messages", "recipient", &MESSAGE, NUMBER);
    let body = seal("messages", "body", &MESSAGE, BODY);
    let (at, later) = (NOW.unix_ms(), NOW.after(minutes(5)).unix_ms());
    let fill = step(move |tx| {
        let (place, recipient, body) = (place.clone(), recipient.clone(), body.clone());
        Box::pin(async move {
            let service: Value<'_> = (&service).into();
            tx.execute(FILL[0], &[service, at.into()]).await?;
            let mut subject = [1; 17];
            subject[1..].copy_from_slice(&ACCOUNT);
            let verification = [
                (&VERIFICATION).into(),
                service,
                (&subject).into(),
                (&place).into(),
                (&[0; 32]).into(),
                at.into(),
                later.into(),
            ];
            tx.execute(FILL_2[0], &verification).await?;
            let message = [
                (&MESSAGE).into(),
                service,
                (&VERIFICATION).into(),
                (&recipient).into(),
                (&body).into(),
                later.into(),
                at.into(),
            ];
            tx.execute(FILL_2[1], &message).await?;
            tx.execute(FILL_2[2], &[(&ATTEMPT).into(), (&MESSAGE).into(), at.into()]).await?;
            tx.execute(FILL_2[3], &[(&ATTEMPT).into(), at.into()]).await
        })
    });
    assert_eq!(world.store.write(fill).await, Ok(1));
}

pub(crate) async fn what_version_2_sent_is_heard_of(database: Database) {
    let store = database.open();
    assert_eq!(store.migrate_with(VERSION_2).await, Ok(vec![1, 2]));
    let entropy = Arc::new(Counting::new());
    let keys = MasterKeys::new(vec![(1, [0x5A; 32])]).unwrap();
    let service_id = ServiceId::draw(NOW, entropy.as_ref());
    let world = World { rows: Rows::new(keys.clone(), entropy.clone()), store, entropy, service_id };
    fill_2(&world, &keys).await;
    assert_eq!(world.store.migrate().await, Ok((3..).take(MIGRATIONS.len() - 2).collect()));

    let id = VerificationId::from_bytes(VERIFICATION);
    let load = world.read(move |tx, r| Box::pin(verifications::load(tx, r, service_id, id)));
    let found = load.await.unwrap();
    assert_eq!((found.address, found.reverse_hash, found.reverse_heard_at), (address(NUMBER), None, None));
    let wait = world.write(|tx, r| Box::pin(outbox::fall_back(tx, r, Channel::Sms, NOW.after(days(1)), 9)));
    assert_eq!(wait.await, Ok(vec![]), "nobody said how long to wait for its receipt");
    let receipt = Receipt {
        route: "route-a".into(),
        provider_ids: vec!["old".into()],
        state: ReceiptState::Delivered,
        error: String::new(),
    };
    let heard = world.hear_all(vec![receipt], NOW.after(minutes(1))).await;
    assert_eq!((heard.len(), heard[0].handed_over, heard[0].is_code), (1, NOW, false));
    world.save([Change::CreditRoute { verification_id: id, at: NOW.after(minutes(1)) }]).await.unwrap();
    let message = MessageId::from_bytes(MESSAGE);
    let line = world.read(move |tx, r| Box::pin(outbox::timeline(tx, r, service_id, message))).await.unwrap();
    assert_eq!((line.message.status, line.message.send), (MessageStatus::Delivered, 0));
    assert_eq!(line.attempts[0].converted_at, Some(NOW.after(minutes(1))));
}
