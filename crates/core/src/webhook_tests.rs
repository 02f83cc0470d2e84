//! What relying parties are told, to the letter, and when a telling is tried again.

use super::*;
use crate::stage::*;
use crate::time::days;

/// Bytes that are all the same: the least and the most jitter.
struct Same(u8);

impl entropy::Entropy for Same {
    fn fill(&self, out: &mut [u8]) {
        out.fill(self.0);
    }
}

#[test]
fn an_action_is_told_by_its_status_with_six_fields_and_no_others() {
    let stage = Stage::new();
    let pending = pending(ActionKind::Withdrawal, &[&[Factor::Totp]]);
    for (status, reason, kind) in [
        (ActionStatus::Authorised, None, WebhookKind::ActionAuthorised),
        (ActionStatus::Redeemed, None, WebhookKind::ActionRedeemed),
        (ActionStatus::Canceled, Some(CancelReason::TimedOut), WebhookKind::ActionCanceled),
        (ActionStatus::Lapsed, None, WebhookKind::ActionLapsed),
    ] {
        let action = Action { status, reason, assertion_id: Some([0xaa; 16]), ..pending.clone() };
        let change = action_changed(&action, stage.world()).unwrap();
        let wanted = json!({
            "action": "act_07070707070707070707070707070707",
            "account": "acc_01010101010101010101010101010101",
            "kind": "withdrawal",
            "status": status.as_str(),
            "reason": reason.map(|_| "timed_out"),
            "digest": action.digest.to_text(),
        });
        assert_eq!(told(std::slice::from_ref(&change)), [(kind, wanted)]);
        let Change::InsertWebhookEvent(event) = change else { panic!("an event") };
        assert_eq!((event.service_id, event.account_id, event.at), (service_id(1), account_id(1), START));
        let own = Action { origin: ActionOrigin::SecurityCenter, ..action };
        assert_eq!(action_changed(&own, stage.world()), None, "our own are nobody else's business");
    }
    assert_eq!(action_changed(&pending, stage.world()), None);
}

#[test]
fn what_happens_to_an_account_is_told_without_saying_where_it_can_be_reached() {
    let stage = Stage::new();
    let account = account();
    let id = account.id.to_string();
    let begun = hold(HoldCause::PhoneChanged, START, 24);
    for (change, kind, data) in [
        (
            hold_started(&begun, stage.world()),
            WebhookKind::HoldStarted,
            json!({"account": id, "cause": "phone_changed", "ends_at": "2027-01-16T08:00:00.000Z"}),
        ),
        (
            account_changed(&account, WebhookKind::AccountFrozen, stage.world()),
            WebhookKind::AccountFrozen,
            json!({"account": id}),
        ),
        (
            factor_changed(&account, WebhookKind::FactorAdded, Factor::Totp, stage.world()),
            WebhookKind::FactorAdded,
            json!({"account": id, "factor": "totp"}),
        ),
    ] {
        assert_eq!(told(&[change]), [(kind, data)]);
    }
}

#[test]
fn a_heard_telling_is_done_and_a_listener_that_is_gone_is_told_nothing_more() {
    let stage = Stage::new();
    for tries in [1, 4, 100] {
        assert_eq!(after_try(Heard::Yes, tries, stage.world()), NextTry::Delivered);
        assert_eq!(after_try(Heard::Gone, tries, stage.world()), NextTry::EndpointGone);
    }
}

/// R75: from five seconds on, later and later, with jitter, and never past a day.
#[test]
fn an_unheard_telling_is_tried_for_a_day_later_and_later() {
    let stage = Stage::new();
    let mut ends = Vec::new();
    for jitter in [Same(0), Same(0xff)] {
        let (mut now, mut previous, mut tries) = (START, Duration::ZERO, 1);
        while let NextTry::At(next) =
            after_try(Heard::No, tries, World { now, entropy: &jitter, ..stage.world() })
        {
            let wait = next.since(now);
            assert!(wait > previous, "try {tries}");
            if tries == 1 {
                assert!((seconds(5)..=seconds(6)).contains(&wait), "{wait:?}");
            }
            (now, previous, tries) = (next, wait, tries + 1);
        }
        assert_eq!(tries, 9);
        ends.push(now.since(START));
    }
    assert!(ends[0] > hours(12) && ends[1] <= days(1), "{ends:?}");
    assert_eq!(ends[1].as_millis() * 5, ends[0].as_millis() * 6, "a fifth at most");
    assert_eq!(after_try(Heard::No, u32::MAX, stage.world()), NextTry::GivenUp);
}
