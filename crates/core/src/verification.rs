//! A verification: proof that somebody controls one address, by a code sent there. This module decides when a code
//! is drawn and sent, what an entered code proves, and when it is too late; it does not know how codes travel or how
//! rows are kept.
//!
//! ```text
//!                     resend (new code, the old one dead)
//!                        ┌─────────┐
//!                        ▼         │
//!   start ─────────► ┌───────────────┐ ── right code in time ──► approved
//!                    │    pending    │ ── wrong code, run full ─► failed   (and the factor locks)
//!                    └───────────────┘ ── deadline passes ──────► expired
//!                        │        └────── withdrawn ────────────► canceled
//!                        └── a newer one for the same subject, channel and purpose ► superseded
//! ```
//!
//! Every arrow leaves `pending`; none returns. Guesses are counted on the subject's factor, not on the verification,
//! so no resend, new verification, page or address ever gives a guess back (R7).

use crate::Decision;
use crate::address::{Address, AddressIndex};
use crate::change::Change;
use crate::code::{self, CodeContext, CodeKey, TypedCode};
use crate::entropy::Entropy;
use crate::event::Event;
use crate::id::{AccountId, MessageId, ServiceId, VerificationId};
use crate::limit::{LimitHit, Planned};
use crate::lock::{self, Effect, Refusal};
use crate::model::*;
use crate::policy::Policy;
use crate::session::Scene;
use crate::time::{Timestamp, seconds};
use std::time::Duration;
use subtle::ConstantTimeEq;

/// What someone asks a code for.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The service.
    pub service_id: ServiceId,
    /// Whose failures and sends it counts towards.
    pub subject: Subject,
    /// Where the code goes.
    pub address: &'a Address,
    /// How it travels there.
    pub channel: Channel,
    /// Index of the address.
    pub address_index: AddressIndex,
    /// What for.
    pub purpose: Purpose,
    /// Amount and payee, when the code confirms them (R51).
    pub details: Option<&'a Details>,
    /// The page that may finish it; `None` when a relying party vouches.
    pub page: Option<TokenHash>,
    /// Language of the message.
    pub locale: &'a str,
}

/// What a code for a withdrawal or a sale confirms.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Details {
    /// The amount with its unit, as shown.
    pub amount: String,
    /// Who gets it, as shown.
    pub payee: String,
    /// The network it travels on, as shown; empty when there is none.
    pub network: String,
    /// The two words that the confirm page shows as well (R55); empty without an action.
    pub fingerprint: String,
    /// Digest of the action whose code it is; all zero without one. What is shown may be shortened, this is not (R52).
    pub action: DetailsDigest,
}

impl Details {
    /// SHA-256 over the fields, each with its length before it (R52).
    pub fn digest(&self) -> DetailsDigest {
        use sha2::{Digest, Sha256};
        let mut hash = Sha256::new();
        let fields: [&[u8]; 6] = [
            b"countersign details 2",
            self.amount.as_bytes(),
            self.payee.as_bytes(),
            self.network.as_bytes(),
            self.fingerprint.as_bytes(),
            &self.action.0,
        ];
        for field in fields {
            hash.update((field.len() as u64).to_be_bytes());
            hash.update(field);
        }
        DetailsDigest(hash.finalize().into())
    }

    /// Whether a code for this purpose may confirm these: value that leaves must say how much and to whom; anything
    /// else confirms something only as part of an action.
    fn fit(details: Option<&Details>, purpose: Purpose) -> bool {
        match details {
            None => !purpose.needs_details(),
            Some(details) => purpose.needs_details() || details.action != DetailsDigest::default(),
        }
    }
}

/// What is loaded before a send is decided.
#[derive(Clone, Debug)]
pub struct SendSnapshot<'a> {
    /// The factor that the code proves, as remembered for the subject.
    pub factor: FactorState,
    /// The counters this send was counted on.
    pub planned: &'a [Planned],
    /// The cap among them that is now over, if one is.
    pub hit: Option<LimitHit>,
}

/// The world a decision is taken in.
#[derive(Clone, Copy)]
pub struct World<'a> {
    /// The service's policy.
    pub policy: &'a Policy,
    /// Key of the code hashes.
    pub key: &'a CodeKey,
    /// Now.
    pub now: Timestamp,
    /// Randomness.
    pub entropy: &'a dyn Entropy,
    /// Who is asking, for the record of what happened.
    pub scene: &'a Scene,
}

/// Why no code is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendRefusal {
    /// The factor is locked or disabled.
    Factor(Refusal),
    /// Too many codes were asked for without one being entered.
    SendingLocked {
        /// When sending opens again.
        until: Timestamp,
    },
    /// A cap is reached.
    Limited(LimitHit),
    /// The last code is too fresh.
    TooSoon {
        /// When the next may be asked for.
        at: Timestamp,
    },
    /// This verification has sent all the codes it may.
    SendsSpent,
    /// It is over.
    Closed(VerificationStatus),
    /// Another page started it.
    NotThisPage,
    /// What the code would confirm must be said, or must not (R51).
    DetailsMismatch,
}

/// Starts a verification and sends its first code, or says why not.
pub fn start(
    request: &Request<'_>,
    snapshot: SendSnapshot<'_>,
    world: World<'_>,
) -> Decision<Result<Verification, SendRefusal>> {
    if !Details::fit(request.details, request.purpose) {
        return refuse(SendRefusal::DetailsMismatch, &snapshot);
    }
    if let Some(refusal) = send_refusal(request.purpose, &snapshot, world) {
        let whose = (request.service_id, request.subject, request.channel);
        return refused(refusal, whose, &snapshot, world);
    }
    let now = world.now;
    let channel = request.channel;
    let id = VerificationId::draw(now, world.entropy);
    let code_length = u8::try_from(world.policy.code_length).unwrap_or(6);
    let mut verification = Verification {
        id,
        service_id: request.service_id,
        subject: request.subject,
        channel,
        address: request.address.clone(),
        address_index: request.address_index,
        purpose: request.purpose,
        details: request.details.map(Details::digest).unwrap_or_default(),
        page: request.page,
        locale: request.locale.to_owned(),
        status: VerificationStatus::Pending,
        code_length,
        code_hash: CodeHash([0; 32]),
        earlier_code_hashes: Vec::new(),
        reverse_hash: None,
        reverse_heard_at: None,
        failures: 0,
        sends: 0,
        last_sent_at: now,
        code_expires_at: now,
        deadline: now.after(seconds(world.policy.verification_life_s)),
        created_at: now,
        finished_at: None,
    };
    let mut factor = snapshot.factor;
    // A code proves a factor, however it travelled: one that was called out dies with one that was texted (R6).
    let alike = Channel::ALL.iter().filter(|other| other.factor() == channel.factor());
    let mut changes: Vec<Change> = alike
        .map(|other| Change::SupersedeVerifications {
            service_id: request.service_id,
            subject: request.subject,
            channel: *other,
            purpose: request.purpose,
            except: id,
            at: now,
        })
        .collect();
    let message = send(&mut verification, request.details, world);
    changes.push(Change::InsertVerification(verification.clone()));
    changes.push(message);
    note_send(&verification, &mut factor, &mut changes, world);
    changes.push(Change::SaveFactor(factor));
    Decision { outcome: Ok(verification), changes }
}

/// Sends a new code for a pending verification; the one before it is dead from here on (R6).
pub fn resend(
    mut verification: Verification,
    page: Option<TokenHash>,
    details: Option<&Details>,
    snapshot: SendSnapshot<'_>,
    world: World<'_>,
) -> Decision<Result<Verification, SendRefusal>> {
    let now = world.now;
    if !page_matches(&verification, page) {
        return refuse(SendRefusal::NotThisPage, &snapshot);
    }
    if verification.status != VerificationStatus::Pending {
        return refuse(SendRefusal::Closed(verification.status), &snapshot);
    }
    if now >= verification.deadline {
        return refuse(SendRefusal::Closed(VerificationStatus::Expired), &snapshot);
    }
    if details.map(Details::digest).unwrap_or_default() != verification.details {
        return refuse(SendRefusal::DetailsMismatch, &snapshot);
    }
    let at = resend_at(&verification, world.policy);
    if now < at {
        return refuse(SendRefusal::TooSoon { at }, &snapshot);
    }
    if u64::from(verification.sends) >= world.policy.sends_per_verification {
        return refuse(SendRefusal::SendsSpent, &snapshot);
    }
    if let Some(refusal) = send_refusal(verification.purpose, &snapshot, world) {
        let whose = (verification.service_id, verification.subject, verification.channel);
        return refused(refusal, whose, &snapshot, world);
    }
    let mut factor = snapshot.factor;
    verification.earlier_code_hashes.push(verification.code_hash);
    let mut changes = vec![Change::CancelMessages(verification.id)];
    changes.push(send(&mut verification, details, world));
    changes.push(Change::SaveVerification(verification.clone()));
    note_send(&verification, &mut factor, &mut changes, world);
    changes.push(Change::SaveFactor(factor));
    Decision { outcome: Ok(verification), changes }
}

/// When the next code of this verification may be asked for.
pub fn resend_at(verification: &Verification, policy: &Policy) -> Timestamp {
    verification.last_sent_at.after(policy.resend_gap(verification.sends))
}

/// How long a code for this purpose works.
pub fn code_life(purpose: Purpose, policy: &Policy) -> Duration {
    seconds(match purpose {
        Purpose::Bind => policy.bind_code_life_s,
        Purpose::Withdrawal => policy.withdrawal_code_life_s,
        _ => policy.code_life_s,
    })
}

/// Whether the factor may be used for this purpose. A disabled one waits to be bound again, so that must stay possible.
pub(crate) fn factor_refusal(purpose: Purpose, factor: &FactorState, world: World<'_>) -> Option<Refusal> {
    match purpose {
        Purpose::Bind => lock::refusal_to_bind(factor, world.now),
        _ => lock::refusal(factor, world.policy, world.now),
    }
}

fn send_refusal(purpose: Purpose, snapshot: &SendSnapshot<'_>, world: World<'_>) -> Option<SendRefusal> {
    if let Some(refusal) = factor_refusal(purpose, &snapshot.factor, world) {
        return Some(SendRefusal::Factor(refusal));
    }
    if let Some(until) = lock::sending_locked_until(&snapshot.factor, world.now) {
        return Some(SendRefusal::SendingLocked { until });
    }
    snapshot.hit.map(SendRefusal::Limited)
}

/// A refusal takes back what was counted: only codes that left count.
fn refuse<T>(refusal: SendRefusal, snapshot: &SendSnapshot<'_>) -> Decision<Result<T, SendRefusal>> {
    let changes =
        snapshot.planned.iter().map(|plan| Change::Count { key: plan.key.clone(), by: -plan.by }).collect();
    Decision { outcome: Err(refusal), changes }
}

/// As [`refuse`], and a cap that was hit is recorded (R76).
fn refused<T>(
    refusal: SendRefusal,
    (service_id, subject, channel): (ServiceId, Subject, Channel),
    snapshot: &SendSnapshot<'_>,
    world: World<'_>,
) -> Decision<Result<T, SendRefusal>> {
    let mut decision = refuse(refusal, snapshot);
    if let SendRefusal::Limited(hit) = refusal {
        let event = Event::SendLimited { limit: hit.kind.as_str().to_owned(), channel };
        decision.changes.push(world.scene.event(service_id, account_of(subject), event, world));
    }
    decision
}

fn account_of(subject: Subject) -> Option<AccountId> {
    match subject {
        Subject::Account(id) => Some(id),
        Subject::Address(_) | Subject::Staff(_) => None,
    }
}

/// Draws the code, keeps its hash, and gives the message that carries it.
fn send(verification: &mut Verification, details: Option<&Details>, world: World<'_>) -> Change {
    let life = code_life(verification.purpose, world.policy);
    verification.sends += 1;
    verification.last_sent_at = world.now;
    verification.code_expires_at = world.now.after(life).min(verification.deadline);
    let drawn = code::draw(verification.code_length, world.entropy);
    verification.code_hash =
        code::hash(world.key, &context(verification), verification.sends, drawn.expose());
    Change::InsertMessage(Message {
        id: MessageId::draw(world.now, world.entropy),
        service_id: verification.service_id,
        account_id: account_of(verification.subject),
        verification_id: Some(verification.id),
        send: verification.sends,
        channel: verification.channel,
        to: verification.address.clone(),
        body: Body::Code {
            code: drawn.expose().to_owned(),
            purpose: verification.purpose,
            valid_s: verification.code_expires_at.since(world.now).as_secs(),
            amount: details.map(|d| d.amount.clone()).filter(|text| !text.is_empty()),
            payee: details.map(|d| d.payee.clone()).filter(|text| !text.is_empty()),
            network: details.map(|d| d.network.clone()).filter(|text| !text.is_empty()),
            fingerprint: details.map(|d| d.fingerprint.clone()).filter(|text| !text.is_empty()),
        },
        locale: verification.locale.clone(),
        // A code that arrives after its end only confuses: the carrier is told to drop it (SMPP validity_period).
        expires_at: verification.code_expires_at,
        created_at: world.now,
    })
}

fn note_send(
    verification: &Verification,
    factor: &mut FactorState,
    changes: &mut Vec<Change>,
    world: World<'_>,
) {
    let account = account_of(verification.subject);
    let sent = Event::CodeSent {
        channel: verification.channel,
        purpose: verification.purpose,
        to: verification.address.masked(),
        send: verification.sends,
    };
    changes.push(world.scene.event(verification.service_id, account, sent, world));
    if let Some(until) = lock::record_send(factor, world.policy, world.now) {
        let event = Event::SendingLocked { channel: verification.channel, until_ms: until.unix_ms() };
        changes.push(world.scene.event(verification.service_id, account, event, world));
    }
}

pub(crate) fn context(verification: &Verification) -> CodeContext<'_> {
    CodeContext {
        service_id: verification.service_id,
        verification_id: verification.id,
        subject: verification.subject,
        address: &verification.address,
        purpose: verification.purpose,
        details: verification.details,
    }
}

/// What an entered code proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckOutcome {
    /// It was right, in time, and is used up.
    Approved,
    /// It was wrong.
    Wrong {
        /// Failures left before the factor locks.
        left: u32,
        /// It was a code that a later one replaced.
        earlier: bool,
    },
    /// It was wrong once too often: the verification is over and the factor locked.
    LockedNow {
        /// When it opens.
        until: Timestamp,
    },
    /// It was wrong, and the factor's budget is used up.
    DisabledNow,
    /// Nothing was compared: the factor is locked or disabled.
    Refused(Refusal),
    /// Nothing was compared: the code ran out. A new one may be asked for until the deadline.
    CodeExpired,
    /// Nothing was compared: the verification is over.
    Closed(VerificationStatus),
    /// Nothing was compared: another page started it.
    NotThisPage,
}

/// Judges an entered code. A guess is counted before it is compared, in the transaction that compares it and, when
/// it is right, uses it up (R4, R21). `details` is what the caller says is being confirmed, for purposes that
/// confirm something.
pub fn check(
    verification: Verification,
    page: Option<TokenHash>,
    typed: &TypedCode,
    details: Option<&Details>,
    factor: FactorState,
    world: World<'_>,
) -> Decision<CheckOutcome> {
    let now = world.now;
    if !page_matches(&verification, page) {
        return Decision::only(CheckOutcome::NotThisPage);
    }
    if verification.status != VerificationStatus::Pending {
        return Decision::only(CheckOutcome::Closed(verification.status));
    }
    if let Some(refusal) = factor_refusal(verification.purpose, &factor, world) {
        return Decision::only(CheckOutcome::Refused(refusal));
    }
    if now >= verification.deadline {
        return expire(verification, now).map(|_| CheckOutcome::Closed(VerificationStatus::Expired));
    }
    if now >= verification.code_expires_at {
        return Decision::only(CheckOutcome::CodeExpired);
    }
    let claimed =
        CodeContext { details: details.map(Details::digest).unwrap_or_default(), ..context(&verification) };
    let (live, earlier) = compare(&verification, &claimed, typed, world.key);
    if live {
        let credit = Change::CreditRoute { verification_id: verification.id, at: now };
        let mut changes = approve(verification, factor, now);
        changes.push(credit);
        return Decision { outcome: CheckOutcome::Approved, changes };
    }
    fail(verification, factor, earlier, world)
}

/// What a proof in time comes to, by whichever of the two ways: it is used up, and its own failures are refunded (R4,
/// R20).
pub(crate) fn approve(
    mut verification: Verification,
    mut factor: FactorState,
    now: Timestamp,
) -> Vec<Change> {
    verification.status = VerificationStatus::Approved;
    verification.finished_at = Some(now);
    lock::record_success(&mut factor, verification.failures);
    let refund = count_failures(&verification, -i64::from(verification.failures));
    let failed = verification.failures > 0;
    let mut changes = vec![Change::SaveVerification(verification), Change::SaveFactor(factor)];
    changes.extend(failed.then_some(refund));
    changes
}

fn fail(
    mut verification: Verification,
    mut factor: FactorState,
    earlier: bool,
    world: World<'_>,
) -> Decision<CheckOutcome> {
    // A success elsewhere empties the factor's run; the guesses made here stay made (R7).
    factor.run = factor.run.max(verification.failures);
    verification.failures += 1;
    let account = account_of(verification.subject);
    let service_id = verification.service_id;
    let mut changes = vec![count_failures(&verification, 1)];
    let wrong = Event::CodeWrong { channel: verification.channel, purpose: verification.purpose };
    changes.push(world.scene.event(service_id, account, wrong, world));
    let outcome = match lock::record_failure(&mut factor, world.policy, world.now) {
        Effect::Counted { left } => CheckOutcome::Wrong { left, earlier },
        Effect::Locked { until } => {
            let event = Event::FactorLocked { factor: factor.factor, until_ms: until.unix_ms() };
            changes.push(world.scene.event(service_id, account, event, world));
            CheckOutcome::LockedNow { until }
        }
        Effect::Disabled => {
            let event = Event::FactorDisabled { factor: factor.factor };
            changes.push(world.scene.event(service_id, account, event, world));
            CheckOutcome::DisabledNow
        }
    };
    if !matches!(outcome, CheckOutcome::Wrong { .. }) {
        verification.status = VerificationStatus::Failed;
        verification.finished_at = Some(world.now);
        changes.push(Change::CancelMessages(verification.id));
    }
    changes.push(Change::SaveVerification(verification));
    changes.push(Change::SaveFactor(factor));
    Decision { outcome, changes }
}

/// Compares with the live code and every earlier one, always all of them, so that time tells nothing.
fn compare(
    verification: &Verification,
    claimed: &CodeContext<'_>,
    typed: &TypedCode,
    key: &CodeKey,
) -> (bool, bool) {
    let entered = |ordinal: u32| code::hash(key, claimed, ordinal, typed.digits());
    let live = code::hashes_match(&entered(verification.sends), &verification.code_hash);
    let mut earlier = false;
    for (ordinal, dead) in (1u32..).zip(&verification.earlier_code_hashes) {
        earlier |= code::hashes_match(&entered(ordinal), dead);
    }
    (live, earlier)
}

/// Failures go into the bucket of the day the verification began, so that a success after midnight refunds the right
/// one.
fn count_failures(verification: &Verification, by: i64) -> Change {
    Change::CountFailures {
        service_id: verification.service_id,
        subject: verification.subject,
        factor: verification.channel.factor(),
        day: verification.created_at.day(),
        by,
    }
}

pub(crate) fn page_matches(verification: &Verification, page: Option<TokenHash>) -> bool {
    match (verification.page, page) {
        (None, None) => true,
        (Some(wanted), Some(given)) => wanted.0.ct_eq(&given.0).into(),
        _ => false,
    }
}

/// Withdraws a pending verification.
pub fn cancel(mut verification: Verification, now: Timestamp) -> Decision<VerificationStatus> {
    if verification.status != VerificationStatus::Pending {
        return Decision::only(verification.status);
    }
    verification.status = VerificationStatus::Canceled;
    verification.finished_at = Some(now);
    let changes = vec![Change::CancelMessages(verification.id), Change::SaveVerification(verification)];
    Decision { outcome: VerificationStatus::Canceled, changes }
}

/// Ends a verification whose deadline has passed. Safe to call twice, or early: then nothing happens.
pub fn expire(mut verification: Verification, now: Timestamp) -> Decision<VerificationStatus> {
    if verification.status != VerificationStatus::Pending || now < verification.deadline {
        return Decision::only(verification.status);
    }
    verification.status = VerificationStatus::Expired;
    verification.finished_at = Some(now);
    let changes = vec![Change::CancelMessages(verification.id), Change::SaveVerification(verification)];
    Decision { outcome: VerificationStatus::Expired, changes }
}

#[cfg(test)]
#[path = "verification_tests.rs"]
mod tests;
