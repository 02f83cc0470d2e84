//! Getting back in without the phone: `/recover` and what stands below it. Works signed out, with a case's link and
//! access code or the cookie of the browser that opened it. What may happen next is decided by the flows.

pub(crate) mod documents;

use super::code::moment;
use super::confirm::{lead_to, page_token};
use super::form::Form;
use super::sign_in::{self, door};
use super::views::{
    CaseStep, Fault, Field, Problem, Recover, RecoverEnter, RecoverFinish, RecoverOpened, RecoverRefused,
};
use super::visit::{Holder, Visit};
use crate::http::cookies::{self, Name};
use crate::state::Server;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use countersign_flows::core::action::Refusal as ActionRefusal;
use countersign_flows::core::case::OpenRefusal;
use countersign_flows::core::id::CaseId;
use countersign_flows::core::lock::Refusal;
use countersign_flows::core::model::{Case, CaseKind, CaseStage};
use countersign_flows::core::recovery::RecoveryCode;
use countersign_flows::{CaseEntry, CaseFinish, CaseKey, CaseOpen, CaseProof, CaseView, SignInDoor};

/// Where a case is followed.
pub(crate) fn path_of(id: CaseId) -> String {
    format!("/recover/{id}")
}

/// `POST /recover/start`: from the sign-in in progress in this browser, or from its confirm page
pub(crate) async fn start(visit: Visit, form: Form) -> Response {
    let sent = match form.open(&visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let Some(door) = door(&visit, sent.get("action")) else { return visit.redirect("/signin") };
    let (flows, service_id) = (visit.server.flows(), visit.server.service_id());
    match flows.may_open_here(service_id, visit.caller()).await {
        Err(error) => return visit.broke(error),
        Ok(false) => return refused(&visit, Problem::OpeningsTooMany, None, Some(&door)),
        Ok(true) => {}
    }
    match flows.open_phone_case(service_id, door.clone(), visit.caller()).await {
        Err(error) => visit.broke(error),
        Ok(asked) => {
            let is_used_up = matches!(asked, CaseOpen::Opened(..));
            let mut response = opened(&visit, asked, "/signin", Some(&door));
            // After a refusal whoever asked still stands at the sign-in: support, or another way, is left.
            if is_used_up {
                cookies::clear(response.headers_mut(), &visit.server, Name::Journey);
            }
            response
        }
    }
}

/// `POST /recover/access`: to the confirm page, for a new access code of the case that there is
pub(crate) async fn ask_access(visit: Visit, form: Form) -> Response {
    let sent = match form.open(&visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let Some(door) = door(&visit, sent.get("action")) else { return visit.redirect("/signin") };
    let token = page_token(&visit);
    let (flows, service_id) = (visit.server.flows(), visit.server.service_id());
    match flows.ask_case_access(service_id, door.clone(), &token, visit.caller()).await {
        Err(error) => visit.broke(error),
        Ok(CaseProof::Confirm(action)) => lead_to(&visit, &action, &token),
        Ok(CaseProof::Gone) => visit.redirect("/signin"),
        Ok(CaseProof::Refused(refusal)) => {
            let problem = match refusal {
                ActionRefusal::Frozen => Problem::AccountFrozen,
                _ => Problem::CaseAccessUnprovable,
            };
            refused(&visit, problem, None, Some(&door))
        }
    }
}

/// The page that says why there is no case, or no way into it. `case` is the one that there is.
fn refused(visit: &Visit, problem: Problem, case: Option<CaseId>, door: Option<&SignInDoor>) -> Response {
    let lost_code = door.filter(|_| case.is_some()).map(|door| match door {
        SignInDoor::Action(id, _) => id.to_string(),
        SignInDoor::Journey(_) => String::new(),
    });
    let page = RecoverRefused {
        layout: visit.layout("/recover"),
        problem,
        path: case.map(path_of),
        lost_code,
        support: visit.server.inner.support.clone(),
        support_path: support_path(visit, door),
    };
    visit.page(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// Where whoever looks at a page of recovery asks support: at the sign-in they came from, or as the account they are
/// signed in to.
fn support_path(visit: &Visit, door: Option<&SignInDoor>) -> Option<String> {
    let inside = visit.signed_in.as_ref().map(|_| "/support/new".to_owned());
    door.map(sign_in::support_path).or(inside)
}

/// The same where no sign-in is named: the one that this browser has begun, if it has.
fn support_here(visit: &Visit) -> Option<String> {
    support_path(visit, door(visit, "").as_ref())
}

/// What asking for a case came to: the access code, this once, or why there is none. `door` is the sign-in that it was
/// asked for at.
pub(crate) fn opened(visit: &Visit, asked: CaseOpen, otherwise: &str, door: Option<&SignInDoor>) -> Response {
    match asked {
        CaseOpen::Gone => visit.redirect(otherwise),
        CaseOpen::Refused(OpenRefusal::Open(id)) => refused(visit, Problem::CaseOpenAlready, Some(id), door),
        CaseOpen::Refused(OpenRefusal::TooMany) => refused(visit, Problem::CaseTooMany, None, door),
        CaseOpen::Refused(OpenRefusal::Frozen) => refused(visit, Problem::AccountFrozen, None, door),
        CaseOpen::Refused(OpenRefusal::NotNeeded) => visit.redirect("/security"),
        CaseOpen::Opened(case, access) => show_opened(visit, &case, &access),
    }
}

/// A case with its access code, which is shown this once.
pub(crate) fn show_opened(visit: &Visit, case: &Case, access: &RecoveryCode) -> Response {
    let path = path_of(case.id);
    let page = RecoverOpened {
        layout: visit.layout("/recover"),
        link: format!("{}{path}", visit.server.inner.public_url),
        path,
        access: access.in_groups(),
    };
    let mut response = visit.page(StatusCode::OK, &page);
    keep(&mut response, visit, case.id, access.normal());
    response
}

/// This browser follows the case from now on.
fn keep(response: &mut Response, visit: &Visit, id: CaseId, access: &str) {
    cookies::set(response.headers_mut(), &visit.server, Name::Case, &format!("{id}.{access}"));
}

/// The key to a case that this browser keeps, if it keeps that of this one.
fn key_of(headers: &HeaderMap, server: &Server, id: &str) -> Option<CaseKey> {
    let kept = cookies::read(headers, server, Name::Case)?;
    let (case, access) = kept.split_once('.').filter(|(case, _)| *case == id)?;
    Some(CaseKey::new(server.service_id(), case.parse().ok()?, access))
}

/// The case that this browser follows, or the page that asks for its access code.
pub(crate) async fn followed(visit: &Visit, id: &str) -> Result<(CaseKey, CaseView), Box<Response>> {
    let enter = || {
        let known = id.parse::<CaseId>().map(|id| format!("/recover?case={id}"));
        Box::new(visit.redirect(&known.unwrap_or_else(|_| "/recover".to_owned())))
    };
    let key = key_of(&visit.headers, &visit.server, id).ok_or_else(enter)?;
    match visit.server.flows().case(&key).await {
        Err(error) => Err(Box::new(visit.broke(error))),
        Ok(Some(view)) => Ok((key, view)),
        Ok(None) => Err(enter()),
    }
}

/// `GET /recover`
pub(crate) async fn enter_form(visit: Visit) -> Response {
    let value = visit.query("case").and_then(|text| text.parse::<CaseId>().ok());
    let value = value.map(|id| id.to_string()).unwrap_or_default();
    show_enter(&visit, Field { value, problem: None }, None)
}

fn show_enter(visit: &Visit, case: Field, problem: Option<Problem>) -> Response {
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let support_path = support_here(visit);
    visit.page(status, &RecoverEnter { layout: visit.layout("/recover"), case, problem, support_path })
}

/// `POST /recover`
pub(crate) async fn enter(visit: Visit, form: Form) -> Response {
    let sent = match form.open(&visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let (flows, service_id) = (visit.server.flows(), visit.server.service_id());
    match flows.enter_case(service_id, sent.get("case"), sent.get("access"), visit.caller()).await {
        Err(error) => visit.broke(error),
        Ok(CaseEntry::In(id, access)) => {
            let mut response = visit.redirect(&path_of(id));
            keep(&mut response, &visit, id, &access.0);
            response
        }
        Ok(entry) => {
            let problem = match entry {
                CaseEntry::Locked(until) => Problem::CaseLocked { until: moment(until, flows.now()) },
                _ => Problem::CaseUnknown,
            };
            show_enter(&visit, Field { value: sent.shown("case"), problem: None }, Some(problem))
        }
    }
}

/// `GET /recover/{case}`
pub(crate) async fn page(visit: Visit, Path(id): Path<String>) -> Response {
    match followed(&visit, &id).await {
        Ok((_, view)) => show(&visit, &view, None),
        Err(elsewhere) => *elsewhere,
    }
}

fn show(visit: &Visit, view: &CaseView, problem: Option<Problem>) -> Response {
    let case = &view.case;
    let path = path_of(case.id);
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = Recover {
        layout: visit.layout(&path),
        kind: case.kind,
        stage: case.stage,
        steps: CaseStep::of(case),
        promised_ms: case.promised_by.map(|at| at.unix_ms()),
        expires_ms: case.expires_at.unix_ms(),
        reason: case.file.rejected_for,
        frozen: view.frozen,
        state: state_of(view),
        hold_hours: hold_hours(visit),
        alone_hours: hours(visit.server.flows().policy().case_alone_wait_s),
        waits_ms: view.waits_until.map(|at| at.unix_ms()),
        support: visit.server.inner.support.clone(),
        support_path: support_here(visit),
        problem,
        path,
    };
    visit.page(status, &page)
}

/// For how many hours value is held after a recovery.
fn hold_hours(visit: &Visit) -> u32 {
    hours(visit.server.flows().policy().hold_recovery_s)
}

fn hours(seconds: u64) -> u32 {
    u32::try_from(seconds.div_ceil(3_600)).unwrap_or(u32::MAX)
}

/// What a waiting page compares: it changes whenever the page would.
fn state_of(view: &CaseView) -> String {
    let (frozen, waits) = (u8::from(view.frozen), u8::from(view.waits_until.is_some()));
    format!("{}.{}.{frozen}.{waits}", view.case.stage.as_str(), view.case.round)
}

/// `GET /recover/{case}/state`: asked by a page that waits
pub(crate) async fn state(
    State(server): State<Server>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    let Some(key) = key_of(&headers, &server, &id) else { return StatusCode::GONE.into_response() };
    match server.flows().case(&key).await {
        Ok(Some(view)) => state_of(&view).into_response(),
        Ok(None) => StatusCode::GONE.into_response(),
        // Not knowing is no reason to stop waiting.
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// `POST /recover/{case}/verify`: to the confirm page, with what is still held
pub(crate) async fn verify(visit: Visit, Path(id): Path<String>, form: Form) -> Response {
    if let Err(refused) = form.open(&visit) {
        return *refused;
    }
    let (key, view) = match followed(&visit, &id).await {
        Ok(found) => found,
        Err(elsewhere) => return *elsewhere,
    };
    let token = page_token(&visit);
    match visit.server.flows().prove_for_case(&key, &token, visit.caller()).await {
        Err(error) => visit.broke(error),
        Ok(CaseProof::Confirm(action)) => lead_to(&visit, &action, &token),
        Ok(CaseProof::Gone) => visit.redirect(&path_of(view.case.id)),
        Ok(CaseProof::Refused(refusal)) => {
            let problem = match refusal {
                ActionRefusal::Frozen => Problem::AccountFrozen,
                _ => Problem::NothingToConfirmWith,
            };
            show(&visit, &view, Some(problem))
        }
    }
}

/// `POST /recover/{case}/unproved`: on to the documents, nothing else being left
pub(crate) async fn unproved(visit: Visit, Path(id): Path<String>, form: Form) -> Response {
    if let Err(refused) = form.open(&visit) {
        return *refused;
    }
    let (key, view) = match followed(&visit, &id).await {
        Ok(found) => found,
        Err(elsewhere) => return *elsewhere,
    };
    match visit.server.flows().go_on_unproved(&key, visit.caller()).await {
        Err(error) => visit.broke(error),
        Ok(_) => visit.redirect(&path_of(view.case.id)),
    }
}

/// `POST /recover/{case}/cancel`
pub(crate) async fn cancel(visit: Visit, Path(id): Path<String>, form: Form) -> Response {
    if let Err(refused) = form.open(&visit) {
        return *refused;
    }
    let (key, view) = match followed(&visit, &id).await {
        Ok(found) => found,
        Err(elsewhere) => return *elsewhere,
    };
    match visit.server.flows().cancel_case(&key, visit.caller()).await {
        Err(error) => visit.broke(error),
        Ok(_) => visit.redirect(&path_of(view.case.id)),
    }
}

/// `GET /recover/{case}/finish`
pub(crate) async fn finish_form(visit: Visit, Path(id): Path<String>) -> Response {
    match followed(&visit, &id).await {
        Ok((_, view)) if may_finish(&view) => show_finish(&visit, &view, None),
        Ok((_, view)) => visit.redirect(&path_of(view.case.id)),
        Err(elsewhere) => *elsewhere,
    }
}

fn may_finish(view: &CaseView) -> bool {
    view.case.stage == CaseStage::Approved && !view.frozen && view.waits_until.is_none()
}

fn show_finish(visit: &Visit, view: &CaseView, password_problem: Option<Problem>) -> Response {
    let wrong = password_problem.is_some();
    let path = path_of(view.case.id);
    let page = RecoverFinish {
        layout: visit.layout(&format!("{path}/finish")),
        kind: view.case.kind,
        hold_hours: hold_hours(visit),
        password_problem,
        path,
    };
    visit.page(if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page)
}

/// `POST /recover/{case}/finish`: signs in, and on to where the new value is entered
pub(crate) async fn finish(visit: Visit, Path(id): Path<String>, form: Form) -> Response {
    let sent = match form.open(&visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let (key, view) = match followed(&visit, &id).await {
        Ok(found) => found,
        Err(elsewhere) => return *elsewhere,
    };
    let password = sent.get("password");
    if password.is_empty() {
        return show_finish(&visit, &view, Some(Problem::PasswordMissing));
    }
    let flows = visit.server.flows();
    let problem = match flows.finish_case(&key, password, visit.caller()).await {
        Err(error) => return visit.broke(error),
        Ok(CaseFinish::Gone) => return visit.redirect(&path_of(view.case.id)),
        Ok(CaseFinish::In(opened, kind, token)) => {
            let to = match kind {
                CaseKind::TradingPassword => "/security/trading-password/new",
                CaseKind::PhoneLost | CaseKind::Identity => "/security/phone/number",
            };
            let mut response = super::account::signed_in(&visit, &opened, to);
            cookies::set(response.headers_mut(), &visit.server, Name::Binding, token.expose());
            return response;
        }
        Ok(CaseFinish::PasswordWrong) => Problem::PasswordWrong,
        Ok(CaseFinish::PasswordLocked(Refusal::Locked { until })) => {
            Problem::PasswordLocked { until: moment(until, flows.now()) }
        }
        Ok(CaseFinish::PasswordLocked(Refusal::Disabled)) => Problem::FactorDisabled,
    };
    show_finish(&visit, &view, Some(problem))
}

/// `POST /security/recovery/{case}/cancel`: "that was not me", signed in
pub(crate) async fn cancel_own(holder: Holder, Path(id): Path<String>, form: Form) -> Response {
    let Holder { visit, signed_in } = holder;
    if let Err(refused) = form.open(&visit) {
        return *refused;
    }
    let Ok(id) = id.parse::<CaseId>() else { return visit.fault(Fault::NotFound) };
    match visit.server.flows().cancel_own_case(&signed_in, id, visit.caller()).await {
        Err(error) => visit.broke(error),
        Ok(true) => visit.redirect("/security?notice=case-canceled"),
        Ok(false) => visit.redirect("/security"),
    }
}

/// `POST /security/identity`: a restricted or flagged account shows who its holder is
pub(crate) async fn identity(holder: Holder, form: Form) -> Response {
    let Holder { visit, signed_in } = holder;
    if let Err(refused) = form.open(&visit) {
        return *refused;
    }
    match visit.server.flows().open_identity_case(&signed_in, visit.caller()).await {
        Err(error) => visit.broke(error),
        Ok(asked) => opened(&visit, asked, "/security", None),
    }
}
