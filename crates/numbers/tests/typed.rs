//! What people type into a phone field, and what they are told. Expected values are from the numbering plans
//! themselves (trunk prefixes, international prefixes) and from numbers reserved for fiction or
//! documentation.

use countersign_numbers::{LineKind, NumberError, PhoneNumber};

/// Reads under a region; "-" stands for none.
fn read(typed: &str, region: &str) -> Result<String, NumberError> {
    PhoneNumber::parse(typed, region.parse().ok()).map(|number| number.e164().to_owned())
}

#[test]
fn usual_forms_are_read() {
    for (region, typed, e164) in [
        ("TH", "081 234 5678", "+66812345678"),
        ("TH", "812345678", "+66812345678"),
        ("TH", "66812345678", "+66812345678"),
        ("TH", "0066812345678", "+66812345678"),
        ("TH", "๐๘๑-๒๓๔-๕๖๗๘", "+66812345678"),
        ("GB", "07400 123456", "+447400123456"),
        ("GB", "(07400) 123 456", "+447400123456"),
        ("GB", "+44 (0)20 7946 0018", "+442079460018"),
        ("GB", "0044 7400 123456", "+447400123456"),
        ("US", "(201) 555-0123", "+12015550123"),
        ("US", "1-201-555-0123", "+12015550123"),
        ("US", "011 44 7400 123456", "+447400123456"),
        // North America dials 011, yet visitors type 00.
        ("US", "00 44 7400 123456", "+447400123456"),
        ("-", "00 44 7400 123456", "+447400123456"),
        // The plus sign wins over the region chosen.
        ("TH", "+44 7400 123456", "+447400123456"),
        ("US", "+66 81 234 5678", "+66812345678"),
        // Italy keeps its zero, Russia's trunk prefix is 8, Hungary's 06.
        ("IT", "06 698 12345", "+390669812345"),
        ("RU", "8 (912) 345-67-89", "+79123456789"),
        ("HU", "06 20 123 4567", "+36201234567"),
        ("AE", "٠٥٠ ١٢٣ ٤٥٦٧", "+971501234567"),
        ("IR", "۰۹۱۲ ۳۴۵ ۶۷۸۹", "+989123456789"),
        ("IN", "०८१२३४ ५६७८९", "+918123456789"),
        ("JP", "０９０－１２３４－５６７８", "+819012345678"),
        // Argentina writes 15 after the area code for mobiles and 9 before it from abroad.
        ("AR", "0343 15-555-1212", "+5493435551212"),
        ("AR", "+54 9 343 555 1212", "+5493435551212"),
    ] {
        assert_eq!(read(typed, region).as_deref(), Ok(e164), "{region} {typed}");
    }
}

#[test]
fn each_refusal_has_its_reason() {
    for (region, typed, refusal) in [
        ("TH", "", NumberError::Empty),
        ("TH", " \u{200e}", NumberError::Empty),
        ("TH", "call me", NumberError::NotANumber),
        ("US", "1-800-FLOWERS", NumberError::NotANumber),
        ("TH", "081 234 5678 ext. 5", NumberError::NotANumber),
        ("-", "081 234 5678", NumberError::RegionNeeded),
        ("-", "5", NumberError::RegionNeeded),
        ("TH", "+999 81 234 5678", NumberError::UnknownCallingCode),
        ("TH", "+0 81 234 5678", NumberError::UnknownCallingCode),
        ("TH", "0", NumberError::TooShort),
        ("TH", "+66", NumberError::TooShort),
        ("TH", "0812", NumberError::TooShort),
        ("US", "555-0123", NumberError::TooShort),
        ("GB", "07400 123456 78", NumberError::TooLong),
        ("TH", "0812345678/0823456789", NumberError::TooLong),
        ("TH", "09999999999999999999999999999999999999999999999999999999999999", NumberError::TooLong),
        ("TH", "011 234 5678", NumberError::NotInPlan),
        ("US", "(201) 055-0123", NumberError::NotInPlan),
        // Mexico took the 1 after 52 out of its plan in 2019; old address books have it still.
        ("MX", "+52 1 222 123 4567", NumberError::TooLong),
        // Ofcom's numbers for drama are in nobody's plan, so no code is ever sent to one.
        ("GB", "07700 900123", NumberError::NotInPlan),
        ("GB", "07400 123 45X", NumberError::NotANumber),
    ] {
        assert_eq!(read(typed, region), Err(refusal), "{region} {typed}");
    }
    assert_eq!(read(&"0".repeat(65), "TH"), Err(NumberError::InputTooLong));
}

#[test]
fn strict_e164_takes_no_layout() {
    assert_eq!(PhoneNumber::from_e164("+66812345678").map(|number| number.calling_code()), Ok(66));
    for (text, refusal) in [
        ("", NumberError::NotANumber),
        ("+", NumberError::NotANumber),
        ("66812345678", NumberError::NotANumber),
        ("+66 812345678", NumberError::NotANumber),
        ("+66812345678 ", NumberError::NotANumber),
        ("++66812345678", NumberError::NotANumber),
        ("+٦٦٨١٢٣٤٥٦٧٨", NumberError::NotANumber),
        ("tel:+66812345678", NumberError::NotANumber),
        ("+660812345678", NumberError::NotInPlan),
        ("+520442221234", NumberError::NotInPlan),
        ("+447400123456789", NumberError::TooLong),
        ("+66812345678123456789", NumberError::TooLong),
        ("+6681", NumberError::TooShort),
        ("+999812345678", NumberError::UnknownCallingCode),
    ] {
        assert_eq!(PhoneNumber::from_e164(text), Err(refusal), "{text}");
    }
}

#[test]
fn a_number_tells_its_parts() {
    let number = PhoneNumber::from_e164("+66812345678").unwrap();
    assert_eq!(number.international(), "+66 81 234 5678");
    assert_eq!(number.national(), "081 234 5678");
    assert_eq!(number.masked(), "+66 •• ••• ••78");
    assert_eq!(number.region().map(|region| region.to_string()).as_deref(), Some("TH"));
    assert_eq!((number.calling_code(), number.line()), (66, LineKind::Mobile));
    assert_eq!([number.prefix(0), number.prefix(4), number.prefix(99)], ["", "6681", "66812345678"]);

    let free = PhoneNumber::from_e164("+80012345678").unwrap();
    assert_eq!((free.region(), free.calling_code(), free.line()), (None, 800, LineKind::TollFree));

    // One plan, several regions: the number tells which, whatever was chosen.
    let canadian = PhoneNumber::parse("(506) 234-5678", Some("US".parse().unwrap())).unwrap();
    assert_eq!(canadian.region().map(|region| region.to_string()).as_deref(), Some("CA"));
    assert_eq!(canadian.line(), LineKind::FixedLineOrMobile);
}

#[test]
fn the_digits_come_out_only_by_name() {
    let number = PhoneNumber::from_e164("+12015550123").unwrap();
    assert_eq!(format!("{number}"), "+1 •••-•••-••23");
    assert_eq!(format!("{number:?}"), "PhoneNumber(+1 •••-•••-••23)");
    let refusal = PhoneNumber::parse("+1 201 055 0123", None).unwrap_err();
    assert_eq!(format!("{refusal} {refusal:?}"), "not_in_plan NotInPlan");
}

#[test]
fn names_of_kinds_are_the_same_in_json() {
    for (kind, name) in [
        (LineKind::Mobile, "mobile"),
        (LineKind::FixedLineOrMobile, "fixed_line_or_mobile"),
        (LineKind::FixedLine, "fixed_line"),
        (LineKind::Voip, "voip"),
        (LineKind::TollFree, "toll_free"),
        (LineKind::PremiumRate, "premium_rate"),
        (LineKind::SharedCost, "shared_cost"),
        (LineKind::PersonalNumber, "personal_number"),
        (LineKind::Pager, "pager"),
        (LineKind::Uan, "uan"),
        (LineKind::Voicemail, "voicemail"),
        (LineKind::Unknown, "unknown"),
    ] {
        assert_eq!(kind.as_str(), name);
        assert_eq!(serde_json::to_value(kind).unwrap(), name);
        assert_eq!(serde_json::from_value::<LineKind>(name.into()).unwrap(), kind);
    }
}
