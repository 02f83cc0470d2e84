//! Verifications as a resource: what the relying party sees of one, and the five things it can do. Never the
//! code, never the whole address (R10).

pub(super) mod cancel;
pub(super) mod check;
pub(super) mod look;
pub(super) mod resend;
pub(super) mod start;

use super::answer::rfc3339;
use super::body::{Fields, Input};
use super::problem::Problem;
use super::schema;
use countersign_flows::VerificationView;
use countersign_flows::core::model::{Channel, MessageStatus, Purpose, Subject, VerificationStatus};
use countersign_flows::core::verification::Details;
use serde::Serialize;
use utoipa::ToSchema;

/// Proof of control of one phone number or email address, by a code sent there.
#[derive(Serialize, ToSchema)]
#[schema(as = Verification)]
pub(crate) struct VerificationBody {
    /// Its id.
    #[schema(example = "vrf_0197cd5f4a007a6ab1c2d3e4f5061728")]
    id: String,
    /// Where the codes go, masked: enough for its owner to recognise.
    #[schema(example = "+44 •••• ••••56")]
    to_masked: String,
    /// How the codes travel.
    #[schema(value_type = schema::Channel)]
    channel: &'static str,
    /// What the codes are for. A code for one purpose never serves another.
    #[schema(value_type = schema::Purpose)]
    purpose: &'static str,
    /// Where it stands. Only `pending` can become `approved`; nothing else means that the code was right.
    #[schema(value_type = schema::VerificationStatus)]
    status: &'static str,
    /// Digits of a code.
    #[schema(minimum = 6, maximum = 8)]
    code_length: u8,
    /// Codes sent so far, the first included.
    sends: u32,
    /// Wrong codes counted so far.
    failures: u32,
    /// Until when the newest code is accepted.
    #[schema(format = DateTime)]
    code_expires_at: String,
    /// Until when it can be finished or resent at all.
    #[schema(format = DateTime)]
    deadline: String,
    /// When the next code may be asked for; null once the verification is over.
    #[schema(format = DateTime, required)]
    resend_at: Option<String>,
    /// Where the newest message stands, as far as carriers tell. Never proof that the person read it.
    #[schema(value_type = Option<schema::MessageStatus>, required)]
    delivery: Option<&'static str>,
    /// When it was started.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it stopped being `pending`; null while it is, and until an end that came by time is written down.
    #[schema(format = DateTime, required)]
    finished_at: Option<String>,
    /// The account it is for, if one was named.
    #[schema(required)]
    account: Option<String>,
}

impl From<VerificationView> for VerificationBody {
    fn from(view: VerificationView) -> Self {
        let found = view.verification;
        let is_pending = found.status == VerificationStatus::Pending;
        Self {
            id: found.id.to_string(),
            to_masked: found.address.masked(),
            channel: found.channel.as_str(),
            purpose: found.purpose.as_str(),
            status: found.status.as_str(),
            code_length: found.code_length,
            sends: found.sends,
            failures: found.failures,
            code_expires_at: rfc3339(found.code_expires_at),
            deadline: rfc3339(found.deadline),
            resend_at: is_pending.then(|| rfc3339(view.resend_at)),
            delivery: view.delivery.map(|status| status.as_str()),
            created_at: rfc3339(found.created_at),
            finished_at: found.finished_at.map(rfc3339),
            account: match found.subject {
                Subject::Account(id) => Some(id.to_string()),
                Subject::Address(_) | Subject::Staff(_) => None,
            },
        }
    }
}

/// An example for the description of the operations.
fn sample(status: VerificationStatus) -> VerificationBody {
    let is_pending = status == VerificationStatus::Pending;
    let delivery = match status {
        VerificationStatus::Pending => MessageStatus::Queued,
        VerificationStatus::Canceled => MessageStatus::Canceled,
        _ => MessageStatus::Delivered,
    };
    let text = |time: &str| format!("2025-07-03T00:{time}Z");
    VerificationBody {
        id: "vrf_0197cd5f4a007a6ab1c2d3e4f5061728".to_owned(),
        to_masked: "+44 •••• ••••56".to_owned(),
        channel: Channel::Sms.as_str(),
        purpose: Purpose::SignIn.as_str(),
        status: status.as_str(),
        code_length: 6,
        sends: 1,
        failures: 0,
        code_expires_at: text("05:00.000"),
        deadline: text("10:00.000"),
        resend_at: is_pending.then(|| text("00:30.000")),
        delivery: Some(delivery.as_str()),
        created_at: text("00:00.000"),
        finished_at: (!is_pending).then(|| text("00:41.219")),
        account: None,
    }
}

/// What a code confirms. The message shows both, and any change makes the code a wrong one.
#[derive(ToSchema)]
#[schema(as = Details)]
pub(crate) struct DetailsInput {
    /// The amount with its unit, as the person sees it.
    #[schema(min_length = 1, max_length = 64, example = "0.25 BTC")]
    amount: String,
    /// Who receives it, as the person sees it: an address, a name, an account. Shown in the message as it is.
    #[schema(min_length = 1, max_length = 128, example = "bc1qw508d…7kv8f3t4")]
    payee: String,
}

impl Input for DetailsInput {
    fn read(fields: &mut Fields) -> Result<Self, Problem> {
        Ok(Self { amount: fields.required_plain("amount", 64)?, payee: fields.required_plain("payee", 128)? })
    }
}

impl DetailsInput {
    fn take(fields: &mut Fields) -> Result<Option<Details>, Problem> {
        let given = fields.object::<DetailsInput>("details", "details.")?;
        Ok(given.map(|given| Details { amount: given.amount, payee: given.payee, ..Details::default() }))
    }
}
