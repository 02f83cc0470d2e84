//! Enrolling an authenticator app: the key as a picture and as text, and one code to show that the app has it.

use super::{enrol, load_own, lock_own};
use crate::bind::Owner;
use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use crate::sessions::SignedIn;
use countersign_core::code::{CodeProblem, TypedCode};
use countersign_core::enrolment::{New, Refusal};
use countersign_core::model::*;
use countersign_core::totp::{self, Enrolment};
use countersign_storage::{Step, StorageError, Tx};
use std::fmt;
use std::sync::Arc;

/// A key to be taken over by an app. Prints nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct TotpKey {
    /// For the picture and the link (Key Uri Format).
    pub uri: String,
    /// For typing, in groups of four.
    pub in_groups: String,
}

impl fmt::Debug for TotpKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpKey(…)")
    }
}

/// What came of the first code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TotpEnrol {
    /// The app is enrolled.
    Added,
    /// The code is not one of this key.
    Wrong,
    /// It is, but the phone's clock is off by minutes.
    ClockOff,
    /// It could not be a code.
    Unreadable(CodeProblem),
    /// It is not possible.
    Refused(Refusal),
    /// There is no such journey any more.
    Gone,
}

impl Flows {
    /// The key of an app that is being enrolled.
    pub async fn totp_key(
        &self,
        signed_in: &SignedIn,
        token: &str,
        brand: &str,
    ) -> Result<Option<TotpKey>, FlowError> {
        let owner = Owner::of(signed_in);
        let label = label_of(signed_in);
        let look = Look { kit: self.kit.clone(), owner, token: token.to_owned() };
        let found = self.read(look).await?;
        Ok(found
            .map(|key| TotpKey { uri: totp::uri(&key, brand, &label), in_groups: totp::key_in_groups(&key) }))
    }

    /// Judges the first code of an app and enrols it.
    pub async fn enrol_totp(
        &self,
        signed_in: &SignedIn,
        token: &str,
        typed: &str,
        name: &str,
        caller: Caller,
    ) -> Result<TotpEnrol, FlowError> {
        let typed = match TypedCode::lenient(typed, 6) {
            Ok(typed) => typed,
            Err(problem) => return Ok(TotpEnrol::Unreadable(problem)),
        };
        let owner = Owner::of(signed_in);
        let (token, name) = (token.to_owned(), name.to_owned());
        self.write(Enrol { kit: self.kit.clone(), owner, token, typed, name, caller }).await
    }
}

/// How the app's entry is called: the holder's own identifier, which only they see.
fn label_of(signed_in: &SignedIn) -> String {
    signed_in
        .account
        .email
        .as_ref()
        .map_or_else(|| signed_in.account.id.to_string(), |email| email.expose().to_owned())
}

pub(crate) fn key_of(secret: &Redacted) -> Option<Vec<u8>> {
    let hex = secret.0.as_bytes();
    let pairs = hex.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
    pairs.collect::<Option<Vec<u8>>>().filter(|key| key.len() == 20)
}

struct Look {
    kit: Arc<Kit>,
    owner: Owner,
    token: String,
}

impl Step for Look {
    type Output = Option<Vec<u8>>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let now = self.kit.clock.now();
        let found = load_own(tx, &self.kit, &self.owner, &self.token, &[Setting::TotpAdd], now).await?;
        Ok(found.and_then(|(_, _, secret)| key_of(&secret)))
    }
}

struct Enrol {
    kit: Arc<Kit>,
    owner: Owner,
    token: String,
    typed: TypedCode,
    name: String,
    caller: Caller,
}

impl Step for Enrol {
    type Output = TotpEnrol;

    async fn run(&self, tx: &mut Tx) -> Result<TotpEnrol, StorageError> {
        let now = self.kit.clock.now();
        let found = lock_own(tx, &self.kit, &self.owner, &self.token, &[Setting::TotpAdd], now).await?;
        let Some((journey, _, secret)) = found else { return Ok(TotpEnrol::Gone) };
        let Some(key) = key_of(&secret) else { return Ok(TotpEnrol::Gone) };
        // The key was shown on this very page, so there is nothing to guess here and nothing to count.
        let (step, drift_steps) = match totp::enrol(&key, &self.typed, self.kit.clock.wall()) {
            Enrolment::Step { step, drift_steps } => (step, drift_steps),
            Enrolment::ClockOff => return Ok(TotpEnrol::ClockOff),
            Enrolment::Wrong => return Ok(TotpEnrol::Wrong),
        };
        let new = New {
            factor: Factor::Totp,
            name: self.name.clone(),
            secret: AuthenticatorSecret::Totp { key, drift_steps },
            last_step: Some(step),
        };
        Ok(match enrol(tx, &self.kit, &self.owner, journey, new, &self.caller).await? {
            Ok(_) => TotpEnrol::Added,
            Err(refusal) => TotpEnrol::Refused(refusal),
        })
    }
}
