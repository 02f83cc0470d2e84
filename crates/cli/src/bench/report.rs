//! The figures, as tables for people and as one line for programs.

use serde_json::{Value, json};
use std::fmt::Write;
use std::time::Duration;

/// Durations of one kind of request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Latencies(pub(crate) Vec<Duration>);

impl Latencies {
    /// The smallest duration that at least so many percent stay under, in milliseconds.
    pub(crate) fn percentile_ms(&self, percent: usize) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let rank = (sorted.len() * percent).div_ceil(100).max(1);
        sorted.get(rank - 1).map_or(0.0, |duration| duration.as_secs_f64() * 1_000.0)
    }
}

/// What one kind of load gave.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcome {
    /// Pairs of "send code" and "check code" finished.
    pub(crate) pairs: usize,
    /// Answers other than the ones that were asked for.
    pub(crate) failed: usize,
    /// How long it ran.
    pub(crate) took: Duration,
    /// Time of each request.
    pub(crate) latencies: Latencies,
}

impl Outcome {
    fn pairs_per_s(&self) -> f64 {
        self.pairs as f64 / self.took.as_secs_f64().max(0.001)
    }

    fn json(&self) -> Value {
        json!({
            "pairs_per_s": self.pairs_per_s().round(),
            "requests_per_s": (self.pairs_per_s() * 2.0).round(),
            "p50_ms": self.latencies.percentile_ms(50),
            "p99_ms": self.latencies.percentile_ms(99),
            "failed": self.failed,
        })
    }
}

/// One number of connections on one engine.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) engine: &'static str,
    pub(crate) connections: usize,
    pub(crate) direct: Outcome,
    pub(crate) http: Outcome,
    pub(crate) commits_per_s: f64,
}

/// What happened beyond the queue.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Overload {
    pub(crate) asked: usize,
    pub(crate) accepted: usize,
    pub(crate) refused_with_retry_after: usize,
    pub(crate) other: usize,
    pub(crate) delivered: usize,
}

/// Time from a committed "send code" to its `submit_sm` on the wire.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wire {
    pub(crate) from_commit: Latencies,
    pub(crate) from_request: Latencies,
    pub(crate) sent: usize,
}

/// A fresh server at rest.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Footprint {
    pub(crate) start: Duration,
    pub(crate) idle_memory_kib: Option<u64>,
}

/// Everything that was measured.
#[derive(Default)]
pub(crate) struct Report {
    pub(crate) footprint: Option<Footprint>,
    pub(crate) runs: Vec<Run>,
    pub(crate) overload: Vec<(&'static str, Overload)>,
    pub(crate) wire: Vec<(&'static str, Wire)>,
}

impl Report {
    pub(crate) fn json(&self) -> String {
        let runs: Vec<Value> = self
            .runs
            .iter()
            .map(|run| {
                json!({
                    "engine": run.engine,
                    "connections": run.connections,
                    "durable_commits_per_s": run.commits_per_s.round(),
                    "without_http": run.direct.json(),
                    "http": run.http.json(),
                    "http_share_of_ceiling": share(run),
                })
            })
            .collect();
        let overload: Vec<Value> = self
            .overload
            .iter()
            .map(|(engine, seen)| {
                json!({
                    "engine": engine, "asked": seen.asked, "accepted": seen.accepted,
                    "refused_503_with_retry_after": seen.refused_with_retry_after,
                    "other": seen.other, "delivered": seen.delivered,
                })
            })
            .collect();
        let wire: Vec<Value> = self
            .wire
            .iter()
            .map(|(engine, wire)| {
                json!({
                    "engine": engine, "sent": wire.sent,
                    "commit_to_wire_p50_ms": wire.from_commit.percentile_ms(50),
                    "commit_to_wire_p99_ms": wire.from_commit.percentile_ms(99),
                    "request_to_wire_p99_ms": wire.from_request.percentile_ms(99),
                })
            })
            .collect();
        let footprint = self.footprint.map(|seen| {
            json!({"start_ms": seen.start.as_millis() as u64, "idle_memory_kib": seen.idle_memory_kib})
        });
        json!({"footprint": footprint, "runs": runs, "overload": overload, "wire": wire}).to_string()
    }

    pub(crate) fn tables(&self) -> String {
        let mut out = String::new();
        if let Some(seen) = &self.footprint {
            let memory = seen
                .idle_memory_kib
                .map_or("not known here".to_owned(), |kib| format!("{} MiB", kib / 1_024));
            let _ =
                writeln!(out, "Start to ready: {} ms. Memory at rest: {memory}.\n", seen.start.as_millis());
        }
        let _ = writeln!(
            out,
            "A pair is one code sent and checked: two durable steps, with counters, outbox, attempt and events.\n\
             {:9} {:>5}  {:>12} {:>9}  {:>12} {:>7} {:>8} {:>8}  {:>9} {:>7}",
            "engine",
            "conns",
            "ceiling p/s",
            "p99 ms",
            "HTTP pairs/s",
            "share",
            "p50 ms",
            "p99 ms",
            "commits/s",
            "failed"
        );
        for run in &self.runs {
            let _ = writeln!(
                out,
                "{:9} {:>5}  {:>12.0} {:>9.1}  {:>12.0} {:>6.0}% {:>8.1} {:>8.1}  {:>9.0} {:>7}",
                run.engine,
                run.connections,
                run.direct.pairs_per_s(),
                run.direct.latencies.percentile_ms(99),
                run.http.pairs_per_s(),
                share(run) * 100.0,
                run.http.latencies.percentile_ms(50),
                run.http.latencies.percentile_ms(99),
                run.commits_per_s,
                run.direct.failed + run.http.failed,
            );
        }
        for (engine, seen) in &self.overload {
            let _ = writeln!(
                out,
                "\n{engine}, beyond the queue: {} asked at once, {} accepted, {} refused with 503 and Retry-After, \
                 {} other; {} of the accepted were handed to a route.",
                seen.asked, seen.accepted, seen.refused_with_retry_after, seen.other, seen.delivered
            );
        }
        for (engine, wire) in &self.wire {
            let _ = writeln!(
                out,
                "{engine}, commit to submit_sm on the wire: p50 {:.2} ms, p99 {:.2} ms over {} messages \
                 (from the request: p99 {:.2} ms).",
                wire.from_commit.percentile_ms(50),
                wire.from_commit.percentile_ms(99),
                wire.sent,
                wire.from_request.percentile_ms(99),
            );
        }
        out
    }
}

fn share(run: &Run) -> f64 {
    run.http.pairs_per_s() / run.direct.pairs_per_s().max(0.001)
}
