//! What an operator may set.

use super::*;

#[test]
fn every_provider_starts_and_tells_what_it_is() {
    for provider in PROVIDERS {
        let route = route(provider, account(provider), Some(TOKEN));
        assert_eq!((route.name(), route.kind(), route.sender()), (provider, provider, Some("+15005550006")));
        let channel = if provider == "whatsapp" { model::Channel::Whatsapp } else { model::Channel::Sms };
        assert_eq!(route.channel(), channel);
        assert_eq!(
            route.has_receipts(),
            !matches!(provider, "aws" | "generic"),
            "{provider}: no topic, no rules"
        );
        assert_eq!(route.callback_url(), format!("{PUBLIC_URL}/callbacks/{provider}/{TOKEN}"));
    }
}

#[test]
fn nothing_printed_shows_a_secret() {
    for provider in PROVIDERS {
        let written = written(provider, account(provider), Some(TOKEN));
        let config: HttpRouteConfig = serde_json::from_value(written).unwrap();
        let route = route(provider, account(provider), Some(TOKEN));
        for printed in [format!("{config:?}"), format!("{route:?}")] {
            assert!(!printed.contains("s3cret") && !printed.contains(TOKEN), "{printed}");
            assert!(!printed.contains("auth-token"), "{printed}");
        }
    }
    let request = CallbackRequest {
        method: "GET".to_owned(),
        path_and_query: format!("/callbacks/x/{TOKEN}"),
        headers: vec![("a".to_owned(), "s3cret".to_owned())],
        body: b"482913".to_vec(),
    };
    let printed = format!("{request:?}");
    assert!(
        !printed.contains(TOKEN) && !printed.contains("s3cret") && !printed.contains("482913"),
        "{printed}"
    );
}

#[test]
fn a_key_that_is_missing_misspelled_or_wrong_is_named_and_its_value_is_not() {
    for provider in PROVIDERS {
        let whole = account(provider);
        let keys: Vec<String> = whole.as_object().unwrap().keys().cloned().collect();
        for key in &keys {
            let mut wrong = whole.clone();
            wrong[key] = json!(4711);
            let error = built(written(provider, wrong, Some(TOKEN))).unwrap_err().to_string();
            assert!(error.contains("account"), "{provider}.{key}: {error}");
            let is_secret = whole[key].as_str().is_some_and(|text| text.contains("s3cret"));
            assert!(!is_secret || !error.contains("4711"), "{provider}.{key}: {error}");
            let mut misspelled = whole.clone();
            misspelled[format!("{key}x")] = misspelled[key].take();
            misspelled.as_object_mut().unwrap().remove(key);
            let error = built(written(provider, misspelled, Some(TOKEN))).unwrap_err().to_string();
            assert!(error.contains(key.as_str()), "{provider}.{key}: {error}");
        }
    }
}

#[test]
fn settings_out_of_bounds_are_named() {
    let with = |provider: &str, change: &dyn Fn(&mut Value)| {
        let mut written = written(provider, account(provider), Some(TOKEN));
        change(&mut written);
        built(written).map(|_| ()).map_err(|error| error.to_string())
    };
    type Change = fn(&mut Value);
    let cases: [(&str, &str, Change); 17] = [
        ("twilio", "name", |at| at["name"] = json!("a/b")),
        ("twilio", "name", |at| at["name"] = json!("")),
        ("twilio", "timeout_s", |at| at["timeout_s"] = json!(0)),
        ("twilio", "timeout_s", |at| at["timeout_s"] = json!(26)),
        ("twilio", "callback_token", |at| at["callback_token"] = json!("short")),
        ("twilio", "callback_token", |at| at["callback_token"] = json!("0123456789abcdefghijkl/..")),
        ("twilio", "provider", |at| at["provider"] = json!("twillio")),
        ("twilio", "sender", |at| at["sender"] = json!(null)),
        ("twilio", "account.account_sid", |at| at["account"]["account_sid"] = json!("AC/../")),
        ("twilio", "account.auth_token", |at| at["account"]["auth_token"] = json!("a\r\nb")),
        ("twilio", "api_key_secret", |at| at["account"]["api_key"] = json!("SK1")),
        ("twilio", "account.base_url", |at| at["account"]["base_url"] = json!("http://127.0.0.1:1")),
        ("twilio", "account.channel", |at| at["account"]["channel"] = json!("email")),
        ("infobip", "callback_token", |at| at["callback_token"] = json!(null)),
        ("vonage", "callback_token", |at| at["callback_token"] = json!(null)),
        ("aws", "topic_arn", |at| at["account"]["topic_arn"] = json!("arn:aws:sqs:eu:1:x")),
        ("whatsapp", "languages", |at| at["account"]["languages"] = json!([])),
    ];
    for (provider, named, change) in cases {
        let error = with(provider, &change).unwrap_err();
        assert!(error.contains(named), "{named}: {error}");
    }
    for provider in PROVIDERS {
        assert_eq!(with(provider, &|_| ()), Ok(()));
        let free = with(provider, &|at| at["callback_token"] = json!(null)).is_ok();
        assert_eq!(free, !matches!(provider, "infobip" | "vonage"), "{provider}");
    }
}
