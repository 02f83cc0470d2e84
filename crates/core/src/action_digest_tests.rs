//! What an action confirms: which details it may have at all, that any edit of any of them is another digest
//! (T12), what is shown of them, and that an assertion is good for its own action alone (T11).

use super::*;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

// Which details.

#[test]
fn every_kind_asks_for_the_details_that_say_what_is_done_and_to_whom() {
    for (kind, required) in [
        (ActionKind::SignIn, &[][..]),
        (ActionKind::Withdrawal, &["amount", "asset", "network", "address"]),
        (ActionKind::P2pSell, &["amount", "asset", "payee"]),
        (ActionKind::ApiKeyCreate, &["label", "scopes"]),
        (ActionKind::PasswordReset, &[]),
        (ActionKind::InternalTransfer, &["amount", "asset", "payee"]),
        (ActionKind::SubAccountTransfer, &["amount", "asset", "payee"]),
        (ActionKind::Gift, &["amount", "asset", "payee"]),
        (ActionKind::Voucher, &["amount", "asset", "payee"]),
        (ActionKind::CardPayment, &["amount", "asset", "payee"]),
        (ActionKind::P2pAd, &["amount", "asset", "payee"]),
        (ActionKind::WhitelistEdit, &["asset", "network", "address"]),
        (ActionKind::FactorAdd, &["setting"]),
        (ActionKind::FactorRemove, &["setting"]),
        (ActionKind::PhoneChange, &[]),
        (ActionKind::Unfreeze, &[]),
        (ActionKind::Recovery, &["case"]),
    ] {
        let whole = details_of(kind);
        assert_eq!(whole.0.len(), required.len(), "{kind:?}");
        assert_eq!(judge_details(kind, &whole), Ok(()), "{kind:?}");
        for name in required {
            let mut poorer = whole.clone();
            assert!(poorer.0.remove(*name).is_some(), "{kind:?} {name}");
            assert_eq!(judge_details(kind, &poorer), Err(DetailProblem::Missing(name)), "{kind:?}");
        }
        let mut richer = whole;
        richer.0.insert("memo".to_owned(), "107".to_owned());
        assert_eq!(judge_details(kind, &richer), Ok(()), "{kind:?}: more may be said");
    }
}

fn with(name: &str, text: &str) -> Result<(), DetailProblem> {
    let mut details = details_of(ActionKind::Withdrawal);
    details.0.insert(name.to_owned(), text.to_owned());
    judge_details(ActionKind::Withdrawal, &details)
}

fn malformed(name: &str) -> Result<(), DetailProblem> {
    Err(DetailProblem::Malformed(name.to_owned()))
}

#[test]
fn amounts_are_exact_and_more_than_nothing() {
    for text in ["1", "0.5", "0.000000000000000001", "999999999999999999", "007.10"] {
        assert_eq!(with("amount", text), Ok(()), "{text}");
    }
    for text in [
        "0",
        "0.0",
        "000",
        "-1",
        "+1",
        "1e3",
        "1,5",
        "1 000",
        " 1",
        "1 ",
        ".5",
        "5.",
        "0x10",
        "NaN",
        "١٢",
        "１",
        "1.2.3",
        "1234567890123456789",
        "0.1234567890123456789",
        "half",
    ] {
        assert_eq!(with("amount", text), malformed("amount"), "{text}");
    }
    assert_eq!(with("fee", "at most 1,5"), Ok(()), "only the amount is compared with anything");
}

#[test]
fn names_are_lower_case_words_of_at_most_32_letters() {
    let longest = "a".repeat(32);
    for name in ["a", "_", "price_per_unit", &longest] {
        assert_eq!(with(name, "x"), Ok(()), "{name}");
    }
    let too_long = "a".repeat(33);
    for name in ["", "Memo", "memo1", "memo-tag", "memo tag", "mémo", "m\u{200b}emo", "memo\n", &too_long] {
        let shown: String = name.chars().take(32).collect();
        assert_eq!(with(name, "x"), malformed(&shown), "{name:?}");
    }
}

#[test]
fn texts_are_one_line_of_at_most_256_characters_that_look_like_what_they_are() {
    let (longest, too_long) = ("ж".repeat(256), "ж".repeat(257));
    for text in ["x", "Zoë's café", "ราคา", "שלום", "👍", &longest] {
        assert_eq!(with("memo", text), Ok(()), "{text}");
    }
    assert_eq!(with("memo", ""), malformed("memo"));
    assert_eq!(with("memo", &too_long), malformed("memo"));
    // Unicode 16, PropList.txt: every character of Bidi_Control, the two line separators of UAX 14 beside the
    // control characters, and what has no width and so cannot be seen.
    let bidi = ['\u{61c}', '\u{200e}', '\u{200f}'].into_iter().chain('\u{202a}'..='\u{202e}');
    let bidi = bidi.chain('\u{2066}'..='\u{2069}');
    let lines =
        ['\0', '\t', '\n', '\r', '\u{b}', '\u{c}', '\u{1b}', '\u{7f}', '\u{85}', '\u{2028}', '\u{2029}'];
    let unseen =
        ['\u{ad}', '\u{180e}', '\u{200b}', '\u{200c}', '\u{200d}', '\u{2060}', '\u{2064}', '\u{feff}'];
    for c in bidi.chain(lines).chain(unseen) {
        for text in [format!("{c}bc1qada"), format!("bc1q{c}ada"), format!("bc1qada{c}")] {
            assert_eq!(with("address", &text), malformed("address"), "U+{:04X}", u32::from(c));
        }
    }
}

#[test]
fn sixteen_details_are_the_most() {
    let mut details = details_of(ActionKind::Withdrawal);
    for letter in 'a'..='l' {
        details.0.insert(letter.to_string(), "x".to_owned());
    }
    assert_eq!(details.0.len(), 16);
    assert_eq!(judge_details(ActionKind::Withdrawal, &details), Ok(()));
    details.0.insert("m".to_owned(), "x".to_owned());
    assert_eq!(judge_details(ActionKind::Withdrawal, &details), Err(DetailProblem::TooMany));
}

// T12: what is confirmed cannot be swapped.

fn withdrawal_details() -> ActionDetails {
    details(&[
        ("amount", "0.5"),
        ("asset", "USDT"),
        ("network", "tron"),
        ("address", "TXYZopYRdj2D9XRtbG411XZZ3kM5VkAeBf"),
        ("memo", "107"),
        ("fee", "1.0"),
    ])
}

fn withdrawal_of(details: ActionDetails) -> Action {
    let stage = Stage::new();
    let wanted = Wanted { details, ..wanted(ActionKind::Withdrawal) };
    open(wanted, &account(), &facts(), Ok(()), 1, stage.world()).outcome.unwrap()
}

/// Computed here the way a relying party would: a map that sorts by itself, serde_json's writer, SHA-256.
fn computed_elsewhere(action: &Action) -> String {
    let members: std::collections::BTreeMap<&str, Value> = [
        ("service", json!(action.service_id.to_string())),
        ("kind", json!(action.kind.as_str())),
        ("details", json!(action.details.0)),
        ("audience", json!(action.audience)),
        ("action", json!(action.id.to_string())),
        ("account", json!(action.account_id.to_string())),
    ]
    .into();
    URL_SAFE_NO_PAD.encode(Sha256::digest(serde_json::to_string(&members).unwrap()))
}

#[test]
fn a_relying_party_computes_the_same_digest_from_what_it_asked_for() {
    for details in [withdrawal_details(), details_of(ActionKind::Withdrawal)] {
        let action = withdrawal_of(details);
        assert_eq!(action.digest.to_text(), computed_elsewhere(&action));
    }
    let odd =
        details(&[("amount", "1"), ("asset", "BTC"), ("network", "\"\\/\u{e9}\u{1f600}"), ("address", "{}")]);
    let action = withdrawal_of(odd);
    assert_eq!(action.digest.to_text(), computed_elsewhere(&action));
}

#[test]
fn t12_every_edit_of_anything_that_is_confirmed_is_another_digest() {
    let action = withdrawal_of(withdrawal_details());
    let mut edits: Vec<(String, Action)> = Vec::new();
    for (name, text) in &action.details.0 {
        let swapped_case: String = text
            .chars()
            .map(|c| if c.is_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() })
            .collect();
        let (head, tail) = text.split_at(text.len() - 1);
        for edited in [
            format!("{text}0"),
            format!(" {text}"),
            format!("{text} "),
            head.to_owned(),
            format!("{tail}{head}"),
            swapped_case,
        ] {
            if edited != *text {
                let mut other = action.clone();
                other.details.0.insert(name.clone(), edited.clone());
                edits.push((format!("{name}: {edited}"), other));
            }
        }
        let mut without = action.clone();
        without.details.0.remove(name);
        edits.push((format!("without {name}"), without));
        let mut renamed = action.clone();
        renamed.details.0.remove(name);
        renamed.details.0.insert(format!("{name}_"), text.clone());
        edits.push((format!("{name}_"), renamed));
        for (other_name, other_text) in action.details.0.iter().filter(|(other, _)| *other > name) {
            let mut exchanged = action.clone();
            exchanged.details.0.insert(name.clone(), other_text.clone());
            exchanged.details.0.insert(other_name.clone(), text.clone());
            edits.push((format!("{name} and {other_name} exchanged"), exchanged));
        }
    }
    let mut more = action.clone();
    more.details.0.insert("payee".to_owned(), "eve".to_owned());
    edits.push(("one more".to_owned(), more));
    for kind in ActionKind::ALL.iter().filter(|kind| **kind != action.kind) {
        edits.push((format!("{kind:?}"), Action { kind: *kind, ..action.clone() }));
    }
    for audience in ["https://exchange.example/", "https://exchange.exampl", "HTTPS://exchange.example", ""] {
        edits.push((audience.to_owned(), Action { audience: audience.to_owned(), ..action.clone() }));
    }
    edits.push(("account".to_owned(), Action { account_id: account_id(2), ..action.clone() }));
    edits.push(("service".to_owned(), Action { service_id: service_id(2), ..action.clone() }));
    edits.push(("action".to_owned(), Action { id: ActionId::from_bytes([8; 16]), ..action.clone() }));

    let mut seen = std::collections::HashSet::from([action.digest.to_text()]);
    for (edit, other) in &edits {
        let Action { service_id, account_id, id, kind, .. } = *other;
        let edited = digest(service_id, account_id, id, kind, &other.audience, &other.details);
        assert_eq!(edited.to_text(), computed_elsewhere(other), "{edit}");
        assert!(seen.insert(edited.to_text()), "{edit}: not told apart");
    }
    assert!(edits.len() > 80, "{}", edits.len());
}

/// The edit at each step of the way: the words shown, the code, the assertion, the redemption.
#[test]
fn t12_an_edit_shows_at_every_step() {
    let stage = Stage::new();
    let shown = authorised(&stage);
    let id = shown.assertion_id.unwrap();
    for (name, text) in
        [("amount", "0.50"), ("amount", "5"), ("network", "ethereum"), ("address", "eve"), ("memo", "1")]
    {
        let mut details = shown.details.clone();
        details.0.insert(name.to_owned(), text.to_owned());
        let Action { service_id, account_id, kind, .. } = shown;
        let edited = digest(service_id, account_id, shown.id, kind, &shown.audience, &details);
        let other = Action { digest: edited, details, ..shown.clone() };
        assert_ne!(
            confirmed(&shown).fingerprint,
            confirmed(&other).fingerprint,
            "{name}: the words on the page"
        );
        assert_ne!(
            confirmed(&shown).digest(),
            confirmed(&other).digest(),
            "{name}: what its code is bound to"
        );
        let decision = redeem(shown.clone(), &id, &edited, KEY, Ok(()), stage.world());
        assert_eq!(decision, Decision::only(Redeemed::DigestMismatch), "{name}");
    }
}

#[test]
fn the_same_request_twice_is_two_actions_with_two_digests() {
    let stage = Stage::new();
    let (one, two) = (opened(ActionKind::Withdrawal, &stage), opened(ActionKind::Withdrawal, &stage));
    assert_eq!(one.details, two.details);
    assert_ne!((one.id, one.digest), (two.id, two.digest));
}

// What is shown.

#[test]
fn what_is_confirmed_names_amount_network_and_payee_and_the_words_of_the_digest() {
    let action = withdrawal_of(withdrawal_details());
    let shown = confirmed(&action);
    assert_eq!((shown.amount.as_str(), shown.network.as_str()), ("0.5 USDT", "tron"));
    assert_eq!(shown.payee, "TXYZopYRdj2D9XRtbG411XZZ3kM5VkAeBf");
    assert_eq!(shown.action, action.digest);
    let list: Vec<&str> = include_str!("../data/fingerprint_words.txt").lines().collect();
    let bits = u32::from_be_bytes(*action.digest.0.first_chunk().unwrap());
    let words = [bits >> 21, bits >> 10 & 0x7ff].map(|place| list[usize::try_from(place).unwrap()]);
    assert_eq!(shown.fingerprint, words.join(" "));

    let sale = Action {
        details: details(&[("amount", "1"), ("asset", "ETH"), ("payee", "Søren")]),
        ..pending(ActionKind::P2pSell, &[])
    };
    assert_eq!((confirmed(&sale).amount.as_str(), confirmed(&sale).payee.as_str()), ("1 ETH", "Søren"));
    let listed = confirmed(&pending(ActionKind::WhitelistEdit, &[]));
    assert_eq!(
        (listed.amount.as_str(), listed.network.as_str()),
        ("BTC", "something"),
        "an asset without amount"
    );
    let key = confirmed(&pending(ActionKind::ApiKeyCreate, &[]));
    assert_eq!([key.amount, key.payee, key.network], [""; 3], "words alone");
    assert_ne!(key.fingerprint, "");
}

/// R10: an action can be printed by a careless log line without saying how much goes where.
#[test]
fn t7_no_action_prints_what_it_is_about() {
    let stage = Stage::new();
    let action = Action {
        passkey_challenge: Some(Redacted("challenge-secret".to_owned())),
        link: Some(TokenHash([0xab; 32])),
        ..withdrawal_of(withdrawal_details())
    };
    let decision = cancel(action.clone(), CancelReason::Declined, stage.world());
    let printed = format!("{action:?} {decision:?} {:#?}", opened(ActionKind::Withdrawal, &stage));
    for secret in ["TXYZ", "0.5", "107", "tron", "challenge-secret", "171, 171"] {
        assert!(!printed.contains(secret), "{secret} is printed");
    }
}

// T11: an assertion is good for its own action alone.

#[test]
fn t11_an_assertion_redeems_its_own_action_with_its_own_digest_alone() {
    let stage = Stage::new();
    let mut cells: Vec<Action> = Vec::new();
    for bits in 0..16u8 {
        let account = Account {
            id: account_id(1 + (bits & 1)),
            service_id: service_id(1 + (bits >> 1 & 1)),
            ..account()
        };
        let kind = if bits & 4 == 0 { ActionKind::Withdrawal } else { ActionKind::WhitelistEdit };
        let mut details = details_of(kind);
        if bits & 8 != 0 {
            details.0.insert("address".to_owned(), "bc1qeve".to_owned());
        }
        let wanted = Wanted { details, ..wanted(kind) };
        let mut action = open(wanted, &account, &facts(), Ok(()), 1, stage.world()).outcome.unwrap();
        for factor in [TradingPassword, Totp] {
            action = match note_proof(action, factor, Ok(()), stage.world()).outcome {
                Proved::More(action) | Proved::Authorised(action) => action,
                Proved::Refused(..) => panic!("the gate is open"),
            };
        }
        cells.push(action);
    }
    let mut redeemed = 0;
    for (a, action) in cells.iter().enumerate() {
        for (j, jti) in cells.iter().enumerate() {
            for (d, digest) in cells.iter().enumerate() {
                let id = jti.assertion_id.unwrap();
                let decision = redeem(action.clone(), &id, &digest.digest, KEY, Ok(()), stage.world());
                let diagonal = a == j && a == d;
                assert_eq!(matches!(decision.outcome, Redeemed::Yes(_)), diagonal, "{a} {j} {d}");
                assert_eq!(decision.changes.is_empty(), !diagonal, "{a} {j} {d}");
                redeemed += usize::from(diagonal);
            }
        }
    }
    assert_eq!(redeemed, 16, "the diagonal itself is open");
}
