//! Making recovery codes: drawn here, shown once, kept as slow hashes under one salt (R40).

use super::{enrol, lock_own};
use crate::bind::Owner;
use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use crate::sessions::SignedIn;
use countersign_core::enrolment::{New, Refusal};
use countersign_core::entropy;
use countersign_core::model::*;
use countersign_core::recovery::{self, RecoveryCode};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

const SETTINGS: &[Setting] = &[Setting::RecoveryCodesMake, Setting::RecoveryCodesReplace];

/// What came of making codes.
#[derive(Debug)]
pub enum RecoveryMake {
    /// They are made; this is the one time they can be seen.
    Made(Box<[RecoveryCode]>),
    /// It is not possible.
    Refused(Refusal),
    /// There is no such journey any more.
    Gone,
}

impl Flows {
    /// Makes a new set of recovery codes; the one before is dead from then on.
    pub async fn make_recovery_codes(
        &self,
        signed_in: &SignedIn,
        token: &str,
        caller: Caller,
    ) -> Result<RecoveryMake, FlowError> {
        let owner = Owner::of(signed_in);
        // Before ten slow hashes are made, and again in the transaction that keeps them.
        let look = Look { kit: self.kit.clone(), owner: owner.clone(), token: token.to_owned() };
        if !self.read(look).await? {
            return Ok(RecoveryMake::Gone);
        }
        let codes = recovery::draw(self.kit.entropy.as_ref());
        let salt = entropy::bytes::<16>(self.kit.entropy.as_ref());
        let mut hashes = Vec::with_capacity(codes.len());
        for code in &codes {
            hashes.push(self.passwords.derive(code.normal(), salt).await?);
        }
        let secret = AuthenticatorSecret::RecoveryCodes { salt, hashes };
        let token = token.to_owned();
        let kept = self.write(Make { kit: self.kit.clone(), owner, token, secret, caller }).await?;
        Ok(match kept {
            None => RecoveryMake::Gone,
            Some(Err(refusal)) => RecoveryMake::Refused(refusal),
            Some(Ok(_)) => RecoveryMake::Made(Box::new(codes)),
        })
    }
}

struct Look {
    kit: Arc<Kit>,
    owner: Owner,
    token: String,
}

impl Step for Look {
    type Output = bool;

    async fn run(&self, tx: &mut Tx) -> Result<bool, StorageError> {
        let now = self.kit.clock.now();
        Ok(super::load_own(tx, &self.kit, &self.owner, &self.token, SETTINGS, now).await?.is_some())
    }
}

struct Make {
    kit: Arc<Kit>,
    owner: Owner,
    token: String,
    secret: AuthenticatorSecret,
    caller: Caller,
}

impl Step for Make {
    type Output = Option<Result<Authenticator, Refusal>>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let now = self.kit.clock.now();
        let found = lock_own(tx, &self.kit, &self.owner, &self.token, SETTINGS, now).await?;
        let Some((journey, _, _)) = found else { return Ok(None) };
        let new = New {
            factor: Factor::RecoveryCode,
            name: String::new(),
            secret: self.secret.clone(),
            last_step: None,
        };
        enrol(tx, &self.kit, &self.owner, journey, new, &self.caller).await.map(Some)
    }
}
