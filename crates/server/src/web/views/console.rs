//! The console of a service's staff: signing in, and what the policy asks for given facts.
//!
//! Decides words and order; refuses to judge: rules, their verdicts and their risks come in as they were decided.

pub(crate) mod audit;
pub(crate) mod cases;
mod codes;
pub(crate) mod countries;
pub(crate) mod desk;
pub(crate) mod errors;
mod figures;
pub(crate) mod messages;
mod parts;
pub(crate) mod routes;

use askama::Template;
use countersign_flows::core::model::{AccountStatus, ActionKind, Factor};
use countersign_flows::core::requirement::{Conditions, Judged, Requirement, Rule, Signal};
use countersign_flows::core::risk;

pub(super) use parts::purpose_key;

use super::confirm::action_name;
use super::{Field, Layout, Method, Page, Problem, RegionPicker, fields_in_trouble};
use crate::web::words::{Moment, Sentence, Words};

/// `GET /console/signin`; posts `email` and `password` to itself.
#[derive(Template)]
#[template(path = "console/signin.html")]
pub(crate) struct ConsoleSignIn {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// As typed.
    pub(crate) email: Field,
    /// Only that it is missing.
    pub(crate) password_problem: Option<Problem>,
    /// A refusal: never says which of the two was wrong (R46).
    pub(crate) problem: Option<Problem>,
}

impl Page for ConsoleSignIn {
    fn has_problem(&self) -> bool {
        self.problem.is_some() || !self.summary().is_empty()
    }
}

impl ConsoleSignIn {
    fn summary(&self) -> Vec<(&'static str, &Problem)> {
        fields_in_trouble([("email", &self.email.problem), ("password", &self.password_problem)])
    }

    /// After a refusal the password is what must be typed again.
    fn password_first(&self) -> bool {
        self.email.problem.is_none() && (self.problem.is_some() || self.password_problem.is_some())
    }
}

/// The facts as they stand in the form.
pub(crate) struct FactsForm {
    /// Which action.
    pub(crate) action: ActionKind,
    /// BTC, as typed; empty: the action has no amount.
    pub(crate) amount: Field,
    /// There is an amount and nobody knows what it is worth.
    pub(crate) amount_unknown: bool,
    /// Factors that the account has.
    pub(crate) held: Vec<Factor>,
    /// From a device not seen before.
    pub(crate) new_device: bool,
    /// Where the holder seems to be.
    pub(crate) region: RegionPicker,
    /// The account's status.
    pub(crate) status: AccountStatus,
    /// Whether the SIM was changed lately.
    pub(crate) sim_changed: Signal,
    /// Seconds since the last proof, as typed; empty: there was none.
    pub(crate) last_proof_s: Field,
}

/// Which policy decides.
pub(crate) struct PolicyVersion {
    /// Its number.
    pub(crate) number: i64,
    /// Since when, Unix milliseconds.
    pub(crate) since_ms: i64,
    /// Why a risk above the limit is accepted.
    pub(crate) override_reason: Option<String>,
}

/// One rule of one action.
pub(crate) struct RuleRow {
    /// Which action.
    pub(crate) action: ActionKind,
    /// Its place, from zero as in the policy file and on the command line.
    pub(crate) number: u32,
    /// The rule.
    pub(crate) rule: Rule,
    /// Conditions that do not hold for the facts asked about; of that action's rules only.
    pub(crate) failing: Vec<&'static str>,
    /// The yearly guessing risk; a rule that refuses has none.
    pub(crate) yearly: Option<f64>,
}

/// `GET /console/policy`; its form asks by GET, so that an answer has an address.
#[derive(Template)]
#[template(path = "console/policy.html")]
pub(crate) struct ConsolePolicy {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// What was asked about.
    pub(crate) facts: FactsForm,
    /// What the rules came to; none while a fact cannot be read.
    pub(crate) judged: Option<Judged>,
    /// Every rule of every action, in the policy's order.
    pub(crate) rules: Vec<RuleRow>,
    /// The policy in force.
    pub(crate) version: Option<PolicyVersion>,
}

impl Page for ConsolePolicy {
    fn has_problem(&self) -> bool {
        self.facts.amount.problem.is_some() || self.facts.last_proof_s.problem.is_some()
    }
}

impl ConsolePolicy {
    fn actions(&self) -> &'static [ActionKind] {
        ActionKind::ALL
    }

    fn factors(&self) -> &'static [Factor] {
        Factor::ALL
    }

    fn statuses(&self) -> &'static [AccountStatus] {
        AccountStatus::ALL
    }

    fn signals(&self) -> &'static [Signal] {
        Signal::ALL
    }

    fn action_key(&self, action: &ActionKind) -> &'static str {
        action_name(*action)
    }

    fn factor_key(&self, factor: &Factor) -> &'static str {
        Method::of(*factor).key()
    }

    fn status_key(&self, status: &AccountStatus) -> &'static str {
        status_key(*status)
    }

    fn signal_key(&self, signal: &Signal) -> &'static str {
        signal_key(*signal)
    }

    fn in_words(&self, set: &[Factor], words: &Words) -> String {
        set_in_words(set, words)
    }

    fn holds(&self, factor: &Factor) -> bool {
        self.facts.held.contains(factor)
    }

    /// The rules that were read before the one that decided, or all of them when none did.
    fn passed_over(&self) -> impl Iterator<Item = &RuleRow> {
        let decided = self.judged.as_ref().and_then(|judged| judged.rule);
        let until = decided.and_then(|rule| u32::try_from(rule).ok()).unwrap_or(u32::MAX);
        let action = self.facts.action;
        self.rules.iter().filter(move |row| row.action == action && row.number < until)
    }

    fn decided(&self) -> Option<&RuleRow> {
        let rule = u32::try_from(self.judged.as_ref()?.rule?).ok()?;
        self.rules.iter().find(|row| row.action == self.facts.action && row.number == rule)
    }

    /// Each action with its rules, for the table.
    fn groups(&self) -> impl Iterator<Item = &[RuleRow]> {
        self.rules.chunk_by(|a, b| a.action == b.action)
    }

    fn limit(&self) -> String {
        chance(risk::YEARLY_MAX)
    }

    fn since(&self, version: &PolicyVersion) -> Moment {
        Moment::full(version.since_ms)
    }
}

impl RuleRow {
    fn has_no_conditions(&self) -> bool {
        self.rule.when == Conditions::default()
    }

    fn conditions<'w>(&self, words: &'w Words) -> Vec<Sentence<'w>> {
        conditions(&self.rule.when, words).into_iter().map(|(_, sentence)| sentence).collect()
    }

    fn failing<'w>(&self, words: &'w Words) -> Vec<Sentence<'w>> {
        let fails = |name: &str| self.failing.contains(&name);
        conditions(&self.rule.when, words)
            .into_iter()
            .filter(|(name, _)| fails(name))
            .map(|(_, s)| s)
            .collect()
    }

    fn sets(&self, words: &Words) -> Vec<String> {
        self.rule.any_of.iter().map(|set| set_in_words(set, words)).collect()
    }

    /// `6.0e-5`, as on the command line.
    fn chance(&self) -> Option<String> {
        self.yearly.map(chance)
    }

    /// One in so many; none where the chance is nothing.
    fn odds(&self) -> Option<i64> {
        let yearly = self.yearly.filter(|yearly| *yearly > 0.0)?;
        // Beyond what an integer holds there is no use in a count.
        Some((1.0 / yearly).round()).filter(|odds| *odds < 1.0e15).map(|odds| odds as i64)
    }

    fn is_above_limit(&self) -> bool {
        self.yearly.is_some_and(|yearly| yearly > risk::YEARLY_MAX)
    }
}

fn chance(yearly: f64) -> String {
    if yearly == 0.0 { "0".to_owned() } else { format!("{yearly:.1e}") }
}

/// A set of factors, all of them asked: "Passkey + Trading password".
fn set_in_words(set: &[Factor], words: &Words) -> String {
    set.iter().map(|factor| words.text(Method::of(*factor).key())).collect::<Vec<_>>().join(" + ")
}

fn list(keys: impl Iterator<Item = &'static str>, words: &Words) -> String {
    keys.map(|key| words.text(key)).collect::<Vec<_>>().join(", ")
}

/// What a rule asks of the facts, each with the name that the policy file gives it.
fn conditions<'w>(when: &Conditions, words: &'w Words) -> Vec<(&'static str, Sentence<'w>)> {
    let factors = |factors: &[Factor]| list(factors.iter().map(|factor| Method::of(*factor).key()), words);
    let mut found = Vec::new();
    if let Some(amount) = when.amount_btc_at_least {
        let sentence = words.say("console-when-amount").set("amount", amount.to_string());
        found.push(("amount_btc_at_least", sentence));
    }
    if !when.holds_any.is_empty() {
        found.push(("holds_any", words.say("console-when-holds").set("factors", factors(&when.holds_any))));
    }
    if !when.lacks_all.is_empty() {
        found.push(("lacks_all", words.say("console-when-lacks").set("factors", factors(&when.lacks_all))));
    }
    if let Some(new) = when.new_device {
        let key = if new { "console-when-device-new" } else { "console-when-device-known" };
        found.push(("new_device", words.say(key)));
    }
    if !when.region_in.is_empty() {
        let regions = when.region_in.join(", ");
        found.push(("region_in", words.say("console-when-region-in").set("regions", regions)));
    }
    if !when.region_not_in.is_empty() {
        let regions = when.region_not_in.join(", ");
        found.push(("region_not_in", words.say("console-when-region-not-in").set("regions", regions)));
    }
    if !when.status.is_empty() {
        let statuses = list(when.status.iter().map(|status| status_key(*status)), words);
        found.push(("status", words.say("console-when-status").set("statuses", statuses)));
    }
    if !when.sim_changed.is_empty() {
        let answers = list(when.sim_changed.iter().map(|signal| signal_key(*signal)), words);
        found.push(("sim_changed", words.say("console-when-sim").set("answers", answers)));
    }
    if let Some(seconds) = when.last_proof_older_than_s {
        let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
        found.push(("last_proof_older_than_s", words.say("console-when-proof").set("seconds", seconds)));
    }
    found
}

fn status_key(status: AccountStatus) -> &'static str {
    match status {
        AccountStatus::Active => "console-status-active",
        AccountStatus::Restricted => "console-status-restricted",
        AccountStatus::Flagged => "console-status-flagged",
        AccountStatus::Frozen => "console-status-frozen",
    }
}

fn signal_key(signal: Signal) -> &'static str {
    match signal {
        Signal::Yes => "console-signal-yes",
        Signal::No => "console-signal-no",
        Signal::Unknown => "console-signal-unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_flows::core::amount::Amount;
    use countersign_flows::core::requirement::{Facts, Worth};

    /// A condition that the core knows and the console has no words for would leave a rule unexplained.
    #[test]
    fn every_condition_that_can_fail_has_its_words_under_the_same_name() {
        let when = Conditions {
            amount_btc_at_least: Amount::parse("0.1"),
            holds_any: vec![Factor::Totp],
            lacks_all: vec![Factor::Email],
            new_device: Some(true),
            region_in: vec!["GB".to_owned()],
            region_not_in: vec!["FR".to_owned()],
            status: vec![AccountStatus::Flagged],
            sim_changed: vec![Signal::Yes],
            last_proof_older_than_s: Some(60),
        };
        let facts = Facts {
            worth: Worth::Nothing,
            held: vec![Factor::Email],
            disabled: vec![],
            new_device: Some(false),
            region: Some("FR".to_owned()),
            status: AccountStatus::Active,
            sim_changed: Signal::No,
            last_proof_age_s: Some(1),
        };
        let failing = when.failing(&facts);
        for words in Words::all() {
            let said = conditions(&when, words);
            assert_eq!(said.iter().map(|(name, _)| *name).collect::<Vec<_>>(), failing);
            assert!(said.iter().all(|(_, sentence)| !sentence.plain().contains('⟦')));
        }
        assert_eq!(failing.len(), 9);
    }

    /// 60 guesses at a million codes is one in 16,667 (security.md section 3).
    #[test]
    fn a_risk_is_shown_as_a_number_and_as_odds() {
        let row = |yearly| RuleRow {
            action: ActionKind::SignIn,
            number: 0,
            rule: Rule { when: Conditions::default(), any_of: vec![], refuse: false },
            failing: vec![],
            yearly,
        };
        let sms = row(Some(6.0e-5));
        assert_eq!(
            (sms.chance().as_deref(), sms.odds(), sms.is_above_limit()),
            (Some("6.0e-5"), Some(16_667), false)
        );
        let passkey = row(Some(0.0));
        assert_eq!((passkey.chance().as_deref(), passkey.odds()), (Some("0"), None));
        assert!(row(Some(1.1e-4)).is_above_limit() && !row(Some(1.0e-4)).is_above_limit());
        assert_eq!(row(None).chance(), None);
    }
}
