//! How likely somebody who knows the password guesses through an action within a year (security.md section 3, R20,
//! R26): every road that one account offers is tried until its yearly budget is spent. Within a set the factors
//! multiply, since all of them must fall; the roads of one rule add up, since any will do.

use crate::id::{AccountId, ServiceId};
use crate::lock::{self, Refusal, yearly_budget};
use crate::model::{ActionKind, Factor, FactorState, Subject};
use crate::policy::Policy;
use crate::time::{Timestamp, days};

/// Above this a policy is refused unless somebody accepts it in writing.
pub const YEARLY_MAX: f64 = 1.0e-4;

/// The risk of one rule of one action.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleRisk {
    /// Which action.
    pub action: ActionKind,
    /// Which of its rules, from zero.
    pub rule: usize,
    /// The chance of each set, in the rule's order.
    pub sets: Vec<f64>,
    /// The chance that one of them falls.
    pub yearly: f64,
}

/// The chance that one factor is guessed within a year: codes accepted at once × guesses allowed / possible codes.
pub fn of_factor(factor: Factor, policy: &Policy) -> f64 {
    let budget = yearly_budget(factor, policy).unwrap_or(u64::MAX) as f64;
    match factor {
        Factor::Sms | Factor::Email => budget / 10f64.powi(i32::try_from(policy.code_length).unwrap_or(6)),
        // This step's code and the one before it (R36).
        Factor::Totp => 2.0 * budget / 1.0e6,
        Factor::RecoveryCode => 10.0 * budget / 2f64.powi(80),
        // Chosen by people, or known already: never counted on (R37).
        Factor::Password | Factor::TradingPassword => 1.0,
        // A signature over a fresh challenge.
        Factor::Passkey => 0.0,
    }
}

/// Plays the attacker who guesses at one factor of one account whenever it is open, for a year: how many guesses the
/// locks and budgets truly let through. The formula above must never promise less.
pub fn guesses_in_a_year(factor: Factor, policy: &Policy) -> u64 {
    let start = Timestamp::from_unix_ms(1_800_000_000_000);
    let subject = Subject::Account(AccountId::from_bytes([1; 16]));
    let mut state = FactorState::fresh(ServiceId::from_bytes([1; 16]), subject, factor, None);
    let (mut now, mut guesses) = (start, 0);
    while now < start.after(days(365)) {
        match lock::refusal(&state, policy, now) {
            None => {
                guesses += 1;
                lock::record_failure(&mut state, policy, now);
            }
            Some(Refusal::Locked { until }) => now = until,
            Some(Refusal::Disabled) => break,
        }
    }
    guesses
}

/// Every rule of a policy that asks for anything.
pub fn of_policy(policy: &Policy) -> Vec<RuleRisk> {
    let rules = policy.actions.iter().flat_map(|(action, rules)| {
        rules.iter().enumerate().map(move |(number, rule)| (*action, number, rule))
    });
    rules
        .filter(|(_, _, rule)| !rule.refuse)
        .map(|(action, number, rule)| {
            let chance = |set: &Vec<Factor>| set.iter().map(|factor| of_factor(*factor, policy)).product();
            let sets: Vec<f64> = rule.any_of.iter().map(chance).collect();
            // To twelve places: 6.0e-5 + 4.0e-5 is 1.0e-4 to people, if not to binary fractions.
            let yearly = (sets.iter().sum::<f64>() * 1.0e12).round() / 1.0e12;
            RuleRisk { action, rule: number, sets, yearly: yearly.min(1.0) }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::PolicyFile;

    fn refused(json: &str) -> Option<String> {
        let file: PolicyFile = serde_json::from_str(json).unwrap();
        Policy::from_file(file).err().map(|errors| errors.iter().map(ToString::to_string).collect())
    }

    /// The rows of security.md section 3: budget 60 on six digits, two codes accepted at once, eight digits.
    #[test]
    fn single_factors_match_the_published_table() {
        let policy = Policy::default();
        assert!((of_factor(Factor::Sms, &policy) - 6.0e-5).abs() < 1e-15);
        let fifty = Policy { totp_failures_per_year_max: 50, ..Policy::default() };
        assert!((of_factor(Factor::Totp, &fifty) - 1.0e-4).abs() < 1e-15);
        let eight = Policy { code_length: 8, failures_per_year_max: 100, ..Policy::default() };
        assert!((of_factor(Factor::Sms, &eight) - 1.0e-6).abs() < 1e-15);
    }

    /// Played, not computed: the row "ladder + rolling 365-day budget 60", and the budgets of the other factors.
    #[test]
    fn the_locks_let_through_what_the_budgets_say() {
        let policy = Policy::default();
        for (factor, guesses) in
            [(Factor::Sms, 60), (Factor::Email, 40), (Factor::Totp, 20), (Factor::RecoveryCode, 20)]
        {
            assert_eq!(guesses_in_a_year(factor, &policy), guesses, "{factor:?}");
        }
    }

    #[test]
    fn no_default_rule_is_above_the_limit_and_the_worst_is_at_it() {
        let worst = of_policy(&Policy::default()).into_iter().map(|risk| risk.yearly).fold(0.0, f64::max);
        assert!(worst <= YEARLY_MAX && worst > 0.9e-4, "{worst}");
    }

    #[test]
    fn a_policy_above_the_limit_needs_a_written_override() {
        let email_too = r#""actions": {"sign_in": [{"any_of": [["sms"], ["email"], ["totp"]]}]}"#;
        let error = refused(&format!("{{{email_too}}}")).unwrap();
        assert!(error.contains("actions.sign_in") && error.contains("1.4e-4"), "{error}");
        assert!(refused(&format!("{{{email_too}, \"risk_override\": \"yes\"}}")).is_some(), "not a reason");
        let reason = "pilot with twenty staff accounts until March";
        assert_eq!(refused(&format!("{{{email_too}, \"risk_override\": \"{reason}\"}}")), None);
        assert!(refused(r#"{"failures_per_year_max": 100}"#).is_some());
    }
}
