//! Whoever stands at the door: the password was right, and the sign-in waits for a second factor that may never come.
//! From here a recovery case is opened and support is asked.

use crate::actions;
use crate::context::{Flows, Kit};
use crate::error::FlowError;
use crate::journeys;
use countersign_core::action;
use countersign_core::change::Change;
use countersign_core::id::{AccountId, ActionId, ServiceId};
use countersign_core::model::*;
use countersign_core::session::hash_token;
use countersign_core::time::Timestamp;
use countersign_core::verification::World;
use countersign_storage::tables::actions as rows_of_actions;
use countersign_storage::{Step, StorageError, Tx};
use std::fmt;
use std::sync::Arc;

/// A sign-in whose password was right.
#[derive(Clone)]
pub enum SignInDoor {
    /// One that waits for a code, by the token of its journey.
    Journey(String),
    /// One that waits on a confirm page, by its action and the token of the browser's confirm pages.
    Action(ActionId, String),
}

impl fmt::Debug for SignInDoor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SignInDoor::Journey(_) => f.write_str("SignInDoor::Journey(…)"),
            SignInDoor::Action(id, _) => write!(f, "SignInDoor::Action({id}, …)"),
        }
    }
}

impl Flows {
    /// Whether somebody still stands there.
    pub async fn is_at_sign_in(&self, service_id: ServiceId, door: SignInDoor) -> Result<bool, FlowError> {
        self.read(Look { kit: self.kit.clone(), service_id, door }).await
    }
}

struct Look {
    kit: Arc<Kit>,
    service_id: ServiceId,
    door: SignInDoor,
}

impl Step for Look {
    type Output = bool;

    async fn run(&self, tx: &mut Tx) -> Result<bool, StorageError> {
        let now = self.kit.clock.now();
        let found = account_behind(tx, &self.kit, self.service_id, &self.door, now).await?;
        Ok(found.is_some())
    }
}

/// Whether an action is a sign-in to our own pages that waits in the browser with this token.
fn waits(action: &Action, page: &str, now: Timestamp) -> bool {
    action.kind == ActionKind::SignIn
        && action.origin == ActionOrigin::SecurityCenter
        && action.page == Some(hash_token(page))
        && action::is_open(action, now)
}

/// Whose sign-in it is; none if it is over.
pub(crate) async fn account_behind(
    tx: &mut Tx,
    kit: &Kit,
    service_id: ServiceId,
    door: &SignInDoor,
    now: Timestamp,
) -> Result<Option<AccountId>, StorageError> {
    Ok(match door {
        SignInDoor::Journey(token) => match journeys::load(tx, kit, service_id, token, now).await? {
            Some(Journey { stage: JourneyStage::SignIn { account, .. }, .. }) => {
                Some(AccountId::from_bytes(account.0))
            }
            _ => None,
        },
        SignInDoor::Action(id, page) => {
            let found = rows_of_actions::load(tx, &kit.rows, service_id, *id).await?;
            found.filter(|action| waits(action, page, now)).map(|action| action.account_id)
        }
    })
}

/// Whose sign-in it is, locked, and what uses it up.
pub(crate) async fn lock(
    tx: &mut Tx,
    kit: &Kit,
    service_id: ServiceId,
    door: &SignInDoor,
    world: World<'_>,
) -> Result<Option<(AccountId, Vec<Change>)>, StorageError> {
    match door {
        SignInDoor::Journey(token) => {
            let found = journeys::lock(tx, kit, service_id, token, world.now).await?;
            let Some(mut journey) = found else { return Ok(None) };
            let JourneyStage::SignIn { account, .. } = journey.stage else { return Ok(None) };
            journey.stage = JourneyStage::Done;
            Ok(Some((AccountId::from_bytes(account.0), vec![Change::SaveJourney(journey)])))
        }
        SignInDoor::Action(id, page) => {
            let found = actions::lock_with_account(tx, kit, service_id, *id).await?;
            let own = found.filter(|(action, _)| waits(action, page, world.now));
            Ok(own.map(|(action, account)| {
                let canceled = action::cancel(action, CancelReason::Declined, world);
                (account.id, canceled.changes)
            }))
        }
    }
}
