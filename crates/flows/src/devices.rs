//! Devices and sessions: the list, ending one, ending all others, forgetting a device (section A, R47).

use crate::context::{Flows, Kit};
use crate::error::FlowError;
use crate::sessions::SignedIn;
use countersign_core::case;
use countersign_core::change::Change;
use countersign_core::event::Event;
use countersign_core::id::{DeviceId, SessionId};
use countersign_core::model::*;
use countersign_core::session::{self, Scene};
use countersign_core::time::Timestamp;
use countersign_storage::tables::{self, cases, devices, sessions};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// A known browser and its open sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceEntry {
    /// The browser.
    pub device: Device,
    /// Whether it is the one that asks.
    pub is_this: bool,
    /// Whether it still spares its owner the second factor.
    pub is_known: bool,
    /// Its open sessions, newest first.
    pub sessions: Vec<SessionEntry>,
}

/// An open session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionEntry {
    /// The session.
    pub session: Session,
    /// Whether it is the one that asks.
    pub is_this: bool,
    /// When it ends if it is not used again.
    pub ends_at: Timestamp,
}

impl Flows {
    /// The account's browsers, the one that asks first, then the last used.
    pub async fn devices(&self, signed_in: &SignedIn) -> Result<Vec<DeviceEntry>, FlowError> {
        self.read(List { kit: self.kit.clone(), signed_in: signed_in.clone() }).await
    }

    /// Ends one session of the account; false if it has no such open one.
    pub async fn end_session(&self, signed_in: &SignedIn, id: SessionId) -> Result<bool, FlowError> {
        self.write(End { kit: self.kit.clone(), signed_in: signed_in.clone(), id }).await
    }

    /// Ends every other session of the account; answers how many.
    pub async fn end_other_sessions(&self, signed_in: &SignedIn) -> Result<u32, FlowError> {
        self.write(EndOthers { kit: self.kit.clone(), signed_in: signed_in.clone() }).await
    }

    /// Forgets a browser and ends its sessions; false if the account knows no such one.
    pub async fn forget_device(&self, signed_in: &SignedIn, id: DeviceId) -> Result<bool, FlowError> {
        self.write(Forget { kit: self.kit.clone(), signed_in: signed_in.clone(), id }).await
    }
}

async fn open_sessions(
    tx: &mut Tx,
    kit: &Kit,
    account: &Account,
    now: Timestamp,
) -> Result<Vec<Session>, StorageError> {
    let mut found = sessions::open_of_account(tx, &kit.rows, account.service_id, account.id).await?;
    found.retain(|session| session::is_live(session, &kit.policy, now));
    Ok(found)
}

fn ended_entry(kit: &Kit, signed_in: &SignedIn, label: &str, count: u32, now: Timestamp) -> Change {
    let scene = Scene::of(&signed_in.device.label);
    let event = Event::SessionEnded { device: label.to_owned(), count };
    let account = &signed_in.account;
    scene.event(account.service_id, Some(account.id), event, kit.world(&scene, now))
}

struct List {
    kit: Arc<Kit>,
    signed_in: SignedIn,
}

impl Step for List {
    type Output = Vec<DeviceEntry>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let account = &self.signed_in.account;
        let open = open_sessions(tx, kit, account, now).await?;
        let known = devices::of_account(tx, &kit.rows, account.service_id, account.id).await?;
        let recoveries = cases::open_of_account(tx, &kit.rows, account.service_id, account.id).await?;
        let mut entries: Vec<DeviceEntry> = known
            .into_iter()
            .map(|device| DeviceEntry {
                is_this: device.id == self.signed_in.device.id,
                is_known: session::is_known(&device, account.id, &kit.policy, now)
                    && !case::holds_back(&recoveries, device.id),
                sessions: open
                    .iter()
                    .filter(|session| session.device_id == device.id)
                    .map(|session| SessionEntry {
                        is_this: session.id == self.signed_in.session.id,
                        ends_at: session::ends_at(session, &kit.policy),
                        session: session.clone(),
                    })
                    .collect(),
                device,
            })
            .filter(|entry| entry.is_known || !entry.sessions.is_empty())
            .collect();
        entries.sort_by_key(|entry| (!entry.is_this, std::cmp::Reverse(entry.device.last_seen_at)));
        Ok(entries)
    }
}

struct End {
    kit: Arc<Kit>,
    signed_in: SignedIn,
    id: SessionId,
}

impl Step for End {
    type Output = bool;

    async fn run(&self, tx: &mut Tx) -> Result<bool, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let account = &self.signed_in.account;
        let found = sessions::load(tx, &kit.rows, account.service_id, self.id).await?;
        let own = found.filter(|s| s.account_id == account.id && s.ended_at.is_none());
        let Some(own) = own else { return Ok(false) };
        let device = devices::load(tx, &kit.rows, account.service_id, own.device_id).await?;
        let label = device.map(|device| device.label).unwrap_or_default();
        let entry = ended_entry(kit, &self.signed_in, &label, 1, now);
        let ended = Session { ended_at: Some(now), ..own };
        tables::apply(tx, &kit.rows, &[Change::SaveSession(ended), entry]).await?;
        Ok(true)
    }
}

struct EndOthers {
    kit: Arc<Kit>,
    signed_in: SignedIn,
}

impl Step for EndOthers {
    type Output = u32;

    async fn run(&self, tx: &mut Tx) -> Result<u32, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let account = &self.signed_in.account;
        let open = open_sessions(tx, kit, account, now).await?;
        let others = open.iter().filter(|session| session.id != self.signed_in.session.id).count();
        let count = u32::try_from(others).unwrap_or(u32::MAX);
        let except = Some(self.signed_in.session.id);
        let mut changes = vec![Change::EndSessions { account_id: account.id, except, at: now }];
        if count > 0 {
            changes.push(ended_entry(kit, &self.signed_in, "", count, now));
        }
        tables::apply(tx, &kit.rows, &changes).await?;
        Ok(count)
    }
}

struct Forget {
    kit: Arc<Kit>,
    signed_in: SignedIn,
    id: DeviceId,
}

impl Step for Forget {
    type Output = bool;

    async fn run(&self, tx: &mut Tx) -> Result<bool, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let account = &self.signed_in.account;
        let found = devices::load(tx, &kit.rows, account.service_id, self.id).await?;
        let own = found.filter(|d| d.account_id == account.id && d.forgotten_at.is_none());
        let Some(own) = own else { return Ok(false) };
        let scene = Scene::of(&self.signed_in.device.label);
        let event = Event::DeviceForgotten { device: own.label.clone() };
        let entry = scene.event(account.service_id, Some(account.id), event, kit.world(&scene, now));
        let mut changes = vec![entry];
        for session in open_sessions(tx, kit, account, now).await? {
            if session.device_id == own.id {
                changes.push(Change::SaveSession(Session { ended_at: Some(now), ..session }));
            }
        }
        changes.push(Change::SaveDevice(Device { forgotten_at: Some(now), ..own }));
        tables::apply(tx, &kit.rows, &changes).await?;
        Ok(true)
    }
}
