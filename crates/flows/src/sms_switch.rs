//! The SMS switch (section C): on with the password again. Off lowers what guards the account, so that asks for the
//! proof that every such change asks for (R42), and happens where it was given (`actions::settle`).

use crate::bind::Owner;
use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use crate::sessions::SignedIn;
use countersign_core::account::{self, PasswordOutcome, SwitchRefusal};
use countersign_core::id::DeviceId;
use countersign_core::lock::Refusal;
use countersign_core::model::*;
use countersign_storage::tables::{accounts, authenticators, bindings, factors};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// What came of the switch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SwitchOutcome {
    /// It stands as asked.
    Set {
        /// On or off.
        on: bool,
    },
    /// It stays where it was.
    Refused(SwitchRefusal),
    /// The password was not right.
    PasswordWrong,
    /// Too many wrong passwords.
    PasswordLocked(Refusal),
    /// Switching off asks for more than the password: `step_up` with [`Setting::SmsOff`].
    NeedsProof,
}

impl Flows {
    /// Sets the SMS switch.
    pub async fn switch_sms(
        &self,
        signed_in: &SignedIn,
        on: bool,
        password: &str,
        caller: Caller,
    ) -> Result<SwitchOutcome, FlowError> {
        let owner = Owner::of(signed_in);
        let phc = Some(owner.account.password_hash.as_str());
        let right = self.passwords.matches(password, phc).await?;
        self.write(Switch { kit: self.kit.clone(), owner, on, right, caller }).await
    }
}

struct Switch {
    kit: Arc<Kit>,
    owner: Owner,
    on: bool,
    right: bool,
    caller: Caller,
}

impl Step for Switch {
    type Output = SwitchOutcome;

    async fn run(&self, tx: &mut Tx) -> Result<SwitchOutcome, StorageError> {
        let kit = &self.kit;
        let (service_id, account_id) = (self.owner.account.service_id, self.owner.account.id);
        let Some(account) = accounts::lock(tx, &kit.rows, service_id, account_id).await? else {
            return Ok(SwitchOutcome::PasswordWrong);
        };
        let binding = bindings::live_of_account(tx, &kit.rows, service_id, account_id).await?;
        let others = other_factors(tx, kit, &account).await?;
        // What cannot be done is said before a password is judged, so that no try is spent on it.
        if let Err(refusal) = account::may_switch(&account, binding.as_ref(), &others, self.on) {
            return Ok(SwitchOutcome::Refused(refusal));
        }
        if !self.on {
            return Ok(SwitchOutcome::NeedsProof);
        }
        let same = account.password_hash == self.owner.account.password_hash;
        let device = Some(self.owner.session.device_id);
        let judged = judge_own_password(tx, kit, &account, device, self.right && same, &self.caller).await?;
        match judged {
            PasswordOutcome::Right => {}
            PasswordOutcome::Wrong => return Ok(SwitchOutcome::PasswordWrong),
            PasswordOutcome::Refused(refusal) => return Ok(SwitchOutcome::PasswordLocked(refusal)),
            PasswordOutcome::LockedNow { until } => {
                return Ok(SwitchOutcome::PasswordLocked(Refusal::Locked { until }));
            }
        }
        let scene = self.caller.scene();
        let world = kit.world(&scene, kit.clock.now());
        let decision = account::switch_sms(&account, binding.as_ref(), &others, self.on, world);
        Ok(match kit.save(tx, decision).await? {
            Ok(account) => SwitchOutcome::Set { on: account.sms_enabled_at.is_some() },
            Err(refusal) => SwitchOutcome::Refused(refusal),
        })
    }
}

/// The factors an account has besides SMS.
pub(crate) async fn other_factors(
    tx: &mut Tx,
    kit: &Kit,
    account: &Account,
) -> Result<Vec<Factor>, StorageError> {
    let mut factors = vec![Factor::Password];
    factors.extend(account.email.as_ref().map(|_| Factor::Email));
    let live = authenticators::live_of_account(tx, &kit.rows, account.service_id, account.id).await?;
    factors.extend(live.iter().map(|authenticator| authenticator.factor));
    Ok(factors)
}

/// Counts a password attempt by somebody who is signed in.
pub(crate) async fn judge_own_password(
    tx: &mut Tx,
    kit: &Kit,
    account: &Account,
    device: Option<DeviceId>,
    right: bool,
    caller: &Caller,
) -> Result<PasswordOutcome, StorageError> {
    let now = kit.clock.now();
    let subject = Subject::Account(account.id);
    let state =
        factors::lock(tx, &kit.rows, account.service_id, subject, Factor::Password, device, now).await?;
    let scene = caller.scene();
    let judged = account::judge_password(right, Some(account.id), state, kit.world(&scene, now));
    kit.save(tx, judged).await
}
