//! Actions: opened by a relying party or by a page of ours, confirmed factor by factor, redeemed once (section D). One
//! door for all factors: whichever page or call brings an answer, it is judged, counted and noted here (R22).

pub(crate) mod api;
pub(crate) mod code;
pub(crate) mod expire;
pub(crate) mod open;
pub(crate) mod page;
pub(crate) mod passkey;
pub(crate) mod prove;
pub(crate) mod redeem;
pub(crate) mod settle;

use crate::context::Kit;
use countersign_core::account;
use countersign_core::action::{self, Refusal};
use countersign_core::id::{ActionId, ServiceId};
use countersign_core::model::*;
use countersign_core::requirement::refuses_status;
use countersign_core::time::Timestamp;
use countersign_storage::tables::{accounts, actions, authenticators, bindings, factors, holds};
use countersign_storage::{StorageError, Tx};

/// An account with everything that a requirement depends on.
pub(crate) struct Standing {
    pub(crate) account: Account,
    pub(crate) binding: Option<Binding>,
    pub(crate) authenticators: Vec<Authenticator>,
    pub(crate) states: Vec<FactorState>,
    pub(crate) holds: Vec<Hold>,
}

impl Standing {
    /// What is known of an account now. The caller has locked it, if it means to decide.
    pub(crate) async fn load(
        tx: &mut Tx,
        kit: &Kit,
        account: Account,
        now: Timestamp,
    ) -> Result<Self, StorageError> {
        let (rows, service_id, id) = (&kit.rows, account.service_id, account.id);
        let subject = Subject::Account(id);
        let mut states = Vec::new();
        for factor in
            [Factor::Sms, Factor::Email, Factor::Totp, Factor::TradingPassword, Factor::RecoveryCode]
        {
            states.push(factors::load(tx, rows, service_id, subject, factor, None, now).await?);
        }
        Ok(Self {
            binding: bindings::live_of_account(tx, rows, service_id, id).await?,
            authenticators: authenticators::live_of_account(tx, rows, service_id, id).await?,
            holds: holds::of_account(tx, rows, service_id, id, kit.clock.earliest()).await?,
            states,
            account,
        })
    }

    /// Factors that could be proved for an action of this kind, and those that failures have shut or that do not count
    /// yet.
    pub(crate) fn held_and_disabled(
        &self,
        kind: ActionKind,
        kit: &Kit,
        now: Timestamp,
    ) -> (Vec<Factor>, Vec<Factor>) {
        let binding = self.binding.as_ref();
        let found = account::held_and_disabled(
            kind,
            &self.account,
            binding,
            &self.authenticators,
            &self.states,
            &kit.policy,
            now,
        );
        account::set_apart(found, &self.settling(kind, kit))
    }

    /// Factors that do not count yet for an action of this kind, each with when it does. No clock that somebody set
    /// ahead makes them count.
    pub(crate) fn settling(&self, kind: ActionKind, kit: &Kit) -> Vec<(Factor, Timestamp)> {
        account::settling(kind, &self.account, &self.authenticators, &kit.policy, kit.clock.earliest())
    }

    /// Whether an authenticator counts for an action of this kind.
    pub(crate) fn counts(&self, kind: ActionKind, one: &Authenticator, kit: &Kit) -> bool {
        account::counts_from(kind, &self.account, one, &kit.policy, kit.clock.earliest()).is_none()
    }

    /// Whether such an action is possible at all.
    pub(crate) fn gate(&self, kind: ActionKind, origin: ActionOrigin, kit: &Kit) -> Result<(), Refusal> {
        action::gate(kind, origin, &self.account, &self.holds, kit.clock.earliest())?;
        let rules = kit.policy.actions.get(&kind).map(Vec::as_slice).unwrap_or_default();
        if self.account.status != AccountStatus::Frozen && refuses_status(rules, self.account.status) {
            return Err(Refusal::Restricted);
        }
        Ok(())
    }

    /// The live authenticator of a factor that an account has one of.
    pub(crate) fn authenticator(&self, factor: Factor) -> Option<&Authenticator> {
        self.authenticators.iter().find(|authenticator| authenticator.factor == factor)
    }
}

/// An action and its account, both locked: always the account first, so that two transactions never wait for each
/// other.
pub(crate) async fn lock_with_account(
    tx: &mut Tx,
    kit: &Kit,
    service_id: ServiceId,
    id: ActionId,
) -> Result<Option<(Action, Account)>, StorageError> {
    let Some(found) = actions::load(tx, &kit.rows, service_id, id).await? else { return Ok(None) };
    let Some(account) = accounts::lock(tx, &kit.rows, service_id, found.account_id).await? else {
        return Ok(None);
    };
    let action = actions::lock(tx, &kit.rows, service_id, id).await?;
    Ok(action.map(|action| (action, account)))
}

/// Who acts on an action.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Actor {
    /// The browser that owns its page, by the hash of its token.
    Page(TokenHash),
    /// The relying party, while no browser has claimed the page.
    RelyingParty,
}

impl Actor {
    /// Whether this actor may bring an answer (section D: a pending confirmation belongs to the page that asked).
    pub(crate) fn may_act_on(self, action: &Action) -> bool {
        match self {
            Actor::Page(token) => action.page == Some(token),
            Actor::RelyingParty => action.page.is_none() && action.origin == ActionOrigin::RelyingParty,
        }
    }

    /// The page that a code is bound to (R5).
    pub(crate) fn page(self) -> Option<TokenHash> {
        match self {
            Actor::Page(token) => Some(token),
            Actor::RelyingParty => None,
        }
    }
}
