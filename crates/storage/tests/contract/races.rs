//! Many at once: one winner, no lost count, no wait without end.

use crate::engines::{Database, Engine, insert, item_ids, poll_once, rows, step};
use countersign_storage::{Step, StorageError, Store, Tx, Value};
use futures_util::future::join_all;
use std::pin::pin;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::Barrier;

/// Runs 64 tasks that start together.
async fn race<S: Step>(store: &Store, make: fn() -> S) -> Vec<Result<S::Output, StorageError>> {
    let start = Arc::new(Barrier::new(64));
    let tasks = (0..64).map(|_| {
        let (store, start) = (store.clone(), start.clone());
        tokio::spawn(async move {
            start.wait().await;
            store.write(make()).await
        })
    });
    join_all(tasks).await.into_iter().map(|task| task.unwrap()).collect()
}

fn claim() -> impl Step<Output = bool> {
    step(|tx: &mut Tx| {
        Box::pin(async move {
            let changed = tx.execute("UPDATE items SET amount = 1 WHERE id = 1 AND amount = 0", &[]).await?;
            Ok(changed == 1)
        })
    })
}

pub(crate) async fn one_of_64_guarded_updates_wins(database: Database) {
    let store = database.store().await;
    store.write(insert(1)).await.unwrap();
    let answers = race(&store, claim).await;
    assert_eq!(answers.iter().filter(|answer| **answer == Ok(true)).count(), 1);
    assert_eq!(answers.iter().filter(|answer| **answer == Ok(false)).count(), 63);
}

pub(crate) async fn one_of_64_inserts_of_one_key_wins(database: Database) {
    let store = database.store().await;
    let answers = race(&store, || insert(1)).await;
    assert_eq!(answers.iter().filter(|answer| **answer == Ok(1)).count(), 1);
    assert_eq!(
        answers.iter().filter(|answer| matches!(answer, Err(StorageError::Conflict { .. }))).count(),
        63
    );
}

/// Read, then write what was read plus one, with the row locked by the first statement of the step.
fn increment() -> impl Step<Output = ()> {
    step(|tx: &mut Tx| {
        Box::pin(async move {
            let lock = "UPDATE items SET label = 'locked' WHERE id = 1 RETURNING amount";
            let amount = tx.row_optional(lock, &[]).await?.unwrap().int(0)?;
            tx.execute("UPDATE items SET amount = $1 WHERE id = 1", &[Value::Int(amount + 1)]).await?;
            Ok(())
        })
    })
}

pub(crate) async fn increments_are_never_lost(database: Database) {
    let store = database.store().await;
    store.write(insert(1)).await.unwrap();
    assert!(race(&store, increment).await.iter().all(Result::is_ok));
    assert_eq!(rows(&store, "SELECT amount FROM items").await[0].int(0), Ok(64));
}

/// Stops the SQLite writer inside a step until the test lets it go.
pub(crate) struct Gate {
    entered: Receiver<()>,
    open: Sender<()>,
}

pub(crate) fn gate() -> (Gate, impl Step<Output = ()>) {
    let (enter, entered) = channel();
    let (open, opened) = channel();
    let ends = Mutex::new(Some((enter, opened)));
    let waits = step(move |_| {
        // Only the first run waits.
        if let Some((enter, opened)) = ends.lock().unwrap().take() {
            enter.send(()).unwrap();
            opened.recv().unwrap();
        }
        Box::pin(async { Ok(()) })
    });
    (Gate { entered, open }, waits)
}

impl Gate {
    pub(crate) fn wait_until_entered(&self) {
        self.entered.recv().unwrap();
    }

    pub(crate) fn open(self) {
        self.open.send(()).unwrap();
    }
}

const ADVISORY: &str = "SELECT count(*) FROM (SELECT pg_advisory_xact_lock(1)) AS waits";

pub(crate) async fn a_full_queue_is_busy_and_loses_nothing(mut database: Database) {
    database.config.queue_max = 2;
    let store = database.store().await;
    if database.engine == Engine::Postgres {
        let holder = database.postgres().await;
        holder.batch_execute("SELECT pg_advisory_lock(1)").await.unwrap();
        let waits = || {
            step(|tx: &mut Tx| {
                Box::pin(async move {
                    tx.rows(ADVISORY, &[]).await?;
                    tx.execute("INSERT INTO items (id) SELECT count(*) + 1 FROM items", &[]).await
                })
            })
        };
        let (mut first, mut second) = (pin!(store.write(waits())), pin!(store.write(waits())));
        assert!(poll_once(first.as_mut()).is_pending() && poll_once(second.as_mut()).is_pending());
        refused(&store).await;
        holder.batch_execute("SELECT pg_advisory_unlock(1)").await.unwrap();
        assert_eq!((first.await, second.await), (Ok(1), Ok(1)));
    } else {
        let (gate, waits) = gate();
        let mut held = pin!(store.write(waits));
        assert!(poll_once(held.as_mut()).is_pending());
        gate.wait_until_entered();
        let (mut first, mut second) = (pin!(store.write(insert(1))), pin!(store.write(insert(2))));
        assert!(poll_once(first.as_mut()).is_pending() && poll_once(second.as_mut()).is_pending());
        refused(&store).await;
        gate.open();
        assert_eq!((held.await, first.await, second.await), (Ok(()), Ok(1), Ok(1)));
    }
    assert_eq!(item_ids(&store).await, vec![1, 2]);
    assert_eq!(store.counts().steps_refused, 2);
    assert_eq!(store.write(insert(4)).await, Ok(1));
}

async fn refused(store: &Store) {
    for _ in 0..2 {
        let answer = store.write(insert(3)).await;
        assert!(matches!(answer, Err(StorageError::Busy { retry_after_ms: 1.. })), "{answer:?}");
    }
}
