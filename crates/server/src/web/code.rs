//! The code page of every journey, and the sentences for everything that can come of a code or of asking for one.

use super::form::Sent;
use super::regions;
use super::views::{self, CodePurpose, Method, Newest, OtherWay, OwnTextWay, Problem, RegionState, Resend};
use super::visit::Visit;
use super::words::{Address as Shown, Moment};
use axum::http::StatusCode;
use axum::response::Response;
use countersign_flows::core::account;
use countersign_flows::core::address::Address;
use countersign_flows::core::code::CodeProblem;
use countersign_flows::core::id::SessionId;
use countersign_flows::core::limit::LimitKind;
use countersign_flows::core::lock::Refusal;
use countersign_flows::core::model::{Channel, Factor, MessageStatus, VerificationStatus};
use countersign_flows::core::reach::Trouble;
use countersign_flows::core::time::Timestamp;
use countersign_flows::core::verification::{CheckOutcome, SendRefusal};
use countersign_flows::{CodeAnswer, CodePage, JourneyResend, OwnText};

/// What the page says besides its facts.
#[derive(Default)]
pub(crate) struct Said {
    /// What was typed.
    pub(crate) typed: String,
    /// What is wrong with the code.
    pub(crate) problem: Option<Problem>,
    /// Tries left, when few.
    pub(crate) attempts_left: Option<u32>,
    /// The other methods at sign-in.
    pub(crate) other_ways: Vec<OtherWay>,
}

/// The code page.
pub(crate) async fn show(visit: &Visit, purpose: CodePurpose, facts: &CodePage, said: Said) -> Response {
    let masked = purpose == CodePurpose::SignIn;
    let here = match purpose {
        CodePurpose::SignUp => "/signup/code",
        CodePurpose::SignIn => "/signin/code",
        CodePurpose::ProveEmail => "/security/phone/prove/code",
        CodePurpose::Activate => "/security/phone/code",
        CodePurpose::Forgotten => "/signin/forgotten/code",
    };
    let locked_until_ms = facts.locked_until.map(Timestamp::unix_ms);
    let status = match (&said.problem, locked_until_ms) {
        (_, Some(_)) => StatusCode::TOO_MANY_REQUESTS,
        (None, None) => StatusCode::OK,
        (Some(_), None) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let page = views::CodePage {
        layout: visit.layout(here),
        purpose,
        method: method_of(facts.channel),
        sent_to: if masked { Shown::new(facts.address.masked()) } else { in_full(&facts.address) },
        digits: u32::from(facts.code_length),
        ends_at_ms: ends_at(facts).unix_ms(),
        resend: ends_or_resend(facts),
        resends: facts.sends.saturating_sub(1),
        typed: said.typed,
        problem: said.problem,
        attempts_left: said.attempts_left,
        other_ways: said.other_ways,
        channels: facts.channels.clone(),
        trouble: facts.trouble.as_ref().map(region_state),
        newest: newest(facts),
        own_text: match facts.own_text {
            None => OwnTextWay::None,
            Some(OwnText::Offered) => OwnTextWay::Offered,
            Some(OwnText::Awaited | OwnText::Heard) => OwnTextWay::Begun,
        },
        locked_until_ms,
    };
    visit.page(status, &page)
}

/// Trouble that a number's country has at the moment. A page does without when it cannot be told.
pub(crate) async fn trouble_now(visit: &Visit, address: &Address) -> Option<RegionState> {
    let trouble = visit.server.flows().delivery_trouble(visit.server.service_id(), address).await;
    trouble.ok().flatten().as_ref().map(region_state)
}

/// A country's trouble, as pages say it.
pub(crate) fn region_state(trouble: &Trouble) -> RegionState {
    let delay_s = trouble.delay.map(|delay| u32::try_from(delay.as_secs()).unwrap_or(u32::MAX));
    RegionState { region: regions::name(regions::posted(&trouble.region)), delay_s }
}

/// What is worth saying of the newest message, while its code works. A relay that took an email, or a call that was
/// answered, is not delivery to a handset.
pub(crate) fn newest(facts: &CodePage) -> Option<Newest> {
    if facts.status != VerificationStatus::Pending {
        return None;
    }
    match facts.delivery? {
        MessageStatus::Delivered if facts.channel == Channel::Sms => Some(Newest::Delivered),
        MessageStatus::Failed => Some(Newest::Failed),
        MessageStatus::Queued if facts.is_waiting => Some(Newest::Waiting),
        _ => None,
    }
}

/// The channel that a form asks for, if it asks for one.
pub(crate) fn channel_of(sent: &Sent) -> Option<Channel> {
    Channel::from_text(sent.get("channel"))
}

/// A verification that is over has no code that works, whatever its clock says.
fn ends_at(facts: &CodePage) -> Timestamp {
    if facts.status == VerificationStatus::Pending { facts.code_expires_at } else { Timestamp::EPOCH }
}

pub(crate) fn ends_or_resend(facts: &CodePage) -> Resend {
    if let Some(until) = facts.sending_locked_until {
        return Resend::Locked { until_ms: until.unix_ms() };
    }
    if facts.sends_left == 0 || facts.status != VerificationStatus::Pending {
        return Resend::Spent;
    }
    Resend::From { at_ms: facts.resend_at.unix_ms() }
}

/// An address as its owner may see it in full.
pub(crate) fn in_full(address: &Address) -> Shown {
    match address {
        Address::Phone(number) => Shown::new(number.international()),
        Address::Email(email) => Shown::new(email.expose()),
    }
}

pub(crate) fn method_of(channel: Channel) -> Method {
    match channel {
        Channel::Sms => Method::Sms,
        Channel::Voice => Method::Voice,
        Channel::Whatsapp => Method::Whatsapp,
        Channel::Email => Method::Email,
    }
}

/// The methods of a sign-in that could be used instead of the present one, or all of them.
pub(crate) fn ways(methods: &[account::Method], without: Option<Factor>) -> Vec<OtherWay> {
    methods
        .iter()
        .filter(|method| Some(method.factor) != without)
        .map(|method| OtherWay {
            method: method_of(method.address.channel()),
            address: Some(Shown::new(method.address.masked())),
        })
        .collect()
}

/// The sentence for what came of a code, and the tries left when that should be said. None: it was right.
pub(crate) fn problem_of(answer: &CodeAnswer, digits: u8, now: Timestamp) -> Option<(Problem, Option<u32>)> {
    let digits = u32::from(digits);
    let outcome = match answer {
        CodeAnswer::Judged(outcome) => outcome,
        CodeAnswer::Unreadable(CodeProblem::Empty) => return Some((Problem::CodeMissing, None)),
        CodeAnswer::Unreadable(CodeProblem::NotDigits) => {
            return Some((Problem::CodeUnreadable { digits }, None));
        }
        CodeAnswer::Unreadable(CodeProblem::WrongLength { entered, .. }) => {
            let entered = u32::try_from(*entered).unwrap_or(u32::MAX);
            return Some((Problem::CodeLength { digits, entered }, None));
        }
        CodeAnswer::Unknown => return Some((Problem::StepsAgain, None)),
    };
    Some(match outcome {
        CheckOutcome::Approved => return None,
        CheckOutcome::Wrong { left, earlier } => {
            let problem = if *earlier { Problem::CodeEarlier } else { Problem::CodeWrong };
            // Counting down from the first miss would only frighten: from the third on it helps.
            (problem, Some(*left).filter(|left| *left <= 2))
        }
        CheckOutcome::LockedNow { until } | CheckOutcome::Refused(Refusal::Locked { until }) => {
            (Problem::CodesLocked { until: moment(*until, now) }, None)
        }
        CheckOutcome::DisabledNow | CheckOutcome::Refused(Refusal::Disabled) => {
            (Problem::FactorDisabled, None)
        }
        CheckOutcome::CodeExpired => (Problem::CodeExpired, None),
        CheckOutcome::Closed(_) => (Problem::StepsAgain, None),
        CheckOutcome::NotThisPage => (Problem::CodeElsewhere, None),
    })
}

/// The sentence for a code that was not sent.
pub(crate) fn send_problem(refusal: SendRefusal, now: Timestamp) -> Problem {
    match refusal {
        SendRefusal::Factor(Refusal::Locked { until }) => Problem::CodesLocked { until: moment(until, now) },
        SendRefusal::Factor(Refusal::Disabled) => Problem::FactorDisabled,
        SendRefusal::SendingLocked { until } => Problem::SendingLocked { until: moment(until, now) },
        // What strangers share (a network, a country, the purse) is not the holder's doing and not theirs to wait out.
        SendRefusal::Limited(hit) => match hit.kind {
            LimitKind::Country | LimitKind::Money | LimitKind::Prefix => Problem::SendingUnavailable,
            _ => Problem::SendingLocked { until: moment(hit.until, now) },
        },
        SendRefusal::TooSoon { at } => Problem::ResendEarly { at: moment(at, now) },
        SendRefusal::SendsSpent => Problem::StepsAgain,
        SendRefusal::Closed(_) | SendRefusal::DetailsMismatch => Problem::StepsAgain,
        SendRefusal::NotThisPage => Problem::CodeElsewhere,
    }
}

/// A moment as pages say it.
pub(crate) fn moment(at: Timestamp, now: Timestamp) -> Moment {
    Moment::near(at.unix_ms(), now.unix_ms())
}

/// After a code that was not right: the facts as they are now, and a new code at once where the old one had only run
/// out.
pub(crate) async fn after_miss(
    visit: &Visit,
    token: &str,
    session: Option<SessionId>,
    before: CodePage,
    problem: Option<Problem>,
) -> (CodePage, Option<Problem>) {
    let (flows, service_id) = (visit.server.flows(), visit.server.service_id());
    let mut problem = problem;
    if problem == Some(Problem::CodeExpired)
        && let Ok(JourneyResend::Sent) =
            flows.resend_for_journey(service_id, token, session, None, visit.caller()).await
    {
        problem = Some(Problem::CodeExpiredNewSent);
    }
    let now = flows.code_page(service_id, token, session).await.ok().flatten();
    (now.unwrap_or(before), problem)
}
