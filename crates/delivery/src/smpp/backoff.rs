//! How long to wait before the next attempt to connect: at once after a bind that had held, then 1, 2, 4 …
//! seconds, with jitter so that the nodes of a service do not come back in one instant.

use countersign_core::entropy::{self, Entropy};
use countersign_smpp::Millis;

/// The first attempt after a bind that had held: most such losses are a restart of the other side, or of a
/// balancer.
const FIRST_MS: Millis = 100;
/// A bind that held for less counts as a failure, or an SMSC that binds and hangs up would be dialled without
/// end.
const HELD_MS: Millis = 10_000;

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// There was no session: no connection, or no answer to the bind.
    Unreachable,
    /// The SMSC said no to the bind; asking again soon is unwelcome.
    Refused,
    /// There was a session, for so long.
    Lost {
        /// Milliseconds from the bind to the end.
        bound_for_ms: Millis,
    },
}

/// Attempts since the last bind that held.
#[derive(Debug)]
pub(super) struct Backoff {
    failures: u32,
    longest_ms: Millis,
}

impl Backoff {
    pub(super) fn new(reconnect_s_max: u64) -> Self {
        Self { failures: 0, longest_ms: reconnect_s_max.saturating_mul(1_000) }
    }

    /// The wait after `end`, in milliseconds; up to a quarter longer by jitter.
    pub(super) fn wait_ms(&mut self, end: End, jitter: &dyn Entropy) -> Millis {
        match end {
            End::Lost { bound_for_ms } if bound_for_ms >= HELD_MS => self.failures = 0,
            End::Refused => self.failures = self.failures.max(1),
            End::Unreachable | End::Lost { .. } => {}
        }
        let base_ms = match self.failures {
            0 => FIRST_MS,
            failures => 1_000u64 << (failures - 1).min(20),
        };
        self.failures = self.failures.saturating_add(1);
        let base_ms = base_ms.min(self.longest_ms);
        let draw = u64::from_be_bytes(entropy::bytes::<8>(jitter));
        base_ms + draw % (base_ms / 4 + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_core::entropy::testing::Counting;

    fn waits(backoff: &mut Backoff, ends: &[End]) -> Vec<Millis> {
        let jitter = Counting::new();
        ends.iter().map(|end| backoff.wait_ms(*end, &jitter)).collect()
    }

    #[test]
    fn waits_double_to_the_longest_and_jitter_adds_at_most_a_quarter() {
        let mut backoff = Backoff::new(60);
        let waits = waits(&mut backoff, &[End::Unreachable; 12]);
        for (wait, base) in
            waits.iter().zip([100, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000])
        {
            assert!((base..=base + base / 4).contains(wait), "{wait} for {base}");
        }
        assert!(waits[8..].windows(2).any(|pair| pair[0] != pair[1]), "jitter moves them: {waits:?}");
    }

    #[test]
    fn a_refused_bind_never_comes_back_at_once() {
        assert!(waits(&mut Backoff::new(60), &[End::Refused])[0] >= 1_000);
    }

    #[test]
    fn only_a_bind_that_held_makes_the_next_attempt_quick() {
        let held = End::Lost { bound_for_ms: 10_000 };
        let brief = End::Lost { bound_for_ms: 9_999 };
        let waits =
            waits(&mut Backoff::new(60), &[End::Unreachable, End::Unreachable, held, brief, brief, held]);
        assert!(waits[2] <= 125 && waits[5] <= 125, "{waits:?}");
        assert!(waits[3] >= 1_000 && waits[4] >= 2_000, "{waits:?}");
    }
}
