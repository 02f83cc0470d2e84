//! The books: customers, balances, and every exit with its state. Each change here is one step that holds or
//! does not happen; what is reserved is never a number of its own, but the sum of the exits under way.
//!
//! ```text
//! requested ──► pending ──► redeeming ──► sent        money moves on the last arrow only
//!     └────────────┴────────────┴───────► canceled    and what was reserved is free again
//! ```

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::amount::Amount;
use crate::asset::Asset;
use crate::order::Order;
use crate::secret::Secret;

/// Everything that survives a restart.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Book {
    pub(crate) users: BTreeMap<String, User>,
    pub(crate) exits: BTreeMap<String, Exit>,
    pub(crate) webhook: Option<Webhook>,
}

/// A customer.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) email: String,
    /// argon2id, as a PHC string.
    pub(crate) password_hash: Secret,
    /// The account at Countersign.
    pub(crate) account: String,
    pub(crate) balances: BTreeMap<Asset, Amount>,
    /// What came and went, oldest first.
    pub(crate) entries: Vec<Entry>,
    pub(crate) api_keys: Vec<ApiKey>,
}

/// One movement on a balance.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) at_ms: i64,
    pub(crate) asset: Asset,
    pub(crate) amount: Amount,
    pub(crate) is_credit: bool,
    pub(crate) what: String,
}

/// A key to the exchange's trading API, which this sample does not have.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ApiKey {
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) scopes: String,
    pub(crate) created_ms: i64,
    /// SHA-256 of the secret, which is 128 random bits, in hexadecimal.
    pub(crate) secret_hash: String,
}

/// Our endpoint at Countersign.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Webhook {
    pub(crate) id: String,
    pub(crate) url: String,
    pub(crate) secret: Secret,
}

/// One request to let value go, with its life.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Exit {
    /// Also the idempotency key of both calls that it makes.
    pub(crate) id: String,
    pub(crate) user: String,
    pub(crate) order: Order,
    pub(crate) requested_ms: i64,
    pub(crate) action: Option<OpenAction>,
    pub(crate) state: State,
    /// The request that took its place when the customer edited it.
    pub(crate) replaced_by: Option<String>,
}

/// The action that an exit waits for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct OpenAction {
    pub(crate) id: String,
    pub(crate) expires_ms: i64,
    pub(crate) fingerprint: String,
    /// Holds a capability, and its use is over in minutes: not kept on disk.
    #[serde(skip)]
    pub(crate) confirm_url: Option<Secret>,
}

/// Where an exit stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(crate) enum State {
    /// Reserved; Countersign has not answered yet.
    Requested,
    /// The holder may confirm.
    Pending,
    /// Confirmed and checked; the assertion is being redeemed, with the exit's id as the key, until there is
    /// an answer.
    Redeeming { assertion: Secret, digest: String },
    /// Redeemed and debited.
    Sent { at_ms: i64 },
    /// Nothing left. The reason is Countersign's word, or one of ours.
    Canceled { reason: String, at_ms: i64 },
}

/// Why a step was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// No such customer or exit.
    Unknown,
    /// The exit is past the point where this step begins.
    NotNow,
    /// There is not as much on the balance.
    NotEnough,
}

impl Exit {
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.state, State::Requested | State::Pending | State::Redeeming { .. })
    }

    pub(crate) fn is_pending(&self) -> bool {
        self.state == State::Pending
    }
}

impl Book {
    /// What a customer can spend: the balance less what open exits reserve.
    pub(crate) fn available(&self, user: &str, asset: Asset) -> Amount {
        let balance = self.balance(user, asset);
        balance.minus(self.reserved(user, asset)).unwrap_or(Amount::ZERO)
    }

    pub(crate) fn balance(&self, user: &str, asset: Asset) -> Amount {
        self.users.get(user).and_then(|user| user.balances.get(&asset)).copied().unwrap_or_default()
    }

    pub(crate) fn reserved(&self, user: &str, asset: Asset) -> Amount {
        let theirs = |exit: &&Exit| exit.user == user && exit.order.asset() == asset && exit.is_open();
        let open = self.exits.values().filter(theirs);
        // Each was checked against the balance with the others counted, so the sum is at most a balance.
        open.fold(Amount::ZERO, |sum, exit| sum.plus(exit.order.amount()).unwrap_or(sum))
    }

    pub(crate) fn user_by_email(&self, email: &str) -> Option<&User> {
        self.users.values().find(|user| user.email.eq_ignore_ascii_case(email))
    }

    pub(crate) fn exit_by_action(&self, action: &str) -> Option<&Exit> {
        self.exits.values().find(|exit| exit.action.as_ref().is_some_and(|open| open.id == action))
    }

    /// Reserves. Nothing is asked of anybody yet.
    pub(crate) fn place(&mut self, id: &str, user: &str, order: Order, now_ms: i64) -> Result<(), Refused> {
        if !self.users.contains_key(user) || self.exits.contains_key(id) {
            return Err(Refused::Unknown);
        }
        if self.available(user, order.asset()) < order.amount() {
            return Err(Refused::NotEnough);
        }
        let exit = Exit {
            id: id.to_owned(),
            user: user.to_owned(),
            order,
            requested_ms: now_ms,
            action: None,
            state: State::Requested,
            replaced_by: None,
        };
        self.exits.insert(id.to_owned(), exit);
        Ok(())
    }

    /// Takes back a request that Countersign never opened an action for.
    pub(crate) fn discard(&mut self, id: &str) -> Result<(), Refused> {
        match self.exits.get(id) {
            Some(exit) if exit.state == State::Requested => {
                self.exits.remove(id);
                Ok(())
            }
            _ => Err(Refused::NotNow),
        }
    }

    /// The action is open: the holder may confirm.
    pub(crate) fn opened(&mut self, id: &str, action: OpenAction) -> Result<(), Refused> {
        let exit = self.exit_in(id, |state| *state == State::Requested)?;
        exit.action = Some(action);
        exit.state = State::Pending;
        Ok(())
    }

    /// The assertion was checked. From here on the answer to its redemption decides, and nothing else does.
    pub(crate) fn redeeming(&mut self, id: &str, assertion: Secret, digest: String) -> Result<(), Refused> {
        let exit = self.exit_in(id, |state| *state == State::Pending)?;
        exit.state = State::Redeeming { assertion, digest };
        Ok(())
    }

    /// Releases what was reserved.
    pub(crate) fn cancel(&mut self, id: &str, reason: &str, now_ms: i64) -> Result<(), Refused> {
        let exit = self.exit_in(id, |state| !matches!(state, State::Sent { .. } | State::Canceled { .. }))?;
        exit.state = State::Canceled { reason: reason.to_owned(), at_ms: now_ms };
        Ok(())
    }

    /// Releases a request in favour of another, which must still be placed.
    pub(crate) fn replace(&mut self, old: &str, new: &str, now_ms: i64) -> Result<(), Refused> {
        let exit = self.exit_in(old, |state| *state == State::Pending)?;
        exit.state = State::Canceled { reason: "edited".to_owned(), at_ms: now_ms };
        exit.replaced_by = Some(new.to_owned());
        Ok(())
    }

    /// The one place where value leaves: the exit was redeemed, the balance is debited, and both in one step.
    pub(crate) fn execute(&mut self, id: &str, now_ms: i64) -> Result<(), Refused> {
        let exit = self.exit_in(id, |state| matches!(state, State::Redeeming { .. }))?;
        exit.state = State::Sent { at_ms: now_ms };
        let (order, user) = (exit.order.clone(), exit.user.clone());
        let user = self.users.get_mut(&user).ok_or(Refused::Unknown)?;
        let (asset, amount) = (order.asset(), order.amount());
        let balance = user.balances.entry(asset).or_default();
        *balance = balance.minus(amount).ok_or(Refused::NotEnough)?;
        let what = match &order {
            Order::Withdrawal { rail, .. } => format!("Withdrawal on {}", rail.network()),
            Order::P2pSell { buyer, .. } => format!("Sold to {buyer}"),
        };
        user.entries.push(Entry { at_ms: now_ms, asset, amount, is_credit: false, what: what.clone() });
        if let Some(proceeds) = order.proceeds_cents().and_then(Amount::of_cents) {
            user.credit(Asset::Eur, proceeds, what, now_ms)?;
        }
        Ok(())
    }

    fn exit_in(&mut self, id: &str, may: impl Fn(&State) -> bool) -> Result<&mut Exit, Refused> {
        let exit = self.exits.get_mut(id).ok_or(Refused::Unknown)?;
        if may(&exit.state) { Ok(exit) } else { Err(Refused::NotNow) }
    }
}

impl User {
    pub(crate) fn credit(
        &mut self,
        asset: Asset,
        amount: Amount,
        what: String,
        at_ms: i64,
    ) -> Result<(), Refused> {
        let balance = self.balances.entry(asset).or_default();
        *balance = balance.plus(amount).ok_or(Refused::NotEnough)?;
        self.entries.push(Entry { at_ms, asset, amount, is_credit: true, what });
        Ok(())
    }
}

#[cfg(test)]
#[path = "book_tests.rs"]
mod tests;
