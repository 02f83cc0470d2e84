//! Recovery cases: what a holder who lost the phone, or another proof, brings forward, and what operators made of
//! it. Plain data; `case.rs` of the core decides.

use super::{AccountStatus, Evidence, Factor, Redacted, StoredId, TokenHash};
use crate::id::{AccountId, CaseId, EvidenceId, OperatorId, ServiceId};
use crate::time::{Timestamp, minutes};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::time::Duration;

/// How long a photo may still be on its way once the code on its note is over.
const NOTE_PHOTO_GRACE: Duration = minutes(15);

named! {
    /// What a case is to give back.
    CaseKind {
        /// A new phone takes the place of the one that is lost.
        PhoneLost = "phone_lost",
        /// A trading password that nobody remembers is set anew.
        TradingPassword = "trading_password",
        /// A restricted account becomes an active one.
        Identity = "identity",
    }
}

named! {
    /// Where a case stands.
    CaseStage {
        /// Factors that are still held are being proved.
        Verify = "verify",
        /// Documents and photo are awaited.
        Documents = "documents",
        /// Operators look at them.
        Review = "review",
        /// Two agreed; the holder may finish.
        Approved = "approved",
        /// Two refused.
        Rejected = "rejected",
        /// What it was for has been done.
        Done = "done",
        /// Its holder, or whoever froze the account, withdrew it.
        Canceled = "canceled",
        /// Its time ran out.
        Expired = "expired",
    }
}

impl CaseStage {
    /// Whether nothing more happens to it.
    pub const fn is_over(self) -> bool {
        matches!(self, CaseStage::Rejected | CaseStage::Done | CaseStage::Canceled | CaseStage::Expired)
    }
}

named! {
    /// The document that a holder shows.
    DocumentKind {
        /// Its data page says all; there is no back to show.
        Passport = "passport",
        /// A national identity card.
        IdentityCard = "identity_card",
        /// A driving licence.
        DrivingLicence = "driving_licence",
        /// A residence permit.
        ResidencePermit = "residence_permit",
    }
}

impl DocumentKind {
    /// Whether its back is shown too.
    pub const fn has_back(self) -> bool {
        !matches!(self, DocumentKind::Passport)
    }
}

named! {
    /// Why a case is refused. Holders read it in words.
    RejectReason {
        /// Something cannot be read.
        Unreadable = "unreadable",
        /// The document's time has run out.
        ExpiredDocument = "expired_document",
        /// The name is not the account's.
        NameDiffers = "name_differs",
        /// The note, or its code, is not in the photo.
        NoteMissing = "note_missing",
        /// The photo and the document show two people.
        FaceDiffers = "face_differs",
        /// Somebody else may be behind it.
        SuspectedFraud = "suspected_fraud",
        /// Something else.
        Other = "other",
    }
}

impl RejectReason {
    /// Whether the holder may send better pictures in the same case.
    pub const fn may_send_again(self) -> bool {
        matches!(self, RejectReason::Unreadable | RejectReason::ExpiredDocument | RejectReason::NoteMissing)
    }
}

named! {
    /// What an operator ticks off before deciding.
    CaseCheck {
        /// The document looks genuine.
        DocumentGenuine = "document_genuine",
        /// Its name is the one claimed.
        NameMatches = "name_matches",
        /// Photo and document show the same person.
        PhotoMatches = "photo_matches",
        /// The note carries the code that was given.
        NoteMatches = "note_matches",
        /// The document is still valid.
        NotExpired = "not_expired",
    }
}

/// What one operator found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", content = "reason", rename_all = "snake_case")]
pub enum Verdict {
    /// Let it happen.
    Approve,
    /// Do not.
    Reject(RejectReason),
}

impl Verdict {
    /// Stable text without the reason.
    pub const fn as_str(self) -> &'static str {
        match self {
            Verdict::Approve => "approve",
            Verdict::Reject(_) => "reject",
        }
    }

    /// Why not, if not.
    pub const fn reason(self) -> Option<RejectReason> {
        match self {
            Verdict::Approve => None,
            Verdict::Reject(reason) => Some(reason),
        }
    }
}

/// Whose voice a decision is: an operator's, or the command line's, which is one voice whoever sits at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Voice {
    /// A member of staff.
    Operator(OperatorId),
    /// Whoever has the server's command line.
    CommandLine,
}

/// Which pictures somebody looked at, as one word: those of a case are the same only if their words are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureSet(pub String);

impl PictureSet {
    /// The word of these pictures, in whatever order. A picture never changes under its identifier.
    pub fn of(pictures: &[Evidence]) -> Self {
        let mut ids: Vec<&EvidenceId> = pictures.iter().map(|picture| &picture.id).collect();
        ids.sort_unstable();
        let mut hash = Sha256::new();
        for id in ids {
            hash.update(id.as_bytes());
        }
        let digest: [u8; 32] = hash.finalize().into();
        Self(crate::audit::hex(&digest))
    }
}

/// What one voice said about a case. Never changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseDecision {
    /// The service.
    pub service_id: ServiceId,
    /// About which case.
    pub case_id: CaseId,
    /// In which round of documents.
    pub round: u32,
    /// Who.
    pub voice: Voice,
    /// What.
    pub verdict: Verdict,
    /// In their words. Sealed at rest.
    pub note: Redacted,
    /// What they ticked off.
    pub checks: Vec<CaseCheck>,
    /// The pictures that they looked at.
    pub pictures: PictureSet,
    /// When.
    pub at: Timestamp,
}

/// What a case holds besides where it stands. Sealed at rest, as one record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseFile {
    /// Factors that were proved besides the password.
    pub proved: Vec<Factor>,
    /// Factors that the account has and its holder did not prove.
    pub lost: Vec<Factor>,
    /// The account had no other factor to prove when the case was opened: documents alone speak.
    pub documents_alone: bool,
    /// The document that is shown.
    pub document: Option<DocumentKind>,
    /// The name on it.
    pub name: Redacted,
    /// What the holder wants to say besides.
    pub remark: Redacted,
    /// Codes for the note given in this round, the one in force last.
    pub note_codes: Vec<Redacted>,
    /// Until when the last one is in force, Unix milliseconds.
    pub note_until_ms: i64,
    /// When this round of documents began, Unix milliseconds: what was sent before does not count.
    pub round_since_ms: i64,
    /// Why the round before was refused, or the whole case.
    pub rejected_for: Option<RejectReason>,
    /// Browser and system in which it was opened.
    pub device: String,
    /// The holder says that nothing of what the account has is left to prove: documents alone speak.
    #[serde(default)]
    pub unproved: bool,
    /// The new value is set no earlier than this, Unix milliseconds; zero: as soon as the case is approved.
    #[serde(default)]
    pub finish_from_ms: i64,
    /// The device that was let in last: it is not known before the new value stands.
    #[serde(default)]
    pub let_in: Option<StoredId>,
    /// What its account was when the case was opened: an identity case lifts that, and nothing that came later.
    #[serde(default)]
    pub status: Option<AccountStatus>,
}

/// One recovery case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Its identifier.
    pub id: CaseId,
    /// The service.
    pub service_id: ServiceId,
    /// Whose.
    pub account_id: AccountId,
    /// What for.
    pub kind: CaseKind,
    /// Where it stands.
    pub stage: CaseStage,
    /// Rounds of documents so far, from one.
    pub round: u32,
    /// Hash of the access code.
    pub access: TokenHash,
    /// Wrong access codes since the last pause.
    pub access_failures: u32,
    /// No access code is looked at before this.
    pub access_locked_until: Option<Timestamp>,
    /// What it holds.
    pub file: CaseFile,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When its documents were last handed in.
    pub submitted_at: Option<Timestamp>,
    /// Until when an answer is promised.
    pub promised_by: Option<Timestamp>,
    /// When operators last came to an end with it.
    pub decided_at: Option<Timestamp>,
    /// When it ends by itself, in the stages that wait for its holder.
    pub expires_at: Timestamp,
    /// When nothing more could happen to it.
    pub ended_at: Option<Timestamp>,
}

impl Case {
    /// The code that belongs on the note now, if it is still in force.
    pub fn note_code(&self, now: Timestamp) -> Option<&str> {
        let alive = now.unix_ms() < self.file.note_until_ms;
        self.file.note_codes.last().filter(|_| alive).map(|code| code.0.as_str())
    }

    /// Whether its pictures may change: what operators look at stays as it was handed in.
    pub fn takes_pictures(&self) -> bool {
        self.stage == CaseStage::Documents
    }

    /// Until when the photo with the note may come, its last piece included.
    pub fn note_photo_until(&self) -> Timestamp {
        Timestamp::from_unix_ms(self.file.note_until_ms).after(NOTE_PHOTO_GRACE)
    }
}
