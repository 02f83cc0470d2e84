//! Who is signed in: the session behind a cookie, and signing out.

use crate::context::{Flows, Kit};
use crate::error::FlowError;
use countersign_core::change::Change;
use countersign_core::event::Event;
use countersign_core::hold;
use countersign_core::id::ServiceId;
use countersign_core::model::*;
use countersign_core::session::{self, Scene, hash_token};
use countersign_core::time::Timestamp;
use countersign_storage::tables::{self, accounts, devices, holds, sessions};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// A live session with its account and browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// The session.
    pub session: Session,
    /// The account.
    pub account: Account,
    /// The browser.
    pub device: Device,
    /// When the session ends if it is not used again.
    pub ends_at: Timestamp,
    /// What keeps value from leaving the account, if anything does: every page says so (section F).
    pub hold: Option<Hold>,
}

impl Flows {
    /// The session behind a cookie, if it is live; notes its use once a minute.
    pub async fn session(&self, service_id: ServiceId, token: &str) -> Result<Option<SignedIn>, FlowError> {
        let found = self.peek_session(service_id, token).await?;
        if let Some(signed_in) = &found
            && session::worth_touching(&signed_in.session, self.now())
        {
            let mut used = signed_in.session.clone();
            used.last_seen_at = self.now();
            self.write(Touch { kit: self.kit.clone(), session: used }).await?;
        }
        Ok(found)
    }

    /// The same without counting as use: for pages that only ask whether they are still signed in.
    pub async fn peek_session(
        &self,
        service_id: ServiceId,
        token: &str,
    ) -> Result<Option<SignedIn>, FlowError> {
        self.read(Find { kit: self.kit.clone(), service_id, token: token.to_owned() }).await
    }

    /// Signs out: ends this session. The browser stays known.
    pub async fn sign_out(&self, signed_in: &SignedIn) -> Result<(), FlowError> {
        self.write(SignOut { kit: self.kit.clone(), signed_in: signed_in.clone() }).await
    }
}

struct Find {
    kit: Arc<Kit>,
    service_id: ServiceId,
    token: String,
}

impl Step for Find {
    type Output = Option<SignedIn>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let hash = hash_token(&self.token);
        let Some(session) = sessions::by_token(tx, &kit.rows, self.service_id, hash).await? else {
            return Ok(None);
        };
        if !session::is_live(&session, &kit.policy, now) {
            return Ok(None);
        }
        let account = accounts::load(tx, &kit.rows, self.service_id, session.account_id).await?;
        let device = devices::load(tx, &kit.rows, self.service_id, session.device_id).await?;
        let earliest = kit.clock.earliest();
        let held = holds::of_account(tx, &kit.rows, self.service_id, session.account_id, earliest).await?;
        let hold = hold::in_force(&held, earliest).cloned();
        Ok(account.zip(device).map(|(account, device)| {
            let ends_at = session::ends_at(&session, &kit.policy);
            SignedIn { session, account, device, ends_at, hold }
        }))
    }
}

struct Touch {
    kit: Arc<Kit>,
    session: Session,
}

impl Step for Touch {
    type Output = ();

    async fn run(&self, tx: &mut Tx) -> Result<(), StorageError> {
        let rows = &self.kit.rows;
        let stored = sessions::load(tx, rows, self.session.service_id, self.session.id).await?;
        // Ended in the meantime: stays ended.
        let Some(stored) = stored.filter(|stored| stored.ended_at.is_none()) else { return Ok(()) };
        let used = Session { last_seen_at: self.session.last_seen_at.max(stored.last_seen_at), ..stored };
        tables::apply(tx, rows, &[Change::SaveSession(used)]).await
    }
}

struct SignOut {
    kit: Arc<Kit>,
    signed_in: SignedIn,
}

impl Step for SignOut {
    type Output = ();

    async fn run(&self, tx: &mut Tx) -> Result<(), StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let SignedIn { session, account, device, .. } = &self.signed_in;
        let scene = Scene::of(&device.label);
        let ended = Session { ended_at: Some(now), ..session.clone() };
        let world = kit.world(&scene, now);
        let entry = scene.event(account.service_id, Some(account.id), Event::SignedOut, world);
        tables::apply(tx, &kit.rows, &[Change::SaveSession(ended), entry]).await
    }
}
