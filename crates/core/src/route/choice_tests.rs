//! The choice of roads: by hand for each rule, and by many draws for the share that explores.

use super::*;
use crate::route::{Breaker, Standing};
use crate::time::seconds;

const NOW: Timestamp = Timestamp::from_unix_ms(1_800_000_000_000);
const NAMES: [&str; 3] = ["first", "second", "third"];

fn carries() -> [Carries; 3] {
    [0, 1, 2].map(|order| Carries { order, ..Carries::default() })
}

fn candidates(carries: &[Carries; 3]) -> Vec<Candidate<'_>> {
    let one = |(name, carries)| Candidate {
        name,
        channel: Channel::Sms,
        carries,
        sender: "Acme",
        is_active: true,
        has_room: true,
    };
    NAMES.into_iter().zip(carries).map(one).collect()
}

fn need<'a>(tried: &'a [Tried]) -> Need<'a> {
    Need { channel: Channel::Sms, region: "DE", line: None, tried, may_explore: false }
}

fn tried(route: &str, is_this_message: bool, was_accepted: bool) -> Tried {
    Tried { route: route.to_owned(), is_this_message, was_accepted, is_dead: false }
}

fn chosen(
    need: &Need<'_>,
    candidates: &[Candidate<'_>],
    board: &Board,
) -> Result<(&'static str, Why), NoRoute> {
    let choice = choose(need, candidates, board, &Policy::default(), NOW, 9_999)?;
    Ok((NAMES[choice.index], choice.why))
}

fn settled(route: &str, codes: u64, converted: u64) -> (String, String, Counts) {
    (route.to_owned(), "DE".to_owned(), Counts { sent: codes, codes, converted, ..Counts::default() })
}

fn open(route: &str, region: &str, for_s: u64) -> Standing {
    let open_until = Some(NOW.after(seconds(for_s)));
    let breaker = Breaker { failures_in_a_row: 6, openings: 1, open_until, probing_until: None };
    Standing { route: route.to_owned(), region: region.to_owned(), breaker }
}

#[test]
fn without_knowledge_the_operator_s_order_holds() {
    let carries = carries();
    assert_eq!(chosen(&need(&[]), &candidates(&carries), &Board::default()), Ok(("first", Why::Best)));
}

#[test]
fn what_people_enter_beats_the_order_and_price_is_weighed_against_it() {
    let mut carries = carries();
    let rows =
        vec![settled("first", 1_000, 600), settled("second", 1_000, 800), settled("third", 1_000, 790)];
    let board = Board::new(Vec::new(), Vec::new(), rows);
    assert_eq!(chosen(&need(&[]), &candidates(&carries), &board), Ok(("second", Why::Best)));
    // Two points of conversion dearer than it is better.
    carries[1].price_micros = Policy::default().point_worth_micros * 3;
    assert_eq!(chosen(&need(&[]), &candidates(&carries), &board), Ok(("third", Why::Best)));
}

#[test]
fn a_resend_leaves_the_road_that_did_not_convert() {
    let carries = carries();
    let earlier = [tried("first", false, true)];
    assert_eq!(
        chosen(&need(&earlier), &candidates(&carries), &Board::default()),
        Ok(("second", Why::Fallback))
    );
    let two = [tried("first", false, true), tried("second", false, true), tried("third", false, true)];
    assert_eq!(
        chosen(&need(&two), &candidates(&carries), &Board::default()),
        Ok(("first", Why::Fallback)),
        "all were tried: the longest ago of them, never the last"
    );
    let all = candidates(&carries);
    assert_eq!(
        chosen(&need(&earlier), &all[..1], &Board::default()),
        Ok(("first", Why::Fallback)),
        "the only one"
    );
}

#[test]
fn a_message_that_was_taken_goes_to_each_other_route_once_and_to_no_more_than_policy_says() {
    let carries = carries();
    let all = candidates(&carries);
    let once = [tried("first", true, true)];
    assert_eq!(chosen(&need(&once), &all, &Board::default()), Ok(("second", Why::Fallback)));
    let thrice = [tried("first", true, true), tried("second", true, true), tried("third", true, true)];
    assert_eq!(chosen(&need(&thrice), &all, &Board::default()), Err(NoRoute::AllTried));
    assert_eq!(chosen(&need(&once), &all[..1], &Board::default()), Err(NoRoute::AllTried));
    let policy = Policy { fallbacks_max: 0, ..Policy::default() };
    assert_eq!(choose(&need(&once), &all, &Board::default(), &policy, NOW, 0), Err(NoRoute::AllTried));
    let refused = [tried("first", true, false)];
    assert_eq!(
        chosen(&need(&refused), &all[..1], &Board::default()),
        Ok(("first", Why::Fallback)),
        "what was never taken may be tried there again"
    );
}

#[test]
fn a_failure_waits_only_where_there_is_nowhere_else_to_go() {
    let carries = carries();
    let mut all = candidates(&carries);
    assert!(has_other(&need(&[]), &all, "first"));
    let before = [tried("second", true, false), tried("third", true, false)];
    assert!(!has_other(&need(&before), &all, "first"));
    let earlier = [tried("second", false, true), tried("third", true, false)];
    assert!(has_other(&need(&earlier), &all, "first"), "an earlier code's road is a road");
    all[1].is_active = false;
    assert!(!has_other(&need(&earlier), &all, "first"));
}

#[test]
fn paused_full_and_unsuited_routes_are_not_roads() {
    let mut carries = carries();
    carries[2].regions_denied.insert("DE".to_owned());
    let mut all = candidates(&carries);
    all[0].is_active = false;
    assert_eq!(chosen(&need(&[]), &all, &Board::default()), Ok(("second", Why::Only)));
    all[1].has_room = false;
    assert_eq!(chosen(&need(&[]), &all, &Board::default()), Err(NoRoute::NotNow));
    all[1].has_room = true;
    all[0].channel = Channel::Voice;
    all[1].channel = Channel::Voice;
    assert_eq!(chosen(&need(&[]), &all, &Board::default()), Err(NoRoute::Nowhere), "and none ever will be");
}

#[test]
fn an_open_breaker_sends_messages_elsewhere_and_only_for_its_own_country() {
    let carries = carries();
    let all = candidates(&carries);
    let board = Board::new(vec![open("first", "DE", 30)], Vec::new(), Vec::new());
    assert_eq!(chosen(&need(&[]), &all, &board), Ok(("second", Why::Best)));
    let to_france = Need { region: "FR", ..need(&[]) };
    assert_eq!(chosen(&to_france, &all, &board), Ok(("first", Why::Best)));
    let shut = vec![open("first", "", 30), open("second", "", 20), open("third", "", 25)];
    let board = Board::new(shut, Vec::new(), Vec::new());
    assert_eq!(chosen(&need(&[]), &all, &board), Ok(("second", Why::Only)), "waiting helps nobody");
}

#[test]
fn a_route_due_for_a_probe_gets_one_message() {
    let carries = carries();
    let all = candidates(&carries);
    let mut board = Board::new(vec![open("third", "", 0)], Vec::new(), Vec::new());
    assert_eq!(chosen(&need(&[]), &all, &board), Ok(("third", Why::Probe)));
    board.probe("third", "DE", NOW);
    assert_eq!(chosen(&need(&[]), &all, &board), Ok(("first", Why::Best)));
}

#[test]
fn exploring_stays_within_its_share_and_reaches_every_other_route() {
    let carries = carries();
    let all = candidates(&carries);
    let policy = Policy { route_explore_percent: 5, ..Policy::default() };
    let explorer = Need { may_explore: true, ..need(&[]) };
    let mut taken = [0u32; 3];
    // Every draw modulo what the choice looks at, so that the share is exact.
    for draw in 0..20_000 {
        let choice = choose(&explorer, &all, &Board::default(), &policy, NOW, draw).expect("a road");
        assert_eq!(choice.index == 0, choice.why == Why::Best);
        taken[choice.index] += 1;
    }
    assert_eq!(taken, [19_000, 500, 500]);
    let never = choose(&need(&[]), &all, &Board::default(), &policy, NOW, 0).map(|choice| choice.why);
    assert_eq!(never, Ok(Why::Best), "a second code is not for learning");
}

#[test]
fn receipts_that_lie_do_not_win_traffic() {
    let carries = carries();
    let all = candidates(&carries);
    let lying = Counts { sent: 200, codes: 200, delivered: 200, converted: 20, ..Counts::default() };
    let honest =
        Counts { sent: 200, codes: 200, delivered: 140, failed: 60, converted: 120, ..Counts::default() };
    let row = |route: &str, counts: &Counts| (route.to_owned(), "DE".to_owned(), counts.clone());
    let rows = vec![row("first", &lying), row("second", &honest)];
    let board = Board::new(Vec::new(), rows.clone(), rows);
    assert!(suspicion(&board, "first", "DE").is_some());
    assert_eq!(chosen(&need(&[]), &all[..2], &board).map(|(name, _)| name), Ok("second"));
}
