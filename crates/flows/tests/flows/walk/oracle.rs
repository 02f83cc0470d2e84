//! What must be true, found without the product's rules: the walk keeps its own account of who holds what,
//! which answers were right, for which action and when, and what changed. Written from product.md D and F; it
//! calls nothing that decides.

use crate::house::Person;
use countersign_core::id::ActionId;
use countersign_core::model::*;
use countersign_core::requirement::Signal;
use countersign_flows::NewAction;
use std::collections::HashSet;

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// What the walk knows of an account.
pub(super) struct Holder {
    pub(super) person: Person,
    /// What the relying party set.
    pub(super) status: AccountStatus,
    pub(super) frozen: bool,
    pub(super) sms_on: bool,
    pub(super) recovery: Vec<String>,
    pub(super) recovery_spent: Vec<String>,
    /// By how many steps the app is ahead, as found when it was enrolled.
    pub(super) drift: i64,
    /// True time of the last change after which value must wait.
    pub(super) changed_ms: Option<i64>,
    /// The latest end of a hold that was seen.
    pub(super) held_until_ms: i64,
    pub(super) locked: Vec<(Factor, i64)>,
    /// A factor's yearly budget is used up: nothing new is begun with this account.
    pub(super) spent: bool,
    pub(super) cookie: Option<String>,
    pub(super) device: Option<String>,
    pub(super) freeze_links: Vec<String>,
}

/// What was so when an action was opened.
#[derive(Clone, Debug)]
pub(super) struct Then {
    pub(super) app: bool,
    pub(super) number: bool,
    pub(super) email: bool,
    /// 0.1 BTC or more, or nobody knows.
    pub(super) large: bool,
    pub(super) sim: Signal,
    pub(super) active: bool,
}

/// A code that was sent for an action.
#[derive(Clone)]
pub(super) struct Sent {
    pub(super) factor: Factor,
    pub(super) code: String,
    pub(super) at_ms: i64,
    pub(super) spent: bool,
}

/// An action, as the walk knows it.
pub(super) struct Deed {
    pub(super) id: ActionId,
    pub(super) holder: usize,
    pub(super) kind: ActionKind,
    /// Of the Security Center's own: what it is for and the session that asked.
    pub(super) own: Option<(Option<Setting>, Option<String>)>,
    pub(super) opened_ms: i64,
    pub(super) more: i64,
    pub(super) then: Then,
    pub(super) digest: DetailsDigest,
    pub(super) opening: Option<NewAction>,
    pub(super) link: Option<String>,
    pub(super) links_dead: Vec<String>,
    /// The browser that owns its page.
    pub(super) owner: Option<String>,
    /// What the product asks for: decides where the walk goes, never what is right.
    pub(super) any_of: Vec<Vec<Factor>>,
    pub(super) way: usize,
    pub(super) proved: Vec<Factor>,
    pub(super) codes: Vec<Sent>,
    pub(super) done_ms: Option<i64>,
    pub(super) assertion: Option<String>,
    pub(super) redeemed_with: Option<String>,
    /// As it was when it was first seen to have come to an end.
    pub(super) end: Option<Box<Action>>,
    pub(super) over: bool,
}

impl Deed {
    pub(super) fn is_own(&self) -> bool {
        self.own.is_some()
    }

    /// Until when it can be confirmed: 120 s where value leaves, ten minutes otherwise; as much again, once.
    pub(super) fn deadline_ms(&self) -> i64 {
        let life = if is_exit(self.kind) { 2 * MINUTE } else { 10 * MINUTE };
        assert!(self.more <= 1, "more time was given twice");
        self.opened_ms + life * (1 + self.more)
    }

    fn has(&self, factor: Factor) -> bool {
        self.proved.contains(&factor)
    }

    /// Whether what was proved is enough (section D; section F for the phone).
    pub(super) fn is_enough(&self) -> bool {
        use Factor::*;
        let (then, has) = (&self.then, |factor| self.has(factor));
        let several = [Totp, Email, Sms].into_iter().filter(|factor| self.has(*factor)).count() >= 2;
        let guarded = then.app || then.number;
        if is_exit(self.kind) {
            let large = self.kind == ActionKind::Withdrawal && then.large;
            let second = match (large, then.sim) {
                (true, Signal::Yes) => false,
                (false, Signal::Yes) => has(Totp),
                (true, _) => has(Sms) && (has(Totp) || !then.app),
                (false, _) => has(Totp) || has(Sms),
            };
            return then.active && has(TradingPassword) && second;
        }
        match self.kind {
            ActionKind::SignIn if then.app => has(Totp) || has(Sms) || has(RecoveryCode),
            ActionKind::SignIn => has(Sms) || has(Email) || has(RecoveryCode),
            ActionKind::PasswordReset if !guarded => has(Email),
            ActionKind::PasswordReset => {
                several || (!then.email && has(Sms) && (has(TradingPassword) || has(RecoveryCode)))
            }
            ActionKind::FactorAdd if then.app => has(Totp) || several || has(RecoveryCode),
            ActionKind::FactorAdd => has(Sms) || has(Email),
            ActionKind::PhoneChange => has(Sms) || (has(Totp) && has(Email)),
            ActionKind::FactorRemove | ActionKind::Unfreeze if !guarded => has(Password) && has(Email),
            ActionKind::FactorRemove => {
                let recovered = has(Password) && has(RecoveryCode);
                several || recovered || (!then.email && has(Password) && has(Sms))
            }
            ActionKind::Unfreeze => several || (!then.email && has(Password) && has(Sms)),
            _ => false,
        }
    }
}

/// Every way that value leaves (section F, R65).
pub(super) fn is_exit(kind: ActionKind) -> bool {
    use ActionKind::*;
    matches!(
        kind,
        Withdrawal
            | P2pSell
            | ApiKeyCreate
            | InternalTransfer
            | SubAccountTransfer
            | Gift
            | Voucher
            | CardPayment
            | P2pAd
            | WhitelistEdit
    )
}

/// What is judged, and what must never happen twice.
#[derive(Default)]
pub(super) struct Oracle {
    pub(super) holders: Vec<Holder>,
    pub(super) deeds: Vec<Deed>,
    /// Steps of apps that were accepted, ever.
    steps: HashSet<(Vec<u8>, i64)>,
}

impl Oracle {
    /// An app was enrolled with the code of this step.
    pub(super) fn enrolled(&mut self, key: &[u8], step: i64) {
        assert!(self.steps.insert((key.to_vec(), step)), "a step was used to enrol twice");
    }

    /// Takes an answer that may count, if it is right for this action at this moment; what can be used once
    /// is used up.
    pub(super) fn take(
        &mut self,
        deed: usize,
        factor: Factor,
        typed: &str,
        now_ms: i64,
        wall_ms: i64,
    ) -> bool {
        let deed = &mut self.deeds[deed];
        let holder = &mut self.holders[deed.holder];
        let is_locked = holder.locked.iter().any(|(of, until)| *of == factor && now_ms < *until);
        let right = !is_locked
            && match factor {
                Factor::Password => holder.person.password == typed,
                Factor::TradingPassword => holder.person.trading.as_deref() == Some(typed),
                Factor::RecoveryCode => match holder.recovery.iter().position(|code| code == typed) {
                    None => false,
                    Some(place) => {
                        holder.recovery_spent.push(holder.recovery.remove(place));
                        true
                    }
                },
                Factor::Totp => match &holder.person.app {
                    None => false,
                    Some(app) => {
                        let step = wall_ms.div_euclid(30_000) + holder.drift;
                        let last =
                            self.steps.iter().filter(|(key, _)| *key == app.key).map(|(_, step)| *step).max();
                        let fits =
                            |step: &i64| last.is_none_or(|last| *step > last) && app.code(*step) == typed;
                        match [step, step - 1].into_iter().find(fits) {
                            None => false,
                            Some(step) => self.steps.insert((app.key.clone(), step)),
                        }
                    }
                },
                Factor::Sms | Factor::Email => {
                    // Ten minutes is the most that codes of one action may take altogether.
                    let life = if deed.kind == ActionKind::Withdrawal { 2 * MINUTE } else { 5 * MINUTE };
                    let newest = deed.codes.iter_mut().rfind(|sent| sent.factor == factor);
                    match newest {
                        Some(sent) if !sent.spent && sent.code == typed && now_ms - sent.at_ms < life => {
                            sent.spent = true;
                            true
                        }
                        _ => false,
                    }
                }
                Factor::Passkey => false,
            };
        if right && !deed.proved.contains(&factor) {
            deed.proved.push(factor);
        }
        right
    }

    /// An answer was judged at all: the action was open.
    pub(super) fn judged(&self, deed: usize, now_ms: i64) {
        let deed = &self.deeds[deed];
        assert!(now_ms < deed.deadline_ms(), "an answer was judged after the time to confirm");
        assert!(deed.done_ms.is_none() && !deed.over, "an answer was judged after the end");
    }

    /// Everything was said to be proved.
    pub(super) fn authorised(&mut self, deed: usize, now_ms: i64, truth_ms: i64) {
        self.judged(deed, now_ms);
        self.may_leave(deed, truth_ms);
        let deed = &mut self.deeds[deed];
        assert!(
            deed.is_enough(),
            "{:?} was authorised by {:?}; then: {:?}",
            deed.kind,
            deed.proved,
            deed.then
        );
        deed.done_ms = Some(now_ms);
    }

    /// Neither freeze nor hold stands in the way, by true time.
    fn may_leave(&self, deed: usize, truth_ms: i64) {
        let deed = &self.deeds[deed];
        let holder = &self.holders[deed.holder];
        let may_open_again = deed.is_own() && matches!(deed.kind, ActionKind::SignIn | ActionKind::Unfreeze);
        let is_frozen = holder.frozen || holder.status == AccountStatus::Frozen;
        assert!(!is_frozen || may_open_again, "{:?} on a frozen account", deed.kind);
        if is_exit(deed.kind)
            && let Some(changed) = holder.changed_ms
        {
            let waited = truth_ms - changed;
            assert!(waited >= DAY, "{:?} {waited} ms after a change", deed.kind);
        }
    }

    /// Value leaves.
    pub(super) fn redeemed(
        &mut self,
        deed: usize,
        key: &str,
        digest: &DetailsDigest,
        now_ms: i64,
        truth_ms: i64,
    ) {
        let one = &self.deeds[deed];
        assert!(!one.is_own(), "one of our own was redeemed");
        assert_eq!(*digest, one.digest, "another digest was redeemed");
        if let Some(before) = &one.redeemed_with {
            assert_eq!(before, key, "redeemed twice, with two keys");
            return;
        }
        self.may_leave(deed, truth_ms);
        let one = &mut self.deeds[deed];
        let done = one.done_ms.expect("redeemed and never authorised");
        assert!(now_ms - done < MINUTE, "redeemed {} ms after it was authorised", now_ms - done);
        assert!(one.is_enough(), "{:?} left with {:?}; then: {:?}", one.kind, one.proved, one.then);
        assert!(!one.over, "redeemed after its end");
        one.redeemed_with = Some(key.to_owned());
    }
}
