//! `/console/delivery/templates`: the service's own texts for codes, one of them being written, and senders by country.

use super::Staff;
use crate::web::form::{Form, Sent};
use crate::web::views::{
    ConsoleTemplate, ConsoleTemplates, Fault, Field, Problem, SenderCell, SenderRow, TextCell, TextRow,
    problem_of,
};
use crate::web::visit::Visit;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_flows::core::model::Channel;
use countersign_flows::core::numbers::{self, LineKind};
use countersign_flows::core::route::sender_rule;
use countersign_flows::core::template::{TemplateName, locale_key};
use countersign_flows::{Letterhead, RouteLive, TemplateDraft, TemplateEntry, TemplateJudged, languages};

const LIST: &str = "/console/delivery/templates";

/// `GET /console/delivery/templates`
pub(crate) async fn list(Staff { visit, .. }: Staff) -> Response {
    show_list(&visit, Field::default()).await
}

async fn show_list(visit: &Visit, locale: Field) -> Response {
    let kept = match visit.server.flows().templates(visit.server.service_id()).await {
        Ok(kept) => kept,
        Err(error) => return visit.broke(error),
    };
    let mut tags: Vec<String> = languages().map(str::to_owned).collect();
    for entry in &kept {
        if !tags.contains(&entry.draft.locale) {
            tags.push(entry.draft.locale.clone());
        }
    }
    let head = letterhead(visit);
    let row =
        |name| TextRow { name, cells: tags.iter().map(|tag| cell(visit, &head, &kept, name, tag)).collect() };
    let texts = TemplateName::all().map(row).collect();
    let routes: Vec<RouteLive> = visit.server.flows().routes_live();
    let routes: Vec<RouteLive> = routes.into_iter().filter(|route| route.channel == Channel::Sms).collect();
    let status = if locale.problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = ConsoleTemplates {
        layout: visit.layout(LIST),
        languages: tags,
        texts,
        locale,
        senders: senders(&routes),
        routes: routes.into_iter().map(|route| route.name).collect(),
    };
    visit.page(status, &page)
}

fn cell(visit: &Visit, head: &Letterhead, kept: &[TemplateEntry], name: TemplateName, tag: &str) -> TextCell {
    let flows = visit.server.flows();
    let own = kept.iter().find(|entry| entry.draft.name == name && entry.draft.locale == tag);
    let judged = own.map(|entry| flows.judge_template(head, &entry.draft).preview);
    let is_refused = matches!(judged, Some(None));
    let preview = judged.flatten().unwrap_or_else(|| flows.preview_own_words(head, name, tag));
    TextCell {
        locale: tag.to_owned(),
        changed_at_ms: own.map(|entry| entry.changed_at.unix_ms()),
        segments: u32::try_from(preview.segments).unwrap_or(u32::MAX),
        is_refused,
    }
}

/// Every country that the guide speaks of.
fn senders(routes: &[RouteLive]) -> Vec<SenderRow> {
    let row = |region: &numbers::Region| {
        let code = region.code.as_str();
        let rule = sender_rule(code)?;
        let sender = |route: &RouteLive| {
            if !route.carries.reaches(Some(code), Some(LineKind::Mobile)) {
                return SenderCell::Elsewhere;
            }
            match route.carries.sender(&route.sender, Some(code)) {
                Some(sender) => SenderCell::As(sender.to_owned()),
                None => SenderCell::Nobody,
            }
        };
        Some(SenderRow {
            code: code.to_owned(),
            region: region.name.to_owned(),
            name: rule.name,
            note: &rule.note,
            senders: routes.iter().map(sender).collect(),
        })
    };
    numbers::regions().iter().filter_map(row).collect()
}

/// Whose name texts carry, and what their codes are bound to.
fn letterhead(visit: &Visit) -> Letterhead {
    let host = visit.server.inner.public_url.split("://").nth(1).unwrap_or_default();
    Letterhead { brand: visit.server.inner.brand.clone(), host: host.to_owned() }
}

/// `GET /console/delivery/templates/edit`
pub(crate) async fn edit(Staff { visit, .. }: Staff) -> Response {
    let tag = visit.query("locale").unwrap_or_default();
    let Some(name) = visit.query("name").and_then(|name| TemplateName::from_text(&name)) else {
        return visit.fault(Fault::NotFound);
    };
    let Some(locale) = locale_key(&tag) else {
        let value = tag.chars().take(60).collect();
        return show_list(&visit, Field { value, problem: Some(Problem::LocaleUnreadable) }).await;
    };
    let kept = match kept(&visit, name, &locale).await {
        Ok(kept) => kept,
        Err(broken) => return *broken,
    };
    let is_kept = kept.is_some();
    let empty = TemplateDraft { name, locale, body: String::new(), may_split: false };
    let draft = kept.map_or(empty, |entry| entry.draft);
    let judged = visit.server.flows().judge_template(&letterhead(&visit), &draft);
    let preview_only = TemplateJudged { refusal: judged.refusal.filter(|_| is_kept), ..judged };
    show(&visit, draft, is_kept, preview_only)
}

async fn kept(
    visit: &Visit,
    name: TemplateName,
    locale: &str,
) -> Result<Option<TemplateEntry>, Box<Response>> {
    let kept = visit.server.flows().templates(visit.server.service_id()).await;
    let kept = kept.map_err(|error| Box::new(visit.broke(error)))?;
    Ok(kept.into_iter().find(|entry| entry.draft.name == name && entry.draft.locale == locale))
}

fn show(visit: &Visit, draft: TemplateDraft, is_kept: bool, judged: TemplateJudged) -> Response {
    let (flows, head) = (visit.server.flows(), letterhead(visit));
    let problem = judged.refusal.as_ref().map(problem_of);
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let here = format!("{LIST}/edit?name={}&locale={}", draft.name.as_str(), draft.locale);
    let language = draft.locale.split('-').next().unwrap_or_default();
    let page = ConsoleTemplate {
        layout: visit.layout(&here),
        name: draft.name,
        is_kept,
        is_ours: languages().any(|ours| ours == language),
        preview: judged.preview,
        own_words: flows.preview_own_words(&head, draft.name, &draft.locale).text,
        samples: flows.template_samples(&head, draft.name, &draft.locale),
        body: Field { value: draft.body, problem },
        may_split: draft.may_split,
        locale: draft.locale,
    };
    visit.page(status, &page)
}

/// The text of a form; none when it names no kind of code or no language.
fn drafted(sent: &Sent) -> Option<TemplateDraft> {
    Some(TemplateDraft {
        name: TemplateName::from_text(sent.get("name"))?,
        locale: locale_key(sent.get("locale"))?,
        body: sent.get("body").trim().to_owned(),
        may_split: sent.get("may_split") == "yes",
    })
}

/// `POST /console/delivery/templates/edit`
pub(crate) async fn write(Staff { visit, signed_in }: Staff, form: Form) -> Response {
    let sent = match form.open(&visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let Some(draft) = drafted(&sent) else { return visit.fault(Fault::NotFound) };
    let (flows, head) = (visit.server.flows(), letterhead(&visit));
    let judged = if sent.get("act") == "save" {
        match flows.save_template(&signed_in, &head, &draft).await {
            Ok(judged) if judged.refusal.is_none() => {
                return visit.redirect("/console/delivery/templates?notice=text-saved");
            }
            Ok(judged) => judged,
            Err(error) => return visit.broke(error),
        }
    } else {
        flows.judge_template(&head, &draft)
    };
    match kept(&visit, draft.name, &draft.locale).await {
        Ok(kept) => show(&visit, draft, kept.is_some(), judged),
        Err(broken) => *broken,
    }
}

/// `POST /console/delivery/templates/delete`
pub(crate) async fn delete(Staff { visit, signed_in }: Staff, form: Form) -> Response {
    let sent = match form.open(&visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let Some(name) = TemplateName::from_text(sent.get("name")) else { return visit.fault(Fault::NotFound) };
    match visit.server.flows().delete_template(&signed_in, name, sent.get("locale")).await {
        // Gone already is gone.
        Ok(_) => visit.redirect("/console/delivery/templates?notice=text-deleted"),
        Err(error) => visit.broke(error),
    }
}
