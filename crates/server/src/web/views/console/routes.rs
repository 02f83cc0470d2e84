//! The routes: what is wrong first, then each with its state and its figures; one route with what operators can do.
//!
//! Decides which facts are worth a warning and what a wish would do; refuses to judge how a route does: breakers and
//! suspicions come in as they were decided.

use askama::Template;
use countersign_flows::core::model::Channel;
use countersign_flows::core::route::{BreakerState, Counts, RouteWish, Suspicion};

use super::figures::{self, Column, ENOUGH, Grade};
use super::parts::{channel_key, place_in_words};
use crate::web::views::{Field, Layout, Page, Problem};
use crate::web::words::{Moment, Sentence, Words};

/// A route's connection, as the server that answers sees it.
pub(crate) enum LiveShown {
    /// It can carry messages.
    Up,
    /// It is being connected.
    Connecting,
    /// It cannot.
    Down {
        /// Why, as the other side put it.
        reason: String,
    },
    /// This server does not drive it.
    Elsewhere,
}

/// One route.
pub(crate) struct RouteShown {
    /// Its name.
    pub(crate) name: String,
    /// `smpp`, `twilio` …; empty where it is driven elsewhere.
    pub(crate) kind: String,
    /// What it carries.
    pub(crate) channel: Option<Channel>,
    /// Its connection.
    pub(crate) live: LiveShown,
    /// Handed over and not answered yet.
    pub(crate) in_flight: usize,
    /// Whether its receipts can be counted on.
    pub(crate) has_receipts: bool,
    /// What operators want of it.
    pub(crate) wish: RouteWish,
    /// Why they want it.
    pub(crate) reason: String,
    /// Its breaker.
    pub(crate) breaker: BreakerState,
    /// Countries whose own breaker is not closed.
    pub(crate) shut: Vec<(String, BreakerState)>,
    /// The last quarter of an hour.
    pub(crate) recent: Counts,
    /// What conversion is measured on.
    pub(crate) settled: Counts,
    /// Receipts to be doubted, by country; the empty one is the whole route.
    pub(crate) doubts: Vec<(String, Suspicion)>,
    /// The lowest and the highest price of a message, in millionths of the currency unit.
    pub(crate) prices_micros: Option<(u64, u64)>,
}

/// Where the page of a route is.
pub(crate) fn route_path(name: &str) -> String {
    format!("/console/delivery/routes/{}", figures::in_path(name))
}

impl RouteShown {
    pub(super) fn path(&self) -> String {
        route_path(&self.name)
    }

    fn channel_key(&self) -> Option<&'static str> {
        self.channel.map(channel_key)
    }

    fn is_up(&self) -> bool {
        matches!(self.live, LiveShown::Up)
    }

    /// Its connection in one sentence.
    fn live<'w>(&self, words: &'w Words) -> Sentence<'w> {
        words.say(match self.live {
            LiveShown::Up => "console-live-up",
            LiveShown::Connecting => "console-live-connecting",
            LiveShown::Down { .. } => "console-live-down",
            LiveShown::Elsewhere => "console-live-elsewhere",
        })
    }

    fn why_down(&self) -> Option<&str> {
        match &self.live {
            LiveShown::Down { reason } => {
                Some(reason).filter(|reason| !reason.is_empty()).map(String::as_str)
            }
            _ => None,
        }
    }

    fn wish_key(&self) -> &'static str {
        match self.wish {
            RouteWish::Active => "console-wish-active",
            RouteWish::Paused => "console-wish-paused",
            RouteWish::Drained => "console-wish-drained",
        }
    }

    fn breaker<'w>(&self, words: &'w Words) -> Sentence<'w> {
        match self.breaker {
            BreakerState::Closed => words.say("console-breaker-closed"),
            BreakerState::Open { until } => {
                words.say("console-breaker-open").set("until", Moment::exact(until.unix_ms()))
            }
            BreakerState::HalfOpen => words.say("console-breaker-half-open"),
            BreakerState::Probing => words.say("console-breaker-probing"),
        }
    }

    fn flights(&self) -> i64 {
        i64::try_from(self.in_flight).unwrap_or(i64::MAX)
    }

    fn p50(&self) -> String {
        figures::quantile(&self.recent, 500)
    }

    fn p95(&self) -> String {
        figures::quantile(&self.recent, 950)
    }

    fn lost(&self) -> u64 {
        self.recent.refused + self.recent.lost + self.recent.failed
    }

    fn entered(&self) -> String {
        figures::percent(self.settled.converted, self.settled.codes)
    }

    fn grade(&self) -> &'static str {
        Grade::of(&self.settled).key()
    }

    fn price(&self) -> String {
        match self.prices_micros {
            None => figures::NOTHING.to_owned(),
            Some((low, high)) if low == high => figures::price(low),
            Some((low, high)) => format!("{}–{}", figures::price(low), figures::price(high)),
        }
    }

    fn columns(&self) -> Vec<Column> {
        figures::histogram(&self.recent)
    }

    /// What is wrong with it, the worst first.
    pub(super) fn troubles<'w>(&self, words: &'w Words) -> Vec<Sentence<'w>> {
        let mut found = Vec::new();
        if matches!(self.live, LiveShown::Down { .. } | LiveShown::Connecting)
            && self.wish != RouteWish::Drained
        {
            found.push(self.live(words));
        }
        if self.breaker != BreakerState::Closed {
            found.push(self.breaker(words));
        }
        for (region, state) in &self.shut {
            let place = place_in_words(words, region);
            found.push(match state {
                BreakerState::Open { until } => words
                    .say("console-trouble-shut")
                    .set("place", place)
                    .set("until", Moment::exact(until.unix_ms())),
                _ => words.say("console-trouble-probed").set("place", place),
            });
        }
        found.extend(self.doubts.iter().map(|(region, doubt)| in_doubt(words, region, *doubt)));
        let lost = figures::lost(&self.recent);
        if self.recent.sent >= ENOUGH && lost * 5 > self.recent.sent {
            let sent = figures::count(self.recent.sent);
            found.push(
                words.say("console-trouble-losing").set("lost", figures::count(lost)).set("sent", sent),
            );
        }
        match self.wish {
            RouteWish::Active => {}
            RouteWish::Paused => found.push(words.say("console-trouble-paused").set("reason", &self.reason)),
            RouteWish::Drained => {
                found.push(words.say("console-trouble-drained").set("reason", &self.reason))
            }
        }
        found
    }
}

/// `Delivered, but not entered: 12 of 100 to Thailand, 74 over the other routes.`
fn in_doubt<'w>(words: &'w Words, region: &str, doubt: Suspicion) -> Sentence<'w> {
    let own = figures::count(doubt.converted_percent);
    let place = place_in_words(words, region);
    match doubt.others_percent {
        Some(others) => words
            .say("console-trouble-doubt")
            .set("place", place)
            .set("own", own)
            .set("others", figures::count(others)),
        None => words.say("console-trouble-doubt-alone").set("place", place).set("own", own),
    }
}

/// `GET /console/delivery`
#[derive(Template)]
#[template(path = "console/delivery/routes.html")]
pub(crate) struct ConsoleRoutes {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// Every route.
    pub(crate) routes: Vec<RouteShown>,
}

impl Page for ConsoleRoutes {}

impl ConsoleRoutes {
    fn in_trouble<'w>(&self, words: &'w Words) -> Vec<(&RouteShown, Vec<Sentence<'w>>)> {
        let found = self.routes.iter().map(|route| (route, route.troubles(words)));
        found.filter(|(_, troubles)| !troubles.is_empty()).collect()
    }
}

/// How one route does towards one country.
pub(crate) struct PlaceRow {
    /// Two-letter code; empty where nobody can tell.
    pub(crate) region: String,
    /// The last quarter of an hour.
    pub(crate) recent: Counts,
    /// What conversion is measured on.
    pub(crate) settled: Counts,
}

impl PlaceRow {
    fn place(&self, words: &Words) -> String {
        place_in_words(words, &self.region)
    }

    fn p95(&self) -> String {
        figures::quantile(&self.recent, 950)
    }

    fn entered(&self) -> String {
        figures::percent(self.settled.converted, self.settled.codes)
    }

    fn grade(&self) -> &'static str {
        Grade::of(&self.settled).key()
    }
}

/// `GET /console/delivery/routes/{name}`; posts `wish` and `reason` to `…/wish`, `to` to `…/test`.
#[derive(Template)]
#[template(path = "console/delivery/route.html")]
pub(crate) struct ConsoleRoute {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// The route.
    pub(crate) route: RouteShown,
    /// Messages of its channel that wait to be sent.
    pub(crate) waiting: u64,
    /// The other routes that would carry them.
    pub(crate) others: Vec<String>,
    /// How it does by country, the busiest first.
    pub(crate) places: Vec<PlaceRow>,
    /// The wish that was refused, and the reason as typed.
    pub(crate) refused: Option<(RouteWish, Field)>,
    /// Where a test message goes, as typed.
    pub(crate) to: Field,
    /// Why no test message was sent.
    pub(crate) problem: Option<Problem>,
}

impl Page for ConsoleRoute {
    fn has_problem(&self) -> bool {
        self.problem.is_some() || self.to.problem.is_some() || self.refused.is_some()
    }
}

/// One thing that operators can want next.
struct WishForm<'p> {
    name: &'static str,
    title: &'static str,
    button: &'static str,
    typed: &'p str,
    problem: &'p Option<Problem>,
}

impl WishForm<'_> {
    fn reason_id(&self) -> String {
        format!("{}-reason", self.name)
    }
}

impl ConsoleRoute {
    fn wishes(&self) -> Vec<WishForm<'_>> {
        let wishes = RouteWish::ALL.iter().filter(|wish| **wish != self.route.wish);
        wishes.map(|wish| self.wish_form(*wish)).collect()
    }

    fn wish_form(&self, wish: RouteWish) -> WishForm<'_> {
        let (title, button) = match wish {
            RouteWish::Active => ("console-wish-resume-heading", "console-wish-resume"),
            RouteWish::Paused => ("console-wish-pause-heading", "console-wish-pause"),
            RouteWish::Drained => ("console-wish-drain-heading", "console-wish-drain"),
        };
        let field = self.refused.as_ref().filter(|(refused, _)| *refused == wish).map(|(_, field)| field);
        WishForm {
            name: wish.as_str(),
            title,
            button,
            typed: field.map_or("", |field| &field.value),
            problem: field.map_or(&None, |field| &field.problem),
        }
    }

    /// What a wish would do, before it is done.
    fn radius<'w>(&self, form: &WishForm<'_>, words: &'w Words) -> Vec<Sentence<'w>> {
        if form.name == RouteWish::Active.as_str() {
            return vec![words.say("console-radius-resume")];
        }
        let mut said = vec![
            words
                .say("console-radius-now")
                .set("waiting", figures::count(self.waiting))
                .set("flying", self.route.flights()),
        ];
        said.push(match self.others.is_empty() {
            true => words.say("console-radius-alone"),
            false => words.say("console-radius-others").set("others", self.others.join(", ")),
        });
        if form.name == RouteWish::Drained.as_str() {
            said.push(words.say("console-radius-drain"));
        }
        said
    }

    fn is_mail(&self) -> bool {
        self.route.channel == Some(Channel::Email)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_flows::core::time::Timestamp;

    fn route() -> RouteShown {
        RouteShown {
            name: "simulated".to_owned(),
            kind: "smpp".to_owned(),
            channel: Some(Channel::Sms),
            live: LiveShown::Up,
            in_flight: 0,
            has_receipts: true,
            wish: RouteWish::Active,
            reason: String::new(),
            breaker: BreakerState::Closed,
            shut: Vec::new(),
            recent: Counts::default(),
            settled: Counts::default(),
            doubts: Vec::new(),
            prices_micros: Some((7_500, 90_000)),
        }
    }

    fn said(route: &RouteShown) -> Vec<String> {
        route.troubles(&Words::all()[0]).iter().map(Sentence::plain).collect()
    }

    #[test]
    fn a_route_that_works_has_no_troubles() {
        assert_eq!(said(&route()), Vec::<String>::new());
        let counts = Counts { sent: 100, delivered: 80, failed: 20, ..Counts::default() };
        assert_eq!(said(&RouteShown { recent: counts, ..route() }), Vec::<String>::new(), "a fifth is usual");
        assert_eq!(route().price(), "0.0075–0.09");
    }

    #[test]
    fn every_trouble_is_said_in_words() {
        let until = Timestamp::from_unix_ms(1_763_735_405_000);
        let doubt = Suspicion { converted_percent: 12, others_percent: Some(74) };
        let wrong = RouteShown {
            live: LiveShown::Down { reason: "connection refused".to_owned() },
            wish: RouteWish::Paused,
            reason: "the carrier works on it".to_owned(),
            breaker: BreakerState::HalfOpen,
            shut: vec![("TH".to_owned(), BreakerState::Open { until })],
            recent: Counts { sent: 30, overdue: 7, ..Counts::default() },
            doubts: vec![("DE".to_owned(), doubt)],
            ..route()
        };
        let said = said(&wrong);
        assert_eq!(said.len(), 6, "{said:?}");
        assert!(said[2].contains("Thailand") && said[2].contains("14:30:05 UTC"), "{said:?}");
        assert!(
            said[3].contains("codes of 12") && said[3].contains("74") && said[3].contains("Germany"),
            "{said:?}"
        );
        assert!(said[4].contains("7 of 30"), "{said:?}");
        assert!(said[5].contains("the carrier works on it"), "{said:?}");
    }
}
