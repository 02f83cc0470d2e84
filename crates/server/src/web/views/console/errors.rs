//! What the other side's refusals say, the most frequent first, with a cause and a remedy in plain words.

use askama::Template;
use countersign_flows::DeliveryWindow;

use super::codes::{self, Meaning};
use super::figures;
use super::parts::window_key;
use super::routes::route_path;
use crate::web::views::{Layout, Page};

/// How often one route gave one code.
pub(crate) struct ErrorRow {
    /// Name of the route.
    pub(crate) route: String,
    /// `smpp`, `twilio` …; empty where the route is not known any more.
    pub(crate) kind: String,
    /// Its code, as it was given.
    pub(crate) code: String,
    /// How often.
    pub(crate) count: u64,
}

impl ErrorRow {
    fn path(&self) -> String {
        route_path(&self.route)
    }

    fn meaning(&self) -> Option<Meaning> {
        codes::meaning(&self.kind, &self.code)
    }
}

/// `GET /console/delivery/errors`
#[derive(Template)]
#[template(path = "console/delivery/errors.html")]
pub(crate) struct ConsoleErrors {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// How far back.
    pub(crate) window: DeliveryWindow,
    /// The most frequent first.
    pub(crate) rows: Vec<ErrorRow>,
}

impl Page for ConsoleErrors {}

impl ConsoleErrors {
    fn windows(&self) -> Vec<(&'static str, &'static str, bool)> {
        let one = |window: &DeliveryWindow| (window.as_str(), window_key(*window), *window == self.window);
        DeliveryWindow::ALL.iter().map(one).collect()
    }

    /// As the bar: hundredths of the most frequent one, and at least seen.
    fn bar(&self, row: &ErrorRow) -> u64 {
        let most = self.rows.iter().map(|row| row.count).max().unwrap_or(0);
        figures::share(row.count, most).unwrap_or(0).max(1)
    }

    fn share(&self, row: &ErrorRow) -> String {
        figures::percent(row.count, self.rows.iter().map(|row| row.count).sum())
    }
}
