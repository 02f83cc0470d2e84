//! What each Security Center page shows, as one struct per page: a template, and exactly the fields it needs.
//!
//! Decides wording (by key), marking-up and what a page in a given state looks like. Refuses to know rules,
//! storage and requests: handlers hand in finished facts (texts, counts, Unix milliseconds) and get HTML back
//! from `render()`.

use std::fmt;

use super::assets;
use super::words::{Sentence, Words};
use countersign_flows::core::model::{Right, Role};
use countersign_flows::core::staff as duties;

mod account;
mod activity;
mod code;
mod confirm;
mod console;
mod console_templates;
mod devices;
mod factors;
mod fault;
mod guard;
mod own_text;
mod phone;
mod picker;
mod problem;
mod recover;
#[cfg(test)]
pub(crate) mod samples;
mod security;
mod staff;
#[cfg(test)]
mod tests;
mod tickets;
mod upload;

pub(crate) use account::{
    AlreadyRegistered, Forgotten, ForgottenEnd, ForgottenNew, PhoneUnavailable, SignIn, SignInMethod, SignUp,
};
pub(crate) use activity::{Activity, ActivityKind, ActivityRow, Event, RecoveryEvent};
pub(crate) use code::{CodePage, CodePurpose, Method, Newest, OtherWay, OwnTextWay, Resend};
pub(crate) use confirm::{
    Ask, AskCode, AskField, Confirm, ConfirmEnd, ConfirmOutcome, Confirmed, DetailRow, StepRow, StepState,
    Way, WayBack,
};
pub(crate) use console::audit::{AuditFilter, AuditRow, ConsoleAudit, ConsoleAuditEntry};
pub(crate) use console::cases::{
    CaseCheckRow, CaseDraft, CasePicture, CaseRow, CaseVoiceRow, ConsoleCase, ConsoleCases,
};
pub(crate) use console::countries::{CellShown, ConsoleCountries};
pub(crate) use console::desk::accounts::{
    AccountForm, ConsoleAccount, ConsoleAccounts, EntryRow, in_trouble, message_row,
};
pub(crate) use console::desk::lists::{ConsoleHolds, ConsoleLockouts};
pub(crate) use console::desk::numbers::ConsoleNumbers;
pub(crate) use console::desk::proposals::{ConsoleProposal, ConsoleProposals, decide_problem};
pub(crate) use console::desk::today::ConsoleToday;
pub(crate) use console::errors::{ConsoleErrors, ErrorRow};
pub(crate) use console::messages::{AttemptShown, ConsoleMessage, ConsoleMessages, MessageRow, MessageShown};
pub(crate) use console::routes::{ConsoleRoute, ConsoleRoutes, LiveShown, PlaceRow, RouteShown, route_path};
pub(crate) use console::{ConsolePolicy, ConsoleSignIn, FactsForm, PolicyVersion, RuleRow};
pub(crate) use console_templates::{
    ConsoleTemplate, ConsoleTemplates, SenderCell, SenderRow, TextCell, TextRow, problem_of,
};
pub(crate) use devices::{DeviceRow, Devices, SessionRow, SignedInWith};
pub(crate) use factors::{
    FactorState, PasskeyCard, PasskeyNew, PasskeySignal, Passkeys, PasswordNew, RecoveryCodes,
    RecoveryCodesNew, RecoveryCodesShown, Totp, TotpCard, TotpNew, TradingPassword, TradingPasswordNew,
};
pub(crate) use fault::{Fault, FaultPage, Kept};
pub(crate) use guard::{Freeze, FreezeLink, FreezePage, HoldBanner, Phrase, PhraseNew};
pub(crate) use own_text::{OwnText, OwnTextState};
pub(crate) use phone::{BoundPhone, Phone, PhoneConfirm, PhoneDone, PhoneNumber, PhonePassword, PhoneProve};
pub(crate) use picker::{RegionOption, RegionPicker, RegionRefusal};
pub(crate) use problem::Problem;
pub(crate) use recover::{
    CaseStep, OwnCase, Recover, RecoverDocuments, RecoverEnter, RecoverFinish, RecoverOpened, RecoverRefused,
};
pub(crate) use security::{Factors, Level, NextStep, RegionState, Security, Sms, SmsState};
pub(crate) use tickets::{
    CannedLine, Colleague, ConsoleAnswers, ConsoleTicket, ConsoleTickets, PictureLine, SaidLine, Speaker,
    Support, SupportCode, SupportNew, SupportOpened, SupportTicket, TicketLine, TicketRow, Turn, Whose,
};
pub(crate) use upload::UploadField;

pub(crate) use staff::{
    ConsoleEnrol, ConsoleFind, ConsoleJoin, ConsoleMe, ConsoleProve, ConsoleStaff, ConsoleStaffMember,
    ConsoleStep, NewKey, OwnAct, OwnFactorRow, OwnSessionRow, ShownLink, StaffRow, StaffState,
};

/// What every page has. The page's own struct carries it as `layout`.
pub(crate) struct Layout {
    /// The catalogue of the reader's language: `Words::choose`.
    pub(crate) words: &'static Words,
    /// The service's name, as the holder knows it.
    pub(crate) brand: String,
    /// The chosen theme.
    pub(crate) theme: Theme,
    /// The token that every form of this page sends back as `csrf`. Empty: the page has no session to
    /// protect, and the footer's switches are left out.
    pub(crate) csrf: String,
    /// Whose pages these are.
    pub(crate) area: Area,
    /// How the signed-in holder or operator is called (masked identifier). None: signed out.
    pub(crate) signed_in: Option<String>,
    /// Where `POST /preferences` returns to: the page's own path, only if a GET of it shows the same page.
    pub(crate) here: LocalPath,
    /// The server's clock, Unix milliseconds: countdowns are drawn against it, not against the reader's
    /// clock.
    pub(crate) now_ms: i64,
    /// One sentence about what has just been done, after a redirect.
    pub(crate) notice: Option<Notice>,
    /// The hold on the holder's account that ends last, if there is one.
    pub(crate) hold: Option<HoldBanner>,
    /// Whether the holder's account is frozen.
    pub(crate) frozen: bool,
    /// What the signed-in member of staff is there for; empty for holders.
    pub(crate) roles: Vec<Role>,
}

impl Layout {
    /// Whether the member of staff has the right of this name: pages do not point at what they may not open.
    fn may(&self, right: &str) -> bool {
        Right::from_text(right).is_some_and(|right| duties::may(&self.roles, right))
    }

    /// The address of a static file, with the version that makes it cacheable for a year.
    fn asset(&self, name: &str) -> String {
        format!("/static/{}/{name}", assets::version())
    }

    /// Where the brand leads.
    fn home(&self) -> &'static str {
        match (self.area, &self.signed_in) {
            (Area::Console, _) => "/console",
            (Area::Holder, Some(_)) => "/security",
            (Area::Holder, None) => "/signin",
        }
    }

    /// Where signing out is posted.
    fn sign_out(&self) -> &'static str {
        match self.area {
            Area::Console => "/console/signout",
            Area::Holder => "/signout",
        }
    }

    fn in_console(&self) -> bool {
        self.area == Area::Console
    }

    fn languages(&self) -> &'static [Words] {
        Words::all()
    }

    fn themes(&self) -> [Theme; 3] {
        Theme::ALL
    }

    /// The banner of the hold; none once it has ended.
    fn hold_sentence(&self) -> Option<Sentence<'static>> {
        let hold = self.hold.filter(|hold| hold.ends_at_ms > self.now_ms)?;
        Some(hold.sentence(self.words, self.now_ms))
    }
}

/// Whose pages: they have their own sessions, and their own way out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Area {
    /// The Security Center.
    Holder,
    /// The console of the service's staff.
    Console,
}

/// What the base template asks of a page.
trait Page {
    /// Whether the page shows a problem, so that its title starts with "Error: ".
    fn has_problem(&self) -> bool {
        false
    }
}

/// Light, dark, or what the reader's system says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Theme {
    /// Follows the system.
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    const ALL: [Theme; 3] = [Theme::System, Theme::Light, Theme::Dark];

    /// The theme of this name; anything else follows the system.
    pub(crate) fn named(name: &str) -> Theme {
        Theme::ALL.into_iter().find(|theme| theme.name() == name).unwrap_or(Theme::System)
    }

    /// As in the form's `theme` field and in the stored preference.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    fn key(self) -> &'static str {
        match self {
            Theme::System => "theme-system",
            Theme::Light => "theme-light",
            Theme::Dark => "theme-dark",
        }
    }
}

/// A sentence about what has just been done. Carried over the redirect by its name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Notice {
    /// The account is open and its identifier proved.
    Welcome,
    /// A new code is on its way.
    CodeSent,
    /// SMS authentication is on.
    SmsOn,
    /// SMS authentication is off.
    SmsOff,
    /// One other session was ended.
    SessionEnded,
    /// Every other session was ended.
    OthersEnded,
    /// A device was forgotten.
    DeviceForgotten,
    /// The holder signed out.
    SignedOut,
    /// This browser's session was ended elsewhere or ran out.
    Ended,
    /// An authenticator app was set up.
    TotpAdded,
    /// It was removed.
    TotpRemoved,
    /// A passkey was set up.
    PasskeyAdded,
    /// A passkey was removed.
    PasskeyRemoved,
    /// A factor has another name now.
    FactorRenamed,
    /// The trading password was set or changed.
    TradingPasswordSet,
    /// It was removed.
    TradingPasswordRemoved,
    /// The recovery codes were removed.
    RecoveryCodesRemoved,
    /// The anti-phishing phrase was set or changed.
    PhraseSet,
    /// It was removed.
    PhraseRemoved,
    /// The password was changed.
    PasswordChanged,
    /// A forgotten password was replaced.
    PasswordReset,
    /// The account is frozen.
    Frozen,
    /// The account is open again.
    Unfrozen,
    /// There is more time to confirm.
    MoreTime,
    /// The holder turned back: nothing was changed.
    NothingChanged,
    /// A route carries messages again.
    RouteActive,
    /// A route takes no new messages.
    RoutePaused,
    /// A route takes none, and its connections end.
    RouteDrained,
    /// A route was asked to carry a test message.
    TestSent,
    /// A text of the service's own was saved.
    TextSaved,
    /// It was taken away.
    TextDeleted,
    /// One of staff protected an account.
    AccountProtected,
    /// Something waits for another's decision.
    Proposed,
    /// A proposal was approved and carried out.
    ProposalApproved,
    /// A proposal was declined.
    ProposalDeclined,
    /// A proposal was taken back.
    ProposalWithdrawn,
    /// A member of staff has other roles now.
    StaffRoles,
    /// A member of staff has no access any more.
    StaffDisabled,
    /// They have it again.
    StaffEnabled,
    /// A member of staff is called something else now.
    StaffNamed,
    /// A ticket was opened.
    TicketOpened,
    /// A message was sent in a ticket.
    MessageSent,
    /// A note among staff was kept.
    NoteSaved,
    /// A ticket is done.
    TicketSolved,
    /// A ticket was given to somebody, or to nobody.
    TicketAssigned,
    /// A recovery case was withdrawn.
    CaseCanceled,
    /// A decision about a case was taken.
    CaseDecided,
}

impl Notice {
    const ALL: [Notice; 47] = [
        Notice::Welcome,
        Notice::CodeSent,
        Notice::SmsOn,
        Notice::SmsOff,
        Notice::SessionEnded,
        Notice::OthersEnded,
        Notice::DeviceForgotten,
        Notice::SignedOut,
        Notice::Ended,
        Notice::TotpAdded,
        Notice::TotpRemoved,
        Notice::PasskeyAdded,
        Notice::PasskeyRemoved,
        Notice::FactorRenamed,
        Notice::TradingPasswordSet,
        Notice::TradingPasswordRemoved,
        Notice::RecoveryCodesRemoved,
        Notice::PhraseSet,
        Notice::PhraseRemoved,
        Notice::PasswordChanged,
        Notice::PasswordReset,
        Notice::Frozen,
        Notice::Unfrozen,
        Notice::MoreTime,
        Notice::NothingChanged,
        Notice::RouteActive,
        Notice::RoutePaused,
        Notice::RouteDrained,
        Notice::TestSent,
        Notice::TextSaved,
        Notice::TextDeleted,
        Notice::AccountProtected,
        Notice::Proposed,
        Notice::ProposalApproved,
        Notice::ProposalDeclined,
        Notice::ProposalWithdrawn,
        Notice::StaffRoles,
        Notice::StaffDisabled,
        Notice::StaffEnabled,
        Notice::StaffNamed,
        Notice::TicketOpened,
        Notice::MessageSent,
        Notice::NoteSaved,
        Notice::TicketSolved,
        Notice::TicketAssigned,
        Notice::CaseCanceled,
        Notice::CaseDecided,
    ];

    /// The notice of this name, if it is one.
    pub(crate) fn named(name: &str) -> Option<Notice> {
        Notice::ALL.into_iter().find(|notice| notice.name() == name)
    }

    /// Safe in a query or a cookie.
    pub(crate) fn name(self) -> &'static str {
        self.key().trim_start_matches("notice-")
    }

    fn key(self) -> &'static str {
        match self {
            Notice::Welcome => "notice-welcome",
            Notice::CodeSent => "notice-code-sent",
            Notice::SmsOn => "notice-sms-on",
            Notice::SmsOff => "notice-sms-off",
            Notice::SessionEnded => "notice-session-ended",
            Notice::OthersEnded => "notice-others-ended",
            Notice::DeviceForgotten => "notice-device-forgotten",
            Notice::SignedOut => "notice-signed-out",
            Notice::Ended => "notice-ended",
            Notice::TotpAdded => "notice-totp-added",
            Notice::TotpRemoved => "notice-totp-removed",
            Notice::PasskeyAdded => "notice-passkey-added",
            Notice::PasskeyRemoved => "notice-passkey-removed",
            Notice::FactorRenamed => "notice-factor-renamed",
            Notice::TradingPasswordSet => "notice-trading-password-set",
            Notice::TradingPasswordRemoved => "notice-trading-password-removed",
            Notice::RecoveryCodesRemoved => "notice-recovery-codes-removed",
            Notice::PhraseSet => "notice-phrase-set",
            Notice::PhraseRemoved => "notice-phrase-removed",
            Notice::PasswordChanged => "notice-password-changed",
            Notice::PasswordReset => "notice-password-reset",
            Notice::Frozen => "notice-frozen",
            Notice::Unfrozen => "notice-unfrozen",
            Notice::MoreTime => "notice-more-time",
            Notice::NothingChanged => "notice-nothing-changed",
            Notice::RouteActive => "notice-route-active",
            Notice::RoutePaused => "notice-route-paused",
            Notice::RouteDrained => "notice-route-drained",
            Notice::TestSent => "notice-test-sent",
            Notice::TextSaved => "notice-text-saved",
            Notice::TextDeleted => "notice-text-deleted",
            Notice::AccountProtected => "notice-account-protected",
            Notice::Proposed => "notice-proposed",
            Notice::ProposalApproved => "notice-proposal-approved",
            Notice::ProposalDeclined => "notice-proposal-declined",
            Notice::ProposalWithdrawn => "notice-proposal-withdrawn",
            Notice::StaffRoles => "notice-staff-roles",
            Notice::StaffDisabled => "notice-staff-disabled",
            Notice::StaffEnabled => "notice-staff-enabled",
            Notice::StaffNamed => "notice-staff-named",
            Notice::TicketOpened => "notice-ticket-opened",
            Notice::MessageSent => "notice-message-sent",
            Notice::NoteSaved => "notice-note-saved",
            Notice::TicketSolved => "notice-ticket-solved",
            Notice::TicketAssigned => "notice-ticket-assigned",
            Notice::CaseCanceled => "notice-case-canceled",
            Notice::CaseDecided => "notice-case-decided",
        }
    }
}

/// A path on this host. Anything else (another host, another scheme) becomes the overview, so that a form
/// field or a query can never send a reader away.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct LocalPath(String);

impl LocalPath {
    /// Keeps `path` if it starts with exactly one slash and holds no backslash or control character: browsers
    /// read `//host`, `/\host` and `/<tab>/host` as another host.
    pub(crate) fn new(path: &str) -> LocalPath {
        let odd = |character: char| character == '\\' || character.is_control();
        let local = path.starts_with('/') && !path.starts_with("//") && !path.contains(odd);
        LocalPath(if local { path.to_owned() } else { "/security".to_owned() })
    }

    /// For `Location`.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LocalPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A field of a form as the holder left it.
#[derive(Default)]
pub(crate) struct Field {
    /// What was typed, shown again. Never a password.
    pub(crate) value: String,
    /// What is wrong with it.
    pub(crate) problem: Option<Problem>,
}

/// The fields in trouble by id, for the summary that stands above a form when there is more than one.
fn fields_in_trouble<'page, const FIELDS: usize>(
    fields: [(&'static str, &'page Option<Problem>); FIELDS],
) -> Vec<(&'static str, &'page Problem)> {
    fields.into_iter().filter_map(|(id, problem)| Some((id, problem.as_ref()?))).collect()
}

/// A delay as people say it: whole minutes to the nearest, at least one.
fn minutes(delay_s: u32) -> u32 {
    (delay_s.saturating_add(30) / 60).max(1)
}
