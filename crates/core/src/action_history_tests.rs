//! Random histories of actions: answers right and wrong, waits, clocks set back, holds, freezes,
//! cancellations and redemptions in any order. Beside the rules runs a witness that knows none of them: it
//! writes down who answered what and when, and from that alone says whether an assertion may be redeemed now
//! (T6, T13).

use super::*;
use crate::freeze;
use crate::lock;
use crate::proof::{self, Answer};
use crate::time::{minutes, seconds};
use proptest::prelude::*;
use std::collections::{BTreeMap, HashMap};

/// The stored state of one account, kept the way storage promises to.
struct Play {
    stage: Stage,
    account: Account,
    holds: Vec<Hold>,
    actions: BTreeMap<ActionId, Action>,
    factors: HashMap<Factor, FactorState>,
    failures: HashMap<(Factor, i64), i64>,
}

impl Play {
    fn new() -> Self {
        let (stage, holds) = (Stage::new(), Vec::new());
        let (actions, factors, failures) = Default::default();
        Self { stage, account: account(), holds, actions, factors, failures }
    }

    fn factor(&self, factor: Factor) -> FactorState {
        let oldest = self.stage.now.day() - 365;
        let buckets = self.failures.iter().filter(|((of, day), _)| *of == factor && *day > oldest);
        let failures: i64 = buckets.map(|(_, count)| count).sum();
        let state = self.factors.get(&factor).cloned().unwrap_or_else(|| fresh(factor));
        FactorState { failures_this_year: u32::try_from(failures).unwrap(), ..state }
    }

    fn gate(&self, action: &Action) -> Result<(), Refusal> {
        gate(action.kind, action.origin, &self.account, &self.holds, self.stage.now)
    }

    /// Saves the changes of a decision; what storage would refuse is a panic.
    fn save<O>(&mut self, decision: Decision<O>) -> O {
        for change in decision.changes {
            match change {
                Change::InsertAction(action) => {
                    assert!(self.actions.insert(action.id, action).is_none(), "inserted twice");
                }
                Change::SaveAction(action) => {
                    let row = self.actions.get_mut(&action.id).expect("saved before it was inserted");
                    assert!(
                        matches!(row.status, ActionStatus::Pending | ActionStatus::Authorised),
                        "{row:?}"
                    );
                    *row = action;
                }
                Change::SaveFactor(state) => drop(self.factors.insert(state.factor, state)),
                Change::CountFailures { factor, day, by, .. } => {
                    let bucket = self.failures.entry((factor, day)).or_default();
                    *bucket += by;
                    assert!(*bucket >= 0, "more was refunded than had been counted");
                }
                Change::SaveAccount(account) => self.account = account,
                Change::InsertHold(hold) => self.holds.push(hold),
                _ => {}
            }
        }
        decision.outcome
    }

    fn open(&mut self, kind: ActionKind) -> Option<Action> {
        let facts = Facts { held: Factor::ALL.to_vec(), ..facts() };
        let wanted = wanted(kind);
        let gate = gate(kind, wanted.origin, &self.account, &self.holds, self.stage.now);
        let decision = open(wanted, &self.account, &facts, gate, 1, self.stage.world());
        self.save(decision).ok()
    }

    /// Answers a factor as the use case does: only of an open action, only one that is asked for.
    fn answer(&mut self, id: ActionId, factor: Factor, right: bool) -> Option<Answer> {
        let action = self.actions[&id].clone();
        let asked = action.any_of.iter().any(|set| set.contains(&factor));
        if !is_open(&action, self.stage.now) || !asked || has_proved(&action, factor) {
            return None;
        }
        let decision = proof::judge(action, right, self.factor(factor), self.stage.world());
        let (answer, action) = self.save(decision);
        if answer == Answer::Right {
            let gate = self.gate(&action);
            let decision = note_proof(action, factor, gate, self.stage.world());
            self.save(decision);
        }
        Some(answer)
    }
}

#[derive(Clone, Debug)]
enum Act {
    Open(ActionKind),
    Answer {
        nth: usize,
        factor: Factor,
        right: bool,
    },
    /// Everything that is asked for, right.
    Finish(usize),
    Redeem {
        nth: usize,
        assertion_of: usize,
        digest_of: usize,
        key: u8,
    },
    Cancel(usize),
    Expire(usize),
    Extend(usize),
    Freeze,
    Unfreeze,
    Hold,
    Wait(Duration),
    StepBack(Duration),
}

fn act() -> impl Strategy<Value = Act> {
    let kind =
        prop::sample::select(vec![ActionKind::Withdrawal, ActionKind::SignIn, ActionKind::ApiKeyCreate]);
    let factor =
        prop::sample::select(vec![Totp, Totp, TradingPassword, TradingPassword, Sms, Passkey, Email]);
    let spans =
        vec![MOMENT, seconds(59), seconds(60) - MOMENT, seconds(60), seconds(120) - MOMENT, minutes(10)];
    let longer = vec![minutes(15), hours(1), hours(24) - MOMENT, hours(24), crate::time::days(31)];
    let wait = prop::sample::select([spans.clone(), spans.clone(), longer].concat());
    // Mostly what belongs together, since redeeming anything else is one question with one answer.
    let pick = || prop_oneof![4 => Just(0usize), 1 => 0..3usize];
    prop_oneof![
        5 => kind.prop_map(Act::Open),
        8 => (pick(), factor, prop::bool::weighted(0.6))
            .prop_map(|(nth, factor, right)| Act::Answer { nth, factor, right }),
        5 => pick().prop_map(Act::Finish),
        8 => (pick(), 0..8usize, 0..8usize, 0..2u8).prop_map(|(nth, a, d, key)| Act::Redeem {
            nth,
            assertion_of: if a < 6 { nth } else { a - 6 },
            digest_of: if d < 6 { nth } else { d - 6 },
            key,
        }),
        1 => pick().prop_map(Act::Cancel),
        2 => pick().prop_map(Act::Expire),
        2 => pick().prop_map(Act::Extend),
        1 => Just(Act::Freeze),
        2 => Just(Act::Unfreeze),
        1 => Just(Act::Hold),
        6 => wait.prop_map(Act::Wait),
        1 => prop::sample::select(spans).prop_map(Act::StepBack),
    ]
}

/// What anybody could have seen of one action from outside.
struct Seen {
    /// The sets that were asked for when it was opened.
    sets: Vec<Vec<Factor>>,
    is_exit: bool,
    /// Until when it could be confirmed, computed here from the opening and the time that was added.
    deadline: Timestamp,
    right: BTreeMap<Factor, Timestamp>,
    /// The first moment at which everything was right.
    complete_at: Option<Timestamp>,
    /// Somebody, or something, ended it.
    ended: bool,
    redeemed_with: Option<u8>,
}

struct History {
    play: Play,
    order: Vec<ActionId>,
    seen: BTreeMap<ActionId, Seen>,
    frozen: bool,
    held_until: Timestamp,
}

impl History {
    fn nth(&self, nth: usize) -> Option<ActionId> {
        self.order.len().checked_sub(nth + 1).map(|index| self.order[index])
    }

    fn shut(&self, seen: &Seen) -> bool {
        self.frozen || (seen.is_exit && self.play.stage.now < self.held_until)
    }

    fn act(&mut self, act: &Act) -> Result<(), TestCaseError> {
        match act {
            Act::Open(kind) => self.open(*kind)?,
            Act::Answer { nth, factor, right } => {
                let Some(id) = self.nth(*nth) else { return Ok(()) };
                self.answer(id, *factor, *right)?;
            }
            Act::Finish(nth) => {
                let Some(id) = self.nth(*nth) else { return Ok(()) };
                for factor in remaining(&self.play.actions[&id]) {
                    self.answer(id, factor, true)?;
                }
            }
            Act::Redeem { nth, assertion_of, digest_of, key } => {
                let ids = [nth, assertion_of, digest_of].map(|nth| self.nth(*nth));
                let [Some(id), Some(assertion_of), Some(digest_of)] = ids else { return Ok(()) };
                self.redeem(id, assertion_of, digest_of, *key)?;
            }
            Act::Cancel(nth) => {
                let Some(id) = self.nth(*nth) else { return Ok(()) };
                let action = self.play.actions[&id].clone();
                let decision = cancel(action, CancelReason::Withdrawn, self.play.stage.world());
                self.play.save(decision);
                self.seen.get_mut(&id).unwrap().ended = true;
            }
            Act::Expire(nth) => {
                let Some(id) = self.nth(*nth) else { return Ok(()) };
                let decision = expire(self.play.actions[&id].clone(), self.play.stage.world());
                self.play.save(decision);
                let (now, seen) = (self.play.stage.now, self.seen.get_mut(&id).unwrap());
                let end = seen.complete_at.map_or(seen.deadline, |at| at.after(seconds(60)));
                seen.ended |= now >= end;
            }
            Act::Extend(nth) => {
                let Some(id) = self.nth(*nth) else { return Ok(()) };
                let before = self.play.actions[&id].clone();
                let decision = extend(before.clone(), self.play.stage.world());
                let longer = self.play.save(decision);
                let (now, seen) = (self.play.stage.now, self.seen.get_mut(&id).unwrap());
                if longer.is_some() {
                    prop_assert!(
                        before.extensions == 0 && now < seen.deadline,
                        "more time twice, or too late"
                    );
                    seen.deadline = seen.deadline.after(seconds(if seen.is_exit { 120 } else { 600 }));
                }
            }
            Act::Freeze | Act::Unfreeze | Act::Hold => self.act_on_account(act),
            Act::Wait(span) => self.play.stage.wait(*span),
            Act::StepBack(span) => self.play.stage.now = self.play.stage.now.before(*span),
        }
        Ok(())
    }

    fn act_on_account(&mut self, act: &Act) {
        match act {
            Act::Freeze => {
                let pending = self.play.actions.values().cloned().collect();
                let decision =
                    freeze::freeze(&self.play.account, None, pending, true, self.play.stage.world());
                self.play.save(decision);
                if !self.frozen {
                    self.seen.values_mut().for_each(|seen| seen.ended = true);
                }
                self.frozen = true;
            }
            Act::Unfreeze => {
                let decision = freeze::unfreeze(&self.play.account, None, self.play.stage.world());
                self.play.save(decision);
                if self.frozen {
                    self.held_until = self.held_until.max(self.play.stage.now.after(hours(24)));
                }
                self.frozen = false;
            }
            Act::Hold => {
                let world = self.play.stage.world();
                let changes = hold::begin(&self.play.account, HoldCause::TotpChanged, world);
                self.play.save(Decision { outcome: (), changes });
                self.held_until = self.held_until.max(self.play.stage.now.after(hours(24)));
            }
            _ => {}
        }
    }

    fn open(&mut self, kind: ActionKind) -> Result<(), TestCaseError> {
        let now = self.play.stage.now;
        let shut = self.frozen || (kind.is_exit() && now < self.held_until);
        let opened = self.play.open(kind);
        prop_assert_eq!(opened.is_none(), shut, "a shut gate, and nothing else, refuses");
        if let Some(action) = opened {
            let life = seconds(if kind.is_exit() { 120 } else { 600 });
            let (sets, deadline) = (action.any_of.clone(), now.after(life));
            self.order.push(action.id);
            let seen = Seen {
                sets,
                is_exit: kind.is_exit(),
                deadline,
                right: BTreeMap::new(),
                complete_at: None,
                ended: false,
                redeemed_with: None,
            };
            self.seen.insert(action.id, seen);
        }
        Ok(())
    }

    fn answer(&mut self, id: ActionId, factor: Factor, right: bool) -> Result<(), TestCaseError> {
        let locked =
            lock::refusal(&self.play.factor(factor), &self.play.stage.policy, self.play.stage.now).is_some();
        let answer = self.play.answer(id, factor, right);
        let shut = self.shut(&self.seen[&id]);
        let (now, seen) = (self.play.stage.now, self.seen.get_mut(&id).unwrap());
        if let Some(answer) = answer {
            prop_assert!(now < seen.deadline && !seen.ended, "judged after its end");
            prop_assert_eq!(
                matches!(answer, Answer::Refused(_)),
                locked,
                "R22: locked, and nothing else, is refused"
            );
        }
        match answer {
            Some(Answer::Right) => {
                prop_assert!(right);
                seen.right.insert(factor, now);
                let complete =
                    seen.sets.iter().any(|set| set.iter().all(|factor| seen.right.contains_key(factor)));
                if complete && seen.complete_at.is_none() {
                    if shut { seen.ended = true } else { seen.complete_at = Some(now) }
                }
            }
            Some(Answer::LockedNow { .. } | Answer::DisabledNow) => {
                // R24: another way that does not need the factor keeps it open; it is over only when there is
                // none.
                seen.ended |= seen.sets.iter().all(|set| set.contains(&factor));
            }
            _ => {}
        }
        let pending = self.play.actions[&id].status == ActionStatus::Pending;
        prop_assert!(!pending || self.seen[&id].complete_at.is_none(), "complete, and still pending");
        Ok(())
    }

    fn redeem(&mut self, id: ActionId, a: ActionId, d: ActionId, key: u8) -> Result<(), TestCaseError> {
        let jti = self.play.actions[&a].assertion_id.map_or(Vec::new(), Vec::from);
        let (action, digest) = (self.play.actions[&id].clone(), self.play.actions[&d].digest);
        let gate = self.play.gate(&action);
        let decision = redeem(action, &jti, &digest, [key; 32], gate, self.play.stage.world());
        let outcome = self.play.save(decision);
        let shut = self.shut(&self.seen[&id]);
        let (now, seen) = (self.play.stage.now, self.seen.get_mut(&id).unwrap());
        let own = id == a && id == d;
        let in_time = seen.complete_at.is_some_and(|at| now < at.after(seconds(60)));
        let may = match seen.redeemed_with {
            Some(with) => own && with == key,
            None => own && in_time && !seen.ended && !shut,
        };
        prop_assert_eq!(matches!(outcome, Redeemed::Yes(_)), may, "{:?}", outcome);
        if may {
            seen.redeemed_with = Some(key);
            seen.ended = true;
        } else if own && seen.redeemed_with.is_none() && seen.complete_at.is_some() {
            // Too late, or shut: it does not come to life again.
            seen.ended = true;
        }
        Ok(())
    }

    fn promises_hold(&self) -> Result<(), TestCaseError> {
        for (id, seen) in &self.seen {
            let action = &self.play.actions[id];
            let live = matches!(action.status, ActionStatus::Pending | ActionStatus::Authorised);
            prop_assert_eq!(live, !seen.ended, "{:?}", action);
            prop_assert_eq!(action.status == ActionStatus::Redeemed, seen.redeemed_with.is_some());
            prop_assert_eq!(
                action.assertion_id.is_some(),
                seen.complete_at.is_some(),
                "no assertion but a proved one"
            );
        }
        for factor in [Totp, TradingPassword] {
            let failures = self.play.factor(factor).failures_this_year;
            prop_assert!(failures <= 20, "{failures} guesses in a year at {factor:?}");
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_500) })]

    #[test]
    fn every_history_keeps_the_promises(acts in prop::collection::vec(act(), 1..100)) {
        let mut history = History {
            play: Play::new(),
            order: Vec::new(),
            seen: BTreeMap::new(),
            frozen: false,
            held_until: Timestamp::EPOCH,
        };
        for act in &acts {
            history.act(act)?;
            history.promises_hold()?;
        }
    }
}
