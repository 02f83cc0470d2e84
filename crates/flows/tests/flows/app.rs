//! An authenticator app, written from RFC 4226 and RFC 6238 and not from the product.

use base64::Engine as _;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

#[derive(Clone, PartialEq, Eq)]
pub(crate) struct App {
    pub(crate) key: Vec<u8>,
}

impl App {
    pub(crate) fn new(key: Vec<u8>) -> Self {
        Self { key }
    }

    /// From the secret in an `otpauth` URI (base32, RFC 4648 section 6).
    pub(crate) fn scan(uri: &str) -> Self {
        let secret = uri.split("secret=").nth(1).unwrap().split('&').next().unwrap();
        let (mut bits, mut count, mut key) = (0u32, 0, Vec::new());
        for letter in secret.bytes() {
            let value =
                b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter().position(|known| *known == letter).unwrap();
            bits = bits << 5 | u32::try_from(value).unwrap();
            count += 5;
            if count >= 8 {
                count -= 8;
                key.push((bits >> count) as u8);
                bits &= (1 << count) - 1;
            }
        }
        Self { key }
    }

    /// The code of a step of thirty seconds.
    pub(crate) fn code(&self, step: i64) -> String {
        let mut mac = Hmac::<Sha1>::new_from_slice(&self.key).unwrap();
        mac.update(&step.to_be_bytes());
        let hash = mac.finalize().into_bytes();
        let place = usize::from(hash[19] & 15);
        let word = u32::from_be_bytes(hash[place..place + 4].try_into().unwrap()) & 0x7fff_ffff;
        format!("{:06}", word % 1_000_000)
    }

    /// What the app shows at a moment.
    pub(crate) fn shows(&self, unix_ms: i64) -> String {
        self.code(unix_ms.div_euclid(30_000))
    }
}

/// The claims of a compact JWS, unchecked.
pub(crate) fn claims(jws: &str) -> serde_json::Value {
    let body = jws.split('.').nth(1).unwrap();
    serde_json::from_slice(&base64::prelude::BASE64_URL_SAFE_NO_PAD.decode(body).unwrap()).unwrap()
}
