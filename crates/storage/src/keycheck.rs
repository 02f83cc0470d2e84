//! Whether the master keys at hand are those that the database was written with: asked once at start, so that
//! a wrong key is a clear refusal and not rows that do not open. Keeps one keyed value per key id, never a
//! key.

use crate::error::StorageError;
use crate::seal::MasterKeys;
use crate::store::Store;
use crate::tx::{Step, Tx};
use crate::value::Value;

const KNOWN: &str = "SELECT key_id, check_value, anchors_indexes FROM key_checks ORDER BY key_id";
const ADD: &str = "INSERT INTO key_checks (key_id, check_value, anchors_indexes) VALUES ($1, $2, $3)";

pub(crate) const STATEMENTS: &[&str] = &[KNOWN, ADD];

impl Store {
    /// Compares the master keys with what the database remembers, and remembers new ones. Run after
    /// [`Store::migrate`].
    ///
    /// # Errors
    /// [`StorageError::WrongMasterKey`] when a key differs, is missing, or another one is the anchor.
    pub async fn check_keys(&self, keys: &MasterKeys) -> Result<(), StorageError> {
        self.write(CheckKeys { given: keys.checks().collect() }).await
    }
}

struct CheckKeys {
    given: Vec<(u8, [u8; 32], bool)>,
}

impl Step for CheckKeys {
    type Output = ();

    async fn run(&self, tx: &mut Tx) -> Result<(), StorageError> {
        let known = tx.rows(KNOWN, &[]).await?;
        for row in &known {
            let (id, check, anchor) = (row.int(0)?, row.array::<32>(1)?, row.flag(2)?);
            let given = self.given.iter().find(|(given, ..)| i64::from(*given) == id);
            match given {
                None => {
                    return Err(wrong(
                        id,
                        "is missing; values in this database are sealed with it, so add it back",
                    ));
                }
                Some((_, given, _)) if *given != check => {
                    return Err(wrong(
                        id,
                        "is not the key that this database was written with; give that one",
                    ));
                }
                Some((.., anchors)) if *anchors != anchor => {
                    return Err(wrong(
                        id,
                        "has changed its place; the oldest key must stay the last in the list",
                    ));
                }
                Some(_) => {}
            }
        }
        for (id, check, anchor) in &self.given {
            if !known.iter().any(|row| row.int(0) == Ok(i64::from(*id))) {
                tx.execute(ADD, &[Value::from(*id), Value::from(check), Value::from(*anchor)]).await?;
            }
        }
        Ok(())
    }
}

fn wrong(id: i64, why: &str) -> StorageError {
    StorageError::WrongMasterKey { reason: format!("key {id} {why}") }
}
