//! What an operator is shown is what would be sent and paid for.

use super::super::tests::{BRAND, HOST, parse_origin_bound};
use super::*;
use std::collections::HashMap;

/// The GSM alphabet as perl's Encode writes it.
const GSM0338: &str = include_str!("../../../smpp/tests/fixtures/gsm0338.txt");

/// Units of each character of the alphabet, from the table of strangers.
fn table() -> HashMap<char, usize> {
    let rows = GSM0338.lines().filter(|line| !line.starts_with('#'));
    let row = |line: &str| {
        let (septets, point) = line.split_once(' ')?;
        Some((char::from_u32(u32::from_str_radix(point, 16).ok()?)?, septets.len() / 2))
    };
    rows.map(|line| row(line).expect("a row")).collect()
}

/// Alphabet, units and messages by 3GPP TS 23.040, counted another way: no character is cut.
fn counted(text: &str, table: &HashMap<char, usize>) -> (PreviewCoding, usize, usize) {
    let septets: Option<Vec<usize>> = text.chars().map(|character| table.get(&character).copied()).collect();
    let is_gsm = septets.is_some();
    let each = septets.unwrap_or_else(|| text.chars().map(char::len_utf16).collect());
    let (coding, single, part) =
        if is_gsm { (PreviewCoding::Gsm, 160, 153) } else { (PreviewCoding::Ucs2, 70, 67) };
    let units = each.iter().sum();
    let (mut messages, mut room) = (1, part);
    for units in each {
        if units > room {
            (messages, room) = (messages + 1, part);
        }
        room -= units;
    }
    (coding, units, if units <= single { 1 } else { messages })
}

fn occasion(name: TemplateName, locale: &str) -> Occasion {
    Occasion {
        brand: BRAND.to_owned(),
        host: HOST.to_owned(),
        app_hash: None,
        code_length: 6,
        locale: locale.to_owned(),
        name,
    }
}

fn previewed(name: TemplateName, text: &str) -> Preview {
    let template = Template::parse(name, text, true).expect(text);
    preview(&occasion(name, "en"), Some(&template))
}

const SIGN_IN: TemplateName = TemplateName::For(Purpose::SignIn);

#[test]
fn units_and_segments_are_those_of_the_standards_table() {
    let table = table();
    assert_eq!(table.len(), 137);
    let fillers = ["a", "€", "[", "я", "🙂", "’"];
    for filler in fillers {
        for length in (0..150).step_by(3) {
            let found = previewed(SIGN_IN, &format!("{{code}} {}", filler.repeat(length)));
            let (coding, units, segments) = counted(&found.text, &table);
            assert_eq!(
                (found.coding, found.units, found.segments),
                (coding, units, segments),
                "{}",
                found.text
            );
            assert_eq!(found.units_max, if coding == PreviewCoding::Gsm { 160 } else { 70 });
            assert_eq!(parse_origin_bound(&found.text), Some((HOST.to_owned(), "048291".to_owned())));
        }
    }
}

#[test]
fn characters_that_cost_more_are_named_once_each() {
    let found = previewed(SIGN_IN, "{code} “hi” ’ “you” é è ñ ê");
    assert_eq!(found.outside_gsm, ['“', '”', '’', 'ê']);
    assert!(previewed(SIGN_IN, "{code} é è ñ €").outside_gsm.is_empty());
}

#[test]
fn values_are_as_long_as_they_get() {
    let withdrawal = TemplateName::For(Purpose::Withdrawal);
    let text = previewed(withdrawal, "{code} {amount} {payee} {network} {words} {minutes}").text;
    let expected = "048291 1234567.12345678 USDT bc1p0x..zk5jj0 BNB Smart Chain absolute accident 10 ";
    assert!(text.starts_with(expected), "{text}");
    let default = previewed(TemplateName::Default, "{code} {purpose}.").text;
    assert!(default.starts_with("048291 to change a security setting. (absolute accident)"), "{default}");
    let eight = Occasion { code_length: 8, ..occasion(SIGN_IN, "en") };
    assert!(preview(&eight, None).text.starts_with("04829137 "));
}

/// The page's own count is made of these: they must give the same text.
#[test]
fn the_samples_are_the_values_of_the_preview() {
    for name in TemplateName::all() {
        for app_hash in [None, AppHash::try_from("FA+9qCX9VSu".to_owned()).ok()] {
            let occasion = Occasion { app_hash, ..occasion(name, "de") };
            let samples = samples(&occasion);
            let offered =
                samples.values.iter().filter(|(place, value)| name.offers(*place) && !value.is_empty());
            let text: String = offered.clone().map(|(place, _)| format!("{{{}}} ", place.as_str())).collect();
            let values: Vec<&str> = offered.map(|(_, value)| value.as_str()).collect();
            let template = Template::parse(name, &text, true).expect("every value");
            let found = preview(&occasion, Some(&template));
            let told = found.reaches_app == Some(true);
            let lines = if told { samples.app_line } else { String::new() } + &samples.origin_line;
            assert_eq!(found.text, values.join(" ") + &lines);
            assert_eq!(found.reaches_app.is_some(), occasion.app_hash.is_some());
        }
    }
}

#[test]
fn our_own_words_fit_one_segment_with_such_values_in_every_language() {
    let languages: Vec<&str> = languages().collect();
    assert_eq!(languages, ["en", "de"]);
    for name in TemplateName::all().filter(|name| *name != TemplateName::Default) {
        for locale in &languages {
            let occasion = Occasion { brand: "Acme".to_owned(), ..occasion(name, locale) };
            let found = preview(&occasion, None);
            assert_eq!((found.segments, &*found.outside_gsm), (1, &[][..]), "{}", found.text);
        }
    }
}
