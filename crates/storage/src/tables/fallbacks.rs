//! What receipts, their absence and entered codes change of tries and messages: delivered, failed, overdue, credited,
//! and back in the queue for another road while the code lives. Whether a message may take one is the core's rule;
//! every statement here is guarded, so that whoever delivers first wins. Attempts are changed before messages, each
//! sorted.

use super::rows::Rows;
use super::write::Write;
use crate::error::StorageError;
use crate::tx::{Statement, Tx};
use crate::value::Row;
use crate::wake::Topic;
use countersign_core::id::{AttemptId, VerificationId};
use countersign_core::model::{AttemptStatus, Channel, MessageStatus};
use countersign_core::outbox::may_fall_back;
use countersign_core::route::Outcome;
use countersign_core::time::Timestamp;
use std::collections::BTreeMap;

/// Whether the code of a message can still be entered: its verification is pending and has sent no newer one.
macro_rules! has_living_code {
    () => {
        "EXISTS (SELECT 1 FROM verifications
                WHERE verifications.id = messages.verification_id AND verifications.status = 'pending')
            AND NOT EXISTS (SELECT 1 FROM messages AS newer
                WHERE newer.verification_id = messages.verification_id AND newer.id > messages.id)
            AND messages.converted_at IS NULL"
    };
}

/// No other road that took the message is still expected to deliver it.
macro_rules! no_road_open {
    () => {
        "NOT EXISTS (SELECT 1 FROM attempts WHERE attempts.message_id = messages.id AND attempts.status = 'accepted')"
    };
}

/// The newest message of a verification, unless it was credited already.
macro_rules! newest_message {
    () => {
        "(SELECT id FROM messages WHERE converted_at IS NULL
            AND id = (SELECT id FROM messages WHERE verification_id = $1 ORDER BY id DESC LIMIT 1))"
    };
}

const FINISH_ATTEMPT: &str = "UPDATE attempts SET status = $2, error = $3, updated_at = $4, receipt_at = $4
    WHERE id = $1 AND status NOT IN ('delivered', 'failed')";
// Another road may have been sought meanwhile, or none been left; a message that was canceled stays canceled.
const DELIVER: &str = "UPDATE messages SET status = 'delivered', delivered_at = $2, body_sealed = NULL,
        lease_node = NULL, fallback_at = NULL
    WHERE id = $1 AND status IN ('submitted', 'queued', 'failed', 'expired')";
const LIFE: &str = concat!("SELECT expires_at, tries, ", has_living_code!(), " FROM messages WHERE id = $1");
const FALL_BACK: &str = concat!(
    "UPDATE messages SET status = 'queued', next_try_at = $2, fallback_at = NULL
    WHERE id = $1 AND status = 'submitted' AND converted_at IS NULL AND body_sealed IS NOT NULL AND ",
    no_road_open!()
);
const FAIL: &str = concat!(
    "UPDATE messages SET status = 'failed', body_sealed = NULL, fallback_at = NULL
    WHERE id = $1 AND status = 'submitted' AND ",
    no_road_open!()
);
const OVERDUE: &str = concat!(
    "SELECT attempts.status, attempts.message_id, attempts.route, attempts.region, attempts.is_code,
        attempts.started_at, attempts.id, messages.expires_at, messages.tries, ",
    has_living_code!(),
    " FROM messages JOIN attempts ON attempts.message_id = messages.id AND attempts.status = 'accepted'
    WHERE messages.channel = $1 AND messages.status = 'submitted' AND messages.fallback_at IS NOT NULL
        AND messages.fallback_at <= $2
    ORDER BY messages.fallback_at LIMIT $3 {SKIP_LOCKED_ATTEMPTS}"
);
const LATE: &str =
    "UPDATE attempts SET status = 'overdue', updated_at = $2 WHERE id = $1 AND status = 'accepted'";
const WAIT_NO_MORE: &str = "UPDATE messages SET fallback_at = NULL
    WHERE id = $1 AND status = 'submitted' AND fallback_at <= $2";
const NOTHING_TO_WAIT_FOR: &str = concat!(
    "UPDATE messages SET fallback_at = NULL WHERE id IN
    (SELECT id FROM messages WHERE channel = $1 AND status = 'submitted' AND fallback_at IS NOT NULL
        AND fallback_at <= $2 AND ",
    no_road_open!(),
    " ORDER BY fallback_at LIMIT $3 {SKIP_LOCKED})"
);
// The road that says it delivered; else the newest that may have. One whose answer is still to be written down was
// quicker than that.
const CREDIT: &str = concat!(
    "UPDATE attempts SET converted_at = $2 WHERE id =
    (SELECT id FROM attempts WHERE message_id = ",
    newest_message!(),
    " AND status IN ('delivered', 'accepted', 'overdue', 'unknown', 'submitting')
     ORDER BY CASE WHEN status = 'delivered' THEN 0 ELSE 1 END, id DESC LIMIT 1)"
);
const CONVERT: &str = concat!(
    "UPDATE messages SET converted_at = $2, fallback_at = NULL, body_sealed = NULL, lease_node = NULL,
        status = CASE WHEN status = 'queued' THEN 'canceled' ELSE status END
    WHERE id = ",
    newest_message!()
);
const COUNT_CONVERTED: &str = concat!(
    "INSERT INTO route_minutes (route, region, minute, shard, converted)
    SELECT route, region, started_at / 60000, CAST($3 AS BIGINT), 1 FROM attempts
    WHERE is_code = 1 AND converted_at = $2 AND message_id = ",
    newest_message!(),
    " ON CONFLICT (route, region, minute, shard) DO UPDATE SET converted = route_minutes.converted + 1"
);

pub(crate) const STATEMENTS: &[&str] = &[
    FINISH_ATTEMPT,
    DELIVER,
    LIFE,
    FALL_BACK,
    FAIL,
    OVERDUE,
    LATE,
    WAIT_NO_MORE,
    NOTHING_TO_WAIT_FOR,
    CREDIT,
    CONVERT,
    COUNT_CONVERTED,
];

/// Shards of what is counted by entered codes: few, because they are summed up every few seconds.
const SHARDS: i64 = 4;

/// What was heard of one try, to be counted of its route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// Name of the route.
    pub route: String,
    /// Where it went (ISO 3166), or empty.
    pub region: String,
    /// It carried a code, so that its conversion can be measured.
    pub is_code: bool,
    /// When it was handed over.
    pub handed_over: Timestamp,
    /// What was heard.
    pub outcome: Outcome,
}

/// A try as its row says.
pub(super) struct Taken {
    pub(super) status: AttemptStatus,
    pub(super) message_id: [u8; 16],
    pub(super) route: String,
    pub(super) region: String,
    pub(super) is_code: bool,
    pub(super) started_at: Timestamp,
}

impl Taken {
    /// From the first six columns of a row.
    pub(super) fn read(row: &Row) -> Result<Self, StorageError> {
        Ok(Taken {
            status: row.named(0, AttemptStatus::from_text)?,
            message_id: row.array(1)?,
            route: row.text(2)?.to_owned(),
            region: row.text(3)?.to_owned(),
            is_code: row.flag(4)?,
            started_at: row.timestamp(5)?,
        })
    }

    fn heard(self, outcome: Outcome) -> Heard {
        Heard {
            route: self.route,
            region: self.region,
            is_code: self.is_code,
            handed_over: self.started_at,
            outcome,
        }
    }
}

/// What receipts say of a try as a whole.
pub(super) struct Conclusion {
    pub(super) attempt_id: AttemptId,
    pub(super) taken: Taken,
    pub(super) status: AttemptStatus,
    pub(super) message: MessageStatus,
    pub(super) error: String,
}

/// Writes conclusions down, one per try and in the order of their identifiers.
pub(super) async fn conclude(
    tx: &mut Tx,
    conclusions: Vec<Conclusion>,
    now: Timestamp,
) -> Result<Vec<Heard>, StorageError> {
    let mut statements = Vec::with_capacity(conclusions.len());
    for one in &conclusions {
        let (status, error) = (one.status.as_str().into(), one.error.as_str().into());
        statements.push((FINISH_ATTEMPT, vec![(&one.attempt_id).into(), status, error, now.into()]));
    }
    let changed = tx.execute_each(&statements).await?;
    let mut messages = BTreeMap::new();
    let mut heard = Vec::with_capacity(conclusions.len());
    for (one, changed) in conclusions.into_iter().zip(changed) {
        if changed == 0 {
            continue;
        }
        let is_delivered = one.message == MessageStatus::Delivered;
        *messages.entry(one.taken.message_id).or_insert(false) |= is_delivered;
        let after = now.since(one.taken.started_at);
        heard.push(one.taken.heard(if is_delivered {
            Outcome::Delivered { after }
        } else {
            Outcome::Failed
        }));
    }
    let failed: Vec<[u8; 16]> =
        messages.iter().filter(|(_, is_delivered)| !**is_delivered).map(|(id, _)| *id).collect();
    let again = may_take_another(tx, &failed, now).await?;
    let mut statements: Vec<Statement<'_>> = Vec::with_capacity(messages.len());
    for (id, is_delivered) in &messages {
        statements.push(match *is_delivered {
            true => (DELIVER, vec![id.into(), now.into()]),
            false if again.contains(id) => (FALL_BACK, vec![id.into(), now.into()]),
            false => (FAIL, vec![id.into()]),
        });
    }
    tx.execute_each(&statements).await?;
    if !again.is_empty() {
        tx.wake(Topic::Outbox);
    }
    Ok(heard)
}

/// Those of some messages that may take another road.
async fn may_take_another(
    tx: &mut Tx,
    messages: &[[u8; 16]],
    now: Timestamp,
) -> Result<Vec<[u8; 16]>, StorageError> {
    let asked: Vec<Statement<'_>> = messages.iter().map(|id| (LIFE, vec![id.into()])).collect();
    let found = tx.rows_each(&asked).await?;
    let mut may = Vec::new();
    for (id, rows) in messages.iter().zip(&found) {
        let Some(row) = rows.first() else { continue };
        if may_fall_back(row.flag(2)?, row.timestamp(0)?, row.count(1)?, now) {
            may.push(*id);
        }
    }
    Ok(may)
}

/// Messages of a channel that no receipt came for in time: their tries are overdue, and while the code lives they are
/// due again at once. At most `limit`; nodes that ask at the same time share nothing.
pub async fn fall_back(
    tx: &mut Tx,
    _rows: &Rows,
    channel: Channel,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<Heard>, StorageError> {
    let params = [channel.as_str().into(), now.into(), limit.into()];
    let mut found = tx.rows(OVERDUE, &params).await?;
    found.sort_by(|left, right| left.bytes(6).ok().cmp(&right.bytes(6).ok()));
    let ids: Vec<[u8; 16]> = found.iter().map(|row| row.array(6)).collect::<Result<_, _>>()?;
    let late: Vec<Statement<'_>> = ids.iter().map(|id| (LATE, vec![id.into(), now.into()])).collect();
    let changed = tx.execute_each(&late).await?;
    let mut messages = BTreeMap::new();
    let mut heard = Vec::with_capacity(found.len());
    for (row, changed) in found.iter().zip(changed) {
        let taken = Taken::read(row)?;
        let may = may_fall_back(row.flag(9)?, row.timestamp(7)?, row.count(8)?, now);
        messages.insert(taken.message_id, may);
        if changed == 1 {
            heard.push(taken.heard(Outcome::Overdue));
        }
    }
    let mut statements: Vec<Statement<'_>> = Vec::with_capacity(messages.len() + 1);
    for (id, may) in &messages {
        let sql = if *may { FALL_BACK } else { WAIT_NO_MORE };
        statements.push((sql, vec![id.into(), now.into()]));
    }
    // Nothing may stay due that nothing can be done for.
    statements.push((NOTHING_TO_WAIT_FOR, params.to_vec()));
    tx.execute_each(&statements).await?;
    if messages.values().any(|may| *may) {
        tx.wake(Topic::Outbox);
    }
    Ok(heard)
}

/// The road that brought an entered code.
pub(super) fn credit(verification_id: &VerificationId, at: Timestamp) -> Write<'_> {
    Write::any(CREDIT).bind(verification_id).bind(at)
}

/// What else follows from [`credit`]: the code is counted, and its message takes no other road. Once per message.
pub(super) fn credit_further(verification_id: &VerificationId, at: Timestamp, shard: i64) -> [Write<'_>; 2] {
    [
        Write::any(COUNT_CONVERTED).bind(verification_id).bind(at).bind(shard.rem_euclid(SHARDS)),
        Write::any(CONVERT).bind(verification_id).bind(at),
    ]
}
