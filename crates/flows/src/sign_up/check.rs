//! The code page of a sign-up: the right code, or a text of the holder's own, opens the account, and a session with it.

use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use crate::guess::{self, Brought, CodeAnswer};
use crate::identify::{account_by_identifier, ownership};
use crate::journeys;
use countersign_core::account;
use countersign_core::address::Address;
use countersign_core::binding::{self, BindOutcome, NumberRefusal, Recycled, judge_number};
use countersign_core::change::Change;
use countersign_core::event::Event;
use countersign_core::id::{ServiceId, VerificationId};
use countersign_core::model::*;
use countersign_core::session::{self, Opened};
use countersign_core::verification::{CheckOutcome, World};
use countersign_storage::tables::{self, factors};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// What came of the code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignUpCheck {
    /// The account is open and signed in.
    Opened(Box<Opened>),
    /// The code was right, and the identifier has an account already.
    HasAccount,
    /// The code was not right.
    Code(CodeAnswer),
    /// The holder's own text has not come.
    NotHeard,
    /// There is no such journey any more.
    Gone,
    /// The number can no longer be bound.
    Number(NumberRefusal),
}

impl Flows {
    /// Judges the code of a sign-up.
    pub async fn check_sign_up(
        &self,
        service_id: ServiceId,
        token: &str,
        typed: &str,
        caller: Caller,
    ) -> Result<SignUpCheck, FlowError> {
        let (token, brought) = (token.to_owned(), Brought::Typed(typed.to_owned()));
        self.write(Check { kit: self.kit.clone(), service_id, token, brought, caller }).await
    }

    /// As [`Flows::check_sign_up`], by the holder's own text.
    pub async fn check_sign_up_by_own_text(
        &self,
        service_id: ServiceId,
        token: &str,
        caller: Caller,
    ) -> Result<SignUpCheck, FlowError> {
        let (token, brought) = (token.to_owned(), Brought::OwnText);
        self.write(Check { kit: self.kit.clone(), service_id, token, brought, caller }).await
    }
}

struct Check {
    kit: Arc<Kit>,
    service_id: ServiceId,
    token: String,
    brought: Brought,
    caller: Caller,
}

impl Step for Check {
    type Output = SignUpCheck;

    async fn run(&self, tx: &mut Tx) -> Result<SignUpCheck, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let Some(mut journey) = journeys::lock(tx, kit, self.service_id, &self.token, now).await? else {
            return Ok(SignUpCheck::Gone);
        };
        let JourneyStage::SignUp { address, password_hash, verification } = journey.stage.clone() else {
            return Ok(SignUpCheck::Gone);
        };
        let scene = self.caller.scene();
        let id = VerificationId::from_bytes(verification.0);
        let judged = guess::judge(tx, kit, &journey, id, &self.brought, &scene, now).await?;
        let Some(answer) = judged else { return Ok(SignUpCheck::NotHeard) };
        if answer != CodeAnswer::Judged(CheckOutcome::Approved) {
            return Ok(SignUpCheck::Code(answer));
        }
        journey.stage = JourneyStage::Done;
        tables::apply(tx, &kit.rows, &[Change::SaveJourney(journey)]).await?;
        if account_by_identifier(tx, kit, self.service_id, &address).await?.is_some() {
            return Ok(SignUpCheck::HasAccount);
        }
        let world = kit.world(&scene, now);
        self.open_account(tx, &address, &password_hash.0, world).await
    }
}

impl Check {
    async fn open_account(
        &self,
        tx: &mut Tx,
        address: &Address,
        password_hash: &str,
        world: World<'_>,
    ) -> Result<SignUpCheck, StorageError> {
        // Before anything is written: the policy may have changed since the code was sent.
        if let Address::Phone(number) = address
            && let Err(refusal) = judge_number(number, &self.kit.policy)
        {
            return Ok(SignUpCheck::Number(refusal));
        }
        let account = account::open(self.service_id, address, password_hash, &self.caller.locale, world);
        let opened = Event::AccountOpened;
        let entry = world.scene.event(self.service_id, Some(account.id), opened, world);
        tables::apply(tx, &self.kit.rows, &[Change::InsertAccount(account.clone()), entry]).await?;
        if let Address::Phone(number) = address {
            let owners = ownership(tx, &self.kit, self.service_id, account.id, address).await?;
            let subject = Subject::Account(account.id);
            let rows = &self.kit.rows;
            let sms = factors::lock(tx, rows, self.service_id, subject, Factor::Sms, None, world.now).await?;
            let bound = binding::bind(&account, number, &owners, Recycled::Unknown, None, sms, world);
            if let BindOutcome::Refused(refusal) = self.kit.save(tx, bound).await? {
                // Somebody was first: undoes the account as well, and the code may be entered again.
                return Err(StorageError::Conflict { what: format!("number {}", refusal.as_str()) });
            }
        }
        let factor = address.channel().factor();
        let (opened, mut changes) =
            session::open(&account, None, Some(factor), &self.caller.ip_text(), world);
        let signed_in = Event::SignedIn { new_device: true, second_factor: Some(factor) };
        changes.push(world.scene.event(self.service_id, Some(account.id), signed_in, world));
        tables::apply(tx, &self.kit.rows, &changes).await?;
        Ok(SignUpCheck::Opened(Box::new(opened)))
    }
}
