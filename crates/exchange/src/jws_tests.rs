//! Assertions against RFC 8037's vector, and every forgery we know the name of.

use super::*;
use ed25519_dalek::{Signer as _, SigningKey};
use serde_json::{Value, json};

/// RFC 8037, A.1 and A.2.
const SECRET: &str = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
const PUBLIC: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
/// RFC 8037, A.4.
const JWS: &str = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.\
    hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

const NOW_MS: i64 = 1_763_789_340_000;

fn bytes(text: &str) -> [u8; 32] {
    URL_SAFE_NO_PAD.decode(text).expect("base64url").try_into().expect("32 bytes")
}

fn public() -> VerifyingKey {
    VerifyingKey::from_bytes(&bytes(PUBLIC)).expect("a key")
}

#[test]
fn the_vector_of_rfc_8037_holds_and_nothing_near_it() {
    let compact = Compact::read(JWS).expect("three parts");
    assert_eq!(compact.payload(&public()), Ok(&b"Example of Ed25519 signing"[..]));
    let changed = JWS.replacen("RXh", "RXi", 1);
    assert_eq!(Compact::read(&changed).expect("three parts").payload(&public()), Err(Problem::Signature));
    // Its header has no type and no key id, so it is no assertion.
    assert_eq!(compact.key_id(), Err(Problem::Header));
}

fn header() -> Value {
    json!({"alg": "EdDSA", "kid": "key-1", "typ": "assertion+jwt"})
}

fn claims() -> Value {
    json!({
        "iss": "http://localhost:8080", "aud": "http://127.0.0.1:8085", "sub": "acc_1", "jti": "x",
        "iat": NOW_MS / 1000 - 5, "exp": NOW_MS / 1000 + 55, "auth_time": NOW_MS / 1000 - 6,
        "action": "act_1", "kind": "withdrawal", "digest": "d", "service": "svc_1", "amr": ["totp"],
        "acr": "multi",
    })
}

fn signed(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(header), part(claims));
    let signature = SigningKey::from_bytes(&bytes(SECRET)).sign(signed.as_bytes());
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
}

/// As `settle` does it; an error of `None` is a key that is not known.
fn judge(text: &str) -> Result<Claims, Option<Problem>> {
    let compact = Compact::read(text).map_err(Some)?;
    if compact.key_id().map_err(Some)? != "key-1" {
        return Err(None);
    }
    let expected = Expected {
        issuer: "http://localhost:8080",
        audience: "http://127.0.0.1:8085",
        account: "acc_1",
        kind: "withdrawal",
        action: "act_1",
        now_ms: NOW_MS,
    };
    compact.claims(&public(), &expected).map_err(Some)
}

#[test]
fn a_true_assertion_is_believed() {
    assert_eq!(judge(&signed(&header(), &claims())).expect("claims").digest, "d");
}

#[test]
fn no_other_header_is_believed() {
    let forged = [
        ("alg", json!("none"), Some(Problem::Header)),
        ("alg", json!("HS256"), Some(Problem::Header)),
        ("alg", json!("eddsa"), Some(Problem::Header)),
        ("typ", json!("JWT"), Some(Problem::Header)),
        ("typ", Value::Null, Some(Problem::Header)),
        ("kid", json!("key-2"), None),
        ("kid", Value::Null, Some(Problem::Header)),
        ("crit", json!(["b64"]), Some(Problem::Header)),
        ("alg", json!(["EdDSA"]), Some(Problem::Malformed)),
    ];
    for (name, value, problem) in forged {
        let mut header = header();
        header[name] = value;
        assert_eq!(judge(&signed(&header, &claims())).err(), Some(problem), "{header}");
    }
}

#[test]
fn every_claim_must_be_ours() {
    let forged = [
        ("iss", json!("http://localhost:8081"), Problem::Issuer),
        ("aud", json!("http://127.0.0.1:8086"), Problem::Audience),
        ("aud", json!(["http://127.0.0.1:8085"]), Problem::Malformed),
        ("sub", json!("acc_2"), Problem::Subject),
        ("kind", json!("sign_in"), Problem::Kind),
        ("action", json!("act_2"), Problem::Action),
        ("exp", json!(NOW_MS / 1000), Problem::Expired),
        ("exp", json!("never"), Problem::Malformed),
        ("iat", json!(NOW_MS / 1000 + 61), Problem::FromTheFuture),
        ("digest", Value::Null, Problem::Malformed),
    ];
    for (name, value, problem) in forged {
        let mut claims = claims();
        claims[name] = value;
        assert_eq!(judge(&signed(&header(), &claims)).err(), Some(Some(problem)), "{claims}");
    }
    let mut last_second = claims();
    last_second["exp"] = json!(NOW_MS / 1000 + 1);
    assert!(judge(&signed(&header(), &last_second)).is_ok());
}

#[test]
fn a_changed_text_is_refused() {
    let text = signed(&header(), &claims());
    let parts: Vec<&str> = text.split('.').collect();
    let mut richer = claims();
    richer["digest"] = json!("e");
    let other = URL_SAFE_NO_PAD.encode(richer.to_string());
    assert_eq!(judge(&format!("{}.{other}.{}", parts[0], parts[2])).err(), Some(Some(Problem::Signature)));
    for wrong in [
        String::new(),
        "a.b".to_owned(),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{text}="),
        format!("{text}.{}", parts[2]),
        format!("{} .{}.{}", parts[0], parts[1], parts[2]),
        format!("{}.{}.{}", parts[0], parts[1], &parts[2][..40]),
        "a".repeat(LENGTH_MAX + 1),
    ] {
        assert_eq!(judge(&wrong).err(), Some(Some(Problem::Malformed)), "{wrong}");
    }
}
