//! "Use another method": the second factors that could be proved instead, and switching to one of them.

use super::start::{methods_of, send_to, waiting};
use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use crate::journeys;
use countersign_core::account::Method;
use countersign_core::change::Change;
use countersign_core::id::{AccountId, ServiceId, VerificationId};
use countersign_core::model::*;
use countersign_core::verification::{self, SendRefusal};
use countersign_storage::tables::{self, accounts, verifications};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// What came of switching.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MethodOutcome {
    /// Its code is on its way.
    Sent,
    /// No code was sent; the method before still stands.
    Refused(SendRefusal),
    /// The account has no such method.
    NotOffered,
    /// There is no such journey any more.
    Gone,
}

impl Flows {
    /// The second factors that the account behind a sign-in has, and the one being proved.
    pub async fn sign_in_methods(
        &self,
        service_id: ServiceId,
        token: &str,
    ) -> Result<Option<(Vec<Method>, Factor)>, FlowError> {
        self.read(List { kit: self.kit.clone(), service_id, token: token.to_owned() }).await
    }

    /// Switches a sign-in to another second factor.
    pub async fn switch_sign_in_method(
        &self,
        service_id: ServiceId,
        token: &str,
        factor: Factor,
        caller: Caller,
    ) -> Result<MethodOutcome, FlowError> {
        let token = token.to_owned();
        self.write(Switch { kit: self.kit.clone(), service_id, token, factor, caller }).await
    }
}

struct List {
    kit: Arc<Kit>,
    service_id: ServiceId,
    token: String,
}

impl Step for List {
    type Output = Option<(Vec<Method>, Factor)>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let Some(journey) = journeys::load(tx, kit, self.service_id, &self.token, now).await? else {
            return Ok(None);
        };
        let JourneyStage::SignIn { account, factor, .. } = journey.stage else { return Ok(None) };
        let account_id = AccountId::from_bytes(account.0);
        let Some(account) = accounts::load(tx, &kit.rows, self.service_id, account_id).await? else {
            return Ok(None);
        };
        Ok(Some((methods_of(tx, kit, &account, now).await?, factor)))
    }
}

struct Switch {
    kit: Arc<Kit>,
    service_id: ServiceId,
    token: String,
    factor: Factor,
    caller: Caller,
}

impl Step for Switch {
    type Output = MethodOutcome;

    async fn run(&self, tx: &mut Tx) -> Result<MethodOutcome, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let Some(mut journey) = journeys::lock(tx, kit, self.service_id, &self.token, now).await? else {
            return Ok(MethodOutcome::Gone);
        };
        let JourneyStage::SignIn { account, verification: earlier, .. } = journey.stage.clone() else {
            return Ok(MethodOutcome::Gone);
        };
        let account_id = AccountId::from_bytes(account.0);
        let Some(account) = accounts::lock(tx, &kit.rows, self.service_id, account_id).await? else {
            return Ok(MethodOutcome::Gone);
        };
        let methods = methods_of(tx, kit, &account, now).await?;
        let Some(method) = methods.into_iter().find(|method| method.factor == self.factor) else {
            return Ok(MethodOutcome::NotOffered);
        };
        let scene = self.caller.scene();
        let world = kit.world(&scene, now);
        let sent = send_to(tx, kit, &account, &method, journey.token, &self.caller, world).await?;
        let verification = match sent {
            Ok(verification) => verification,
            Err(refusal) => return Ok(MethodOutcome::Refused(refusal)),
        };
        // The code that was out before stops working: one factor is being proved at a time.
        if let Some(earlier) = earlier.map(|id| VerificationId::from_bytes(id.0))
            && let Some(pending) = verifications::lock(tx, &kit.rows, self.service_id, earlier).await?
        {
            kit.save(tx, verification::cancel(pending, now)).await?;
        }
        journey.stage = waiting(&account, method.factor, Some(verification));
        tables::apply(tx, &kit.rows, &[Change::SaveJourney(journey)]).await?;
        Ok(MethodOutcome::Sent)
    }
}
