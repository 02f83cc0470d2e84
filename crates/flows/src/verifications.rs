//! Verifications as the relying party uses them, without an account page: start, look, check, resend, cancel. The
//! key vouches for whoever stands behind it, so no page owns them; everything else is decided by the same rules as
//! on the pages.

use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use crate::guess::{self, CodeAnswer, Guess};
use crate::sending::{self, Asker, Resend, Send};
use countersign_core::address::Address;
use countersign_core::binding::{NumberRefusal, judge_number};
use countersign_core::id::{AccountId, ServiceId, VerificationId};
use countersign_core::model::{
    Actor, Channel, MessageStatus, Purpose, Subject, Verification, VerificationStatus,
};
use countersign_core::session::Scene;
use countersign_core::time::Timestamp;
use countersign_core::verification::{self, Details, SendRefusal};
use countersign_storage::tables::{accounts, idempotency, outbox, verifications};
use countersign_storage::{Step, StorageError, Tx};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// What a relying party asks for.
#[derive(Clone, Debug)]
pub struct NewVerification {
    /// Where the code goes.
    pub address: Address,
    /// What for.
    pub purpose: Purpose,
    /// Amount and payee, for purposes that confirm them.
    pub details: Option<Details>,
    /// The account it is for, if any.
    pub account_id: Option<AccountId>,
    /// What the relying party calls the person's device, if anything.
    pub device: Option<String>,
    /// The person's network address and language.
    pub caller: Caller,
    /// The caller's key against doing the same twice (R74).
    pub idempotency_key: String,
}

/// A verification with what became of its newest message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerificationView {
    /// The verification.
    pub verification: Verification,
    /// Where its newest message stands.
    pub delivery: Option<MessageStatus>,
    /// When the next code may be asked for, while it is pending.
    pub resend_at: Timestamp,
}

/// What came of a start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiStart {
    /// A code is on its way, or was already for the same key.
    Started(Box<VerificationView>),
    /// No code was sent.
    Refused(SendRefusal),
    /// The number cannot be texted.
    Number(NumberRefusal),
    /// The service has no such account.
    UnknownAccount,
    /// The same key was used for another request (R74).
    KeyReused,
}

/// What came of a resend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiResend {
    /// A new code is on its way.
    Sent(Box<VerificationView>),
    /// No code was sent.
    Refused(SendRefusal),
    /// Its codes cannot travel over the channel that was asked for.
    NoSuchChannel,
    /// There is no such verification.
    Unknown,
}

/// What came of a check: the answer, and the verification as it stands now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiCheck {
    /// The answer.
    pub answer: CodeAnswer,
    /// The verification after it; none if there is no such.
    pub verification: Option<Box<VerificationView>>,
}

impl Flows {
    /// Starts a verification and sends its code.
    pub async fn start_verification(
        &self,
        service_id: ServiceId,
        new: NewVerification,
    ) -> Result<ApiStart, FlowError> {
        if let Address::Phone(number) = &new.address
            && let Err(refusal) = judge_number(number, self.policy())
        {
            return Ok(ApiStart::Number(refusal));
        }
        let request_digest = digest_request(&new);
        self.write(Start { kit: self.kit.clone(), service_id, new, request_digest }).await
    }

    /// Looks at a verification.
    pub async fn verification(
        &self,
        service_id: ServiceId,
        id: VerificationId,
    ) -> Result<Option<VerificationView>, FlowError> {
        self.read(Look { kit: self.kit.clone(), service_id, id }).await
    }

    /// Judges an entered code: exactly its digits, nothing else (R9).
    pub async fn check_verification(
        &self,
        service_id: ServiceId,
        id: VerificationId,
        typed: String,
        details: Option<Details>,
    ) -> Result<ApiCheck, FlowError> {
        self.write(Check { kit: self.kit.clone(), service_id, id, typed, details }).await
    }

    /// Sends a new code; over another channel to the same address, if asked.
    pub async fn resend_verification(
        &self,
        service_id: ServiceId,
        id: VerificationId,
        channel: Option<Channel>,
        details: Option<Details>,
        caller: Caller,
    ) -> Result<ApiResend, FlowError> {
        self.write(SendAgain { kit: self.kit.clone(), service_id, id, channel, details, caller }).await
    }

    /// Withdraws a verification; answers where it stands, or none if there is no such.
    pub async fn cancel_verification(
        &self,
        service_id: ServiceId,
        id: VerificationId,
    ) -> Result<Option<VerificationView>, FlowError> {
        self.write(Cancel { kit: self.kit.clone(), service_id, id }).await
    }
}

/// SHA-256 over everything that makes two requests different.
fn digest_request(new: &NewVerification) -> [u8; 32] {
    let mut hash = Sha256::new();
    let account = new.account_id.map(|id| id.to_string()).unwrap_or_default();
    let details = new.details.as_ref().map(|d| d.digest().0).unwrap_or_default();
    let ip = new.caller.ip_text();
    for field in [
        new.address.expose().as_bytes(),
        new.purpose.as_str().as_bytes(),
        account.as_bytes(),
        &details,
        new.device.as_deref().unwrap_or_default().as_bytes(),
        new.caller.locale.as_bytes(),
        ip.as_bytes(),
    ] {
        hash.update((field.len() as u64).to_be_bytes());
        hash.update(field);
    }
    hash.finalize().into()
}

async fn view(
    tx: &mut Tx,
    kit: &Kit,
    service_id: ServiceId,
    id: VerificationId,
) -> Result<Option<VerificationView>, StorageError> {
    let Some(mut verification) = verifications::load(tx, &kit.rows, service_id, id).await? else {
        return Ok(None);
    };
    let delivery = outbox::status_for_verification(tx, &kit.rows, id).await?;
    // The timer writes this down within seconds; whoever looks earlier sees the truth already (R3).
    let overdue = kit.clock.now() >= verification.deadline;
    if verification.status == VerificationStatus::Pending && overdue {
        verification.status = VerificationStatus::Expired;
    }
    let resend_at = verification::resend_at(&verification, &kit.policy);
    Ok(Some(VerificationView { verification, delivery, resend_at }))
}

struct Start {
    kit: Arc<Kit>,
    service_id: ServiceId,
    new: NewVerification,
    request_digest: [u8; 32],
}

impl Step for Start {
    type Output = ApiStart;

    async fn run(&self, tx: &mut Tx) -> Result<ApiStart, StorageError> {
        let (kit, new, now) = (&self.kit, &self.new, self.kit.clock.now());
        let key: [u8; 32] = Sha256::digest(new.idempotency_key.as_bytes()).into();
        if let Some((digest, id)) = idempotency::find(tx, &kit.rows, self.service_id, &key).await? {
            if digest != self.request_digest {
                return Ok(ApiStart::KeyReused);
            }
            let found = view(tx, kit, self.service_id, id).await?;
            return Ok(found.map_or(ApiStart::KeyReused, |view| ApiStart::Started(Box::new(view))));
        }
        let subject = match new.account_id {
            Some(id) => match accounts::load(tx, &kit.rows, self.service_id, id).await? {
                Some(account) => Subject::Account(account.id),
                None => return Ok(ApiStart::UnknownAccount),
            },
            None => Subject::Address(kit.rows.index(&new.address)),
        };
        let send = Send {
            service_id: self.service_id,
            subject,
            address: &new.address,
            channel: new.address.channel(),
            purpose: new.purpose,
            details: new.details.as_ref(),
            page: None,
            locale: &new.caller.locale,
            asker: Asker { ip: new.caller.ip, device: new.device.as_deref().map(str::as_bytes) },
        };
        match sending::start(tx, kit, &send, &new.caller.scene(), now).await? {
            Err(refusal) => Ok(ApiStart::Refused(refusal)),
            Ok(verification) => {
                let id = verification.id;
                idempotency::insert(tx, &kit.rows, self.service_id, &key, &self.request_digest, id, now)
                    .await?;
                let resend_at = verification::resend_at(&verification, &kit.policy);
                let delivery = Some(MessageStatus::Queued);
                Ok(ApiStart::Started(Box::new(VerificationView { verification, delivery, resend_at })))
            }
        }
    }
}

struct Look {
    kit: Arc<Kit>,
    service_id: ServiceId,
    id: VerificationId,
}

impl Step for Look {
    type Output = Option<VerificationView>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        view(tx, &self.kit, self.service_id, self.id).await
    }
}

struct Check {
    kit: Arc<Kit>,
    service_id: ServiceId,
    id: VerificationId,
    typed: String,
    details: Option<Details>,
}

impl Step for Check {
    type Output = ApiCheck;

    async fn run(&self, tx: &mut Tx) -> Result<ApiCheck, StorageError> {
        let now = self.kit.clock.now();
        let guess =
            Guess { typed: &self.typed, by_person: false, page: None, details: self.details.as_ref() };
        let scene = Scene::by(Actor::RelyingParty, "");
        let (answer, _) = guess::check(tx, &self.kit, self.service_id, self.id, &guess, &scene, now).await?;
        let after = view(tx, &self.kit, self.service_id, self.id).await?;
        Ok(ApiCheck { answer, verification: after.map(Box::new) })
    }
}

struct SendAgain {
    kit: Arc<Kit>,
    service_id: ServiceId,
    id: VerificationId,
    channel: Option<Channel>,
    details: Option<Details>,
    caller: Caller,
}

impl Step for SendAgain {
    type Output = ApiResend;

    async fn run(&self, tx: &mut Tx) -> Result<ApiResend, StorageError> {
        let now = self.kit.clock.now();
        let Some(pending) = verifications::lock(tx, &self.kit.rows, self.service_id, self.id).await? else {
            return Ok(ApiResend::Unknown);
        };
        let ways = sending::ways(&self.kit, &pending.address);
        if self.channel.is_some_and(|channel| !ways.contains(&channel)) {
            return Ok(ApiResend::NoSuchChannel);
        }
        let asker = Asker { ip: self.caller.ip, device: None };
        let ask = Resend { channel: self.channel, page: None, details: self.details.as_ref(), asker };
        let scene = self.caller.scene();
        Ok(match sending::resend(tx, &self.kit, pending, &ask, &scene, now).await? {
            Err(refusal) => ApiResend::Refused(refusal),
            Ok(_) => match view(tx, &self.kit, self.service_id, self.id).await? {
                Some(view) => ApiResend::Sent(Box::new(view)),
                None => ApiResend::Unknown,
            },
        })
    }
}

struct Cancel {
    kit: Arc<Kit>,
    service_id: ServiceId,
    id: VerificationId,
}

impl Step for Cancel {
    type Output = Option<VerificationView>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let now = self.kit.clock.now();
        let Some(pending) = verifications::lock(tx, &self.kit.rows, self.service_id, self.id).await? else {
            return Ok(None);
        };
        // A page's own verification is not the relying party's to withdraw.
        if pending.page.is_none() {
            self.kit.save(tx, verification::cancel(pending, now)).await?;
        }
        view(tx, &self.kit, self.service_id, self.id).await
    }
}
