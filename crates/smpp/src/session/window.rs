//! Our own requests that wait for an answer: never more than the window, never two with one sequence number.

use std::collections::{HashSet, VecDeque};

use crate::Millis;
use crate::pdu::SEQUENCE_MAX;

/// Sequence numbers and deadlines of one direction.
#[derive(Debug)]
pub(super) struct Window {
    size: usize,
    response_ms: Millis,
    next_sequence: u32,
    outstanding: HashSet<u32>,
    /// Deadlines in the order they fall due, which is the order of sending; answered ones are skipped when
    /// reached.
    deadlines: VecDeque<(Millis, u32)>,
}

impl Window {
    pub(super) fn new(size: usize, response_ms: Millis) -> Self {
        Self { size, response_ms, next_sequence: 1, outstanding: HashSet::new(), deadlines: VecDeque::new() }
    }

    /// A number that no outstanding request has; 1 follows 0x7FFFFFFF.
    pub(super) fn draw(&mut self) -> u32 {
        loop {
            let sequence = self.next_sequence;
            self.next_sequence = if sequence >= SEQUENCE_MAX { 1 } else { sequence + 1 };
            if !self.outstanding.contains(&sequence) {
                return sequence;
            }
        }
    }

    pub(super) fn room(&self) -> usize {
        self.size.saturating_sub(self.outstanding.len())
    }

    pub(super) fn open(&mut self, now: Millis, sequence: u32) {
        self.outstanding.insert(sequence);
        self.deadlines.push_back((now.saturating_add(self.response_ms), sequence));
    }

    /// Whether the request was waited for.
    pub(super) fn close(&mut self, sequence: u32) -> bool {
        let was_open = self.outstanding.remove(&sequence);
        while self.deadlines.front().is_some_and(|(_, front)| !self.outstanding.contains(front)) {
            self.deadlines.pop_front();
        }
        // A slow first answer must not let answered deadlines pile up behind it.
        if self.deadlines.len() > 2 * self.size.max(8) {
            self.deadlines.retain(|(_, waiting)| self.outstanding.contains(waiting));
        }
        was_open
    }

    pub(super) fn next_deadline(&self) -> Option<Millis> {
        self.deadlines.front().map(|(at, _)| *at)
    }

    /// Takes out the requests whose time has come.
    pub(super) fn expire(&mut self, now: Millis) -> Vec<u32> {
        let mut expired = Vec::new();
        while let Some((at, sequence)) = self.deadlines.front().copied()
            && at <= now
        {
            self.deadlines.pop_front();
            if self.outstanding.remove(&sequence) {
                expired.push(sequence);
            }
            self.close(sequence);
        }
        expired
    }

    /// Takes out all of them, in the order of sending.
    pub(super) fn drain(&mut self) -> Vec<u32> {
        let outstanding = std::mem::take(&mut self.outstanding);
        self.deadlines.drain(..).map(|(_, sequence)| sequence).filter(|at| outstanding.contains(at)).collect()
    }

    #[cfg(test)]
    pub(super) fn start_at(&mut self, sequence: u32) {
        self.next_sequence = sequence;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_wrap_and_step_over_what_is_outstanding() {
        let mut window = Window::new(4, 10);
        window.open(0, 1);
        window.open(0, 2);
        window.start_at(SEQUENCE_MAX);
        assert_eq!(window.draw(), 0x7FFF_FFFF);
        assert_eq!(window.draw(), 3);
    }

    #[test]
    fn a_deadline_behind_a_slow_request_is_kept_and_those_answered_do_not_pile_up() {
        let mut window = Window::new(4, 10);
        window.open(0, 1);
        for sequence in 2..1000 {
            window.open(u64::from(sequence), sequence);
            assert!(window.close(sequence));
        }
        assert!(window.deadlines.len() <= 17);
        assert_eq!(window.next_deadline(), Some(10));
        assert_eq!(window.expire(10), [1]);
        assert_eq!(window.next_deadline(), None);
    }
}
