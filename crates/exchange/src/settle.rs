//! The gate: when value leaves. An exit is executed only after its assertion was checked offline against the
//! issuer's keys, the digest was recomputed from our own order and is the assertion's, and the redemption of
//! exactly that, under a key that was on disk before the call, succeeded. Every step may be cut off: the next
//! round begins where the book says, and the same key gives the same answer (R53, R74).

use std::collections::BTreeMap;

use subtle::ConstantTimeEq as _;

use crate::book::{Book, Exit, OpenAction, Refused, State};
use crate::countersign::{Action, NewAction};
use crate::digest::Subject;
use crate::house::House;
use crate::jws::{Compact, Expected, Problem};
use crate::ledger::NotChanged;
use crate::moment;
use crate::order::Order;
use crate::secret::Secret;
use crate::wire::{Fault, Refusal};

/// The refusals of a redemption that no second try can turn. After any other the exit waits, reserved, and is
/// tried again with the same key.
pub(crate) const FINAL: [&str; 6] = [
    "assertion_invalid",
    "assertion_expired",
    "assertion_used",
    "digest_mismatch",
    "action_held",
    "action_refused",
];

/// What an assertion has to be about.
pub(crate) struct Asked<'a> {
    pub(crate) account: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) action: &'a str,
    pub(crate) details: &'a BTreeMap<&'static str, String>,
}

/// Why an assertion proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unproved {
    /// The key that signed it could not be had: perhaps later.
    NotYet,
    Never(Problem),
}

/// Why an exit could not be placed or replaced. Nothing was sent.
#[derive(Debug)]
pub(crate) enum NotPlaced {
    NotEnough,
    /// The request that was to be edited is confirmed already, or on its way.
    TooLate,
    Countersign(Fault),
    /// The books could not be kept.
    Broken,
}

impl From<NotChanged> for NotPlaced {
    fn from(error: NotChanged) -> Self {
        match error {
            NotChanged::Refused(Refused::NotEnough) => NotPlaced::NotEnough,
            NotChanged::Refused(Refused::NotNow) => NotPlaced::TooLate,
            NotChanged::Refused(Refused::Unknown) => NotPlaced::Broken,
            NotChanged::NotKept(error) => {
                tracing::error!(%error, "the books could not be written");
                NotPlaced::Broken
            }
        }
    }
}

impl House {
    /// The digest of what was asked, if the assertion is the issuer's, for us, in time, and about exactly
    /// that.
    pub(crate) async fn check(&self, asked: &Asked<'_>, assertion: &Secret) -> Result<String, Unproved> {
        let compact = Compact::read(assertion.expose()).map_err(Unproved::Never)?;
        let key_id = compact.key_id().map_err(Unproved::Never)?;
        let key = self.keys.find(&key_id, self.now_ms(), self.countersign.keys()).await;
        let expected = Expected {
            issuer: &self.security_url,
            audience: &self.public_url,
            account: asked.account,
            kind: asked.kind,
            action: asked.action,
            now_ms: self.now_ms(),
        };
        let claims = compact.claims(&key.ok_or(Unproved::NotYet)?, &expected).map_err(Unproved::Never)?;
        let subject = Subject {
            account: asked.account,
            action: asked.action,
            audience: &self.public_url,
            details: asked.details,
            kind: asked.kind,
            service: &claims.service,
        };
        let digest = subject.digest();
        let is_same = bool::from(digest.as_bytes().ct_eq(claims.digest.as_bytes()));
        if is_same { Ok(digest) } else { Err(Unproved::Never(Problem::Digest)) }
    }

    /// Reserves, opens the action, and says where the holder confirms. `replaces` is an earlier request of
    /// the same customer: one that still waits is called off first, at Countersign and here, because an edit
    /// is a new action.
    pub(crate) async fn place(
        &self,
        user: &str,
        order: Order,
        replaces: Option<&str>,
        client_ip: Option<String>,
    ) -> Result<Secret, NotPlaced> {
        let id = self.draw(if matches!(order, Order::Withdrawal { .. }) { "wd_" } else { "sale_" });
        let account = self.ledger.read(|book| book.users.get(user).map(|user| user.account.clone()));
        let account = account.ok_or(NotPlaced::Broken)?;
        match replaces {
            Some(old) => self.call_off(user, old, &id, order.clone()).await?,
            None => self.ledger.change(|book| book.place(&id, user, order.clone(), self.now_ms()))?,
        }
        let (details, return_url) = (order.details(), self.return_url());
        let new = NewAction {
            account: &account,
            kind: order.kind(),
            details: &details,
            audience: &self.public_url,
            return_url: &return_url,
            client_ip,
        };
        match self.countersign.open_action(&new, &id).await.and_then(open_action) {
            Ok((action, confirm_url)) => {
                self.ledger.change(|book| book.opened(&id, action.clone()))?;
                Ok(confirm_url)
            }
            Err(fault) => {
                self.ledger.change(|book| book.discard(&id))?;
                Err(NotPlaced::Countersign(fault))
            }
        }
    }

    /// Cancels a waiting request and places its successor in one step, so that the balance is never promised
    /// twice. One that is final already is only a source of what was typed.
    async fn call_off(&self, user: &str, old: &str, new: &str, order: Order) -> Result<(), NotPlaced> {
        let theirs = |exit: &&Exit| exit.user == user && !matches!(exit.state, State::Canceled { .. });
        let find = || self.ledger.read(|book| book.exits.get(old).filter(theirs).cloned());
        let place = |book: &mut Book| book.place(new, user, order.clone(), self.now_ms());
        if find().is_none() {
            return Ok(self.ledger.change(place)?);
        }
        let _turn = self.turn(old).await;
        // Looked at again: it may have ended while we waited for the turn.
        let Some(exit) = find() else { return Ok(self.ledger.change(place)?) };
        let action =
            exit.action.as_ref().filter(|_| exit.state == State::Pending).ok_or(NotPlaced::TooLate)?;
        let swap = |book: &mut Book, now_ms: i64| {
            book.replace(old, new, now_ms)?;
            book.place(new, user, order.clone(), now_ms)
        };
        // Tried on a copy first: too large an edit must not cost the customer the request they have.
        self.ledger.read(|book| swap(&mut book.clone(), self.now_ms())).map_err(NotChanged::Refused)?;
        let canceled = self.countersign.cancel_action(&action.id).await;
        if !canceled.as_ref().is_ok_and(|action| is_over(&action.status)) {
            return match canceled {
                Ok(_) | Err(Fault::Refused(Refusal { status: 404 | 409, .. })) => Err(NotPlaced::TooLate),
                Err(fault) => Err(NotPlaced::Countersign(fault)),
            };
        }
        let replaced = self.ledger.change(|book| swap(book, self.now_ms()));
        if replaced.is_err() {
            self.release(old, "withdrawn");
        }
        Ok(replaced?)
    }

    /// The customer changed their mind.
    pub(crate) async fn withdraw_request(&self, id: &str) {
        let action = self.ledger.read(|book| book.exits.get(id)?.action.clone());
        if let Some(action) = action {
            match self.countersign.cancel_action(&action.id).await {
                Ok(_) => {}
                Err(fault) => tracing::warn!(%fault, "an action could not be canceled"),
            }
        }
        self.settle(id).await;
    }

    /// Moves an exit as far as it can go now.
    pub(crate) async fn settle(&self, id: &str) {
        let _turn = self.turn(id).await;
        let Some(exit) = self.ledger.read(|book| book.exits.get(id).cloned()) else { return };
        match (&exit.state, &exit.action) {
            (State::Pending, Some(open)) => self.ask(&exit, open).await,
            (State::Redeeming { assertion, digest }, Some(open)) => {
                self.redeem(&exit, open, assertion, digest).await;
            }
            _ => {}
        }
    }

    /// All that are open.
    pub(crate) async fn settle_all(&self) {
        let open = |book: &Book| -> Vec<String> {
            book.exits.values().filter(|exit| exit.is_open()).map(|exit| exit.id.clone()).collect()
        };
        for id in self.ledger.read(open) {
            self.settle(&id).await;
        }
    }

    async fn ask(&self, exit: &Exit, open: &OpenAction) {
        match self.countersign.action(&open.id).await {
            Ok(Action { status, assertion: Some(assertion), .. }) if status == "authorised" => {
                self.believe(exit, open, &assertion).await;
            }
            Ok(action) if is_over(&action.status) => {
                self.release(&exit.id, action.reason.as_deref().unwrap_or(&action.status));
            }
            // Redeemed, and not by us: the key of every redemption of ours is in the book before the call.
            Ok(action) if action.status == "redeemed" => self.release(&exit.id, "assertion_used"),
            Ok(_) => {}
            Err(Fault::Refused(Refusal { status: 404, .. })) => self.release(&exit.id, "unknown"),
            Err(fault) => tracing::warn!(%fault, exit = exit.id, "an action could not be looked at"),
        }
    }

    async fn believe(&self, exit: &Exit, open: &OpenAction, assertion: &Secret) {
        let Some(account) = self.ledger.read(|book| Some(book.users.get(&exit.user)?.account.clone())) else {
            return;
        };
        let details = exit.order.details();
        let asked = Asked { account: &account, kind: exit.order.kind(), action: &open.id, details: &details };
        match self.check(&asked, assertion).await {
            Ok(digest) => {
                let kept = |book: &mut Book| book.redeeming(&exit.id, assertion.clone(), digest.clone());
                match self.ledger.change(kept) {
                    Ok(()) => self.redeem(exit, open, assertion, &digest).await,
                    Err(error) => tracing::error!(?error, exit = exit.id, "a redemption was not begun"),
                }
            }
            Err(Unproved::NotYet) => tracing::warn!(exit = exit.id, "the key of an assertion is not known"),
            Err(Unproved::Never(problem)) => {
                tracing::error!(?problem, exit = exit.id, "an assertion was refused");
                self.release(&exit.id, "assertion_refused");
            }
        }
    }

    async fn redeem(&self, exit: &Exit, open: &OpenAction, assertion: &Secret, digest: &str) {
        match self.countersign.redeem(assertion, digest, &exit.id).await {
            Ok(redeemed) if redeemed.action == open.id && redeemed.digest == digest => {
                if let Err(error) = self.ledger.change(|book| book.execute(&exit.id, self.now_ms())) {
                    tracing::error!(
                        ?error,
                        exit = exit.id,
                        "redeemed and not executed: the next round tries again"
                    );
                }
            }
            Ok(_) => {
                tracing::error!(exit = exit.id, "the answer to a redemption is about something else");
                self.release(&exit.id, "assertion_refused");
            }
            Err(Fault::Refused(refusal)) if FINAL.contains(&refusal.code.as_str()) => {
                let reason = match refusal.code.as_str() {
                    "action_held" => "held",
                    "action_refused" => refusal.reason.as_deref().unwrap_or("policy"),
                    code => code,
                };
                self.release(&exit.id, reason);
            }
            Err(fault) => tracing::warn!(%fault, exit = exit.id, "a redemption has no answer yet"),
        }
    }

    /// Cancels here, after it can no longer be confirmed there.
    pub(crate) fn release(&self, id: &str, reason: &str) {
        match self.ledger.change(|book| book.cancel(id, reason, self.now_ms())) {
            Ok(()) | Err(NotChanged::Refused(_)) => {}
            Err(NotChanged::NotKept(error)) => tracing::error!(%error, "the books could not be written"),
        }
    }
}

fn is_over(status: &str) -> bool {
    status == "canceled" || status == "lapsed"
}

/// What is kept of an action that was just opened.
fn open_action(action: Action) -> Result<(OpenAction, Secret), Fault> {
    let incomplete = || Fault::Unreachable("an action without its end or its address".to_owned());
    let expires_ms = moment::read(&action.expires_at).ok_or_else(incomplete)?;
    let confirm_url = Secret::new(action.confirm_url.ok_or_else(incomplete)?);
    let open = OpenAction {
        id: action.id,
        expires_ms,
        fingerprint: action.fingerprint,
        confirm_url: Some(confirm_url.clone()),
    };
    Ok((open, confirm_url))
}
