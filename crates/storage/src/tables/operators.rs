//! Staff of a service. Emails and password hashes are sealed.

use super::rows::Rows;
use super::write::Write;
use crate::error::StorageError;
use crate::seal::Place;
use crate::tx::Tx;
use crate::value::Row;
use countersign_core::address::AddressIndex;
use countersign_core::id::{OperatorId, ServiceId};
use countersign_core::model::{Operator, Role};
use countersign_core::operator::roles_text;

macro_rules! columns {
    () => {
        "id, service_id, email_sealed, password_hash_sealed, created_at, disabled_at, roles, name_sealed,
            decides_from"
    };
}

const INSERT: &str = "INSERT INTO operators
    (id, service_id, email_sealed, email_index, password_hash_sealed, created_at, disabled_at, roles, name_sealed,
        decides_from)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const SAVE: &str =
    "UPDATE operators SET password_hash_sealed = $3, disabled_at = $4, roles = $5, name_sealed = $6,
        decides_from = $7
    WHERE id = $1 AND service_id = $2";
const BY_EMAIL: &str =
    concat!("SELECT ", columns!(), " FROM operators WHERE service_id = $1 AND email_index = $2");
const LOAD: &str = concat!("SELECT ", columns!(), " FROM operators WHERE service_id = $1 AND id = $2");
const OF_SERVICE: &str = concat!("SELECT ", columns!(), " FROM operators WHERE service_id = $1 ORDER BY id");
const LOCK: &str =
    concat!("SELECT ", columns!(), " FROM operators WHERE service_id = $1 AND id = $2 {FOR_UPDATE}");
const LOCK_ALL: &str =
    concat!("SELECT ", columns!(), " FROM operators WHERE service_id = $1 ORDER BY id {FOR_UPDATE}");

pub(crate) const STATEMENTS: &[&str] = &[INSERT, SAVE, BY_EMAIL, LOAD, OF_SERVICE, LOCK, LOCK_ALL];

fn email_place(id: &OperatorId) -> Place<'_> {
    Place { table: "operators", column: "email", row: id.as_bytes() }
}

fn name_place(id: &OperatorId) -> Place<'_> {
    Place { table: "operators", column: "name", row: id.as_bytes() }
}

fn password_place(id: &OperatorId) -> Place<'_> {
    Place { table: "operators", column: "password_hash", row: id.as_bytes() }
}

pub(super) fn insert<'a>(rows: &Rows, operator: &'a Operator) -> Result<Write<'a>, StorageError> {
    Ok(Write::one("new operator", INSERT)
        .bind(&operator.id)
        .bind(&operator.service_id)
        .bind_made(rows.seal(email_place(&operator.id), operator.email.expose())?)
        .bind_made(rows.index(&operator.email).0.to_vec())
        .bind_made(rows.seal(password_place(&operator.id), &operator.password_hash)?)
        .bind(operator.created_at)
        .bind(operator.disabled_at)
        .bind_made_text(roles_text(&operator.roles))
        .bind_made(rows.seal(name_place(&operator.id), &operator.name)?)
        .bind(operator.decides_from))
}

pub(super) fn save<'a>(rows: &Rows, operator: &'a Operator) -> Result<Write<'a>, StorageError> {
    Ok(Write::one("operator to save", SAVE)
        .bind(&operator.id)
        .bind(&operator.service_id)
        .bind_made(rows.seal(password_place(&operator.id), &operator.password_hash)?)
        .bind(operator.disabled_at)
        .bind_made_text(roles_text(&operator.roles))
        .bind_made(rows.seal(name_place(&operator.id), &operator.name)?)
        .bind(operator.decides_from))
}

/// The roles of a row; a text that names none of ours is an error, never a role less or more.
fn roles_of(row: &Row) -> Result<Vec<Role>, StorageError> {
    let names = row.text(6)?.split(',').filter(|name| !name.is_empty());
    let roles: Option<Vec<Role>> = names.map(Role::from_text).collect();
    roles.ok_or(StorageError::Corrupt { column: 6, expected: "roles" })
}

/// The operator with this email, whether their access has ended or not.
pub async fn by_email(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    email: AddressIndex,
) -> Result<Option<Operator>, StorageError> {
    let found = tx.row_optional(BY_EMAIL, &[(&service_id).into(), (&email).into()]).await?;
    found.map(|row| read(rows, &row)).transpose()
}

/// An operator of this service, whether their access has ended or not.
pub async fn load(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    id: OperatorId,
) -> Result<Option<Operator>, StorageError> {
    let found = tx.row_optional(LOAD, &[(&service_id).into(), (&id).into()]).await?;
    found.map(|row| read(rows, &row)).transpose()
}

/// As [`load`]; nobody else changes them until the transaction ends.
pub async fn lock(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
    id: OperatorId,
) -> Result<Option<Operator>, StorageError> {
    let found = tx.row_optional(LOCK, &[(&service_id).into(), (&id).into()]).await?;
    found.map(|row| read(rows, &row)).transpose()
}

/// As [`of_service`]; nobody else changes anybody's access until the transaction ends.
pub async fn lock_all(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
) -> Result<Vec<Operator>, StorageError> {
    tx.rows(LOCK_ALL, &[(&service_id).into()]).await?.iter().map(|row| read(rows, row)).collect()
}

/// The operators of a service, oldest first.
pub async fn of_service(
    tx: &mut Tx,
    rows: &Rows,
    service_id: ServiceId,
) -> Result<Vec<Operator>, StorageError> {
    tx.rows(OF_SERVICE, &[(&service_id).into()]).await?.iter().map(|row| read(rows, row)).collect()
}

fn read(rows: &Rows, row: &Row) -> Result<Operator, StorageError> {
    let id = OperatorId::from_bytes(row.array(0)?);
    Ok(Operator {
        id,
        service_id: ServiceId::from_bytes(row.array(1)?),
        email: rows.open_address(email_place(&id), row.bytes(2)?)?,
        password_hash: rows.open(password_place(&id), row.bytes(3)?)?,
        // Who was there before people had names here has none.
        name: row
            .optional_bytes(7)?
            .map_or(Ok(String::new()), |sealed| rows.open(name_place(&id), sealed))?,
        roles: roles_of(row)?,
        created_at: row.timestamp(4)?,
        disabled_at: row.optional_timestamp(5)?,
        decides_from: row.optional_timestamp(8)?,
    })
}
