//! The one file that touches the world's clock and randomness; everything else is handed them from here.

use countersign_core::entropy::Entropy;
use countersign_core::time::Timestamp;
use countersign_delivery::smpp::Clocks;
use countersign_flows::Clock;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// The system's clock, read twice over: the wall clock, and the time that has truly passed since the process began.
/// Whoever sets the time moves the first only. `now` goes as far ahead as the wall clock ever was, so that no code
/// lives longer, and `earliest` as far back, so that no hold ends sooner (R64); both go on with true time in between.
#[derive(Debug)]
pub(crate) struct SystemClock {
    began: Instant,
    began_ms: i64,
    /// How far the wall clock has been ahead of true time at most, in milliseconds.
    ahead_ms: AtomicI64,
    /// How far it has been ahead at least; negative when it was behind.
    behind_ms: AtomicI64,
}

fn wall_ms() -> i64 {
    #[allow(clippy::disallowed_methods)] // the one place that reads it
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

impl Default for SystemClock {
    fn default() -> Self {
        #[allow(clippy::disallowed_methods)] // the one place that reads it
        let began = Instant::now();
        Self { began, began_ms: wall_ms(), ahead_ms: AtomicI64::new(0), behind_ms: AtomicI64::new(0) }
    }
}

impl SystemClock {
    /// Goes on from here, if the wall clock stands behind: what the database saw last, before the process began.
    pub(crate) fn not_before(&self, floor: Timestamp) {
        self.ahead_ms.fetch_max(floor.unix_ms().saturating_sub(self.true_ms()), Ordering::Relaxed);
    }

    /// The time at the start, and what has passed since.
    fn true_ms(&self) -> i64 {
        self.began_ms.saturating_add(i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX))
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let steady = self.true_ms();
        let ahead = wall_ms().saturating_sub(steady);
        let most = self.ahead_ms.fetch_max(ahead, Ordering::Relaxed).max(ahead);
        Timestamp::from_unix_ms(steady.saturating_add(most))
    }

    fn wall(&self) -> Timestamp {
        Timestamp::from_unix_ms(wall_ms())
    }

    fn earliest(&self) -> Timestamp {
        let steady = self.true_ms();
        let ahead = wall_ms().saturating_sub(steady);
        let least = self.behind_ms.fetch_min(ahead, Ordering::Relaxed).min(ahead);
        Timestamp::from_unix_ms(steady.saturating_add(least))
    }
}

/// The operating system's generator.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, out: &mut [u8]) {
        #[allow(clippy::disallowed_methods)] // the one place that reads it
        let filled = getrandom::fill(out);
        if filled.is_err() {
            // Going on with bytes that somebody could guess would be worse than any outage (R1).
            tracing::error!("the operating system gives no randomness");
            std::process::abort();
        }
    }
}

/// Milliseconds that only ever grow, for timeouts on sockets.
pub(crate) fn monotonic_ms() -> Arc<dyn Fn() -> u64 + Send + Sync> {
    #[allow(clippy::disallowed_methods)] // the one place that reads it
    let start = Instant::now();
    Arc::new(move || u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX))
}

/// The clocks of SMPP routes: one that only grows for waits, and the wall's for the moments at which messages expire.
pub(crate) fn route_clocks() -> Clocks {
    Clocks { monotonic_ms: monotonic_ms(), unix_ms: Arc::new(|| u64::try_from(wall_ms()).unwrap_or(0)) }
}

/// The wall's clock, for signatures that say when they were made.
pub(crate) fn wall_now() -> Arc<dyn Fn() -> Timestamp + Send + Sync> {
    Arc::new(|| Timestamp::from_unix_ms(wall_ms()))
}

/// A stopwatch, for measuring.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    pub(crate) fn start() -> Self {
        #[allow(clippy::disallowed_methods)] // the one place that reads it
        Self(Instant::now())
    }

    pub(crate) fn elapsed(self) -> std::time::Duration {
        self.0.elapsed()
    }
}
