//! A member of staff who is signed in to the console. Plain data; `operator.rs` decides how long.

use super::TokenHash;
use crate::id::{OperatorId, OperatorSessionId, ServiceId};
use crate::time::Timestamp;
use std::fmt;

/// One signed-in period of one operator in one browser; kept after its end as the record of who was in the console.
#[derive(Clone, PartialEq, Eq)]
pub struct OperatorSession {
    /// Its identifier.
    pub id: OperatorSessionId,
    /// The service.
    pub service_id: ServiceId,
    /// Who.
    pub operator_id: OperatorId,
    /// Hash of the cookie.
    pub token: TokenHash,
    /// Hash of the cookie by which the browser has a lane of its own at the door (R24); none once it was forgotten.
    pub browser: Option<TokenHash>,
    /// Browser and system in words.
    pub device: String,
    /// Network address it was opened from. Sealed at rest.
    pub ip: String,
    /// When it began.
    pub created_at: Timestamp,
    /// Last use, to the minute.
    pub last_seen_at: Timestamp,
    /// When it was ended.
    pub ended_at: Option<Timestamp>,
}

impl fmt::Debug for OperatorSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OperatorSession")
            .field("id", &self.id)
            .field("operator", &self.operator_id)
            .finish_non_exhaustive()
    }
}
