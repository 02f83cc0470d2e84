//! Recovery cases (section F, R57, R59, R60, R62, R63): who may open one, what must be proved and shown, how two
//! operators agree, and what ends it. A case never changes a factor by itself: it lets its holder in, and a hold
//! begins (R66). Pictures are judged by people; here it is only known which of them are there.

use crate::Decision;
use crate::change::Change;
use crate::event::Event;
use crate::hold;
use crate::id::CaseId;
use crate::model::*;
use crate::notice::{notice, tell};
use crate::recovery::{self, RecoveryCode};
use crate::session::hash_token;
use crate::time::{Timestamp, days, minutes, seconds};
use crate::verification::World;

/// Wrong access codes before a pause, and how long that is.
pub const ACCESS_FAILURES_MAX: u32 = 10;
const ACCESS_PAUSE: std::time::Duration = minutes(15);

/// Voices that must agree (R57).
const VOICES: usize = 2;

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
    let since = world.now.before(days(30));
    let lately = ground.cases.iter().filter(|case| case.opened_at > since).count();
    (lately as u64 >= world.policy.cases_per_account_max).then_some(OpenRefusal::TooMany)
}

/// What came of an access code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// It is the case's.
    Right,
    /// It is not.
    Wrong,
    /// It was not looked at.
    Locked(Timestamp),
}

/// Whether this is the hash of the case's access code, compared in constant time (R9).
pub fn opens(case: &Case, access: TokenHash) -> bool {
    bool::from(subtle::ConstantTimeEq::ct_eq(&case.access.0[..], &access.0[..]))
}

/// Judges an access code and counts it.
pub fn judge_access(mut case: Case, typed: TokenHash, world: World<'_>) -> Decision<Access> {
    if let Some(until) = case.access_locked_until.filter(|until| world.now < *until) {
        return Decision::only(Access::Locked(until));
    }
    if opens(&case, typed) {
        let counted = case.access_failures > 0 || case.access_locked_until.is_some();
        (case.access_failures, case.access_locked_until) = (0, None);
        // What is over is looked at, and never saved again.
        let changes =
            if counted && !case.stage.is_over() { vec![Change::SaveCase(case)] } else { Vec::new() };
        return Decision { outcome: Access::Right, changes };
    }
    case.access_failures += 1;
    if case.access_failures >= ACCESS_FAILURES_MAX {
        (case.access_failures, case.access_locked_until) = (0, Some(world.now.after(ACCESS_PAUSE)));
    }
    let changes = if case.stage.is_over() { Vec::new() } else { vec![Change::SaveCase(case)] };
    Decision { outcome: Access::Wrong, changes }
}

/// Notes what was proved of what the account has, and goes on to the documents. One factor besides the password is the
/// least (R60); what was not proved counts as lost, and operators see it.
pub fn verified(mut case: Case, proved: &[Factor], held: &[Factor], world: World<'_>) -> Decision<bool> {
    let counts = proved.iter().any(|factor| !matches!(factor, Factor::Password | Factor::Sms));
    if case.stage != CaseStage::Verify || !counts {
        return Decision::only(false);
    }
    case.file.proved = proved.to_vec();
    case.file.lost = held.iter().copied().filter(|factor| !proved.contains(factor)).collect();
    case.stage = CaseStage::Documents;
    case.file.round_since_ms = world.now.unix_ms();
    let event = Event::CaseVerified { case: case.id.to_string(), factors: proved.to_vec() };
    Decision { outcome: true, changes: vec![happened(&case, event, world), Change::SaveCase(case)] }
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
    pub note: Option<String>,
}

/// What the holder says about the pictures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// Which document.
    pub document: DocumentKind,
    /// The name on it.
    pub name: String,
    /// Anything else.
    pub remark: String,
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
    let name = claims.name.split_whitespace().collect::<Vec<_>>().join(" ");
    let note = pictures.note.as_ref().filter(|note| case.file.note_codes.iter().any(|c| c.0 == **note));
    let refusal = match () {
        () if case.stage != CaseStage::Documents => Some(SubmitRefusal::Stage),
        () if name.is_empty() || name.chars().count() > NAME_LENGTH_MAX => Some(SubmitRefusal::Name),
        () if claims.remark.chars().count() > REMARK_LENGTH_MAX => Some(SubmitRefusal::Remark),
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
    case.file.remark = Redacted(claims.remark.trim().to_owned());
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
}

/// Takes one voice's decision; two that agree end the round (R57). `before` are those of this round.
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
        at: world.now,
    };
    let (verdict, reason) = (say.verdict.as_str().to_owned(), say.verdict.reason());
    let event = Event::CaseDecided { case: case.id.to_string(), verdict, reason };
    let mut changes = vec![happened(&case, event, world), Change::InsertCaseDecision(decision)];
    let same = before.iter().filter(|one| one.verdict.as_str() == say.verdict.as_str());
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
    case.expires_at = world.now.after(days(world.policy.case_wait_days));
    let mut changes = vec![happened(&case, Event::CaseApproved { case: id }, world)];
    if case.kind == CaseKind::Identity {
        changes.extend(lift(&mut case, account, world));
    }
    changes.extend(everybody_hears(account, binding, Notice::RecoveryApproved, &case, world));
    let stage = case.stage;
    changes.push(Change::SaveCase(case));
    Decision { outcome: stage, changes }
}

/// The holder is who they say: what was restricted or flagged is so no more. What is frozen stays frozen.
fn lift(case: &mut Case, account: &Account, world: World<'_>) -> Vec<Change> {
    (case.stage, case.ended_at) = (CaseStage::Done, Some(world.now));
    let forgotten = forget_later(case, world);
    if !matches!(account.status, AccountStatus::Restricted | AccountStatus::Flagged) {
        return vec![forgotten];
    }
    let active = crate::account::with_status(account, AccountStatus::Active, world.now);
    let event = Event::StatusChanged {
        status: AccountStatus::Active.as_str().to_owned(),
        reason: format!("case {}", case.id),
    };
    vec![
        forgotten,
        world.scene.event(account.service_id, Some(account.id), event, world),
        Change::SaveAccount(active),
        happened(case, Event::CaseFinished { case: case.id.to_string() }, world),
    ]
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

/// Withdraws a case that is not over: by its holder, or because the account was frozen.
pub fn cancel(
    mut case: Case,
    account: &Account,
    binding: Option<&Binding>,
    frozen: bool,
    world: World<'_>,
) -> Decision<bool> {
    if case.stage.is_over() {
        return Decision::only(false);
    }
    (case.stage, case.ended_at) = (CaseStage::Canceled, Some(world.now));
    let event = Event::CaseCanceled { case: case.id.to_string(), frozen };
    let mut changes = vec![happened(&case, event, world), forget_later(&case, world)];
    // Whoever froze the account hears of that; two messages at once would hide the graver one.
    if !frozen {
        changes.extend(everybody_hears(account, binding, Notice::RecoveryCanceled, &case, world));
    }
    changes.push(Change::SaveCase(case));
    Decision { outcome: true, changes }
}

/// Ends a case that waited for its holder too long.
pub fn expire(mut case: Case, account: &Account, world: World<'_>) -> Decision<bool> {
    let waits = matches!(case.stage, CaseStage::Verify | CaseStage::Documents | CaseStage::Approved);
    if !waits || world.now < case.expires_at {
        return Decision::only(false);
    }
    (case.stage, case.ended_at) = (CaseStage::Expired, Some(world.now));
    let event = Event::CaseExpired { case: case.id.to_string() };
    let mut changes = vec![happened(&case, event, world), forget_later(&case, world)];
    changes.extend(notice(account, Notice::RecoveryExpired, case.id.to_string(), world));
    changes.push(Change::SaveCase(case));
    Decision { outcome: true, changes }
}

/// Lets the holder of an approved case in: the hold begins now, whatever they do next (R64, R66), and nobody else stays
/// signed in. None when the case is not approved any more. A case is used as often as its holder needs until it ends.
pub fn begin_finish(case: &Case, account: &Account, world: World<'_>) -> Decision<bool> {
    let usable = case.stage == CaseStage::Approved && world.now < case.expires_at;
    if !usable || account.status == AccountStatus::Frozen {
        return Decision::only(false);
    }
    let mut changes = vec![
        happened(case, Event::CaseUsed { case: case.id.to_string() }, world),
        Change::EndSessions { account_id: account.id, except: None, at: world.now },
    ];
    changes.extend(hold::begin(account, HoldCause::Recovered, world));
    Decision { outcome: true, changes }
}

/// Ends an approved case whose new value stands. `old` is the number that was lost.
pub fn finish(mut case: Case, account: &Account, old: Option<&Binding>, world: World<'_>) -> Decision<bool> {
    if case.stage != CaseStage::Approved {
        return Decision::only(false);
    }
    (case.stage, case.ended_at) = (CaseStage::Done, Some(world.now));
    let event = Event::CaseFinished { case: case.id.to_string() };
    let mut changes = vec![happened(&case, event, world), forget_later(&case, world)];
    changes.extend(everybody_hears(account, old, Notice::RecoveryFinished, &case, world));
    changes.push(Change::SaveCase(case));
    Decision { outcome: true, changes }
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
