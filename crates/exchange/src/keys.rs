//! The issuer's public keys: fetched as a JWK set, kept, and asked for again when a key is not known, at most
//! once a minute, so that forged key ids cannot make us flood the issuer.

use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::VerifyingKey;
use serde::Deserialize;
use tokio::sync::Mutex;

use crate::wire::Fault;

const ASK_AGAIN_AFTER_MS: i64 = 60_000;
/// More keys at a time than any issuer has.
const KEYS_MAX: usize = 32;

/// A JWK set (RFC 7517, 5).
#[derive(Debug, Deserialize)]
pub(crate) struct KeySet {
    keys: Vec<Jwk>,
}

#[derive(Debug, Deserialize)]
struct Jwk {
    kty: String,
    crv: Option<String>,
    x: Option<String>,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
}

impl Jwk {
    /// The key, if it is one that signs assertions (RFC 8037, 2); any other is passed over.
    fn read(self) -> Option<(String, VerifyingKey)> {
        let is_ours = self.kty == "OKP"
            && self.crv.as_deref() == Some("Ed25519")
            && self.alg.is_none_or(|alg| alg == "EdDSA")
            && self.purpose.is_none_or(|purpose| purpose == "sig");
        let bytes = URL_SAFE_NO_PAD.decode(self.x.filter(|_| is_ours)?).ok()?;
        let key = VerifyingKey::from_bytes(&bytes.try_into().ok()?).ok()?;
        Some((self.kid?, key))
    }
}

/// The keys held now.
#[derive(Default)]
pub(crate) struct KeyRing(Mutex<Held>);

#[derive(Default)]
struct Held {
    keys: HashMap<String, VerifyingKey>,
    asked_at_ms: Option<i64>,
}

impl KeyRing {
    /// The key of this id. `fetch` is called for an unknown one, and then no more for a minute.
    pub(crate) async fn find(
        &self,
        key_id: &str,
        now_ms: i64,
        fetch: impl Future<Output = Result<KeySet, Fault>>,
    ) -> Option<VerifyingKey> {
        let mut held = self.0.lock().await;
        let asked_lately =
            held.asked_at_ms.is_some_and(|at_ms| now_ms.saturating_sub(at_ms) < ASK_AGAIN_AFTER_MS);
        if !held.keys.contains_key(key_id) && !asked_lately {
            match fetch.await {
                Ok(set) => {
                    held.asked_at_ms = Some(now_ms);
                    held.keys = set.keys.into_iter().take(KEYS_MAX).filter_map(Jwk::read).collect();
                }
                // Not counted as asked: nothing was heard, and the next request may be luckier.
                Err(fault) => tracing::warn!(%fault, "the issuer's keys could not be fetched"),
            }
        }
        held.keys.get(key_id).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    /// RFC 8037, A.2 and A.3: the public key and its thumbprint.
    const SET: &str = r#"{"keys":[
        {"kty":"RSA","kid":"rsa","n":"x","e":"AQAB"},
        {"kty":"OKP","crv":"X25519","kid":"exchange","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
        {"kty":"OKP","crv":"Ed25519","kid":"short","x":"11qYAYKxCrfVS_7TyWQHOg"},
        {"kty":"OKP","crv":"Ed25519","kid":"cipher","use":"enc",
         "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
        {"kty":"OKP","crv":"Ed25519","kid":"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
         "alg":"EdDSA","use":"sig","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
    const KNOWN: &str = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";

    #[tokio::test]
    async fn the_set_is_fetched_for_an_unknown_key_at_most_once_a_minute() {
        let ring = KeyRing::default();
        let fetches = Cell::new(0);
        let find = async |key_id: &str, now_ms| {
            let fetch = async {
                fetches.set(fetches.get() + 1);
                Ok(serde_json::from_str(SET).expect("a set"))
            };
            ring.find(key_id, now_ms, fetch).await.is_some()
        };
        assert!(find(KNOWN, 0).await);
        assert!(find(KNOWN, 90_000).await);
        assert_eq!(fetches.get(), 1);
        for unusable in ["rsa", "exchange", "short", "cipher", "forged"] {
            assert!(!find(unusable, 59_999).await, "{unusable}");
        }
        assert_eq!(fetches.get(), 1);
        assert!(!find("forged", 60_000).await);
        assert!(!find("forged", 119_999).await);
        assert_eq!(fetches.get(), 2);
    }

    #[tokio::test]
    async fn an_issuer_out_of_reach_leaves_the_held_keys() {
        let ring = KeyRing::default();
        let fault = || async { Err(Fault::Unreachable("refused".to_owned())) };
        assert!(ring.find(KNOWN, 0, fault()).await.is_none());
        assert!(ring.find(KNOWN, 1, async { Ok(serde_json::from_str(SET).expect("a set")) }).await.is_some());
        assert!(ring.find("new", 100_000, fault()).await.is_none());
        assert!(ring.find(KNOWN, 100_001, fault()).await.is_some());
    }
}
