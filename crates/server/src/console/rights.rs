//! Which right each page and form of the console asks for: the one table that the door reads. A path that does not stand
//! here is shut to everybody, so a page cannot be forgotten.

use axum::http::Method;
use countersign_flows::core::model::Right;

/// A route as the router knows it, what a GET of it takes, and what a POST to it takes.
type Row = (&'static str, Option<Right>, Option<Right>);

/// Every page behind the sign-in.
pub(crate) const TABLE: &[Row] = &[
    ("/console", Some(Right::Enter), None),
    ("/console/accounts", Some(Right::AccountsSee), Some(Right::AccountsSee)),
    ("/console/accounts/{id}", Some(Right::AccountsSee), None),
    ("/console/accounts/{id}/reveal", None, Some(Right::AddressesReveal)),
    ("/console/accounts/{id}/protect", None, Some(Right::AccountsProtect)),
    ("/console/accounts/{id}/propose", None, Some(Right::Propose)),
    ("/console/numbers", Some(Right::AccountsSee), Some(Right::AccountsSee)),
    ("/console/holds", Some(Right::AccountsSee), None),
    ("/console/lockouts", Some(Right::AccountsSee), None),
    ("/console/proposals", Some(Right::AccountsSee), None),
    ("/console/proposals/{id}", Some(Right::AccountsSee), None),
    ("/console/proposals/{id}/decide", None, Some(Right::Approve)),
    ("/console/proposals/{id}/withdraw", None, Some(Right::Propose)),
    ("/console/signout", None, Some(Right::Enter)),
    ("/console/policy", Some(Right::PolicySee), None),
    ("/console/audit", Some(Right::AuditSee), None),
    ("/console/audit/csv", Some(Right::AuditSee), None),
    ("/console/audit/jsonl", Some(Right::AuditSee), None),
    ("/console/audit/{id}", Some(Right::AuditSee), None),
    ("/console/delivery", Some(Right::DeliverySee), None),
    ("/console/delivery/routes/{name}", Some(Right::DeliverySee), None),
    ("/console/delivery/routes/{name}/wish", None, Some(Right::DeliveryAct)),
    ("/console/delivery/routes/{name}/test", None, Some(Right::DeliveryAct)),
    ("/console/delivery/countries", Some(Right::DeliverySee), None),
    ("/console/delivery/errors", Some(Right::DeliverySee), None),
    ("/console/delivery/messages", Some(Right::MessagesSee), Some(Right::MessagesSee)),
    ("/console/delivery/messages/{id}", Some(Right::MessagesSee), None),
    ("/console/delivery/templates", Some(Right::DeliverySee), None),
    ("/console/delivery/templates/edit", Some(Right::DeliveryAct), Some(Right::DeliveryAct)),
    ("/console/delivery/templates/delete", None, Some(Right::DeliveryAct)),
];

/// The right that a request takes; none: nobody has it.
pub(crate) fn needed(method: &Method, path: &str) -> Option<Right> {
    let (_, get, post) = TABLE.iter().find(|(route, ..)| *route == path)?;
    match *method {
        Method::GET | Method::HEAD => *get,
        Method::POST => *post,
        _ => None,
    }
}
