//! Proposals: the list, one of them, and its decision. Who may not decide has no button, and is refused by the rule
//! too.

use super::reason_problem;
use crate::console::Staff;
use crate::web::form::Form;
use crate::web::views::{ConsoleProposal, ConsoleProposals, Fault, Field, Notice, Problem, decide_problem};
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_flows::DecideOutcome;
use countersign_flows::core::id::ProposalId;
use countersign_flows::core::model::{Actor, ProposalStatus};
use countersign_flows::core::proposal::Verdict;

/// `GET /console/proposals`
pub(crate) async fn list(Staff { visit, .. }: Staff) -> Response {
    match visit.server.flows().proposals(visit.server.service_id()).await {
        Err(error) => visit.broke(error),
        Ok((waiting, ended)) => {
            let layout = visit.layout("/console/proposals");
            visit.page(StatusCode::OK, &ConsoleProposals { layout, waiting, ended })
        }
    }
}

/// `GET /console/proposals/{id}`
pub(crate) async fn one(staff: Staff, Path(id): Path<String>) -> Response {
    let Ok(id) = id.parse() else { return staff.visit.fault(Fault::NotFound) };
    show(&staff, id, Field::default(), None).await
}

async fn show(staff: &Staff, id: ProposalId, note: Field, problem: Option<Problem>) -> Response {
    let visit = &staff.visit;
    match visit.server.flows().proposal(visit.server.service_id(), id).await {
        Err(error) => visit.broke(error),
        Ok(None) => visit.fault(Fault::NotFound),
        Ok(Some(file)) => {
            let is_own = file.view.proposal.proposed_by == Actor::Operator(staff.signed_in.operator.id);
            let wrong = note.problem.is_some() || problem.is_some();
            let layout = visit.layout(&path(id));
            let page = ConsoleProposal { layout, file, is_own, note, problem };
            visit.page(if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page)
        }
    }
}

fn path(id: ProposalId) -> String {
    format!("/console/proposals/{id}")
}

/// `POST /console/proposals/{id}/decide`
pub(crate) async fn decide(staff: Staff, Path(id): Path<String>, form: Form) -> Response {
    end(&staff, &id, form, None).await
}

/// `POST /console/proposals/{id}/withdraw`
pub(crate) async fn withdraw(staff: Staff, Path(id): Path<String>, form: Form) -> Response {
    end(&staff, &id, form, Some(Verdict::Withdraw)).await
}

async fn end(staff: &Staff, id: &str, form: Form, verdict: Option<Verdict>) -> Response {
    let visit = &staff.visit;
    let sent = match form.open(visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let verdict = verdict.or(match sent.get("verdict") {
        "approve" => Some(Verdict::Approve),
        "decline" => Some(Verdict::Decline),
        _ => None,
    });
    let (Ok(id), Some(verdict)) = (id.parse::<ProposalId>(), verdict) else {
        return visit.fault(Fault::NotFound);
    };
    if let problem @ Some(_) = reason_problem(sent.get("reason")) {
        return show(staff, id, Field { value: sent.shown("reason"), problem }, None).await;
    }
    let (flows, service_id) = (visit.server.flows(), visit.server.service_id());
    match flows.decide_proposal(service_id, id, verdict, sent.get("reason"), &visit.caller()).await {
        Err(error) => visit.broke(error),
        Ok(DecideOutcome::Gone) => visit.fault(Fault::NotFound),
        Ok(DecideOutcome::Refused(refusal)) => {
            let note = Field { value: sent.shown("reason"), problem: None };
            show(staff, id, note, Some(decide_problem(refusal))).await
        }
        Ok(DecideOutcome::Ended(ended)) => {
            let notice = match ended.status {
                ProposalStatus::Approved => Notice::ProposalApproved,
                ProposalStatus::Withdrawn => Notice::ProposalWithdrawn,
                _ => Notice::ProposalDeclined,
            };
            visit.redirect(&format!("{}?notice={}", path(id), notice.name()))
        }
    }
}
