//! The documents of a case: `/recover/{case}/documents`, and the pictures below it.

use super::{followed, path_of};
use crate::web::evidence::{self, Place, Received};
use crate::web::form::{Form, Sent};
use crate::web::views::{Fault, Field, Problem, RecoverDocuments, UploadField};
use crate::web::visit::Visit;
use axum::extract::{Path, Request};
use axum::http::StatusCode;
use axum::response::Response;
use countersign_flows::core::case::{Claims, REMARK_LENGTH_MAX, SubmitRefusal};
use countersign_flows::core::model::{DocumentKind, EvidenceOwner, EvidenceSlot, Redacted};
use countersign_flows::{CaseKey, CaseSubmit};

/// The pictures of a case, in the order they are asked for.
const SLOTS: [EvidenceSlot; 3] =
    [EvidenceSlot::DocumentFront, EvidenceSlot::DocumentBack, EvidenceSlot::NotePhoto];

#[derive(Default)]
struct Problems {
    name: Option<Problem>,
    remark: Option<Problem>,
    form: Option<Problem>,
    picture: Option<(EvidenceSlot, Problem)>,
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
    let picture_wrong = problems.picture.is_some();
    let wrong =
        picture_wrong || problems.name.is_some() || problems.remark.is_some() || problems.form.is_some();
    let picture = |slot| UploadField {
        slot,
        path: format!("{path}/evidence"),
        picture: there
            .iter()
            .find(|picture| picture.slot == slot)
            .map(|picture| format!("{path}/evidence/{}", picture.id)),
        problem: problems.picture.clone().and_then(|(of, problem)| (of == slot).then_some(problem)),
        reloads: false,
    };
    let said = |name: &str, before: &str| match sent.given(name) {
        Some(_) => sent.shown(name),
        None => before.to_owned(),
    };
    let page = RecoverDocuments {
        layout: visit.layout(&format!("{path}/documents")),
        note_code: case.note_code(flows.now()).unwrap_or_default().to_owned(),
        note_until_ms: case.file.note_until_ms,
        provider: flows.identity_provider().map(str::to_owned),
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
    let said = |field: &str| Redacted(sent.get(field).to_owned());
    let (name, remark) = (said("name"), said("remark"));
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

/// Where this browser's pictures for a case go; none unless it awaits documents. The photo's note is a code that is in
/// force: without one no photo is taken, and the page gives a new one.
async fn place(visit: &Visit, id: &str) -> Result<(CaseKey, Place), Box<Response>> {
    let (key, view) = followed(visit, id).await?;
    let path = path_of(view.case.id);
    match visit.server.flows().case_holder(&key).await {
        Err(error) => Err(Box::new(visit.broke(error))),
        Ok(None) => Err(Box::new(visit.redirect(&path))),
        Ok(Some(holder)) => {
            let mut slots = vec![
                (EvidenceSlot::DocumentFront, String::new()),
                (EvidenceSlot::DocumentBack, String::new()),
            ];
            slots.extend(holder.note_code.map(|code| (EvidenceSlot::NotePhoto, code.0)));
            let owner = EvidenceOwner::Case(holder.id);
            Ok((key, Place { owner, slots, path: format!("{path}/evidence") }))
        }
    }
}

/// `POST /recover/{case}/evidence`
pub(crate) async fn receive(visit: Visit, Path(id): Path<String>, request: Request) -> Response {
    let (key, place) = match place(&visit, &id).await {
        Ok(found) => found,
        Err(elsewhere) => return *elsewhere,
    };
    let documents = format!("/recover/{id}/documents");
    match evidence::receive(&visit, &place, request).await {
        Received::Answered(response) => *response,
        Received::Kept(pictures) if !pictures.is_empty() => visit.redirect(&documents),
        Received::Kept(_) => {
            let problems = Problems { form: Some(Problem::UploadMissing), ..Problems::default() };
            show(&visit, &key, &format!("/recover/{id}"), &Sent::default(), problems).await
        }
        Received::Refused(slot, problem) => {
            let problems = Problems { picture: Some((slot, problem)), ..Problems::default() };
            show(&visit, &key, &format!("/recover/{id}"), &Sent::default(), problems).await
        }
    }
}

/// `GET`, `HEAD`, `PATCH` and `DELETE /recover/{case}/evidence/{evidence}`
pub(crate) async fn piece(
    visit: Visit,
    Path((id, picture)): Path<(String, String)>,
    request: Request,
) -> Response {
    match place(&visit, &id).await {
        Ok((_, place)) => evidence::piece(&visit, &place, &picture, request).await,
        Err(_) => visit.fault(Fault::NotFound),
    }
}
