//! Which right each page and form of the console asks for: the one table that the door reads. A path that does not
//! stand here is shut to everybody, so a page cannot be forgotten. The command bar and the way back from a fault read
//! the same table, so that neither leads where somebody may not go.

use axum::http::Method;
use countersign_flows::core::model::{Right, Role};
use countersign_flows::core::staff;

/// One path of the console and what it takes to come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConsoleRoute {
    /// As the router knows it, with `{…}` for what varies.
    pub path: &'static str,
    /// What a GET takes; none: there is no such page.
    pub get: Option<Right>,
    /// What a POST takes; none: there is no such form.
    pub post: Option<Right>,
}

const fn page(path: &'static str, right: Right) -> ConsoleRoute {
    ConsoleRoute { path, get: Some(right), post: None }
}

const fn form(path: &'static str, right: Right) -> ConsoleRoute {
    ConsoleRoute { path, get: None, post: Some(right) }
}

const fn both(path: &'static str, right: Right) -> ConsoleRoute {
    ConsoleRoute { path, get: Some(right), post: Some(right) }
}

/// Every page behind the sign-in.
const TABLE: &[ConsoleRoute] = &[
    page("/console", Right::Enter),
    both("/console/accounts", Right::AccountsSee),
    page("/console/accounts/{id}", Right::AccountsSee),
    form("/console/accounts/{id}/reveal", Right::AddressesReveal),
    form("/console/accounts/{id}/protect", Right::AccountsProtect),
    form("/console/accounts/{id}/propose", Right::Propose),
    both("/console/numbers", Right::AccountsSee),
    page("/console/holds", Right::AccountsSee),
    page("/console/lockouts", Right::AccountsSee),
    page("/console/proposals", Right::AccountsSee),
    page("/console/proposals/{id}", Right::AccountsSee),
    form("/console/proposals/{id}/decide", Right::Approve),
    form("/console/proposals/{id}/withdraw", Right::Propose),
    form("/console/signout", Right::Enter),
    page("/console/policy", Right::PolicySee),
    page("/console/audit", Right::AuditSee),
    page("/console/audit/csv", Right::AuditSee),
    page("/console/audit/jsonl", Right::AuditSee),
    page("/console/audit/{id}", Right::AuditSee),
    page("/console/delivery", Right::DeliverySee),
    page("/console/delivery/routes/{name}", Right::DeliverySee),
    form("/console/delivery/routes/{name}/wish", Right::DeliveryAct),
    form("/console/delivery/routes/{name}/test", Right::DeliveryAct),
    page("/console/delivery/countries", Right::DeliverySee),
    page("/console/delivery/errors", Right::DeliverySee),
    both("/console/delivery/messages", Right::MessagesSee),
    page("/console/delivery/messages/{id}", Right::MessagesSee),
    page("/console/delivery/templates", Right::DeliverySee),
    both("/console/delivery/templates/edit", Right::DeliveryAct),
    form("/console/delivery/templates/delete", Right::DeliveryAct),
    both("/console/find", Right::Enter),
    page("/console/me", Right::Enter),
    form("/console/me/name", Right::Enter),
    form("/console/me/sessions/end", Right::Enter),
    both("/console/me/app", Right::Enter),
    both("/console/me/passkey", Right::Enter),
    both("/console/me/password", Right::Enter),
    both("/console/me/enrol", Right::Enter),
    both("/console/me/factors/{id}/remove", Right::Enter),
    both("/console/staff", Right::StaffManage),
    both("/console/staff/confirm", Right::StaffManage),
    page("/console/staff/{id}", Right::StaffManage),
    form("/console/staff/{id}/roles", Right::StaffManage),
    form("/console/staff/{id}/disable", Right::StaffManage),
    form("/console/staff/{id}/enable", Right::StaffManage),
    form("/console/staff/{id}/reset", Right::StaffManage),
    page("/console/tickets", Right::TicketsSee),
    both("/console/tickets/answers", Right::TicketsAnswer),
    ConsoleRoute {
        path: "/console/tickets/{id}",
        get: Some(Right::TicketsSee),
        post: Some(Right::TicketsAnswer),
    },
    page("/console/tickets/{id}/evidence/{evidence}", Right::TicketsSee),
    page("/console/cases", Right::CasesSee),
    page("/console/cases/{id}", Right::CasesSee),
    page("/console/cases/{id}/evidence/{evidence}", Right::CasesSee),
    form("/console/cases/{id}/decide", Right::CasesDecide),
];

/// Every page and form of the console behind the sign-in, with the rights that they take: for tests that try each with
/// each role.
pub fn console_routes() -> &'static [ConsoleRoute] {
    TABLE
}

/// The right that a request takes; none: nobody has it. `path` is a route's own.
pub(crate) fn needed(method: &Method, path: &str) -> Option<Right> {
    let row = TABLE.iter().find(|row| row.path == path)?;
    match *method {
        Method::GET | Method::HEAD => row.get,
        Method::POST => row.post,
        _ => None,
    }
}

/// Whether somebody with these roles may do this with a path as a browser knows it.
pub(crate) fn may(roles: &[Role], method: &Method, path: &str) -> bool {
    let row = TABLE.iter().find(|row| fits(row.path, path));
    row.and_then(|row| needed(method, row.path)).is_some_and(|right| staff::may(roles, right))
}

/// The page at this path, or the closest one above it.
pub(crate) fn nearest_page(path: &str) -> String {
    let mut path = path;
    while !TABLE.iter().any(|row| row.get.is_some() && fits(row.path, path)) {
        path = path.rsplit_once('/').map_or("", |(above, _)| above);
        if path.is_empty() {
            return "/console".to_owned();
        }
    }
    path.to_owned()
}

fn fits(route: &str, path: &str) -> bool {
    let mut parts = path.split('/');
    let each =
        route.split('/').all(|part| parts.next().is_some_and(|of| part.starts_with('{') || part == of));
    each && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_without_a_row_is_nobodys() {
        assert_eq!(needed(&Method::GET, "/console/forgotten"), None);
        assert_eq!(needed(&Method::PUT, "/console"), None);
        assert!(!may(Role::ALL, &Method::GET, "/console/forgotten"));
        assert!(!may(Role::ALL, &Method::GET, "/console/delivery/routes"));
        assert!(may(&[Role::Support], &Method::GET, "/console/delivery/messages/msg_1"));
        assert!(!may(&[Role::Reviewer], &Method::GET, "/console/delivery/messages/msg_1"));
        assert!(!may(&[Role::Support], &Method::POST, "/console/delivery/routes/sms/wish"));
    }

    #[test]
    fn each_path_stands_once() {
        for (place, row) in TABLE.iter().enumerate() {
            assert!(TABLE[..place].iter().all(|other| other.path != row.path), "{}", row.path);
        }
    }

    #[test]
    fn a_fault_leads_back_to_the_page_its_form_stood_on() {
        for (path, page) in [
            ("/console/delivery/routes/sms/wish", "/console/delivery/routes/sms"),
            ("/console/staff/opr_1/reset", "/console/staff/opr_1"),
            ("/console/me/sessions/end", "/console/me"),
            ("/console/signout", "/console"),
            ("/console/no/such/path", "/console"),
            ("elsewhere", "/console"),
        ] {
            assert_eq!(nearest_page(path), page);
        }
    }
}
