//! The SMSC's side of one connection: the owner judges binds and answers submits, in any order and at any
//! time; the session delivers within its own window. Who may bind and where messages go is the owner's.

use std::collections::VecDeque;

use super::link::Link;
use super::{CloseReason, SendError};
use crate::Millis;
use crate::pdu::{
    Bind, BindMode, BindResp, Body, EncodeError, INTERFACE_VERSION_3_4, MessageResp, Pdu, ShortMessage, Tlv,
    Tlvs, tag,
};
use crate::status::Status;

/// What the SMSC allows on one connection. Times in milliseconds, all above 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerConfig {
    /// Most deliver_sm without an answer, at least 1.
    pub window: usize,
    /// Most submits the owner has not answered; more are refused with ESME_RMSGQFUL.
    pub unanswered_submits_max: usize,
    /// Silence after which the peer is asked whether it lives.
    pub enquire_idle_ms: Millis,
    /// How long a request of ours, or the peer's bind, is waited for.
    pub response_timeout_ms: Millis,
}

/// What the SMSC learns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerEvent {
    /// Answer with [`ServerSession::accept_bind`] or [`ServerSession::refuse_bind`].
    BindRequested {
        /// Which way messages are to go.
        mode: BindMode,
        /// The account.
        bind: Bind,
    },
    /// Answer with [`ServerSession::answer_submit`].
    Submitted {
        /// The client's number, for the answer.
        sequence: u32,
        /// The message.
        message: ShortMessage,
    },
    /// A deliver_sm was answered.
    DeliverAnswered {
        /// As [`ServerSession::deliver`] gave it.
        sequence: u32,
        /// What the client made of it.
        status: Status,
    },
    /// No answer came in time, or the session ended first.
    DeliverUnanswered {
        /// As [`ServerSession::deliver`] gave it.
        sequence: u32,
    },
    /// The session is over. Comes last, once.
    Closed(CloseReason),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Waiting,
    /// The owner has the bind in hand.
    Judging {
        sequence: u32,
        mode: BindMode,
        interface_version: u8,
    },
    Bound(BindMode),
    Over,
}

/// One connection of the SMSC.
pub struct ServerSession {
    link: Link,
    state: State,
    unanswered_submits: usize,
    unanswered_submits_max: usize,
    events: VecDeque<ServerEvent>,
}

impl std::fmt::Debug for ServerSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ServerSession({:?}, room {})", self.state, self.link.window.room())
    }
}

impl ServerSession {
    /// Starts on a fresh connection and waits for a bind.
    pub fn new(config: ServerConfig, now: Millis) -> Self {
        Self {
            link: Link::new(now, config.window.max(1), config.enquire_idle_ms, config.response_timeout_ms),
            state: State::Waiting,
            unanswered_submits: 0,
            unanswered_submits_max: config.unanswered_submits_max.max(1),
            events: VecDeque::new(),
        }
    }

    /// Takes what a read gave.
    pub fn handle_bytes(&mut self, now: Millis, bytes: &[u8]) {
        self.link.push(bytes);
        while let Some(pdu) = self.link.next(now) {
            self.handle(pdu);
        }
        self.finish();
    }

    /// Does what is due at `now`; harmless when nothing is.
    pub fn handle_timeout(&mut self, now: Millis) {
        for sequence in self.link.handle_timeout(now) {
            self.events.push_back(ServerEvent::DeliverUnanswered { sequence });
        }
        self.finish();
    }

    /// The transport is gone.
    pub fn handle_disconnect(&mut self) {
        self.link.close(CloseReason::Disconnected);
        self.finish();
    }

    /// Bytes to write, all there are. `None` when there are none.
    pub fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.link.take_output()
    }

    /// The next thing to know.
    pub fn poll_event(&mut self) -> Option<ServerEvent> {
        self.events.pop_front()
    }

    /// When to call [`Self::handle_timeout`]; `None` when the session is over. May change with every call.
    pub fn next_timeout(&self) -> Option<Millis> {
        self.link.next_timeout()
    }

    /// Lets the client in. Does nothing when no bind waits.
    pub fn accept_bind(&mut self, system_id: &str) -> Result<(), EncodeError> {
        let State::Judging { sequence, mode, interface_version } = self.state else {
            return Ok(());
        };
        let mut tlvs = Tlvs::default();
        // SMPP 3.4, 1.6.3: clients below 3.4 do not know optional parameters.
        if interface_version >= INTERFACE_VERSION_3_4 {
            tlvs.push(Tlv::new(tag::SC_INTERFACE_VERSION, [INTERFACE_VERSION_3_4]));
        }
        let body = Body::BindResp(mode, BindResp { system_id: system_id.to_owned(), tlvs });
        self.link.send(&Pdu::response(sequence, Status::OK, body))?;
        self.link.bound();
        self.state = State::Bound(mode);
        Ok(())
    }

    /// Sends the client away; [`ServerEvent::Closed`] follows. Does nothing when no bind waits.
    pub fn refuse_bind(&mut self, status: Status) {
        if let State::Judging { sequence, mode, .. } = self.state {
            self.link.reply(sequence, status, Body::BindResp(mode, BindResp::default()));
            self.link.close(CloseReason::BindRefused(status));
            self.finish();
        }
    }

    /// Answers a submit: with the id it got, or with the status it is refused with (any but 0).
    pub fn answer_submit(&mut self, sequence: u32, answer: Result<&str, Status>) -> Result<(), EncodeError> {
        if !self.link.is_open() {
            return Ok(());
        }
        let (status, message_id) = match answer {
            Ok(message_id) => (Status::OK, message_id.to_owned()),
            Err(status) => (status, String::new()),
        };
        let body = Body::SubmitSmResp(MessageResp { message_id, tlvs: Tlvs::default() });
        self.link.send(&Pdu::response(sequence, status, body))?;
        self.unanswered_submits = self.unanswered_submits.saturating_sub(1);
        Ok(())
    }

    /// Puts a message or receipt on the wire. Its number comes back in exactly one of
    /// [`ServerEvent::DeliverAnswered`] and [`ServerEvent::DeliverUnanswered`].
    pub fn deliver(&mut self, now: Millis, message: ShortMessage) -> Result<u32, SendError> {
        if !self.may_deliver() {
            return Err(SendError::NotBound);
        }
        if self.link.window.room() == 0 {
            return Err(SendError::WindowFull);
        }
        let sequence = self.link.window.draw();
        self.link.send(&Pdu::request(sequence, Body::DeliverSm(message)))?;
        self.link.window.open(now, sequence);
        Ok(sequence)
    }

    /// Asks the client to leave; [`ServerEvent::Closed`] follows.
    pub fn unbind(&mut self, now: Millis) {
        self.link.start_unbind(now);
    }

    /// Whether deliver_sm may go over this connection.
    pub fn may_deliver(&self) -> bool {
        matches!(self.state, State::Bound(mode) if mode.may_receive()) && self.link.takes_requests()
    }

    /// How many deliver_sm the window takes now.
    pub fn room(&self) -> usize {
        if self.may_deliver() { self.link.window.room() } else { 0 }
    }

    fn handle(&mut self, pdu: Pdu) {
        let Pdu { sequence, status, body } = pdu;
        match body {
            Body::Bind(mode, bind) => {
                if self.state != State::Waiting {
                    let body = Body::BindResp(mode, BindResp::default());
                    return self.link.reply(sequence, Status::ALREADY_BOUND, body);
                }
                self.state = State::Judging { sequence, mode, interface_version: bind.interface_version };
                self.events.push_back(ServerEvent::BindRequested { mode, bind });
            }
            Body::SubmitSm(message) => self.submitted(sequence, message),
            Body::DeliverSmResp(_) | Body::GenericNack => self.deliver_answered(sequence, status),
            Body::DeliverSm(_) => {
                self.link.reply(sequence, Status::INVALID_COMMAND_ID, Body::GenericNack);
            }
            _ => {}
        }
    }

    fn submitted(&mut self, sequence: u32, message: ShortMessage) {
        let refusal = match self.state {
            State::Bound(mode) if mode.may_submit() => {
                (self.unanswered_submits >= self.unanswered_submits_max).then_some(Status::QUEUE_FULL)
            }
            _ => Some(Status::WRONG_BIND_STATE),
        };
        match refusal {
            Some(status) => self.link.reply(sequence, status, Body::SubmitSmResp(MessageResp::default())),
            None => {
                self.unanswered_submits += 1;
                self.events.push_back(ServerEvent::Submitted { sequence, message });
            }
        }
    }

    fn deliver_answered(&mut self, sequence: u32, status: Status) {
        if self.link.window.close(sequence) {
            self.events.push_back(ServerEvent::DeliverAnswered { sequence, status });
        }
    }

    /// Once the link is closed: gives up what waits, then says so.
    fn finish(&mut self) {
        let Some(reason) = self.link.closed().filter(|_| self.state != State::Over) else {
            return;
        };
        self.state = State::Over;
        let waiting = self.link.window.drain();
        self.events.extend(waiting.into_iter().map(|sequence| ServerEvent::DeliverUnanswered { sequence }));
        self.events.push_back(ServerEvent::Closed(reason));
    }
}
