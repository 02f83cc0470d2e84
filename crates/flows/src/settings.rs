//! Settings whose new value is entered after the proof (R27): a journey that the proof opened, owned by the session
//! that asked, used up by the change it makes.

pub(crate) mod factors;
pub(crate) mod passkey;
pub(crate) mod recovery;
pub(crate) mod secret;
pub(crate) mod totp;

use crate::actions::Standing;
use crate::actions::open::added_once;
use crate::bind::Owner;
use crate::context::{Caller, Kit};
use crate::journeys;
use countersign_core::change::Change;
use countersign_core::enrolment::{self, New, Refusal};
use countersign_core::model::*;
use countersign_core::time::Timestamp;
use countersign_storage::tables::{self, accounts, factors as factor_rows};
use countersign_storage::{StorageError, Tx};

/// The journey of one of these settings, if this session owns it: its stage's secret, and the journey.
pub(crate) async fn lock_own(
    tx: &mut Tx,
    kit: &Kit,
    owner: &Owner,
    token: &str,
    settings: &[Setting],
    now: Timestamp,
) -> Result<Option<(Journey, Setting, Redacted)>, StorageError> {
    let found = crate::bind::lock_own(tx, kit, owner, token, now).await?;
    Ok(found.and_then(|journey| as_setting(journey, settings)))
}

/// The same, to look at.
pub(crate) async fn load_own(
    tx: &mut Tx,
    kit: &Kit,
    owner: &Owner,
    token: &str,
    settings: &[Setting],
    now: Timestamp,
) -> Result<Option<(Journey, Setting, Redacted)>, StorageError> {
    let found = journeys::load(tx, kit, owner.session.service_id, token, now).await?;
    let own = found.filter(|journey| journeys::belongs_to(&journey.stage, Some(owner.session.id)));
    Ok(own.and_then(|journey| as_setting(journey, settings)))
}

fn as_setting(journey: Journey, settings: &[Setting]) -> Option<(Journey, Setting, Redacted)> {
    match journey.stage.clone() {
        JourneyStage::Setting { setting, secret, .. } if settings.contains(&setting) => {
            Some((journey, setting, secret))
        }
        _ => None,
    }
}

/// Uses a journey up.
pub(crate) fn done(mut journey: Journey) -> Change {
    journey.stage = JourneyStage::Done;
    Change::SaveJourney(journey)
}

/// Adds an authenticator and uses the journey up, in the caller's transaction.
pub(crate) async fn enrol(
    tx: &mut Tx,
    kit: &Kit,
    owner: &Owner,
    journey: Journey,
    new: New,
    caller: &Caller,
) -> Result<Result<Authenticator, Refusal>, StorageError> {
    let now = kit.clock.now();
    let (service_id, account_id) = (owner.account.service_id, owner.account.id);
    let Some(account) = accounts::lock(tx, &kit.rows, service_id, account_id).await? else {
        return Ok(Err(Refusal::Frozen));
    };
    let standing = Standing::load(tx, kit, account, now).await?;
    // Another journey may have added one since this one was opened.
    let setting = match journey.stage {
        JourneyStage::Setting { setting, .. } => setting,
        _ => return Ok(Err(Refusal::Twice)),
    };
    if added_once(setting).is_some_and(|factor| standing.authenticator(factor).is_some()) {
        return Ok(Err(Refusal::Twice));
    }
    let subject = Subject::Account(account_id);
    let state = factor_rows::lock(tx, &kit.rows, service_id, subject, new.factor, None, now).await?;
    let scene = caller.scene();
    let binding = standing.binding.as_ref();
    let world = kit.world(&scene, now);
    let added = enrolment::add(&standing.account, new, &standing.authenticators, binding, state, world);
    let outcome = kit.save(tx, added).await?;
    if outcome.is_ok() {
        tables::apply(tx, &kit.rows, &[done(journey)]).await?;
    }
    Ok(outcome)
}
