//! A holder with factors, put there as enrolment would have left them, and the calls of a relying party that
//! wants something authorised by that holder.

use crate::house::{House, NUMBER, Reply};
use crate::isolation::account;
use axum::http::StatusCode;
use countersign_core::address::read_identifier;
use countersign_core::change::Change;
use countersign_core::id::{AccountId, AuthenticatorId, BindingId, HoldId};
use countersign_core::model::*;
use countersign_core::time::hours;
use countersign_core::totp;
use serde_json::{Value, json};

/// The key of RFC 6238, appendix B.
const TOTP_KEY: &[u8; 20] = b"12345678901234567890";

/// The holder's trading password.
pub(crate) const TRADING: &str = "830417";

/// Made by Python's argon2-cffi, with parameters that take no time.
const TRADING_HASH: &str =
    "$argon2id$v=19$m=256,t=1,p=1$c2l4dGVlbiBieXRlcyBvaw$weqwi2nu9iTAf41Iwwq94Vx5+c6zNLaFZtfaQLYyNEA";

/// An address of BIP 173.
pub(crate) const PAYEE: &str = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4";

/// An account with an email address, and whichever of a bound number, an authenticator app and a trading
/// password.
pub(crate) async fn holder(house: &mut House, factors: &[Factor]) -> String {
    let text = account(house).await;
    let account_id: AccountId = text.parse().unwrap();
    let now = house.flows.now();
    let changes = factors.iter().map(|factor| {
        let secret = match factor {
            Factor::Sms => {
                return Change::InsertBinding(Binding {
                    id: BindingId::from_bytes([5; 16]),
                    service_id: house.service_id,
                    account_id,
                    number: read_identifier(NUMBER, None).unwrap(),
                    bound_at: now,
                    suspended_at: None,
                    ended_at: None,
                });
            }
            Factor::Totp => AuthenticatorSecret::Totp { key: TOTP_KEY.to_vec(), drift_steps: 0 },
            Factor::TradingPassword => {
                AuthenticatorSecret::TradingPassword { password_hash: Redacted(TRADING_HASH.to_owned()) }
            }
            other => panic!("no fixture for {other:?}"),
        };
        Change::InsertAuthenticator(Authenticator {
            id: AuthenticatorId::from_bytes([*factor as u8 + 1; 16]),
            service_id: house.service_id,
            account_id,
            factor: *factor,
            name: String::new(),
            secret,
            last_step: None,
            created_at: now,
            last_used_at: None,
            ended_at: None,
        })
    });
    house.keep(changes.collect()).await;
    text
}

/// Everything that can be proved without a browser.
pub(crate) const ALL: [Factor; 3] = [Factor::Sms, Factor::Totp, Factor::TradingPassword];

/// So much of an asset to [`PAYEE`].
pub(crate) fn withdrawal(account: &str, amount: &str, asset: &str) -> Value {
    let details = json!({ "amount": amount, "asset": asset, "network": "bitcoin", "address": PAYEE });
    json!({ "account": account, "kind": "withdrawal", "details": details })
}

impl House {
    /// Opens an action under a fresh idempotency key.
    pub(crate) async fn open(&self, body: Value) -> Reply {
        self.post_once("/v1/actions", body).await
    }

    /// An action that was just opened.
    pub(crate) async fn opened(&self, body: Value) -> Value {
        let reply = self.open(body).await;
        assert_eq!(reply.status, StatusCode::CREATED, "{}", reply.text);
        reply.json
    }

    /// An action as it stands now.
    pub(crate) async fn action(&self, id: &Value) -> Value {
        self.get(&format!("/v1/actions/{}", id.as_str().unwrap())).await.succeeded().json
    }

    /// Does something with an action.
    pub(crate) async fn act(&self, id: &Value, what: &str, body: Value) -> Reply {
        self.post(&format!("/v1/actions/{}/{what}", id.as_str().unwrap()), body).await
    }

    /// Brings one factor's answer.
    pub(crate) async fn prove(&self, id: &Value, factor: &str, value: &str) -> Reply {
        self.act(id, "proofs", json!({ "factor": factor, "value": value })).await
    }

    /// What the holder's app shows now.
    pub(crate) fn totp(&self) -> String {
        totp::code_at(TOTP_KEY, totp::step_of(self.flows.now()))
    }

    /// Proves trading password and app for an action that asks for no more; answers it with its assertion.
    pub(crate) async fn authorise(&self, id: &Value) -> Value {
        self.prove(id, "trading_password", TRADING).await.succeeded();
        let done = self.prove(id, "totp", &self.totp()).await.succeeded();
        assert_eq!(done.json["status"], "authorised", "{}", done.text);
        done.json
    }

    /// An authorised withdrawal of 0.05 BTC.
    pub(crate) async fn authorised(&self, account: &str) -> Value {
        let opened = self.opened(withdrawal(account, "0.05", "BTC")).await;
        self.authorise(&opened["id"]).await
    }

    /// Redeems an action's assertion for what was confirmed.
    pub(crate) async fn redeem(&self, action: &Value, key: &str) -> Reply {
        self.redeem_as(&self.key, action, &action["digest"], key).await
    }

    /// Redeems with a service's key, for any digest.
    pub(crate) async fn redeem_as(&self, service: &str, action: &Value, digest: &Value, key: &str) -> Reply {
        let body = json!({ "assertion": action["assertion"], "digest": digest });
        let ask = crate::house::Ask::post("/v1/assertions/redeem", body).key(service);
        self.send(ask.header("idempotency-key", key)).await
    }

    /// Begins a hold of a day.
    pub(crate) async fn hold(&self, account: &str, cause: HoldCause) {
        let starts_at = self.flows.now();
        let hold = Hold {
            id: HoldId::from_bytes([cause as u8 + 1; 16]),
            service_id: self.service_id,
            account_id: account.parse().unwrap(),
            cause,
            starts_at,
            ends_at: starts_at.after(hours(24)),
        };
        self.keep(vec![Change::InsertHold(hold)]).await;
    }
}
