//! Codes for an action: sent when everything at hand was right, bound to the action's digest, judged by the same
//! rule as every other code (R5, R22, R51).

use super::{Actor, Standing, lock_with_account};
use crate::context::{Caller, Kit};
use crate::guess::{self, CodeAnswer, Guess};
use crate::sending::{self, Asker, Resend, Send};
use countersign_core::action;
use countersign_core::address::Address;
use countersign_core::change::Change;
use countersign_core::id::{ActionId, ServiceId};
use countersign_core::model::*;
use countersign_core::proof;
use countersign_core::time::Timestamp;
use countersign_core::verification::{CheckOutcome, SendRefusal, World};
use countersign_storage::tables::{self, verifications};
use countersign_storage::{StorageError, Tx};

/// What came of asking for a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActionSend {
    /// It is on its way.
    Sent,
    /// It was not sent.
    Refused(SendRefusal),
    /// The action does not ask for this factor, or not from whoever asks, or it is over.
    Gone,
}

/// How a code is asked for.
pub(crate) struct AskForCode<'a> {
    pub(crate) factor: Factor,
    /// Another channel than the factor's own, if one is wished for.
    pub(crate) channel: Option<Channel>,
    pub(crate) actor: Actor,
    pub(crate) caller: &'a Caller,
}

/// Sends a code for an open action, or another one for the same.
pub(crate) async fn send(
    tx: &mut Tx,
    kit: &Kit,
    service_id: ServiceId,
    id: ActionId,
    ask: &AskForCode<'_>,
    now: Timestamp,
) -> Result<ActionSend, StorageError> {
    let Some((action, account)) = lock_with_account(tx, kit, service_id, id).await? else {
        return Ok(ActionSend::Gone);
    };
    let asked = action.any_of.iter().any(|set| set.contains(&ask.factor));
    let open = action::is_open(&action, now) && ask.actor.may_act_on(&action);
    if !open || !asked || action::has_proved(&action, ask.factor) {
        return Ok(ActionSend::Gone);
    }
    let standing = Standing::load(tx, kit, account, now).await?;
    send_for(tx, kit, action, &standing, ask, now).await
}

/// As [`send`], with everything locked and checked.
pub(crate) async fn send_for(
    tx: &mut Tx,
    kit: &Kit,
    mut action: Action,
    standing: &Standing,
    ask: &AskForCode<'_>,
    now: Timestamp,
) -> Result<ActionSend, StorageError> {
    let Some(address) = address_of(standing, ask.factor) else { return Ok(ActionSend::Gone) };
    let ways = sending::ways(kit, &address);
    let channel = ask.channel.filter(|channel| ways.contains(channel));
    let details = action::confirmed(&action);
    let scene = ask.caller.scene();
    let asker = Asker::of(ask.caller);
    let pending = match action.verification {
        Some(id) => verifications::lock(tx, &kit.rows, action.service_id, id).await?,
        None => None,
    };
    let goes_on =
        |v: &Verification| v.channel.factor() == ask.factor && v.status == VerificationStatus::Pending;
    if let Some(pending) = pending.filter(goes_on).filter(|v| now < v.deadline) {
        let resend = Resend { channel, page: ask.actor.page(), details: Some(&details), asker };
        let sent = sending::resend(tx, kit, pending, &resend, &scene, now).await?;
        return Ok(sent.map_or_else(ActionSend::Refused, |_| ActionSend::Sent));
    }
    let send = Send {
        service_id: action.service_id,
        subject: Subject::Account(action.account_id),
        channel: channel.unwrap_or(address.channel()),
        address: &address,
        purpose: action.kind.purpose(),
        details: Some(&details),
        page: ask.actor.page(),
        locale: &action.locale,
        asker,
    };
    match sending::start(tx, kit, &send, &scene, now).await? {
        Err(refusal) => Ok(ActionSend::Refused(refusal)),
        Ok(verification) => {
            action.verification = Some(verification.id);
            tables::apply(tx, &kit.rows, &[Change::SaveAction(action)]).await?;
            Ok(ActionSend::Sent)
        }
    }
}

pub(crate) fn address_of(standing: &Standing, factor: Factor) -> Option<Address> {
    match factor {
        Factor::Sms => {
            let fit = standing.binding.as_ref().filter(|binding| binding.suspended_at.is_none())?;
            Some(fit.number.clone())
        }
        Factor::Email => standing.account.email.clone(),
        _ => None,
    }
}

/// Judges the code that is out for an open action; gives the action as it stands after a lock, if it came to one.
pub(crate) async fn check(
    tx: &mut Tx,
    kit: &Kit,
    action: Action,
    typed: &str,
    actor: Actor,
    world: World<'_>,
) -> Result<(CodeAnswer, Option<Factor>, Action), StorageError> {
    let Some(id) = action.verification else { return Ok((CodeAnswer::Unknown, None, action)) };
    let details = action::confirmed(&action);
    let by_person = matches!(actor, Actor::Page(_));
    let guess = Guess { typed, by_person, page: actor.page(), details: Some(&details) };
    let (answer, before) =
        guess::check(tx, kit, action.service_id, id, &guess, world.scene, world.now).await?;
    let factor = before.map(|verification| verification.channel.factor());
    let locked =
        matches!(answer, CodeAnswer::Judged(CheckOutcome::LockedNow { .. } | CheckOutcome::DisabledNow));
    match factor {
        Some(lost) if locked => {
            let after = kit.save(tx, proof::without_factor(action, lost, world)).await?;
            Ok((answer, factor, after))
        }
        _ => Ok((answer, factor, action)),
    }
}

/// Factors of an account that are locked at the moment, with the reason.
pub(crate) fn locks(
    standing: &Standing,
    kit: &Kit,
    now: Timestamp,
) -> Vec<(Factor, countersign_core::lock::Refusal)> {
    standing
        .states
        .iter()
        .filter_map(|state| Some((state.factor, countersign_core::lock::refusal(state, &kit.policy, now)?)))
        .collect()
}
