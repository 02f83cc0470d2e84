//! The first thing in a number's way is the answer, in the order in which a code would meet it.

use super::*;
use crate::stage::*;
use crate::time::{hours, minutes};

fn number() -> PhoneNumber {
    PhoneNumber::from_e164(PHONE).unwrap()
}

fn cap(next: i64) -> Cap {
    Cap { kind: LimitKind::Address, next, cap: 10, until: START.after(hours(5)) }
}

#[test]
fn whatever_stands_in_the_way_first_is_told() {
    let (number, policy) = (number(), Policy::default());
    let frozen = Account { status: AccountStatus::Frozen, ..account() };
    let suspended = Binding { suspended_at: Some(START), ..binding() };
    let until = START.after(minutes(15));
    let locked = FactorState { in_a_row: 6, locked_until: Some(until), ..fresh(Factor::Sms) };
    let sends = FactorState { sends_locked_until: Some(until), ..fresh(Factor::Sms) };
    let spent = FactorState { failures_this_year: 60, ..fresh(Factor::Sms) };
    let denied = Policy { prefixes_denied: vec!["+4474".to_owned()], ..Policy::default() };
    let abroad = Policy { countries_denied: vec!["GB".to_owned()], ..Policy::default() };
    let (well, bound, over) = (fresh(Factor::Sms), binding(), [cap(10), cap(11)]);
    let facts =
        NumberFacts { number: &number, owner: None, sms: &well, caps: &over[..1], reach: Reach::Open };
    let all = |sms| NumberFacts { sms, caps: &over, reach: Reach::Nowhere, ..facts.clone() };
    let table = [
        (facts.clone(), &policy, None),
        (NumberFacts { reach: Reach::Unknown, ..facts.clone() }, &policy, None),
        (NumberFacts { reach: Reach::Shut, ..facts.clone() }, &policy, Some(Blocked::RoutesShut)),
        (NumberFacts { reach: Reach::Nowhere, ..facts.clone() }, &policy, Some(Blocked::NoRoute)),
        (
            all(&well),
            &policy,
            Some(Blocked::Capped { kind: LimitKind::Address, until: START.after(hours(5)) }),
        ),
        (all(&sends), &policy, Some(Blocked::SendingLocked { until })),
        (all(&locked), &policy, Some(Blocked::Locked { failures: 6, until })),
        (all(&spent), &policy, Some(Blocked::Disabled { failures: 60 })),
        (NumberFacts { owner: Some((&frozen, &bound)), ..all(&locked) }, &policy, Some(Blocked::Frozen)),
        (
            NumberFacts { owner: Some((&frozen, &bound)), ..all(&locked) },
            &denied,
            Some(Blocked::Refused(NumberRefusal::Denied)),
        ),
        (all(&locked), &abroad, Some(Blocked::Refused(NumberRefusal::CountryNotAllowed))),
    ];
    for (index, (facts, policy, expected)) in table.iter().enumerate() {
        assert_eq!(blocked(facts, policy, START), *expected, "row {index}");
    }
    let holder = account();
    let lost = NumberFacts { owner: Some((&holder, &suspended)), ..all(&locked) };
    assert_eq!(blocked(&lost, &policy, START), Some(Blocked::Suspended));
    assert_eq!(super::locked(&locked, &policy, until), None, "open again");
}
