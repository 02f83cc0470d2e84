//! `/console/audit`: what happened, newest first, narrowed by an address that can be passed on; one entry by itself; a
//! copy to take away. Whoever looks for one account or one member of staff, and whoever takes a copy, is an entry too:
//! once per search, not once per page of it.

use super::Staff;
use crate::web::views::{AuditFilter, AuditRow, ConsoleAudit, ConsoleAuditEntry, Fault, Field, Problem};
use crate::web::visit::Visit;
use axum::body::Body;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use countersign_flows::core::id::{AccountId, EventId, OperatorId};
use countersign_flows::core::model::Actor;
use countersign_flows::{AuditEntry, AuditSpan, FlowError, audit_moment};

/// Entries on one page.
const PAGE: usize = 50;

/// Entries in one copy.
const COPY_MAX: usize = 10_000;

/// Entries read at once for a copy.
const COPY_AT_ONCE: u32 = 1_000;

/// `GET /console/audit`
pub(crate) async fn list(Staff { visit, .. }: Staff) -> Response {
    let (filter, span) = asked(&visit);
    let before = visit.query("before").and_then(|cursor| cursor.parse().ok());
    match page_of(&visit, filter, span, before).await {
        Err(error) => visit.broke(error),
        Ok(page) => {
            let wrong = page.filter.has_problem();
            visit.page(if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page)
        }
    }
}

async fn page_of(
    visit: &Visit,
    filter: AuditFilter,
    span: Option<AuditSpan>,
    before: Option<EventId>,
) -> Result<ConsoleAudit, FlowError> {
    let (flows, service_id) = (visit.server.flows(), visit.server.service_id());
    let mut entries = Vec::new();
    if let Some(span) = &span {
        entries = flows.audit_newest(service_id, span, before, PAGE as u32 + 1).await?;
        let is_search = span.account_id.is_some() || span.operator_id.is_some();
        if is_search && before.is_none() {
            let said = filter.query();
            flows.note_audit_read(service_id, span.account_id, &said, &visit.caller()).await?;
        }
    }
    let more = entries.len() > PAGE;
    entries.truncate(PAGE);
    let next = entries.last().filter(|_| more).map(|last| last.id.to_string());
    let signed = flows.audit_signed(service_id).await?;
    let here = match filter.query() {
        query if query.is_empty() => "/console/audit".to_owned(),
        query => format!("/console/audit?{query}"),
    };
    Ok(ConsoleAudit {
        layout: visit.layout(&here),
        kinds: flows.audit_kinds(service_id).await?,
        filter,
        rows: entries.iter().map(row).collect(),
        next,
        signed: signed.map(|signed| (signed.sequence, signed.at.unix_ms())),
    })
}

/// The filter as it stands in the address, and which entries it means; none if it cannot be read.
fn asked(visit: &Visit) -> (AuditFilter, Option<AuditSpan>) {
    let typed =
        |name: &str| visit.query(name).unwrap_or_default().trim().chars().take(60).collect::<String>();
    let mut span = AuditSpan::default();
    let mut all_read = true;
    let mut field = |name: &str, read: &mut dyn FnMut(&str) -> bool| {
        let value = typed(name);
        let is_wrong = !value.is_empty() && !read(&value);
        all_read &= !is_wrong;
        Field { value, problem: is_wrong.then_some(Problem::AuditFilterUnreadable) }
    };
    let account = field("account", &mut |text| {
        span.account_id = text.parse::<AccountId>().ok();
        span.account_id.is_some()
    });
    let kind = field("kind", &mut |text| {
        span.kind = text.to_owned();
        text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    });
    let actor = field("actor", &mut |text| {
        span.actor = text.to_owned();
        actors().contains(&text)
    });
    let operator = field("operator", &mut |text| {
        span.operator_id = text.parse::<OperatorId>().ok();
        span.operator_id.is_some()
    });
    let from = field("from", &mut |text| {
        span.since = audit_moment(text);
        span.since.is_some()
    });
    let to = field("to", &mut |text| {
        span.until = audit_moment(text);
        span.until.is_some()
    });
    (AuditFilter { account, kind, actor, operator, from, to }, all_read.then_some(span))
}

/// Who can be behind an entry, as stored.
fn actors() -> [&'static str; 5] {
    let anybody = Actor::Operator(OperatorId::from_bytes([0; 16]));
    [Actor::System, Actor::Holder, Actor::RelyingParty, anybody, Actor::CommandLine].map(Actor::kind)
}

fn row(entry: &AuditEntry) -> AuditRow {
    AuditRow {
        id: entry.id.to_string(),
        at_ms: entry.at.unix_ms(),
        sequence: entry.sequence,
        link: entry.link.clone().unwrap_or_default(),
        kind: entry.kind.clone(),
        account: entry.account_id.map(|id| id.to_string()),
        actor: entry.actor.clone(),
        operator_id: entry.operator_id.map(|id| id.to_string()),
        operator: entry.operator.clone(),
        device: entry.device.clone(),
        fields: entry.fields.clone(),
    }
}

/// `GET /console/audit/{id}`
pub(crate) async fn entry(Staff { visit, .. }: Staff, Path(id): Path<String>) -> Response {
    let Ok(id) = id.parse::<EventId>() else { return visit.fault(Fault::NotFound) };
    let (flows, service_id) = (visit.server.flows(), visit.server.service_id());
    let (found, signed) =
        match (flows.audit_entry(service_id, id).await, flows.audit_signed(service_id).await) {
            (Ok(found), Ok(signed)) => (found, signed),
            (Err(error), _) | (_, Err(error)) => return visit.broke(error),
        };
    let Some(found) = found else { return visit.fault(Fault::NotFound) };
    let page = ConsoleAuditEntry {
        layout: visit.layout(&format!("/console/audit/{id}")),
        row: row(&found),
        signed: signed.map(|signed| (signed.sequence, signed.at.unix_ms())),
    };
    visit.page(StatusCode::OK, &page)
}

/// `GET /console/audit/csv`
pub(crate) async fn csv(Staff { visit, .. }: Staff) -> Response {
    let header = "sequence,id,at,account,kind,actor,operator_id,operator,device,fields,link\r\n".to_owned();
    copy(&visit, "csv", "text/csv; charset=utf-8", header, csv_line).await
}

/// `GET /console/audit/jsonl`
pub(crate) async fn jsonl(Staff { visit, .. }: Staff) -> Response {
    let line = |entry: &AuditEntry| format!("{}\n", entry.to_json());
    copy(&visit, "jsonl", "application/jsonl; charset=utf-8", String::new(), line).await
}

async fn copy(
    visit: &Visit,
    format: &'static str,
    kind: &'static str,
    mut text: String,
    line: impl Fn(&AuditEntry) -> String,
) -> Response {
    let (filter, span) = asked(visit);
    let Some(span) = span else { return visit.redirect("/console/audit") };
    let (flows, service_id) = (visit.server.flows(), visit.server.service_id());
    let noted =
        flows.note_audit_export(service_id, span.account_id, &filter.query(), format, &visit.caller()).await;
    if let Err(error) = noted {
        return visit.broke(error);
    }
    let (mut before, mut written) = (None, 0);
    while written < COPY_MAX {
        match flows.audit_newest(service_id, &span, before, COPY_AT_ONCE).await {
            Err(error) => return visit.broke(error),
            Ok(page) => {
                page.iter().for_each(|entry| text.push_str(&line(entry)));
                written += page.len();
                before = page.last().map(|last| last.id);
            }
        }
        if before.is_none() {
            break;
        }
    }
    let mut response = Body::from(text).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"audit.{format}\"")) {
        headers.insert(CONTENT_DISPOSITION, name);
    }
    response
}

fn csv_line(entry: &AuditEntry) -> String {
    let fields: Vec<String> = entry.fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let cells = [
        entry.sequence.map(|sequence| sequence.to_string()).unwrap_or_default(),
        entry.id.to_string(),
        entry.at.to_rfc3339(),
        entry.account_id.map(|id| id.to_string()).unwrap_or_default(),
        entry.kind.clone(),
        entry.actor.clone(),
        entry.operator_id.map(|id| id.to_string()).unwrap_or_default(),
        entry.operator.clone(),
        entry.device.clone(),
        fields.join("; "),
        entry.link.clone().unwrap_or_default(),
    ];
    format!("{}\r\n", cells.map(|cell| csv_cell(&cell)).join(","))
}

/// RFC 4180. What a spreadsheet would take for a formula is kept a text by an apostrophe (CWE-1236).
fn csv_cell(text: &str) -> String {
    let defused = match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{text}"),
        _ => text.to_owned(),
    };
    if defused.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", defused.replace('"', "\"\""))
    } else {
        defused
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_no_formula_is_left() {
        for (text, cell) in [
            ("plain", "plain"),
            ("", ""),
            ("two, parts", "\"two, parts\""),
            ("a \"word\"", "\"a \"\"word\"\"\""),
            ("=1+1", "'=1+1"),
            ("+44 •••• 456", "'+44 •••• 456"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("=\"a\",1", "\"'=\"\"a\"\",1\""),
        ] {
            assert_eq!(csv_cell(text), cell, "{text}");
        }
    }
}
