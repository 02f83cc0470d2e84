//! All of a step or nothing of it, and no answer before the commit.

use crate::engines::{
    Database, Engine, execute, insert, insert_and_fail, item_ids, poll_once, refusal, step,
};
use countersign_storage::{StorageError, Tx, Value};
use futures_util::future::join_all;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

pub(crate) async fn a_failing_step_leaves_nothing(database: Database) {
    let store = database.store().await;
    assert_eq!(store.write(insert_and_fail(1)).await, Err(refusal()));
    assert_eq!(item_ids(&store).await, Vec::<i64>::new());
    assert_eq!(store.write(insert(1)).await, Ok(1));
    assert_eq!(store.counts().steps_committed, 2, "the migration and the one step that did not fail");
}

pub(crate) async fn neighbours_of_failing_steps_are_committed(database: Database) {
    let store = database.store().await;
    let good = join_all((0..40).map(|id| store.write(insert(id))));
    let bad = join_all((100..110).map(|id| store.write(insert_and_fail(id))));
    let taken = join_all((0..10).map(|_| store.write(insert(200))));
    let (good, bad, taken) = tokio::join!(good, bad, taken);
    assert_eq!(good, vec![Ok(1); 40]);
    assert_eq!(bad, vec![Err(refusal()); 10]);
    assert_eq!(taken.iter().filter(|answer| **answer == Ok(1)).count(), 1);
    assert_eq!(taken.iter().filter(|answer| matches!(answer, Err(StorageError::Conflict { .. }))).count(), 9);
    let expected: Vec<i64> = (0..40).chain([200]).collect();
    assert_eq!(item_ids(&store).await, expected);
}

pub(crate) async fn a_panicking_step_leaves_nothing_and_the_store_goes_on(database: Database) {
    let store = database.store().await;
    let panicking = || {
        step(|tx: &mut Tx| {
            Box::pin(async move {
                tx.execute("INSERT INTO items (id) VALUES (9)", &[]).await?;
                assert!(std::hint::black_box(false), "a panic that this test wants");
                Ok(())
            })
        })
    };
    let (panics, good) = tokio::join!(
        join_all((0..4).map(|_| store.write(panicking()))),
        join_all((0..4).map(|id| store.write(insert(id)))),
    );
    assert_eq!(panics, vec![Err(StorageError::StepPanicked); 4]);
    assert_eq!(good, vec![Ok(1); 4]);
    assert_eq!(item_ids(&store).await, vec![0, 1, 2, 3]);
    assert!(store.read(panicking()).await.is_err());
    assert_eq!(store.write(insert(5)).await, Ok(1));
}

pub(crate) async fn a_hidden_failure_does_not_commit(database: Database) {
    let store = database.store().await;
    store.write(insert(1)).await.unwrap();
    let hides = step(|tx| {
        Box::pin(async move {
            tx.execute("INSERT INTO items (id) VALUES (2)", &[]).await?;
            let taken = tx.execute("INSERT INTO items (id) VALUES (1)", &[]).await;
            assert!(matches!(taken, Err(StorageError::Conflict { .. })));
            let after = tx.execute("INSERT INTO items (id) VALUES (3)", &[]).await;
            assert!(matches!(after, Err(StorageError::Misuse { .. })));
            Ok(())
        })
    });
    assert!(matches!(store.write(hides).await, Err(StorageError::Misuse { .. })));
    assert_eq!(item_ids(&store).await, vec![1]);
}

pub(crate) async fn a_taken_key_is_a_conflict(database: Database) {
    let store = database.store().await;
    store.write(insert(4_711)).await.unwrap();
    let conflict = store.write(insert(4_711)).await.unwrap_err();
    assert!(matches!(conflict, StorageError::Conflict { .. }), "{conflict:?}");
    assert!(!conflict.to_string().contains("4711"), "an error text names no value: {conflict}");
}

/// The refusal comes with COMMIT itself, so an answer sent any earlier would have been wrong.
pub(crate) async fn a_refused_commit_is_reported(database: Database) {
    let store = database.store().await;
    let orphan = || {
        step(|tx: &mut Tx| {
            Box::pin(async move {
                assert_eq!(tx.execute("INSERT INTO children (id, parent) VALUES (1, 7)", &[]).await, Ok(1));
                Ok("committed")
            })
        })
    };
    let (refused, good) = tokio::join!(store.write(orphan()), store.write(insert(1)));
    assert!(matches!(refused, Err(StorageError::Conflict { .. })), "{refused:?}");
    assert_eq!(good, Ok(1));
    execute(&store, "INSERT INTO parents (id) VALUES (7)").await.unwrap();
    assert_eq!(store.write(orphan()).await, Ok("committed"));
}

pub(crate) async fn a_reading_step_cannot_write(database: Database) {
    let store = database.store().await;
    for sql in ["INSERT INTO items (id) VALUES (1)", "INSERT INTO items (id) VALUES (2) RETURNING id"] {
        let writes = step(move |tx| Box::pin(async move { tx.rows(sql, &[]).await.map(|_| ()) }));
        assert!(matches!(store.read(writes).await, Err(StorageError::Misuse { .. })), "{sql}");
    }
    store.write(insert(3)).await.unwrap();
    assert_eq!(item_ids(&store).await, vec![3]);
}

pub(crate) async fn a_caller_that_goes_away_does_not_stop_the_step(database: Database) {
    let store = database.store().await;
    let finished = Arc::new(AtomicBool::new(false));
    {
        let finished = finished.clone();
        let slow = step(move |tx| {
            let finished = finished.clone();
            Box::pin(async move {
                for id in 0..50 {
                    tx.execute("INSERT INTO items (id) VALUES ($1)", &[Value::Int(id)]).await?;
                }
                finished.store(true, Ordering::Release);
                Ok(())
            })
        });
        let mut asked = pin!(store.write(slow));
        let _ = poll_once(asked.as_mut());
    }
    // Steps are begun in order on SQLite; on PostgreSQL the abandoned one runs beside this.
    while item_ids(&store).await.len() != 50 {
        tokio::task::yield_now().await;
    }
    assert!(finished.load(Ordering::Acquire));
}

pub(crate) async fn an_answer_means_that_others_see_it(database: Database) {
    let store = database.store().await;
    for id in 0..20 {
        store.write(insert(id)).await.unwrap();
        let seen: i64 = match database.engine {
            Engine::SqliteMemory => item_ids(&store).await.len() as i64,
            Engine::SqliteFile => rusqlite::Connection::open(database.path())
                .unwrap()
                .query_row("SELECT count(*) FROM items", [], |row| row.get(0))
                .unwrap(),
            Engine::Postgres => {
                database.postgres().await.query_one("SELECT count(*) FROM items", &[]).await.unwrap().get(0)
            }
        };
        assert_eq!(seen, id + 1);
    }
}
