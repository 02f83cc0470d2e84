//! The choice of a country for a phone number: a plain select that the script turns into a searchable list.
//!
//! Decides what can be searched (code, dial code, names in two languages) and how a refused country looks.
//! Refuses to know the numbering plan: the list is handed in.

use std::sync::Arc;

use super::Problem;

/// One country or territory of the numbering plan.
#[derive(Clone)]
pub(crate) struct RegionOption {
    /// ISO 3166-1 alpha-2: `TH`.
    pub(crate) code: String,
    /// Its name in the page's language, or in English.
    pub(crate) name: String,
    /// Its name for itself: `ไทย`. Empty when it is the same.
    pub(crate) own_name: String,
    /// Its dial code, digits only: `66`.
    pub(crate) dial: String,
    /// Whether a pasted number with this dial code means this region first (US for 1, GB for 44).
    pub(crate) first_of_dial: bool,
    /// Why the service does not text it, if it does not: still listed, greyed, with this reason.
    pub(crate) refused: Option<RegionRefusal>,
}

impl RegionOption {
    /// `Thailand (ไทย) +66`, as the select shows it without a script.
    pub(super) fn label(&self) -> String {
        match self.own_name.as_str() {
            "" => format!("{} +{}", self.name, self.dial),
            own => format!("{} ({own}) +{}", self.name, self.dial),
        }
    }
}

/// Why a country cannot be chosen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum RegionRefusal {
    /// The service does not offer it.
    NotOffered,
    /// Stopped for the time being (abuse or no working route).
    Paused,
}

impl RegionRefusal {
    pub(super) fn key(self) -> &'static str {
        match self {
            RegionRefusal::NotOffered => "region-not-offered",
            RegionRefusal::Paused => "region-paused",
        }
    }
}

/// The field `region` of a form.
pub(crate) struct RegionPicker {
    /// Every region, in the order shown. Shared: it is the same for every request in one language.
    pub(crate) regions: Arc<[RegionOption]>,
    /// The code of the chosen region, upper case. None: the holder must choose (no preset is trusted).
    pub(crate) chosen: Option<String>,
    /// What is wrong with the choice.
    pub(crate) problem: Option<Problem>,
}

impl RegionPicker {
    pub(super) fn is_chosen(&self, region: &RegionOption) -> bool {
        self.chosen.as_deref() == Some(region.code.as_str())
    }

    /// Whether the part of the form that hides it must be open.
    pub(super) fn in_use(&self) -> bool {
        self.chosen.is_some() || self.problem.is_some()
    }
}
