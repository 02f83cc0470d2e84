//! Which role may do what (least privilege, R57): the one table that every page, form and command of the console asks.
//! Refuses to know pages; nothing is granted that is not listed. Whoever a colleague at the console let in, reset or
//! gave a role for it waits before being one of the two who decide: one admin with helpers of their own making is one.

use crate::model::{Operator, Right, Role};
use crate::time::{Timestamp, seconds};
use crate::verification::World;

/// What a role may do.
pub const fn rights(role: Role) -> &'static [Right] {
    match role {
        Role::Support => &[
            Right::Enter,
            Right::AccountsSee,
            Right::AddressesReveal,
            Right::AccountsProtect,
            Right::Propose,
            Right::TicketsSee,
            Right::TicketsAnswer,
            Right::DeliverySee,
            Right::MessagesSee,
        ],
        Role::Reviewer => &[
            Right::Enter,
            Right::AccountsSee,
            Right::AddressesReveal,
            Right::Approve,
            Right::CasesSee,
            Right::CasesDecide,
        ],
        Role::Fraud => &[
            Right::Enter,
            Right::AccountsSee,
            Right::AddressesReveal,
            Right::AccountsProtect,
            Right::Propose,
            Right::Approve,
            Right::CasesSee,
            Right::TicketsSee,
            Right::DeliverySee,
            Right::MessagesSee,
            Right::PolicySee,
        ],
        Role::Delivery => {
            &[Right::Enter, Right::DeliverySee, Right::MessagesSee, Right::DeliveryAct, Right::PolicySee]
        }
        Role::Admin => {
            &[Right::Enter, Right::StaffManage, Right::PolicySee, Right::DeliverySee, Right::AuditSee]
        }
        Role::Auditor => &[Right::Enter, Right::AuditSee, Right::PolicySee],
    }
}

/// Whether any of the roles has the right.
pub fn may(roles: &[Role], right: Right) -> bool {
    roles.iter().any(|role| rights(*role).contains(&right))
}

/// Whether it is being one of the two that a decision takes (R57). Only forms ask for these, no page does.
pub const fn is_voice(right: Right) -> bool {
    matches!(right, Right::Approve | Right::CasesDecide)
}

/// When somebody may be one of two who decide, while that is to come; none of somebody who may never.
pub fn voice_from(operator: &Operator, now: Timestamp) -> Option<Timestamp> {
    let has_voice = Right::ALL.iter().any(|right| is_voice(*right) && may(&operator.roles, *right));
    operator.decides_from.filter(|from| has_voice && now < *from)
}

/// Whether a member of staff has the right now.
pub fn may_now(operator: &Operator, right: Right, now: Timestamp) -> bool {
    may(&operator.roles, right) && !(is_voice(right) && voice_from(operator, now).is_some())
}

/// The wait that begins now; one that lasts longer stays.
pub fn wait_anew(before: Option<Timestamp>, world: World<'_>) -> Option<Timestamp> {
    before.max(Some(world.now.after(seconds(world.policy.staff_wait_s))))
}

/// The wait of somebody who is there for other things now: it begins with a voice that they did not have.
pub fn wait_after_roles(
    before: Option<Timestamp>,
    had: &[Role],
    has: &[Role],
    world: World<'_>,
) -> Option<Timestamp> {
    let is_new = |right: &Right| is_voice(*right) && may(has, *right) && !may(had, *right);
    if Right::ALL.iter().any(is_new) { wait_anew(before, world) } else { before }
}

/// The wait of somebody who uses a link that was made at `made_at`. Who they are shows only now, so a wait that began
/// with the link, or since, begins again.
pub fn wait_after_joining(
    before: Option<Timestamp>,
    made_at: Timestamp,
    world: World<'_>,
) -> Option<Timestamp> {
    match before {
        Some(from) if made_at < from => wait_anew(before, world),
        _ => before,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::Address;
    use crate::id::OperatorId;
    use crate::policy::Policy;
    use crate::stage::{MOMENT, START, Stage, service_id};
    use crate::time::hours;

    fn operator(roles: &[Role], decides_from: Option<Timestamp>) -> Operator {
        Operator {
            id: OperatorId::from_bytes([1; 16]),
            service_id: service_id(1),
            email: Address::from_exposed("staff@acme.example").unwrap(),
            name: String::new(),
            password_hash: "$argon2id$".to_owned(),
            roles: roles.to_vec(),
            created_at: START,
            disabled_at: None,
            decides_from,
        }
    }

    /// Every role and every right, the moment before a wait ends, when it ends, and without one.
    #[test]
    fn a_wait_takes_the_voice_and_nothing_else() {
        let from = START.after(hours(72));
        for role in Role::ALL {
            let (waits, free) = (operator(&[*role], Some(from)), operator(&[*role], None));
            for right in Right::ALL {
                let has = may(&[*role], *right);
                let name = format!("{} {}", role.as_str(), right.as_str());
                assert_eq!(may_now(&waits, *right, from.before(MOMENT)), has && !is_voice(*right), "{name}");
                assert_eq!(may_now(&waits, *right, from), has, "{name}");
                assert_eq!(may_now(&free, *right, START), has, "{name}");
            }
            let has_voice = Right::ALL.iter().any(|right| is_voice(*right) && may(&[*role], *right));
            assert_eq!(voice_from(&waits, START), has_voice.then_some(from), "{}", role.as_str());
            assert_eq!(voice_from(&waits, from), None);
        }
    }

    #[test]
    fn only_a_voice_that_is_new_begins_a_wait_and_none_is_cut_short() {
        let stage = Stage::new();
        let after = |had: &[Role], has: &[Role]| wait_after_roles(None, had, has, stage.world());
        let full = Some(START.after(hours(72)));
        assert_eq!(after(&[Role::Support], &[Role::Support, Role::Reviewer]), full);
        assert_eq!(after(&[Role::Fraud], &[Role::Fraud, Role::Reviewer]), full, "cases are new to them");
        assert_eq!(after(&[Role::Reviewer], &[Role::Reviewer, Role::Fraud]), None, "both voices were theirs");
        assert_eq!(after(&[Role::Support], &[Role::Delivery, Role::Admin]), None);
        assert_eq!(after(&[Role::Reviewer], &[Role::Support]), None);
        let longer = Some(START.after(hours(100)));
        assert_eq!(wait_anew(longer, stage.world()), longer);
        let none = Stage::with(Policy { staff_wait_s: 0, ..Policy::default() });
        assert_eq!(voice_from(&operator(&[Role::Reviewer], wait_anew(None, none.world())), START), None);
    }

    #[test]
    fn the_wait_of_a_link_begins_again_with_its_use() {
        let mut stage = Stage::new();
        let begun = wait_anew(None, stage.world());
        stage.wait(hours(20));
        let joined = wait_after_joining(begun, START, stage.world());
        assert_eq!(joined, Some(START.after(hours(92))));
        let waited = Some(START.before(MOMENT));
        assert_eq!(wait_after_joining(waited, START, stage.world()), waited, "over before the link was made");
        assert_eq!(wait_after_joining(None, START, stage.world()), None, "a link of the command line");
    }

    #[test]
    fn nobody_without_a_role_may_anything() {
        assert!(Right::ALL.iter().all(|right| !may(&[], *right)));
    }

    #[test]
    fn every_right_is_somebodys_and_every_role_may_come_in() {
        for right in Right::ALL {
            assert!(may(Role::ALL, *right), "{}", right.as_str());
        }
        for role in Role::ALL {
            assert!(may(&[*role], Right::Enter), "{}", role.as_str());
        }
    }

    /// Who runs the console sees no holder, and who answers holders decides nothing about their recovery.
    #[test]
    fn duties_are_apart() {
        for right in [Right::AccountsSee, Right::AddressesReveal, Right::CasesSee, Right::MessagesSee] {
            assert!(!may(&[Role::Admin, Role::Auditor], right), "{}", right.as_str());
        }
        assert!(!may(&[Role::Support], Right::Approve));
        assert!(!may(&[Role::Support, Role::Fraud], Right::CasesDecide));
        assert!(!may(&[Role::Reviewer], Right::Propose));
        let readers = [Role::Auditor];
        for right in [Right::DeliveryAct, Right::StaffManage, Right::AccountsProtect, Right::TicketsAnswer] {
            assert!(!may(&readers, right), "{}", right.as_str());
        }
    }
}
