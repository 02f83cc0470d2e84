//! What the nodes of a service would have written down of their routes, in memory: counts by minute and breakers,
//! added to every second and read back every five, as the rows are.

use countersign_core::route::{
    Board, Breaker, Counts, Outcome, RECENT, Run, SETTLED, Standing, Sums, Tally, UNSETTLED,
};
use countersign_core::time::Timestamp;
use std::collections::BTreeMap;

#[derive(Default)]
pub(super) struct Ledger {
    pub(super) board: Board,
    tally: Tally,
    minutes: BTreeMap<(i64, String, String), Counts>,
    breakers: BTreeMap<(String, String), Breaker>,
    /// Breakers that opened.
    pub(super) openings: u64,
}

impl Ledger {
    pub(super) fn note(
        &mut self,
        route: &str,
        region: &str,
        handed_over: Timestamp,
        outcome: Outcome,
        now: Timestamp,
    ) {
        self.tally.note(route, region, handed_over, outcome, true);
        if let Some(is_good) = outcome.speaks(true) {
            let mut run = Run::default();
            run.note(is_good);
            self.board.hear(route, "", run, now);
            self.board.hear(route, region, run, now);
        }
    }

    pub(super) fn probed(&mut self, standings: Vec<Standing>) {
        for standing in standings {
            self.breakers.insert((standing.route, standing.region), standing.breaker);
        }
    }

    /// Writes down what was counted.
    pub(super) fn flush(&mut self, now: Timestamp) {
        let tally = self.tally.take();
        for ((route, region, minute), counts) in tally.cells {
            self.minutes.entry((minute, route, region)).or_default().add(&counts);
        }
        for (place, run) in tally.runs {
            let breaker = self.breakers.entry(place).or_default();
            let before = breaker.openings;
            breaker.hear(run, now);
            self.openings += u64::from(breaker.openings > before);
        }
        let forgotten = now.before(SETTLED).unix_ms().div_euclid(60_000) - 1;
        self.minutes = self.minutes.split_off(&(forgotten, String::new(), String::new()));
    }

    /// Reads everything back.
    pub(super) fn read(&mut self, now: Timestamp) {
        let standings = self.breakers.iter().map(|((route, region), breaker)| Standing {
            route: route.clone(),
            region: region.clone(),
            breaker: *breaker,
        });
        let recent = self.sums(now.before(RECENT), now);
        let settled = self.sums(now.before(SETTLED), now.before(UNSETTLED));
        self.board = Board::new(standings.collect(), recent, settled);
    }

    fn sums(&self, from: Timestamp, to: Timestamp) -> Sums {
        let minute = |at: Timestamp| at.unix_ms().div_euclid(60_000);
        let mut sums: BTreeMap<(&str, &str), Counts> = BTreeMap::new();
        let first = (minute(from), String::new(), String::new());
        for ((at, route, region), counts) in self.minutes.range(first..) {
            if *at < minute(to) || to >= from.after(RECENT) && *at == minute(to) {
                sums.entry((route, region)).or_default().add(counts);
            }
        }
        sums.into_iter()
            .map(|((route, region), counts)| (route.to_owned(), region.to_owned(), counts))
            .collect()
    }
}
