//! The kill switch (R67): a holder freezes the account from any page or from a link in any message, signed in or not;
//! opening it again takes strong proof, and begins a hold. Freezing is one-way and asks for nothing, because the
//! worst it can do is to make its owner prove themselves.

use crate::Decision;
use crate::account::with_status;
use crate::change::Change;
use crate::event::Event;
use crate::hold;
use crate::model::*;
use crate::notice::notice_everywhere;
use crate::time::Timestamp;
use crate::verification::World;
use crate::webhook;

/// Freezes an account: every session ends and nothing but opening it again is possible. `pending` are its actions that
/// have not come to an end; they are cancelled. Freezing a frozen account changes nothing.
pub fn freeze(
    account: &Account,
    binding: Option<&Binding>,
    pending: Vec<Action>,
    by_link: bool,
    world: World<'_>,
) -> Decision<Account> {
    if account.status == AccountStatus::Frozen {
        return Decision::only(account.clone());
    }
    let frozen = Account {
        frozen_from: Some(account.status),
        ..with_status(account, AccountStatus::Frozen, world.now)
    };
    let mut changes = vec![
        Change::SaveAccount(frozen.clone()),
        Change::EndSessions { account_id: account.id, except: None, at: world.now },
        world.scene.event(account.service_id, Some(account.id), Event::AccountFrozen { by_link }, world),
        webhook::account_changed(&frozen, WebhookKind::AccountFrozen, world),
    ];
    for action in pending {
        changes.append(&mut crate::action::cancel(action, CancelReason::Frozen, world).changes);
    }
    changes.extend(notice_everywhere(&frozen, binding, Notice::AccountFrozen, "", world));
    Decision { outcome: frozen, changes }
}

/// A frozen account from now on shut by staff or the relying party: its holder cannot open it any more, and two of
/// staff return it to what it was before.
pub fn keep_shut(account: &Account, now: Timestamp) -> Account {
    let before = account.frozen_from.or(account.frozen_by_staff_from);
    Account { frozen_by_staff_from: before, ..with_status(account, AccountStatus::Frozen, now) }
}

/// Freezes an account by staff, who say why, or the relying party: the same, but nothing that its holder could open
/// again.
pub fn freeze_by_staff(
    account: &Account,
    binding: Option<&Binding>,
    pending: Vec<Action>,
    reason: &str,
    world: World<'_>,
) -> Decision<Account> {
    let mut decision = freeze(account, binding, pending, false, world);
    decision.outcome = keep_shut(&decision.outcome, world.now);
    for change in &mut decision.changes {
        match change {
            Change::SaveAccount(saved) => *saved = keep_shut(saved, world.now),
            Change::InsertEvent(entry) if matches!(entry.event, Event::AccountFrozen { .. }) => {
                let status = AccountStatus::Frozen.as_str().to_owned();
                entry.event = Event::StatusChanged { status, reason: reason.to_owned() };
            }
            _ => {}
        }
    }
    decision
}

/// Opens an account that its holder froze; what staff or the relying party froze stays frozen. Strong proof was given.
pub fn unfreeze(account: &Account, binding: Option<&Binding>, world: World<'_>) -> Decision<Option<Account>> {
    let Some(before) = account.frozen_from.filter(|_| account.status == AccountStatus::Frozen) else {
        return Decision::only(None);
    };
    let open = with_status(account, before, world.now);
    let changes = opened(&open, binding, Event::AccountUnfrozen, world);
    Decision { outcome: Some(open), changes }
}

/// Opens an account that staff or the relying party froze, once two of staff agree and said why; what its holder froze
/// stays its holder's to open. It is what it was before, and all that follows an opening by its holder follows.
pub fn unfreeze_by_staff(
    account: &Account,
    binding: Option<&Binding>,
    reason: &str,
    world: World<'_>,
) -> Decision<Option<Account>> {
    if account.status != AccountStatus::Frozen || account.frozen_from.is_some() {
        return Decision::only(None);
    }
    // Of a freeze before this was kept nobody knows: such an account is watched until two have looked again.
    let before = account.frozen_by_staff_from.unwrap_or(AccountStatus::Flagged);
    let open = with_status(account, before, world.now);
    let event = Event::StatusChanged { status: before.as_str().to_owned(), reason: reason.to_owned() };
    let changes = opened(&open, binding, event, world);
    Decision { outcome: Some(open), changes }
}

/// Opens an account at the relying party's word, whoever froze it: it answers for its holders. Value is held and
/// everybody is told, as after any opening, so that a key in the wrong hands opens nothing quietly.
pub fn open_by_relying_party(
    account: &Account,
    binding: Option<&Binding>,
    status: AccountStatus,
    world: World<'_>,
) -> Decision<Account> {
    let open = with_status(account, status, world.now);
    let event = Event::StatusChanged { status: status.as_str().to_owned(), reason: String::new() };
    let changes = opened(&open, binding, event, world);
    Decision { outcome: open, changes }
}

/// What follows whenever a frozen account is opened: the relying party hears, value is held, everybody is told.
fn opened(open: &Account, binding: Option<&Binding>, event: Event, world: World<'_>) -> Vec<Change> {
    let mut changes = vec![
        Change::SaveAccount(open.clone()),
        world.scene.event(open.service_id, Some(open.id), event, world),
        webhook::account_changed(open, WebhookKind::AccountUnfrozen, world),
    ];
    changes.append(&mut hold::begin(open, HoldCause::Unfrozen, world));
    changes.extend(notice_everywhere(open, binding, Notice::AccountUnfrozen, "", world));
    changes
}

#[cfg(test)]
#[path = "freeze_tests.rs"]
mod tests;
