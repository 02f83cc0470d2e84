//! The regions of the numbering plan: code, calling code, names, an example, and the search of the country
//! picker.
//!
//! Decides which regions exist and which of them a typed text means. Refuses to know which are allowed, or
//! slow: that is policy and measurement. The table is a constant, so listing it costs nothing and starts no
//! numbering plan.

mod data;
mod search;

use std::fmt;
use std::str::FromStr;

use rlibphonenumber::Region as PlanRegion;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use search::search_regions;

/// A region as libphonenumber knows it: an ISO 3166-1 alpha-2 code, or one of its few additions (AC, TA, XK).
///
/// Parses from either case and shows itself in capitals; in JSON it is that string.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RegionCode([u8; 2]);

/// The text is no code of a region that the numbering plan knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownRegion;

/// A region, ready to be shown in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// Its code, for example TH.
    pub code: RegionCode,
    /// Its calling code, for example 66. Regions share some of them: 25 share 1.
    pub calling_code: u16,
    /// Its English name (CLDR).
    pub name: &'static str,
    /// Its name in its own most spoken official language (CLDR), or the English one.
    pub local_name: &'static str,
    /// A typical mobile number, written nationally; a hint for the input. `None` where the plan gives none.
    pub example: Option<&'static str>,
}

/// All regions of the numbering plan, sorted by English name.
pub fn regions() -> &'static [Region] {
    &data::REGIONS
}

/// The region of a code. Every code that parsed has one.
pub fn region(code: RegionCode) -> Option<&'static Region> {
    data::REGIONS.iter().find(|region| region.code == code)
}

impl RegionCode {
    /// The two capital letters.
    pub fn as_str(&self) -> &str {
        // Built from ASCII letters only, so this is always text.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    pub(crate) fn in_plan(self) -> Option<PlanRegion> {
        self.as_str().parse().ok()
    }

    pub(crate) fn of_plan(region: PlanRegion) -> Option<RegionCode> {
        region.as_region_str().parse().ok()
    }
}

impl FromStr for RegionCode {
    type Err = UnknownRegion;

    fn from_str(text: &str) -> Result<RegionCode, UnknownRegion> {
        let letters: [u8; 2] = text.as_bytes().try_into().map_err(|_| UnknownRegion)?;
        let code = RegionCode(letters.map(|letter| letter.to_ascii_uppercase()));
        region(code).map(|region| region.code).ok_or(UnknownRegion)
    }
}

impl fmt::Display for RegionCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl fmt::Debug for RegionCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Display for UnknownRegion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("not a region of the numbering plan")
    }
}

impl std::error::Error for UnknownRegion {}

impl Serialize for RegionCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for RegionCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<RegionCode, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
