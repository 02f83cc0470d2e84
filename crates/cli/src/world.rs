//! The one file that touches the world's clock and randomness; everything else is handed them from here.

use countersign_core::entropy::Entropy;
use countersign_core::time::Timestamp;
use countersign_flows::Clock;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// The system's clock, kept from running backwards while the process lives: a lock must not reopen, nor a code live
/// longer, because somebody set the time.
#[derive(Debug, Default)]
pub(crate) struct SystemClock {
    latest_ms: AtomicI64,
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[allow(clippy::disallowed_methods)] // the one place that reads it
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let read = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
        let before = self.latest_ms.fetch_max(read, Ordering::Relaxed);
        Timestamp::from_unix_ms(before.max(read))
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
