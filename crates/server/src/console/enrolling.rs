//! The page on which a second factor of staff is set up, shared by whoever joins and whoever is signed in.

use super::sign_in::unreadable;
use crate::web::views::{ConsoleEnrol, Field, NewKey, Problem};
use crate::web::visit::Visit;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_flows::core::operator::FactorRefusal;
use countersign_flows::{SecondEnrol, SecondOffer};

/// What the page says besides its facts.
#[derive(Default)]
pub(super) struct Said {
    pub(super) code: Field,
    pub(super) name: Field,
    pub(super) passkey_problem: Option<Problem>,
}

/// Puts what came of an answer where it belongs.
pub(super) fn say(outcome: &SecondEnrol, is_passkey: bool, said: &mut Said) {
    let problem = match outcome {
        SecondEnrol::Wrong if is_passkey => Problem::PasskeyRefused,
        SecondEnrol::Wrong => Problem::TotpWrong,
        SecondEnrol::ClockOff => Problem::TotpClockOff,
        SecondEnrol::Unreadable(problem) => unreadable(*problem),
        SecondEnrol::Refused(refusal) => factor_problem(*refusal),
        SecondEnrol::Done(_) | SecondEnrol::Gone => return,
    };
    if is_passkey {
        said.passkey_problem = Some(problem);
    } else {
        said.code.problem = Some(problem);
    }
}

/// Why a second factor stays as it is.
pub(super) fn factor_problem(refusal: FactorRefusal) -> Problem {
    match refusal {
        FactorRefusal::Last => Problem::StaffFactorLast,
        FactorRefusal::TooMany => Problem::PasskeysTooMany,
        FactorRefusal::Twice => Problem::PasskeyKnown,
    }
}

/// The page with its key, its passkey, or both.
pub(super) fn show(visit: &Visit, here: &str, joins: bool, offer: SecondOffer, said: Said) -> Response {
    let key = offer.key.map(|key| NewKey {
        qr_svg: qrcode::QrCode::new(key.uri.as_bytes())
            .map(|picture| picture.render::<qrcode::render::svg::Color<'_>>().build())
            .unwrap_or_default(),
        key: key.in_groups,
        uri: key.uri,
    });
    let wrong = said.code.problem.is_some() || said.passkey_problem.is_some();
    let page = ConsoleEnrol {
        layout: visit.layout(here),
        joins,
        key,
        code: said.code,
        passkey_options: offer.passkey_options,
        name: said.name,
        passkey_problem: said.passkey_problem,
    };
    visit.page(if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page)
}
