//! Settings behind a proof: `/security/totp`, `/security/passkeys` and their kind. A form asks, the confirm page
//! proves, a page takes the new value (R27, R42).

use super::code::moment;
use super::confirm::{lead_to, page_token};
use super::form::{Form, Sent};
use super::views::{
    FactorState, Field, PasskeyCard, PasskeyNew, PasskeySignal, Passkeys, Problem, RecoveryCodes,
    RecoveryCodesNew, RecoveryCodesShown, Totp, TotpCard, TotpNew, TradingPassword, TradingPasswordNew,
};
use super::visit::{Holder, Visit};
use crate::http::cookies::{self, Name};
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_flows::core::action::Refusal as Refused;
use countersign_flows::core::code::CodeProblem;
use countersign_flows::core::enrolment::{NAME_LENGTH_MAX, Refusal};
use countersign_flows::core::id::AuthenticatorId;
use countersign_flows::core::lock;
use countersign_flows::core::model::{Factor, Setting};
use countersign_flows::core::trading_password::TradingPasswordProblem;
use countersign_flows::{FactorEntry, PasskeyEnrol, RecoveryMake, SecretSet, StepUp, TotpEnrol};

/// Recovery codes of a full set.
const RECOVERY_CODES: u32 = countersign_flows::core::recovery::CODES as u32;

/// For how many hours withdrawals are held after a change.
pub(crate) fn hold_hours(visit: &Visit) -> u32 {
    u32::try_from(visit.server.flows().policy().hold_change_s.div_ceil(3_600)).unwrap_or(u32::MAX)
}

/// The page on which a setting stands.
pub(crate) fn page_of(setting: Setting) -> &'static str {
    match setting {
        Setting::SmsOff => "/security/sms",
        Setting::TotpAdd | Setting::TotpRemove => "/security/totp",
        Setting::PasskeyAdd | Setting::PasskeyRemove => "/security/passkeys",
        Setting::TradingPasswordSet
        | Setting::TradingPasswordChange
        | Setting::TradingPasswordForgotten
        | Setting::TradingPasswordRemove => "/security/trading-password",
        Setting::RecoveryCodesMake | Setting::RecoveryCodesReplace | Setting::RecoveryCodesRemove => {
            "/security/recovery-codes"
        }
        Setting::Phrase | Setting::PhraseRemove => "/security/phrase",
        Setting::Phone | Setting::PhoneAdd => "/security/phone",
        Setting::Password | Setting::Unfreeze => "/security",
    }
}

/// The page on which its new value is entered.
pub(crate) fn entry_of(setting: Setting) -> &'static str {
    match setting {
        Setting::TotpAdd => "/security/totp/new",
        Setting::PasskeyAdd => "/security/passkeys/new",
        Setting::TradingPasswordSet | Setting::TradingPasswordChange => "/security/trading-password/new",
        Setting::RecoveryCodesMake | Setting::RecoveryCodesReplace => "/security/recovery-codes/new",
        Setting::Phrase => "/security/phrase/new",
        Setting::Password => "/security/password/new",
        Setting::Phone | Setting::PhoneAdd => "/security/phone/number",
        other => page_of(other),
    }
}

/// Its page, saying that it was changed.
pub(crate) fn done_of(setting: Setting) -> String {
    let notice = match setting {
        Setting::TotpRemove => "totp-removed",
        Setting::PasskeyRemove => "passkey-removed",
        Setting::TradingPasswordRemove => "trading-password-removed",
        Setting::RecoveryCodesRemove => "recovery-codes-removed",
        Setting::PhraseRemove => "phrase-removed",
        Setting::SmsOff => "sms-off",
        Setting::Unfreeze => "unfrozen",
        _ => return page_of(setting).to_owned(),
    };
    format!("{}?notice={notice}", page_of(setting))
}

/// Asks for the proof that a setting needs; a refusal comes back as its sentence.
pub(crate) async fn begin(
    holder: &Holder,
    setting: Setting,
    target: Option<AuthenticatorId>,
) -> Result<Response, Problem> {
    let visit = &holder.visit;
    let token = page_token(visit);
    let flows = visit.server.flows();
    match flows.step_up(&holder.signed_in, setting, target, &token, visit.caller()).await {
        Err(error) => Ok(visit.broke(error)),
        Ok(StepUp::Confirm(action)) => Ok(lead_to(visit, &action, &token)),
        Ok(StepUp::Gone) => Ok(visit.redirect(page_of(setting))),
        Ok(StepUp::Refused(refusal)) => Err(match refusal {
            Refused::Frozen => Problem::AccountFrozen,
            Refused::FactorsMissing(_) => Problem::NothingToConfirmWith,
            Refused::Settling { until } => Problem::FactorSettling { until: moment(until, flows.now()) },
            Refused::Policy | Refused::Restricted | Refused::Held { .. } => Problem::IdentityNeeded,
        }),
    }
}

fn refusal_problem(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::LastSecondFactor => Problem::FactorLastStrong,
        Refusal::TooMany => Problem::FactorStands,
        Refusal::Twice => Problem::PasskeyKnown,
        Refusal::Frozen => Problem::AccountFrozen,
    }
}

fn status_of(wrong: bool) -> StatusCode {
    if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }
}

async fn entries(holder: &Holder, factor: Factor) -> Result<Vec<FactorEntry>, Box<Response>> {
    match holder.visit.server.flows().factors(&holder.signed_in).await {
        Ok(entries) => Ok(entries.into_iter().filter(|entry| entry.factor == factor).collect()),
        Err(error) => Err(Box::new(holder.visit.broke(error))),
    }
}

/// How a factor that there is one of stands.
pub(crate) fn state_of(entry: Option<&FactorEntry>) -> FactorState {
    match entry {
        None => FactorState::Off,
        Some(entry) if entry.refusal == Some(lock::Refusal::Disabled) => FactorState::Disabled,
        Some(_) => FactorState::On,
    }
}

/// The token of the setting that is being entered in this browser.
fn entering(visit: &Visit) -> String {
    visit.cookie(Name::Binding).unwrap_or_default()
}

/// After a value was taken: to its page, and the token goes.
fn taken(visit: &Visit, to: &str) -> Response {
    let mut response = visit.redirect(to);
    cookies::clear(response.headers_mut(), &visit.server, Name::Binding);
    response
}

/// `GET /security/totp`
pub(crate) async fn totp(holder: Holder) -> Response {
    show_totp(&holder, None).await
}

async fn show_totp(holder: &Holder, problem: Option<Problem>) -> Response {
    let visit = &holder.visit;
    let entries = match entries(holder, Factor::Totp).await {
        Ok(entries) => entries,
        Err(broken) => return *broken,
    };
    let wrong = problem.is_some();
    let app = entries.first().map(|entry| TotpCard {
        id: entry.id.to_string(),
        name: entry.name.clone(),
        added_ms: entry.created_at.unix_ms(),
        used_ms: entry.last_used_at.map(|at| at.unix_ms()),
        disabled: entry.refusal == Some(lock::Refusal::Disabled),
    });
    let page = Totp { layout: visit.layout("/security/totp"), app, hold_hours: hold_hours(visit), problem };
    visit.page(status_of(wrong), &page)
}

/// `POST /security/totp/add`
pub(crate) async fn add_totp(holder: Holder, form: Form) -> Response {
    if let Err(refused) = form.open(&holder.visit) {
        return *refused;
    }
    match begin(&holder, Setting::TotpAdd, None).await {
        Ok(response) => response,
        Err(problem) => show_totp(&holder, Some(problem)).await,
    }
}

/// `POST /security/totp/remove`
pub(crate) async fn remove_totp(holder: Holder, form: Form) -> Response {
    if let Err(refused) = form.open(&holder.visit) {
        return *refused;
    }
    let problem = match removal(&holder, Factor::Totp, None, Setting::TotpRemove).await {
        Ok(response) => return response,
        Err(problem) => problem,
    };
    show_totp(&holder, Some(problem)).await
}

/// Removing a factor, if it may go at all: said before anything is asked for.
async fn removal(
    holder: &Holder,
    factor: Factor,
    target: Option<AuthenticatorId>,
    setting: Setting,
) -> Result<Response, Problem> {
    let found = match entries(holder, factor).await {
        Ok(entries) => entries,
        Err(broken) => return Ok(*broken),
    };
    match found.iter().find(|entry| target.is_none_or(|id| id == entry.id)) {
        None => Err(Problem::SessionGone),
        Some(entry) if !entry.is_removable => Err(Problem::FactorLastStrong),
        Some(entry) => begin(holder, setting, Some(entry.id)).await,
    }
}

/// `GET /security/totp/new`
pub(crate) async fn new_totp(holder: Holder) -> Response {
    show_new_totp(&holder, Field::default()).await
}

async fn show_new_totp(holder: &Holder, code: Field) -> Response {
    let visit = &holder.visit;
    let brand = &visit.server.inner.brand;
    let key = match visit.server.flows().totp_key(&holder.signed_in, &entering(visit), brand).await {
        Ok(Some(key)) => key,
        Ok(None) => return visit.redirect("/security/totp"),
        Err(error) => return visit.broke(error),
    };
    let picture = qrcode::QrCode::new(key.uri.as_bytes());
    let wrong = code.problem.is_some();
    let page = TotpNew {
        layout: visit.layout("/security/totp/new"),
        qr_svg: picture
            .map(|picture| picture.render::<qrcode::render::svg::Color<'_>>().build())
            .unwrap_or_default(),
        key: key.in_groups,
        uri: key.uri,
        code,
    };
    visit.page(status_of(wrong), &page)
}

/// `POST /security/totp/new`
pub(crate) async fn enrol_totp(holder: Holder, form: Form) -> Response {
    let sent = match form.open(&holder.visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let visit = &holder.visit;
    let typed = sent.get("totp");
    let flows = visit.server.flows();
    let outcome =
        flows.enrol_totp(&holder.signed_in, &entering(visit), typed, sent.get("name"), visit.caller()).await;
    let problem = match outcome {
        Err(error) => return visit.broke(error),
        Ok(TotpEnrol::Added) => return taken(visit, "/security/totp?notice=totp-added"),
        Ok(TotpEnrol::Gone) => return visit.redirect("/security/totp"),
        Ok(TotpEnrol::Wrong) => Problem::TotpWrong,
        Ok(TotpEnrol::ClockOff) => Problem::TotpClockOff,
        Ok(TotpEnrol::Refused(refusal)) => refusal_problem(refusal),
        Ok(TotpEnrol::Unreadable(CodeProblem::Empty)) => Problem::TotpMissing,
        Ok(TotpEnrol::Unreadable(CodeProblem::NotDigits)) => Problem::CodeUnreadable { digits: 6 },
        Ok(TotpEnrol::Unreadable(CodeProblem::WrongLength { entered, .. })) => {
            Problem::CodeLength { digits: 6, entered: u32::try_from(entered).unwrap_or(u32::MAX) }
        }
    };
    show_new_totp(&holder, Field { value: sent.shown("totp"), problem: Some(problem) }).await
}

/// `GET /security/trading-password`
pub(crate) async fn trading_password(holder: Holder) -> Response {
    show_trading_password(&holder, None).await
}

async fn show_trading_password(holder: &Holder, problem: Option<Problem>) -> Response {
    let visit = &holder.visit;
    let entries = match entries(holder, Factor::TradingPassword).await {
        Ok(entries) => entries,
        Err(broken) => return *broken,
    };
    let wrong = problem.is_some();
    let page = TradingPassword {
        layout: visit.layout("/security/trading-password"),
        state: state_of(entries.first()),
        set_ms: entries.first().map(|entry| entry.created_at.unix_ms()),
        hold_hours: hold_hours(visit),
        problem,
    };
    visit.page(status_of(wrong), &page)
}

/// `POST /security/trading-password/set`: for the first time, or anew
pub(crate) async fn set_trading_password(holder: Holder, form: Form) -> Response {
    if let Err(refused) = form.open(&holder.visit) {
        return *refused;
    }
    let stands = match entries(&holder, Factor::TradingPassword).await {
        Ok(entries) => !entries.is_empty(),
        Err(broken) => return *broken,
    };
    let setting = if stands { Setting::TradingPasswordChange } else { Setting::TradingPasswordSet };
    match begin(&holder, setting, None).await {
        Ok(response) => response,
        Err(problem) => show_trading_password(&holder, Some(problem)).await,
    }
}

/// `POST /security/trading-password/forgotten`: a recovery case, once what is still held is proved
pub(crate) async fn forgotten_trading_password(holder: Holder, form: Form) -> Response {
    if let Err(refused) = form.open(&holder.visit) {
        return *refused;
    }
    match begin(&holder, Setting::TradingPasswordForgotten, None).await {
        Ok(response) => response,
        Err(problem) => show_trading_password(&holder, Some(problem)).await,
    }
}

/// `POST /security/trading-password/remove`
pub(crate) async fn remove_trading_password(holder: Holder, form: Form) -> Response {
    if let Err(refused) = form.open(&holder.visit) {
        return *refused;
    }
    match removal(&holder, Factor::TradingPassword, None, Setting::TradingPasswordRemove).await {
        Ok(response) => response,
        Err(problem) => show_trading_password(&holder, Some(problem)).await,
    }
}

/// `GET /security/trading-password/new`
pub(crate) async fn new_trading_password(holder: Holder) -> Response {
    show_new_trading_password(&holder, None, None).await
}

async fn show_new_trading_password(
    holder: &Holder,
    new_problem: Option<Problem>,
    again_problem: Option<Problem>,
) -> Response {
    let visit = &holder.visit;
    let replaces = match entries(holder, Factor::TradingPassword).await {
        Ok(entries) => !entries.is_empty(),
        Err(broken) => return *broken,
    };
    let wrong = new_problem.is_some() || again_problem.is_some();
    let layout = visit.layout("/security/trading-password/new");
    visit.page(status_of(wrong), &TradingPasswordNew { layout, replaces, new_problem, again_problem })
}

/// `POST /security/trading-password/new`
pub(crate) async fn enter_trading_password(holder: Holder, form: Form) -> Response {
    let sent = match form.open(&holder.visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let visit = &holder.visit;
    let (new, again) = (sent.get("new").trim(), sent.get("again").trim());
    if new != again && !new.is_empty() {
        return show_new_trading_password(&holder, None, Some(Problem::TradingPasswordsDiffer)).await;
    }
    let flows = visit.server.flows();
    let outcome = flows.set_trading_password(&holder.signed_in, &entering(visit), new, visit.caller()).await;
    let problem = match outcome {
        Err(error) => return visit.broke(error),
        Ok(SecretSet::Set) => return taken(visit, "/security/trading-password?notice=trading-password-set"),
        Ok(SecretSet::TradingPassword(problem)) => match problem {
            TradingPasswordProblem::Empty => Problem::TradingPasswordMissing,
            TradingPasswordProblem::NotSixDigits => Problem::TradingPasswordDigits,
            TradingPasswordProblem::Common => Problem::TradingPasswordCommon,
            TradingPasswordProblem::Date => Problem::TradingPasswordDate,
            TradingPasswordProblem::OwnNumber => Problem::TradingPasswordOwnNumber,
        },
        Ok(SecretSet::SameAsPassword) => Problem::TradingPasswordCommon,
        Ok(SecretSet::Refused(refusal)) => refusal_problem(refusal),
        Ok(SecretSet::Password(_) | SecretSet::Phrase | SecretSet::Gone) => {
            return visit.redirect("/security/trading-password");
        }
    };
    show_new_trading_password(&holder, Some(problem), None).await
}

/// `GET /security/passkeys`
pub(crate) async fn passkeys(holder: Holder) -> Response {
    show_passkeys(&holder, None).await
}

async fn show_passkeys(holder: &Holder, problem: Option<Problem>) -> Response {
    let visit = &holder.visit;
    let entries = match entries(holder, Factor::Passkey).await {
        Ok(entries) => entries,
        Err(broken) => return *broken,
    };
    let account = &holder.signed_in.account;
    let public_url = &visit.server.inner.public_url;
    let host = public_url.split("://").nth(1).unwrap_or_default();
    let signal = PasskeySignal {
        rp_id: host.split(':').next().unwrap_or_default().to_owned(),
        user_id: URL_SAFE_NO_PAD.encode(account.id.as_bytes()),
        user_name: account
            .email
            .as_ref()
            .map_or_else(|| account.id.to_string(), |email| email.expose().to_owned()),
        credential_ids: entries.iter().filter_map(|entry| entry.credential_id.clone()).collect(),
    };
    let wrong = problem.is_some();
    let cards = entries.iter().rev().map(|entry| PasskeyCard {
        id: entry.id.to_string(),
        name: entry.name.clone(),
        product: None,
        synced: entry.is_synced,
        added_ms: entry.created_at.unix_ms(),
        used_ms: entry.last_used_at.map(|at| at.unix_ms()),
    });
    let page = Passkeys {
        layout: visit.layout("/security/passkeys"),
        cards: cards.collect(),
        signal: Some(signal),
        hold_hours: hold_hours(visit),
        problem,
    };
    visit.page(status_of(wrong), &page)
}

/// `POST /security/passkeys/add`
pub(crate) async fn add_passkey(holder: Holder, form: Form) -> Response {
    if let Err(refused) = form.open(&holder.visit) {
        return *refused;
    }
    match begin(&holder, Setting::PasskeyAdd, None).await {
        Ok(response) => response,
        Err(problem) => show_passkeys(&holder, Some(problem)).await,
    }
}

/// `POST /security/passkeys/remove`
pub(crate) async fn remove_passkey(holder: Holder, form: Form) -> Response {
    let sent = match form.open(&holder.visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let Ok(id) = sent.get("passkey").parse() else {
        return show_passkeys(&holder, Some(Problem::SessionGone)).await;
    };
    match removal(&holder, Factor::Passkey, Some(id), Setting::PasskeyRemove).await {
        Ok(response) => response,
        Err(problem) => show_passkeys(&holder, Some(problem)).await,
    }
}

/// `GET /security/passkeys/new`
pub(crate) async fn new_passkey(holder: Holder) -> Response {
    show_new_passkey(&holder, Field::default(), None).await
}

async fn show_new_passkey(holder: &Holder, name: Field, problem: Option<Problem>) -> Response {
    let visit = &holder.visit;
    let flows = visit.server.flows();
    let options = match flows.passkey_creation_options(&holder.signed_in, &entering(visit)).await {
        Ok(Some(options)) => options,
        Ok(None) => return visit.redirect("/security/passkeys"),
        Err(error) => return visit.broke(error),
    };
    let wrong = problem.is_some() || name.problem.is_some();
    let layout = visit.layout("/security/passkeys/new");
    visit.page(status_of(wrong), &PasskeyNew { layout, options_json: options, name, problem })
}

/// `POST /security/passkeys/new`
pub(crate) async fn enrol_passkey(holder: Holder, form: Form) -> Response {
    let sent = match form.open(&holder.visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let visit = &holder.visit;
    let name = sent.shown("name");
    if name.chars().count() > NAME_LENGTH_MAX {
        let characters_max = u32::try_from(NAME_LENGTH_MAX).unwrap_or(u32::MAX);
        let name = Field { value: name, problem: Some(Problem::NameLong { characters_max }) };
        return show_new_passkey(&holder, name, None).await;
    }
    let flows = visit.server.flows();
    // Without a name of its own it bears that of the browser it was made in.
    let name = if name.trim().is_empty() { visit.caller().device_label } else { name };
    let answer = sent.get("credential");
    let outcome =
        flows.enrol_passkey(&holder.signed_in, &entering(visit), answer, &name, visit.caller()).await;
    let problem = match outcome {
        Err(error) => return visit.broke(error),
        Ok(PasskeyEnrol::Added) => return taken(visit, "/security/passkeys?notice=passkey-added"),
        Ok(PasskeyEnrol::Gone) => return visit.redirect("/security/passkeys"),
        Ok(PasskeyEnrol::Wrong) => Problem::PasskeyRefused,
        Ok(PasskeyEnrol::Refused(refusal)) => refusal_problem(refusal),
    };
    show_new_passkey(&holder, Field { value: name, problem: None }, Some(problem)).await
}

/// `GET /security/recovery-codes`
pub(crate) async fn recovery_codes(holder: Holder) -> Response {
    show_recovery_codes(&holder, None).await
}

async fn show_recovery_codes(holder: &Holder, problem: Option<Problem>) -> Response {
    let visit = &holder.visit;
    let entries = match entries(holder, Factor::RecoveryCode).await {
        Ok(entries) => entries,
        Err(broken) => return *broken,
    };
    let set = entries.first();
    let wrong = problem.is_some();
    let page = RecoveryCodes {
        layout: visit.layout("/security/recovery-codes"),
        left: set.and_then(|set| set.codes_left).map(|left| u32::try_from(left).unwrap_or(u32::MAX)),
        of: RECOVERY_CODES,
        made_ms: set.map(|set| set.created_at.unix_ms()),
        hold_hours: hold_hours(visit),
        problem,
    };
    visit.page(status_of(wrong), &page)
}

/// `POST /security/recovery-codes/make`
pub(crate) async fn make_recovery_codes(holder: Holder, form: Form) -> Response {
    if let Err(refused) = form.open(&holder.visit) {
        return *refused;
    }
    let stands = match entries(&holder, Factor::RecoveryCode).await {
        Ok(entries) => !entries.is_empty(),
        Err(broken) => return *broken,
    };
    let setting = if stands { Setting::RecoveryCodesReplace } else { Setting::RecoveryCodesMake };
    match begin(&holder, setting, None).await {
        Ok(response) => response,
        Err(problem) => show_recovery_codes(&holder, Some(problem)).await,
    }
}

/// `POST /security/recovery-codes/remove`
pub(crate) async fn remove_recovery_codes(holder: Holder, form: Form) -> Response {
    if let Err(refused) = form.open(&holder.visit) {
        return *refused;
    }
    match removal(&holder, Factor::RecoveryCode, None, Setting::RecoveryCodesRemove).await {
        Ok(response) => response,
        Err(problem) => show_recovery_codes(&holder, Some(problem)).await,
    }
}

/// `GET /security/recovery-codes/new`
pub(crate) async fn new_recovery_codes(holder: Holder) -> Response {
    let visit = &holder.visit;
    let replaces = match entries(&holder, Factor::RecoveryCode).await {
        Ok(entries) => !entries.is_empty(),
        Err(broken) => return *broken,
    };
    let layout = visit.layout("/security/recovery-codes/new");
    visit.page(StatusCode::OK, &RecoveryCodesNew { layout, of: RECOVERY_CODES, replaces })
}

/// `POST /security/recovery-codes/new`: makes the codes and shows them, this once
pub(crate) async fn show_new_recovery_codes(holder: Holder, form: Form) -> Response {
    if let Err(refused) = form.open(&holder.visit) {
        return *refused;
    }
    let visit = &holder.visit;
    let flows = visit.server.flows();
    match flows.make_recovery_codes(&holder.signed_in, &entering(visit), visit.caller()).await {
        Err(error) => visit.broke(error),
        Ok(RecoveryMake::Gone) => visit.redirect("/security/recovery-codes"),
        Ok(RecoveryMake::Refused(refusal)) => {
            show_recovery_codes(&holder, Some(refusal_problem(refusal))).await
        }
        Ok(RecoveryMake::Made(codes)) => {
            // No redirect: nothing could show them again.
            let codes = codes.iter().map(|code| code.in_groups()).collect();
            let page = RecoveryCodesShown { layout: visit.layout("/security/recovery-codes"), codes };
            let mut response = visit.page(StatusCode::OK, &page);
            cookies::clear(response.headers_mut(), &visit.server, Name::Binding);
            response
        }
    }
}

/// `POST /security/factors/{id}/rename`
pub(crate) async fn rename(holder: Holder, Path(id): Path<String>, form: Form) -> Response {
    let sent: Sent = match form.open(&holder.visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let (visit, flows) = (&holder.visit, holder.visit.server.flows());
    let Ok(id) = id.parse::<AuthenticatorId>() else { return visit.redirect("/security") };
    let found = match flows.factors(&holder.signed_in).await {
        Ok(entries) => entries.into_iter().find(|entry| entry.id == id).map(|entry| entry.factor),
        Err(error) => return visit.broke(error),
    };
    let to = match found {
        Some(Factor::Passkey) => "/security/passkeys",
        Some(Factor::Totp) => "/security/totp",
        _ => return visit.redirect("/security"),
    };
    match flows.rename_factor(&holder.signed_in, id, sent.get("name"), visit.caller()).await {
        Err(error) => visit.broke(error),
        Ok(_) => visit.redirect(&format!("{to}?notice=factor-renamed")),
    }
}
