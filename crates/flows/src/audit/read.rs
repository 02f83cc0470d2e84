//! The audit as staff and exports read it: entries with their fields, whoever did them, and their place in the chain.
//! Holds masked addresses only (R10), because entries do.

use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use countersign_core::audit::hex;
use countersign_core::event::Event;
use countersign_core::id::{AccountId, EventId, OperatorId, ServiceId};
use countersign_core::time::{Timestamp, hours};
use countersign_storage::tables::audit::{self, AuditRow};
use countersign_storage::tables::operators;
use countersign_storage::{Step, StorageError, Tx};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

pub use countersign_storage::tables::audit::Span as AuditSpan;

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its identifier.
    pub id: EventId,
    /// The service.
    pub service_id: ServiceId,
    /// The account it happened to.
    pub account_id: Option<AccountId>,
    /// When.
    pub at: Timestamp,
    /// What, as its stable text.
    pub kind: String,
    /// What the entry says beside its kind, in the order of its names: texts as they are, anything else as JSON.
    pub fields: Vec<(String, String)>,
    /// Browser and system in words; empty when nobody's browser was involved.
    pub device: String,
    /// Stable text of who did it.
    pub actor: String,
    /// Which member of staff.
    pub operator_id: Option<OperatorId>,
    /// That member's email address, masked; empty if nobody of that identifier works here.
    pub operator: String,
    /// Its place in the chain, once it is sealed.
    pub sequence: Option<u64>,
    /// Its link, in hexadecimal digits.
    pub link: Option<String>,
}

impl AuditEntry {
    /// As a line of an export.
    pub fn to_json(&self) -> Value {
        let fields: Map<String, Value> =
            self.fields.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect();
        json!({
            "sequence": self.sequence,
            "id": self.id.to_string(),
            "at": self.at.to_rfc3339(),
            "service": self.service_id.to_string(),
            "account": self.account_id.map(|id| id.to_string()),
            "kind": self.kind,
            "fields": fields,
            "device": self.device,
            "actor": self.actor,
            "operator_id": self.operator_id.map(|id| id.to_string()),
            "operator": (!self.operator.is_empty()).then_some(&self.operator),
            "link": self.link,
        })
    }
}

/// How far a chain is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditSigned {
    /// Up to which entry.
    pub sequence: u64,
    /// When.
    pub at: Timestamp,
}

impl Flows {
    /// Entries of a service, newest first: older than `before` if given, at most `limit`.
    pub async fn audit_newest(
        &self,
        service_id: ServiceId,
        span: &AuditSpan,
        before: Option<EventId>,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, FlowError> {
        let (kit, span) = (self.kit.clone(), span.clone());
        self.read(List { kit, service_id, span, from: before, limit, is_newest_first: true }).await
    }

    /// Entries of a service in the order in which they happened: later than `after` if given, at most `limit`.
    pub async fn audit_ascending(
        &self,
        service_id: ServiceId,
        span: &AuditSpan,
        after: Option<EventId>,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, FlowError> {
        let (kit, span) = (self.kit.clone(), span.clone());
        self.read(List { kit, service_id, span, from: after, limit, is_newest_first: false }).await
    }

    /// One entry of a service.
    pub async fn audit_entry(
        &self,
        service_id: ServiceId,
        id: EventId,
    ) -> Result<Option<AuditEntry>, FlowError> {
        self.read(One { kit: self.kit.clone(), service_id, id }).await
    }

    /// The kinds of entries that a service has, in alphabetical order.
    pub async fn audit_kinds(&self, service_id: ServiceId) -> Result<Vec<String>, FlowError> {
        self.read(Kinds { kit: self.kit.clone(), service_id }).await
    }

    /// How far a service's chain is signed; none before anything was.
    pub async fn audit_signed(&self, service_id: ServiceId) -> Result<Option<AuditSigned>, FlowError> {
        let newest = self.audit_newest_checkpoint(service_id).await?;
        Ok(newest.map(|one| AuditSigned { sequence: one.sequence, at: one.at }))
    }

    /// Writes down that staff looked for somebody in the audit; `filter` as it stood in the address. Once per operator,
    /// filter and hour: whoever reads on, from wherever, reads the same.
    pub async fn note_audit_read(
        &self,
        service_id: ServiceId,
        account_id: Option<AccountId>,
        filter: &str,
        caller: &Caller,
    ) -> Result<(), FlowError> {
        let event = Event::AuditRead { filter: filter.to_owned() };
        if let Some(operator_id) = caller.actor.operator() {
            let since = self.now().window_start(hours(1));
            let step =
                HasRead { kit: self.kit.clone(), service_id, operator_id, event: event.clone(), since };
            if self.read(step).await? {
                return Ok(());
            }
        }
        self.note(service_id, account_id, event, caller).await
    }

    /// Writes down that staff took a copy of the audit; `format` is `csv` or `jsonl`.
    pub async fn note_audit_export(
        &self,
        service_id: ServiceId,
        account_id: Option<AccountId>,
        filter: &str,
        format: &str,
        caller: &Caller,
    ) -> Result<(), FlowError> {
        let event = Event::AuditExported { filter: filter.to_owned(), format: format.to_owned() };
        self.note(service_id, account_id, event, caller).await
    }

    async fn note(
        &self,
        service_id: ServiceId,
        account_id: Option<AccountId>,
        event: Event,
        caller: &Caller,
    ) -> Result<(), FlowError> {
        let caller = caller.clone();
        self.write(Note { kit: self.kit.clone(), service_id, account_id, event, caller }).await
    }
}

struct HasRead {
    kit: Arc<Kit>,
    service_id: ServiceId,
    operator_id: OperatorId,
    event: Event,
    since: Timestamp,
}

impl Step for HasRead {
    type Output = bool;

    async fn run(&self, tx: &mut Tx) -> Result<bool, StorageError> {
        let (rows, event) = (&self.kit.rows, &self.event);
        audit::has_read(tx, rows, self.service_id, self.operator_id, event, self.since).await
    }
}

struct Note {
    kit: Arc<Kit>,
    service_id: ServiceId,
    account_id: Option<AccountId>,
    event: Event,
    caller: Caller,
}

impl Step for Note {
    type Output = ();

    async fn run(&self, tx: &mut Tx) -> Result<(), StorageError> {
        let (kit, scene) = (&self.kit, self.caller.scene());
        let world = kit.world(&scene, kit.clock.now());
        let change = scene.event(self.service_id, self.account_id, self.event.clone(), world);
        countersign_storage::tables::apply(tx, &kit.rows, &[change]).await
    }
}

struct List {
    kit: Arc<Kit>,
    service_id: ServiceId,
    span: AuditSpan,
    from: Option<EventId>,
    limit: u32,
    is_newest_first: bool,
}

impl Step for List {
    type Output = Vec<AuditEntry>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let (kit, service_id, span) = (&self.kit, self.service_id, &self.span);
        let found = if self.is_newest_first {
            audit::newest(tx, &kit.rows, service_id, span, self.from, self.limit).await?
        } else {
            audit::ascending(tx, &kit.rows, service_id, span, self.from, self.limit).await?
        };
        told(tx, kit, service_id, found).await
    }
}

struct One {
    kit: Arc<Kit>,
    service_id: ServiceId,
    id: EventId,
}

impl Step for One {
    type Output = Option<AuditEntry>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let found = audit::find(tx, &self.kit.rows, self.service_id, self.id).await?;
        Ok(told(tx, &self.kit, self.service_id, found.into_iter().collect()).await?.pop())
    }
}

struct Kinds {
    kit: Arc<Kit>,
    service_id: ServiceId,
}

impl Step for Kinds {
    type Output = Vec<String>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        audit::kinds(tx, &self.kit.rows, self.service_id).await
    }
}

/// With the names of staff, each looked up once.
async fn told(
    tx: &mut Tx,
    kit: &Kit,
    service_id: ServiceId,
    rows: Vec<AuditRow>,
) -> Result<Vec<AuditEntry>, StorageError> {
    let mut names: BTreeMap<OperatorId, String> = BTreeMap::new();
    let mut entries = Vec::with_capacity(rows.len());
    for row in rows {
        let operator_id = row.entry.actor_id.as_deref().and_then(id_bytes).map(OperatorId::from_bytes);
        let operator = match operator_id {
            None => String::new(),
            Some(id) => match names.get(&id) {
                Some(known) => known.clone(),
                None => {
                    let found = operators::load(tx, &kit.rows, service_id, id).await?;
                    let name = found.map(|operator| operator.email.masked()).unwrap_or_default();
                    names.insert(id, name.clone());
                    name
                }
            },
        };
        entries.push(entry(row, operator_id, operator));
    }
    Ok(entries)
}

fn id_bytes(bytes: &[u8]) -> Option<[u8; 16]> {
    bytes.try_into().ok()
}

fn entry(row: AuditRow, operator_id: Option<OperatorId>, operator: String) -> AuditEntry {
    let raw = row.entry;
    AuditEntry {
        id: EventId::from_bytes(id_bytes(&raw.id).unwrap_or_default()),
        service_id: ServiceId::from_bytes(id_bytes(&raw.service_id).unwrap_or_default()),
        account_id: raw.account_id.as_deref().and_then(id_bytes).map(AccountId::from_bytes),
        at: Timestamp::from_unix_ms(raw.at),
        fields: fields(&raw.event),
        kind: raw.kind,
        device: raw.device,
        actor: raw.actor,
        operator_id,
        operator,
        sequence: row.sequence,
        link: row.link.as_deref().map(hex),
    }
}

/// What an event says beside its kind. What is no JSON object of ours any more is shown as it stands.
fn fields(event: &str) -> Vec<(String, String)> {
    let Ok(Value::Object(members)) = serde_json::from_str(event) else {
        return vec![("event".to_owned(), event.to_owned())];
    };
    let text = |value: Value| match value {
        Value::String(text) => text,
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let beside_kind = members.into_iter().filter(|(name, _)| name != "kind");
    beside_kind.map(|(name, value)| (name, text(value))).collect()
}

/// A moment in UTC as people write it: RFC 3339, without seconds or zone too, or a day, which stands for its start.
pub fn audit_moment(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let exact = text.parse::<jiff::Timestamp>().ok();
    // A day alone is read as its midnight.
    let local = || text.parse::<jiff::civil::DateTime>().ok();
    let exact =
        exact.or_else(|| local()?.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp()));
    exact.map(|moment| Timestamp::from_unix_ms(moment.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_as_people_write_them() {
        // `date -u -d 2026-11-22T09:05:07Z +%s` and the same for the others.
        for (text, seconds) in [
            ("2026-11-22T09:05:07Z", 1_795_338_307),
            ("2026-11-22T09:05:07.000Z", 1_795_338_307),
            ("2026-11-22T10:05:07+01:00", 1_795_338_307),
            ("2026-11-22T09:05", 1_795_338_300),
            (" 2026-11-22 ", 1_795_305_600),
        ] {
            assert_eq!(audit_moment(text), Some(Timestamp::from_unix_ms(seconds * 1_000)), "{text}");
        }
        for text in ["", "yesterday", "2026-13-01", "22.11.2026", "1795338307"] {
            assert_eq!(audit_moment(text), None, "{text}");
        }
    }

    #[test]
    fn fields_are_told_as_they_stand() {
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let told = fields(r#"{"kind":"code_sent","to":"+44 •••• 456","send":2,"factor":null}"#);
        assert_eq!(told, [field("factor", ""), field("send", "2"), field("to", "+44 •••• 456")]);
        assert_eq!(fields("{not"), [field("event", "{not")], "somebody edited it");
    }
}
