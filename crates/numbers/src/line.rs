//! The kind of line behind a number, as far as the numbering plan tells.
//!
//! Decides the names of the kinds. Refuses to judge them: which kinds may receive a code is policy, and the
//! plan cannot see ported numbers or, in North America, tell mobile from fixed or VoIP.

use rlibphonenumber::PhoneNumberType;
use serde::{Deserialize, Serialize};

/// The kind of line, in libphonenumber's terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// A mobile subscription.
    Mobile,
    /// The plan does not separate fixed from mobile here (all of +1, Mexico and others): never a reason to
    /// refuse.
    FixedLineOrMobile,
    /// A landline.
    FixedLine,
    /// A number from a range reserved for voice over IP.
    Voip,
    /// Free for the caller.
    TollFree,
    /// Dear for the caller; sending to it is how toll fraud earns.
    PremiumRate,
    /// The cost is split between caller and owner.
    SharedCost,
    /// Follows a person over several lines.
    PersonalNumber,
    /// A pager.
    Pager,
    /// Universal access number: a company's number, routed to its offices.
    Uan,
    /// Reaches a voicemail box, not a person.
    Voicemail,
    /// A number of the plan whose kind the plan does not say.
    Unknown,
}

impl LineKind {
    /// The stable snake_case name, the same that serde writes.
    pub fn as_str(self) -> &'static str {
        match self {
            LineKind::Mobile => "mobile",
            LineKind::FixedLineOrMobile => "fixed_line_or_mobile",
            LineKind::FixedLine => "fixed_line",
            LineKind::Voip => "voip",
            LineKind::TollFree => "toll_free",
            LineKind::PremiumRate => "premium_rate",
            LineKind::SharedCost => "shared_cost",
            LineKind::PersonalNumber => "personal_number",
            LineKind::Pager => "pager",
            LineKind::Uan => "uan",
            LineKind::Voicemail => "voicemail",
            LineKind::Unknown => "unknown",
        }
    }

    pub(crate) fn of(plan: PhoneNumberType) -> LineKind {
        match plan {
            PhoneNumberType::Mobile => LineKind::Mobile,
            PhoneNumberType::FixedLineOrMobile => LineKind::FixedLineOrMobile,
            PhoneNumberType::FixedLine => LineKind::FixedLine,
            PhoneNumberType::VoIP => LineKind::Voip,
            PhoneNumberType::TollFree => LineKind::TollFree,
            PhoneNumberType::PremiumRate => LineKind::PremiumRate,
            PhoneNumberType::SharedCost => LineKind::SharedCost,
            PhoneNumberType::PersonalNumber => LineKind::PersonalNumber,
            PhoneNumberType::Pager => LineKind::Pager,
            PhoneNumberType::UAN => LineKind::Uan,
            PhoneNumberType::VoiceMail => LineKind::Voicemail,
            PhoneNumberType::Unknown => LineKind::Unknown,
        }
    }
}
