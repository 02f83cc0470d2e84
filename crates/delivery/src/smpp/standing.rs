//! How a route stands, put together from how its connections do: it can carry when one that may submit is bound.

use countersign_smpp::Millis;
use countersign_smpp::pdu::BindMode;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::watch;

/// How a route stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RouteState {
    /// The first attempt, or the first after a bind that was lost.
    Connecting,
    /// Messages may go.
    Bound,
    /// An attempt failed, or the route was let go of or shut down; attempts go on unless it was.
    Down {
        /// Why, in English for operators: no secret, no address of a person.
        reason: String,
    },
}

/// How a route stands, and since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteStatus {
    /// How it stands: bound when one bind is that may submit.
    pub state: RouteState,
    /// Since when, on the monotonic clock that the route was started with. A route that stays down keeps its first
    /// moment.
    pub since_ms: Millis,
    /// Submits on the wire without an answer, over all binds.
    pub in_flight: usize,
    /// Connections that are bound; a bind with a transmitter and a receiver is two.
    pub connections_bound: usize,
    /// Connections that there are to be.
    pub connections: usize,
}

struct Lines {
    lines: Vec<(BindMode, RouteState)>,
    state: RouteState,
    since_ms: Millis,
    running: usize,
}

impl Lines {
    fn whole(&self) -> RouteState {
        let submitting = || self.lines.iter().filter(|(mode, _)| mode.may_submit()).map(|(_, state)| state);
        let by_rank = |wanted: &RouteState| submitting().find(|state| *state == wanted).cloned();
        by_rank(&RouteState::Bound)
            .or_else(|| by_rank(&RouteState::Connecting))
            .or_else(|| submitting().next().cloned())
            .unwrap_or(RouteState::Connecting)
    }
}

/// How all connections of a route stand; whoever waits for a state is woken.
pub(super) struct Standing {
    lines: watch::Sender<Lines>,
    in_flight: Vec<AtomicUsize>,
}

impl Standing {
    /// Of connections that are about to be made.
    pub(super) fn new(modes: &[BindMode], now: Millis) -> Self {
        let lines = Lines {
            lines: modes.iter().map(|mode| (*mode, RouteState::Connecting)).collect(),
            state: RouteState::Connecting,
            since_ms: now,
            running: modes.len(),
        };
        let in_flight = modes.iter().map(|_| AtomicUsize::new(0)).collect();
        Self { lines: watch::Sender::new(lines), in_flight }
    }

    /// Of a route that makes none.
    pub(super) fn down_for_good(reason: String, now: Millis) -> Self {
        let lines =
            Lines { lines: Vec::new(), state: RouteState::Down { reason }, since_ms: now, running: 0 };
        Self { lines: watch::Sender::new(lines), in_flight: Vec::new() }
    }

    /// Files how one connection stands now.
    pub(super) fn stand(&self, index: usize, state: RouteState, now: Millis) {
        self.lines.send_if_modified(|all| {
            let Some((_, place)) = all.lines.get_mut(index).filter(|(_, current)| *current != state) else {
                return false;
            };
            *place = state;
            let whole = all.whole();
            let is_down = |state: &RouteState| matches!(state, RouteState::Down { .. });
            if whole != all.state && !(is_down(&whole) && is_down(&all.state)) {
                all.since_ms = now;
            }
            all.state = whole;
            true
        });
    }

    /// One connection will never be made again.
    pub(super) fn ended(&self) {
        self.lines.send_modify(|all| all.running -= 1);
    }

    /// Files how many submits of one connection are out.
    pub(super) fn in_flight(&self, index: usize, count: usize) {
        if let Some(place) = self.in_flight.get(index) {
            place.store(count, Ordering::Relaxed);
        }
    }

    pub(super) fn status(&self) -> RouteStatus {
        let all = self.lines.borrow();
        RouteStatus {
            state: all.state.clone(),
            since_ms: all.since_ms,
            in_flight: self.in_flight.iter().map(|count| count.load(Ordering::Relaxed)).sum(),
            connections_bound: all.lines.iter().filter(|(_, state)| *state == RouteState::Bound).count(),
            connections: all.lines.len(),
        }
    }

    /// Connections that may submit and are bound.
    pub(super) fn submitters(&self) -> usize {
        let is_up =
            |(mode, state): &&(BindMode, RouteState)| mode.may_submit() && *state == RouteState::Bound;
        self.lines.borrow().lines.iter().filter(is_up).count()
    }

    /// Waits until `wanted` is true of the whole.
    pub(super) async fn reaches(&self, mut wanted: impl FnMut(&RouteState) -> bool) -> bool {
        self.lines.subscribe().wait_for(|all| wanted(&all.state)).await.is_ok()
    }

    /// Waits until every connection has ended for good.
    pub(super) async fn all_ended(&self) {
        let _ = self.lines.subscribe().wait_for(|all| all.running == 0).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn down(reason: &str) -> RouteState {
        RouteState::Down { reason: reason.to_owned() }
    }

    #[test]
    fn one_bind_that_may_submit_is_enough_and_a_receiver_is_not() {
        let standing = Standing::new(&[BindMode::Transmitter, BindMode::Receiver, BindMode::Transmitter], 5);
        let state = || standing.status().state;
        standing.stand(1, RouteState::Bound, 6);
        assert_eq!((state(), standing.submitters()), (RouteState::Connecting, 0));
        standing.stand(0, down("refused"), 7);
        assert_eq!(state(), RouteState::Connecting, "the other is still being tried");
        standing.stand(2, RouteState::Bound, 8);
        let status = standing.status();
        assert_eq!((status.state, status.since_ms, standing.submitters()), (RouteState::Bound, 8, 1));
        assert_eq!((status.connections_bound, status.connections), (2, 3));
        standing.stand(2, down("lost"), 9);
        assert_eq!(state(), down("refused"));
    }

    #[test]
    fn a_route_that_stays_down_keeps_its_first_moment_and_says_the_newest_reason() {
        let standing = Standing::new(&[BindMode::Transceiver], 0);
        standing.stand(0, down("no connection"), 10);
        standing.stand(0, down("refused"), 20);
        let status = standing.status();
        assert_eq!((status.state, status.since_ms), (down("refused"), 10));
    }

    #[test]
    fn submits_on_the_wire_are_those_of_all_binds() {
        let standing = Standing::new(&[BindMode::Transceiver; 2], 0);
        standing.in_flight(0, 3);
        standing.in_flight(1, 4);
        assert_eq!(standing.status().in_flight, 7);
        standing.in_flight(0, 0);
        assert_eq!(standing.status().in_flight, 4);
    }
}
