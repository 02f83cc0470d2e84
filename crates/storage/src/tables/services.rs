//! Tenants.

use super::rows::Rows;
use super::write::Write;
use crate::error::StorageError;
use crate::tx::Tx;
use crate::value::Row;
use countersign_core::id::ServiceId;
use countersign_core::model::Service;

const INSERT: &str = "INSERT INTO services (id, name, demo, created_at) VALUES ($1, $2, $3, $4)";
const BY_ID: &str = "SELECT id, name, demo, created_at FROM services WHERE id = $1";
const ALL: &str = "SELECT id, name, demo, created_at FROM services ORDER BY id";

pub(crate) const STATEMENTS: &[&str] = &[INSERT, BY_ID, ALL];

pub(super) fn insert(service: &Service) -> Write<'_> {
    Write::one("new service", INSERT)
        .bind(&service.id)
        .bind(&service.name)
        .bind(service.demo)
        .bind(service.created_at)
}

/// A service.
pub async fn by_id(tx: &mut Tx, _rows: &Rows, id: ServiceId) -> Result<Option<Service>, StorageError> {
    tx.row_optional(BY_ID, &[(&id).into()]).await?.as_ref().map(read).transpose()
}

/// Every service, oldest first.
pub async fn all(tx: &mut Tx, _rows: &Rows) -> Result<Vec<Service>, StorageError> {
    tx.rows(ALL, &[]).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Service, StorageError> {
    Ok(Service {
        id: ServiceId::from_bytes(row.array(0)?),
        name: row.text(1)?.to_owned(),
        demo: row.flag(2)?,
        created_at: row.timestamp(3)?,
    })
}
