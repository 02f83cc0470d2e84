//! The choice of the next road for one message: among the routes that may carry it, not the one that just failed, not
//! one whose breaker is open; of the rest the one with the best conversion for its price, and now and then another one,
//! so that what is known does not grow old.

use super::{Board, BreakerState, Carries, Counts, suspicion};
use crate::model::{Channel, named};
use crate::numbers::LineKind;
use crate::policy::Policy;
use crate::time::Timestamp;

/// A route as the choice sees it.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it carries.
    pub channel: Channel,
    /// Where to, at what price, in which name.
    pub carries: &'a Carries,
    /// Its own sender.
    pub sender: &'a str,
    /// Operators let it carry messages.
    pub is_active: bool,
    /// It is connected, and has room for one more now.
    pub has_room: bool,
}

/// A road that was taken before for this message, or for an earlier one of its verification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// Name of the route.
    pub route: String,
    /// It was this message, not an earlier one of the same verification.
    pub is_this_message: bool,
    /// The other side took it.
    pub was_accepted: bool,
    /// A receipt said that it will not arrive.
    pub is_dead: bool,
}

/// What is to be carried.
#[derive(Clone, Debug)]
pub struct Need<'a> {
    /// How.
    pub channel: Channel,
    /// Where to (ISO 3166); empty when there is no telling.
    pub region: &'a str,
    /// The kind of line, of a phone number.
    pub line: Option<LineKind>,
    /// Roads taken before, the oldest first.
    pub tried: &'a [Tried],
    /// Whether it may serve to learn about another route: the first try of a first code may.
    pub may_explore: bool,
}

named! {
    /// Why a route was chosen; kept with the attempt for whoever asks.
    Why {
        /// The best by what is known.
        Best = "best",
        /// To learn how it does.
        Explored = "explored",
        /// To learn whether it is well again.
        Probe = "probe",
        /// Another one failed before.
        Fallback = "fallback",
        /// There was no other.
        Only = "only",
    }
}

/// The road to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its place among the candidates.
    pub index: usize,
    /// Why.
    pub why: Why,
}

/// Why there is no road.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoRoute {
    /// None can be used at this moment; one may be soon.
    NotNow,
    /// None carries such messages at all.
    Nowhere,
    /// Every route that could carry it has taken it already: nothing more can be done.
    AllTried,
}

/// Chooses the next road. `draw` is a fresh random number; it decides only whether to explore, and where.
pub fn choose(
    need: &Need<'_>,
    candidates: &[Candidate<'_>],
    board: &Board,
    policy: &Policy,
    now: Timestamp,
    draw: u64,
) -> Result<Choice, NoRoute> {
    let suited: Vec<usize> = (0..candidates.len()).filter(|index| suits(need, &candidates[*index])).collect();
    if suited.is_empty() {
        return Err(NoRoute::Nowhere);
    }
    let took = |index: &usize| {
        let name = candidates[*index].name;
        need.tried.iter().any(|tried| tried.is_this_message && tried.was_accepted && tried.route == name)
    };
    let taken = need.tried.iter().filter(|tried| tried.is_this_message && tried.was_accepted).count() as u64;
    if taken > 0 && (taken > policy.fallbacks_max || suited.iter().all(took)) {
        return Err(NoRoute::AllTried);
    }
    let open: Vec<usize> = suited
        .iter()
        .copied()
        .filter(|index| candidates[*index].is_active && candidates[*index].has_room && !took(index))
        .collect();
    let fresh = not_the_same_again(&open, candidates, need.tried);
    let pool = if fresh.is_empty() { open } else { fresh };
    pick(need, &pool, candidates, board, policy, now, draw)
}

/// Whether another route that could carry it now has not had this message yet, so that a failure over `taken` need
/// not wait.
pub fn has_other(need: &Need<'_>, candidates: &[Candidate<'_>], taken: &str) -> bool {
    candidates.iter().any(|candidate| {
        let is_new = !need.tried.iter().any(|tried| tried.is_this_message && tried.route == candidate.name);
        is_new
            && candidate.name != taken
            && candidate.is_active
            && candidate.has_room
            && suits(need, candidate)
    })
}

fn suits(need: &Need<'_>, candidate: &Candidate<'_>) -> bool {
    let region = (!need.region.is_empty()).then_some(need.region);
    candidate.channel == need.channel
        && candidate.carries.reaches(region, need.line)
        && candidate.carries.sender(candidate.sender, region).is_some()
}

/// Those that have not been tried; without any, those tried before the last one: the road that just failed comes last.
fn not_the_same_again(open: &[usize], candidates: &[Candidate<'_>], tried: &[Tried]) -> Vec<usize> {
    let last_at = |index: &usize| tried.iter().rposition(|tried| tried.route == candidates[*index].name);
    let untried: Vec<usize> = open.iter().copied().filter(|index| last_at(index).is_none()).collect();
    if !untried.is_empty() {
        return untried;
    }
    let newest = open.iter().filter_map(last_at).max();
    open.iter().copied().filter(|index| last_at(index) != newest).collect()
}

fn pick(
    need: &Need<'_>,
    pool: &[usize],
    candidates: &[Candidate<'_>],
    board: &Board,
    policy: &Policy,
    now: Timestamp,
    draw: u64,
) -> Result<Choice, NoRoute> {
    let state = |index: &usize| board.breaker_state(candidates[*index].name, need.region, now);
    // A route that is due for a probe gets the next message: its fate decides for all that follow.
    if let Some(index) = pool.iter().copied().find(|index| state(index) == BreakerState::HalfOpen) {
        return Ok(Choice { index, why: Why::Probe });
    }
    let mut closed: Vec<usize> =
        pool.iter().copied().filter(|index| state(index) == BreakerState::Closed).collect();
    closed.sort_by(|left, right| {
        let rank = |index: &usize| {
            let candidate = &candidates[*index];
            (score(need, candidate, board, policy), candidate)
        };
        let ((left_score, left), (right_score, right)) = (rank(left), rank(right));
        right_score.total_cmp(&left_score).then_with(|| order(left).cmp(&order(right)))
    });
    let Some(best) = closed.first().copied() else {
        // Every breaker is open. A message that would only wait goes to the one that opens next.
        let until = |index: &usize| match state(index) {
            BreakerState::Open { until } => until,
            _ => now,
        };
        let index = pool.iter().copied().min_by_key(until).ok_or(NoRoute::NotNow)?;
        return Ok(Choice { index, why: Why::Only });
    };
    if let Some(index) = explore(need, &closed, policy, draw) {
        return Ok(Choice { index, why: Why::Explored });
    }
    let why = match (need.tried.is_empty(), closed.len()) {
        (false, _) => Why::Fallback,
        (true, 1) => Why::Only,
        (true, _) => Why::Best,
    };
    Ok(Choice { index: best, why })
}

fn order<'a>(candidate: &Candidate<'a>) -> (u32, &'a str) {
    (candidate.carries.order, candidate.name)
}

/// One of the others, in `route_explore_percent` of first tries, each of them alike. The share is a bound, not a hope:
/// it does not grow with the number of routes.
fn explore(need: &Need<'_>, ranked: &[usize], policy: &Policy, draw: u64) -> Option<usize> {
    let others = ranked.get(1..).filter(|others| !others.is_empty() && need.may_explore)?;
    // Two independent parts of one draw: whether, and which.
    if draw % 10_000 >= policy.route_explore_percent * 100 {
        return None;
    }
    let which = (draw / 10_000) % others.len() as u64;
    usize::try_from(which).ok().and_then(|which| others.get(which)).copied()
}

/// What a route is worth towards a region, in percentage points of conversion; its price is taken off at the rate that
/// policy sets.
fn score(need: &Need<'_>, candidate: &Candidate<'_>, board: &Board, policy: &Policy) -> f64 {
    let region = (!need.region.is_empty()).then_some(need.region);
    let price = candidate.carries.price_micros(region) as f64;
    quality(board, candidate.name, need.region) * 100.0 - price / policy.point_worth_micros as f64
}

/// The share of messages that can be expected to be of use, 0 to 1. Conversion counts; receipts only where too few
/// codes were seen, and not at all for a route that is suspected of lying. A country with little traffic leans on
/// what the whole route does, and that on a belief held before anything was seen.
pub(super) fn quality(board: &Board, route: &str, region: &str) -> f64 {
    /// Messages that a prior belief weighs as much as.
    const PRIOR_WEIGHT: f64 = 20.0;
    const PRIOR_CONVERSION: f64 = 0.7;
    const PRIOR_ARRIVAL: f64 = 0.9;
    let none = Counts::default();
    let lean = |share: f64, of: u64, prior: f64| (share + PRIOR_WEIGHT * prior) / (of as f64 + PRIOR_WEIGHT);
    let whole = board.cell(route, "");
    let place = board.cell(route, region);
    let whole_settled = whole.map_or(&none, |cell| &cell.settled);
    let place_settled = place.map_or(&none, |cell| &cell.settled);
    let of_route = lean(whole_settled.converted as f64, whole_settled.codes, PRIOR_CONVERSION);
    let conversion = lean(place_settled.converted as f64, place_settled.codes, of_route);
    if suspicion(board, route, region).is_some() {
        return conversion;
    }
    let arrived = |counts: &Counts| (counts.delivered, counts.delivered + counts.failed + counts.overdue);
    let (whole_arrived, whole_known) = arrived(whole.map_or(&none, |cell| &cell.recent));
    let (place_arrived, place_known) = arrived(place.map_or(&none, |cell| &cell.recent));
    let of_route = lean(whole_arrived as f64, whole_known, PRIOR_ARRIVAL);
    let arrival = lean(place_arrived as f64, place_known, of_route);
    // Receipts are younger than conversions: as long as few codes are settled, and always a little, they count.
    let trust = (place_settled.codes as f64 / (place_settled.codes as f64 + 50.0)).min(0.8);
    conversion * (trust + (1.0 - trust) * arrival / PRIOR_ARRIVAL)
}

#[cfg(test)]
#[path = "choice_tests.rs"]
mod tests;
