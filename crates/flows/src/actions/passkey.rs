//! Asking for a passkey on a confirm page: a fresh challenge, kept with the action, good for one answer (R39).

use super::{Actor, Standing};
use crate::context::{Flows, Kit};
use crate::error::FlowError;
use countersign_core::action;
use countersign_core::change::Change;
use countersign_core::id::{ActionId, ServiceId};
use countersign_core::model::*;
use countersign_core::session::hash_token;
use countersign_storage::tables::{self, accounts, actions};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

impl Flows {
    /// The options for the browser's `navigator.credentials.get`, JSON; none if no passkey is asked for.
    pub async fn passkey_options(
        &self,
        service_id: ServiceId,
        id: ActionId,
        page: &str,
    ) -> Result<Option<String>, FlowError> {
        let page = hash_token(page);
        let enrolled = self.read(Enrolled { kit: self.kit.clone(), service_id, id, page }).await?;
        let Some(challenge) = enrolled.and_then(|enrolled| self.passkeys.ask(&enrolled)) else {
            return Ok(None);
        };
        let keep = Keep { kit: self.kit.clone(), service_id, id, page, state: challenge.state };
        Ok(self.write(keep).await?.then_some(challenge.options))
    }
}

struct Enrolled {
    kit: Arc<Kit>,
    service_id: ServiceId,
    id: ActionId,
    page: TokenHash,
}

impl Step for Enrolled {
    type Output = Option<Vec<Authenticator>>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let Some(action) = actions::load(tx, &kit.rows, self.service_id, self.id).await? else {
            return Ok(None);
        };
        let own = action::is_open(&action, now) && Actor::Page(self.page).may_act_on(&action);
        if !own || !action::remaining(&action).contains(&Factor::Passkey) {
            return Ok(None);
        }
        let Some(account) = accounts::load(tx, &kit.rows, self.service_id, action.account_id).await? else {
            return Ok(None);
        };
        let standing = Standing::load(tx, kit, account, now).await?;
        let counts =
            |one: &&Authenticator| one.factor == Factor::Passkey && standing.counts(action.kind, one, kit);
        Ok(Some(standing.authenticators.iter().filter(counts).cloned().collect()))
    }
}

struct Keep {
    kit: Arc<Kit>,
    service_id: ServiceId,
    id: ActionId,
    page: TokenHash,
    state: Redacted,
}

impl Step for Keep {
    type Output = bool;

    async fn run(&self, tx: &mut Tx) -> Result<bool, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let found = actions::lock(tx, &kit.rows, self.service_id, self.id).await?;
        let own = found.filter(|a| action::is_open(a, now) && Actor::Page(self.page).may_act_on(a));
        let Some(mut action) = own else { return Ok(false) };
        action.passkey_challenge = Some(self.state.clone());
        tables::apply(tx, &kit.rows, &[Change::SaveAction(action)]).await?;
        Ok(true)
    }
}
