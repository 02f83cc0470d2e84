//! `/console/staff`: who works here, and what admins ask to have changed about it. What is asked for here is proved and
//! done on the next page (`staff_confirm.rs`).

use super::Staff;
use super::me::{factor_row, name_problem};
use crate::http::cookies::{self, Name};
use crate::web::form::{Form, Sent};
use crate::web::views::{ConsoleStaff, ConsoleStaffMember, Fault, Field, Problem, StaffRow, StaffState};
use crate::web::visit::Visit;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_flows::core::address::read_identifier;
use countersign_flows::core::id::OperatorId;
use countersign_flows::core::model::{Redacted, Role, StaffPlan, StaffWish, StoredId};
use countersign_flows::core::operator::{REASON_LENGTH_MAX, StaffRefusal, has_joined};
use countersign_flows::core::session::Token;
use countersign_flows::core::staff as duties;
use countersign_flows::{SignedInOperator, StaffAsk, StaffEntry};

/// `GET /console/staff`
pub(crate) async fn list(Staff { visit, .. }: Staff) -> Response {
    show(&visit, Adding::default()).await
}

/// The form of whoever is to be added.
#[derive(Default)]
struct Adding {
    email: Field,
    name: Field,
    chosen: Vec<Role>,
    roles_problem: Option<Problem>,
}

impl Adding {
    fn is_wrong(&self) -> bool {
        [&self.email.problem, &self.name.problem, &self.roles_problem].iter().any(|problem| problem.is_some())
    }
}

async fn show(visit: &Visit, adding: Adding) -> Response {
    let found = match visit.server.flows().staff(visit.server.service_id()).await {
        Ok(found) => found,
        Err(error) => return visit.broke(error),
    };
    let status = if adding.is_wrong() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = ConsoleStaff {
        layout: visit.layout("/console/staff"),
        rows: found.into_iter().map(row).collect(),
        email: adding.email,
        name: adding.name,
        chosen: adding.chosen,
        roles_problem: adding.roles_problem,
    };
    visit.page(status, &page)
}

fn row(entry: StaffEntry) -> StaffRow {
    let operator = entry.operator;
    StaffRow {
        id: operator.id.to_string(),
        state: match (operator.disabled_at, has_joined(&operator)) {
            (Some(_), _) => StaffState::Disabled,
            (None, false) => StaffState::Invited,
            (None, true) => StaffState::Here,
        },
        email: operator.email.expose().to_owned(),
        name: operator.name,
        roles: operator.roles,
        seen_ms: entry.last_seen_at.map(|at| at.unix_ms()),
    }
}

fn roles_in(sent: &Sent) -> Vec<Role> {
    sent.all("role").filter_map(Role::from_text).collect()
}

/// To the page that asks for the proof.
fn to_confirm(visit: &Visit, token: &Token) -> Response {
    let mut response = visit.redirect("/console/staff/confirm");
    cookies::set(response.headers_mut(), &visit.server, Name::OperatorJourney, token.expose());
    response
}

/// `POST /console/staff`
pub(crate) async fn add(Staff { visit, signed_in }: Staff, form: Form) -> Response {
    let sent = match form.open(&visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let email = read_identifier(sent.get("email"), None).ok().filter(|address| address.phone().is_none());
    let mut adding = Adding {
        email: Field { value: sent.shown("email"), problem: None },
        name: Field { value: sent.shown("name"), problem: name_problem(sent.get("name").trim()) },
        chosen: roles_in(&sent),
        ..Adding::default()
    };
    adding.roles_problem = adding.chosen.is_empty().then_some(Problem::RolesMissing);
    let Some(email) = email else {
        adding.email.problem = Some(Problem::EmailUnreadable);
        return show(&visit, adding).await;
    };
    if adding.is_wrong() {
        return show(&visit, adding).await;
    }
    let (name, roles) = (Redacted(sent.get("name").to_owned()), adding.chosen.clone());
    let plan = StaffPlan::Add { email, name, roles };
    match visit.server.flows().ask_staff_act(&signed_in, plan, visit.words.tag()).await {
        Err(error) => return visit.broke(error),
        Ok(StaffAsk::Confirm(token)) => return to_confirm(&visit, &token),
        Ok(StaffAsk::Gone) => return visit.fault(Fault::NotFound),
        Ok(StaffAsk::Taken) => adding.email.problem = Some(Problem::StaffTaken),
        Ok(StaffAsk::Refused(refusal)) => adding.roles_problem = Some(refusal_problem(refusal)),
    }
    show(&visit, adding).await
}

/// What a person's page says besides its facts.
#[derive(Default)]
struct Said {
    act: &'static str,
    reason: Field,
    chosen: Option<Vec<Role>>,
    problem: Option<Problem>,
}

/// A person's page with why what was asked for is not done.
pub(super) async fn refused(
    visit: &Visit,
    signed_in: &SignedInOperator,
    id: OperatorId,
    refusal: StaffRefusal,
) -> Response {
    let said = Said { problem: Some(refusal_problem(refusal)), ..Said::default() };
    show_person(visit, signed_in, &id.to_string(), said).await
}

/// The list, with the address that somebody has by now.
pub(super) async fn taken(visit: &Visit, email: String) -> Response {
    let email = Field { value: email, problem: Some(Problem::StaffTaken) };
    show(visit, Adding { email, ..Adding::default() }).await
}

/// `GET /console/staff/{id}`
pub(crate) async fn person(Staff { visit, signed_in }: Staff, Path(id): Path<String>) -> Response {
    show_person(&visit, &signed_in, &id, Said::default()).await
}

async fn show_person(visit: &Visit, signed_in: &SignedInOperator, id: &str, said: Said) -> Response {
    let Ok(id) = id.parse::<OperatorId>() else { return visit.fault(Fault::NotFound) };
    let found = match visit.server.flows().staff_member(visit.server.service_id(), id).await {
        Ok(Some(found)) => found,
        Ok(None) => return visit.fault(Fault::NotFound),
        Err(error) => return visit.broke(error),
    };
    let wrong = said.problem.is_some() || said.reason.problem.is_some();
    let added_ms = found.entry.operator.created_at.unix_ms();
    let voice_from = duties::voice_from(&found.entry.operator, visit.server.flows().now());
    let row = row(found.entry);
    let page = ConsoleStaffMember {
        layout: visit.layout(&format!("/console/staff/{id}")),
        added_ms,
        factors: found.standing.iter().map(factor_row).collect(),
        sessions: u32::try_from(found.sessions).unwrap_or(u32::MAX),
        is_oneself: id == signed_in.operator.id,
        voice_from_ms: voice_from.map(|at| at.unix_ms()),
        act: said.act,
        reason: said.reason,
        chosen: said.chosen.unwrap_or_else(|| row.roles.clone()),
        problem: said.problem,
        row,
    };
    visit.page(if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page)
}

/// Asks for one act, with its reason.
async fn act(
    Staff { visit, signed_in }: Staff,
    id: &str,
    form: Form,
    act: &'static str,
    wish: impl FnOnce(Vec<Role>) -> StaffWish,
) -> Response {
    let sent = match form.open(&visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let reason = sent.get("reason").trim();
    let roles = roles_in(&sent);
    let chosen = (act == "roles").then(|| roles.clone());
    let typed = Field { value: sent.shown("reason"), problem: reason_problem(reason) };
    let mut said = Said { act, reason: typed, chosen, ..Said::default() };
    let Ok(meant) = id.parse::<OperatorId>() else { return visit.fault(Fault::NotFound) };
    if said.reason.problem.is_some() {
        return show_person(&visit, &signed_in, id, said).await;
    }
    let (operator, reason) = (StoredId(*meant.as_bytes()), reason.to_owned());
    let plan = StaffPlan::Act { operator, wish: wish(roles), reason };
    match visit.server.flows().ask_staff_act(&signed_in, plan, visit.words.tag()).await {
        Err(error) => return visit.broke(error),
        Ok(StaffAsk::Confirm(token)) => return to_confirm(&visit, &token),
        Ok(StaffAsk::Gone | StaffAsk::Taken) => return visit.fault(Fault::NotFound),
        Ok(StaffAsk::Refused(refusal)) => said.problem = Some(refusal_problem(refusal)),
    }
    show_person(&visit, &signed_in, id, said).await
}

fn reason_problem(reason: &str) -> Option<Problem> {
    let limit = u32::try_from(REASON_LENGTH_MAX).unwrap_or(u32::MAX);
    match reason.chars().count() {
        0 => Some(Problem::ReasonMissing),
        length if length > REASON_LENGTH_MAX => Some(Problem::ReasonLong { characters_max: limit }),
        _ => None,
    }
}

fn refusal_problem(refusal: StaffRefusal) -> Problem {
    match refusal {
        StaffRefusal::Oneself => Problem::StaffOneself,
        StaffRefusal::LastAdmin => Problem::StaffLastAdmin,
        StaffRefusal::NoRoles => Problem::RolesMissing,
        StaffRefusal::Unchanged => Problem::StaffUnchanged,
        StaffRefusal::NotThere => Problem::StaffNotThere,
    }
}

/// `POST /console/staff/{id}/roles`
pub(crate) async fn roles(staff: Staff, Path(id): Path<String>, form: Form) -> Response {
    act(staff, &id, form, "roles", StaffWish::Roles).await
}

/// `POST /console/staff/{id}/disable`
pub(crate) async fn disable(staff: Staff, Path(id): Path<String>, form: Form) -> Response {
    act(staff, &id, form, "disable", |_| StaffWish::Disable).await
}

/// `POST /console/staff/{id}/enable`
pub(crate) async fn enable(staff: Staff, Path(id): Path<String>, form: Form) -> Response {
    act(staff, &id, form, "enable", |_| StaffWish::Enable).await
}

/// `POST /console/staff/{id}/reset`
pub(crate) async fn reset(staff: Staff, Path(id): Path<String>, form: Form) -> Response {
    act(staff, &id, form, "reset", |_| StaffWish::Reset).await
}
