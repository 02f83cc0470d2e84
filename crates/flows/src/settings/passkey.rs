//! Making a passkey: a challenge kept with the journey, and the answer of the person's device.

use super::{enrol, lock_own};
use crate::actions::Standing;
use crate::bind::Owner;
use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use crate::sessions::SignedIn;
use countersign_core::change::Change;
use countersign_core::enrolment::{New, Refusal};
use countersign_core::model::*;
use countersign_storage::tables;
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// What came of a device's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PasskeyEnrol {
    /// The passkey is enrolled.
    Added,
    /// The answer does not fit the challenge, or the person was not verified (R39).
    Wrong,
    /// It is not possible.
    Refused(Refusal),
    /// There is no such journey any more.
    Gone,
}

impl Flows {
    /// Whether browsers can make passkeys for this site at all.
    pub fn passkeys_are_possible(&self) -> bool {
        self.passkeys.are_possible()
    }

    /// The options for the browser's `navigator.credentials.create`, JSON; none if there is no such journey.
    pub async fn passkey_creation_options(
        &self,
        signed_in: &SignedIn,
        token: &str,
    ) -> Result<Option<String>, FlowError> {
        let owner = Owner::of(signed_in);
        let enrolled = self.read(Enrolled { kit: self.kit.clone(), account: owner.account.clone() }).await?;
        let label = owner
            .account
            .email
            .as_ref()
            .map_or_else(|| owner.account.id.to_string(), |e| e.expose().to_owned());
        let Some(challenge) = self.passkeys.make(*owner.account.id.as_bytes(), &label, &enrolled) else {
            return Ok(None);
        };
        let token = token.to_owned();
        let kept = self.write(Keep { kit: self.kit.clone(), owner, token, state: challenge.state }).await?;
        Ok(kept.then_some(challenge.options))
    }

    /// Judges a device's answer and enrols the passkey.
    pub async fn enrol_passkey(
        &self,
        signed_in: &SignedIn,
        token: &str,
        answer: &str,
        name: &str,
        caller: Caller,
    ) -> Result<PasskeyEnrol, FlowError> {
        let owner = Owner::of(signed_in);
        let state =
            self.read(State { kit: self.kit.clone(), owner: owner.clone(), token: token.to_owned() }).await?;
        let Some(state) = state else { return Ok(PasskeyEnrol::Gone) };
        let Some(secret) = self.passkeys.made(answer, &state) else { return Ok(PasskeyEnrol::Wrong) };
        let (token, name) = (token.to_owned(), name.to_owned());
        self.write(Enrol { kit: self.kit.clone(), owner, token, state, secret, name, caller }).await
    }
}

struct Enrolled {
    kit: Arc<Kit>,
    account: Account,
}

impl Step for Enrolled {
    type Output = Vec<Authenticator>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let standing = Standing::load(tx, &self.kit, self.account.clone(), self.kit.clock.now()).await?;
        Ok(standing.authenticators.into_iter().filter(|a| a.factor == Factor::Passkey).collect())
    }
}

struct Keep {
    kit: Arc<Kit>,
    owner: Owner,
    token: String,
    state: Redacted,
}

impl Step for Keep {
    type Output = bool;

    async fn run(&self, tx: &mut Tx) -> Result<bool, StorageError> {
        let now = self.kit.clock.now();
        let found = lock_own(tx, &self.kit, &self.owner, &self.token, &[Setting::PasskeyAdd], now).await?;
        let Some((mut journey, _, _)) = found else { return Ok(false) };
        if let JourneyStage::Setting { secret, .. } = &mut journey.stage {
            *secret = self.state.clone();
        }
        tables::apply(tx, &self.kit.rows, &[Change::SaveJourney(journey)]).await?;
        Ok(true)
    }
}

struct State {
    kit: Arc<Kit>,
    owner: Owner,
    token: String,
}

impl Step for State {
    type Output = Option<Redacted>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let now = self.kit.clock.now();
        let found =
            super::load_own(tx, &self.kit, &self.owner, &self.token, &[Setting::PasskeyAdd], now).await?;
        Ok(found.map(|(_, _, secret)| secret).filter(|secret| !secret.0.is_empty()))
    }
}

struct Enrol {
    kit: Arc<Kit>,
    owner: Owner,
    token: String,
    state: Redacted,
    secret: AuthenticatorSecret,
    name: String,
    caller: Caller,
}

impl Step for Enrol {
    type Output = PasskeyEnrol;

    async fn run(&self, tx: &mut Tx) -> Result<PasskeyEnrol, StorageError> {
        let now = self.kit.clock.now();
        let found = lock_own(tx, &self.kit, &self.owner, &self.token, &[Setting::PasskeyAdd], now).await?;
        // The answer was verified against the challenge of a moment ago; it counts only for that same one, once.
        let Some((journey, _, _)) = found.filter(|(_, _, state)| *state == self.state) else {
            return Ok(PasskeyEnrol::Gone);
        };
        let new = New {
            factor: Factor::Passkey,
            name: self.name.clone(),
            secret: self.secret.clone(),
            last_step: None,
        };
        Ok(match enrol(tx, &self.kit, &self.owner, journey, new, &self.caller).await? {
            Ok(_) => PasskeyEnrol::Added,
            Err(refusal) => PasskeyEnrol::Refused(refusal),
        })
    }
}
