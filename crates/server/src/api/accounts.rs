//! Accounts as a resource: what is bound and switched on, what is locked, and the status that the relying
//! party may set. Addresses are masked; whoever may know them in full knows them already.

pub(super) mod find;
pub(super) mod holds;
pub(super) mod look;
pub(super) mod set_status;

use super::answer::rfc3339;
use super::schema;
use countersign_flows::AccountView;
use countersign_flows::core::level::Level;
use countersign_flows::core::lock::Refusal;
use countersign_flows::core::model::{AccountStatus, Factor};
use serde::Serialize;
use utoipa::ToSchema;

/// One holder's record in your service.
#[derive(Serialize, ToSchema)]
#[schema(as = Account)]
pub(crate) struct AccountBody {
    /// Its id.
    #[schema(example = "acc_0197cd5f4a007a6ab1c2d3e4f5061728")]
    id: String,
    /// What it may do. Restricted and flagged accounts must be looked at before security settings change;
    /// frozen ones can do nothing.
    #[schema(value_type = schema::AccountStatus)]
    status: &'static str,
    /// Its proved email address, masked.
    #[schema(required, example = "a•••@example.com")]
    email_masked: Option<String>,
    /// Its bound number.
    #[schema(required)]
    phone: Option<PhoneBody>,
    /// Since when sign-ins and withdrawals ask for an SMS code; null when they do not.
    #[schema(format = DateTime, required)]
    sms_enabled_at: Option<String>,
    /// The factors that it could prove, its password aside: what is enrolled, and `sms` and `email` where
    /// codes can be sent.
    #[schema(value_type = Vec<schema::Factor>)]
    factors: Vec<&'static str>,
    /// How well it is protected; SMS alone is never above `fair`.
    #[schema(value_type = schema::Level)]
    level: &'static str,
    /// The factors that cannot be used now.
    locks: Vec<LockBody>,
    /// Language of its messages (BCP 47).
    #[schema(example = "en")]
    locale: String,
    /// When it was opened.
    #[schema(format = DateTime)]
    created_at: String,
}

/// A bound number.
#[derive(Serialize, ToSchema)]
#[schema(as = BoundPhone)]
pub(crate) struct PhoneBody {
    /// The number, masked.
    #[schema(example = "+44 •••• ••••56")]
    number_masked: String,
    /// Its region; null for numbers of no region.
    #[schema(required, example = "GB")]
    region: Option<String>,
    /// When it was bound.
    #[schema(format = DateTime)]
    bound_at: String,
    /// Since when no code is sent to it because it seems to belong to somebody else now.
    #[schema(format = DateTime, required)]
    suspended_at: Option<String>,
}

/// A factor that cannot be used now.
#[derive(Serialize, ToSchema)]
#[schema(as = Lock)]
pub(crate) struct LockBody {
    /// Which.
    #[schema(value_type = schema::Factor)]
    factor: &'static str,
    /// When it opens by itself; null if it must be bound again.
    #[schema(format = DateTime, required)]
    until: Option<String>,
}

impl From<AccountView> for AccountBody {
    fn from(view: AccountView) -> Self {
        let factors = factors(&view);
        let account = view.account;
        let lock = |(factor, refusal): (Factor, Refusal)| LockBody {
            factor: factor.as_str(),
            until: match refusal {
                Refusal::Locked { until } => Some(rfc3339(until)),
                Refusal::Disabled => None,
            },
        };
        Self {
            id: account.id.to_string(),
            status: account.status.as_str(),
            email_masked: account.email.map(|email| email.masked()),
            phone: view.binding.map(|binding| PhoneBody {
                number_masked: binding.number.masked(),
                region: binding
                    .number
                    .phone()
                    .and_then(|number| number.region())
                    .map(|code| code.to_string()),
                bound_at: rfc3339(binding.bound_at),
                suspended_at: binding.suspended_at.map(rfc3339),
            }),
            sms_enabled_at: account.sms_enabled_at.map(rfc3339),
            factors,
            level: view.level.as_str(),
            locks: view.refusals.into_iter().map(lock).collect(),
            locale: account.locale,
            created_at: rfc3339(account.created_at),
        }
    }
}

/// In the order of the rules' own list.
fn factors(view: &AccountView) -> Vec<&'static str> {
    let has_number = view.binding.as_ref().is_some_and(|binding| binding.suspended_at.is_none());
    let has = |factor: &Factor| match factor {
        Factor::Sms => has_number,
        Factor::Email => view.account.email.is_some(),
        other => view.enrolled.contains(other),
    };
    Factor::ALL.iter().filter(|factor| has(factor)).map(|factor| factor.as_str()).collect()
}

/// An example for the description of the operations.
fn sample(status: AccountStatus) -> AccountBody {
    AccountBody {
        id: "acc_0197cd5f4a007a6ab1c2d3e4f5061728".to_owned(),
        status: status.as_str(),
        email_masked: Some("a•••@example.com".to_owned()),
        phone: Some(PhoneBody {
            number_masked: "+44 •••• ••••56".to_owned(),
            region: Some("GB".to_owned()),
            bound_at: "2025-07-01T09:30:00.000Z".to_owned(),
            suspended_at: None,
        }),
        sms_enabled_at: Some("2025-07-01T09:31:12.000Z".to_owned()),
        factors: [Factor::Sms, Factor::Email, Factor::Totp].map(Factor::as_str).to_vec(),
        level: Level::Fair.as_str(),
        locks: vec![LockBody {
            factor: Factor::Sms.as_str(),
            until: Some("2025-07-03T00:15:00.000Z".to_owned()),
        }],
        locale: "en".to_owned(),
        created_at: "2025-07-01T09:28:40.000Z".to_owned(),
    }
}
