//! Who works at the console: the list, one person, and what admins do about somebody's access. Every act is decided by
//! the core among everybody as they stand at that moment, and is an entry of what happened.

use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use countersign_core::address::Address;
use countersign_core::change::Change;
use countersign_core::enrolment::New;
use countersign_core::event::Event;
use countersign_core::id::{OperatorId, ServiceId};
use countersign_core::model::*;
use countersign_core::operator::{self, StaffAct, StaffRefusal};
use countersign_core::session::Token;
use countersign_core::time::Timestamp;
use countersign_core::verification::World;
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
        /// Token of `/console/join/{token}`, shown this once.
        link: Token,
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

/// What is to become of somebody's access.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StaffWish {
    /// They are there for these.
    Roles(Vec<Role>),
    /// It ends.
    Disable,
    /// It begins again.
    Enable,
    /// What they sign in with is taken back, to be set anew by a link.
    Reset,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StaffActed {
    /// It is so.
    Done,
    /// It is so; token of `/console/join/{token}`, shown this once.
    Link(Token),
    /// It stays as it was.
    Refused(StaffRefusal),
    /// There is no such member of staff.
    Gone,
}

impl Flows {
    /// Makes somebody a member of staff. They choose their password and second factor by the link, which is mailed.
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

    /// Changes somebody's access.
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
        let (kit, now, new) = (&self.kit, self.kit.clock.now(), &self.new);
        let mut roles = new.roles.clone();
        roles.sort_unstable();
        roles.dedup();
        if roles.is_empty() {
            return Ok(OperatorAdd::NoRoles);
        }
        let index = kit.rows.index(&new.email);
        if operators::by_email(tx, &kit.rows, new.service_id, index).await?.is_some() {
            return Ok(OperatorAdd::Taken);
        }
        let operator = Operator {
            id: OperatorId::draw(now, kit.entropy.as_ref()),
            service_id: new.service_id,
            email: new.email.clone(),
            name: tidy(&new.name),
            password_hash: self.seed.as_ref().map(|(hash, _)| hash.clone()).unwrap_or_default(),
            roles,
            created_at: now,
            disabled_at: None,
        };
        let scene = self.caller.scene();
        let world = kit.world(&scene, now);
        let event = Event::OperatorAdded {
            operator: operator.id.to_string(),
            email: operator.email.masked(),
            roles: operator::roles_text(&operator.roles),
        };
        let added = scene.event(new.service_id, None, event, world);
        let mut changes = vec![Change::InsertOperator(operator.clone()), added];
        let link = match &self.seed {
            Some((_, key)) => {
                changes.extend(self.enrol(tx, &operator, key, world).await?);
                Token::draw(kit.entropy.as_ref())
            }
            None => {
                let locale = &self.caller.locale;
                let (link, more) = operator::invite(&operator, InvitationPurpose::Invite, locale, world);
                changes.extend(more);
                link
            }
        };
        tables::apply(tx, &kit.rows, &changes).await?;
        Ok(OperatorAdd::Added { id: operator.id, link })
    }
}

impl Add {
    async fn enrol(
        &self,
        tx: &mut Tx,
        operator: &Operator,
        key: &[u8; 20],
        world: World<'_>,
    ) -> Result<Vec<Change>, StorageError> {
        let new = New {
            factor: Factor::Totp,
            name: String::new(),
            secret: AuthenticatorSecret::Totp { key: key.to_vec(), drift_steps: 0 },
            last_step: None,
        };
        let subject = super::sign_in::subject_of(&self.kit, &operator.email);
        let (rows, service_id) = (&self.kit.rows, operator.service_id);
        let state = factors::lock(tx, rows, service_id, subject, Factor::Totp, None, world.now).await?;
        Ok(operator::add_factor(operator, new, &[], state, world).changes)
    }
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
        let (kit, now) = (&self.kit, self.kit.clock.now());
        // Everybody is locked: of two admins who take each other's access away, one comes first.
        let everyone = operators::lock_all(tx, &kit.rows, self.service_id).await?;
        let Some(meant) = everyone.iter().find(|operator| operator.id == self.id) else {
            return Ok(StaffActed::Gone);
        };
        let by = self.caller.actor.operator();
        let act = StaffAct { by, meant, everyone: &everyone, reason: &self.reason };
        let scene = self.caller.scene();
        let world = kit.world(&scene, now);
        let decision = match &self.wish {
            StaffWish::Roles(roles) => operator::change_roles(act, roles.clone(), world),
            StaffWish::Disable => operator::disable(act, world),
            StaffWish::Enable => operator::enable(act, world),
            StaffWish::Reset => {
                let enrolled =
                    operator_authenticators::lock_live(tx, &kit.rows, self.service_id, self.id).await?;
                let reset = operator::reset(act, &enrolled, &self.caller.locale, world);
                return Ok(match kit.save(tx, reset).await? {
                    Ok(link) => StaffActed::Link(link),
                    Err(refusal) => StaffActed::Refused(refusal),
                });
            }
        };
        Ok(match kit.save(tx, decision).await? {
            Ok(()) => StaffActed::Done,
            Err(refusal) => StaffActed::Refused(refusal),
        })
    }
}
