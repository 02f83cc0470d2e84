//! Countersign's public API, as far as an exchange needs it: actions, assertions, accounts, holds, rates and
//! webhooks. Decides nothing; what an answer means for money is decided in `settle`.

use std::collections::BTreeMap;

use hyper::Method;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::keys::KeySet;
use crate::secret::Secret;
use crate::wire::{Call, Fault, Wire};

/// The API, typed.
#[derive(Debug)]
pub(crate) struct Countersign(pub(crate) Wire);

/// An action to be opened.
pub(crate) struct NewAction<'a> {
    pub(crate) account: &'a str,
    pub(crate) kind: &'static str,
    pub(crate) details: &'a BTreeMap<&'static str, String>,
    /// Whom the assertion is for: this exchange's own address.
    pub(crate) audience: &'a str,
    pub(crate) return_url: &'a str,
    pub(crate) client_ip: Option<String>,
}

/// An action as Countersign tells it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Action {
    pub(crate) id: String,
    /// `pending`, `authorised`, `redeemed`, `canceled` or `lapsed`.
    pub(crate) status: String,
    /// Why it was canceled.
    pub(crate) reason: Option<String>,
    /// Two words that the holder sees on every device.
    pub(crate) fingerprint: String,
    pub(crate) expires_at: String,
    /// Where the holder confirms; only in the answer that opened it.
    #[serde(default)]
    pub(crate) confirm_url: Option<String>,
    /// While authorised and in time.
    #[serde(default)]
    pub(crate) assertion: Option<Secret>,
}

/// The answer to a redemption.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Redeemed {
    pub(crate) action: String,
    pub(crate) digest: String,
}

/// A holder's account.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Account {
    pub(crate) id: String,
    /// `active`, `restricted`, `flagged` or `frozen`.
    pub(crate) status: String,
}

/// The holds on an account.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Holds {
    pub(crate) data: Vec<Hold>,
    pub(crate) exits_held_until: Option<String>,
}

/// One hold.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Hold {
    pub(crate) cause: String,
    pub(crate) ends_at: String,
}

/// A webhook endpoint; the secret comes once.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Endpoint {
    pub(crate) id: String,
    pub(crate) url: String,
    #[serde(default)]
    pub(crate) secret: Option<Secret>,
    #[serde(default)]
    pub(crate) disabled_at: Option<String>,
}

#[derive(Deserialize)]
struct Endpoints {
    data: Vec<Endpoint>,
}

impl Countersign {
    async fn ask<T: DeserializeOwned>(&self, call: Call<'_>) -> Result<T, Fault> {
        let answer = self.0.call(call).await?;
        serde_json::from_value(answer).map_err(|error| Fault::Unreachable(error.to_string()))
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Fault> {
        self.ask(Call { path, ..Call::default() }).await
    }

    async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        idempotency_key: Option<&str>,
        body: Value,
    ) -> Result<T, Fault> {
        self.ask(Call { method: Method::POST, path, idempotency_key, body: Some(body) }).await
    }

    pub(crate) async fn open_action(&self, new: &NewAction<'_>, key: &str) -> Result<Action, Fault> {
        let mut body = json!({
            "account": new.account, "kind": new.kind, "details": new.details, "audience": new.audience,
            "return_url": new.return_url, "locale": "en",
        });
        if let Some(address) = &new.client_ip {
            body["client_ip"] = json!(address);
        }
        self.post("/v1/actions", Some(key), body).await
    }

    pub(crate) async fn action(&self, id: &str) -> Result<Action, Fault> {
        self.get(&format!("/v1/actions/{id}")).await
    }

    pub(crate) async fn cancel_action(&self, id: &str) -> Result<Action, Fault> {
        self.post(&format!("/v1/actions/{id}/cancel"), None, json!({})).await
    }

    pub(crate) async fn redeem(
        &self,
        assertion: &Secret,
        digest: &str,
        key: &str,
    ) -> Result<Redeemed, Fault> {
        let body = json!({ "assertion": assertion.expose(), "digest": digest });
        self.post("/v1/assertions/redeem", Some(key), body).await
    }

    pub(crate) async fn keys(&self) -> Result<KeySet, Fault> {
        self.get("/.well-known/jwks.json").await
    }

    pub(crate) async fn find_account(&self, identifier: &str) -> Result<Account, Fault> {
        self.post("/v1/accounts/find", None, json!({ "identifier": identifier })).await
    }

    pub(crate) async fn account(&self, id: &str) -> Result<Account, Fault> {
        self.get(&format!("/v1/accounts/{id}")).await
    }

    pub(crate) async fn holds(&self, account: &str) -> Result<Holds, Fault> {
        self.get(&format!("/v1/accounts/{account}/holds")).await
    }

    /// `rates`: asset and its price in BTC, all as of one moment (RFC 3339).
    pub(crate) async fn put_rates(&self, rates: &[(&str, &str)], as_of: &str) -> Result<(), Fault> {
        let rates: Vec<Value> =
            rates.iter().map(|(asset, btc)| json!({ "asset": asset, "btc": btc, "as_of": as_of })).collect();
        let body = Some(json!({ "rates": rates }));
        let call = Call { method: Method::PUT, path: "/v1/rates", idempotency_key: None, body };
        self.0.call(call).await.map(|_| ())
    }

    pub(crate) async fn webhooks(&self) -> Result<Vec<Endpoint>, Fault> {
        self.get::<Endpoints>("/v1/webhooks").await.map(|list| list.data)
    }

    pub(crate) async fn add_webhook(&self, url: &str) -> Result<Endpoint, Fault> {
        self.post("/v1/webhooks", None, json!({ "url": url })).await
    }

    pub(crate) async fn delete_webhook(&self, id: &str) -> Result<(), Fault> {
        let path = format!("/v1/webhooks/{id}");
        let call = Call { method: Method::DELETE, path: &path, ..Call::default() };
        self.0.call(call).await.map(|_| ())
    }
}
