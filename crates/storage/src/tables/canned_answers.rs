//! Answers that staff keep ready, one row per name and language. They hold nothing of any holder and are kept readable.

use super::rows::Rows;
use crate::error::StorageError;
use crate::tx::Tx;
use crate::value::Row;
use countersign_core::id::{OperatorId, ServiceId};
use countersign_core::model::CannedAnswer;

const ALL: &str = "SELECT name, locale, body, operator_id, changed_at FROM canned_answers
    WHERE service_id = $1 ORDER BY name, locale";
const SAVE: &str = "INSERT INTO canned_answers (service_id, name, locale, body, operator_id, changed_at)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (service_id, name, locale) DO UPDATE SET body = excluded.body,
        operator_id = excluded.operator_id, changed_at = excluded.changed_at";
const DELETE: &str = "DELETE FROM canned_answers WHERE service_id = $1 AND name = $2 AND locale = $3";

pub(crate) const STATEMENTS: &[&str] = &[ALL, SAVE, DELETE];

/// The answers of a service, by name and language.
pub async fn all(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
) -> Result<Vec<CannedAnswer>, StorageError> {
    tx.rows(ALL, &[(&service_id).into()]).await?.iter().map(read).collect()
}

/// Adds an answer, or replaces the one of its name and language.
pub async fn save(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    answer: &CannedAnswer,
) -> Result<(), StorageError> {
    let params = [
        (&service_id).into(),
        (&answer.name).into(),
        (&answer.locale).into(),
        (&answer.text).into(),
        answer.operator_id.as_ref().into(),
        answer.changed_at.into(),
    ];
    tx.execute(SAVE, &params).await.map(|_| ())
}

/// Takes an answer away; false if there was none.
pub async fn delete(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    name: &str,
    locale: &str,
) -> Result<bool, StorageError> {
    Ok(tx.execute(DELETE, &[(&service_id).into(), name.into(), locale.into()]).await? == 1)
}

fn read(row: &Row) -> Result<CannedAnswer, StorageError> {
    Ok(CannedAnswer {
        name: row.text(0)?.to_owned(),
        locale: row.text(1)?.to_owned(),
        text: row.text(2)?.to_owned(),
        operator_id: row.optional_array(3)?.map(OperatorId::from_bytes),
        changed_at: row.timestamp(4)?,
    })
}
