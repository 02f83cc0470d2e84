//! Getting messages out: wakes on commit, leases a batch, chooses a road for each message, hands it over and records
//! what came of it. Sending is at least once and a crash loses nothing; no verification waits for it. Which road is
//! best is the core's rule, which words are sent, and how, is the channel's affair.

pub(crate) mod receipts;
pub(crate) mod record;
mod take;

use crate::context::Flows;
use crate::error::FlowError;
use countersign_core::id::ServiceId;
use countersign_core::model::{Body, Channel, Message};
use countersign_core::outbox::{self, Leased, Submission};
use countersign_core::route::Outcome;
use countersign_core::template::Template;
use countersign_core::time::Timestamp;
use countersign_delivery::Letter;
use countersign_storage::Topic;
use record::Done;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use take::{NextDue, Started, Take};
use tokio::sync::mpsc;

/// Longest time without looking for work, in case a wake-up was lost between nodes.
const POLL: Duration = Duration::from_secs(1);
/// Messages leased in one transaction.
const TAKE_MAX: usize = 256;
/// Tries that may wait to be recorded before new ones have to.
const RECORDS_WAITING_MAX: usize = 4_096;
/// How long a full or disconnected road is left before it is looked at again.
const FULL: Duration = Duration::from_millis(50);

/// Sends the messages of one channel over this node's roads. One for each channel and node; several nodes share the
/// work by leases.
#[derive(Clone)]
pub struct Dispatcher {
    flows: Flows,
    channel: Channel,
    node: [u8; 16],
    host: String,
    origin: String,
    brands: Arc<Mutex<HashMap<ServiceId, String>>>,
}

impl Dispatcher {
    /// For one channel, after [`Flows::open_routes`]. `host` is the origin that codes are bound to (R13), `origin`
    /// where links lead; `node` names this process.
    pub fn new(flows: Flows, channel: Channel, node: [u8; 16], host: String, origin: String) -> Self {
        Self { flows, channel, node, host, origin, brands: Arc::default() }
    }

    /// Runs until the task is dropped, or until [`Flows::stop_dispatching`] and the last answer.
    pub async fn run(self) {
        let (done, waiting) = mpsc::channel(RECORDS_WAITING_MAX);
        let work = async {
            tokio::join!(self.send_all(done), record::record_all(self.flows.clone(), waiting));
        };
        work.await;
    }

    async fn send_all(&self, done: mpsc::Sender<Done>) {
        let mut wake = self.flows.store.subscribe(Topic::Outbox);
        while !self.flows.kit.roads.is_stopping() {
            let room = self.flows.kit.roads.room(self.channel).min(TAKE_MAX);
            if room == 0 {
                let _ = tokio::time::timeout(FULL, self.flows.kit.roads.freed()).await;
                continue;
            }
            let started = match self.take(room).await {
                Ok(started) => started,
                Err(error) => {
                    tracing::warn!(channel = self.channel.as_str(), %error, "outbox cannot be read; trying again");
                    Vec::new()
                }
            };
            let idle = started.is_empty();
            for one in started {
                self.spawn(one, done.clone());
            }
            if idle {
                let wait = self.until_next().await;
                // A wake-up, the next retry or the slow poll: whichever is first.
                let _ = tokio::time::timeout(wait, wake.changed()).await;
            }
        }
    }

    /// Leases as many messages as there is room for, and gives each its road.
    async fn take(&self, room: usize) -> Result<Vec<Started>, FlowError> {
        let kit = self.flows.kit.clone();
        let taken = self.flows.write(Take { kit, channel: self.channel, node: self.node, room }).await?;
        let (roads, now) = (&self.flows.kit.roads, self.flows.now());
        roads.note_heard(&taken.overdue, now);
        for one in &taken.started {
            let is_code = one.leased.message.verification_id.is_some();
            roads.note(&one.leased.route, &one.region, one.at, Outcome::Sent { is_code }, now);
        }
        Ok(taken.started)
    }

    async fn until_next(&self) -> Duration {
        let step = NextDue { kit: self.flows.kit.clone(), channel: self.channel };
        match self.flows.read(step).await {
            Ok(Some(due)) => due.since(self.flows.now()).clamp(Duration::from_millis(5), POLL),
            Ok(None) | Err(_) => POLL,
        }
    }

    fn spawn(&self, started: Started, done: mpsc::Sender<Done>) {
        let this = self.clone();
        let place = this.flows.kit.roads.hand_over(&started.road);
        tokio::spawn(async move {
            let finished = this.deliver(started).await;
            drop(place);
            // Whoever records is gone only when the whole process is.
            let _ = done.send(finished).await;
        });
    }

    /// One try: hand over, judge.
    async fn deliver(&self, started: Started) -> Done {
        let letter = self.letter(&started).await;
        let submission = started.road.route.out.submit(letter).await;
        if let Submission::Refused { code, .. } = &submission {
            let (route, message) = (&started.leased.route, started.leased.message.id);
            tracing::warn!(route, %message, code, "the route said no");
        }
        let now = self.flows.now();
        let Leased { message, tries, .. } = &started.leased;
        let verdict = outbox::after_try(*tries, message.expires_at, &submission, started.has_other, now);
        let fallback_at = self.fallback_at(&started, &submission, now);
        Done { started, submission, verdict, fallback_at, at: now }
    }

    /// When a message that was taken goes another way too, if no receipt comes before.
    fn fallback_at(&self, started: &Started, submission: &Submission, now: Timestamp) -> Option<Timestamp> {
        let Leased { message, tries, route, .. } = &started.leased;
        let is_taken = matches!(submission, Submission::Accepted { .. });
        let is_code = message.verification_id.is_some();
        // A call that rings is not made a second time; an email's relay says nothing of its arrival.
        let may_repeat = matches!(self.channel, Channel::Sms | Channel::Whatsapp);
        if !is_taken || !may_repeat || !started.road.route.has_receipts {
            return None;
        }
        let p95 = self.flows.kit.roads.p95(route, &started.region);
        let at = now.after(countersign_core::route::receipt_wait(p95, &self.flows.kit.policy));
        outbox::may_fall_back(is_code, message.expires_at, *tries, at).then_some(at)
    }

    async fn letter(&self, started: &Started) -> Letter {
        let message = &started.leased.message;
        Letter {
            reference: message.id,
            to: message.to.clone(),
            body: message.body.clone(),
            locale: message.locale.clone(),
            brand: self.brand(message.service_id).await,
            sender: started.sender.clone(),
            host: self.host.clone(),
            origin: self.origin.clone(),
            phrase: self.phrase(&started.leased).await,
            template: self.template(message).await,
            app_hash: self.flows.kit.app_hash.clone(),
            valid_for: message.expires_at.since(self.flows.now()),
        }
    }

    /// The service's own text for the code, if there is one.
    async fn template(&self, message: &Message) -> Option<Template> {
        let Body::Code { purpose, .. } = &message.body else { return None };
        if self.channel != Channel::Sms {
            return None;
        }
        self.flows.template_for(message.service_id, *purpose, &message.locale).await
    }

    /// The phrase that the account's emails show, as it is at this moment.
    async fn phrase(&self, leased: &Leased) -> Option<String> {
        let account_id = leased.message.account_id.filter(|_| self.channel == Channel::Email)?;
        let service_id = leased.message.service_id;
        self.flows.account(service_id, account_id).await.ok()??.account.phrase
    }

    async fn brand(&self, id: ServiceId) -> String {
        let known = self.brands.lock().ok().and_then(|brands| brands.get(&id).cloned());
        if let Some(brand) = known {
            return brand;
        }
        let brand = self.flows.brand(id).await.unwrap_or_default();
        if !brand.is_empty()
            && let Ok(mut brands) = self.brands.lock()
        {
            brands.insert(id, brand.clone());
        }
        brand
    }
}
