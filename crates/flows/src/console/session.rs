//! Which operator is signed in: the session behind the console's cookie, and signing out.

use crate::context::{Flows, Kit};
use crate::error::FlowError;
use countersign_core::change::Change;
use countersign_core::event::{Event, StaffEvent};
use countersign_core::id::ServiceId;
use countersign_core::model::{Actor, Operator, OperatorSession, Right};
use countersign_core::operator;
use countersign_core::session::{Scene, hash_token};
use countersign_core::staff;
use countersign_core::time::Timestamp;
use countersign_storage::tables::{self, operator_sessions, operators};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// A live session of a member of staff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedInOperator {
    /// The session.
    pub session: OperatorSession,
    /// Who.
    pub operator: Operator,
}

impl Flows {
    /// The operator behind a cookie, if the session is live; notes its use once a minute.
    pub async fn operator(
        &self,
        service_id: ServiceId,
        token: &str,
    ) -> Result<Option<SignedInOperator>, FlowError> {
        let kit = self.kit.clone();
        let found = self.read(Find { kit: kit.clone(), service_id, token: token.to_owned() }).await?;
        if found.as_ref().is_some_and(|found| operator::worth_touching(&found.session, self.now())) {
            self.write(Touch { kit, service_id, token: token.to_owned() }).await?;
        }
        Ok(found)
    }

    /// Ends an operator's session.
    pub async fn sign_out_operator(&self, signed_in: &SignedInOperator) -> Result<(), FlowError> {
        let (now, session, operator) = (self.now(), &signed_in.session, &signed_in.operator);
        let ended = OperatorSession { ended_at: Some(now), ..session.clone() };
        let scene = Scene::by(Actor::Operator(operator.id), &session.device);
        let world = self.kit.world(&scene, now);
        let entry =
            scene.event(operator.service_id, None, Event::Staff(StaffEvent::OperatorSignedOut), world);
        self.save(vec![Change::SaveOperatorSession(ended), entry]).await
    }
}

/// Whether whoever acts has the right at this moment. The door has asked before; this is asked in the transaction that
/// decides, where access that ended and a wait that began in between count. The command line stands outside.
pub(super) async fn has_right(
    tx: &mut Tx,
    kit: &Kit,
    service_id: ServiceId,
    actor: Actor,
    right: Right,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let Some(id) = actor.operator() else { return Ok(true) };
    let found = operators::load(tx, &kit.rows, service_id, id).await?;
    let operator = found.filter(|operator| operator.disabled_at.is_none());
    Ok(operator.is_some_and(|operator| staff::may_now(&operator, right, now)))
}

struct Find {
    kit: Arc<Kit>,
    service_id: ServiceId,
    token: String,
}

impl Step for Find {
    type Output = Option<SignedInOperator>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let (rows, now) = (&self.kit.rows, self.kit.clock.now());
        let found = operator_sessions::by_token(tx, rows, self.service_id, hash_token(&self.token)).await?;
        let Some(session) = found else { return Ok(None) };
        let operator = operators::load(tx, rows, self.service_id, session.operator_id).await?;
        let live = operator.filter(|operator| operator::is_live(&session, operator, now));
        Ok(live.map(|operator| SignedInOperator { session, operator }))
    }
}

struct Touch {
    kit: Arc<Kit>,
    service_id: ServiceId,
    token: String,
}

impl Step for Touch {
    type Output = ();

    async fn run(&self, tx: &mut Tx) -> Result<(), StorageError> {
        let (rows, now) = (&self.kit.rows, self.kit.clock.now());
        let found = operator_sessions::by_token(tx, rows, self.service_id, hash_token(&self.token)).await?;
        // Ended in the meantime: stays ended.
        let Some(stored) = found.filter(|stored| stored.ended_at.is_none()) else { return Ok(()) };
        let used = OperatorSession { last_seen_at: now.max(stored.last_seen_at), ..stored };
        tables::apply(tx, rows, &[Change::SaveOperatorSession(used)]).await
    }
}
