//! Every problem that a page can name.
//!
//! Decides nothing: made-up facts only.

use askama::Template;

use super::{DAY_MS, Drawn, Samples, desk, recovery, step_up, tickets};
use crate::web::views::upload;
use crate::web::views::*;
use crate::web::words::Moment;

impl Samples {
    /// Every problem, each above the same form.
    pub(super) fn problems(&self) -> Drawn {
        let page = |problem| PhoneConfirm {
            layout: self.inside(),
            number: self.address("+66 81 234 5678"),
            region: self.text("Thailand"),
            hold_hours: None,
            trouble: None,
            problem: Some(problem),
        };
        let drawn = |problem: Problem| ("problem", page(problem).render().expect("renders"));
        self.every_problem().into_iter().map(drawn).collect()
    }

    /// One of each kind; the compiler cannot count them, so a test compares with the catalogue.
    pub(crate) fn every_problem(&self) -> Vec<Problem> {
        let until = Moment::near(self.now_ms + DAY_MS, self.now_ms);
        let mut problems = vec![
            Problem::PasswordShort { characters_min: 12 },
            Problem::PasswordLong { characters_max: 128 },
            Problem::PasswordLocked { until },
            Problem::CodeUnreadable { digits: 6 },
            Problem::CodeLength { digits: 6, entered: 5 },
            Problem::ResendEarly { at: Moment::clock(self.now_ms) },
            Problem::SendingLocked { until },
            Problem::CodesLocked { until },
            Problem::ReasonLong { characters_max: 300 },
            Problem::CapReached { until },
            Problem::LookUpsSpent { until },
            Problem::RegionRefused { region: self.text("Nigeria") },
            Problem::NumberDenied { reference: self.text("7F3K") },
        ];
        problems.extend(tickets::problems());
        problems.push(Problem::CaseLocked { until });
        problems.extend(plain());
        problems.extend(recovery::problems());
        problems.extend(step_up::problems());
        problems.extend(upload::problems());
        problems.extend(self.text_problems());
        problems.extend(desk::problems());
        problems.extend(self.staff_problems());
        problems
    }
}

/// Those that hold no value.
fn plain() -> Vec<Problem> {
    vec![
        Problem::IdentifierMissing,
        Problem::IdentifierUnreadable,
        Problem::RegionMissing,
        Problem::PasswordMissing,
        Problem::PasswordCommon,
        Problem::SignInRefused,
        Problem::PasswordWrong,
        Problem::CodeMissing,
        Problem::CodeWrong,
        Problem::CodeEarlier,
        Problem::CodeExpired,
        Problem::CodeExpiredNewSent,
        Problem::CodeElsewhere,
        Problem::FactorDisabled,
        Problem::OwnTextAwaited,
        Problem::NumberMissing,
        Problem::NumberUnreadable,
        Problem::NumberShort,
        Problem::NumberLong,
        Problem::NumberUnknown,
        Problem::NumberFixedLine,
        Problem::NumberVoip,
        Problem::NumberPremium,
        Problem::NumberPager,
        Problem::NumberTollFree,
        Problem::NumberOtherKind,
        Problem::NumberTaken,
        Problem::NumberYours,
        Problem::StepsAgain,
        Problem::SmsOnlyFactor,
        Problem::IdentityNeeded,
        Problem::PhoneNeeded,
        Problem::SessionGone,
        Problem::MethodUnknown,
        Problem::EmailUnreadable,
        Problem::AmountUnreadable,
        Problem::SecondsUnreadable,
        Problem::ReasonMissing,
        Problem::LookUpUnreadable,
        Problem::AuditFilterUnreadable,
        Problem::MessageUnknown,
        Problem::AddressUnfit,
        Problem::RouteElsewhere,
        Problem::SendingUnavailable,
    ]
}
