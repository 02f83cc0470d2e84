//! `GET /.well-known/jwks.json`: the keys that assertions are checked with. Public, so it takes no key.

use crate::state::Server;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// The keys in force (RFC 7517), the one that signs first.
#[derive(Serialize, ToSchema)]
pub(crate) struct AssertionKeys {
    /// Every key whose assertions are still taken.
    keys: Vec<AssertionKey>,
}

/// A public key (RFC 8037).
#[derive(Serialize, ToSchema)]
pub(crate) struct AssertionKey {
    /// The type of key.
    #[schema(example = "OKP")]
    kty: &'static str,
    /// The curve.
    #[schema(example = "Ed25519")]
    crv: &'static str,
    /// The public key, base64url.
    x: &'static str,
    /// Its name: its thumbprint (RFC 7638). The header of an assertion says which key signed it.
    kid: &'static str,
    /// The one algorithm. Refuse assertions that name another.
    #[schema(example = "EdDSA")]
    alg: &'static str,
    /// What it is for.
    #[serde(rename = "use")]
    #[schema(example = "sig")]
    purpose: &'static str,
}

/// List the keys of assertions
///
/// A JWK Set, for checking assertions without asking anyone: `alg` must be `EdDSA`, `typ` must be
/// `assertion+jwt`, `aud` your audience, `exp` ahead, and `digest` that of your own order. A good signature
/// says that the holder confirmed; only redeeming says that nobody used it before.
///
/// Needs no key and may be kept for five minutes. Ask again when an assertion names a `kid` that you do not
/// know.
#[utoipa::path(
    get,
    path = "/.well-known/jwks.json",
    tag = "Actions",
    responses(
        (status = 200, description = "The keys.", body = AssertionKeys,
            content_type = "application/jwk-set+json", example = json!(sample())),
    ),
)]
pub(crate) async fn list_assertion_keys(State(server): State<Server>) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/jwk-set+json")),
        (CACHE_CONTROL, HeaderValue::from_static("public, max-age=300")),
    ];
    (headers, server.flows().assertion_keys()).into_response()
}

/// The key of RFC 8037, appendix A.
fn sample() -> AssertionKeys {
    let key = AssertionKey {
        kty: "OKP",
        crv: "Ed25519",
        x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        kid: "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
        alg: "EdDSA",
        purpose: "sig",
    };
    AssertionKeys { keys: vec![key] }
}
