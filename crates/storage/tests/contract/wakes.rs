//! Listeners hear of commits, and of nothing else.

use crate::engines::{Database, Engine, insert_and_fail, poll_once, refusal, step};
use countersign_storage::{Step, Topic, Tx};
use std::pin::pin;

fn announce(topic: Topic, fails: bool) -> impl Step<Output = ()> {
    step(move |tx: &mut Tx| {
        Box::pin(async move {
            tx.wake(topic);
            tx.execute("INSERT INTO items (id) SELECT count(*) FROM items", &[]).await?;
            if fails { Err(refusal()) } else { Ok(()) }
        })
    })
}

/// PostgreSQL's listening connection wakes everyone once when it stands; that one is waited for first.
async fn settled(
    database: &Database,
    store: &countersign_storage::Store,
    topic: Topic,
) -> countersign_storage::Wake {
    let mut wake = store.subscribe(topic);
    if database.engine == Engine::Postgres {
        wake.changed().await;
    }
    wake
}

pub(crate) async fn only_a_commit_wakes(database: Database) {
    let store = database.store().await;
    let mut outbox = settled(&database, &store, Topic::Outbox).await;
    assert_eq!(store.write(announce(Topic::Outbox, true)).await, Err(refusal()));
    assert_eq!(store.write(insert_and_fail(1)).await, Err(refusal()));
    assert!(poll_once(pin!(outbox.changed())).is_pending(), "a step that failed woke someone");
    {
        let mut waiting = pin!(outbox.changed());
        assert!(poll_once(waiting.as_mut()).is_pending());
        store.write(announce(Topic::Outbox, false)).await.unwrap();
        waiting.await;
    }
    assert!(poll_once(pin!(outbox.changed())).is_pending(), "one commit woke twice");
}

pub(crate) async fn a_commit_before_waiting_is_not_missed(database: Database) {
    let store = database.store().await;
    let mut wake = settled(&database, &store, Topic::Outbox).await;
    store.write(announce(Topic::Outbox, false)).await.unwrap();
    store.write(announce(Topic::Outbox, false)).await.unwrap();
    wake.changed().await;
    assert!(poll_once(pin!(wake.changed())).is_pending(), "two commits before waiting are one wake");
}
