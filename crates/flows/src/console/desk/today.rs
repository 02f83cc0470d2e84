//! The first page of the console: four or more figures with their last day and the same hour a week before. Each is
//! read by itself, so that a page reads only what its reader may see.

use crate::context::{Flows, Kit};
use crate::error::FlowError;
use countersign_core::id::ServiceId;
use countersign_core::model::{CaseStage, TicketStatus};
use countersign_core::proposal::WAITS;
use countersign_core::route::Counts;
use countersign_core::time::{Timestamp, days, hours};
use countersign_storage::tables::tickets::{Assigned, TicketFilter};
use countersign_storage::tables::{cases, desk, factors, proposals, routes, tickets};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// Hours on a tile.
const DAY: i64 = 24;
/// Hours back to the same hour of the week before.
const WEEK: i64 = 7 * 24;

/// One figure with its last day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Over the last 24 hours, or at this moment for what is counted at moments; none where there is nothing to
    /// measure.
    pub now: Option<u64>,
    /// By hour, the oldest first; the last one is still running.
    pub hours: Vec<Option<u64>>,
    /// The last whole hour.
    pub last_hour: Option<u64>,
    /// The same hour a week before.
    pub week_before: Option<u64>,
}

/// How delivery does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TodayDelivery {
    /// Codes entered, in hundredths of those sent.
    pub conversion: Figures,
    /// What 95 % of receipts stayed under, in milliseconds.
    pub p95_ms: Figures,
}

/// What waits for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueKind {
    /// Recovery cases.
    Cases,
    /// Tickets.
    Tickets,
    /// Proposals.
    Proposals,
}

/// What waits, and how much of it longer than was promised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queue {
    /// What.
    pub kind: QueueKind,
    /// How many wait now, and waited at the end of each hour.
    pub figures: Figures,
    /// How many wait longer than was promised.
    pub late: u64,
}

impl Flows {
    /// How delivery did in the last day.
    pub async fn today_delivery(&self) -> Result<TodayDelivery, FlowError> {
        let now = self.now();
        let found = self.read(Delivery { kit: self.kit.clone(), now }).await?;
        let hour = hour_of(now);
        let counts = |at: i64| found.iter().find(|(hour, _)| *hour == at).map(|(_, counts)| counts);
        let mut day = Counts::default();
        (hour - DAY + 1..=hour).filter_map(counts).for_each(|counts| day.add(counts));
        let of = |measure: fn(&Counts) -> Option<u64>| {
            figures(measure(&day), hour, |at| counts(at).and_then(measure))
        };
        Ok(TodayDelivery { conversion: of(conversion), p95_ms: of(p95_ms) })
    }

    /// Factors locked now, and how many locks began by hour.
    pub async fn today_lockouts(&self, service_id: ServiceId) -> Result<Figures, FlowError> {
        let now = self.now();
        let (locked, begun) = self.read(Locks { kit: self.kit.clone(), service_id, now }).await?;
        let count = |at: i64| begun.iter().find(|(hour, _)| *hour == at).map_or(0, |(_, count)| *count);
        Ok(figures(Some(locked), hour_of(now), |at| Some(count(at))))
    }

    /// What waits for a person. How many cases and tickets waited before is not kept: they have no past hours.
    pub async fn today_queues(&self, service_id: ServiceId) -> Result<Vec<Queue>, FlowError> {
        let now = self.now();
        let spans = self.read(Spans { kit: self.kit.clone(), service_id, now }).await?;
        let waited = |at: Timestamp| {
            let count = spans.iter().filter(|(from, until)| *from <= at && at < *until).count();
            u64::try_from(count).unwrap_or(u64::MAX)
        };
        let end_of = |hour: i64| Timestamp::from_unix_ms((hour + 1) * HOUR_MS - 1).min(now);
        let figures = figures(Some(waited(now)), hour_of(now), |hour| Some(waited(end_of(hour))));
        let (cases, tickets) = self.read(Waiting { kit: self.kit.clone(), service_id, now }).await?;
        Ok(vec![cases, tickets, Queue { kind: QueueKind::Proposals, figures, late: 0 }])
    }
}

const HOUR_MS: i64 = 3_600_000;

fn hour_of(now: Timestamp) -> i64 {
    now.unix_ms().div_euclid(HOUR_MS)
}

fn figures(now: Option<u64>, hour: i64, at: impl Fn(i64) -> Option<u64>) -> Figures {
    Figures {
        now,
        hours: (hour - DAY + 1..=hour).map(&at).collect(),
        last_hour: at(hour - 1),
        week_before: at(hour - 1 - WEEK),
    }
}

fn conversion(counts: &Counts) -> Option<u64> {
    (counts.codes > 0).then(|| counts.converted.saturating_mul(100) / counts.codes)
}

fn p95_ms(counts: &Counts) -> Option<u64> {
    counts.latency_quantile(950).map(|delay| u64::try_from(delay.as_millis()).unwrap_or(u64::MAX))
}

/// A week and an hour ago, from the start of the hour.
fn far_back(now: Timestamp) -> Timestamp {
    now.window_start(hours(1)).before(days(7) + hours(1))
}

struct Delivery {
    kit: Arc<Kit>,
    now: Timestamp,
}

impl Step for Delivery {
    type Output = Vec<(i64, Counts)>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        // The day and the one hour of the week before: what lies between is much, and not drawn.
        let (rows, hour) = (&self.kit.rows, self.now.window_start(hours(1)));
        let (last_week, day) = (far_back(self.now), hour.before(hours(23)));
        let mut found = routes::hours(tx, rows, last_week, last_week.after(hours(1))).await?;
        found.extend(routes::hours(tx, rows, day, hour.after(hours(1))).await?);
        Ok(found)
    }
}

struct Locks {
    kit: Arc<Kit>,
    service_id: ServiceId,
    now: Timestamp,
}

impl Step for Locks {
    type Output = (u64, Vec<(i64, u64)>);

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let rows = &self.kit.rows;
        let locked = factors::count_locked(tx, rows, self.service_id, self.now).await?;
        Ok((locked, desk::locks_by_hour(tx, rows, self.service_id, far_back(self.now)).await?))
    }
}

/// More waiting cases or tickets than this are not looked at one by one.
const WAITING_MAX: u32 = 1_000;

struct Waiting {
    kit: Arc<Kit>,
    service_id: ServiceId,
    now: Timestamp,
}

impl Step for Waiting {
    type Output = (Queue, Queue);

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let (rows, service_id) = (&self.kit.rows, self.service_id);
        let is_late = |promised: Option<Timestamp>| promised.is_some_and(|promised| promised < self.now);
        let queue = |kind, now, late: usize| Queue {
            kind,
            figures: Figures { now: Some(now), hours: vec![None; 24], ..Figures::default() },
            late: u64::try_from(late).unwrap_or(u64::MAX),
        };
        let open = cases::of_service(tx, rows, service_id, false, WAITING_MAX).await?;
        let late = open.iter().filter(|case| case.stage == CaseStage::Review && is_late(case.promised_by));
        let late = late.count();
        let waiting = cases::count_waiting(tx, rows, service_id).await?;
        let cases = queue(QueueKind::Cases, waiting, late);
        let filter = TicketFilter { statuses: [TicketStatus::Open; 2], topic: None, assigned: Assigned::All };
        let open = tickets::list(tx, rows, service_id, &filter, WAITING_MAX).await?;
        let late = open.iter().filter(|ticket| is_late(ticket.due_at)).count();
        let waiting = tickets::count(tx, rows, service_id, TicketStatus::Open).await?;
        Ok((cases, queue(QueueKind::Tickets, waiting, late)))
    }
}

/// More proposals than this in eleven days are not drawn.
const SPANS_MAX: u32 = 10_000;

struct Spans {
    kit: Arc<Kit>,
    service_id: ServiceId,
    now: Timestamp,
}

impl Step for Spans {
    type Output = Vec<(Timestamp, Timestamp)>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let since = far_back(self.now).before(WAITS);
        proposals::spans(tx, &self.kit.rows, self.service_id, since, SPANS_MAX).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_with_the_running_hour_and_is_held_against_the_same_hour_of_last_week() {
        let hour = 500_000;
        let shown = figures(Some(9), hour, |at| Some(u64::try_from(at).unwrap()));
        assert_eq!((shown.hours.len(), shown.hours[0], shown.hours[23]), (24, Some(499_977), Some(500_000)));
        assert_eq!((shown.last_hour, shown.week_before), (Some(499_999), Some(499_831)));
    }

    #[test]
    fn nothing_counted_is_no_figure() {
        let some = Counts { codes: 8, converted: 6, ..Counts::default() };
        assert_eq!((conversion(&Counts::default()), conversion(&some)), (None, Some(75)));
        assert_eq!(p95_ms(&some), None);
    }
}
