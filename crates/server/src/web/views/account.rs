//! Signing up and signing in, before the code.
//!
//! Decides how these pages look; refuses to know whether an account exists (the handler's answer is the same,
//! R46).

use askama::Template;

use super::{Field, Layout, Method, OtherWay, Page, Problem, RegionPicker, fields_in_trouble};

/// `GET /signup`; posts `identifier`, `region`, `password` to itself.
#[derive(Template)]
#[template(path = "signup.html")]
pub(crate) struct SignUp {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// Email address or phone number as typed.
    pub(crate) identifier: Field,
    /// The country, for a phone number in national form.
    pub(crate) region: RegionPicker,
    /// What is wrong with the password, which is never shown again.
    pub(crate) password_problem: Option<Problem>,
    /// Fewest characters of a password, for the hint.
    pub(crate) password_characters_min: u32,
    /// What is wrong with the form as a whole.
    pub(crate) problem: Option<Problem>,
}

impl Page for SignUp {
    fn has_problem(&self) -> bool {
        self.problem.is_some() || !self.summary().is_empty()
    }
}

impl SignUp {
    fn summary(&self) -> Vec<(&'static str, &Problem)> {
        fields_in_trouble([
            ("identifier", &self.identifier.problem),
            ("region", &self.region.problem),
            ("password", &self.password_problem),
        ])
    }
}

/// Shown instead of the end of sign-up when the proved identifier already has an account. Safe to say: the
/// code has proved that the reader controls it.
#[derive(Template)]
#[template(path = "already_registered.html")]
pub(crate) struct AlreadyRegistered {
    /// Shared by all pages.
    pub(crate) layout: Layout,
}

impl Page for AlreadyRegistered {}

/// `GET /signin`; posts `identifier`, `region`, `password` to itself.
#[derive(Template)]
#[template(path = "signin.html")]
pub(crate) struct SignIn {
    /// Shared by all pages. `Notice::Ended` when the reader was signed out.
    pub(crate) layout: Layout,
    /// Email address or phone number as typed.
    pub(crate) identifier: Field,
    /// The country, for a phone number in national form.
    pub(crate) region: RegionPicker,
    /// Only that it is missing: a wrong one is the form's problem.
    pub(crate) password_problem: Option<Problem>,
    /// A refusal: one sentence for the form, never for one of its two parts (R46).
    pub(crate) problem: Option<Problem>,
    /// The password was right, and the account's second factors are of no use now: other ways are offered.
    pub(crate) stuck: bool,
}

impl Page for SignIn {
    fn has_problem(&self) -> bool {
        self.problem.is_some() || !self.summary().is_empty()
    }
}

impl SignIn {
    fn summary(&self) -> Vec<(&'static str, &Problem)> {
        fields_in_trouble([
            ("identifier", &self.identifier.problem),
            ("region", &self.region.problem),
            ("password", &self.password_problem),
        ])
    }

    /// After a refusal the password is what must be typed again.
    fn password_first(&self) -> bool {
        let before = self.identifier.problem.is_some() || self.region.problem.is_some();
        !before && (self.problem.is_some() || self.password_problem.is_some())
    }
}

/// `GET /signin/method`; each button posts `method` to it.
#[derive(Template)]
#[template(path = "signin_method.html")]
pub(crate) struct SignInMethod {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// The methods this account has, the present one included.
    pub(crate) methods: Vec<OtherWay>,
    /// Why the last choice did not work.
    pub(crate) problem: Option<Problem>,
}

impl Page for SignInMethod {
    fn has_problem(&self) -> bool {
        self.problem.is_some()
    }
}

/// `GET /signin/phone-unavailable`: what remains for someone who cannot read the text message.
#[derive(Template)]
#[template(path = "phone_unavailable.html")]
pub(crate) struct PhoneUnavailable {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// The other methods of this account; posted as `method` to `/signin/method`.
    pub(crate) ways: Vec<OtherWay>,
    /// Where support is reached, as people read it: an address or a telephone number.
    pub(crate) support: String,
}

impl Page for PhoneUnavailable {}

/// `GET /signin/forgotten`; posts `identifier` and `region` to itself.
#[derive(Template)]
#[template(path = "forgotten.html")]
pub(crate) struct Forgotten {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// Email address or phone number as typed.
    pub(crate) identifier: Field,
    /// The country, for a phone number in national form.
    pub(crate) region: RegionPicker,
    /// What is wrong with the form as a whole.
    pub(crate) problem: Option<Problem>,
}

impl Page for Forgotten {
    fn has_problem(&self) -> bool {
        self.problem.is_some() || !self.summary().is_empty()
    }
}

impl Forgotten {
    fn summary(&self) -> Vec<(&'static str, &Problem)> {
        fields_in_trouble([("identifier", &self.identifier.problem), ("region", &self.region.problem)])
    }
}

/// Where a forgotten password ends without a new one. Safe to say: the reader controls the identifier.
#[derive(Template)]
#[template(path = "forgotten_end.html")]
pub(crate) struct ForgottenEnd {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// Nobody has an account with this identifier; otherwise its factors are too few for a reset.
    pub(crate) no_account: bool,
    /// Where support is reached.
    pub(crate) support: String,
}

impl Page for ForgottenEnd {}

/// `GET /signin/forgotten/new`; posts `password` to itself.
#[derive(Template)]
#[template(path = "forgotten_new.html")]
pub(crate) struct ForgottenNew {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// Fewest characters of a password, for the hint.
    pub(crate) password_characters_min: u32,
    /// For how many hours value is held.
    pub(crate) hold_hours: u32,
    /// What is wrong with the password, which is never shown again.
    pub(crate) password_problem: Option<Problem>,
}

impl Page for ForgottenNew {
    fn has_problem(&self) -> bool {
        self.password_problem.is_some()
    }
}
