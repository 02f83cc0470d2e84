//! What holds for a SQLite file alone: one server at a time, owner only, one commit for many.

use crate::engines::{Engine, insert, item_ids, poll_once, run};
use crate::races::gate;
use countersign_storage::{StorageError, Store, StoreConfig};
use futures_util::future::join_all;
use std::pin::pin;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_server_is_refused_and_a_closed_file_opens_again() {
    run(Engine::SqliteFile, async |database| {
        let store = database.store().await;
        store.write(insert(1)).await.unwrap();
        let second = Store::open(database.config.clone());
        assert!(matches!(second, Err(StorageError::InUse { .. })), "{second:?}");
        drop(store);
        assert_eq!(item_ids(&database.open()).await, vec![1]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_only_reads_may_do_it_beside_a_server() {
    run(Engine::SqliteFile, async |database| {
        let config = StoreConfig { read_only: true, ..database.config.clone() };
        assert!(Store::open(config.clone()).is_err() && !database.path().exists(), "nothing is created");
        let store = database.store().await;
        store.write(insert(1)).await.unwrap();
        let reader = Store::open(config).unwrap();
        store.write(insert(2)).await.unwrap();
        assert_eq!(item_ids(&reader).await, vec![1, 2]);
        assert!(matches!(reader.write(insert(3)).await, Err(StorageError::Misuse { .. })));
        drop(store);
        let server = database.open();
        server.write(insert(4)).await.unwrap();
        assert_eq!(item_ids(&reader).await, vec![1, 2, 4], "a server may come and go meanwhile");
    })
    .await;
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    run(Engine::SqliteFile, async |database| {
        // A file that was there before, open to everyone.
        std::fs::write(database.path(), b"").unwrap();
        std::fs::set_permissions(database.path(), std::fs::Permissions::from_mode(0o644)).unwrap();
        let store = database.store().await;
        store.write(insert(1)).await.unwrap();
        let mut names = Vec::new();
        for entry in std::fs::read_dir(database.path().parent().unwrap()).unwrap() {
            let entry = entry.unwrap();
            assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", entry.path());
            names.push(entry.file_name());
        }
        names.sort();
        assert_eq!(
            names,
            ["countersign.db", "countersign.db-shm", "countersign.db-wal", "countersign.db.lock"],
            "the test looked at every file"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn steps_that_waited_share_one_commit_and_nobody_is_answered_before_it() {
    run(Engine::SqliteFile, async |database| {
        let store = database.store().await;
        let commits_before = store.counts().commits;
        let (first_gate, first) = gate();
        let (second_gate, second) = gate();
        let mut first = pin!(store.write(first));
        assert!(poll_once(first.as_mut()).is_pending());
        first_gate.wait_until_entered();
        // These wait for the first gate, so they make one batch; the second gate is its last step.
        let mut inserts = pin!(join_all((0..50).map(|id| store.write(insert(id)))));
        assert!(poll_once(inserts.as_mut()).is_pending());
        let mut last = pin!(store.write(second));
        assert!(poll_once(last.as_mut()).is_pending());
        first_gate.open();
        second_gate.wait_until_entered();
        // All 50 have run by now and are not committed: nobody sees them and nobody was told.
        assert!(poll_once(inserts.as_mut()).is_pending());
        assert_eq!(item_ids(&store).await, Vec::<i64>::new());
        second_gate.open();
        assert_eq!(inserts.await, vec![Ok(1); 50]);
        assert_eq!((first.await, last.await), (Ok(()), Ok(())));
        assert_eq!(item_ids(&store).await.len(), 50);
        assert_eq!(
            store.counts().commits - commits_before,
            2,
            "one for the first gate, one for all the rest"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_that_waits_for_something_else_is_refused() {
    run(Engine::SqliteMemory, async |database| {
        let store = database.store().await;
        let waits = crate::engines::step(|_| Box::pin(std::future::pending::<Result<(), StorageError>>()));
        assert!(matches!(store.write(waits).await, Err(StorageError::Misuse { .. })));
    })
    .await;
}
