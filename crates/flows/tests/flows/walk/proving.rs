//! Steps that answer: right, wrong, late, early, somebody else's, by the wrong browser and by the wrong door;
//! and the codes that are asked for.

use super::Walk;
use super::oracle::Sent;
use crate::house::{caller, code_in, notice_in};
use countersign_core::lock;
use countersign_core::model::*;
use countersign_core::proof::Answer;
use countersign_core::verification::CheckOutcome;
use countersign_flows::{ActionSend, Answers, CodeAnswer, Effect, Judged, ProveOutcome};

/// Answers in the order in which they are judged.
type Given = Vec<(Factor, String)>;

impl Walk {
    pub(super) async fn prove(&mut self) {
        let Some(at) = self.some_open() else { return };
        let deed = &self.oracle.deeds[at];
        let by_api = match (&deed.owner, deed.is_own()) {
            (None, false) => self.chance.percent(60),
            _ => self.chance.percent(4),
        };
        let is_free = self.oracle.deeds[at].owner.is_none() && !self.oracle.deeds[at].is_own();
        if is_free && !by_api && self.chance.percent(85) {
            return self.claim().await;
        }
        let astray = self.chance.percent(5);
        let page = match self.oracle.deeds[at].owner.clone().filter(|_| !astray) {
            Some(owner) => owner,
            None => self.some_browser(),
        };
        let given = self.answers(at);
        let answers = as_answers(&given);
        let session = self.oracle.deeds[at].own.as_ref().and_then(|(_, cookie)| cookie.clone());
        let was_signed_in = match &session {
            Some(cookie) => self.house.signed_in(cookie).await.is_some(),
            None => false,
        };
        let (service_id, id, now) = (self.house.service_id, self.oracle.deeds[at].id, self.now_ms());
        let flows = &self.house.flows;
        let outcome = if by_api {
            flows.prove_by_api(service_id, id, answers, caller()).await.unwrap()
        } else {
            flows.prove_on_page(service_id, id, &page, answers, caller()).await.unwrap()
        };
        if !matches!(outcome, ProveOutcome::Gone) {
            let deed = &self.oracle.deeds[at];
            let entitled =
                if by_api { deed.owner.is_none() && !deed.is_own() } else { deed.owner == Some(page) };
            assert!(entitled, "an answer was looked at that came from somewhere else");
        }
        match outcome {
            ProveOutcome::Gone => self.seen.count("answers not looked at"),
            ProveOutcome::Open { answers, sent } => {
                for (factor, judged) in answers {
                    self.oracle.judged(at, now);
                    self.judged(at, &given, factor, judged);
                }
                if sent == Some(ActionSend::Sent) {
                    self.codes_for(at).await;
                }
            }
            ProveOutcome::Refused(refusal) => {
                assert!(self.take_until_enough(at, &given, now), "refused before everything was proved");
                self.oracle.deeds[at].over = true;
                self.seen.count(match refusal {
                    countersign_core::action::Refusal::Held { .. } => "refused for a hold at the end",
                    _ => "refused for a freeze at the end",
                });
            }
            ProveOutcome::Done { action, effect } => {
                assert!(self.take_until_enough(at, &given, now), "done before everything was proved");
                self.oracle.authorised(at, now, self.house.clock.truth_ms());
                assert_eq!(action.digest, self.oracle.deeds[at].digest);
                self.seen.count("authorised");
                self.settle(at, effect.map(|effect| *effect), was_signed_in).await;
            }
        }
    }

    /// What the product says of one answer, against what the walk knows.
    fn judged(&mut self, at: usize, given: &Given, factor: Factor, judged: Judged) {
        let now = self.now_ms();
        let holder = self.oracle.deeds[at].holder;
        let lock = match judged {
            Judged::Proof(Answer::Right) | Judged::Code(CodeAnswer::Judged(CheckOutcome::Approved)) => {
                let typed = given.iter().find(|(of, _)| *of == factor || is_code(*of) && is_code(factor));
                let typed = typed.map(|(_, typed)| typed.clone()).unwrap_or_default();
                assert!(
                    self.oracle.take(at, factor, &typed, now, self.wall_ms()),
                    "a wrong {factor:?} was accepted"
                );
                self.seen.count("right answers");
                return;
            }
            Judged::Proof(Answer::LockedNow { until })
            | Judged::Code(CodeAnswer::Judged(CheckOutcome::LockedNow { until })) => {
                self.oracle.holders[holder].locked.push((factor, until.unix_ms()));
                self.seen.count("locked");
                return;
            }
            Judged::Proof(Answer::Refused(refusal)) => refusal == lock::Refusal::Disabled,
            Judged::Code(CodeAnswer::Judged(CheckOutcome::Refused(refusal))) => {
                refusal == lock::Refusal::Disabled
            }
            Judged::Proof(Answer::DisabledNow)
            | Judged::Code(CodeAnswer::Judged(CheckOutcome::DisabledNow)) => true,
            _ => false,
        };
        self.oracle.holders[holder].spent |= lock;
        self.seen.count("wrong answers");
    }

    /// Takes answers one by one, as long as more is asked for; whether it came to enough.
    fn take_until_enough(&mut self, at: usize, given: &Given, now: i64) -> bool {
        for (factor, typed) in given {
            let factor = if is_code(*factor) { self.code_that_is_out(at) } else { *factor };
            // Nothing is judged for a reset before a code that was sent: nobody has proved anything yet.
            let deed = &self.oracle.deeds[at];
            let is_early =
                deed.kind == ActionKind::PasswordReset && !deed.proved.iter().copied().any(is_code);
            if !deed.proved.contains(&factor) && (is_code(factor) || !is_early) {
                let wall = self.wall_ms();
                self.oracle.take(at, factor, typed, now, wall);
            }
            let deed = &self.oracle.deeds[at];
            if deed.any_of.iter().any(|set| set.iter().all(|factor| deed.proved.contains(factor))) {
                return true;
            }
        }
        false
    }

    fn code_that_is_out(&self, at: usize) -> Factor {
        self.oracle.deeds[at].codes.last().map_or(Factor::Sms, |sent| sent.factor)
    }

    /// Answers to what is still asked for on the chosen way.
    fn answers(&mut self, at: usize) -> Given {
        let deed = &self.oracle.deeds[at];
        let way = deed.any_of.get(deed.way).or(deed.any_of.first()).cloned().unwrap_or_default();
        let is_left = |factor: &Factor| !deed.proved.contains(factor);
        let left: Vec<Factor> = way.into_iter().filter(is_left).collect();
        let (codes, at_hand): (Vec<Factor>, Vec<Factor>) =
            left.into_iter().partition(|factor| is_code(*factor));
        let mut given = Given::new();
        for factor in [Factor::Password, Factor::TradingPassword, Factor::RecoveryCode, Factor::Totp]
            .iter()
            .filter(|factor| at_hand.contains(factor))
        {
            if self.chance.percent(88) {
                given.push((*factor, self.typed(at, *factor)));
            }
        }
        let wants_code = !codes.is_empty() || self.chance.percent(5);
        let share = if at_hand.is_empty() { 85 } else { 25 };
        if wants_code && !self.oracle.deeds[at].codes.is_empty() && self.chance.percent(share) {
            let factor = self.code_that_is_out(at);
            given.push((factor, self.typed(at, factor)));
        }
        given
    }

    fn typed(&mut self, at: usize, factor: Factor) -> String {
        let holder = self.oracle.deeds[at].holder;
        let own = if self.chance.percent(93) { holder } else { self.some_holder() };
        let random = self.chance.digits();
        let is_right = self.chance.percent(90);
        let step = self.wall_ms().div_euclid(30_000) + self.oracle.holders[own].drift;
        let astray = self.chance.between(-3, 2);
        let other = self.chance.below(self.oracle.deeds.len());
        let place = self.chance.below(3);
        let person = &self.oracle.holders[own];
        match factor {
            Factor::Password if is_right => person.person.password.clone(),
            Factor::TradingPassword if is_right => person.person.trading.clone().unwrap_or(random),
            Factor::RecoveryCode => {
                let codes = if is_right { &person.recovery } else { &person.recovery_spent };
                codes.first().cloned().unwrap_or_else(|| "0000000000000000".to_owned())
            }
            Factor::Totp => {
                let step = if is_right { step } else { step + astray };
                person.person.app.as_ref().map_or(random, |app| app.code(step))
            }
            Factor::Sms | Factor::Email => {
                let codes =
                    if is_right { &self.oracle.deeds[at].codes } else { &self.oracle.deeds[other].codes };
                let chosen = if is_right { codes.last() } else { codes.iter().rev().nth(place) };
                chosen.map_or(random, |sent| sent.code.clone())
            }
            _ => random,
        }
    }

    pub(super) async fn send(&mut self) {
        let Some(at) = self.some_open() else { return };
        let deed = &self.oracle.deeds[at];
        let (service_id, id, now, owner) =
            (self.house.service_id, deed.id, self.now_ms(), deed.owner.clone());
        let channel = self.chance.percent(10).then_some(Channel::Voice);
        let sent = if owner.is_some() && self.chance.percent(92) {
            let astray = self.chance.percent(5);
            let page = match owner.clone().filter(|_| !astray) {
                Some(page) => page,
                None => self.some_browser(),
            };
            let flows = &self.house.flows;
            let sent = flows.send_on_confirm_page(service_id, id, &page, channel, caller()).await.unwrap();
            assert!(sent == ActionSend::Gone || owner == Some(page), "another browser had a code sent");
            sent
        } else {
            let factor = if self.chance.percent(60) { Factor::Sms } else { Factor::Email };
            let flows = &self.house.flows;
            let sent = flows.send_action_code(service_id, id, factor, channel, caller()).await.unwrap();
            assert!(sent == ActionSend::Gone || owner.is_none(), "two doors were open at once");
            sent
        };
        if sent == ActionSend::Sent {
            self.oracle.judged(at, now);
            self.codes_for(at).await;
        }
    }

    /// Takes what was sent and keeps its codes with the action they were sent for.
    async fn codes_for(&mut self, at: usize) {
        for (factor, code) in self.take_post().await {
            self.seen.count("codes sent");
            self.secrets.push(code.clone());
            let sent = Sent { factor, code, at_ms: self.now_ms(), spent: false };
            // A new code kills the ones before, whatever they were sent over.
            self.oracle.deeds[at]
                .codes
                .iter_mut()
                .filter(|one| one.factor == factor)
                .for_each(|one| one.spent = true);
            self.oracle.deeds[at].codes.push(sent);
        }
    }

    /// Takes every message; answers their codes, and keeps the freeze links of the rest.
    pub(super) async fn take_post(&mut self) -> Vec<(Factor, String)> {
        let mut codes = Vec::new();
        for message in self.house.post().await {
            if let Some(code) = code_in(&message) {
                codes.push((message.channel.factor(), code));
            } else if let Some((_, link)) = notice_in(&message) {
                let of = |holder: &&mut super::Holder| Some(holder.person.id) == message.account_id;
                if let Some(holder) = self.oracle.holders.iter_mut().find(of) {
                    holder.freeze_links = vec![link];
                }
            }
        }
        codes
    }

    /// What an action of our own led to.
    async fn settle(&mut self, at: usize, effect: Option<Effect>, was_signed_in: bool) {
        let deed = &self.oracle.deeds[at];
        let (holder, own) = (deed.holder, deed.own.clone());
        let Some((setting, cookie)) = own else {
            assert!(effect.is_none(), "a relying party's action had an effect here");
            return;
        };
        self.oracle.deeds[at].over = true;
        self.seen.count("own actions authorised");
        match effect {
            Some(Effect::SignedIn(opened)) => {
                assert_eq!(setting, None);
                self.seen.count("signed in on the confirm page");
                let one = &mut self.oracle.holders[holder];
                one.cookie = Some(opened.session_token.expose().to_owned());
                one.device =
                    opened.device_token.as_ref().map(|token| token.expose().to_owned()).or(one.device.take());
            }
            Some(Effect::GoOn { setting: to, token }) => {
                assert!(was_signed_in && setting == Some(to), "a setting without a session");
                let (token, cookie) = (token.expose().to_owned(), cookie.unwrap_or_default());
                self.trips.push(super::settings::Trip { holder, setting: to, token, cookie });
            }
            Some(Effect::Changed(to)) => {
                assert!(was_signed_in && setting == Some(to), "a setting without a session");
                self.removed(holder, to);
            }
            Some(Effect::Unchanged(_)) => self.seen.count("a setting stayed"),
            Some(other @ (Effect::CaseVerified(_) | Effect::CaseAsked(_) | Effect::CaseAccess(..))) => {
                panic!("nobody on this walk asked to be recovered: {other:?}")
            }
            None | Some(Effect::ChoosePassword(_)) => panic!("one of our own led to nothing"),
        }
        self.take_post().await;
    }
}

fn is_code(factor: Factor) -> bool {
    matches!(factor, Factor::Sms | Factor::Email)
}

fn as_answers(given: &Given) -> Answers {
    let mut answers = Answers::default();
    for (factor, typed) in given {
        let typed = Some(typed.clone());
        match factor {
            Factor::Password => answers.password = typed,
            Factor::TradingPassword => answers.trading_password = typed,
            Factor::RecoveryCode => answers.recovery_code = typed,
            Factor::Totp => answers.totp = typed,
            Factor::Sms | Factor::Email => answers.code = typed,
            Factor::Passkey => {}
        }
    }
    answers
}
