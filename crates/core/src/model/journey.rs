//! Journeys of several pages: how far one got and what was said so far. Plain data, serialised only into a sealed
//! column; which step may follow which is decided where the step is taken.

use super::{Factor, StaffPlan, TokenHash};
use crate::address::Address;
use crate::id::{JourneyId, ServiceId};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A journey of several pages, owned by the browser that opened it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journey {
    /// Its identifier.
    pub id: JourneyId,
    /// The service.
    pub service_id: ServiceId,
    /// Hash of the page's token.
    pub token: TokenHash,
    /// How far it got. Sealed at rest.
    pub stage: JourneyStage,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it is over, finished or not.
    pub expires_at: Timestamp,
}

/// How far a journey got, with what was said so far. Serialised only into a sealed column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage")]
pub enum JourneyStage {
    /// Sign-up: the identifier's code is out.
    SignUp {
        /// The identifier.
        #[serde(with = "crate::address::sealed_text")]
        address: Address,
        /// Argon2id of the chosen password.
        password_hash: Redacted,
        /// The code.
        verification: StoredId,
    },
    /// Sign-in: the password was right; a second factor is being proved.
    SignIn {
        /// The account.
        account: StoredId,
        /// Which factor is being proved.
        factor: Factor,
        /// Its code; none where none could be sent.
        verification: Option<StoredId>,
    },
    /// Binding: another factor is being proved first (R27).
    BindProve {
        /// The account.
        account: StoredId,
        /// The session that asked.
        session: StoredId,
        /// The code, once one was asked for.
        verification: Option<StoredId>,
    },
    /// Binding: proved; the number is being chosen.
    BindNumber {
        /// The account.
        account: StoredId,
        /// The session that asked.
        session: StoredId,
        /// The number judged fit, once one was typed.
        #[serde(with = "optional_address")]
        number: Option<Address>,
        /// Whether it replaces the number that is bound.
        #[serde(default)]
        replaces: bool,
        /// The recovery case that it finishes.
        #[serde(default)]
        case: Option<StoredId>,
    },
    /// Binding: the number's own code is out.
    BindCode {
        /// The account.
        account: StoredId,
        /// The session that asked.
        session: StoredId,
        /// The number.
        #[serde(with = "crate::address::sealed_text")]
        number: Address,
        /// Its code.
        verification: StoredId,
        /// Whether it replaces the number that is bound.
        #[serde(default)]
        replaces: bool,
        /// The recovery case that it finishes.
        #[serde(default)]
        case: Option<StoredId>,
    },
    /// Binding: the number's code was right; the number has a history, so the password is asked as well (B6).
    BindPassword {
        /// The account.
        account: StoredId,
        /// The session that asked.
        session: StoredId,
        /// The number.
        #[serde(with = "crate::address::sealed_text")]
        number: Address,
        /// Whether it replaces the number that is bound.
        #[serde(default)]
        replaces: bool,
        /// The recovery case that it finishes.
        #[serde(default)]
        case: Option<StoredId>,
    },
    /// A setting may be finished: what it asks for was proved (R27).
    Setting {
        /// The account.
        account: StoredId,
        /// The session that asked.
        session: StoredId,
        /// Which.
        setting: Setting,
        /// The key of an authenticator app in base32, or the state of a passkey's registration; empty otherwise.
        secret: Redacted,
        /// The recovery case that it finishes.
        #[serde(default)]
        case: Option<StoredId>,
    },
    /// A forgotten password: the identifier's code is out. Whether it has an account is not asked yet (R46).
    PasswordForgotten {
        /// The identifier.
        #[serde(with = "crate::address::sealed_text")]
        address: Address,
        /// The code.
        verification: StoredId,
    },
    /// A forgotten password: what the reset asks for was proved; the new one is being chosen (R59).
    PasswordReset {
        /// The account.
        account: StoredId,
    },
    /// A member of staff signs in to the console: the password was right; the code by email is out.
    /// A member of staff signs in to the console: the password was right; the second factor is being proved.
    ConsoleSignIn {
        /// The operator.
        operator: StoredId,
        /// Wrong codes so far.
        #[serde(default)]
        misses: u32,
        /// The state of a passkey's challenge, JSON; empty until a passkey was asked for.
        #[serde(default)]
        challenge: Redacted,
    },
    /// A member of staff sets what they sign in with, by a link: the password was chosen; a second factor is being
    /// enrolled.
    ConsoleJoin {
        /// The operator.
        operator: StoredId,
        /// Hash of the link's token.
        invitation: StoredHash,
        /// Argon2id of the chosen password.
        password_hash: Redacted,
        /// The key for an authenticator app, hexadecimal.
        key: Redacted,
        /// The state of a passkey's registration; empty until one was offered.
        passkey: Redacted,
    },
    /// A signed-in member of staff adds a second factor: the password was proved for it.
    ConsoleFactor {
        /// The operator.
        operator: StoredId,
        /// The session that asked.
        session: StoredId,
        /// Which.
        factor: Factor,
        /// The key of an authenticator app, hexadecimal, or the state of a passkey's registration.
        secret: Redacted,
    },
    /// A signed-in admin changes somebody's access: that it is they is being proved.
    ConsoleStaff {
        /// The operator.
        operator: StoredId,
        /// The session that asked.
        session: StoredId,
        /// What they want.
        plan: StaffPlan,
        /// Wrong codes so far.
        misses: u32,
        /// The state of a passkey's challenge, JSON; empty until a passkey was asked for.
        challenge: Redacted,
    },
    /// Finished; nothing more can be done with it.
    Done,
}

named! {
    /// A setting of an account that asks for a proof before it changes.
    Setting {
        /// An authenticator app is added.
        TotpAdd = "totp_add",
        /// It is removed.
        TotpRemove = "totp_remove",
        /// A passkey is added.
        PasskeyAdd = "passkey_add",
        /// A passkey is removed.
        PasskeyRemove = "passkey_remove",
        /// The trading password is set for the first time.
        TradingPasswordSet = "trading_password_set",
        /// It is changed.
        TradingPasswordChange = "trading_password_change",
        /// It is forgotten: a case is opened.
        TradingPasswordForgotten = "trading_password_forgotten",
        /// It is removed.
        TradingPasswordRemove = "trading_password_remove",
        /// Recovery codes are made where there are none.
        RecoveryCodesMake = "recovery_codes_make",
        /// A new set takes the place of the one before.
        RecoveryCodesReplace = "recovery_codes_replace",
        /// They are removed.
        RecoveryCodesRemove = "recovery_codes_remove",
        /// SMS authentication is switched off.
        SmsOff = "sms_off",
        /// The anti-phishing phrase is set or changed (R56).
        Phrase = "phrase",
        /// It is removed.
        PhraseRemove = "phrase_remove",
        /// The password is changed.
        Password = "password",
        /// A number is bound where there is none, on an account with stronger factors.
        PhoneAdd = "phone_add",
        /// The bound number is replaced.
        Phone = "phone",
        /// A frozen account is opened again.
        Unfreeze = "unfreeze",
    }
}

/// An identifier inside a sealed payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredId(pub [u8; 16]);

/// The hash of a bearer secret inside a sealed payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredHash(pub [u8; 32]);

/// A text that never prints.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redacted(pub String);

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

mod optional_address {
    use super::Address;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(
        address: &Option<Address>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        address.as_ref().map(Address::expose).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Address>, D::Error> {
        match Option::<String>::deserialize(deserializer)? {
            None => Ok(None),
            Some(text) => {
                Address::from_exposed(&text).map(Some).ok_or_else(|| D::Error::custom("not an address"))
            }
        }
    }
}
