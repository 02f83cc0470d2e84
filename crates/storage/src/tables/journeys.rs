//! Journeys of several pages. What was said so far is sealed; the page's token is kept as a hash.

use super::rows::Rows;
use super::write::Write;
use crate::error::StorageError;
use crate::seal::Place;
use crate::tx::Tx;
use countersign_core::id::{JourneyId, ServiceId};
use countersign_core::model::{Journey, TokenHash};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, service_id, token, stage_sealed, created_at, expires_at FROM journeys
             WHERE service_id = $1 AND token = $2 ",
            $rest
        )
    };
}

const INSERT: &str = "INSERT INTO journeys (id, service_id, token, stage_sealed, created_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6)";
const SAVE: &str = "UPDATE journeys SET stage_sealed = $3 WHERE id = $1 AND service_id = $2";
const LOAD: &str = select!("");
const LOCK: &str = select!("{FOR_UPDATE}");

pub(crate) const STATEMENTS: &[&str] = &[INSERT, SAVE, LOAD, LOCK];

fn stage_place(id: &JourneyId) -> Place<'_> {
    Place { table: "journeys", column: "stage", row: id.as_bytes() }
}

pub(super) fn insert<'a>(rows: &Rows, journey: &'a Journey) -> Result<Write<'a>, StorageError> {
    Ok(Write::one("new journey", INSERT)
        .bind(&journey.id)
        .bind(&journey.service_id)
        .bind(&journey.token)
        .bind_made(rows.seal_record(stage_place(&journey.id), &journey.stage)?)
        .bind(journey.created_at)
        .bind(journey.expires_at))
}

pub(super) fn save<'a>(rows: &Rows, journey: &'a Journey) -> Result<Write<'a>, StorageError> {
    Ok(Write::one("journey to save", SAVE)
        .bind(&journey.id)
        .bind(&journey.service_id)
        .bind_made(rows.seal_record(stage_place(&journey.id), &journey.stage)?))
}

/// The journey of the page that holds this token.
pub async fn load_by_token(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    token: TokenHash,
) -> Result<Option<Journey>, StorageError> {
    find(tx, rows, LOAD, service_id, token).await
}

/// As [`load_by_token`]; nobody else takes this journey further until the transaction ends.
pub async fn lock_by_token(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    token: TokenHash,
) -> Result<Option<Journey>, StorageError> {
    find(tx, rows, LOCK, service_id, token).await
}

async fn find(
    tx: &mut Tx,
    rows: &Rows,
    sql: &'static str,
    service_id: ServiceId,
    token: TokenHash,
) -> Result<Option<Journey>, StorageError> {
    let Some(row) = tx.row_optional(sql, &[(&service_id).into(), (&token).into()]).await? else {
        return Ok(None);
    };
    let id = JourneyId::from_bytes(row.array(0)?);
    Ok(Some(Journey {
        id,
        service_id: ServiceId::from_bytes(row.array(1)?),
        token: row.token(2)?,
        stage: rows.open_record(stage_place(&id), row.bytes(3)?)?,
        created_at: row.timestamp(4)?,
        expires_at: row.timestamp(5)?,
    }))
}
