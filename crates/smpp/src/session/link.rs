//! What both roles share: reading units, answering enquire_link and unbind, refusing what nobody knows,
//! watching whether the peer still lives, and the window of our own requests. Binding and messages belong
//! to the roles.

use super::CloseReason;
use super::window::Window;
use crate::Millis;
use crate::pdu::{Body, EncodeError, FrameReader, Pdu, RESPONSE_BIT, decode, encode_into};
use crate::status::Status;

pub(super) struct Link {
    reader: FrameReader,
    out: Vec<u8>,
    pub(super) window: Window,
    enquire_idle_ms: Millis,
    response_ms: Millis,
    heard_at: Millis,
    /// When an unanswered enquire_link makes the peer dead.
    enquiry_deadline: Option<Millis>,
    /// Our unbind and when to stop waiting for its answer.
    unbind: Option<(u32, Millis)>,
    /// Set until the bind is through.
    bind_deadline: Option<Millis>,
    closed: Option<CloseReason>,
}

impl Link {
    pub(super) fn new(now: Millis, window: usize, enquire_idle_ms: Millis, response_ms: Millis) -> Self {
        Self {
            reader: FrameReader::new(),
            out: Vec::new(),
            window: Window::new(window, response_ms),
            enquire_idle_ms,
            response_ms,
            heard_at: now,
            enquiry_deadline: None,
            unbind: None,
            bind_deadline: Some(now.saturating_add(response_ms)),
            closed: None,
        }
    }

    pub(super) fn closed(&self) -> Option<CloseReason> {
        self.closed
    }

    pub(super) fn is_open(&self) -> bool {
        self.closed.is_none()
    }

    /// Whether messages may start: nobody is leaving.
    pub(super) fn takes_requests(&self) -> bool {
        self.closed.is_none() && self.unbind.is_none()
    }

    pub(super) fn close(&mut self, reason: CloseReason) {
        self.closed.get_or_insert(reason);
    }

    pub(super) fn bound(&mut self) {
        self.bind_deadline = None;
    }

    pub(super) fn send(&mut self, pdu: &Pdu) -> Result<(), EncodeError> {
        encode_into(pdu, &mut self.out)
    }

    /// Answers that carry no text of ours always encode.
    pub(super) fn reply(&mut self, sequence: u32, status: Status, body: Body) {
        let sent = self.send(&Pdu::response(sequence, status, body));
        debug_assert!(sent.is_ok(), "a bare answer encodes");
    }

    pub(super) fn take_output(&mut self) -> Option<Vec<u8>> {
        (!self.out.is_empty()).then(|| std::mem::take(&mut self.out))
    }

    pub(super) fn output_into(&mut self, out: &mut Vec<u8>) {
        if out.is_empty() {
            std::mem::swap(&mut self.out, out);
        } else {
            out.append(&mut self.out);
        }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.reader.push(bytes);
    }

    /// The next unit that a role has to look at.
    pub(super) fn next(&mut self, now: Millis) -> Option<Pdu> {
        while self.closed.is_none() {
            let decoded = match self.reader.next_frame() {
                Ok(None) => return None,
                Ok(Some(frame)) => decode(&frame),
                Err(_) => {
                    // SMPP 3.4, 3.2: the sequence number is 0 when the header cannot be trusted.
                    self.reply(0, Status::INVALID_COMMAND_LENGTH, Body::GenericNack);
                    self.close(CloseReason::BadLength);
                    return None;
                }
            };
            self.heard_at = now;
            self.enquiry_deadline = None;
            match decoded {
                Ok(pdu) => {
                    if let Some(pdu) = self.answer(pdu) {
                        return Some(pdu);
                    }
                }
                Err(error) => self.reply(error.sequence, error.status, Body::GenericNack),
            }
        }
        None
    }

    /// Deals with what needs no role; gives back the rest.
    fn answer(&mut self, pdu: Pdu) -> Option<Pdu> {
        match pdu.body {
            Body::EnquireLink => self.reply(pdu.sequence, Status::OK, Body::EnquireLinkResp),
            Body::Unbind => {
                self.reply(pdu.sequence, Status::OK, Body::UnbindResp);
                self.close(CloseReason::PeerUnbound);
            }
            Body::UnbindResp | Body::GenericNack
                if self.unbind.is_some_and(|(sequence, _)| sequence == pdu.sequence) =>
            {
                self.close(CloseReason::Unbound);
            }
            // That anything came is all an answer to enquire_link says; outbind has no answer.
            Body::EnquireLinkResp | Body::UnbindResp | Body::Outbind(_) => {}
            Body::Unknown { command_id, .. } => {
                if command_id & RESPONSE_BIT == 0 {
                    self.reply(pdu.sequence, Status::INVALID_COMMAND_ID, Body::GenericNack);
                }
            }
            _ => return Some(pdu),
        }
        None
    }

    /// Asks to leave. Requests that wait may still be answered before the peer does.
    pub(super) fn start_unbind(&mut self, now: Millis) {
        if self.takes_requests() {
            let sequence = self.window.draw();
            self.reply(sequence, Status::OK, Body::Unbind);
            self.unbind = Some((sequence, now.saturating_add(self.response_ms)));
        }
    }

    pub(super) fn next_timeout(&self) -> Option<Millis> {
        if self.closed.is_some() {
            return None;
        }
        let alive = match (self.bind_deadline, self.enquiry_deadline) {
            (Some(deadline), _) | (None, Some(deadline)) => deadline,
            (None, None) => self.heard_at.saturating_add(self.enquire_idle_ms),
        };
        let unbind = self.unbind.map(|(_, deadline)| deadline);
        [Some(alive), unbind, self.window.next_deadline()].into_iter().flatten().min()
    }

    /// Does what is due: closes, asks, and gives the requests whose answers are too late.
    pub(super) fn handle_timeout(&mut self, now: Millis) -> Vec<u32> {
        if self.closed.is_some() {
            return Vec::new();
        }
        if self.unbind.is_some_and(|(_, deadline)| deadline <= now) {
            self.close(CloseReason::Unbound);
        } else if let Some(deadline) = self.bind_deadline {
            if deadline <= now {
                self.close(CloseReason::BindTimeout);
            }
        } else if let Some(deadline) = self.enquiry_deadline {
            if deadline <= now {
                self.close(CloseReason::DeadPeer);
            }
        } else if self.heard_at.saturating_add(self.enquire_idle_ms) <= now {
            let sequence = self.window.draw();
            self.reply(sequence, Status::OK, Body::EnquireLink);
            self.enquiry_deadline = Some(now.saturating_add(self.response_ms));
        }
        self.window.expire(now)
    }
}
