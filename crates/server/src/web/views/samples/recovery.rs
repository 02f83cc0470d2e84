//! Recovery cases in every state: as their holders see them, and as operators do.
//!
//! Decides nothing: made-up facts.

use countersign_flows::core::model::{
    AccountStatus, CaseCheck, CaseKind, CaseStage, DocumentKind, EvidenceSlot, Factor, IdentityFinding,
    IdentityState, RejectReason,
};

use super::{Drawn, Samples, draw};
use crate::web::views::*;

const HOUR_MS: i64 = 3_600_000;

/// What can be wrong with a case, the time of a lock excepted.
pub(super) fn problems() -> [Problem; 17] {
    [
        Problem::RemarkLong { characters_max: 500 },
        Problem::CaseUnknown,
        Problem::CaseOpenAlready,
        Problem::CaseTooMany,
        Problem::DocumentFrontMissing,
        Problem::DocumentBackMissing,
        Problem::NotePhotoMissing,
        Problem::DocumentNameMissing,
        Problem::DocumentKindMissing,
        Problem::VerdictMissing,
        Problem::CaseChecksMissing,
        Problem::CaseDecidedTwice,
        Problem::OwnAccount,
        Problem::CaseMoved,
        Problem::CasePicturesChanged,
        Problem::CaseAccessUnprovable,
        Problem::SecondFactorNone,
    ]
}

impl Samples {
    fn recover(&self, kind: CaseKind, stage: CaseStage, reason: Option<RejectReason>) -> Recover {
        Recover {
            layout: self.layout(),
            path: "/recover/cas_00".to_owned(),
            kind,
            stage,
            steps: CaseStep::all(kind, stage, true),
            promised_ms: Some(self.now_ms + 20 * HOUR_MS),
            expires_ms: self.now_ms + 160 * HOUR_MS,
            reason,
            frozen: false,
            state: "review.1.0".to_owned(),
            hold_hours: 48,
            alone_hours: 24,
            waits_ms: None,
            support: self.text("help@acme.example"),
            support_path: Some("/signin/support".to_owned()),
            problem: None,
        }
    }

    fn documents(&self) -> RecoverDocuments {
        let slots = [EvidenceSlot::DocumentFront, EvidenceSlot::DocumentBack, EvidenceSlot::NotePhoto];
        let asked = |slot| UploadField {
            slot,
            path: "/recover/cas_00/evidence".to_owned(),
            picture: (slot == EvidenceSlot::DocumentFront)
                .then(|| "/recover/cas_00/evidence/evd_00".to_owned()),
            problem: None,
            reloads: true,
        };
        RecoverDocuments {
            layout: self.layout(),
            path: "/recover/cas_00".to_owned(),
            note_code: "7k3f-9q2m".to_owned(),
            note_until_ms: self.now_ms + HOUR_MS,
            provider: Some(self.text("Idents Ltd")),
            pictures: slots.into_iter().map(asked).collect(),
            document: Some(DocumentKind::Passport),
            name: Field { value: self.text("Ada Byron"), problem: None },
            remark: Field { value: self.text("My phone fell into the sea."), problem: None },
            reason: None,
            problem: None,
        }
    }

    pub(super) fn recovery(&self) -> Drawn {
        let enter = |problem: Option<Problem>| RecoverEnter {
            layout: self.layout(),
            case: self.typed("cas_00", None),
            support_path: problem.is_some().then(|| "/signin/support".to_owned()),
            problem,
        };
        let opened = RecoverOpened {
            layout: self.layout(),
            path: "/recover/cas_00".to_owned(),
            link: "http://localhost:8080/recover/cas_00".to_owned(),
            access: "7k3f-9q2m-11aa-zz09".to_owned(),
        };
        let refused = |problem, path: Option<&str>| RecoverRefused {
            layout: self.layout(),
            problem,
            path: path.map(str::to_owned),
            lost_code: path.map(|_| "act_00".to_owned()),
            support: self.text("help@acme.example"),
            support_path: path.map(|_| "/signin/support?action=act_00".to_owned()),
        };
        let finish = |kind, password_problem| RecoverFinish {
            layout: self.layout(),
            path: "/recover/cas_00".to_owned(),
            kind,
            hold_hours: 48,
            password_problem,
        };
        let wrong = RecoverDocuments {
            name: self.typed("", Some(Problem::DocumentNameMissing)),
            remark: self.typed("too long", Some(Problem::RemarkLong { characters_max: 500 })),
            reason: Some(RejectReason::NoteMissing),
            problem: Some(Problem::NotePhotoMissing),
            ..self.documents()
        };
        let frozen = Recover { frozen: true, ..self.recover(CaseKind::PhoneLost, CaseStage::Approved, None) };
        let waits = Recover {
            waits_ms: Some(self.now_ms + 20 * HOUR_MS),
            ..self.recover(CaseKind::PhoneLost, CaseStage::Approved, None)
        };
        let mut drawn = draw(vec![
            ("recover-waits", &waits),
            ("recover-enter", &enter(None)),
            ("recover-enter-wrong", &enter(Some(Problem::CaseUnknown))),
            ("recover-opened", &opened),
            ("recover-refused", &refused(Problem::CaseTooMany, None)),
            ("recover-refused-open", &refused(Problem::CaseOpenAlready, Some("/recover/cas_00"))),
            ("recover-documents", &self.documents()),
            ("recover-documents-wrong", &wrong),
            ("recover-frozen", &frozen),
            ("recover-finish", &finish(CaseKind::PhoneLost, None)),
            ("recover-finish-wrong", &finish(CaseKind::TradingPassword, Some(Problem::PasswordWrong))),
        ]);
        for kind in CaseKind::ALL.iter().copied() {
            for stage in CaseStage::ALL.iter().copied() {
                drawn.extend(draw(vec![("recover-case", &self.recover(kind, stage, None))]));
            }
        }
        for reason in RejectReason::ALL.iter().copied() {
            let again = self.recover(CaseKind::PhoneLost, CaseStage::Documents, Some(reason));
            drawn.extend(draw(vec![("recover-case-again", &again)]));
        }
        drawn
    }

    fn case_row(&self, kind: CaseKind, stage: CaseStage, voices: u32) -> CaseRow {
        CaseRow {
            id: "cas_00".to_owned(),
            kind,
            stage,
            holder: self.address("ad•••@mail.example"),
            opened_ms: self.now_ms - 30 * HOUR_MS,
            promised_ms: Some(self.now_ms - HOUR_MS),
            voices,
            mine: voices == 2,
        }
    }

    fn case_check(&self, state: IdentityState, finding: Option<IdentityFinding>) -> CaseCheckRow {
        CaseCheckRow {
            provider: self.text("Idents Ltd"),
            state,
            finding,
            failed: if finding.is_some() { CaseCheck::ALL.to_vec() } else { vec![] },
            reference: if finding.is_some() { self.text("ref-0815") } else { String::new() },
            at_ms: finding.map(|_| self.now_ms - HOUR_MS),
        }
    }

    fn console_case(&self, stage: CaseStage, voices: u32, draft: CaseDraft) -> ConsoleCase {
        let picture = |slot| CasePicture {
            slot,
            path: "/console/cases/cas_00/evidence/evd_00".to_owned(),
            width: 1200,
            height: 800,
            note: (slot == EvidenceSlot::NotePhoto).then(|| "7k3f-9q2m".to_owned()),
        };
        let voice = |approves: bool, name: &str| CaseVoiceRow {
            name: self.text(name),
            approves,
            reason: (!approves).then_some(RejectReason::FaceDiffers),
            note: self.text("The face is another one."),
            at_ms: self.now_ms - HOUR_MS,
            round: 1,
        };
        ConsoleCase {
            layout: self.console_layout(),
            row: self.case_row(CaseKind::PhoneLost, stage, voices),
            round: 1,
            viewer: self.text("op•••@acme.example"),
            pictures: EvidenceSlot::ALL.iter().copied().map(picture).collect(),
            picture_set: "5e7".to_owned(),
            document: Some(DocumentKind::DrivingLicence),
            name: self.text("Ada Byron"),
            remark: self.text("My phone fell into the sea."),
            email: Some(self.address("ad•••@mail.example")),
            number: Some(self.address("+44 •••• ••34 56")),
            account_ms: self.now_ms - 24 * HOUR_MS,
            status: AccountStatus::Restricted,
            proved: vec![Factor::Email],
            lost: vec![Factor::TradingPassword],
            unproved: voices > 0,
            documents_alone: true,
            device: self.text("Firefox on Linux"),
            devices: vec![(self.text("Chrome on Android"), self.now_ms - 400 * HOUR_MS)],
            hold_ms: Some(self.now_ms + HOUR_MS),
            check: Some(self.case_check(IdentityState::Asked, None)),
            others: vec![self.case_row(CaseKind::Identity, CaseStage::Rejected, 0)],
            said: if voices == 0 {
                vec![]
            } else {
                vec![voice(true, "re•••@acme.example"), voice(false, "")]
            },
            may_decide: true,
            draft,
        }
    }

    pub(super) fn cases(&self) -> Drawn {
        let list = |closed, rows| ConsoleCases { layout: self.console_layout(), closed, rows };
        let kinds = CaseKind::ALL.iter().copied();
        let rows = kinds.flat_map(|kind| CaseStage::ALL.iter().copied().map(move |stage| (kind, stage)));
        let rows = rows.map(|(kind, stage)| self.case_row(kind, stage, 1)).collect();
        let wrong = CaseDraft {
            verdict: "reject".to_owned(),
            reason: Some(RejectReason::Other),
            note: self.typed("", Some(Problem::ReasonMissing)),
            checks: CaseCheck::ALL.to_vec(),
            problem: Some(Problem::CaseMoved),
        };
        let mut drawn = Drawn::new();
        for state in IdentityState::ALL.iter().copied() {
            for finding in IdentityFinding::ALL.iter().copied() {
                let said = (state == IdentityState::Answered).then_some(finding);
                let check = Some(self.case_check(state, said));
                let page =
                    ConsoleCase { check, ..self.console_case(CaseStage::Review, 1, CaseDraft::default()) };
                drawn.extend(draw(vec![("console-case-checked", &page)]));
            }
        }
        drawn.extend(draw(vec![
            ("console-cases", &list(false, rows)),
            ("console-cases-none", &list(true, vec![])),
            ("console-case", &self.console_case(CaseStage::Review, 0, CaseDraft::default())),
            ("console-case-wrong", &self.console_case(CaseStage::Review, 1, wrong)),
            ("console-case-over", &self.console_case(CaseStage::Approved, 2, CaseDraft::default())),
        ]));
        drawn
    }
}
