//! Wakes between nodes: one connection of its own per store that listens, and that tells the others after a
//! commit. It is apart from the transactions because NOTIFY inside one makes PostgreSQL commit notifiers one
//! at a time. What is lost while it is away is made up for by waking everyone when it is back.

use crate::wake::{Announced, Hub, Topic};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_postgres::{AsyncMessage, Client, Config, NoTls};

const CHANNEL: &str = "countersign";
const PAUSE_MIN: Duration = Duration::from_millis(250);
const PAUSE_MAX: Duration = Duration::from_secs(15);

/// Topics committed here that other nodes have not been told of. Many commits become one message.
#[derive(Default)]
pub(super) struct Outgoing {
    topics: [AtomicBool; Topic::ALL.len()],
    ready: Notify,
}

impl Outgoing {
    pub(super) fn add(&self, announced: Announced) {
        for topic in announced.topics() {
            self.topics[topic as usize].store(true, Ordering::Release);
            self.ready.notify_one();
        }
    }

    fn take(&self) -> impl Iterator<Item = Topic> {
        Topic::ALL.into_iter().filter(|topic| self.topics[*topic as usize].swap(false, Ordering::AcqRel))
    }
}

/// The listening task; ends with the store.
pub(super) struct Listener {
    task: JoinHandle<()>,
}

impl Listener {
    pub(super) fn start(config: Config, hub: Arc<Hub>, outgoing: Arc<Outgoing>) -> Self {
        Self { task: tokio::spawn(listen_for_ever(config, hub, outgoing)) }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn listen_for_ever(config: Config, hub: Arc<Hub>, outgoing: Arc<Outgoing>) {
    let mut pause = PAUSE_MIN;
    loop {
        let mut heard = false;
        if let Err(error) = listen(&config, &hub, &outgoing, &mut heard).await {
            tracing::warn!(code = error.code().map(|code| code.code()), "not listening to other nodes");
        }
        pause = if heard { PAUSE_MIN } else { (pause * 2).min(PAUSE_MAX) };
        // The server is away: nothing else says when it is back.
        let _ = tokio::time::timeout(pause, std::future::pending::<()>()).await;
    }
}

/// Listens until the connection breaks. `heard` becomes true once it stood.
async fn listen(
    config: &Config,
    hub: &Hub,
    outgoing: &Outgoing,
    heard: &mut bool,
) -> Result<(), tokio_postgres::Error> {
    let (client, mut connection) = config.connect(NoTls).await?;
    let own_process = AtomicI32::new(0);
    let hear = async {
        while let Some(message) = poll_fn(|context| connection.poll_message(context)).await {
            if let AsyncMessage::Notification(notification) = message?
                && notification.process_id() != own_process.load(Ordering::Acquire)
                && let Some(topic) =
                    Topic::ALL.into_iter().find(|topic| topic.name() == notification.payload())
            {
                hub.fire(topic);
            }
        }
        Ok(())
    };
    let tell = async {
        own_process.store(start(&client).await?, Ordering::Release);
        *heard = true;
        Topic::ALL.into_iter().for_each(|topic| hub.fire(topic));
        loop {
            for topic in outgoing.take() {
                client.batch_execute(&format!("NOTIFY {CHANNEL}, '{}'", topic.name())).await?;
            }
            outgoing.ready.notified().await;
        }
    };
    first_of(hear, tell).await
}

async fn start(client: &Client) -> Result<i32, tokio_postgres::Error> {
    let own = client.query_one("SELECT pg_backend_pid()", &[]).await?.try_get(0)?;
    client.batch_execute(&format!("LISTEN {CHANNEL}")).await?;
    Ok(own)
}

async fn first_of<T>(one: impl Future<Output = T>, other: impl Future<Output = T>) -> T {
    tokio::select! {
        result = pin!(one) => result,
        result = pin!(other) => result,
    }
}
