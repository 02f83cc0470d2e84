//! What all tables share: the keys that seal and index, randomness for nonces, and how the core's types lie
//! in columns.

use crate::error::StorageError;
use crate::seal::{MasterKeys, Place};
use crate::value::{Row, Value};
use countersign_core::address::{Address, AddressIndex};
use countersign_core::code::CodeKey;
use countersign_core::entropy::Entropy;
use countersign_core::id::*;
use countersign_core::model::{Channel, Subject, TokenHash};
use countersign_core::time::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt;
use std::sync::Arc;
use zeroize::Zeroizing;

/// Keys and randomness for rows. Cheap to clone; every table function is given one.
#[derive(Clone)]
pub struct Rows {
    keys: MasterKeys,
    entropy: Arc<dyn Entropy>,
}

impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rows({:?})", self.keys)
    }
}

impl Rows {
    /// With the master keys that [`crate::Store::check_keys`] accepted, and the system's generator.
    pub fn new(keys: MasterKeys, entropy: Arc<dyn Entropy>) -> Self {
        Self { keys, entropy }
    }

    /// The look-up key of an address.
    pub fn index(&self, address: &Address) -> AddressIndex {
        self.index_text(address.channel(), address.expose())
    }

    /// The look-up key of an address given as its canonical text.
    pub fn index_text(&self, channel: Channel, canonical: &str) -> AddressIndex {
        AddressIndex(self.keys.index(channel.as_str(), canonical.as_bytes()))
    }

    /// The key of code hashes (R8).
    pub fn code_key(&self) -> CodeKey {
        CodeKey::new(*self.keys.named("code").expose())
    }

    /// The seed of the key that signs assertions now (RFC 8032): of the newest master key.
    pub fn assertion_seed(&self) -> Zeroizing<[u8; 32]> {
        self.assertion_seeds().swap_remove(0)
    }

    /// The seeds of every key whose signatures may still be out, [`Rows::assertion_seed`] first.
    pub fn assertion_seeds(&self) -> Vec<Zeroizing<[u8; 32]>> {
        self.keys.named_each("assertion").map(|key| Zeroizing::new(*key.expose())).collect()
    }

    /// The seeds of the keys that sign the audit's checkpoints, the one that signs now first.
    pub fn audit_seeds(&self) -> Vec<Zeroizing<[u8; 32]>> {
        self.keys.named_each("audit checkpoint").map(|key| Zeroizing::new(*key.expose())).collect()
    }

    pub(crate) fn seal(&self, place: Place<'_>, plain: &str) -> Result<Vec<u8>, StorageError> {
        self.keys.seal(place, plain.as_bytes(), self.entropy.as_ref())
    }

    pub(crate) fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<String, StorageError> {
        let plain = self.keys.open(place, sealed)?;
        std::str::from_utf8(&plain).map(str::to_owned).map_err(|_| place.refused("not a text"))
    }

    pub(crate) fn seal_bytes(&self, place: Place<'_>, plain: &[u8]) -> Result<Vec<u8>, StorageError> {
        self.keys.seal(place, plain, self.entropy.as_ref())
    }

    pub(crate) fn open_bytes(
        &self,
        place: Place<'_>,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, StorageError> {
        self.keys.open(place, sealed)
    }

    pub(crate) fn open_address(&self, place: Place<'_>, sealed: &[u8]) -> Result<Address, StorageError> {
        let plain = Zeroizing::new(self.open(place, sealed)?);
        Address::from_exposed(&plain).ok_or_else(|| place.refused("not an address"))
    }

    pub(crate) fn seal_record<T: Serialize>(
        &self,
        place: Place<'_>,
        record: &T,
    ) -> Result<Vec<u8>, StorageError> {
        let json = serde_json::to_vec(record).map_err(|_| place.refused("cannot be written"))?;
        self.keys.seal(place, &Zeroizing::new(json), self.entropy.as_ref())
    }

    pub(crate) fn open_record<T: DeserializeOwned>(
        &self,
        place: Place<'_>,
        sealed: &[u8],
    ) -> Result<T, StorageError> {
        let plain = self.keys.open(place, sealed)?;
        // serde's own error would quote the value.
        serde_json::from_slice(&plain).map_err(|_| place.refused("not the record that it should be"))
    }
}

/// A subject in one column: what it is, then its bytes.
#[derive(Clone, Copy)]
pub(crate) struct SubjectBytes {
    bytes: [u8; 33],
    length: usize,
}

const ACCOUNT: u8 = 1;
const ADDRESS: u8 = 2;

impl SubjectBytes {
    pub(crate) fn new(subject: Subject) -> Self {
        let (kind, body): (u8, &[u8]) = match &subject {
            Subject::Account(id) => (ACCOUNT, id.as_bytes()),
            Subject::Address(index) => (ADDRESS, &index.0),
        };
        let mut bytes = [0; 33];
        bytes[0] = kind;
        bytes[1..=body.len()].copy_from_slice(body);
        Self { bytes, length: body.len() + 1 }
    }

    pub(crate) fn as_slice(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    pub(crate) fn to_vec(self) -> Vec<u8> {
        self.as_slice().to_vec()
    }
}

/// The smallest time-ordered identifier of an instant: 48 bits of Unix milliseconds lead it (RFC 9562 section
/// 5.7).
pub(crate) fn first_id_at(instant: Timestamp) -> [u8; 16] {
    let mut id = [0; 16];
    let millis = u64::try_from(instant.unix_ms()).unwrap_or(0).to_be_bytes();
    id[..6].copy_from_slice(&millis[2..]);
    id
}

impl Row {
    /// An instant.
    pub(crate) fn timestamp(&self, column: usize) -> Result<Timestamp, StorageError> {
        self.int(column).map(Timestamp::from_unix_ms)
    }

    /// An instant, or `None` for NULL.
    pub(crate) fn optional_timestamp(&self, column: usize) -> Result<Option<Timestamp>, StorageError> {
        Ok(self.optional_int(column)?.map(Timestamp::from_unix_ms))
    }

    /// The hash of a bearer secret.
    pub(crate) fn token(&self, column: usize) -> Result<TokenHash, StorageError> {
        self.array(column).map(TokenHash)
    }

    /// One of the core's named values, by its `from_text`.
    pub(crate) fn named<T>(
        &self,
        column: usize,
        from_text: impl Fn(&str) -> Option<T>,
    ) -> Result<T, StorageError> {
        let unknown = StorageError::Corrupt { column, expected: "one of the known names" };
        from_text(self.text(column)?).ok_or(unknown)
    }

    /// One of the core's named values, by its `from_text`, or `None` for NULL.
    pub(crate) fn optional_named<T>(
        &self,
        column: usize,
        from_text: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, StorageError> {
        match self.optional_text(column)? {
            None => Ok(None),
            Some(_) => self.named(column, from_text).map(Some),
        }
    }

    /// A record kept readable, as JSON.
    pub(crate) fn record<T: DeserializeOwned>(&self, column: usize) -> Result<T, StorageError> {
        let wrong = StorageError::Corrupt { column, expected: "a record in JSON" };
        serde_json::from_str(self.text(column)?).map_err(|_| wrong)
    }

    /// A subject.
    pub(crate) fn subject(&self, column: usize) -> Result<Subject, StorageError> {
        let wrong = StorageError::Corrupt { column, expected: "a subject" };
        let (kind, body) = self.bytes(column)?.split_first().ok_or(wrong.clone())?;
        match *kind {
            ACCOUNT => body.try_into().map(|id| Subject::Account(AccountId::from_bytes(id))),
            ADDRESS => body.try_into().map(|index| Subject::Address(AddressIndex(index))),
            _ => return Err(wrong),
        }
        .map_err(|_| wrong)
    }
}

impl From<Timestamp> for Value<'_> {
    fn from(value: Timestamp) -> Self {
        Value::Int(value.unix_ms())
    }
}

impl<'a> From<&'a TokenHash> for Value<'a> {
    fn from(value: &'a TokenHash) -> Self {
        Value::Bytes(&value.0)
    }
}

impl<'a> From<&'a AddressIndex> for Value<'a> {
    fn from(value: &'a AddressIndex) -> Self {
        Value::Bytes(&value.0)
    }
}

macro_rules! ids_are_bytes {
    ($($id:ident,)*) => {$(
        impl<'a> From<&'a $id> for Value<'a> {
            fn from(value: &'a $id) -> Self {
                Value::Bytes(value.as_bytes())
            }
        }
    )*};
}

ids_are_bytes! {
    ServiceId, ApiKeyId, OperatorId, AccountId, BindingId, VerificationId, MessageId, AttemptId,
    DeviceId, SessionId, JourneyId, EventId, AuthenticatorId, ActionId, HoldId, WebhookId,
    OperatorSessionId, EvidenceId, ProposalId, TicketId, TicketMessageId, CaseId,
    IdentityCheckId,
}
