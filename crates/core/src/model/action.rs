//! Actions: something that must be authorised, with its immutable details, what has been proved for it so far, and
//! what became of it. Plain data; `action.rs` decides.

use super::{DetailsDigest, Factor, Purpose, Redacted, TokenHash};
use crate::id::{AccountId, ActionId, ServiceId, VerificationId};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

named! {
    /// What is to be authorised.
    ActionKind {
        /// Signing in.
        SignIn = "sign_in",
        /// Value leaves to an address.
        Withdrawal = "withdrawal",
        /// Value is sold to a person.
        P2pSell = "p2p_sell",
        /// A key that can act for the account is made.
        ApiKeyCreate = "api_key_create",
        /// A forgotten password is set anew.
        PasswordReset = "password_reset",
        /// Value goes to another account of the relying party.
        InternalTransfer = "internal_transfer",
        /// Value goes to another account of the same owner.
        SubAccountTransfer = "sub_account_transfer",
        /// Value is given away, red packets included.
        Gift = "gift",
        /// Value becomes a voucher.
        Voucher = "voucher",
        /// Value is spent with a card.
        CardPayment = "card_payment",
        /// An offer to sell to people is made or changed.
        P2pAd = "p2p_ad",
        /// The list of known withdrawal addresses changes (R56).
        WhitelistEdit = "whitelist_edit",
        /// Countersign's own: a factor is added.
        FactorAdd = "factor_add",
        /// Countersign's own: a factor, or another protection, is removed, replaced or weakened.
        FactorRemove = "factor_remove",
        /// Countersign's own: the bound number is replaced.
        PhoneChange = "phone_change",
        /// Countersign's own: a frozen account is opened again.
        Unfreeze = "unfreeze",
        /// Countersign's own: what is still held is proved, so that a recovery case may go on.
        Recovery = "recovery",
    }
}

impl ActionKind {
    /// Whether value can leave by it, so that a hold stops it (R65).
    pub const fn is_exit(self) -> bool {
        match self {
            ActionKind::Withdrawal
            | ActionKind::P2pSell
            | ActionKind::ApiKeyCreate
            | ActionKind::InternalTransfer
            | ActionKind::SubAccountTransfer
            | ActionKind::Gift
            | ActionKind::Voucher
            | ActionKind::CardPayment
            | ActionKind::P2pAd
            | ActionKind::WhitelistEdit => true,
            ActionKind::SignIn
            | ActionKind::PasswordReset
            | ActionKind::FactorAdd
            | ActionKind::FactorRemove
            | ActionKind::PhoneChange
            | ActionKind::Unfreeze
            | ActionKind::Recovery => false,
        }
    }

    /// Whether only Countersign itself may open it.
    pub const fn is_own(self) -> bool {
        matches!(
            self,
            ActionKind::FactorAdd
                | ActionKind::FactorRemove
                | ActionKind::PhoneChange
                | ActionKind::Unfreeze
                | ActionKind::Recovery
        )
    }

    /// What a code sent for it is for (R5).
    pub const fn purpose(self) -> Purpose {
        match self {
            ActionKind::SignIn => Purpose::SignIn,
            ActionKind::Withdrawal => Purpose::Withdrawal,
            ActionKind::P2pSell => Purpose::P2pSell,
            ActionKind::ApiKeyCreate => Purpose::ApiKey,
            ActionKind::PasswordReset => Purpose::PasswordReset,
            ActionKind::InternalTransfer
            | ActionKind::SubAccountTransfer
            | ActionKind::Gift
            | ActionKind::Voucher
            | ActionKind::CardPayment
            | ActionKind::P2pAd
            | ActionKind::WhitelistEdit => Purpose::Transfer,
            ActionKind::FactorAdd
            | ActionKind::FactorRemove
            | ActionKind::PhoneChange
            | ActionKind::Unfreeze => Purpose::SettingChange,
            ActionKind::Recovery => Purpose::Recovery,
        }
    }

    /// The details without which it cannot be opened.
    pub const fn details_required(self) -> &'static [&'static str] {
        match self {
            ActionKind::Withdrawal => &["amount", "asset", "network", "address"],
            ActionKind::P2pSell
            | ActionKind::InternalTransfer
            | ActionKind::SubAccountTransfer
            | ActionKind::Gift
            | ActionKind::Voucher
            | ActionKind::CardPayment
            | ActionKind::P2pAd => &["amount", "asset", "payee"],
            ActionKind::WhitelistEdit => &["asset", "network", "address"],
            ActionKind::ApiKeyCreate => &["label", "scopes"],
            ActionKind::FactorAdd | ActionKind::FactorRemove => &["setting"],
            ActionKind::Recovery => &["case"],
            ActionKind::SignIn
            | ActionKind::PasswordReset
            | ActionKind::PhoneChange
            | ActionKind::Unfreeze => &[],
        }
    }
}

named! {
    /// Who opened an action, and so what its success leads to.
    ActionOrigin {
        /// The relying party: it gets an assertion.
        RelyingParty = "relying_party",
        /// A page of the Security Center: the effect happens in the transaction that authorises it.
        SecurityCenter = "security_center",
    }
}

named! {
    /// Where an action stands.
    ActionStatus {
        /// Factors are asked for.
        Pending = "pending",
        /// Every factor was proved in time; its assertion can be redeemed.
        Authorised = "authorised",
        /// Its assertion was redeemed, or its own effect took place.
        Redeemed = "redeemed",
        /// It was cancelled; nothing may happen.
        Canceled = "canceled",
        /// Its assertion was not redeemed in time.
        Lapsed = "lapsed",
    }
}

named! {
    /// Why an action was cancelled.
    CancelReason {
        /// The time to confirm ran out.
        TimedOut = "timed_out",
        /// The relying party withdrew it.
        Withdrawn = "withdrawn",
        /// The holder said no.
        Declined = "declined",
        /// Wrong answers locked a factor that it needs.
        TooManyFailures = "too_many_failures",
        /// The account was frozen.
        Frozen = "frozen",
        /// A hold began.
        Held = "held",
    }
}

/// What an action does, as the relying party said it: names to texts. Built once, never changed (R52). Sealed at rest.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionDetails(pub BTreeMap<String, String>);

impl ActionDetails {
    /// The text of a detail.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

impl fmt::Debug for ActionDetails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// A factor that was proved for an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// Which.
    pub factor: Factor,
    /// When, Unix milliseconds.
    pub at_ms: i64,
}

/// Wrong answers given for an action: its own success gives them back, and no other (R20).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Miss {
    /// Which factor was answered wrongly.
    pub factor: Factor,
    /// How often.
    pub count: u32,
}

/// Something that must be authorised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// Its identifier; part of the digest, so that no two actions share one.
    pub id: ActionId,
    /// The service.
    pub service_id: ServiceId,
    /// Whose value or setting.
    pub account_id: AccountId,
    /// What.
    pub kind: ActionKind,
    /// Who opened it.
    pub origin: ActionOrigin,
    /// What exactly. Sealed at rest.
    pub details: ActionDetails,
    /// Digest of everything that is confirmed (R52).
    pub digest: DetailsDigest,
    /// Who may act on the assertion.
    pub audience: String,
    /// Sets of factors, each of which would do; every one is within the account's reach.
    pub any_of: Vec<Vec<Factor>>,
    /// Which of them the holder chose, counted from zero.
    pub chosen: u32,
    /// What was proved so far.
    pub proofs: Vec<Proof>,
    /// What was answered wrongly so far; codes are counted by their verification instead.
    pub misses: Vec<Miss>,
    /// The code that is out for it, if one is.
    pub verification: Option<VerificationId>,
    /// The challenge of a passkey that is being asked for, JSON. Sealed at rest.
    pub passkey_challenge: Option<Redacted>,
    /// Version of the policy that decided.
    pub policy_version: i64,
    /// Hash of the link that opens its page, once; none for the Security Center's own.
    pub link: Option<TokenHash>,
    /// Hash of the browser's token that owns its page (section D).
    pub page: Option<TokenHash>,
    /// Where the page leads back to.
    pub return_url: Option<String>,
    /// Language of its messages.
    pub locale: String,
    /// Where it stands.
    pub status: ActionStatus,
    /// Why it was cancelled.
    pub reason: Option<CancelReason>,
    /// Until when it can be confirmed.
    pub deadline: Timestamp,
    /// How often the holder was given more time.
    pub extensions: u32,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it was authorised.
    pub authorised_at: Option<Timestamp>,
    /// The assertion's identifier (RFC 7519 `jti`).
    pub assertion_id: Option<[u8; 16]>,
    /// Until when the assertion can be redeemed.
    pub assertion_expires_at: Option<Timestamp>,
    /// When it was redeemed.
    pub redeemed_at: Option<Timestamp>,
    /// Digest of the key it was redeemed with: the same key gets the same answer.
    pub redeem_key: Option<[u8; 32]>,
}
