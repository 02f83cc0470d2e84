//! Enrolling a second factor of staff: what a page shows of a new key, and how what comes back is read. The same for
//! whoever joins by a link and for whoever is signed in.

use crate::context::{Flows, Kit};
use crate::settings::totp::{TotpKey, key_of};
use countersign_core::code::{CodeProblem, TypedCode};
use countersign_core::enrolment::New;
use countersign_core::model::*;
use countersign_core::operator::{FactorRefusal, LetIn};
use countersign_core::totp::{self, Enrolment};
use std::fmt;

/// What a page brought for a second factor.
#[derive(Clone)]
pub enum SecondAnswer {
    /// A code of an authenticator app, as typed.
    Totp(String),
    /// A passkey's answer, JSON.
    Passkey(String),
}

impl fmt::Debug for SecondAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecondAnswer(…)")
    }
}

/// What came of enrolling a second factor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecondEnrol {
    /// It stands; whoever joined by it is in.
    Done(Option<LetIn>),
    /// The code or the answer is not one of this key.
    Wrong,
    /// It is, but the phone's clock is off by minutes.
    ClockOff,
    /// It could not be a code.
    Unreadable(CodeProblem),
    /// It is not possible.
    Refused(FactorRefusal),
    /// There is no such journey any more.
    Gone,
}

/// What a page shows for a new second factor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecondOffer {
    /// Whose, masked.
    pub who: String,
    /// A key for an authenticator app, if one is being enrolled.
    pub key: Option<TotpKey>,
    /// The options for the browser's `navigator.credentials.create`, JSON, if a passkey can be made.
    pub passkey_options: Option<String>,
}

/// A fresh key as a journey keeps it.
pub(super) fn draw_key(kit: &Kit) -> Redacted {
    Redacted(totp::draw_key(kit.entropy.as_ref()).iter().map(|byte| format!("{byte:02x}")).collect())
}

/// A kept key as a page shows it.
pub(super) fn shown(key: &Redacted, brand: &str, operator: &Operator) -> Option<TotpKey> {
    let key = key_of(key)?;
    let uri = totp::uri(&key, &format!("{brand} console"), operator.email.expose());
    Some(TotpKey { uri, in_groups: totp::key_in_groups(&key) })
}

/// An answer as far as it can be read without a transaction.
pub(super) enum Read {
    Code(TypedCode),
    /// The credential, with the state of the registration that it answers.
    Passkey(AuthenticatorSecret, Redacted),
}

impl Flows {
    /// Reads an answer; slow for passkeys, whose `state` the journey kept.
    pub(super) fn read_second(&self, answer: &SecondAnswer, state: &Redacted) -> Result<Read, SecondEnrol> {
        match answer {
            SecondAnswer::Totp(typed) => {
                TypedCode::lenient(typed, totp::DIGITS).map(Read::Code).map_err(SecondEnrol::Unreadable)
            }
            SecondAnswer::Passkey(_) if state.0.is_empty() => Err(SecondEnrol::Gone),
            SecondAnswer::Passkey(answer) => self
                .passkeys
                .made(answer, state)
                .map(|secret| Read::Passkey(secret, state.clone()))
                .ok_or(SecondEnrol::Wrong),
        }
    }
}

/// The second factor that an answer makes, against what the journey keeps now.
pub(super) fn made(
    read: &Read,
    key: &Redacted,
    state: &Redacted,
    name: &str,
    kit: &Kit,
) -> Result<New, SecondEnrol> {
    match read {
        // The key was shown on this very page, so there is nothing to guess here and nothing to count.
        Read::Code(typed) => {
            let key = key_of(key).ok_or(SecondEnrol::Gone)?;
            match totp::enrol(&key, typed, kit.clock.wall()) {
                Enrolment::Step { step, drift_steps } => Ok(New {
                    factor: Factor::Totp,
                    name: name.to_owned(),
                    secret: AuthenticatorSecret::Totp { key, drift_steps },
                    last_step: Some(step),
                }),
                Enrolment::ClockOff => Err(SecondEnrol::ClockOff),
                Enrolment::Wrong => Err(SecondEnrol::Wrong),
            }
        }
        // Verified against the state of a moment ago; it counts only for that same one, once.
        Read::Passkey(secret, of) if of == state => Ok(New {
            factor: Factor::Passkey,
            name: name.to_owned(),
            secret: secret.clone(),
            last_step: None,
        }),
        Read::Passkey(..) => Err(SecondEnrol::Gone),
    }
}
