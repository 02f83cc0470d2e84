//! The console's pages of the people who work there: the second step, joining by a link, one's own settings, the list,
//! one person, and what the command bar did not find.
//!
//! Decides words and order; refuses to know who may do what: the door decided that before.

use askama::Template;
use countersign_flows::core::model::{Factor, InvitationPurpose, Role};

use super::confirm::in_groups;
use super::{Field, Layout, Page, Problem, fields_in_trouble};
use crate::web::words::Moment;

/// `GET /console/signin/step`; posts `totp` or `credential` to itself.
#[derive(Template)]
#[template(path = "console/step.html")]
pub(crate) struct ConsoleStep {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// Whose sign-in it is, masked.
    pub(crate) who: String,
    /// Whether there is an authenticator app.
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
}

impl Page for ConsoleStep {
    fn has_problem(&self) -> bool {
        self.code.problem.is_some() || self.passkey_problem.is_some() || self.app_refusal.is_some()
    }
}

/// `GET /console/join/{token}`; posts `password` to itself. None of a link that does not work.
#[derive(Template)]
#[template(path = "console/join.html")]
pub(crate) struct ConsoleJoin {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// What the link is for and whom, masked; none if it does not work.
    pub(crate) link: Option<(InvitationPurpose, String)>,
    /// Fewest characters of a password.
    pub(crate) characters_min: u32,
    /// What is wrong with it.
    pub(crate) password_problem: Option<Problem>,
}

impl Page for ConsoleJoin {
    fn has_problem(&self) -> bool {
        self.password_problem.is_some()
    }
}

impl ConsoleJoin {
    fn lead_key(&self, purpose: &InvitationPurpose) -> &'static str {
        match purpose {
            InvitationPurpose::Invite => "staff-join-lead",
            InvitationPurpose::Reset => "staff-join-again-lead",
        }
    }
}

/// The key of an authenticator app that is being set up.
pub(crate) struct NewKey {
    /// The picture to scan: SVG made by this program, put into the page as it is. A prologue before `<svg` is left out.
    pub(crate) qr_svg: String,
    /// The key in base32, with or without spaces.
    pub(crate) key: String,
    /// The same as an address that opens an app on this device: `otpauth://totp/…`.
    pub(crate) uri: String,
}

impl NewKey {
    fn picture(&self) -> &str {
        self.qr_svg.find("<svg").map_or("", |start| &self.qr_svg[start..])
    }

    fn groups(&self) -> Vec<String> {
        in_groups(&self.key)
    }

    /// Nothing but an authenticator's own scheme becomes a link.
    fn link(&self) -> Option<&str> {
        self.uri.starts_with("otpauth://").then_some(self.uri.as_str())
    }
}

/// `GET /console/join` and `GET /console/me/enrol`; posts `totp`, or `credential` and `name`, to itself.
#[derive(Template)]
#[template(path = "console/enrol.html")]
pub(crate) struct ConsoleEnrol {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// Whether somebody joins, who may choose; otherwise one of the two was asked for.
    pub(crate) joins: bool,
    /// A key for an authenticator app.
    pub(crate) key: Option<NewKey>,
    /// The first code, as typed.
    pub(crate) code: Field,
    /// Options of `navigator.credentials.create`, JSON.
    pub(crate) passkey_options: Option<String>,
    /// What the passkey is called, as typed.
    pub(crate) name: Field,
    /// What was wrong with its answer.
    pub(crate) passkey_problem: Option<Problem>,
}

impl Page for ConsoleEnrol {
    fn has_problem(&self) -> bool {
        [&self.code.problem, &self.name.problem, &self.passkey_problem]
            .iter()
            .any(|problem| problem.is_some())
    }
}

impl ConsoleEnrol {
    fn action(&self) -> &'static str {
        if self.joins { "/console/join" } else { "/console/me/enrol" }
    }

    fn heading_key(&self) -> &'static str {
        match (self.joins, &self.key) {
            (true, _) => "staff-join-second",
            (false, Some(_)) => "totp-new-heading",
            (false, None) => "passkey-new-heading",
        }
    }
}

/// A second factor of one's own.
pub(crate) struct OwnFactorRow {
    /// Its identifier.
    pub(crate) id: String,
    /// What it is.
    pub(crate) factor: Factor,
    /// What its owner calls it; may be empty.
    pub(crate) name: String,
    /// When it was enrolled, Unix milliseconds.
    pub(crate) added_ms: i64,
    /// When it was last used, Unix milliseconds.
    pub(crate) used_ms: Option<i64>,
}

impl OwnFactorRow {
    fn key(&self) -> &'static str {
        if self.factor == Factor::Totp { "factor-totp" } else { "factor-passkey" }
    }

    fn added(&self) -> Moment {
        Moment::day(self.added_ms)
    }

    fn used(&self) -> Option<Moment> {
        self.used_ms.map(Moment::full)
    }
}

/// A session of one's own.
pub(crate) struct OwnSessionRow {
    /// Its identifier.
    pub(crate) id: String,
    /// Browser and system in words.
    pub(crate) device: String,
    /// When it began, Unix milliseconds.
    pub(crate) since_ms: i64,
    /// When it was last used, Unix milliseconds.
    pub(crate) seen_ms: i64,
    /// Whether it is the one that asks.
    pub(crate) is_this: bool,
}

impl OwnSessionRow {
    fn since(&self) -> Moment {
        Moment::full(self.since_ms)
    }

    fn seen(&self) -> Moment {
        Moment::full(self.seen_ms)
    }
}

/// `GET /console/me`; posts to the paths below it.
#[derive(Template)]
#[template(path = "console/me.html")]
pub(crate) struct ConsoleMe {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// What colleagues call them.
    pub(crate) name: Field,
    /// The address that they sign in with.
    pub(crate) email: String,
    /// What they are there for.
    pub(crate) roles: Vec<Role>,
    /// Their second factors.
    pub(crate) factors: Vec<OwnFactorRow>,
    /// Whether browsers can make passkeys for this site.
    pub(crate) passkeys_are_possible: bool,
    /// Their sessions.
    pub(crate) sessions: Vec<OwnSessionRow>,
}

impl Page for ConsoleMe {
    fn has_problem(&self) -> bool {
        self.name.problem.is_some()
    }
}

impl ConsoleMe {
    fn roles_in_words(&self) -> String {
        in_words(&self.roles, self.layout.words)
    }

    fn has_app(&self) -> bool {
        self.factors.iter().any(|one| one.factor == Factor::Totp)
    }

    fn has_others(&self) -> bool {
        self.sessions.iter().any(|one| !one.is_this)
    }
}

/// What members of staff change of their own access.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum OwnAct {
    /// An app is set up.
    App,
    /// An app takes the place of the one before.
    AppAgain,
    /// A passkey is made.
    Passkey,
    /// The password is changed.
    Password,
    /// A second factor goes.
    Remove,
}

impl OwnAct {
    fn heading_key(self) -> &'static str {
        match self {
            OwnAct::App | OwnAct::AppAgain => "totp-new-heading",
            OwnAct::Passkey => "passkey-new-heading",
            OwnAct::Password => "password-change-heading",
            OwnAct::Remove => "staff-factor-remove",
        }
    }

    fn text_key(self) -> &'static str {
        match self {
            OwnAct::App | OwnAct::Passkey => "staff-app-add-what",
            OwnAct::AppAgain => "staff-app-replace-what",
            OwnAct::Password => "staff-password-what",
            OwnAct::Remove => "staff-factor-remove-what",
        }
    }

    fn button_key(self) -> &'static str {
        match self {
            OwnAct::App | OwnAct::AppAgain | OwnAct::Passkey => "continue",
            OwnAct::Password => "password-change",
            OwnAct::Remove => "remove",
        }
    }
}

/// `GET` of a page below `/console/me` that asks for the password first; posts `password`, and `new` where a password
/// is changed, to itself.
#[derive(Template)]
#[template(path = "console/prove.html")]
pub(crate) struct ConsoleProve {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// What is done.
    pub(crate) act: OwnAct,
    /// Where it is posted: the page's own path.
    pub(crate) action: String,
    /// Which factor goes, by its name.
    pub(crate) what: Option<String>,
    /// Fewest characters of a new password, where one is asked for.
    pub(crate) new_characters_min: Option<u32>,
    /// What is wrong with the new password.
    pub(crate) new_problem: Option<Problem>,
    /// What is wrong with the password.
    pub(crate) password_problem: Option<Problem>,
    /// Why it cannot be done.
    pub(crate) problem: Option<Problem>,
}

impl Page for ConsoleProve {
    fn has_problem(&self) -> bool {
        self.problem.is_some() || !self.summary().is_empty()
    }
}

impl ConsoleProve {
    fn summary(&self) -> Vec<(&'static str, &Problem)> {
        fields_in_trouble([("password", &self.password_problem), ("new", &self.new_problem)])
    }
}

/// Where a member of staff stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum StaffState {
    /// They may sign in.
    Here,
    /// They have not used their link yet.
    Invited,
    /// Their access ended.
    Disabled,
}

impl StaffState {
    fn key(self) -> &'static str {
        match self {
            StaffState::Here => "staff-state-here",
            StaffState::Invited => "staff-state-invited",
            StaffState::Disabled => "staff-state-disabled",
        }
    }
}

/// A member of staff in the list.
pub(crate) struct StaffRow {
    /// Their identifier.
    pub(crate) id: String,
    /// What colleagues call them; may be empty.
    pub(crate) name: String,
    /// How they sign in.
    pub(crate) email: String,
    /// What they are there for.
    pub(crate) roles: Vec<Role>,
    /// When they were last there, Unix milliseconds.
    pub(crate) seen_ms: Option<i64>,
    /// Where they stand.
    pub(crate) state: StaffState,
}

impl StaffRow {
    fn seen(&self) -> Option<Moment> {
        self.seen_ms.map(Moment::full)
    }

    /// Their name, or their address where they have none.
    fn called(&self) -> &str {
        if self.name.is_empty() { &self.email } else { &self.name }
    }

    fn roles_in_words(&self, words: &crate::web::words::Words) -> String {
        in_words(&self.roles, words)
    }
}

pub(super) fn in_words(roles: &[Role], words: &crate::web::words::Words) -> String {
    roles.iter().map(|role| words.text(role_key(*role))).collect::<Vec<_>>().join(", ")
}

fn role_key(role: Role) -> &'static str {
    match role {
        Role::Support => "role-support",
        Role::Reviewer => "role-reviewer",
        Role::Fraud => "role-fraud",
        Role::Delivery => "role-delivery",
        Role::Admin => "role-admin",
        Role::Auditor => "role-auditor",
    }
}

fn role_what_key(role: Role) -> &'static str {
    match role {
        Role::Support => "role-support-what",
        Role::Reviewer => "role-reviewer-what",
        Role::Fraud => "role-fraud-what",
        Role::Delivery => "role-delivery-what",
        Role::Admin => "role-admin-what",
        Role::Auditor => "role-auditor-what",
    }
}

/// `GET /console/staff`; posts `email`, `name` and `role` (several) to itself, to be confirmed next.
#[derive(Template)]
#[template(path = "console/staff.html")]
pub(crate) struct ConsoleStaff {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// Everybody.
    pub(crate) rows: Vec<StaffRow>,
    /// Of whoever is to be added, as typed.
    pub(crate) email: Field,
    /// The same.
    pub(crate) name: Field,
    /// Roles that were ticked.
    pub(crate) chosen: Vec<Role>,
    /// That none was.
    pub(crate) roles_problem: Option<Problem>,
}

impl Page for ConsoleStaff {
    fn has_problem(&self) -> bool {
        !self.summary().is_empty()
    }
}

impl ConsoleStaff {
    fn summary(&self) -> Vec<(&'static str, &Problem)> {
        fields_in_trouble([
            ("email", &self.email.problem),
            ("name", &self.name.problem),
            ("roles", &self.roles_problem),
        ])
    }

    fn all_roles(&self) -> &'static [Role] {
        Role::ALL
    }

    fn has(&self, role: &Role) -> bool {
        self.chosen.contains(role)
    }

    fn role_key(&self, role: &Role) -> &'static str {
        role_key(*role)
    }

    fn role_what_key(&self, role: &Role) -> &'static str {
        role_what_key(*role)
    }
}

/// `GET /console/staff/{id}`; posts `role` (several) and `reason`, or `reason` alone, to the paths below it, to be
/// confirmed next.
#[derive(Template)]
#[template(path = "console/staff_member.html")]
pub(crate) struct ConsoleStaffMember {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// Who.
    pub(crate) row: StaffRow,
    /// Since when they are there, Unix milliseconds.
    pub(crate) added_ms: i64,
    /// Their second factors.
    pub(crate) factors: Vec<OwnFactorRow>,
    /// Their open sessions.
    pub(crate) sessions: u32,
    /// Whether it is the one who looks, who changes nothing here.
    pub(crate) is_oneself: bool,
    /// When they may be one of two who decide, while that is to come: Unix milliseconds.
    pub(crate) voice_from_ms: Option<i64>,
    /// Which act the reason was for: the last part of its path.
    pub(crate) act: &'static str,
    /// The reason, as typed.
    pub(crate) reason: Field,
    /// Roles as they were ticked.
    pub(crate) chosen: Vec<Role>,
    /// Why the last act did nothing.
    pub(crate) problem: Option<Problem>,
}

impl Page for ConsoleStaffMember {
    fn has_problem(&self) -> bool {
        self.problem.is_some() || self.reason.problem.is_some()
    }
}

/// One act on a member of staff, as a form.
pub(crate) struct StaffForm {
    name: &'static str,
    heading_key: &'static str,
    text_key: &'static str,
    is_danger: bool,
}

impl ConsoleStaffMember {
    fn added(&self) -> Moment {
        Moment::day(self.added_ms)
    }

    fn voice_from(&self) -> Option<Moment> {
        self.voice_from_ms.map(Moment::full)
    }

    fn all_roles(&self) -> &'static [Role] {
        Role::ALL
    }

    fn has(&self, role: &Role) -> bool {
        self.chosen.contains(role)
    }

    fn role_key(&self, role: &Role) -> &'static str {
        role_key(*role)
    }

    /// What may be done about their access, as they stand.
    fn forms(&self) -> Vec<StaffForm> {
        let form =
            |name, heading_key, text_key, is_danger| StaffForm { name, heading_key, text_key, is_danger };
        let roles = form("roles", "staff-roles-change", "staff-roles-change-what", false);
        let enable = form("enable", "staff-enable", "staff-enable-what", false);
        let disable = form("disable", "staff-disable", "staff-disable-what", true);
        match self.row.state {
            StaffState::Here => vec![roles, form("reset", "staff-reset", "staff-reset-what", true), disable],
            StaffState::Invited => {
                vec![roles, form("reset", "staff-invite-again", "staff-invite-again-what", false), disable]
            }
            StaffState::Disabled => vec![roles, enable],
        }
    }

    fn typed(&self, form: &StaffForm) -> &str {
        if form.name == self.act { &self.reason.value } else { "" }
    }

    fn problem_of(&self, form: &StaffForm) -> Option<&Problem> {
        self.reason.problem.as_ref().filter(|_| form.name == self.act)
    }
}

/// `GET /console/find`; posts `what` to itself.
#[derive(Template)]
#[template(path = "console/find.html")]
pub(crate) struct ConsoleFind {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// What was looked for, as typed.
    pub(crate) what: Field,
}

impl Page for ConsoleFind {
    fn has_problem(&self) -> bool {
        self.what.problem.is_some()
    }
}
