//! People who ask for codes, wait, ask again, and type what arrives, against simulated routes that lose messages and
//! die. What becomes of each message is decided by the core, with the same functions that the dispatcher calls.

use super::DeliveryArguments;
use super::ledger::Ledger;
use super::report::Outcome as Row;
use countersign_carriers::simulation::{Handed, Happening, Simulation};
use countersign_carriers::{AccountBehaviour, AccountConfig, Behaviour, OperatorConfig, Refusal};
use countersign_core::model::{AttemptStatus, Channel, MessageStatus};
use countersign_core::numbers::PhoneNumber;
use countersign_core::outbox::{self, Failure, ReceiptState, Submission};
use countersign_core::policy::Policy;
use countersign_core::route::{
    Candidate, Carries, Need, NoRoute, Outcome, Tried, choose, has_other, receipt_wait,
};
use countersign_core::time::{Timestamp, seconds};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

/// A code within so long is in time.
const IN_TIME_MS: u64 = 60_000;
/// Resends that a person asks for at most.
const RESENDS_MAX: u32 = 2;
const ROUTES: [&str; 4] = ["north", "east", "south", "west"];

/// Twenty countries: a prefix of mobile numbers in the form of the plan, how many digits follow, and how long a
/// message takes there at least and at most, in milliseconds.
const COUNTRIES: [(&str, usize, u32, u32); 20] = [
    ("+4915112", 6, 800, 4_000),
    ("+33612", 6, 800, 4_000),
    ("+447400", 6, 800, 4_000),
    ("+39347", 7, 1_000, 5_000),
    ("+34612", 6, 1_000, 5_000),
    ("+48512", 6, 1_000, 5_000),
    ("+31612", 6, 800, 3_000),
    ("+4670", 7, 800, 3_000),
    ("+90532", 7, 1_500, 8_000),
    ("+971501", 6, 2_000, 10_000),
    ("+91981", 7, 2_000, 12_000),
    ("+62812", 7, 2_000, 12_000),
    ("+66812", 6, 2_000, 12_000),
    ("+84912", 6, 2_000, 12_000),
    ("+63917", 7, 3_000, 15_000),
    ("+5511961", 6, 1_500, 8_000),
    ("+5255123", 5, 1_500, 8_000),
    ("+2348021", 6, 3_000, 15_000),
    ("+27711", 6, 1_500, 8_000),
    ("+61412", 6, 1_000, 5_000),
];

/// What is compared.
#[derive(Clone, Copy)]
pub(super) struct Plan {
    pub(super) name: &'static str,
    pub(super) routes: usize,
    pub(super) fallbacks_max: u64,
}

/// What happens next, by person and message.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Ask,
    Try { person: usize, send: u32 },
    Resend { person: usize, send: u32 },
    Enter { person: usize, send: u32 },
    Fallback { person: usize, send: u32 },
    Flush,
    Die,
    Revive { route: usize },
}

struct Person {
    number: String,
    region: String,
    asked_ms: u64,
    /// The live send; earlier codes are dead.
    send: u32,
    got_ms: Option<u64>,
    is_done: bool,
    messages: Vec<Note>,
}

/// One message.
struct Note {
    status: MessageStatus,
    expires_at: Timestamp,
    tries: u32,
    attempts: Vec<Attempt>,
}

/// One try.
#[derive(Clone, Copy)]
struct Attempt {
    route: usize,
    handed_over: Timestamp,
    status: AttemptStatus,
    was_accepted: bool,
}

pub(super) struct Crowd<'a> {
    arguments: &'a DeliveryArguments,
    routes: usize,
    policy: Policy,
    carries: Carries,
    network: Simulation,
    ledger: Ledger,
    people: Vec<Person>,
    heap: BinaryHeap<Reverse<(u64, u64, Event)>>,
    sequence: u64,
    dice: Dice,
    /// Route and identifier of a submit, with the person, the message and the attempt.
    submits: HashMap<(usize, String), (usize, u32, usize)>,
    deaths: usize,
    row: Row,
}

/// SplitMix64 (Steele, Lea, Flood 2014): the people's own dice, so that a change of rules does not change who asks
/// when.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

fn at(ms: u64) -> Timestamp {
    Timestamp::from_unix_ms(1_800_000_000_000 + i64::try_from(ms).unwrap_or(i64::MAX))
}

fn ms_of(at: Timestamp) -> u64 {
    u64::try_from(at.unix_ms() - 1_800_000_000_000).unwrap_or(0)
}

impl<'a> Crowd<'a> {
    pub(super) fn new(arguments: &'a DeliveryArguments, plan: Plan) -> Result<Self, String> {
        let operators =
            COUNTRIES.iter().enumerate().map(|(place, (prefix, _, least, most))| OperatorConfig {
                name: format!("country-{place}"),
                note: String::new(),
                prefixes: vec![prefix.trim_start_matches('+').to_owned()],
                behaviour: Behaviour { delay_ms_min: *least, delay_ms_max: *most, ..Behaviour::default() },
            });
        let silent = arguments.loss_percent / 2;
        let account = |name: &&str| AccountConfig {
            behaviour: AccountBehaviour {
                loss_percent: arguments.loss_percent - silent,
                silent_loss_percent: silent,
                ..AccountBehaviour::default()
            },
            ..AccountConfig::friendly(name)
        };
        let network =
            Simulation::new(arguments.seed, operators.collect(), ROUTES.iter().map(account).collect())?;
        let mut crowd = Self {
            arguments,
            routes: plan.routes,
            policy: Policy { fallbacks_max: plan.fallbacks_max, ..Policy::default() },
            carries: Carries::default(),
            network,
            ledger: Ledger::default(),
            people: Vec::new(),
            heap: BinaryHeap::new(),
            sequence: 0,
            dice: Dice(arguments.seed),
            submits: HashMap::new(),
            deaths: 0,
            row: Row::default(),
        };
        crowd.plan(0, Event::Ask);
        crowd.plan(1_000, Event::Flush);
        if arguments.death_every_s > 0 {
            crowd.plan(arguments.death_every_s * 1_000, Event::Die);
        }
        Ok(crowd)
    }

    fn plan(&mut self, at_ms: u64, event: Event) {
        self.sequence += 1;
        self.heap.push(Reverse((at_ms, self.sequence, event)));
    }

    /// Until everybody has a code or has given up.
    pub(super) fn run(mut self) -> Result<Row, String> {
        let end_ms = self.arguments.span_ms() + 180_000;
        while let Some(Reverse((next_ms, _, _))) = self.heap.peek().copied() {
            let now_ms = self.network.next_due().map_or(next_ms, |due_ms| due_ms.min(next_ms));
            if now_ms > end_ms {
                break;
            }
            for happening in self.network.due(now_ms) {
                self.happened(happening, now_ms);
            }
            if now_ms == next_ms
                && let Some(Reverse((_, _, event))) = self.heap.pop()
            {
                self.handle(event, now_ms)?;
            }
        }
        self.row.people = self.people.len() as u64;
        self.row.deaths = self.deaths as u64;
        self.row.openings = self.ledger.openings;
        Ok(self.row)
    }

    fn handle(&mut self, event: Event, now_ms: u64) -> Result<(), String> {
        match event {
            Event::Ask => self.ask(now_ms)?,
            Event::Try { person, send } => self.attempt(person, send, now_ms),
            Event::Resend { person, send } => self.resend(person, send, now_ms),
            Event::Enter { person, send } => self.enter(person, send, now_ms),
            Event::Fallback { person, send } => self.fall_back(person, send, now_ms),
            Event::Flush => {
                self.ledger.flush(at(now_ms));
                if now_ms.is_multiple_of(5_000) {
                    self.ledger.read(at(now_ms));
                }
                self.plan(now_ms + 1_000, Event::Flush);
            }
            Event::Die => self.die(now_ms),
            Event::Revive { route } => self.behave(route, |behaviour| {
                behaviour.dead = false;
                behaviour.unbound = false;
                behaviour.refuses = Refusal::None;
            }),
        }
        Ok(())
    }

    fn behave(&mut self, route: usize, change: impl FnOnce(&mut AccountBehaviour)) {
        if let Some(behaviour) = ROUTES.get(route).and_then(|name| self.network.account_mut(name)) {
            change(behaviour);
        }
    }

    /// One of the four dies, each in its turn and each time in another way: it is gone, it refuses, or it swallows.
    fn die(&mut self, now_ms: u64) {
        let (route, way) = (self.deaths % ROUTES.len(), self.deaths % 3);
        self.deaths += 1;
        self.behave(route, |behaviour| match way {
            0 => behaviour.unbound = true,
            1 => behaviour.refuses = Refusal::SystemError,
            _ => behaviour.dead = true,
        });
        self.plan(now_ms + self.arguments.death_s * 1_000, Event::Revive { route });
        self.plan(now_ms + self.arguments.death_every_s * 1_000, Event::Die);
    }

    fn ask(&mut self, now_ms: u64) -> Result<(), String> {
        let asked = self.people.len() as u64;
        let place = usize::try_from(self.dice.below(COUNTRIES.len() as u64)).unwrap_or(0);
        let (prefix, digits, ..) = COUNTRIES[place];
        let rest = self.dice.below(10u64.pow(u32::try_from(digits).unwrap_or(6)));
        let number = format!("{prefix}{rest:0digits$}");
        let parsed = PhoneNumber::from_e164(&number).map_err(|error| format!("{number}: {error:?}"))?;
        let region = parsed.region().map(|region| region.to_string()).unwrap_or_default();
        let person = self.people.len();
        let (asked_ms, messages) = (now_ms, Vec::new());
        self.people.push(Person {
            number,
            region,
            asked_ms,
            send: 0,
            got_ms: None,
            is_done: false,
            messages,
        });
        self.send(person, now_ms);
        if asked + 1 < u64::from(self.arguments.verifications) {
            let next_ms = (asked + 1) * 1_000 / u64::from(self.arguments.rate);
            self.plan(next_ms.max(now_ms), Event::Ask);
        }
        Ok(())
    }

    /// A new code; the one before is dead, and its message takes no other road.
    fn send(&mut self, person: usize, now_ms: u64) {
        let expires_at = at(now_ms).after(seconds(self.policy.code_life_s));
        let one = &mut self.people[person];
        if let Some(before) = one.messages.last_mut() {
            before.status = MessageStatus::Canceled;
        }
        one.send += 1;
        one.messages.push(Note { status: MessageStatus::Queued, expires_at, tries: 0, attempts: Vec::new() });
        let send = one.send;
        self.plan(now_ms, Event::Try { person, send });
        if send <= RESENDS_MAX {
            let gap_ms = u64::try_from(self.policy.resend_gap(send).as_millis()).unwrap_or(u64::MAX);
            self.plan(now_ms + gap_ms, Event::Resend { person, send });
        }
    }

    fn resend(&mut self, person: usize, send: u32, now_ms: u64) {
        if self.people[person].got_ms.is_none() && self.people[person].send == send {
            self.row.resends += 1;
            self.send(person, now_ms);
        }
    }

    /// The roads this person's codes have taken, the oldest first.
    fn tried(&self, person: usize, send: u32) -> Vec<Tried> {
        let mut tried = Vec::new();
        for (place, note) in self.people[person].messages.iter().enumerate() {
            for attempt in &note.attempts {
                tried.push(Tried {
                    route: ROUTES[attempt.route].to_owned(),
                    is_this_message: place + 1 == send as usize,
                    was_accepted: attempt.was_accepted,
                    is_dead: attempt.status == AttemptStatus::Failed,
                });
            }
        }
        tried
    }

    fn attempt(&mut self, person: usize, send: u32, now_ms: u64) {
        let now = at(now_ms);
        let note = &mut self.people[person].messages[send as usize - 1];
        if note.status != MessageStatus::Queued || now >= note.expires_at {
            return;
        }
        note.tries += 1;
        let (tries, expires_at) = (note.tries, note.expires_at);
        let tried = self.tried(person, send);
        let candidate = |name: &'static &'static str| Candidate {
            name,
            channel: Channel::Sms,
            carries: &self.carries,
            sender: "+447860000001",
            is_active: true,
            has_room: true,
        };
        let candidates: Vec<Candidate<'_>> = ROUTES[..self.routes].iter().map(candidate).collect();
        let region = self.people[person].region.clone();
        let may_explore = send == 1 && tried.is_empty();
        let need = Need { channel: Channel::Sms, region: &region, line: None, tried: &tried, may_explore };
        let draw = self.dice.next();
        let choice = match choose(&need, &candidates, &self.ledger.board, &self.policy, now, draw) {
            Ok(choice) => choice,
            Err(NoRoute::AllTried) => return self.set(person, send, MessageStatus::Submitted),
            Err(NoRoute::Nowhere) => return self.set(person, send, MessageStatus::Failed),
            Err(NoRoute::NotNow) => return self.plan(now_ms + 250, Event::Try { person, send }),
        };
        let other = has_other(&need, &candidates, ROUTES[choice.index]);
        let probes = self.ledger.board.probe(ROUTES[choice.index], &region, now);
        self.ledger.probed(probes);
        let submission = self.submit(person, send, choice.index, expires_at, now_ms);
        let verdict = outbox::after_try(tries, expires_at, &submission, other, now);
        let (route, outcome) = (ROUTES[choice.index], outcome(&submission));
        self.ledger.note(route, &region, now, Outcome::Sent { is_code: true }, now);
        self.ledger.note(route, &region, now, outcome, now);
        let note = &mut self.people[person].messages[send as usize - 1];
        let was_accepted = outcome == Outcome::Accepted;
        note.attempts.push(Attempt {
            route: choice.index,
            handed_over: now,
            status: verdict.attempt,
            was_accepted,
        });
        note.status = verdict.message;
        if let Some(at) = verdict.try_at {
            self.plan(ms_of(at).max(now_ms), Event::Try { person, send });
        } else if was_accepted {
            self.row.messages += 1;
            let wait = receipt_wait(self.ledger.board.p95(route, &region), &self.policy);
            self.plan(ms_of(now.after(wait)), Event::Fallback { person, send });
        }
    }

    fn set(&mut self, person: usize, send: u32, status: MessageStatus) {
        self.people[person].messages[send as usize - 1].status = status;
    }

    fn submit(
        &mut self,
        person: usize,
        send: u32,
        route: usize,
        expires_at: Timestamp,
        now_ms: u64,
    ) -> Submission {
        let to = self.people[person].number.clone();
        let lifetime_ms = u64::try_from(expires_at.since(at(now_ms)).as_millis()).unwrap_or(u64::MAX);
        let text = format!("{person} {send}");
        match self.network.submit(now_ms, ROUTES[route], &to, "Acme", &text, lifetime_ms) {
            Handed::Taken { message_id } => {
                let attempt = self.people[person].messages[send as usize - 1].attempts.len();
                self.submits.insert((route, message_id.clone()), (person, send, attempt));
                Submission::Accepted { provider_ids: vec![message_id] }
            }
            Handed::Refused(status) => {
                Submission::Refused { failure: Failure::Temporary, code: format!("0x{status:02X}") }
            }
            Handed::Lost => Submission::Lost,
        }
    }

    fn happened(&mut self, happening: Happening, now_ms: u64) {
        match happening {
            Happening::Arrived { text, .. } => {
                let mut words = text.split(' ').map(str::parse::<usize>);
                let (Some(Ok(person)), Some(Ok(send))) = (words.next(), words.next()) else { return };
                let send = u32::try_from(send).unwrap_or(0);
                let one = &mut self.people[person];
                if one.send == send && one.got_ms.is_none() {
                    one.got_ms = Some(now_ms);
                    let took_ms = now_ms - one.asked_ms;
                    self.row.took_ms.push(u32::try_from(took_ms).unwrap_or(u32::MAX));
                    self.row.in_time += u64::from(took_ms <= IN_TIME_MS);
                    let typing_ms = 4_000 + self.dice.below(8_000);
                    self.plan(now_ms + typing_ms, Event::Enter { person, send });
                }
            }
            Happening::Receipt { system_id, message_id, delivered, .. } => {
                let Some(route) = ROUTES.iter().position(|name| *name == system_id) else { return };
                let state = if delivered { ReceiptState::Delivered } else { ReceiptState::Failed };
                if let Some(place) = self.submits.remove(&(route, message_id)) {
                    self.receipt(place, state, now_ms);
                }
            }
        }
    }

    fn receipt(&mut self, (person, send, attempt): (usize, u32, usize), state: ReceiptState, now_ms: u64) {
        let now = at(now_ms);
        let region = self.people[person].region.clone();
        let note = &mut self.people[person].messages[send as usize - 1];
        let Some(attempt) = note.attempts.get_mut(attempt) else { return };
        let Some((attempt_status, message_status)) = outbox::after_receipt(attempt.status, state) else {
            return;
        };
        attempt.status = attempt_status;
        let Attempt { route, handed_over, .. } = *attempt;
        let delivered = state == ReceiptState::Delivered;
        let falls_back = !delivered
            && note.status == MessageStatus::Submitted
            && outbox::may_fall_back(true, note.expires_at, note.tries, now);
        if falls_back {
            note.status = MessageStatus::Queued;
        } else if note.status == MessageStatus::Submitted || delivered && note.status == MessageStatus::Queued
        {
            note.status = message_status;
        }
        let outcome = match delivered {
            true => Outcome::Delivered { after: now.since(handed_over) },
            false => Outcome::Failed,
        };
        self.ledger.note(ROUTES[route], &region, handed_over, outcome, now);
        if falls_back {
            self.plan(now_ms, Event::Try { person, send });
        }
    }

    /// No receipt in time: the message takes another road as well.
    fn fall_back(&mut self, person: usize, send: u32, now_ms: u64) {
        let now = at(now_ms);
        let region = self.people[person].region.clone();
        let is_done = self.people[person].is_done;
        let note = &mut self.people[person].messages[send as usize - 1];
        if note.status != MessageStatus::Submitted || is_done {
            return;
        }
        let waiting = note.attempts.iter_mut().rev().find(|one| one.status == AttemptStatus::Accepted);
        let Some(attempt) = waiting else { return };
        attempt.status = AttemptStatus::Overdue;
        let Attempt { route, handed_over, .. } = *attempt;
        if outbox::may_fall_back(true, note.expires_at, note.tries, now) {
            note.status = MessageStatus::Queued;
            self.plan(now_ms, Event::Try { person, send });
        }
        self.ledger.note(ROUTES[route], &region, handed_over, Outcome::Overdue, now);
    }

    /// The code is typed: its road is credited and nothing more is sent.
    fn enter(&mut self, person: usize, send: u32, now_ms: u64) {
        let one = &mut self.people[person];
        if one.is_done || one.send != send {
            return;
        }
        one.is_done = true;
        let region = one.region.clone();
        let note = &mut one.messages[send as usize - 1];
        note.status = MessageStatus::Delivered;
        let rank = |attempt: &&Attempt| match attempt.status {
            AttemptStatus::Delivered => 2,
            AttemptStatus::Accepted | AttemptStatus::Overdue | AttemptStatus::Unknown => 1,
            _ => 0,
        };
        // The last of the best.
        if let Some(Attempt { route, handed_over, .. }) = note.attempts.iter().max_by_key(rank).copied() {
            self.ledger.note(ROUTES[route], &region, handed_over, Outcome::Converted, at(now_ms));
        }
    }
}

fn outcome(submission: &Submission) -> Outcome {
    match submission {
        Submission::Accepted { .. } => Outcome::Accepted,
        Submission::Refused { .. } => Outcome::Refused,
        Submission::Lost => Outcome::Lost,
        Submission::NotSent => Outcome::NotSent,
    }
}
