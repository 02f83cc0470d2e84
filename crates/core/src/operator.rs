//! Sessions of a service's staff: how long one lives and what opens it. Shorter than a holder's (R45), no browser is
//! ever known, and both steps are asked each time. What an operator may do in the console is not decided here.

use crate::Decision;
use crate::account::{self, PasswordOutcome};
use crate::change::Change;
use crate::id::OperatorSessionId;
use crate::model::{FactorState, Operator, OperatorSession};
use crate::session::Token;
use crate::time::{Timestamp, hours, minutes};
use crate::verification::World;
use std::time::Duration;

/// How long a session may rest.
pub const SESSION_IDLE: Duration = hours(1);

/// How long a session may last: one working day.
pub const SESSION_LIFE: Duration = hours(12);

/// Whether an operator's session may be used at `now`.
pub fn is_live(session: &OperatorSession, operator: &Operator, now: Timestamp) -> bool {
    session.ended_at.is_none()
        && operator.disabled_at.is_none()
        && session.operator_id == operator.id
        && now.since(session.created_at) < SESSION_LIFE
        && now.since(session.last_seen_at) < SESSION_IDLE
}

/// Last use is written once a minute, not at every page.
pub fn worth_touching(session: &OperatorSession, now: Timestamp) -> bool {
    now.since(session.last_seen_at) >= minutes(1)
}

/// Counts an operator's password attempt on their identifier, under the same locks as a holder's. `right` is the
/// result of the slow comparison, made against the hash of an operator who has access. Entries name no account:
/// there is none.
pub fn judge_password(right: bool, factor: FactorState, world: World<'_>) -> Decision<PasswordOutcome> {
    account::count_password(right, None, factor, world)
}

/// Opens a session after both steps; the token is the cookie.
pub fn open(operator: &Operator, ip: &str, world: World<'_>) -> (OperatorSession, Token, Change) {
    let token = Token::draw(world.entropy);
    let session = OperatorSession {
        id: OperatorSessionId::draw(world.now, world.entropy),
        service_id: operator.service_id,
        operator_id: operator.id,
        token: token.hash(),
        device: world.scene.device().to_owned(),
        ip: ip.to_owned(),
        created_at: world.now,
        last_seen_at: world.now,
        ended_at: None,
    };
    let change = Change::InsertOperatorSession(session.clone());
    (session, token, change)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::Address;
    use crate::id::{OperatorId, ServiceId};
    use crate::model::{Role, TokenHash};

    const START: Timestamp = Timestamp::from_unix_ms(1_800_000_000_000);
    const MOMENT: Duration = Duration::from_millis(1);

    fn operator() -> Operator {
        Operator {
            id: OperatorId::from_bytes([1; 16]),
            service_id: ServiceId::from_bytes([1; 16]),
            email: Address::from_exposed("staff@acme.example").unwrap(),
            password_hash: String::new(),
            roles: vec![Role::Support],
            created_at: START,
            disabled_at: None,
        }
    }

    fn session() -> OperatorSession {
        OperatorSession {
            id: OperatorSessionId::from_bytes([1; 16]),
            service_id: ServiceId::from_bytes([1; 16]),
            operator_id: OperatorId::from_bytes([1; 16]),
            token: TokenHash([1; 32]),
            device: String::new(),
            ip: "198.51.100.7".to_owned(),
            created_at: START,
            last_seen_at: START,
            ended_at: None,
        }
    }

    #[test]
    fn a_session_rests_an_hour_and_lasts_twelve() {
        let (operator, mut session) = (operator(), session());
        assert!(is_live(&session, &operator, START.after(hours(1)).before(MOMENT)));
        assert!(!is_live(&session, &operator, START.after(hours(1))));
        session.last_seen_at = START.after(hours(12)).before(MOMENT);
        assert!(is_live(&session, &operator, START.after(hours(12)).before(MOMENT)));
        assert!(!is_live(&session, &operator, START.after(hours(12))));
    }

    #[test]
    fn it_ends_with_sign_out_and_with_the_operators_access() {
        let (operator, session) = (operator(), session());
        let ended = OperatorSession { ended_at: Some(START), ..session.clone() };
        assert!(!is_live(&ended, &operator, START));
        let gone = Operator { disabled_at: Some(START), ..operator.clone() };
        assert!(!is_live(&session, &gone, START));
        let other = Operator { id: OperatorId::from_bytes([2; 16]), ..operator };
        assert!(!is_live(&session, &other, START));
        assert!(!format!("{session:?}").contains("198.51"), "R10");
    }
}
