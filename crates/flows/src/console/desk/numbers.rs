//! "Is this number blocked, and why?" in one step (section G): every check that a code to it would meet, read in one
//! transaction that also writes down that it was asked. Nothing is counted and nothing is sent.

use super::look_ups::{self, LookUp as Answer};
use crate::console::delivery::messages::{self, MessageView};
use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use crate::roads::RouteLive;
use countersign_core::address::Address;
use countersign_core::binding::{judge_country, judge_line, judge_lists};
use countersign_core::event::Event;
use countersign_core::id::{AccountId, ServiceId};
use countersign_core::limit::{self, SendFacts};
use countersign_core::look_up::{self, Blocked, Cap, NumberFacts, Reach};
use countersign_core::model::*;
use countersign_core::numbers::{LineKind, PhoneNumber};
use countersign_core::route::{Board, BreakerState, RouteWish};
use countersign_core::session::Scene;
use countersign_core::time::Timestamp;
use countersign_delivery::LiveState;
use countersign_storage::tables::{self, accounts, bindings, counters, factors, outbox, routes};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// The account that has a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberOwner {
    /// Which.
    pub account_id: AccountId,
    /// What it may do.
    pub status: AccountStatus,
    /// Since when it has it.
    pub bound_at: Timestamp,
    /// Since when its codes are suspended (B6).
    pub suspended_at: Option<Timestamp>,
}

/// A route that goes to the number's country.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteReach {
    /// Its name.
    pub name: String,
    /// What operators want of it.
    pub wish: RouteWish,
    /// Its breaker towards that country.
    pub breaker: BreakerState,
    /// Whether it is connected.
    pub is_up: bool,
}

impl RouteReach {
    /// Whether it would take a text now.
    pub fn is_open(&self) -> bool {
        let is_shut = matches!(self.breaker, BreakerState::Open { .. });
        self.is_up && self.wish == RouteWish::Active && !is_shut
    }
}

/// What is known about a number, without the number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberReport {
    /// Masked.
    pub number: String,
    /// Its country; empty where the plan tells none.
    pub region: String,
    /// Its line, as far as the plan tells.
    pub line: LineKind,
    /// The first thing in the way of a code; none: it can receive codes.
    pub blocked: Option<Blocked>,
    /// Whether its line may have codes.
    pub line_passes: bool,
    /// Whether the service sends to its country.
    pub country_passes: bool,
    /// Whether it is on no deny list.
    pub lists_pass: bool,
    /// Who has it.
    pub owner: Option<NumberOwner>,
    /// Somebody else once had it, or has it suspended: its code alone proves too little (B6).
    pub had_other_owner: bool,
    /// What failures and sends have shut, if they have.
    pub lock: Option<Blocked>,
    /// Wrong codes since the last right one.
    pub failures_in_a_row: u32,
    /// Wrong codes of a year.
    pub failures_this_year: u32,
    /// Counters that its next code would add to.
    pub caps: Vec<Cap>,
    /// Routes that go to its country.
    pub routes: Vec<RouteReach>,
    /// What they come to.
    pub reach: Reach,
    /// The newest messages with codes to it.
    pub messages: Vec<MessageView>,
}

/// Messages of one look-up (section 3 of the interface: the last 20 attempts).
const LIST: u32 = 20;

impl Flows {
    /// Whether a number can receive codes, and why not. That it was asked is written down, and counts as a look-up.
    pub async fn look_up_number(
        &self,
        service_id: ServiceId,
        number: &PhoneNumber,
        caller: &Caller,
    ) -> Result<Answer<NumberReport>, FlowError> {
        let (live, actor, scene) = (self.routes_live(), caller.actor, caller.scene());
        let number = number.clone();
        self.write(LookUp { kit: self.kit.clone(), service_id, number, live, actor, scene }).await
    }
}

struct LookUp {
    kit: Arc<Kit>,
    service_id: ServiceId,
    number: PhoneNumber,
    live: Vec<RouteLive>,
    actor: Actor,
    scene: Scene,
}

impl Step for LookUp {
    type Output = Answer<NumberReport>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        if let Some(until) = look_ups::count(tx, kit, self.service_id, self.actor, now).await? {
            return Ok(Answer::Spent { until });
        }
        let (report, owner_id) = self.report(tx, now).await?;
        let asked = Event::NumberLookedUp { number: report.number.clone() };
        let entry = self.scene.event(self.service_id, owner_id, asked, kit.world(&self.scene, now));
        tables::apply(tx, &kit.rows, &[entry]).await?;
        Ok(Answer::Answered(report))
    }
}

impl LookUp {
    /// What is known, and whose number it is.
    async fn report(
        &self,
        tx: &mut Tx,
        now: Timestamp,
    ) -> Result<(NumberReport, Option<AccountId>), StorageError> {
        let (kit, number) = (&self.kit, &self.number);
        let (rows, service_id) = (&kit.rows, self.service_id);
        let address = Address::Phone(number.clone());
        let index = rows.index(&address);
        let binding = bindings::live_by_number(tx, rows, service_id, index).await?;
        let account = match &binding {
            Some(binding) => accounts::load(tx, rows, service_id, binding.account_id).await?,
            None => None,
        };
        let owner = account.as_ref().zip(binding.as_ref());
        let subject = owner.map_or(Subject::Address(index), |(account, _)| Subject::Account(account.id));
        let sms = factors::load(tx, rows, service_id, subject, Factor::Sms, None, now).await?;
        let nobody = AccountId::from_bytes([0; 16]);
        let owner_id = owner.map(|(account, _)| account.id);
        let had_other_owner =
            bindings::had_other_owner(tx, rows, service_id, index, owner_id.unwrap_or(nobody)).await?;
        let caps = self.caps(tx, &address, owner_id, now).await?;
        let (routes, reach) = self.routes(tx, now).await?;
        let lines = outbox::messages_to(tx, rows, service_id, index, LIST).await?;
        let facts = NumberFacts { number, owner, sms: &sms, caps: &caps, reach };
        let report = NumberReport {
            number: number.masked(),
            region: number.region().map(|region| region.to_string()).unwrap_or_default(),
            line: number.line(),
            blocked: look_up::blocked(&facts, &kit.policy, now),
            line_passes: judge_line(number).is_ok(),
            country_passes: judge_country(number, &kit.policy).is_ok(),
            lists_pass: judge_lists(number, &kit.policy).is_ok(),
            owner: owner.map(|(account, binding)| NumberOwner {
                account_id: account.id,
                status: account.status,
                bound_at: binding.bound_at,
                suspended_at: binding.suspended_at,
            }),
            had_other_owner,
            lock: look_up::locked(&sms, &kit.policy, now),
            failures_in_a_row: sms.in_a_row,
            failures_this_year: sms.failures_this_year,
            messages: messages::views(tx, kit, service_id, lines).await?,
            caps,
            routes,
            reach,
        };
        Ok((report, owner_id))
    }

    async fn caps(
        &self,
        tx: &mut Tx,
        address: &Address,
        account_id: Option<AccountId>,
        now: Timestamp,
    ) -> Result<Vec<Cap>, StorageError> {
        let address_index = self.kit.rows.index(address);
        let service_id = self.service_id;
        let facts = SendFacts { service_id, address, address_index, account_id, ip: None, device: None };
        let planned = limit::plan(&facts, &self.kit.policy, now);
        let keys: Vec<_> = planned.iter().map(|plan| plan.key.clone()).collect();
        let totals = counters::totals(tx, &self.kit.rows, &keys).await?;
        let cap = |(plan, total): (&limit::Planned, i64)| Cap {
            kind: plan.key.kind,
            next: total.saturating_add(plan.by),
            cap: plan.cap,
            until: plan.key.window_start.after(plan.key.kind.window()),
        };
        Ok(planned.iter().zip(totals).map(cap).collect())
    }

    /// The routes that go there, by name.
    async fn routes(&self, tx: &mut Tx, now: Timestamp) -> Result<(Vec<RouteReach>, Reach), StorageError> {
        let board = routes::board(tx, &self.kit.rows, now).await?;
        let controls = routes::controls(tx, &self.kit.rows).await?;
        let region = self.number.region().map(|region| region.to_string());
        let line = Some(self.number.line());
        let goes_there = |live: &&RouteLive| {
            live.channel == Channel::Sms
                && live.carries.reaches(region.as_deref(), line)
                && live.carries.sender(&live.sender, region.as_deref()).is_some()
        };
        let wish = |name: &str| {
            controls.iter().find(|one| one.route == name).map_or(RouteWish::Active, |one| one.wish)
        };
        let place = region.as_deref().unwrap_or_default();
        let found = self.live.iter().filter(goes_there);
        let mut found: Vec<RouteReach> =
            found.map(|live| reach_of(live, wish(&live.name), &board, place, now)).collect();
        found.sort_by(|left, right| left.name.cmp(&right.name));
        let reach = match (self.live.is_empty(), found.is_empty()) {
            (true, _) => Reach::Unknown,
            (false, true) => Reach::Nowhere,
            (false, false) if found.iter().any(RouteReach::is_open) => Reach::Open,
            (false, false) => Reach::Shut,
        };
        Ok((found, reach))
    }
}

fn reach_of(live: &RouteLive, wish: RouteWish, board: &Board, region: &str, now: Timestamp) -> RouteReach {
    RouteReach {
        name: live.name.clone(),
        wish,
        breaker: board.breaker_state(&live.name, region, now),
        is_up: matches!(live.state, LiveState::Up),
    }
}
