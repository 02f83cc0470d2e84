//! The records that rules read and write: plain data, no behaviour beyond small questions about themselves. How they
//! are kept, sealed and looked up is storage's affair; how they change is decided by the modules beside this one.

use crate::address::{Address, AddressIndex};
use crate::event::Event;
use crate::id::*;
use crate::time::Timestamp;
use std::fmt;

/// Declares a field-less enum with the one stable text of each value, used in rows, the API and logs alike.
macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $text)] $variant,)* }

        impl $name {
            /// Every value, in order of declaration.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];

            /// The stable text.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text,)* }
            }

            /// The value with this text.
            pub fn from_text(text: &str) -> Option<Self> {
                match text { $($text => Some($name::$variant),)* _ => None }
            }
        }
    };
}
pub(crate) use named;

mod action;
mod authenticator;
mod case;
mod evidence;
mod hold;
mod identity;
mod journey;
mod message;
mod operator_session;
mod proposal;
mod staff;
mod ticket;
mod webhook;

pub use action::*;
pub use authenticator::{Authenticator, AuthenticatorSecret};
pub use case::{
    Case, CaseCheck, CaseDecision, CaseFile, CaseKind, CaseStage, DocumentKind, PictureSet, RejectReason,
    Verdict, Voice,
};
pub use evidence::{Evidence, EvidenceOwner, EvidenceRefusal, EvidenceSlot, EvidenceUpload};
pub use hold::{Hold, HoldCause};
pub use identity::{IdentityAnswer, IdentityCheck, IdentityFinding, IdentityState};
pub use journey::{Journey, JourneyStage, Redacted, Setting, StoredHash, StoredId};
pub use message::{Body, Message, Notice};
pub use operator_session::OperatorSession;
pub use proposal::{
    Proposal, ProposalAbout, ProposalKind, ProposalStatus, ProposalTarget, Protection, Revealed,
};
pub use staff::{
    Actor, InvitationPurpose, OperatorAuthenticator, OperatorInvitation, Right, Role, StaffPlan, StaffWish,
};
pub use ticket::{CannedAnswer, Ticket, TicketMessage, TicketStatus, TicketTopic};
pub use webhook::{DeliveryStatus, WebhookDelivery, WebhookEndpoint, WebhookEvent, WebhookKind};

named! {
    /// How a message reaches a person.
    Channel {
        /// Text message to a phone number.
        Sms = "sms",
        /// Email.
        Email = "email",
        /// A call to a phone number that speaks the code.
        Voice = "voice",
        /// A message of WhatsApp to a phone number.
        Whatsapp = "whatsapp",
    }
}

named! {
    /// Something that an account can prove.
    Factor {
        /// The account's password.
        Password = "password",
        /// A code received at the bound number.
        Sms = "sms",
        /// A code received at the account's email address.
        Email = "email",
        /// A code of an authenticator app (RFC 6238).
        Totp = "totp",
        /// The six-digit password of trades and withdrawals.
        TradingPassword = "trading_password",
        /// A passkey (WebAuthn), with the person verified by its device.
        Passkey = "passkey",
        /// One of the codes kept on paper.
        RecoveryCode = "recovery_code",
    }
}

impl Factor {
    /// Whether this factor may stand as the second one without SMS (section A: TOTP or passkey; email never is, R15).
    pub const fn replaces_sms(self) -> bool {
        match self {
            Factor::Totp | Factor::Passkey => true,
            Factor::Password
            | Factor::Sms
            | Factor::Email
            | Factor::TradingPassword
            | Factor::RecoveryCode => false,
        }
    }
}

impl Channel {
    /// The factor that a code over this channel proves.
    pub const fn factor(self) -> Factor {
        match self {
            Channel::Sms | Channel::Voice | Channel::Whatsapp => Factor::Sms,
            Channel::Email => Factor::Email,
        }
    }
}

named! {
    /// Why a code was sent. A code for one purpose never serves another (R5).
    Purpose {
        /// Proving the identifier of a new account.
        SignUp = "sign_up",
        /// The second factor of a sign-in.
        SignIn = "sign_in",
        /// Proving a number before it is bound.
        Bind = "bind",
        /// Proving a factor before a security setting changes.
        SettingChange = "setting_change",
        /// Resetting a forgotten password.
        PasswordReset = "password_reset",
        /// Confirming that value leaves.
        Withdrawal = "withdrawal",
        /// Confirming a sale to a person.
        P2pSell = "p2p_sell",
        /// Creating an API key.
        ApiKey = "api_key",
        /// Confirming that value leaves another way, or that a way out for it is opened (R65).
        Transfer = "transfer",
        /// Proving what is still held, to recover an account.
        Recovery = "recovery",
    }
}

impl Purpose {
    /// Whether the code must name an amount and a payee (R51).
    pub const fn needs_details(self) -> bool {
        matches!(self, Purpose::Withdrawal | Purpose::P2pSell)
    }

    /// Whether a text with the code says what it moves, or opens a way out for: all of it, or the text is not used.
    pub const fn moves_value(self) -> bool {
        self.needs_details() || matches!(self, Purpose::Transfer)
    }
}

named! {
    /// Where a verification stands. Only `Pending` can still be approved.
    VerificationStatus {
        /// A code is out and may be entered.
        Pending = "pending",
        /// The right code was entered in time, once.
        Approved = "approved",
        /// Its time ran out.
        Expired = "expired",
        /// Whoever asked for it withdrew it.
        Canceled = "canceled",
        /// Too many wrong codes.
        Failed = "failed",
        /// A newer verification for the same subject, channel and purpose took its place (R6).
        Superseded = "superseded",
    }
}

named! {
    /// What an account may do.
    AccountStatus {
        /// Everything.
        Active = "active",
        /// Identity must be verified before security settings change.
        Restricted = "restricted",
        /// Watched: as restricted, until a person has looked.
        Flagged = "flagged",
        /// Nothing but unfreezing.
        Frozen = "frozen",
    }
}

named! {
    /// Where a message stands.
    MessageStatus {
        /// Waiting for a dispatcher.
        Queued = "queued",
        /// A carrier or relay took it.
        Submitted = "submitted",
        /// The carrier says that the handset has it.
        Delivered = "delivered",
        /// No route will deliver it.
        Failed = "failed",
        /// It was too late to be of use.
        Expired = "expired",
        /// Overtaken by a later code before it left.
        Canceled = "canceled",
    }
}

named! {
    /// Where one try over one route stands.
    AttemptStatus {
        /// Handed to the channel; no answer yet. After a crash this is all that is known.
        Submitting = "submitting",
        /// The other side took responsibility.
        Accepted = "accepted",
        /// The receipt says delivered.
        Delivered = "delivered",
        /// The receipt or the answer says no.
        Failed = "failed",
        /// The connection was lost between question and answer.
        Unknown = "unknown",
        /// The other side took it and no receipt came in time; a late one still counts.
        Overdue = "overdue",
    }
}

/// The hash of a bearer secret (session, device, page, API key): what storage keeps instead of the secret.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash(pub [u8; 32]);

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(…)")
    }
}

/// Whose failures and sends are counted: an account, or an address that belongs to none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// An account of the service.
    Account(AccountId),
    /// An address, by its index: the API's bare verifications, sign-ups, and passwords tried on an identifier (R46).
    Address(AddressIndex),
    /// An address at the console's door, whether it names one of staff or nobody: what happens at the holders' door
    /// neither shuts nor opens it.
    Staff(AddressIndex),
}

/// A tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Its identifier.
    pub id: ServiceId,
    /// The brand's name, as holders read it in messages.
    pub name: String,
    /// Made by the demo: its secrets are published, so `serve` refuses to run on it.
    pub demo: bool,
    /// When it was created.
    pub created_at: Timestamp,
}

/// A bearer key of a relying party.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    /// Its identifier.
    pub id: ApiKeyId,
    /// The service it speaks for.
    pub service_id: ServiceId,
    /// What its owner calls it.
    pub name: String,
    /// Hash of the key.
    pub token: TokenHash,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it stopped working.
    pub revoked_at: Option<Timestamp>,
}

/// A member of staff.
#[derive(Clone, PartialEq, Eq)]
pub struct Operator {
    /// Their identifier.
    pub id: OperatorId,
    /// The service they work for.
    pub service_id: ServiceId,
    /// How they sign in. Sealed at rest.
    pub email: Address,
    /// What colleagues call them; may be empty. Sealed at rest.
    pub name: String,
    /// Argon2id in PHC form; empty until they used their invitation, and again from a reset until they used its link.
    pub password_hash: String,
    /// What they are there for.
    pub roles: Vec<Role>,
    /// When the record was made.
    pub created_at: Timestamp,
    /// When their access ended.
    pub disabled_at: Option<Timestamp>,
    /// From when they may be one of the two who decide, if a colleague at the console let them in, reset them or gave
    /// them a role for it; none: there is no wait.
    pub decides_from: Option<Timestamp>,
}

impl fmt::Debug for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operator").field("id", &self.id).finish_non_exhaustive()
    }
}

/// One holder's record.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// Its identifier.
    pub id: AccountId,
    /// The service it belongs to.
    pub service_id: ServiceId,
    /// What it may do.
    pub status: AccountStatus,
    /// The proved email address, if it has one. Sealed at rest.
    pub email: Option<Address>,
    /// Argon2id in PHC form. Sealed at rest.
    pub password_hash: String,
    /// Since when SMS is asked for, if it is.
    pub sms_enabled_at: Option<Timestamp>,
    /// The phrase that its messages and confirm pages show, so that a fake one is recognised. Sealed at rest.
    pub phrase: Option<String>,
    /// When the password was last set.
    pub password_set_at: Timestamp,
    /// What it was before its holder froze it: only what the holder froze may the holder open (R67).
    pub frozen_from: Option<AccountStatus>,
    /// What it was before staff or the relying party froze it: two of staff return it to that (R57).
    pub frozen_by_staff_from: Option<AccountStatus>,
    /// When its status last changed, if it ever did: what was proposed about an earlier one does not hold for it.
    pub status_set_at: Option<Timestamp>,
    /// Language of its messages (BCP 47).
    pub locale: String,
    /// When it was opened.
    pub created_at: Timestamp,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("id", &self.id).field("status", &self.status).finish_non_exhaustive()
    }
}

/// A number that an account has proved it controls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// Its identifier.
    pub id: BindingId,
    /// The service.
    pub service_id: ServiceId,
    /// The account.
    pub account_id: AccountId,
    /// Always a phone number. Sealed at rest.
    pub number: Address,
    /// When it was bound.
    pub bound_at: Timestamp,
    /// Since when its SMS factor is suspended because the number seems to have changed hands (B6).
    pub suspended_at: Option<Timestamp>,
    /// When it was given up or taken over.
    pub ended_at: Option<Timestamp>,
}

/// What is remembered of a subject's failures and sends with one factor. One row per (service, subject, factor,
/// device lane).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactorState {
    /// The service.
    pub service_id: ServiceId,
    /// Whose.
    pub subject: Subject,
    /// Which factor.
    pub factor: Factor,
    /// A known device has a lane of its own, so that strangers cannot lock its owner out (R24).
    pub lane: Option<DeviceId>,
    /// Failures since the last success or lock; at the policy's limit the factor locks.
    pub run: u32,
    /// Failures since the last success, whatever locks lay between (R17).
    pub in_a_row: u32,
    /// How many locks there have been since the ladder was last reset.
    pub ladder_step: u32,
    /// Refused until then.
    pub locked_until: Option<Timestamp>,
    /// Refused until bound again.
    pub disabled_at: Option<Timestamp>,
    /// When the last failure was.
    pub last_failure_at: Option<Timestamp>,
    /// Sends since the last success.
    pub sends_unconverted: u32,
    /// No sending until then.
    pub sends_locked_until: Option<Timestamp>,
    /// When the factor was last bound again: the yearly budget counts from that day on.
    pub rebound_at: Option<Timestamp>,
    /// Failures of the last 365 days, this moment included, or since the factor was bound again; loaded beside the
    /// row, changed by [`crate::change::Change::CountFailures`].
    pub failures_this_year: u32,
}

impl FactorState {
    /// The state of a subject that never failed.
    pub fn fresh(service_id: ServiceId, subject: Subject, factor: Factor, lane: Option<DeviceId>) -> Self {
        Self {
            service_id,
            subject,
            factor,
            lane,
            run: 0,
            in_a_row: 0,
            ladder_step: 0,
            locked_until: None,
            disabled_at: None,
            last_failure_at: None,
            sends_unconverted: 0,
            sends_locked_until: None,
            rebound_at: None,
            failures_this_year: 0,
        }
    }
}

/// Proof of control of one address by a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// Its identifier.
    pub id: VerificationId,
    /// The service.
    pub service_id: ServiceId,
    /// Whose failures and sends it counts towards.
    pub subject: Subject,
    /// How the code travels.
    pub channel: Channel,
    /// Where it goes. Sealed at rest.
    pub address: Address,
    /// Look-up and limit key of the address.
    pub address_index: AddressIndex,
    /// What the code is for.
    pub purpose: Purpose,
    /// Digest of what the code confirms, all zero when there is nothing to confirm (R51).
    pub details: DetailsDigest,
    /// Only the page that holds this token may finish it; `None` when a relying party vouches (section D).
    pub page: Option<TokenHash>,
    /// Language of its messages.
    pub locale: String,
    /// Where it stands.
    pub status: VerificationStatus,
    /// Digits of the code.
    pub code_length: u8,
    /// Keyed hash of the code that is alive now.
    pub code_hash: CodeHash,
    /// Keyed hashes of the codes before it, oldest first: dead, but recognised (section E).
    pub earlier_code_hashes: Vec<CodeHash>,
    /// Keyed hash of the code that the page shows for the holder to text to us, once it was asked for.
    pub reverse_hash: Option<CodeHash>,
    /// When that text came from the address itself, if it did.
    pub reverse_heard_at: Option<Timestamp>,
    /// Wrong codes counted so far.
    pub failures: u32,
    /// Codes sent so far, the first included.
    pub sends: u32,
    /// When the last one was sent.
    pub last_sent_at: Timestamp,
    /// Until when the live code is accepted.
    pub code_expires_at: Timestamp,
    /// Until when the whole verification can be finished or resent (R3).
    pub deadline: Timestamp,
    /// When it was started.
    pub created_at: Timestamp,
    /// When it left `Pending`.
    pub finished_at: Option<Timestamp>,
}

/// HMAC of a code (R8).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CodeHash(pub [u8; 32]);

impl fmt::Debug for CodeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeHash(…)")
    }
}

/// SHA-256 over the canonical details of what a code confirms; zero for "nothing".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct DetailsDigest(pub [u8; 32]);

/// A browser that an account has signed in from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its identifier.
    pub id: DeviceId,
    /// The service.
    pub service_id: ServiceId,
    /// The account.
    pub account_id: AccountId,
    /// Hash of the cookie.
    pub token: TokenHash,
    /// Browser and system in words.
    pub label: String,
    /// First sign-in.
    pub created_at: Timestamp,
    /// Last use.
    pub last_seen_at: Timestamp,
    /// When its owner told us to forget it.
    pub forgotten_at: Option<Timestamp>,
}

/// One signed-in period.
#[derive(Clone, PartialEq, Eq)]
pub struct Session {
    /// Its identifier.
    pub id: SessionId,
    /// The service.
    pub service_id: ServiceId,
    /// The account.
    pub account_id: AccountId,
    /// The browser.
    pub device_id: DeviceId,
    /// Hash of the cookie.
    pub token: TokenHash,
    /// Factors proved when it began, besides the password.
    pub second_factor: Option<Factor>,
    /// Network address it was opened from. Sealed at rest.
    pub ip: String,
    /// When it began.
    pub created_at: Timestamp,
    /// Last use, to the minute.
    pub last_seen_at: Timestamp,
    /// When it was ended.
    pub ended_at: Option<Timestamp>,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("id", &self.id)
            .field("account", &self.account_id)
            .finish_non_exhaustive()
    }
}

/// One entry of what happened, for its owner and for staff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventEntry {
    /// Its identifier.
    pub id: EventId,
    /// The service.
    pub service_id: ServiceId,
    /// The account it happened to, if any.
    pub account_id: Option<AccountId>,
    /// When.
    pub at: Timestamp,
    /// Who did it, or let it happen.
    pub actor: Actor,
    /// What. Holds masked addresses only (R10).
    pub event: Event,
    /// Browser and system in words; empty when nobody's browser was involved.
    pub device: String,
}
