//! The look-up: the answer in one sentence first, then each check, then the messages.

use askama::Template;
use countersign_flows::core::binding::NumberRefusal;
use countersign_flows::core::limit::LimitKind;
use countersign_flows::core::look_up::{Blocked, Cap, Reach};
use countersign_flows::core::numbers::LineKind;
use countersign_flows::{NumberReport, RouteReach};

use crate::web::views::console::messages::MessageRow;
use crate::web::views::console::parts::place_in_words;
use crate::web::views::console::status_key;
use crate::web::views::{Field, Layout, Page};
use crate::web::words::{Address, Moment, Sentence, Words};

/// `GET /console/numbers`; posts `number` to itself, so that no number stands in an address. The command bar posts it
/// as `what`.
#[derive(Template)]
#[template(path = "console/desk/numbers.html")]
pub(crate) struct ConsoleNumbers {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// What was typed and could not be read. Never a number that was found.
    pub(crate) number: Field,
    /// What is known.
    pub(crate) report: Option<NumberReport>,
    /// The last messages.
    pub(crate) messages: Vec<MessageRow>,
}

impl Page for ConsoleNumbers {
    fn has_problem(&self) -> bool {
        self.number.problem.is_some()
    }
}

/// One check: what it is of, whether it is passed if anybody knows, and what was found.
struct Check<'w> {
    key: &'static str,
    passes: Option<bool>,
    detail: Sentence<'w>,
}

impl Check<'_> {
    fn result(&self) -> &'static str {
        match self.passes {
            Some(true) => "desk-pass",
            Some(false) => "desk-fail",
            None => "desk-unknown",
        }
    }

    fn is_pass(&self) -> bool {
        self.passes == Some(true)
    }

    fn is_fail(&self) -> bool {
        self.passes == Some(false)
    }
}

impl ConsoleNumbers {
    fn number_of(&self, report: &NumberReport) -> Address {
        Address::new(report.number.clone())
    }

    /// "Can receive codes: NO – 6 wrong codes, locked until 14:47 UTC."
    fn answer<'w>(&self, report: &NumberReport, words: &'w Words) -> Sentence<'w> {
        match report.blocked {
            None => words.say("desk-yes"),
            Some(blocked) => self.no(blocked, report, words),
        }
    }

    fn no<'w>(&self, blocked: Blocked, report: &NumberReport, words: &'w Words) -> Sentence<'w> {
        let at = |at_ms: i64| Moment::near(at_ms, self.layout.now_ms);
        match blocked {
            Blocked::Refused(NumberRefusal::Line(line)) => {
                words.say("desk-no-line").set("line", words.text(line_key(line)))
            }
            Blocked::Refused(NumberRefusal::CountryNotAllowed | NumberRefusal::NoCountry) => {
                words.say("desk-no-country").set("place", place_in_words(words, &report.region))
            }
            Blocked::Refused(_) => words.say("desk-no-denied"),
            Blocked::Frozen => words.say("desk-no-frozen"),
            Blocked::Suspended => words.say("desk-no-suspended"),
            Blocked::Locked { failures, until } => {
                words.say("desk-no-locked").set("failures", failures).set("until", at(until.unix_ms()))
            }
            Blocked::Disabled { failures } => words.say("desk-no-disabled").set("failures", failures),
            Blocked::SendingLocked { until } => words.say("desk-no-unsent").set("until", at(until.unix_ms())),
            Blocked::Capped { kind, until } => words
                .say("desk-no-capped")
                .set("cap", words.text(cap_key(kind)))
                .set("until", at(until.unix_ms())),
            Blocked::RoutesShut => words.say("desk-no-route-open"),
            Blocked::NoRoute => words.say("desk-no-route"),
        }
    }

    fn checks<'w>(&self, report: &NumberReport, words: &'w Words) -> Vec<Check<'w>> {
        let place = place_in_words(words, &report.region);
        let list = if report.lists_pass { "desk-list-none" } else { "desk-list-some" };
        let mut checks = vec![
            Check {
                key: "desk-check-line",
                passes: Some(report.line_passes),
                detail: words.say("desk-check-is").set("what", words.text(line_key(report.line))),
            },
            Check {
                key: "desk-check-country",
                passes: Some(report.country_passes),
                detail: words.say("desk-check-is").set("what", place),
            },
            Check { key: "desk-check-list", passes: Some(report.lists_pass), detail: words.say(list) },
            self.owner(report, words),
            Check {
                key: "desk-check-recycled",
                passes: Some(!report.had_other_owner),
                detail: words.say(if report.had_other_owner { "desk-recycled" } else { "desk-not-recycled" }),
            },
            self.lock(report, words),
        ];
        checks.extend(report.caps.iter().map(|cap| self.cap(cap, words)));
        checks.push(Check {
            key: "desk-check-routes",
            passes: match report.reach {
                Reach::Open => Some(true),
                Reach::Shut | Reach::Nowhere => Some(false),
                Reach::Unknown => None,
            },
            detail: routes(&report.routes, words),
        });
        checks
    }

    fn owner<'w>(&self, report: &NumberReport, words: &'w Words) -> Check<'w> {
        let detail = match &report.owner {
            None => words.say("desk-owner-none"),
            Some(owner) => words
                .say("desk-owner")
                .set("status", words.text(status_key(owner.status)))
                .set("since", Moment::day(owner.bound_at.unix_ms())),
        };
        let is_open = !matches!(report.blocked, Some(Blocked::Frozen | Blocked::Suspended));
        Check { key: "desk-check-owner", passes: Some(is_open), detail }
    }

    fn lock<'w>(&self, report: &NumberReport, words: &'w Words) -> Check<'w> {
        let detail = match report.lock {
            Some(Blocked::Locked { until, .. }) => words
                .say("desk-factor-locked")
                .set("until", Moment::near(until.unix_ms(), self.layout.now_ms)),
            Some(Blocked::SendingLocked { until }) => words
                .say("desk-factor-unsent")
                .set("until", Moment::near(until.unix_ms(), self.layout.now_ms)),
            Some(_) => words.say("desk-factor-disabled"),
            None => words
                .say("desk-failures")
                .set("row", report.failures_in_a_row)
                .set("year", report.failures_this_year),
        };
        Check { key: "desk-check-lock", passes: Some(report.lock.is_none()), detail }
    }

    fn cap<'w>(&self, cap: &Cap, words: &'w Words) -> Check<'w> {
        let detail = words.say("desk-cap").set("next", cap.next).set("cap", cap.cap);
        Check { key: cap_key(cap.kind), passes: Some(cap.next <= cap.cap), detail }
    }

    fn account(&self, report: &NumberReport) -> Option<String> {
        report.owner.map(|owner| format!("/console/accounts/{}", owner.account_id))
    }
}

fn routes<'w>(routes: &[RouteReach], words: &'w Words) -> Sentence<'w> {
    if routes.is_empty() {
        return words.say("desk-routes-none");
    }
    let name = |route: &RouteReach| {
        let key = if route.is_open() { "desk-route-open" } else { "desk-route-shut" };
        words.say(key).set("route", &route.name).plain()
    };
    words.say("desk-check-is").set("what", routes.iter().map(name).collect::<Vec<_>>().join(", "))
}

pub(super) fn line_key(line: LineKind) -> &'static str {
    match line {
        LineKind::Mobile => "desk-line-mobile",
        LineKind::FixedLineOrMobile => "desk-line-either",
        LineKind::FixedLine => "desk-line-fixed",
        LineKind::Voip => "desk-line-voip",
        LineKind::TollFree => "desk-line-toll-free",
        LineKind::PremiumRate | LineKind::SharedCost => "desk-line-premium",
        LineKind::Pager => "desk-line-pager",
        LineKind::PersonalNumber | LineKind::Uan | LineKind::Voicemail => "desk-line-other",
        LineKind::Unknown => "desk-line-unknown",
    }
}

fn cap_key(kind: LimitKind) -> &'static str {
    match kind {
        LimitKind::Address => "desk-cap-address",
        LimitKind::Account => "desk-cap-account",
        LimitKind::Ip => "desk-cap-ip",
        LimitKind::Network => "desk-cap-network",
        LimitKind::Device => "desk-cap-device",
        LimitKind::Prefix => "desk-cap-prefix",
        LimitKind::Country => "desk-cap-country",
        LimitKind::Money => "desk-cap-money",
        LimitKind::StaffLookUp => "desk-cap-staff-look-up",
    }
}
