//! An operator's text in a letter: used where it fits, ours where it does not, and the machine's lines always last.

use super::super::tests::{BRAND, HOST, PAYEE_CUT, code_body, letter, parse_origin_bound};
use super::*;
use countersign_core::template::TemplateName;
use countersign_smpp::gsm7;

/// The example of the documentation of Android's SMS Retriever.
const HASH: &str = "FA+9qCX9VSu";

fn app_hash() -> Option<AppHash> {
    Some(AppHash::try_from(HASH.to_owned()).expect("a hash"))
}

fn said(purpose: Purpose, text: &str, may_split: bool, change: impl FnOnce(&mut Letter)) -> String {
    let template = Template::parse(TemplateName::For(purpose), text, may_split).expect(text);
    let mut letter = Letter { template: Some(template), ..letter("en", code_body(purpose, "048213")) };
    change(&mut letter);
    render_sms(&letter)
}

fn ours(purpose: Purpose) -> String {
    render_sms(&letter("en", code_body(purpose, "048213")))
}

#[test]
fn an_operators_text_speaks_with_the_values_of_ours_and_the_same_last_line() {
    let text = said(Purpose::Withdrawal, "{brand} {code}: {amount}, {payee} ({words})", false, |_| {});
    let expected = format!(
        "{BRAND} 048213: 1.00000001 BTC, {PAYEE_CUT} (ocean tiger) Not you? Do not share it.\n@{HOST} #048213"
    );
    assert_eq!(text, expected);
    let text = said(Purpose::SignIn, "{code} fuer {minutes} Min. {purpose}.", false, |letter| {
        letter.locale = "de".to_owned();
    });
    let expected = "048213 fuer 2 Min. für die Anmeldung auf einem neuen Gerät. Wir fragen Sie nie danach.";
    assert_eq!(text, format!("{expected}\n@{HOST} #048213"));
}

#[test]
fn a_second_segment_is_sent_only_where_it_was_agreed_to_and_a_third_never() {
    let long = format!("{{code}} {}", "a".repeat(120));
    assert_eq!(said(Purpose::SignIn, &long, false, |_| {}), ours(Purpose::SignIn));
    let split = said(Purpose::SignIn, &long, true, |_| {});
    assert!(split.contains(&"a".repeat(120)) && split.ends_with(&format!("\n@{HOST} #048213")), "{split}");
    // One Cyrillic letter leaves 70 characters to a message and 67 to each of two.
    let russian = format!("{{code}} я {}", "a".repeat(120));
    assert_eq!(said(Purpose::SignIn, &russian, true, |_| {}), ours(Purpose::SignIn));
    let short = said(Purpose::SignIn, "{code} я", true, |_| {});
    assert!(short.starts_with("048213 я "), "{short}");
    // The values decide, not only what was written: a payee outside the alphabet makes the text longer.
    let text = "{brand}: {code}, {amount}, {payee} ({words}) {warning}";
    let fits = said(Purpose::P2pSell, text, false, |_| {});
    assert!(fits.starts_with(&format!("{BRAND}: 048213, ")), "{fits}");
    let grown = said(Purpose::P2pSell, text, false, |letter| {
        if let Body::Code { payee, .. } = &mut letter.body {
            *payee = Some("Мария".to_owned());
        }
    });
    assert!(grown.contains("confirms selling"), "{grown}");
}

/// R51: ours says what the operator's cannot.
#[test]
fn a_text_without_a_place_for_what_the_code_confirms_is_not_used() {
    let template = Template::parse(TemplateName::For(Purpose::SignIn), "{code} for {brand}", false);
    let template = Some(template.expect("a text"));
    let letter = Letter { template, ..letter("en", code_body(Purpose::Withdrawal, "048213")) };
    assert_eq!(render_sms(&letter), ours(Purpose::Withdrawal));
    let address = said(Purpose::Transfer, "{code} {amount} {payee}", false, |letter| {
        if let Body::Code { amount, .. } = &mut letter.body {
            *amount = None;
        }
    });
    assert!(address.contains("confirms the address"), "{address}");
}

/// R13 and R14: the hash above, the origin last, and 140 bytes at most; what does not fit is only the hash.
#[test]
fn an_android_app_is_told_where_the_text_is_short_enough() {
    for purpose in Purpose::ALL {
        for locale in ["en", "de"] {
            for brand in ["Acme", BRAND] {
                let told = Letter {
                    app_hash: app_hash(),
                    brand: brand.to_owned(),
                    ..letter(locale, code_body(*purpose, "048213"))
                };
                let text = render_sms(&told);
                assert_eq!(parse_origin_bound(&text), Some((HOST.to_owned(), "048213".to_owned())), "{text}");
                let untold = render_sms(&Letter { app_hash: None, ..told });
                if text.contains(HASH) {
                    let lines: Vec<&str> = text.lines().collect();
                    assert_eq!(lines[1..], [HASH, &format!("@{HOST} #048213")]);
                    assert!(text.len() <= 140, "{text}");
                } else {
                    assert_eq!(text, untold);
                }
            }
        }
    }
    let told = |text| said(Purpose::SignUp, text, false, |letter| letter.app_hash = app_hash());
    assert!(told("{code} for {brand}.").contains(HASH));
    let untold = told(&format!("{{code}} {} {{warning}}", "a".repeat(60)));
    assert!(!untold.contains(HASH) && untold.contains(&"a".repeat(60)), "{untold}");
}

#[test]
fn without_a_host_the_hash_is_the_last_line() {
    let text = said(Purpose::SignUp, "{code} for {brand}.", false, |letter| {
        letter.host = String::new();
        letter.app_hash = app_hash();
    });
    assert!(text.ends_with(&format!(".\n{HASH}")), "{text}");
}

/// The next number of a fixed walk (Marsaglia's xorshift).
fn step(state: &mut u64) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    usize::try_from(*state >> 40).expect("24 bits")
}

/// R13 against the algorithm that browsers follow, over texts nobody would write.
#[test]
fn whatever_is_written_the_code_is_read_back_from_the_last_line() {
    const PARTS: [&str; 16] = [
        "{code}",
        "{brand}",
        "{words}",
        "{minutes}",
        "{warning}",
        "{purpose}",
        " ",
        "@evil ",
        "#000000",
        "@",
        "#",
        "я",
        "€",
        "🙂",
        "[",
        "a sentence of some length, ",
    ];
    let mut state = 0x9E37_79B9_7F4A_7C15;
    let (mut used, mut split) = (0, 0);
    for _ in 0..20_000 {
        let text: String =
            (0..1 + step(&mut state) % 14).map(|_| PARTS[step(&mut state) % PARTS.len()]).collect();
        let may_split = step(&mut state).is_multiple_of(2);
        let purpose = Purpose::SignIn;
        let Ok(template) = Template::parse(TemplateName::For(purpose), &text, may_split) else { continue };
        let mut letter = letter("en", code_body(purpose, "048213"));
        letter.template = Some(template);
        letter.app_hash = app_hash().filter(|_| step(&mut state).is_multiple_of(2));
        let said = render_sms(&letter);
        assert_eq!(parse_origin_bound(&said), Some((HOST.to_owned(), "048213".to_owned())), "{said}");
        assert!(said.matches('\n').count() <= 2 && said.contains("We never ask"), "{said}");
        let units =
            gsm7::septet_count(&said).map_or(said.encode_utf16().count() * 160 / 70, |septets| septets);
        assert!(may_split || units <= 160, "{said}");
        used += usize::from(!said.contains("is your "));
        split += usize::from(units > 160);
    }
    assert!(
        used > 500 && split > 20,
        "the walk reached texts that are used ({used}) and that split ({split})"
    );
}
