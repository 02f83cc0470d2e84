//! Leasing messages and giving each its road, in one transaction: what was chosen is a row before anything leaves.

use crate::context::Kit;
use crate::roads::{Road, Wanted};
use countersign_core::entropy;
use countersign_core::id::{AttemptId, MessageId};
use countersign_core::limit;
use countersign_core::model::{Channel, MessageStatus};
use countersign_core::outbox::{LEASE, Leased};
use countersign_core::route::{NoRoute, Standing, Why};
use countersign_core::time::Timestamp;
use countersign_storage::tables::counters;
use countersign_storage::tables::outbox::{self as rows, Due, Heard};
use countersign_storage::tables::routes;
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;
use std::time::Duration;

/// How long a message waits that has no road at this moment: a quarter of its age, within these.
const NO_ROAD_MIN: Duration = Duration::from_millis(250);
const NO_ROAD_MAX: Duration = Duration::from_secs(5);
/// Messages without a receipt in time, looked at in one go.
const OVERDUE_MAX: u32 = 256;

pub(super) struct Take {
    pub(super) kit: Arc<Kit>,
    pub(super) channel: Channel,
    pub(super) node: [u8; 16],
    pub(super) room: usize,
}

/// What a take brought.
pub(super) struct Taken {
    pub(super) started: Vec<Started>,
    /// Tries whose receipts did not come in time.
    pub(super) overdue: Vec<Heard>,
}

/// A message with its road, ready to go.
pub(super) struct Started {
    pub(super) leased: Leased,
    pub(super) road: Arc<Road>,
    pub(super) why: Why,
    pub(super) price_micros: u64,
    /// In whose name, where that is not the road's own.
    pub(super) sender: Option<String>,
    /// Two letters, or empty.
    pub(super) region: String,
    /// Another road could carry it if this one does not.
    pub(super) has_other: bool,
    /// Another road has taken it before, and this one is paid for beside it: whether that one may still deliver it.
    taken_before: Option<bool>,
    /// When it was given its road.
    pub(super) at: Timestamp,
}

/// What a batch decided, before it is written down.
#[derive(Default)]
struct Decided {
    started: Vec<Started>,
    postponed: Vec<(MessageId, u32, Timestamp)>,
    ended: Vec<(MessageId, u32, MessageStatus)>,
    probes: Vec<Standing>,
}

impl Step for Take {
    type Output = Taken;

    async fn run(&self, tx: &mut Tx) -> Result<Taken, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let overdue = rows::fall_back(tx, &kit.rows, self.channel, now, OVERDUE_MAX).await?;
        let limit = u32::try_from(self.room).unwrap_or(u32::MAX);
        let claim =
            rows::Claim { channel: self.channel, node: self.node, now, lease_until: now.after(LEASE), limit };
        let due = rows::claim(tx, &kit.rows, &claim).await?;
        let mut decided = self.decide(due, now);
        self.stop_at_the_purse(tx, &mut decided, now).await?;
        let starts: Vec<rows::Start<'_>> = decided.started.iter().map(Started::row).collect();
        rows::start_attempts(tx, &kit.rows, &starts, now).await?;
        rows::postpone(tx, &kit.rows, &decided.postponed).await?;
        rows::give_up(tx, &kit.rows, &decided.ended).await?;
        if !decided.probes.is_empty() {
            routes::save_standings(tx, &kit.rows, &decided.probes, now).await?;
        }
        Ok(Taken { started: decided.started, overdue })
    }
}

impl Take {
    /// A further road costs another message: where the money of the day is spent, the one before must do (R68).
    async fn stop_at_the_purse(
        &self,
        tx: &mut Tx,
        decided: &mut Decided,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        let kit = &self.kit;
        let (further, mut started): (Vec<Started>, Vec<Started>) =
            std::mem::take(&mut decided.started).into_iter().partition(|one| one.taken_before.is_some());
        for one in further {
            let message = &one.leased.message;
            let planned =
                limit::plan_further(message.service_id, &message.to, one.price_micros, &kit.policy, now);
            let planned: Vec<limit::Planned> = planned.into_iter().collect();
            let totals = counters::add(tx, &kit.rows, &planned).await?;
            if limit::first_hit(&planned, &totals).is_none() {
                started.push(one);
                continue;
            }
            let back: Vec<limit::Planned> =
                planned.into_iter().map(|plan| limit::Planned { by: -plan.by, ..plan }).collect();
            counters::add(tx, &kit.rows, &back).await?;
            let is_open = one.taken_before == Some(true);
            let status = if is_open { MessageStatus::Submitted } else { MessageStatus::Failed };
            decided.ended.push((message.id, one.leased.tries, status));
        }
        decided.started = started;
        Ok(())
    }

    fn decide(&self, due: Vec<Due>, now: Timestamp) -> Decided {
        let kit = &self.kit;
        let mut decided = Decided::default();
        let mut taken = vec![0; kit.roads.all().len()];
        for Due { message, tries, tried } in due {
            let phone = message.to.phone();
            let region = phone.and_then(|number| number.region()).map(|region| region.to_string());
            let region = region.unwrap_or_default();
            let wanted = Wanted {
                channel: self.channel,
                region: &region,
                line: phone.map(|number| number.line()),
                tried: &tried,
                may_explore: message.send == 1 && tried.is_empty(),
            };
            let draw = u64::from_be_bytes(entropy::bytes::<8>(kit.entropy.as_ref()));
            match kit.roads.choose(&wanted, &taken, kit, now, draw) {
                Ok((place, chosen)) => {
                    if let Some(count) = taken.get_mut(place) {
                        *count += 1;
                    }
                    decided.probes.extend(chosen.probes);
                    let taken = || tried.iter().filter(|one| one.is_this_message && one.was_accepted);
                    let taken_before = taken().next().map(|_| taken().any(|one| !one.is_dead));
                    decided.started.push(Started {
                        leased: Leased {
                            attempt_id: AttemptId::draw(now, kit.entropy.as_ref()),
                            route: chosen.road.route.name.clone(),
                            message,
                            tries,
                        },
                        road: chosen.road,
                        why: chosen.choice.why,
                        price_micros: chosen.price_micros,
                        sender: chosen.sender,
                        region,
                        has_other: chosen.has_other,
                        taken_before,
                        at: now,
                    });
                }
                Err(NoRoute::NotNow) => {
                    let wait = (now.since(message.created_at) / 4).clamp(NO_ROAD_MIN, NO_ROAD_MAX);
                    decided.postponed.push((message.id, tries, now.after(wait)));
                }
                Err(NoRoute::Nowhere) => {
                    tracing::warn!(message = %message.id, region, "no route carries this; it is given up");
                    decided.ended.push((message.id, tries, MessageStatus::Failed));
                }
                Err(NoRoute::AllTried) => {
                    // One of them may still deliver it, unless each has said that it will not.
                    let is_open =
                        tried.iter().any(|one| one.is_this_message && one.was_accepted && !one.is_dead);
                    let status = if is_open { MessageStatus::Submitted } else { MessageStatus::Failed };
                    decided.ended.push((message.id, tries, status));
                }
            }
        }
        decided
    }
}

impl Started {
    fn row(&self) -> rows::Start<'_> {
        rows::Start {
            attempt_id: self.leased.attempt_id,
            message: &self.leased.message,
            route: &self.leased.route,
            why: self.why,
            price_micros: self.price_micros,
            region: &self.region,
        }
    }
}

pub(super) struct NextDue {
    pub(super) kit: Arc<Kit>,
    pub(super) channel: Channel,
}

impl Step for NextDue {
    type Output = Option<Timestamp>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        rows::next_due(tx, &self.kit.rows, self.channel).await
    }
}
