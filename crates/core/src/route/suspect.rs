//! Routes that say "delivered" and do not deliver: their receipts look fine and nobody enters their codes. Found by
//! comparing what a route's receipts promise with what people did, beside the other routes to the same place.

use super::{Board, Counts};

/// Why a route is suspected.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Suspicion {
    /// Codes entered per hundred receipts that said delivered.
    pub converted_percent: u64,
    /// The same over the other routes to that place; `None` when no other carried enough to compare with.
    pub others_percent: Option<u64>,
}

/// Fewest receipts that say anything.
const ENOUGH: u64 = 30;
/// Beside others: less than half as much.
const SHARE_OF_OTHERS: f64 = 0.5;
/// Alone: less than this is not people forgetting.
const ALONE_PERCENT: u64 = 10;

/// Whether a route's receipts towards a region (empty: as a whole) are to be doubted.
pub fn suspicion(board: &Board, route: &str, region: &str) -> Option<Suspicion> {
    let own = &board.cell(route, region)?.settled;
    if own.codes < ENOUGH || own.delivered < ENOUGH {
        return None;
    }
    let mut others = Counts::default();
    for (name, place, cell) in board.cells() {
        if name != route && place == region {
            others.add(&cell.settled);
        }
    }
    let share = |counts: &Counts| counts.converted as f64 / counts.delivered.max(1) as f64;
    let percent = |share: f64| (share * 100.0).round().clamp(0.0, 1_000.0) as u64;
    let has_others = others.delivered >= ENOUGH;
    let is_odd = match has_others {
        true => share(own) < share(&others) * SHARE_OF_OTHERS,
        false => percent(share(own)) < ALONE_PERCENT,
    };
    is_odd.then(|| Suspicion {
        converted_percent: percent(share(own)),
        others_percent: has_others.then(|| percent(share(&others))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(codes: u64, delivered: u64, converted: u64) -> Counts {
        Counts { sent: codes, codes, delivered, converted, ..Counts::default() }
    }

    fn board(rows: &[(&str, Counts)]) -> Board {
        let row = |(route, counts): &(&str, Counts)| ((*route).to_owned(), "TH".to_owned(), counts.clone());
        Board::new(Vec::new(), Vec::new(), rows.iter().map(row).collect())
    }

    #[test]
    fn delivered_but_never_entered_is_a_lie_beside_others_that_are() {
        let board = board(&[("grey", settled(100, 100, 20)), ("white", settled(100, 80, 70))]);
        let found = suspicion(&board, "grey", "TH");
        assert_eq!(found, Some(Suspicion { converted_percent: 20, others_percent: Some(88) }));
        assert_eq!(suspicion(&board, "white", "TH"), None);
    }

    #[test]
    fn people_who_do_not_finish_are_no_suspicion_against_one_route() {
        let both = board(&[("one", settled(100, 90, 30)), ("other", settled(100, 90, 32))]);
        assert_eq!(suspicion(&both, "one", "TH"), None);
        assert_eq!(suspicion(&board(&[("one", settled(100, 90, 30))]), "one", "TH"), None);
        let alone = board(&[("one", settled(100, 90, 2))]);
        assert_eq!(suspicion(&alone, "one", "TH").map(|found| found.others_percent), Some(None));
    }

    #[test]
    fn few_receipts_prove_nothing() {
        let board = board(&[("grey", settled(29, 29, 0)), ("white", settled(100, 80, 70))]);
        assert_eq!(suspicion(&board, "grey", "TH"), None);
    }
}
