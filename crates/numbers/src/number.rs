//! A phone number of the world's numbering plan, in E.164.
//!
//! Decides whether digits are a number, and which. Refuses to hold anything that is not one: a `PhoneNumber`
//! is always valid by the metadata it was built with, so no caller checks twice. Shows itself only masked
//! (R10).

use std::fmt;

use rlibphonenumber::{
    NumberLengthType, PHONE_NUMBER_UTIL, ParseError, PhoneNumberFormat, Region as PlanRegion, ValidationError,
};

use crate::{LineKind, RegionCode, typed};

/// A valid number. `Debug` and `Display` print [`PhoneNumber::masked`]; the digits come out only by name.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PhoneNumber {
    e164: Box<str>,
    calling_code: u16,
    region: Option<RegionCode>,
    line: LineKind,
}

/// Why a text is not a number. No variant carries the text (R10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NumberError {
    /// Nothing but white space and invisible marks.
    Empty,
    /// More than 64 characters: no number in any layout is that long.
    InputTooLong,
    /// Letters, an extension, several numbers, or anything else that is not one plain number.
    NotANumber,
    /// A national number, but no region was chosen to read it in.
    RegionNeeded,
    /// The digits after the plus sign start with no calling code in use.
    UnknownCallingCode,
    /// Shorter than the region's numbers, or a local number without its area code.
    TooShort,
    /// Longer than the region's numbers.
    TooLong,
    /// Of a length that the region's numbers have, or lie between, but no such number is in its plan.
    NotInPlan,
}

impl NumberError {
    /// The stable snake_case code, for the API and for the catalogues to look up words by.
    pub fn as_str(self) -> &'static str {
        match self {
            NumberError::Empty => "empty",
            NumberError::InputTooLong => "input_too_long",
            NumberError::NotANumber => "not_a_number",
            NumberError::RegionNeeded => "region_needed",
            NumberError::UnknownCallingCode => "unknown_calling_code",
            NumberError::TooShort => "too_short",
            NumberError::TooLong => "too_long",
            NumberError::NotInPlan => "not_in_plan",
        }
    }
}

impl fmt::Display for NumberError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl std::error::Error for NumberError {}

impl PhoneNumber {
    /// Reads a number as people type it: nationally in the chosen `region` (with or without the trunk
    /// prefix), or internationally with `+`, with the region's own international prefix, or with `00`.
    ///
    /// A plus sign wins over the chosen region. Any script's digits, layout and invisible marks are
    /// understood; a number with an extension or in letters is [`NumberError::NotANumber`], since no code can
    /// be sent to it.
    pub fn parse(typed: &str, region: Option<RegionCode>) -> Result<PhoneNumber, NumberError> {
        let typed = typed::read(typed)?;
        if typed.international {
            return in_plan(&format!("+{}", typed.digits), None);
        }
        let after_00 = typed.digits.strip_prefix("00").map(|rest| format!("+{rest}"));
        let Some(region) = region else {
            return after_00
                .map_or(Err(NumberError::RegionNeeded), |international| in_plan(&international, None));
        };
        // The region's own reading comes first: "00" may be its trunk or international prefix. Where it is
        // neither (North America dials 011), the whole world still types 00 for "+", so that is the second
        // try.
        in_plan(&typed.digits, Some(region)).or_else(|refusal| match after_00 {
            Some(international) => in_plan(&international, None).map_err(|_| refusal),
            None => Err(refusal),
        })
    }

    /// Reads a number in strict E.164, `+` and at most 15 ASCII digits in the plan's own form: for stored
    /// values and the API. A number that has left the plan since it was stored is [`NumberError::NotInPlan`].
    pub fn from_e164(e164: &str) -> Result<PhoneNumber, NumberError> {
        let digits = e164.strip_prefix('+').ok_or(NumberError::NotANumber)?;
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NumberError::NotANumber);
        }
        if digits.len() > E164_DIGITS_MAX {
            return Err(NumberError::TooLong);
        }
        let number = in_plan(e164, None)?;
        // "+44020…" reads as a number, but is not how that number is written in E.164.
        if number.e164() == e164 { Ok(number) } else { Err(NumberError::NotInPlan) }
    }

    /// E.164, for example `+66812345678`.
    pub fn e164(&self) -> &str {
        &self.e164
    }

    /// The international form with the region's grouping, for example `+66 81 234 5678`.
    pub fn international(&self) -> String {
        self.formatted(PhoneNumberFormat::International)
    }

    /// The national form with trunk prefix and grouping, for example `081 234 5678`.
    pub fn national(&self) -> String {
        self.formatted(PhoneNumberFormat::National)
    }

    /// The international form with all but the calling code and the last two digits hidden: `+66 •• •••
    /// ••78`.
    pub fn masked(&self) -> String {
        let international = self.international();
        let shown_from_start = self.calling_code_digits();
        let hidden_to = (self.e164.len() - 1).saturating_sub(2);
        let mut position = 0;
        let mask = |character: char| {
            if !character.is_ascii_digit() {
                return character;
            }
            position += 1;
            if position > shown_from_start && position <= hidden_to { '•' } else { character }
        };
        international.chars().map(mask).collect()
    }

    /// The region whose plan holds the number; `None` for numbers of no region (+800, +870 and others).
    pub fn region(&self) -> Option<RegionCode> {
        self.region
    }

    /// The calling code, for example 66.
    pub fn calling_code(&self) -> u16 {
        self.calling_code
    }

    /// The kind of line, as far as the numbering plan tells.
    pub fn line(&self) -> LineKind {
        self.line
    }

    /// The first `digits` digits, calling code included, without the plus sign: the key of limits by prefix.
    /// The whole number where it has fewer.
    pub fn prefix(&self, digits: usize) -> &str {
        let all = &self.e164[1..];
        all.get(..digits).unwrap_or(all)
    }

    fn calling_code_digits(&self) -> usize {
        self.calling_code.checked_ilog10().map_or(1, |log| log as usize + 1)
    }

    fn formatted(&self, format: PhoneNumberFormat) -> String {
        match PHONE_NUMBER_UTIL.parse(&*self.e164, None) {
            Ok(number) => PHONE_NUMBER_UTIL.format(&number, format).into_owned(),
            // Not reached: the digits were read once already. E.164 is a right, if plain, way to write it.
            Err(_) => self.e164.to_string(),
        }
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PhoneNumber({})", self.masked())
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.masked())
    }
}

/// ITU-T E.164, 6.2.1: at most 15 digits with the calling code.
const E164_DIGITS_MAX: usize = 15;

/// Reads clean text (`+` and ASCII digits) by the numbering plan. With no region, the text must start with
/// `+`.
fn in_plan(digits: &str, region: Option<RegionCode>) -> Result<PhoneNumber, NumberError> {
    let parsed = PHONE_NUMBER_UTIL.parse(digits, region.and_then(RegionCode::in_plan)).map_err(unread)?;
    // A number is in the plan when it is in some region's; asking for that region asks both at once.
    let Some(region) = PHONE_NUMBER_UTIL.get_region_for_number(&parsed) else {
        return Err(outside_plan(&parsed));
    };
    if !PHONE_NUMBER_UTIL.is_valid_number_for_region(&parsed, region) {
        return Err(outside_plan(&parsed));
    }
    let e164 = PHONE_NUMBER_UTIL.format(&parsed, PhoneNumberFormat::E164);
    // The plan of a few regions (Germany's) admits national numbers that no international call can carry.
    if e164.len() > 1 + E164_DIGITS_MAX {
        return Err(NumberError::TooLong);
    }
    Ok(PhoneNumber {
        e164: e164.into(),
        calling_code: u16::try_from(parsed.country_code).map_err(|_| NumberError::UnknownCallingCode)?,
        region: if region == PlanRegion::World { None } else { RegionCode::of_plan(region) },
        line: LineKind::of(PHONE_NUMBER_UTIL.get_number_type(&parsed)),
    })
}

fn unread(error: ParseError) -> NumberError {
    match error {
        ParseError::InvalidCountryCode => NumberError::UnknownCallingCode,
        // The text is nothing but digits by now: what the library will not look at are fewer than three of
        // them.
        ParseError::NotANumber(_) | ParseError::TooShortAfterIdd | ParseError::TooShortNsn => {
            NumberError::TooShort
        }
        ParseError::TooLongNsn => NumberError::TooLong,
    }
}

/// Why digits that could be read are no number of the plan.
fn outside_plan(parsed: &rlibphonenumber::PhoneNumber) -> NumberError {
    match PHONE_NUMBER_UTIL.is_possible_number_with_reason(parsed) {
        Ok(NumberLengthType::IsPossibleLocalOnly) | Err(ValidationError::TooShort) => NumberError::TooShort,
        Ok(NumberLengthType::IsPossible) | Err(ValidationError::InvalidLength) => NumberError::NotInPlan,
        Err(ValidationError::TooLong) => NumberError::TooLong,
        Err(ValidationError::InvalidCountryCode) => NumberError::UnknownCallingCode,
    }
}
