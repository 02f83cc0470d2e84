//! What people hear.

use super::super::catalogue::CATALOGUES;
use super::*;
use countersign_core::address::Address;
use countersign_core::id::MessageId;
use countersign_core::model::Notice;
use std::collections::BTreeSet;
use std::time::Duration;

const LEDGER: &str = "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0";

fn say(locale: &str, body: Body) -> String {
    render_voice(&Letter {
        reference: MessageId::from_bytes([7; 16]),
        to: Address::from_exposed("+4915112345678").unwrap(),
        body,
        locale: locale.to_owned(),
        brand: "Acme\r\n".to_owned(),
        sender: None,
        host: "login.acme.example".to_owned(),
        origin: "https://login.acme.example".to_owned(),
        phrase: None,
        template: None,
        app_hash: None,
        valid_for: Duration::from_secs(120),
    })
}

fn code(purpose: Purpose, [amount, payee, network, fingerprint]: [Option<&str>; 4]) -> Body {
    let owned = |detail: Option<&str>| detail.map(str::to_owned);
    Body::Code {
        code: "048213".to_owned(),
        purpose,
        valid_s: 120,
        amount: owned(amount),
        payee: owned(payee),
        network: owned(network),
        fingerprint: owned(fingerprint),
    }
}

const NOTHING: [Option<&str>; 4] = [None; 4];

#[test]
fn the_code_is_said_digit_by_digit_and_twice() {
    let english = "Hello. This is Acme. Here is your code to sign in on a new device. \
                   Your code is: 0, 4, 8, 2, 1, 3. Once more, your code is: 0, 4, 8, 2, 1, 3. \
                   We never ask for this code. If somebody does, or if you did not ask for this call, \
                   hang up and tell nobody.";
    assert_eq!(say("en", code(Purpose::SignIn, NOTHING)), english);
    for purpose in Purpose::ALL {
        for (locale, never) in [("en", "We never ask"), ("de-AT", "Wir fragen nie")] {
            let said = say(locale, code(*purpose, NOTHING));
            assert_eq!(said.matches("0, 4, 8, 2, 1, 3.").count(), 2, "{said}");
            assert!(said.contains("Acme.") && said.contains(never), "{said}");
            assert!(!said.contains("048213"), "a voice would make one number of it: {said}");
        }
    }
    let all = Purpose::ALL.iter().map(|purpose| say("de", code(*purpose, NOTHING)));
    assert_eq!(all.collect::<BTreeSet<_>>().len(), Purpose::ALL.len());
}

/// R51, R52, R55: what a code moves is said with the code.
#[test]
fn a_code_that_moves_value_says_how_much_to_whom_and_which_words_the_page_shows() {
    let details = [Some("0.25 BTC"), Some(LEDGER), Some("Bitcoin"), Some("ocean tiger")];
    let said = say("en", code(Purpose::Withdrawal, details));
    let expected = "This code confirms withdrawing 0.25 BTC on Bitcoin to the address that begins with b, c, 1, p \
                    and ends with 5, j, j, 0. The page that asks for it shows two words: ocean tiger.";
    assert!(said.contains(expected), "{said}");
    let said = say("en", code(Purpose::P2pSell, [Some("10 TON"), Some("Ada Lovelace-King"), None, None]));
    assert!(said.contains("selling 10 TON to Ada Lovelace-King. Your code"), "{said}");
    let said = say("en", code(Purpose::Transfer, [None, Some(LEDGER), Some("Bitcoin"), None]));
    assert!(said.contains("confirms the address that begins with b, c, 1, p"), "{said}");
    let said = say("de", code(Purpose::Transfer, [Some("1 BTC"), Some("Ada"), None, None]));
    assert!(said.contains("von 1 BTC an Ada."), "{said}");
}

#[test]
fn a_notice_is_one_sentence_that_tells_a_stranger_nothing() {
    for notice in Notice::ALL {
        let body = Body::Notice {
            notice: *notice,
            at_ms: 0,
            detail: "Firefox on Windows".to_owned(),
            freeze_path: "/freeze/abc".to_owned(),
        };
        let said = say("en", body);
        assert!(said.starts_with("Hello. This is Acme. Something has changed"), "{said}");
        assert!(!said.contains("Firefox") && !said.contains("freeze"), "{said}");
    }
}

#[test]
fn the_voice_is_told_the_language_of_the_words() {
    for (locale, language) in [("en", "en"), ("de-CH", "de"), ("fr", "en"), ("", "en")] {
        assert_eq!(voice_language(locale), language, "{locale}");
    }
}

#[test]
fn catalogues_hold_exactly_the_keys_that_are_spoken() {
    let sentences = [
        "language",
        "hello",
        "network",
        "payee-ends",
        "words",
        "code",
        "code-again",
        "never-ask",
        "notice",
        "code-transfer-address",
    ];
    let purposes = Purpose::ALL.iter().map(|purpose| format!("voice-code-{}", purpose.as_str()));
    let spoken = sentences.map(|key| format!("voice-{key}")).into_iter().chain(purposes);
    let spoken: BTreeSet<String> = spoken.collect();
    for (tag, source) in CATALOGUES {
        let lines = source.lines().filter(|line| line.starts_with("voice-"));
        let keys: Vec<String> = lines.filter_map(|line| Some(line.split_once(" = ")?.0.to_owned())).collect();
        assert_eq!(keys.iter().cloned().collect::<BTreeSet<_>>(), spoken, "{tag}");
        assert_eq!(keys.len(), spoken.len(), "{tag} says a key twice");
    }
}
