//! What one of staff may do: it protects, and never opens.

use super::*;
use crate::stage::*;

fn done(act: Protection, before: AccountStatus) -> Option<AccountStatus> {
    let stage = Stage::new();
    let account = Account { status: before, ..account() };
    match protect(act, "odd sign-ins", &account, Some(&binding()), vec![], 2, stage.world()).outcome {
        Protected::Done(account) => Some(account.status),
        Protected::Already | Protected::Reason => None,
    }
}

#[test]
fn no_protection_ever_leaves_an_account_more_open_than_before() {
    use AccountStatus::{Active, Flagged, Frozen, Restricted};
    let after = |act| [Active, Restricted, Flagged, Frozen].map(|before| done(act, before));
    assert_eq!(after(Protection::Freeze), [Some(Frozen), Some(Frozen), Some(Frozen), None]);
    assert_eq!(after(Protection::Flag), [Some(Flagged), Some(Flagged), None, None]);
    assert_eq!(after(Protection::Restrict), [Some(Restricted), None, None, None]);
    assert_eq!(after(Protection::EndSessions), [Some(Active), Some(Restricted), Some(Flagged), Some(Frozen)]);
}

#[test]
fn every_protection_is_an_entry_with_its_reason() {
    let stage = Stage::new();
    let run = |act, account: &Account, reason: &str, sessions| {
        protect(act, reason, account, Some(&binding()), vec![], sessions, stage.world())
    };
    for (act, status) in
        [(Protection::Freeze, "frozen"), (Protection::Flag, "flagged"), (Protection::Restrict, "restricted")]
    {
        let decision = run(act, &account(), " odd sign-ins ", 0);
        let said = Event::StatusChanged { status: status.to_owned(), reason: "odd sign-ins".to_owned() };
        assert_eq!(events(&decision.changes)[0], &said);
    }
    let typed = run(Protection::Flag, &account(), "called from +44 7400 123456, code 482913", 0);
    let masked = "called from +44 •••• ••••56, code •••".to_owned();
    let said = Event::StatusChanged { status: "flagged".to_owned(), reason: masked };
    assert_eq!(events(&typed.changes), [&said], "R10");
    let ended = run(Protection::EndSessions, &account(), "odd", 3);
    let said = Event::SessionsEndedByStaff { count: 3, reason: "odd".to_owned() };
    assert_eq!(events(&ended.changes), [&said]);
    assert_eq!(run(Protection::EndSessions, &account(), "odd", 0).outcome, Protected::Already);
    for act in Protection::ALL {
        let unsaid = run(*act, &account(), " ", 1);
        assert_eq!((unsaid.outcome, unsaid.changes.len()), (Protected::Reason, 0));
    }
}

/// R67: only what the holder froze may the holder open, so staff can take that over.
#[test]
fn what_its_holder_froze_staff_can_keep_shut() {
    let stage = Stage::new();
    let frozen =
        Account { status: AccountStatus::Frozen, frozen_from: Some(AccountStatus::Active), ..account() };
    let kept = protect(Protection::Freeze, "thief", &frozen, None, vec![], 0, stage.world());
    let Protected::Done(account) = kept.outcome else { panic!("{:?}", kept.outcome) };
    assert_eq!(freeze::unfreeze(&account, None, stage.world()).outcome, None);
    assert_eq!(account.frozen_by_staff_from, Some(AccountStatus::Active), "two of staff return it to that");
}
