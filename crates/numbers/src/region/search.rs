//! The search of the country picker: from "66", "+66", "TH", "thai" or "ไทย" to Thailand.
//!
//! Decides what matches and in which order. Case, the accents of European letters and punctuation do not
//! count. Refuses to guess at misspellings: the list is short enough to be read.

use super::{Region, RegionCode, data};
use crate::typed;

/// Names that people look for and CLDR's English list does not carry.
const ALSO_KNOWN_AS: &[(RegionCode, &[&str])] = &[
    (RegionCode(*b"AE"), &["UAE", "Emirates"]),
    (RegionCode(*b"CD"), &["DR Congo", "Democratic Republic of the Congo"]),
    (RegionCode(*b"CG"), &["Republic of the Congo"]),
    (RegionCode(*b"CI"), &["Ivory Coast"]),
    (RegionCode(*b"CV"), &["Cabo Verde"]),
    (RegionCode(*b"CZ"), &["Czech Republic"]),
    (RegionCode(*b"GB"), &["UK", "Great Britain", "England", "Scotland", "Wales", "Northern Ireland"]),
    (RegionCode(*b"MM"), &["Burma"]),
    (RegionCode(*b"NL"), &["Holland"]),
    (RegionCode(*b"SZ"), &["Swaziland"]),
    (RegionCode(*b"TL"), &["East Timor"]),
    (RegionCode(*b"TR"), &["Turkey"]),
    (RegionCode(*b"US"), &["USA", "America"]),
    (RegionCode(*b"VA"), &["Holy See"]),
];

/// How well a region fits, best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// The ISO code or the calling code itself, or a whole name.
    Exact,
    /// A calling code or a name starts with the text.
    Start,
    /// A later word of a name starts with the text.
    Word,
    /// The text stands somewhere inside a name.
    Inside,
}

/// The regions that a typed text means, the best fit first, then the main region of a shared calling code,
/// then by English name. A calling code followed by more digits finds the code's regions; an empty text finds
/// all.
pub fn search_regions(text: &str) -> Vec<&'static Region> {
    let wanted = fold(text);
    let wanted = wanted.trim();
    if wanted.is_empty() && !text.trim().is_empty() {
        return Vec::new();
    }
    let digits = wanted.strip_prefix('+').unwrap_or(wanted).replace(' ', "");
    let by_code = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let fit = |region: &Region| {
        if by_code { calling_code_fit(region, &digits) } else { name_fit(region, wanted) }
    };
    let mut found: Vec<(Fit, bool, &Region)> = data::REGIONS
        .iter()
        .filter_map(|region| Some((fit(region)?, by_code && !is_main(region), region)))
        .collect();
    // The sort is stable, so regions of one fit stay in the order of their English names.
    found.sort_by_key(|&(fit, is_second, _)| (fit, is_second));
    found.into_iter().map(|(_, _, region)| region).collect()
}

/// No calling code starts with another, so the code of a longer run of digits is certain.
fn calling_code_fit(region: &Region, digits: &str) -> Option<Fit> {
    let code = region.calling_code.to_string();
    if digits.starts_with(&code) {
        Some(Fit::Exact)
    } else if code.starts_with(digits) {
        Some(Fit::Start)
    } else {
        None
    }
}

fn is_main(region: &Region) -> bool {
    data::MAIN_REGIONS
        .iter()
        .find(|&&(calling_code, _)| calling_code == region.calling_code)
        .is_none_or(|&(_, main)| main == region.code)
}

fn name_fit(region: &Region, wanted: &str) -> Option<Fit> {
    if fold(region.code.as_str()) == wanted {
        return Some(Fit::Exact);
    }
    let others =
        ALSO_KNOWN_AS.iter().find(|(code, _)| *code == region.code).map_or(&[][..], |&(_, names)| names);
    let names = [region.name, region.local_name];
    names.iter().chain(others).filter_map(|name| text_fit(&fold(name), wanted)).min()
}

fn text_fit(name: &str, wanted: &str) -> Option<Fit> {
    let fit = |(at, _): (usize, &str)| match name[..at].chars().next_back() {
        None if name.len() == wanted.len() => Fit::Exact,
        None => Fit::Start,
        Some(before) if !before.is_alphanumeric() => Fit::Word,
        Some(_) => Fit::Inside,
    };
    name.match_indices(wanted).map(fit).min()
}

/// One form for all ways to write a name: lower case, no accents on European letters, ASCII digits, "and" for
/// "&", and one space for any run of other punctuation. Letters of other scripts stay as they are.
fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for character in text.chars().flat_map(char::to_lowercase) {
        match character {
            digit if typed::digit(digit).is_some() => folded.extend(typed::digit(digit)),
            plus if typed::is_plus(plus) => folded.push('+'),
            '\u{300}'..='\u{36f}' | '\'' | '’' | 'ʻ' | 'ʼ' | '.' => {}
            'à'..='å' | 'ā' | 'ă' | 'ą' | 'ǎ' | 'ạ'..='ặ' => folded.push('a'),
            'æ' => folded.push_str("ae"),
            'ç' | 'ć'..='č' => folded.push('c'),
            'ď' | 'đ' | 'ð' => folded.push('d'),
            'è'..='ë' | 'ē'..='ě' | 'ẹ'..='ệ' | 'ə' => folded.push('e'),
            'ĝ'..='ģ' => folded.push('g'),
            'ì'..='ï' | 'ĩ'..='ı' | 'ỉ'..='ị' => folded.push('i'),
            'ķ' => folded.push('k'),
            'ĺ'..='ł' => folded.push('l'),
            'ñ' | 'ń'..='ň' => folded.push('n'),
            'ò'..='ö' | 'ø' | 'ō'..='ő' | 'ơ' | 'ọ'..='ợ' => folded.push('o'),
            'œ' => folded.push_str("oe"),
            'ŕ'..='ř' => folded.push('r'),
            'ś'..='š' | 'ș' => folded.push('s'),
            'ß' => folded.push_str("ss"),
            'ţ'..='ŧ' | 'ț' => folded.push('t'),
            'þ' => folded.push_str("th"),
            'ù'..='ü' | 'ũ'..='ų' | 'ư' | 'ụ'..='ự' => folded.push('u'),
            'ý' | 'ÿ' | 'ỳ'..='ỹ' => folded.push('y'),
            'ź'..='ž' => folded.push('z'),
            'ά' => folded.push('α'),
            'έ' => folded.push('ε'),
            'ή' => folded.push('η'),
            'ί' | 'ϊ' | 'ΐ' => folded.push('ι'),
            'ό' => folded.push('ο'),
            'ύ' | 'ϋ' | 'ΰ' => folded.push('υ'),
            'ώ' => folded.push('ω'),
            'ς' => folded.push('σ'),
            'ё' => folded.push('е'),
            '&' => folded.push_str("and"),
            other if other.is_whitespace() || other.is_ascii_punctuation() || other == '–' => {
                if !folded.ends_with(' ') {
                    folded.push(' ');
                }
            }
            other => folded.push(other),
        }
    }
    folded
}
