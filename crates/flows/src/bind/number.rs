//! Choosing the number, seeing it in full, and sending its code. The number is judged when it is typed and again
//! when its code is sent: the policy or its owner may have changed in between.

use super::{Owner, lock_own};
use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use crate::identify::ownership;
use crate::sending::{self, Asker, Send};
use crate::sessions::SignedIn;
use countersign_core::address::Address;
use countersign_core::binding::{NumberRefusal, Recycled, judge_for_account};
use countersign_core::change::Change;
use countersign_core::event::Event;
use countersign_core::model::*;
use countersign_core::numbers::{NumberError, PhoneNumber, RegionCode};
use countersign_core::verification::SendRefusal;
use countersign_storage::tables;
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// What came of a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NumberOutcome {
    /// It is fit; it is shown in full next.
    Fit,
    /// Its code is on its way.
    Sent,
    /// It is no number of the plan.
    NotANumber(NumberError),
    /// It cannot be bound.
    Refused(NumberRefusal),
    /// Its code was not sent.
    NotSent(SendRefusal),
    /// There is no such journey any more.
    Gone,
}

impl Flows {
    /// Judges a typed number and keeps it for the next page.
    pub async fn choose_number(
        &self,
        signed_in: &SignedIn,
        token: &str,
        typed: &str,
        region: Option<RegionCode>,
    ) -> Result<NumberOutcome, FlowError> {
        let number = match PhoneNumber::parse(typed, region) {
            Ok(number) => number,
            Err(error) => return Ok(NumberOutcome::NotANumber(error)),
        };
        let owner = Owner::of(signed_in);
        self.write(Choose { kit: self.kit.clone(), owner, token: token.to_owned(), number: Some(number) })
            .await
    }

    /// "Change number": back to an empty field. A code that is out already stays the number's own.
    pub async fn choose_another_number(
        &self,
        signed_in: &SignedIn,
        token: &str,
    ) -> Result<NumberOutcome, FlowError> {
        let owner = Owner::of(signed_in);
        self.write(Choose { kit: self.kit.clone(), owner, token: token.to_owned(), number: None }).await
    }

    /// Sends the chosen number its code.
    pub async fn send_binding_code(
        &self,
        signed_in: &SignedIn,
        token: &str,
        caller: Caller,
    ) -> Result<NumberOutcome, FlowError> {
        let owner = Owner::of(signed_in);
        self.write(SendCode { kit: self.kit.clone(), owner, token: token.to_owned(), caller }).await
    }
}

struct Choose {
    kit: Arc<Kit>,
    owner: Owner,
    token: String,
    number: Option<PhoneNumber>,
}

impl Step for Choose {
    type Output = NumberOutcome;

    async fn run(&self, tx: &mut Tx) -> Result<NumberOutcome, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let Some(mut journey) = lock_own(tx, kit, &self.owner, &self.token, now).await? else {
            return Ok(NumberOutcome::Gone);
        };
        let (account, session, replaces, case) = match journey.stage {
            JourneyStage::BindNumber { account, session, replaces, case, .. }
            | JourneyStage::BindCode { account, session, replaces, case, .. }
            | JourneyStage::BindPassword { account, session, replaces, case, .. } => {
                (account, session, replaces, case)
            }
            _ => return Ok(NumberOutcome::Gone),
        };
        if let Some(number) = &self.number {
            let address = Address::Phone(number.clone());
            let holder = &self.owner.account;
            let owners = ownership(tx, kit, holder.service_id, holder.id, &address).await?;
            let judged = judge_for_account(number, holder, &owners, Recycled::Unknown, replaces, &kit.policy);
            if let Err(refusal) = judged {
                let scene = countersign_core::session::Scene::default();
                let refused =
                    Event::NumberRefused { reason: refusal.as_str().to_owned(), number: number.masked() };
                let entry = scene.event(holder.service_id, Some(holder.id), refused, kit.world(&scene, now));
                tables::apply(tx, &kit.rows, &[entry]).await?;
                return Ok(NumberOutcome::Refused(refusal));
            }
        }
        let number = self.number.clone().map(Address::Phone);
        journey.stage = JourneyStage::BindNumber { account, session, number, replaces, case };
        tables::apply(tx, &kit.rows, &[Change::SaveJourney(journey)]).await?;
        Ok(NumberOutcome::Fit)
    }
}

struct SendCode {
    kit: Arc<Kit>,
    owner: Owner,
    token: String,
    caller: Caller,
}

impl Step for SendCode {
    type Output = NumberOutcome;

    async fn run(&self, tx: &mut Tx) -> Result<NumberOutcome, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let Some(mut journey) = lock_own(tx, kit, &self.owner, &self.token, now).await? else {
            return Ok(NumberOutcome::Gone);
        };
        let (account, session, address, replaces, case) = match journey.stage.clone() {
            JourneyStage::BindNumber { account, session, number: Some(number), replaces, case } => {
                (account, session, number, replaces, case)
            }
            // Sent already: a replayed form sends nothing.
            JourneyStage::BindCode { .. } => return Ok(NumberOutcome::Sent),
            _ => return Ok(NumberOutcome::Gone),
        };
        let Some(number) = address.phone() else { return Ok(NumberOutcome::Gone) };
        let holder = &self.owner.account;
        let owners = ownership(tx, kit, holder.service_id, holder.id, &address).await?;
        let judged = judge_for_account(number, holder, &owners, Recycled::Unknown, replaces, &kit.policy);
        if let Err(refusal) = judged {
            return Ok(NumberOutcome::Refused(refusal));
        }
        let send = Send {
            service_id: holder.service_id,
            subject: Subject::Account(holder.id),
            address: &address,
            channel: address.channel(),
            purpose: Purpose::Bind,
            details: None,
            page: Some(journey.token),
            locale: &holder.locale,
            asker: Asker::of(&self.caller),
        };
        let verification = match sending::start(tx, kit, &send, &self.caller.scene(), now).await? {
            Ok(verification) => verification,
            Err(refusal) => return Ok(NumberOutcome::NotSent(refusal)),
        };
        journey.stage = JourneyStage::BindCode {
            account,
            session,
            number: address,
            verification: StoredId(*verification.id.as_bytes()),
            replaces,
            case,
        };
        tables::apply(tx, &kit.rows, &[Change::SaveJourney(journey)]).await?;
        Ok(NumberOutcome::Sent)
    }
}
