//! "Set": opens a binding, if the account may have one.

use super::Owner;
use crate::context::{Flows, Kit};
use crate::error::FlowError;
use crate::journeys;
use crate::sessions::SignedIn;
use countersign_core::change::Change;
use countersign_core::model::*;
use countersign_core::session::Token;
use countersign_storage::tables::{self, authenticators, bindings};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// What came of "Set".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenOutcome {
    /// The journey is open; the token belongs in the browser.
    Opened(Token),
    /// The account has a number; changing it is another journey.
    HasNumber,
    /// Nothing is changed on a frozen account.
    Frozen,
    /// The account has no other factor to prove first (R27).
    NoOtherFactor,
    /// The account has an authenticator app or a passkey: that is proved first, on a confirm page (R27: the best
    /// there is).
    StepUp,
}

impl Flows {
    /// Opens a binding.
    pub async fn open_binding(&self, signed_in: &SignedIn) -> Result<OpenOutcome, FlowError> {
        self.write(Open { kit: self.kit.clone(), owner: Owner::of(signed_in) }).await
    }
}

struct Open {
    kit: Arc<Kit>,
    owner: Owner,
}

impl Step for Open {
    type Output = OpenOutcome;

    async fn run(&self, tx: &mut Tx) -> Result<OpenOutcome, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let (session, account) = (&self.owner.session, &self.owner.account);
        if account.status == AccountStatus::Frozen {
            return Ok(OpenOutcome::Frozen);
        }
        if bindings::live_of_account(tx, &kit.rows, account.service_id, account.id).await?.is_some() {
            return Ok(OpenOutcome::HasNumber);
        }
        let enrolled = authenticators::live_of_account(tx, &kit.rows, account.service_id, account.id).await?;
        if enrolled.iter().any(|authenticator| authenticator.factor.replaces_sms()) {
            return Ok(OpenOutcome::StepUp);
        }
        if account.email.is_none() {
            return Ok(OpenOutcome::NoOtherFactor);
        }
        let stage = JourneyStage::BindProve {
            account: StoredId(*account.id.as_bytes()),
            session: StoredId(*session.id.as_bytes()),
            verification: None,
        };
        let (journey, token) = journeys::open(kit, account.service_id, stage, now);
        tables::apply(tx, &kit.rows, &[Change::InsertJourney(journey)]).await?;
        Ok(OpenOutcome::Opened(token))
    }
}
