//! Recovery cases (section F, R57, R59, R60, R62, R63): who may open one, what must be proved and shown, how two
//! operators agree, and what ends it. A case never changes a factor by itself: it lets its holder in, and a hold
//! begins (R66). Pictures are judged by people; here it is only known which of them are there.

mod access;
mod ending;

pub use access::{ACCESS_FAILURES_MAX, Access, judge_access, opens, replace_access};
pub use ending::{
    WithdrawnBy, begin_finish, cancel, expire, finish, holds_back, let_in, may_finish, waits_until,
};

use crate::Decision;
use crate::change::Change;
use crate::event::{CaseTurn, Event};
use crate::id::CaseId;
use crate::model::*;
use crate::notice::{notice, tell};
use crate::recovery::{self, RecoveryCode};
use crate::session::hash_token;
use crate::staff;
use crate::time::{Timestamp, days, seconds};
use crate::verification::World;

/// Voices that must agree (R57).
const VOICES: usize = 2;

/// Cases that may be opened in a day, whatever became of them: each of them tells every address of the account.
pub const OPENINGS_PER_DAY_MAX: usize = 10;

/// Longest name and remark of a holder, and note of an operator, in characters.
pub const NAME_LENGTH_MAX: usize = 120;
/// See [`NAME_LENGTH_MAX`].
pub const REMARK_LENGTH_MAX: usize = 500;

/// Why no case is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenRefusal {
    /// A frozen account is opened by its holder or by staff, never around them.
    Frozen,
    /// There is one already.
    Open(CaseId),
    /// There were too many lately.
    TooMany,
    /// The account does not need it.
    NotNeeded,
}

/// What is known of an account when a case is asked for.
pub struct Ground<'a> {
    /// The account.
    pub account: &'a Account,
    /// Its number, which is told.
    pub binding: Option<&'a Binding>,
    /// Its cases of the last thirty days and those still open, of any kind.
    pub cases: &'a [Case],
    /// Factors besides the password and the lost phone that it could prove.
    pub held: &'a [Factor],
}

/// Opens a case. The access code is shown once; its hash is kept.
pub fn open(
    kind: CaseKind,
    ground: &Ground<'_>,
    world: World<'_>,
) -> Decision<Result<(Case, RecoveryCode), OpenRefusal>> {
    let (account, now) = (ground.account, world.now);
    if let Some(refusal) = refusal_to_open(kind, ground, world) {
        return Decision::only(Err(refusal));
    }
    let access = recovery::draw_one(world.entropy);
    let verifies = kind == CaseKind::PhoneLost && !ground.held.is_empty();
    let case = Case {
        id: CaseId::draw(now, world.entropy),
        service_id: account.service_id,
        account_id: account.id,
        kind,
        stage: if verifies { CaseStage::Verify } else { CaseStage::Documents },
        round: 1,
        access: hash_token(access.normal()),
        access_failures: 0,
        access_locked_until: None,
        file: CaseFile {
            proved: Vec::new(),
            lost: Vec::new(),
            documents_alone: kind == CaseKind::PhoneLost && !verifies,
            document: None,
            name: Redacted(String::new()),
            remark: Redacted(String::new()),
            note_codes: Vec::new(),
            note_until_ms: 0,
            round_since_ms: now.unix_ms(),
            rejected_for: None,
            device: world.scene.device().to_owned(),
            unproved: false,
            finish_from_ms: 0,
            let_in: None,
            status: Some(account.status),
        },
        opened_at: now,
        submitted_at: None,
        promised_by: None,
        decided_at: None,
        expires_at: now.after(days(world.policy.case_wait_days)),
        ended_at: None,
    };
    let event = Event::CaseOpened { case: case.id.to_string(), of: kind };
    let mut changes = vec![Change::InsertCase(case.clone()), happened(&case, event, world)];
    changes.extend(everybody_hears(account, ground.binding, Notice::RecoveryOpened, &case, world));
    Decision { outcome: Ok((case, access)), changes }
}

fn refusal_to_open(kind: CaseKind, ground: &Ground<'_>, world: World<'_>) -> Option<OpenRefusal> {
    if ground.account.status == AccountStatus::Frozen {
        return Some(OpenRefusal::Frozen);
    }
    if kind == CaseKind::Identity && ground.account.status == AccountStatus::Active {
        return Some(OpenRefusal::NotNeeded);
    }
    if let Some(open) = ground.cases.iter().find(|case| case.kind == kind && !case.stage.is_over()) {
        return Some(OpenRefusal::Open(open.id));
    }
    let since = |span| ground.cases.iter().filter(move |case| case.opened_at > world.now.before(days(span)));
    // The password alone opens a case and withdraws it: that must not use up what its holder may ask for.
    let asked = since(30).filter(|case| !came_to_nothing(case)).count() as u64;
    let too_many = asked >= world.policy.cases_per_account_max || since(1).count() >= OPENINGS_PER_DAY_MAX;
    too_many.then_some(OpenRefusal::TooMany)
}

/// Ended without ever having been handed in.
fn came_to_nothing(case: &Case) -> bool {
    matches!(case.stage, CaseStage::Canceled | CaseStage::Expired) && case.submitted_at.is_none()
}

/// Notes what was proved of what the account has, and goes on to the documents. One factor besides the password is the
/// least (R60); what was not proved counts as lost, and operators see it.
pub fn verified(mut case: Case, proved: &[Factor], held: &[Factor], world: World<'_>) -> Decision<bool> {
    if case.stage != CaseStage::Verify || !proves(proved) {
        return Decision::only(false);
    }
    case.file.proved = proved.to_vec();
    case.file.lost = held.iter().copied().filter(|factor| !proved.contains(factor)).collect();
    case.stage = CaseStage::Documents;
    case.file.round_since_ms = world.now.unix_ms();
    let event = Event::CaseVerified { case: case.id.to_string(), factors: proved.to_vec() };
    Decision { outcome: true, changes: vec![happened(&case, event, world), Change::SaveCase(case)] }
}

/// Whether one of these counts besides the password and the lost phone (R60).
fn proves(proved: &[Factor]) -> bool {
    proved.iter().any(|factor| !matches!(factor, Factor::Password | Factor::Sms))
}

/// Goes on to the documents without a proof: whatever else the account has was lost with the phone. R60 then asks for
/// the identity alone, so operators see it, everybody is told, and the new value is set only after a wait in which
/// whoever still has one of them can end the case.
pub fn unproved(
    mut case: Case,
    held: &[Factor],
    account: &Account,
    binding: Option<&Binding>,
    world: World<'_>,
) -> Decision<bool> {
    if case.stage != CaseStage::Verify {
        return Decision::only(false);
    }
    case.file.lost = held.to_vec();
    case.file.unproved = true;
    case.file.finish_from_ms = world.now.after(seconds(world.policy.case_alone_wait_s)).unix_ms();
    case.file.round_since_ms = world.now.unix_ms();
    case.stage = CaseStage::Documents;
    let event = Event::CaseTurn(CaseTurn::Unproved { case: case.id.to_string(), factors: held.to_vec() });
    let mut changes = vec![happened(&case, event, world)];
    changes.extend(everybody_hears(account, binding, Notice::RecoveryUnproved, &case, world));
    changes.push(Change::SaveCase(case));
    Decision { outcome: true, changes }
}

/// The note's code: the one in force, or a new one once its time is over (R63).
pub fn note_code(mut case: Case, world: World<'_>) -> Decision<Option<Case>> {
    if case.stage != CaseStage::Documents {
        return Decision::only(None);
    }
    if case.note_code(world.now).is_some() {
        return Decision::only(Some(case));
    }
    let drawn = recovery::draw_one(world.entropy);
    let (head, tail) = (&drawn.normal()[..4], &drawn.normal()[4..8]);
    case.file.note_codes.push(Redacted(format!("{head}-{tail}")));
    case.file.note_until_ms = world.now.after(seconds(world.policy.note_code_life_s)).unix_ms();
    let changes = vec![Change::SaveCase(case.clone())];
    Decision { outcome: Some(case), changes }
}

/// Pictures that are there, sent since this round began.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pictures {
    /// The front of the document.
    pub front: bool,
    /// Its back.
    pub back: bool,
    /// The photo with the note: the code that was in force when its upload began.
    pub note: Option<Redacted>,
}

/// What the holder says about the pictures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// Which document.
    pub document: DocumentKind,
    /// The name on it.
    pub name: Redacted,
    /// Anything else.
    pub remark: Redacted,
}

/// What is missing before a case can be handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubmitRefusal {
    /// The front of the document.
    Front,
    /// Its back.
    Back,
    /// The photo with a note that carries a code of this round.
    Note,
    /// The name, or it is too long.
    Name,
    /// The remark is too long.
    Remark,
    /// The case does not wait for documents.
    Stage,
}

/// Hands a case in: from now on the promise runs.
pub fn submit(
    mut case: Case,
    claims: Claims,
    pictures: &Pictures,
    world: World<'_>,
) -> Decision<Result<Case, SubmitRefusal>> {
    let name = claims.name.0.split_whitespace().collect::<Vec<_>>().join(" ");
    let note = pictures.note.as_ref().filter(|note| case.file.note_codes.contains(note));
    let refusal = match () {
        () if case.stage != CaseStage::Documents => Some(SubmitRefusal::Stage),
        () if name.is_empty() || name.chars().count() > NAME_LENGTH_MAX => Some(SubmitRefusal::Name),
        () if claims.remark.0.chars().count() > REMARK_LENGTH_MAX => Some(SubmitRefusal::Remark),
        () if !pictures.front => Some(SubmitRefusal::Front),
        () if claims.document.has_back() && !pictures.back => Some(SubmitRefusal::Back),
        () if note.is_none() => Some(SubmitRefusal::Note),
        () => None,
    };
    if let Some(refusal) = refusal {
        return Decision::only(Err(refusal));
    }
    case.stage = CaseStage::Review;
    case.file.document = Some(claims.document);
    case.file.name = Redacted(name);
    case.file.remark = Redacted(claims.remark.0.trim().to_owned());
    case.submitted_at = Some(world.now);
    case.promised_by = Some(world.now.after(seconds(world.policy.case_promise_s)));
    let event = Event::CaseSubmitted { case: case.id.to_string() };
    let changes = vec![happened(&case, event, world), Change::SaveCase(case.clone())];
    Decision { outcome: Ok(case), changes }
}

/// Why a decision is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecideRefusal {
    /// The case is not before the operators.
    Stage,
    /// This voice has spoken in this round.
    Twice,
    /// It is the operator's own account.
    OwnAccount,
    /// Without a note nobody can tell later why.
    Note,
    /// Approving says that everything was looked at.
    Checks,
    /// The pictures are others than those that were looked at.
    Pictures,
}

/// What a decision led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decided {
    /// Another voice is needed.
    Waits,
    /// The case came to this stage.
    Came(CaseStage),
}

/// What a voice says.
#[derive(Clone, Debug)]
pub struct Say {
    /// Whose voice.
    pub voice: Voice,
    /// The operator's own address, to keep them from their own case.
    pub email: Option<crate::address::Address>,
    /// What.
    pub verdict: Verdict,
    /// Why, in words.
    pub note: String,
    /// What was looked at.
    pub checks: Vec<CaseCheck>,
    /// The pictures that are there now.
    pub pictures: PictureSet,
    /// Those that this voice saw; none: whatever is there now.
    pub seen: Option<PictureSet>,
}

/// Whether what a voice said still counts: an operator's only while they are of the staff and may decide.
pub fn counts(voice: Voice, operators: &[Operator]) -> bool {
    let may = |one: &Operator| one.disabled_at.is_none() && staff::may(&one.roles, Right::CasesDecide);
    match voice {
        Voice::CommandLine => true,
        Voice::Operator(id) => operators.iter().any(|one| one.id == id && may(one)),
    }
}

/// Takes one voice's decision; two that agree, about the same pictures, end the round (R57). `before` are those of this
/// round that still count.
pub fn decide(
    case: Case,
    account: &Account,
    binding: Option<&Binding>,
    before: &[CaseDecision],
    say: Say,
    world: World<'_>,
) -> Decision<Result<Decided, DecideRefusal>> {
    let note = say.note.trim();
    let refusal = match () {
        () if case.stage != CaseStage::Review => Some(DecideRefusal::Stage),
        () if before.iter().any(|one| one.voice == say.voice) => Some(DecideRefusal::Twice),
        () if say.email.is_some() && say.email == account.email => Some(DecideRefusal::OwnAccount),
        () if note.is_empty() || note.chars().count() > REMARK_LENGTH_MAX => Some(DecideRefusal::Note),
        () if say.verdict == Verdict::Approve && !CaseCheck::ALL.iter().all(|c| say.checks.contains(c)) => {
            Some(DecideRefusal::Checks)
        }
        () if say.seen.as_ref().is_some_and(|seen| *seen != say.pictures) => Some(DecideRefusal::Pictures),
        () => None,
    };
    if let Some(refusal) = refusal {
        return Decision::only(Err(refusal));
    }
    let decision = CaseDecision {
        service_id: case.service_id,
        case_id: case.id,
        round: case.round,
        voice: say.voice,
        verdict: say.verdict,
        note: Redacted(note.to_owned()),
        checks: say.checks,
        pictures: say.pictures.clone(),
        at: world.now,
    };
    let (verdict, reason) = (say.verdict.as_str().to_owned(), say.verdict.reason());
    let event = Event::CaseDecided { case: case.id.to_string(), verdict, reason };
    let mut changes = vec![happened(&case, event, world), Change::InsertCaseDecision(decision)];
    // Two who looked at different pictures have not agreed on anything.
    let agrees =
        |one: &&CaseDecision| one.verdict.as_str() == say.verdict.as_str() && one.pictures == say.pictures;
    let same = before.iter().filter(agrees);
    let agreeing: Vec<Verdict> = same.map(|one| one.verdict).chain([say.verdict]).collect();
    if agreeing.len() < VOICES {
        // The row is written although nothing in it changes: of two that decide at once, one waits for the other.
        changes.push(Change::SaveCase(case));
        return Decision { outcome: Ok(Decided::Waits), changes };
    }
    let ended = match say.verdict {
        Verdict::Approve => approve(case, account, binding, world),
        Verdict::Reject(_) => reject(case, account, binding, &agreeing, world),
    };
    changes.extend(ended.changes);
    Decision { outcome: Ok(Decided::Came(ended.outcome)), changes }
}

fn approve(
    mut case: Case,
    account: &Account,
    binding: Option<&Binding>,
    world: World<'_>,
) -> Decision<CaseStage> {
    let id = case.id.to_string();
    case.decided_at = Some(world.now);
    case.stage = CaseStage::Approved;
    let from = world.now.max(Timestamp::from_unix_ms(case.file.finish_from_ms));
    case.expires_at = from.after(days(world.policy.case_wait_days));
    let mut changes = vec![happened(&case, Event::CaseApproved { case: id }, world)];
    let mut what = Notice::RecoveryApproved;
    if case.kind == CaseKind::Identity {
        let (told, lifted) = lift(&mut case, account, world);
        what = told;
        changes.extend(lifted);
    }
    changes.extend(everybody_hears(account, binding, what, &case, world));
    let stage = case.stage;
    changes.push(Change::SaveCase(case));
    Decision { outcome: stage, changes }
}

/// The holder is who they say: what the account was restricted or flagged for when they asked is lifted. What was set
/// since then was set for another reason, which nobody has looked into here: it stays. What is frozen stays frozen.
fn lift(case: &mut Case, account: &Account, world: World<'_>) -> (Notice, Vec<Change>) {
    (case.stage, case.ended_at) = (CaseStage::Done, Some(world.now));
    let mut changes = vec![forget_later(case, world)];
    let (id, status) = (case.id.to_string(), account.status);
    if status == AccountStatus::Active {
        return (Notice::RecoveryApproved, changes);
    }
    let is_older = account.status_set_at.is_none_or(|at| at <= case.opened_at);
    let is_same = case.file.status == Some(status) && is_older;
    if !is_same || status == AccountStatus::Frozen {
        changes.push(happened(case, Event::CaseTurn(CaseTurn::StatusKept { case: id }), world));
        return (Notice::RecoveryStatusKept, changes);
    }
    let active = crate::account::with_status(account, AccountStatus::Active, world.now);
    let event = Event::StatusChanged {
        status: AccountStatus::Active.as_str().to_owned(),
        reason: format!("case {}", case.id),
    };
    changes.extend([
        world.scene.event(account.service_id, Some(account.id), event, world),
        Change::SaveAccount(active),
        happened(case, Event::CaseFinished { case: id }, world),
    ]);
    (Notice::RecoveryApproved, changes)
}

/// The gravest of the reasons counts: better pictures are asked for only if that would help with both.
fn reject(
    mut case: Case,
    account: &Account,
    binding: Option<&Binding>,
    agreeing: &[Verdict],
    world: World<'_>,
) -> Decision<CaseStage> {
    let reasons: Vec<RejectReason> = agreeing.iter().filter_map(|verdict| verdict.reason()).collect();
    let grave = reasons.iter().find(|reason| !reason.may_send_again());
    let reason = *grave.or(reasons.first()).unwrap_or(&RejectReason::Other);
    let id = case.id.to_string();
    case.decided_at = Some(world.now);
    case.file.rejected_for = Some(reason);
    let (event, what) = if reason.may_send_again() {
        case.stage = CaseStage::Documents;
        case.round += 1;
        case.file.note_codes.clear();
        case.file.note_until_ms = 0;
        case.file.round_since_ms = world.now.unix_ms();
        case.promised_by = None;
        case.expires_at = world.now.after(days(world.policy.case_wait_days));
        (Event::CaseReturned { case: id, reason }, Notice::RecoveryReturned)
    } else {
        (case.stage, case.ended_at) = (CaseStage::Rejected, Some(world.now));
        (Event::CaseRejected { case: id, reason }, Notice::RecoveryRejected)
    };
    let mut changes = vec![happened(&case, event, world)];
    if case.stage.is_over() {
        changes.push(forget_later(&case, world));
    }
    changes.extend(everybody_hears(account, binding, what, &case, world));
    let stage = case.stage;
    changes.push(Change::SaveCase(case));
    Decision { outcome: stage, changes }
}

/// Pictures are kept for a while after the end, for whoever asks what happened, and then deleted (R63).
fn forget_later(case: &Case, world: World<'_>) -> Change {
    let until = world.now.after(days(world.policy.evidence_life_days));
    Change::RetainEvidence { owner: EvidenceOwner::Case(case.id), until }
}

/// An entry on the case's account.
pub fn happened(case: &Case, event: Event, world: World<'_>) -> Change {
    world.scene.event(case.service_id, Some(case.account_id), event, world)
}

/// Everybody who could say "that was not me" (R62): the email address with the way to the case, the number without.
fn everybody_hears(
    account: &Account,
    binding: Option<&Binding>,
    what: Notice,
    case: &Case,
    world: World<'_>,
) -> Vec<Change> {
    let mut changes = notice(account, what, case.id.to_string(), world);
    if let Some(binding) = binding {
        changes.extend(tell(account, &binding.number, what, String::new(), world));
    }
    changes
}

#[cfg(test)]
#[path = "case_tests.rs"]
mod tests;
