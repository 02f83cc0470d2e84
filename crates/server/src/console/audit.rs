//! `/console/audit`: what happened, newest first, narrowed by an address that can be passed on; one entry by itself; a
//! copy to take away. Whoever looks for one account or one member of staff, and whoever takes a copy, is an entry too:
//! once an hour per search, not once per page of it, and whichever page of it was asked for.

use super::Staff;
use crate::web::views::{AuditFilter, AuditRow, ConsoleAudit, ConsoleAuditEntry, Fault, Field, Problem};
use crate::web::visit::Visit;
use axum::body::Body;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use countersign_flows::core::id::{AccountId, EventId, OperatorId, ServiceId};
use countersign_flows::core::model::Actor;
use countersign_flows::{AuditEntry, AuditSpan, FlowError, Flows, audit_moment};
use serde_json::json;

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
        // Whatever `before` says: it comes from the address, and anybody can write one.
        if span.account_id.is_some() || span.operator_id.is_some() {
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
    copy(&visit, &CSV).await
}

/// `GET /console/audit/jsonl`
pub(crate) async fn jsonl(Staff { visit, .. }: Staff) -> Response {
    copy(&visit, &JSONL).await
}

/// How a copy is written.
struct CopyFormat {
    name: &'static str,
    kind: &'static str,
    header: &'static str,
    line: fn(&AuditEntry) -> String,
    /// What stands last in a copy that was cut, after its last entry: nobody is to take a part for the whole.
    cut: fn(&AuditEntry) -> String,
}

const CSV: CopyFormat = CopyFormat {
    name: "csv",
    kind: "text/csv; charset=utf-8",
    header: "sequence,id,at,account,kind,actor,operator_id,operator,device,fields,link\r\n",
    line: csv_line,
    cut: csv_cut,
};

const JSONL: CopyFormat = CopyFormat {
    name: "jsonl",
    kind: "application/jsonl; charset=utf-8",
    header: "",
    line: |entry| format!("{}\n", entry.to_json()),
    cut: jsonl_cut,
};

fn csv_cut(last: &AuditEntry) -> String {
    // As many cells as any other row, and no place in the first.
    format!("truncated,{},{},,,,,,,entries={COPY_MAX},\r\n", last.id, last.at.to_rfc3339())
}

fn jsonl_cut(last: &AuditEntry) -> String {
    let (id, at) = (last.id.to_string(), last.at.to_rfc3339());
    format!("{}\n", json!({"truncated": true, "entries": COPY_MAX, "last_id": id, "last_at": at}))
}

async fn copy(visit: &Visit, copy: &CopyFormat) -> Response {
    let (filter, span) = asked(visit);
    let Some(span) = span else { return visit.redirect("/console/audit") };
    let (flows, service_id) = (visit.server.flows(), visit.server.service_id());
    let (said, caller) = (filter.query(), visit.caller());
    let noted = flows.note_audit_export(service_id, span.account_id, &said, copy.name, &caller).await;
    if let Err(error) = noted {
        return visit.broke(error);
    }
    let text = match written(flows, service_id, &span, copy).await {
        Err(error) => return visit.broke(error),
        Ok(text) => text,
    };
    let mut response = Body::from(text).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(copy.kind));
    if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"audit.{}\"", copy.name)) {
        headers.insert(CONTENT_DISPOSITION, name);
    }
    response
}

/// The newest entries as text, as many as a copy holds; one that does not hold all says so at its end.
async fn written(
    flows: &Flows,
    service_id: ServiceId,
    span: &AuditSpan,
    copy: &CopyFormat,
) -> Result<String, FlowError> {
    let (mut text, mut count, mut before) = (copy.header.to_owned(), 0, None);
    while count < COPY_MAX {
        let page = flows.audit_newest(service_id, span, before, COPY_AT_ONCE).await?;
        let Some(last) = page.last() else { return Ok(text) };
        page.iter().for_each(|entry| text.push_str(&(copy.line)(entry)));
        count += page.len();
        before = Some(last.id);
        let is_full = count >= COPY_MAX;
        if is_full && !flows.audit_newest(service_id, span, before, 1).await?.is_empty() {
            text.push_str(&(copy.cut)(last));
        }
    }
    Ok(text)
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
