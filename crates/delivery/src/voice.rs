//! A route over a provider of calls, over HTTP: it rings the number and speaks what we say.
//!
//! `POST url` with `Authorization: Bearer token` and `{"reference","to","from","language","say"}`; 2xx with `{"id"}`
//! means that the call is placed. The reference is the same for every try of a message, so that a provider that
//! knows it rings once. Any provider's own interface needs a few lines between.
//!
//! Decides what may be set and what answers mean. Refuses to know whether anybody picked up. Logs the route,
//! statuses and message references; no number and no word that is spoken (R10).

use crate::http::{Answer, Destination, HttpClient, HttpError, Post};
use crate::words::{render_voice, voice_language};
use crate::{Channel, Letter, Submitting, TRY_MAX};
use countersign_core::outbox::{Failure, Submission};
use countersign_core::route::Carries;
use hyper::header::{AUTHORIZATION, HeaderValue};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

/// What an operator sets for one provider.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VoiceConfig {
    /// What the route is called in records and logs.
    pub name: String,
    /// Where calls are asked for.
    pub url: String,
    /// The account's bearer token. Never printed.
    pub token: String,
    /// The number that the call shows: `+` and 3 to 15 digits.
    pub caller: String,
    /// Seconds that one try may take, 1 to 25.
    #[serde(default = "timeout_s")]
    pub timeout_s: u64,
    /// Where it may carry to, at what price.
    #[serde(default)]
    pub carries: Carries,
}

fn timeout_s() -> u64 {
    20
}

impl fmt::Debug for VoiceConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VoiceConfig")
            .field("name", &self.name)
            .field("caller", &self.caller)
            .field("timeout_s", &self.timeout_s)
            .finish_non_exhaustive()
    }
}

/// What is wrong with a route's settings: the setting and its bound, never its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VoiceConfigError(String);

impl fmt::Display for VoiceConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for VoiceConfigError {}

/// One provider.
pub struct VoiceRoute {
    name: String,
    to: Destination,
    authorization: HeaderValue,
    caller: String,
    patience: Duration,
    http: HttpClient,
}

impl fmt::Debug for VoiceRoute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VoiceRoute({})", self.name)
    }
}

#[derive(Serialize)]
struct Call<'a> {
    reference: String,
    to: &'a str,
    from: &'a str,
    language: String,
    say: String,
}

#[derive(Deserialize)]
struct Placed {
    id: String,
}

impl VoiceRoute {
    /// Checks the settings; connects to nothing yet.
    pub fn new(config: VoiceConfig, http: HttpClient) -> Result<VoiceRoute, VoiceConfigError> {
        let bad = |words: &str| Err(VoiceConfigError(words.to_owned()));
        if config.name.is_empty() {
            return bad("name must not be empty");
        }
        if !(1..=TRY_MAX.as_secs()).contains(&config.timeout_s) {
            return bad("timeout_s must be 1 to 25");
        }
        let digits = config.caller.strip_prefix('+').unwrap_or_default();
        if !(3..=15).contains(&digits.len()) || !digits.bytes().all(|octet| octet.is_ascii_digit()) {
            return bad("caller must be + and 3 to 15 digits");
        }
        let to = Destination::parse(&config.url, http.policy());
        let to = to.map_err(|problem| VoiceConfigError(format!("url: {problem}")))?;
        let is_token = !config.token.is_empty() && config.token.bytes().all(|at| at.is_ascii_graphic());
        let authorization = HeaderValue::from_str(&format!("Bearer {}", config.token));
        let (true, Ok(mut authorization)) = (is_token, authorization) else {
            return bad("token must be visible ASCII without spaces");
        };
        authorization.set_sensitive(true);
        Ok(VoiceRoute {
            name: config.name,
            to,
            authorization,
            caller: config.caller,
            patience: Duration::from_secs(config.timeout_s),
            http,
        })
    }

    /// What the route is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    async fn place(&self, letter: Letter) -> Submission {
        let Some(number) = letter.to.phone() else {
            return Submission::Refused { failure: Failure::Route, code: "not a phone number".to_owned() };
        };
        let call = Call {
            reference: letter.reference.to_string(),
            to: number.e164(),
            from: &self.caller,
            language: voice_language(&letter.locale),
            say: render_voice(&letter),
        };
        // Plain strings always serialise.
        let body = serde_json::to_string(&call).unwrap_or_default();
        let headers = vec![(AUTHORIZATION, self.authorization.clone())];
        let post = Post { to: self.to.clone(), headers, body, timeout: self.patience };
        let submission = verdict(self.http.post(post).await);
        if !matches!(submission, Submission::Accepted { .. }) {
            tracing::warn!(route = self.name, message = %letter.reference, ?submission, "a call was not placed");
        }
        submission
    }
}

/// What an answer, or none, means. The provider's words are never kept: they like to repeat the number.
fn verdict(answer: Result<Answer, HttpError>) -> Submission {
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) if error.begun() => return Submission::Lost,
        Err(HttpError::Forbidden | HttpError::NotTrusted) => {
            let code = "not a provider that may be called".to_owned();
            return Submission::Refused { failure: Failure::Route, code };
        }
        Err(_) => return Submission::NotSent,
    };
    let failure = match answer.status {
        200..=299 => {
            return match serde_json::from_slice::<Placed>(&answer.body) {
                Ok(placed) => Submission::Accepted { provider_ids: vec![placed.id] },
                // Somebody said yes, but not as a provider would: the phone may ring or not.
                Err(_) => Submission::Lost,
            };
        }
        408 | 425 => Failure::Temporary,
        429 => Failure::Throttled,
        // About us and our settings: whoever is called, the answer would be the same.
        300..=399 | 401..=405 => Failure::Route,
        400..=499 => Failure::Number,
        _ => Failure::Temporary,
    };
    Submission::Refused { failure, code: answer.status.to_string() }
}

impl Channel for VoiceRoute {
    fn submit(&self, letter: Letter) -> Submitting<'_> {
        Box::pin(self.place(letter))
    }
}

#[cfg(test)]
#[path = "voice_tests.rs"]
mod tests;
