//! `/console/me`: what members of staff see and change of their own access.

use super::Staff;
use super::enrolling::{self, Said, factor_problem};
use super::join::characters_min;
use super::sign_in::{password_locked, second_answer};
use crate::http::cookies::{self, Name};
use crate::web::form::Form;
use crate::web::sign_up::password_problem;
use crate::web::views::{ConsoleMe, ConsoleProve, Field, OwnAct, OwnFactorRow, OwnSessionRow, Problem};
use crate::web::visit::Visit;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_flows::core::id::AuthenticatorId;
use countersign_flows::core::model::{Factor, OperatorAuthenticator, Redacted};
use countersign_flows::core::operator::NAME_LENGTH_MAX;
use countersign_flows::{OwnChange, OwnWish, SecondAnswer, SecondEnrol, SignedInOperator};

/// `GET /console/me`
pub(crate) async fn page(Staff { visit, signed_in }: Staff) -> Response {
    let name = Field { value: signed_in.operator.name.clone(), problem: None };
    show(&visit, &signed_in, name).await
}

async fn show(visit: &Visit, signed_in: &SignedInOperator, name: Field) -> Response {
    let flows = visit.server.flows();
    let own = match flows.own_access(signed_in).await {
        Ok(own) => own,
        Err(error) => return visit.broke(error),
    };
    let status = if name.problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let sessions = own.sessions.into_iter().map(|session| OwnSessionRow {
        id: session.id.to_string(),
        since_ms: session.created_at.unix_ms(),
        seen_ms: session.last_seen_at.unix_ms(),
        is_this: session.id == signed_in.session.id,
        device: session.device,
    });
    let page = ConsoleMe {
        layout: visit.layout("/console/me"),
        name,
        email: signed_in.operator.email.expose().to_owned(),
        roles: signed_in.operator.roles.clone(),
        factors: own.standing.iter().map(factor_row).collect(),
        passkeys_are_possible: flows.passkeys_are_possible(),
        sessions: sessions.collect(),
    };
    visit.page(status, &page)
}

/// A second factor as pages list it.
pub(super) fn factor_row(one: &OperatorAuthenticator) -> OwnFactorRow {
    OwnFactorRow {
        id: one.id.to_string(),
        factor: one.factor,
        name: one.name.clone(),
        added_ms: one.created_at.unix_ms(),
        used_ms: one.last_used_at.map(|at| at.unix_ms()),
    }
}

/// `POST /console/me/name`
pub(crate) async fn rename(Staff { visit, signed_in }: Staff, form: Form) -> Response {
    let sent = match form.open(&visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let name = sent.get("name").trim();
    if let Some(problem) = name_problem(name) {
        let typed = Field { value: sent.shown("name"), problem: Some(problem) };
        return show(&visit, &signed_in, typed).await;
    }
    match visit.server.flows().rename_operator(&signed_in, name, visit.caller()).await {
        Ok(()) => visit.redirect("/console/me?notice=staff-named"),
        Err(error) => visit.broke(error),
    }
}

/// Whether a name is longer than is kept.
pub(super) fn name_problem(name: &str) -> Option<Problem> {
    let limit = u32::try_from(NAME_LENGTH_MAX).unwrap_or(u32::MAX);
    (name.chars().count() > NAME_LENGTH_MAX).then_some(Problem::NameLong { characters_max: limit })
}

/// `POST /console/me/sessions/end`
pub(crate) async fn end_sessions(Staff { visit, signed_in }: Staff, form: Form) -> Response {
    let sent = match form.open(&visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let (one, notice) = match sent.get("session") {
        "others" => (None, "others-ended"),
        id => match id.parse() {
            Ok(id) => (Some(id), "session-ended"),
            Err(_) => return visit.redirect("/console/me"),
        },
    };
    match visit.server.flows().end_own_sessions(&signed_in, one, visit.caller()).await {
        Ok(true) => visit.redirect(&format!("/console/me?notice={notice}")),
        Ok(false) => visit.redirect("/console/me"),
        Err(error) => visit.broke(error),
    }
}

/// One change that asks for the password first.
struct Change {
    act: OwnAct,
    what: Option<String>,
}

impl Change {
    fn of(act: OwnAct) -> Self {
        Self { act, what: None }
    }

    fn app(has_app: bool) -> Self {
        Self::of(if has_app { OwnAct::AppAgain } else { OwnAct::App })
    }

    fn removal(visit: &Visit, meant: &OperatorAuthenticator) -> Self {
        let key = if meant.factor == Factor::Totp { "factor-totp" } else { "factor-passkey" };
        let kind = visit.words.text(key);
        let what =
            if meant.name.is_empty() { kind.into_owned() } else { format!("{kind} · {}", meant.name) };
        Self { act: OwnAct::Remove, what: Some(what) }
    }

    fn show(self, visit: &Visit, problems: Problems) -> Response {
        let Problems { new, password, form } = problems;
        let wrong = new.is_some() || password.is_some() || form.is_some();
        let page = ConsoleProve {
            layout: visit.layout(visit.uri.path()),
            act: self.act,
            action: visit.uri.path().to_owned(),
            what: self.what,
            new_characters_min: (self.act == OwnAct::Password).then(|| characters_min(visit)),
            new_problem: new,
            password_problem: password,
            problem: form,
        };
        visit.page(if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page)
    }
}

#[derive(Default)]
struct Problems {
    new: Option<Problem>,
    password: Option<Problem>,
    form: Option<Problem>,
}

/// Does it; the page with what is wrong, if something is. `done` is the notice when it is so.
async fn change(staff: &Staff, form: Form, wish: OwnWish, page: Change, done: &str) -> Response {
    let Staff { visit, signed_in } = staff;
    let sent = match form.open(visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let wish = match wish {
        OwnWish::Password(_) => OwnWish::Password(Redacted(sent.get("new").to_owned())),
        other => other,
    };
    let password = sent.get("password");
    let mut problems = Problems::default();
    if password.is_empty() {
        problems.password = Some(Problem::PasswordMissing);
        return page.show(visit, problems);
    }
    let (flows, brand) = (visit.server.flows(), &visit.server.inner.brand);
    match flows.change_own_access(signed_in, wish, password, brand, visit.caller()).await {
        Err(error) => return visit.broke(error),
        Ok(OwnChange::Done) => return visit.redirect(&format!("/console/me?notice={done}")),
        Ok(OwnChange::Gone) => return visit.redirect("/console/me"),
        Ok(OwnChange::Enrol(token)) => {
            let mut response = visit.redirect("/console/me/enrol");
            cookies::set(response.headers_mut(), &visit.server, Name::OperatorJourney, token.expose());
            return response;
        }
        Ok(OwnChange::WrongPassword) => problems.password = Some(Problem::PasswordWrong),
        Ok(OwnChange::Locked(refusal)) => problems.form = Some(password_locked(refusal, flows.now())),
        Ok(OwnChange::Password(problem)) => problems.new = Some(password_problem(problem)),
        Ok(OwnChange::Refused(refusal)) => problems.form = Some(factor_problem(refusal)),
    }
    page.show(visit, problems)
}

async fn own_factors(staff: &Staff) -> Result<Vec<OperatorAuthenticator>, Box<Response>> {
    let own = staff.visit.server.flows().own_access(&staff.signed_in).await;
    own.map(|own| own.standing).map_err(|error| Box::new(staff.visit.broke(error)))
}

async fn app_change(staff: &Staff) -> Result<Change, Box<Response>> {
    let standing = own_factors(staff).await?;
    Ok(Change::app(standing.iter().any(|one| one.factor == Factor::Totp)))
}

/// `GET /console/me/app`
pub(crate) async fn app(staff: Staff) -> Response {
    match app_change(&staff).await {
        Ok(page) => page.show(&staff.visit, Problems::default()),
        Err(broken) => *broken,
    }
}

/// `POST /console/me/app`
pub(crate) async fn add_app(staff: Staff, form: Form) -> Response {
    match app_change(&staff).await {
        Ok(page) => change(&staff, form, OwnWish::AddFactor(Factor::Totp), page, "").await,
        Err(broken) => *broken,
    }
}

/// `GET /console/me/passkey`
pub(crate) async fn passkey(Staff { visit, .. }: Staff) -> Response {
    if !visit.server.flows().passkeys_are_possible() {
        return visit.redirect("/console/me");
    }
    Change::of(OwnAct::Passkey).show(&visit, Problems::default())
}

/// `POST /console/me/passkey`
pub(crate) async fn add_passkey(staff: Staff, form: Form) -> Response {
    change(&staff, form, OwnWish::AddFactor(Factor::Passkey), Change::of(OwnAct::Passkey), "").await
}

/// `GET /console/me/password`
pub(crate) async fn password(Staff { visit, .. }: Staff) -> Response {
    Change::of(OwnAct::Password).show(&visit, Problems::default())
}

/// `POST /console/me/password`
pub(crate) async fn change_password(staff: Staff, form: Form) -> Response {
    let wish = OwnWish::Password(Redacted::default());
    change(&staff, form, wish, Change::of(OwnAct::Password), "password-changed").await
}

async fn meant(staff: &Staff, id: &str) -> Result<Option<OperatorAuthenticator>, Box<Response>> {
    let id: Option<AuthenticatorId> = id.parse().ok();
    Ok(own_factors(staff).await?.into_iter().find(|one| Some(one.id) == id))
}

/// `GET /console/me/factors/{id}/remove`
pub(crate) async fn removal(staff: Staff, Path(id): Path<String>) -> Response {
    match meant(&staff, &id).await {
        Ok(Some(meant)) => Change::removal(&staff.visit, &meant).show(&staff.visit, Problems::default()),
        Ok(None) => staff.visit.redirect("/console/me"),
        Err(broken) => *broken,
    }
}

/// `POST /console/me/factors/{id}/remove`
pub(crate) async fn remove(staff: Staff, Path(id): Path<String>, form: Form) -> Response {
    match meant(&staff, &id).await {
        Ok(Some(meant)) => {
            let page = Change::removal(&staff.visit, &meant);
            let done = if meant.factor == Factor::Totp { "totp-removed" } else { "passkey-removed" };
            change(&staff, form, OwnWish::RemoveFactor(meant.id), page, done).await
        }
        Ok(None) => staff.visit.redirect("/console/me"),
        Err(broken) => *broken,
    }
}

/// `GET /console/me/enrol`
pub(crate) async fn enrol(staff: Staff) -> Response {
    offer(&staff, Said::default()).await
}

async fn offer(Staff { visit, signed_in }: &Staff, said: Said) -> Response {
    let token = visit.cookie(Name::OperatorJourney).unwrap_or_default();
    let brand = &visit.server.inner.brand;
    match visit.server.flows().own_factor_offer(signed_in, &token, brand).await {
        Err(error) => visit.broke(error),
        Ok(None) => visit.redirect("/console/me"),
        Ok(Some(offer)) => enrolling::show(visit, "/console/me/enrol", false, offer, said),
    }
}

/// `POST /console/me/enrol`
pub(crate) async fn finish(staff: Staff, form: Form) -> Response {
    let Staff { visit, signed_in } = &staff;
    let sent = match form.open(visit) {
        Ok(sent) => sent,
        Err(refused) => return *refused,
    };
    let token = visit.cookie(Name::OperatorJourney).unwrap_or_default();
    let answer = second_answer(&sent);
    let is_passkey = matches!(answer, SecondAnswer::Passkey(_));
    let (flows, name) = (visit.server.flows(), sent.get("name"));
    let outcome = match flows.enrol_own_factor(signed_in, &token, answer, name, visit.caller()).await {
        Ok(SecondEnrol::Done(_)) => {
            let notice = if is_passkey { "passkey-added" } else { "totp-added" };
            let mut response = visit.redirect(&format!("/console/me?notice={notice}"));
            cookies::clear(response.headers_mut(), &visit.server, Name::OperatorJourney);
            return response;
        }
        Ok(outcome) => outcome,
        Err(error) => return visit.broke(error),
    };
    let mut said = Said {
        code: Field { value: sent.shown("totp"), problem: None },
        name: Field { value: sent.shown("name"), problem: None },
        passkey_problem: None,
    };
    enrolling::say(&outcome, is_passkey, &mut said);
    offer(&staff, said).await
}
