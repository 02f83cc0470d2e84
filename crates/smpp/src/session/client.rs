//! The client (ESME): binds, submits within its window, is delivered to. Every deliver_sm is answered with
//! status 0 at once, because an SMSC that is refused delivers again and stalls its window. Reconnecting is
//! the owner's.

use std::collections::VecDeque;

use super::link::Link;
use super::{CloseReason, SendError};
use crate::Millis;
use crate::pdu::{Bind, BindMode, Body, EncodeError, MessageResp, Pdu, ShortMessage, tag};
use crate::status::Status;

/// How a client binds and how long it waits. Times in milliseconds, all above 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientConfig {
    /// Which way messages go.
    pub mode: BindMode,
    /// The account.
    pub bind: Bind,
    /// Most submits without an answer, at least 1.
    pub window: usize,
    /// Silence after which the peer is asked whether it lives.
    pub enquire_idle_ms: Millis,
    /// How long any request of ours waits for its answer.
    pub response_timeout_ms: Millis,
}

/// What a client learns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientEvent {
    /// Messages may go.
    Bound {
        /// The SMSC's name, perhaps empty.
        system_id: String,
        /// `sc_interface_version`, when it was said.
        interface_version: Option<u8>,
    },
    /// A submit was answered, well or not: see the status.
    Answered {
        /// As [`ClientSession::submit`] gave it.
        sequence: u32,
        /// What the SMSC made of it.
        status: Status,
        /// The SMSC's id, as it wrote it; empty with most errors.
        message_id: String,
        /// SMPP 5.0 `congestion_state`, 0 to 100.
        congestion: Option<u8>,
    },
    /// No answer came in time, or the session ended first: the message may or may not go out.
    Unanswered {
        /// As [`ClientSession::submit`] gave it.
        sequence: u32,
    },
    /// An answer to a submit that was already given up, or never made.
    LateAnswer {
        /// The number in the answer.
        sequence: u32,
        /// Its status.
        status: Status,
        /// Its id.
        message_id: String,
    },
    /// A message or a receipt; it has been answered.
    Delivered(ShortMessage),
    /// The session is over. Comes last, once.
    Closed(CloseReason),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Binding,
    Bound,
    Over,
}

/// One session of a client, from the bind to the end of its connection.
pub struct ClientSession {
    link: Link,
    state: State,
    mode: BindMode,
    bind_sequence: u32,
    events: VecDeque<ClientEvent>,
}

impl std::fmt::Debug for ClientSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ClientSession({:?}, room {})", self.state, self.link.window.room())
    }
}

impl ClientSession {
    /// Starts on a fresh connection; the bind request is the first thing to transmit. Fails when the
    /// account does not fit the protocol's fields.
    pub fn new(config: ClientConfig, now: Millis) -> Result<Self, EncodeError> {
        let mut link =
            Link::new(now, config.window.max(1), config.enquire_idle_ms, config.response_timeout_ms);
        let bind_sequence = link.window.draw();
        link.send(&Pdu::request(bind_sequence, Body::Bind(config.mode, config.bind)))?;
        Ok(Self { link, state: State::Binding, mode: config.mode, bind_sequence, events: VecDeque::new() })
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
            self.events.push_back(ClientEvent::Unanswered { sequence });
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

    /// Appends the bytes to write to `out`. Where `out` is empty the two buffers change places, so that neither grows
    /// anew for every batch.
    pub fn transmit_into(&mut self, out: &mut Vec<u8>) {
        self.link.output_into(out);
    }

    /// The next thing to know.
    pub fn poll_event(&mut self) -> Option<ClientEvent> {
        self.events.pop_front()
    }

    /// When to call [`Self::handle_timeout`]; `None` when the session is over. May change with every call.
    pub fn next_timeout(&self) -> Option<Millis> {
        self.link.next_timeout()
    }

    /// Puts a message on the wire. Its number comes back in exactly one of [`ClientEvent::Answered`] and
    /// [`ClientEvent::Unanswered`].
    pub fn submit(&mut self, now: Millis, message: ShortMessage) -> Result<u32, SendError> {
        if self.state != State::Bound || !self.link.takes_requests() || !self.mode.may_submit() {
            return Err(SendError::NotBound);
        }
        if self.link.window.room() == 0 {
            return Err(SendError::WindowFull);
        }
        let sequence = self.link.window.draw();
        self.link.send(&Pdu::request(sequence, Body::SubmitSm(message)))?;
        self.link.window.open(now, sequence);
        Ok(sequence)
    }

    /// Asks to leave; [`ClientEvent::Closed`] follows.
    pub fn unbind(&mut self, now: Millis) {
        self.link.start_unbind(now);
    }

    /// Whether messages may go.
    pub fn is_bound(&self) -> bool {
        self.state == State::Bound && self.link.takes_requests()
    }

    /// How many submits the window takes now.
    pub fn room(&self) -> usize {
        if self.is_bound() { self.link.window.room() } else { 0 }
    }

    fn handle(&mut self, pdu: Pdu) {
        let Pdu { sequence, status, body } = pdu;
        match body {
            Body::BindResp(_, resp) if self.awaits_bind(sequence) => {
                if status != Status::OK {
                    return self.link.close(CloseReason::BindRefused(status));
                }
                self.state = State::Bound;
                self.link.bound();
                let version = resp.tlvs.number(tag::SC_INTERFACE_VERSION);
                self.events.push_back(ClientEvent::Bound {
                    system_id: resp.system_id,
                    interface_version: version.and_then(|version| u8::try_from(version).ok()),
                });
            }
            Body::GenericNack if self.awaits_bind(sequence) => {
                self.link.close(CloseReason::BindRefused(status));
            }
            Body::SubmitSmResp(resp) => self.answered(sequence, status, resp),
            Body::GenericNack => self.nacked(sequence, status),
            Body::DeliverSm(message) => {
                self.link.reply(sequence, Status::OK, Body::DeliverSmResp(MessageResp::default()));
                self.events.push_back(ClientEvent::Delivered(message));
            }
            Body::Bind(..) | Body::SubmitSm(_) => {
                self.link.reply(sequence, Status::INVALID_COMMAND_ID, Body::GenericNack);
            }
            _ => {}
        }
    }

    fn awaits_bind(&self, sequence: u32) -> bool {
        self.state == State::Binding && sequence == self.bind_sequence
    }

    fn answered(&mut self, sequence: u32, status: Status, resp: MessageResp) {
        let message_id = resp.message_id;
        let congestion = resp.tlvs.number(tag::CONGESTION_STATE);
        let event = if self.link.window.close(sequence) {
            let congestion = congestion.and_then(|state| u8::try_from(state).ok());
            ClientEvent::Answered { sequence, status, message_id, congestion }
        } else {
            ClientEvent::LateAnswer { sequence, status, message_id }
        };
        self.events.push_back(event);
    }

    fn nacked(&mut self, sequence: u32, status: Status) {
        if self.link.window.close(sequence) {
            let message_id = String::new();
            self.events.push_back(ClientEvent::Answered { sequence, status, message_id, congestion: None });
        }
    }

    /// Once the link is closed: gives up what waits, then says so.
    fn finish(&mut self) {
        let Some(reason) = self.link.closed().filter(|_| self.state != State::Over) else {
            return;
        };
        self.state = State::Over;
        let waiting = self.link.window.drain();
        self.events.extend(waiting.into_iter().map(|sequence| ClientEvent::Unanswered { sequence }));
        self.events.push_back(ClientEvent::Closed(reason));
    }
}
