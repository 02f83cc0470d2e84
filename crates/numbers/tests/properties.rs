//! What holds for every text and every number.

use countersign_numbers::{PhoneNumber, RegionCode, regions, search_regions};
use proptest::prelude::{ProptestConfig, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};

fn any_region() -> impl Strategy<Value = Option<RegionCode>> {
    proptest::option::of((0..regions().len()).prop_map(|index| regions()[index].code))
}

/// Text that looks enough like a number to get past the door.
fn number_like() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\+?[0-9]{0,20}",
        "[+＋0-9٠-٩۰-۹०-९０-９ ()./\u{200b}\u{200f}\u{a0}-]{0,70}",
        (0..regions().len(), "[0-9]{2,13}")
            .prop_map(|(index, digits)| format!("+{}{digits}", regions()[index].calling_code)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn any_text_is_answered(text in any::<String>(), region in any_region()) {
        let _ = PhoneNumber::parse(&text, region);
        let _ = PhoneNumber::from_e164(&text);
        let _ = search_regions(&text);
    }

    #[test]
    fn a_number_read_is_read_again_as_itself(text in number_like(), region in any_region()) {
        if let Ok(number) = PhoneNumber::parse(&text, region) {
            let e164 = number.e164().to_owned();
            prop_assert!(e164.len() <= 16 && e164.starts_with('+'));
            prop_assert!(e164[1..].bytes().all(|byte| byte.is_ascii_digit()));
            prop_assert_eq!(PhoneNumber::from_e164(&e164), Ok(number.clone()));
            prop_assert_eq!(PhoneNumber::parse(&e164, region), Ok(number.clone()));
            prop_assert_eq!(PhoneNumber::parse(&number.international(), region), Ok(number.clone()));
        }
    }

    #[test]
    fn no_printed_form_shows_more_than_code_and_two_digits(text in number_like(), region in any_region()) {
        if let Ok(number) = PhoneNumber::parse(&text, region) {
            let end = &number.e164()[number.e164().len() - 2..];
            let allowed = format!("{}{end}", number.calling_code());
            let debug = [format!("{number:?}"), format!("{number:#?}")];
            for printed in [number.masked(), number.to_string()].into_iter().chain(debug) {
                let shown: String = printed.chars().filter(|character| character.is_numeric()).collect();
                prop_assert_eq!(&shown, &allowed);
            }
        }
    }
}
