//! The first page of a sign-up. Says the same whether or not the identifier has an account (R46): that is told only to
//! whoever proves control of it.

use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use crate::journeys;
use crate::sending::{self, Asker, Send};
use countersign_core::address::Address;
use countersign_core::binding::{NumberRefusal, judge_number};
use countersign_core::change::Change;
use countersign_core::id::ServiceId;
use countersign_core::model::*;
use countersign_core::password::{self, PasswordProblem};
use countersign_core::session::Token;
use countersign_core::verification::SendRefusal;
use countersign_storage::tables::{self, services};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// What came of the first page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignUpStart {
    /// A code is on its way; the token belongs in the browser.
    Started(Token),
    /// The password will not do.
    Password(PasswordProblem),
    /// The number cannot be texted.
    Number(NumberRefusal),
    /// No code was sent.
    Refused(SendRefusal),
}

impl Flows {
    /// Starts a sign-up.
    pub async fn start_sign_up(
        &self,
        service_id: ServiceId,
        address: Address,
        password: &str,
        caller: Caller,
    ) -> Result<SignUpStart, FlowError> {
        let brand = self.brand(service_id).await?;
        if let Err(problem) = password::judge(password, address.expose(), &brand, self.policy()) {
            return Ok(SignUpStart::Password(problem));
        }
        if let Address::Phone(number) = &address
            && let Err(refusal) = judge_number(number, self.policy())
        {
            return Ok(SignUpStart::Number(refusal));
        }
        let password_hash = self.passwords.hash(password).await?;
        self.write(Start { kit: self.kit.clone(), service_id, address, password_hash, caller }).await
    }

    /// The brand's name, as messages and pages show it.
    pub async fn brand(&self, service_id: ServiceId) -> Result<String, FlowError> {
        self.read(Brand { kit: self.kit.clone(), service_id }).await
    }
}

struct Brand {
    kit: Arc<Kit>,
    service_id: ServiceId,
}

impl Step for Brand {
    type Output = String;

    async fn run(&self, tx: &mut Tx) -> Result<String, StorageError> {
        let service = services::by_id(tx, &self.kit.rows, self.service_id).await?;
        Ok(service.map(|service| service.name).unwrap_or_default())
    }
}

struct Start {
    kit: Arc<Kit>,
    service_id: ServiceId,
    address: Address,
    password_hash: String,
    caller: Caller,
}

impl Step for Start {
    type Output = SignUpStart;

    async fn run(&self, tx: &mut Tx) -> Result<SignUpStart, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let (mut journey, token) = journeys::open(kit, self.service_id, JourneyStage::Done, now);
        let send = Send {
            service_id: self.service_id,
            subject: Subject::Address(kit.rows.index(&self.address)),
            address: &self.address,
            channel: self.address.channel(),
            purpose: Purpose::SignUp,
            details: None,
            page: Some(journey.token),
            locale: &self.caller.locale,
            asker: Asker::of(&self.caller),
        };
        let verification = match sending::start(tx, kit, &send, &self.caller.scene(), now).await? {
            Ok(verification) => verification,
            Err(refusal) => return Ok(SignUpStart::Refused(refusal)),
        };
        journey.stage = JourneyStage::SignUp {
            address: self.address.clone(),
            password_hash: Redacted(self.password_hash.clone()),
            verification: StoredId(*verification.id.as_bytes()),
        };
        tables::apply(tx, &kit.rows, &[Change::InsertJourney(journey)]).await?;
        Ok(SignUpStart::Started(token))
    }
}
