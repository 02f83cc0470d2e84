//! Random histories. Whatever is started, resent, guessed, withdrawn and waited for, in whatever order, the
//! promises of security.md hold. What they are checked against is kept apart from the rules: what was
//! answered, and what lies in the outbox.

use super::*;
use crate::time::{days, hours, minutes};
use proptest::prelude::*;
use std::collections::{HashMap, HashSet};

/// What a person or an attacker does next; `nth` picks a verification, counted back from the newest.
#[derive(Clone, Debug)]
enum Act {
    Start {
        who: u8,
        channel: Channel,
        purpose: Purpose,
        page: u8,
    },
    Resend(usize),
    Check {
        nth: usize,
        guess: Guess,
        own_page: bool,
        times: usize,
    },
    Cancel(usize),
    Expire(usize),
    Wait(Duration),
    /// The clock is set back.
    StepBack(Duration),
}

#[derive(Clone, Copy, Debug)]
enum Guess {
    Right,
    Wrong,
    Earlier,
}

fn act() -> impl Strategy<Value = Act> {
    let purpose = prop::sample::select(vec![Purpose::SignIn, Purpose::Bind, Purpose::SettingChange]);
    let channel = prop::sample::select(vec![Channel::Sms, Channel::Sms, Channel::Sms, Channel::Email]);
    let guess = prop::sample::select(vec![Guess::Right, Guess::Wrong, Guess::Wrong, Guess::Earlier]);
    let wait = prop::sample::select(vec![
        Duration::from_millis(1),
        seconds(29),
        seconds(30),
        seconds(120) - MOMENT,
        seconds(300) - MOMENT,
        minutes(10),
        minutes(15),
        hours(1),
        days(1),
        days(31),
    ]);
    let back = prop::sample::select(vec![MOMENT, seconds(30), minutes(5), hours(2)]);
    prop_oneof![
        6 => (1..=2u8, channel, purpose, 1..=2u8)
            .prop_map(|(who, channel, purpose, page)| Act::Start { who, channel, purpose, page }),
        3 => (0..4usize).prop_map(Act::Resend),
        14 => (0..4usize, guess, prop::bool::weighted(0.9), 1..=4usize)
            .prop_map(|(nth, guess, own_page, times)| Act::Check { nth, guess, own_page, times }),
        1 => (0..4usize).prop_map(Act::Cancel),
        1 => (0..4usize).prop_map(Act::Expire),
        5 => wait.prop_map(Act::Wait),
        1 => back.prop_map(Act::StepBack),
    ]
}

/// What the history itself remembers, beside what the rules keep.
#[derive(Default)]
struct Witness {
    compared_wrong: HashMap<VerificationId, u32>,
    approved: HashSet<VerificationId>,
    /// When the newest code of a verification was asked for.
    sent_at: HashMap<VerificationId, Timestamp>,
    started_at: HashMap<VerificationId, Timestamp>,
    locked_until: HashMap<(Subject, Channel), Timestamp>,
}

struct History {
    play: Play,
    /// In the order of their starts; identifiers follow the clock, which may have been set back.
    started: Vec<VerificationId>,
    seen: Witness,
}

impl History {
    fn nth(&self, nth: usize) -> Option<VerificationId> {
        self.started.len().checked_sub(nth + 1).map(|index| self.started[index])
    }

    fn act(&mut self, act: &Act) -> Result<(), TestCaseError> {
        match act {
            Act::Start { who, channel, purpose, page: on } => {
                let to = address(if *channel == Channel::Sms { PHONE } else { EMAIL });
                let (subject, on) = (account(*who), page(*on));
                let ask = Ask { subject, address: to, page: on, ..Ask::for_purpose(*purpose) };
                if let Ok(id) = self.sending(subject, *channel, |play| play.start(&ask))? {
                    self.started.push(id);
                    self.seen.started_at.insert(id, self.play.now);
                    self.seen.sent_at.insert(id, self.play.now);
                }
            }
            Act::Resend(nth) => {
                let Some(id) = self.nth(*nth) else { return Ok(()) };
                let Verification { subject, channel, .. } = self.play.verifications[&id];
                if self.sending(subject, channel, |play| play.resend(id))?.is_ok() {
                    self.seen.sent_at.insert(id, self.play.now);
                }
            }
            Act::Check { nth, guess, own_page, times } => {
                let Some(id) = self.nth(*nth) else { return Ok(()) };
                for _ in 0..*times {
                    self.check(id, *guess, *own_page)?;
                }
            }
            Act::Cancel(nth) => {
                self.nth(*nth).map(|id| self.play.cancel(id));
            }
            Act::Expire(nth) => {
                self.nth(*nth).map(|id| self.play.expire(id));
            }
            Act::Wait(span) => self.play.wait(*span),
            Act::StepBack(span) => self.play.now = self.play.now.before(*span),
        }
        Ok(())
    }

    /// R7: asking for a code, whatever comes of it, lowers nothing that counts failures.
    fn sending<T>(
        &mut self,
        subject: Subject,
        channel: Channel,
        ask: impl FnOnce(&mut Play) -> Result<T, SendRefusal>,
    ) -> Result<Result<T, SendRefusal>, TestCaseError> {
        let counted = |play: &Play| {
            let state = play.factor(service(1), subject, channel.factor());
            [state.run, state.in_a_row, state.ladder_step, state.failures_this_year]
        };
        let (before, locked_before) = (counted(&self.play), self.lock(subject, channel));
        let outcome = ask(&mut self.play);
        let after = counted(&self.play);
        prop_assert!(before.iter().zip(after).all(|(before, after)| after >= *before), "R7");
        prop_assert!(outcome.is_err() || locked_before.is_none(), "sent while locked (R22)");
        Ok(outcome)
    }

    fn lock(&self, subject: Subject, channel: Channel) -> Option<Timestamp> {
        self.seen.locked_until.get(&(subject, channel)).copied().filter(|until| self.play.now < *until)
    }

    fn check(&mut self, id: VerificationId, guess: Guess, own_page: bool) -> Result<(), TestCaseError> {
        let codes = self.play.codes(id);
        let newest = codes.last().unwrap();
        let entered = match guess {
            Guess::Right => newest.clone(),
            Guess::Wrong => self.play.wrong_code(id),
            Guess::Earlier => codes[0].clone(),
        };
        let Verification { subject, channel, purpose, page: own, .. } = self.play.verifications[&id];
        let on = if own_page { own } else { page(9) };
        let locked = self.lock(subject, channel);
        let outcome = self.play.check_on(id, &entered, on);
        let now = self.play.now;
        match outcome {
            CheckOutcome::Approved => {
                prop_assert_eq!(&entered, newest, "only the newest code is alive (R6)");
                prop_assert!(own_page, "another page finished it");
                prop_assert!(self.seen.approved.insert(id), "approved twice (R4)");
                let life = if purpose == Purpose::Bind { 120 } else { 300 };
                prop_assert!(now < self.seen.sent_at[&id].after(seconds(life)), "after the code's end");
                prop_assert!(now < self.seen.started_at[&id].after(minutes(10)), "after the deadline (R3)");
                prop_assert_eq!(locked, None, "approved while locked (R22)");
            }
            CheckOutcome::Wrong { earlier, .. } => {
                prop_assert_eq!(earlier, entered != *newest && codes.contains(&entered));
            }
            CheckOutcome::LockedNow { until } => {
                self.seen.locked_until.insert((subject, channel), until);
            }
            _ => {}
        }
        if matches!(
            outcome,
            CheckOutcome::Wrong { .. } | CheckOutcome::LockedNow { .. } | CheckOutcome::DisabledNow
        ) {
            prop_assert_eq!(locked, None, "compared while locked");
            prop_assert_ne!(&entered, newest);
            *self.seen.compared_wrong.entry(id).or_default() += 1;
        }
        Ok(())
    }

    fn promises_hold(&self) -> Result<(), TestCaseError> {
        for (id, compared) in &self.seen.compared_wrong {
            prop_assert!(*compared <= 5, "{compared} wrong codes were compared for one verification");
            prop_assert_eq!(*compared, self.play.verifications[id].failures);
        }
        let mut approvable = HashSet::new();
        for (id, verification) in &self.play.verifications {
            let right = self.play.code(*id);
            let decision = self.play.judge(*id, &right, verification.page);
            if decision.outcome == CheckOutcome::Approved {
                let Verification { subject, channel, purpose, .. } = *verification;
                prop_assert!(approvable.insert((subject, channel, purpose)), "two codes alive at once (R6)");
            }
        }
        self.counters_match_the_outbox()
    }

    /// Each counter holds what the codes that left add up to: per address, per account, per network address.
    fn counters_match_the_outbox(&self) -> Result<(), TestCaseError> {
        for kind in [LimitKind::Address, LimitKind::Account, LimitKind::Ip] {
            let mut counted: HashMap<Timestamp, i64> = HashMap::new();
            for (key, count) in self.play.counters.iter().filter(|(key, _)| key.kind == kind) {
                *counted.entry(key.window_start).or_default() += count;
            }
            let mut sent: HashMap<Timestamp, i64> = HashMap::new();
            let window_ms = if kind == LimitKind::Ip { 3_600_000 } else { 86_400_000 };
            for (message, _) in &self.play.messages {
                let at = message.created_at.unix_ms();
                *sent.entry(Timestamp::from_unix_ms(at - at % window_ms)).or_default() += 1;
            }
            counted.retain(|_, count| *count != 0);
            prop_assert_eq!(counted, sent, "{:?}", kind);
        }
        Ok(())
    }
}

/// Caps wide enough that most of a history is played, and the default ones.
fn policy() -> impl Strategy<Value = Policy> {
    let wide = Policy {
        sends_before_lock: 100,
        sends_per_address_per_day: 1_000,
        sends_per_account_per_day: 1_000,
        sends_per_ip_per_hour: 1_000,
        ..Policy::default()
    };
    prop::sample::select(vec![wide.clone(), wide, Policy::default()])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_history_keeps_the_promises(
        policy in policy(),
        acts in prop::collection::vec(act(), 1..120),
    ) {
        let mut history =
            History { play: Play::with(policy), started: Vec::new(), seen: Witness::default() };
        for act in &acts {
            history.act(act)?;
            history.promises_hold()?;
        }
    }
}
