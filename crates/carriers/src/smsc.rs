//! The SMSC's door: TCP connections, each with one [`ServerSession`] and, once bound, one account. Binds are
//! judged here, submits by the network.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use countersign_smpp::pdu::{BindMode, ShortMessage};
use countersign_smpp::session::{SendError, ServerConfig, ServerEvent, ServerSession};
use countersign_smpp::status::Status;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinSet;

use crate::hub::Hub;
use crate::network::{AccountNumber, Answer};

const CONNECTIONS_MAX: usize = 64;
const READ_OCTETS: usize = 64 * 1024;
/// A client that takes nothing for so long is dropped.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);

const SESSION: ServerConfig = ServerConfig {
    window: 64,
    unanswered_submits_max: 10_000,
    enquire_idle_ms: 30_000,
    response_timeout_ms: 10_000,
};

/// Who may bind.
pub(crate) struct Admission {
    pub(crate) system_ids: Vec<String>,
    /// The same for all.
    pub(crate) password: String,
}

/// Serves clients until dropped.
pub(crate) async fn serve(listener: TcpListener, admission: Admission, hub: Arc<Hub>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let admission = Arc::new(admission);
    let mut clients = JoinSet::new();
    loop {
        // More connections than places wait in the listener's own queue.
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return;
        };
        while clients.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, _)) => {
                let (hub, admission) = (Arc::clone(&hub), Arc::clone(&admission));
                clients.spawn(async move {
                    let connection = Connection::new(hub, admission);
                    if let Err(error) = connection.run(stream).await {
                        tracing::debug!(%error, "an SMPP connection ended");
                    }
                    drop(place);
                });
            }
            Err(error) => tracing::warn!(%error, "accepting an SMPP connection failed"),
        }
    }
}

struct Connection {
    hub: Arc<Hub>,
    admission: Arc<Admission>,
    number: u64,
    session: ServerSession,
    /// Known once bound.
    account: Option<AccountNumber>,
    /// Tells that an account's knobs were turned.
    account_changes: watch::Receiver<u64>,
    /// Present once bound to receive.
    deliveries: Option<mpsc::Receiver<ShortMessage>>,
    /// Sent, not answered.
    in_flight: HashMap<u32, ShortMessage>,
    /// Could not go out yet.
    held_back: Vec<ShortMessage>,
    over: bool,
}

impl Connection {
    fn new(hub: Arc<Hub>, admission: Arc<Admission>) -> Self {
        let session = ServerSession::new(SESSION, hub.now_ms());
        let (number, account_changes) = hub.open();
        Self {
            hub,
            admission,
            number,
            session,
            account: None,
            account_changes,
            deliveries: None,
            in_flight: HashMap::new(),
            held_back: Vec::new(),
            over: false,
        }
    }

    async fn run(mut self, mut stream: TcpStream) -> io::Result<()> {
        let outcome = self.converse(&mut stream).await;
        self.session.handle_disconnect();
        self.handle_events();
        let mut undelivered = std::mem::take(&mut self.held_back);
        undelivered.extend(self.in_flight.drain().map(|(_, message)| message));
        if let Some(deliveries) = &mut self.deliveries {
            deliveries.close();
            while let Ok(message) = deliveries.try_recv() {
                undelivered.push(message);
            }
        }
        if let Some(account) = self.account {
            self.hub.closed(self.number, account, undelivered);
        }
        outcome
    }

    async fn converse(&mut self, stream: &mut TcpStream) -> io::Result<()> {
        // Answers are small and awaited: without this a window of one crawls at the pace of delayed ACKs.
        stream.set_nodelay(true)?;
        let mut buffer = vec![0; READ_OCTETS];
        loop {
            self.handle_events();
            if let Some(bytes) = self.session.poll_transmit() {
                let written = tokio::time::timeout(WRITE_TIMEOUT, stream.write_all(&bytes));
                written.await.map_err(|_| io::Error::other("the client takes nothing"))??;
            }
            if self.over {
                return stream.shutdown().await;
            }
            let now_ms = self.hub.now_ms();
            let due_ms = self.session.next_timeout().map_or(1_000, |at_ms| at_ms.saturating_sub(now_ms));
            let may_deliver = self.session.room() > 0 && self.held_back.is_empty();
            let step = async {
                tokio::select! {
                    read = stream.read(&mut buffer) => Step::Read(read),
                    message = next_delivery(&mut self.deliveries), if may_deliver => Step::Deliver(message),
                    _ = self.account_changes.changed() => Step::Look,
                }
            };
            match tokio::time::timeout(Duration::from_millis(due_ms.max(1)), step).await {
                Ok(Step::Read(read)) => match read? {
                    0 => return Ok(()),
                    length => self.session.handle_bytes(self.hub.now_ms(), &buffer[..length]),
                },
                Ok(Step::Deliver(message)) => {
                    self.deliver(message);
                    self.deliver_more();
                }
                // The account may be unbound by now: its connections are cut off as a failing SMSC would.
                Ok(Step::Look) => {
                    self.over = self.account.is_some_and(|account| self.hub.is_unbound(account))
                }
                Err(_elapsed) => {}
            }
            self.session.handle_timeout(self.hub.now_ms());
            for message in std::mem::take(&mut self.held_back) {
                self.deliver(message);
            }
        }
    }

    /// As many as the window takes: one for each turn of the loop would fall behind a client that submits in bulk.
    fn deliver_more(&mut self) {
        while self.session.room() > 0
            && self.held_back.is_empty()
            && let Some(Ok(message)) = self.deliveries.as_mut().map(mpsc::Receiver::try_recv)
        {
            self.deliver(message);
        }
    }

    fn deliver(&mut self, message: ShortMessage) {
        match self.session.deliver(self.hub.now_ms(), message.clone()) {
            Ok(sequence) => {
                self.in_flight.insert(sequence, message);
            }
            Err(SendError::WindowFull) => self.held_back.push(message),
            Err(SendError::NotBound) => match self.account {
                Some(account) => self.hub.deliver(self.number, account, message),
                None => tracing::debug!("nobody is bound, so nobody is delivered to"),
            },
            // The client's own sender was outside the specification: nothing can be sent back to it.
            Err(SendError::Encode(error)) => tracing::debug!(%error, "a message cannot be written"),
        }
    }

    fn handle_events(&mut self) {
        while let Some(event) = self.session.poll_event() {
            match event {
                ServerEvent::BindRequested { mode, bind } => {
                    self.judge_bind(mode, &bind.system_id, &bind.password)
                }
                ServerEvent::Submitted { sequence, message } => self.submit(sequence, &message),
                ServerEvent::DeliverAnswered { sequence, .. } => {
                    self.in_flight.remove(&sequence);
                }
                ServerEvent::DeliverUnanswered { sequence } => {
                    self.held_back.extend(self.in_flight.remove(&sequence));
                }
                ServerEvent::Closed(reason) => {
                    tracing::debug!(?reason, connection = self.number, "an SMPP session ended");
                    self.over = true;
                }
            }
        }
    }

    fn judge_bind(&mut self, mode: BindMode, system_id: &str, password: &str) {
        let known = self.admission.system_ids.iter().any(|known| known == system_id);
        let account = self.hub.account_number(system_id).filter(|_| known);
        let Some(account) = account else {
            return self.session.refuse_bind(Status::INVALID_SYSTEM_ID);
        };
        if password != self.admission.password {
            return self.session.refuse_bind(Status::INVALID_PASSWORD);
        }
        if self.hub.is_unbound(account) {
            return self.session.refuse_bind(Status::BIND_FAILED);
        }
        if let Err(error) = self.session.accept_bind("carriers") {
            tracing::warn!(%error, "a bind cannot be answered");
        }
        self.account = Some(account);
        if mode.may_receive() {
            self.deliveries = Some(self.hub.bound(self.number, account));
        }
    }

    fn submit(&mut self, sequence: u32, message: &ShortMessage) {
        let Some(account) = self.account.filter(|_| !self.over) else {
            return;
        };
        let answered = match self.hub.submit(self.number, account, message) {
            Answer::Disconnect => {
                self.over = true;
                return;
            }
            Answer::Refused(status) => self.session.answer_submit(sequence, Err(status)),
            Answer::Taken { message_id, receipt_first } => {
                if let Some(receipt) = receipt_first {
                    self.deliver(receipt.write());
                }
                self.session.answer_submit(sequence, Ok(&message_id))
            }
        };
        if let Err(error) = answered {
            tracing::warn!(%error, "a submit cannot be answered");
        }
    }
}

enum Step {
    Read(io::Result<usize>),
    Deliver(ShortMessage),
    Look,
}

/// The next message; never, when the connection is not bound to receive or the hub has let go of it.
async fn next_delivery(deliveries: &mut Option<mpsc::Receiver<ShortMessage>>) -> ShortMessage {
    if let Some(deliveries) = deliveries
        && let Some(message) = deliveries.recv().await
    {
        return message;
    }
    std::future::pending().await
}
