//! Binding a phone (section B): another factor first, then the number, then its code. One journey, owned by the
//! session that opened it; every page of it asks here what it may show.

pub(crate) mod activate;
pub(crate) mod number;
pub(crate) mod open;
pub(crate) mod prove;

use crate::context::{Flows, Kit};
use crate::error::FlowError;
use crate::journeys;
use crate::sessions::SignedIn;
use countersign_core::address::Address;
use countersign_core::model::*;
use countersign_core::time::Timestamp;
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// Which page of the journey comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BindState {
    /// Another factor must be proved; its code has not been asked for yet.
    Prove,
    /// Another factor's code is out.
    ProveCode,
    /// The number is asked for.
    Number,
    /// The number is fit; it is shown in full before anything is sent.
    Confirm(Address),
    /// The number's code is out.
    Code(Address),
    /// The number's code was right; the password is asked as well.
    Password(Address),
}

/// Where a binding stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BindView {
    /// The next page.
    pub state: BindState,
    /// Where the other factor's code goes.
    pub prove_with: Option<Address>,
    /// The number is to take the place of the one that is bound.
    pub replaces: bool,
}

/// The session and account that a page acts for.
#[derive(Clone, Debug)]
pub(crate) struct Owner {
    pub(crate) session: Session,
    pub(crate) account: Account,
}

impl Owner {
    pub(crate) fn of(signed_in: &SignedIn) -> Self {
        Self { session: signed_in.session.clone(), account: signed_in.account.clone() }
    }
}

/// The binding journey behind a token, if this session owns it.
pub(crate) async fn lock_own(
    tx: &mut Tx,
    kit: &Kit,
    owner: &Owner,
    token: &str,
    now: Timestamp,
) -> Result<Option<Journey>, StorageError> {
    let found = journeys::lock(tx, kit, owner.session.service_id, token, now).await?;
    Ok(found.filter(|journey| journeys::belongs_to(&journey.stage, Some(owner.session.id))))
}

/// Whether the number of this journey is to take the place of the one that is bound.
pub(crate) fn replaces(stage: &JourneyStage) -> bool {
    match stage {
        JourneyStage::BindNumber { replaces, .. }
        | JourneyStage::BindCode { replaces, .. }
        | JourneyStage::BindPassword { replaces, .. } => *replaces,
        _ => false,
    }
}

/// The recovery case that this journey finishes, if it does.
pub(crate) fn case_of(stage: &JourneyStage) -> Option<StoredId> {
    match stage {
        JourneyStage::BindNumber { case, .. }
        | JourneyStage::BindCode { case, .. }
        | JourneyStage::BindPassword { case, .. } => *case,
        _ => None,
    }
}

impl Flows {
    /// Where a binding journey stands; none if there is none that this session owns.
    pub async fn binding_journey(
        &self,
        signed_in: &SignedIn,
        token: &str,
    ) -> Result<Option<BindView>, FlowError> {
        let owner = Owner::of(signed_in);
        self.read(Look { kit: self.kit.clone(), owner, token: token.to_owned() }).await
    }
}

struct Look {
    kit: Arc<Kit>,
    owner: Owner,
    token: String,
}

impl Step for Look {
    type Output = Option<BindView>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let service_id = self.owner.session.service_id;
        let Some(journey) = journeys::load(tx, kit, service_id, &self.token, now).await? else {
            return Ok(None);
        };
        if !journeys::belongs_to(&journey.stage, Some(self.owner.session.id)) {
            return Ok(None);
        }
        let replaces = replaces(&journey.stage);
        let state = match journey.stage {
            JourneyStage::BindProve { verification: None, .. } => BindState::Prove,
            JourneyStage::BindProve { .. } => BindState::ProveCode,
            JourneyStage::BindNumber { number: None, .. } => BindState::Number,
            JourneyStage::BindNumber { number: Some(number), .. } => BindState::Confirm(number),
            JourneyStage::BindCode { number, .. } => BindState::Code(number),
            JourneyStage::BindPassword { number, .. } => BindState::Password(number),
            JourneyStage::PasswordForgotten { .. }
            | JourneyStage::PasswordReset { .. }
            | JourneyStage::SignUp { .. }
            | JourneyStage::SignIn { .. }
            | JourneyStage::Setting { .. }
            | JourneyStage::ConsoleSignIn { .. }
            | JourneyStage::ConsoleJoin { .. }
            | JourneyStage::ConsoleFactor { .. }
            | JourneyStage::ConsoleStaff { .. }
            | JourneyStage::Done => {
                return Ok(None);
            }
        };
        Ok(Some(BindView { state, prove_with: self.owner.account.email.clone(), replaces }))
    }
}
