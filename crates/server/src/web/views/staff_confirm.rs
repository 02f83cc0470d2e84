//! The page between an admin's form and what it does about somebody's access: what is meant, and the proof that it is
//! they.
//!
//! Decides words and order; refuses to know what the act does.

use askama::Template;
use countersign_flows::core::model::Role;

use super::staff::in_words;
use super::{Field, Layout, Page, Problem, fields_in_trouble};

/// What waits to be done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum StaffActShown {
    /// Somebody is added.
    Add,
    /// Somebody gets another link.
    InviteAgain,
    /// Roles change.
    Roles,
    /// Access ends.
    Disable,
    /// It begins again.
    Enable,
    /// A sign-in is reset.
    Reset,
}

impl StaffActShown {
    fn heading_key(self) -> &'static str {
        match self {
            StaffActShown::Add => "staff-add",
            StaffActShown::InviteAgain => "staff-invite-again",
            StaffActShown::Roles => "staff-roles-change",
            StaffActShown::Disable => "staff-disable",
            StaffActShown::Enable => "staff-enable",
            StaffActShown::Reset => "staff-reset",
        }
    }
}

/// `GET /console/staff/confirm`; posts `password`, and `totp` or `credential`, to itself.
#[derive(Template)]
#[template(path = "console/staff_confirm.html")]
pub(crate) struct ConsoleStaffConfirm {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// What waits.
    pub(crate) act: StaffActShown,
    /// Whose access: the address that they sign in with.
    pub(crate) email: String,
    /// What colleagues call them; may be empty.
    pub(crate) name: String,
    /// What they will be there for; empty where that stays as it is.
    pub(crate) roles: Vec<Role>,
    /// Why; empty of somebody who is added.
    pub(crate) reason: String,
    /// Whether whoever asks has an authenticator app.
    pub(crate) has_app: bool,
    /// Why its codes are not taken at the moment.
    pub(crate) app_refusal: Option<Problem>,
    /// The code, as typed.
    pub(crate) code: Field,
    /// Tries left, when few.
    pub(crate) attempts_left: Option<u32>,
    /// Options of `navigator.credentials.get`, JSON, if there is a passkey.
    pub(crate) passkey_options: Option<String>,
    /// What was wrong with the passkey's answer.
    pub(crate) passkey_problem: Option<Problem>,
    /// What is wrong with the password.
    pub(crate) password_problem: Option<Problem>,
    /// Why it cannot be done.
    pub(crate) problem: Option<Problem>,
}

impl Page for ConsoleStaffConfirm {
    fn has_problem(&self) -> bool {
        [&self.problem, &self.app_refusal, &self.passkey_problem].iter().any(|problem| problem.is_some())
            || !self.summary().is_empty()
    }
}

impl ConsoleStaffConfirm {
    fn summary(&self) -> Vec<(&'static str, &Problem)> {
        fields_in_trouble([("password", &self.password_problem), ("totp", &self.code.problem)])
    }

    fn heading_key(&self) -> &'static str {
        self.act.heading_key()
    }

    fn roles_in_words(&self) -> String {
        in_words(&self.roles, self.layout.words)
    }

    fn takes_codes(&self) -> bool {
        self.has_app && self.app_refusal.is_none()
    }
}
