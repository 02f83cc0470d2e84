//! Sending and seeing documents and photos (R63): the bodies of handlers that cases and tickets mount under paths of
//! their own, after their own check of who may. Two ways in: a plain form, and pieces that a script sends one after
//! another and goes on with after a cut (the shape of tus 1.0: `Upload-Length`, `Upload-Offset`, HEAD and PATCH). What
//! is said about a file (its name, its type) is not read.

use super::form::Sent;
use super::views::{Fault, Problem};
use super::visit::Visit;
use crate::http::csrf;
use axum::body::{Body, BodyDataStream};
use axum::extract::multipart::{Field, Multipart};
use axum::extract::{DefaultBodyLimit, FromRequest, Request};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, EXPECT,
    HeaderName, HeaderValue, LOCATION,
};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use countersign_flows::core::id::EvidenceId;
use countersign_flows::core::model::{Evidence, EvidenceOwner, EvidenceRefusal, EvidenceSlot, Redacted};
use countersign_flows::{EvidenceAppend, EvidencePut, EvidenceStart, NewEvidence};
use futures_util::StreamExt;
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};

/// Largest form with pictures, in bytes: one picture of 15 MB and what stands around it.
const FORM_BYTES_MAX: usize = 16_000_000;

/// Largest piece, in bytes.
const PIECE_BYTES_MAX: usize = 1024 * 1024;

/// Most text in a form with pictures, in bytes.
const TEXT_BYTES_MAX: usize = 64 * 1024;

/// Most that is read past of a form that is refused for its size, in bytes and in time: a browser shows the answer
/// only once it has sent everything.
const READ_PAST_BYTES_MAX: usize = 256 * 1024 * 1024;
const READ_PAST: Duration = Duration::from_secs(60);

/// What all requests together may hold of uploads in memory, in KiB. Who comes then is asked to come again.
static ROOM_KIB: Semaphore = Semaphore::const_new(128 * 1024);

const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const UPLOAD_COMPLETE: HeaderName = HeaderName::from_static("upload-complete");
const UPLOAD_SLOT: &str = "upload-slot";

/// Where pictures go, as whoever checked the access says it.
pub(crate) struct Place {
    /// What they belong to.
    pub(crate) owner: EvidenceOwner,
    /// What is taken, each with what is to be remembered beside it.
    pub(crate) slots: Vec<(EvidenceSlot, String)>,
    /// What they are posted to: `…/evidence`; each stands under it by its identifier.
    pub(crate) path: String,
}

impl Place {
    fn takes(&self, slot: EvidenceSlot) -> bool {
        self.slots.iter().any(|(taken, _)| *taken == slot)
    }

    fn new_in(&self, visit: &Visit, slot: EvidenceSlot) -> NewEvidence {
        let note = self.slots.iter().find(|(taken, _)| *taken == slot).map(|(_, note)| note.clone());
        NewEvidence {
            service_id: visit.server.service_id(),
            owner: self.owner,
            slot,
            note: Redacted(note.unwrap_or_default()),
        }
    }
}

/// What a POST to a place's path came to.
pub(crate) enum Received {
    /// Answer with this: a script's request, or a form that could not be read.
    Answered(Box<Response>),
    /// A form: these were taken. None if no file was chosen.
    Kept(Vec<Evidence>),
    /// A form: this one was not taken, nor those behind it.
    Refused(EvidenceSlot, Problem),
}

/// A file of a form, counted against [`ROOM_KIB`] while it is here.
struct SentFile {
    slot: EvidenceSlot,
    bytes: Held,
}

/// Whether a route takes uploads, by its pattern: it has the time that they need, and judges sizes itself.
pub(crate) fn takes_uploads(route: &str) -> bool {
    route.ends_with("/evidence") || route.ends_with("/evidence/{evidence}")
}

/// `POST …/evidence`: a form with files, or a script's word that a picture is coming.
pub(crate) async fn receive(visit: &Visit, place: &Place, request: Request) -> Received {
    if !is_multipart(&visit.headers) {
        return Received::Answered(Box::new(begin(visit, place).await));
    }
    match open(visit, place, request).await {
        Ok(sent) => keep(visit, place, sent).await,
        Err(refused) => Received::Answered(refused),
    }
}

/// `HEAD`, `PATCH`, `DELETE` and `GET …/evidence/{evidence}`.
pub(crate) async fn piece(visit: &Visit, place: &Place, id: &str, request: Request) -> Response {
    let Ok(id) = id.parse::<EvidenceId>() else { return visit.fault(Fault::NotFound) };
    match *request.method() {
        Method::GET => show(visit, place.owner, id).await,
        Method::HEAD => offset(visit, place.owner, id).await,
        Method::PATCH => append(visit, place, id, request).await,
        Method::DELETE => withdraw(visit, place.owner, id).await,
        _ => visit.fault(Fault::NotFound),
    }
}

/// `GET …/evidence/{evidence}`: the picture, for an `<img>` of our own pages and nothing else.
pub(crate) async fn show(visit: &Visit, owner: EvidenceOwner, id: EvidenceId) -> Response {
    let flows = visit.server.flows();
    let mut jpeg = match flows.evidence_image(visit.server.service_id(), owner, id, visit.caller()).await {
        Ok(Some(jpeg)) => jpeg,
        Ok(None) => return visit.fault(Fault::NotFound),
        Err(error) => return visit.broke(error),
    };
    let mut response = Body::from(std::mem::take(&mut *jpeg)).into_response();
    for (name, value) in [
        (CONTENT_TYPE, "image/jpeg"),
        (CONTENT_DISPOSITION, "inline"),
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("x-content-type-options"), "nosniff"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn is_multipart(headers: &HeaderMap) -> bool {
    text(headers, CONTENT_TYPE.as_str()).is_some_and(|kind| kind.starts_with("multipart/form-data"))
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    // Digits alone: `parse` would take a plus sign.
    text(headers, name).filter(|text| text.bytes().all(|b| b.is_ascii_digit()))?.parse().ok()
}

/// Reads a form with files, taken only from our own pages. The token stands before the files, so that no file of a
/// stranger's page is read.
async fn open(visit: &Visit, place: &Place, mut request: Request) -> Result<Vec<SentFile>, Box<Response>> {
    let refused = |fault| Box::new(visit.fault(fault));
    let length = number(&visit.headers, CONTENT_LENGTH.as_str());
    if length.is_some_and(|length| length > FORM_BYTES_MAX as u64) {
        read_past(&visit.headers, request);
        return Err(refused(Fault::PictureTooLarge));
    }
    DefaultBodyLimit::max(FORM_BYTES_MAX).apply(&mut request);
    let Ok(mut form) = Multipart::from_request(request, &()).await else {
        return Err(refused(Fault::Unreadable));
    };
    let (mut fields, mut files, mut text_bytes) = (Vec::new(), Vec::new(), 0);
    loop {
        let field = match form.next_field().await {
            Ok(Some(field)) => field,
            Ok(None) => break,
            Err(error) => return Err(refused(fault_of(error.status()))),
        };
        let name = field.name().unwrap_or_default().to_owned();
        if field.file_name().is_none() {
            let held = hold(field, TEXT_BYTES_MAX - text_bytes).await.map_err(|fault| match fault {
                // It is not the picture that is too long.
                Fault::PictureTooLarge => refused(Fault::TooLarge),
                fault => refused(fault),
            })?;
            text_bytes += held.bytes.len();
            let value = String::from_utf8(held.bytes).map_err(|_| refused(Fault::Unreadable))?;
            fields.push((name, value));
            continue;
        }
        let sent = Sent::of(std::mem::take(&mut fields));
        if !csrf::is_ours(&visit.server, &visit.headers, visit.session_name(), sent.given("csrf")) {
            return Err(refused(Fault::FormOutOfDate));
        }
        fields = sent.into_fields();
        let slot = EvidenceSlot::from_text(&name).filter(|slot| place.takes(*slot));
        let Some(slot) = slot else { return Err(refused(Fault::Unreadable)) };
        let bytes = hold(field, FORM_BYTES_MAX).await.map_err(refused)?;
        // A field in which no file was chosen is sent empty.
        if !bytes.bytes.is_empty() {
            files.push(SentFile { slot, bytes });
        }
    }
    let fields = Sent::of(fields);
    if !csrf::is_ours(&visit.server, &visit.headers, visit.session_name(), fields.given("csrf")) {
        return Err(refused(Fault::FormOutOfDate));
    }
    Ok(files)
}

fn fault_of(status: StatusCode) -> Fault {
    if status == StatusCode::PAYLOAD_TOO_LARGE { Fault::PictureTooLarge } else { Fault::Unreadable }
}

/// Keeps the files of a form, one after another, until one is refused.
async fn keep(visit: &Visit, place: &Place, files: Vec<SentFile>) -> Received {
    let mut kept = Vec::new();
    for file in files {
        let new = place.new_in(visit, file.slot);
        let Held { bytes, room } = file.bytes;
        let put = visit.server.flows().evidence_put_whole(new, bytes, visit.caller()).await;
        drop(room);
        match put {
            Ok(EvidencePut::Taken(picture)) => kept.push(picture),
            Ok(EvidencePut::Refused(refusal)) => {
                return Received::Refused(file.slot, Problem::Upload(refusal));
            }
            // Handed in, or over, while the form was on its way.
            Ok(EvidencePut::Gone) => return Received::Refused(file.slot, Problem::UploadGone),
            Err(error) => return Received::Answered(Box::new(visit.broke(error))),
        }
    }
    Received::Kept(kept)
}

/// Bytes in memory, counted.
struct Held {
    bytes: Vec<u8>,
    room: Option<SemaphorePermit<'static>>,
}

impl Held {
    fn new() -> Held {
        Held { bytes: Vec::new(), room: None }
    }

    fn add(&mut self, more: &[u8], bytes_max: usize) -> Result<(), Fault> {
        let length = self.bytes.len() + more.len();
        if length > bytes_max {
            return Err(Fault::PictureTooLarge);
        }
        let has = self.room.as_ref().map_or(0, SemaphorePermit::num_permits);
        let lacks = u32::try_from(length.div_ceil(1024).saturating_sub(has)).unwrap_or(u32::MAX);
        if lacks > 0 {
            let more = ROOM_KIB.try_acquire_many(lacks).map_err(|_| Fault::Busy { retry_after_s: 10 })?;
            match &mut self.room {
                Some(room) => room.merge(more),
                None => self.room = Some(more),
            }
        }
        self.bytes.extend_from_slice(more);
        Ok(())
    }
}

async fn hold(mut field: Field<'_>, bytes_max: usize) -> Result<Held, Fault> {
    let mut held = Held::new();
    loop {
        match field.chunk().await {
            Ok(Some(chunk)) => held.add(&chunk, bytes_max)?,
            Ok(None) => return Ok(held),
            Err(error) => return Err(fault_of(error.status())),
        }
    }
}

async fn hold_body(mut body: BodyDataStream, bytes_max: usize) -> Result<Held, Fault> {
    let mut held = Held::new();
    while let Some(chunk) = body.next().await {
        held.add(&chunk.map_err(|_| Fault::Unreadable)?, bytes_max)?;
    }
    Ok(held)
}

/// Reads a refused body on, beside the answer that is already on its way, and throws it away; a sender that waits to
/// be told to go on (RFC 9110 section 10.1.1) is not told.
fn read_past(headers: &HeaderMap, request: Request) {
    if headers.contains_key(EXPECT) {
        return;
    }
    let mut body = request.into_body().into_data_stream();
    tokio::spawn(tokio::time::timeout(READ_PAST, async move {
        let mut read = 0;
        while let Some(Ok(chunk)) = body.next().await {
            read += chunk.len();
            if read > READ_PAST_BYTES_MAX {
                break;
            }
        }
    }));
}

/// A refusal as a script reads it (RFC 9457): the sentence stands in `title`.
fn problem(visit: &Visit, status: StatusCode, problem: &Problem) -> Response {
    let body = serde_json::json!({
        "type": "about:blank",
        "title": problem.sentence(visit.words).plain(),
        "status": status.as_u16(),
        "problem": problem.number(),
    });
    (status, [(CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}

fn refused(visit: &Visit, refusal: EvidenceRefusal) -> Response {
    problem(visit, StatusCode::UNPROCESSABLE_ENTITY, &Problem::Upload(refusal))
}

fn gone(visit: &Visit) -> Response {
    problem(visit, StatusCode::NOT_FOUND, &Problem::UploadGone)
}

fn is_ours(visit: &Visit) -> bool {
    csrf::is_ours(&visit.server, &visit.headers, visit.session_name(), text(&visit.headers, "x-csrf"))
}

fn with_offset(status: StatusCode, offset: u64) -> Response {
    (status, [(UPLOAD_OFFSET, HeaderValue::from(offset))]).into_response()
}

/// All of it is there (the header is a boolean of RFC 9651).
fn complete(status: StatusCode) -> Response {
    (status, [(UPLOAD_COMPLETE, HeaderValue::from_static("?1"))]).into_response()
}

/// `POST …/evidence` with `Upload-Length` and `Upload-Slot`: 201 and where the pieces go.
async fn begin(visit: &Visit, place: &Place) -> Response {
    if !is_ours(visit) {
        return visit.fault(Fault::FormOutOfDate);
    }
    let slot = text(&visit.headers, UPLOAD_SLOT).and_then(EvidenceSlot::from_text);
    let slot = slot.filter(|slot| place.takes(*slot));
    let (Some(slot), Some(length)) = (slot, number(&visit.headers, UPLOAD_LENGTH.as_str())) else {
        return visit.fault(Fault::Unreadable);
    };
    match visit.server.flows().evidence_start(place.new_in(visit, slot), length).await {
        Ok(EvidenceStart::Started(id)) => {
            let Ok(to) = HeaderValue::from_str(&format!("{}/{id}", place.path)) else {
                return visit.fault(Fault::Unreadable);
            };
            (StatusCode::CREATED, [(LOCATION, to)]).into_response()
        }
        Ok(EvidenceStart::Refused(refusal)) => refused(visit, refusal),
        Ok(EvidenceStart::Gone) => gone(visit),
        Err(error) => visit.broke(error),
    }
}

/// `HEAD …/evidence/{evidence}`: where to go on.
async fn offset(visit: &Visit, owner: EvidenceOwner, id: EvidenceId) -> Response {
    match visit.server.flows().evidence_offset(visit.server.service_id(), owner, id).await {
        Ok(EvidenceAppend::At(offset)) => with_offset(StatusCode::OK, offset),
        Ok(EvidenceAppend::Complete(_)) => complete(StatusCode::OK),
        Ok(_) => gone(visit),
        Err(error) => visit.broke(error),
    }
}

/// `PATCH …/evidence/{evidence}` with `Upload-Offset`: 204 and the new offset; 409 and the right one when the piece
/// begins elsewhere; 422 when the picture, now whole, is not taken.
async fn append(visit: &Visit, place: &Place, id: EvidenceId, request: Request) -> Response {
    if !is_ours(visit) {
        return visit.fault(Fault::FormOutOfDate);
    }
    let Some(offset) = number(&visit.headers, UPLOAD_OFFSET.as_str()) else {
        return visit.fault(Fault::Unreadable);
    };
    if number(&visit.headers, CONTENT_LENGTH.as_str()).is_some_and(|length| length > PIECE_BYTES_MAX as u64) {
        read_past(&visit.headers, request);
        return visit.fault(Fault::TooLarge);
    }
    let held = match hold_body(request.into_body().into_data_stream(), PIECE_BYTES_MAX).await {
        Ok(held) => held,
        Err(Fault::PictureTooLarge) => return visit.fault(Fault::TooLarge),
        Err(fault) => return visit.fault(fault),
    };
    let (flows, service_id) = (visit.server.flows(), visit.server.service_id());
    let end = offset.saturating_add(held.bytes.len() as u64);
    match flows.evidence_append(service_id, place.owner, id, offset, &held.bytes, visit.caller()).await {
        Ok(EvidenceAppend::At(at)) if at == end => with_offset(StatusCode::NO_CONTENT, at),
        Ok(EvidenceAppend::At(at)) => with_offset(StatusCode::CONFLICT, at),
        Ok(EvidenceAppend::Complete(_)) => complete(StatusCode::NO_CONTENT),
        Ok(EvidenceAppend::Refused(refusal)) => refused(visit, refusal),
        Ok(EvidenceAppend::Gone) => gone(visit),
        Err(error) => visit.broke(error),
    }
}

/// `DELETE …/evidence/{evidence}`: takes it back.
async fn withdraw(visit: &Visit, owner: EvidenceOwner, id: EvidenceId) -> Response {
    if !is_ours(visit) {
        return visit.fault(Fault::FormOutOfDate);
    }
    let flows = visit.server.flows();
    match flows.withdraw_evidence(visit.server.service_id(), owner, id, visit.caller()).await {
        Ok(true) => StatusCode::NO_CONTENT.into_response(),
        Ok(false) => gone(visit),
        Err(error) => visit.broke(error),
    }
}
