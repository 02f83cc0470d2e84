//! What one member of staff may do at once, because it only ever protects: freeze, flag, restrict, sign everybody out.
//! Nothing here opens, clears or lifts anything: that takes two (`proposal.rs`).

use crate::Decision;
use crate::account::with_status;
use crate::change::Change;
use crate::event::Event;
use crate::freeze;
use crate::model::*;
use crate::proposal::said;
use crate::verification::World;

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Protected {
    /// The account as it stands now.
    Done(Account),
    /// It is protected as much already, or more.
    Already,
    /// No reason, or a longer one than is read.
    Reason,
}

/// Protects an account. `pending` are its actions that have not come to an end, `sessions` its open sessions.
pub fn protect(
    act: Protection,
    reason: &str,
    account: &Account,
    binding: Option<&Binding>,
    pending: Vec<Action>,
    sessions: u32,
    world: World<'_>,
) -> Decision<Protected> {
    let Some(reason) = said(reason) else { return Decision::only(Protected::Reason) };
    match (act, account.status) {
        (Protection::Freeze, AccountStatus::Frozen) if account.frozen_from.is_some() => {
            // What its holder froze, its holder could open.
            set(freeze::keep_shut(account, world.now), reason, world)
        }
        (Protection::Freeze, AccountStatus::Frozen) => Decision::only(Protected::Already),
        (Protection::Freeze, _) => {
            let frozen = freeze::freeze_by_staff(account, binding, pending, &reason, world);
            Decision { outcome: Protected::Done(frozen.outcome), changes: frozen.changes }
        }
        (Protection::Flag, AccountStatus::Active | AccountStatus::Restricted) => {
            set(with_status(account, AccountStatus::Flagged, world.now), reason, world)
        }
        (Protection::Restrict, AccountStatus::Active) => {
            set(with_status(account, AccountStatus::Restricted, world.now), reason, world)
        }
        // A flagged account is restricted, and watched as well.
        (Protection::Flag | Protection::Restrict, _) => Decision::only(Protected::Already),
        (Protection::EndSessions, _) if sessions == 0 => Decision::only(Protected::Already),
        (Protection::EndSessions, _) => {
            let ended = Event::SessionsEndedByStaff { count: sessions, reason };
            let changes = vec![
                Change::EndSessions { account_id: account.id, except: None, at: world.now },
                world.scene.event(account.service_id, Some(account.id), ended, world),
            ];
            Decision { outcome: Protected::Done(account.clone()), changes }
        }
    }
}

fn set(account: Account, reason: String, world: World<'_>) -> Decision<Protected> {
    let changed = Event::StatusChanged { status: account.status.as_str().to_owned(), reason };
    let event = world.scene.event(account.service_id, Some(account.id), changed, world);
    Decision { changes: vec![Change::SaveAccount(account.clone()), event], outcome: Protected::Done(account) }
}

#[cfg(test)]
#[path = "protect_tests.rs"]
mod tests;
