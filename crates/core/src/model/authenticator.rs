//! What an account has enrolled besides its addresses: a key for time codes, a trading password, passkeys, recovery
//! codes. Plain data; how each is judged stands in the module of its factor. A removed one is kept with its end, since
//! who could prove what, and when, is part of an account's history (R42).

use super::{Factor, Redacted};
use crate::id::{AccountId, AuthenticatorId, ServiceId};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One enrolled authenticator (NIST SP 800-63B-4 section 3).
#[derive(Clone, PartialEq, Eq)]
pub struct Authenticator {
    /// Its identifier.
    pub id: AuthenticatorId,
    /// The service.
    pub service_id: ServiceId,
    /// Whose.
    pub account_id: AccountId,
    /// What it proves.
    pub factor: Factor,
    /// What its owner calls it; never read by a rule.
    pub name: String,
    /// What it is checked against. Sealed at rest.
    pub secret: AuthenticatorSecret,
    /// The last time-step accepted: only later ones are (R35).
    pub last_step: Option<i64>,
    /// When it was enrolled.
    pub created_at: Timestamp,
    /// When it last proved something.
    pub last_used_at: Option<Timestamp>,
    /// When it was removed or replaced.
    pub ended_at: Option<Timestamp>,
}

impl fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authenticator")
            .field("id", &self.id)
            .field("factor", &self.factor)
            .finish_non_exhaustive()
    }
}

/// What an authenticator is checked against.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AuthenticatorSecret {
    /// A key shared with an authenticator app (RFC 6238).
    Totp {
        /// 160 random bits (R34).
        key: Vec<u8>,
        /// By how many steps the app's clock was off when it was enrolled (RFC 6238 section 6).
        drift_steps: i64,
    },
    /// The trading password.
    TradingPassword {
        /// Argon2id in PHC form.
        password_hash: Redacted,
    },
    /// A passkey: public, but nobody else's business.
    Passkey {
        /// The credential record as its library writes it (WebAuthn Level 3 section 4), JSON.
        credential: Redacted,
        /// The credential's identifier, base64url: what browsers are told when it goes (signal API).
        credential_id: String,
        /// Which product made it, as a UUID; for display only.
        model: String,
        /// Whether it is synchronised to other devices.
        backed_up: bool,
    },
    /// A set of recovery codes.
    RecoveryCodes {
        /// Salt of the whole set.
        salt: [u8; 16],
        /// Argon2id of every code that has not been used yet (R40).
        hashes: Vec<[u8; 32]>,
    },
}

impl fmt::Debug for AuthenticatorSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuthenticatorSecret(…)")
    }
}

impl Authenticator {
    /// Whether it can still prove something.
    pub fn is_live(&self) -> bool {
        self.ended_at.is_none()
    }

    /// Recovery codes that have not been used; none for anything else.
    pub fn codes_left(&self) -> Option<usize> {
        match &self.secret {
            AuthenticatorSecret::RecoveryCodes { hashes, .. } => Some(hashes.len()),
            _ => None,
        }
    }
}
