//! The list of regions and the search of the country picker (design: interface, 1.3).

use std::collections::BTreeSet;

use countersign_numbers::{PhoneNumber, RegionCode, UnknownRegion, region, regions, search_regions};
use rlibphonenumber::PHONE_NUMBER_UTIL;

fn found(text: &str) -> Vec<String> {
    search_regions(text).iter().map(|region| region.code.to_string()).collect()
}

#[test]
fn the_list_is_the_numbering_plans_own() {
    let listed: BTreeSet<(String, i32)> =
        regions().iter().map(|region| (region.code.to_string(), i32::from(region.calling_code))).collect();
    let in_plan: BTreeSet<(String, i32)> = PHONE_NUMBER_UTIL
        .get_supported_regions()
        .map(|region| (region.to_string(), PHONE_NUMBER_UTIL.get_country_code_for_region(region).unwrap()))
        .collect();
    assert_eq!(listed, in_plan);
    assert_eq!(listed.len(), regions().len(), "a code is listed twice");
    assert!(regions().len() >= 221);
}

#[test]
fn every_region_has_names_and_its_example_is_one_of_its_numbers() {
    let without_example: Vec<String> = regions()
        .iter()
        .filter(|region| region.example.is_none())
        .map(|region| region.code.to_string())
        .collect();
    assert_eq!(without_example, ["TA"], "Tristan da Cunha has no mobiles");
    for region in regions() {
        assert!(!region.name.is_empty() && !region.local_name.is_empty(), "{}", region.code);
        let Some(example) = region.example else { continue };
        let number = PhoneNumber::parse(example, Some(region.code)).unwrap();
        assert_eq!(number.calling_code(), region.calling_code, "{}", region.code);
        assert!(matches!(number.line().as_str(), "mobile" | "fixed_line_or_mobile"), "{}", region.code);
    }
}

#[test]
fn the_list_reads_in_english_order() {
    let names: Vec<&str> = regions().iter().map(|region| region.name).collect();
    assert_eq!((names[0], names[1], names[244]), ("Afghanistan", "Åland Islands", "Zimbabwe"));
    let initials: Vec<char> = names
        .iter()
        .map(|name| if name.starts_with('Å') { 'A' } else { name.chars().next().unwrap() })
        .collect();
    assert!(initials.is_sorted());
}

#[test]
fn codes_parse_from_either_case_and_nothing_else() {
    assert_eq!("th".parse::<RegionCode>().map(|code| code.to_string()), Ok("TH".to_owned()));
    for text in ["", "T", "THA", "ZZ", "001", "т", "U S", "\u{0}\u{0}"] {
        assert_eq!(text.parse::<RegionCode>(), Err(UnknownRegion), "{text:?}");
    }
    let code: RegionCode = serde_json::from_str("\"th\"").unwrap();
    assert_eq!(serde_json::to_string(&code).unwrap(), "\"TH\"");
    assert_eq!(region(code).map(|region| (region.name, region.local_name)), Some(("Thailand", "ไทย")));
    assert!(serde_json::from_str::<RegionCode>("\"ZZ\"").is_err());
}

#[test]
fn thailand_is_found_by_everything_people_type() {
    for text in ["66", "+66", "TH", "th", "thai", "THAILAND", "ไทย", " thai ", "+66 81", "+٦٦", "６６"]
    {
        assert_eq!(found(text).first().map(String::as_str), Some("TH"), "{text}");
    }
}

#[test]
fn accents_case_and_punctuation_do_not_count() {
    for (text, code) in [
        ("cote d'ivoire", "CI"),
        ("CÔTE D’IVOIRE", "CI"),
        ("ivory coast", "CI"),
        ("aland", "AX"),
        ("Åland", "AX"),
        ("A\u{30a}land", "AX"),
        ("curacao", "CW"),
        ("turkiye", "TR"),
        ("TÜRKİYE", "TR"),
        ("turkey", "TR"),
        ("osterreich", "AT"),
        ("espana", "ES"),
        ("cesko", "CZ"),
        ("viet nam", "VN"),
        ("Việt Nam", "VN"),
        ("polska", "PL"),
        ("ΕΛΛΑΔΑ", "GR"),
        ("ελλαδα", "GR"),
        ("россия", "RU"),
        ("РОССИЯ", "RU"),
        ("st lucia", "LC"),
        ("sao tome", "ST"),
        ("antigua and barbuda", "AG"),
        ("guinea bissau", "GW"),
        ("us virgin", "VI"),
        ("UK", "GB"),
        ("usa", "US"),
        ("uae", "AE"),
        ("日本", "JP"),
        ("한국", "-"),
        ("대한민국", "KR"),
        ("مصر", "EG"),
    ] {
        assert_eq!(found(text).first().map_or("-", String::as_str), code, "{text}");
    }
}

#[test]
fn better_fits_come_first() {
    let korea = found("korea");
    assert_eq!(korea, ["KP", "KR"]);
    let guinea = found("guinea");
    assert_eq!(guinea[0], "GN", "the whole name first: {guinea:?}");
    assert_eq!(guinea.len(), 4, "{guinea:?}");
    let united = found("united");
    assert_eq!(united[..3], ["AE", "GB", "US"], "{united:?}");
    // "in" is India's code; Indonesia starts with it; others have it inside.
    assert_eq!(found("in")[0], "IN");
}

#[test]
fn calling_codes_find_all_their_regions_the_main_one_first() {
    let north_america = found("+1");
    assert_eq!(north_america.len(), 25);
    assert_eq!(north_america[..3], ["US", "AS", "AI"]);
    assert_eq!(found("44"), ["GB", "GG", "IM", "JE"]);
    assert_eq!(found("7"), ["RU", "KZ"]);
    assert!(
        found("6").len() > 10
            && found("6").iter().all(|code| region(code.parse().unwrap())
                .unwrap()
                .calling_code
                .to_string()
                .starts_with('6'))
    );
}

#[test]
fn an_empty_text_finds_all_and_nonsense_none() {
    assert_eq!(search_regions("").len(), regions().len());
    assert_eq!(search_regions("  ").len(), regions().len());
    for text in ["xyzzy", "+", "999999", "<script>", "'; --", &"a".repeat(100_000)] {
        assert!(search_regions(text).is_empty(), "{}", &text[..text.len().min(20)]);
    }
}
