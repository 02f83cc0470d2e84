//! One session from its connection to its end: bytes in, events filed, messages out, in turns. Each turn writes all
//! that it made at once, and ends where there is nothing to do before the stream, a message, a wish or a timer says so.

use super::backoff::End;
use super::line::{Line, Over, Wish};
use super::pace::Pace;
use super::queue::Place;
use super::standing::RouteState;
use super::traffic::Traffic;
use super::wire::Wire;
use countersign_smpp::Millis;
use countersign_smpp::session::{ClientEvent, ClientSession, CloseReason};
use countersign_smpp::status::{Status, StatusClass};
use std::future::pending;
use std::sync::{MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;

/// SMPP 5.0 `congestion_state` from which an SMSC wants less: 90 to 99 is "congested", 100 is the most.
const CONGESTED: u8 = 90;

/// A connection with a session on it.
struct Serving<S> {
    wire: Wire<S>,
    session: ClientSession,
    traffic: Traffic,
    /// Held while messages may go.
    place: Option<Place>,
    bind_by_ms: Millis,
    bound_at: Option<Millis>,
}

/// Runs a session that has not bound yet to its end.
pub(super) async fn serve<S>(line: &mut Line, stream: S, session: ClientSession) -> Over
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let bind_by_ms = line.now().saturating_add(line.shared.config.bind_timeout_s.saturating_mul(1_000));
    let (wire, traffic) = (Wire::new(stream), Traffic::default());
    let mut serving = Serving { wire, session, traffic, place: None, bind_by_ms, bound_at: None };
    loop {
        let now = line.now();
        let (due, closed) = serving.turn(line, now);
        if let Some(reason) = closed {
            serving.wire.last_words().await;
            return serving.over(reason, now);
        }
        // The earliest is a millisecond away: clocks that disagree by less must not spin.
        let wait = Duration::from_millis(due.saturating_sub(now).max(1));
        let _ = timeout(wait, serving.wait(line)).await;
    }
}

fn pace(line: &Line) -> MutexGuard<'_, Pace> {
    line.shared.pace.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<S: AsyncRead + AsyncWrite + Unpin> Serving<S> {
    /// Does all that there is to do now. Says when to come back at the latest, and why the session is over if it is.
    fn turn(&mut self, line: &mut Line, now: Millis) -> (Millis, Option<CloseReason>) {
        self.session.handle_timeout(now);
        if self.bound_at.is_none() && now >= self.bind_by_ms {
            self.session.handle_disconnect();
        }
        let closed = self.take_events(line, now);
        let wish = line.wish();
        if closed.is_some() {
            // From here on letters are turned away at once, not kept.
            if self.bound_at.is_some() && wish == Wish::Bound {
                line.stand(RouteState::Connecting);
            }
            self.place = None;
        } else if wish != Wish::Bound {
            self.wind_up(line, wish, now);
        }
        let mut too_late = None;
        if let Some(place) = &self.place {
            let room = self.session.room().saturating_sub(self.traffic.waiting());
            too_late = place.take(room, now, |job| self.traffic.push(job));
        }
        let mut pace = pace(line);
        self.traffic.pump(&mut self.session, &mut pace, now);
        let traffic = self.traffic.next_due(&self.session, &pace, now);
        drop(pace);
        line.shared.standing.in_flight(line.index, self.traffic.outstanding());
        self.session.transmit_into(self.wire.out());
        let bind = self.bound_at.is_none().then_some(self.bind_by_ms);
        let due = [bind, traffic, too_late, self.session.next_timeout()].into_iter().flatten().min();
        (due.unwrap_or(now), closed)
    }

    /// Waits for the stream, a message or a wish. Reads and writes what the stream allows.
    async fn wait(&mut self, line: &mut Line) {
        let has_room = self.session.room() > self.traffic.waiting();
        let place = self.place.as_ref().filter(|_| has_room);
        let arrived = async {
            match place {
                Some(place) => place.arrived().await,
                None => pending().await,
            }
        };
        let now = line.now();
        let session = &mut self.session;
        tokio::select! {
            // The stream first: whoever waits for an answer waits longest, and answers make room.
            biased;
            exchanged = self.wire.exchange(|octets| session.handle_bytes(now, octets)) => {
                if exchanged.is_err() {
                    session.handle_disconnect();
                }
            }
            () = arrived => {}
            _ = line.wish.changed() => {}
        }
    }

    /// Files what the session learned. Gives the reason when it is over.
    fn take_events(&mut self, line: &Line, now: Millis) -> Option<CloseReason> {
        while let Some(event) = self.session.poll_event() {
            match event {
                ClientEvent::Bound { system_id, .. } => {
                    self.bound_at = Some(now);
                    if line.mode.may_submit() {
                        self.place = Some(line.shared.queue.join());
                    }
                    tracing::info!(route = line.name(), mode = ?line.mode, smsc = system_id, "bound");
                    line.stand(RouteState::Bound);
                }
                ClientEvent::Answered { sequence, status, message_id, congestion } => {
                    self.answered(line, now, sequence, status, &message_id);
                    if congestion.is_some_and(|state| state >= CONGESTED) {
                        pace(line).complained(now);
                    }
                }
                ClientEvent::Unanswered { sequence } => {
                    if let Some(message) = self.traffic.unanswered(sequence) {
                        tracing::warn!(route = line.name(), %message, "no answer to a submit");
                    }
                }
                ClientEvent::LateAnswer { status, .. } => {
                    tracing::debug!(route = line.name(), ?status, "an answer that came too late");
                }
                ClientEvent::Delivered(message) => line.shared.heard.delivered(&message, now),
                ClientEvent::Closed(reason) => return Some(reason),
            }
        }
        None
    }

    fn answered(&mut self, line: &Line, now: Millis, sequence: u32, status: Status, id: &str) {
        let heard = &line.shared.heard;
        let message = self.traffic.answered(sequence, status, |number| heard.submitted(id, number));
        let route = line.name();
        match status.class() {
            StatusClass::Ok => {}
            StatusClass::Throttled => pace(line).complained(now),
            StatusClass::OurFault => {
                tracing::error!(route, ?message, ?status, "the SMSC calls a submit of ours malformed");
            }
            _ => tracing::warn!(route, ?message, ?status, "a submit was refused"),
        }
        // Bound here and not bound there: only a new bind mends that.
        if status == Status::WRONG_BIND_STATE {
            self.session.handle_disconnect();
        }
    }

    /// Told to end: what waits is given back, what is out is waited for, then the bind is ended.
    fn wind_up(&mut self, line: &Line, wish: Wish, now: Millis) {
        let reason = if wish == Wish::Stopped { "shutting down" } else { "let go of" };
        line.stand(RouteState::Down { reason: reason.to_owned() });
        self.place = None;
        self.traffic.give_up_waiting();
        if self.bound_at.is_none() {
            self.session.handle_disconnect();
        } else if self.traffic.outstanding() == 0 {
            self.session.unbind(now);
        }
    }

    fn over(mut self, reason: CloseReason, now: Millis) -> Over {
        self.traffic.give_up_waiting();
        let end = match (self.bound_at, reason) {
            (Some(at), _) => End::Lost { bound_for_ms: now.saturating_sub(at) },
            (None, CloseReason::BindRefused(_)) => End::Refused,
            (None, _) => End::Unreachable,
        };
        let reason = match reason {
            CloseReason::BindRefused(status) => format!("bind refused: {status:?}"),
            CloseReason::BindTimeout => "no answer to the bind".to_owned(),
            CloseReason::Disconnected if self.bound_at.is_none() => "no answer to the bind".to_owned(),
            CloseReason::Disconnected => "the connection was lost".to_owned(),
            CloseReason::PeerUnbound => "the SMSC unbound".to_owned(),
            CloseReason::DeadPeer => "no answer to enquire_link".to_owned(),
            CloseReason::BadLength => "the stream cannot be read".to_owned(),
            CloseReason::Unbound => "unbound".to_owned(),
        };
        Over { end, reason }
    }
}
