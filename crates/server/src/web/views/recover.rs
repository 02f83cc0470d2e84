//! Getting back in: the pages of a recovery case, as its holder sees them.
//!
//! Decides which step is shown as done, which as the present one, and the words of each. Refuses to know what may
//! happen next: the case comes in as it was decided.

use askama::Template;
use countersign_flows::core::model::{Case, CaseKind, CaseStage, DocumentKind, EvidenceSlot, RejectReason};

use super::{Field, Layout, Page, Problem, UploadField, fields_in_trouble};
use crate::web::words::Moment;

/// One step of a case.
pub(crate) struct CaseStep {
    key: &'static str,
    state: &'static str,
}

impl CaseStep {
    /// The steps of a case, in order.
    pub(crate) fn of(case: &Case) -> Vec<CaseStep> {
        let proves = !case.file.documents_alone && !case.file.unproved;
        let verifies = case.kind == CaseKind::PhoneLost && proves;
        CaseStep::all(case.kind, case.stage, verifies)
    }

    /// The same of a case of this kind at this stage.
    pub(crate) fn all(kind: CaseKind, stage: CaseStage, verifies: bool) -> Vec<CaseStep> {
        let mut keys = vec!["recover-step-documents", "recover-step-review"];
        if verifies {
            keys.insert(0, "recover-step-verify");
        }
        keys.push(match kind {
            CaseKind::PhoneLost => "recover-step-phone",
            CaseKind::TradingPassword => "recover-step-trading",
            CaseKind::Identity => "recover-step-identity",
        });
        let from_end = match stage {
            CaseStage::Verify => 4,
            CaseStage::Documents => 3,
            CaseStage::Review => 2,
            CaseStage::Approved => 1,
            CaseStage::Done => 0,
            CaseStage::Rejected | CaseStage::Canceled | CaseStage::Expired => return Vec::new(),
        };
        let now = keys.len().saturating_sub(from_end);
        let state = |place: usize| match place.cmp(&now) {
            std::cmp::Ordering::Less => "done",
            std::cmp::Ordering::Equal => "now",
            std::cmp::Ordering::Greater => "next",
        };
        keys.into_iter().enumerate().map(|(place, key)| CaseStep { key, state: state(place) }).collect()
    }

    fn state_key(&self) -> &'static str {
        match self.state {
            "done" => "recover-step-is-done",
            "now" => "recover-step-is-now",
            _ => "recover-step-is-next",
        }
    }
}

/// Why a case was refused, as its holder reads it.
pub(super) const fn reason_key(reason: RejectReason) -> &'static str {
    match reason {
        RejectReason::Unreadable => "recover-reason-unreadable",
        RejectReason::ExpiredDocument => "recover-reason-expired-document",
        RejectReason::NameDiffers => "recover-reason-name-differs",
        RejectReason::NoteMissing => "recover-reason-note-missing",
        RejectReason::FaceDiffers => "recover-reason-face-differs",
        RejectReason::SuspectedFraud => "recover-reason-suspected-fraud",
        RejectReason::Other => "recover-reason-other",
    }
}

/// What a document is called.
pub(super) const fn document_key(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::Passport => "document-passport",
        DocumentKind::IdentityCard => "document-identity-card",
        DocumentKind::DrivingLicence => "document-driving-licence",
        DocumentKind::ResidencePermit => "document-residence-permit",
    }
}

/// What a picture is of.
pub(super) const fn slot_key(slot: EvidenceSlot) -> &'static str {
    match slot {
        EvidenceSlot::DocumentFront => "evidence-document-front",
        EvidenceSlot::DocumentBack => "evidence-document-back",
        EvidenceSlot::NotePhoto => "evidence-note-photo",
        EvidenceSlot::Attachment => "evidence-attachment",
    }
}

/// `GET /recover`; posts `case` and `access` to itself.
#[derive(Template)]
#[template(path = "recover_enter.html")]
pub(crate) struct RecoverEnter {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// The case or its link, as typed.
    pub(crate) case: Field,
    /// One sentence for both fields together.
    pub(crate) problem: Option<Problem>,
    /// Where whoever is at a sign-in asks support.
    pub(crate) support_path: Option<String>,
}

impl Page for RecoverEnter {
    fn has_problem(&self) -> bool {
        self.problem.is_some()
    }
}

/// After a case was opened: its link and access code, this once.
#[derive(Template)]
#[template(path = "recover_opened.html")]
pub(crate) struct RecoverOpened {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// Where it is followed.
    pub(crate) path: String,
    /// The same, to keep.
    pub(crate) link: String,
    /// The access code in groups.
    pub(crate) access: String,
}

impl Page for RecoverOpened {}

/// Instead of it: why no case was opened.
#[derive(Template)]
#[template(path = "recover_refused.html")]
pub(crate) struct RecoverRefused {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// Why.
    pub(crate) problem: Problem,
    /// The case that there is.
    pub(crate) path: Option<String>,
    /// Its access code may be replaced from this sign-in: its action, or nothing for one that waits for a code.
    pub(crate) lost_code: Option<String>,
    /// Where support is reached.
    pub(crate) support: String,
    /// Where whoever is at a sign-in asks support.
    pub(crate) support_path: Option<String>,
}

impl Page for RecoverRefused {
    fn has_problem(&self) -> bool {
        true
    }
}

/// `GET /recover/{case}`.
#[derive(Template)]
#[template(path = "recover_case.html")]
pub(crate) struct Recover {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// The page's own path.
    pub(crate) path: String,
    /// What for.
    pub(crate) kind: CaseKind,
    /// Where it stands.
    pub(crate) stage: CaseStage,
    /// The steps; none of a case that came to nothing.
    pub(crate) steps: Vec<CaseStep>,
    /// Until when an answer is promised, Unix milliseconds.
    pub(crate) promised_ms: Option<i64>,
    /// Until when it waits for its holder, Unix milliseconds.
    pub(crate) expires_ms: i64,
    /// Why it, or the round before, was refused.
    pub(crate) reason: Option<RejectReason>,
    /// Its account is frozen.
    pub(crate) frozen: bool,
    /// What a waiting page compares.
    pub(crate) state: String,
    /// Hours that value will be held.
    pub(crate) hold_hours: u32,
    /// Hours that a case waits for which nothing was proved.
    pub(crate) alone_hours: u32,
    /// Until when it cannot be finished, Unix milliseconds.
    pub(crate) waits_ms: Option<i64>,
    /// Where support is reached.
    pub(crate) support: String,
    /// Where whoever is at a sign-in asks support.
    pub(crate) support_path: Option<String>,
    /// Why the page did not go on.
    pub(crate) problem: Option<Problem>,
}

impl Page for Recover {
    fn has_problem(&self) -> bool {
        self.problem.is_some()
    }
}

impl Recover {
    fn heading(&self) -> &'static str {
        match self.kind {
            CaseKind::PhoneLost => "recover-heading-phone",
            CaseKind::TradingPassword => "recover-heading-trading",
            CaseKind::Identity => "recover-heading-identity",
        }
    }

    fn promised(&self) -> Option<Moment> {
        self.promised_ms.map(Moment::full)
    }

    fn expires(&self) -> Moment {
        Moment::full(self.expires_ms)
    }

    fn waits(&self) -> Option<Moment> {
        self.waits_ms.map(Moment::full)
    }

    fn reason(&self) -> Option<&'static str> {
        self.reason.map(reason_key)
    }

    fn is_over(&self) -> bool {
        self.stage.is_over()
    }

    fn finish_key(&self) -> &'static str {
        match self.kind {
            CaseKind::TradingPassword => "recover-finish-trading",
            CaseKind::PhoneLost | CaseKind::Identity => "recover-finish-phone",
        }
    }
}

/// `GET /recover/{case}/documents`; posts `document`, `name` and `remark` to itself, pictures below it.
#[derive(Template)]
#[template(path = "recover_documents.html")]
pub(crate) struct RecoverDocuments {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// The case's path.
    pub(crate) path: String,
    /// The code for the note.
    pub(crate) note_code: String,
    /// Until when it is in force, Unix milliseconds.
    pub(crate) note_until_ms: i64,
    /// Who besides us sees the pictures.
    pub(crate) provider: Option<String>,
    /// A place for each picture.
    pub(crate) pictures: Vec<UploadField>,
    /// Which document, if it was said.
    pub(crate) document: Option<DocumentKind>,
    /// The name on it.
    pub(crate) name: Field,
    /// Anything else.
    pub(crate) remark: Field,
    /// Why the round before was refused.
    pub(crate) reason: Option<RejectReason>,
    /// What is wrong as a whole.
    pub(crate) problem: Option<Problem>,
}

impl Page for RecoverDocuments {
    fn has_problem(&self) -> bool {
        let upload = self.pictures.iter().any(|field| field.problem.is_some());
        self.problem.is_some() || upload || !self.summary().is_empty()
    }
}

impl RecoverDocuments {
    fn summary(&self) -> Vec<(&'static str, &Problem)> {
        fields_in_trouble([("name", &self.name.problem), ("remark", &self.remark.problem)])
    }

    fn note_until(&self) -> Moment {
        Moment::near(self.note_until_ms, self.layout.now_ms)
    }

    fn kinds(&self) -> &'static [DocumentKind] {
        DocumentKind::ALL
    }

    fn is_document(&self, kind: &DocumentKind) -> bool {
        self.document == Some(*kind)
    }

    fn kind_key(&self, kind: &DocumentKind) -> &'static str {
        document_key(*kind)
    }

    fn reason(&self) -> Option<&'static str> {
        self.reason.map(reason_key)
    }
}

/// `GET /recover/{case}/finish`; posts `password` to itself.
#[derive(Template)]
#[template(path = "recover_finish.html")]
pub(crate) struct RecoverFinish {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// The case's path.
    pub(crate) path: String,
    /// What for.
    pub(crate) kind: CaseKind,
    /// Hours that value will be held.
    pub(crate) hold_hours: u32,
    /// What is wrong with the password.
    pub(crate) password_problem: Option<Problem>,
}

impl Page for RecoverFinish {
    fn has_problem(&self) -> bool {
        self.password_problem.is_some()
    }
}

impl RecoverFinish {
    fn key(&self) -> &'static str {
        match self.kind {
            CaseKind::TradingPassword => "recover-finish-trading",
            CaseKind::PhoneLost | CaseKind::Identity => "recover-finish-phone",
        }
    }
}

/// An open case as the account's own pages show it: "not you?"
pub(crate) struct OwnCase {
    /// Its identifier.
    pub(crate) id: String,
    /// Where it is followed.
    pub(crate) path: String,
    /// When it was opened, Unix milliseconds.
    pub(crate) opened_ms: i64,
}

impl OwnCase {
    pub(super) fn opened(&self) -> Moment {
        Moment::full(self.opened_ms)
    }
}
