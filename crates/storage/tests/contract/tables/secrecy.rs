//! T7: what is sealed cannot be found in any column, nor in the file.

use super::fixtures::*;
use super::tickets;
use crate::engines::{Database, Engine, rows};
use countersign_core::change::Change;
use countersign_core::id::*;
use countersign_core::model::*;
use countersign_storage::{MasterKeys, StorageError, tables};
use std::sync::Arc;

/// Everything that must not be readable: addresses, the code, amounts, passwords' hashes, network addresses.
const CANARIES: &[&str] = &[
    EMAIL,
    "ada.lovelace",
    NUMBER,
    "447400123456",
    OTHER_NUMBER,
    "918273",
    "0.5 BTC",
    "bc1q-payee",
    "$argon2id",
    "198.51.100.77",
    "blue heron",
    "Quiet-Canary",
    PAYEE,
    "Y2FuYXJ5LWNoYWxsZW5nZQ",
    "49,50,51,52,53,54",
    "12345678901234567890",
    "record of a passkey",
    "bmV3ZXN0LXNlY3JldA",
    "ZWFybGllci1zZWNyZXQ",
    tickets::TITLE,
    tickets::TEXT,
];

const EVERY_TABLE: &[&str] = &[
    "SELECT * FROM services",
    "SELECT * FROM operators",
    "SELECT * FROM operator_sessions",
    "SELECT * FROM operator_authenticators",
    "SELECT * FROM accounts",
    "SELECT * FROM bindings",
    "SELECT * FROM verifications",
    "SELECT * FROM messages",
    "SELECT * FROM journeys",
    "SELECT * FROM sessions",
    "SELECT * FROM authenticators",
    "SELECT * FROM actions",
    "SELECT * FROM webhook_endpoints",
    "SELECT * FROM tickets",
    "SELECT * FROM ticket_messages",
];

async fn fill(world: &World) -> Account {
    let (account, operator) = (world.account(Some(EMAIL)), world.operator());
    let staff = OperatorSession {
        id: OperatorSessionId::draw(NOW, world.entropy.as_ref()),
        service_id: world.service_id,
        operator_id: operator.id,
        token: TokenHash([3; 32]),
        browser: None,
        device: "Firefox on Linux".into(),
        ip: "198.51.100.77".into(),
        created_at: NOW,
        last_seen_at: NOW,
        ended_at: None,
    };
    let session = Session {
        id: SessionId::draw(NOW, world.entropy.as_ref()),
        service_id: world.service_id,
        account_id: account.id,
        device_id: DeviceId::from_bytes([1; 16]),
        token: TokenHash([1; 32]),
        second_factor: None,
        ip: "198.51.100.77".into(),
        created_at: NOW,
        last_seen_at: NOW,
        ended_at: None,
    };
    let journey = Journey {
        id: JourneyId::draw(NOW, world.entropy.as_ref()),
        service_id: world.service_id,
        token: TokenHash([2; 32]),
        stage: JourneyStage::SignUp {
            address: address(OTHER_NUMBER),
            password_hash: Redacted(account.password_hash.clone()),
            verification: StoredId([2; 16]),
        },
        created_at: NOW,
        expires_at: NOW,
    };
    let passkey = AuthenticatorSecret::Passkey {
        credential: Redacted("record of a passkey".into()),
        credential_id: "a".into(),
        model: String::new(),
        backed_up: false,
    };
    let trading = AuthenticatorSecret::TradingPassword { password_hash: Redacted("$argon2id$t".into()) };
    let email = Message { channel: Channel::Email, to: address(EMAIL), ..world.message(None, NOW) };
    let ticket = tickets::ticket(world, &account);
    let message = tickets::said(world, &ticket, Actor::Holder, false);
    let changes = [
        Change::InsertOperator(operator.clone()),
        Change::InsertOperatorAuthenticator(world.operator_totp(&operator)),
        Change::InsertOperatorSession(staff),
        Change::InsertAccount(account.clone()),
        Change::InsertBinding(world.binding(&account, NUMBER)),
        Change::InsertVerification(world.verification(Subject::Account(account.id))),
        Change::InsertMessage(world.message(None, NOW)),
        Change::InsertMessage(email),
        Change::InsertSession(session),
        Change::InsertJourney(journey),
        Change::InsertAuthenticator(world.totp(&account)),
        Change::InsertAuthenticator(world.authenticator(&account, Factor::Passkey, passkey)),
        Change::InsertAuthenticator(world.authenticator(&account, Factor::TradingPassword, trading)),
        Change::InsertAction(world.action(&account)),
        Change::InsertWebhookEndpoint(world.endpoint(world.service_id)),
        Change::InsertTicket(ticket),
        Change::InsertTicketMessage(message),
    ];
    world.save(changes).await.unwrap();
    account
}

fn find(bytes: &[u8]) -> Option<&'static str> {
    let holds = |canary: &&str| bytes.windows(canary.len()).any(|window| window == canary.as_bytes());
    CANARIES.iter().copied().find(holds)
}

pub(crate) async fn nothing_sealed_can_be_read_at_rest(database: Database) {
    let world = World::new(&database).await;
    fill(&world).await;
    for sql in EVERY_TABLE {
        let found = rows(&world.store, sql).await;
        assert!(!found.is_empty(), "{sql}");
        for row in found {
            for column in 0.. {
                let text = row.optional_text(column).ok().flatten().map(str::as_bytes);
                let bytes = row.optional_bytes(column).ok().flatten();
                if let Some(canary) = text.or(bytes).and_then(find) {
                    panic!("{sql}: column {column} shows {canary}");
                }
                let beyond = StorageError::Corrupt { column, expected: "among the selected columns" };
                if row.optional_int(column) == Err(beyond) {
                    assert!(column > 3, "{sql} has columns");
                    break;
                }
            }
        }
    }
    if database.engine == Engine::SqliteFile {
        drop(world);
        for entry in std::fs::read_dir(database.path().parent().unwrap()).unwrap() {
            let path = entry.unwrap().path();
            assert_eq!(find(&std::fs::read(&path).unwrap()), None, "{path:?}");
        }
    }
}

/// A row whose sealed value was taken from another row does not open, and neither does any under another
/// master key.
pub(crate) async fn sealed_values_are_bound_to_row_and_key(database: Database) {
    let world = World::new(&database).await;
    let account = fill(&world).await;
    let other = world.account(Some("eve@example.net"));
    world.save([Change::InsertAccount(other.clone())]).await.unwrap();
    let (service_id, id) = (world.service_id, account.id);
    let swap = crate::engines::step(move |tx| {
        let (from, to) = (other.id, id);
        Box::pin(async move {
            let sql = "UPDATE accounts SET email_sealed = (SELECT email_sealed FROM accounts WHERE id = $1)
                       WHERE id = $2";
            tx.execute(sql, &[from.as_bytes().into(), to.as_bytes().into()]).await
        })
    });
    let load = |rows: tables::Rows| {
        crate::engines::step(move |tx| {
            let rows = rows.clone();
            Box::pin(async move { tables::accounts::load(tx, &rows, service_id, id).await })
        })
    };
    let stranger = MasterKeys::new(vec![(1, [0x5B; 32])]).unwrap();
    let stranger = tables::Rows::new(stranger, Arc::clone(&world.entropy) as _);
    let sealed =
        |answer| matches!(answer, Err(StorageError::Sealed { what }) if what.starts_with("accounts.email"));
    assert!(sealed(world.store.read(load(stranger)).await));
    assert_eq!(world.store.read(load(world.rows.clone())).await, Ok(Some(account)));
    assert_eq!(world.store.write(swap).await, Ok(1));
    assert!(sealed(world.store.read(load(world.rows.clone())).await));
}
