//! Telling relying parties: their listeners, and the teller that wakes on commit, leases what is due, sends it, and
//! writes down how it went. At least once, for a day; a listener tells repeats apart by the event's id.

use crate::context::{Flows, Kit};
use crate::error::FlowError;
use countersign_core::change::Change;
use countersign_core::id::{EventId, ServiceId, WebhookId};
use countersign_core::model::*;
use countersign_core::session::Scene;
use countersign_core::time::{Timestamp, hours};
use countersign_core::webhook::{self, Heard, NextTry};
use countersign_delivery::http::{Destination, EgressPolicy, HttpClient};
use countersign_delivery::webhook::{WebhookAnswer, WebhookCall, WebhookSecret, WebhookSender};
use countersign_storage::tables::{self, webhooks};
use countersign_storage::{Step, StorageError, Topic, Tx};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// Longest time without looking for work.
const POLL: Duration = Duration::from_secs(1);
/// Longer than any try may take.
const LEASE: Duration = Duration::from_secs(40);
/// Tellings under way at once, on one node.
const AT_ONCE: usize = 16;
/// How long a secret signs along after it was replaced.
const EARLIER_SECRET: Duration = hours(24);
/// Listeners that a service may have.
const ENDPOINTS_MAX: usize = 20;
/// Why an endpoint is told no more: its owner took it away.
const DELETED: &str = "deleted";

/// What came of adding a listener.
#[derive(Clone, Debug)]
pub enum EndpointAdd {
    /// It is told from now on; the secret is shown this once.
    Added(Box<WebhookEndpoint>),
    /// The address cannot be a listener's.
    Url(String),
    /// There are as many as there may be.
    TooMany,
}

impl Flows {
    /// Adds a listener.
    pub async fn add_webhook(
        &self,
        service_id: ServiceId,
        url: &str,
        egress: EgressPolicy,
    ) -> Result<EndpointAdd, FlowError> {
        if let Err(problem) = Destination::parse(url, egress) {
            return Ok(EndpointAdd::Url(problem.to_string()));
        }
        let live = self.webhooks(service_id).await?.iter().filter(|e| e.disabled_at.is_none()).count();
        if live >= ENDPOINTS_MAX {
            return Ok(EndpointAdd::TooMany);
        }
        let now = self.now();
        let endpoint = WebhookEndpoint {
            id: WebhookId::draw(now, self.kit.entropy.as_ref()),
            service_id,
            url: url.to_owned(),
            secret: Redacted(WebhookSecret::draw(self.kit.entropy.as_ref()).expose()),
            earlier_secret: None,
            earlier_until: None,
            created_at: now,
            disabled_at: None,
            disabled_reason: String::new(),
        };
        self.save(vec![Change::InsertWebhookEndpoint(endpoint.clone())]).await?;
        Ok(EndpointAdd::Added(Box::new(endpoint)))
    }

    /// The service's listeners, those that are told no more included.
    pub async fn webhooks(&self, service_id: ServiceId) -> Result<Vec<WebhookEndpoint>, FlowError> {
        self.read(List { kit: self.kit.clone(), service_id }).await
    }

    /// Stops telling a listener; none if there is no such.
    pub async fn delete_webhook(
        &self,
        service_id: ServiceId,
        id: WebhookId,
    ) -> Result<Option<WebhookEndpoint>, FlowError> {
        self.write(Edit { kit: self.kit.clone(), service_id, id, rotate: false }).await
    }

    /// Gives a listener a new secret; the one before signs along for a day.
    pub async fn rotate_webhook(
        &self,
        service_id: ServiceId,
        id: WebhookId,
    ) -> Result<Option<WebhookEndpoint>, FlowError> {
        self.write(Edit { kit: self.kit.clone(), service_id, id, rotate: true }).await
    }

    /// The newest tellings to a listener; none if there is no such.
    pub async fn webhook_deliveries(
        &self,
        service_id: ServiceId,
        id: WebhookId,
    ) -> Result<Option<Vec<WebhookDelivery>>, FlowError> {
        self.read(Deliveries { kit: self.kit.clone(), service_id, id }).await
    }

    /// Tells an event again; false if there is no such telling.
    pub async fn resend_webhook(
        &self,
        service_id: ServiceId,
        id: WebhookId,
        event: EventId,
    ) -> Result<bool, FlowError> {
        self.write(Resend { kit: self.kit.clone(), service_id, id, event }).await
    }
}

/// Tells what is due. One per node; several nodes share the work by leases.
pub struct Teller {
    flows: Flows,
    sender: WebhookSender,
    node: [u8; 16],
    slots: Arc<Semaphore>,
}

impl Teller {
    /// With the guarded way out. `monotonic_ms` measures how long a try took.
    pub fn new(
        flows: Flows,
        http: HttpClient,
        monotonic_ms: Arc<dyn Fn() -> u64 + Send + Sync>,
        node: [u8; 16],
    ) -> Self {
        let slots = Arc::new(Semaphore::new(AT_ONCE));
        Self { flows, sender: WebhookSender::new(http, monotonic_ms), node, slots }
    }

    /// Runs until the task is dropped.
    pub async fn run(self) {
        let mut wake = self.flows.store.subscribe(Topic::Webhooks);
        let this = Arc::new(self);
        loop {
            let taken = match this.take().await {
                Ok(taken) => taken,
                Err(error) => {
                    tracing::warn!(%error, "webhooks cannot be read; trying again");
                    Vec::new()
                }
            };
            if taken.is_empty() {
                // A wake-up or the slow poll, whichever is first; what is tried again waits for the poll.
                let _ = tokio::time::timeout(POLL, wake.changed()).await;
                continue;
            }
            for (delivery, endpoint) in taken {
                let Ok(slot) = this.slots.clone().acquire_owned().await else { return };
                let this = this.clone();
                tokio::spawn(async move {
                    this.tell(delivery, endpoint).await;
                    drop(slot);
                });
            }
        }
    }

    async fn take(&self) -> Result<Vec<(WebhookDelivery, WebhookEndpoint)>, FlowError> {
        // Held for a moment only: a listener that takes its time holds up its own slot and nobody else's.
        drop(self.slots.acquire().await);
        let free = u32::try_from(self.slots.available_permits().max(1)).unwrap_or(1);
        self.flows.write(Take { kit: self.flows.kit.clone(), node: self.node, free }).await
    }

    async fn tell(&self, mut delivery: WebhookDelivery, endpoint: WebhookEndpoint) {
        let now = self.flows.now();
        let answer = match call(&delivery.event, &endpoint, now) {
            Some(call) => self.sender.send(call).await,
            None => WebhookAnswer::Forbidden,
        };
        let heard = note(&mut delivery, answer);
        let scene = Scene::default();
        let next = webhook::after_try(heard, delivery.tries, self.flows.kit.world(&scene, self.flows.now()));
        match next {
            NextTry::Delivered => delivery.status = DeliveryStatus::Delivered,
            NextTry::GivenUp | NextTry::EndpointGone => delivery.status = DeliveryStatus::GivenUp,
            NextTry::At(at) => delivery.next_try_at = at,
        }
        let is_gone = next == NextTry::EndpointGone;
        let record = Record { kit: self.flows.kit.clone(), node: self.node, delivery, endpoint, is_gone };
        if let Err(error) = self.flows.write(record).await {
            tracing::warn!(%error, "a webhook's answer could not be written down; it is told again");
        }
    }
}

/// The request for one telling: Standard Webhooks, signed with every secret that counts.
fn call(event: &WebhookEvent, endpoint: &WebhookEndpoint, now: Timestamp) -> Option<WebhookCall> {
    let mut secrets = vec![WebhookSecret::parse(&endpoint.secret.0)?];
    let earlier =
        endpoint.earlier_secret.as_ref().filter(|_| endpoint.earlier_until.is_some_and(|end| now < end));
    secrets.extend(earlier.and_then(|secret| WebhookSecret::parse(&secret.0)));
    let data: serde_json::Value = serde_json::from_str(&event.data).ok()?;
    let body = serde_json::json!({
        "type": event.kind.as_str(),
        "timestamp": event.at.to_rfc3339(),
        "data": data,
    });
    Some(WebhookCall {
        url: endpoint.url.clone(),
        secrets,
        id: event.id.to_string(),
        timestamp_s: now.unix_ms().div_euclid(1_000),
        body: body.to_string(),
    })
}

/// Writes an answer into the telling.
fn note(delivery: &mut WebhookDelivery, answer: WebhookAnswer) -> Heard {
    let (heard, status, error, took_ms) = match answer {
        WebhookAnswer::Delivered { status, took_ms } => {
            (Heard::Yes, Some(status), String::new(), Some(took_ms))
        }
        WebhookAnswer::Gone => (Heard::Gone, Some(410), "gone".to_owned(), None),
        WebhookAnswer::Refused { status, took_ms, body_head } => {
            (Heard::No, Some(status), body_head, Some(took_ms))
        }
        WebhookAnswer::Unreachable { reason } => (Heard::No, None, reason.to_owned(), None),
        WebhookAnswer::Forbidden => (Heard::No, None, "this address may not be called".to_owned(), None),
    };
    delivery.last_status = status;
    delivery.last_error = error;
    delivery.last_took_ms = took_ms;
    heard
}

struct Take {
    kit: Arc<Kit>,
    node: [u8; 16],
    free: u32,
}

impl Step for Take {
    type Output = Vec<(WebhookDelivery, WebhookEndpoint)>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let now = self.kit.clock.now();
        webhooks::claim(tx, &self.kit.rows, self.node, now, now.after(LEASE), self.free).await
    }
}

struct Record {
    kit: Arc<Kit>,
    node: [u8; 16],
    delivery: WebhookDelivery,
    endpoint: WebhookEndpoint,
    is_gone: bool,
}

impl Step for Record {
    type Output = ();

    async fn run(&self, tx: &mut Tx) -> Result<(), StorageError> {
        let rows = &self.kit.rows;
        webhooks::record(tx, rows, self.node, &self.delivery).await?;
        if self.is_gone {
            let (service_id, id) = (self.endpoint.service_id, self.endpoint.id);
            let found = webhooks::lock_endpoint(tx, rows, service_id, id).await?;
            if let Some(live) = found.filter(|endpoint| endpoint.disabled_at.is_none()) {
                let gone = disabled(live, "gone", self.kit.clock.now());
                tables::apply(tx, rows, &[Change::SaveWebhookEndpoint(gone)]).await?;
            }
        }
        Ok(())
    }
}

fn disabled(endpoint: WebhookEndpoint, reason: &str, now: Timestamp) -> WebhookEndpoint {
    WebhookEndpoint { disabled_at: Some(now), disabled_reason: reason.to_owned(), ..endpoint }
}

struct List {
    kit: Arc<Kit>,
    service_id: ServiceId,
}

impl Step for List {
    type Output = Vec<WebhookEndpoint>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        webhooks::endpoints_of_service(tx, &self.kit.rows, self.service_id).await
    }
}

struct Edit {
    kit: Arc<Kit>,
    service_id: ServiceId,
    id: WebhookId,
    rotate: bool,
}

impl Step for Edit {
    type Output = Option<WebhookEndpoint>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let found = webhooks::lock_endpoint(tx, &kit.rows, self.service_id, self.id).await?;
        // One that was switched off by its own answers is still listed: its owner can take it away, and no more.
        let can_be = |endpoint: &WebhookEndpoint| match self.rotate {
            true => endpoint.disabled_at.is_none(),
            false => endpoint.disabled_reason != DELETED,
        };
        let Some(endpoint) = found.filter(can_be) else { return Ok(None) };
        let changed = if self.rotate {
            WebhookEndpoint {
                earlier_secret: Some(endpoint.secret.clone()),
                earlier_until: Some(now.after(EARLIER_SECRET)),
                secret: Redacted(WebhookSecret::draw(kit.entropy.as_ref()).expose()),
                ..endpoint
            }
        } else {
            disabled(endpoint, DELETED, now)
        };
        tables::apply(tx, &kit.rows, &[Change::SaveWebhookEndpoint(changed.clone())]).await?;
        Ok(Some(changed))
    }
}

struct Deliveries {
    kit: Arc<Kit>,
    service_id: ServiceId,
    id: WebhookId,
}

impl Step for Deliveries {
    type Output = Option<Vec<WebhookDelivery>>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let rows = &self.kit.rows;
        if webhooks::load_endpoint(tx, rows, self.service_id, self.id).await?.is_none() {
            return Ok(None);
        }
        webhooks::deliveries_of(tx, rows, self.service_id, self.id, 100).await.map(Some)
    }
}

struct Resend {
    kit: Arc<Kit>,
    service_id: ServiceId,
    id: WebhookId,
    event: EventId,
}

impl Step for Resend {
    type Output = bool;

    async fn run(&self, tx: &mut Tx) -> Result<bool, StorageError> {
        let now = self.kit.clock.now();
        webhooks::resend(tx, &self.kit.rows, self.service_id, self.id, self.event, now).await
    }
}
