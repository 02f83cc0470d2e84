//! Which factors an action asks for: rules of the policy, read in order, the first whose conditions hold decides. The
//! rules are data and the conditions a closed list over a closed list of facts, so that every policy can be checked,
//! explained and measured before it is in force. What is not known counts as the worse case: an amount without a
//! rate is above every threshold, a device that nobody vouches for is new (R78); what a SIM's source cannot say is
//! an answer of its own, for the rules to name.

use crate::amount::Amount;
use crate::model::{AccountStatus, ActionKind, Factor, named};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::LazyLock;

named! {
    /// What a source says about a number: never more than three answers (R72).
    Signal {
        /// It is so.
        Yes = "yes",
        /// It is not so.
        No = "no",
        /// Nobody could say.
        Unknown = "unknown",
    }
}

/// One rule: when it applies, and the sets of factors of which any one will do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// All of them must hold; a rule without conditions always applies.
    #[serde(default)]
    pub when: Conditions,
    /// Sets of factors, the preferred one first.
    #[serde(default)]
    pub any_of: Vec<Vec<Factor>>,
    /// The action is not possible at all then.
    #[serde(default)]
    pub refuse: bool,
}

/// What a rule may depend on. An absent condition holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Conditions {
    /// The amount is worth at least so many BTC, or nobody knows what it is worth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount_btc_at_least: Option<Amount>,
    /// The account has at least one of these factors.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub holds_any: Vec<Factor>,
    /// The account has none of these factors.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lacks_all: Vec<Factor>,
    /// From a device not seen before; one that nobody vouches for counts as new.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_device: Option<bool>,
    /// From one of these regions; an unknown one is in none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub region_in: Vec<String>,
    /// From none of these regions; an unknown one is in none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub region_not_in: Vec<String>,
    /// The account has one of these statuses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub status: Vec<AccountStatus>,
    /// The SIM of the bound number was changed lately: one of these answers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sim_changed: Vec<Signal>,
    /// Nothing was proved for this account within so many seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_proof_older_than_s: Option<u64>,
}

/// How much is leaving, as far as a rule cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worth {
    /// The action has no amount.
    Nothing,
    /// So many BTC.
    Btc(Amount),
    /// There is an amount, and no fresh rate for it: above every threshold.
    Unknown,
}

/// What is known when the rules are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// How much is leaving.
    pub worth: Worth,
    /// Factors that the account could prove.
    pub held: Vec<Factor>,
    /// Factors that it has, shut by failures until they are set up again: rules see them as held, so that shutting one
    /// is no way to be asked for less (R54).
    pub disabled: Vec<Factor>,
    /// Whether the device is new.
    pub new_device: Option<bool>,
    /// ISO 3166 code of where the holder seems to be.
    pub region: Option<String>,
    /// The account's status.
    pub status: AccountStatus,
    /// Whether the SIM was changed lately.
    pub sim_changed: Signal,
    /// Seconds since the account last proved something.
    pub last_proof_age_s: Option<u64>,
}

/// What the rules came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Requirement {
    /// Any one of these sets, all of them within the account's reach.
    AnyOf(Vec<Vec<Factor>>),
    /// The account lacks factors: the shortest list that would do.
    Missing(Vec<Factor>),
    /// Not possible under these facts.
    Refused,
}

/// A requirement, and which rule (from zero) led to it; none when no rule applied, which refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// What is asked.
    pub requirement: Requirement,
    /// The rule.
    pub rule: Option<usize>,
}

/// Reads the rules of an action. An action without rules, or facts that no rule covers, are refused: the policy must
/// speak (R78).
pub fn judge(rules: &[Rule], facts: &Facts) -> Judged {
    let Some((place, rule)) = rules.iter().enumerate().find(|(_, rule)| applies(&rule.when, facts)) else {
        return Judged { requirement: Requirement::Refused, rule: None };
    };
    let requirement =
        if rule.refuse { Requirement::Refused } else { within_reach(&rule.any_of, &facts.held) };
    Judged { requirement, rule: Some(place) }
}

fn within_reach(sets: &[Vec<Factor>], held: &[Factor]) -> Requirement {
    let lacks = |set: &Vec<Factor>| -> Vec<Factor> {
        set.iter().copied().filter(|factor| !held.contains(factor)).collect()
    };
    let reachable: Vec<Vec<Factor>> = sets.iter().filter(|set| lacks(set).is_empty()).cloned().collect();
    if !reachable.is_empty() {
        return Requirement::AnyOf(reachable);
    }
    sets.iter().map(lacks).min_by_key(Vec::len).map_or(Requirement::Refused, Requirement::Missing)
}

fn applies(when: &Conditions, facts: &Facts) -> bool {
    when.failing(facts).is_empty()
}

impl Conditions {
    /// The names of the conditions that do not hold.
    pub fn failing(&self, facts: &Facts) -> Vec<&'static str> {
        let is_large = match (self.amount_btc_at_least, facts.worth) {
            (None, _) | (Some(_), Worth::Unknown) => true,
            (Some(_), Worth::Nothing) => false,
            (Some(least), Worth::Btc(worth)) => worth >= least,
        };
        let in_list = |list: &[String]| facts.region.as_ref().is_some_and(|region| list.contains(region));
        let is_stale = self
            .last_proof_older_than_s
            .is_none_or(|least| facts.last_proof_age_s.is_none_or(|age| age > least));
        let has = |factor: &Factor| facts.held.contains(factor) || facts.disabled.contains(factor);
        [
            ("amount_btc_at_least", is_large),
            ("holds_any", self.holds_any.is_empty() || self.holds_any.iter().any(has)),
            ("lacks_all", !self.lacks_all.iter().any(has)),
            ("new_device", self.new_device.is_none_or(|new| new == facts.new_device.unwrap_or(true))),
            ("region_in", self.region_in.is_empty() || in_list(&self.region_in)),
            ("region_not_in", self.region_not_in.is_empty() || !in_list(&self.region_not_in)),
            ("status", self.status.is_empty() || self.status.contains(&facts.status)),
            ("sim_changed", self.sim_changed.is_empty() || self.sim_changed.contains(&facts.sim_changed)),
            ("last_proof_older_than_s", is_stale),
        ]
        .into_iter()
        .filter_map(|(name, holds)| (!holds).then_some(name))
        .collect()
    }
}

/// Whether accounts of this status are refused whatever else is so: asked again when an action is authorised and
/// when it is redeemed, since the status may have changed in between (R22).
pub fn refuses_status(rules: &[Rule], status: AccountStatus) -> bool {
    rules.iter().any(|rule| {
        let only_status = Conditions { status: rule.when.status.clone(), ..Conditions::default() };
        rule.refuse && rule.when == only_status && rule.when.status.contains(&status)
    })
}

/// What is wrong with the rules of one action, each with its place.
pub fn problems(rules: &[Rule]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    if rules.is_empty() {
        found.push((String::new(), "needs at least one rule".to_owned()));
    }
    for (number, rule) in rules.iter().enumerate() {
        let mut add = |problem: &str| found.push((format!("[{number}]"), problem.to_owned()));
        if rule.refuse != rule.any_of.is_empty() {
            add("either refuses, or names sets of factors in any_of");
        }
        if rule.any_of.len() > 16 || rule.any_of.iter().any(|set| set.is_empty() || set.len() > 5) {
            add("takes 1 to 16 sets of 1 to 5 factors");
        }
        let twice = |set: &Vec<Factor>| set.iter().enumerate().any(|(at, factor)| set[..at].contains(factor));
        if rule.any_of.iter().any(twice) {
            add("names a factor twice in one set");
        }
        // Knowledge alone, however much of it, is one factor (R37).
        let knowledge = |set: &Vec<Factor>| {
            !set.is_empty() && set.iter().all(|f| matches!(f, Factor::Password | Factor::TradingPassword))
        };
        if rule.any_of.iter().any(knowledge) {
            add("accepts passwords alone, which one look over a shoulder gives away");
        }
        let is_region = |text: &String| {
            text.parse::<countersign_numbers::RegionCode>().is_ok_and(|code| code.as_str() == text)
        };
        if !rule.when.region_in.iter().chain(&rule.when.region_not_in).all(is_region) {
            add("names a region that is not of the numbering plan, in two capitals");
        }
    }
    if rules.iter().rev().skip(1).any(|rule| rule.when == Conditions::default()) {
        found.push((
            String::new(),
            "has a rule without conditions before its last: nothing after it counts".to_owned(),
        ));
    }
    found
}

/// The rules of the product (section D), as the same data that a policy file holds.
pub fn default_rules() -> &'static BTreeMap<ActionKind, Vec<Rule>> {
    static RULES: LazyLock<BTreeMap<ActionKind, Vec<Rule>>> = LazyLock::new(|| {
        // A test reads it; if it could not be read, no action would have a rule and all would be refused.
        serde_json::from_str(include_str!("../data/default_rules.json")).unwrap_or_default()
    });
    &RULES
}

#[cfg(test)]
#[path = "requirement_tests.rs"]
mod tests;
