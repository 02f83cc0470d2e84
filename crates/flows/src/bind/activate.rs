//! "Activate": the number's code, or a text of the holder's own, and the password where the number has a history, bind
//! it. Judging what was brought, using it up and binding the number are one transaction (R4).

use super::{Owner, case_of, lock_own, replaces};
use crate::cases;
use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use crate::guess::{self, Brought, CodeAnswer};
use crate::identify::ownership;
use crate::sessions::SignedIn;
use crate::sms_switch::judge_own_password;
use countersign_core::account::PasswordOutcome;
use countersign_core::address::Address;
use countersign_core::binding::{self, BindOutcome, NumberRefusal, Recycled, needs_second_proof};
use countersign_core::change::Change;
use countersign_core::id::VerificationId;
use countersign_core::lock::Refusal;
use countersign_core::model::*;
use countersign_core::session::Here;
use countersign_core::verification::CheckOutcome;
use countersign_storage::tables::{self, accounts, factors};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// What came of "Activate".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActivateOutcome {
    /// The number is bound.
    Bound(Box<Binding>),
    /// The code was right; the number has a history, so the password is asked as well.
    NeedsPassword,
    /// The code was not right.
    Code(CodeAnswer),
    /// The holder's own text has not come.
    NotHeard,
    /// The password was not right.
    PasswordWrong,
    /// The password is locked.
    PasswordLocked(Refusal),
    /// What had to be proved was, and the number cannot be bound.
    Refused(NumberRefusal),
    /// There is no such journey any more.
    Gone,
}

impl Flows {
    /// Judges the number's code and binds the number, or asks for the password first where the number has a history.
    pub async fn activate_binding(
        &self,
        signed_in: &SignedIn,
        token: &str,
        typed: &str,
        caller: Caller,
    ) -> Result<ActivateOutcome, FlowError> {
        self.activate(signed_in, token, Brought::Typed(typed.to_owned()), caller).await
    }

    /// As [`Flows::activate_binding`], by the holder's own text.
    pub async fn activate_binding_by_own_text(
        &self,
        signed_in: &SignedIn,
        token: &str,
        caller: Caller,
    ) -> Result<ActivateOutcome, FlowError> {
        self.activate(signed_in, token, Brought::OwnText, caller).await
    }

    async fn activate(
        &self,
        signed_in: &SignedIn,
        token: &str,
        brought: Brought,
        caller: Caller,
    ) -> Result<ActivateOutcome, FlowError> {
        let (owner, token) = (Owner::of(signed_in), token.to_owned());
        self.write(Activate { kit: self.kit.clone(), owner, token, brought, caller }).await
    }

    /// Judges the password and binds a number whose code was right before (B6).
    pub async fn confirm_binding_password(
        &self,
        signed_in: &SignedIn,
        token: &str,
        password: &str,
        caller: Caller,
    ) -> Result<ActivateOutcome, FlowError> {
        let owner = Owner::of(signed_in);
        let right = self.passwords.matches(password, Some(owner.account.password_hash.as_str())).await?;
        let token = token.to_owned();
        self.write(ConfirmPassword { kit: self.kit.clone(), owner, token, right, caller }).await
    }
}

struct Activate {
    kit: Arc<Kit>,
    owner: Owner,
    token: String,
    brought: Brought,
    caller: Caller,
}

impl Step for Activate {
    type Output = ActivateOutcome;

    async fn run(&self, tx: &mut Tx) -> Result<ActivateOutcome, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let Some(mut journey) = lock_own(tx, kit, &self.owner, &self.token, now).await? else {
            return Ok(ActivateOutcome::Gone);
        };
        let JourneyStage::BindCode { account, session, number, verification, replaces, case } =
            journey.stage.clone()
        else {
            return Ok(ActivateOutcome::Gone);
        };
        let service_id = self.owner.account.service_id;
        let rows = &kit.rows;
        let Some(holder) = accounts::lock(tx, rows, service_id, self.owner.account.id).await? else {
            return Ok(ActivateOutcome::Gone);
        };
        let scene = self.caller.scene();
        let id = VerificationId::from_bytes(verification.0);
        let judged = guess::judge(tx, kit, &journey, id, &self.brought, &scene, now).await?;
        let Some(answer) = judged else { return Ok(ActivateOutcome::NotHeard) };
        if answer != CodeAnswer::Judged(CheckOutcome::Approved) {
            return Ok(ActivateOutcome::Code(answer));
        }
        let owners = ownership(tx, kit, service_id, holder.id, &number).await?;
        // Asked only now: that the number has a history is told to nobody who has not proved control of it (R46).
        if needs_second_proof(&holder, &owners, Recycled::Unknown) {
            journey.stage = JourneyStage::BindPassword { account, session, number, replaces, case };
            tables::apply(tx, rows, &[Change::SaveJourney(journey)]).await?;
            return Ok(ActivateOutcome::NeedsPassword);
        }
        finish(tx, kit, journey, &holder, number, Here::of(&self.owner.session), &self.caller).await
    }
}

struct ConfirmPassword {
    kit: Arc<Kit>,
    owner: Owner,
    token: String,
    right: bool,
    caller: Caller,
}

impl Step for ConfirmPassword {
    type Output = ActivateOutcome;

    async fn run(&self, tx: &mut Tx) -> Result<ActivateOutcome, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let Some(journey) = lock_own(tx, kit, &self.owner, &self.token, now).await? else {
            return Ok(ActivateOutcome::Gone);
        };
        let JourneyStage::BindPassword { number, .. } = journey.stage.clone() else {
            return Ok(ActivateOutcome::Gone);
        };
        let (service_id, account_id) = (self.owner.account.service_id, self.owner.account.id);
        let Some(holder) = accounts::lock(tx, &kit.rows, service_id, account_id).await? else {
            return Ok(ActivateOutcome::Gone);
        };
        let right = self.right && holder.password_hash == self.owner.account.password_hash;
        let device = Some(self.owner.session.device_id);
        match judge_own_password(tx, kit, &holder, device, right, &self.caller).await? {
            PasswordOutcome::Right => {
                finish(tx, kit, journey, &holder, number, Here::of(&self.owner.session), &self.caller).await
            }
            PasswordOutcome::Wrong => Ok(ActivateOutcome::PasswordWrong),
            PasswordOutcome::Refused(refusal) => Ok(ActivateOutcome::PasswordLocked(refusal)),
            PasswordOutcome::LockedNow { until } => {
                Ok(ActivateOutcome::PasswordLocked(Refusal::Locked { until }))
            }
        }
    }
}

/// Binds the number, everything having been proved; a number that cannot be bound leads back to choosing one.
async fn finish(
    tx: &mut Tx,
    kit: &Kit,
    mut journey: Journey,
    holder: &Account,
    number: Address,
    here: Here,
    caller: &Caller,
) -> Result<ActivateOutcome, StorageError> {
    let Some(phone) = number.phone() else { return Ok(ActivateOutcome::Gone) };
    let now = kit.clock.now();
    let (rows, service_id) = (&kit.rows, holder.service_id);
    // First of all: a case that was withdrawn, or ran out of time, since it let its holder in binds nothing.
    let finishes = cases::finish::lock_for(tx, kit, holder, case_of(&journey.stage), now).await?;
    let Some(finishes) = finishes else {
        journey.stage = JourneyStage::Done;
        tables::apply(tx, rows, &[Change::SaveJourney(journey)]).await?;
        return Ok(ActivateOutcome::Gone);
    };
    let owners = ownership(tx, kit, service_id, holder.id, &number).await?;
    let subject = Subject::Account(holder.id);
    let sms = factors::lock(tx, rows, service_id, subject, Factor::Sms, None, now).await?;
    let scene = caller.scene();
    let replaces = replaces(&journey.stage).then_some(here);
    let world = kit.world(&scene, now);
    let bound = binding::bind(holder, phone, &owners, Recycled::Unknown, replaces, sms, world);
    let (outcome, stage) = match kit.save(tx, bound).await? {
        BindOutcome::Bound(binding) => {
            cases::finish::conclude(tx, kit, holder, finishes, owners.mine.as_ref(), here, world).await?;
            (ActivateOutcome::Bound(Box::new(binding)), JourneyStage::Done)
        }
        BindOutcome::Refused(refusal) => (ActivateOutcome::Refused(refusal), number_again(&journey.stage)),
    };
    journey.stage = stage;
    tables::apply(tx, rows, &[Change::SaveJourney(journey)]).await?;
    Ok(outcome)
}

fn number_again(stage: &JourneyStage) -> JourneyStage {
    match stage {
        JourneyStage::BindCode { account, session, replaces, case, .. }
        | JourneyStage::BindPassword { account, session, replaces, case, .. } => {
            let (replaces, case) = (*replaces, *case);
            JourneyStage::BindNumber { account: *account, session: *session, number: None, replaces, case }
        }
        _ => JourneyStage::Done,
    }
}
