//! Forgetting on schedule (R79): codes after a day, journeys when they are over, what relying parties were told after a
//! month, actions and traces of sending and signing in after thirteen months. Each run takes a bounded bite, so that a
//! long absence is caught up with in steps. Events stay: they are the record that the others are forgotten against.

use super::routes;
use super::rows::{Rows, first_id_at};
use crate::error::StorageError;
use crate::tx::Tx;
use crate::value::Value;
use countersign_core::limit::LimitKind;
use countersign_core::time::{Timestamp, days};
use std::time::Duration;

const CODES: &str =
    "UPDATE verifications SET code_hash = NULL, earlier_code_hashes = NULL, reverse_hash = NULL
    WHERE id IN
    (SELECT id FROM verifications WHERE code_hash IS NOT NULL AND finished_at IS NOT NULL AND finished_at < $1
     LIMIT $2)";
const JOURNEYS: &str =
    "DELETE FROM journeys WHERE id IN (SELECT id FROM journeys WHERE expires_at < $1 LIMIT $2)";
const IDEMPOTENCY_KEYS: &str = "DELETE FROM idempotency_keys WHERE (service_id, key) IN
    (SELECT service_id, key FROM idempotency_keys WHERE created_at < $1 LIMIT $2)";
const ACTION_KEYS: &str = "DELETE FROM action_keys WHERE (service_id, key) IN
    (SELECT service_id, key FROM action_keys WHERE created_at < $1 LIMIT $2)";
const FREEZE_LINKS: &str =
    "DELETE FROM freeze_links WHERE token IN (SELECT token FROM freeze_links WHERE expires_at < $1 LIMIT $2)";
const OPERATOR_INVITATIONS: &str = "DELETE FROM operator_invitations WHERE token IN
    (SELECT token FROM operator_invitations WHERE expires_at < $1 LIMIT $2)";
const BLANK_FACTORS: &str = "DELETE FROM factor_states
    WHERE run = 0 AND in_a_row = 0 AND ladder_step = 0 AND sends_unconverted = 0 AND locked_until IS NULL
        AND disabled_at IS NULL AND last_failure_at IS NULL AND sends_locked_until IS NULL AND rebound_at IS NULL
        AND (service_id, subject, factor, lane) IN
    (SELECT service_id, subject, factor, lane FROM factor_states
     WHERE run = 0 AND in_a_row = 0 AND ladder_step = 0 AND sends_unconverted = 0 AND locked_until IS NULL
        AND disabled_at IS NULL AND last_failure_at IS NULL AND sends_locked_until IS NULL AND rebound_at IS NULL
        AND created_at < $1
     LIMIT $2)";
const FAILURE_DAYS: &str = "DELETE FROM failure_days WHERE (service_id, subject, factor, day) IN
    (SELECT service_id, subject, factor, day FROM failure_days WHERE day < $1 LIMIT $2)";
const PROVIDER_PARTS: &str = "DELETE FROM provider_parts WHERE (route, provider_id) IN
    (SELECT route, provider_id FROM provider_parts WHERE attempt_id IS NOT NULL AND updated_at < $1
     LIMIT $2)";
const COUNTERS: &str = "DELETE FROM counters WHERE (service_id, kind, key, window_start, shard) IN
    (SELECT service_id, kind, key, window_start, shard FROM counters WHERE kind = $3 AND window_start < $1
     LIMIT $2)";
const VERIFICATIONS: &str = "DELETE FROM verifications WHERE id IN
    (SELECT id FROM verifications WHERE id < $1 AND finished_at IS NOT NULL ORDER BY id LIMIT $2)";
const MESSAGES: &str =
    "DELETE FROM messages WHERE id IN (SELECT id FROM messages WHERE id < $1 ORDER BY id LIMIT $2)";
const ATTEMPTS: &str =
    "DELETE FROM attempts WHERE id IN (SELECT id FROM attempts WHERE id < $1 ORDER BY id LIMIT $2)";
const SESSIONS: &str =
    "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE id < $1 ORDER BY id LIMIT $2)";
const OPERATOR_SESSIONS: &str = "DELETE FROM operator_sessions WHERE id IN
    (SELECT id FROM operator_sessions WHERE id < $1 ORDER BY id LIMIT $2)";
const ACTIONS: &str = "DELETE FROM actions WHERE id IN
    (SELECT id FROM actions WHERE id < $1 AND status IN ('redeemed', 'canceled', 'lapsed')
     ORDER BY id LIMIT $2)";
const WEBHOOK_DELIVERIES: &str = "DELETE FROM webhook_deliveries WHERE (event_id, endpoint_id) IN
    (SELECT event_id, endpoint_id FROM webhook_deliveries WHERE event_id < $1 ORDER BY event_id LIMIT $2)";
const WEBHOOK_EVENTS: &str = "DELETE FROM webhook_events WHERE id IN
    (SELECT id FROM webhook_events WHERE id < $1 ORDER BY id LIMIT $2)";
const WEBHOOK_ENDPOINTS: &str = "DELETE FROM webhook_endpoints WHERE id IN
    (SELECT id FROM webhook_endpoints WHERE disabled_reason = 'deleted' AND disabled_at < $1 LIMIT $2)";
const ROUTE_MINUTES: &str = "DELETE FROM route_minutes WHERE (route, region, minute, shard) IN
    (SELECT route, region, minute, shard FROM route_minutes WHERE minute < $1 LIMIT $2)";
const INBOUND_FAILURES: &str = "DELETE FROM inbound_failures WHERE number_index IN
    (SELECT number_index FROM inbound_failures WHERE since < $1 LIMIT $2)";

pub(crate) const STATEMENTS: &[&str] = &[
    CODES,
    JOURNEYS,
    IDEMPOTENCY_KEYS,
    ACTION_KEYS,
    FREEZE_LINKS,
    OPERATOR_INVITATIONS,
    BLANK_FACTORS,
    FAILURE_DAYS,
    PROVIDER_PARTS,
    COUNTERS,
    VERIFICATIONS,
    MESSAGES,
    ATTEMPTS,
    SESSIONS,
    OPERATOR_SESSIONS,
    ACTIONS,
    WEBHOOK_DELIVERIES,
    WEBHOOK_EVENTS,
    WEBHOOK_ENDPOINTS,
    ROUTE_MINUTES,
    INBOUND_FAILURES,
];

/// Rows per table and run.
const BITE_MAX: i64 = 500;
/// Code hashes, idempotency keys, wrong texts and rows that say nothing.
const SHORT: Duration = days(1);
/// The year that failures are counted over, and a month against clocks that were wrong.
const BUDGET: Duration = days(396);
/// Receipts that come later are not looked for.
const RECEIPTS: Duration = days(8);
/// What was counted of routes: a week to look back on.
const COUNTED: Duration = days(8);
/// What relying parties were told; a listener is not told again after a day.
const WEBHOOKS: Duration = days(30);
/// Thirteen months: sends, tries, sessions and actions. No session or code lives anywhere near as long.
const LONG: Duration = days(396);

/// Forgets what is due at `now`; answers how many rows that were.
pub async fn purge(tx: &mut Tx, _rows: &Rows, now: Timestamp) -> Result<u64, StorageError> {
    let limit = Value::Int(BITE_MAX);
    let mut statements = vec![
        (CODES, vec![now.before(SHORT).into(), limit]),
        (JOURNEYS, vec![now.into(), limit]),
        (IDEMPOTENCY_KEYS, vec![now.before(SHORT).into(), limit]),
        (ACTION_KEYS, vec![now.before(SHORT).into(), limit]),
        (FREEZE_LINKS, vec![now.into(), limit]),
        (OPERATOR_INVITATIONS, vec![now.into(), limit]),
        (BLANK_FACTORS, vec![now.before(SHORT).into(), limit]),
        (FAILURE_DAYS, vec![now.before(BUDGET).day().into(), limit]),
        (PROVIDER_PARTS, vec![now.before(RECEIPTS).into(), limit]),
    ];
    for kind in LimitKind::ALL {
        let two_windows_ago = now.before(kind.window() * 2);
        statements.push((COUNTERS, vec![two_windows_ago.into(), limit, kind.as_str().into()]));
    }
    let old = first_id_at(now.before(LONG));
    for sql in [VERIFICATIONS, MESSAGES, ATTEMPTS, SESSIONS, OPERATOR_SESSIONS, ACTIONS] {
        statements.push((sql, vec![(&old).into(), limit]));
    }
    let told = first_id_at(now.before(WEBHOOKS));
    for sql in [WEBHOOK_DELIVERIES, WEBHOOK_EVENTS] {
        statements.push((sql, vec![(&told).into(), limit]));
    }
    statements.push((WEBHOOK_ENDPOINTS, vec![now.before(WEBHOOKS).into(), limit]));
    statements.push((ROUTE_MINUTES, vec![routes::minute_of(now.before(COUNTED)).into(), limit]));
    statements.push((INBOUND_FAILURES, vec![now.before(SHORT).into(), limit]));
    Ok(tx.execute_each(&statements).await?.iter().sum())
}
