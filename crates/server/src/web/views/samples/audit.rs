//! The audit's pages in every state that their fields allow. Decides nothing: made-up facts.

use super::{Drawn, Samples, draw};
use crate::web::views::*;

impl Samples {
    fn audit_row(&self, sequence: Option<u64>) -> AuditRow {
        let field = |name: &str, value: &str| (name.to_owned(), self.text(value));
        AuditRow {
            id: "evt_0191b2c3d4e5f60718293a4b5c6d7e8f".to_owned(),
            at_ms: self.now_ms,
            sequence,
            link: if sequence.is_some() { "5a".repeat(32) } else { String::new() },
            kind: self.text("route_wish_set"),
            account: sequence.map(|_| "acc_0191b2c3d4e5f60718293a4b5c6d7e8f".to_owned()),
            actor: "operator".to_owned(),
            operator_id: Some("opr_0191b2c3d4e5f60718293a4b5c6d7e8f".to_owned()),
            operator: self.text("op•••@acme.example"),
            device: self.text("Firefox on Windows"),
            fields: vec![
                field("reason", "a carrier's outage"),
                ("until_ms".to_owned(), self.now_ms.to_string()),
                ("to".to_owned(), String::new()),
            ],
        }
    }

    fn audit_list(&self, filter: AuditFilter, rows: Vec<AuditRow>) -> ConsoleAudit {
        ConsoleAudit {
            layout: self.console_layout(),
            kinds: vec![self.text("code_sent"), self.text("signed_in")],
            filter,
            next: rows.first().map(|row| row.id.clone()),
            signed: (!rows.is_empty()).then_some((41, self.now_ms)),
            rows,
        }
    }

    pub(super) fn audit(&self) -> Drawn {
        let account = self.typed("acc_0191b2c3d4e5f60718293a4b5c6d7e8f", None);
        let narrowed = AuditFilter { account, ..AuditFilter::default() };
        let unreadable = |text| self.typed(text, Some(Problem::AuditFilterUnreadable));
        let wrong = AuditFilter {
            account: unreadable("ada"),
            kind: unreadable("Code Sent"),
            operator: unreadable("eve"),
            from: unreadable("yesterday"),
            to: unreadable("today"),
            ..AuditFilter::default()
        };
        let rows = || vec![self.audit_row(None), self.audit_row(Some(41))];
        let entry = |sequence, fields: bool| {
            let mut row = self.audit_row(sequence);
            if !fields {
                (row.fields, row.operator_id) = (Vec::new(), None);
            }
            ConsoleAuditEntry { layout: self.console_layout(), row, signed: Some((41, self.now_ms)) }
        };
        draw(vec![
            ("console-audit", &self.audit_list(AuditFilter::default(), rows())),
            ("console-audit-narrowed", &self.audit_list(narrowed, rows())),
            ("console-audit-none", &self.audit_list(AuditFilter::default(), Vec::new())),
            ("console-audit-unreadable", &self.audit_list(wrong, Vec::new())),
            ("console-audit-entry", &entry(Some(41), true)),
            ("console-audit-entry-later", &entry(Some(42), true)),
            ("console-audit-entry-waits", &entry(None, false)),
        ])
    }
}
