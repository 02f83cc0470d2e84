//! What only an operator and a provider know, and how it proves a text. Decides nothing about who signs what.

use hmac::{Hmac, KeyInit, Mac};
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// A key, a password or a token. Prints redacted, leaves no copy in memory.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// The text itself.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Visible ASCII without spaces: fit for a header, and never empty.
    pub(crate) fn is_fit(&self) -> bool {
        !self.0.is_empty() && self.0.bytes().all(|octet| octet.is_ascii_graphic())
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        // Says what was expected and never what came: serde's own words repeat the value.
        fn is_none<T, E: Error>() -> Result<T, E> {
            Err(E::custom("a secret must be text in quotes"))
        }
        impl Visitor<'_> for Text {
            type Value = Secret;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text in quotes")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Secret, E> {
                Ok(Secret::from(text))
            }
            fn visit_bool<E: Error>(self, _: bool) -> Result<Secret, E> {
                is_none()
            }
            fn visit_i64<E: Error>(self, _: i64) -> Result<Secret, E> {
                is_none()
            }
            fn visit_u64<E: Error>(self, _: u64) -> Result<Secret, E> {
                is_none()
            }
            fn visit_f64<E: Error>(self, _: f64) -> Result<Secret, E> {
                is_none()
            }
        }
        deserializer.deserialize_any(Text)
    }
}

/// A hash function under an HMAC (RFC 2104).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

/// HMAC over the parts in a row.
pub(crate) fn hmac(hash: Hash, key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    #[allow(clippy::expect_used)] // HMAC takes keys of any length; the error type exists for other MACs.
    fn of<M: Mac + KeyInit>(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
        let mut mac = <M as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().to_vec()
    }
    match hash {
        Hash::Sha1 => of::<Hmac<Sha1>>(key, parts),
        Hash::Sha256 => of::<Hmac<Sha256>>(key, parts),
        Hash::Sha384 => of::<Hmac<Sha384>>(key, parts),
        Hash::Sha512 => of::<Hmac<Sha512>>(key, parts),
    }
}

/// SHA-256 in lower-case hexadecimal.
pub(crate) fn sha256_hex(octets: &[u8]) -> String {
    hex(&Sha256::digest(octets))
}

/// Lower-case hexadecimal.
pub(crate) fn hex(octets: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(DIGITS[usize::from(value & 15)]);
    octets.iter().flat_map(|octet| [digit(octet >> 4), digit(*octet)]).collect()
}

/// Whether two texts are the same, in a time that does not tell where they differ (R9).
pub(crate) fn is_same(one: &[u8], other: &[u8]) -> bool {
    one.ct_eq(other).into()
}
