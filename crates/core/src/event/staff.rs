//! What happens to staff and at their door. In rows and exports these are kinds like all others.

use crate::model::Factor;
use serde::{Deserialize, Serialize};

/// One thing that happened to a member of staff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StaffEvent {
    /// A member of staff signed in to the console.
    OperatorSignedIn {
        /// The second factor that was proved.
        factor: Factor,
    },
    /// A sign-in to the console failed.
    OperatorSignInFailed {
        /// Masked address that was given.
        who: String,
        /// What was wrong.
        factor: Factor,
    },
    /// Too many failures at the console's door: the factor is refused until the time given.
    OperatorLocked {
        /// Masked address.
        who: String,
        /// Which.
        factor: Factor,
        /// Unix milliseconds; none when only a new factor opens it.
        until_ms: Option<i64>,
    },
    /// A member of staff signed out.
    OperatorSignedOut,
    /// Sessions of a member of staff were ended, by themselves or by an act of another.
    OperatorSessionsEnded {
        /// Whose (`opr_…`).
        operator: String,
    },
    /// Somebody was made a member of staff.
    OperatorAdded {
        /// Who (`opr_…`).
        operator: String,
        /// Masked address.
        email: String,
        /// As what, separated by commas.
        roles: String,
    },
    /// They used their link and set what they sign in with.
    OperatorJoined {
        /// Who.
        operator: String,
    },
    /// A new link was made for somebody who has not used theirs.
    OperatorInvitedAgain {
        /// Who.
        operator: String,
    },
    /// What a member of staff is there for was changed.
    OperatorRolesChanged {
        /// Who.
        operator: String,
        /// As what before.
        before: String,
        /// As what now.
        after: String,
        /// Why.
        reason: String,
    },
    /// Somebody's access ended.
    OperatorDisabled {
        /// Whose.
        operator: String,
        /// Why.
        reason: String,
    },
    /// It began again.
    OperatorEnabled {
        /// Whose.
        operator: String,
        /// Why.
        reason: String,
    },
    /// What a member of staff signs in with was taken back, to be set anew by a link.
    OperatorReset {
        /// Whose.
        operator: String,
        /// Why.
        reason: String,
    },
    /// A second factor of a member of staff was enrolled.
    OperatorFactorAdded {
        /// Whose.
        operator: String,
        /// Which.
        factor: Factor,
        /// What they call it.
        name: String,
    },
    /// It was removed or replaced.
    OperatorFactorRemoved {
        /// Whose.
        operator: String,
        /// Which.
        factor: Factor,
        /// What they called it.
        name: String,
    },
    /// A member of staff changed their password.
    OperatorPasswordChanged,
    /// A member of staff is called something else now.
    OperatorRenamed,
}
