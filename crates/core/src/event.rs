//! What happened, as one typed list (R76): the holder's activity page, the audit and the notices are all read from
//! it. An event never holds a code, a token or a full address; whoever builds one passes masked forms.

mod kinds;
mod staff;

pub use kinds::{CaseTurn, Group};
pub use staff::StaffEvent;

use crate::model::*;
use crate::route::RouteWish;
use serde::{Deserialize, Serialize};

/// One thing that happened to an account or an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// The account was opened.
    AccountOpened,
    /// A sign-in succeeded.
    SignedIn {
        /// From a browser not seen before.
        new_device: bool,
        /// The second factor that was proved, if one was asked.
        second_factor: Option<Factor>,
    },
    /// The password was wrong.
    PasswordWrong,
    /// A code was sent.
    CodeSent {
        /// Over which channel.
        channel: Channel,
        /// What for.
        purpose: Purpose,
        /// Masked address.
        to: String,
        /// Which send of its verification, from 1.
        send: u32,
    },
    /// A wrong code was entered.
    CodeWrong {
        /// Over which channel it had been sent.
        channel: Channel,
        /// What for.
        purpose: Purpose,
    },
    /// Too many failures: the factor is refused until the time given.
    FactorLocked {
        /// Which.
        factor: Factor,
        /// Unix milliseconds.
        until_ms: i64,
    },
    /// The yearly budget or the run of failures is used up: the factor must be bound again (R17, R20).
    FactorDisabled {
        /// Which.
        factor: Factor,
    },
    /// Too many codes asked for without one being entered: suspicious (section E).
    SendingLocked {
        /// Over which channel.
        channel: Channel,
        /// Unix milliseconds.
        until_ms: i64,
    },
    /// A send was refused by a cap.
    SendLimited {
        /// Which cap.
        limit: String,
        /// Over which channel.
        channel: Channel,
    },
    /// A number was refused before anything was sent.
    NumberRefused {
        /// Stable reason code.
        reason: String,
        /// Masked number.
        number: String,
    },
    /// A number was bound.
    NumberBound {
        /// Masked number.
        number: String,
    },
    /// Someone else proved control of a number that this account had bound (B6).
    NumberLost {
        /// Masked number.
        number: String,
    },
    /// SMS authentication was switched on.
    SmsSwitchedOn,
    /// SMS authentication was switched off.
    SmsSwitchedOff,
    /// Signed out.
    SignedOut,
    /// Sessions were ended from the list; an empty name means all others.
    SessionEnded {
        /// Browser and system in words.
        device: String,
        /// How many sessions ended.
        count: u32,
    },
    /// A known device was forgotten.
    DeviceForgotten {
        /// Browser and system in words.
        device: String,
    },
    /// The relying party or an operator changed the account's status.
    StatusChanged {
        /// Stable text of the new status.
        status: String,
        /// Why, in the words of staff; empty where nobody said.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
    /// A factor was enrolled.
    FactorAdded {
        /// Which.
        factor: Factor,
        /// What its owner calls it.
        name: String,
    },
    /// A factor was given another name.
    FactorRenamed {
        /// Which.
        factor: Factor,
        /// What its owner calls it now.
        name: String,
    },
    /// A factor was removed or replaced.
    FactorRemoved {
        /// Which.
        factor: Factor,
        /// What its owner called it.
        name: String,
    },
    /// A factor was answered wrongly.
    FactorWrong {
        /// Which.
        factor: Factor,
    },
    /// A recovery code was used.
    RecoveryCodeUsed {
        /// Codes that remain.
        left: u32,
    },
    /// Something was asked to be authorised.
    ActionOpened {
        /// What.
        action: ActionKind,
    },
    /// Every factor of an action was proved.
    ActionAuthorised {
        /// What.
        action: ActionKind,
        /// The factors.
        factors: Vec<Factor>,
    },
    /// An action was cancelled.
    ActionCanceled {
        /// What.
        action: ActionKind,
        /// Why.
        reason: CancelReason,
    },
    /// The relying party carried an action out.
    ActionRedeemed {
        /// What.
        action: ActionKind,
    },
    /// An action was refused before anything was asked.
    ActionRefused {
        /// What.
        action: ActionKind,
        /// Stable text of the reason.
        reason: String,
    },
    /// Ways for value to leave are held.
    HoldStarted {
        /// What it began with.
        cause: HoldCause,
        /// Unix milliseconds.
        until_ms: i64,
    },
    /// The account was frozen by its holder.
    AccountFrozen {
        /// By the link in a message, without signing in.
        by_link: bool,
    },
    /// It was opened again by its holder.
    AccountUnfrozen,
    /// The number was replaced.
    NumberChanged {
        /// Masked number before.
        from: String,
        /// Masked number now.
        to: String,
    },
    /// The anti-phishing phrase was set, changed or removed.
    PhraseChanged,
    /// The password was changed.
    PasswordChanged,
    /// Operators said what they want of a route.
    RouteWishSet {
        /// Name of the route.
        route: String,
        /// What they want.
        wish: RouteWish,
        /// Why, in their words.
        reason: String,
        /// Who (`op_…`); empty for the command line.
        operator: String,
    },
    /// An operator sent a message over one route to see whether it arrives.
    TestMessageSent {
        /// Name of the route.
        route: String,
        /// Masked address.
        to: String,
        /// Who (`op_…`); empty for the command line.
        operator: String,
    },
    /// An operator wrote the service's own text for a code, or took it away.
    TemplateChanged {
        /// Which codes it is for.
        name: String,
        /// Its language.
        locale: String,
        /// Who: an identifier.
        operator: String,
        /// It was taken away: our words speak again.
        removed: bool,
    },
    /// Staff looked for somebody in the audit: by account or by operator. Once per operator, search and hour, whichever
    /// page of it was opened.
    AuditRead {
        /// What was looked for, as it stood in the address.
        filter: String,
    },
    /// Staff took a copy of the audit away.
    AuditExported {
        /// What was looked for, as it stood in the address.
        filter: String,
        /// `csv` or `jsonl`.
        format: String,
    },
    /// A ticket was opened.
    TicketOpened {
        /// Which (`tkt_…`).
        ticket: String,
        /// What about.
        topic: TicketTopic,
        /// By somebody who proved the password and could not sign in.
        signed_out: bool,
    },
    /// Its holder wrote again.
    TicketReplied {
        /// Which (`tkt_…`).
        ticket: String,
    },
    /// Staff answered it.
    TicketAnswered {
        /// Which (`tkt_…`).
        ticket: String,
    },
    /// Staff wrote a note that its holder does not see.
    TicketNoted {
        /// Which (`tkt_…`).
        ticket: String,
    },
    /// It was given to a member of staff, or to nobody.
    TicketAssigned {
        /// Which (`tkt_…`).
        ticket: String,
        /// To whom (`opr_…`); empty for nobody.
        to: String,
    },
    /// It is done, until its holder writes again.
    TicketSolved {
        /// Which (`tkt_…`).
        ticket: String,
    },
    /// It is over for good.
    TicketClosed {
        /// Which (`tkt_…`).
        ticket: String,
    },
    /// Somebody tried a ticket's page with so many wrong access codes that none is looked at for a while.
    TicketCodeWrong {
        /// Which (`tkt_…`).
        ticket: String,
    },
    /// Staff wrote an answer to keep ready, or took one away.
    CannedAnswerChanged {
        /// What staff call it.
        name: String,
        /// Its language.
        locale: String,
        /// It was taken away.
        removed: bool,
    },
    /// A recovery case was opened.
    CaseOpened {
        /// Which.
        case: String,
        /// What for.
        of: CaseKind,
    },
    /// Its holder proved what is still held.
    CaseVerified {
        /// Which case.
        case: String,
        /// Which factors.
        factors: Vec<Factor>,
    },
    /// Its documents were handed in.
    CaseSubmitted {
        /// Which.
        case: String,
    },
    /// An operator looked at it for the first time.
    CaseSeen {
        /// Which.
        case: String,
    },
    /// One of the voices spoke.
    CaseDecided {
        /// Which.
        case: String,
        /// `approve` or `reject`.
        verdict: String,
        /// Why not, if not.
        reason: Option<RejectReason>,
    },
    /// Two agreed.
    CaseApproved {
        /// Which.
        case: String,
    },
    /// Two refused the documents; better ones may be sent.
    CaseReturned {
        /// Which.
        case: String,
        /// Why.
        reason: RejectReason,
    },
    /// Two refused.
    CaseRejected {
        /// Which.
        case: String,
        /// Why.
        reason: RejectReason,
    },
    /// It was withdrawn.
    CaseCanceled {
        /// Which.
        case: String,
        /// Because the account was frozen.
        frozen: bool,
    },
    /// Its time ran out.
    CaseExpired {
        /// Which.
        case: String,
    },
    /// What it was for has begun: its holder was let in.
    CaseUsed {
        /// Which.
        case: String,
    },
    /// What it was for has been done.
    CaseFinished {
        /// Which.
        case: String,
    },
    /// An identity provider has its pictures.
    IdentityAsked {
        /// Which case's.
        case: String,
        /// The provider.
        provider: String,
    },
    /// The provider answered.
    IdentityAnswered {
        /// Which case.
        case: String,
        /// The provider.
        provider: String,
        /// What it found.
        finding: IdentityFinding,
    },
    /// The provider could not be asked, or did not answer in time.
    IdentityUnanswered {
        /// Which case.
        case: String,
        /// The provider.
        provider: String,
    },
    /// A document or photo was taken.
    EvidenceReceived {
        /// What it is of.
        slot: EvidenceSlot,
    },
    /// One was sent and not taken; nothing of it was kept.
    EvidenceRefused {
        /// What it was to be of.
        slot: EvidenceSlot,
        /// Why.
        reason: EvidenceRefusal,
    },
    /// A member of staff looked at one.
    EvidenceSeen {
        /// Which (`evd_…`).
        evidence: String,
        /// What it is of.
        slot: EvidenceSlot,
    },
    /// One was deleted: on schedule, withdrawn, or another took its place.
    EvidenceDeleted {
        /// Which (`evd_…`).
        evidence: String,
        /// What it was of.
        slot: EvidenceSlot,
    },
    /// Staff proposed what another of them is to decide.
    ProposalMade {
        /// Which (`prp_…`).
        proposal: String,
        /// What.
        proposed: ProposalKind,
        /// Exactly what: an identifier, a factor or a status.
        target: String,
        /// Why.
        reason: String,
    },
    /// A proposal was decided, taken back or ran out of time.
    ProposalEnded {
        /// Which (`prp_…`).
        proposal: String,
        /// What.
        proposed: ProposalKind,
        /// How.
        outcome: ProposalStatus,
        /// Why; empty where its time ran out.
        reason: String,
    },
    /// Two of staff agreed to end the binding of the number.
    NumberRemoved {
        /// Masked number.
        number: String,
        /// By which proposal (`prp_…`).
        proposal: String,
    },
    /// Two of staff agreed to open a factor that failures had shut.
    LockLifted {
        /// Which.
        factor: Factor,
        /// By which proposal (`prp_…`).
        proposal: String,
    },
    /// One of staff signed the account out everywhere.
    SessionsEndedByStaff {
        /// How many sessions ended.
        count: u32,
        /// Why.
        reason: String,
    },
    /// One of staff was shown an address in full.
    AddressRevealed {
        /// Which of the account's.
        what: Revealed,
        /// Why.
        reason: String,
    },
    /// One of staff looked at the account: told once a day.
    AccountSeen,
    /// One of staff asked whether a number can receive codes.
    NumberLookedUp {
        /// Masked number.
        number: String,
    },
    /// One of staff looked for whose an address is, or for what was sent to it.
    AddressLookedUp {
        /// Masked.
        address: String,
        /// Whether anything was found.
        found: bool,
    },
    /// The service was made.
    ServiceAdded,
    /// A key of the relying party was made.
    ApiKeyAdded {
        /// Which (`key_…`).
        key: String,
        /// What it is called.
        name: String,
    },
    /// It works no more.
    ApiKeyRevoked {
        /// Which (`key_…`).
        key: String,
    },
    /// A recovery case took a turn of its own. The last of all: its kind stands in what it holds.
    #[serde(untagged)]
    CaseTurn(CaseTurn),
    /// What happens to staff and at their door.
    #[serde(untagged)]
    Staff(StaffEvent),
}
