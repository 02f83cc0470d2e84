//! The list of countries as the picker shows it: made once, the same for everybody.

use super::views::Problem;
use super::views::{RegionOption, RegionPicker, RegionRefusal};
use crate::state::Server;
use countersign_flows::core::numbers::{self, RegionCode};
use countersign_flows::core::policy::Policy;
use std::sync::{Arc, OnceLock};

/// The region that a dial code shared by several means first (ITU-T E.164: the one that runs the plan).
const FIRST_OF_DIAL: [(u16, &str); 13] = [
    (1, "US"),
    (7, "RU"),
    (39, "IT"),
    (44, "GB"),
    (47, "NO"),
    (61, "AU"),
    (64, "NZ"),
    (212, "MA"),
    (262, "RE"),
    (290, "SH"),
    (358, "FI"),
    (590, "GP"),
    (599, "CW"),
];

static OPTIONS: OnceLock<Arc<[RegionOption]>> = OnceLock::new();

/// The picker with one region chosen, or none.
pub(crate) fn picker(server: &Server, chosen: &str, problem: Option<Problem>) -> RegionPicker {
    let regions = OPTIONS.get_or_init(|| options(server.flows().policy())).clone();
    let chosen = chosen.to_ascii_uppercase();
    let known = regions.iter().any(|region| region.code == chosen);
    RegionPicker { regions, chosen: known.then_some(chosen), problem }
}

fn options(policy: &Policy) -> Arc<[RegionOption]> {
    let refused = |code: &str| {
        let listed = |list: &[String]| list.iter().any(|entry| entry == code);
        if listed(&policy.countries_denied) {
            Some(RegionRefusal::Paused)
        } else if !policy.countries_allowed.is_empty() && !listed(&policy.countries_allowed) {
            Some(RegionRefusal::NotOffered)
        } else {
            None
        }
    };
    let all = numbers::regions();
    all.iter()
        .map(|region| {
            let code = region.code.to_string();
            let main = FIRST_OF_DIAL.iter().find(|(dial, _)| *dial == region.calling_code);
            RegionOption {
                name: region.name.to_owned(),
                own_name: if region.local_name == region.name {
                    String::new()
                } else {
                    region.local_name.to_owned()
                },
                dial: region.calling_code.to_string(),
                first_of_dial: main.is_none_or(|(_, first)| *first == code),
                refused: refused(&code),
                code,
            }
        })
        .collect()
}

/// What was posted as `region`, if it is one.
pub(crate) fn posted(text: &str) -> Option<RegionCode> {
    text.to_ascii_uppercase().parse().ok()
}

/// A region's name for people.
pub(crate) fn name(code: Option<RegionCode>) -> String {
    code.and_then(numbers::region).map(|region| region.name.to_owned()).unwrap_or_default()
}
