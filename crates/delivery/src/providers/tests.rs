//! Providers without a socket: requests as their public interface descriptions have them, answers, callbacks as their
//! own libraries sign them, and what an operator may set.

mod answers;
mod callbacks;
mod drafts;
mod settings;

use super::*;
use crate::http::{EgressPolicy, Resolver, Resolving, Trust};
use countersign_core::address::Address;
use countersign_core::id::MessageId;
use countersign_core::model::{Body, Purpose};
use serde_json::json;

const PUBLIC_URL: &str = "https://accounts.acme.example";
const NUMBER: &str = "+4915112345678";
const NOW_S: i64 = 1_795_269_909;
const TOKEN: &str = "0123456789abcdefghijklmn";

fn now() -> Timestamp {
    Timestamp::from_unix_ms(NOW_S * 1_000)
}

fn letter() -> Letter {
    Letter {
        reference: MessageId::from_bytes([9; 16]),
        to: Address::from_exposed(NUMBER).unwrap(),
        body: Body::Code {
            code: "482913".to_owned(),
            purpose: Purpose::SignIn,
            valid_s: 300,
            amount: None,
            payee: None,
            network: None,
            fingerprint: None,
        },
        locale: "de-AT".to_owned(),
        brand: "Größe & Co".to_owned(),
        sender: None,
        host: "acme.example".to_owned(),
        origin: PUBLIC_URL.to_owned(),
        phrase: None,
        template: None,
        app_hash: None,
        valid_for: Duration::from_secs(300),
    }
}

/// An account of each provider with which it works.
fn account(provider: &str) -> Value {
    match provider {
        "twilio" => json!({ "account_sid": "AC0123", "auth_token": "twilio-auth-token" }),
        "vonage" => json!({ "api_key": "abcd1234", "api_secret": "s3cret" }),
        "infobip" => json!({ "api_key": "s3cret", "base_url": "https://xyz.api.infobip.com/" }),
        "telnyx" => {
            json!({ "api_key": "s3cret", "public_key": "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=" })
        }
        "aws" => {
            json!({ "region": "eu-central-1", "access_key_id": "AKIDEXAMPLE", "secret_access_key": "s3cret" })
        }
        "messagebird" => json!({ "access_key": "s3cret", "signing_key": "s3cret-2" }),
        "plivo" => json!({ "auth_id": "MA0123", "auth_token": "s3cret" }),
        "sinch" => {
            json!({ "service_plan_id": "plan7", "api_token": "s3cret", "callback_secret": "s3cret-2" })
        }
        "whatsapp" => json!({
            "phone_number_id": "1066", "access_token": "s3cret", "app_secret": "s3cret-2",
            "verify_token": "s3cret-3", "template": "code", "languages": ["en_US", "de"],
        }),
        "generic" => json!({ "url": "https://sms.example/send?key=s3cret", "secret": "s3cret-2" }),
        _ => panic!("{provider}"),
    }
}

const PROVIDERS: [&str; 10] =
    ["twilio", "vonage", "infobip", "telnyx", "aws", "messagebird", "plivo", "sinch", "whatsapp", "generic"];

/// Knows no host.
struct Nowhere;

impl Resolver for Nowhere {
    fn addresses<'a>(&'a self, _: &'a str) -> Resolving<'a> {
        Box::pin(async { Err(std::io::Error::other("no such host")) })
    }
}

fn http() -> HttpClient {
    HttpClient::with(EgressPolicy::default(), Arc::new(Nowhere), Trust::only([]))
}

fn written(provider: &str, account: Value, token: Option<&str>) -> Value {
    let mut written = json!({
        "name": provider, "provider": provider, "sender": "+15005550006", "account": account,
    });
    if let Some(token) = token {
        written["callback_token"] = json!(token);
    }
    written
}

fn built(written: Value) -> Result<HttpRoute, HttpRouteConfigError> {
    let config: HttpRouteConfig =
        serde_json::from_value(written).map_err(|error| HttpRouteConfigError(error.to_string()))?;
    HttpRoute::new(config, http(), PUBLIC_URL, Arc::new(now))
}

fn route(provider: &str, account: Value, token: Option<&str>) -> HttpRoute {
    built(written(provider, account, token)).unwrap()
}

/// The oracle's words: see `tests/providers/oracle.py`.
fn oracle() -> Value {
    serde_json::from_str(include_str!("../../tests/fixtures/providers/oracle.json")).unwrap()
}
