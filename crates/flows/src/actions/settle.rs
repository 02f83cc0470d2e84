//! What an authorised action of our own leads to, in the transaction that authorised it (R4): a session, a setting
//! changed at once, or a journey in which the new value is entered.

use super::Standing;
use crate::cases::{self, open::CaseOpen};
use crate::context::{Caller, Kit};
use crate::journeys;
use countersign_core::account;
use countersign_core::action;
use countersign_core::change::Change;
use countersign_core::enrolment;
use countersign_core::event::Event;
use countersign_core::freeze;
use countersign_core::id::{AuthenticatorId, CaseId, SessionId};
use countersign_core::model::*;
use countersign_core::notice::notice;
use countersign_core::recovery::RecoveryCode;
use countersign_core::session::{self, Opened, Token};
use countersign_core::totp;
use countersign_core::verification::World;
use countersign_storage::tables::{self, sessions};
use countersign_storage::{StorageError, Tx};

/// What an action of our own led to.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Signed in.
    SignedIn(Opened),
    /// The new value may be entered; the token belongs in the browser.
    GoOn {
        /// Which setting.
        setting: Setting,
        /// The journey's token.
        token: Token,
    },
    /// A new password may be chosen; the token belongs in the browser.
    ChoosePassword(Token),
    /// What a recovery case waits for was proved.
    CaseVerified(CaseId),
    /// A recovery case has a new access code, which is shown once.
    CaseAccess(Box<Case>, RecoveryCode),
    /// A recovery case was asked for.
    CaseAsked(CaseOpen),
    /// The setting is changed.
    Changed(Setting),
    /// Nothing changed: it stands otherwise by now, or must stay.
    Unchanged(Setting),
}

/// Uses the action up and does what it was for; none for a relying party's, which get an assertion.
pub(crate) async fn settle(
    tx: &mut Tx,
    kit: &Kit,
    action: &Action,
    standing: &Standing,
    caller: &Caller,
    world: World<'_>,
) -> Result<Option<Effect>, StorageError> {
    if action.origin != ActionOrigin::SecurityCenter {
        return Ok(None);
    }
    let (action, used) = action::consume_own(action.clone(), world.now);
    tables::apply(tx, &kit.rows, &[used]).await?;
    if action.kind == ActionKind::SignIn {
        return sign_in(tx, kit, &action, standing, caller, world).await.map(Some);
    }
    if action.kind == ActionKind::PasswordReset {
        let stage = JourneyStage::PasswordReset { account: StoredId(*action.account_id.as_bytes()) };
        let (journey, token) = journeys::open(kit, action.service_id, stage, world.now);
        tables::apply(tx, &kit.rows, &[Change::InsertJourney(journey)]).await?;
        return Ok(Some(Effect::ChoosePassword(token)));
    }
    if action.kind == ActionKind::Recovery {
        if cases::access::is_asked_by(&action) {
            let replaced = cases::access::replace(tx, kit, &action, standing, world).await?;
            return Ok(replaced.map(|(case, access)| Effect::CaseAccess(Box::new(case), access)));
        }
        let noted = cases::verify::note(tx, kit, &action, standing, world).await?;
        return Ok(noted.map(Effect::CaseVerified));
    }
    let Some(setting) = action.details.get("setting").and_then(Setting::from_text) else { return Ok(None) };
    let Some(session) = live_session(tx, kit, &action, world).await? else {
        return Ok(Some(Effect::Unchanged(setting)));
    };
    // What proved it may be what changes: it stands otherwise now than before it was used.
    let standing = &Standing::load(tx, kit, standing.account.clone(), world.now).await?;
    let target = action.details.get("authenticator").and_then(|text| text.parse().ok());
    change(tx, kit, setting, target, session, standing, world).await.map(Some)
}

async fn sign_in(
    tx: &mut Tx,
    kit: &Kit,
    action: &Action,
    standing: &Standing,
    caller: &Caller,
    world: World<'_>,
) -> Result<Effect, StorageError> {
    let account = &standing.account;
    let factor = action.proofs.last().map(|proof| proof.factor);
    let (opened, mut changes) = session::open(account, None, factor, &caller.ip_text(), world);
    let event = Event::SignedIn { new_device: true, second_factor: factor };
    changes.push(world.scene.event(account.service_id, Some(account.id), event, world));
    changes.extend(notice(account, Notice::NewSignIn, world.scene.device().to_owned(), world));
    tables::apply(tx, &kit.rows, &changes).await?;
    Ok(Effect::SignedIn(opened))
}

/// The session that asked, if it is still live: a setting is nobody else's to change.
async fn live_session(
    tx: &mut Tx,
    kit: &Kit,
    action: &Action,
    world: World<'_>,
) -> Result<Option<SessionId>, StorageError> {
    let id = action.details.get("session").and_then(|text| text.parse::<SessionId>().ok());
    let Some(id) = id else { return Ok(None) };
    let found = sessions::load(tx, &kit.rows, action.service_id, id).await?;
    let own = found.filter(|session| session.account_id == action.account_id);
    Ok(own.filter(|session| session::is_live(session, &kit.policy, world.now)).map(|session| session.id))
}

async fn change(
    tx: &mut Tx,
    kit: &Kit,
    setting: Setting,
    target: Option<AuthenticatorId>,
    session: SessionId,
    standing: &Standing,
    world: World<'_>,
) -> Result<Effect, StorageError> {
    let holder = &standing.account;
    let stored = |id: &[u8; 16]| StoredId(*id);
    let journey = |secret: String| JourneyStage::Setting {
        account: stored(holder.id.as_bytes()),
        session: stored(session.as_bytes()),
        setting,
        secret: Redacted(secret),
        case: None,
    };
    let stage = match setting {
        Setting::TotpAdd => {
            let key = totp::draw_key(kit.entropy.as_ref());
            journey(key.iter().map(|byte| format!("{byte:02x}")).collect())
        }
        Setting::PasskeyAdd
        | Setting::TradingPasswordSet
        | Setting::TradingPasswordChange
        | Setting::RecoveryCodesMake
        | Setting::RecoveryCodesReplace
        | Setting::Phrase
        | Setting::Password => journey(String::new()),
        Setting::Phone | Setting::PhoneAdd => JourneyStage::BindNumber {
            account: stored(holder.id.as_bytes()),
            session: stored(session.as_bytes()),
            number: None,
            replaces: setting == Setting::Phone,
            case: None,
        },
        Setting::TotpRemove
        | Setting::PasskeyRemove
        | Setting::TradingPasswordRemove
        | Setting::RecoveryCodesRemove => return remove(tx, kit, setting, target, standing, world).await,
        Setting::SmsOff => {
            let others: Vec<Factor> = standing.authenticators.iter().map(|a| a.factor).collect();
            let binding = standing.binding.as_ref();
            let switched = account::switch_sms(holder, binding, &others, false, world);
            let is_off = kit.save(tx, switched).await?.is_ok();
            return Ok(if is_off { Effect::Changed(setting) } else { Effect::Unchanged(setting) });
        }
        Setting::TradingPasswordForgotten => {
            let (service_id, kind) = (holder.service_id, CaseKind::TradingPassword);
            let asked = cases::open::open(tx, kit, service_id, holder.id, kind, world).await?;
            return Ok(Effect::CaseAsked(asked));
        }
        Setting::PhraseRemove => {
            let gone = account::set_phrase(holder, standing.binding.as_ref(), None, world);
            kit.save(tx, gone).await?;
            return Ok(Effect::Changed(setting));
        }
        Setting::Unfreeze => {
            let opened = freeze::unfreeze(holder, standing.binding.as_ref(), world);
            let is_open = kit.save(tx, opened).await?.is_some();
            return Ok(if is_open { Effect::Changed(setting) } else { Effect::Unchanged(setting) });
        }
    };
    let (journey, token) = journeys::open(kit, holder.service_id, stage, world.now);
    tables::apply(tx, &kit.rows, &[Change::InsertJourney(journey)]).await?;
    Ok(Effect::GoOn { setting, token })
}

async fn remove(
    tx: &mut Tx,
    kit: &Kit,
    setting: Setting,
    target: Option<AuthenticatorId>,
    standing: &Standing,
    world: World<'_>,
) -> Result<Effect, StorageError> {
    let factor = match setting {
        Setting::TotpRemove => Factor::Totp,
        Setting::PasskeyRemove => Factor::Passkey,
        Setting::TradingPasswordRemove => Factor::TradingPassword,
        _ => Factor::RecoveryCode,
    };
    let meant = standing.authenticators.iter().find(|authenticator| {
        authenticator.factor == factor && target.is_none_or(|id| id == authenticator.id)
    });
    let Some(meant) = meant else { return Ok(Effect::Unchanged(setting)) };
    let binding = standing.binding.as_ref();
    let removed = enrolment::remove(&standing.account, meant, &standing.authenticators, binding, world);
    let is_removed = kit.save(tx, removed).await?.is_ok();
    Ok(if is_removed { Effect::Changed(setting) } else { Effect::Unchanged(setting) })
}
