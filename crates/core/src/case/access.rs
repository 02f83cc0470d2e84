//! The access code of a case: judging one, and giving a new one to whoever lost theirs.

use super::ending::turn_out;
use super::{everybody_hears, happened, proves};
use crate::Decision;
use crate::change::Change;
use crate::event::{CaseTurn, Event};
use crate::model::*;
use crate::recovery::{self, RecoveryCode};
use crate::session::hash_token;
use crate::time::{Timestamp, days, minutes};
use crate::verification::World;

/// Wrong access codes before a pause, and how long that is.
pub const ACCESS_FAILURES_MAX: u32 = 10;
const ACCESS_PAUSE: std::time::Duration = minutes(15);

/// What came of an access code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// It is the case's.
    Right,
    /// It is not.
    Wrong,
    /// It was not looked at.
    Locked(Timestamp),
}

/// Whether this is the hash of the case's access code, compared in constant time (R9).
pub fn opens(case: &Case, access: TokenHash) -> bool {
    bool::from(subtle::ConstantTimeEq::ct_eq(&case.access.0[..], &access.0[..]))
}

/// Judges an access code and counts it.
pub fn judge_access(mut case: Case, typed: TokenHash, world: World<'_>) -> Decision<Access> {
    if let Some(until) = case.access_locked_until.filter(|until| world.now < *until) {
        return Decision::only(Access::Locked(until));
    }
    if opens(&case, typed) {
        let counted = case.access_failures > 0 || case.access_locked_until.is_some();
        (case.access_failures, case.access_locked_until) = (0, None);
        // What is over is looked at, and never saved again.
        let changes =
            if counted && !case.stage.is_over() { vec![Change::SaveCase(case)] } else { Vec::new() };
        return Decision { outcome: Access::Right, changes };
    }
    case.access_failures += 1;
    if case.access_failures >= ACCESS_FAILURES_MAX {
        (case.access_failures, case.access_locked_until) = (0, Some(world.now.after(ACCESS_PAUSE)));
    }
    let changes = if case.stage.is_over() { Vec::new() } else { vec![Change::SaveCase(case)] };
    Decision { outcome: Access::Wrong, changes }
}

/// Gives the case of a lost phone a new access code; the one before opens nothing any more. Whoever comes this way has
/// proved what the case asks for first (R60), and shows documents of their own in a new round: nobody sees or finishes
/// what another has begun.
pub fn replace_access(
    mut case: Case,
    proved: &[Factor],
    held: &[Factor],
    account: &Account,
    binding: Option<&Binding>,
    world: World<'_>,
) -> Decision<Option<(Case, RecoveryCode)>> {
    if case.kind != CaseKind::PhoneLost || case.stage.is_over() || !proves(proved) {
        return Decision::only(None);
    }
    let mut changes = turn_out(&case, None, world);
    let access = recovery::draw_one(world.entropy);
    case.access = hash_token(access.normal());
    (case.access_failures, case.access_locked_until) = (0, None);
    case.stage = CaseStage::Documents;
    case.round += 1;
    (case.promised_by, case.decided_at) = (None, None);
    case.expires_at = world.now.after(days(world.policy.case_wait_days));
    case.file = CaseFile {
        proved: proved.to_vec(),
        lost: held.iter().copied().filter(|factor| !proved.contains(factor)).collect(),
        round_since_ms: world.now.unix_ms(),
        device: world.scene.device().to_owned(),
        status: case.file.status,
        ..CaseFile::default()
    };
    let turn = CaseTurn::AccessReplaced { case: case.id.to_string() };
    changes.push(happened(&case, Event::CaseTurn(turn), world));
    changes.extend(everybody_hears(account, binding, Notice::RecoveryAccessReplaced, &case, world));
    changes.push(Change::SaveCase(case.clone()));
    Decision { outcome: Some((case, access)), changes }
}
