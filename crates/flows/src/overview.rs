//! What the Security Center shows: the state of each factor, and what happened.

use crate::context::{Flows, Kit};
use crate::error::FlowError;
use crate::sessions::SignedIn;
use crate::sms_switch::other_factors;
use countersign_core::account::{self, SwitchRefusal};
use countersign_core::address::Address;
use countersign_core::event::Group;
use countersign_core::hold;
use countersign_core::id::{EventId, ServiceId};
use countersign_core::level::{self, Level, NextStep};
use countersign_core::model::*;
use countersign_core::numbers::PhoneNumber;
use countersign_core::reach::{self, Trouble};
use countersign_core::time::Timestamp;
use countersign_storage::tables::{authenticators, bindings, events, factors, holds, outbox};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// The state of an account's security.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overview {
    /// The account.
    pub account: Account,
    /// How well it is protected.
    pub level: Level,
    /// The one thing to do next.
    pub next: Option<NextStep>,
    /// What keeps value from leaving, if anything does.
    pub hold: Option<Hold>,
    /// Its number, if it has one.
    pub binding: Option<Binding>,
    /// Until when its SMS factor is locked, if it is.
    pub sms_locked_until: Option<Timestamp>,
    /// Its SMS factor must be bound again (R17, R20).
    pub sms_disabled: bool,
    /// Why SMS could not be switched on now, if it is off.
    pub switch_on_refusal: Option<SwitchRefusal>,
    /// Why SMS could not be switched off now, if it is on.
    pub switch_off_refusal: Option<SwitchRefusal>,
    /// The newest entries of what happened.
    pub recent: Vec<EventEntry>,
}

/// A page of what happened, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    /// The entries.
    pub entries: Vec<EventEntry>,
    /// Where the next page starts, if there is one.
    pub next: Option<EventId>,
}

/// Entries on one page of the activity list.
const PAGE: usize = 25;

/// Entries read at once, and how often, for one page.
const LOOK: u32 = 100;
const LOOKS_MAX: u32 = 10;

impl Flows {
    /// The state of the signed-in account's security.
    pub async fn overview(&self, signed_in: &SignedIn) -> Result<Overview, FlowError> {
        self.read(Look { kit: self.kit.clone(), account: signed_in.account.clone() }).await
    }

    /// What happened on the signed-in account: of one group or of all, before an entry or from the newest.
    pub async fn activity(
        &self,
        signed_in: &SignedIn,
        group: Option<Group>,
        before: Option<EventId>,
    ) -> Result<Activity, FlowError> {
        let account = signed_in.account.clone();
        self.read(List { kit: self.kit.clone(), account, group, before }).await
    }
}

/// Messages looked at, newest first: enough for any quarter of an hour that a page should speak of.
const SAMPLES_MAX: u32 = 5_000;

impl Flows {
    /// Countries whose messages are slow or not getting through at the moment.
    pub async fn delivery_troubles(&self, service_id: ServiceId) -> Result<Vec<Trouble>, FlowError> {
        self.read(Measure { kit: self.kit.clone(), service_id }).await
    }

    /// Trouble that text messages to a number's country have at the moment, if any.
    pub async fn delivery_trouble(
        &self,
        service_id: ServiceId,
        address: &Address,
    ) -> Result<Option<Trouble>, FlowError> {
        self.read(MeasureOne { kit: self.kit.clone(), service_id, address: address.clone() }).await
    }
}

/// Trouble that text messages to a number's country have at the moment, if any.
pub(crate) async fn trouble_of(
    tx: &mut Tx,
    kit: &Kit,
    service_id: ServiceId,
    address: &Address,
    now: Timestamp,
) -> Result<Option<Trouble>, StorageError> {
    let Some(region) = address.phone().and_then(PhoneNumber::region) else { return Ok(None) };
    let since = now.before(reach::WINDOW);
    let samples =
        outbox::samples_of_region(tx, &kit.rows, service_id, region.as_str(), since, SAMPLES_MAX).await?;
    Ok(reach::troubles(&samples, now).pop())
}

struct MeasureOne {
    kit: Arc<Kit>,
    service_id: ServiceId,
    address: Address,
}

impl Step for MeasureOne {
    type Output = Option<Trouble>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        trouble_of(tx, &self.kit, self.service_id, &self.address, self.kit.clock.now()).await
    }
}

struct Measure {
    kit: Arc<Kit>,
    service_id: ServiceId,
}

impl Step for Measure {
    type Output = Vec<Trouble>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let now = self.kit.clock.now();
        let since = now.before(reach::WINDOW);
        let samples = outbox::samples(tx, &self.kit.rows, self.service_id, since, SAMPLES_MAX).await?;
        Ok(reach::troubles(&samples, now))
    }
}

struct Look {
    kit: Arc<Kit>,
    account: Account,
}

impl Step for Look {
    type Output = Overview;

    async fn run(&self, tx: &mut Tx) -> Result<Overview, StorageError> {
        let (kit, account, now) = (&self.kit, &self.account, self.kit.clock.now());
        let service_id = account.service_id;
        let binding = bindings::live_of_account(tx, &kit.rows, service_id, account.id).await?;
        let subject = Subject::Account(account.id);
        let sms = factors::load(tx, &kit.rows, service_id, subject, Factor::Sms, None, now).await?;
        let refusal = countersign_core::lock::refusal(&sms, &kit.policy, now);
        let others = other_factors(tx, kit, account).await?;
        let live = authenticators::live_of_account(tx, &kit.rows, service_id, account.id).await?;
        let earliest = kit.clock.earliest();
        let holds = holds::of_account(tx, &kit.rows, service_id, account.id, earliest).await?;
        let switch = |on| account::may_switch(account, binding.as_ref(), &others, on).err();
        let sms_disabled = refusal == Some(countersign_core::lock::Refusal::Disabled);
        let (level, next) = level::of(account, binding.as_ref(), &live, sms_disabled);
        Ok(Overview {
            level,
            next,
            hold: hold::in_force(&holds, earliest).cloned(),
            sms_locked_until: sms.locked_until.filter(|until| now < *until),
            sms_disabled,
            switch_on_refusal: switch(true),
            switch_off_refusal: switch(false),
            recent: events::of_account(tx, &kit.rows, service_id, account.id, None, None, 5).await?,
            account: account.clone(),
            binding,
        })
    }
}

struct List {
    kit: Arc<Kit>,
    account: Account,
    group: Option<Group>,
    before: Option<EventId>,
}

impl Step for List {
    type Output = Activity;

    async fn run(&self, tx: &mut Tx) -> Result<Activity, StorageError> {
        let (rows, account) = (&self.kit.rows, &self.account);
        let mut entries = Vec::new();
        let mut before = self.before;
        // A group may be rare among the rest: so many pages are looked through at most, and the next one goes on there.
        for _ in 0..LOOKS_MAX {
            let found =
                events::of_account(tx, rows, account.service_id, account.id, None, before, LOOK).await?;
            let all = found.len() < LOOK as usize;
            for entry in found {
                if entries.len() == PAGE {
                    return Ok(Activity { entries, next: before });
                }
                before = Some(entry.id);
                if self.group.is_none_or(|group| entry.event.group() == group) {
                    entries.push(entry);
                }
            }
            if all {
                return Ok(Activity { entries, next: None });
            }
        }
        Ok(Activity { entries, next: before })
    }
}
