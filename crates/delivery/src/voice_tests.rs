//! What an operator may set for a provider of calls, and what its answers mean.

use super::*;
use crate::http::EgressPolicy;

fn config() -> VoiceConfig {
    VoiceConfig {
        name: "calls".to_owned(),
        url: "https://voice.example/v1/calls".to_owned(),
        token: "hunter2".to_owned(),
        caller: "+4930123456".to_owned(),
        timeout_s: 20,
        carries: Default::default(),
    }
}

fn http() -> HttpClient {
    HttpClient::new(EgressPolicy::default())
}

#[test]
fn settings_out_of_bounds_are_named_and_their_values_are_not() {
    type Break = fn(&mut VoiceConfig);
    let breaks: [(&str, Break); 10] = [
        ("name", |config| config.name = String::new()),
        ("timeout_s", |config| config.timeout_s = 0),
        ("timeout_s", |config| config.timeout_s = 26),
        ("caller", |config| config.caller = "Acme".to_owned()),
        ("caller", |config| config.caller = "+49 30 s3cret".to_owned()),
        ("token", |config| config.token = String::new()),
        ("token", |config| config.token = "s3cret\r\nx: y".to_owned()),
        ("url", |config| config.url = "http://voice.example/s3cret".to_owned()),
        ("url", |config| config.url = "https://127.0.0.1/s3cret".to_owned()),
        ("url", |config| config.url = "https://ada:s3cret@voice.example/".to_owned()),
    ];
    assert!(VoiceRoute::new(config(), http()).is_ok());
    for (setting, break_it) in breaks {
        let mut config = config();
        break_it(&mut config);
        let error = VoiceRoute::new(config, http()).unwrap_err().to_string();
        assert!(error.contains(setting), "{setting}: {error}");
        assert!(!error.contains("s3cret"), "{error}");
    }
}

#[test]
fn no_debug_output_shows_the_token() {
    assert!(!format!("{:?}", config()).contains("hunter2"));
    assert!(!format!("{:?}", VoiceRoute::new(config(), http())).contains("hunter2"));
}

#[test]
fn a_misspelled_setting_stops_the_start() {
    let good = r#"{"name":"calls","url":"https://v.example","token":"t","caller":"+4930123"}"#;
    assert_eq!(serde_json::from_str::<VoiceConfig>(good).unwrap().timeout_s, 20);
    assert!(serde_json::from_str::<VoiceConfig>(&good.replace("caller", "callerid")).is_err());
}

#[test]
fn what_an_answer_means() {
    let answer = |status, body: &str| verdict(Ok(Answer { status, body: body.as_bytes().to_vec() }));
    for status in [200, 201, 202] {
        let accepted = Submission::Accepted { provider_ids: vec!["call_1".to_owned()] };
        assert_eq!(answer(status, "{\"id\":\"call_1\",\"eta\":3}"), accepted, "{status}");
    }
    for body in ["", "<html>", "{\"id\":7}", "{\"sid\":\"x\"}"] {
        assert_eq!(answer(200, body), Submission::Lost, "{body}");
    }
    let cases = [
        (302, Failure::Route),
        (400, Failure::Number),
        (401, Failure::Route),
        (403, Failure::Route),
        (404, Failure::Route),
        (408, Failure::Temporary),
        (422, Failure::Number),
        (429, Failure::Throttled),
        (500, Failure::Temporary),
        (503, Failure::Temporary),
    ];
    for (status, failure) in cases {
        // An id in a refusal places no call, and its words are not kept.
        let refused = Submission::Refused { failure, code: status.to_string() };
        assert_eq!(answer(status, "{\"id\":\"call_1\",\"why\":\"+4915112345678\"}"), refused, "{status}");
    }
}

#[test]
fn without_an_answer_the_call_is_lost_only_once_the_request_was_out() {
    for (error, submission) in [
        (HttpError::NoAnswer, Submission::Lost),
        (HttpError::TimedOut { begun: true }, Submission::Lost),
        (HttpError::TimedOut { begun: false }, Submission::NotSent),
        (HttpError::NoConnection, Submission::NotSent),
        (HttpError::UnknownHost, Submission::NotSent),
    ] {
        assert_eq!(verdict(Err(error)), submission, "{error}");
    }
    for error in [HttpError::Forbidden, HttpError::NotTrusted] {
        let refused = verdict(Err(error));
        assert!(matches!(refused, Submission::Refused { failure: Failure::Route, .. }), "{error}");
    }
}
