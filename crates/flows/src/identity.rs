//! Identity providers (section F): the pictures of a case that was handed in go to a provider over HTTP, signed; its
//! signed answer comes back when it has one. Leased and tried again like webhooks, so that a crash loses nothing and
//! the provider can tell repeats apart by the check's identifier. Manual review never waits for it.

use crate::cases::documents::of_this_round;
use crate::context::{Flows, Kit};
use crate::error::FlowError;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use countersign_core::id::{IdentityCheckId, ServiceId};
use countersign_core::identity::{self, Answered};
use countersign_core::model::*;
use countersign_core::session::Scene;
use countersign_core::webhook::Heard;
use countersign_delivery::http::HttpClient;
use countersign_delivery::webhook::{SignedCall, WebhookAnswer, WebhookCall, WebhookSecret, WebhookSender};
use countersign_storage::tables::evidence::{self, SealedPart, Stage, open_parts};
use countersign_storage::tables::{cases, identity_checks};
use countersign_storage::{Step, StorageError, Tx};
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;

/// How often is looked for work: nobody waits for a provider by the second.
const POLL: Duration = Duration::from_secs(1);
/// How long a provider has to take three pictures.
const TAKE_TIMEOUT: Duration = Duration::from_secs(120);
/// Longer than any try may take.
const LEASE: Duration = Duration::from_secs(180);

/// Who is asked, and what both sides sign with.
#[derive(Clone, Debug)]
pub struct IdentityProvider {
    /// What operators know it by.
    pub name: String,
    /// Where it takes requests.
    pub url: String,
    /// Each signs what is sent, and any of them what is answered; the newest first.
    pub secrets: Vec<WebhookSecret>,
}

/// A provider's answer as it came.
#[derive(Clone, Copy, Debug)]
pub struct IdentityLetter<'a> {
    /// Header `webhook-id`.
    pub id: &'a str,
    /// Header `webhook-timestamp`.
    pub timestamp: &'a str,
    /// Header `webhook-signature`.
    pub signatures: &'a str,
    /// Its bytes.
    pub body: &'a [u8],
}

/// What came of a provider's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IdentityTaken {
    /// It is written down.
    Taken,
    /// It is none of ours: no provider is asked, or the signature is not its.
    Unsigned,
    /// It cannot be read.
    Malformed(String),
    /// There is no such check.
    Unknown,
    /// Something else was said before.
    Differs,
}

#[derive(Deserialize)]
struct Letter {
    #[serde(rename = "type")]
    kind: String,
    data: LetterData,
}

#[derive(Deserialize)]
struct LetterData {
    check: String,
    finding: IdentityFinding,
    #[serde(default)]
    failed_checks: Vec<CaseCheck>,
    #[serde(default)]
    reference: String,
}

impl Flows {
    /// Whether a provider sees the pictures of cases, and what it is called.
    pub fn identity_provider(&self) -> Option<&str> {
        self.kit.identity.as_ref().map(|provider| provider.name.as_str())
    }

    /// Takes a provider's answer, once its signature is seen to be right. What we sent is signed with the same secrets:
    /// the kind of the letter keeps it from being sent back to us as an answer.
    pub async fn take_identity_answer(
        &self,
        service_id: ServiceId,
        letter: IdentityLetter<'_>,
    ) -> Result<IdentityTaken, FlowError> {
        let Some(provider) = &self.kit.identity else { return Ok(IdentityTaken::Unsigned) };
        let IdentityLetter { id, timestamp, signatures, body } = letter;
        let call = SignedCall { id, timestamp, signatures, body };
        if !call.is_signed(&provider.secrets, self.now().unix_ms().div_euclid(1_000)) {
            return Ok(IdentityTaken::Unsigned);
        }
        let read = match serde_json::from_slice::<Letter>(body) {
            Ok(read) => read,
            Err(problem) => return Ok(IdentityTaken::Malformed(problem.to_string())),
        };
        if read.kind != "identity_check.finished" {
            let problem = format!("the type is {:?}, not \"identity_check.finished\"", read.kind);
            return Ok(IdentityTaken::Malformed(problem));
        }
        let Ok(id) = read.data.check.parse::<IdentityCheckId>() else { return Ok(IdentityTaken::Unknown) };
        let LetterData { finding, failed_checks, reference, .. } = read.data;
        let said = IdentityAnswer { finding, failed: failed_checks, reference };
        self.write(TakeAnswer { kit: self.kit.clone(), service_id, id, said }).await
    }

    /// Asks for what is due now, one after the other; answers how many were asked about.
    pub async fn ask_identity(&self, sender: &WebhookSender) -> Result<u64, FlowError> {
        let Some(provider) = self.kit.identity.clone() else { return Ok(0) };
        let mut asked = 0;
        // One at a time: each holds three pictures in memory.
        while let Some(check) = self.write(Claim { kit: self.kit.clone() }).await?.pop() {
            let heard = match self.read(Gather { kit: self.kit.clone(), check: check.clone() }).await? {
                Some(gathered) => Some(match self.letter_to(&provider, &check, gathered) {
                    Ok(call) => heard(sender.send_within(call, TAKE_TIMEOUT).await),
                    Err(error) => {
                        tracing::error!(%error, check = %check.id, "pictures for a provider cannot be opened");
                        Heard::No
                    }
                }),
                None => None,
            };
            self.write(Record { kit: self.kit.clone(), check, heard }).await?;
            asked += 1;
        }
        Ok(asked)
    }

    /// Ends the wait for answers that did not come; answers how many.
    pub(crate) async fn expire_identity(&self, limit: u32) -> Result<u64, FlowError> {
        let mut expired = 0;
        for (service_id, id) in self.read(Overdue { kit: self.kit.clone(), limit }).await? {
            expired += u64::from(self.write(Expire { kit: self.kit.clone(), service_id, id }).await?);
        }
        Ok(expired)
    }

    /// What a provider reads: the claims and the pictures, and nothing that names the account.
    fn letter_to(
        &self,
        provider: &IdentityProvider,
        check: &IdentityCheck,
        gathered: Gathered,
    ) -> Result<WebhookCall, FlowError> {
        let (now, file) = (self.now(), &gathered.case.file);
        let mut pictures = Vec::with_capacity(gathered.pictures.len());
        for (picture, parts) in &gathered.pictures {
            let bytes = open_parts(&self.kit.rows, picture.id, Stage::Made, picture.size_bytes, parts)?;
            let note = (picture.slot == EvidenceSlot::NotePhoto).then_some(&picture.note);
            pictures.push(serde_json::json!({
                "slot": picture.slot.as_str(),
                "content_type": "image/jpeg",
                "note_code": note,
                "data": STANDARD.encode(&*bytes),
            }));
        }
        let body = serde_json::json!({
            "type": "identity_check.requested",
            "timestamp": now.to_rfc3339(),
            "data": {
                "check": check.id.to_string(),
                "case_kind": gathered.case.kind.as_str(),
                "round": check.round,
                "document": file.document.map(DocumentKind::as_str),
                "name": file.name.0,
                "answer_url": format!("{}/identity/answers", self.signer.issuer()),
                "pictures": pictures,
            },
        });
        Ok(WebhookCall {
            url: provider.url.clone(),
            secrets: provider.secrets.clone(),
            id: check.id.to_string(),
            timestamp_s: now.unix_ms().div_euclid(1_000),
            body: body.to_string(),
        })
    }
}

fn heard(answer: WebhookAnswer) -> Heard {
    match answer {
        WebhookAnswer::Delivered { .. } => Heard::Yes,
        WebhookAnswer::Gone => Heard::Gone,
        WebhookAnswer::Refused { status, .. } => {
            tracing::warn!(status, "the identity provider did not take a check; it is asked again");
            Heard::No
        }
        WebhookAnswer::Unreachable { reason } => {
            tracing::warn!(reason, "the identity provider cannot be reached; it is asked again");
            Heard::No
        }
        WebhookAnswer::Forbidden => {
            tracing::warn!("the identity provider's address may not be called: see egress");
            Heard::No
        }
    }
}

/// Asks the provider for what is due. One per node; several nodes share the work by leases.
pub struct IdentityAsker {
    flows: Flows,
    sender: WebhookSender,
}

impl IdentityAsker {
    /// With the guarded way out. `monotonic_ms` measures how long a try took.
    pub fn new(flows: Flows, http: HttpClient, monotonic_ms: Arc<dyn Fn() -> u64 + Send + Sync>) -> Self {
        Self { flows, sender: WebhookSender::new(http, monotonic_ms) }
    }

    /// Runs until the task is dropped; at once over when no provider is asked.
    pub async fn run(self) {
        if self.flows.kit.identity.is_none() {
            return;
        }
        let mut tick = tokio::time::interval(POLL);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tick.tick().await;
            if let Err(error) = self.flows.ask_identity(&self.sender).await {
                tracing::warn!(%error, "identity checks could not be asked for; they are tried again");
            }
        }
    }
}

struct Claim {
    kit: Arc<Kit>,
}

impl Step for Claim {
    type Output = Vec<IdentityCheck>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let now = self.kit.clock.now();
        identity_checks::claim(tx, &self.kit.rows, now, now.after(LEASE), 1).await
    }
}

/// What is sent about a check.
struct Gathered {
    case: Case,
    pictures: Vec<(Evidence, Vec<SealedPart>)>,
}

/// Reads it; none once the case has moved on.
struct Gather {
    kit: Arc<Kit>,
    check: IdentityCheck,
}

impl Step for Gather {
    type Output = Option<Gathered>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let (kit, check) = (&self.kit, &self.check);
        let found = cases::load(tx, &kit.rows, check.service_id, check.case_id).await?;
        let Some(case) = found.filter(|case| identity::is_wanted(check, case)) else { return Ok(None) };
        let mut pictures = Vec::new();
        for picture in of_this_round(tx, kit, &case).await? {
            let parts = evidence::parts(tx, &kit.rows, picture.id, Stage::Made).await?;
            pictures.push((picture, parts));
        }
        Ok(Some(Gathered { case, pictures }))
    }
}

struct Record {
    kit: Arc<Kit>,
    check: IdentityCheck,
    heard: Option<Heard>,
}

impl Step for Record {
    type Output = ();

    async fn run(&self, tx: &mut Tx) -> Result<(), StorageError> {
        let (kit, asked) = (&self.kit, &self.check);
        let Some((check, case)) = lock(tx, kit, asked.service_id, asked.id).await? else { return Ok(()) };
        // The answer may have been quicker than this, and a lease that ran out leaves the word to the next.
        if check.state != IdentityState::Due || check.tries != asked.tries {
            return Ok(());
        }
        let scene = Scene::default();
        let world = kit.world(&scene, kit.clock.now());
        kit.save(tx, identity::after_try(check, &case, self.heard, world)).await
    }
}

struct TakeAnswer {
    kit: Arc<Kit>,
    service_id: ServiceId,
    id: IdentityCheckId,
    said: IdentityAnswer,
}

impl Step for TakeAnswer {
    type Output = IdentityTaken;

    async fn run(&self, tx: &mut Tx) -> Result<IdentityTaken, StorageError> {
        let kit = &self.kit;
        let Some((check, case)) = lock(tx, kit, self.service_id, self.id).await? else {
            return Ok(IdentityTaken::Unknown);
        };
        let scene = Scene::default();
        let world = kit.world(&scene, kit.clock.now());
        let answered = identity::answer(check, &case, self.said.clone(), world);
        Ok(match kit.save(tx, answered).await? {
            Answered::Taken | Answered::Again => IdentityTaken::Taken,
            Answered::Differs => IdentityTaken::Differs,
        })
    }
}

struct Overdue {
    kit: Arc<Kit>,
    limit: u32,
}

impl Step for Overdue {
    type Output = Vec<(ServiceId, IdentityCheckId)>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        identity_checks::overdue(tx, &self.kit.rows, self.kit.clock.now(), self.limit).await
    }
}

struct Expire {
    kit: Arc<Kit>,
    service_id: ServiceId,
    id: IdentityCheckId,
}

impl Step for Expire {
    type Output = bool;

    async fn run(&self, tx: &mut Tx) -> Result<bool, StorageError> {
        let kit = &self.kit;
        let Some((check, case)) = lock(tx, kit, self.service_id, self.id).await? else { return Ok(false) };
        let scene = Scene::default();
        kit.save(tx, identity::expire(check, &case, kit.world(&scene, kit.clock.now()))).await
    }
}

/// A check, locked, with its case.
async fn lock(
    tx: &mut Tx,
    kit: &Kit,
    service_id: ServiceId,
    id: IdentityCheckId,
) -> Result<Option<(IdentityCheck, Case)>, StorageError> {
    let Some(check) = identity_checks::lock(tx, &kit.rows, service_id, id).await? else { return Ok(None) };
    let case = cases::load(tx, &kit.rows, service_id, check.case_id).await?;
    Ok(case.map(|case| (check, case)))
}
