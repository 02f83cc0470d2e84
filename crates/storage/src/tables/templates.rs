//! Words that a service says in its own way: one row per text and language. What a template may hold, and which
//! language stands in for a missing one, is decided where messages are written.

use super::rows::Rows;
use crate::error::StorageError;
use crate::tx::Tx;
use crate::value::Row;
use countersign_core::id::{OperatorId, ServiceId};
use countersign_core::time::Timestamp;

const ALL: &str = "SELECT name, locale, body, may_split, operator_id, changed_at FROM templates
    WHERE service_id = $1 ORDER BY name, locale";
const SAVE: &str =
    "INSERT INTO templates (service_id, name, locale, body, may_split, operator_id, changed_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (service_id, name, locale) DO UPDATE SET body = excluded.body, may_split = excluded.may_split,
        operator_id = excluded.operator_id, changed_at = excluded.changed_at";
const DELETE: &str = "DELETE FROM templates WHERE service_id = $1 AND name = $2 AND locale = $3";

pub(crate) const STATEMENTS: &[&str] = &[ALL, SAVE, DELETE];

/// One text in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// Which text.
    pub name: String,
    /// Language (BCP 47).
    pub locale: String,
    /// The text, with its placeholders.
    pub body: String,
    /// It may take more than one segment.
    pub may_split: bool,
    /// Who wrote it; `None` for the command line.
    pub operator_id: Option<OperatorId>,
    /// When it was last changed.
    pub changed_at: Timestamp,
}

/// The templates of a service, by name and language.
pub async fn all(tx: &mut Tx, _rows: &Rows, service_id: ServiceId) -> Result<Vec<Template>, StorageError> {
    tx.rows(ALL, &[(&service_id).into()]).await?.iter().map(read).collect()
}

/// Adds a template, or replaces the one of its name and language.
pub async fn save(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    template: &Template,
) -> Result<(), StorageError> {
    let params = [
        (&service_id).into(),
        (&template.name).into(),
        (&template.locale).into(),
        (&template.body).into(),
        template.may_split.into(),
        template.operator_id.as_ref().into(),
        template.changed_at.into(),
    ];
    tx.execute(SAVE, &params).await.map(|_| ())
}

/// Takes a template away, so that the product's own words are said again; false if there was none.
pub async fn delete(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    name: &str,
    locale: &str,
) -> Result<bool, StorageError> {
    Ok(tx.execute(DELETE, &[(&service_id).into(), name.into(), locale.into()]).await? == 1)
}

fn read(row: &Row) -> Result<Template, StorageError> {
    Ok(Template {
        name: row.text(0)?.to_owned(),
        locale: row.text(1)?.to_owned(),
        body: row.text(2)?.to_owned(),
        may_split: row.flag(3)?,
        operator_id: row.optional_array(4)?.map(OperatorId::from_bytes),
        changed_at: row.timestamp(5)?,
    })
}
