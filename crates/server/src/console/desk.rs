//! `/console`, `/console/accounts…`, `/console/numbers`, `/console/holds`, `/console/lockouts`, `/console/proposals…`:
//! what staff look up, do at once, and decide by two. A number or an address that is looked for comes in a form's body
//! and never stands in an address of ours (R10).

mod accounts;
mod lists;
mod numbers;
mod proposals;
mod today;

pub(super) use accounts::{account, find, propose, protect, reveal, search};
pub(super) use lists::{holds, lockouts};
pub(super) use numbers::{form as number_form, look_up};
pub(super) use proposals::{decide, list as proposals, one as proposal, withdraw};
pub(super) use today::page as today;

use crate::web::views::Problem;
use countersign_flows::core::proposal::REASON_MAX;

/// What is wrong with a reason, if anything.
fn reason_problem(reason: &str) -> Option<Problem> {
    let characters_max = u32::try_from(REASON_MAX).unwrap_or(u32::MAX);
    match reason.trim().chars().count() {
        0 => Some(Problem::ReasonMissing),
        length if length > REASON_MAX => Some(Problem::ReasonLong { characters_max }),
        _ => None,
    }
}
