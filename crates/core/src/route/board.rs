//! What is known of every route, put together from rows: its breakers, and what was counted of it lately.

use super::{Breaker, BreakerState, Counts};
use crate::time::Timestamp;
use std::collections::HashMap;
use std::time::Duration;

/// One breaker's row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Name of the route.
    pub route: String,
    /// Region, or empty for the whole route.
    pub region: String,
    /// How it stands.
    pub breaker: Breaker,
}

/// What is known of one route towards one region; the empty region is the whole route.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// Its breaker.
    pub breaker: Breaker,
    /// Counted within [`super::RECENT`].
    pub recent: Counts,
    /// Counted within [`super::SETTLED`], but for what is younger than [`super::UNSETTLED`].
    pub settled: Counts,
}

/// What is known of every route.
#[derive(Clone, Debug, Default)]
pub struct Board {
    cells: HashMap<(String, String), Cell>,
}

/// Sums of counts by route and region.
pub type Sums = Vec<(String, String, Counts)>;

impl Board {
    /// From rows: breakers, counts of [`super::RECENT`] and of [`super::SETTLED`], each by route and region. The
    /// sums over all regions are made here.
    pub fn new(standings: Vec<Standing>, recent: Sums, settled: Sums) -> Self {
        let mut board = Board::default();
        for standing in standings {
            board.cell_mut(&standing.route, &standing.region).breaker = standing.breaker;
        }
        for (route, region, counts) in recent {
            board.cell_mut(&route, "").recent.add(&counts);
            if !region.is_empty() {
                board.cell_mut(&route, &region).recent.add(&counts);
            }
        }
        for (route, region, counts) in settled {
            board.cell_mut(&route, "").settled.add(&counts);
            if !region.is_empty() {
                board.cell_mut(&route, &region).settled.add(&counts);
            }
        }
        board
    }

    fn cell_mut(&mut self, route: &str, region: &str) -> &mut Cell {
        self.cells.entry((route.to_owned(), region.to_owned())).or_default()
    }

    /// What is known of a route towards a region, or with the empty region of the whole route.
    pub fn cell(&self, route: &str, region: &str) -> Option<&Cell> {
        self.cells.get(&(route.to_owned(), region.to_owned()))
    }

    /// Every cell with its route and region, in no order.
    pub fn cells(&self) -> impl Iterator<Item = (&str, &str, &Cell)> {
        self.cells.iter().map(|((route, region), cell)| (route.as_str(), region.as_str(), cell))
    }

    /// The worse of the route's own breaker and the one towards the region.
    pub fn breaker_state(&self, route: &str, region: &str, now: Timestamp) -> BreakerState {
        let state = |region: &str| {
            self.cell(route, region).map_or(BreakerState::Closed, |cell| cell.breaker.state(now))
        };
        let severity = |state: &BreakerState| match state {
            BreakerState::Closed => 0,
            BreakerState::HalfOpen => 1,
            BreakerState::Probing => 2,
            BreakerState::Open { .. } => 3,
        };
        [state(""), state(region)].into_iter().max_by_key(severity).unwrap_or(BreakerState::Closed)
    }

    /// A probe leaves: until its outcome is known no other message goes there. Gives the breakers that say so, to be
    /// written down.
    pub fn probe(&mut self, route: &str, region: &str, now: Timestamp) -> Vec<Standing> {
        let mut said = Vec::new();
        let mut places = vec![""];
        if !region.is_empty() {
            places.push(region);
        }
        for place in places {
            let cell = self.cell_mut(route, place);
            if cell.breaker.state(now) == BreakerState::HalfOpen {
                cell.breaker.probe(now);
                said.push(Standing {
                    route: route.to_owned(),
                    region: place.to_owned(),
                    breaker: cell.breaker,
                });
            }
        }
        said
    }

    /// Hears at once what this node saw; other nodes learn it from the rows.
    pub fn hear(&mut self, route: &str, region: &str, run: super::Run, now: Timestamp) {
        self.cell_mut(route, region).breaker.hear(run, now);
    }

    /// The delay that 95 % of a route's receipts from a region stay under, from the whole route where too few came from
    /// there.
    pub fn p95(&self, route: &str, region: &str) -> Option<Duration> {
        const ENOUGH: u64 = 20;
        let of = |region: &str| {
            let counts = &self.cell(route, region)?.recent;
            if counts.delivered >= ENOUGH { counts.latency_quantile(950) } else { None }
        };
        of(region).or_else(|| of(""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::route::{Outcome, Run};
    use crate::time::seconds;

    const NOW: Timestamp = Timestamp::from_unix_ms(1_800_000_000_000);

    fn standing(region: &str, open_for_s: u64) -> Standing {
        let open_until = Some(NOW.after(seconds(open_for_s)));
        let breaker = Breaker { failures_in_a_row: 6, openings: 1, open_until, probing_until: None };
        Standing { route: "a".to_owned(), region: region.to_owned(), breaker }
    }

    #[test]
    fn a_country_s_breaker_shuts_that_country_and_the_route_s_shuts_all() {
        let board = Board::new(vec![standing("TH", 30)], Vec::new(), Vec::new());
        assert!(matches!(board.breaker_state("a", "TH", NOW), BreakerState::Open { .. }));
        assert_eq!(board.breaker_state("a", "DE", NOW), BreakerState::Closed);
        let board = Board::new(vec![standing("", 30)], Vec::new(), Vec::new());
        assert!(matches!(board.breaker_state("a", "DE", NOW), BreakerState::Open { .. }));
    }

    #[test]
    fn a_probe_shuts_the_door_behind_it() {
        let mut board = Board::new(vec![standing("TH", 0), standing("", 0)], Vec::new(), Vec::new());
        assert_eq!(board.breaker_state("a", "TH", NOW), BreakerState::HalfOpen);
        assert_eq!(board.probe("a", "TH", NOW).len(), 2);
        assert_eq!(board.breaker_state("a", "TH", NOW), BreakerState::Probing);
        assert_eq!(board.breaker_state("a", "DE", NOW), BreakerState::Probing, "the route's own");
        board.hear("a", "", Run { succeeded: true, failures: 0 }, NOW);
        assert_eq!(board.breaker_state("a", "DE", NOW), BreakerState::Closed);
    }

    #[test]
    fn few_receipts_from_a_country_speak_through_the_whole_route() {
        let counts = |seconds: u64, times: usize| {
            let mut counts = Counts::default();
            for _ in 0..times {
                counts.note(Outcome::Delivered { after: Duration::from_secs(seconds) });
            }
            counts
        };
        let row = |region: &str, counts| ("a".to_owned(), region.to_owned(), counts);
        let board =
            Board::new(Vec::new(), vec![row("TH", counts(55, 19)), row("DE", counts(4, 981))], Vec::new());
        assert!(board.p95("a", "TH").is_some_and(|p95| p95 <= seconds(5)));
        let board = Board::new(Vec::new(), vec![row("TH", counts(55, 20))], Vec::new());
        assert!(board.p95("a", "TH").is_some_and(|p95| p95 > seconds(30)));
    }
}
