//! One account as staff see it: everything that answers a holder's question, masked, and nothing more; an address in
//! full for a reason; and what one member of staff may do at once to protect it.

use super::proposals::{ProposalView, view_of};
use super::{EntryView, Names};
use crate::cases::cancel_for_freeze;
use crate::console::delivery::messages::{self, MessageView};
use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use countersign_core::address::Address;
use countersign_core::event::Event;
use countersign_core::id::{AccountId, ServiceId};
use countersign_core::level::{self, Level};
use countersign_core::lock::{self, Refusal};
use countersign_core::model::*;
use countersign_core::numbers::LineKind;
use countersign_core::proposal::said;
use countersign_core::protect::{self, Protected};
use countersign_core::session::{self, Scene};
use countersign_core::time::{Timestamp, days};
use countersign_storage::tables::{
    self, accounts, actions, authenticators, bindings, cases, desk, devices, events, factors, holds, outbox,
    proposals, sessions, tickets,
};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// The bound number, without itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberFile {
    /// Masked.
    pub number: String,
    /// Its country; empty where the plan tells none.
    pub region: String,
    /// Its line, as far as the plan tells.
    pub line: LineKind,
    /// Since when it is bound.
    pub bound_at: Timestamp,
    /// Since when its codes are suspended (B6).
    pub suspended_at: Option<Timestamp>,
}

/// How one factor of an account stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactorFile {
    /// Which.
    pub factor: Factor,
    /// How many of it the account has; email and SMS count their address, and SMS only while it is asked for.
    pub enrolled: u32,
    /// Why it may not be used now, in its worst lane.
    pub refusal: Option<Refusal>,
    /// Until when no code is sent.
    pub sends_locked_until: Option<Timestamp>,
    /// Failures since the last success.
    pub failures_in_a_row: u32,
    /// Failures of a year.
    pub failures_this_year: u32,
    /// How many a year allows.
    pub budget: Option<u64>,
    /// The year's failures are used up: only binding again helps (R20).
    pub is_spent: bool,
}

impl FactorFile {
    /// Whether two of staff could open it.
    pub fn can_be_lifted(&self) -> bool {
        !self.is_spent && (self.refusal.is_some() || self.sends_locked_until.is_some())
    }
}

/// One open session, without where from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionFile {
    /// Browser and system in words.
    pub device: String,
    /// When it began.
    pub created_at: Timestamp,
    /// Last use.
    pub last_seen_at: Timestamp,
    /// What was proved besides the password.
    pub second_factor: Option<Factor>,
}

/// An account as staff see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountFile {
    /// Its identifier.
    pub id: AccountId,
    /// What it may do.
    pub status: AccountStatus,
    /// Whether its holder froze it, and may open it; what is frozen otherwise takes two of staff.
    pub frozen_by_holder: bool,
    /// Masked email address.
    pub email: Option<String>,
    /// Language of its messages.
    pub locale: String,
    /// When it was opened.
    pub created_at: Timestamp,
    /// How well it is protected.
    pub level: Level,
    /// Its number.
    pub number: Option<NumberFile>,
    /// Its factors.
    pub factors: Vec<FactorFile>,
    /// What keeps value from leaving, the last to end last.
    pub holds: Vec<Hold>,
    /// Its open sessions, the newest first.
    pub sessions: Vec<SessionFile>,
    /// Browsers that it knows.
    pub devices: u32,
    /// Actions that have not come to an end: what, where they stand, until when.
    pub actions: Vec<(ActionKind, ActionStatus, Timestamp)>,
    /// What happened last, the newest first.
    pub entries: Vec<EntryView>,
    /// The last messages with codes to its addresses, the newest first.
    pub messages: Vec<MessageView>,
    /// Proposals about it, the newest first.
    pub proposals: Vec<ProposalView>,
    /// Its recovery cases, newest first.
    pub cases: Vec<Case>,
    /// Its conversations with support, newest first.
    pub tickets: Vec<Ticket>,
}

/// What came of asking for an address in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RevealOutcome {
    /// This is it. Shown once; that it was shown is written down.
    Shown(Address),
    /// The account has none.
    Nothing,
    /// No reason, or a longer one than is read.
    Reason,
    /// The service has no such account.
    Gone,
}

/// What came of protecting an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProtectOutcome {
    /// Done.
    Done,
    /// It is protected as much already, or more.
    Already,
    /// No reason, or a longer one than is read.
    Reason,
    /// The service has no such account.
    Gone,
}

/// Entries, messages and proposals on the page of an account.
const LIST: u32 = 15;

impl Flows {
    /// An account of the service as staff see it. That an operator looked is written down once a day.
    pub async fn account_file(
        &self,
        service_id: ServiceId,
        id: AccountId,
        caller: &Caller,
    ) -> Result<Option<AccountFile>, FlowError> {
        let step = Read { kit: self.kit.clone(), service_id, id, actor: caller.actor };
        let Some((file, seen)) = self.read(step).await? else { return Ok(None) };
        if !seen {
            let scene = caller.scene();
            let entry =
                scene.event(service_id, Some(id), Event::AccountSeen, self.kit.world(&scene, self.now()));
            self.save(vec![entry]).await?;
        }
        Ok(Some(file))
    }

    /// An address of an account in full, for a reason that is kept.
    pub async fn reveal_address(
        &self,
        service_id: ServiceId,
        id: AccountId,
        what: Revealed,
        reason: &str,
        caller: &Caller,
    ) -> Result<RevealOutcome, FlowError> {
        let Some(reason) = said(reason) else { return Ok(RevealOutcome::Reason) };
        let scene = caller.scene();
        self.write(Reveal { kit: self.kit.clone(), service_id, id, what, reason, scene }).await
    }

    /// Protects an account at once: freezes, flags or restricts it, or signs it out everywhere.
    pub async fn protect_account(
        &self,
        service_id: ServiceId,
        id: AccountId,
        act: Protection,
        reason: &str,
        caller: &Caller,
    ) -> Result<ProtectOutcome, FlowError> {
        let (reason, scene) = (reason.to_owned(), caller.scene());
        self.write(Protect { kit: self.kit.clone(), service_id, id, act, reason, scene }).await
    }
}

struct Read {
    kit: Arc<Kit>,
    service_id: ServiceId,
    id: AccountId,
    actor: Actor,
}

impl Step for Read {
    type Output = Option<(AccountFile, bool)>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let (rows, service_id) = (&kit.rows, self.service_id);
        let Some(account) = accounts::load(tx, rows, service_id, self.id).await? else { return Ok(None) };
        let binding = bindings::live_of_account(tx, rows, service_id, account.id).await?;
        let live = authenticators::live_of_account(tx, rows, service_id, account.id).await?;
        let states = factors::of_subject(tx, rows, service_id, Subject::Account(account.id), now).await?;
        let factors = factor_files(&account, binding.as_ref(), &live, &states, kit, now);
        let is_disabled =
            |file: &FactorFile| file.factor == Factor::Sms && file.refusal == Some(Refusal::Disabled);
        let (level, _) = level::of(&account, binding.as_ref(), &live, factors.iter().any(is_disabled));
        let names = Names::read(tx, kit, service_id).await?;
        let happened = events::of_account(tx, rows, service_id, account.id, None, None, LIST).await?;
        let proposed = proposals::of_account(tx, rows, service_id, account.id, LIST).await?;
        let seen = match self.actor.operator() {
            Some(operator) => {
                let midnight = now.window_start(days(1));
                desk::has_seen(tx, rows, account.id, operator, midnight).await?
            }
            None => false,
        };
        let (sessions, devices) = sessions_of(tx, kit, &account, now).await?;
        let file = AccountFile {
            sessions,
            devices,
            level,
            factors,
            holds: holds::of_account(tx, rows, service_id, account.id, kit.clock.earliest()).await?,
            actions: actions_of(tx, kit, &account).await?,
            messages: messages_of(tx, kit, &account, binding.as_ref()).await?,
            number: binding.as_ref().and_then(number_file),
            entries: happened
                .into_iter()
                .map(|entry| EntryView { by: names.voice(entry.actor), entry })
                .collect(),
            cases: cases::of_account(tx, rows, service_id, account.id, LIST).await?,
            tickets: tickets::of_account(tx, rows, service_id, account.id, LIST).await?,
            proposals: proposed.into_iter().map(|one| view_of(one, &names, now)).collect(),
            id: account.id,
            status: account.status,
            frozen_by_holder: account.frozen_from.is_some(),
            email: account.email.as_ref().map(Address::masked),
            locale: account.locale,
            created_at: account.created_at,
        };
        Ok(Some((file, seen)))
    }
}

fn number_file(binding: &Binding) -> Option<NumberFile> {
    let number = binding.number.phone()?;
    Some(NumberFile {
        number: number.masked(),
        region: number.region().map(|region| region.to_string()).unwrap_or_default(),
        line: number.line(),
        bound_at: binding.bound_at,
        suspended_at: binding.suspended_at,
    })
}

fn factor_files(
    account: &Account,
    binding: Option<&Binding>,
    live: &[Authenticator],
    states: &[FactorState],
    kit: &Kit,
    now: Timestamp,
) -> Vec<FactorFile> {
    let file = |factor: &Factor| {
        let held = live.iter().filter(|one| one.factor == *factor).count();
        let enrolled = match factor {
            Factor::Password => 1,
            Factor::Email => u32::from(account.email.is_some()),
            Factor::Sms => u32::from(binding.is_some() && account.sms_enabled_at.is_some()),
            _ => u32::try_from(held).unwrap_or(u32::MAX),
        };
        let mine = || states.iter().filter(|state| state.factor == *factor);
        let refusals = || mine().filter_map(|state| lock::refusal(state, &kit.policy, now));
        let locked = refusals().filter_map(|refusal| match refusal {
            Refusal::Locked { until } => Some(until),
            Refusal::Disabled => None,
        });
        let disabled = refusals().any(|refusal| refusal == Refusal::Disabled);
        let refusal = match disabled {
            true => Some(Refusal::Disabled),
            false => locked.max().map(|until| Refusal::Locked { until }),
        };
        FactorFile {
            factor: *factor,
            enrolled,
            refusal,
            sends_locked_until: mine().filter_map(|state| lock::sending_locked_until(state, now)).max(),
            failures_in_a_row: mine().map(|state| state.in_a_row).max().unwrap_or(0),
            failures_this_year: mine().map(|state| state.failures_this_year).max().unwrap_or(0),
            budget: lock::yearly_budget(*factor, &kit.policy),
            is_spent: mine().any(|state| lock::budget_is_spent(state, &kit.policy)),
        }
    };
    Factor::ALL.iter().map(file).collect()
}

async fn sessions_of(
    tx: &mut Tx,
    kit: &Kit,
    account: &Account,
    now: Timestamp,
) -> Result<(Vec<SessionFile>, u32), StorageError> {
    let open = sessions::open_of_account(tx, &kit.rows, account.service_id, account.id).await?;
    let known = devices::of_account(tx, &kit.rows, account.service_id, account.id).await?;
    let file = |one: Session| SessionFile {
        device: known.iter().find(|d| d.id == one.device_id).map(|d| d.label.clone()).unwrap_or_default(),
        created_at: one.created_at,
        last_seen_at: one.last_seen_at,
        second_factor: one.second_factor,
    };
    let live = open.into_iter().filter(|one| session::is_live(one, &kit.policy, now)).map(file).collect();
    let kept = known.iter().filter(|device| device.forgotten_at.is_none()).count();
    Ok((live, u32::try_from(kept).unwrap_or(u32::MAX)))
}

async fn actions_of(
    tx: &mut Tx,
    kit: &Kit,
    account: &Account,
) -> Result<Vec<(ActionKind, ActionStatus, Timestamp)>, StorageError> {
    let found = actions::of_account(tx, &kit.rows, account.service_id, account.id, None, LIST).await?;
    let is_open = |action: &Action| matches!(action.status, ActionStatus::Pending | ActionStatus::Authorised);
    Ok(found.into_iter().filter(is_open).map(|one| (one.kind, one.status, one.deadline)).collect())
}

/// Those to its number and those to its email address, together.
async fn messages_of(
    tx: &mut Tx,
    kit: &Kit,
    account: &Account,
    binding: Option<&Binding>,
) -> Result<Vec<MessageView>, StorageError> {
    let mut lines = Vec::new();
    for address in [binding.map(|binding| &binding.number), account.email.as_ref()].into_iter().flatten() {
        let index = kit.rows.index(address);
        lines.extend(outbox::messages_to(tx, &kit.rows, account.service_id, index, LIST).await?);
    }
    lines.sort_unstable_by_key(|line| std::cmp::Reverse(line.id));
    lines.truncate(LIST as usize);
    messages::views(tx, kit, account.service_id, lines).await
}

struct Reveal {
    kit: Arc<Kit>,
    service_id: ServiceId,
    id: AccountId,
    what: Revealed,
    reason: String,
    scene: Scene,
}

impl Step for Reveal {
    type Output = RevealOutcome;

    async fn run(&self, tx: &mut Tx) -> Result<RevealOutcome, StorageError> {
        let (rows, now) = (&self.kit.rows, self.kit.clock.now());
        let Some(account) = accounts::load(tx, rows, self.service_id, self.id).await? else {
            return Ok(RevealOutcome::Gone);
        };
        let found = match self.what {
            Revealed::Email => account.email,
            Revealed::Number => {
                let binding = bindings::live_of_account(tx, rows, self.service_id, self.id).await?;
                binding.map(|binding| binding.number)
            }
        };
        let Some(address) = found else { return Ok(RevealOutcome::Nothing) };
        let event = Event::AddressRevealed { what: self.what, reason: self.reason.clone() };
        let world = self.kit.world(&self.scene, now);
        let entry = self.scene.event(self.service_id, Some(self.id), event, world);
        tables::apply(tx, rows, &[entry]).await?;
        Ok(RevealOutcome::Shown(address))
    }
}

struct Protect {
    kit: Arc<Kit>,
    service_id: ServiceId,
    id: AccountId,
    act: Protection,
    reason: String,
    scene: Scene,
}

impl Step for Protect {
    type Output = ProtectOutcome;

    async fn run(&self, tx: &mut Tx) -> Result<ProtectOutcome, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let (rows, service_id) = (&kit.rows, self.service_id);
        let Some(account) = accounts::lock(tx, rows, service_id, self.id).await? else {
            return Ok(ProtectOutcome::Gone);
        };
        let binding = bindings::live_of_account(tx, rows, service_id, self.id).await?;
        let pending = actions::lock_open_of_account(tx, rows, service_id, self.id).await?;
        let (open, _) = sessions_of(tx, kit, &account, now).await?;
        let count = u32::try_from(open.len()).unwrap_or(u32::MAX);
        let world = kit.world(&self.scene, now);
        let decision =
            protect::protect(self.act, &self.reason, &account, binding.as_ref(), pending, count, world);
        let outcome = kit.save(tx, decision).await?;
        if self.act == Protection::Freeze && matches!(outcome, Protected::Done(_)) {
            cancel_for_freeze(tx, kit, service_id, self.id, world).await?;
        }
        Ok(match outcome {
            Protected::Done(_) => ProtectOutcome::Done,
            Protected::Already => ProtectOutcome::Already,
            Protected::Reason => ProtectOutcome::Reason,
        })
    }
}
