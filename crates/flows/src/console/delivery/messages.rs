//! Messages as operators see them: the newest, those to one address, and the way of one. Addresses leave masked.

use crate::console::desk::look_ups::{self, LookUp};
use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use countersign_core::address::Address;
use countersign_core::id::{MessageId, ServiceId, VerificationId};
use countersign_core::model::{Actor, AttemptStatus, Channel, MessageStatus, Purpose};
use countersign_core::route::Why;
use countersign_core::session::Scene;
use countersign_core::time::Timestamp;
use countersign_storage::tables::outbox::{self, AttemptLine, MessageLine};
use countersign_storage::tables::verifications;
use countersign_storage::{Step, StorageError, Tx};
use std::collections::HashMap;
use std::sync::Arc;

/// One message, without what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageView {
    /// Its identifier.
    pub id: MessageId,
    /// How it travels.
    pub channel: Channel,
    /// Where it goes, masked.
    pub to: String,
    /// Region, or empty.
    pub region: String,
    /// What its code is for; none of a notice.
    pub purpose: Option<Purpose>,
    /// Where it stands.
    pub status: MessageStatus,
    /// The route it took last; empty before the first.
    pub route: String,
    /// Which send of its verification, from one; 0 without one.
    pub send: u32,
    /// When it was decided.
    pub created_at: Timestamp,
    /// Not worth sending after this.
    pub expires_at: Timestamp,
    /// When its code was entered.
    pub converted_at: Option<Timestamp>,
}

/// One try over one route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptView {
    /// Name of the route.
    pub route: String,
    /// Why it was chosen; none where that was not written down.
    pub why: Option<Why>,
    /// What it cost, in millionths of the currency unit.
    pub price_micros: u64,
    /// Where it stands.
    pub status: AttemptStatus,
    /// The other side's code; empty for none.
    pub error: String,
    /// When it was handed over.
    pub started_at: Timestamp,
    /// When the last thing about it was heard.
    pub updated_at: Timestamp,
    /// When its receipt came.
    pub receipt_at: Option<Timestamp>,
    /// When the code it brought was entered.
    pub converted_at: Option<Timestamp>,
}

/// A message and its tries, the oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageTimeline {
    /// The message.
    pub message: MessageView,
    /// Its tries.
    pub attempts: Vec<AttemptView>,
}

/// Messages in one list.
const LIST: u32 = 50;

impl Flows {
    /// The newest messages of a service; of those that tried one route, where it is named.
    pub async fn newest_messages(
        &self,
        service_id: ServiceId,
        route: Option<&str>,
    ) -> Result<Vec<MessageView>, FlowError> {
        let route = route.map(str::to_owned);
        self.read(Newest { kit: self.kit.clone(), service_id, route }).await
    }

    /// The newest messages with codes to one address; what is no code is not found by its address. That it was asked is
    /// written down, and counts as a look-up.
    pub async fn messages_to(
        &self,
        service_id: ServiceId,
        address: &Address,
        caller: &Caller,
    ) -> Result<LookUp<Vec<MessageView>>, FlowError> {
        let (address, actor, scene) = (address.clone(), caller.actor, caller.scene());
        self.write(To { kit: self.kit.clone(), service_id, address, actor, scene }).await
    }

    /// One message of a service with its tries.
    pub async fn message_timeline(
        &self,
        service_id: ServiceId,
        id: MessageId,
    ) -> Result<Option<MessageTimeline>, FlowError> {
        self.read(Way { kit: self.kit.clone(), service_id, id }).await
    }
}

struct Newest {
    kit: Arc<Kit>,
    service_id: ServiceId,
    route: Option<String>,
}

impl Step for Newest {
    type Output = Vec<MessageView>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let (rows, route) = (&self.kit.rows, self.route.as_deref());
        let lines = outbox::recent(tx, rows, self.service_id, LIST, None, route).await?;
        views(tx, &self.kit, self.service_id, lines).await
    }
}

struct To {
    kit: Arc<Kit>,
    service_id: ServiceId,
    address: Address,
    actor: Actor,
    scene: Scene,
}

impl Step for To {
    type Output = LookUp<Vec<MessageView>>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let (kit, service_id, now) = (&self.kit, self.service_id, self.kit.clock.now());
        if let Some(until) = look_ups::count(tx, kit, service_id, self.actor, now).await? {
            return Ok(LookUp::Spent { until });
        }
        let index = kit.rows.index(&self.address);
        let lines = outbox::messages_to(tx, &kit.rows, service_id, index, LIST).await?;
        look_ups::note(tx, kit, service_id, &self.address, !lines.is_empty(), &self.scene, now).await?;
        Ok(LookUp::Answered(views(tx, kit, service_id, lines).await?))
    }
}

struct Way {
    kit: Arc<Kit>,
    service_id: ServiceId,
    id: MessageId,
}

impl Step for Way {
    type Output = Option<MessageTimeline>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let found = outbox::timeline(tx, &self.kit.rows, self.service_id, self.id).await?;
        let Some(found) = found else { return Ok(None) };
        let mut messages = views(tx, &self.kit, self.service_id, vec![found.message]).await?;
        let attempts = found.attempts.into_iter().map(attempt).collect();
        Ok(messages.pop().map(|message| MessageTimeline { message, attempts }))
    }
}

pub(crate) async fn views(
    tx: &mut Tx,
    kit: &Kit,
    service_id: ServiceId,
    lines: Vec<MessageLine>,
) -> Result<Vec<MessageView>, StorageError> {
    let mut purposes: HashMap<VerificationId, Purpose> = HashMap::new();
    for id in lines.iter().filter_map(|line| line.verification_id) {
        if !purposes.contains_key(&id)
            && let Some(verification) = verifications::load(tx, &kit.rows, service_id, id).await?
        {
            purposes.insert(id, verification.purpose);
        }
    }
    let view = |line: MessageLine| MessageView {
        id: line.id,
        channel: line.channel,
        to: line.to.masked(),
        region: line.region.unwrap_or_default(),
        purpose: line.verification_id.and_then(|id| purposes.get(&id).copied()),
        status: line.status,
        route: line.route.unwrap_or_default(),
        send: line.send,
        created_at: line.created_at,
        expires_at: line.expires_at,
        converted_at: line.converted_at,
    };
    Ok(lines.into_iter().map(view).collect())
}

fn attempt(line: AttemptLine) -> AttemptView {
    AttemptView {
        why: Why::from_text(&line.why),
        route: line.route,
        price_micros: line.price_micros,
        status: line.status,
        error: line.error,
        started_at: line.started_at,
        updated_at: line.updated_at,
        receipt_at: line.receipt_at,
        converted_at: line.converted_at,
    }
}
