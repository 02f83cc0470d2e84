//! Proposals: made by one, decided by another, carried out in the moment they are approved. The account is locked first
//! and the proposal after it, always in that order, so that of two who decide at once one finds it decided.

use super::{Names, Voice};
use crate::console::session::has_right;
use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use countersign_core::address::Address;
use countersign_core::id::{AccountId, ProposalId, ServiceId};
use countersign_core::model::*;
use countersign_core::proposal::{
    self, DecideRefusal, NewProposal, ProposeRefusal, Speaker, Standing, Verdict, status_at, still_stands,
};
use countersign_core::session::{self, Scene};
use countersign_core::time::Timestamp;
use countersign_storage::tables::{
    self, accounts, authenticators, bindings, cases, factors, operators, proposals, sessions,
};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// A proposal with who is behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposalView {
    /// The proposal.
    pub proposal: Proposal,
    /// Where it stands now, whether a timer has written it down or not.
    pub status: ProposalStatus,
    /// Who made it.
    pub by: Voice,
    /// Who ended it, if anybody did.
    pub decided_by: Option<Voice>,
}

/// What approving would do, as far as a sentence about it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposalEffect {
    /// Masked number of the account.
    pub number: Option<String>,
    /// Sessions that would end.
    pub sessions: u32,
    /// The recovery case that would end: what for, and where it stands.
    pub case: Option<(CaseKind, CaseStage)>,
    /// Whether the account would be left without a second factor but codes by email.
    pub leaves_email_only: bool,
}

/// One proposal as the page of it shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposalFile {
    /// The proposal.
    pub view: ProposalView,
    /// What approving would do.
    pub effect: ProposalEffect,
    /// Why it could not be carried out now, if so.
    pub hindrance: Option<DecideRefusal>,
}

/// What came of proposing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProposeOutcome {
    /// It waits for another.
    Made(Box<Proposal>),
    /// It does not.
    Refused(ProposeRefusal),
    /// The service has no such account.
    Gone,
}

/// What came of deciding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecideOutcome {
    /// It has ended so, and is carried out if it was approved.
    Ended(Box<Proposal>),
    /// It stands as it stood.
    Refused(DecideRefusal),
    /// The service has no such proposal, or whoever asks may not decide, or not yet.
    Gone,
}

/// Proposals in one list.
const LIST: u32 = 100;

impl Flows {
    /// Proposes what two must agree on.
    pub async fn propose(
        &self,
        service_id: ServiceId,
        account_id: AccountId,
        kind: ProposalKind,
        about: ProposalAbout,
        reason: &str,
        caller: &Caller,
    ) -> Result<ProposeOutcome, FlowError> {
        let (reason, scene, by) = (reason.to_owned(), caller.scene(), caller.actor);
        let kit = self.kit.clone();
        self.write(Propose { kit, service_id, account_id, kind, about, reason, by, scene }).await
    }

    /// Decides a proposal; what is approved is done.
    pub async fn decide_proposal(
        &self,
        service_id: ServiceId,
        id: ProposalId,
        verdict: Verdict,
        note: &str,
        caller: &Caller,
    ) -> Result<DecideOutcome, FlowError> {
        let (note, scene, by) = (note.to_owned(), caller.scene(), caller.actor);
        self.write(Decide { kit: self.kit.clone(), service_id, id, verdict, note, by, scene }).await
    }

    /// Proposals of a service: those that wait, the next to run out first, and the newest that have ended.
    pub async fn proposals(
        &self,
        service_id: ServiceId,
    ) -> Result<(Vec<ProposalView>, Vec<ProposalView>), FlowError> {
        self.read(List { kit: self.kit.clone(), service_id }).await
    }

    /// One proposal of a service, and what it would do.
    pub async fn proposal(
        &self,
        service_id: ServiceId,
        id: ProposalId,
    ) -> Result<Option<ProposalFile>, FlowError> {
        self.read(Look { kit: self.kit.clone(), service_id, id }).await
    }

    /// How many proposals wait for a decision.
    pub async fn proposals_waiting(&self, service_id: ServiceId) -> Result<u64, FlowError> {
        self.read(Count { kit: self.kit.clone(), service_id }).await
    }

    /// Writes down that the time of proposals ran out, of at most so many.
    pub(crate) async fn expire_proposals(&self, limit: u32) -> Result<u64, FlowError> {
        let due = self.read(Overdue { kit: self.kit.clone(), limit }).await?;
        let mut expired = 0;
        for (service_id, id, account_id) in due {
            expired +=
                u64::from(self.write(Expire { kit: self.kit.clone(), service_id, id, account_id }).await?);
        }
        Ok(expired)
    }
}

pub(super) fn view_of(proposal: Proposal, names: &Names, now: Timestamp) -> ProposalView {
    ProposalView {
        status: status_at(&proposal, now),
        by: names.voice(proposal.proposed_by),
        decided_by: proposal.decided_by.map(|actor| names.voice(actor)),
        proposal,
    }
}

/// The address of a member of staff, by which an account would be their own.
async fn address_of(
    tx: &mut Tx,
    kit: &Kit,
    service_id: ServiceId,
    actor: Actor,
) -> Result<Option<Address>, StorageError> {
    let Some(id) = actor.operator() else { return Ok(None) };
    Ok(operators::load(tx, &kit.rows, service_id, id).await?.map(|operator| operator.email))
}

struct Propose {
    kit: Arc<Kit>,
    service_id: ServiceId,
    account_id: AccountId,
    kind: ProposalKind,
    about: ProposalAbout,
    reason: String,
    by: Actor,
    scene: Scene,
}

impl Step for Propose {
    type Output = ProposeOutcome;

    async fn run(&self, tx: &mut Tx) -> Result<ProposeOutcome, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let rows = &kit.rows;
        let Some(account) = accounts::lock(tx, rows, self.service_id, self.account_id).await? else {
            return Ok(ProposeOutcome::Gone);
        };
        let world = kit.world(&self.scene, now);
        let mut waiting = proposals::lock_waiting(tx, rows, self.service_id, account.id).await?;
        // What ran out of time makes room, whether a timer has come by or not.
        let overdue = waiting.extract_if(.., |one| status_at(one, now) != ProposalStatus::Waiting);
        for decision in overdue.filter_map(|one| proposal::expire(&one, world)).collect::<Vec<_>>() {
            kit.save(tx, decision).await?;
        }
        let binding = bindings::live_of_account(tx, rows, self.service_id, account.id).await?;
        let subject = Subject::Account(account.id);
        let states = factors::of_subject(tx, rows, self.service_id, subject, now).await?;
        let open = cases::open_of_account(tx, rows, self.service_id, account.id).await?;
        let standing =
            Standing { account: &account, binding: binding.as_ref(), factors: &states, cases: &open };
        let own = address_of(tx, kit, self.service_id, self.by).await?;
        let by = Speaker { actor: self.by, email: own.as_ref() };
        let new = NewProposal { kind: self.kind, about: self.about, reason: &self.reason, by };
        match proposal::propose(new, &waiting, standing, world) {
            Ok(decision) => Ok(ProposeOutcome::Made(Box::new(kit.save(tx, decision).await?))),
            Err(refusal) => Ok(ProposeOutcome::Refused(refusal)),
        }
    }
}

struct Decide {
    kit: Arc<Kit>,
    service_id: ServiceId,
    id: ProposalId,
    verdict: Verdict,
    note: String,
    by: Actor,
    scene: Scene,
}

impl Step for Decide {
    type Output = DecideOutcome;

    async fn run(&self, tx: &mut Tx) -> Result<DecideOutcome, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let (rows, service_id) = (&kit.rows, self.service_id);
        let decides = self.verdict != Verdict::Withdraw;
        if decides && !has_right(tx, kit, service_id, self.by, Right::Approve, now).await? {
            return Ok(DecideOutcome::Gone);
        }
        let Some(found) = proposals::load(tx, rows, service_id, self.id).await? else {
            return Ok(DecideOutcome::Gone);
        };
        let Some(account) = accounts::lock(tx, rows, service_id, found.account_id).await? else {
            return Ok(DecideOutcome::Gone);
        };
        let Some(proposal) = proposals::lock(tx, rows, service_id, self.id).await? else {
            return Ok(DecideOutcome::Gone);
        };
        let binding = bindings::live_of_account(tx, rows, service_id, account.id).await?;
        let subject = Subject::Account(account.id);
        let states = factors::lock_subject(tx, rows, service_id, subject, now).await?;
        let open = cases::lock_open_of_account(tx, rows, service_id, account.id).await?;
        let standing =
            Standing { account: &account, binding: binding.as_ref(), factors: &states, cases: &open };
        let own = address_of(tx, kit, service_id, self.by).await?;
        let by = Speaker { actor: self.by, email: own.as_ref() };
        let world = kit.world(&self.scene, now);
        match proposal::decide(&proposal, self.verdict, &self.note, by, standing, world) {
            Ok(decision) => Ok(DecideOutcome::Ended(Box::new(kit.save(tx, decision).await?))),
            Err(refusal) => Ok(DecideOutcome::Refused(refusal)),
        }
    }
}

struct List {
    kit: Arc<Kit>,
    service_id: ServiceId,
}

impl Step for List {
    type Output = (Vec<ProposalView>, Vec<ProposalView>);

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let names = Names::read(tx, kit, self.service_id).await?;
        let waiting = proposals::waiting(tx, &kit.rows, self.service_id, now, LIST).await?;
        let newest = proposals::of_service(tx, &kit.rows, self.service_id, LIST).await?;
        let has_ended = |one: &Proposal| status_at(one, now) != ProposalStatus::Waiting;
        let view = |one: Proposal| view_of(one, &names, now);
        Ok((
            waiting.into_iter().map(view).collect(),
            newest.into_iter().filter(has_ended).map(view).collect(),
        ))
    }
}

struct Look {
    kit: Arc<Kit>,
    service_id: ServiceId,
    id: ProposalId,
}

impl Step for Look {
    type Output = Option<ProposalFile>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let (rows, service_id) = (&kit.rows, self.service_id);
        let Some(found) = proposals::load(tx, rows, service_id, self.id).await? else { return Ok(None) };
        let Some(account) = accounts::load(tx, rows, service_id, found.account_id).await? else {
            return Ok(None);
        };
        let binding = bindings::live_of_account(tx, rows, service_id, account.id).await?;
        let subject = Subject::Account(account.id);
        let states = factors::of_subject(tx, rows, service_id, subject, now).await?;
        let live = authenticators::live_of_account(tx, rows, service_id, account.id).await?;
        let mut live_now = sessions::open_of_account(tx, rows, service_id, account.id).await?;
        live_now.retain(|one| session::is_live(one, &kit.policy, now));
        let open = cases::open_of_account(tx, rows, service_id, account.id).await?;
        let standing =
            Standing { account: &account, binding: binding.as_ref(), factors: &states, cases: &open };
        let names = Names::read(tx, kit, service_id).await?;
        let about = open.iter().find(|case| found.target == ProposalTarget::Case(case.id));
        Ok(Some(ProposalFile {
            hindrance: still_stands(&found, standing, &kit.policy, now).err(),
            effect: ProposalEffect {
                number: binding.as_ref().map(|binding| binding.number.masked()),
                sessions: u32::try_from(live_now.len()).unwrap_or(u32::MAX),
                case: about.map(|case| (case.kind, case.stage)),
                leaves_email_only: !live.iter().any(|one| one.factor.replaces_sms()),
            },
            view: view_of(found, &names, now),
        }))
    }
}

struct Count {
    kit: Arc<Kit>,
    service_id: ServiceId,
}

impl Step for Count {
    type Output = u64;

    async fn run(&self, tx: &mut Tx) -> Result<u64, StorageError> {
        proposals::count_waiting(tx, &self.kit.rows, self.service_id, self.kit.clock.now()).await
    }
}

struct Overdue {
    kit: Arc<Kit>,
    limit: u32,
}

impl Step for Overdue {
    type Output = Vec<(ServiceId, ProposalId, AccountId)>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        proposals::overdue(tx, &self.kit.rows, self.kit.clock.now(), self.limit).await
    }
}

struct Expire {
    kit: Arc<Kit>,
    service_id: ServiceId,
    id: ProposalId,
    account_id: AccountId,
}

impl Step for Expire {
    type Output = bool;

    async fn run(&self, tx: &mut Tx) -> Result<bool, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        accounts::lock(tx, &kit.rows, self.service_id, self.account_id).await?;
        let found = proposals::lock(tx, &kit.rows, self.service_id, self.id).await?;
        let scene = Scene::by(Actor::System, "");
        let decision = found.and_then(|found| proposal::expire(&found, kit.world(&scene, now)));
        let Some(decision) = decision else { return Ok(false) };
        tables::apply(tx, &kit.rows, &decision.changes).await?;
        Ok(true)
    }
}
