//! Binding a phone: the state page and the steps around its two code pages.
//!
//! Decides how the steps are told; refuses to judge numbers.

use askama::Template;

use super::{Field, Layout, Method, OtherWay, Page, Problem, RegionPicker, RegionState, fields_in_trouble};
use crate::web::words::{Address, Moment};

/// The phone that an account has.
pub(crate) struct BoundPhone {
    /// International form with spaces, whole on the owner's own page: `+66 81 234 5678`.
    pub(crate) number: Address,
    /// The country's name.
    pub(crate) region: String,
    /// When it was bound, Unix milliseconds.
    pub(crate) since_ms: i64,
    /// Whether it was suspended because the number now seems to belong to somebody else (product.md B.6).
    pub(crate) suspended: bool,
}

impl BoundPhone {
    fn since(&self) -> Moment {
        Moment::day(self.since_ms)
    }
}

/// `GET /security/phone`.
#[derive(Template)]
#[template(path = "phone.html")]
pub(crate) struct Phone {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// The bound phone, if there is one. Its change begins with a post to `/security/phone/change`.
    pub(crate) bound: Option<BoundPhone>,
    /// For how many hours withdrawals are held after a change.
    pub(crate) hold_hours: u32,
    /// Why the last act did nothing.
    pub(crate) problem: Option<Problem>,
}

impl Page for Phone {
    fn has_problem(&self) -> bool {
        self.problem.is_some()
    }
}

/// `GET /security/phone/prove`, step 1 of 3: prove another factor (R27). The button posts `method` to itself.
#[derive(Template)]
#[template(path = "phone_prove.html")]
pub(crate) struct PhoneProve {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// The factors that can be proved. Empty: support is the only way, and the page says so.
    pub(crate) ways: Vec<OtherWay>,
    /// Where support is reached.
    pub(crate) support: String,
    /// Why the last try did not work.
    pub(crate) problem: Option<Problem>,
}

impl Page for PhoneProve {
    fn has_problem(&self) -> bool {
        self.problem.is_some()
    }
}

/// `GET /security/phone/number`, step 2 of 3; posts `region` and `number` to itself.
#[derive(Template)]
#[template(path = "phone_number.html")]
pub(crate) struct PhoneNumber {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// The country.
    pub(crate) region: RegionPicker,
    /// The number as typed.
    pub(crate) number: Field,
    /// An example in the chosen country's national form, if one is chosen.
    pub(crate) example: Option<Address>,
}

impl Page for PhoneNumber {
    fn has_problem(&self) -> bool {
        !self.summary().is_empty()
    }
}

impl PhoneNumber {
    fn summary(&self) -> Vec<(&'static str, &Problem)> {
        fields_in_trouble([("region", &self.region.problem), ("number", &self.number.problem)])
    }
}

/// `GET /security/phone/confirm`: the number as it was understood, before anything is sent. Posts to itself.
#[derive(Template)]
#[template(path = "phone_confirm.html")]
pub(crate) struct PhoneConfirm {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// International form, whole.
    pub(crate) number: Address,
    /// The country's name.
    pub(crate) region: String,
    /// Set when it takes the place of another number: for how many hours withdrawals are held afterwards.
    pub(crate) hold_hours: Option<u32>,
    /// Set when messages to the country are slow, or do not get through.
    pub(crate) trouble: Option<RegionState>,
    /// Why the message was not sent.
    pub(crate) problem: Option<Problem>,
}

impl Page for PhoneConfirm {
    fn has_problem(&self) -> bool {
        self.problem.is_some()
    }
}

/// `GET /security/phone/password`, after step 3: the number was proved and has a history with another account, so the
/// password is asked as well (product.md B.6). Posts `password` to itself.
#[derive(Template)]
#[template(path = "phone_password.html")]
pub(crate) struct PhonePassword {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// International form, whole.
    pub(crate) number: Address,
    /// What is wrong with the password.
    pub(crate) password_problem: Option<Problem>,
}

impl Page for PhonePassword {
    fn has_problem(&self) -> bool {
        self.password_problem.is_some()
    }
}

/// `GET /security/phone/done`.
#[derive(Template)]
#[template(path = "phone_done.html")]
pub(crate) struct PhoneDone {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// International form, whole.
    pub(crate) number: Address,
    /// Whether SMS authentication is on already; if not, it is the next step.
    pub(crate) sms_on: bool,
}

impl Page for PhoneDone {}
