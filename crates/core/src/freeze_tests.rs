//! The kill switch (R67): what freezing stops, who is told, and who may open again.

use super::*;
use crate::id::ActionId;
use crate::stage::*;
use crate::time::hours;

fn everybody(what: Notice) -> Vec<(&'static str, Notice, &'static str)> {
    vec![(EMAIL, what, ""), (PHONE, what, "")]
}

#[test]
fn freezing_ends_sessions_cancels_what_is_open_and_tells_everybody() {
    let stage = Stage::new();
    let open = pending(ActionKind::Withdrawal, &[&[Factor::Totp]]);
    let authorised = Action {
        id: ActionId::from_bytes([8; 16]),
        status: ActionStatus::Authorised,
        ..pending(ActionKind::P2pSell, &[&[Factor::Totp]])
    };
    let redeemed =
        Action { id: ActionId::from_bytes([9; 16]), status: ActionStatus::Redeemed, ..open.clone() };
    for by_link in [true, false] {
        let actions = vec![open.clone(), authorised.clone(), redeemed.clone()];
        let decision = freeze(&account(), Some(&binding()), actions, by_link, stage.world());
        let frozen = &decision.outcome;
        assert_eq!(frozen.status, AccountStatus::Frozen);
        assert_eq!(frozen.frozen_from, Some(AccountStatus::Active));
        assert!(decision.changes.contains(&Change::SaveAccount(frozen.clone())));
        let all = Change::EndSessions { account_id: account_id(1), except: None, at: START };
        assert!(decision.changes.contains(&all), "not even the one that froze it stays signed in");
        let canceled: Vec<(ActionId, ActionStatus, Option<CancelReason>)> = decision
            .changes
            .iter()
            .filter_map(|change| match change {
                Change::SaveAction(action) => Some((action.id, action.status, action.reason)),
                _ => None,
            })
            .collect();
        let frozen_ids =
            [open.id, authorised.id].map(|id| (id, ActionStatus::Canceled, Some(CancelReason::Frozen)));
        assert_eq!(canceled, frozen_ids, "what has happened has happened");
        assert_eq!(events(&decision.changes)[0], &Event::AccountFrozen { by_link });
        let kinds = [WebhookKind::AccountFrozen, WebhookKind::ActionCanceled, WebhookKind::ActionCanceled];
        assert_eq!(told_kinds(&decision.changes), kinds);
        assert_eq!(notices(&decision.changes), everybody(Notice::AccountFrozen));
        assert!(holds(&decision.changes).is_empty(), "a hold begins when it is opened again");
    }
}

#[test]
fn freezing_what_is_frozen_changes_nothing_least_of_all_who_may_open_it() {
    let stage = Stage::new();
    let by_holder =
        Account { status: AccountStatus::Frozen, frozen_from: Some(AccountStatus::Flagged), ..account() };
    let by_staff = Account { frozen_from: None, ..by_holder.clone() };
    for frozen in [by_holder, by_staff] {
        let again = freeze(&frozen, Some(&binding()), vec![], true, stage.world());
        assert_eq!(again, Decision::only(frozen));
    }
}

#[test]
fn the_holder_opens_what_the_holder_froze_and_it_is_what_it_was_before_with_a_hold() {
    let stage = Stage::new();
    for before in [AccountStatus::Active, AccountStatus::Restricted, AccountStatus::Flagged] {
        let was = Account { status: before, ..account() };
        let frozen = freeze(&was, Some(&binding()), vec![], true, stage.world()).outcome;
        let decision = unfreeze(&frozen, Some(&binding()), stage.world());
        let open = decision.outcome.unwrap();
        let again = Account { status_set_at: Some(START), ..was };
        assert_eq!(open, again, "opening is no way out of a restriction");
        assert!(decision.changes.contains(&Change::SaveAccount(open)));
        assert_eq!(event_kinds(&decision.changes), ["account_unfrozen", "hold_started"]);
        assert_eq!(told_kinds(&decision.changes), [WebhookKind::AccountUnfrozen, WebhookKind::HoldStarted]);
        let [begun] = holds(&decision.changes)[..] else { panic!("one hold") };
        assert_eq!((begun.cause, begun.ends_at), (HoldCause::Unfrozen, START.after(hours(24))));
        assert_eq!(notices(&decision.changes), everybody(Notice::AccountUnfrozen));
    }
}

#[test]
fn what_staff_froze_stays_frozen_and_what_is_open_stays_open() {
    let stage = Stage::new();
    let by_staff = Account { status: AccountStatus::Frozen, frozen_from: None, ..account() };
    assert_eq!(unfreeze(&by_staff, Some(&binding()), stage.world()), Decision::only(None));
    for status in [AccountStatus::Active, AccountStatus::Restricted, AccountStatus::Flagged] {
        // A trace of an earlier freeze is no key to anything.
        let account = Account { status, frozen_from: Some(AccountStatus::Active), ..account() };
        assert_eq!(unfreeze(&account, None, stage.world()), Decision::only(None));
    }
}

#[test]
fn every_notice_has_a_link_of_its_own_that_works_for_thirty_days() {
    let stage = Stage::new();
    let decision = freeze(&account(), Some(&binding()), vec![], false, stage.world());
    let links: Vec<(TokenHash, crate::time::Timestamp)> = decision
        .changes
        .iter()
        .filter_map(|change| match change {
            Change::InsertFreezeLink { token, account_id: of, expires_at, .. } => {
                assert_eq!(*of, account_id(1));
                Some((*token, *expires_at))
            }
            _ => None,
        })
        .collect();
    let [(mailed, end), (texted, _)] = links[..] else { panic!("two links") };
    assert_ne!(mailed, texted);
    assert_eq!(end, START.after(hours(30 * 24)));
}

#[test]
fn what_staff_freeze_stops_the_same_and_is_not_for_the_holder_to_open() {
    let stage = Stage::new();
    let open = pending(ActionKind::Withdrawal, &[&[Factor::Totp]]);
    let decision =
        freeze_by_staff(&account(), Some(&binding()), vec![open], "seen by a person", stage.world());
    let frozen = decision.outcome.clone();
    assert_eq!((frozen.status, frozen.frozen_from), (AccountStatus::Frozen, None));
    assert!(decision.changes.contains(&Change::SaveAccount(frozen.clone())), "what is kept is what is said");
    let all = Change::EndSessions { account_id: account_id(1), except: None, at: START };
    assert!(decision.changes.contains(&all));
    assert_eq!(event_kinds(&decision.changes), ["status_changed", "action_canceled"]);
    assert_eq!(told_kinds(&decision.changes), [WebhookKind::AccountFrozen, WebhookKind::ActionCanceled]);
    assert_eq!(notices(&decision.changes), everybody(Notice::AccountFrozen));
    assert_eq!(unfreeze(&frozen, Some(&binding()), stage.world()), Decision::only(None));
    // The holder's own link on it afterwards is no way to make it the holder's.
    assert_eq!(freeze(&frozen, Some(&binding()), vec![], true, stage.world()), Decision::only(frozen));
}

#[test]
fn what_staff_froze_two_return_to_what_it_was_and_what_its_holder_froze_they_leave() {
    let stage = Stage::new();
    let opened = |frozen: &Account| unfreeze_by_staff(frozen, None, "seen", stage.world()).outcome;
    for before in [AccountStatus::Active, AccountStatus::Restricted, AccountStatus::Flagged] {
        let was = Account { status: before, ..account() };
        let by_staff = freeze_by_staff(&was, None, vec![], "thief", stage.world()).outcome;
        assert_eq!(opened(&by_staff).unwrap().status, before);
        let by_holder = freeze(&was, None, vec![], true, stage.world()).outcome;
        assert_eq!(opened(&by_holder), None, "its holder opens it");
        let taken_over = keep_shut(&by_holder, START);
        assert_eq!(opened(&taken_over).unwrap().status, before, "what it was is not lost on the way");
        assert_eq!(opened(&was), None, "it is open");
    }
    let unknown = Account { status: AccountStatus::Frozen, ..account() };
    assert_eq!(opened(&unknown).unwrap().status, AccountStatus::Flagged, "in doubt it is watched");
}

#[test]
fn what_the_relying_party_opens_is_held_and_told_like_any_opening() {
    let (stage, binding) = (Stage::new(), binding());
    for frozen in [
        freeze(&account(), None, vec![], true, stage.world()).outcome,
        freeze_by_staff(&account(), None, vec![], "thief", stage.world()).outcome,
    ] {
        let opened = open_by_relying_party(&frozen, Some(&binding), AccountStatus::Restricted, stage.world());
        let open = opened.outcome;
        assert_eq!(
            (open.status, open.frozen_from, open.frozen_by_staff_from),
            (AccountStatus::Restricted, None, None)
        );
        assert!(event_kinds(&opened.changes).contains(&"status_changed"));
        let told: Vec<&str> = notices(&opened.changes).iter().map(|(to, _, _)| *to).collect();
        assert_eq!(told, [EMAIL, PHONE]);
        let held =
            |change: &Change| matches!(change, Change::InsertHold(hold) if hold.cause == HoldCause::Unfrozen);
        assert!(opened.changes.iter().any(held), "a key in the wrong hands opens nothing at once");
    }
}
