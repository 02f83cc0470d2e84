//! What happens around the actions: time passes and clocks are set, rates come and go stale, timers run; and
//! what must be true whenever somebody looks.

use super::Walk;
use countersign_core::amount::{Amount, Rate};
use countersign_core::id::ActionId;
use countersign_core::model::*;
use countersign_core::time::Timestamp;
use countersign_flows::Clock as _;
use countersign_storage::tables::{Rows, actions};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

const SECOND: i64 = 1_000;
const HOUR: i64 = 3_600 * SECOND;

/// A rate as the walk set it: hundred-millionths of a bitcoin, and its date.
#[derive(Clone, Copy)]
pub(super) struct Rated {
    btc_e8: u128,
    as_of_ms: i64,
}

/// A decimal number with at most eight places, in hundred-millionths.
fn e8(text: &str) -> u128 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    format!("{whole}{fraction:0<8}").parse().unwrap()
}

impl Walk {
    /// Whether these are 0.1 BTC or more, or nobody knows (section D).
    pub(super) fn is_large(&self, details: &ActionDetails) -> bool {
        let (Some(amount), Some(asset)) = (details.get("amount"), details.get("asset")) else { return false };
        if asset == "BTC" {
            return e8(amount) >= e8("0.1");
        }
        let now = self.now_ms();
        let fresh = |rated: &&Rated| {
            rated.btc_e8 > 0 && (now - 600 * SECOND..=now + 60 * SECOND).contains(&rated.as_of_ms)
        };
        match self.rates.get(asset).filter(fresh) {
            Some(rated) => e8(amount) * rated.btc_e8 >= e8("0.1") * e8("1"),
            None => true,
        }
    }

    pub(super) async fn set_rates(&mut self) {
        let asset = if self.chance.percent(90) { "ETH" } else { "BTC" };
        let btc =
            self.chance.weighted(&[(8, "0.03"), (3, "0.025"), (1, "0"), (1, "0.00000001"), (1, "99999999")]);
        let age = self.chance.weighted(&[(12, 0), (2, 599), (1, 601), (1, 86_400), (1, -59), (1, -3_600)]);
        let as_of_ms = self.now_ms() - age * SECOND;
        let rate = Rate {
            asset: asset.to_owned(),
            btc_per_unit: Amount::parse(btc).unwrap(),
            as_of: Timestamp::from_unix_ms(as_of_ms),
        };
        self.house.flows.set_rates(self.house.service_id, vec![rate]).await.unwrap();
        let rated = Rated { btc_e8: e8(btc), as_of_ms };
        let kept = self.rates.entry(asset.to_owned()).or_insert(rated);
        if kept.as_of_ms <= as_of_ms {
            *kept = rated;
        }
    }

    pub(super) fn turn_clock(&mut self) {
        let ms = match self.chance.below(100) {
            0..=74 => self.chance.between(100, 8 * SECOND),
            75..=88 => self.chance.between(10 * SECOND, 45 * SECOND),
            89..=95 => self.chance.between(60 * SECOND, 900 * SECOND),
            96..=98 => self.chance.between(HOUR, 10 * HOUR),
            _ => self.chance.between(10 * HOUR, 50 * HOUR),
        };
        self.house.clock.pass(ms);
        match self.chance.below(60) {
            0 => self.house.clock.set_wall(-self.chance.between(0, 3 * HOUR)),
            1 => self.house.clock.set_wall(self.chance.between(0, 2 * HOUR)),
            2 => self.house.clock.set_wall(self.chance.between(0, 30 * SECOND)),
            // Far ahead and back again: for holds nothing has passed.
            3 => {
                let ahead = self.now_ms() - self.house.clock.truth_ms();
                self.house.clock.set_wall(ahead + self.chance.between(HOUR, 30 * HOUR));
                self.house.clock.set_wall(0);
            }
            4..=6 => self.house.clock.set_wall(0),
            _ => {}
        }
    }

    pub(super) async fn run_timers(&mut self) {
        let flows = &self.house.flows;
        let ended = flows.end_overdue_actions().await.unwrap();
        if self.chance.percent(20) {
            flows.run_timers([2; 16]).await.unwrap();
        }
        self.seen.count_by("ended by the clock", ended);
    }

    /// What has come to an end stays as it was; no hold ends sooner than was said; the details are those that
    /// were asked.
    pub(super) async fn look_around(&mut self) {
        let newest = self.oracle.deeds.len().saturating_sub(150);
        let older = (0..20.min(newest)).map(|_| self.chance.below(newest)).collect::<Vec<_>>();
        let places: Vec<usize> = (newest..self.oracle.deeds.len()).chain(older).collect();
        let ids = places.iter().map(|at| self.oracle.deeds[*at].id).collect();
        let look = Look { rows: self.house.rows.clone(), service_id: self.house.service_id, ids };
        let found = self.house.store.read(look).await.unwrap();
        for (at, action) in places.into_iter().zip(found) {
            let deed = &mut self.oracle.deeds[at];
            let action = action.expect("an action is forgotten after a year, not before");
            assert_eq!((action.digest, action.id), (deed.digest, deed.id));
            if let Some(opening) = &deed.opening {
                assert_eq!(action.details, opening.details, "details changed");
            }
            if let Some(end) = &deed.end {
                assert_eq!(**end, action, "what had come to an end was changed");
                continue;
            }
            match action.status {
                ActionStatus::Pending => assert!(deed.done_ms.is_none()),
                ActionStatus::Authorised => assert!(deed.done_ms.is_some() && deed.redeemed_with.is_none()),
                ActionStatus::Redeemed => {
                    assert!(deed.done_ms.is_some() && (deed.is_own() || deed.redeemed_with.is_some()));
                }
                ActionStatus::Canceled => self.seen.count(match action.reason.unwrap() {
                    CancelReason::TimedOut => "timed out",
                    CancelReason::Withdrawn => "withdrawn",
                    CancelReason::Declined => "declined",
                    CancelReason::TooManyFailures => "too many failures",
                    CancelReason::Frozen => "cancelled for a freeze",
                    CancelReason::Held => "cancelled for a hold",
                }),
                ActionStatus::Lapsed => self.seen.count("lapsed"),
            }
            if !matches!(action.status, ActionStatus::Pending | ActionStatus::Authorised) {
                deed.over |= action.status != ActionStatus::Redeemed || deed.is_own();
                deed.end = Some(Box::new(action));
            }
        }
        self.holds_only_grow().await;
    }

    async fn holds_only_grow(&mut self) {
        let (truth, earliest) = (self.house.clock.truth_ms(), self.house.clock.earliest().unix_ms());
        for holder in &mut self.oracle.holders {
            let flows = &self.house.flows;
            let holds = flows.holds(self.house.service_id, holder.person.id).await.unwrap().unwrap();
            let until = holds.in_force.map_or(i64::MIN, |hold| hold.ends_at.unix_ms());
            let waits = holder.changed_ms.is_some_and(|changed| truth - changed < 24 * HOUR);
            assert!(
                until >= holder.held_until_ms || holder.held_until_ms <= earliest,
                "a hold was shortened"
            );
            assert!(!waits || until > truth, "no hold within a day of a change");
            holder.held_until_ms = holder.held_until_ms.max(until);
        }
    }

    /// Nothing that a listener is told holds a code, a link or an assertion (R75).
    pub(super) async fn nothing_was_told(&mut self) {
        let flows = &self.house.flows;
        let told = flows.webhook_deliveries(self.house.service_id, self.listener).await.unwrap().unwrap();
        assert!(told.len() > 50, "the listener was told next to nothing");
        for delivery in &told {
            for secret in self.secrets.iter().rev().take(300) {
                let data = &delivery.event.data;
                let stands = data.match_indices(secret.as_str()).any(|(at, found)| {
                    let edge = |c: Option<char>| c.is_none_or(|c| !c.is_ascii_alphanumeric());
                    edge(data[..at].chars().next_back()) && edge(data[at + found.len()..].chars().next())
                });
                assert!(!stands, "a listener was told a secret: {data}");
            }
        }
    }
}

struct Look {
    rows: Arc<Rows>,
    service_id: countersign_core::id::ServiceId,
    ids: Vec<ActionId>,
}

impl Step for Look {
    type Output = Vec<Option<Action>>;

    async fn run(&self, tx: &mut Tx) -> Result<Vec<Option<Action>>, StorageError> {
        let mut found = Vec::with_capacity(self.ids.len());
        for id in &self.ids {
            found.push(actions::load(tx, &self.rows, self.service_id, *id).await?);
        }
        Ok(found)
    }
}
