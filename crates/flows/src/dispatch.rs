//! Getting messages out: wakes on commit, leases a batch, hands each to the channel, records what came of it.
//! Sending is at least once and a crash loses nothing; no verification waits for it. Which words are sent, and how,
//! is the channel's affair.

use crate::context::{Flows, Kit};
use crate::error::FlowError;
use countersign_core::id::{AttemptId, ServiceId};
use countersign_core::model::Channel;
use countersign_core::outbox::{self, LEASE, Leased, Receipt, Submission, Verdict};
use countersign_core::time::Timestamp;
use countersign_delivery::Letter;
use countersign_storage::tables::outbox as rows;
use countersign_storage::{Step, StorageError, Topic, Tx};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Semaphore;

/// Longest time without looking for work, in case a wake-up was lost between nodes.
const POLL: Duration = Duration::from_secs(1);

/// A route: one channel under one name.
#[derive(Clone)]
pub struct RouteChannel {
    /// Its name, as recorded with every attempt.
    pub name: String,
    /// What it carries.
    pub channel: Channel,
    /// The way out.
    pub out: Arc<dyn countersign_delivery::Channel>,
    /// Messages in flight at once.
    pub in_flight_max: usize,
}

/// Drives one route. Built once per route and node; several nodes share the work by leases.
#[derive(Clone)]
pub struct Dispatcher {
    flows: Flows,
    route: RouteChannel,
    node: [u8; 16],
    host: String,
    origin: String,
    slots: Arc<Semaphore>,
    brands: Arc<Mutex<HashMap<ServiceId, String>>>,
}

impl Dispatcher {
    /// For one route. `host` is the origin that codes are bound to (R13), `origin` where links lead; `node` names this
    /// process.
    pub fn new(flows: Flows, route: RouteChannel, node: [u8; 16], host: String, origin: String) -> Self {
        let slots = Arc::new(Semaphore::new(route.in_flight_max.max(1)));
        Self { flows, route, node, host, origin, slots, brands: Arc::default() }
    }

    /// Runs until the task is dropped.
    pub async fn run(self) {
        let mut wake = self.flows.store.subscribe(Topic::Outbox);
        loop {
            let taken = match self.take().await {
                Ok(taken) => taken,
                Err(error) => {
                    tracing::warn!(route = self.route.name, %error, "outbox cannot be read; trying again");
                    Vec::new()
                }
            };
            let idle = taken.is_empty();
            for leased in taken {
                self.spawn(leased).await;
            }
            if idle {
                let wait = self.until_next().await;
                // A wake-up, the next retry or the slow poll: whichever is first.
                let _ = tokio::time::timeout(wait, wake.changed()).await;
            }
        }
    }

    /// Leases as many messages as there are free slots, once there is at least one.
    async fn take(&self) -> Result<Vec<Leased>, FlowError> {
        // Held for a moment only, so that the loop rests while every slot is taken.
        drop(self.slots.acquire().await);
        let free = self.slots.available_permits().clamp(1, 64);
        let kit = self.flows.kit.clone();
        let step =
            Take { kit, route: self.route.name.clone(), channel: self.route.channel, node: self.node, free };
        self.flows.write(step).await
    }

    async fn until_next(&self) -> Duration {
        let step = NextDue { kit: self.flows.kit.clone(), channel: self.route.channel };
        match self.flows.read(step).await {
            Ok(Some(due)) => due.since(self.flows.now()).clamp(Duration::from_millis(5), POLL),
            Ok(None) | Err(_) => POLL,
        }
    }

    async fn spawn(&self, leased: Leased) {
        let Ok(slot) = self.slots.clone().acquire_owned().await else { return };
        let this = self.clone();
        tokio::spawn(async move {
            this.deliver(leased).await;
            drop(slot);
        });
    }

    /// One try: hand over, judge, record.
    async fn deliver(&self, leased: Leased) {
        let brand = self.brand(leased.message.service_id).await;
        let now = self.flows.now();
        let letter = Letter {
            reference: leased.message.id,
            to: leased.message.to.clone(),
            body: leased.message.body.clone(),
            locale: leased.message.locale.clone(),
            brand,
            host: self.host.clone(),
            origin: self.origin.clone(),
            phrase: self.phrase(&leased).await,
            valid_for: leased.message.expires_at.since(now),
        };
        let submission = self.route.out.submit(letter).await;
        if let Submission::Refused { code, .. } = &submission {
            tracing::warn!(route = self.route.name, message = %leased.message.id, code, "the route said no");
        }
        let verdict = outbox::after_try(&leased, &submission, self.flows.now());
        let kit = self.flows.kit.clone();
        let message = leased.message.id;
        let record = Record { kit, leased, submission, verdict };
        // What the other side took must be written down, or it would be sent again: a full queue is waited out.
        for _ in 0..50 {
            match self.flows.store.write(record.again()).await {
                Ok(()) => return,
                Err(StorageError::Busy { retry_after_ms }) => {
                    let wait = Duration::from_millis(retry_after_ms.clamp(5, 200));
                    let _ = tokio::time::timeout(wait, std::future::pending::<()>()).await;
                }
                Err(error) => {
                    tracing::error!(route = self.route.name, %message, %error, "a try could not be recorded");
                    return;
                }
            }
        }
    }

    /// The phrase that the account's emails show, as it is at this moment.
    async fn phrase(&self, leased: &Leased) -> Option<String> {
        let account_id = leased.message.account_id.filter(|_| self.route.channel == Channel::Email)?;
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

impl Flows {
    /// Takes in a receipt. Unknown identifiers are parked: carriers send receipts before their own answers.
    pub async fn take_receipt(&self, receipt: Receipt) -> Result<bool, FlowError> {
        self.write(TakeReceipt { kit: self.kit.clone(), receipt }).await
    }

    /// Gives back what a crashed process had leased: its own leases, or on a single node (`None`) all of them.
    pub async fn release_leases(&self, node: Option<[u8; 16]>) -> Result<u64, FlowError> {
        self.write(Release { kit: self.kit.clone(), node }).await
    }
}

struct Take {
    kit: Arc<Kit>,
    route: String,
    channel: Channel,
    node: [u8; 16],
    free: usize,
}

impl Step for Take {
    type Output = Vec<Leased>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let now = self.kit.clock.now();
        let attempt_ids: Vec<AttemptId> =
            (0..self.free).map(|_| AttemptId::draw(now, self.kit.entropy.as_ref())).collect();
        let claim = rows::Claim {
            channel: self.channel,
            route: &self.route,
            node: self.node,
            now,
            lease_until: now.after(LEASE),
            attempt_ids: &attempt_ids,
        };
        rows::claim(tx, &self.kit.rows, &claim).await
    }
}

struct NextDue {
    kit: Arc<Kit>,
    channel: Channel,
}

impl Step for NextDue {
    type Output = Option<Timestamp>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        rows::next_due(tx, &self.kit.rows, self.channel).await
    }
}

struct Record {
    kit: Arc<Kit>,
    leased: Leased,
    submission: Submission,
    verdict: Verdict,
}

impl Record {
    fn again(&self) -> Record {
        Record {
            kit: self.kit.clone(),
            leased: self.leased.clone(),
            submission: self.submission.clone(),
            verdict: self.verdict,
        }
    }
}

impl Step for Record {
    type Output = ();

    async fn run(&self, tx: &mut Tx) -> Result<(), StorageError> {
        let now = self.kit.clock.now();
        rows::record(tx, &self.kit.rows, &self.leased, &self.submission, self.verdict, now).await
    }
}

struct TakeReceipt {
    kit: Arc<Kit>,
    receipt: Receipt,
}

impl Step for TakeReceipt {
    type Output = bool;

    async fn run(&self, tx: &mut Tx) -> Result<bool, StorageError> {
        rows::receipt(tx, &self.kit.rows, &self.receipt, self.kit.clock.now()).await
    }
}

struct Release {
    kit: Arc<Kit>,
    node: Option<[u8; 16]>,
}

impl Step for Release {
    type Output = u64;

    async fn run(&self, tx: &mut Tx) -> Result<u64, StorageError> {
        rows::release(tx, &self.kit.rows, self.node).await
    }
}
