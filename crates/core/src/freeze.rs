//! The kill switch (R67): a holder freezes the account from any page or from a link in any message, signed in or not;
//! opening it again takes strong proof, and begins a hold. Freezing is one-way and asks for nothing, because the
//! worst it can do is to make its owner prove themselves.

use crate::Decision;
use crate::change::Change;
use crate::event::Event;
use crate::hold;
use crate::model::*;
use crate::notice::notice_everywhere;
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
    let frozen =
        Account { status: AccountStatus::Frozen, frozen_from: Some(account.status), ..account.clone() };
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
    decision.outcome.frozen_from = None;
    for change in &mut decision.changes {
        match change {
            Change::SaveAccount(saved) => saved.frozen_from = None,
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
    let open = Account { status: before, frozen_from: None, ..account.clone() };
    let mut changes = vec![
        Change::SaveAccount(open.clone()),
        world.scene.event(account.service_id, Some(account.id), Event::AccountUnfrozen, world),
        webhook::account_changed(&open, WebhookKind::AccountUnfrozen, world),
    ];
    changes.append(&mut hold::begin(&open, HoldCause::Unfrozen, world));
    changes.extend(notice_everywhere(&open, binding, Notice::AccountUnfrozen, "", world));
    Decision { outcome: Some(open), changes }
}

#[cfg(test)]
#[path = "freeze_tests.rs"]
mod tests;
