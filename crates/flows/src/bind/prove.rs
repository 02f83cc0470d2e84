//! Proving another factor before a number is bound (R27): by a code to the account's email address.

use super::{Owner, lock_own};
use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use crate::guess::{self, CodeAnswer, Guess};
use crate::journeys;
use crate::sending::{self, Asker, Send};
use crate::sessions::SignedIn;
use countersign_core::change::Change;
use countersign_core::id::VerificationId;
use countersign_core::model::*;
use countersign_core::verification::{CheckOutcome, SendRefusal};
use countersign_storage::tables::{self, verifications};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// What came of asking for the other factor's code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProveSendOutcome {
    /// It is on its way.
    Sent,
    /// It was not sent.
    Refused(SendRefusal),
    /// There is no such journey any more.
    Gone,
}

impl Flows {
    /// Sends the other factor's code.
    pub async fn send_binding_proof(
        &self,
        signed_in: &SignedIn,
        token: &str,
        caller: Caller,
    ) -> Result<ProveSendOutcome, FlowError> {
        let owner = Owner::of(signed_in);
        self.write(SendProof { kit: self.kit.clone(), owner, token: token.to_owned(), caller }).await
    }

    /// Judges the other factor's code; none if there is no such journey any more.
    pub async fn check_binding_proof(
        &self,
        signed_in: &SignedIn,
        token: &str,
        typed: &str,
        caller: Caller,
    ) -> Result<Option<CodeAnswer>, FlowError> {
        let owner = Owner::of(signed_in);
        let (token, typed) = (token.to_owned(), typed.to_owned());
        self.write(CheckProof { kit: self.kit.clone(), owner, token, typed, caller }).await
    }
}

struct SendProof {
    kit: Arc<Kit>,
    owner: Owner,
    token: String,
    caller: Caller,
}

impl Step for SendProof {
    type Output = ProveSendOutcome;

    async fn run(&self, tx: &mut Tx) -> Result<ProveSendOutcome, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let Some(mut journey) = lock_own(tx, kit, &self.owner, &self.token, now).await? else {
            return Ok(ProveSendOutcome::Gone);
        };
        let account = &self.owner.account;
        let Some(email) = &account.email else { return Ok(ProveSendOutcome::Gone) };
        match journey.stage {
            JourneyStage::BindProve { verification: None, .. } => {}
            // Asked for already, and still good: a replayed form sends nothing (the code page asks for another).
            JourneyStage::BindProve { verification: Some(id), .. } => {
                let id = VerificationId::from_bytes(id.0);
                let found = verifications::load(tx, &kit.rows, account.service_id, id).await?;
                if found.is_some_and(|v| v.status == VerificationStatus::Pending && now < v.deadline) {
                    return Ok(ProveSendOutcome::Sent);
                }
            }
            _ => return Ok(ProveSendOutcome::Gone),
        }
        let send = Send {
            service_id: account.service_id,
            subject: Subject::Account(account.id),
            address: email,
            channel: email.channel(),
            purpose: Purpose::SettingChange,
            details: None,
            page: Some(journey.token),
            locale: &account.locale,
            asker: Asker::of(&self.caller),
        };
        let verification = match sending::start(tx, kit, &send, &self.caller.scene(), now).await? {
            Ok(verification) => verification,
            Err(refusal) => return Ok(ProveSendOutcome::Refused(refusal)),
        };
        journey.stage = JourneyStage::BindProve {
            account: StoredId(*account.id.as_bytes()),
            session: StoredId(*self.owner.session.id.as_bytes()),
            verification: Some(StoredId(*verification.id.as_bytes())),
        };
        tables::apply(tx, &kit.rows, &[Change::SaveJourney(journey)]).await?;
        Ok(ProveSendOutcome::Sent)
    }
}

struct CheckProof {
    kit: Arc<Kit>,
    owner: Owner,
    token: String,
    typed: String,
    caller: Caller,
}

impl Step for CheckProof {
    type Output = Option<CodeAnswer>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let Some(mut journey) = lock_own(tx, kit, &self.owner, &self.token, now).await? else {
            return Ok(None);
        };
        let JourneyStage::BindProve { account, session, .. } = journey.stage else { return Ok(None) };
        let Some(id) = journeys::verification_of(&journey.stage) else { return Ok(None) };
        let guess = Guess { typed: &self.typed, by_person: true, page: Some(journey.token), details: None };
        let id = VerificationId::from_bytes(*id.as_bytes());
        let service_id = self.owner.account.service_id;
        let scene = self.caller.scene();
        let (answer, _) = guess::check(tx, kit, service_id, id, &guess, &scene, now).await?;
        if answer == CodeAnswer::Judged(CheckOutcome::Approved) {
            journey.stage =
                JourneyStage::BindNumber { account, session, number: None, replaces: false, case: None };
            tables::apply(tx, &kit.rows, &[Change::SaveJourney(journey)]).await?;
        }
        Ok(Some(answer))
    }
}
