//! Who works at the console: the list, one person, and what admins do about somebody's access. Every act is decided by
//! the core among everybody as they stand at that moment, and is an entry of what happened. At the console an act is
//! asked for and proved first (`confirm.rs`); the command line, which has the keys, calls what is here.

use super::proof::subject_of;
use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use countersign_core::address::Address;
use countersign_core::enrolment::New;
use countersign_core::id::{OperatorId, ServiceId};
use countersign_core::model::*;
use countersign_core::operator::{self, StaffAct, StaffRefusal};
use countersign_core::session::{Scene, Token};
use countersign_core::time::Timestamp;
use countersign_storage::tables::{self, factors, operator_authenticators, operator_sessions, operators};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// A member of staff to be added.
#[derive(Clone, Debug)]
pub struct NewOperator {
    /// The service they work for.
    pub service_id: ServiceId,
    /// How they sign in.
    pub email: Address,
    /// What colleagues call them; may be empty.
    pub name: String,
    /// What they are there for.
    pub roles: Vec<Role>,
}

/// What came of inviting somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OperatorAdd {
    /// They are staff as soon as they use their link.
    Added {
        /// Who.
        id: OperatorId,
        /// Token of `/console/join/{token}`, mailed to them; none where they need none. The command line prints it.
        link: Option<Token>,
    },
    /// The address has a member of staff already.
    Taken,
    /// They would be there for nothing.
    NoRoles,
}

/// A member of staff in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffEntry {
    /// Who.
    pub operator: Operator,
    /// When they were last in the console.
    pub last_seen_at: Option<Timestamp>,
}

/// A member of staff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffMember {
    /// Who, and when they were last there.
    pub entry: StaffEntry,
    /// Their second factors.
    pub standing: Vec<OperatorAuthenticator>,
    /// Their open sessions.
    pub sessions: usize,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StaffActed {
    /// It is so.
    Done,
    /// It is so; token of `/console/join/{token}`, mailed to them. The command line prints it.
    Link(Token),
    /// It stays as it was.
    Refused(StaffRefusal),
    /// There is no such member of staff.
    Gone,
}

impl Flows {
    /// Makes somebody a member of staff, for the command line. They choose their password and second factor by the
    /// link, which is mailed.
    pub async fn invite_operator(&self, new: NewOperator, caller: Caller) -> Result<OperatorAdd, FlowError> {
        self.write(Add { kit: self.kit.clone(), new, seed: None, caller }).await
    }

    /// Makes somebody a member of staff with a password and a key for their app, for scripts; false if the address has
    /// one already.
    pub async fn seed_operator(
        &self,
        new: NewOperator,
        password: &str,
        key: [u8; 20],
        caller: Caller,
    ) -> Result<bool, FlowError> {
        let seed = Some((self.passwords.hash(password).await?, key));
        let added = self.write(Add { kit: self.kit.clone(), new, seed, caller }).await?;
        Ok(matches!(added, OperatorAdd::Added { .. }))
    }

    /// A fresh key for somebody's authenticator app.
    pub fn draw_totp_key(&self) -> [u8; 20] {
        countersign_core::totp::draw_key(self.kit.entropy.as_ref())
    }

    /// Everybody who is or was staff, oldest first.
    pub async fn staff(&self, service_id: ServiceId) -> Result<Vec<StaffEntry>, FlowError> {
        self.read(List { kit: self.kit.clone(), service_id }).await
    }

    /// One of them.
    pub async fn staff_member(
        &self,
        service_id: ServiceId,
        id: OperatorId,
    ) -> Result<Option<StaffMember>, FlowError> {
        self.read(One { kit: self.kit.clone(), service_id, wanted: Wanted::Id(id) }).await
    }

    /// The one with this address.
    pub async fn staff_member_by_email(
        &self,
        service_id: ServiceId,
        email: Address,
    ) -> Result<Option<StaffMember>, FlowError> {
        self.read(One { kit: self.kit.clone(), service_id, wanted: Wanted::Email(email) }).await
    }

    /// Changes somebody's access, for the command line.
    pub async fn act_on_operator(
        &self,
        service_id: ServiceId,
        id: OperatorId,
        wish: StaffWish,
        reason: &str,
        caller: Caller,
    ) -> Result<StaffActed, FlowError> {
        let reason = reason.trim().to_owned();
        self.write(Act { kit: self.kit.clone(), service_id, id, wish, reason, caller }).await
    }
}

/// A name as it is kept: one line.
pub(super) fn tidy(name: &str) -> String {
    let line: String = name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    line.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(operator::NAME_LENGTH_MAX).collect()
}

struct Add {
    kit: Arc<Kit>,
    new: NewOperator,
    seed: Option<(String, [u8; 20])>,
    caller: Caller,
}

impl Step for Add {
    type Output = OperatorAdd;

    async fn run(&self, tx: &mut Tx) -> Result<OperatorAdd, StorageError> {
        add(tx, &self.kit, &self.new, self.seed.as_ref(), &self.caller).await
    }
}

/// Makes somebody a member of staff, in the caller's transaction. `seed`: password hash and key of whoever needs no
/// link.
pub(super) async fn add(
    tx: &mut Tx,
    kit: &Kit,
    new: &NewOperator,
    seed: Option<&(String, [u8; 20])>,
    caller: &Caller,
) -> Result<OperatorAdd, StorageError> {
    let (now, service_id) = (kit.clock.now(), new.service_id);
    if new.roles.is_empty() {
        return Ok(OperatorAdd::NoRoles);
    }
    let everyone = operators::lock_all(tx, &kit.rows, service_id).await?;
    if everyone.iter().any(|one| one.email == new.email) {
        return Ok(OperatorAdd::Taken);
    }
    let meant = Operator {
        id: OperatorId::draw(now, kit.entropy.as_ref()),
        service_id,
        email: new.email.clone(),
        name: tidy(&new.name),
        password_hash: seed.map(|(hash, _)| hash.clone()).unwrap_or_default(),
        roles: new.roles.clone(),
        created_at: now,
        disabled_at: None,
        decides_from: None,
    };
    let scene = caller.scene();
    let world = kit.world(&scene, now);
    let by = caller.actor.operator();
    let act = StaffAct { by, meant: &meant, everyone: &everyone, reason: "", locale: &caller.locale };
    let link = kit.save(tx, operator::add(act, seed.is_none(), world)).await?;
    if let Some((_, key)) = seed {
        enrol(tx, kit, &meant, key, &scene).await?;
    }
    Ok(OperatorAdd::Added { id: meant.id, link })
}

/// The key for the app of somebody who is seeded.
async fn enrol(
    tx: &mut Tx,
    kit: &Kit,
    operator: &Operator,
    key: &[u8; 20],
    scene: &Scene,
) -> Result<(), StorageError> {
    let new = New {
        factor: Factor::Totp,
        name: String::new(),
        secret: AuthenticatorSecret::Totp { key: key.to_vec(), drift_steps: 0 },
        last_step: None,
    };
    let (rows, service_id, now) = (&kit.rows, operator.service_id, operator.created_at);
    let subject = subject_of(kit, &operator.email);
    let state = factors::lock(tx, rows, service_id, subject, Factor::Totp, None, now).await?;
    let added = operator::add_factor(operator, new, &[], state, kit.world(scene, now));
    tables::apply(tx, rows, &added.changes).await
}

struct List {
    kit: Arc<Kit>,
    service_id: ServiceId,
}

impl Step for List {
    type Output = Vec<StaffEntry>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let rows = &self.kit.rows;
        let seen = operator_sessions::last_seen(tx, rows, self.service_id).await?;
        let found = operators::of_service(tx, rows, self.service_id).await?;
        let entry = |operator: Operator| StaffEntry {
            last_seen_at: seen.iter().find(|(id, _)| *id == operator.id).map(|(_, at)| *at),
            operator,
        };
        Ok(found.into_iter().map(entry).collect())
    }
}

enum Wanted {
    Id(OperatorId),
    Email(Address),
}

struct One {
    kit: Arc<Kit>,
    service_id: ServiceId,
    wanted: Wanted,
}

impl Step for One {
    type Output = Option<StaffMember>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let (rows, service_id, now) = (&self.kit.rows, self.service_id, self.kit.clock.now());
        let found = match &self.wanted {
            Wanted::Id(id) => operators::load(tx, rows, service_id, *id).await?,
            Wanted::Email(email) => operators::by_email(tx, rows, service_id, rows.index(email)).await?,
        };
        let Some(operator) = found else { return Ok(None) };
        let standing = operator_authenticators::live(tx, rows, service_id, operator.id).await?;
        let open = operator_sessions::open_of(tx, rows, service_id, operator.id).await?;
        let sessions = open.iter().filter(|session| operator::is_live(session, &operator, now)).count();
        let seen = operator_sessions::last_seen(tx, rows, service_id).await?;
        let last_seen_at = seen.into_iter().find(|(id, _)| *id == operator.id).map(|(_, at)| at);
        Ok(Some(StaffMember { entry: StaffEntry { operator, last_seen_at }, standing, sessions }))
    }
}

struct Act {
    kit: Arc<Kit>,
    service_id: ServiceId,
    id: OperatorId,
    wish: StaffWish,
    reason: String,
    caller: Caller,
}

impl Step for Act {
    type Output = StaffActed;

    async fn run(&self, tx: &mut Tx) -> Result<StaffActed, StorageError> {
        act(tx, &self.kit, (self.service_id, self.id), &self.wish, &self.reason, &self.caller).await
    }
}

/// Changes somebody's access, in the caller's transaction.
pub(super) async fn act(
    tx: &mut Tx,
    kit: &Kit,
    (service_id, id): (ServiceId, OperatorId),
    wish: &StaffWish,
    reason: &str,
    caller: &Caller,
) -> Result<StaffActed, StorageError> {
    // Everybody is locked: of two admins who take each other's access away, one comes first.
    let everyone = operators::lock_all(tx, &kit.rows, service_id).await?;
    let Some(meant) = everyone.iter().find(|operator| operator.id == id) else {
        return Ok(StaffActed::Gone);
    };
    let by = caller.actor.operator();
    let act = StaffAct { by, meant, everyone: &everyone, reason, locale: &caller.locale };
    let scene = caller.scene();
    let world = kit.world(&scene, kit.clock.now());
    let decision = match wish {
        StaffWish::Roles(roles) => operator::change_roles(act, roles.clone(), world),
        StaffWish::Disable => operator::disable(act, world),
        StaffWish::Enable => operator::enable(act, world),
        StaffWish::Reset => {
            let enrolled = operator_authenticators::lock_live(tx, &kit.rows, service_id, id).await?;
            let reset = operator::reset(act, &enrolled, world);
            return Ok(kit.save(tx, reset).await?.map_or_else(StaffActed::Refused, StaffActed::Link));
        }
    };
    Ok(kit.save(tx, decision).await?.map_or_else(StaffActed::Refused, |()| StaffActed::Done))
}
