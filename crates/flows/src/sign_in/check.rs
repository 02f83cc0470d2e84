//! The code page of a sign-in: the right code opens a session and makes the browser known.

use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use crate::guess::{self, CodeAnswer, Guess};
use crate::journeys;
use countersign_core::change::Change;
use countersign_core::event::Event;
use countersign_core::id::{AccountId, ServiceId, VerificationId};
use countersign_core::model::*;
use countersign_core::notice::notice;
use countersign_core::session::{self, Opened};
use countersign_core::verification::{CheckOutcome, World};
use countersign_storage::tables::{self, accounts};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// What came of the code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignInCheck {
    /// Signed in, on a browser that is known from now on.
    SignedIn(Box<Opened>),
    /// The code was not right.
    Code(CodeAnswer),
    /// There is no such journey any more.
    Gone,
}

impl Flows {
    /// Judges the code of a sign-in.
    pub async fn check_sign_in(
        &self,
        service_id: ServiceId,
        token: &str,
        typed: &str,
        caller: Caller,
    ) -> Result<SignInCheck, FlowError> {
        let (token, typed) = (token.to_owned(), typed.to_owned());
        self.write(Check { kit: self.kit.clone(), service_id, token, typed, caller }).await
    }
}

struct Check {
    kit: Arc<Kit>,
    service_id: ServiceId,
    token: String,
    typed: String,
    caller: Caller,
}

impl Step for Check {
    type Output = SignInCheck;

    async fn run(&self, tx: &mut Tx) -> Result<SignInCheck, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let Some(mut journey) = journeys::lock(tx, kit, self.service_id, &self.token, now).await? else {
            return Ok(SignInCheck::Gone);
        };
        let JourneyStage::SignIn { account, factor, verification: Some(verification) } =
            journey.stage.clone()
        else {
            return Ok(SignInCheck::Gone);
        };
        let account_id = AccountId::from_bytes(account.0);
        let Some(account) = accounts::lock(tx, &kit.rows, self.service_id, account_id).await? else {
            return Ok(SignInCheck::Gone);
        };
        let scene = self.caller.scene();
        let world = kit.world(&scene, now);
        let guess = Guess { typed: &self.typed, by_person: true, page: Some(journey.token), details: None };
        let id = VerificationId::from_bytes(verification.0);
        let (answer, _) = guess::check(tx, kit, self.service_id, id, &guess, &scene, now).await?;
        match answer {
            CodeAnswer::Judged(CheckOutcome::Approved) => {}
            CodeAnswer::Judged(CheckOutcome::LockedNow { .. } | CheckOutcome::DisabledNow) => {
                // Somebody who knows the password failed the second factor: its owner is told (R48).
                let told = notice(&account, Notice::SecondFactorLocked, scene.device().to_owned(), world);
                tables::apply(tx, &kit.rows, &told).await?;
                return Ok(SignInCheck::Code(answer));
            }
            _ => return Ok(SignInCheck::Code(answer)),
        }
        journey.stage = JourneyStage::Done;
        tables::apply(tx, &kit.rows, &[Change::SaveJourney(journey)]).await?;
        let opened = self.open_session(tx, &account, factor, world).await?;
        Ok(SignInCheck::SignedIn(Box::new(opened)))
    }
}

impl Check {
    async fn open_session(
        &self,
        tx: &mut Tx,
        account: &Account,
        factor: Factor,
        world: World<'_>,
    ) -> Result<Opened, StorageError> {
        let (opened, mut changes) = session::open(account, None, Some(factor), &self.caller.ip_text(), world);
        let event = Event::SignedIn { new_device: true, second_factor: Some(factor) };
        changes.push(world.scene.event(self.service_id, Some(account.id), event, world));
        changes.extend(notice(account, Notice::NewSignIn, world.scene.device().to_owned(), world));
        tables::apply(tx, &self.kit.rows, &changes).await?;
        Ok(opened)
    }
}
