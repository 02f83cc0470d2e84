//! The first page: a tile per figure with its last day drawn, and under it only what is wrong, each with where to go.

use askama::Template;
use countersign_flows::{Figures, Queue, QueueKind, TodayDelivery};
use std::time::Duration;

use crate::web::views::console::figures;
use crate::web::views::console::routes::RouteShown;
use crate::web::views::{Layout, Page};
use crate::web::words::{Sentence, Words};

/// `GET /console`
#[derive(Template)]
#[template(path = "console/desk/today.html")]
pub(crate) struct ConsoleToday {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// How delivery does, and its routes; for those who may see it.
    pub(crate) delivery: Option<(TodayDelivery, Vec<RouteShown>)>,
    /// Locks; for those who may see accounts.
    pub(crate) lockouts: Option<Figures>,
    /// What waits for a person, of what the reader may see.
    pub(crate) queues: Vec<Queue>,
}

impl Page for ConsoleToday {}

/// One figure.
struct Tile<'w> {
    heading: &'static str,
    href: &'static str,
    value: String,
    change: Sentence<'w>,
    /// Path of the picture.
    line: String,
}

/// Something that is wrong, and where it is looked at.
struct Wrong<'w> {
    what: Sentence<'w>,
    href: String,
    link: String,
}

/// Locks in one hour that are worth a look when they are twice those of the week before.
const LOCKS_MANY: u64 = 10;

impl ConsoleToday {
    fn tiles<'w>(&self, words: &'w Words) -> Vec<Tile<'w>> {
        let mut tiles = Vec::new();
        if let Some((delivery, _)) = &self.delivery {
            let percent = |share: u64| format!("{share} %");
            let href = "/console/delivery/countries";
            tiles.push(tile("desk-tile-conversion", href, &delivery.conversion, percent, words));
            let delay = |ms: u64| figures::delay(Some(Duration::from_millis(ms)));
            tiles.push(tile("desk-tile-p95", "/console/delivery", &delivery.p95_ms, delay, words));
        }
        let count = |count: u64| count.to_string();
        if let Some(lockouts) = &self.lockouts {
            tiles.push(tile("desk-tile-lockouts", "/console/lockouts", lockouts, count, words));
        }
        for queue in &self.queues {
            let (heading, _, href) = queue_words(queue.kind);
            tiles.push(tile(heading, href, &queue.figures, count, words));
        }
        tiles
    }

    fn wrong<'w>(&self, words: &'w Words) -> Vec<Wrong<'w>> {
        let mut found = Vec::new();
        for route in self.delivery.iter().flat_map(|(_, routes)| routes) {
            found.extend(route.troubles(words).into_iter().map(|what| Wrong {
                what,
                href: route.path(),
                link: route.name.clone(),
            }));
        }
        if let Some(Figures { last_hour: Some(last), week_before, .. }) = &self.lockouts
            && *last >= LOCKS_MANY
            && *last > week_before.unwrap_or(0).saturating_mul(2)
        {
            found.push(Wrong {
                what: words
                    .say("desk-locks-rise")
                    .set("last", figures::count(*last))
                    .set("before", figures::count(week_before.unwrap_or(0))),
                href: "/console/lockouts".to_owned(),
                link: words.text("desk-lockouts").into_owned(),
            });
        }
        for queue in self.queues.iter().filter(|queue| queue.late > 0) {
            let (heading, late, href) = queue_words(queue.kind);
            found.push(Wrong {
                what: words.say(late).set("count", figures::count(queue.late)),
                href: href.to_owned(),
                link: words.text(heading).into_owned(),
            });
        }
        found
    }
}

/// What a queue's tile is called, what is said of those that wait too long, and where it is.
fn queue_words(kind: QueueKind) -> (&'static str, &'static str, &'static str) {
    match kind {
        QueueKind::Cases => ("desk-tile-cases", "desk-late-cases", "/console/cases"),
        QueueKind::Tickets => ("desk-tile-tickets", "desk-late-tickets", "/console/tickets"),
        QueueKind::Proposals => ("desk-tile-proposals", "desk-late-proposals", "/console/proposals"),
    }
}

fn tile<'w>(
    heading: &'static str,
    href: &'static str,
    figures: &Figures,
    shown: impl Fn(u64) -> String,
    words: &'w Words,
) -> Tile<'w> {
    let said = |value: Option<u64>| value.map_or_else(|| figures::NOTHING.to_owned(), &shown);
    let change = words
        .say("desk-change")
        .set("last", said(figures.last_hour))
        .set("before", said(figures.week_before));
    Tile { heading, href, value: said(figures.now), change, line: sparkline(&figures.hours) }
}

/// A line through the hours, 96 wide and 24 tall; hours without a figure leave a gap. Alone, an hour is a short stroke.
fn sparkline(hours: &[Option<u64>]) -> String {
    let most = hours.iter().flatten().copied().max().unwrap_or(0).max(1);
    let mut path = String::new();
    let mut is_drawing = false;
    for (x, hour) in (0u64..).map(|place| place * 4 + 2).zip(hours) {
        let Some(value) = hour else {
            is_drawing = false;
            continue;
        };
        let y = 23 - value.saturating_mul(22) / most;
        path.push_str(&if is_drawing { format!("L{x} {y}") } else { format!("M{} {y}H{x}", x - 2) });
        is_drawing = true;
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_gaps_where_nothing_was_measured_and_its_peak_at_the_top() {
        assert_eq!(sparkline(&[Some(0), Some(10), None, Some(5)]), "M0 23H2L6 1M12 12H14");
        assert_eq!(sparkline(&[None, None]), "");
        assert_eq!(sparkline(&[Some(0), Some(0)]), "M0 23H2L6 23");
    }
}
