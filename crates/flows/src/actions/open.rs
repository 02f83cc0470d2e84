//! Opening an action: the facts are gathered, the amount is valued, the policy speaks.

use super::Standing;
use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use crate::sessions::SignedIn;
use countersign_core::action::{self, Refusal, Wanted};
use countersign_core::amount::{self, Amount};
use countersign_core::id::{AuthenticatorId, ServiceId};
use countersign_core::model::*;
use countersign_core::requirement::{Facts, Signal, Worth};
use countersign_core::session::hash_token;
use countersign_core::time::{Timestamp, seconds};
use countersign_core::verification::World;
use countersign_storage::tables::{accounts, actions, authenticators, rates};
use countersign_storage::{Step, StorageError, Tx};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// What whoever opens an action knows about the person's surroundings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    /// Whether the device is new.
    pub new_device: Option<bool>,
    /// ISO 3166 code of where the person seems to be.
    pub region: Option<String>,
    /// Whether the SIM of the bound number was changed lately.
    pub sim_changed: Signal,
}

impl Default for Context {
    fn default() -> Self {
        Self { new_device: None, region: None, sim_changed: Signal::Unknown }
    }
}

/// Opens an action for an account that is locked: gathers the facts, asks the policy, saves.
pub(crate) async fn open(
    tx: &mut Tx,
    kit: &Kit,
    account: Account,
    wanted: Wanted,
    context: &Context,
    world: World<'_>,
) -> Result<Result<Action, Refusal>, StorageError> {
    let standing = Standing::load(tx, kit, account, world.now).await?;
    let (service_id, account_id) = (standing.account.service_id, standing.account.id);
    let proved_at = actions::last_authorised_at(tx, &kit.rows, service_id, account_id).await?;
    let (held, disabled) = standing.held_and_disabled(wanted.kind, kit, world.now);
    let facts = Facts {
        worth: worth(tx, kit, service_id, &wanted.details, world.now).await?,
        held,
        disabled,
        new_device: context.new_device,
        region: context.region.clone(),
        status: standing.account.status,
        sim_changed: context.sim_changed,
        last_proof_age_s: proved_at.map(|at| world.now.since(at).as_secs()),
    };
    let rules = kit.policy.actions.get(&wanted.kind).map(Vec::as_slice).unwrap_or_default();
    let settling = standing.settling(wanted.kind, kit);
    let gate = standing.gate(wanted.kind, wanted.origin, kit);
    let gate = gate.and_then(|()| action::settled(rules, &facts, &settling));
    let version = kit.policy_version.load(Ordering::Relaxed);
    kit.save(tx, action::open(wanted, &standing.account, &facts, gate, version, world)).await
}

/// What the amount is worth: unknown without a fresh rate, and unknown counts as above every threshold.
async fn worth(
    tx: &mut Tx,
    kit: &Kit,
    service_id: ServiceId,
    details: &ActionDetails,
    now: Timestamp,
) -> Result<Worth, StorageError> {
    let Some(amount) = details.get("amount") else { return Ok(Worth::Nothing) };
    let (Some(amount), Some(asset)) = (Amount::parse(amount), details.get("asset")) else {
        return Ok(Worth::Unknown);
    };
    let rates = rates::all(tx, &kit.rows, service_id).await?;
    let worth = amount::in_btc(asset, amount, &rates, seconds(kit.policy.rate_age_max_s), now);
    Ok(worth.map_or(Worth::Unknown, Worth::Btc))
}

/// What came of asking to change a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepUp {
    /// Factors are asked for on the confirm page of this action.
    Confirm(Box<Action>),
    /// It is not possible.
    Refused(Refusal),
    /// The setting does not stand as the page thought, or the session is over.
    Gone,
}

/// The kind of action that guards a setting: raising security asks for less than lowering it (R42).
pub(crate) const fn guard_of(setting: Setting) -> ActionKind {
    match setting {
        Setting::TotpAdd
        | Setting::PasskeyAdd
        | Setting::TradingPasswordSet
        | Setting::RecoveryCodesMake
        | Setting::PhoneAdd => ActionKind::FactorAdd,
        Setting::TotpRemove
        | Setting::PasskeyRemove
        | Setting::TradingPasswordChange
        | Setting::TradingPasswordForgotten
        | Setting::TradingPasswordRemove
        | Setting::RecoveryCodesReplace
        | Setting::RecoveryCodesRemove
        | Setting::Phrase
        | Setting::PhraseRemove
        | Setting::SmsOff
        | Setting::Password => ActionKind::FactorRemove,
        Setting::Phone => ActionKind::PhoneChange,
        Setting::Unfreeze => ActionKind::Unfreeze,
    }
}

/// The factor that a setting adds where there is none: of these an account has one at most.
pub(crate) const fn added_once(setting: Setting) -> Option<Factor> {
    match setting {
        Setting::TotpAdd => Some(Factor::Totp),
        Setting::TradingPasswordSet => Some(Factor::TradingPassword),
        Setting::RecoveryCodesMake => Some(Factor::RecoveryCode),
        _ => None,
    }
}

impl Flows {
    /// Asks for the proof that a setting needs. `page` is the token of the browser's confirm pages; `target` names the
    /// authenticator that is meant, where there may be several.
    pub async fn step_up(
        &self,
        signed_in: &SignedIn,
        setting: Setting,
        target: Option<AuthenticatorId>,
        page: &str,
        caller: Caller,
    ) -> Result<StepUp, FlowError> {
        let step = OpenOwn {
            kit: self.kit.clone(),
            session: signed_in.session.clone(),
            setting,
            target,
            page: hash_token(page),
            caller,
        };
        self.write(step).await
    }
}

struct OpenOwn {
    kit: Arc<Kit>,
    session: Session,
    setting: Setting,
    target: Option<AuthenticatorId>,
    page: TokenHash,
    caller: Caller,
}

impl Step for OpenOwn {
    type Output = StepUp;

    async fn run(&self, tx: &mut Tx) -> Result<StepUp, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let (service_id, account_id) = (self.session.service_id, self.session.account_id);
        let Some(account) = accounts::lock(tx, &kit.rows, service_id, account_id).await? else {
            return Ok(StepUp::Gone);
        };
        // What stands is changed by the higher bar of a change, never by the lower one of adding (R42).
        if let Some(factor) = added_once(self.setting) {
            let live = authenticators::live_of_account(tx, &kit.rows, service_id, account_id).await?;
            if live.iter().any(|authenticator| authenticator.factor == factor) {
                return Ok(StepUp::Gone);
            }
        }
        let mut details = BTreeMap::from([
            ("setting".to_owned(), self.setting.as_str().to_owned()),
            ("session".to_owned(), self.session.id.to_string()),
        ]);
        details.extend(self.target.map(|id| ("authenticator".to_owned(), id.to_string())));
        let wanted = Wanted {
            kind: guard_of(self.setting),
            origin: ActionOrigin::SecurityCenter,
            details: ActionDetails(details),
            audience: service_id.to_string(),
            return_url: None,
            locale: account.locale.clone(),
            link: None,
            page: Some(self.page),
        };
        let scene = self.caller.scene();
        let context = Context { new_device: Some(false), ..Context::default() };
        let opened = open(tx, kit, account, wanted, &context, kit.world(&scene, now)).await?;
        Ok(match opened {
            Ok(action) => StepUp::Confirm(Box::new(action)),
            Err(refusal) => StepUp::Refused(refusal),
        })
    }
}
