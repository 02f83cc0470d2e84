//! Assertions as signed texts (RFC 7515, RFC 8037): what a relying party can check offline, with the keys published
//! under `/.well-known/jwks.json`. A text is made again from its action's row whenever it is asked for, so none is
//! stored. Every master key has a signing key of its own; the active one signs, the others still verify.

use countersign_core::jws::{self, JwsProblem, SigningKey, VerifyingKey};
use countersign_core::model::{Action, ActionStatus, Factor};
use countersign_core::time::Timestamp;
use countersign_storage::tables::Rows;
use serde::{Deserialize, Serialize};

/// The `typ` of an assertion.
const KIND: &str = "assertion+jwt";

/// Signs and verifies assertions.
pub(crate) struct Signer {
    active: SigningKey,
    keys: Vec<VerifyingKey>,
    issuer: String,
}

/// What an assertion says (RFC 7519, RFC 8176).
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Claims {
    pub(crate) iss: String,
    pub(crate) aud: String,
    pub(crate) sub: String,
    /// Identifier of the assertion, 32 hexadecimal digits.
    pub(crate) jti: String,
    pub(crate) iat: i64,
    pub(crate) exp: i64,
    pub(crate) auth_time: i64,
    pub(crate) action: String,
    pub(crate) kind: String,
    pub(crate) digest: String,
    pub(crate) service: String,
    pub(crate) amr: Vec<String>,
    pub(crate) acr: String,
}

impl Signer {
    /// Where people reach the pages, without a trailing slash.
    pub(crate) fn issuer(&self) -> &str {
        &self.issuer
    }

    pub(crate) fn new(rows: &Rows, issuer: &str) -> Self {
        let seeds = rows.assertion_seeds();
        let keys = seeds.iter().map(|seed| SigningKey::new(seed).verifying_key()).collect();
        Self { active: SigningKey::new(&rows.assertion_seed()), keys, issuer: issuer.to_owned() }
    }

    /// The assertion of an authorised action while it can be redeemed.
    pub(crate) fn assertion(&self, action: &Action, now: Timestamp) -> Option<String> {
        let expires_at = action.assertion_expires_at.filter(|end| now < *end)?;
        let authorised_at = action.authorised_at.filter(|_| action.status == ActionStatus::Authorised)?;
        let id: String = action.assertion_id?.iter().map(|byte| format!("{byte:02x}")).collect();
        let factors: Vec<Factor> = action.proofs.iter().map(|proof| proof.factor).collect();
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: action.audience.clone(),
            sub: action.account_id.to_string(),
            jti: id,
            iat: authorised_at.unix_ms().div_euclid(1_000),
            exp: expires_at.unix_ms().div_euclid(1_000),
            auth_time: authorised_at.unix_ms().div_euclid(1_000),
            action: action.id.to_string(),
            kind: action.kind.as_str().to_owned(),
            digest: action.digest.to_text(),
            service: action.service_id.to_string(),
            amr: factors.iter().map(|factor| factor.as_str().to_owned()).collect(),
            acr: if is_multi(&factors) { "multi" } else { "single" }.to_owned(),
        };
        let json = serde_json::to_vec(&claims).ok()?;
        Some(jws::sign(&self.active, KIND, &json))
    }

    /// The claims of an assertion that one of our keys signed.
    pub(crate) fn verify(&self, text: &str) -> Result<Claims, JwsProblem> {
        let claims = jws::verify(&self.keys, KIND, text)?;
        serde_json::from_slice(&claims).map_err(|_| JwsProblem::Malformed)
    }

    /// The published keys (RFC 7517), the active one first.
    pub(crate) fn jwks(&self) -> String {
        let keys: Vec<String> = self.keys.iter().map(jws::jwk).collect();
        format!("{{\"keys\":[{}]}}", keys.join(","))
    }
}

/// Two kinds of factors, or a passkey, which checks its owner itself. Passwords together are one kind (R37).
fn is_multi(factors: &[Factor]) -> bool {
    let known = factors.iter().any(|f| matches!(f, Factor::Password | Factor::TradingPassword));
    let had = factors.iter().any(|f| matches!(f, Factor::Sms | Factor::Totp | Factor::RecoveryCode));
    factors.contains(&Factor::Passkey) || (known && had)
}
