//! What an aggregator makes of each message, drawn from a seed; limits that its settings must keep.

use serde_json::json;

use super::*;

fn account(behaviour: AccountBehaviour) -> Account {
    let config = AccountConfig { behaviour, ..AccountConfig::friendly("tested") };
    config.check().expect("within bounds");
    Account::new(7, config)
}

fn verdicts(behaviour: AccountBehaviour) -> Vec<Verdict> {
    let mut account = account(behaviour);
    (0..1_000).map(|_| account.judge(0)).collect()
}

fn ended(mishap: Mishap) -> impl Fn(&Verdict) -> bool {
    move |verdict| matches!(verdict, Verdict::Taken(passage) if passage.mishap == Some(mishap))
}

#[test]
fn a_friendly_account_hands_everything_on_untouched() {
    let untouched = Verdict::Taken(Passage { extra_delay_ms: 0, mishap: None });
    assert!(verdicts(AccountBehaviour::default()).iter().all(|verdict| *verdict == untouched));
}

#[test]
fn one_knob_leaves_the_fate_of_the_others_as_it_was() {
    let slow = AccountBehaviour { extra_delay_ms_min: 100, extra_delay_ms_max: 900, ..Default::default() };
    let lossy = AccountBehaviour { loss_percent: 20, ..slow.clone() };
    let (slow, lossy) = (verdicts(slow), verdicts(lossy));
    assert_eq!(
        slow,
        verdicts(AccountBehaviour { extra_delay_ms_min: 100, extra_delay_ms_max: 900, ..Default::default() })
    );
    let lost = lossy.iter().filter(|verdict| ended(Mishap::Lost)(verdict)).count();
    assert!((150..=250).contains(&lost), "about 200 of 1000: {lost}");
    for (before, after) in slow.iter().zip(&lossy) {
        assert!(ended(Mishap::Lost)(after) || before == after);
        let Verdict::Taken(passage) = before else { panic!("taken") };
        assert!((100..=900).contains(&passage.extra_delay_ms));
    }
    // Silent losses are drawn by dice of their own.
    let silent = verdicts(AccountBehaviour { silent_loss_percent: 20, ..Default::default() });
    let swallowed = silent.iter().filter(|verdict| ended(Mishap::Swallowed)(verdict)).count();
    let both = silent
        .iter()
        .zip(&lossy)
        .filter(|(silent, lossy)| ended(Mishap::Swallowed)(silent) && ended(Mishap::Lost)(lossy));
    let both = both.count();
    assert!((150..=250).contains(&swallowed) && (15..=75).contains(&both), "{swallowed} {both}");
}

#[test]
fn dead_lying_refusing_and_unbound_befall_everything() {
    let all = |behaviour: AccountBehaviour| {
        let verdicts = verdicts(AccountBehaviour { loss_percent: 50, silent_loss_percent: 50, ..behaviour });
        assert!(verdicts.iter().all(|verdict| *verdict == verdicts[0]), "{:?}", verdicts[0]);
        verdicts[0]
    };
    let friendly = AccountBehaviour::default;
    // A dead one takes everything, even above its rate.
    let dead = AccountBehaviour { dead: true, submits_per_second_max: 1, ..friendly() };
    assert!(ended(Mishap::Swallowed)(&all(dead)));
    assert!(ended(Mishap::LiedAbout)(&all(AccountBehaviour { lying: true, ..friendly() })));
    for (refuses, status) in [(Refusal::SystemError, 0x08), (Refusal::SubmitFailed, 0x45)] {
        let verdict = all(AccountBehaviour { refuses, ..friendly() });
        assert_eq!(verdict, Verdict::Refused(Status(status)));
    }
    let unbound = AccountBehaviour { unbound: true, dead: true, ..friendly() };
    assert_eq!(all(unbound), Verdict::Disconnected);
}

#[test]
fn the_rate_is_counted_by_the_second() {
    let mut account = account(AccountBehaviour { submits_per_second_max: 2, ..Default::default() });
    let verdicts = [1_000, 1_500, 1_999, 2_000].map(|now_ms| account.judge(now_ms));
    assert_eq!(verdicts[2], Verdict::Refused(Status(0x58)));
    assert!([0, 1, 3].iter().all(|at| matches!(verdicts[*at], Verdict::Taken(_))), "{verdicts:?}");
}

#[test]
fn knobs_are_changed_by_name_within_their_bounds() {
    let changes = |json: serde_json::Value| {
        let serde_json::Value::Object(changes) = json else { panic!("an object") };
        AccountBehaviour { lying: true, ..Default::default() }.with(changes)
    };
    let changed = changes(json!({ "refuses": "submit_failed", "extra_delay_ms_max": 600_000 }));
    let expected = AccountBehaviour {
        lying: true,
        refuses: Refusal::SubmitFailed,
        extra_delay_ms_max: 600_000,
        ..Default::default()
    };
    assert_eq!(changed, Ok(expected));
    let wrong = [
        json!({ "loss_percent": 101 }),
        json!({ "silent_loss_percent": 101 }),
        json!({ "extra_delay_ms_max": 600_001 }),
        json!({ "extra_delay_ms_min": 1 }),
        json!({ "refuses": "sometimes" }),
        json!({ "dead": "yes" }),
        json!({ "no_such_knob": 1 }),
    ];
    for json in wrong {
        assert!(changes(json.clone()).is_err(), "{json}");
    }
    for system_id in ["", "sixteen-letters-", "two words", "größe", "a/b"] {
        assert!(AccountConfig::friendly(system_id).check().is_err(), "{system_id}");
    }
}
