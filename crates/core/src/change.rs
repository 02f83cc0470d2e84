//! What a decision asks storage to do. A use case saves the whole list in the transaction it loaded from, or
//! nothing. Every change is guarded: one that finds no row to change, or a row it did not expect, is a conflict and
//! undoes the decision.

use crate::address::AddressIndex;
use crate::amount::Rate;
use crate::id::*;
use crate::limit::CounterKey;
use crate::model::*;
use crate::time::Timestamp;

/// One change of stored state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A new account. Conflict if its email is taken in the service.
    InsertAccount(Account),
    /// The mutable fields of an account: status, email, password hash, SMS switch, locale.
    SaveAccount(Account),
    /// A new live binding. Conflict if the number has a live one in the service.
    InsertBinding(Binding),
    /// The mutable fields of a binding: suspension and end.
    SaveBinding(Binding),
    /// What is remembered of a factor (insert or replace).
    SaveFactor(FactorState),
    /// Adds failures to, or refunds them from, one day's bucket of the yearly budget; never below zero.
    CountFailures {
        /// The service.
        service_id: ServiceId,
        /// Whose.
        subject: Subject,
        /// Which factor.
        factor: Factor,
        /// Day bucket, [`Timestamp::day`].
        day: i64,
        /// Positive to count, negative to refund.
        by: i64,
    },
    /// A new verification.
    InsertVerification(Verification),
    /// The mutable fields of a verification: status, hashes, counts and times.
    SaveVerification(Verification),
    /// Marks other pending verifications of the same subject, channel and purpose as superseded (R6).
    SupersedeVerifications {
        /// The service.
        service_id: ServiceId,
        /// Whose.
        subject: Subject,
        /// Channel.
        channel: Channel,
        /// Purpose.
        purpose: Purpose,
        /// The one that stays.
        except: VerificationId,
        /// When.
        at: Timestamp,
    },
    /// A message for the outbox; wakes the dispatcher once committed.
    InsertMessage(Message),
    /// Messages of a verification that have not left yet are not sent any more.
    CancelMessages(VerificationId),
    /// The newest code of a verification was entered: the road it took is credited, and no other is taken any more.
    CreditRoute {
        /// Whose code.
        verification_id: VerificationId,
        /// When it was entered.
        at: Timestamp,
    },
    /// Adds to a counter of the send limits.
    Count {
        /// Which counter.
        key: CounterKey,
        /// By how much; negative takes back a count that led to no send.
        by: i64,
    },
    /// A new journey.
    InsertJourney(Journey),
    /// The stage of a journey.
    SaveJourney(Journey),
    /// A new known device.
    InsertDevice(Device),
    /// Last use and forgetting of a device.
    SaveDevice(Device),
    /// A new session.
    InsertSession(Session),
    /// Last use and end of a session.
    SaveSession(Session),
    /// Ends every live session of an account but one.
    EndSessions {
        /// The account.
        account_id: AccountId,
        /// The one that stays, if any.
        except: Option<SessionId>,
        /// When.
        at: Timestamp,
    },
    /// Forgets every browser that an account knows, but one: the next sign-in there asks for a second factor again.
    ForgetDevices {
        /// The account.
        account_id: AccountId,
        /// The one that stays, if any.
        except: Option<DeviceId>,
        /// When.
        at: Timestamp,
    },
    /// An entry of what happened.
    InsertEvent(EventEntry),
    /// A new service.
    InsertService(Service),
    /// A new API key.
    InsertApiKey(ApiKey),
    /// An API key stops working.
    RevokeApiKey {
        /// The service.
        service_id: ServiceId,
        /// Which.
        id: ApiKeyId,
        /// When.
        at: Timestamp,
    },
    /// A new operator.
    InsertOperator(Operator),
    /// A new authenticator. Conflict if the account has a live one of its kind, passkeys excepted.
    InsertAuthenticator(Authenticator),
    /// The mutable fields of an authenticator: name, secret, last step, last use, end. Conflict if its last step is
    /// not earlier than the one to save (R35), or if it has ended.
    SaveAuthenticator(Authenticator),
    /// A new action.
    InsertAction(Action),
    /// The mutable fields of an action. Conflict if it has reached a final status already (R4, R53).
    SaveAction(Action),
    /// A new hold.
    InsertHold(Hold),
    /// A new proposal. Conflict if the same one waits for its account already.
    InsertProposal(Proposal),
    /// How a proposal ended. Conflict if it has ended already.
    SaveProposal(Proposal),
    /// A link that freezes an account.
    InsertFreezeLink {
        /// Hash of the link's token.
        token: TokenHash,
        /// The service.
        service_id: ServiceId,
        /// The account it freezes.
        account_id: AccountId,
        /// Until when it works.
        expires_at: Timestamp,
    },
    /// A new listener of a relying party.
    InsertWebhookEndpoint(WebhookEndpoint),
    /// The mutable fields of a listener: secrets and end.
    SaveWebhookEndpoint(WebhookEndpoint),
    /// Something to tell every live listener of its service; wakes the teller once committed.
    InsertWebhookEvent(WebhookEvent),
    /// The rate of an asset (insert or replace).
    SaveRate {
        /// The service.
        service_id: ServiceId,
        /// The rate.
        rate: Rate,
    },
    /// The mutable fields of an operator: name, password hash, roles, end of access, wait before deciding.
    SaveOperator(Operator),
    /// A new second factor of an operator. Conflict if they have a live one of its kind, passkeys excepted.
    InsertOperatorAuthenticator(OperatorAuthenticator),
    /// The mutable fields of an operator's second factor: name, secret, last step, last use, end. Conflict if its last
    /// step is not earlier than the one to save (R35), or if it has ended.
    SaveOperatorAuthenticator(OperatorAuthenticator),
    /// A new link for a member of staff.
    InsertOperatorInvitation(OperatorInvitation),
    /// A link was used. Conflict if it was used before.
    UseOperatorInvitation {
        /// Hash of its token.
        token: TokenHash,
        /// The service.
        service_id: ServiceId,
        /// When.
        at: Timestamp,
    },
    /// Ends every link of an operator that was not used yet.
    EndOperatorInvitations {
        /// The service.
        service_id: ServiceId,
        /// Whose.
        operator_id: OperatorId,
        /// When.
        at: Timestamp,
    },
    /// Ends every live session of an operator but one, and forgets the browsers of all others.
    EndOperatorSessions {
        /// The service.
        service_id: ServiceId,
        /// Whose.
        operator_id: OperatorId,
        /// The one that stays, if any.
        except: Option<OperatorSessionId>,
        /// When.
        at: Timestamp,
    },
    /// A member of staff signed in.
    InsertOperatorSession(OperatorSession),
    /// Last use and end of an operator's session. Conflict if it has ended.
    SaveOperatorSession(OperatorSession),
    /// A new conversation with support.
    InsertTicket(Ticket),
    /// The mutable fields of a conversation. Conflict if it is closed.
    SaveTicket(Ticket),
    /// What is counted of wrong access codes of a conversation, over or not.
    SaveTicketAccess(Ticket),
    /// Something that was said in one.
    InsertTicketMessage(TicketMessage),
    /// A new recovery case. Conflict if the account has an open one of its kind.
    InsertCase(Case),
    /// The mutable fields of a case. Conflict if it is over already.
    SaveCase(Case),
    /// What one voice said about a case. Conflict if it has spoken in this round already (R57).
    InsertCaseDecision(CaseDecision),
    /// An identity provider is to be asked. Conflict if it is for this round already.
    InsertIdentityCheck(IdentityCheck),
    /// Where a check stands. Conflict if it is answered.
    SaveIdentityCheck(IdentityCheck),
    /// What an owner keeps of pictures is deleted then, and what is still on the way to it is given up now.
    RetainEvidence {
        /// What they belong to.
        owner: EvidenceOwner,
        /// When.
        until: Timestamp,
    },
}

/// Which account an identifier names: by email or by the live binding of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdentifierLookup {
    /// The service.
    pub service_id: ServiceId,
    /// Channel of the address.
    pub channel: Channel,
    /// Its index.
    pub index: AddressIndex,
}
