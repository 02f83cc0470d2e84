//! The console's pages of delivery in every state that their fields allow.
//!
//! Decides nothing: made-up facts only.

use countersign_flows::DeliveryWindow;
use countersign_flows::core::model::{AttemptStatus, Channel, MessageStatus, Purpose};
use countersign_flows::core::route::{BreakerState, Counts, RouteWish, Suspicion, Why};
use countersign_flows::core::time::Timestamp;

use super::{Drawn, MINUTE_MS, Samples, draw};
use crate::web::views::*;

fn counts(sent: u64, converted: u64) -> Counts {
    let mut latency = [0; 14];
    latency[3] = sent / 2;
    latency[5] = sent / 4;
    latency[13] = sent / 50;
    let delivered = latency.iter().sum();
    let failed = sent / 20;
    Counts {
        sent,
        codes: sent,
        accepted: sent - failed,
        delivered,
        failed,
        converted,
        latency,
        ..Counts::default()
    }
}

impl Samples {
    fn route(&self) -> RouteShown {
        RouteShown {
            name: self.text("simulated"),
            kind: self.text("smpp"),
            channel: Some(Channel::Sms),
            live: LiveShown::Up,
            in_flight: 3,
            has_receipts: true,
            wish: RouteWish::Active,
            reason: String::new(),
            breaker: BreakerState::Closed,
            shut: Vec::new(),
            recent: counts(400, 0),
            settled: counts(3_000, 2_400),
            doubts: Vec::new(),
            prices_micros: Some((7_500, 90_000)),
        }
    }

    pub(super) fn route_in_trouble(&self) -> RouteShown {
        let until = Timestamp::from_unix_ms(self.now_ms + 30_000);
        let doubt = |others_percent| Suspicion { converted_percent: 12, others_percent };
        RouteShown {
            live: LiveShown::Down { reason: self.text("connection refused") },
            wish: RouteWish::Paused,
            reason: self.text("the carrier works on it"),
            breaker: BreakerState::Open { until },
            shut: vec![
                ("TH".to_owned(), BreakerState::Open { until }),
                ("DE".to_owned(), BreakerState::Probing),
            ],
            recent: Counts { sent: 100, overdue: 60, ..Counts::default() },
            settled: counts(40, 5),
            doubts: vec![("TH".to_owned(), doubt(Some(74))), (String::new(), doubt(None))],
            ..self.route()
        }
    }

    fn route_elsewhere(&self) -> RouteShown {
        RouteShown {
            kind: String::new(),
            channel: None,
            live: LiveShown::Elsewhere,
            has_receipts: false,
            wish: RouteWish::Drained,
            reason: self.text("the contract ended"),
            breaker: BreakerState::HalfOpen,
            recent: Counts::default(),
            settled: Counts::default(),
            prices_micros: None,
            ..self.route()
        }
    }

    fn route_page(&self, route: RouteShown) -> ConsoleRoute {
        let place = |region: &str, sent| PlaceRow {
            region: region.to_owned(),
            recent: counts(sent, 0),
            settled: counts(sent * 4, sent),
        };
        ConsoleRoute {
            layout: self.console_layout(),
            route,
            waiting: 12,
            others: vec![self.text("simulated-2"), self.text("simulated-3")],
            places: vec![place("TH", 200), place("XX", 3)],
            refused: None,
            to: Field::default(),
            problem: None,
        }
    }

    fn message_row(&self) -> MessageRow {
        MessageRow {
            id: self.text("msg_0190f5c8a1b27c3d8e4f5a6b7c8d9e0f"),
            created_ms: self.now_ms - MINUTE_MS,
            channel: Channel::Sms,
            to: self.address("+66 •• ••• ••78"),
            region: "TH".to_owned(),
            purpose: Some(Purpose::SignIn),
            status: MessageStatus::Delivered,
            route: self.text("simulated-2"),
        }
    }

    fn attempt(&self, status: AttemptStatus, why: Option<Why>, receipt_ms: Option<i64>) -> AttemptShown {
        let started_ms = self.now_ms - MINUTE_MS + 20;
        let error = if status == AttemptStatus::Failed { self.text("0x14") } else { String::new() };
        AttemptShown {
            route: self.text("simulated"),
            why,
            price_micros: 7_500,
            status,
            error,
            started_ms,
            updated_ms: receipt_ms.map_or(started_ms + 210, |after| started_ms + after),
            receipt_ms: receipt_ms.map(|after| started_ms + after),
        }
    }

    fn message_page(&self, status: MessageStatus, attempts: Vec<AttemptShown>) -> ConsoleMessage {
        let converted_ms = (status == MessageStatus::Delivered).then_some(self.now_ms - 12_000);
        let row = MessageRow { status, ..self.message_row() };
        let message =
            MessageShown { row, send: 2, expires_ms: self.now_ms + 4 * MINUTE_MS, converted_ms, attempts };
        ConsoleMessage { layout: self.console_layout(), message }
    }

    pub(super) fn delivery(&self) -> Drawn {
        let mut drawn = self.delivery_routes();
        drawn.extend(self.delivery_figures());
        drawn.extend(self.delivery_messages());
        drawn
    }

    fn delivery_routes(&self) -> Drawn {
        let routes = |routes| ConsoleRoutes { layout: self.console_layout(), routes };
        let wrong = self.typed("081 234 5678", Some(Problem::AddressUnfit));
        let refused = Some((RouteWish::Drained, self.typed("", Some(Problem::ReasonMissing))));
        let alone = ConsoleRoute { others: Vec::new(), waiting: 0, ..self.route_page(self.route()) };
        let elsewhere = ConsoleRoute {
            problem: Some(Problem::RouteElsewhere),
            places: Vec::new(),
            ..self.route_page(self.route_elsewhere())
        };
        let mail = RouteShown { channel: Some(Channel::Email), live: LiveShown::Connecting, ..self.route() };
        draw(vec![
            ("console-routes", &routes(vec![self.route(), self.route_in_trouble(), self.route_elsewhere()])),
            ("console-routes-well", &routes(vec![self.route()])),
            ("console-routes-none", &routes(Vec::new())),
            ("console-route", &self.route_page(self.route())),
            ("console-route-alone", &alone),
            ("console-route-trouble", &self.route_page(self.route_in_trouble())),
            ("console-route-refused", &ConsoleRoute { refused, ..self.route_page(self.route()) }),
            ("console-route-unfit", &ConsoleRoute { to: wrong, ..self.route_page(self.route()) }),
            ("console-route-elsewhere", &elsewhere),
            ("console-route-mail", &self.route_page(mail)),
        ])
    }

    fn delivery_figures(&self) -> Drawn {
        let cell = |route: &str, region: &str, sent, converted| CellShown {
            route: self.text(route),
            region: region.to_owned(),
            counts: counts(sent, converted),
            settled: counts(sent, converted),
        };
        let cells = vec![
            cell("simulated", "TH", 900, 700),
            cell("simulated-2", "TH", 300, 150),
            cell("simulated", "DE", 100, 12),
            cell("simulated-2", "", 8, 3),
        ];
        let row = |kind: &str, code: &str, count| ErrorRow {
            route: self.text("simulated"),
            kind: kind.to_owned(),
            code: self.text(code),
            count,
        };
        let codes =
            ["0x0D", "0x14", "0x45", "0x01", "0x0A", "0x62", "0xC3", "0x04", "0x08", "0x4A1", "0x0B", "27"];
        let others =
            [("smpp", "13"), ("smpp", "32"), ("twilio", "30007"), ("twilio", "30006"), ("twilio", "21408")];
        let more = [("vonage", "402"), ("generic", "404"), ("generic", "a word")];
        let known = codes.iter().map(|code| ("smpp", *code)).chain(others).chain(more);
        let rows = known.zip(1u64..).map(|((kind, code), count)| row(kind, code, count * 7)).collect();
        let layout = || self.console_layout();
        let countries =
            |cells| ConsoleCountries { layout: layout(), window: DeliveryWindow::TwoHours, cells };
        let errors = |rows| ConsoleErrors { layout: layout(), window: DeliveryWindow::Day, rows };
        draw(vec![
            ("console-countries", &countries(cells)),
            ("console-countries-none", &countries(Vec::new())),
            ("console-errors", &errors(rows)),
            ("console-errors-none", &errors(Vec::new())),
        ])
    }

    fn delivery_messages(&self) -> Drawn {
        let rows = || {
            let mut rows: Vec<MessageRow> = Purpose::ALL
                .iter()
                .zip(MessageStatus::ALL.iter().cycle())
                .zip(Channel::ALL.iter().cycle())
                .map(|((purpose, status), channel)| MessageRow {
                    purpose: Some(*purpose),
                    status: *status,
                    channel: *channel,
                    ..self.message_row()
                })
                .collect();
            rows.push(MessageRow {
                purpose: None,
                region: String::new(),
                route: String::new(),
                ..self.message_row()
            });
            rows
        };
        let list = |what, found, rows| ConsoleMessages {
            layout: self.console_layout(),
            routes: vec![self.text("simulated"), "simulated-2".to_owned()],
            route: Some("simulated-2".to_owned()),
            rows,
            found,
            what,
        };
        let all = |receipt| {
            let of = |(status, why): (&AttemptStatus, &Why)| self.attempt(*status, Some(*why), receipt);
            AttemptStatus::ALL.iter().zip(Why::ALL.iter().cycle()).map(of).collect::<Vec<_>>()
        };
        let mut answered = all(None);
        answered.push(self.attempt(AttemptStatus::Accepted, None, None));
        let wrong = self.typed("nobody", Some(Problem::LookUpUnreadable));
        draw(vec![
            ("console-messages", &list(Field::default(), None, rows())),
            (
                "console-messages-found",
                &list(Field::default(), Some(self.address("+66 •• ••• ••78")), rows()),
            ),
            ("console-messages-none", &list(Field::default(), None, Vec::new())),
            ("console-messages-wrong", &list(wrong, None, rows())),
            ("console-message", &self.message_page(MessageStatus::Delivered, all(Some(4_300)))),
            ("console-message-answered", &self.message_page(MessageStatus::Expired, answered)),
            ("console-message-waiting", &self.message_page(MessageStatus::Queued, Vec::new())),
        ])
    }
}
