//! Messages: the newest ones, and the whole way of one of them.
//!
//! Decides which moments make a timeline and where they stand in its picture; refuses to show a full address.

use askama::Template;
use countersign_flows::core::model::{AttemptStatus, Channel, MessageStatus, Purpose};
use countersign_flows::core::route::Why;

use super::figures;
use super::parts::{
    attempt_status_key, channel_key, message_status_key, place_in_words, purpose_key, why_key,
};
use crate::web::views::{Field, Layout, Page};
use crate::web::words::{Address, Moment, Sentence, Words};

/// One message in a list.
pub(crate) struct MessageRow {
    /// `msg_…`
    pub(crate) id: String,
    /// When it was decided, Unix milliseconds.
    pub(crate) created_ms: i64,
    /// How it travels.
    pub(crate) channel: Channel,
    /// Where to, masked.
    pub(crate) to: Address,
    /// Two-letter code; empty where nobody can tell.
    pub(crate) region: String,
    /// What its code is for; none of a notice.
    pub(crate) purpose: Option<Purpose>,
    /// Where it stands.
    pub(crate) status: MessageStatus,
    /// The route it took last; empty before the first.
    pub(crate) route: String,
}

impl MessageRow {
    pub(super) fn path(&self) -> String {
        format!("/console/delivery/messages/{}", figures::in_path(&self.id))
    }

    pub(super) fn at(&self) -> Moment {
        Moment::full(self.created_ms)
    }

    pub(super) fn place(&self, words: &Words) -> String {
        if self.region.is_empty() { figures::NOTHING.to_owned() } else { place_in_words(words, &self.region) }
    }

    pub(super) fn purpose_key(&self) -> &'static str {
        self.purpose.map_or("console-purpose-none", purpose_key)
    }

    pub(super) fn status_key(&self) -> &'static str {
        message_status_key(self.status)
    }

    pub(super) fn channel_key(&self) -> &'static str {
        channel_key(self.channel)
    }
}

/// `GET /console/delivery/messages`; posts `what` (an identifier or a number) to itself.
#[derive(Template)]
#[template(path = "console/delivery/messages.html")]
pub(crate) struct ConsoleMessages {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// Names of the routes to narrow the list to.
    pub(crate) routes: Vec<String>,
    /// The one it is narrowed to.
    pub(crate) route: Option<String>,
    /// The newest first.
    pub(crate) rows: Vec<MessageRow>,
    /// Whose messages these are, masked, if one address was asked for.
    pub(crate) found: Option<Address>,
    /// What was looked for. Never a number that was found: it would stand on the screen in full.
    pub(crate) what: Field,
}

impl Page for ConsoleMessages {
    fn has_problem(&self) -> bool {
        self.what.problem.is_some()
    }
}

impl ConsoleMessages {
    fn narrowed(&self, route: &str) -> String {
        format!("/console/delivery/messages?route={}", figures::in_path(route))
    }

    fn is_narrowed_to(&self, route: &str) -> bool {
        self.route.as_deref() == Some(route)
    }
}

/// One try over one route.
pub(crate) struct AttemptShown {
    /// Name of the route.
    pub(crate) route: String,
    /// Why it was chosen; none where nobody wrote it down.
    pub(crate) why: Option<Why>,
    /// What it costs, in millionths of the currency unit.
    pub(crate) price_micros: u64,
    /// Where it stands.
    pub(crate) status: AttemptStatus,
    /// The other side's code; empty for none.
    pub(crate) error: String,
    /// When it was handed over, Unix milliseconds.
    pub(crate) started_ms: i64,
    /// When the last thing about it was heard.
    pub(crate) updated_ms: i64,
    /// When its receipt came.
    pub(crate) receipt_ms: Option<i64>,
}

/// One message.
pub(crate) struct MessageShown {
    /// As in the list.
    pub(crate) row: MessageRow,
    /// Which send of its verification, from one; 0 without one.
    pub(crate) send: u32,
    /// When it was of no more use, Unix milliseconds.
    pub(crate) expires_ms: i64,
    /// When its code was entered.
    pub(crate) converted_ms: Option<i64>,
    /// Its tries, the oldest first.
    pub(crate) attempts: Vec<AttemptShown>,
}

/// `GET /console/delivery/messages/{id}`
#[derive(Template)]
#[template(path = "console/delivery/message.html")]
pub(crate) struct ConsoleMessage {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// The message.
    pub(crate) message: MessageShown,
}

impl Page for ConsoleMessage {}

/// What can be seen at one moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Mark {
    Decided,
    Handed,
    Answered,
    Receipt,
    Entered,
    Expired,
}

/// One moment of the timeline.
struct Step<'m> {
    at_ms: i64,
    mark: Mark,
    /// Which try, from zero.
    attempt: Option<(usize, &'m AttemptShown)>,
}

/// Width of the picture between its margins, and height of one try's lane.
const WIDTH: i64 = 600;
const LANE: usize = 44;

/// A mark in the picture.
struct Dot {
    x: i64,
    y: usize,
    /// A receipt is a diamond, everything else a circle: shape says what colour would.
    is_receipt: bool,
    title: String,
}

/// One try in the picture.
struct Lane {
    name: String,
    y: usize,
    from: i64,
    to: i64,
    dots: Vec<Dot>,
}

/// The picture of a timeline.
struct Picture {
    height: usize,
    lanes: Vec<Lane>,
    /// Where the code was entered.
    entered: Option<i64>,
    /// How long all of it took.
    span: String,
}

impl ConsoleMessage {
    /// Every moment, in order.
    fn steps(&self) -> Vec<Step<'_>> {
        let message = &self.message;
        let mut steps = vec![Step { at_ms: message.row.created_ms, mark: Mark::Decided, attempt: None }];
        for (index, attempt) in message.attempts.iter().enumerate() {
            let moment = |at_ms, mark| Step { at_ms, mark, attempt: Some((index, attempt)) };
            steps.push(moment(attempt.started_ms, Mark::Handed));
            if attempt.status != AttemptStatus::Submitting && attempt.receipt_ms != Some(attempt.updated_ms) {
                steps.push(moment(attempt.updated_ms, Mark::Answered));
            }
            steps.extend(attempt.receipt_ms.map(|at_ms| moment(at_ms, Mark::Receipt)));
        }
        steps.extend(message.converted_ms.map(|at_ms| Step { at_ms, mark: Mark::Entered, attempt: None }));
        if message.row.status == MessageStatus::Expired {
            steps.push(Step { at_ms: message.expires_ms, mark: Mark::Expired, attempt: None });
        }
        steps.sort_by_key(|step| step.at_ms);
        steps
    }

    fn at(&self, step: &Step<'_>) -> Moment {
        Moment::precise(step.at_ms)
    }

    /// `+4.1 s` after the message was decided.
    fn after(&self, step: &Step<'_>) -> String {
        delta(step.at_ms - self.message.row.created_ms)
    }

    /// What happened, in one sentence.
    fn what<'w>(&self, step: &Step<'_>, words: &'w Words) -> Sentence<'w> {
        let Some((index, attempt)) = step.attempt else {
            return words.say(match step.mark {
                Mark::Entered => "console-step-entered",
                Mark::Expired => "console-step-expired",
                _ => "console-step-decided",
            });
        };
        let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
        let sentence = match step.mark {
            Mark::Handed => words.say("console-step-handed"),
            Mark::Receipt if attempt.status == AttemptStatus::Delivered => words.say("console-step-arrived"),
            Mark::Receipt => words.say("console-step-lost"),
            _ => words.say("console-step-answered").set("answer", words.text(answer_key(attempt))),
        };
        sentence.set("number", number).set("route", &attempt.route)
    }

    /// Why the route was chosen and what it costs; or the code that came with an answer.
    fn detail(&self, step: &Step<'_>, words: &Words) -> Option<String> {
        let (_, attempt) = step.attempt?;
        match step.mark {
            Mark::Handed => {
                let why = attempt.why.map_or("console-chosen-unknown", why_key);
                let price = figures::price(attempt.price_micros);
                Some(words.say("console-step-why").set("why", words.text(why)).set("price", price).plain())
            }
            _ if attempt.error.is_empty() => None,
            _ => Some(words.say("console-step-code").set("code", &attempt.error).plain()),
        }
    }

    fn picture(&self, words: &Words) -> Picture {
        let steps = self.steps();
        let start = self.message.row.created_ms;
        let end = steps.iter().map(|step| step.at_ms).max().unwrap_or(start).max(start + 1);
        let x = |at_ms: i64| ((at_ms - start).clamp(0, end - start)).saturating_mul(WIDTH) / (end - start);
        let lane = |(index, attempt): (usize, &AttemptShown)| {
            let own = steps.iter().filter(|step| step.attempt.is_some_and(|(of, _)| of == index));
            let y = LANE * index + 32;
            let dot = |step: &Step<'_>| Dot {
                x: x(step.at_ms),
                y,
                is_receipt: step.mark == Mark::Receipt,
                title: format!("{} {}", self.after(step), self.what(step, words).plain()),
            };
            let dots: Vec<Dot> = own.map(dot).collect();
            let last = dots.iter().map(|dot| dot.x).max().unwrap_or(0);
            Lane { name: attempt.route.clone(), y, from: x(attempt.started_ms), to: last, dots }
        };
        Picture {
            height: LANE * self.message.attempts.len() + 24,
            lanes: self.message.attempts.iter().enumerate().map(lane).collect(),
            entered: self.message.converted_ms.map(x),
            span: delta(end - start),
        }
    }

    fn status(&self) -> &'static str {
        self.message.row.status_key()
    }

    fn expires(&self) -> Moment {
        Moment::full(self.message.expires_ms)
    }
}

/// What the other side said at first; a receipt that came later speaks for itself.
fn answer_key(attempt: &AttemptShown) -> &'static str {
    match attempt.status {
        AttemptStatus::Delivered => attempt_status_key(AttemptStatus::Accepted),
        AttemptStatus::Failed if attempt.receipt_ms.is_some() => attempt_status_key(AttemptStatus::Accepted),
        status => attempt_status_key(status),
    }
}

/// `+0.41 s`, `+2:05 min`
fn delta(after_ms: i64) -> String {
    let sign = if after_ms < 0 { '−' } else { '+' };
    let after_ms = after_ms.unsigned_abs();
    let seconds = after_ms / 1_000;
    match seconds {
        0..100 => format!("{sign}{seconds}.{:02} s", after_ms % 1_000 / 10),
        _ => format!("{sign}{}:{:02} min", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::views::samples::{NOW_MS, Samples};

    fn attempt(
        route: &str,
        started: i64,
        updated: i64,
        receipt: Option<i64>,
        status: AttemptStatus,
    ) -> AttemptShown {
        AttemptShown {
            route: route.to_owned(),
            why: Some(Why::Best),
            price_micros: 7_500,
            status,
            error: String::new(),
            started_ms: NOW_MS + started,
            updated_ms: NOW_MS + updated,
            receipt_ms: receipt.map(|at| NOW_MS + at),
        }
    }

    fn page(attempts: Vec<AttemptShown>, converted: Option<i64>) -> ConsoleMessage {
        let row = MessageRow {
            id: "msg_1".to_owned(),
            created_ms: NOW_MS,
            channel: Channel::Sms,
            to: Address::new("+44 •••• 3456"),
            region: "GB".to_owned(),
            purpose: Some(Purpose::SignIn),
            status: MessageStatus::Delivered,
            route: "two".to_owned(),
        };
        let message = MessageShown {
            row,
            send: 1,
            expires_ms: NOW_MS + 300_000,
            converted_ms: converted.map(|at| NOW_MS + at),
            attempts,
        };
        ConsoleMessage { layout: Samples::plain().console_layout(), message }
    }

    #[test]
    fn moments_stand_in_order_with_the_time_since_the_decision() {
        let failed =
            AttemptShown { error: "0x14".to_owned(), ..attempt("one", 10, 410, None, AttemptStatus::Failed) };
        let arrived = attempt("two", 420, 4_500, Some(4_500), AttemptStatus::Delivered);
        let page = page(vec![failed, arrived], Some(125_000));
        let words = &Words::all()[0];
        let said: Vec<String> = page
            .steps()
            .iter()
            .map(|step| format!("{} {}", page.after(step), page.what(step, words).plain()))
            .collect();
        let starts = ["+0.00 s ", "+0.01 s ", "+0.41 s ", "+0.42 s ", "+4.50 s ", "+2:05 min "];
        assert_eq!(said.len(), starts.len(), "{said:?}");
        assert!(said.iter().zip(starts).all(|(said, start)| said.starts_with(start)), "{said:?}");
        let details: Vec<Option<String>> = page.steps().iter().map(|step| page.detail(step, words)).collect();
        assert!(details[1].as_deref().is_some_and(|why| why.contains("0.0075")), "{details:?}");
        assert!(details[2].as_deref().is_some_and(|code| code.contains("0x14")), "{details:?}");
    }

    #[test]
    fn the_picture_runs_from_the_decision_to_the_last_moment() {
        let page =
            page(vec![attempt("two", 1_000, 5_000, Some(5_000), AttemptStatus::Delivered)], Some(10_000));
        let picture = page.picture(&Words::all()[0]);
        let lane = &picture.lanes[0];
        assert_eq!((lane.from, lane.to, picture.entered), (60, 300, Some(600)));
        assert_eq!(lane.dots.iter().map(|dot| dot.is_receipt).collect::<Vec<_>>(), [false, true]);
        assert_eq!((picture.height, picture.span.as_str()), (68, "+10.00 s"));
    }
}
