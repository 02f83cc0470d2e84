//! What the console shows of delivery: how each route stands and does, countries by routes, what the other sides say
//! when they refuse, and the way of one message. Reads only; judged by the core from the rows that all nodes share.

pub(crate) mod acts;
pub(crate) mod messages;

use crate::context::{Flows, Kit};
use crate::error::FlowError;
use crate::roads::RouteLive;
use countersign_core::model::Channel;
use countersign_core::route::{
    Board, BreakerState, Cell, Counts, RouteWish, Sums, Suspicion, UNSETTLED, suspicion,
};
use countersign_core::time::{Timestamp, days, hours, minutes};
use countersign_storage::tables::desk;
use countersign_storage::tables::outbox::{self, ErrorCount};
use countersign_storage::tables::routes::{self, RouteControl};
use countersign_storage::{Step, StorageError, Tx};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// How far back a page of delivery looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryWindow {
    /// 15 minutes.
    Quarter,
    /// 2 hours.
    TwoHours,
    /// 24 hours.
    Day,
    /// 7 days.
    Week,
}

impl DeliveryWindow {
    /// Every window, the shortest first.
    pub const ALL: &'static [DeliveryWindow] =
        &[DeliveryWindow::Quarter, DeliveryWindow::TwoHours, DeliveryWindow::Day, DeliveryWindow::Week];

    /// As in the address of a page.
    pub const fn as_str(self) -> &'static str {
        match self {
            DeliveryWindow::Quarter => "15m",
            DeliveryWindow::TwoHours => "2h",
            DeliveryWindow::Day => "24h",
            DeliveryWindow::Week => "7d",
        }
    }

    /// The window of this text.
    pub fn from_text(text: &str) -> Option<Self> {
        DeliveryWindow::ALL.iter().copied().find(|window| window.as_str() == text)
    }

    const fn span(self) -> Duration {
        match self {
            DeliveryWindow::Quarter => minutes(15),
            DeliveryWindow::TwoHours => hours(2),
            DeliveryWindow::Day => days(1),
            DeliveryWindow::Week => days(7),
        }
    }
}

/// One route as it stands and does.
#[derive(Clone, Debug, PartialEq)]
pub struct RouteView {
    /// Its name.
    pub name: String,
    /// How it stands on this node; none where this process does not drive it.
    pub live: Option<RouteLive>,
    /// What operators want of it.
    pub wish: RouteWish,
    /// Why, in their words; may be empty.
    pub reason: String,
    /// Its breaker.
    pub breaker: BreakerState,
    /// Regions whose own breaker is not closed.
    pub shut: Vec<(String, BreakerState)>,
    /// Counted in the last quarter of an hour.
    pub recent: Counts,
    /// What conversion is measured on.
    pub settled: Counts,
    /// Regions where its receipts are to be doubted; the empty one is the whole route.
    pub doubts: Vec<(String, Suspicion)>,
    /// How it does by region, in order of their codes; without what has no region.
    pub places: Vec<(String, Cell)>,
}

/// What was counted of one route towards one region within a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryCell {
    /// Name of the route.
    pub route: String,
    /// Region, or empty where a number tells none.
    pub region: String,
    /// Everything in the window.
    pub counts: Counts,
    /// What is old enough for its codes to have been entered.
    pub settled: Counts,
}

impl Flows {
    /// Every route that this node drives, that somebody spoke of or that was counted lately, by name.
    pub async fn routes(&self) -> Result<Vec<RouteView>, FlowError> {
        let (board, controls) = self.read(ReadRoutes { kit: self.kit.clone() }).await?;
        Ok(views(&board, &controls, self.routes_live(), self.now()))
    }

    /// How many messages of a channel wait to be sent.
    pub async fn messages_waiting(&self, channel: Channel) -> Result<u64, FlowError> {
        self.read(Waiting { kit: self.kit.clone(), channel }).await
    }

    /// Routes by regions within a window, by name and region.
    pub async fn delivery_matrix(&self, window: DeliveryWindow) -> Result<Vec<DeliveryCell>, FlowError> {
        let now = self.now();
        let step = ReadSums {
            kit: self.kit.clone(),
            since: now.before(window.span()),
            young: now.before(UNSETTLED),
        };
        let (all, young) = self.read(step).await?;
        Ok(matrix(all, &young))
    }

    /// What routes gave as reasons within a window, the most frequent first.
    pub async fn delivery_errors(&self, window: DeliveryWindow) -> Result<Vec<ErrorCount>, FlowError> {
        let since = self.now().before(window.span());
        self.read(ReadErrors { kit: self.kit.clone(), since }).await
    }
}

fn views(board: &Board, controls: &[RouteControl], live: Vec<RouteLive>, now: Timestamp) -> Vec<RouteView> {
    let mut names: BTreeSet<String> = live.iter().map(|route| route.name.clone()).collect();
    names.extend(controls.iter().map(|control| control.route.clone()));
    names.extend(board.cells().map(|(route, _, _)| route.to_owned()));
    let view = |name: String| {
        let control = controls.iter().find(|control| control.route == name);
        let whole = board.cell(&name, "").cloned().unwrap_or_default();
        let of_route = |(route, region, cell): (&str, &str, &Cell)| {
            (route == name && !region.is_empty()).then(|| (region.to_owned(), cell.clone()))
        };
        let mut places: Vec<(String, Cell)> = board.cells().filter_map(of_route).collect();
        places.sort_by(|(left, _), (right, _)| left.cmp(right));
        let state = |(region, cell): &(String, Cell)| (region.clone(), cell.breaker.state(now));
        let shut = places.iter().map(state).filter(|(_, state)| *state != BreakerState::Closed).collect();
        let regions = places.iter().map(|(region, _)| region.as_str()).chain([""]);
        let doubt = |region: &str| Some((region.to_owned(), suspicion(board, &name, region)?));
        RouteView {
            live: live.iter().find(|route| route.name == name).cloned(),
            wish: control.map_or(RouteWish::Active, |control| control.wish),
            reason: control.map(|control| control.reason.clone()).unwrap_or_default(),
            breaker: whole.breaker.state(now),
            shut,
            doubts: regions.filter_map(doubt).collect(),
            recent: whole.recent,
            settled: whole.settled,
            places,
            name: name.clone(),
        }
    };
    names.into_iter().map(view).collect()
}

/// Each sum with what is left of it without the young ones.
fn matrix(mut all: Sums, young: &Sums) -> Vec<DeliveryCell> {
    all.sort_by(|left, right| (&left.0, &left.1).cmp(&(&right.0, &right.1)));
    let cell = |(route, region, counts): (String, String, Counts)| {
        let same = |one: &&(String, String, Counts)| one.0 == route && one.1 == region;
        let newest = young.iter().find(same).map(|(_, _, counts)| counts.clone()).unwrap_or_default();
        let settled = Counts {
            codes: counts.codes.saturating_sub(newest.codes),
            converted: counts.converted.saturating_sub(newest.converted),
            delivered: counts.delivered.saturating_sub(newest.delivered),
            ..Counts::default()
        };
        DeliveryCell { route, region, counts, settled }
    };
    all.into_iter().map(cell).collect()
}

struct ReadRoutes {
    kit: Arc<Kit>,
}

impl Step for ReadRoutes {
    type Output = (Board, Vec<RouteControl>);

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let board = routes::board(tx, &self.kit.rows, self.kit.clock.now()).await?;
        Ok((board, routes::controls(tx, &self.kit.rows).await?))
    }
}

struct Waiting {
    kit: Arc<Kit>,
    channel: Channel,
}

impl Step for Waiting {
    type Output = u64;

    async fn run(&self, tx: &mut Tx) -> Result<u64, StorageError> {
        desk::waiting(tx, &self.kit.rows, self.channel).await
    }
}

struct ReadSums {
    kit: Arc<Kit>,
    since: Timestamp,
    young: Timestamp,
}

impl Step for ReadSums {
    type Output = (Sums, Sums);

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let all = routes::minutes(tx, &self.kit.rows, self.since).await?;
        Ok((all, routes::minutes(tx, &self.kit.rows, self.young).await?))
    }
}

/// Codes on one page: beyond these nobody reads.
const ERRORS_MAX: u32 = 200;

struct ReadErrors {
    kit: Arc<Kit>,
    since: Timestamp,
}

impl Step for ReadErrors {
    type Output = Vec<ErrorCount>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        outbox::errors(tx, &self.kit.rows, self.since, ERRORS_MAX).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_core::route::{Breaker, Standing};
    use countersign_core::time::seconds;

    const NOW: Timestamp = Timestamp::from_unix_ms(1_800_000_000_000);

    fn sums(route: &str, region: &str, codes: u64, converted: u64) -> (String, String, Counts) {
        let counts = Counts { sent: codes, codes, delivered: codes, converted, ..Counts::default() };
        (route.to_owned(), region.to_owned(), counts)
    }

    #[test]
    fn a_route_is_shown_whoever_knows_of_it() {
        let open = Breaker {
            failures_in_a_row: 6,
            openings: 1,
            open_until: Some(NOW.after(seconds(9))),
            probing_until: None,
        };
        let standing = Standing { route: "b".to_owned(), region: "TH".to_owned(), breaker: open };
        let settled = vec![sums("b", "TH", 100, 10), sums("c", "TH", 100, 80)];
        let board = Board::new(vec![standing], vec![sums("b", "TH", 4, 0)], settled);
        let control = RouteControl {
            route: "a".to_owned(),
            wish: RouteWish::Paused,
            reason: "the contract ended".to_owned(),
            operator_id: None,
            changed_at: NOW,
        };
        let found = views(&board, &[control], Vec::new(), NOW);
        assert_eq!(found.iter().map(|route| route.name.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
        assert_eq!((found[0].wish, found[0].reason.as_str()), (RouteWish::Paused, "the contract ended"));
        assert_eq!(found[1].shut, [("TH".to_owned(), BreakerState::Open { until: NOW.after(seconds(9)) })]);
        assert_eq!((found[1].recent.sent, found[1].settled.codes), (4, 100));
        let doubts: Vec<&str> = found[1].doubts.iter().map(|(region, _)| region.as_str()).collect();
        assert_eq!(doubts, ["TH", ""]);
        assert!(found[2].doubts.is_empty() && found[2].breaker == BreakerState::Closed);
    }

    #[test]
    fn codes_that_are_still_being_typed_do_not_count_against_a_route() {
        let found = matrix(vec![sums("b", "TH", 50, 20), sums("a", "", 5, 5)], &vec![sums("b", "TH", 10, 0)]);
        assert_eq!((found[0].route.as_str(), found[0].settled.codes), ("a", 5));
        assert_eq!((found[1].settled.codes, found[1].settled.converted, found[1].counts.codes), (40, 20, 50));
    }

    #[test]
    fn windows_are_named_as_they_are_read() {
        for window in DeliveryWindow::ALL {
            assert_eq!(DeliveryWindow::from_text(window.as_str()), Some(*window));
        }
        assert_eq!(DeliveryWindow::from_text("1h"), None);
    }
}
