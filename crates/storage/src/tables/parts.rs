//! Which part of which try a carrier's identifier stands for, and receipts that came before the carrier's own
//! answer. One row per identifier and route, whichever comes first, so that an answer and a receipt that
//! cross always meet there. What a receipt changes beyond its part is decided by the core.

use super::fallbacks::{self, Conclusion, Heard, Taken};
use super::rows::Rows;
use crate::error::StorageError;
use crate::tx::{Statement, Tx};
use countersign_core::id::AttemptId;
use countersign_core::model::AttemptStatus;
use countersign_core::outbox::{Receipt, ReceiptState, after_receipt};
use countersign_core::time::{Timestamp, days, seconds};
use std::collections::BTreeMap;
use std::time::Duration;

// A receipt parked a moment ago is for this part; anything older on the same identifier is about another
// message.
const ATTACH: &str = "INSERT INTO provider_parts
    (route, provider_id, attempt_id, parked_as, state, error, updated_at)
    VALUES ($1, $2, $3, NULL, NULL, '', $4)
    ON CONFLICT (route, provider_id) DO UPDATE SET attempt_id = excluded.attempt_id,
        updated_at = excluded.updated_at,
        state = CASE WHEN provider_parts.attempt_id IS NULL AND provider_parts.updated_at >= $5
            THEN provider_parts.state ELSE NULL END,
        error = CASE WHEN provider_parts.attempt_id IS NULL AND provider_parts.updated_at >= $5
            THEN provider_parts.error ELSE '' END
    RETURNING state, error, parked_as";
// Not by its route, which SQLite would go through from end to end: the primary key begins with it.
const UNPARK: &str = "DELETE FROM provider_parts
    WHERE parked_as = $2 AND attempt_id IS NULL AND route || '' = $1";
const FIND: &str = "SELECT attempts.status, attempts.message_id, attempts.route, attempts.region,
        attempts.is_code, attempts.started_at, provider_parts.attempt_id,
        (SELECT count(*) FROM provider_parts AS each_part WHERE each_part.attempt_id = provider_parts.attempt_id)
    FROM provider_parts JOIN attempts ON attempts.id = provider_parts.attempt_id
    WHERE provider_parts.route = $1 AND provider_parts.provider_id = $2 AND provider_parts.updated_at >= $3";
const HEAR: &str = "UPDATE provider_parts SET state = $4, error = $5
    WHERE route = $1 AND provider_id = $2 AND attempt_id = $3 AND state IS NULL";
const PARK: &str = "INSERT INTO provider_parts
    (route, provider_id, attempt_id, parked_as, state, error, updated_at)
    VALUES ($1, $2, NULL, $3, $4, $5, $6)
    ON CONFLICT (route, provider_id) DO UPDATE SET attempt_id = NULL, parked_as = excluded.parked_as,
        state = excluded.state, error = excluded.error, updated_at = excluded.updated_at
        WHERE provider_parts.updated_at <
            CASE WHEN provider_parts.attempt_id IS NULL THEN CAST($7 AS BIGINT) ELSE CAST($8 AS BIGINT) END";
const PURGE_PARKED: &str = "DELETE FROM provider_parts WHERE attempt_id IS NULL AND updated_at < $1";
const LOCK_ATTEMPT: &str = "SELECT status, message_id, route, region, is_code, started_at FROM attempts
    WHERE id = $1 {FOR_UPDATE}";
const COUNT_PARTS: &str = "SELECT count(*),
        CAST(COALESCE(SUM(CASE WHEN state = 'delivered' THEN 1 ELSE 0 END), 0) AS BIGINT),
        CAST(COALESCE(SUM(CASE WHEN state = 'failed' THEN 1 ELSE 0 END), 0) AS BIGINT)
    FROM provider_parts WHERE attempt_id = $1";

pub(crate) const STATEMENTS: &[&str] =
    &[ATTACH, UNPARK, FIND, HEAR, PARK, PURGE_PARKED, LOCK_ATTEMPT, COUNT_PARTS];

/// How long a receipt waits for the answer that it overtook.
const PARKED: Duration = seconds(60);
/// Carriers use identifiers again; a receipt later than this is about something else.
const MATCHED: Duration = days(7);

/// One part of a try, as the carrier calls it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Part<'a> {
    pub(super) route: &'a str,
    pub(super) id: &'a str,
    pub(super) attempt_id: AttemptId,
    /// The try has no other.
    pub(super) is_only: bool,
}

/// A final word about one part of a try.
pub(super) struct Word {
    attempt_id: AttemptId,
    state: ReceiptState,
    error: String,
    /// The try as it was looked up, if this is all there is to hear of it.
    whole: Option<Taken>,
    is_only: bool,
}

/// Remembers the identifiers that carriers gave to the parts of tries; gives the words of receipts that came before
/// them.
pub(super) async fn attach(
    tx: &mut Tx,
    parts: &mut [Part<'_>],
    now: Timestamp,
) -> Result<Vec<Word>, StorageError> {
    parts.sort();
    let mut statements = Vec::with_capacity(parts.len());
    for part in parts.iter() {
        let params = vec![
            part.route.into(),
            part.id.into(),
            (&part.attempt_id).into(),
            now.into(),
            now.before(PARKED).into(),
        ];
        statements.push((ATTACH, params));
    }
    let found = tx.rows_each(&statements).await?;
    let mut words = Vec::new();
    for (part, rows) in parts.iter().zip(&found) {
        let Some(row) = rows.first() else { continue };
        let Some(state) = row.optional_text(0)?.and_then(state_from) else { continue };
        // The receipt's other spellings are other messages' identifiers; it must not be taken for theirs.
        tx.execute(UNPARK, &[part.route.into(), row.optional_text(2)?.into()]).await?;
        words.push(Word {
            attempt_id: part.attempt_id,
            state,
            error: row.text(1)?.to_owned(),
            whole: None,
            is_only: part.is_only,
        });
    }
    Ok(words)
}

fn state_text(state: ReceiptState) -> Option<&'static str> {
    match state {
        ReceiptState::Delivered => Some(AttemptStatus::Delivered.as_str()),
        ReceiptState::Failed => Some(AttemptStatus::Failed.as_str()),
        ReceiptState::Pending => None,
    }
}

fn state_from(text: &str) -> Option<ReceiptState> {
    [ReceiptState::Delivered, ReceiptState::Failed].into_iter().find(|state| state_text(*state) == Some(text))
}

/// The newest try among those that a receipt's identifiers may mean.
struct Found<'a> {
    receipt: &'a Receipt,
    id: &'a str,
    attempt_id: AttemptId,
    taken: Taken,
    is_only: bool,
}

/// Takes in receipts. What nothing is known of yet waits for the try's own record; a word that says nothing final
/// changes nothing.
pub async fn receipts(
    tx: &mut Tx,
    _rows: &Rows,
    receipts: &[Receipt],
    now: Timestamp,
) -> Result<Vec<Heard>, StorageError> {
    let heard: Vec<&Receipt> = receipts.iter().filter(|one| one.state != ReceiptState::Pending).collect();
    let (mut found, unknown) = find(tx, heard, now).await?;
    if !unknown.is_empty() {
        park(tx, &unknown, now).await?;
        // A carrier's answer may have been written down between the look and the parking.
        let (known, _) = find(tx, unknown, now).await?;
        for one in &known {
            let first = one.receipt.provider_ids.first();
            tx.execute(UNPARK, &[one.receipt.route.as_str().into(), first.into()]).await?;
        }
        found.extend(known);
    }
    let words = hear(tx, found).await?;
    settle(tx, words, now).await
}

/// Looks for the tries that receipts are about; gives what was found, and the rest.
async fn find<'a>(
    tx: &mut Tx,
    receipts: Vec<&'a Receipt>,
    now: Timestamp,
) -> Result<(Vec<Found<'a>>, Vec<&'a Receipt>), StorageError> {
    let mut statements = Vec::with_capacity(receipts.len());
    for receipt in &receipts {
        for id in &receipt.provider_ids {
            let since = now.before(MATCHED);
            statements.push((FIND, vec![receipt.route.as_str().into(), id.into(), since.into()]));
        }
    }
    let mut answers = tx.rows_each(&statements).await?.into_iter();
    let (mut known, mut unknown) = (Vec::with_capacity(receipts.len()), Vec::new());
    for receipt in receipts {
        let mut newest: Option<Found<'a>> = None;
        for (id, rows) in receipt.provider_ids.iter().zip(answers.by_ref()) {
            let Some(row) = rows.first() else { continue };
            let attempt_id = AttemptId::from_bytes(row.array(6)?);
            // Of two spellings of the same try the likelier one is kept.
            if newest.as_ref().is_none_or(|known| attempt_id > known.attempt_id) {
                let is_only = row.int(7)? == 1;
                newest = Some(Found { receipt, id, attempt_id, taken: Taken::read(row)?, is_only });
            }
        }
        match newest {
            Some(found) => known.push(found),
            None => unknown.push(receipt),
        }
    }
    Ok((known, unknown))
}

/// Keeps receipts for a while under each of their spellings; the first word on one counts.
async fn park(tx: &mut Tx, receipts: &[&Receipt], now: Timestamp) -> Result<(), StorageError> {
    let mut places = Vec::with_capacity(receipts.len());
    for receipt in receipts {
        places.extend(receipt.provider_ids.iter().map(|id| (receipt.route.as_str(), id.as_str(), *receipt)));
    }
    places.sort_by_key(|(route, id, _)| (*route, *id));
    let mut statements = Vec::with_capacity(places.len());
    for (route, id, receipt) in places {
        let params = vec![
            route.into(),
            id.into(),
            receipt.provider_ids.first().into(),
            state_text(receipt.state).into(),
            receipt.error.as_str().into(),
            now.into(),
            now.before(PARKED).into(),
            now.before(MATCHED).into(),
        ];
        statements.push((PARK, params));
    }
    tx.execute_each(&statements).await.map(|_| ())
}

/// Notes what receipts say of parts of long messages; a try of one part has its own status for that. Gives the words
/// that are news.
async fn hear(tx: &mut Tx, found: Vec<Found<'_>>) -> Result<Vec<Word>, StorageError> {
    let mut of_many: Vec<&Found<'_>> = found.iter().filter(|one| !one.is_only).collect();
    of_many.sort_by_key(|one| (&one.receipt.route, one.id));
    let mut statements = Vec::with_capacity(of_many.len());
    for one in &of_many {
        let params = vec![
            one.receipt.route.as_str().into(),
            one.id.into(),
            (&one.attempt_id).into(),
            state_text(one.receipt.state).into(),
            one.receipt.error.as_str().into(),
        ];
        statements.push((HEAR, params));
    }
    tx.execute_each(&statements).await?;
    let word = |one: Found<'_>| Word {
        attempt_id: one.attempt_id,
        state: one.receipt.state,
        error: one.receipt.error.clone(),
        whole: one.is_only.then_some(one.taken),
        is_only: one.is_only,
    };
    Ok(found.into_iter().map(word).collect())
}

/// Draws the conclusions: a try is delivered when all its parts are, failed when one is.
pub(super) async fn settle(
    tx: &mut Tx,
    words: Vec<Word>,
    now: Timestamp,
) -> Result<Vec<Heard>, StorageError> {
    let mut by_attempt: BTreeMap<AttemptId, Vec<Word>> = BTreeMap::new();
    for word in words {
        by_attempt.entry(word.attempt_id).or_default().push(word);
    }
    let known = |words: &[Word]| words.first().is_some_and(|word| word.whole.is_some());
    let open: Vec<AttemptId> =
        by_attempt.iter().filter(|(_, words)| !known(words)).map(|(id, _)| *id).collect();
    let locks: Vec<Statement<'_>> = open.iter().map(|id| (LOCK_ATTEMPT, vec![id.into()])).collect();
    let locked = tx.rows_each(&locks).await?;
    // Counted once they are locked, so that of two parts heard at the same time the second one counts both.
    let is_many =
        |id: &&AttemptId| by_attempt.get(id).is_some_and(|words| words.iter().any(|one| !one.is_only));
    let many: Vec<AttemptId> = open.iter().filter(is_many).copied().collect();
    let counts: Vec<Statement<'_>> = many.iter().map(|id| (COUNT_PARTS, vec![id.into()])).collect();
    let counted = tx.rows_each(&counts).await?;
    let mut tries: BTreeMap<AttemptId, Taken> = BTreeMap::new();
    for (id, rows) in open.iter().zip(&locked) {
        if let Some(row) = rows.first() {
            tries.insert(*id, Taken::read(row)?);
        }
    }
    let mut states: BTreeMap<AttemptId, ReceiptState> = BTreeMap::new();
    for (id, rows) in many.iter().zip(&counted) {
        if let Some(row) = rows.first() {
            states.insert(*id, state_of(row.int(0)?, row.int(1)?, row.int(2)?));
        }
    }
    let mut conclusions = Vec::with_capacity(by_attempt.len());
    for (attempt_id, mut words) in by_attempt {
        let whole = words.first_mut().and_then(|word| word.whole.take());
        let Some(taken) = whole.or_else(|| tries.remove(&attempt_id)) else { continue };
        // Of words about the only part the first counts.
        let Some(first) = words.first().map(|word| word.state) else { continue };
        let state = states.get(&attempt_id).copied().unwrap_or(first);
        let error = words.into_iter().find(|word| word.state == state).map(|word| word.error);
        if let Some((status, message)) = after_receipt(taken.status, state) {
            let error = error.unwrap_or_default();
            conclusions.push(Conclusion { attempt_id, taken, status, message, error });
        }
    }
    fallbacks::conclude(tx, conclusions, now).await
}

fn state_of(total: i64, delivered: i64, failed: i64) -> ReceiptState {
    match (delivered, failed) {
        (_, 1..) => ReceiptState::Failed,
        (delivered, 0) if delivered == total => ReceiptState::Delivered,
        _ => ReceiptState::Pending,
    }
}

/// Forgets receipts whose answer never came.
pub(super) async fn purge_parked(tx: &mut Tx, now: Timestamp) -> Result<u64, StorageError> {
    tx.execute(PURGE_PARKED, &[now.before(PARKED).into()]).await
}
