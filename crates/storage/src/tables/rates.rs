//! What assets are worth, as the relying party last said: one row per asset, kept as exact decimal text.

use super::rows::Rows;
use super::write::Write;
use crate::error::StorageError;
use crate::tx::Tx;
use crate::value::Row;
use countersign_core::amount::{Amount, Rate};
use countersign_core::id::ServiceId;

const SAVE: &str = "INSERT INTO rates (service_id, asset, btc_per_unit, as_of) VALUES ($1, $2, $3, $4)
    ON CONFLICT (service_id, asset) DO UPDATE SET btc_per_unit = excluded.btc_per_unit, as_of = excluded.as_of
        WHERE rates.as_of <= excluded.as_of";
const ALL: &str = "SELECT asset, btc_per_unit, as_of FROM rates WHERE service_id = $1 ORDER BY asset";

pub(crate) const STATEMENTS: &[&str] = &[SAVE, ALL];

/// An older rate that comes late changes nothing.
pub(super) fn save<'a>(service_id: &'a ServiceId, rate: &'a Rate) -> Write<'a> {
    Write::any(SAVE)
        .bind(service_id)
        .bind(&rate.asset)
        .bind_made_text(rate.btc_per_unit.to_string())
        .bind(rate.as_of)
}

/// The rates of a service, by asset.
pub async fn all(tx: &mut Tx, _rows: &Rows, service_id: ServiceId) -> Result<Vec<Rate>, StorageError> {
    tx.rows(ALL, &[(&service_id).into()]).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Rate, StorageError> {
    let not_an_amount = StorageError::Corrupt { column: 1, expected: "an amount" };
    Ok(Rate {
        asset: row.text(0)?.to_owned(),
        btc_per_unit: Amount::parse(row.text(1)?).ok_or(not_an_amount)?,
        as_of: row.timestamp(2)?,
    })
}
