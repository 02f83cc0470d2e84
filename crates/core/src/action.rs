//! Actions: something a relying party, or a page of ours, wants authorised (section D, R51-R54). This module decides
//! whether an action may be opened, when it is authorised, and that its assertion is used once and for exactly what was
//! confirmed. It does not know how a factor is proved; whoever judged one reports it here.
//!
//! ```text
//!             every factor of one set proved in time          redeemed once, same digest
//!   open ──► ┌─────────┐ ───────────────────────► ┌────────────┐ ───────────────► redeemed
//!            │ pending │                          │ authorised │ ── 60 s pass ──► lapsed
//!            └─────────┘                          └────────────┘
//!               │ time out, withdrawn, declined,        │ withdrawn, frozen, held
//!               │ locked, frozen, held                  │
//!               └─────────────────► canceled ◄──────────┘
//! ```
//!
//! The details never change; another amount is another action with another digest.

use crate::Decision;
use crate::change::Change;
use crate::digest::Confirmed;
use crate::entropy;
use crate::event::Event;
use crate::hold;
use crate::id::{AccountId, ActionId, ServiceId};
use crate::model::*;
use crate::requirement::{self, Facts, Requirement};
use crate::time::{Timestamp, seconds};
use crate::verification::{Details, World};
use crate::webhook;
use crate::{amount::Amount, fingerprint};

/// Most details an action may have.
pub const DETAILS_MAX: usize = 16;

/// Longest detail, in characters.
pub const DETAIL_LENGTH_MAX: usize = 256;

/// What somebody wants authorised.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// What.
    pub kind: ActionKind,
    /// Who asks.
    pub origin: ActionOrigin,
    /// What exactly.
    pub details: ActionDetails,
    /// Who may act on the assertion.
    pub audience: String,
    /// Where the page leads back to.
    pub return_url: Option<String>,
    /// Language of its messages.
    pub locale: String,
    /// Hash of the link that opens its page.
    pub link: Option<TokenHash>,
    /// The browser that owns it from the start, for our own.
    pub page: Option<TokenHash>,
}

/// Why an action is not opened, authorised or redeemed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A hold is in force.
    Held {
        /// What it began with.
        cause: HoldCause,
        /// When it ends.
        until: Timestamp,
    },
    /// The account is frozen.
    Frozen,
    /// The account is restricted or flagged, and the policy says no to such.
    Restricted,
    /// The policy says no under these facts.
    Policy,
    /// These factors would have to be set up first.
    FactorsMissing(Vec<Factor>),
    /// What the account has will do, and does not count yet.
    Settling {
        /// When it does.
        until: Timestamp,
    },
}

/// Which detail is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DetailProblem {
    /// There are too many.
    TooMany,
    /// One is needed.
    Missing(&'static str),
    /// A name or text cannot be used.
    Malformed(String),
}

/// Judges details before anything is opened: names are lower-case words, texts are one line, amounts are exact.
pub fn judge_details(kind: ActionKind, details: &ActionDetails) -> Result<(), DetailProblem> {
    if details.0.len() > DETAILS_MAX {
        return Err(DetailProblem::TooMany);
    }
    for (name, text) in &details.0 {
        let is_name =
            (1..=32).contains(&name.len()) && name.bytes().all(|b| b == b'_' || b.is_ascii_lowercase());
        let length = text.chars().count();
        let is_amount =
            name != "amount" || Amount::parse(text).is_some_and(|amount| amount > Amount::from_units(0));
        if !is_name || !(1..=DETAIL_LENGTH_MAX).contains(&length) || text.chars().any(is_odd) || !is_amount {
            return Err(DetailProblem::Malformed(name.chars().take(32).collect()));
        }
    }
    match kind.details_required().iter().find(|name| details.get(name).is_none()) {
        Some(name) => Err(DetailProblem::Missing(name)),
        None => Ok(()),
    }
}

/// Characters that end a line, turn the writing direction or have no width would let one address look like another.
fn is_odd(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}' | '\u{FEFF}'
        )
}

/// Whether value may leave an account by an action of this kind at all, now. Asked when an action is opened, when it is
/// authorised and when it is redeemed (R22).
pub fn gate(
    kind: ActionKind,
    origin: ActionOrigin,
    account: &Account,
    holds: &[Hold],
    earliest: Timestamp,
) -> Result<(), Refusal> {
    // A holder who froze the account signs in to our own pages to open it again; nothing else is possible (R67).
    let may_open_again =
        origin == ActionOrigin::SecurityCenter && matches!(kind, ActionKind::SignIn | ActionKind::Unfreeze);
    if account.status == AccountStatus::Frozen && !may_open_again {
        return Err(Refusal::Frozen);
    }
    match hold::in_force(holds, earliest) {
        Some(hold) if kind.is_exit() => Err(Refusal::Held { cause: hold.cause, until: hold.ends_at }),
        _ => Ok(()),
    }
}

/// Whether an action cannot be confirmed yet, and can once factors that were set up lately count (`settling`).
pub fn settled(
    rules: &[requirement::Rule],
    facts: &Facts,
    settling: &[(Factor, Timestamp)],
) -> Result<(), Refusal> {
    let judged = |facts: &Facts| requirement::judge(rules, facts).requirement;
    if !matches!(judged(facts), Requirement::Missing(_)) {
        return Ok(());
    }
    let mut later = facts.clone();
    later.held.extend(settling.iter().map(|(factor, _)| *factor));
    let Requirement::AnyOf(sets) = judged(&later) else { return Ok(()) };
    let from = |factor: &Factor| settling.iter().find(|(other, _)| other == factor).map(|(_, from)| *from);
    let ready = |set: &Vec<Factor>| set.iter().filter_map(from).max();
    sets.iter().filter_map(ready).min().map_or(Ok(()), |until| Err(Refusal::Settling { until }))
}

/// Opens an action, or says why not. The details were judged before.
pub fn open(
    wanted: Wanted,
    account: &Account,
    facts: &Facts,
    gate: Result<(), Refusal>,
    policy_version: i64,
    world: World<'_>,
) -> Decision<Result<Action, Refusal>> {
    let rules = world.policy.actions.get(&wanted.kind).map(Vec::as_slice).unwrap_or_default();
    let any_of = gate.and_then(|()| match requirement::judge(rules, facts).requirement {
        Requirement::AnyOf(sets) => Ok(sets),
        Requirement::Missing(factors) => Err(Refusal::FactorsMissing(factors)),
        Requirement::Refused => Err(match account.status {
            AccountStatus::Restricted | AccountStatus::Flagged => Refusal::Restricted,
            AccountStatus::Active | AccountStatus::Frozen => Refusal::Policy,
        }),
    });
    let kind = wanted.kind;
    let any_of = match any_of {
        Ok(any_of) => any_of,
        Err(refusal) => {
            let event = Event::ActionRefused { action: kind, reason: refusal.as_str().to_owned() };
            let entry = world.scene.event(account.service_id, Some(account.id), event, world);
            return Decision { outcome: Err(refusal), changes: vec![entry] };
        }
    };
    let id = ActionId::draw(world.now, world.entropy);
    let life = if kind.is_exit() { world.policy.exit_confirm_s } else { world.policy.action_confirm_s };
    let action = Action {
        id,
        service_id: account.service_id,
        account_id: account.id,
        kind,
        origin: wanted.origin,
        digest: digest(account.service_id, account.id, id, kind, &wanted.audience, &wanted.details),
        details: wanted.details,
        audience: wanted.audience,
        any_of,
        chosen: 0,
        proofs: Vec::new(),
        misses: Vec::new(),
        verification: None,
        passkey_challenge: None,
        policy_version,
        link: wanted.link,
        page: wanted.page,
        return_url: wanted.return_url,
        locale: wanted.locale,
        status: ActionStatus::Pending,
        reason: None,
        deadline: world.now.after(seconds(life)),
        extensions: 0,
        created_at: world.now,
        authorised_at: None,
        assertion_id: None,
        assertion_expires_at: None,
        redeemed_at: None,
        redeem_key: None,
    };
    let opened =
        world.scene.event(account.service_id, Some(account.id), Event::ActionOpened { action: kind }, world);
    Decision { outcome: Ok(action.clone()), changes: vec![Change::InsertAction(action), opened] }
}

impl Refusal {
    /// Stable text for the API, events and catalogues.
    pub fn as_str(&self) -> &'static str {
        match self {
            Refusal::Held { cause, .. } => cause.as_str(),
            Refusal::Frozen => "account_frozen",
            Refusal::Restricted => "account_restricted",
            Refusal::Policy => "policy",
            Refusal::FactorsMissing(_) => "factors_missing",
            Refusal::Settling { .. } => "factors_settling",
        }
    }
}

/// SHA-256 over the canonical JSON (RFC 8785) of everything that is confirmed (R52). The action's own id is in it, so
/// no two actions share a digest.
pub fn digest(
    service_id: ServiceId,
    account_id: AccountId,
    id: ActionId,
    kind: ActionKind,
    audience: &str,
    details: &ActionDetails,
) -> DetailsDigest {
    Confirmed {
        account: &account_id.to_string(),
        action: &id.to_string(),
        audience,
        details: &details.0,
        kind: kind.as_str(),
        service: &service_id.to_string(),
    }
    .digest()
}

/// What a code for this action confirms and its message shows (R51, R55).
pub fn confirmed(action: &Action) -> Details {
    let text = |name: &str| action.details.get(name).unwrap_or_default().to_owned();
    let (amount, asset) = (text("amount"), text("asset"));
    let payee = action.details.get("address").or_else(|| action.details.get("payee")).unwrap_or_default();
    Details {
        amount: if amount.is_empty() { asset } else { format!("{amount} {asset}") },
        payee: payee.to_owned(),
        network: text("network"),
        fingerprint: fingerprint::words(&action.digest),
        action: action.digest,
    }
}

/// Factors of the chosen set that are not proved yet, those that are asked for at once before those that need a code
/// sent: nobody's phone rings before what is at hand was right (R70).
pub fn remaining(action: &Action) -> Vec<Factor> {
    let chosen = usize::try_from(action.chosen).unwrap_or(usize::MAX);
    let set = action.any_of.get(chosen).or_else(|| action.any_of.first()).cloned().unwrap_or_default();
    let mut left: Vec<Factor> = set.into_iter().filter(|factor| !has_proved(action, *factor)).collect();
    // Who has forgotten the password has proved nothing yet: the mailbox or the phone comes first, or a stranger
    // could lock what its owner signs in with (R24).
    let codes_first = action.kind == ActionKind::PasswordReset;
    left.sort_by_key(|factor| match factor {
        Factor::Email if codes_first => 0,
        Factor::Sms if codes_first => 1,
        Factor::Passkey => 2,
        Factor::Password | Factor::TradingPassword | Factor::RecoveryCode => 3,
        Factor::Totp => 4,
        Factor::Sms => 5,
        Factor::Email => 6,
    });
    left
}

/// Whether a factor was proved for this action.
pub fn has_proved(action: &Action, factor: Factor) -> bool {
    action.proofs.iter().any(|proof| proof.factor == factor)
}

/// Whether somebody may still act on it, at `now`.
pub fn is_open(action: &Action, now: Timestamp) -> bool {
    action.status == ActionStatus::Pending && now < action.deadline
}

/// What a proof led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proved {
    /// More is asked for.
    More(Action),
    /// Everything is proved.
    Authorised(Action),
    /// Everything is proved, and yet it may not happen: a hold began, or the account was frozen, in between.
    Refused(Action, Refusal),
}

/// Notes a factor that was proved now. The caller has locked the action and found it open, and saves what comes back in
/// the transaction that judged the factor (R4).
pub fn note_proof(
    mut action: Action,
    factor: Factor,
    gate: Result<(), Refusal>,
    world: World<'_>,
) -> Decision<Proved> {
    if !has_proved(&action, factor) {
        action.proofs.push(Proof { factor, at_ms: world.now.unix_ms() });
    }
    action.verification = None;
    action.passkey_challenge = None;
    // Any set will do: who chose one way and then proved another has proved enough.
    let enough = action.any_of.iter().any(|set| set.iter().all(|factor| has_proved(&action, *factor)));
    if !enough {
        return Decision { outcome: Proved::More(action.clone()), changes: vec![Change::SaveAction(action)] };
    }
    if let Err(refusal) = gate {
        let reason = reason_of(&refusal);
        return cancel(action, reason, world).map(|action| Proved::Refused(action, refusal));
    }
    action.status = ActionStatus::Authorised;
    action.authorised_at = Some(world.now);
    action.assertion_id = Some(entropy::bytes(world.entropy));
    action.assertion_expires_at = Some(world.now.after(seconds(world.policy.assertion_life_s)));
    let factors = action.proofs.iter().map(|proof| proof.factor).collect();
    let event = Event::ActionAuthorised { action: action.kind, factors };
    let mut changes = vec![Change::SaveAction(action.clone())];
    changes.push(world.scene.event(action.service_id, Some(action.account_id), event, world));
    changes.extend(webhook::action_changed(&action, world));
    Decision { outcome: Proved::Authorised(action), changes }
}

/// What is said of an action that may not happen any more.
fn reason_of(refusal: &Refusal) -> CancelReason {
    match refusal {
        Refusal::Frozen | Refusal::Restricted => CancelReason::Frozen,
        Refusal::Held { .. } | Refusal::Policy | Refusal::FactorsMissing(_) | Refusal::Settling { .. } => {
            CancelReason::Held
        }
    }
}

/// Cancels an action that is pending or authorised; a final one stays as it is.
pub fn cancel(mut action: Action, reason: CancelReason, world: World<'_>) -> Decision<Action> {
    if !matches!(action.status, ActionStatus::Pending | ActionStatus::Authorised) {
        return Decision::only(action);
    }
    action.status = ActionStatus::Canceled;
    action.reason = Some(reason);
    action.passkey_challenge = None;
    let mut changes = Vec::new();
    changes.extend(action.verification.take().map(Change::CancelMessages));
    changes.push(Change::SaveAction(action.clone()));
    let event = Event::ActionCanceled { action: action.kind, reason };
    changes.push(world.scene.event(action.service_id, Some(action.account_id), event, world));
    changes.extend(webhook::action_changed(&action, world));
    Decision { outcome: action, changes }
}

/// Ends what is overdue: a pending action whose time to confirm is over, an assertion that nobody redeemed. Safe to
/// call twice, or early: then nothing happens.
pub fn expire(mut action: Action, world: World<'_>) -> Decision<Action> {
    match action.status {
        ActionStatus::Pending if world.now >= action.deadline => {
            cancel(action, CancelReason::TimedOut, world)
        }
        ActionStatus::Authorised if action.assertion_expires_at.is_some_and(|end| world.now >= end) => {
            action.status = ActionStatus::Lapsed;
            let mut changes = vec![Change::SaveAction(action.clone())];
            changes.extend(webhook::action_changed(&action, world));
            Decision { outcome: action, changes }
        }
        _ => Decision::only(action),
    }
}

/// Gives the holder as much time again, where the policy lets it (WCAG 2.2.1).
pub fn extend(mut action: Action, world: World<'_>) -> Decision<Option<Action>> {
    if !is_open(&action, world.now) || !can_extend(&action, world) {
        return Decision::only(None);
    }
    let life =
        if action.kind.is_exit() { world.policy.exit_confirm_s } else { world.policy.action_confirm_s };
    action.extensions += 1;
    action.deadline = action.deadline.after(seconds(life));
    Decision { outcome: Some(action.clone()), changes: vec![Change::SaveAction(action)] }
}

/// Whether more time could be asked for.
pub fn can_extend(action: &Action, world: World<'_>) -> bool {
    u64::from(action.extensions) < world.policy.action_extensions_max
}

/// What came of redeeming an assertion.
#[allow(clippy::large_enum_variant)] // one lives at a time, and the large one is the usual one
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Redeemed {
    /// It may be carried out, once: now, or already for this same key.
    Yes(Action),
    /// It was redeemed with another key.
    Used,
    /// It was not redeemed in time.
    Expired,
    /// It is not this action's assertion, or the action was cancelled.
    Invalid,
    /// What is about to happen is not what was confirmed.
    DigestMismatch,
    /// It may not happen any more: a hold began, or the account was frozen.
    Refused(Refusal),
}

/// Redeems an assertion whose signature was found good: compares, consumes, once (R53).
pub fn redeem(
    mut action: Action,
    assertion_id: &[u8],
    digest: &DetailsDigest,
    key: [u8; 32],
    gate: Result<(), Refusal>,
    world: World<'_>,
) -> Decision<Redeemed> {
    let is_own = action.assertion_id.is_some_and(|id| id.as_slice() == assertion_id);
    if !is_own || action.origin != ActionOrigin::RelyingParty {
        return Decision::only(Redeemed::Invalid);
    }
    if action.digest != *digest {
        return Decision::only(Redeemed::DigestMismatch);
    }
    match action.status {
        ActionStatus::Redeemed if action.redeem_key == Some(key) => {
            return Decision::only(Redeemed::Yes(action));
        }
        ActionStatus::Redeemed => return Decision::only(Redeemed::Used),
        ActionStatus::Lapsed => return Decision::only(Redeemed::Expired),
        ActionStatus::Pending | ActionStatus::Canceled => return Decision::only(Redeemed::Invalid),
        ActionStatus::Authorised => {}
    }
    if action.assertion_expires_at.is_none_or(|end| world.now >= end) {
        return expire(action, world).map(|_| Redeemed::Expired);
    }
    if let Err(refusal) = gate {
        let reason = reason_of(&refusal);
        return cancel(action, reason, world).map(|_| Redeemed::Refused(refusal));
    }
    action.status = ActionStatus::Redeemed;
    action.redeemed_at = Some(world.now);
    action.redeem_key = Some(key);
    let mut changes = vec![Change::SaveAction(action.clone())];
    let event = Event::ActionRedeemed { action: action.kind };
    changes.push(world.scene.event(action.service_id, Some(action.account_id), event, world));
    changes.extend(webhook::action_changed(&action, world));
    Decision { outcome: Redeemed::Yes(action), changes }
}

/// Uses up an action of our own whose effect takes place in this same transaction (R4).
pub fn consume_own(mut action: Action, now: Timestamp) -> (Action, Change) {
    action.status = ActionStatus::Redeemed;
    action.redeemed_at = Some(now);
    (action.clone(), Change::SaveAction(action))
}

#[cfg(test)]
#[path = "action_tests.rs"]
mod tests;
