//! What counts as a signed statement of ours: published vectors, another library's statement, and every way of
//! spelling or signing one that must not pass.

use super::*;

/// The key of RFC 8037 Appendix A.1 (and of RFC 8032 section 7.1, test 1).
const D: &str = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
const X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
const KID: &str = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";
const KIND: &str = "assertion+jwt";

/// Written by Python's `cryptography` 48 with that key; its header has other spaces and another order than
/// ours.
const FOREIGN: &str = "eyJ0eXAiOiAiYXNzZXJ0aW9uK2p3dCIsICJraWQiOiAia1ByS19xbXhWV2FZ\
    VkE5d3dCRjZJdW8zdlZ6ejdUeEhDVHdYQnlnclM0ayIsICJhbGciOiAiRWREU0EifQ.eyJzdWIiOiJhY2NfMSJ9.i4OYSpwgnKjd\
    vjqqCKQWc18KyVSk29fvdN6VLXMMtIwAmVS_gKO43do3EJ_6xTXL7FRgR8N5QUNbueNQTcaXCg";

fn rfc_key() -> SigningKey {
    SigningKey::new(&decode(D).unwrap().try_into().unwrap())
}

fn rfc_keys() -> [VerifyingKey; 1] {
    [rfc_key().verifying_key()]
}

/// RFC 8037 Appendix A.2 and A.3.
#[test]
fn the_public_key_and_its_thumbprint_are_those_of_rfc_8037() {
    let key = rfc_key().verifying_key();
    assert_eq!(key.kid(), KID);
    let jwk: serde_json::Value = serde_json::from_str(&jwk(&key)).unwrap();
    let wanted = serde_json::json!({
        "kty": "OKP", "crv": "Ed25519", "x": X, "kid": KID, "alg": "EdDSA", "use": "sig"
    });
    assert_eq!(jwk, wanted);
}

/// RFC 8037 Appendix A.4.
#[test]
fn the_signature_is_that_of_rfc_8037() {
    assert_eq!(
        seal(&rfc_key(), r#"{"alg":"EdDSA"}"#, b"Example of Ed25519 signing"),
        "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIb\
         QR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
    );
}

/// RFC 8037 Appendix A.5 with the members that we ask for.
#[test]
fn a_statement_of_another_library_is_read() {
    assert_eq!(verify(&rfc_keys(), KIND, FOREIGN), Ok(br#"{"sub":"acc_1"}"#.to_vec()));
}

#[test]
fn what_is_signed_is_read_back_by_the_key_that_signed() {
    let (old, new) = (SigningKey::new(&[1; 32]), SigningKey::new(&[2; 32]));
    let text = sign(&old, KIND, b"{}");
    let keys = [new.verifying_key(), old.verifying_key()];
    assert_eq!(verify(&keys, KIND, &text), Ok(b"{}".to_vec()));
    assert_eq!(verify(&keys[..1], KIND, &text), Err(JwsProblem::UnknownKey));
    assert_eq!(verify(&[], KIND, &text), Err(JwsProblem::UnknownKey));
    assert_eq!(verify(&keys, "receipt+jwt", &text), Err(JwsProblem::Kind));
    let header = decode(text.split('.').next().unwrap()).unwrap();
    let wanted = format!(r#"{{"alg":"EdDSA","kid":"{}","typ":"assertion+jwt"}}"#, keys[1].kid());
    assert_eq!(String::from_utf8(header).unwrap(), wanted);
}

#[test]
fn the_name_of_one_key_does_not_pass_the_signature_of_another() {
    let stranger = SigningKey::new(&[7; 32]);
    let header = format!(r#"{{"alg":"EdDSA","kid":"{KID}","typ":"{KIND}"}}"#);
    let text = seal(&stranger, &header, b"{}");
    assert_eq!(verify(&rfc_keys(), KIND, &text), Err(JwsProblem::Signature));
}

/// Every header is signed with the right key, so only the header can be what is refused.
#[test]
fn a_header_says_what_ours_says_and_nothing_else() {
    let rest = format!(r#""kid":"{KID}","typ":"{KIND}""#);
    for (header, problem) in [
        (format!(r#"{{"alg":"none",{rest}}}"#), JwsProblem::Algorithm),
        (format!(r#"{{"alg":"HS256",{rest}}}"#), JwsProblem::Algorithm),
        (format!(r#"{{"alg":"eddsa",{rest}}}"#), JwsProblem::Algorithm),
        (format!(r#"{{"alg":["EdDSA"],{rest}}}"#), JwsProblem::Malformed),
        (format!(r#"{{"alg":"EdDSA","alg":"EdDSA",{rest}}}"#), JwsProblem::Malformed),
        (format!(r#"{{"alg":"EdDSA","crit":["b64"],"b64":false,{rest}}}"#), JwsProblem::Malformed),
        (format!(r#"{{"alg":"EdDSA","crit":[],{rest}}}"#), JwsProblem::Malformed),
        (format!(r#"{{"alg":"EdDSA","jwk":{{"kty":"OKP"}},{rest}}}"#), JwsProblem::Malformed),
        (format!(r#"{{"alg":"EdDSA","jku":"https://evil.example",{rest}}}"#), JwsProblem::Malformed),
        (format!(r#"{{"alg":"EdDSA",{rest},"kid":"{KID}"}}"#), JwsProblem::Malformed),
        (format!(r#"{{"alg":"EdDSA",{rest}}}{{}}"#), JwsProblem::Malformed),
        (format!(r#"{{"alg":"EdDSA","kid":"{KID}"}}"#), JwsProblem::Malformed),
        (format!(r#"{{"alg":"EdDSA","typ":"{KIND}"}}"#), JwsProblem::Malformed),
        (format!(r#"{{"alg":"EdDSA","kid":"","typ":"{KIND}"}}"#), JwsProblem::UnknownKey),
        (format!(r#"{{"alg":"EdDSA","kid":"{KID}","typ":"JWT"}}"#), JwsProblem::Kind),
        ("[]".to_owned(), JwsProblem::Malformed),
        (String::new(), JwsProblem::Malformed),
    ] {
        let text = seal(&rfc_key(), &header, b"{}");
        assert_eq!(verify(&rfc_keys(), KIND, &text), Err(problem), "{header}");
    }
}

#[test]
fn every_change_of_a_character_is_refused() {
    for (index, was) in FOREIGN.char_indices() {
        for other in ['A', 'B', '.', '=', ' '] {
            if other == was {
                continue;
            }
            let mut changed = FOREIGN.to_owned();
            changed.replace_range(index..=index, &other.to_string());
            assert!(verify(&rfc_keys(), KIND, &changed).is_err(), "{index} {other}");
        }
    }
}

#[test]
fn one_statement_has_one_spelling() {
    let (input, signature) = FOREIGN.rsplit_once('.').unwrap();
    // The last character of 86 carries two bits of the signature and four that are nothing.
    let loose_end = FOREIGN.strip_suffix('g').unwrap().to_owned() + "h";
    for text in [
        format!("{FOREIGN}=="),
        format!("{FOREIGN}\n"),
        format!(" {FOREIGN}"),
        format!("{FOREIGN}."),
        format!("{FOREIGN}AA"),
        FOREIGN.replace('_', "/"),
        loose_end,
        input.to_owned(),
        format!("{input}."),
        format!("..{signature}"),
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        "é.é.é".to_owned(),
        FOREIGN.to_owned() + &"A".repeat(TEXT_LENGTH_MAX),
    ] {
        assert_eq!(verify(&rfc_keys(), KIND, &text), Err(JwsProblem::Malformed), "{text}");
    }
}

/// A statement at the limit is read and one byte more is not, whoever signed it.
#[test]
fn the_longest_statement_is_bounded() {
    let of_length = |length: usize| {
        let text = sign(&rfc_key(), KIND, &vec![b' '; length]);
        (text.len(), verify(&rfc_keys(), KIND, &text).is_ok())
    };
    let (at_limit, beyond): (Vec<_>, Vec<_>) =
        (5_900..6_000).map(of_length).partition(|(length, _)| *length <= TEXT_LENGTH_MAX);
    assert!(at_limit.iter().all(|(_, read)| *read) && beyond.iter().all(|(_, read)| !*read));
    assert!(!at_limit.is_empty() && !beyond.is_empty());
}

/// S + L signs the same under a lax reading (RFC 8032 section 5.1.7 forbids it): a second spelling of one
/// signature.
#[test]
fn a_signature_with_a_scalar_out_of_range_is_refused() {
    const L: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let (input, signature) = FOREIGN.rsplit_once('.').unwrap();
    let mut bytes = decode(signature).unwrap();
    let mut carry = 0u16;
    for (byte, add) in bytes[32..].iter_mut().zip(L) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        (*byte, carry) = (sum as u8, sum >> 8);
    }
    assert_eq!(carry, 0);
    let second = format!("{input}.{}", URL_SAFE_NO_PAD.encode(bytes));
    assert_eq!(verify(&rfc_keys(), KIND, &second), Err(JwsProblem::Signature));
}

/// Under the neutral element as a key, R = neutral and S = 0 is a lax signature of everything.
#[test]
fn a_key_of_small_order_signs_nothing() {
    let mut neutral = [0u8; 32];
    neutral[0] = 1;
    let key = ed25519_dalek::VerifyingKey::from_bytes(&neutral).unwrap();
    let mut signature = [0u8; 64];
    signature[0] = 1;
    let input = b"anything";
    let lax = ed25519_dalek::Verifier::verify(&key, input, &ed25519_dalek::Signature::from_bytes(&signature));
    assert!(lax.is_ok(), "the case is worth nothing unless the lax check accepts it");

    let header = format!(r#"{{"alg":"EdDSA","kid":"weak","typ":"{KIND}"}}"#);
    let input = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode("{}"));
    let text = format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature));
    let weak = VerifyingKey { key, kid: "weak".to_owned() };
    assert_eq!(verify(&[weak], KIND, &text), Err(JwsProblem::Signature));
}

#[test]
fn a_private_key_does_not_print() {
    assert_eq!(format!("{:?}", rfc_key()), "SigningKey(…)");
}
