//! Recovery cases: `/console/cases`, one case, its pictures and the decision about it (R57). What each reader may
//! see of the others' decisions is the flows' affair.

use super::Staff;
use crate::web::evidence;
use crate::web::form::{Form, Sent};
use crate::web::views::{
    CaseCheckRow, CaseDraft, CasePicture, CaseRow, CaseVoiceRow, ConsoleCase, ConsoleCases, Fault, Field,
    Problem,
};
use crate::web::words::Address as Shown;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_flows::core::address::Address;
use countersign_flows::core::case::{DecideRefusal, REMARK_LENGTH_MAX};
use countersign_flows::core::id::{CaseId, EvidenceId};
use countersign_flows::core::model::{
    Case, CaseCheck, EvidenceOwner, EvidenceSlot, IdentityCheck, PictureSet, Redacted, RejectReason, Right,
    Verdict,
};
use countersign_flows::core::staff as duties;
use countersign_flows::{CaseDesk, CaseTake, CaseVoice, CaseWord};

fn row(case: &Case, holder: &str, voices: usize, mine: bool) -> CaseRow {
    CaseRow {
        id: case.id.to_string(),
        kind: case.kind,
        stage: case.stage,
        holder: Shown::new(holder),
        opened_ms: case.opened_at.unix_ms(),
        promised_ms: case.promised_by.map(|at| at.unix_ms()),
        voices: u32::try_from(voices).unwrap_or(u32::MAX),
        mine,
    }
}

/// `GET /console/cases`
pub(crate) async fn list(Staff { visit, signed_in }: Staff) -> Response {
    let closed = visit.query("show").as_deref() == Some("closed");
    let (flows, service_id) = (visit.server.flows(), visit.server.service_id());
    match flows.cases(service_id, closed, Some(signed_in.operator.id)).await {
        Err(error) => visit.broke(error),
        Ok(lines) => {
            let line = |one: &countersign_flows::CaseLine| row(&one.case, &one.holder, one.voices, one.mine);
            let rows = lines.iter().map(line).collect();
            let page = ConsoleCases { layout: visit.layout("/console/cases"), closed, rows };
            visit.page(StatusCode::OK, &page)
        }
    }
}

/// `GET /console/cases/{id}`
pub(crate) async fn page(staff: Staff, Path(id): Path<String>) -> Response {
    show(&staff, &id, CaseDraft::default()).await
}

async fn show(staff: &Staff, id: &str, draft: CaseDraft) -> Response {
    let visit = &staff.visit;
    let Ok(id) = id.parse::<CaseId>() else { return visit.fault(Fault::NotFound) };
    let desk = match visit.server.flows().case_desk(visit.server.service_id(), id, visit.caller()).await {
        Err(error) => return visit.broke(error),
        Ok(None) => return visit.fault(Fault::NotFound),
        Ok(Some(desk)) => desk,
    };
    let wrong = draft.problem.is_some() || draft.note.problem.is_some();
    let page = view(staff, desk, draft);
    visit.page(if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page)
}

fn view(staff: &Staff, desk: CaseDesk, draft: CaseDraft) -> ConsoleCase {
    let (visit, case) = (&staff.visit, &desk.case);
    let masked = |address: &Address| Shown::new(address.masked());
    let holder = desk.account.email.as_ref().or(desk.binding.as_ref().map(|binding| &binding.number));
    let holder = holder.map(Address::masked).unwrap_or_default();
    let path = format!("/console/cases/{}", case.id);
    let picture = |picture: &countersign_flows::core::model::Evidence| CasePicture {
        slot: picture.slot,
        path: format!("{path}/evidence/{}", picture.id),
        width: picture.width,
        height: picture.height,
        note: (picture.slot == EvidenceSlot::NotePhoto).then(|| picture.note.clone()),
    };
    let now = visit.server.flows().now();
    let decides = duties::may_now(&staff.signed_in.operator, Right::CasesDecide, now);
    let others = desk.others.iter().map(|other| row(other, "", 0, false)).collect();
    ConsoleCase {
        layout: visit.layout(&path),
        row: row(case, &holder, desk.voices, desk.mine),
        round: case.round,
        viewer: staff.signed_in.operator.email.masked(),
        pictures: desk.pictures.iter().map(picture).collect(),
        picture_set: desk.picture_set().0,
        document: case.file.document,
        name: case.file.name.0.clone(),
        remark: case.file.remark.0.clone(),
        email: desk.account.email.as_ref().map(masked),
        number: desk.binding.as_ref().map(|binding| masked(&binding.number)),
        account_ms: desk.account.created_at.unix_ms(),
        status: desk.account.status,
        proved: case.file.proved.clone(),
        lost: case.file.lost.clone(),
        documents_alone: case.file.documents_alone,
        unproved: case.file.unproved,
        device: case.file.device.clone(),
        devices: desk.devices.iter().map(|(name, at)| (name.clone(), at.unix_ms())).collect(),
        hold_ms: desk.hold.as_ref().map(|hold| hold.ends_at.unix_ms()),
        check: desk.check.as_ref().map(check_row),
        others,
        said: desk.said.iter().map(said).collect(),
        may_decide: decides && !desk.mine,
        draft,
    }
}

fn check_row(check: &IdentityCheck) -> CaseCheckRow {
    let answer = check.answer.as_ref();
    CaseCheckRow {
        provider: check.provider.clone(),
        state: check.state,
        finding: answer.map(|answer| answer.finding),
        failed: answer.map(|answer| answer.failed.clone()).unwrap_or_default(),
        reference: answer.map(|answer| answer.reference.clone()).unwrap_or_default(),
        at_ms: check.answered_at.or(check.asked_at).map(|at| at.unix_ms()),
    }
}

fn said(voice: &CaseVoice) -> CaseVoiceRow {
    CaseVoiceRow {
        name: voice.name.clone(),
        approves: voice.decision.verdict == Verdict::Approve,
        reason: voice.decision.verdict.reason(),
        note: voice.decision.note.0.clone(),
        at_ms: voice.decision.at.unix_ms(),
        round: voice.decision.round,
    }
}

/// `GET /console/cases/{id}/evidence/{evidence}`: that it was looked at is an entry of the audit
pub(crate) async fn picture(staff: Staff, Path((id, picture)): Path<(String, String)>) -> Response {
    match (id.parse::<CaseId>(), picture.parse::<EvidenceId>()) {
        (Ok(id), Ok(picture)) => evidence::show(&staff.visit, EvidenceOwner::Case(id), picture).await,
        _ => staff.visit.fault(Fault::NotFound),
    }
}

/// `POST /console/cases/{id}/decide`
pub(crate) async fn decide(staff: Staff, Path(id): Path<String>, form: Form) -> Response {
    let visit = &staff.visit;
    let sent = match form.open(visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let mut draft = draft_of(&sent);
    let verdict = match (draft.verdict.as_str(), draft.reason) {
        ("approve", _) => Verdict::Approve,
        ("reject", Some(reason)) => Verdict::Reject(reason),
        _ => {
            draft.problem = Some(Problem::VerdictMissing);
            return show(&staff, &id, draft).await;
        }
    };
    let Ok(case_id) = id.parse::<CaseId>() else { return visit.fault(Fault::NotFound) };
    let (flows, service_id) = (visit.server.flows(), visit.server.service_id());
    let word = CaseWord {
        verdict,
        note: Redacted(sent.get("note").to_owned()),
        checks: draft.checks.clone(),
        // A form without it saw nothing, and nothing is no set of pictures.
        seen: Some(PictureSet(sent.get("pictures").to_owned())),
    };
    match flows.decide_case(service_id, case_id, word, visit.caller()).await {
        Err(error) => visit.broke(error),
        Ok(CaseTake::Gone) => visit.fault(Fault::NotFound),
        Ok(CaseTake::Taken(_)) => visit.redirect(&format!("/console/cases/{case_id}?notice=case-decided")),
        Ok(CaseTake::Refused(refusal)) => {
            refused(&mut draft, refusal);
            show(&staff, &id, draft).await
        }
    }
}

fn draft_of(sent: &Sent) -> CaseDraft {
    CaseDraft {
        verdict: sent.shown("verdict"),
        reason: RejectReason::from_text(sent.get("reason")),
        note: Field { value: sent.get("note").chars().take(REMARK_LENGTH_MAX).collect(), problem: None },
        checks: CaseCheck::ALL.iter().copied().filter(|check| sent.given(check.as_str()).is_some()).collect(),
        problem: None,
    }
}

fn refused(draft: &mut CaseDraft, refusal: DecideRefusal) {
    let characters_max = u32::try_from(REMARK_LENGTH_MAX).unwrap_or(u32::MAX);
    match refusal {
        DecideRefusal::Note if draft.note.value.trim().is_empty() => {
            draft.note.problem = Some(Problem::ReasonMissing);
        }
        DecideRefusal::Note => draft.note.problem = Some(Problem::RemarkLong { characters_max }),
        DecideRefusal::Stage => draft.problem = Some(Problem::CaseMoved),
        DecideRefusal::Twice => draft.problem = Some(Problem::CaseDecidedTwice),
        DecideRefusal::OwnAccount => draft.problem = Some(Problem::OwnAccount),
        DecideRefusal::Checks => draft.problem = Some(Problem::CaseChecksMissing),
        DecideRefusal::Pictures => {
            // What was ticked was about others.
            (draft.verdict, draft.checks) = (String::new(), Vec::new());
            draft.problem = Some(Problem::CasePicturesChanged);
        }
    }
}
