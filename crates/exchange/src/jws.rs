//! Assertions read offline: compact JWS with EdDSA over Ed25519 (RFC 7515, RFC 8037), and the claims that
//! must match what this exchange asked for. The key's algorithm is fixed here; the header can only name a
//! key. Knows no network: keys are handed in.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, VerifyingKey};
use serde::Deserialize;

/// The header's `typ`: no other signed text of Countersign can stand in for an assertion (RFC 8725, 3.11).
const TYPE: &str = "assertion+jwt";
/// How far ahead of ours the issuer's clock may be, in seconds.
const CLOCK_AHEAD_MAX_S: i64 = 60;
/// Longer texts are no assertions.
const LENGTH_MAX: usize = 8 * 1024;

/// Why an assertion is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// Not three parts of base64url, or a part that is no JSON object.
    Malformed,
    /// Another algorithm or type, or an extension that we do not know (`crit`).
    Header,
    Signature,
    Issuer,
    Audience,
    Subject,
    Kind,
    Action,
    Digest,
    Expired,
    FromTheFuture,
}

/// A compact JWS taken apart. Nothing in it is to be believed before [`Compact::claims`].
pub(crate) struct Compact<'a> {
    signed: &'a str,
    payload: Vec<u8>,
    signature: Signature,
    header: Vec<u8>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    typ: Option<String>,
    kid: Option<String>,
    crit: Option<serde_json::Value>,
}

/// What an assertion says.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Claims {
    pub(crate) iss: String,
    pub(crate) aud: String,
    pub(crate) sub: String,
    pub(crate) iat: i64,
    pub(crate) exp: i64,
    pub(crate) action: String,
    pub(crate) kind: String,
    pub(crate) digest: String,
    pub(crate) service: String,
}

/// What an assertion must say.
pub(crate) struct Expected<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) audience: &'a str,
    pub(crate) account: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) action: &'a str,
    pub(crate) now_ms: i64,
}

impl<'a> Compact<'a> {
    /// Takes a text apart (RFC 7515, 3.1): exactly three parts, base64url without padding.
    pub(crate) fn read(text: &'a str) -> Result<Self, Problem> {
        let (signed, signature) = text.rsplit_once('.').ok_or(Problem::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(Problem::Malformed)?;
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| Problem::Malformed);
        if text.len() > LENGTH_MAX {
            return Err(Problem::Malformed);
        }
        let signature = Signature::from_slice(&decode(signature)?).map_err(|_| Problem::Malformed)?;
        Ok(Self { signed, payload: decode(payload)?, signature, header: decode(header)? })
    }

    /// The id of the key that is said to have signed it, after a look at the rest of the header.
    pub(crate) fn key_id(&self) -> Result<String, Problem> {
        let header: Header = serde_json::from_slice(&self.header).map_err(|_| Problem::Malformed)?;
        if header.alg != "EdDSA" || header.typ.as_deref() != Some(TYPE) || header.crit.is_some() {
            return Err(Problem::Header);
        }
        header.kid.ok_or(Problem::Header)
    }

    /// The payload, once the signature holds under this key (RFC 8037, 3.1). Strict: no weak key, no second
    /// form of one signature.
    fn payload(&self, key: &VerifyingKey) -> Result<&[u8], Problem> {
        key.verify_strict(self.signed.as_bytes(), &self.signature).map_err(|_| Problem::Signature)?;
        Ok(&self.payload)
    }

    /// The claims, once the signature and every claim but the digest hold.
    pub(crate) fn claims(&self, key: &VerifyingKey, expected: &Expected<'_>) -> Result<Claims, Problem> {
        let claims: Claims = serde_json::from_slice(self.payload(key)?).map_err(|_| Problem::Malformed)?;
        let now_s = expected.now_ms.div_euclid(1_000);
        let checks = [
            (claims.iss == expected.issuer, Problem::Issuer),
            (claims.aud == expected.audience, Problem::Audience),
            (claims.sub == expected.account, Problem::Subject),
            (claims.kind == expected.kind, Problem::Kind),
            (claims.action == expected.action, Problem::Action),
            (now_s < claims.exp, Problem::Expired),
            (claims.iat <= now_s.saturating_add(CLOCK_AHEAD_MAX_S), Problem::FromTheFuture),
        ];
        match checks.into_iter().find(|(holds, _)| !holds) {
            Some((_, problem)) => Err(problem),
            None => Ok(claims),
        }
    }
}

#[cfg(test)]
#[path = "jws_tests.rs"]
mod tests;
