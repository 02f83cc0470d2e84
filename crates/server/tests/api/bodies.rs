//! What is not what it should be: other types, other shapes, other bytes. T9 and its neighbours: every such
//! input gets a clear answer, none is counted as a guess, and none gets through.

use crate::house::{Ask, DOCUMENT, House, NUMBER, Reply, matches_schema, other_code};
use axum::http::{Method, StatusCode};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

/// Any JSON value but a string of six ASCII digits, which is a guess.
fn no_code() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        Just(String::new()),
        "[ \t\u{a0}]{1,8}",
        "[0-9]{0,5}",
        "[0-9]{7,12}",
        "[０-９]{6}",
        "[٠-٩]{6}",
        "[0-9]{3}[ -][0-9]{3}",
        "[0-9]{6}[\u{200b}\n\0 ]",
        "[+-][0-9]{5}",
        "0x[0-9a-f]{4}",
        "[0-9]{1,2}e[0-9]{1,3}",
        any::<String>(),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (0u32..1_000_000).prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        text.prop_filter("a guess", |text| {
            !(text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit()))
        })
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z$]{1,5}", inner, 0..4).prop_map(|map| json!(map)),
        ]
    })
}

#[test]
fn nothing_but_a_string_of_digits_is_compared_or_counted() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (house, id, code) = runtime.block_on(async {
        let mut house = House::new().await;
        let id = house.started(json!({ "to": NUMBER, "purpose": "sign_in" })).await;
        let code = house.code().await;
        (house, id, code)
    });
    let path = format!("/v1/verifications/{id}/check");
    let digits = code.parse::<u32>().unwrap();
    let full_width: String = code.chars().map(|c| char::from_u32(c as u32 + 0xFEE0).unwrap()).collect();
    // The right code itself, dressed up: whoever reads leniently approves one of these.
    let right = [
        json!(digits),
        json!(f64::from(digits)),
        json!([code]),
        json!({ "0": code }),
        json!(format!(" {code}")),
        json!(format!("{code}\n")),
        json!(format!("{}-{}", &code[..3], &code[3..])),
        json!(full_width),
        json!(true),
    ];
    let refused = |value: Value| {
        runtime.block_on(async {
            let reply = house.post(&path, json!({ "code": value })).await;
            assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{value} {}", reply.text);
            let told = reply.json["code"].as_str().unwrap();
            assert!(["code_malformed", "param_invalid"].contains(&told), "{value} {}", reply.text);
            assert_eq!(reply.json["param"], "code");
        });
    };
    right.into_iter().for_each(refused);
    TestRunner::deterministic()
        .run(&no_code(), |value| {
            refused(value);
            Ok(())
        })
        .unwrap();
    runtime.block_on(async {
        let seen = house.get(&format!("/v1/verifications/{id}")).await;
        assert_eq!((&seen.json["failures"], &seen.json["status"]), (&json!(0), &json!("pending")));
        assert_eq!(house.check(&id, &code).await.json["result"], "approved");
    });
}

#[tokio::test]
async fn bodies_that_two_readers_could_read_differently_are_refused() {
    let mut house = House::new().await;
    let id = house.started(json!({ "to": NUMBER, "purpose": "sign_in" })).await;
    let code = house.code().await;
    let wrong = other_code(&code);
    let path = format!("/v1/verifications/{id}/check");
    let malformed = [
        format!(r#"{{"code":"{wrong}","code":"{code}"}}"#),
        format!(r#"{{"code":"{code}"}}{{"code":"{wrong}"}}"#),
        format!(r#"{{"code":"{code}"}} trailing"#),
        format!(r#"{{"code":"{code}",}}"#),
        format!(r#"{{'code':'{code}'}}"#),
        format!("\u{feff}{{\"code\":\"{code}\"}}"),
        format!(r#"["{code}"]"#),
        format!(r#""{code}""#),
        String::new(),
    ];
    for body in malformed {
        let ask = Ask::post(&path, Value::Null).key(&house.key).body(body.clone());
        house.send(ask).await.refused_as("body_malformed");
    }
    for extra in
        [r#""user":{"admin":true}"#, r#""Code":"1""#, r#""code ":"1""#, r#""__proto__":{}"#, r#""":1"#]
    {
        let body = format!(r#"{{"code":"{code}",{extra}}}"#);
        house
            .send(Ask::post(&path, Value::Null).key(&house.key).body(body))
            .await
            .refused_as("param_unknown");
    }
    let utf16: Vec<u8> =
        format!(r#"{{"code":"{code}"}}"#).encode_utf16().flat_map(u16::to_le_bytes).collect();
    house.send(Ask::post(&path, Value::Null).key(&house.key).body(utf16)).await.refused_as("body_malformed");
    let bad = house
        .send(Ask::post(&path, Value::Null).key(&house.key).body(&b"{\"code\":\n\"\xff\xfe\"}"[..]))
        .await;
    let detail = bad.refused_as("body_malformed").json["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("line 2, column 2"), "{detail}");
    assert_eq!(house.check(&id, &code).await.json["result"], "approved");
}

#[tokio::test]
async fn media_types_and_encodings_other_than_plain_json_are_refused() {
    let house = House::new().await;
    let ask = |kind: &[&str], encoding: Option<&str>| {
        let ask = Ask::new(Method::POST, "/v1/numbers/judge").key(&house.key).body(r#"{"number":"1"}"#);
        let ask = kind.iter().fold(ask, |ask, kind| ask.header("content-type", kind));
        encoding.iter().fold(ask, |ask, encoding| ask.header("content-encoding", encoding))
    };
    for kind in ["application/json", "Application/JSON; charset=UTF-8", "application/json;charset=\"utf-8\""]
    {
        house.send(ask(&[kind], None)).await.succeeded();
    }
    for kind in [
        &[][..],
        &["text/json"],
        &["text/plain"],
        &["application/jsonp"],
        &["application/problem+json"],
        &["multipart/form-data; boundary=x"],
        &["application/json; charset=iso-8859-1"],
        &["application/json", "text/plain"],
        &["\u{e9}"],
    ] {
        house.send(ask(kind, None)).await.refused_as("content_type_unsupported");
    }
    house.send(ask(&["application/json"], Some("gzip"))).await.refused_as("content_type_unsupported");
}

#[tokio::test]
async fn huge_inputs_are_refused_by_size() {
    let house = House::new().await;
    for length in [70_000, 1_000_000, 10_000_000] {
        let digits = "1".repeat(length);
        let path = "/v1/verifications/vrf_00000000000000000000000000000000/check";
        house.post(path, json!({ "code": digits })).await.refused_as("body_too_large");
    }
    house
        .post("/v1/numbers/judge", json!({ "number": "1".repeat(60_000) }))
        .await
        .refused_as("param_invalid");
    let nested =
        |open: &str, close: &str| format!("{{\"number\":{}1{}}}", open.repeat(9_000), close.repeat(9_000));
    for (body, code) in [(nested("[", "]"), "param_invalid"), (nested("{\"a\":", "}"), "body_malformed")] {
        house
            .send(Ask::post("/v1/numbers/judge", Value::Null).key(&house.key).body(body))
            .await
            .refused_as(code);
    }
    let search = format!("/v1/regions?search={}", "x".repeat(65));
    house.get(&search).await.refused_as("param_invalid");
    house.get(&format!("/v1/verifications/{}", "x".repeat(5_000))).await.refused_as("verification_not_found");
}

/// Texts that mean something to a database, a template, a shell, a terminal or a carrier.
const HOSTILE: [&str; 12] = [
    "'; DROP TABLE accounts; --",
    "\" OR \"1\"=\"1",
    "$1, $2",
    "{{ 7 * 7 }}{% include 'x' %}${7*7}<%= 7 %>",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "%s%n%x",
    "a\r\nBcc: everyone@example.com",
    "nul\0byte",
    "\u{202e}desrever",
    "\u{1f4a9}\u{301}",
    "\\u0000",
];

#[tokio::test]
async fn metacharacters_mean_nothing_anywhere() {
    let mut house = House::new().await;
    let good = json!({ "to": NUMBER, "purpose": "sign_in" });
    for text in HOSTILE {
        for name in ["to", "region", "purpose", "account", "locale", "client_ip"] {
            let mut body = good.clone();
            body[name] = text.into();
            let reply = house.start(body).await;
            assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{name} {text:?} {}", reply.text);
            assert_eq!(reply.json["param"], name);
            assert!(!reply.text.contains(text), "{name} is told back: {}", reply.text);
        }
        house.post("/v1/accounts/find", json!({ "identifier": text })).await.refused_as("address_unreadable");
        let judged = house.post("/v1/numbers/judge", json!({ "number": text })).await.succeeded();
        assert_eq!((&judged.json["valid"], &judged.json["problem"]), (&json!(false), &json!("not_a_number")));
    }
    house.get("/v1/regions?search=%27%3B%20DROP%20TABLE%20accounts%3B%20--").await.succeeded();
    house.get("/v1/accounts/%27%3B%20DROP%20TABLE").await.refused_as("account_not_found");
    house.get("/v1/accounts/%ff%fe").await.refused_as("account_not_found");
    house.started(good).await;
    house.code().await;
}

#[tokio::test]
async fn a_payee_travels_as_it_is_or_not_at_all() {
    let mut house = House::new().await;
    for (index, text) in HOSTILE.iter().enumerate() {
        let details = json!({ "amount": "1 BTC", "payee": text });
        let to = format!("user{index}@example.com");
        let reply = house.start(json!({ "to": to, "purpose": "withdrawal", "details": details })).await;
        if text.chars().any(|c| c.is_control() || c == '\u{202e}') {
            assert_eq!(reply.refused_as("param_invalid").json["param"], "details.payee");
        } else {
            assert_eq!(reply.status, StatusCode::CREATED, "{text:?} {}", reply.text);
            let letter = house.letter().await;
            let countersign_core::model::Body::Code { payee, .. } = letter.body else { panic!("no code") };
            assert_eq!(payee.as_deref(), Some(*text));
        }
    }
    for (name, value, code) in [
        ("details.amount", json!({ "amount": " ", "payee": "x" }), "param_invalid"),
        ("details.amount", json!({ "amount": "1".repeat(65), "payee": "x" }), "param_invalid"),
        ("details.payee", json!({ "amount": "1", "payee": "x".repeat(129) }), "param_invalid"),
        ("details.payee", json!({ "amount": "1" }), "param_missing"),
        ("details", json!({ "amount": "1", "payee": "x", "memo": "y" }), "param_unknown"),
        ("details", json!("1 BTC to x"), "param_invalid"),
    ] {
        let body = json!({ "to": NUMBER, "purpose": "withdrawal", "details": value });
        assert_eq!(house.start(body).await.refused_as(code).json["param"], name);
    }
}

/// Each parameter that the document names is read, with the type it names; no other is.
#[tokio::test]
async fn the_document_and_the_operations_agree_on_every_parameter() {
    let house = House::new().await;
    let mut seen = 0;
    for (path, item) in DOCUMENT["paths"].as_object().unwrap() {
        let (method, operation) = if item.get("put").is_some() { ("PUT", "put") } else { ("POST", "post") };
        let content = &item[operation]["requestBody"]["content"];
        let Some(content) = content.get("application/json") else { continue };
        let example = &content["example"];
        matches_schema(&content["schema"], example, path);
        let prefixes = [("accounts", "acc_"), ("actions", "act_"), ("verifications", "vrf_")];
        let id = prefixes.iter().find(|(name, _)| path.contains(name)).map_or("", |(_, prefix)| prefix);
        let asked = path.replace("{id}", &format!("{id}{}", "0".repeat(32)));
        let ask = async |body: Value| -> Reply {
            let ask = Ask::new(method.parse().unwrap(), &asked).key(&house.key).body(body.to_string());
            let ask = ask.header("content-type", "application/json");
            house.send(ask.header("idempotency-key", "same")).await
        };
        let mut unknown = example.clone();
        unknown["surprise"] = json!(1);
        ask(unknown).await.refused_as("param_unknown");
        let schema = content["schema"]["oneOf"].as_array().map_or(&content["schema"], |either| &either[0]);
        let schema = DOCUMENT.pointer(schema["$ref"].as_str().unwrap().trim_start_matches('#')).unwrap();
        for name in schema["properties"].as_object().unwrap().keys() {
            let mut other = example.clone();
            other[name] = json!(7);
            assert_eq!(ask(other).await.refused_as("param_invalid").json["param"], *name, "{path}");
            seen += 1;
        }
        for name in schema["required"].as_array().into_iter().flatten() {
            let mut without = example.clone();
            without.as_object_mut().unwrap().remove(name.as_str().unwrap());
            assert_eq!(ask(without.clone()).await.refused_as("param_missing").json["param"], *name, "{path}");
            without[name.as_str().unwrap()] = Value::Null;
            assert_eq!(ask(without).await.refused_as("param_invalid").json["param"], *name, "{path}");
        }
    }
    assert!(seen >= 33, "the document names {seen} parameters");
}
