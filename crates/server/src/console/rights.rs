//! Which right each page and form of the console asks for: the one table that the door reads. A path that does not stand
//! here is shut to everybody, so a page cannot be forgotten.

use axum::http::Method;
use countersign_flows::core::model::Right;

/// A route as the router knows it, what a GET of it takes, and what a POST to it takes.
type Row = (&'static str, Option<Right>, Option<Right>);

/// Every page behind the sign-in.
pub(crate) const TABLE: &[Row] = &[
    ("/console", Some(Right::Enter), None),
    ("/console/signout", None, Some(Right::Enter)),
    ("/console/policy", Some(Right::PolicySee), None),
    ("/console/cases", Some(Right::CasesSee), None),
    ("/console/cases/{id}", Some(Right::CasesSee), None),
    ("/console/cases/{id}/evidence/{evidence}", Some(Right::CasesSee), None),
    ("/console/cases/{id}/decide", None, Some(Right::CasesDecide)),
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
