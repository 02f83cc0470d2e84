//! Finding an account, one account, and the three forms on its page.

use super::reason_problem;
use crate::console::{Staff, spent};
use crate::web::activity;
use crate::web::form::Form;
use crate::web::views::{
    AccountForm, ConsoleAccount, ConsoleAccounts, EntryRow, Fault, Field, Notice, Problem, in_trouble,
    message_row,
};
use crate::web::visit::Visit;
use crate::web::words::Address as Shown;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_flows::core::address::read_identifier;
use countersign_flows::core::event::Event;
use countersign_flows::core::id::AccountId;
use countersign_flows::core::model::{Factor, ProposalAbout, ProposalKind, Protection, Revealed};
use countersign_flows::core::proposal::{Nothing, ProposeRefusal};
use countersign_flows::{Among, EntryView, LookUp, ProposeOutcome, ProtectOutcome, RevealOutcome, Whose};

/// `GET /console/accounts`
pub(crate) async fn search(Staff { visit, .. }: Staff) -> Response {
    searched(&visit, Field::default())
}

fn searched(visit: &Visit, what: Field) -> Response {
    let status = if what.problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    visit.page(status, &ConsoleAccounts { layout: visit.layout("/console/accounts"), what })
}

/// `POST /console/accounts`
pub(crate) async fn find(Staff { visit, .. }: Staff, form: Form) -> Response {
    let sent = match form.open(&visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let typed = sent.get("what").trim();
    let wrong = |problem| searched(&visit, Field { value: sent.shown("what"), problem: Some(problem) });
    let (flows, service_id) = (visit.server.flows(), visit.server.service_id());
    let found = match (typed.parse::<AccountId>(), read_identifier(typed, None)) {
        (Ok(id), _) => flows.account(service_id, id).await.map(|found| found.map(|view| view.account.id)),
        (Err(_), Ok(address)) => {
            let among = Among { accounts: true, staff: false };
            match flows.look_up_address(service_id, address, among, &visit.caller()).await {
                Err(error) => Err(error),
                Ok(LookUp::Answered(Some(Whose::Account(id)))) => Ok(Some(id)),
                Ok(LookUp::Answered(_)) => Ok(None),
                Ok(LookUp::Spent { until }) => {
                    return searched(
                        &visit,
                        Field { problem: Some(spent(&visit, until)), ..Field::default() },
                    );
                }
            }
        }
        (Err(_), Err(_)) => return wrong(Problem::AccountUnreadable),
    };
    match found {
        Err(error) => visit.broke(error),
        Ok(None) => wrong(Problem::AccountUnknown),
        Ok(Some(id)) => visit.redirect(&path(id)),
    }
}

/// `GET /console/accounts/{id}`
pub(crate) async fn account(Staff { visit, .. }: Staff, Path(id): Path<String>) -> Response {
    let Ok(id) = id.parse() else { return visit.fault(Fault::NotFound) };
    show(&visit, id, None, None).await
}

type Trouble = Option<(AccountForm, Field)>;

async fn show(visit: &Visit, id: AccountId, revealed: Option<Shown>, trouble: Trouble) -> Response {
    let found = visit.server.flows().account_file(visit.server.service_id(), id, &visit.caller()).await;
    let mut file = match found {
        Err(error) => return visit.broke(error),
        Ok(None) => return visit.fault(Fault::NotFound),
        Ok(Some(file)) => file,
    };
    let page = ConsoleAccount {
        layout: visit.layout(&path(id)),
        entries: std::mem::take(&mut file.entries).into_iter().filter_map(entry).collect(),
        messages: std::mem::take(&mut file.messages).into_iter().map(message_row).collect(),
        file,
        revealed,
        trouble,
    };
    let wrong = page.trouble.is_some();
    visit.page(if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page)
}

fn path(id: AccountId) -> String {
    format!("/console/accounts/{id}")
}

fn entry(view: EntryView) -> Option<EntryRow> {
    let reason = match &view.entry.event {
        Event::StatusChanged { reason, .. }
        | Event::ProposalMade { reason, .. }
        | Event::ProposalEnded { reason, .. }
        | Event::SessionsEndedByStaff { reason, .. }
        | Event::AddressRevealed { reason, .. } => reason.clone(),
        _ => String::new(),
    };
    Some(EntryRow { row: activity::row(&view.entry)?, by: view.by, reason })
}

/// `POST /console/accounts/{id}/reveal`: the answer is the page itself, so that the address stands in no other place.
pub(crate) async fn reveal(Staff { visit, .. }: Staff, Path(id): Path<String>, form: Form) -> Response {
    let sent = match form.open(&visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let (Ok(id), Some(what)) = (id.parse(), Revealed::from_text(sent.get("what"))) else {
        return visit.fault(Fault::NotFound);
    };
    let trouble = |problem| in_trouble(AccountForm::Reveal, sent.shown("reason"), problem);
    if let Some(problem) = reason_problem(sent.get("reason")) {
        return show(&visit, id, None, trouble(problem)).await;
    }
    let (flows, service_id) = (visit.server.flows(), visit.server.service_id());
    match flows.reveal_address(service_id, id, what, sent.get("reason"), &visit.caller()).await {
        Err(error) => visit.broke(error),
        Ok(RevealOutcome::Shown(address)) => {
            show(&visit, id, Some(Shown::new(address.expose().to_owned())), None).await
        }
        Ok(RevealOutcome::Nothing) => show(&visit, id, None, trouble(Problem::AddressNone)).await,
        Ok(RevealOutcome::Reason) => show(&visit, id, None, trouble(Problem::ReasonMissing)).await,
        Ok(RevealOutcome::Gone) => visit.fault(Fault::NotFound),
    }
}

/// `POST /console/accounts/{id}/protect`
pub(crate) async fn protect(Staff { visit, .. }: Staff, Path(id): Path<String>, form: Form) -> Response {
    let sent = match form.open(&visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let (Ok(id), Some(act)) = (id.parse(), Protection::from_text(sent.get("act"))) else {
        return visit.fault(Fault::NotFound);
    };
    let trouble = |problem| in_trouble(AccountForm::Protect, sent.shown("reason"), problem);
    if let Some(problem) = reason_problem(sent.get("reason")) {
        return show(&visit, id, None, trouble(problem)).await;
    }
    let (flows, service_id) = (visit.server.flows(), visit.server.service_id());
    match flows.protect_account(service_id, id, act, sent.get("reason"), &visit.caller()).await {
        Err(error) => visit.broke(error),
        Ok(ProtectOutcome::Done) => {
            visit.redirect(&format!("{}?notice={}", path(id), Notice::AccountProtected.name()))
        }
        Ok(ProtectOutcome::Already) => show(&visit, id, None, trouble(Problem::ProtectedAlready)).await,
        Ok(ProtectOutcome::Reason) => show(&visit, id, None, trouble(Problem::ReasonMissing)).await,
        Ok(ProtectOutcome::Gone) => visit.fault(Fault::NotFound),
    }
}

/// What is proposed, as the form sends it: `lift_lock:sms` names the factor, `end_case:cas_…` the case.
fn proposed(text: &str) -> Option<(ProposalKind, ProposalAbout)> {
    let (kind, about) = text.split_once(':').unwrap_or((text, ""));
    let kind = ProposalKind::from_text(kind)?;
    let about = match kind {
        ProposalKind::LiftLock => ProposalAbout::Factor(Factor::from_text(about)?),
        ProposalKind::EndCase => ProposalAbout::Case(about.parse().ok()?),
        ProposalKind::RemoveNumber | ProposalKind::ClearStatus => ProposalAbout::One,
    };
    Some((kind, about))
}

/// `POST /console/accounts/{id}/propose`
pub(crate) async fn propose(Staff { visit, .. }: Staff, Path(id): Path<String>, form: Form) -> Response {
    let sent = match form.open(&visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let (Ok(id), Some((kind, about))) = (id.parse(), proposed(sent.get("what"))) else {
        return visit.fault(Fault::NotFound);
    };
    let trouble = |problem| in_trouble(AccountForm::Propose, sent.shown("reason"), problem);
    if let Some(problem) = reason_problem(sent.get("reason")) {
        return show(&visit, id, None, trouble(problem)).await;
    }
    let (flows, service_id) = (visit.server.flows(), visit.server.service_id());
    match flows.propose(service_id, id, kind, about, sent.get("reason"), &visit.caller()).await {
        Err(error) => visit.broke(error),
        Ok(ProposeOutcome::Made(made)) => {
            let notice = Notice::Proposed.name();
            visit.redirect(&format!("/console/proposals/{}?notice={notice}", made.id))
        }
        Ok(ProposeOutcome::Refused(refusal)) => show(&visit, id, None, trouble(why_not(refusal))).await,
        Ok(ProposeOutcome::Gone) => visit.fault(Fault::NotFound),
    }
}

fn why_not(refusal: ProposeRefusal) -> Problem {
    match refusal {
        ProposeRefusal::Reason => Problem::ReasonMissing,
        ProposeRefusal::Waits(_) => Problem::ProposalWaits,
        ProposeRefusal::OwnAccount => Problem::OwnAccount,
        ProposeRefusal::Nothing(Nothing::BudgetSpent) => Problem::BudgetSpent,
        ProposeRefusal::Nothing(_) | ProposeRefusal::NotStaff => Problem::ProposalNothing,
    }
}
