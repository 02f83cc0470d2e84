//! The audit: a list with its filter, and one entry with everything it says.
//!
//! Decides words and order; refuses to know what kinds of entries there are: one that has no words here is shown by its
//! own name, so that none is left out.

use askama::Template;

use crate::web::views::{Field, Layout, Page};
use crate::web::words::{Moment, Sentence, Words};

/// One entry.
pub(crate) struct AuditRow {
    /// `evt_…`
    pub(crate) id: String,
    /// When, Unix milliseconds.
    pub(crate) at_ms: i64,
    /// Its place in the chain, once it has one.
    pub(crate) sequence: Option<u64>,
    /// Its link in hexadecimal digits; empty before.
    pub(crate) link: String,
    /// What, as stored.
    pub(crate) kind: String,
    /// `acc_…`
    pub(crate) account: Option<String>,
    /// Who, as stored.
    pub(crate) actor: String,
    /// `opr_…`
    pub(crate) operator_id: Option<String>,
    /// That one's address, masked; may be empty.
    pub(crate) operator: String,
    /// `Firefox on Windows`; may be empty.
    pub(crate) device: String,
    /// What it says besides, by name.
    pub(crate) fields: Vec<(String, String)>,
}

impl AuditRow {
    fn at(&self) -> Moment {
        Moment::precise(self.at_ms)
    }

    fn path(&self) -> String {
        format!("/console/audit/{}", self.id)
    }

    fn what(&self, words: &Words) -> String {
        kind_in_words(words, &self.kind)
    }

    fn who(&self, words: &Words) -> String {
        in_words(words, "audit-actor-", &self.actor)
    }

    fn account_path(&self, account: &str) -> String {
        format!("/console/accounts/{account}")
    }

    /// Everything of the account.
    fn of_account(&self, account: &str) -> String {
        format!("/console/audit?account={account}")
    }

    /// Everything by the member of staff.
    fn by_operator(&self, operator: &str) -> String {
        format!("/console/audit?operator={operator}")
    }

    fn is_signed(&self, signed: &Option<(u64, i64)>) -> bool {
        let upto = signed.map_or(0, |(upto, _)| upto);
        self.sequence.is_some_and(|sequence| sequence <= upto)
    }
}

/// A moment among the fields: those named so hold Unix milliseconds.
fn moment(name: &str, value: &str) -> Option<Moment> {
    name.strip_suffix("_ms").and_then(|_| value.parse().ok()).map(Moment::precise)
}

fn kind_in_words(words: &Words, kind: &str) -> String {
    in_words(words, "audit-kind-", kind)
}

fn field_in_words(words: &Words, name: &str) -> String {
    in_words(words, "audit-field-", name.strip_suffix("_ms").unwrap_or(name))
}

/// The catalogue's words for a stored name, else the name itself.
fn in_words(words: &Words, prefix: &str, name: &str) -> String {
    let key = format!("{prefix}{}", name.replace('_', "-"));
    words.text_if_any(&key).map_or_else(|| name.replace('_', " "), |text| text.into_owned())
}

/// What the list is narrowed to, as typed.
#[derive(Default)]
pub(crate) struct AuditFilter {
    /// `acc_…`
    pub(crate) account: Field,
    /// As stored.
    pub(crate) kind: Field,
    /// As stored.
    pub(crate) actor: Field,
    /// `opr_…`
    pub(crate) operator: Field,
    /// From a moment on, in UTC.
    pub(crate) from: Field,
    /// Before a moment.
    pub(crate) to: Field,
}

impl AuditFilter {
    fn parts(&self) -> [(&'static str, &Field); 6] {
        [
            ("account", &self.account),
            ("kind", &self.kind),
            ("actor", &self.actor),
            ("operator", &self.operator),
            ("from", &self.from),
            ("to", &self.to),
        ]
    }

    /// Whether a part of it cannot be read.
    pub(crate) fn has_problem(&self) -> bool {
        self.parts().iter().any(|(_, field)| field.problem.is_some())
    }

    fn is_empty(&self) -> bool {
        self.parts().iter().all(|(_, field)| field.value.is_empty())
    }

    /// As it stands in an address; parts that cannot be read are left out.
    pub(crate) fn query(&self) -> String {
        let set = |(_, field): &(&str, &Field)| !field.value.is_empty() && field.problem.is_none();
        let part = |(name, field): (&str, &Field)| format!("{name}={}", in_query(&field.value));
        self.parts().into_iter().filter(set).map(part).collect::<Vec<_>>().join("&")
    }

    /// The first field in trouble takes the focus.
    fn is_first_in_trouble(&self, name: &str) -> bool {
        self.parts()
            .iter()
            .find(|(_, field)| field.problem.is_some())
            .is_some_and(|(first, _)| *first == name)
    }
}

/// Percent-encoded (RFC 3986 section 2.1), all but unreserved characters and the colon.
fn in_query(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b':' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// `GET /console/audit`; its form asks by GET, so that what was found has an address.
#[derive(Template)]
#[template(path = "console/audit.html")]
pub(crate) struct ConsoleAudit {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// Kinds that there are, as stored.
    pub(crate) kinds: Vec<String>,
    /// What was asked for.
    pub(crate) filter: AuditFilter,
    /// The newest first.
    pub(crate) rows: Vec<AuditRow>,
    /// Cursor of the next page: letters, digits and `_` only.
    pub(crate) next: Option<String>,
    /// Up to which entry the chain is signed, and since when (Unix milliseconds).
    pub(crate) signed: Option<(u64, i64)>,
}

impl Page for ConsoleAudit {
    fn has_problem(&self) -> bool {
        self.filter.has_problem()
    }
}

impl ConsoleAudit {
    fn actors(&self) -> [&'static str; 5] {
        ["holder", "operator", "relying_party", "command_line", "system"]
    }

    fn actor_in_words(&self, words: &Words, actor: &str) -> String {
        in_words(words, "audit-actor-", actor)
    }

    fn kind_in_words(&self, words: &Words, kind: &str) -> String {
        kind_in_words(words, kind)
    }

    fn field_in_words(&self, words: &Words, name: &str) -> String {
        field_in_words(words, name)
    }

    fn moment(&self, name: &str, value: &str) -> Option<Moment> {
        moment(name, value)
    }

    fn is_chosen(&self, field: &Field, value: &str) -> bool {
        field.value == value
    }

    fn older(&self, cursor: &str) -> String {
        match self.filter.query() {
            query if query.is_empty() => format!("/console/audit?before={cursor}"),
            query => format!("/console/audit?{query}&before={cursor}"),
        }
    }

    fn copy(&self, format: &str) -> String {
        match self.filter.query() {
            query if query.is_empty() => format!("/console/audit/{format}"),
            query => format!("/console/audit/{format}?{query}"),
        }
    }

    fn badge<'w>(&self, words: &'w Words) -> Sentence<'w> {
        badge(words, self.signed)
    }
}

fn badge(words: &Words, signed: Option<(u64, i64)>) -> Sentence<'_> {
    match signed {
        None => words.say("audit-unsigned"),
        Some((sequence, at_ms)) => words
            .say("audit-signed")
            .set("sequence", i64::try_from(sequence).unwrap_or(i64::MAX))
            .set("at", Moment::full(at_ms)),
    }
}

/// `GET /console/audit/{id}`
#[derive(Template)]
#[template(path = "console/audit_entry.html")]
pub(crate) struct ConsoleAuditEntry {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// The entry.
    pub(crate) row: AuditRow,
    /// Up to which entry the chain is signed, and since when (Unix milliseconds).
    pub(crate) signed: Option<(u64, i64)>,
}

impl Page for ConsoleAuditEntry {}

impl ConsoleAuditEntry {
    fn field_in_words(&self, words: &Words, name: &str) -> String {
        field_in_words(words, name)
    }

    fn moment(&self, name: &str, value: &str) -> Option<Moment> {
        moment(name, value)
    }

    fn badge<'w>(&self, words: &'w Words) -> Sentence<'w> {
        badge(words, self.signed)
    }
}
