//! The SMSC's door: TCP connections, each with one [`ServerSession`], one account for all. Binds are judged
//! here, submits by the network.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use countersign_smpp::pdu::{BindMode, ShortMessage};
use countersign_smpp::session::{SendError, ServerConfig, ServerEvent, ServerSession};
use countersign_smpp::status::Status;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

use crate::hub::Hub;
use crate::network::Answer;

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
#[derive(Clone)]
pub(crate) struct Account {
    pub(crate) system_id: String,
    pub(crate) password: String,
}

/// Serves clients until dropped.
pub(crate) async fn serve(listener: TcpListener, account: Account, hub: Arc<Hub>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let account = Arc::new(account);
    let mut clients = JoinSet::new();
    loop {
        // More connections than places wait in the listener's own queue.
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return;
        };
        while clients.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, _)) => {
                let (hub, account) = (Arc::clone(&hub), Arc::clone(&account));
                clients.spawn(async move {
                    let connection = Connection::new(hub, account);
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
    account: Arc<Account>,
    number: u64,
    session: ServerSession,
    /// Present once bound to receive.
    receipts: Option<mpsc::Receiver<ShortMessage>>,
    /// Sent, not answered.
    in_flight: HashMap<u32, ShortMessage>,
    /// Could not go out yet.
    held_back: Vec<ShortMessage>,
    over: bool,
}

impl Connection {
    fn new(hub: Arc<Hub>, account: Arc<Account>) -> Self {
        let session = ServerSession::new(SESSION, hub.now_ms());
        let number = hub.open();
        Self {
            hub,
            account,
            number,
            session,
            receipts: None,
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
        undelivered.extend(self.in_flight.drain().map(|(_, receipt)| receipt));
        if let Some(receipts) = &mut self.receipts {
            receipts.close();
            while let Ok(receipt) = receipts.try_recv() {
                undelivered.push(receipt);
            }
        }
        self.hub.closed(self.number, undelivered);
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
                    receipt = next_receipt(&mut self.receipts), if may_deliver => Step::Receipt(receipt),
                }
            };
            match tokio::time::timeout(Duration::from_millis(due_ms.max(1)), step).await {
                Ok(Step::Read(read)) => match read? {
                    0 => return Ok(()),
                    length => self.session.handle_bytes(self.hub.now_ms(), &buffer[..length]),
                },
                Ok(Step::Receipt(receipt)) => self.deliver(receipt),
                Err(_elapsed) => {}
            }
            self.session.handle_timeout(self.hub.now_ms());
            for receipt in std::mem::take(&mut self.held_back) {
                self.deliver(receipt);
            }
        }
    }

    fn deliver(&mut self, receipt: ShortMessage) {
        match self.session.deliver(self.hub.now_ms(), receipt.clone()) {
            Ok(sequence) => {
                self.in_flight.insert(sequence, receipt);
            }
            Err(SendError::WindowFull) => self.held_back.push(receipt),
            Err(SendError::NotBound) => self.hub.receipt(self.number, receipt),
            // The client's own sender was outside the specification: nothing can be sent back to it.
            Err(SendError::Encode(error)) => tracing::debug!(%error, "a receipt cannot be written"),
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
        if system_id != self.account.system_id {
            return self.session.refuse_bind(Status::INVALID_SYSTEM_ID);
        }
        if password != self.account.password {
            return self.session.refuse_bind(Status::INVALID_PASSWORD);
        }
        if let Err(error) = self.session.accept_bind("carriers") {
            tracing::warn!(%error, "a bind cannot be answered");
        }
        if mode.may_receive() {
            self.receipts = Some(self.hub.bound(self.number));
        }
    }

    fn submit(&mut self, sequence: u32, message: &ShortMessage) {
        if self.over {
            return;
        }
        let answered = match self.hub.submit(self.number, message) {
            Answer::Disconnect => {
                self.over = true;
                return;
            }
            Answer::Refused(status) => self.session.answer_submit(sequence, Err(status)),
            Answer::Taken { message_id, receipt_first } => {
                if let Some(receipt) = receipt_first {
                    self.deliver(*receipt);
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
    Receipt(ShortMessage),
}

/// The next receipt; never, when the connection is not bound to receive or the hub has let go of it.
async fn next_receipt(receipts: &mut Option<mpsc::Receiver<ShortMessage>>) -> ShortMessage {
    if let Some(receipts) = receipts
        && let Some(receipt) = receipts.recv().await
    {
        return receipt;
    }
    std::future::pending().await
}
