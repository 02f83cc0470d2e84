//! Recovery cases before the operators (R57): the list, one case with everything that speaks for it or against it, and
//! deciding. Whoever has not decided sees neither the verdict nor the name of whoever has, while the round is open.

use crate::actions::Standing;
use crate::cases::documents::of_this_round;
use crate::cases::lock_with_account;
use crate::console::session::has_right;
use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use countersign_core::case::{self, DecideRefusal, Decided, Say};
use countersign_core::event::Event;
use countersign_core::hold;
use countersign_core::id::{CaseId, OperatorId, ServiceId};
use countersign_core::model::*;
use countersign_core::time::Timestamp;
use countersign_storage::tables::{self, accounts, bindings, cases, events, identity_checks, operators};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// Cases of one list.
const LIST_MAX: u32 = 200;

/// Entries looked through for sign-ins, and for whether an operator has seen a case before.
const EVENTS_MAX: u32 = 200;

/// A case in the list.
#[derive(Clone, Debug)]
pub struct CaseLine {
    /// The case.
    pub case: Case,
    /// Masked address of its account.
    pub holder: String,
    /// Voices that have spoken in this round.
    pub voices: usize,
    /// Whether one of them is the operator's who asks.
    pub mine: bool,
}

/// What one voice said, as far as whoever asks may see it.
#[derive(Clone, Debug)]
pub struct CaseVoice {
    /// What it said.
    pub decision: CaseDecision,
    /// Who, masked; empty for the command line.
    pub name: String,
}

/// A case with what is known about it.
#[derive(Clone, Debug)]
pub struct CaseDesk {
    /// The case.
    pub case: Case,
    /// Its account.
    pub account: Account,
    /// The account's number.
    pub binding: Option<Binding>,
    /// The pictures of this round.
    pub pictures: Vec<Evidence>,
    /// Voices that have spoken in this round.
    pub voices: usize,
    /// Whether the operator who asks has spoken in this round.
    pub mine: bool,
    /// What was said, where it may be seen: rounds that are over, one's own, all once the case has come to an end.
    pub said: Vec<CaseVoice>,
    /// What the identity provider was asked and said in this round.
    pub check: Option<IdentityCheck>,
    /// The account's other cases.
    pub others: Vec<Case>,
    /// The hold in force.
    pub hold: Option<Hold>,
    /// The browsers last signed in from.
    pub devices: Vec<(String, Timestamp)>,
    /// Whether whoever of staff asks had looked at it before.
    pub seen: bool,
}

impl CaseDesk {
    /// The pictures that whoever reads this sees: a decision is about those and no others.
    pub fn picture_set(&self) -> PictureSet {
        PictureSet::of(&self.pictures)
    }
}

/// What whoever decides says.
#[derive(Clone, Debug)]
pub struct CaseWord {
    /// What.
    pub verdict: Verdict,
    /// Why.
    pub note: Redacted,
    /// What was looked at.
    pub checks: Vec<CaseCheck>,
    /// The pictures that were looked at; none: those that are there now.
    pub seen: Option<PictureSet>,
}

/// What came of deciding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaseTake {
    /// It was taken.
    Taken(Decided),
    /// It was not.
    Refused(DecideRefusal),
    /// There is no such case, or whoever asks may not decide, or not yet.
    Gone,
}

impl Flows {
    /// The cases of a service, those before the operators first; or those that are over.
    pub async fn cases(
        &self,
        service_id: ServiceId,
        closed: bool,
        asker: Option<OperatorId>,
    ) -> Result<Vec<CaseLine>, FlowError> {
        self.read(List { kit: self.kit.clone(), service_id, closed, asker }).await
    }

    /// How many cases are before the operators.
    pub async fn cases_waiting(&self, service_id: ServiceId) -> Result<u64, FlowError> {
        self.read(Count { kit: self.kit.clone(), service_id }).await
    }

    /// One case; that one of staff looks at it for the first time is an entry of the audit.
    pub async fn case_desk(
        &self,
        service_id: ServiceId,
        id: CaseId,
        caller: Caller,
    ) -> Result<Option<CaseDesk>, FlowError> {
        let found = self.read(Look { kit: self.kit.clone(), service_id, id, actor: caller.actor }).await?;
        if let Some(desk) = found.as_ref().filter(|desk| !desk.seen && caller.actor.is_staff()) {
            self.write(NoteSeen { kit: self.kit.clone(), case: desk.case.clone(), caller }).await?;
        }
        Ok(found)
    }

    /// Takes the decision of whoever asks: an operator's, or the command line's.
    pub async fn decide_case(
        &self,
        service_id: ServiceId,
        id: CaseId,
        word: CaseWord,
        caller: Caller,
    ) -> Result<CaseTake, FlowError> {
        self.write(Decide { kit: self.kit.clone(), service_id, id, word, caller }).await
    }
}

const fn voice_of(actor: Actor) -> Option<Voice> {
    match actor {
        Actor::Operator(id) => Some(Voice::Operator(id)),
        Actor::CommandLine => Some(Voice::CommandLine),
        Actor::System | Actor::Holder | Actor::RelyingParty => None,
    }
}

/// Whether this was said in the case's present round, and still counts.
fn is_of_now(one: &CaseDecision, case: &Case, staff: &[Operator]) -> bool {
    one.round == case.round && case::counts(one.voice, staff)
}

struct List {
    kit: Arc<Kit>,
    service_id: ServiceId,
    closed: bool,
    asker: Option<OperatorId>,
}

impl Step for List {
    type Output = Vec<CaseLine>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let rows = &self.kit.rows;
        let staff = operators::of_service(tx, rows, self.service_id).await?;
        let mut lines = Vec::new();
        for case in cases::of_service(tx, rows, self.service_id, self.closed, LIST_MAX).await? {
            let account = accounts::load(tx, rows, self.service_id, case.account_id).await?;
            let binding = bindings::live_of_account(tx, rows, self.service_id, case.account_id).await?;
            let said = cases::decisions(tx, rows, self.service_id, case.id).await?;
            let counts = |one: &&CaseDecision| is_of_now(one, &case, &staff);
            let now: Vec<&CaseDecision> = said.iter().filter(counts).collect();
            let email = account.and_then(|account| account.email);
            let shown = email.or(binding.map(|binding| binding.number));
            lines.push(CaseLine {
                holder: shown.map(|address| address.masked()).unwrap_or_default(),
                voices: now.len(),
                mine: self.asker.is_some_and(|id| now.iter().any(|one| one.voice == Voice::Operator(id))),
                case,
            });
        }
        Ok(lines)
    }
}

struct Count {
    kit: Arc<Kit>,
    service_id: ServiceId,
}

impl Step for Count {
    type Output = u64;

    async fn run(&self, tx: &mut Tx) -> Result<u64, StorageError> {
        cases::count_waiting(tx, &self.kit.rows, self.service_id).await
    }
}

struct Look {
    kit: Arc<Kit>,
    service_id: ServiceId,
    id: CaseId,
    actor: Actor,
}

impl Step for Look {
    type Output = Option<CaseDesk>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let (kit, rows, service_id) = (&self.kit, &self.kit.rows, self.service_id);
        let Some(case) = cases::load(tx, rows, service_id, self.id).await? else { return Ok(None) };
        let Some(account) = accounts::load(tx, rows, service_id, case.account_id).await? else {
            return Ok(None);
        };
        let standing = Standing::load(tx, kit, account, kit.clock.now()).await?;
        let said = cases::decisions(tx, rows, service_id, case.id).await?;
        let staff = operators::of_service(tx, rows, service_id).await?;
        let voices = said.iter().filter(|one| is_of_now(one, &case, &staff)).count();
        let (own, open) = (voice_of(self.actor), case.stage == CaseStage::Review);
        let is_mine = |one: &CaseDecision| Some(one.voice) == own;
        let mine = said.iter().any(|one| one.round == case.round && is_mine(one));
        // Blind until one's own word is given (R57).
        let shown = |one: &CaseDecision| !open || one.round < case.round || is_mine(one);
        let voice = |decision: CaseDecision| {
            let id = match decision.voice {
                Voice::Operator(id) => Some(id),
                Voice::CommandLine => None,
            };
            let who = staff.iter().find(|operator| Some(operator.id) == id);
            CaseVoice { name: who.map(|who| who.email.masked()).unwrap_or_default(), decision }
        };
        let mut others = cases::of_account(tx, rows, service_id, case.account_id, 20).await?;
        others.retain(|other| other.id != case.id);
        let mut checks = identity_checks::of_case(tx, rows, service_id, case.id).await?;
        checks.retain(|check| check.round == case.round);
        let events =
            events::of_account(tx, rows, service_id, case.account_id, None, None, EVENTS_MAX).await?;
        Ok(Some(CaseDesk {
            pictures: of_this_round(tx, kit, &case).await?,
            said: said.into_iter().filter(shown).map(voice).collect(),
            hold: hold::in_force(&standing.holds, kit.clock.earliest()).cloned(),
            devices: signed_in_from(&events),
            seen: events.iter().any(|entry| entry.actor == self.actor && is_look(entry, &case)),
            check: checks.pop(),
            account: standing.account,
            binding: standing.binding,
            voices,
            mine,
            others,
            case,
        }))
    }
}

fn is_look(entry: &EventEntry, case: &Case) -> bool {
    matches!(&entry.event, Event::CaseSeen { case: seen } if *seen == case.id.to_string())
}

/// Browsers of the newest sign-ins, each once.
fn signed_in_from(events: &[EventEntry]) -> Vec<(String, Timestamp)> {
    let mut found: Vec<(String, Timestamp)> = Vec::new();
    for entry in events.iter().filter(|entry| matches!(entry.event, Event::SignedIn { .. })) {
        if found.len() < 5 && !found.iter().any(|(device, _)| *device == entry.device) {
            found.push((entry.device.clone(), entry.at));
        }
    }
    found
}

struct NoteSeen {
    kit: Arc<Kit>,
    case: Case,
    caller: Caller,
}

impl Step for NoteSeen {
    type Output = ();

    async fn run(&self, tx: &mut Tx) -> Result<(), StorageError> {
        let scene = self.caller.scene();
        let world = self.kit.world(&scene, self.kit.clock.now());
        let entry = case::happened(&self.case, Event::CaseSeen { case: self.case.id.to_string() }, world);
        tables::apply(tx, &self.kit.rows, &[entry]).await
    }
}

struct Decide {
    kit: Arc<Kit>,
    service_id: ServiceId,
    id: CaseId,
    word: CaseWord,
    caller: Caller,
}

impl Step for Decide {
    type Output = CaseTake;

    async fn run(&self, tx: &mut Tx) -> Result<CaseTake, StorageError> {
        let (kit, rows, service_id) = (&self.kit, &self.kit.rows, self.service_id);
        let Some(voice) = voice_of(self.caller.actor) else { return Ok(CaseTake::Gone) };
        let now = kit.clock.now();
        if !has_right(tx, kit, service_id, self.caller.actor, Right::CasesDecide, now).await? {
            return Ok(CaseTake::Gone);
        }
        let Some((case, account)) = lock_with_account(tx, kit, service_id, self.id).await? else {
            return Ok(CaseTake::Gone);
        };
        // Whoever has left the staff since, or may decide no more, is no voice.
        let staff = operators::of_service(tx, rows, service_id).await?;
        if !case::counts(voice, &staff) {
            return Ok(CaseTake::Gone);
        }
        let own = staff.iter().find(|one| voice == Voice::Operator(one.id));
        let email = own.map(|own| own.email.clone());
        let mut before = cases::decisions(tx, rows, service_id, case.id).await?;
        before.retain(|one| is_of_now(one, &case, &staff));
        let binding = bindings::live_of_account(tx, rows, service_id, account.id).await?;
        let pictures = PictureSet::of(&of_this_round(tx, kit, &case).await?);
        let word = self.word.clone();
        let (note, checks, seen) = (word.note.0, word.checks, word.seen);
        let say = Say { voice, email, verdict: word.verdict, note, checks, pictures, seen };
        let scene = self.caller.scene();
        let world = kit.world(&scene, now);
        let decided = case::decide(case, &account, binding.as_ref(), &before, say, world);
        Ok(match kit.save(tx, decided).await? {
            Ok(decided) => CaseTake::Taken(decided),
            Err(refusal) => CaseTake::Refused(refusal),
        })
    }
}
