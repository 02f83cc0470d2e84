//! What holds for PostgreSQL alone: deadlocks and lost connections, several nodes on one database.

use crate::engines::{Database, Engine, HISTORY, insert, item_ids, run, step};
use countersign_storage::{Step, StorageError, Store, Topic, Tx, Value};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::Barrier;

/// Changes one row, meets the other step, then changes the other's row.
fn crossing(rows: [i64; 2], meet: Arc<Barrier>) -> impl Step<Output = ()> {
    let met = Arc::new(AtomicBool::new(false));
    step(move |tx: &mut Tx| {
        let (meet, met) = (meet.clone(), met.clone());
        Box::pin(async move {
            let add = "UPDATE items SET amount = amount + 1 WHERE id = $1";
            tx.execute(add, &[Value::Int(rows[0])]).await?;
            if !met.swap(true, Ordering::AcqRel) {
                meet.wait().await;
            }
            tx.execute(add, &[Value::Int(rows[1])]).await?;
            Ok(())
        })
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadlock_is_run_again() {
    run(Engine::Postgres, async |database| {
        let store = database.store().await;
        store.write(insert(1)).await.unwrap();
        store.write(insert(2)).await.unwrap();
        let meet = Arc::new(Barrier::new(2));
        let (one, other) =
            tokio::join!(store.write(crossing([1, 2], meet.clone())), store.write(crossing([2, 1], meet)));
        assert_eq!((one, other), (Ok(()), Ok(())));
        let amounts = crate::engines::rows(&store, "SELECT amount FROM items").await;
        assert!(amounts.iter().all(|row| row.int(0) == Ok(2)), "each ran whole, once");
        assert!(store.counts().steps_run_again >= 1);
    })
    .await;
}

async fn end_all_connections(database: &Database) {
    let admin = database.postgres().await;
    let end = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    admin.batch_execute(end).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_were_lost_while_idle_are_replaced() {
    run(Engine::Postgres, async |database| {
        let store = database.store().await;
        let mut wake = store.subscribe(Topic::Outbox);
        wake.changed().await;
        store.write(insert(1)).await.unwrap();
        store.write(insert(2)).await.unwrap();
        end_all_connections(&database).await;
        for id in 3..10 {
            assert_eq!(store.write(insert(id)).await, Ok(1));
        }
        assert_eq!(item_ids(&store).await.len(), 9);
        // The listener comes back too, and wakes everyone for what it may have missed.
        wake.changed().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_lost_while_committing_is_reported_as_unknown() {
    run(Engine::Postgres, async |database| {
        let store = database.store().await;
        let admin = database.postgres().await;
        let ends_at_commit = "
            CREATE FUNCTION end_at_commit() RETURNS trigger LANGUAGE plpgsql AS
                'BEGIN PERFORM pg_terminate_backend(pg_backend_pid());
                 PERFORM pg_sleep(10); RETURN NULL; END';
            CREATE CONSTRAINT TRIGGER ends AFTER INSERT ON items DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION end_at_commit();";
        admin.batch_execute(ends_at_commit).await.unwrap();
        assert_eq!(store.write(insert(1)).await, Err(StorageError::CommitUnknown));
        admin.batch_execute("DROP TRIGGER ends ON items").await.unwrap();
        assert_eq!(store.write(insert(1)).await, Ok(1), "the same step again is safe");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_wakes_the_other_node() {
    run(Engine::Postgres, async |database| {
        let (here, there) = (database.store().await, database.open());
        let mut wake = there.subscribe(Topic::Outbox);
        let mut own = here.subscribe(Topic::Outbox);
        // Both listening connections stand once each woke its own node.
        wake.changed().await;
        own.changed().await;
        let announce = step(|tx: &mut Tx| {
            Box::pin(async move {
                tx.wake(Topic::Outbox);
                tx.execute("INSERT INTO items (id) VALUES (1)", &[]).await
            })
        });
        here.write(announce).await.unwrap();
        wake.changed().await;
        assert_eq!(item_ids(&there).await, vec![1]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_that_start_together_migrate_once() {
    run(Engine::Postgres, async |database| {
        let nodes: Vec<Store> = (0..4).map(|_| database.open()).collect();
        let migrate = nodes.iter().map(|node| node.migrate_with(HISTORY));
        let mut done = futures_util::future::try_join_all(migrate).await.unwrap();
        done.sort();
        assert_eq!(done, vec![vec![], vec![], vec![], vec![1]]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_not_there_is_unavailable() {
    let config = countersign_storage::StoreConfig::new(countersign_storage::Location::Postgres(
        "postgres://nobody:secret@127.0.0.1:1/none".into(),
    ));
    let refused = Store::open(config).unwrap().write(insert(1)).await.unwrap_err();
    assert!(matches!(refused, StorageError::Unavailable { .. }), "{refused:?}");
    assert!(!format!("{refused} {refused:?}").contains("secret"));
}
