//! What an operator may write, what holders read of it, and whose text speaks.

use super::*;
use proptest::prelude::*;

const WITHDRAWAL: TemplateName = TemplateName::For(Purpose::Withdrawal);
const SIGN_IN: TemplateName = TemplateName::For(Purpose::SignIn);

const VALUES: TemplateValues<'static> = TemplateValues {
    code: "482913",
    brand: "Acme",
    purpose: "to sign in",
    amount: "0.25 BTC",
    payee: "bc1p0x..zk5jj0",
    network: "Bitcoin",
    words: "ocean tiger",
    minutes: "2",
    warning: "Tell nobody.",
};
const NO_VALUE: TemplateValues<'static> =
    TemplateValues { amount: "", payee: "", network: "", words: "", ..VALUES };

fn problem(name: TemplateName, text: &str) -> TemplateProblem {
    Template::parse(name, text, false).expect_err(text)
}

fn rendered(name: TemplateName, text: &str, values: &TemplateValues<'_>) -> Option<String> {
    Template::parse(name, text, false).expect(text).render(values)
}

#[test]
fn every_value_stands_where_its_place_is() {
    let text = "{brand}: {code} {amount} > {payee} [{network}] ({words}) {minutes} min. {warning}";
    let said = "Acme: 482913 0.25 BTC > bc1p0x..zk5jj0 [Bitcoin] (ocean tiger) 2 min. Tell nobody.";
    assert_eq!(rendered(WITHDRAWAL, text, &VALUES).as_deref(), Some(said));
    let default = rendered(TemplateName::Default, "{code}: {purpose}, {warning}", &NO_VALUE);
    assert_eq!(default.as_deref(), Some("482913: to sign in, Tell nobody."));
}

/// R12 and R55: neither depends on whether the operator thought of it.
#[test]
fn the_words_of_the_page_and_the_warning_follow_where_they_have_no_place() {
    let values = TemplateValues { words: "ocean tiger", ..NO_VALUE };
    let said = rendered(SIGN_IN, "{code} for {brand}.", &values);
    assert_eq!(said.as_deref(), Some("482913 for Acme. (ocean tiger) Tell nobody."));
    let placed = rendered(SIGN_IN, "{warning} {code} ({words})", &values);
    assert_eq!(placed.as_deref(), Some("Tell nobody. 482913 (ocean tiger)"));
}

/// R51: what the code confirms is said, or the operator's text is not used at all.
#[test]
fn an_amount_or_a_payee_is_never_left_out_and_never_made_up() {
    let text = "{code}: {amount} {payee}";
    assert!(rendered(WITHDRAWAL, text, &VALUES).is_some());
    for missing in [TemplateValues { amount: "", ..VALUES }, TemplateValues { payee: "", ..VALUES }] {
        assert_eq!(rendered(WITHDRAWAL, text, &missing), None);
    }
    assert_eq!(rendered(SIGN_IN, "{code}", &VALUES), None);
    for (text, lacks) in [("{code} {amount}", Placeholder::Payee), ("{code} {payee}", Placeholder::Amount)] {
        for purpose in [Purpose::Withdrawal, Purpose::P2pSell, Purpose::Transfer] {
            assert_eq!(problem(TemplateName::For(purpose), text), TemplateProblem::Missing(lacks));
        }
    }
}

#[test]
fn what_may_be_absent_leaves_no_trace() {
    for (text, said) in [
        ("{code} ({words}). {warning}", "482913. Tell nobody."),
        ("{code} [{words}]! {warning}", "482913! Tell nobody."),
        ("{warning} {code} {words}", "Tell nobody. 482913"),
        ("{words} {code} {warning}", "482913 Tell nobody."),
        ("({words}) {code} {warning}", "482913 Tell nobody."),
        ("{code} ({words} x) {warning}", "482913 x) Tell nobody."),
    ] {
        assert_eq!(rendered(SIGN_IN, text, &NO_VALUE).as_deref(), Some(said), "{text}");
    }
    // "on" would be left without its network.
    let text = "{code}: {amount} on {network} to {payee}. {warning}";
    assert_eq!(rendered(WITHDRAWAL, text, &TemplateValues { network: "", ..VALUES }), None);
}

#[test]
fn each_fault_is_named() {
    use TemplateProblem as P;
    assert_eq!(problem(SIGN_IN, " \n "), P::Empty);
    assert_eq!(problem(SIGN_IN, &format!("{{code}}{}", "a".repeat(295))), P::TooLong);
    for unseen in ["a\nb", "a\u{0}", "\u{7f}a", "a\u{2028}b", "\u{202E}a", "a\u{200B}b", "a\u{E000}"] {
        assert_eq!(problem(SIGN_IN, &format!("x {unseen} {{code}}")), P::Control, "{unseen:?}");
    }
    for braces in ["{code", "code}", "{{code}}", "{code}}", "{co{de}}", "} {code}"] {
        assert_eq!(problem(SIGN_IN, braces), P::Brace, "{braces}");
    }
    assert_eq!(problem(SIGN_IN, "{Code}"), P::Unknown("Code".to_owned()));
    assert_eq!(problem(SIGN_IN, "{}"), P::Unknown(String::new()));
    assert_eq!(problem(SIGN_IN, "{brand}"), P::Missing(Placeholder::Code));
    assert_eq!(problem(TemplateName::Default, "{code}"), P::Missing(Placeholder::Purpose));
    for placeholder in ["amount", "payee", "network"] {
        let found = problem(SIGN_IN, &format!("{{code}} {{{placeholder}}}"));
        assert_eq!(found, P::OutOfPlace(Placeholder::from_text(placeholder).expect("named")));
    }
    for touched in ["1{code}", "{code}0", "{minutes}{code}", "{code}{minutes}", "{code}\u{0660}"] {
        assert_eq!(problem(SIGN_IN, touched), P::CodeTouched, "{touched}");
    }
    assert!(Template::parse(SIGN_IN, "验证码{code}，请勿", false).is_ok(), "languages without spaces");
    assert!(Template::parse(SIGN_IN, "کد می\u{200c}شود {code}", false).is_ok(), "a joiner is spelling");
}

/// R12: nothing to tap on.
#[test]
fn whatever_a_phone_makes_a_link_of_is_refused() {
    for link in [
        "https://acme.example",
        "HTTP://x",
        "market://details",
        "www.acme.example/a",
        "acme.example",
        "bit.ly/3x",
        "ada@acme.example",
        "(acme.example)",
        "code.Tell",
        "münchen.de",
        "пример.рф",
        "acme。example",
        "{brand}.io",
        "x.{brand}",
        "192.168.10.1/x",
        "acme.co.",
    ] {
        let text = format!("{{code}} {link} {{warning}}");
        assert!(matches!(problem(SIGN_IN, &text), TemplateProblem::Link(_)), "{link}");
    }
    for fine in [
        "Tell nobody. Ever.",
        "z.B. am 1.2.2026",
        "12.30 Uhr",
        "e.g. now",
        "{brand}. {minutes} Min.",
        "no...no",
    ] {
        let text = format!("{{code}} {fine}");
        assert_eq!(Template::parse(SIGN_IN, &text, false).err(), None, "{fine}");
    }
}

#[test]
fn a_purpose_speaks_before_the_default_and_never_another_language() {
    let keys = |purpose, locale| {
        let found = candidates(purpose, locale);
        found.into_iter().map(|(name, locale)| format!("{} {locale}", name.as_str())).collect::<Vec<_>>()
    };
    let expected = ["sign_in de-at", "sign_in de", "default de-at", "default de"];
    assert_eq!(keys(Purpose::SignIn, "de_AT"), expected);
    // The example of RFC 4647, 3.4, on the default text's absence: value is never confirmed by it.
    let expected = ["zh-hant-cn-x-private1-private2", "zh-hant-cn-x-private1", "zh-hant-cn", "zh-hant", "zh"];
    let expected: Vec<String> = expected.iter().map(|tag| format!("withdrawal {tag}")).collect();
    assert_eq!(keys(Purpose::Withdrawal, "zh-Hant-CN-x-private1-private2"), expected);
    for nothing in ["", "-", "e", "en--gb", "en gb", "../en", "englishlang"] {
        assert!(keys(Purpose::SignIn, nothing).is_empty(), "{nothing}");
        assert_eq!(locale_key(nothing), None, "{nothing}");
    }
}

#[test]
fn names_come_back_as_what_they_were() {
    assert_eq!(TemplateName::all().count(), Purpose::ALL.len() + 1);
    for name in TemplateName::all() {
        assert_eq!(TemplateName::from_text(name.as_str()), Some(name));
    }
    assert_eq!(TemplateName::from_text("Default"), None);
}

#[test]
fn an_app_hash_is_eleven_characters_of_base64() {
    let read = |text: &str| serde_json::from_value::<AppHash>(serde_json::Value::String(text.to_owned()));
    // The example of the SMS Retriever's documentation.
    assert_eq!(read("FA+9qCX9VSu").expect("a hash").as_str(), "FA+9qCX9VSu");
    for wrong in ["", "FA+9qCX9VS", "FA+9qCX9VSuu", "FA-9qCX9VSu", "FA+9qCX9VS=", "FA+9qCX9V\u{e4}"] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
}

proptest! {
    /// Whatever is written: a text that is taken says code and warning, and nothing of it is a link or unseen.
    #[test]
    fn a_text_that_is_taken_says_the_code_and_the_warning(
        parts in proptest::collection::vec(prop_oneof![
            Just("{code}".to_owned()), Just("{brand}".to_owned()), Just("{words}".to_owned()),
            Just("{warning}".to_owned()), Just(" ".to_owned()), Just("(".to_owned()), Just(")".to_owned()),
            "\\PC{0,6}",
        ], 0..12),
        with_words in any::<bool>(),
    ) {
        let text = parts.concat();
        let values = TemplateValues { words: if with_words { "ocean tiger" } else { "" }, ..NO_VALUE };
        if let Ok(template) = Template::parse(SIGN_IN, &text, false) {
            let said = template.render(&values).expect("no value is missing");
            prop_assert!(said.contains("482913") && said.contains("Tell nobody."), "{}", said);
            prop_assert_eq!(with_words, said.contains("ocean tiger"));
            prop_assert!(!said.contains("://") && !said.chars().any(is_unseen), "{}", said);
            prop_assert_eq!(said.trim(), &*said);
        }
    }

    #[test]
    fn no_text_makes_the_reader_fall(text in "\\PC*", name in 0usize..10) {
        let name = TemplateName::all().nth(name).expect("ten names");
        if let Ok(template) = Template::parse(name, &text, true) {
            prop_assert!(template.holds(Placeholder::Code) && template.may_split());
        }
    }
}
