//! What leaves the process sealed: values encrypted in their rows, look-up keys that say nothing without the
//! key, and the named keys that the core hashes codes and tokens with. All are derived from the master keys,
//! which live outside the database (R8, R79). Knows no table; rotation by re-writing rows is not its affair.

use crate::error::StorageError;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use countersign_core::entropy::Entropy;
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::fmt;
use std::sync::Arc;
use zeroize::Zeroizing;

/// 32 secret bytes, wiped when dropped and never printed.
#[derive(Clone)]
pub struct KeyBytes(Zeroizing<[u8; 32]>);

impl KeyBytes {
    /// The bytes, for the one computation that needs them.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for KeyBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyBytes(…)")
    }
}

/// The one place where a sealed value opens again (associated data of the AEAD).
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// Table.
    pub table: &'static str,
    /// Column.
    pub column: &'static str,
    /// The row's key.
    pub row: &'a [u8],
}

impl Place<'_> {
    /// Names hold no NUL, so no two places give the same bytes.
    fn associated_data(&self) -> Vec<u8> {
        [self.table.as_bytes(), b"\0", self.column.as_bytes(), b"\0", self.row].concat()
    }

    pub(crate) fn refused(&self, why: &str) -> StorageError {
        StorageError::Sealed { what: format!("{}.{}: {why}", self.table, self.column) }
    }
}

const NONCE_BYTES: usize = 24;
const TAG_BYTES: usize = 16;

struct MasterKey {
    id: u8,
    secret: KeyBytes,
    sealing: KeyBytes,
}

/// The master keys and what is derived from them. Cheap to clone.
#[derive(Clone)]
pub struct MasterKeys {
    keys: Arc<[MasterKey]>,
    indexing: KeyBytes,
}

impl fmt::Debug for MasterKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.keys.iter().map(|key| key.id)).finish()
    }
}

impl MasterKeys {
    /// One or more master keys of 32 uniformly random bytes, each with its id. The first seals what is
    /// written from now on; all open what was sealed before. The last, which is the oldest, is the anchor:
    /// look-up keys and the named keys derive from it, so that a new key in front changes neither look-ups
    /// nor tokens in use.
    ///
    /// # Errors
    /// [`StorageError::Configuration`] for no key at all or an id given twice.
    pub fn new(keys: Vec<(u8, [u8; 32])>) -> Result<Self, StorageError> {
        let keys: Vec<MasterKey> = keys
            .into_iter()
            .map(|(id, secret)| {
                let secret = KeyBytes(Zeroizing::new(secret));
                MasterKey { id, sealing: derive(&secret, "seal"), secret }
            })
            .collect();
        let repeated = |(at, key): (usize, &MasterKey)| keys[..at].iter().any(|other| other.id == key.id);
        if keys.iter().enumerate().any(repeated) {
            return Err(StorageError::Configuration { reason: "two master keys have the same id".into() });
        }
        let Some(anchor) = keys.last() else {
            return Err(StorageError::Configuration { reason: "no master key was given".into() });
        };
        let indexing = derive(&anchor.secret, "index");
        Ok(Self { keys: keys.into(), indexing })
    }

    fn anchor(&self) -> &MasterKey {
        &self.keys[self.keys.len() - 1]
    }

    /// A key for one named use outside this crate, such as hashing codes.
    pub fn named(&self, name: &str) -> KeyBytes {
        derive(&self.anchor().secret, &format!("named/{name}"))
    }

    /// As [`MasterKeys::named`], one key per master key, the one that seals first: for what is signed with the newest
    /// key and checked with all.
    pub fn named_each(&self, name: &str) -> impl Iterator<Item = KeyBytes> {
        let label = format!("named/{name}");
        self.keys.iter().map(move |key| derive(&key.secret, &label))
    }

    /// The look-up key of a value in its one normal spelling: equal values of one kind have equal keys, and
    /// without the master key nobody can tell which value a key belongs to.
    pub fn index(&self, kind: &'static str, normalized: &[u8]) -> [u8; 32] {
        hmac(&self.indexing, &[kind.as_bytes(), b"\0", normalized])
    }

    /// Seals a value for one place: key id, nonce of 24 bytes, XChaCha20-Poly1305 ciphertext.
    pub fn seal(
        &self,
        place: Place<'_>,
        plain: &[u8],
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>, StorageError> {
        let key = &self.keys[0];
        let mut nonce = [0u8; NONCE_BYTES];
        entropy.fill(&mut nonce);
        let payload = Payload { msg: plain, aad: &place.associated_data() };
        let cipher = XChaCha20Poly1305::new(key.sealing.expose().into());
        let sealed = cipher
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| place.refused("too long to be sealed"))?;
        let mut out = Vec::with_capacity(1 + NONCE_BYTES + sealed.len());
        out.push(key.id);
        out.extend_from_slice(&nonce);
        out.extend_from_slice(&sealed);
        Ok(out)
    }

    /// Opens what [`MasterKeys::seal`] made for the same place.
    ///
    /// # Errors
    /// [`StorageError::Sealed`] when the key is not among these, or the bytes were changed or made for
    /// another place.
    pub fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, StorageError> {
        if sealed.len() < 1 + NONCE_BYTES + TAG_BYTES {
            return Err(place.refused("too short"));
        }
        let (head, ciphertext) = sealed.split_at(1 + NONCE_BYTES);
        let key = self.keys.iter().find(|key| key.id == head[0]);
        let key = key.ok_or_else(|| place.refused(&format!("master key {} was not given", head[0])))?;
        let mut nonce = [0u8; NONCE_BYTES];
        nonce.copy_from_slice(&head[1..]);
        let payload = Payload { msg: ciphertext, aad: &place.associated_data() };
        let plain = XChaCha20Poly1305::new(key.sealing.expose().into())
            .decrypt(&XNonce::from(nonce), payload)
            .map_err(|_| place.refused("not sealed for this place by this key"))?;
        Ok(Zeroizing::new(plain))
    }

    /// Per key: its id, a value that only its owner can compute, and whether it is the anchor.
    pub(crate) fn checks(&self) -> impl Iterator<Item = (u8, [u8; 32], bool)> {
        let anchor = self.anchor().id;
        self.keys.iter().map(move |key| {
            let check = hmac(&derive(&key.secret, "check"), &[b"countersign master key"]);
            (key.id, check, key.id == anchor)
        })
    }
}

/// HKDF-SHA256 (RFC 5869) without salt: the master key is uniformly random already.
fn derive(master: &KeyBytes, label: &str) -> KeyBytes {
    let mut out = Zeroizing::new([0u8; 32]);
    let info: [&[u8]; 2] = [b"countersign/1/", label.as_bytes()];
    let expanded = Hkdf::<Sha256>::new(None, master.expose()).expand_multi_info(&info, &mut out[..]);
    assert!(expanded.is_ok(), "HKDF-SHA256 gives up to 255 blocks and this is one");
    KeyBytes(out)
}

fn hmac(key: &KeyBytes, parts: &[&[u8]]) -> [u8; 32] {
    // RFC 2104: a key shorter than the block of 64 bytes is padded with zeros.
    let mut padded = Zeroizing::new([0u8; 64]);
    padded[..32].copy_from_slice(key.expose());
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new((&*padded).into());
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}
