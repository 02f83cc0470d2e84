//! All SQL of Countersign: one store, two engines (SQLite and PostgreSQL), one text per statement. Decides
//! how rows are kept, sealed and looked up, and that no answer leaves before its commit. Refuses to know any
//! rule: what is written was decided by the core, in the step that loaded what it needed.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod dialect;
mod error;
mod keycheck;
mod migrate;
mod postgres;
mod seal;
mod sqlite;
mod statements;
mod store;
pub mod tables;
mod tx;
mod value;
mod wake;

pub use error::StorageError;
pub use migrate::{MIGRATIONS, Migration};
pub use seal::{KeyBytes, MasterKeys, Place};
pub use store::{Location, Store, StoreConfig, StoreCounts};
pub use tx::{Step, Tx};
pub use value::{Row, Value};
pub use wake::{Topic, Wake};
