//! The policies that a service has run with, one row per version, never changed: what an action was decided by can be
//! read long afterwards.

use super::rows::Rows;
use crate::error::StorageError;
use crate::tx::Tx;
use crate::value::Row;
use countersign_core::id::ServiceId;
use countersign_core::time::Timestamp;

const LATEST: &str = "SELECT version, digest, document, override_reason, created_at FROM policy_versions
    WHERE service_id = $1 ORDER BY version DESC LIMIT 1";
const LOAD: &str = "SELECT version, digest, document, override_reason, created_at FROM policy_versions
    WHERE service_id = $1 AND version = $2";
const INSERT: &str = "INSERT INTO policy_versions
    (service_id, version, digest, document, override_reason, created_at) VALUES ($1, $2, $3, $4, $5, $6)";

pub(crate) const STATEMENTS: &[&str] = &[LATEST, LOAD, INSERT];

/// One version of a service's policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyVersion {
    /// Its number, from one.
    pub version: i64,
    /// SHA-256 of the document.
    pub digest: [u8; 32],
    /// The document as it was given.
    pub document: String,
    /// Why it was accepted although it is weaker than what is advised, if it is.
    pub override_reason: Option<String>,
    /// When it was first run with.
    pub created_at: Timestamp,
}

/// The newest version of a service.
pub async fn latest(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
) -> Result<Option<PolicyVersion>, StorageError> {
    tx.row_optional(LATEST, &[(&service_id).into()]).await?.as_ref().map(read).transpose()
}

/// One version of a service.
pub async fn load(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    version: i64,
) -> Result<Option<PolicyVersion>, StorageError> {
    tx.row_optional(LOAD, &[(&service_id).into(), version.into()]).await?.as_ref().map(read).transpose()
}

/// Adds a version.
///
/// # Errors
/// [`StorageError::Conflict`] when its number is taken.
pub async fn insert(
    tx: &mut Tx,
    _rows: &Rows,
    service_id: ServiceId,
    policy: &PolicyVersion,
) -> Result<(), StorageError> {
    let params = [
        (&service_id).into(),
        policy.version.into(),
        (&policy.digest).into(),
        (&policy.document).into(),
        policy.override_reason.as_ref().into(),
        policy.created_at.into(),
    ];
    tx.execute(INSERT, &params).await.map(|_| ())
}

fn read(row: &Row) -> Result<PolicyVersion, StorageError> {
    Ok(PolicyVersion {
        version: row.int(0)?,
        digest: row.array(1)?,
        document: row.text(2)?.to_owned(),
        override_reason: row.optional_text(3)?.map(str::to_owned),
        created_at: row.timestamp(4)?,
    })
}
