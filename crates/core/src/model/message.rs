//! Messages: what is to be said, to whom, and until when it is worth saying. Words are chosen where they are sent; here
//! are only the values they are made of.

use super::{Channel, Purpose};
use crate::address::Address;
use crate::id::{AccountId, MessageId, ServiceId, VerificationId};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One thing to deliver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its identifier.
    pub id: MessageId,
    /// The service it speaks for.
    pub service_id: ServiceId,
    /// The account it is for, if any: its phrase is shown in emails.
    pub account_id: Option<AccountId>,
    /// The verification whose code it carries, if any.
    pub verification_id: Option<VerificationId>,
    /// Which send of that verification it is, from one; 0 without one.
    pub send: u32,
    /// How it travels.
    pub channel: Channel,
    /// Where it goes. Sealed at rest.
    pub to: Address,
    /// What it says. Sealed at rest, gone once it is delivered or dead.
    pub body: Body,
    /// Language (BCP 47).
    pub locale: String,
    /// Not worth sending after this.
    pub expires_at: Timestamp,
    /// When it was decided.
    pub created_at: Timestamp,
}

/// What a message says, as a text of the catalogue and its values: words are chosen where they are sent.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Body {
    /// A code.
    Code {
        /// The digits.
        code: String,
        /// What for.
        purpose: Purpose,
        /// How long it works, in seconds.
        valid_s: u64,
        /// Amount, when it confirms one (R51).
        amount: Option<String>,
        /// Payee, when it confirms one (R51).
        payee: Option<String>,
        /// Network the value travels on, when it confirms one (R52).
        #[serde(default)]
        network: Option<String>,
        /// The two words that the page shows as well (R55).
        #[serde(default)]
        fingerprint: Option<String>,
    },
    /// Something that happened to the account, told to its owner.
    Notice {
        /// What.
        notice: Notice,
        /// When, Unix milliseconds.
        at_ms: i64,
        /// Browser and system in words, or the masked number; empty when there is none.
        detail: String,
        /// Path of the page that freezes the account (R67), or that lets a member of staff in; empty when there is
        /// none.
        #[serde(default)]
        freeze_path: String,
    },
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Body::Code { purpose, .. } => write!(f, "Body::Code({})", purpose.as_str()),
            Body::Notice { notice, .. } => write!(f, "Body::Notice({})", notice.as_str()),
        }
    }
}

named! {
    /// What an account's owner is told about (R48).
    Notice {
        /// A browser not seen before signed in.
        NewSignIn = "new_sign_in",
        /// The right password, then wrong second factors until it locked.
        SecondFactorLocked = "second_factor_locked",
        /// A number was bound.
        NumberBound = "number_bound",
        /// SMS was switched on.
        SmsSwitchedOn = "sms_switched_on",
        /// SMS was switched off.
        SmsSwitchedOff = "sms_switched_off",
        /// The account's number now belongs to someone else, so its SMS is suspended (B6).
        SmsSuspended = "sms_suspended",
        /// The number was replaced: told to the old number, the new one and the email address.
        NumberChanged = "number_changed",
        /// An operator ended the binding of the number: told to it and to the email address.
        NumberRemoved = "number_removed",
        /// An authenticator app was added.
        TotpAdded = "totp_added",
        /// It was removed.
        TotpRemoved = "totp_removed",
        /// A passkey was added.
        PasskeyAdded = "passkey_added",
        /// A passkey was removed.
        PasskeyRemoved = "passkey_removed",
        /// The trading password was set or changed.
        TradingPasswordSet = "trading_password_set",
        /// It was removed.
        TradingPasswordRemoved = "trading_password_removed",
        /// New recovery codes were made; the ones before are dead.
        RecoveryCodesMade = "recovery_codes_made",
        /// They were removed.
        RecoveryCodesRemoved = "recovery_codes_removed",
        /// A recovery code was used.
        RecoveryCodeUsed = "recovery_code_used",
        /// The anti-phishing phrase was set, changed or removed.
        PhraseChanged = "phrase_changed",
        /// The password was changed.
        PasswordChanged = "password_changed",
        /// The account was frozen.
        AccountFrozen = "account_frozen",
        /// It was opened again.
        AccountUnfrozen = "account_unfrozen",
        /// Somebody was made a member of staff; the link in the message lets them in.
        OperatorInvited = "operator_invited",
        /// What a member of staff signs in with was taken back; the link lets them set it anew.
        OperatorReset = "operator_reset",
        /// Told to admins: another made somebody a member of staff; the detail is whom, and who.
        StaffAdded = "staff_added",
        /// The same: what somebody is there for was changed.
        StaffRolesChanged = "staff_roles_changed",
        /// The same: what somebody signs in with was taken back.
        StaffReset = "staff_reset",
        /// The same: somebody's access was given back.
        StaffEnabled = "staff_enabled",
        /// Support answered a ticket; the detail is the path of its page.
        SupportAnswered = "support_answered",
        /// Somebody who proved the password alone asked support.
        SupportOpened = "support_opened",
        /// Somebody asked to recover the account; the detail is the case.
        RecoveryOpened = "recovery_opened",
        /// Its documents do not do; better ones may be sent.
        RecoveryReturned = "recovery_returned",
        /// Operators agreed to it.
        RecoveryApproved = "recovery_approved",
        /// They refused it.
        RecoveryRejected = "recovery_rejected",
        /// It was withdrawn.
        RecoveryCanceled = "recovery_canceled",
        /// Its time ran out.
        RecoveryExpired = "recovery_expired",
        /// It was carried out.
        RecoveryFinished = "recovery_finished",
        /// Whoever asked for it says that nothing else of the account is left to prove.
        RecoveryUnproved = "recovery_unproved",
        /// It has a new access code; the one before is dead.
        RecoveryAccessReplaced = "recovery_access_replaced",
        /// The holder showed who they are, and the account stays what it was made since they asked.
        RecoveryStatusKept = "recovery_status_kept",
        /// Nothing happened: operators look whether a route delivers.
        RouteTest = "route_test",
    }
}

impl Notice {
    /// Whether its link lets a member of staff in, and freezes nothing.
    pub const fn is_for_staff(self) -> bool {
        matches!(self, Notice::OperatorInvited | Notice::OperatorReset)
    }

    /// Whether it tells admins what another of them did; the detail names both, masked.
    pub const fn is_for_admins(self) -> bool {
        matches!(
            self,
            Notice::StaffAdded | Notice::StaffRolesChanged | Notice::StaffReset | Notice::StaffEnabled
        )
    }
}
