//! Which role may do what (least privilege, R57): the one table that every page, form and command of the console asks.
//! Refuses to know pages; nothing is granted that is not listed.

use crate::model::{Right, Role};

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

#[cfg(test)]
mod tests {
    use super::*;

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
