//! Support's pages in every state that their fields allow. Decides nothing: made-up facts.

use countersign_flows::core::model::{EvidenceSlot, TicketStatus, TicketTopic};

use super::{DAY_MS, Drawn, Samples, draw};
use crate::web::views::*;

/// Every problem of a conversation.
pub(super) fn problems() -> Vec<Problem> {
    vec![
        Problem::TicketTitleMissing,
        Problem::TicketTitleLong { characters_max: 120 },
        Problem::TicketTextMissing,
        Problem::TicketTextLong { characters_max: 4_000 },
        Problem::TicketsTooMany,
        Problem::TicketsTooManyToday,
        Problem::OpeningsTooMany,
        Problem::TicketMessagesTooMany,
        Problem::TicketClosed,
        Problem::TicketMasked,
        Problem::TicketTopicRefused,
        Problem::AccessCodeWrong,
        Problem::CannedName { characters_max: 120 },
    ]
}

impl Samples {
    fn composed(&self, problem: Option<Problem>) -> Field {
        Field { value: self.text("It says •••."), problem }
    }

    fn said(&self) -> Vec<SaidLine> {
        let line = |by, is_note| SaidLine { by, is_note, text: self.text("Hello"), at_ms: self.now_ms };
        vec![
            line(Speaker::Holder, false),
            line(Speaker::Staff(None), false),
            line(Speaker::Staff(Some(self.text("st•••@acme.example"))), true),
        ]
    }

    fn ticket(&self, status: TicketStatus, text: Field) -> SupportTicket {
        let is_open = status == TicketStatus::Open;
        SupportTicket {
            layout: self.inside(),
            path: "/support/tkt_1".to_owned(),
            signed_in: status != TicketStatus::Answered,
            title: self.text("My phone"),
            topic: TicketTopic::PhoneLost,
            status,
            due_at_ms: is_open.then_some(self.now_ms + DAY_MS),
            is_told: is_open,
            said: if status == TicketStatus::Closed { Vec::new() } else { self.said() },
            pictures: self.pictures("/support/tkt_1/evidence/evd_1"),
            upload: is_open.then(|| UploadField {
                slot: EvidenceSlot::Attachment,
                path: "/support/tkt_1/evidence".to_owned(),
                picture: None,
                problem: None,
                reloads: true,
            }),
            text,
        }
    }

    fn pictures(&self, path: &str) -> Vec<PictureLine> {
        vec![PictureLine { path: path.to_owned(), at_ms: self.now_ms }]
    }

    fn ticket_row(&self, topic: TicketTopic, status: TicketStatus) -> TicketRow {
        let is_open = status == TicketStatus::Open;
        TicketRow {
            id: "tkt_1".to_owned(),
            title: self.text("My phone"),
            topic,
            status,
            due_at_ms: is_open.then_some(self.now_ms - DAY_MS),
            late: topic == TicketTopic::Locked,
            assignee: is_open.then(|| self.text("st•••@acme.example")),
            unread: is_open,
            updated_at_ms: self.now_ms,
        }
    }

    fn console_ticket(&self, status: TicketStatus, text: Field) -> ConsoleTicket {
        let is_open = status == TicketStatus::Open;
        let canned = CannedLine {
            name: self.text("Hello"),
            locale: self.text("en"),
            text: self.text("Hello, how can we help?"),
        };
        ConsoleTicket {
            layout: self.console_layout(),
            ticket: self.ticket_row(TicketTopic::Locked, status),
            account: "acc_1".to_owned(),
            locale: self.text("en"),
            signed_out: is_open,
            is_told: !is_open,
            said: if status == TicketStatus::Closed { Vec::new() } else { self.said() },
            pictures: self.pictures("/console/tickets/tkt_1/evidence/evd_1"),
            text,
            canned: if is_open { vec![canned] } else { Vec::new() },
            colleagues: vec![Colleague {
                id: "opr_1".to_owned(), name: self.text("st•••@acme.example")
            }],
            me: if is_open { "opr_2" } else { "opr_1" }.to_owned(),
            assignee: Some("opr_1".to_owned()),
        }
    }

    fn question(&self, title: Field, text: Field, problem: Option<Problem>) -> SupportNew {
        SupportNew {
            layout: self.inside(),
            path: "/support/new",
            back: "/support".to_owned(),
            action: problem.is_some().then(|| "act_00".to_owned()),
            topics: TicketTopic::ALL.to_vec(),
            topic: TicketTopic::Other,
            title,
            text,
            problem,
        }
    }

    fn answers(&self, problem: Option<Problem>) -> ConsoleAnswers {
        let canned = CannedLine {
            name: self.text("Hello"),
            locale: self.text("en"),
            text: self.text("Hello, how can we help?"),
        };
        ConsoleAnswers {
            layout: self.console_layout(),
            answers: vec![canned],
            name: Field { value: self.text("Hello"), problem },
            locale: Field { value: self.text("en"), problem: None },
            text: self.composed(None),
        }
    }

    pub(super) fn tickets(&self) -> Drawn {
        let mut drawn = self.holder_tickets();
        drawn.extend(self.staff_tickets());
        drawn
    }

    fn holder_tickets(&self) -> Drawn {
        let line = |topic, status| TicketLine {
            path: "/support/tkt_1".to_owned(),
            title: self.text("My phone"),
            topic,
            status,
            updated_at_ms: self.now_ms,
            unread: status == TicketStatus::Answered,
        };
        let tickets = TicketTopic::ALL.iter().zip(TicketStatus::ALL.iter().cycle());
        let tickets = tickets.map(|(topic, status)| line(*topic, *status)).collect();
        let masked = || self.composed(Some(Problem::TicketMasked));
        let code = |problem| SupportCode {
            layout: self.layout(),
            path: "/support/t/tkt_1/code".to_owned(),
            problem,
        };
        let opened = SupportOpened {
            layout: self.layout(),
            path: "/support/t/tkt_1".to_owned(),
            address: self.text("https://accounts.acme.example/support/t/tkt_1"),
            code: self.text("0123-4567-89ab-cdef"),
        };
        let empty = Field::default;
        let full = Some(Problem::TicketsTooMany);
        draw(vec![
            ("support", &Support { layout: self.inside(), tickets }),
            ("support-none", &Support { layout: self.noticed(Notice::TicketSolved), tickets: Vec::new() }),
            ("support-new", &self.question(self.composed(None), self.composed(None), None)),
            ("support-new-masked", &self.question(masked(), masked(), None)),
            ("support-new-refused", &self.question(self.composed(None), empty(), full)),
            ("support-ticket", &self.ticket(TicketStatus::Open, self.composed(None))),
            ("support-ticket-masked", &self.ticket(TicketStatus::Answered, masked())),
            ("support-ticket-solved", &self.ticket(TicketStatus::Solved, self.composed(None))),
            ("support-ticket-closed", &self.ticket(TicketStatus::Closed, self.composed(None))),
            ("support-code", &code(None)),
            ("support-code-wrong", &code(Some(Problem::AccessCodeWrong))),
            ("support-opened", &opened),
        ])
    }

    fn staff_tickets(&self) -> Drawn {
        let list = |rows: Vec<TicketRow>| ConsoleTickets {
            layout: self.console_layout(),
            turn: Turn::Staff,
            whose: Whose::All,
            topic: rows.is_empty().then_some(TicketTopic::Other),
            waiting: 1,
            rows,
        };
        let rows = TicketTopic::ALL.iter().zip(TicketStatus::ALL.iter().cycle());
        let rows = rows.map(|(topic, status)| self.ticket_row(*topic, *status)).collect();
        let masked = self.composed(Some(Problem::TicketMasked));
        let unnamed = Problem::CannedName { characters_max: 120 };
        draw(vec![
            ("console-tickets", &list(rows)),
            ("console-tickets-none", &list(Vec::new())),
            ("console-ticket", &self.console_ticket(TicketStatus::Open, self.composed(None))),
            ("console-ticket-masked", &self.console_ticket(TicketStatus::Answered, masked)),
            ("console-ticket-closed", &self.console_ticket(TicketStatus::Closed, self.composed(None))),
            ("console-answers", &self.answers(None)),
            ("console-answers-unnamed", &self.answers(Some(unnamed))),
        ])
    }
}
