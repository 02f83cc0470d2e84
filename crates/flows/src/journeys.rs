//! What every journey of several pages shares: its token, the code page in the middle of it, and asking for another
//! code. The journey belongs to the browser that holds its token; without it there is nothing to see or to finish
//! (section D).

use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use crate::overview;
use crate::reverse::{self, OwnText};
use crate::sending::{self, Asker, Resend};
use countersign_core::address::Address;
use countersign_core::id::{JourneyId, ServiceId, SessionId, VerificationId};
use countersign_core::model::*;
use countersign_core::reach::Trouble;
use countersign_core::session::{Token, hash_token};
use countersign_core::time::{Timestamp, seconds};
use countersign_core::verification::{self, SendRefusal};
use countersign_storage::tables::{factors, journeys, outbox, verifications};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;
use std::time::Duration;

/// What a code page shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodePage {
    /// Where the code went, in full; the page decides how much of it to show.
    pub address: Address,
    /// How the newest code travels there.
    pub channel: Channel,
    /// Other channels that a new code could take to the same address.
    pub channels: Vec<Channel>,
    /// How a text of the holder's own stands, where one would do.
    pub own_text: Option<OwnText>,
    /// Trouble that messages to the address's country have at the moment.
    pub trouble: Option<Trouble>,
    /// What for.
    pub purpose: Purpose,
    /// Digits of the code.
    pub code_length: u8,
    /// Until when the live code works.
    pub code_expires_at: Timestamp,
    /// When another code may be asked for.
    pub resend_at: Timestamp,
    /// Codes sent so far.
    pub sends: u32,
    /// Codes that may still be sent.
    pub sends_left: u32,
    /// Until when the factor is locked, if it is.
    pub locked_until: Option<Timestamp>,
    /// Until when sending is locked, if it is.
    pub sending_locked_until: Option<Timestamp>,
    /// Where the verification stands.
    pub status: VerificationStatus,
    /// Where the newest message stands.
    pub delivery: Option<MessageStatus>,
    /// It waits to leave for longer than is usual.
    pub is_waiting: bool,
}

/// A message leaves within moments of its request; one that has waited this long is worth a word.
const USUAL_WAIT: Duration = seconds(10);

/// What came of asking for another code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JourneyResend {
    /// A new code is on its way.
    Sent,
    /// No code was sent.
    Refused(SendRefusal),
    /// There is no such journey any more.
    Gone,
}

/// A new journey and the token its browser keeps.
pub(crate) fn open(
    kit: &Kit,
    service_id: ServiceId,
    stage: JourneyStage,
    now: Timestamp,
) -> (Journey, Token) {
    let token = Token::draw(kit.entropy.as_ref());
    let journey = Journey {
        id: JourneyId::draw(now, kit.entropy.as_ref()),
        service_id,
        token: token.hash(),
        stage,
        created_at: now,
        expires_at: now.after(seconds(kit.policy.journey_life_s)),
    };
    (journey, token)
}

/// The journey behind a token, locked, if it can still go on.
pub(crate) async fn lock(
    tx: &mut Tx,
    kit: &Kit,
    service_id: ServiceId,
    token: &str,
    now: Timestamp,
) -> Result<Option<Journey>, StorageError> {
    let found = journeys::lock_by_token(tx, &kit.rows, service_id, hash_token(token)).await?;
    Ok(found.filter(|journey| can_go_on(journey, now)))
}

/// The journey behind a token, to look at.
pub(crate) async fn load(
    tx: &mut Tx,
    kit: &Kit,
    service_id: ServiceId,
    token: &str,
    now: Timestamp,
) -> Result<Option<Journey>, StorageError> {
    let found = journeys::load_by_token(tx, &kit.rows, service_id, hash_token(token)).await?;
    Ok(found.filter(|journey| can_go_on(journey, now)))
}

fn can_go_on(journey: &Journey, now: Timestamp) -> bool {
    now < journey.expires_at && journey.stage != JourneyStage::Done
}

/// The code that a journey waits for, if it waits for one.
pub(crate) fn verification_of(stage: &JourneyStage) -> Option<VerificationId> {
    match stage {
        JourneyStage::SignUp { verification, .. }
        | JourneyStage::BindCode { verification, .. }
        | JourneyStage::PasswordForgotten { verification, .. } => {
            Some(VerificationId::from_bytes(verification.0))
        }
        JourneyStage::BindProve { verification, .. } | JourneyStage::SignIn { verification, .. } => {
            verification.map(|id| VerificationId::from_bytes(id.0))
        }
        JourneyStage::BindNumber { .. }
        | JourneyStage::BindPassword { .. }
        | JourneyStage::Setting { .. }
        | JourneyStage::PasswordReset { .. }
        | JourneyStage::ConsoleSignIn { .. }
        | JourneyStage::ConsoleJoin { .. }
        | JourneyStage::ConsoleFactor { .. }
        | JourneyStage::ConsoleStaff { .. }
        | JourneyStage::Done => None,
    }
}

/// Whether a journey of the account pages belongs to this session. Sign-up and sign-in have none.
pub(crate) fn belongs_to(stage: &JourneyStage, session: Option<SessionId>) -> bool {
    match stage {
        JourneyStage::BindProve { session: owner, .. }
        | JourneyStage::BindNumber { session: owner, .. }
        | JourneyStage::BindCode { session: owner, .. }
        | JourneyStage::BindPassword { session: owner, .. }
        | JourneyStage::Setting { session: owner, .. } => {
            session.is_some_and(|session| *session.as_bytes() == owner.0)
        }
        JourneyStage::SignUp { .. }
        | JourneyStage::SignIn { .. }
        | JourneyStage::PasswordForgotten { .. }
        | JourneyStage::PasswordReset { .. } => session.is_none(),
        // The console has its own pages: no holder's page takes part in them.
        JourneyStage::ConsoleSignIn { .. }
        | JourneyStage::ConsoleJoin { .. }
        | JourneyStage::ConsoleFactor { .. }
        | JourneyStage::ConsoleStaff { .. }
        | JourneyStage::Done => false,
    }
}

impl Flows {
    /// The code page of a journey: of a sign-up or sign-in without a session, of the account pages with one.
    pub async fn code_page(
        &self,
        service_id: ServiceId,
        token: &str,
        session: Option<SessionId>,
    ) -> Result<Option<CodePage>, FlowError> {
        let token = token.to_owned();
        self.read(LookAtCode { kit: self.kit.clone(), service_id, token, session }).await
    }

    /// Sends another code for a journey; over another channel to the same address, if asked and if there is one.
    pub async fn resend_for_journey(
        &self,
        service_id: ServiceId,
        token: &str,
        session: Option<SessionId>,
        channel: Option<Channel>,
        caller: Caller,
    ) -> Result<JourneyResend, FlowError> {
        let token = token.to_owned();
        self.write(SendAgain { kit: self.kit.clone(), service_id, token, session, channel, caller }).await
    }
}

struct LookAtCode {
    kit: Arc<Kit>,
    service_id: ServiceId,
    token: String,
    session: Option<SessionId>,
}

impl Step for LookAtCode {
    type Output = Option<CodePage>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let Some(journey) = load(tx, kit, self.service_id, &self.token, now).await? else { return Ok(None) };
        if !belongs_to(&journey.stage, self.session) {
            return Ok(None);
        }
        let Some(id) = verification_of(&journey.stage) else { return Ok(None) };
        let Some(found) = verifications::load(tx, &kit.rows, self.service_id, id).await? else {
            return Ok(None);
        };
        Ok(Some(code_page(tx, kit, found, now).await?))
    }
}

/// The facts of a code page.
pub(crate) async fn code_page(
    tx: &mut Tx,
    kit: &Kit,
    found: Verification,
    now: Timestamp,
) -> Result<CodePage, StorageError> {
    let factor = found.channel.factor();
    let state = factors::load(tx, &kit.rows, found.service_id, found.subject, factor, None, now).await?;
    let delivery = outbox::status_for_verification(tx, &kit.rows, found.id).await?;
    let sends_max = u32::try_from(kit.policy.sends_per_verification).unwrap_or(u32::MAX);
    let locked_until = state.locked_until.filter(|until| now < *until);
    let is_pending = found.status == VerificationStatus::Pending;
    // Receipts are measured for text messages alone.
    let trouble = match found.channel {
        Channel::Sms if is_pending => {
            overview::trouble_of(tx, kit, found.service_id, &found.address, now).await?
        }
        _ => None,
    };
    let mut channels = sending::ways(kit, &found.address);
    channels.retain(|channel| *channel != found.channel);
    let waits = delivery == Some(MessageStatus::Queued) && now.since(found.last_sent_at) >= USUAL_WAIT;
    Ok(CodePage {
        trouble,
        channels,
        own_text: reverse::stands(kit, &found, now).filter(|_| locked_until.is_none()),
        is_waiting: is_pending && waits,
        purpose: found.purpose,
        channel: found.channel,
        code_length: found.code_length,
        code_expires_at: found.code_expires_at,
        resend_at: verification::resend_at(&found, &kit.policy),
        sends: found.sends,
        sends_left: sends_max.saturating_sub(found.sends),
        locked_until,
        sending_locked_until: state.sends_locked_until.filter(|until| now < *until),
        status: found.status,
        delivery,
        address: found.address,
    })
}

struct SendAgain {
    kit: Arc<Kit>,
    service_id: ServiceId,
    token: String,
    session: Option<SessionId>,
    channel: Option<Channel>,
    caller: Caller,
}

impl Step for SendAgain {
    type Output = JourneyResend;

    async fn run(&self, tx: &mut Tx) -> Result<JourneyResend, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let journey = lock(tx, kit, self.service_id, &self.token, now).await?;
        let Some(journey) = journey.filter(|j| belongs_to(&j.stage, self.session)) else {
            return Ok(JourneyResend::Gone);
        };
        let Some(id) = verification_of(&journey.stage) else { return Ok(JourneyResend::Gone) };
        let Some(pending) = verifications::lock(tx, &kit.rows, self.service_id, id).await? else {
            return Ok(JourneyResend::Gone);
        };
        let ways = sending::ways(kit, &pending.address);
        let ask = Resend {
            channel: self.channel.filter(|channel| ways.contains(channel)),
            page: Some(journey.token),
            details: None,
            asker: Asker::of(&self.caller),
        };
        let sent = sending::resend(tx, kit, pending, &ask, &self.caller.scene(), now).await?;
        Ok(match sent {
            Ok(_) => JourneyResend::Sent,
            Err(refusal) => JourneyResend::Refused(refusal),
        })
    }
}
