//! The confirm page: `/confirm/{id}`, with or without a session. A link works once, in the browser that opens it first;
//! from then on the page is that browser's (section D). What is asked for, and whether an answer is right, is
//! decided by the flows.

use super::account::signed_in;
use super::code::{
    channel_of, ends_or_resend, method_of, moment, newest, problem_of, region_state, send_problem,
};
use super::form::{Form, Sent};
use super::recover;
use super::settings::{self, hold_hours};
use super::views::{
    self, Ask, AskCode, AskField, ConfirmEnd, ConfirmOutcome, Confirmed, DetailRow, Method, Problem, StepRow,
    StepState, WayBack,
};
use super::visit::Visit;
use super::words::Address as Shown;
use crate::http::cookies::{self, Name};
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_flows::core::code::CodeProblem;
use countersign_flows::core::id::ActionId;
use countersign_flows::core::lock::Refusal;
use countersign_flows::core::model::*;
use countersign_flows::core::proof::Answer;
use countersign_flows::core::session::Token;
use countersign_flows::core::verification::SendRefusal;
use countersign_flows::{
    ActionSend, Answers, CodePage, ConfirmAct, ConfirmLook, ConfirmView, Effect, Judged, ProveOutcome,
};

/// What the page says besides its facts: what came of the answers.
#[derive(Default)]
struct Said {
    fields: Vec<(Factor, Problem, Option<u32>)>,
    typed_totp: String,
    typed_recovery_code: String,
    typed_code: String,
    form: Option<Problem>,
}

impl Said {
    fn is_wrong(&self) -> bool {
        !self.fields.is_empty() || self.form.is_some()
    }

    fn of(&self, factor: Factor) -> Option<&(Factor, Problem, Option<u32>)> {
        self.fields.iter().find(|(of, _, _)| *of == factor)
    }
}

/// `GET /confirm/{id}`; with `k`, the link of the relying party.
pub(crate) async fn page(visit: Visit, Path(id): Path<String>) -> Response {
    let Some(action_id) = id.parse::<ActionId>().ok() else {
        return end(&visit, ConfirmOutcome::Unknown, None);
    };
    match visit.query("k") {
        Some(link) => claim(&visit, action_id, &link).await,
        None => show(&visit, action_id, Said::default()).await,
    }
}

/// The browser's own token: every confirm page of this browser is bound to it.
pub(crate) fn page_token(visit: &Visit) -> String {
    let known = visit.cookie(Name::Confirm);
    known.unwrap_or_else(|| Token::draw(visit.server.inner.entropy.as_ref()).expose().to_owned())
}

async fn claim(visit: &Visit, id: ActionId, link: &str) -> Response {
    let token = page_token(visit);
    let claimed = visit.server.flows().claim_confirm_page(visit.server.service_id(), id, link, &token).await;
    match claimed {
        Err(error) => visit.broke(error),
        Ok(ConfirmLook::Unknown) => end(visit, ConfirmOutcome::Unknown, None),
        Ok(ConfirmLook::Taken) => end(visit, ConfirmOutcome::Taken, None),
        Ok(ConfirmLook::Own(_)) => {
            // Without the link's secret in the address, so that it stays out of histories and referrers.
            let mut response = visit.redirect(&format!("/confirm/{id}"));
            cookies::set(response.headers_mut(), &visit.server, Name::Confirm, &token);
            response
        }
    }
}

/// Opens the confirm page of an action that this browser asked for.
pub(crate) fn lead_to(visit: &Visit, action: &Action, token: &str) -> Response {
    let mut response = visit.redirect(&format!("/confirm/{}", action.id));
    cookies::set(response.headers_mut(), &visit.server, Name::Confirm, token);
    response
}

async fn show(visit: &Visit, id: ActionId, said: Said) -> Response {
    let Some(token) = visit.cookie(Name::Confirm) else { return end(visit, ConfirmOutcome::Taken, None) };
    let flows = visit.server.flows();
    let view = match flows.confirm_page(visit.server.service_id(), id, &token).await {
        Err(error) => return visit.broke(error),
        Ok(ConfirmLook::Unknown) => return end(visit, ConfirmOutcome::Unknown, None),
        Ok(ConfirmLook::Taken) => return end(visit, ConfirmOutcome::Taken, None),
        Ok(ConfirmLook::Own(view)) => view,
    };
    let outcome = match (view.action.status, view.action.reason) {
        (ActionStatus::Pending, _) => return ask(visit, &view, &token, said).await,
        (ActionStatus::Canceled, reason) => {
            ConfirmOutcome::Canceled(reason.unwrap_or(CancelReason::Withdrawn))
        }
        (ActionStatus::Authorised | ActionStatus::Redeemed, _) => ConfirmOutcome::Done,
        (ActionStatus::Lapsed, _) => ConfirmOutcome::Lapsed,
    };
    end(visit, outcome, Some(&view))
}

fn what(action: &Action) -> Confirmed {
    match action.details.get("setting").and_then(Setting::from_text) {
        Some(setting) if action.origin == ActionOrigin::SecurityCenter => Confirmed::Setting(setting),
        _ => Confirmed::Action(action.kind),
    }
}

/// The details that people read: ours name only what the heading says already.
fn rows(action: &Action) -> Vec<DetailRow> {
    match action.origin {
        ActionOrigin::RelyingParty => DetailRow::of(&action.details),
        ActionOrigin::SecurityCenter => Vec::new(),
    }
}

/// Who asks, as far as its audience says: the host of its address, or the brand.
fn audience(visit: &Visit, action: &Action) -> Option<String> {
    if action.origin == ActionOrigin::SecurityCenter {
        return None;
    }
    let host = action.audience.split("://").nth(1).and_then(|rest| rest.split('/').next());
    Some(host.map_or_else(|| visit.server.inner.brand.clone(), str::to_owned))
}

/// Where the page leads back to, with how it ended.
fn way_back(action: &Action, status: &str) -> Option<WayBack> {
    if action.origin == ActionOrigin::SecurityCenter {
        if let Some(id) = action.details.get("case").and_then(|text| text.parse().ok()) {
            return WayBack::new(&recover::path_of(id));
        }
        let setting = action.details.get("setting").and_then(Setting::from_text);
        return WayBack::new(setting.map_or("/signin", settings::page_of));
    }
    let url = action.return_url.as_deref()?;
    let (plain, fragment) =
        url.split_once('#').map_or((url, None), |(plain, fragment)| (plain, Some(fragment)));
    let joint = if plain.contains('?') { '&' } else { '?' };
    let fragment = fragment.map(|fragment| format!("#{fragment}")).unwrap_or_default();
    WayBack::new(&format!("{plain}{joint}action={}&status={status}{fragment}", action.id))
}

fn end(visit: &Visit, outcome: ConfirmOutcome, view: Option<&ConfirmView>) -> Response {
    let action = view.map(|view| &view.action);
    let status = match outcome {
        ConfirmOutcome::Done => "authorised",
        ConfirmOutcome::Lapsed => "lapsed",
        _ => "canceled",
    };
    let page = ConfirmEnd {
        layout: visit.layout("/security"),
        outcome,
        what: action.map(what),
        details: action.map(rows).unwrap_or_default(),
        back: action.and_then(|action| way_back(action, status)),
        audience: action.and_then(|action| audience(visit, action)),
    };
    let code = match outcome {
        ConfirmOutcome::Taken => StatusCode::FORBIDDEN,
        ConfirmOutcome::Unknown => StatusCode::NOT_FOUND,
        _ => StatusCode::OK,
    };
    visit.page(code, &page)
}

async fn ask(visit: &Visit, view: &ConfirmView, token: &str, said: Said) -> Response {
    let action = &view.action;
    let status = if said.is_wrong() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let trouble = view.code.as_ref().and_then(|code| code.trouble.as_ref());
    let form = said.form.clone();
    let page = views::Confirm {
        layout: visit.layout(&format!("/confirm/{}", action.id)),
        id: action.id.to_string(),
        what: what(action),
        details: rows(action),
        fingerprint: view.confirmed.fingerprint.clone(),
        phrase: view.phrase.clone(),
        audience: audience(visit, action),
        hold_hours: lowers(action).then(|| hold_hours(visit)),
        ends_at_ms: action.deadline.unix_ms(),
        more_time: view.can_extend,
        steps: steps(view),
        ask: what_is_asked(visit, view, token, said).await,
        ways: ways(action),
        settling: settling(view),
        trouble: trouble.map(region_state),
        back: way_back(action, "canceled"),
        problem: form,
    };
    visit.page(status, &page)
}

/// What is not offered because it was set up a short while ago.
fn settling(view: &ConfirmView) -> Vec<(Method, i64)> {
    view.settling.iter().map(|(factor, from)| (Method::of(*factor), from.unix_ms())).collect()
}

/// Whether value is held once it is done.
fn lowers(action: &Action) -> bool {
    let setting = action.details.get("setting").and_then(Setting::from_text);
    setting.is_some_and(|setting| {
        !matches!(
            setting,
            Setting::TotpAdd
                | Setting::PasskeyAdd
                | Setting::TradingPasswordSet
                | Setting::RecoveryCodesMake
                | Setting::PhoneAdd
                | Setting::Phrase
                | Setting::PhraseRemove
        )
    })
}

/// Factors that can be asked for in one form.
fn is_at_hand(factor: Factor) -> bool {
    matches!(factor, Factor::Password | Factor::TradingPassword | Factor::RecoveryCode | Factor::Totp)
}

fn now_asked(left: &[Factor]) -> Vec<Factor> {
    match left.first() {
        Some(first) if is_at_hand(*first) => {
            left.iter().copied().filter(|factor| is_at_hand(*factor)).collect()
        }
        Some(first) => vec![*first],
        None => Vec::new(),
    }
}

fn steps(view: &ConfirmView) -> Vec<StepRow> {
    let done = view.action.proofs.iter().map(|proof| (proof.factor, StepState::Done));
    let now = now_asked(&view.left);
    let rest = view
        .left
        .iter()
        .map(|factor| (*factor, if now.contains(factor) { StepState::Now } else { StepState::Later }));
    done.chain(rest).map(|(factor, state)| StepRow { method: Method::of(factor), state }).collect()
}

fn ways(action: &Action) -> Vec<views::Way> {
    let numbered = (0u32..).zip(&action.any_of);
    numbered
        .filter(|(index, _)| *index != action.chosen)
        .map(|(index, set)| views::Way {
            index,
            methods: set.iter().map(|factor| Method::of(*factor)).collect(),
        })
        .collect()
}

async fn what_is_asked(visit: &Visit, view: &ConfirmView, token: &str, said: Said) -> Ask {
    let asked = now_asked(&view.left);
    let lock_of = |factor: &Factor| {
        view.locks.iter().find_map(|(of, refusal)| match refusal {
            Refusal::Locked { until } if of == factor => Some(until.unix_ms()),
            _ => None,
        })
    };
    if let Some((method, until_ms)) = asked.iter().find_map(|f| Some((Method::of(*f), lock_of(f)?))) {
        return Ask::Locked { method, until_ms };
    }
    match asked.first() {
        Some(Factor::Passkey) => {
            let flows = visit.server.flows();
            let options = flows.passkey_options(visit.server.service_id(), view.action.id, token).await;
            let problem = said.of(Factor::Passkey).map(|(_, problem, _)| problem.clone());
            Ask::Passkey { options_json: options.ok().flatten().unwrap_or_default(), problem }
        }
        Some(factor @ (Factor::Sms | Factor::Email)) => match &view.code {
            Some(code) if is_for(code, *factor) => Ask::Code(code_asked(code, said)),
            _ => Ask::Send {
                method: Method::of(*factor),
                sent_to: masked(view, *factor),
                channels: if *factor == Factor::Sms { view.channels.clone() } else { Vec::new() },
            },
        },
        _ => Ask::Fields(asked.iter().map(|factor| field(*factor, &said)).collect()),
    }
}

fn is_for(code: &CodePage, factor: Factor) -> bool {
    code.channel.factor() == factor && code.status == VerificationStatus::Pending
}

fn masked(view: &ConfirmView, factor: Factor) -> Shown {
    let found = view.addresses.iter().find(|(of, _)| *of == factor);
    Shown::new(found.map(|(_, address)| address.masked()).unwrap_or_default())
}

fn code_asked(code: &CodePage, said: Said) -> AskCode {
    let factor = code.channel.factor();
    let (problem, attempts_left) =
        said.of(factor).map_or((None, None), |(_, problem, left)| (Some(problem.clone()), *left));
    AskCode {
        method: method_of(code.channel),
        sent_to: Shown::new(code.address.masked()),
        digits: u32::from(code.code_length),
        typed: said.typed_code,
        problem,
        attempts_left,
        resend: ends_or_resend(code),
        channels: code.channels.clone(),
        newest: newest(code),
    }
}

fn field(factor: Factor, said: &Said) -> AskField {
    let mut field = AskField::empty(Method::of(factor));
    if let Some((_, problem, left)) = said.of(factor) {
        field.problem = Some(problem.clone());
        field.attempts_left = *left;
    }
    match factor {
        Factor::Totp => field.typed.clone_from(&said.typed_totp),
        Factor::RecoveryCode => field.typed.clone_from(&said.typed_recovery_code),
        _ => {}
    }
    field
}

/// `POST /confirm/{id}`: the answers.
pub(crate) async fn answer(visit: Visit, Path(id): Path<String>, form: Form) -> Response {
    let (action_id, token, sent) = match open(&visit, &id, form) {
        Ok(open) => open,
        Err(elsewhere) => return *elsewhere,
    };
    let (answers, missing) = read(&sent);
    let mut said = Said {
        typed_totp: sent.shown("totp"),
        typed_recovery_code: sent.shown("recovery_code"),
        typed_code: sent.shown("code"),
        ..Said::default()
    };
    said.fields = missing;
    let flows = visit.server.flows();
    let service_id = visit.server.service_id();
    let proved = flows.prove_on_page(service_id, action_id, &token, answers, visit.caller()).await;
    match proved {
        Err(error) => visit.broke(error),
        Ok(ProveOutcome::Done { effect: Some(effect), .. }) => after(&visit, *effect),
        Ok(ProveOutcome::Done { .. } | ProveOutcome::Refused(_) | ProveOutcome::Gone) => {
            visit.redirect(&format!("/confirm/{action_id}"))
        }
        Ok(ProveOutcome::Open { answers, sent: next }) => {
            note(&visit, &mut said, &answers);
            if let Some(ActionSend::Refused(refusal)) = next {
                said.form = Some(send_problem(refusal, flows.now()));
            }
            // What was right need not be typed again; only a page with something wrong is the form's own answer.
            if !said.is_wrong() {
                return visit.redirect(&format!("/confirm/{action_id}"));
            }
            show(&visit, action_id, said).await
        }
    }
}

/// The answers that were given, and what is missing of those that were asked for.
fn read(sent: &Sent) -> (Answers, Vec<(Factor, Problem, Option<u32>)>) {
    let mut missing = Vec::new();
    let mut take = |name: &str, factor: Factor, problem: Problem| {
        let text = sent.given(name)?;
        if text.trim().is_empty() {
            missing.push((factor, problem, None));
            return None;
        }
        Some(text.to_owned())
    };
    let answers = Answers {
        password: take("password", Factor::Password, Problem::PasswordMissing),
        trading_password: take("trading_password", Factor::TradingPassword, Problem::TradingPasswordMissing),
        recovery_code: take("recovery_code", Factor::RecoveryCode, Problem::RecoveryCodeMissing),
        totp: take("totp", Factor::Totp, Problem::TotpMissing),
        code: take("code", Factor::Sms, Problem::CodeMissing),
        passkey: take("passkey", Factor::Passkey, Problem::PasskeyRefused),
    };
    (answers, missing)
}

/// The sentences for answers that were not right.
fn note(visit: &Visit, said: &mut Said, answers: &[(Factor, Judged)]) {
    let now = visit.server.flows().now();
    for (factor, judged) in answers {
        let found = match judged {
            Judged::Proof(answer) => wrong(*factor, *answer, now),
            Judged::Unreadable(problem) => Some((unreadable(*factor, *problem), None)),
            Judged::Code(answer) => problem_of(answer, 6, now),
        };
        if let Some((problem, left)) = found {
            said.fields.push((*factor, problem, left));
        }
    }
}

fn wrong(
    factor: Factor,
    answer: Answer,
    now: countersign_flows::core::time::Timestamp,
) -> Option<(Problem, Option<u32>)> {
    match answer {
        Answer::Right => None,
        Answer::Wrong { left } => {
            let problem = match factor {
                Factor::Totp => Problem::TotpWrong,
                Factor::TradingPassword => Problem::TradingPasswordWrong,
                Factor::RecoveryCode => Problem::RecoveryCodeWrong,
                Factor::Passkey => Problem::PasskeyRefused,
                _ => Problem::PasswordWrong,
            };
            Some((problem, Some(left).filter(|left| *left <= 2)))
        }
        Answer::LockedNow { until } | Answer::Refused(Refusal::Locked { until }) => {
            Some((Problem::CodesLocked { until: moment(until, now) }, None))
        }
        Answer::DisabledNow | Answer::Refused(Refusal::Disabled) => Some((Problem::FactorDisabled, None)),
    }
}

fn unreadable(factor: Factor, problem: CodeProblem) -> Problem {
    match (factor, problem) {
        (Factor::TradingPassword, _) => Problem::TradingPasswordDigits,
        (Factor::RecoveryCode, _) => Problem::RecoveryCodeWrong,
        (_, CodeProblem::Empty) => Problem::TotpMissing,
        (_, CodeProblem::NotDigits) => Problem::CodeUnreadable { digits: 6 },
        (_, CodeProblem::WrongLength { entered, .. }) => {
            Problem::CodeLength { digits: 6, entered: u32::try_from(entered).unwrap_or(u32::MAX) }
        }
    }
}

/// Where what was confirmed leads, for our own.
fn after(visit: &Visit, effect: Effect) -> Response {
    match effect {
        Effect::SignedIn(opened) => signed_in(visit, &opened, "/security"),
        Effect::GoOn { setting, token } => {
            let mut response = visit.redirect(settings::entry_of(setting));
            cookies::set(response.headers_mut(), &visit.server, Name::Binding, token.expose());
            response
        }
        Effect::ChoosePassword(token) => {
            let mut response = visit.redirect("/signin/forgotten/new");
            cookies::set(response.headers_mut(), &visit.server, Name::Journey, token.expose());
            response
        }
        Effect::CaseVerified(id) => visit.redirect(&recover::path_of(id)),
        Effect::CaseAccess(case, access) => recover::show_opened(visit, &case, &access),
        Effect::CaseAsked(asked) => recover::opened(visit, asked, "/security/trading-password", None),
        Effect::Changed(setting) => visit.redirect(&settings::done_of(setting)),
        Effect::Unchanged(setting) => visit.redirect(settings::page_of(setting)),
    }
}

/// What every form of the page begins with.
fn open(visit: &Visit, id: &str, form: Form) -> Result<(ActionId, String, Sent), Box<Response>> {
    let sent = form.open(visit)?;
    let unknown = || Box::new(end(visit, ConfirmOutcome::Unknown, None));
    let id = id.parse().map_err(|_| unknown())?;
    let token = visit.cookie(Name::Confirm);
    let token = token.ok_or_else(|| Box::new(end(visit, ConfirmOutcome::Taken, None)))?;
    Ok((id, token, sent))
}

async fn act(visit: &Visit, id: &str, form: Form, act: impl FnOnce(&Sent) -> Option<ConfirmAct>) -> Response {
    let (id, token, sent) = match open(visit, id, form) {
        Ok(open) => open,
        Err(elsewhere) => return *elsewhere,
    };
    let Some(act) = act(&sent) else { return visit.redirect(&format!("/confirm/{id}")) };
    let done = visit
        .server
        .flows()
        .act_on_confirm_page(visit.server.service_id(), id, &token, act, visit.caller())
        .await;
    match (done, act) {
        (Err(error), _) => visit.broke(error),
        (Ok(true), ConfirmAct::MoreTime) => visit.redirect(&format!("/confirm/{id}?notice=more-time")),
        (Ok(false), ConfirmAct::MoreTime) => {
            show(visit, id, Said { form: Some(Problem::MoreTimeSpent), ..Said::default() }).await
        }
        (Ok(_), _) => visit.redirect(&format!("/confirm/{id}")),
    }
}

/// `POST /confirm/{id}/way`
pub(crate) async fn way(visit: Visit, Path(id): Path<String>, form: Form) -> Response {
    act(&visit, &id, form, |sent| sent.get("way").parse().ok().map(ConfirmAct::Way)).await
}

/// `POST /confirm/{id}/more-time`
pub(crate) async fn more_time(visit: Visit, Path(id): Path<String>, form: Form) -> Response {
    act(&visit, &id, form, |_| Some(ConfirmAct::MoreTime)).await
}

/// `POST /confirm/{id}/decline`
pub(crate) async fn decline(visit: Visit, Path(id): Path<String>, form: Form) -> Response {
    act(&visit, &id, form, |_| Some(ConfirmAct::Decline)).await
}

/// `POST /confirm/{id}/resend`: sends the code that is waited for, or another one; over another channel, if `channel`
/// names one.
pub(crate) async fn resend(visit: Visit, Path(id): Path<String>, form: Form) -> Response {
    let (id, token, sent) = match open(&visit, &id, form) {
        Ok(open) => open,
        Err(elsewhere) => return *elsewhere,
    };
    let flows = visit.server.flows();
    let (service_id, channel) = (visit.server.service_id(), channel_of(&sent));
    let outcome = flows.send_on_confirm_page(service_id, id, &token, channel, visit.caller()).await;
    match outcome {
        Err(error) => visit.broke(error),
        Ok(ActionSend::Sent) => visit.redirect(&format!("/confirm/{id}?notice=code-sent")),
        Ok(ActionSend::Gone) => visit.redirect(&format!("/confirm/{id}")),
        Ok(ActionSend::Refused(refusal)) => {
            let problem = match refusal {
                // The code is spent or over: the page can only be begun again.
                SendRefusal::Closed(_) => Problem::StepsAgain,
                other => send_problem(other, flows.now()),
            };
            show(&visit, id, Said { form: Some(problem), ..Said::default() }).await
        }
    }
}
