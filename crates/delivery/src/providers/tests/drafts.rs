//! The exact request for one fixed letter.

use super::*;
use hyper::header::AUTHORIZATION;
use url::form_urlencoded;

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

fn draft_of(route: &HttpRoute, letter: &Letter) -> Result<Draft, Unfit> {
    let text =
        if route.channel() == model::Channel::Voice { render_voice(letter) } else { render_sms(letter) };
    route.provider.draft(&Sending {
        letter,
        to: NUMBER,
        from: letter.sender.as_deref().or(route.sender()),
        text: &text,
        callback: route.asks_for_receipts.then_some(route.callback_url()),
        now: now(),
    })
}

fn draft(provider: &str, account: Value) -> Draft {
    draft_of(&route(provider, account, Some(TOKEN)), &letter()).unwrap()
}

fn header<'a>(draft: &'a Draft, name: &str) -> &'a str {
    let found = draft.headers.iter().find(|(at, _)| at.as_str() == name);
    &found.unwrap_or_else(|| panic!("{name}")).1
}

fn fields(draft: &Draft) -> Vec<(String, String)> {
    form_urlencoded::parse(draft.body.as_bytes()).into_owned().collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn text() -> String {
    let text = render_sms(&letter());
    assert!(text.contains("482913") && text.contains("Größe & Co"), "{text}");
    text
}

fn callback(provider: &str) -> String {
    format!("{PUBLIC_URL}/callbacks/{provider}/{TOKEN}")
}

fn check(draft: &Draft, url: &str, media_type: &str, authorization: Option<&str>) {
    assert_eq!((&draft.method, &*draft.url), (&Method::POST, url));
    assert_eq!(header(draft, "content-type"), media_type);
    let found = draft.headers.iter().find(|(name, _)| name == AUTHORIZATION).map(|(_, value)| &**value);
    assert_eq!(found, authorization);
}

fn json_body(draft: &Draft) -> Value {
    serde_json::from_str(&draft.body).unwrap()
}

#[test]
fn twilio() {
    let sent = draft("twilio", account("twilio"));
    // echo -n AC0123:twilio-auth-token | base64
    let basic = "Basic QUMwMTIzOnR3aWxpby1hdXRoLXRva2Vu";
    let url = "https://api.twilio.com/2010-04-01/Accounts/AC0123/Messages.json";
    check(&sent, url, FORM, Some(basic));
    let expected = pairs(&[
        ("To", NUMBER),
        ("From", "+15005550006"),
        ("Body", &text()),
        ("ValidityPeriod", "300"),
        ("StatusCallback", &callback("twilio")),
    ]);
    assert_eq!(fields(&sent), expected);
    assert!(sent.body.starts_with("To=%2B4915112345678&From=%2B15005550006&Body="), "{}", sent.body);

    let mut service = account("twilio");
    service["messaging_service_sid"] = json!("MG7");
    service["api_key"] = json!("SK1");
    service["api_key_secret"] = json!("k");
    let with_service = route("twilio", service, Some(TOKEN));
    let sent = draft_of(&with_service, &letter()).unwrap();
    assert_eq!(fields(&sent)[1], ("MessagingServiceSid".to_owned(), "MG7".to_owned()));
    // echo -n SK1:k | base64
    assert_eq!(header(&sent, "authorization"), "Basic U0sxOms=");
    let named = Letter { sender: Some("ACME".to_owned()), ..letter() };
    let sent = draft_of(&with_service, &named).unwrap();
    assert_eq!(fields(&sent)[1], ("From".to_owned(), "ACME".to_owned()));
}

#[test]
fn twilio_calls() {
    let mut voice = account("twilio");
    voice["channel"] = json!("voice");
    let sent = draft("twilio", voice);
    assert_eq!(sent.url, "https://api.twilio.com/2010-04-01/Accounts/AC0123/Calls.json");
    let said = render_voice(&letter()).replace('&', "&amp;");
    let twiml = format!("<Response><Say language=\"de\">{said}</Say></Response>");
    assert!(twiml.contains("4, 8, 2, 9, 1, 3") && twiml.contains("Größe &amp; Co"), "{twiml}");
    let expected = pairs(&[
        ("To", NUMBER),
        ("From", "+15005550006"),
        ("Twiml", &twiml),
        ("StatusCallback", &callback("twilio")),
    ]);
    assert_eq!(fields(&sent), expected);
}

#[test]
fn vonage() {
    let sent = draft("vonage", account("vonage"));
    check(&sent, "https://rest.nexmo.com/sms/json", FORM, None);
    let expected = pairs(&[
        ("api_key", "abcd1234"),
        ("from", "15005550006"),
        ("to", "4915112345678"),
        ("text", &text()),
        ("type", "text"),
        ("ttl", "300000"),
        ("client-ref", "msg_09090909090909090909090909090909"),
        ("status-report-req", "1"),
        ("callback", &callback("vonage")),
        ("api_secret", "s3cret"),
    ]);
    assert_eq!(fields(&sent), expected);
    let cyrillic = Letter { brand: "Фирма".to_owned(), ..letter() };
    let sent = draft_of(&route("vonage", account("vonage"), Some(TOKEN)), &cyrillic).unwrap();
    assert_eq!(fields(&sent)[4].1, "unicode");
}

/// Against the signature that Vonage's own library makes.
#[test]
fn vonage_signed() {
    let mut signing = account("vonage");
    signing["signature_secret"] = json!("vonage-signature-secret");
    let ours: VonageConfig = serde_json::from_value(signing.clone()).unwrap();
    let vonage = super::super::vonage::Vonage::new(ours, Some("Acme")).unwrap();
    let oracle = oracle();
    let request = &oracle["vonage_request"];
    let fields: Vec<(String, String)> =
        serde_json::from_value::<BTreeMap<String, String>>(request["fields"].clone())
            .unwrap()
            .into_iter()
            .collect();
    let secret = Secret::from("vonage-signature-secret");
    assert_eq!(vonage.sign(&secret, &fields), request["sig"].as_str().unwrap());
    // With a secret of its own the request needs no signature; without, it has one and no secret.
    signing.as_object_mut().unwrap().remove("api_secret");
    let sent = draft("vonage", signing);
    let names: Vec<String> = self::fields(&sent).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names[names.len() - 2..], ["timestamp", "sig"]);
    assert!(!sent.body.contains("secret"), "{}", sent.body);
}

#[test]
fn infobip() {
    let sent = draft("infobip", account("infobip"));
    check(&sent, "https://xyz.api.infobip.com/sms/3/messages", JSON, Some("App s3cret"));
    let expected = json!({ "messages": [{
        "sender": "15005550006",
        "destinations": [{ "to": "4915112345678" }],
        "content": { "text": text() },
        "options": { "validityPeriod": { "amount": 300, "timeUnit": "SECONDS" } },
        "webhooks": { "delivery": { "url": callback("infobip") }, "contentType": "application/json" },
    }]});
    assert_eq!(json_body(&sent), expected);
}

#[test]
fn telnyx() {
    let sent = draft("telnyx", account("telnyx"));
    check(&sent, "https://api.telnyx.com/v2/messages", JSON, Some("Bearer s3cret"));
    let expected = json!({
        "from": "+15005550006", "to": NUMBER, "text": text(), "type": "SMS",
        "webhook_url": callback("telnyx"), "use_profile_webhooks": false,
    });
    assert_eq!(json_body(&sent), expected);
}

#[test]
fn aws() {
    let mut india = account("aws");
    india["configuration_set"] = json!("codes");
    india["in_entity_id"] = json!("1");
    india["in_template_id"] = json!("2");
    let sent = draft("aws", india.clone());
    assert_eq!((&sent.method, &*sent.url), (&Method::POST, "https://sms-voice.eu-central-1.amazonaws.com/"));
    assert_eq!(header(&sent, "content-type"), "application/x-amz-json-1.0");
    assert_eq!(header(&sent, "x-amz-target"), "PinpointSMSVoiceV2.SendTextMessage");
    assert_eq!(header(&sent, "x-amz-date"), "20261121T140509Z");
    let mut expected = json!({
        "DestinationPhoneNumber": NUMBER, "OriginationIdentity": "+15005550006", "MessageBody": text(),
        "MessageType": "TRANSACTIONAL", "TimeToLive": 300, "ConfigurationSetName": "codes",
    });
    assert_eq!(json_body(&sent), expected);
    let route = route("aws", india, Some(TOKEN));
    let (letter, text) = (letter(), text());
    let sending = Sending {
        letter: &letter,
        to: "+919876543210",
        from: Some("ACME"),
        text: &text,
        callback: None,
        now: now(),
    };
    expected["DestinationPhoneNumber"] = json!("+919876543210");
    expected["OriginationIdentity"] = json!("ACME");
    expected["DestinationCountryParameters"] = json!({ "IN_ENTITY_ID": "1", "IN_TEMPLATE_ID": "2" });
    assert_eq!(json_body(&route.provider.draft(&sending).unwrap()), expected);
}

/// Against the signature that botocore makes.
#[test]
fn aws_signed() {
    for (name, token) in [("sigv4", None), ("sigv4_temporary", Some("session-token"))] {
        let mut keys = account("aws");
        keys["secret_access_key"] = json!("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
        if let Some(token) = token {
            keys["session_token"] = json!(token);
        }
        let aws = super::super::aws::Aws::new(serde_json::from_value(keys).unwrap()).unwrap();
        let oracle = &oracle()[name];
        let headers = aws.signed(oracle["body"].as_str().unwrap(), now());
        let value =
            |name: &str| headers.iter().find(|(at, _)| at.as_str() == name).map(|(_, value)| &**value);
        assert_eq!(value("authorization"), oracle["authorization"].as_str(), "{name}");
        assert_eq!(value("x-amz-date"), oracle["date"].as_str());
        assert_eq!(value("x-amz-security-token"), token);
    }
}

#[test]
fn messagebird() {
    let sent = draft("messagebird", account("messagebird"));
    check(&sent, "https://rest.messagebird.com/messages", JSON, Some("AccessKey s3cret"));
    let expected = json!({
        "originator": "15005550006", "recipients": ["4915112345678"], "body": text(), "datacoding": "auto",
        "validity": 300, "reference": "msg_09090909090909090909090909090909",
        "reportUrl": callback("messagebird"),
    });
    assert_eq!(json_body(&sent), expected);
}

#[test]
fn plivo() {
    let sent = draft("plivo", account("plivo"));
    // echo -n MA0123:s3cret | base64
    let basic = "Basic TUEwMTIzOnMzY3JldA==";
    check(&sent, "https://api.plivo.com/v1/Account/MA0123/Message/", JSON, Some(basic));
    let expected = json!({
        "src": "15005550006", "dst": "4915112345678", "text": text(), "type": "sms", "message_expiry": 300,
        "url": callback("plivo"), "method": "POST",
    });
    assert_eq!(json_body(&sent), expected);
}

#[test]
fn sinch() {
    let sent = draft("sinch", account("sinch"));
    check(&sent, "https://us.sms.api.sinch.com/xms/v1/plan7/batches", JSON, Some("Bearer s3cret"));
    let expected = json!({
        "from": "15005550006", "to": ["4915112345678"], "type": "mt_text", "body": text(),
        "expire_at": "2026-11-21T14:10:09.000Z", "client_reference": "msg_09090909090909090909090909090909",
        "delivery_report": "per_recipient", "callback_url": callback("sinch"),
    });
    assert_eq!(json_body(&sent), expected);
}

#[test]
fn whatsapp_gives_the_code_twice_and_nothing_else() {
    let sent = draft("whatsapp", account("whatsapp"));
    check(&sent, "https://graph.facebook.com/v23.0/1066/messages", JSON, Some("Bearer s3cret"));
    let code = json!([{ "type": "text", "text": "482913" }]);
    let expected = json!({
        "messaging_product": "whatsapp", "recipient_type": "individual", "to": "4915112345678",
        "type": "template",
        "template": { "name": "code", "language": { "code": "de" }, "components": [
            { "type": "body", "parameters": code },
            { "type": "button", "sub_type": "url", "index": "0", "parameters": code },
        ]},
    });
    assert_eq!(json_body(&sent), expected);
    let route = route("whatsapp", account("whatsapp"), None);
    for (locale, language) in [("de", "de"), ("en-GB", "en_US"), ("en-US", "en_US"), ("fr", "en_US")] {
        let sent = draft_of(&route, &Letter { locale: locale.to_owned(), ..letter() }).unwrap();
        assert_eq!(json_body(&sent)["template"]["language"]["code"], language, "{locale}");
    }
    let code = |code: &str| {
        let Body::Code { purpose, valid_s, .. } = letter().body else { unreachable!() };
        let body = Body::Code {
            code: code.to_owned(),
            purpose,
            valid_s,
            amount: None,
            payee: None,
            network: None,
            fingerprint: None,
        };
        Letter { body, ..letter() }
    };
    assert!(draft_of(&route, &code("123456789012345")).is_ok());
    assert_eq!(draft_of(&route, &code("1234567890123456")), Err(Unfit("no code for a template")));
}

#[test]
fn generic_templates_are_filled_once_and_escaped_where_they_stand() {
    let account = json!({
        "url": "https://sms.example/{reference}/send?to={to}",
        "headers": { "x-api-key": "s3cret {to_digits}" },
        "body": "{\"to\":\"{to_digits}\",\"from\":\"{from}\",\"text\":\"{text}\",\"odd\":\"{odd}\",\
                 \"ttl\":{valid_s},\"dlr\":\"{callback}\"}",
        "secret": "generic-secret",
        "receipt": { "id": "id", "status": "s", "delivered": [], "failed": [] },
    });
    let route = route("generic", account.clone(), Some(TOKEN));
    let letter = Letter { brand: "A\"{to}\\".to_owned(), ..letter() };
    let sent = draft_of(&route, &letter).unwrap();
    let url = "https://sms.example/msg_09090909090909090909090909090909/send?to=%2B4915112345678";
    assert_eq!(sent.url, url);
    assert_eq!(header(&sent, "x-api-key"), "s3cret 4915112345678");
    let body: Value = serde_json::from_str(&sent.body).unwrap();
    let text = render_sms(&letter);
    assert!(text.contains('\n') && text.contains("{to}"), "{text}");
    let expected = json!({
        "to": "4915112345678", "from": "+15005550006", "text": text, "odd": "{odd}", "ttl": 300,
        "dlr": callback("generic"),
    });
    assert_eq!(body, expected);
    assert!(header(&sent, "x-signature").starts_with("t=1795269909,v1="));

    let mut form = account;
    form["body_kind"] = json!("form");
    form["body"] = json!("u=me&to={to}&text={text}");
    let sent = draft_of(&self::route("generic", form, Some(TOKEN)), &letter).unwrap();
    assert_eq!(header(&sent, "content-type"), FORM);
    assert_eq!(fields(&sent), pairs(&[("u", "me"), ("to", NUMBER), ("text", &text)]));
}

#[test]
fn where_nobody_can_call_back_no_receipts_are_asked_for() {
    for provider in PROVIDERS {
        let config = serde_json::from_value(written(provider, account(provider), None)).unwrap();
        let route = HttpRoute::new(config, http(), "", Arc::new(now)).unwrap();
        assert!(!route.has_receipts(), "{provider}");
        let sent = draft_of(&route, &letter()).unwrap();
        assert!(!sent.body.contains("callbacks"), "{provider}: {}", sent.body);
    }
}
