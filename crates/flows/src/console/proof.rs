//! The second factor of staff, as whoever comes to the door and whoever changes somebody's access proves it: an answer
//! is read without a transaction, and judged against what stands inside one.

use super::enrolling::SecondAnswer;
use crate::context::{Caller, Flows, Kit};
use crate::passkeys::{Verified, moved_on};
use countersign_core::address::Address;
use countersign_core::code::{CodeProblem, TypedCode};
use countersign_core::id::DeviceId;
use countersign_core::model::*;
use countersign_core::session::hash_token;
use countersign_core::time::Timestamp;
use countersign_core::{operator, totp};
use countersign_storage::tables::operator_sessions;
use countersign_storage::{StorageError, Tx};

/// Whose failures at the door are counted.
pub(super) fn subject_of(kit: &Kit, email: &Address) -> Subject {
    Subject::Staff(kit.rows.index(email))
}

/// The lane of the browser that asks, if this operator has come in from it not long ago (R24).
pub(super) async fn lane_at_door(
    tx: &mut Tx,
    kit: &Kit,
    operator: Option<&Operator>,
    caller: &Caller,
    now: Timestamp,
) -> Result<Option<DeviceId>, StorageError> {
    let (Some(operator), Some(token)) = (operator, &caller.device_token) else { return Ok(None) };
    let (browser, since) = (hash_token(token), operator::known_since(&kit.policy, now));
    let (service_id, id) = (operator.service_id, operator.id);
    let is_known = operator_sessions::is_known(tx, &kit.rows, service_id, id, browser, since).await?;
    Ok(is_known.then(|| operator::lane(browser)))
}

/// The lane of the browser of somebody who is in.
pub(super) fn lane_inside(session: &OperatorSession) -> Option<DeviceId> {
    session.browser.map(operator::lane)
}

/// An answer as far as it can be read without a transaction.
pub(super) enum Brought {
    Code(TypedCode),
    Passkey { verified: Option<Verified>, challenge: Redacted },
}

impl Flows {
    /// Reads an answer; slow for passkeys, whose `challenge` the journey kept.
    pub(super) fn bring(
        &self,
        answer: &SecondAnswer,
        challenge: Redacted,
        standing: &[OperatorAuthenticator],
    ) -> Result<Brought, CodeProblem> {
        match answer {
            SecondAnswer::Totp(typed) => TypedCode::lenient(typed, totp::DIGITS).map(Brought::Code),
            SecondAnswer::Passkey(answer) => {
                let verified = self.passkeys.verify(answer, &challenge, standing);
                Ok(Brought::Passkey { verified, challenge })
            }
        }
    }
}

impl Brought {
    /// What it would prove.
    pub(super) fn factor(&self) -> Factor {
        match self {
            Brought::Code(_) => Factor::Totp,
            Brought::Passkey { .. } => Factor::Passkey,
        }
    }

    /// The second factor that it proves, as it is after its use. `challenge` is what the journey keeps now.
    pub(super) fn used(
        &self,
        kit: &Kit,
        standing: &[OperatorAuthenticator],
        challenge: &Redacted,
        now: Timestamp,
    ) -> Option<OperatorAuthenticator> {
        let used = match self {
            Brought::Code(typed) => standing.iter().find_map(|one| match &one.secret {
                AuthenticatorSecret::Totp { key, drift_steps } => {
                    let step = totp::judge(key, *drift_steps, one.last_step, typed, kit.clock.wall())?;
                    Some(OperatorAuthenticator { last_step: Some(step), ..one.clone() })
                }
                _ => None,
            }),
            // Verified against the challenge of a moment ago; it counts only for that same one, once.
            Brought::Passkey { verified, challenge: of } => {
                let verified = verified.as_ref().filter(|_| of == challenge && !challenge.0.is_empty())?;
                standing.iter().find_map(|one| {
                    let secret = moved_on(&one.secret, verified)?;
                    Some(OperatorAuthenticator { secret, ..one.clone() })
                })
            }
        };
        used.map(|used| OperatorAuthenticator { last_used_at: Some(now), ..used })
    }
}
