//! A database opens only with the master keys that it was written with.

use crate::engines::Database;
use countersign_storage::{MasterKeys, StorageError};

fn keys(keys: &[(u8, u8)]) -> MasterKeys {
    MasterKeys::new(keys.iter().map(|(id, fill)| (*id, [*fill; 32])).collect()).unwrap()
}

fn reason(refused: Result<(), StorageError>) -> String {
    match refused {
        Err(StorageError::WrongMasterKey { reason }) => reason,
        other => panic!("{other:?}"),
    }
}

pub(crate) async fn a_changed_or_missing_master_key_is_refused(database: Database) {
    let store = database.open();
    store.migrate().await.unwrap();
    assert_eq!(store.check_keys(&keys(&[(1, 0xA1)])).await, Ok(()));
    assert_eq!(store.check_keys(&keys(&[(1, 0xA1)])).await, Ok(()));
    assert!(reason(store.check_keys(&keys(&[(1, 0xA2)])).await).contains("key 1 is not the key"));
    assert!(reason(store.check_keys(&keys(&[(2, 0xA1)])).await).contains("key 1 is missing"));
}

pub(crate) async fn a_new_key_in_front_is_accepted_and_remembered(database: Database) {
    let store = database.open();
    store.migrate().await.unwrap();
    store.check_keys(&keys(&[(1, 0xA1)])).await.unwrap();
    assert_eq!(store.check_keys(&keys(&[(2, 0xB2), (1, 0xA1)])).await, Ok(()));
    assert!(reason(store.check_keys(&keys(&[(1, 0xA1)])).await).contains("key 2 is missing"));
    assert!(reason(store.check_keys(&keys(&[(2, 0xB3), (1, 0xA1)])).await).contains("key 2 is not the key"));
}

pub(crate) async fn the_anchor_stays(database: Database) {
    let store = database.open();
    store.migrate().await.unwrap();
    store.check_keys(&keys(&[(1, 0xA1)])).await.unwrap();
    assert!(
        reason(store.check_keys(&keys(&[(1, 0xA1), (2, 0xB2)])).await)
            .contains("key 1 has changed its place")
    );
}
