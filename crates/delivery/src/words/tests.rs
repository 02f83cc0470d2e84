//! What people receive: one segment, a last line that browsers can read, a word for everything in every
//! language, and nothing forged by a brand, a payee or a device's name.

use super::catalogue::{CATALOGUES, Words};
use super::*;
use crate::Letter;
use countersign_core::address::Address;
use countersign_core::id::MessageId;
use countersign_core::model::{Body, Notice, Purpose};
use countersign_core::template::TemplateName;
use countersign_smpp::gsm7;
use std::cell::RefCell;
use std::collections::BTreeSet;

const LOCALES: [&str; 2] = ["en", "de"];
pub(super) const BRAND: &str = "Acme Digital Markets"; // 20 characters
pub(super) const HOST: &str = "login.acme.example"; // 18 characters
/// A taproot address of BIP 350, as long as payees get.
const PAYEE: &str = "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0";
pub(super) const PAYEE_CUT: &str = "bc1p0x..zk5jj0";
const FINGERPRINT: &str = "ocean tiger";
/// As long as a token of 128 bits makes it.
const FREEZE_PATH: &str = "/freeze/Zm9vYmFyYmF6cXV4MTIzNA";
/// 21 November 2026, 14:05:09 UTC (GNU date).
const AT_MS: i64 = 1_795_269_909_000;

thread_local! {
    static USED: RefCell<BTreeSet<String>> = const { RefCell::new(BTreeSet::new()) };
}

/// Called by every look-up.
pub(super) fn note_use(key: &str) {
    USED.with_borrow_mut(|used| used.insert(key.to_owned()));
}

pub(super) fn letter(locale: &str, body: Body) -> Letter {
    Letter {
        reference: MessageId::from_bytes([7; 16]),
        to: Address::from_exposed("ada@example.com").unwrap(),
        body,
        locale: locale.to_owned(),
        brand: BRAND.to_owned(),
        sender: None,
        host: HOST.to_owned(),
        origin: format!("https://{HOST}"),
        phrase: None,
        template: None,
        app_hash: None,
        valid_for: Duration::from_millis(119_990),
    }
}

/// Whether a code for this names what it moves.
fn moves_value(purpose: Purpose) -> bool {
    purpose.needs_details() || purpose == Purpose::Transfer
}

pub(super) fn code_body(purpose: Purpose, code: &str) -> Body {
    let details = moves_value(purpose);
    Body::Code {
        code: code.to_owned(),
        purpose,
        valid_s: 120,
        amount: details.then(|| "1.00000001 BTC".to_owned()),
        payee: details.then(|| PAYEE.to_owned()),
        network: (purpose == Purpose::Withdrawal).then(|| "Bitcoin".to_owned()),
        fingerprint: details.then(|| FINGERPRINT.to_owned()),
    }
}

fn notice_body(notice: Notice, detail: &str) -> Body {
    Body::Notice { notice, at_ms: AT_MS, detail: detail.to_owned(), freeze_path: String::new() }
}

fn notice_with_link(notice: Notice, detail: &str) -> Body {
    Body::Notice { notice, at_ms: AT_MS, detail: detail.to_owned(), freeze_path: FREEZE_PATH.to_owned() }
}

/// Every code that can be sent: purpose, code and text.
fn code_texts(change: impl Fn(&mut Letter)) -> Vec<(Purpose, &'static str, String)> {
    let mut texts = Vec::new();
    for purpose in Purpose::ALL {
        for code in ["048213", "04821379"] {
            for locale in LOCALES {
                let mut letter = letter(locale, code_body(*purpose, code));
                change(&mut letter);
                texts.push((*purpose, code, render_sms(&letter)));
            }
        }
    }
    texts
}

/// "Parse an origin-bound one-time code message" of the WICG draft report, step by step; gives host and code.
pub(super) fn parse_origin_bound(message: &str) -> Option<(String, String)> {
    fn marked_token(line: &[char], position: &mut usize, marker: char) -> Option<String> {
        if *line.get(*position)? != marker {
            return None;
        }
        *position += 1;
        line.get(*position)?;
        let start = *position;
        while line.get(*position).is_some_and(|c| !matches!(c, '\t' | '\n' | '\u{0C}' | '\r' | ' ')) {
            *position += 1;
        }
        let token: String = line[start..*position].iter().collect();
        (!token.is_empty()).then_some(token)
    }
    let message = message.replace("\r\n", "\n").replace('\r', "\n");
    let line: Vec<char> = message.split('\n').next_back()?.chars().collect();
    let mut position = 0;
    let host = marked_token(&line, &mut position, '@')?;
    if *line.get(position)? != ' ' {
        return None;
    }
    position += 1;
    let code = marked_token(&line, &mut position, '#')?;
    // R13 asks for more than the draft: nothing may follow.
    (position == line.len()).then_some((host, code))
}

#[test]
fn the_parser_of_this_test_reads_the_examples_of_the_draft() {
    let read = |text: &str| parse_origin_bound(text);
    let expected = Some(("example.com".to_owned(), "747723".to_owned()));
    assert_eq!(read("747723 is your ExampleCo authentication code.\n\n@example.com #747723"), expected);
    assert_eq!(read("something @example.com #747723"), None);
    assert_eq!(read("@example.com code #747723"), None);
    assert_eq!(read("#747723 @example.com"), None);
}

#[test]
fn every_code_fits_one_segment_and_binds_itself_to_its_site() {
    for (purpose, code, text) in code_texts(|_| {}) {
        let septets = gsm7::septet_count(&text).expect("in the GSM alphabet");
        assert!(septets <= 160, "{purpose:?}: {septets} in {text}");
        assert_eq!(parse_origin_bound(&text), Some((HOST.to_owned(), code.to_owned())), "{text}");
        assert!(text.starts_with(code) || text.starts_with(&format!("{BRAND}: {code} ")), "{text}");
        assert!(text.contains(BRAND), "{text}");
        assert_eq!(text.matches('\n').count(), 1, "{text}");
    }
}

#[test]
fn a_code_that_moves_value_says_how_much_to_whom_and_the_two_words() {
    for (purpose, _, text) in code_texts(|_| {}).into_iter().filter(|(purpose, ..)| moves_value(*purpose)) {
        assert!(text.contains("1.00000001 BTC"), "{text}");
        assert!(text.contains(&format!(" {PAYEE_CUT} (ocean tiger).")), "{purpose:?}: {text}");
    }
}

#[test]
fn what_is_left_out_for_room_is_never_amount_payee_words_or_warning() {
    // Longer than any network is called, with the longest words there are.
    let crowd = |letter: &mut Letter| {
        if let Body::Code { network, fingerprint, .. } = &mut letter.body {
            *network = network.is_some().then(|| "Binance Smart Chain (BEP20)".to_owned());
            *fingerprint = fingerprint.is_some().then(|| "absolute accident".to_owned());
        }
    };
    for (purpose, code, text) in code_texts(crowd).into_iter().filter(|(purpose, ..)| moves_value(*purpose)) {
        assert!(!text.contains("Binance") && !text.contains("2 "), "{purpose:?}: {text}");
        let kept = ["1.00000001 BTC", PAYEE_CUT, "(absolute accident)"];
        assert!(kept.iter().all(|part| text.contains(part)), "{purpose:?}: {text}");
        assert!(text.contains("Not you?") || text.contains("Nicht Sie?"), "{purpose:?}: {text}");
        assert_eq!(parse_origin_bound(&text), Some((HOST.to_owned(), code.to_owned())), "{text}");
    }
}

fn at_acme(locale: &str, body: Body) -> Letter {
    Letter {
        brand: "Acme".to_owned(),
        sender: None,
        host: "acme.example".to_owned(),
        origin: "https://acme.example".to_owned(),
        ..letter(locale, body)
    }
}

#[test]
fn the_words_are_those_of_the_interface_page() {
    let short = |purpose| at_acme("en", code_body(purpose, "482913"));
    let sign_in = "482913 is your Acme code to sign in on a new device. We never ask for it by phone or chat. \
                   Valid 2 min.\n@acme.example #482913";
    assert_eq!(render_sms(&short(Purpose::SignIn)), sign_in);
    let withdrawal = "Acme: 482913 confirms 1.00000001 BTC on Bitcoin to bc1p0x..zk5jj0 (ocean tiger). Not you? Do not \
                      share it. Valid 2 min.\n@acme.example #482913";
    assert_eq!(render_sms(&short(Purpose::Withdrawal)), withdrawal);
    let all = Purpose::ALL.iter().map(|purpose| render_sms(&short(*purpose)));
    assert_eq!(all.collect::<BTreeSet<_>>().len(), Purpose::ALL.len(), "each purpose has words of its own");
}

#[test]
fn an_address_that_is_opened_for_later_has_no_amount() {
    let body = Body::Code {
        code: "482913".to_owned(),
        purpose: Purpose::Transfer,
        valid_s: 120,
        amount: None,
        payee: Some(PAYEE.to_owned()),
        network: Some("Bitcoin".to_owned()),
        fingerprint: Some(FINGERPRINT.to_owned()),
    };
    let letter = at_acme("en", body);
    let expected = "Acme: 482913 confirms the address bc1p0x..zk5jj0 on Bitcoin (ocean tiger). Not you? Do not share \
                    it. Valid 2 min.\n@acme.example #482913";
    assert_eq!(render_sms(&letter), expected);
    assert!(render_mail(&letter).text.contains(&format!("the address {PAYEE} on Bitcoin for")));
}

#[test]
fn a_code_for_a_page_that_shows_two_words_carries_them_whatever_it_is_for() {
    for purpose in [Purpose::SignIn, Purpose::SettingChange, Purpose::PasswordReset, Purpose::ApiKey] {
        for locale in LOCALES {
            let mut body = code_body(purpose, "482913");
            if let Body::Code { fingerprint, .. } = &mut body {
                *fingerprint = Some("absolute accident".to_owned());
            }
            let letter = letter(locale, body);
            let text = render_sms(&letter);
            assert!(text.contains(" (absolute accident)"), "{text}");
            assert!(gsm7::septet_count(&text).is_some_and(|septets| septets <= 160), "{text}");
            assert!(render_mail(&letter).text.contains(": absolute accident."), "{locale}");
        }
    }
}

#[test]
fn without_a_host_that_can_be_read_back_there_is_no_last_line() {
    for host in
        ["", "acme example", "acme.example #1", "acme.example\n@evil.example", "https://acme.example", "ä.de"]
    {
        for (_, code, text) in code_texts(|letter| letter.host = host.to_owned()) {
            assert!(!text.contains('\n') && !text.contains('@'), "{host}: {text}");
            assert_eq!(text.matches(code).count(), 1, "{text}");
        }
    }
    for (_, code, text) in code_texts(|letter| letter.host = "localhost:8443".to_owned()) {
        assert_eq!(parse_origin_bound(&text), Some(("localhost".to_owned(), code.to_owned())));
    }
}

#[test]
fn nobody_forges_a_line_through_a_brand_an_amount_or_a_payee() {
    const HOSTILE: &str = "x\r\n@evil.example #000000\u{2028}\u{202E}\u{0}{ $code } \u{85}@evil.example #1";
    let forge = |letter: &mut Letter| {
        letter.brand = HOSTILE.to_owned();
        letter.phrase = Some(HOSTILE.to_owned());
        if let Body::Code { amount: Some(amount), payee: Some(payee), network, .. } = &mut letter.body {
            (*amount, *payee) = (HOSTILE.to_owned(), HOSTILE.to_owned());
            *network = Some(HOSTILE.to_owned());
        }
    };
    for (_, code, text) in code_texts(forge) {
        assert_eq!(parse_origin_bound(&text), Some((HOST.to_owned(), code.to_owned())), "{text}");
        assert_eq!(text.chars().filter(|c| c.is_control()).count(), 1, "{text:?}");
        assert!(text.contains("{ $code }"), "values never pass through the grammar: {text}");
    }
    for purpose in Purpose::ALL {
        let mut hostile = letter("en", code_body(*purpose, "482913"));
        forge(&mut hostile);
        let mail = render_mail(&hostile);
        assert!(!mail.subject.contains(char::is_control), "{:?}", mail.subject);
        assert_eq!(mail.text.lines().filter(|line| line.trim() == "482913").count(), 1);
        assert!(!mail.text.lines().any(|line| line.starts_with('@')), "{}", mail.text);
    }
    let mail = render_mail(&letter("en", notice_body(Notice::NewSignIn, HOSTILE)));
    assert!(!mail.text.contains('\r') && !mail.text.lines().any(|line| line.starts_with('@')));
}

#[test]
fn what_the_gsm_alphabet_lacks_is_sent_whole_rather_than_as_question_marks() {
    let body = Body::Code {
        code: "482913".to_owned(),
        purpose: Purpose::P2pSell,
        valid_s: 120,
        amount: Some("10 TON".to_owned()),
        payee: Some("Мария Иванова".to_owned()),
        network: None,
        fingerprint: Some(FINGERPRINT.to_owned()),
    };
    let text = render_sms(&letter("en", body));
    assert!(text.contains("Мария Иванова"), "{text}");
    assert_eq!(parse_origin_bound(&text), Some((HOST.to_owned(), "482913".to_owned())));
}

#[test]
fn every_notice_has_words_and_fits_one_segment() {
    for notice in Notice::ALL {
        for locale in LOCALES {
            for detail in ["", "Firefox on Windows", "+66 •• ••• ••88", &"Mozilla ".repeat(30)]
            {
                let letter = letter(locale, notice_body(*notice, detail));
                let text = render_sms(&letter);
                assert!(gsm7::septet_count(&text).is_some_and(|septets| septets <= 160), "{text}");
                assert!(text.starts_with(BRAND) && text.contains("2026, 14:05 UTC"), "{text}");
                let mail = render_mail(&letter);
                assert!(
                    mail.subject.contains(BRAND) && mail.text.contains("2026, 14:05 UTC"),
                    "{}",
                    mail.text
                );
                assert!(mail.text.contains(detail.trim()), "{}", mail.text);
            }
        }
    }
    let english = render_sms(&letter("en", notice_body(Notice::NumberBound, "+66 •• ••• ••88")));
    let expected = "Acme Digital Markets: phone number added, 21 Nov 2026, 14:05 UTC, +66 ** *** **88. \
                    Not you? Contact support now.";
    assert_eq!(english, expected);
}

#[test]
fn a_notice_carries_its_freeze_link_whole_and_in_one_segment() {
    let link = format!("https://{HOST}{FREEZE_PATH}");
    for notice in Notice::ALL {
        for locale in LOCALES {
            for detail in ["", "Firefox on Windows", &"Mozilla ".repeat(30)] {
                let letter = letter(locale, notice_with_link(*notice, detail));
                let text = render_sms(&letter);
                assert!(gsm7::septet_count(&text).is_some_and(|septets| septets <= 160), "{text}");
                assert!(text.starts_with(BRAND) && text.ends_with(&format!(": {link}")), "{text}");
                let mail = render_mail(&letter).text;
                assert_eq!(mail.lines().filter(|line| *line == link).count(), 1, "{mail}");
                // A recovery is followed on a page of its own, which lets nobody in without the access code.
                let of_case = mail.lines().filter(|line| line.contains("/recover/")).count();
                assert_eq!(mail.matches("http").count(), 1 + of_case, "{mail}");
            }
        }
    }
    let english = render_sms(&at_acme("en", notice_with_link(Notice::TotpRemoved, "")));
    let expected = "Acme: authenticator app removed, 21 Nov 2026, 14:05 UTC. \
                    Not you? Freeze: https://acme.example/freeze/Zm9vYmFyYmF6cXV4MTIzNA";
    assert_eq!(english, expected);
    let nowhere = Letter { origin: String::new(), ..letter("en", notice_with_link(Notice::TotpAdded, "")) };
    assert!(!render_sms(&nowhere).contains("/freeze/") && !render_mail(&nowhere).text.contains("/freeze/"));
}

#[test]
fn the_phrase_of_the_owner_opens_every_email_and_no_text_message() {
    for body in [code_body(Purpose::SignIn, "482913"), notice_with_link(Notice::PasskeyAdded, "")] {
        let with = Letter { phrase: Some("blue\r\nheron".to_owned()), ..letter("en", body.clone()) };
        assert!(render_mail(&with).text.starts_with("Your phrase: blue heron\n\n"));
        assert!(!render_sms(&with).contains("heron"));
        let without = Letter { phrase: Some(" ".to_owned()), ..letter("en", body) };
        assert!(!render_mail(&without).text.contains("phrase"));
    }
}

#[test]
fn email_carries_the_code_in_the_text_and_never_in_the_subject() {
    for purpose in Purpose::ALL {
        for locale in LOCALES {
            let mail = render_mail(&letter(locale, code_body(*purpose, "482913")));
            assert!(!mail.subject.contains("482913") && mail.subject.contains(BRAND), "{}", mail.subject);
            assert_eq!(mail.text.matches("482913").count(), 1, "{}", mail.text);
            let never_ask =
                if locale == "de" { "Wir fragen nie nach Codes" } else { "We never ask for codes" };
            assert!(mail.text.contains(never_ask), "{}", mail.text);
            assert!(!mail.text.contains("http"), "no links: {}", mail.text);
            if moves_value(*purpose) {
                let parts = ["1.00000001 BTC", PAYEE, ": ocean tiger."];
                assert!(parts.iter().all(|part| mail.text.contains(part)), "{}", mail.text);
            }
        }
    }
}

#[test]
fn minutes_are_the_nearest_whole_ones() {
    for (valid_s, expected) in [(0, 1), (20, 1), (89, 1), (90, 2), (120, 2), (300, 5), (600, 10)] {
        assert_eq!(minutes(Duration::from_secs(valid_s)), expected, "{valid_s}");
    }
    let one =
        Letter { valid_for: Duration::from_secs(60), ..letter("en", code_body(Purpose::SignUp, "482913")) };
    assert!(render_mail(&one).text.contains("for 1 minute."));
}

#[test]
fn a_language_without_words_is_answered_in_english_and_a_region_in_its_language() {
    let sign_up = |locale| render_sms(&letter(locale, code_body(Purpose::SignUp, "482913")));
    for locale in ["fr", "", "xx-YY", "deu", "-"] {
        assert_eq!(sign_up(locale), sign_up("en"), "{locale}");
    }
    for locale in ["de-AT", "DE", "de_CH"] {
        assert_eq!(sign_up(locale), sign_up("de"), "{locale}");
    }
    assert_ne!(sign_up("en"), sign_up("de"));
}

#[test]
fn catalogues_hold_exactly_the_keys_that_are_used_and_no_faults() {
    USED.with_borrow_mut(BTreeSet::clear);
    for purpose in Purpose::ALL {
        let letter = letter("en", code_body(*purpose, "482913"));
        render_sms(&letter);
        render_mail(&letter);
    }
    for notice in Notice::ALL {
        for body in [notice_body(*notice, "Firefox on Windows"), notice_with_link(*notice, "")] {
            let letter = Letter { phrase: Some("blue heron".to_owned()), ..letter("en", body) };
            render_sms(&letter);
            render_mail(&letter);
        }
    }
    for name in TemplateName::all() {
        samples(&Occasion {
            brand: BRAND.to_owned(),
            host: HOST.to_owned(),
            app_hash: None,
            code_length: 6,
            locale: "en".to_owned(),
            name,
        });
    }
    let mut address = code_body(Purpose::Transfer, "482913");
    if let Body::Code { amount, .. } = &mut address {
        *amount = None;
    }
    render_sms(&letter("en", address.clone()));
    render_mail(&letter("en", address));
    let used = USED.with_borrow(Clone::clone);
    assert!(used.len() > 100, "{used:?}");
    for (tag, source) in CATALOGUES {
        assert!(fluent_bundle::FluentResource::try_new(source.to_owned()).is_ok(), "{tag} has a fault");
        let starts = source.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_alphabetic()));
        let keys = starts.filter_map(|line| Some(line.split_once(" =")?.0));
        // What is spoken is looked up by the module that speaks it, whose tests hold its keys.
        let keys: Vec<&str> = keys.filter(|key| !key.starts_with("voice-")).collect();
        let defined: BTreeSet<String> = keys.iter().map(|key| (*key).to_owned()).collect();
        assert_eq!(defined.len(), keys.len(), "{tag} says a key twice");
        assert_eq!(defined, used, "{tag}");
    }
}

#[test]
fn each_language_uses_the_values_that_english_uses() {
    let values = |line: &str| {
        let parts = line.split("{ $").skip(1);
        parts.filter_map(|part| Some(part.split([' ', '}']).next()?.to_owned())).collect::<BTreeSet<_>>()
    };
    let by_key = |source: &'static str| {
        let lines = source.lines().filter_map(|line| line.split_once(" = "));
        lines.map(|(key, text)| (key, values(text))).collect::<Vec<_>>()
    };
    let [(_, english), others @ ..] = CATALOGUES;
    for (tag, source) in others {
        assert_eq!(by_key(source), by_key(english), "{tag}");
    }
}

#[test]
fn a_moment_is_that_of_the_calendar_in_utc() {
    assert_eq!(moment(Words::of("en"), AT_MS), "21 Nov 2026, 14:05 UTC");
    assert_eq!(moment(Words::of("de"), AT_MS), "21. Nov. 2026, 14:05 UTC");
    // `date -u -d @951782399` gives 28 February 2000, 23:59:59.
    assert_eq!(moment(Words::of("de"), 951_782_399_000), "28. Feb. 2000, 23:59 UTC");
    assert_eq!(moment(Words::of("en"), i64::MIN), "1 Jan 1970, 00:00 UTC");
}
