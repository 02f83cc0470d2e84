//! The documents of a case: `/recover/{case}/documents`, and the pictures below it.

use super::{followed, path_of};
use crate::web::form::{Form, Sent};
use crate::web::views::{Field, PictureAsked, Problem, RecoverDocuments};
use crate::web::visit::Visit;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_flows::core::case::{Claims, REMARK_LENGTH_MAX, SubmitRefusal};
use countersign_flows::core::model::{DocumentKind, EvidenceSlot};
use countersign_flows::{CaseKey, CaseSubmit};

/// The pictures of a case, in the order they are asked for.
const SLOTS: [EvidenceSlot; 3] =
    [EvidenceSlot::DocumentFront, EvidenceSlot::DocumentBack, EvidenceSlot::NotePhoto];

#[derive(Default)]
struct Problems {
    name: Option<Problem>,
    remark: Option<Problem>,
    form: Option<Problem>,
}

/// `GET /recover/{case}/documents`
pub(crate) async fn page(visit: Visit, Path(id): Path<String>) -> Response {
    match followed(&visit, &id).await {
        Ok((key, view)) => {
            show(&visit, &key, &path_of(view.case.id), &Sent::default(), Problems::default()).await
        }
        Err(elsewhere) => *elsewhere,
    }
}

async fn show(visit: &Visit, key: &CaseKey, path: &str, sent: &Sent, problems: Problems) -> Response {
    let flows = visit.server.flows();
    let case = match flows.case_for_documents(key).await {
        Err(error) => return visit.broke(error),
        Ok(None) => return visit.redirect(path),
        Ok(Some(case)) => case,
    };
    let there = match flows.case_pictures(key).await {
        Err(error) => return visit.broke(error),
        Ok(pictures) => pictures,
    };
    let wrong = problems.name.is_some() || problems.remark.is_some() || problems.form.is_some();
    let picture = |slot| PictureAsked { slot, is_there: there.iter().any(|picture| picture.slot == slot) };
    let said = |name: &str, before: &str| match sent.given(name) {
        Some(_) => sent.shown(name),
        None => before.to_owned(),
    };
    let page = RecoverDocuments {
        layout: visit.layout(&format!("{path}/documents")),
        note_code: case.note_code(flows.now()).unwrap_or_default().to_owned(),
        note_until_ms: case.file.note_until_ms,
        pictures: SLOTS.into_iter().map(picture).collect(),
        document: DocumentKind::from_text(sent.get("document")).or(case.file.document),
        name: Field { value: said("name", &case.file.name.0), problem: problems.name },
        remark: Field { value: said("remark", &case.file.remark.0), problem: problems.remark },
        reason: case.file.rejected_for,
        problem: problems.form,
        path: path.to_owned(),
    };
    visit.page(if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page)
}

/// `POST /recover/{case}/documents`: hands everything in
pub(crate) async fn submit(visit: Visit, Path(id): Path<String>, form: Form) -> Response {
    let sent = match form.open(&visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let (key, view) = match followed(&visit, &id).await {
        Ok(found) => found,
        Err(elsewhere) => return *elsewhere,
    };
    let path = path_of(view.case.id);
    let Some(document) = DocumentKind::from_text(sent.get("document")) else {
        let problems = Problems { form: Some(Problem::DocumentKindMissing), ..Problems::default() };
        return show(&visit, &key, &path, &sent, problems).await;
    };
    let (name, remark) = (sent.get("name").to_owned(), sent.get("remark").to_owned());
    let claims = Claims { document, name, remark };
    let refusal = match visit.server.flows().submit_case(&key, claims, visit.caller()).await {
        Err(error) => return visit.broke(error),
        Ok(CaseSubmit::Submitted | CaseSubmit::Gone) => return visit.redirect(&path),
        Ok(CaseSubmit::Refused(refusal)) => refusal,
    };
    let characters_max = u32::try_from(REMARK_LENGTH_MAX).unwrap_or(u32::MAX);
    let mut problems = Problems::default();
    match refusal {
        SubmitRefusal::Stage => return visit.redirect(&path),
        SubmitRefusal::Name => problems.name = Some(Problem::DocumentNameMissing),
        SubmitRefusal::Remark => problems.remark = Some(Problem::RemarkLong { characters_max }),
        SubmitRefusal::Front => problems.form = Some(Problem::DocumentFrontMissing),
        SubmitRefusal::Back => problems.form = Some(Problem::DocumentBackMissing),
        SubmitRefusal::Note => problems.form = Some(Problem::NotePhotoMissing),
    }
    show(&visit, &key, &path, &sent, problems).await
}
