//! The Security Center: pages that work without a script, one decision each, POST-redirect-GET. A handler reads the
//! form, calls one flow, and shows its outcome; what may happen next is always decided again by the flow, never by
//! the page.

mod account;
pub(crate) mod activity;
mod assets;
pub(crate) mod code;
mod confirm;
mod devices;
pub(crate) mod evidence;
mod forgot;
pub(crate) mod form;
mod guard;
mod own_text;
mod phone;
mod preferences;
mod recover;
pub(crate) mod regions;
mod security;
mod settings;
mod sign_in;
pub(crate) mod sign_up;
mod sms;
pub(crate) mod support;
pub(crate) mod views;
pub(crate) mod visit;
pub(crate) mod words;

use crate::state::Server;
use axum::Router;
use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{any, get, post};
use views::Fault;
use visit::Visit;

/// Every page; those behind a proof stand in a list of their own.
pub(crate) fn routes(server: Server) -> Router {
    Router::new()
        .route("/", get(|| async { Redirect::to("/security") }))
        .route("/signup", get(sign_up::form).post(sign_up::start))
        .route("/signup/code", get(sign_up::code).post(sign_up::check))
        .route("/signup/resend", post(sign_up::resend))
        .route("/signup/text", get(own_text::sign_up_page).post(own_text::ask_at_sign_up))
        .route("/signup/text/done", post(own_text::finish_sign_up))
        .route("/signup/text/state", get(own_text::sign_up_state))
        .route("/signin", get(sign_in::form).post(sign_in::start))
        .route("/signin/code", get(sign_in::code).post(sign_in::check))
        .route("/signin/resend", post(sign_in::resend))
        .route("/signin/method", get(sign_in::methods).post(sign_in::switch))
        .route("/signin/phone-unavailable", get(sign_in::phone_unavailable))
        .route("/signin/forgotten", get(forgot::form).post(forgot::start))
        .route("/signin/forgotten/code", get(forgot::code).post(forgot::check))
        .route("/signin/forgotten/resend", post(forgot::resend))
        .route("/signin/forgotten/new", get(forgot::new_password).post(forgot::enter_password))
        .route("/signin/support", get(support::new_signed_out).post(support::ask_signed_out))
        .route("/signout", post(account::sign_out))
        .route("/session", get(account::is_alive))
        .route("/security", get(security::overview))
        .route("/security/phone", get(phone::state))
        .route("/security/phone/prove", get(phone::prove).post(phone::send_proof))
        .route("/security/phone/prove/code", get(phone::proof_code).post(phone::check_proof))
        .route("/security/phone/prove/resend", post(phone::resend_proof))
        .route("/security/phone/number", get(phone::number).post(phone::choose))
        .route("/security/phone/confirm", get(phone::confirm).post(phone::send_code))
        .route("/security/phone/code", get(phone::code).post(phone::activate))
        .route("/security/phone/resend", post(phone::resend_code))
        .route("/security/phone/text", get(own_text::binding_page).post(own_text::ask_at_binding))
        .route("/security/phone/text/done", post(own_text::finish_binding))
        .route("/security/phone/text/state", get(own_text::binding_state))
        .route("/security/phone/password", get(phone::password).post(phone::confirm_password))
        .route("/security/phone/done", get(phone::done))
        .route("/security/sms", get(sms::state).post(sms::switch))
        .merge(settings_and_confirmations())
        .merge(recovery())
        .route("/security/devices", get(devices::list))
        .route("/security/devices/end", post(devices::end))
        .route("/security/devices/end-others", post(devices::end_others))
        .route("/security/devices/forget", post(devices::forget))
        .route("/security/activity", get(activity::list))
        .route("/support", get(support::list))
        .route("/support/new", get(support::new).post(support::ask))
        .route("/support/{ticket}", get(support::page).post(support::act))
        .route("/support/t/{ticket}", get(support::page_by_code).post(support::act_by_code))
        .route("/support/t/{ticket}/code", get(support::code).post(support::check_code))
        .route("/support/{ticket}/evidence", post(support::send_picture))
        .route("/support/{ticket}/evidence/{evidence}", any(support::picture))
        .route("/support/t/{ticket}/evidence", post(support::send_picture_by_code))
        .route("/support/t/{ticket}/evidence/{evidence}", any(support::picture_by_code))
        .route("/preferences", post(preferences::save))
        .route("/static/{version}/{name}", get(static_file))
        .route("/favicon.ico", get(|| async { StatusCode::NO_CONTENT }))
        .merge(crate::console::routes())
        .fallback(not_found)
        .method_not_allowed_fallback(not_found)
        .with_state(server)
}

/// What asks for a proof, and the pages that take it.
fn settings_and_confirmations() -> Router<Server> {
    Router::new()
        .route("/security/phone/change", post(phone::change))
        .route("/security/totp", get(settings::totp))
        .route("/security/totp/add", post(settings::add_totp))
        .route("/security/totp/remove", post(settings::remove_totp))
        .route("/security/totp/new", get(settings::new_totp).post(settings::enrol_totp))
        .route("/security/trading-password", get(settings::trading_password))
        .route("/security/trading-password/set", post(settings::set_trading_password))
        .route("/security/trading-password/remove", post(settings::remove_trading_password))
        .route(
            "/security/trading-password/new",
            get(settings::new_trading_password).post(settings::enter_trading_password),
        )
        .route("/security/passkeys", get(settings::passkeys))
        .route("/security/passkeys/add", post(settings::add_passkey))
        .route("/security/passkeys/remove", post(settings::remove_passkey))
        .route("/security/passkeys/new", get(settings::new_passkey).post(settings::enrol_passkey))
        .route("/security/recovery-codes", get(settings::recovery_codes))
        .route("/security/recovery-codes/make", post(settings::make_recovery_codes))
        .route("/security/recovery-codes/remove", post(settings::remove_recovery_codes))
        .route(
            "/security/recovery-codes/new",
            get(settings::new_recovery_codes).post(settings::show_new_recovery_codes),
        )
        .route("/security/factors/{id}/rename", post(settings::rename))
        .route("/security/phrase", get(guard::phrase))
        .route("/security/phrase/set", post(guard::change_phrase))
        .route("/security/phrase/remove", post(guard::remove_phrase))
        .route("/security/phrase/new", get(guard::new_phrase).post(guard::enter_phrase))
        .route("/security/password/change", post(guard::change_password))
        .route("/security/password/new", get(guard::new_password).post(guard::enter_password))
        .route("/security/freeze", get(guard::freeze_page).post(guard::freeze))
        .route("/security/unfreeze", post(guard::unfreeze))
        .route("/freeze/{token}", get(guard::link).post(guard::freeze_by_link))
        .route("/confirm/{id}", get(confirm::page).post(confirm::answer))
        .route("/confirm/{id}/way", post(confirm::way))
        .route("/confirm/{id}/more-time", post(confirm::more_time))
        .route("/confirm/{id}/decline", post(confirm::decline))
        .route("/confirm/{id}/resend", post(confirm::resend))
}

/// Getting back in.
fn recovery() -> Router<Server> {
    Router::new()
        .route("/recover", get(recover::enter_form).post(recover::enter))
        .route("/recover/start", post(recover::start))
        .route("/recover/access", post(recover::ask_access))
        .route("/recover/{case}", get(recover::page))
        .route("/recover/{case}/state", get(recover::state))
        .route("/recover/{case}/verify", post(recover::verify))
        .route("/recover/{case}/unproved", post(recover::unproved))
        .route("/recover/{case}/documents", get(recover::documents::page).post(recover::documents::submit))
        .route("/recover/{case}/evidence", post(recover::documents::receive))
        .route("/recover/{case}/evidence/{evidence}", any(recover::documents::piece))
        .route("/recover/{case}/cancel", post(recover::cancel))
        .route("/recover/{case}/finish", get(recover::finish_form).post(recover::finish))
        .route("/security/recovery/{case}/cancel", post(recover::cancel_own))
        .route("/security/identity", post(recover::identity))
        .route("/security/trading-password/forgotten", post(settings::forgotten_trading_password))
}

async fn not_found(visit: Visit) -> Response {
    crate::console::not_found(visit)
}

async fn static_file(Path((version, name)): Path<(String, String)>) -> Response {
    let Some(asset) = assets::find(&version, &name) else { return StatusCode::NOT_FOUND.into_response() };
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(assets::CACHE_FOREVER));
    (headers, asset.bytes).into_response()
}

/// What stands in for an answer that broke: a problem for programs, a page for people, a reference and nothing else
/// (R10).
pub(crate) fn fault_or_problem(server: &Server, is_api: bool, reference: &str, broken: Response) -> Response {
    if is_api {
        return if broken.headers().get(CONTENT_TYPE).is_some_and(|kind| kind == "application/problem+json") {
            broken
        } else {
            crate::api::internal_problem(server, reference)
        };
    }
    visit::bare_fault(server, Fault::Internal { reference: reference.to_owned() })
}
