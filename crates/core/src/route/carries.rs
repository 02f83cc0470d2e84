//! What an operator says of a route: where it may carry to, what it costs, and in whose name it speaks.

use crate::numbers::LineKind;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// What one route may carry, at what price and in which name. The table `carries` of a route in the configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Carries {
    /// Lower goes first while nothing is known that tells routes apart.
    pub order: u32,
    /// Price of one message in millionths of the currency unit, where `prices_micros` names none.
    pub price_micros: u64,
    /// Price by region (ISO 3166 two-letter code).
    pub prices_micros: BTreeMap<String, u64>,
    /// Regions it carries to; empty for all.
    pub regions: BTreeSet<String>,
    /// Regions it does not carry to.
    pub regions_denied: BTreeSet<String>,
    /// Kinds of line it does not carry to.
    pub lines_denied: Vec<LineKind>,
    /// Sender by region, where it is not the route's own.
    pub senders: BTreeMap<String, String>,
    /// The number to send from where a name is not allowed.
    pub fallback_sender: Option<String>,
    /// Whether it sends receipts; `None` for what is usual for its kind.
    pub receipts: Option<bool>,
    /// The number that people can text to over this route, for proof by their own message.
    pub inbound_number: Option<String>,
}

impl Carries {
    /// What one message to a region costs.
    pub fn price_micros(&self, region: Option<&str>) -> u64 {
        region.and_then(|region| self.prices_micros.get(region)).copied().unwrap_or(self.price_micros)
    }

    /// Whether it may carry there at all.
    pub fn reaches(&self, region: Option<&str>, line: Option<LineKind>) -> bool {
        let known = |set: &BTreeSet<String>| region.is_some_and(|region| set.contains(region));
        (self.regions.is_empty() || known(&self.regions))
            && !known(&self.regions_denied)
            && !line.is_some_and(|line| self.lines_denied.contains(&line))
    }

    /// In whose name it speaks there: what was set for the region, else `usual`, else, where a name is not allowed, the
    /// number kept for that; `None` when it has no name that the region lets through.
    pub fn sender<'a>(&'a self, usual: &'a str, region: Option<&str>) -> Option<&'a str> {
        if let Some(set) = region.and_then(|region| self.senders.get(region)) {
            return Some(set);
        }
        let is_name = usual.chars().any(|at| !at.is_ascii_digit() && at != '+');
        match region.and_then(sender_rule) {
            Some(rule) if is_name && rule.name == NameUse::Refused => self.fallback_sender.as_deref(),
            _ => Some(usual),
        }
    }
}

/// What a country does with a name as sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NameUse {
    /// It arrives.
    Allowed,
    /// It does not: only numbers and short codes do.
    Refused,
    /// It arrives once it is registered.
    Registered,
    /// It is replaced on the way.
    Rewritten,
}

/// A country's rule for senders: a guide, which `senders` and `fallback_sender` of a route overrule.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SenderRule {
    /// What becomes of a name.
    pub name: NameUse,
    /// What an operator should know, in English; empty for nothing.
    #[serde(default)]
    pub note: String,
}

static RULES: LazyLock<BTreeMap<String, SenderRule>> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../data/sender_rules.json")).unwrap_or_default());

/// The rule of a region, if one is known.
pub fn sender_rule(region: &str) -> Option<&'static SenderRule> {
    RULES.get(region)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_goes_where_names_go_and_a_number_elsewhere() {
        let mut carries = Carries::default();
        assert_eq!(carries.sender("Acme", Some("DE")), Some("Acme"));
        assert_eq!(carries.sender("Acme", Some("US")), None, "no number is kept for it");
        carries.fallback_sender = Some("+15005550006".to_owned());
        assert_eq!(carries.sender("Acme", Some("US")), Some("+15005550006"));
        assert_eq!(carries.sender("+4915112345678", Some("US")), Some("+4915112345678"));
        carries.senders.insert("US".to_owned(), "71234".to_owned());
        assert_eq!(carries.sender("Acme", Some("US")), Some("71234"));
    }

    #[test]
    fn regions_and_lines_bound_a_route_and_prices_are_by_region() {
        let carries = Carries {
            price_micros: 5,
            prices_micros: [("DE".to_owned(), 70)].into(),
            regions: ["DE", "US"].map(str::to_owned).into(),
            regions_denied: ["US".to_owned()].into(),
            lines_denied: vec![LineKind::FixedLine],
            ..Carries::default()
        };
        assert_eq!((carries.price_micros(Some("DE")), carries.price_micros(Some("US"))), (70, 5));
        assert!(carries.reaches(Some("DE"), Some(LineKind::Mobile)));
        for (region, line) in [
            (Some("US"), LineKind::Mobile),
            (Some("FR"), LineKind::Mobile),
            (Some("DE"), LineKind::FixedLine),
            (None, LineKind::Mobile),
        ] {
            assert!(!carries.reaches(region, Some(line)), "{region:?} {line:?}");
        }
    }

    #[test]
    fn the_table_of_rules_is_read_and_names_regions() {
        assert!(RULES.len() >= 30, "{}", RULES.len());
        let is_region = |code: &String| code.parse().is_ok_and(|code| crate::numbers::region(code).is_some());
        assert!(RULES.keys().all(is_region), "{:?}", RULES.keys());
        assert_eq!(sender_rule("IN").map(|rule| rule.name), Some(NameUse::Registered));
    }
}
