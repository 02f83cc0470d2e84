//! `countersign policy`: what a policy asks for, why, and how likely it is guessed through, before it is in force.
//! Reads the same file as the server and asks the same rules.

use crate::{config, output};
use clap::{Args, Subcommand};
use countersign_core::amount::Amount;
use countersign_core::model::{AccountStatus, ActionKind, Factor};
use countersign_core::policy::Policy;
use countersign_core::requirement::{self, Facts, Requirement, Rule, Signal, Worth};
use countersign_core::risk::{self, RuleRisk};
use serde_json::{Value, json};
use std::path::PathBuf;

/// Which policy, and what to do with it.
#[derive(Args)]
pub(crate) struct PolicyArguments {
    /// The configuration file that holds it; without one, the policy that is built in.
    #[arg(long, short, global = true)]
    config: Option<PathBuf>,
    /// One line of JSON for programs instead of text.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Read the policy, refuse what is wrong, and show the yearly guessing risk of each action.
    Check,
    /// For given facts: what is asked, which rule decided, and why the rules before it did not.
    Explain(FactsArguments),
    /// Play a year of guessing at each factor through the locks, and compare with what the budgets promise.
    Simulate,
}

/// The facts of one action.
#[derive(Args)]
struct FactsArguments {
    /// Which action: withdrawal, p2p_sell, sign_in, …
    #[arg(long, value_parser = action)]
    action: ActionKind,
    /// What it is worth in BTC, such as 0.05; `unknown` when there is no fresh rate; absent when there is no amount.
    #[arg(long)]
    amount_btc: Option<String>,
    /// Factors that the account has, with commas between.
    #[arg(long, value_delimiter = ',', value_parser = factor, default_value = "password,email")]
    held: Vec<Factor>,
    /// From a device not seen before.
    #[arg(long)]
    new_device: bool,
    /// Where the person seems to be: an ISO 3166 code.
    #[arg(long)]
    region: Option<String>,
    /// active, restricted, flagged or frozen.
    #[arg(long, value_parser = status, default_value = "active")]
    status: AccountStatus,
    /// Whether the SIM was changed lately: yes, no or unknown.
    #[arg(long, value_parser = signal, default_value = "unknown")]
    sim_changed: Signal,
    /// Seconds since the account last proved something.
    #[arg(long)]
    last_proof_age_s: Option<u64>,
}

fn one_of<T: Copy>(
    text: &str,
    read: impl Fn(&str) -> Option<T>,
    all: impl Iterator<Item = &'static str>,
) -> Result<T, String> {
    read(text).ok_or_else(|| format!("one of {}", all.collect::<Vec<_>>().join(", ")))
}

fn action(text: &str) -> Result<ActionKind, String> {
    one_of(text, ActionKind::from_text, ActionKind::ALL.iter().map(|kind| kind.as_str()))
}

fn factor(text: &str) -> Result<Factor, String> {
    one_of(text, Factor::from_text, Factor::ALL.iter().map(|factor| factor.as_str()))
}

fn status(text: &str) -> Result<AccountStatus, String> {
    one_of(text, AccountStatus::from_text, AccountStatus::ALL.iter().map(|status| status.as_str()))
}

fn signal(text: &str) -> Result<Signal, String> {
    one_of(text, Signal::from_text, Signal::ALL.iter().map(|signal| signal.as_str()))
}

/// Runs one of them.
pub(crate) fn run(arguments: PolicyArguments) -> Result<(), String> {
    let policy = match &arguments.config {
        Some(path) => config::load(path)?.policy,
        None => Policy::default(),
    };
    match arguments.what {
        What::Check => check(&policy, arguments.json),
        What::Explain(facts) => explain(&policy, &facts, arguments.json)?,
        What::Simulate => simulate(&policy, arguments.json),
    }
    Ok(())
}

fn sets_in_words(sets: &[Vec<Factor>]) -> String {
    let words: Vec<String> = sets.iter().map(|set| set_in_words(set)).collect();
    words.join("  or  ")
}

fn set_in_words(set: &[Factor]) -> String {
    set.iter().map(|factor| factor.as_str()).collect::<Vec<_>>().join(" + ")
}

fn check(policy: &Policy, as_json: bool) {
    let risks = risk::of_policy(policy);
    let worst = risks.iter().map(|risk| risk.yearly).fold(0.0, f64::max);
    if as_json {
        let rules: Vec<Value> = risks
            .iter()
            .map(|risk| {
                json!({
                    "action": risk.action.as_str(), "rule": risk.rule, "yearly_risk": risk.yearly,
                    "sets": risk.sets,
                })
            })
            .collect();
        let line = json!({
            "good": true, "worst_yearly_risk": worst, "limit": risk::YEARLY_MAX,
            "risk_override": policy.risk_override, "rules": rules,
        });
        return output::say(&line.to_string());
    }
    output::say("The chance that somebody who knows the password guesses through, per account and year:\n");
    for (action, rules) in &policy.actions {
        output::say(action.as_str());
        for (number, rule) in rules.iter().enumerate() {
            output::say(&line_of(
                number,
                rule,
                risks.iter().find(|r| r.action == *action && r.rule == number),
            ));
        }
    }
    output::say(&format!("\nThe worst is {worst:.1e}; the limit is {:.1e}.", risk::YEARLY_MAX));
    if let Some(reason) = &policy.risk_override {
        output::say(&format!("A risk above the limit is accepted in writing: {reason}"));
    }
}

fn line_of(number: usize, rule: &Rule, risk: Option<&RuleRisk>) -> String {
    let when = conditions_in_words(rule);
    match risk {
        None => format!("  {number}  {:>8}  refused when {when}", ""),
        Some(risk) => {
            format!("  {number}  {:>8.1e}  {}   when {when}", risk.yearly, sets_in_words(&rule.any_of))
        }
    }
}

/// The conditions as the file writes them.
fn conditions_in_words(rule: &Rule) -> String {
    match serde_json::to_value(&rule.when) {
        Ok(Value::Object(map)) if !map.is_empty() => {
            map.iter().map(|(name, value)| format!("{name} = {value}")).collect::<Vec<_>>().join(", ")
        }
        _ => "nothing else applies".to_owned(),
    }
}

fn facts_of(arguments: &FactsArguments) -> Result<Facts, String> {
    let worth = match arguments.amount_btc.as_deref() {
        None => Worth::Nothing,
        Some("unknown") => Worth::Unknown,
        Some(text) => Worth::Btc(
            Amount::parse(text)
                .ok_or("--amount-btc: a decimal amount such as 0.05, or unknown".to_owned())?,
        ),
    };
    Ok(Facts {
        worth,
        held: arguments.held.clone(),
        disabled: Vec::new(),
        new_device: Some(arguments.new_device),
        region: arguments.region.clone(),
        status: arguments.status,
        sim_changed: arguments.sim_changed,
        last_proof_age_s: arguments.last_proof_age_s,
    })
}

fn explain(policy: &Policy, arguments: &FactsArguments, as_json: bool) -> Result<(), String> {
    let facts = facts_of(arguments)?;
    let rules = policy.actions.get(&arguments.action).map(Vec::as_slice).unwrap_or_default();
    let judged = requirement::judge(rules, &facts);
    if as_json {
        let (outcome, sets) = match &judged.requirement {
            Requirement::AnyOf(sets) => ("any_of", json!(sets)),
            Requirement::Missing(factors) => ("missing", json!(factors)),
            Requirement::Refused => ("refused", Value::Null),
        };
        let passed_over: Vec<Value> = rules
            .iter()
            .take(judged.rule.unwrap_or(rules.len()))
            .map(|rule| json!(rule.when.failing(&facts)))
            .collect();
        let line = json!({
            "action": arguments.action.as_str(), "outcome": outcome, "factors": sets, "rule": judged.rule,
            "failing_conditions_before": passed_over,
        });
        output::say(&line.to_string());
        return Ok(());
    }
    for (number, rule) in rules.iter().enumerate().take(judged.rule.map_or(rules.len(), |rule| rule + 1)) {
        let failing = rule.when.failing(&facts);
        let verdict = if failing.is_empty() {
            "decides".to_owned()
        } else {
            format!("does not apply: {}", failing.join(", "))
        };
        output::say(&format!("  rule {number} ({}) {verdict}", conditions_in_words(rule)));
    }
    output::say(&match judged.requirement {
        Requirement::AnyOf(sets) => format!("Asked for: {}", sets_in_words(&sets)),
        Requirement::Missing(factors) => {
            format!("Not possible before the account has: {}", set_in_words(&factors))
        }
        Requirement::Refused => "Refused.".to_owned(),
    });
    Ok(())
}

fn simulate(policy: &Policy, as_json: bool) {
    let guessable = [Factor::Sms, Factor::Email, Factor::Totp, Factor::TradingPassword, Factor::RecoveryCode];
    let played: Vec<(Factor, u64, f64)> = guessable
        .into_iter()
        .map(|factor| (factor, risk::guesses_in_a_year(factor, policy), risk::of_factor(factor, policy)))
        .collect();
    if as_json {
        let rows: Vec<Value> = played
            .iter()
            .map(|(factor, guesses, chance)| {
                json!({ "factor": factor.as_str(), "guesses_a_year": guesses, "yearly_risk": chance })
            })
            .collect();
        return output::say(&json!({ "factors": rows }).to_string());
    }
    output::say("Guessing at one account whenever a factor is open, for a year:\n");
    for (factor, guesses, chance) in played {
        let promise = match factor {
            Factor::TradingPassword => "chosen by people: not counted on".to_owned(),
            _ => format!("chance {chance:.1e}"),
        };
        output::say(&format!("  {:<17} {guesses:>4} guesses   {promise}", factor.as_str()));
    }
}
