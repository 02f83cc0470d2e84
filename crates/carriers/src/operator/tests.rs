//! An operator's fate of each message, drawn from a seed; limits that its settings must keep.

use super::*;

fn operator(behaviour: Behaviour) -> Operator {
    let config = OperatorConfig {
        name: "tested".to_owned(),
        note: String::new(),
        prefixes: vec!["44".to_owned(), "4477".to_owned()],
        behaviour,
    };
    config.check().expect("within bounds");
    Operator::new(7, config)
}

fn submit(number: u64) -> Submit<'static> {
    Submit {
        now_ms: 0,
        number,
        destination: "447712345678",
        lifetime_ms: None,
        registered_delivery: 1,
        passage: Passage::default(),
    }
}

fn taken(fate: Fate) -> Taken {
    let Fate::Taken(taken) = fate else { panic!("taken, not {fate:?}") };
    taken
}

fn rough() -> Behaviour {
    Behaviour {
        loss_percent: 20,
        duplicate_percent: 20,
        reorder_percent: 20,
        disconnect_percent: 10,
        ..Behaviour::default()
    }
}

#[test]
fn one_seed_and_one_order_give_one_behaviour() {
    let fates = |seed| {
        let config = OperatorConfig { prefixes: Vec::new(), ..operator(rough()).config };
        let mut operator = Operator::new(seed, config);
        (0..200).map(|number| operator.judge(submit(number))).collect::<Vec<_>>()
    };
    assert_eq!(fates(7), fates(7));
    assert_ne!(fates(7), fates(8));
}

#[test]
fn turning_one_knob_leaves_the_rest_as_it_was() {
    let delays = |behaviour| {
        let mut operator = operator(behaviour);
        let fates = (0..200).map(|number| operator.judge(submit(number)));
        fates.map(|fate| taken(fate).arrivals_after_ms.first().copied()).collect::<Vec<_>>()
    };
    let untouched = delays(Behaviour::default());
    let lossy = delays(Behaviour { loss_percent: 30, ..Behaviour::default() });
    let lost = lossy.iter().filter(|delay| delay.is_none()).count();
    assert!((30..=90).contains(&lost), "about 60 of 200: {lost}");
    assert!(untouched.iter().zip(&lossy).all(|(before, after)| after.is_none() || before == after));
    assert!(untouched.iter().flatten().all(|delay| (200..=1500).contains(delay)));
}

#[test]
fn the_rate_is_counted_by_the_second() {
    let mut operator = operator(Behaviour { submits_per_second_max: 2, ..Behaviour::default() });
    let at = |now_ms| Submit { now_ms, ..submit(1) };
    assert!(matches!(operator.judge(at(1_000)), Fate::Taken(_)));
    assert!(matches!(operator.judge(at(1_500)), Fate::Taken(_)));
    assert_eq!(operator.judge(at(1_999)), Fate::Refused(Status(0x58)));
    assert!(matches!(operator.judge(at(2_000)), Fate::Taken(_)));
    operator.config.behaviour.congestion = Congestion::QueueFull;
    operator.judge(at(2_000));
    assert_eq!(operator.judge(at(2_000)), Fate::Refused(Status(0x14)));
}

#[test]
fn regions_and_voip_ranges_are_blocked_by_prefix() {
    let blocked = Behaviour { blocked_prefixes: vec!["4477".to_owned()], ..Behaviour::default() };
    assert_eq!(operator(blocked.clone()).judge(submit(1)), Fate::Refused(Status(0x45)));
    let elsewhere = Submit { destination: "447812345678", ..submit(1) };
    assert!(matches!(operator(blocked.clone()).judge(elsewhere), Fate::Taken(_)));
    let softly = taken(operator(Behaviour { blocking: Blocking::Reject, ..blocked }).judge(submit(1)));
    assert!(softly.arrivals_after_ms.is_empty());
    assert_eq!(softly.receipt.map(|receipt| receipt.state), Some(MessageState::Rejected));
    let voip = Behaviour { voip_prefixes: vec!["44771".to_owned()], ..Behaviour::default() };
    assert_eq!(operator(voip).judge(submit(1)), Fate::Refused(Status(0x0B)));
}

#[test]
fn a_message_that_would_come_too_late_expires_instead() {
    let slow = Behaviour { delay_ms_min: 9_000, delay_ms_max: 9_000, ..Behaviour::default() };
    let fate = |lifetime_ms| taken(operator(slow.clone()).judge(Submit { lifetime_ms, ..submit(1) }));
    assert_eq!(fate(Some(9_000)).arrivals_after_ms, [9_000]);
    let expired = fate(Some(8_999));
    assert!(expired.arrivals_after_ms.is_empty());
    let receipt = expired.receipt.expect("asked for");
    assert_eq!((receipt.state, receipt.after_ms), (MessageState::Expired, 8_999 + 100));
}

#[test]
fn receipts_lie_stay_away_or_come_first_as_told() {
    let lost = Behaviour { loss_percent: 100, ..Behaviour::default() };
    let receipt = |behaviour: &Behaviour, registered_delivery| {
        taken(operator(behaviour.clone()).judge(Submit { registered_delivery, ..submit(0x2ff01) })).receipt
    };
    let state = |behaviour: &Behaviour, wanted| receipt(behaviour, wanted).map(|receipt| receipt.state);
    assert_eq!(state(&lost, 1), Some(MessageState::Undeliverable));
    assert_eq!((state(&lost, 0), state(&lost, 3)), (None, None));
    assert_eq!(state(&lost, 2), Some(MessageState::Undeliverable));
    assert_eq!(state(&Behaviour::default(), 2), None);
    let lying = Behaviour { receipts: Honesty::AlwaysDelivered, ..lost.clone() };
    assert_eq!(state(&lying, 1), Some(MessageState::Delivered));
    assert_eq!(state(&Behaviour { receipts: Honesty::NoReceipts, ..lost }, 1), None);
    let hasty = Behaviour { receipt_before_answer: true, ..Behaviour::default() };
    assert_eq!(receipt(&hasty, 1).map(|receipt| (receipt.after_ms, receipt.before_answer)), Some((0, true)));
}

#[test]
fn what_ends_at_the_aggregator_is_taken_whatever_the_operator_would_say() {
    let harsh = Behaviour {
        voip_prefixes: vec!["44".to_owned()],
        disconnect_percent: 100,
        receipts: Honesty::NoReceipts,
        ..Behaviour::default()
    };
    let state = |mishap| {
        let passage = Passage { extra_delay_ms: 5_000, mishap: Some(mishap) };
        let taken = taken(operator(harsh.clone()).judge(Submit { passage, ..submit(1) }));
        assert!(taken.arrivals_after_ms.is_empty(), "{mishap:?}");
        assert!(taken.receipt.as_ref().is_none_or(|receipt| (5_300..=6_600).contains(&receipt.after_ms)));
        taken.receipt.map(|receipt| receipt.state)
    };
    assert_eq!(state(Mishap::Swallowed), None);
    assert_eq!(state(Mishap::Lost), Some(MessageState::Undeliverable));
    assert_eq!(state(Mishap::LiedAbout), Some(MessageState::Delivered));
}

#[test]
fn time_spent_at_the_aggregator_counts_against_the_lifetime() {
    let fate = |extra_delay_ms| {
        let passage = Passage { extra_delay_ms, mishap: None };
        taken(operator(Behaviour { delay_ms_max: 200, ..Behaviour::default() }).judge(Submit {
            lifetime_ms: Some(5_000),
            passage,
            ..submit(1)
        }))
    };
    assert_eq!(fate(4_800).arrivals_after_ms, [5_000]);
    assert_eq!(fate(4_801).receipt.map(|receipt| receipt.state), Some(MessageState::Expired));
}

/// The pair of delivery.md section 2: 2ff01 in the answer, 196353 in the receipt.
#[test]
fn ids_change_their_notation_between_answer_and_receipt() {
    let ids = |receipt_ids| {
        let taken = taken(operator(Behaviour { receipt_ids, ..Behaviour::default() }).judge(submit(0x2ff01)));
        (taken.answer_id, taken.receipt.expect("asked for").message_id)
    };
    assert_eq!(ids(Ids::Same), ("2ff01".to_owned(), "2ff01".to_owned()));
    assert_eq!(ids(Ids::HexThenDecimal), ("2ff01".to_owned(), "196353".to_owned()));
    assert_eq!(ids(Ids::DecimalThenHex), ("196353".to_owned(), "2FF01".to_owned()));
}

#[test]
fn knobs_are_changed_by_name_within_their_bounds() {
    let changes = |json: serde_json::Value| {
        let serde_json::Value::Object(changes) = json else { panic!("an object") };
        Behaviour::default().with(changes)
    };
    let changed = changes(serde_json::json!({ "loss_percent": 50, "receipts": "always_delivered" }));
    let expected = Behaviour { loss_percent: 50, receipts: Honesty::AlwaysDelivered, ..Behaviour::default() };
    assert_eq!(changed, Ok(expected));
    let wrong = [
        serde_json::json!({ "loss_percent": 101 }),
        serde_json::json!({ "loss_percent": -1 }),
        serde_json::json!({ "delay_ms_min": 1501 }),
        serde_json::json!({ "delay_ms_max": 600_001 }),
        serde_json::json!({ "blocked_prefixes": ["+44"] }),
        serde_json::json!({ "sender_rewrite": "more than fifteen" }),
        serde_json::json!({ "receipts": "sometimes" }),
        serde_json::json!({ "no_such_knob": 1 }),
    ];
    for json in wrong {
        assert!(changes(json.clone()).is_err(), "{json}");
    }
}

#[test]
fn the_longest_prefix_covers_and_the_demo_s_operators_are_sound() {
    assert_eq!(operator(Behaviour::default()).covers("447712345678"), Some(4));
    assert_eq!(operator(Behaviour::default()).covers("49170"), None);
    let operators = demo_operators();
    assert!(operators.iter().all(|operator| operator.check().is_ok()));
    assert_eq!(operators.iter().filter(|operator| operator.prefixes == [""]).count(), 1);
}
