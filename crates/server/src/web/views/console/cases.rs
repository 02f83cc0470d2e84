//! Recovery cases before the operators: the list, and one case with its pictures, what speaks for it, and the decision.
//!
//! Decides the order and what is worth a warning; refuses to know what an operator may see: it comes in as it may be
//! shown.

use askama::Template;
use countersign_flows::core::model::{
    AccountStatus, CaseCheck, CaseKind, CaseStage, DocumentKind, EvidenceSlot, Factor, IdentityFinding,
    IdentityState, RejectReason,
};

use crate::web::views::recover::{document_key, reason_key, slot_key};
use crate::web::views::{Field, Layout, Method, Page, Problem};
use crate::web::words::{Address, Moment};

pub(in crate::web::views) fn kind_key(kind: CaseKind) -> &'static str {
    match kind {
        CaseKind::PhoneLost => "case-kind-phone-lost",
        CaseKind::TradingPassword => "case-kind-trading-password",
        CaseKind::Identity => "case-kind-identity",
    }
}

pub(in crate::web::views) fn stage_key(stage: CaseStage) -> &'static str {
    match stage {
        CaseStage::Verify => "case-stage-verify",
        CaseStage::Documents => "case-stage-documents",
        CaseStage::Review => "case-stage-review",
        CaseStage::Approved => "case-stage-approved",
        CaseStage::Rejected => "case-stage-rejected",
        CaseStage::Done => "case-stage-done",
        CaseStage::Canceled => "case-stage-canceled",
        CaseStage::Expired => "case-stage-expired",
    }
}

fn check_key(check: CaseCheck) -> &'static str {
    match check {
        CaseCheck::DocumentGenuine => "case-check-document-genuine",
        CaseCheck::NameMatches => "case-check-name-matches",
        CaseCheck::PhotoMatches => "case-check-photo-matches",
        CaseCheck::NoteMatches => "case-check-note-matches",
        CaseCheck::NotExpired => "case-check-not-expired",
    }
}

/// One case in the list.
pub(crate) struct CaseRow {
    /// Its identifier.
    pub(crate) id: String,
    /// What for.
    pub(crate) kind: CaseKind,
    /// Where it stands.
    pub(crate) stage: CaseStage,
    /// Whose, masked.
    pub(crate) holder: Address,
    /// When it was opened, Unix milliseconds.
    pub(crate) opened_ms: i64,
    /// Until when an answer is promised, Unix milliseconds.
    pub(crate) promised_ms: Option<i64>,
    /// Voices that have spoken in this round.
    pub(crate) voices: u32,
    /// One of them is the reader's.
    pub(crate) mine: bool,
}

impl CaseRow {
    fn kind_key(&self) -> &'static str {
        kind_key(self.kind)
    }

    fn stage_key(&self) -> &'static str {
        stage_key(self.stage)
    }

    fn opened(&self) -> Moment {
        Moment::full(self.opened_ms)
    }

    fn promised(&self) -> Option<Moment> {
        self.promised_ms.filter(|_| self.stage == CaseStage::Review).map(Moment::full)
    }

    fn is_late(&self, now_ms: &i64) -> bool {
        self.stage == CaseStage::Review && self.promised_ms.is_some_and(|promised| promised < *now_ms)
    }
}

/// `GET /console/cases?show=closed`
#[derive(Template)]
#[template(path = "console/cases.html")]
pub(crate) struct ConsoleCases {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// Those that are over.
    pub(crate) closed: bool,
    /// The list.
    pub(crate) rows: Vec<CaseRow>,
}

impl Page for ConsoleCases {}

/// A picture of a case.
pub(crate) struct CasePicture {
    /// What it is of.
    pub(crate) slot: EvidenceSlot,
    /// Where its pixels are.
    pub(crate) path: String,
    /// Pixels across.
    pub(crate) width: u32,
    /// Pixels down.
    pub(crate) height: u32,
    /// The code that was in force when its upload began, where it is the photo with the note.
    pub(crate) note: Option<String>,
}

impl CasePicture {
    fn key(&self) -> &'static str {
        slot_key(self.slot)
    }
}

/// What one voice said.
pub(crate) struct CaseVoiceRow {
    /// Whose, masked; empty: the command line.
    pub(crate) name: String,
    /// It agreed.
    pub(crate) approves: bool,
    /// Why not, if not.
    pub(crate) reason: Option<RejectReason>,
    /// In their words.
    pub(crate) note: String,
    /// When, Unix milliseconds.
    pub(crate) at_ms: i64,
    /// In which round.
    pub(crate) round: u32,
}

impl CaseVoiceRow {
    fn at(&self) -> Moment {
        Moment::full(self.at_ms)
    }

    fn reason_key(&self) -> Option<&'static str> {
        self.reason.map(reason_key)
    }
}

/// What an identity provider was asked and said.
pub(crate) struct CaseCheckRow {
    /// Its name.
    pub(crate) provider: String,
    /// Where it stands.
    pub(crate) state: IdentityState,
    /// What it found.
    pub(crate) finding: Option<IdentityFinding>,
    /// The points that do not hold.
    pub(crate) failed: Vec<CaseCheck>,
    /// Its own name for its work.
    pub(crate) reference: String,
    /// When it last moved, Unix milliseconds.
    pub(crate) at_ms: Option<i64>,
}

impl CaseCheckRow {
    fn key(&self) -> &'static str {
        match (self.state, self.finding) {
            (IdentityState::Answered, Some(IdentityFinding::Match)) => "case-provider-match",
            (IdentityState::Answered, Some(IdentityFinding::Mismatch)) => "case-provider-mismatch",
            (IdentityState::Answered, _) => "case-provider-unclear",
            (IdentityState::Due, _) => "case-provider-due",
            (IdentityState::Asked, _) => "case-provider-asked",
            (IdentityState::GivenUp, _) => "case-provider-given-up",
        }
    }

    fn at(&self) -> Option<Moment> {
        self.at_ms.map(Moment::full)
    }

    fn is_against(&self) -> bool {
        self.finding == Some(IdentityFinding::Mismatch) || !self.failed.is_empty()
    }

    fn check_key(&self, check: &CaseCheck) -> &'static str {
        check_key(*check)
    }
}

/// The decision as it was sent, shown again with what is wrong.
#[derive(Default)]
pub(crate) struct CaseDraft {
    /// `approve` or `reject`.
    pub(crate) verdict: String,
    /// Why not.
    pub(crate) reason: Option<RejectReason>,
    /// In words.
    pub(crate) note: Field,
    /// What was ticked.
    pub(crate) checks: Vec<CaseCheck>,
    /// What is wrong as a whole.
    pub(crate) problem: Option<Problem>,
}

/// `GET /console/cases/{id}`; posts `verdict`, `reason`, `note`, `check` and `pictures` to `decide` below it.
#[derive(Template)]
#[template(path = "console/case.html")]
pub(crate) struct ConsoleCase {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// The case.
    pub(crate) row: CaseRow,
    /// Rounds of documents so far.
    pub(crate) round: u32,
    /// Who looks, masked: written over the pictures.
    pub(crate) viewer: String,
    /// The pictures of this round.
    pub(crate) pictures: Vec<CasePicture>,
    /// One word for which they are: the decision brings it back.
    pub(crate) picture_set: String,
    /// Which document it is said to be.
    pub(crate) document: Option<DocumentKind>,
    /// The name that is claimed.
    pub(crate) name: String,
    /// What the holder says besides.
    pub(crate) remark: String,
    /// The account's email address, masked.
    pub(crate) email: Option<Address>,
    /// Its number, masked.
    pub(crate) number: Option<Address>,
    /// When it was opened, Unix milliseconds.
    pub(crate) account_ms: i64,
    /// What it may do.
    pub(crate) status: AccountStatus,
    /// Factors that were proved.
    pub(crate) proved: Vec<Factor>,
    /// Factors that it has and that were not proved.
    pub(crate) lost: Vec<Factor>,
    /// There was nothing else to prove.
    pub(crate) documents_alone: bool,
    /// There was, and the holder says that all of it is lost.
    pub(crate) unproved: bool,
    /// Browser in which the case was opened.
    pub(crate) device: String,
    /// Browsers last signed in from, with when, Unix milliseconds.
    pub(crate) devices: Vec<(String, i64)>,
    /// Until when value is held, Unix milliseconds.
    pub(crate) hold_ms: Option<i64>,
    /// What an identity provider says.
    pub(crate) check: Option<CaseCheckRow>,
    /// Its other cases.
    pub(crate) others: Vec<CaseRow>,
    /// What was said, as far as the reader may see it.
    pub(crate) said: Vec<CaseVoiceRow>,
    /// The reader may decide and has not done so in this round.
    pub(crate) may_decide: bool,
    /// The decision as it was sent.
    pub(crate) draft: CaseDraft,
}

impl Page for ConsoleCase {
    fn has_problem(&self) -> bool {
        self.draft.problem.is_some() || self.draft.note.problem.is_some()
    }
}

impl ConsoleCase {
    fn path(&self) -> String {
        format!("/console/cases/{}", self.row.id)
    }

    fn document_key(&self) -> Option<&'static str> {
        self.document.map(document_key)
    }

    fn account_since(&self) -> Moment {
        Moment::day(self.account_ms)
    }

    fn hold(&self) -> Option<Moment> {
        self.hold_ms.map(Moment::full)
    }

    fn factor_key(&self, factor: &Factor) -> &'static str {
        Method::of(*factor).key()
    }

    fn at(&self, at_ms: &i64) -> Moment {
        Moment::full(*at_ms)
    }

    fn checks(&self) -> &'static [CaseCheck] {
        CaseCheck::ALL
    }

    fn check_key(&self, check: &CaseCheck) -> &'static str {
        check_key(*check)
    }

    fn reasons(&self) -> &'static [RejectReason] {
        RejectReason::ALL
    }

    fn is_reason(&self, reason: &RejectReason) -> bool {
        self.draft.reason == Some(*reason)
    }

    fn reason_key(&self, reason: &RejectReason) -> &'static str {
        reason_key(*reason)
    }

    /// What a careful reader would stop at.
    fn risks(&self) -> Vec<&'static str> {
        let new_device =
            !self.devices.is_empty() && !self.devices.iter().any(|(name, _)| *name == self.device);
        let young = self.layout.now_ms - self.account_ms < 30 * 86_400_000;
        let signs = [
            (self.documents_alone, "case-risk-documents-alone"),
            (!self.lost.is_empty(), "case-risk-lost"),
            (new_device, "case-risk-new-device"),
            (young, "case-risk-young"),
            (self.hold_ms.is_some(), "case-risk-hold"),
            (self.status != AccountStatus::Active, "case-risk-status"),
            (self.check.as_ref().is_some_and(CaseCheckRow::is_against), "case-risk-provider"),
            (!self.others.is_empty(), "case-risk-earlier"),
        ];
        signs.into_iter().filter_map(|(is, key)| is.then_some(key)).collect()
    }

    fn is_open(&self) -> bool {
        self.row.stage == CaseStage::Review
    }
}
