//! Signed statements: compact JWS (RFC 7515) with Ed25519 (RFC 8037), one algorithm and no way to choose
//! another. Decides what is ours. Refuses to know what the claims say: whether they are in time, for whom,
//! and used already is for the caller to ask after the signature held.

use crate::digest::{Member, canonical_object};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::Signer as _;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::fmt;

const ALGORITHM: &str = "EdDSA";

/// Longest statement looked at, in bytes: several times what the longest audience and a full set of factors
/// make.
const TEXT_LENGTH_MAX: usize = 8 * 1024;

/// A private key. Wiped when dropped.
#[derive(Clone)]
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// From 32 derived bytes, the private key of RFC 8032 section 5.1.5.
    pub fn new(bytes: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(bytes))
    }

    /// Its public half.
    pub fn verifying_key(&self) -> VerifyingKey {
        let key = self.0.verifying_key();
        VerifyingKey { kid: thumbprint(&key), key }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(…)")
    }
}

/// A public key and the name it goes by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyingKey {
    key: ed25519_dalek::VerifyingKey,
    kid: String,
}

impl VerifyingKey {
    /// Its name: the JWK thumbprint (RFC 7638 with RFC 8037 section 2: SHA-256, base64url).
    pub fn kid(&self) -> &str {
        &self.kid
    }
}

fn thumbprint(key: &ed25519_dalek::VerifyingKey) -> String {
    let x = URL_SAFE_NO_PAD.encode(key.as_bytes());
    // RFC 7638 section 3.3 orders and spells the required members as canonical JSON does.
    let members = [("crv", Member::Text("Ed25519")), ("kty", Member::Text("OKP")), ("x", Member::Text(&x))];
    URL_SAFE_NO_PAD.encode(Sha256::digest(canonical_object(&members)))
}

/// The key as a member of a JWK Set (RFC 7517): a JSON object.
pub fn jwk(key: &VerifyingKey) -> String {
    canonical_object(&[
        ("alg", Member::Text(ALGORITHM)),
        ("crv", Member::Text("Ed25519")),
        ("kid", Member::Text(&key.kid)),
        ("kty", Member::Text("OKP")),
        ("use", Member::Text("sig")),
        ("x", Member::Text(&URL_SAFE_NO_PAD.encode(key.key.as_bytes()))),
    ])
}

/// Signs claims. `kind` is the header's `typ`, which keeps one kind of statement from passing for another
/// (RFC 8725 section 3.11).
pub fn sign(key: &SigningKey, kind: &str, claims_json: &[u8]) -> String {
    let header = canonical_object(&[
        ("alg", Member::Text(ALGORITHM)),
        ("kid", Member::Text(&thumbprint(&key.0.verifying_key()))),
        ("typ", Member::Text(kind)),
    ]);
    seal(key, &header, claims_json)
}

/// The compact serialisation (RFC 7515 section 7.1).
fn seal(key: &SigningKey, header_json: &str, payload: &[u8]) -> String {
    let input = format!("{}.{}", URL_SAFE_NO_PAD.encode(header_json), URL_SAFE_NO_PAD.encode(payload));
    let signature = key.0.sign(input.as_bytes());
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
}

/// Why a text is no statement of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JwsProblem {
    /// Not three parts of base64url without padding, or a header with other members than `alg`, `kid` and
    /// `typ`.
    Malformed,
    /// Another algorithm than EdDSA.
    Algorithm,
    /// Another kind of statement.
    Kind,
    /// Signed with a key that is not, or no longer, ours.
    UnknownKey,
    /// The signature is not that of the header, the claims and the key.
    Signature,
}

/// The whole header: `crit`, `jwk`, `jku`, `x5u` and whatever else could steer a verifier is refused unread,
/// and so is any member that comes twice.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    kid: String,
    typ: String,
}

/// The claims of a statement of the given kind that one of `keys` signed. The claims are decoded only after
/// the signature held, and its check is the strict one: one statement has one signature and one spelling.
pub fn verify(keys: &[VerifyingKey], kind: &str, text: &str) -> Result<Vec<u8>, JwsProblem> {
    if text.len() > TEXT_LENGTH_MAX {
        return Err(JwsProblem::Malformed);
    }
    let (input, signature) = text.rsplit_once('.').ok_or(JwsProblem::Malformed)?;
    let (header, claims) = input.split_once('.').ok_or(JwsProblem::Malformed)?;
    let header: Header = serde_json::from_slice(&decode(header)?).map_err(|_| JwsProblem::Malformed)?;
    if header.alg != ALGORITHM {
        return Err(JwsProblem::Algorithm);
    }
    if header.typ != kind {
        return Err(JwsProblem::Kind);
    }
    let key = keys.iter().find(|key| key.kid == header.kid).ok_or(JwsProblem::UnknownKey)?;
    let signature: [u8; 64] = decode(signature)?.try_into().map_err(|_| JwsProblem::Malformed)?;
    let signature = ed25519_dalek::Signature::from_bytes(&signature);
    key.key.verify_strict(input.as_bytes(), &signature).map_err(|_| JwsProblem::Signature)?;
    decode(claims)
}

fn decode(part: &str) -> Result<Vec<u8>, JwsProblem> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| JwsProblem::Malformed)
}

#[cfg(test)]
#[path = "jws_tests.rs"]
mod tests;
