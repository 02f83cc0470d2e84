//! `/console/staff/confirm`: what an admin asked for about somebody's access is done once they have shown that it is
//! they. The link that may come of it goes to the person's mailbox; no page has it.

use super::Staff;
use super::sign_in::{FEW_TRIES, app_refusal, password_locked, second_answer, unreadable};
use super::staff;
use crate::http::cookies::{self, Name};
use crate::web::form::Form;
use crate::web::views::{ConsoleStaffConfirm, Field, Problem, StaffActShown};
use axum::http::StatusCode;
use axum::response::Response;
use countersign_flows::core::id::OperatorId;
use countersign_flows::core::model::{Role, StaffPlan, StaffWish};
use countersign_flows::core::operator::has_joined;
use countersign_flows::core::proof::Answer;
use countersign_flows::{SecondAnswer, StaffConfirmation, StaffConfirmed};

/// What the page says besides its facts.
#[derive(Default)]
struct Said {
    typed: String,
    password_problem: Option<Problem>,
    code_problem: Option<Problem>,
    passkey_problem: Option<Problem>,
    attempts_left: Option<u32>,
    problem: Option<Problem>,
}

/// `GET /console/staff/confirm`
pub(crate) async fn page(staff: Staff) -> Response {
    show(&staff, Said::default()).await
}

async fn show(Staff { visit, signed_in }: &Staff, said: Said) -> Response {
    let token = visit.cookie(Name::OperatorJourney).unwrap_or_default();
    let flows = visit.server.flows();
    let waiting = match flows.staff_act_waiting(signed_in, &token).await {
        Ok(Some(waiting)) => waiting,
        Ok(None) => return visit.redirect("/console/staff"),
        Err(error) => return visit.broke(error),
    };
    let refusal = waiting.app_refusal.filter(|_| waiting.has_app);
    let shown = shown_of(&waiting);
    let page = ConsoleStaffConfirm {
        layout: visit.layout("/console/staff/confirm"),
        act: shown.act,
        email: shown.email,
        name: shown.name,
        roles: shown.roles,
        reason: shown.reason,
        has_app: waiting.has_app,
        app_refusal: refusal.map(|refusal| app_refusal(refusal, flows.now())),
        code: Field { value: said.typed, problem: said.code_problem },
        attempts_left: said.attempts_left.filter(|left| *left <= FEW_TRIES),
        passkey_options: waiting.passkey_options,
        passkey_problem: said.passkey_problem,
        password_problem: said.password_problem,
        problem: said.problem,
    };
    let wrong = [&page.code.problem, &page.passkey_problem, &page.password_problem, &page.problem];
    let status = match (refusal, wrong.iter().any(|problem| problem.is_some())) {
        (Some(_), _) => StatusCode::TOO_MANY_REQUESTS,
        (None, true) => StatusCode::UNPROCESSABLE_ENTITY,
        (None, false) => StatusCode::OK,
    };
    visit.page(status, &page)
}

/// What waits, as the page says it.
struct Shown {
    act: StaffActShown,
    email: String,
    name: String,
    roles: Vec<Role>,
    reason: String,
}

fn shown_of(waiting: &StaffConfirmation) -> Shown {
    match &waiting.plan {
        StaffPlan::Add { email, name, roles } => Shown {
            act: StaffActShown::Add,
            email: email.expose().to_owned(),
            name: name.0.clone(),
            roles: roles.clone(),
            reason: String::new(),
        },
        StaffPlan::Act { wish, reason, .. } => {
            let whose = waiting.whose.as_ref();
            let (act, roles) = match wish {
                StaffWish::Roles(roles) => (StaffActShown::Roles, roles.clone()),
                StaffWish::Disable => (StaffActShown::Disable, Vec::new()),
                StaffWish::Enable => (StaffActShown::Enable, Vec::new()),
                StaffWish::Reset if whose.is_some_and(has_joined) => (StaffActShown::Reset, Vec::new()),
                StaffWish::Reset => (StaffActShown::InviteAgain, Vec::new()),
            };
            Shown {
                act,
                email: whose.map(|one| one.email.expose().to_owned()).unwrap_or_default(),
                name: whose.map(|one| one.name.clone()).unwrap_or_default(),
                roles,
                reason: reason.clone(),
            }
        }
    }
}

/// Where the act is seen to be done, with the word that says so.
fn done_at(id: OperatorId, plan: &StaffPlan) -> String {
    let notice = match plan {
        StaffPlan::Add { .. } => return "/console/staff?notice=staff-invited".to_owned(),
        StaffPlan::Act { wish: StaffWish::Roles(_), .. } => "staff-roles",
        StaffPlan::Act { wish: StaffWish::Disable, .. } => "staff-disabled",
        StaffPlan::Act { wish: StaffWish::Enable, .. } => "staff-enabled",
        StaffPlan::Act { wish: StaffWish::Reset, .. } => "staff-reset",
    };
    format!("/console/staff/{id}?notice={notice}")
}

/// `POST /console/staff/confirm`
pub(crate) async fn confirm(signed: Staff, form: Form) -> Response {
    let Staff { visit, signed_in } = &signed;
    let sent = match form.open(visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let (token, flows) = (visit.cookie(Name::OperatorJourney).unwrap_or_default(), visit.server.flows());
    let mut said = Said { typed: sent.shown("totp"), ..Said::default() };
    let password = sent.get("password");
    if password.is_empty() {
        said.password_problem = Some(Problem::PasswordMissing);
        return show(&signed, said).await;
    }
    let answer = second_answer(&sent);
    let is_passkey = matches!(answer, SecondAnswer::Passkey(_));
    match flows.confirm_staff_act(signed_in, &token, password, answer, visit.caller()).await {
        Err(error) => return visit.broke(error),
        Ok(StaffConfirmed::Done(id, plan)) => {
            let mut response = visit.redirect(&done_at(id, &plan));
            cookies::clear(response.headers_mut(), &visit.server, Name::OperatorJourney);
            return response;
        }
        Ok(StaffConfirmed::Refused(refusal, StaffPlan::Act { operator, .. })) => {
            let id = OperatorId::from_bytes(operator.0);
            return staff::refused(visit, signed_in, id, refusal).await;
        }
        Ok(StaffConfirmed::Refused(_, StaffPlan::Add { .. }) | StaffConfirmed::Gone) => {
            return visit.redirect("/console/staff");
        }
        Ok(StaffConfirmed::Taken(email)) => return staff::taken(visit, email.expose().to_owned()).await,
        Ok(StaffConfirmed::WrongPassword) => said.password_problem = Some(Problem::PasswordWrong),
        Ok(StaffConfirmed::Locked(refusal)) => said.problem = Some(password_locked(refusal, flows.now())),
        Ok(StaffConfirmed::Unreadable(problem)) => said.code_problem = Some(unreadable(problem)),
        Ok(StaffConfirmed::Not(_)) if is_passkey => said.passkey_problem = Some(Problem::PasskeyRefused),
        Ok(StaffConfirmed::Not(answer)) => {
            said.code_problem = Some(Problem::TotpWrong);
            if let Answer::Wrong { left } = answer {
                said.attempts_left = Some(left);
            }
        }
    }
    show(&signed, said).await
}
