//! "Activate": the number's code, and the password where the number has a history, bind it. Judging the code, using it up and
//! binding the number are one transaction (R4).

use super::{Owner, lock_own};
use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use crate::guess::{self, CodeAnswer, Guess};
use crate::identify::ownership;
use crate::sessions::SignedIn;
use countersign_core::account::PasswordOutcome;
use countersign_core::binding::{self, BindOutcome, NumberRefusal, Recycled};
use countersign_core::change::Change;
use countersign_core::id::VerificationId;
use countersign_core::lock::Refusal;
use countersign_core::model::*;
use countersign_core::verification::CheckOutcome;
use countersign_storage::tables::{self, accounts, factors};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// What came of "Activate".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActivateOutcome {
    /// The number is bound.
    Bound(Box<Binding>),
    /// The code was not right.
    Code(CodeAnswer),
    /// The password was asked for and was not right; the code was not looked at.
    PasswordWrong,
    /// The password was asked for and is locked; the code was not looked at.
    PasswordLocked(Refusal),
    /// The code was right, and the number cannot be bound.
    Refused(NumberRefusal),
    /// There is no such journey any more.
    Gone,
}

impl Flows {
    /// Judges the number's code and binds the number.
    pub async fn activate_binding(
        &self,
        signed_in: &SignedIn,
        token: &str,
        typed: &str,
        password: Option<&str>,
        caller: Caller,
    ) -> Result<ActivateOutcome, FlowError> {
        let owner = Owner::of(signed_in);
        let password_right = match password.filter(|password| !password.is_empty()) {
            Some(password) => {
                let phc = Some(owner.account.password_hash.as_str());
                Some(self.passwords.matches(password, phc).await?)
            }
            None => None,
        };
        let (token, typed) = (token.to_owned(), typed.to_owned());
        self.write(Activate { kit: self.kit.clone(), owner, token, typed, password_right, caller }).await
    }
}

struct Activate {
    kit: Arc<Kit>,
    owner: Owner,
    token: String,
    typed: String,
    password_right: Option<bool>,
    caller: Caller,
}

impl Step for Activate {
    type Output = ActivateOutcome;

    async fn run(&self, tx: &mut Tx) -> Result<ActivateOutcome, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let Some(mut journey) = lock_own(tx, kit, &self.owner, &self.token, now).await? else {
            return Ok(ActivateOutcome::Gone);
        };
        let JourneyStage::BindCode { account, session, number, verification, second_proof } =
            journey.stage.clone()
        else {
            return Ok(ActivateOutcome::Gone);
        };
        let service_id = self.owner.account.service_id;
        let rows = &kit.rows;
        let Some(holder) = accounts::lock(tx, rows, service_id, self.owner.account.id).await? else {
            return Ok(ActivateOutcome::Gone);
        };
        if second_proof && let Some(refused) = self.prove_password(tx, &holder).await? {
            return Ok(refused);
        }
        let scene = self.caller.scene();
        let guess =
            Guess { typed: &self.typed, by_person: true, page: Some(journey.token), details: None };
        let id = VerificationId::from_bytes(verification.0);
        let (answer, _) = guess::check(tx, kit, service_id, id, &guess, &scene, now).await?;
        if answer != CodeAnswer::Judged(CheckOutcome::Approved) {
            return Ok(ActivateOutcome::Code(answer));
        }
        let Some(phone) = number.phone() else { return Ok(ActivateOutcome::Gone) };
        let owners = ownership(tx, kit, service_id, holder.id, &number).await?;
        let subject = Subject::Account(holder.id);
        let sms = factors::lock(tx, rows, service_id, subject, Factor::Sms, None, now).await?;
        let world = kit.world(&scene, now);
        let bound = binding::bind(&holder, phone, &owners, Recycled::Unknown, sms, world);
        match kit.save(tx, bound).await? {
            BindOutcome::Bound(binding) => {
                journey.stage = JourneyStage::Done;
                tables::apply(tx, rows, &[Change::SaveJourney(journey)]).await?;
                Ok(ActivateOutcome::Bound(Box::new(binding)))
            }
            BindOutcome::Refused(refusal) => {
                journey.stage = JourneyStage::BindNumber { account, session, number: None };
                tables::apply(tx, rows, &[Change::SaveJourney(journey)]).await?;
                Ok(ActivateOutcome::Refused(refusal))
            }
        }
    }
}

impl Activate {
    /// The second proof of a number with a history; `None` when it holds.
    async fn prove_password(
        &self,
        tx: &mut Tx,
        holder: &Account,
    ) -> Result<Option<ActivateOutcome>, StorageError> {
        let right = self.password_right.unwrap_or(false) && holder.password_hash == self.owner.account.password_hash;
        if self.password_right.is_none() {
            return Ok(Some(ActivateOutcome::PasswordWrong));
        }
        let device = Some(self.owner.session.device_id);
        let outcome =
            crate::sms_switch::judge_own_password(tx, &self.kit, holder, device, right, &self.caller).await?;
        Ok(match outcome {
            PasswordOutcome::Right => None,
            PasswordOutcome::Wrong => Some(ActivateOutcome::PasswordWrong),
            PasswordOutcome::Refused(refusal) => Some(ActivateOutcome::PasswordLocked(refusal)),
            PasswordOutcome::LockedNow { until } => {
                Some(ActivateOutcome::PasswordLocked(Refusal::Locked { until }))
            }
        })
    }
}

