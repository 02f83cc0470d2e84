//! Binding a phone: `/security/phone` and its three steps (section B).

use super::code::{self, Said, channel_of, in_full, problem_of, send_problem};
use super::form::{Form, Sent};
use super::regions;
use super::security::sms_state;
use super::settings::{begin, hold_hours};
use super::views::{
    BoundPhone, CodePurpose, Fault, Field, Kept, Method, OtherWay, Phone, PhoneConfirm, PhoneDone,
    PhoneNumber, PhonePassword, PhoneProve, Problem, SmsState,
};
use super::visit::{Holder, Visit};
use super::words::Address as Shown;
use crate::http::cookies::{self, Name};
use axum::http::StatusCode;
use axum::response::Response;
use countersign_flows::core::address::Address;
use countersign_flows::core::binding::NumberRefusal;
use countersign_flows::core::lock::Refusal;
use countersign_flows::core::model::{Binding, Purpose, Setting};
use countersign_flows::core::numbers::{self, LineKind, NumberError, PhoneNumber as Number, RegionCode};
use countersign_flows::{
    ActivateOutcome, BindState, BindView, CodePage, FlowError, JourneyResend, NumberOutcome, OpenOutcome,
    ProveSendOutcome,
};

/// A bound number as its owner sees it.
pub(crate) fn bound_phone(binding: &Binding) -> BoundPhone {
    BoundPhone {
        number: in_full(&binding.number),
        region: regions::name(binding.number.phone().and_then(Number::region)),
        since_ms: binding.bound_at.unix_ms(),
        suspended: binding.suspended_at.is_some(),
    }
}

/// The country a typed number belongs to, if it can be told.
pub(crate) fn region_of(sent: &Sent, field: &str) -> Option<RegionCode> {
    let chosen = regions::posted(sent.get("region"));
    Number::parse(sent.get(field), chosen).ok().and_then(|number| number.region()).or(chosen)
}

/// The sentence for a number that is refused.
pub(crate) fn number_problem(visit: &Visit, refusal: NumberRefusal, region: Option<RegionCode>) -> Problem {
    match refusal {
        NumberRefusal::Line(LineKind::FixedLine) => Problem::NumberFixedLine,
        NumberRefusal::Line(LineKind::Voip) => Problem::NumberVoip,
        NumberRefusal::Line(LineKind::PremiumRate | LineKind::SharedCost) => Problem::NumberPremium,
        NumberRefusal::Line(LineKind::Pager) => Problem::NumberPager,
        NumberRefusal::Line(LineKind::TollFree) => Problem::NumberTollFree,
        NumberRefusal::Line(_) | NumberRefusal::NoCountry => Problem::NumberOtherKind,
        NumberRefusal::CountryNotAllowed => Problem::RegionRefused { region: regions::name(region) },
        NumberRefusal::Denied => Problem::NumberDenied { reference: visit.reference() },
        NumberRefusal::AlreadyYours => Problem::NumberYours,
        NumberRefusal::Taken => Problem::NumberTaken,
        NumberRefusal::HasNumber => Problem::StepsAgain,
        NumberRefusal::Frozen => Problem::IdentityNeeded,
    }
}

fn number_error(error: NumberError) -> (bool, Problem) {
    let problem = match error {
        NumberError::RegionNeeded => return (true, Problem::RegionMissing),
        NumberError::Empty => Problem::NumberMissing,
        NumberError::TooShort => Problem::NumberShort,
        NumberError::TooLong => Problem::NumberLong,
        NumberError::NotInPlan | NumberError::UnknownCallingCode => Problem::NumberUnknown,
        NumberError::InputTooLong | NumberError::NotANumber => Problem::NumberUnreadable,
    };
    (false, problem)
}

/// `GET /security/phone`
pub(crate) async fn state(holder: Holder) -> Response {
    show_state(&holder, None).await
}

async fn show_state(Holder { visit, signed_in }: &Holder, problem: Option<Problem>) -> Response {
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    match visit.server.flows().overview(signed_in).await {
        Ok(overview) => {
            let bound = overview.binding.as_ref().map(bound_phone);
            let layout = visit.layout("/security/phone");
            visit.page(status, &Phone { layout, bound, hold_hours: hold_hours(visit), problem })
        }
        Err(error) => visit.broke(error),
    }
}

/// `POST /security/phone/change`: another number takes the place of the bound one, once the present factors are proved
pub(crate) async fn change(holder: Holder, form: Form) -> Response {
    if let Err(refused) = form.open(&holder.visit) {
        return *refused;
    }
    match begin(&holder, Setting::Phone, None).await {
        Ok(response) => response,
        Err(problem) => show_state(&holder, Some(problem)).await,
    }
}

/// `GET /security/phone/prove`, step 1 of 3
pub(crate) async fn prove(holder: Holder) -> Response {
    match journey(&holder).await {
        Err(broken) => *broken,
        Ok(Some((_, view))) if matches!(view.state, BindState::Number | BindState::Confirm(_)) => {
            holder.visit.redirect("/security/phone/number")
        }
        Ok(_) => show_prove(&holder, None),
    }
}

fn show_prove(Holder { visit, signed_in }: &Holder, problem: Option<Problem>) -> Response {
    let email = signed_in.account.email.as_ref();
    let page = PhoneProve {
        layout: visit.layout("/security/phone/prove"),
        ways: email
            .map(|email| OtherWay { method: Method::Email, address: Some(in_full(email)) })
            .into_iter()
            .collect(),
        support: visit.server.inner.support.clone(),
        problem: problem.clone(),
    };
    visit.page(if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page)
}

/// The binding in progress in this session, with its token.
async fn journey(holder: &Holder) -> Result<Option<(String, BindView)>, Box<Response>> {
    let Some(token) = holder.visit.cookie(Name::Binding) else { return Ok(None) };
    match holder.visit.server.flows().binding_journey(&holder.signed_in, &token).await {
        Ok(found) => Ok(found.map(|view| (token, view))),
        Err(error) => Err(Box::new(holder.visit.broke(error))),
    }
}

/// `POST /security/phone/prove`
pub(crate) async fn send_proof(holder: Holder, form: Form) -> Response {
    let sent = match form.open(&holder.visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    if Method::named(sent.get("method")) != Some(Method::Email) {
        return show_prove(&holder, Some(Problem::MethodUnknown));
    }
    let (visit, signed_in) = (&holder.visit, &holder.signed_in);
    let flows = visit.server.flows();
    // A journey whose code is out is gone on with; otherwise a new one is opened.
    let token = match journey(&holder).await {
        Err(broken) => return *broken,
        Ok(Some((token, BindView { state: BindState::Prove | BindState::ProveCode, .. }))) => token,
        Ok(_) => match flows.open_binding(signed_in).await {
            Err(error) => return visit.broke(error),
            Ok(OpenOutcome::Opened(token)) => token.expose().to_owned(),
            Ok(OpenOutcome::HasNumber) => return visit.redirect("/security/phone"),
            Ok(OpenOutcome::Frozen) => return show_prove(&holder, Some(Problem::IdentityNeeded)),
            Ok(OpenOutcome::NoOtherFactor) => return show_prove(&holder, None),
            Ok(OpenOutcome::StepUp) => {
                return match begin(&holder, Setting::PhoneAdd, None).await {
                    Ok(response) => response,
                    Err(problem) => show_prove(&holder, Some(problem)),
                };
            }
        },
    };
    let mut response = match flows.send_binding_proof(signed_in, &token, visit.caller()).await {
        Err(error) => return visit.broke(error),
        Ok(ProveSendOutcome::Sent) => visit.redirect("/security/phone/prove/code"),
        Ok(ProveSendOutcome::Gone) => visit.redirect("/security/phone/prove"),
        Ok(ProveSendOutcome::Refused(refusal)) => {
            show_prove(&holder, Some(send_problem(refusal, flows.now())))
        }
    };
    cookies::set(response.headers_mut(), &visit.server, Name::Binding, &token);
    response
}

/// The code page of this session's binding, if it waits for a code of this purpose.
async fn waiting(holder: &Holder, purpose: Purpose) -> Result<(String, CodePage), Box<Response>> {
    let visit = &holder.visit;
    let back = || Box::new(visit.redirect("/security/phone"));
    let token = visit.cookie(Name::Binding).ok_or_else(back)?;
    let session = Some(holder.signed_in.session.id);
    match visit.server.flows().code_page(visit.server.service_id(), &token, session).await {
        Ok(Some(facts)) if facts.purpose == purpose => Ok((token, facts)),
        Ok(_) => Err(back()),
        Err(error) => Err(Box::new(visit.broke(error))),
    }
}

/// `GET /security/phone/prove/code`
pub(crate) async fn proof_code(holder: Holder) -> Response {
    match waiting(&holder, Purpose::SettingChange).await {
        Ok((_, facts)) => code::show(&holder.visit, CodePurpose::ProveEmail, &facts, Said::default()).await,
        Err(elsewhere) => *elsewhere,
    }
}

/// `POST /security/phone/prove/code`
pub(crate) async fn check_proof(holder: Holder, form: Form) -> Response {
    let sent = match form.open(&holder.visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let (token, facts) = match waiting(&holder, Purpose::SettingChange).await {
        Ok(found) => found,
        Err(elsewhere) => return *elsewhere,
    };
    let (visit, signed_in) = (&holder.visit, &holder.signed_in);
    let flows = visit.server.flows();
    match flows.check_binding_proof(signed_in, &token, sent.get("code"), visit.caller()).await {
        Err(error) => visit.broke(error),
        Ok(None) => visit.redirect("/security/phone"),
        Ok(Some(answer)) => match problem_of(&answer, facts.code_length, flows.now()) {
            None => visit.redirect("/security/phone/number"),
            Some((problem, attempts_left)) => {
                let session = Some(signed_in.session.id);
                let (facts, problem) = code::after_miss(visit, &token, session, facts, Some(problem)).await;
                let said = Said { typed: sent.shown("code"), problem, attempts_left, ..Said::default() };
                code::show(visit, CodePurpose::ProveEmail, &facts, said).await
            }
        },
    }
}

/// `POST /security/phone/prove/resend`
pub(crate) async fn resend_proof(holder: Holder, form: Form) -> Response {
    resend(holder, form, Purpose::SettingChange, CodePurpose::ProveEmail, "/security/phone/prove/code").await
}

/// `POST /security/phone/resend`
pub(crate) async fn resend_code(holder: Holder, form: Form) -> Response {
    resend(holder, form, Purpose::Bind, CodePurpose::Activate, "/security/phone/code").await
}

async fn resend(holder: Holder, form: Form, purpose: Purpose, shown: CodePurpose, back: &str) -> Response {
    let channel = match form.open(&holder.visit) {
        Ok(sent) => channel_of(&sent),
        Err(refused) => return *refused,
    };
    let (token, facts) = match waiting(&holder, purpose).await {
        Ok(found) => found,
        Err(elsewhere) => return *elsewhere,
    };
    let visit = &holder.visit;
    let flows = visit.server.flows();
    let session = Some(holder.signed_in.session.id);
    match flows.resend_for_journey(visit.server.service_id(), &token, session, channel, visit.caller()).await
    {
        Err(error) => visit.broke(error),
        Ok(JourneyResend::Sent) => visit.redirect(&format!("{back}?notice=code-sent")),
        Ok(JourneyResend::Gone) => visit.redirect("/security/phone"),
        Ok(JourneyResend::Refused(refusal)) => {
            let said = Said { problem: Some(send_problem(refusal, flows.now())), ..Said::default() };
            code::show(visit, shown, &facts, said).await
        }
    }
}

/// `GET /security/phone/number`, step 2 of 3
pub(crate) async fn number(holder: Holder) -> Response {
    match journey(&holder).await {
        Err(broken) => *broken,
        Ok(Some((_, view))) if !matches!(view.state, BindState::Prove | BindState::ProveCode) => {
            show_number(&holder.visit, &Sent::default(), None, None)
        }
        Ok(_) => holder.visit.redirect("/security/phone/prove"),
    }
}

fn show_number(visit: &Visit, sent: &Sent, region: Option<Problem>, number: Option<Problem>) -> Response {
    let wrong = region.is_some() || number.is_some();
    let chosen = regions::posted(sent.get("region"));
    let example = chosen.and_then(numbers::region).and_then(|region| region.example).map(Shown::new);
    let page = PhoneNumber {
        layout: visit.layout("/security/phone/number"),
        region: regions::picker(&visit.server, sent.get("region"), region),
        number: Field { value: sent.shown("number"), problem: number },
        example,
    };
    visit.page(if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page)
}

/// `POST /security/phone/number`
pub(crate) async fn choose(visit: Visit, form: Form) -> Response {
    let sent = match form.open(&visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    // Here something is typed that would be lost with the session, so it is shown again.
    let (visit, Some(signed_in)) = (&visit, &visit.signed_in) else {
        return visit.fault_keeping(Fault::SessionEnded, vec![Kept::Number(sent.shown("number"))]);
    };
    let Some(token) = visit.cookie(Name::Binding) else { return visit.redirect("/security/phone/prove") };
    let region = regions::posted(sent.get("region"));
    match visit.server.flows().choose_number(signed_in, &token, sent.get("number"), region).await {
        Err(error) => visit.broke(error),
        Ok(NumberOutcome::Fit | NumberOutcome::Sent) => visit.redirect("/security/phone/confirm"),
        Ok(NumberOutcome::Gone | NumberOutcome::NotSent(_)) => visit.redirect("/security/phone/prove"),
        Ok(NumberOutcome::NotANumber(error)) => match number_error(error) {
            (true, problem) => show_number(visit, &sent, Some(problem), None),
            (false, problem) => show_number(visit, &sent, None, Some(problem)),
        },
        Ok(NumberOutcome::Refused(refusal)) => {
            let problem = number_problem(visit, refusal, region_of(&sent, "number"));
            show_number(visit, &sent, None, Some(problem))
        }
    }
}

/// `GET /security/phone/confirm`
pub(crate) async fn confirm(holder: Holder) -> Response {
    match journey(&holder).await {
        Err(broken) => *broken,
        Ok(Some((_, BindView { state: BindState::Confirm(number), replaces, .. }))) => {
            show_confirm(&holder.visit, &number, replaces, None).await
        }
        Ok(Some((_, BindView { state: BindState::Code(_), .. }))) => {
            holder.visit.redirect("/security/phone/code")
        }
        Ok(_) => holder.visit.redirect("/security/phone/number"),
    }
}

async fn show_confirm(visit: &Visit, number: &Address, replaces: bool, problem: Option<Problem>) -> Response {
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = PhoneConfirm {
        layout: visit.layout("/security/phone/confirm"),
        number: in_full(number),
        region: regions::name(number.phone().and_then(Number::region)),
        trouble: code::trouble_now(visit, number).await,
        hold_hours: replaces.then(|| hold_hours(visit)),
        problem,
    };
    visit.page(status, &page)
}

/// `POST /security/phone/confirm`: sends the number its code
pub(crate) async fn send_code(holder: Holder, form: Form) -> Response {
    if let Err(refused) = form.open(&holder.visit) {
        return *refused;
    }
    let (token, view) = match journey(&holder).await {
        Err(broken) => return *broken,
        Ok(Some(found)) => found,
        Ok(None) => return holder.visit.redirect("/security/phone/prove"),
    };
    let (visit, signed_in) = (&holder.visit, &holder.signed_in);
    let flows = visit.server.flows();
    let outcome = flows.send_binding_code(signed_in, &token, visit.caller()).await;
    let problem = match outcome {
        Err(error) => return visit.broke(error),
        Ok(NumberOutcome::Sent) => return visit.redirect("/security/phone/code"),
        Ok(NumberOutcome::NotSent(refusal)) => send_problem(refusal, flows.now()),
        Ok(NumberOutcome::Refused(refusal)) => number_problem(visit, refusal, None),
        Ok(NumberOutcome::Fit | NumberOutcome::NotANumber(_) | NumberOutcome::Gone) => {
            return visit.redirect("/security/phone/number");
        }
    };
    match view.state {
        BindState::Confirm(number) | BindState::Code(number) => {
            show_confirm(visit, &number, view.replaces, Some(problem)).await
        }
        _ => visit.redirect("/security/phone/number"),
    }
}

/// `GET /security/phone/code`, step 3 of 3
pub(crate) async fn code(holder: Holder) -> Response {
    match waiting(&holder, Purpose::Bind).await {
        Ok((_, facts)) => code::show(&holder.visit, CodePurpose::Activate, &facts, Said::default()).await,
        Err(elsewhere) => *elsewhere,
    }
}

/// `POST /security/phone/code`: "Activate"
pub(crate) async fn activate(holder: Holder, form: Form) -> Response {
    let sent = match form.open(&holder.visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let (token, facts) = match waiting(&holder, Purpose::Bind).await {
        Ok(found) => found,
        Err(elsewhere) => return *elsewhere,
    };
    let (visit, signed_in) = (&holder.visit, &holder.signed_in);
    let flows = visit.server.flows();
    let outcome = flows.activate_binding(signed_in, &token, sent.get("code"), visit.caller()).await;
    let answer = match outcome {
        Ok(ActivateOutcome::Code(answer)) => answer,
        other => return activated(visit, other, &facts.address),
    };
    let (problem, attempts_left) = problem_of(&answer, facts.code_length, flows.now()).unzip();
    let session = Some(signed_in.session.id);
    let (facts, problem) = code::after_miss(visit, &token, session, facts, problem).await;
    let attempts_left = attempts_left.flatten();
    let said = Said { typed: sent.shown("code"), problem, attempts_left, ..Said::default() };
    code::show(visit, CodePurpose::Activate, &facts, said).await
}

/// Where everything but a wrong code leads.
pub(crate) fn activated(
    visit: &Visit,
    outcome: Result<ActivateOutcome, FlowError>,
    number: &Address,
) -> Response {
    match outcome {
        Err(error) => visit.broke(error),
        Ok(ActivateOutcome::Bound(_)) => {
            let mut response = visit.redirect("/security/phone/done");
            cookies::clear(response.headers_mut(), &visit.server, Name::Binding);
            response
        }
        Ok(ActivateOutcome::NeedsPassword) => visit.redirect("/security/phone/password"),
        Ok(ActivateOutcome::Refused(refusal)) => {
            let problem = number_problem(visit, refusal, number.phone().and_then(Number::region));
            show_number(visit, &Sent::default(), None, Some(problem))
        }
        Ok(ActivateOutcome::PasswordWrong) => show_password(visit, number, Some(Problem::PasswordWrong)),
        Ok(ActivateOutcome::PasswordLocked(refusal)) => {
            show_password(visit, number, Some(password_locked(refusal, visit)))
        }
        Ok(ActivateOutcome::Code(_) | ActivateOutcome::NotHeard | ActivateOutcome::Gone) => {
            visit.redirect("/security/phone")
        }
    }
}

/// `GET /security/phone/password`
pub(crate) async fn password(holder: Holder) -> Response {
    match journey(&holder).await {
        Err(broken) => *broken,
        Ok(Some((_, BindView { state: BindState::Password(number), .. }))) => {
            show_password(&holder.visit, &number, None)
        }
        Ok(_) => holder.visit.redirect("/security/phone"),
    }
}

fn show_password(visit: &Visit, number: &Address, problem: Option<Problem>) -> Response {
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = PhonePassword {
        layout: visit.layout("/security/phone/password"),
        number: in_full(number),
        password_problem: problem,
    };
    visit.page(status, &page)
}

/// `POST /security/phone/password`
pub(crate) async fn confirm_password(holder: Holder, form: Form) -> Response {
    let sent = match form.open(&holder.visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let (token, number) = match journey(&holder).await {
        Err(broken) => return *broken,
        Ok(Some((token, BindView { state: BindState::Password(number), .. }))) => (token, number),
        Ok(_) => return holder.visit.redirect("/security/phone"),
    };
    let (visit, password) = (&holder.visit, sent.get("password"));
    if password.is_empty() {
        return show_password(visit, &number, Some(Problem::PasswordMissing));
    }
    let flows = visit.server.flows();
    let outcome = flows.confirm_binding_password(&holder.signed_in, &token, password, visit.caller()).await;
    activated(visit, outcome, &number)
}

/// The sentence for a password that is not judged.
pub(crate) fn password_locked(refusal: Refusal, visit: &Visit) -> Problem {
    match refusal {
        Refusal::Locked { until } => {
            Problem::PasswordLocked { until: code::moment(until, visit.server.flows().now()) }
        }
        Refusal::Disabled => Problem::FactorDisabled,
    }
}

/// `GET /security/phone/done`
pub(crate) async fn done(Holder { visit, signed_in }: Holder) -> Response {
    let overview = match visit.server.flows().overview(&signed_in).await {
        Ok(overview) => overview,
        Err(error) => return visit.broke(error),
    };
    let Some(binding) = &overview.binding else { return visit.redirect("/security/phone") };
    let page = PhoneDone {
        layout: visit.layout("/security/phone/done"),
        number: in_full(&binding.number),
        sms_on: sms_state(&overview) == SmsState::On,
    };
    visit.page(StatusCode::OK, &page)
}
