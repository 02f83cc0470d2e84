//! The policy of a service: every number of the product, each with its default and the floor and ceiling that a server
//! refuses to cross. Declared once; the parser, the check and the documentation table are generated from that. What the
//! numbers mean is decided by the modules that use them.

use crate::model::ActionKind;
use crate::requirement::{self, Rule};
use crate::risk;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// One numeric setting, for the documentation and the console.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Name in the policy file.
    pub name: &'static str,
    /// What it means.
    pub doc: &'static str,
    /// Default value.
    pub default: u64,
    /// Smallest value accepted.
    pub floor: u64,
    /// Largest value accepted.
    pub ceiling: u64,
}

/// A value outside its bounds: names the setting, the value and the bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyError {
    /// Name in the policy file.
    pub name: String,
    /// What is wrong and what would be right.
    pub problem: String,
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "policy.{}: {}", self.name, self.problem)
    }
}

macro_rules! policy {
    ($($(#[doc = $doc:literal])* $name:ident = $default:literal in $floor:literal ..= $ceiling:literal;)*) => {
        /// The numbers and choices of one service's policy.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize)]
        pub struct Policy {
            $($(#[doc = $doc])* pub $name: u64,)*
            /// Lock after the first, second, … run of failures, in seconds; the last one repeats (R19).
            pub lock_ladder_s: Vec<u64>,
            /// Seconds before the first, second, … resend; the last one repeats.
            pub resend_gaps_s: Vec<u64>,
            /// When a holder learns that a number belongs to another account.
            pub taken_number: TakenNumber,
            /// Countries that may receive codes; empty means all.
            pub countries_allowed: Vec<String>,
            /// Countries that may not.
            pub countries_denied: Vec<String>,
            /// Number prefixes (`+44740…`) that may not receive codes.
            pub prefixes_denied: Vec<String>,
            /// Price of one SMS by country, in millionths of the currency unit; `default` for the rest.
            pub sms_prices_micros: BTreeMap<String, u64>,
            /// Which factors each action asks for: its rules in order, the first that applies decides.
            pub actions: BTreeMap<ActionKind, Vec<Rule>>,
            /// Why a computed guessing risk above 1e-4 a year is accepted, in writing; none: it is not.
            pub risk_override: Option<String>,
        }

        impl Default for Policy {
            fn default() -> Self {
                Self {
                    $($name: $default,)*
                    lock_ladder_s: vec![900, 3_600, 14_400, 86_400, 259_200, 604_800],
                    resend_gaps_s: vec![30, 40, 60, 90, 120],
                    taken_number: TakenNumber::AfterProof,
                    countries_allowed: Vec::new(),
                    countries_denied: Vec::new(),
                    prefixes_denied: Vec::new(),
                    sms_prices_micros: BTreeMap::from([("default".to_owned(), 50_000)]),
                    actions: requirement::default_rules().clone(),
                    risk_override: None,
                }
            }
        }

        /// A policy as written in the file: only what differs from the defaults.
        #[derive(Clone, Debug, Default, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct PolicyFile {
            $($name: Option<u64>,)*
            lock_ladder_s: Option<Vec<u64>>,
            resend_gaps_s: Option<Vec<u64>>,
            taken_number: Option<TakenNumber>,
            countries_allowed: Option<Vec<String>>,
            countries_denied: Option<Vec<String>>,
            prefixes_denied: Option<Vec<String>>,
            sms_prices_micros: Option<BTreeMap<String, u64>>,
            actions: BTreeMap<ActionKind, Vec<Rule>>,
            risk_override: Option<String>,
        }

        impl PolicyFile {
            fn over(self, mut policy: Policy) -> Policy {
                $(if let Some(value) = self.$name { policy.$name = value; })*
                if let Some(value) = self.lock_ladder_s { policy.lock_ladder_s = value; }
                if let Some(value) = self.resend_gaps_s { policy.resend_gaps_s = value; }
                if let Some(value) = self.taken_number { policy.taken_number = value; }
                if let Some(value) = self.countries_allowed { policy.countries_allowed = value; }
                if let Some(value) = self.countries_denied { policy.countries_denied = value; }
                if let Some(value) = self.prefixes_denied { policy.prefixes_denied = value; }
                if let Some(value) = self.sms_prices_micros { policy.sms_prices_micros = value; }
                // An action that the file speaks of is ruled by the file alone; the others keep their defaults.
                policy.actions.extend(self.actions);
                policy.risk_override = self.risk_override;
                policy
            }
        }

        /// Every numeric setting, in the order of the file.
        pub const SETTINGS: &[Setting] = &[
            $(Setting {
                name: stringify!($name),
                doc: concat!($($doc),*),
                default: $default,
                floor: $floor,
                ceiling: $ceiling,
            },)*
        ];

        fn values(policy: &Policy) -> Vec<u64> {
            vec![$(policy.$name,)*]
        }
    };
}

policy! {
    /// Digits of a code (R1).
    code_length = 6 in 6..=8;
    /// Seconds a code for binding a number works.
    bind_code_life_s = 120 in 30..=600;
    /// Seconds a code for a withdrawal works.
    withdrawal_code_life_s = 120 in 30..=600;
    /// Seconds any other code works.
    code_life_s = 300 in 30..=600;
    /// Seconds within which a verification, with all its resends, must be finished (R3).
    verification_life_s = 600 in 60..=600;
    /// Wrong codes that end a verification and lock its factor (R18).
    failures_before_lock = 5 in 1..=5;
    /// Failures without a success between them that disable a factor (R17).
    failures_in_a_row_max = 100 in 5..=100;
    /// Failures in 365 days that disable a code factor (R20); at six digits 100 would be a risk of 1e-4 a year.
    failures_per_year_max = 60 in 5..=100;
    /// The same for codes by email: less, so that email and SMS together stay within 1e-4 a year.
    email_failures_per_year_max = 40 in 5..=100;
    /// The same for an authenticator app, which accepts two codes at once: with SMS beside it, 1e-4 a year.
    totp_failures_per_year_max = 20 in 5..=50;
    /// The same for the trading password; it never stands alone.
    trading_password_failures_per_year_max = 20 in 5..=100;
    /// The same for recovery codes.
    recovery_code_failures_per_year_max = 20 in 5..=100;
    /// Seconds within which a withdrawal, or another way for value to leave, must be confirmed.
    exit_confirm_s = 120 in 60..=600;
    /// Seconds within which anything else must be confirmed.
    action_confirm_s = 600 in 60..=600;
    /// How often a holder may ask for as much time again.
    action_extensions_max = 1 in 0..=10;
    /// Seconds that an assertion can be redeemed.
    assertion_life_s = 60 in 10..=600;
    /// Seconds that an app, a passkey, a trading password or recovery codes stand before they count as proof for
    /// changing the phone, removing factors, a forgotten password and opening a frozen account; 0: at once.
    factor_settle_s = 86400 in 0..=604800;
    /// Seconds that value is held after a change of a factor (R64; never under 12 hours).
    hold_change_s = 86400 in 43200..=2592000;
    /// The same after a factor is added: none by default, since adding one asks for the best that is there already.
    hold_addition_s = 0 in 0..=2592000;
    /// Seconds that value is held after a recovery (R66).
    hold_recovery_s = 172800 in 43200..=2592000;
    /// Seconds within which holders are promised an answer to a recovery case.
    case_promise_s = 86400 in 3600..=604800;
    /// Days that a recovery case waits for its holder: for documents, and for finishing once it is approved.
    case_wait_days = 7 in 1..=30;
    /// Recovery cases that an account may open in thirty days.
    cases_per_account_max = 3 in 1..=20;
    /// Seconds before a recovery for which nothing could be proved may be finished, from when its holder said so.
    case_alone_wait_s = 86400 in 43200..=604800;
    /// Seconds that the code for the note beside the holder's face is in force (R63).
    note_code_life_s = 3600 in 600..=86400;
    /// Seconds after which a rate is too old to say how much is leaving.
    rate_age_max_s = 600 in 60..=86400;
    /// Days that the link of a message can freeze the account.
    freeze_link_days = 30 in 1..=90;
    /// Passkeys that an account may have.
    passkeys_max = 10 in 1..=50;
    /// Days without a failure after which the lock ladder starts again from its first step.
    lock_ladder_reset_days = 30 in 1..=365;
    /// Codes that one verification may send, the first included.
    sends_per_verification = 5 in 1..=10;
    /// Least seconds that a receipt is waited for before the message takes another road as well.
    receipt_wait_s_min = 8 in 3..=60;
    /// Most seconds; also what is waited while nothing is known of a route's speed.
    receipt_wait_s_max = 20 in 5..=120;
    /// Further roads that a message may take after one had accepted it; each costs another message.
    fallbacks_max = 2 in 0..=5;
    /// Share of first messages that try a route other than the best, in percent.
    route_explore_percent = 3 in 0..=5;
    /// What one percentage point of conversion may cost more per message, in millionths of the currency unit.
    point_worth_micros = 2_000 in 1..=1_000_000;
    /// Wrong texts from one number, within a quarter of an hour, after which its texts are not looked at.
    inbound_failures_max = 5 in 1..=20;
    /// Sends without a success that lock sending.
    sends_before_lock = 5 in 1..=20;
    /// Seconds that lock lasts.
    sends_lock_s = 1800 in 300..=86400;
    /// Sends to one address in a day.
    sends_per_address_per_day = 10 in 1..=1000;
    /// Sends for one account in a day.
    sends_per_account_per_day = 20 in 1..=1000;
    /// Sends asked for from one network address in an hour.
    sends_per_ip_per_hour = 30 in 1..=1000000;
    /// Sends asked for from one /24 or /48 in an hour.
    sends_per_network_per_hour = 200 in 1..=10000000;
    /// Sends asked for by one browser in an hour.
    sends_per_device_per_hour = 20 in 1..=1000;
    /// Sends to numbers that share their first eight digits in an hour.
    sends_per_prefix_per_hour = 100 in 1..=10000000;
    /// Sends to one country in an hour.
    sends_per_country_per_hour = 10000 in 1..=100000000;
    /// Money spent on one country in a day, in millionths of the currency unit: a hard stop before sending (R68).
    spend_per_country_per_day_micros = 500000000 in 0..=1000000000000000;
    /// Look-ups by an address, a number among them, of one member of staff in an hour.
    staff_look_ups_per_hour = 100 in 5..=10000;
    /// Shortest password, in characters (NIST SP 800-63B-4 section 3.1.1.2, inside two factors).
    password_length_min = 8 in 8..=64;
    /// Seconds a signed-in session may rest (R45).
    session_idle_s = 3600 in 300..=3600;
    /// Seconds a signed-in session may last (R45).
    session_life_s = 86400 in 900..=86400;
    /// Days a known device may rest.
    device_idle_days = 30 in 1..=30;
    /// Days a device stays known.
    device_life_days = 90 in 1..=90;
    /// Seconds within which support's first answer to a ticket is promised.
    ticket_answer_s = 28800 in 900..=604800;
    /// Tickets that an account may have open at once.
    tickets_open_max = 5 in 1..=50;
    /// Tickets that may be opened for an account in a day, whatever became of them.
    tickets_per_account_per_day = 10 in 1..=100;
    /// Tickets and recovery cases that may be opened without signing in from one network address in an hour.
    openings_per_ip_per_hour = 20 in 1..=10000;
    /// Messages that a holder may write in one ticket in an hour.
    ticket_messages_per_hour = 30 in 1..=1000;
    /// Days that the texts of a closed ticket are kept (R79).
    ticket_life_days = 400 in 30..=3650;
    /// Seconds that a sign-up, sign-in or binding may take from its first page to its last.
    journey_life_s = 1800 in 600..=3600;
    /// Days that documents and photos are kept after what they were sent for was decided (R79).
    evidence_life_days = 30 in 1..=400;
    /// Seconds after which somebody whom a colleague let in, reset or gave a role for it may be one of two who decide.
    staff_wait_s = 259200 in 0..=2592000;
    /// Sign-ins to the console begun from one network address in an hour, by browsers that are not known there.
    console_sign_ins_per_ip_per_hour = 60 in 5..=1000000;
}

/// When a holder learns that a number belongs to another account (B5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TakenNumber {
    /// Only once the code has proved control of the number: strangers learn nothing (R46).
    AfterProof,
    /// At once.
    Immediate,
}

impl Policy {
    /// The defaults with a file's values over them, or every value that is out of bounds.
    pub fn from_file(file: PolicyFile) -> Result<Policy, Vec<PolicyError>> {
        let policy = file.over(Policy::default());
        let mut errors: Vec<PolicyError> = Vec::new();
        for (setting, value) in SETTINGS.iter().zip(values(&policy)) {
            check_bounds(&mut errors, setting.name, value, setting.floor, setting.ceiling);
        }
        check_list(&mut errors, "lock_ladder_s", &policy.lock_ladder_s, 900, 2_592_000);
        check_list(&mut errors, "resend_gaps_s", &policy.resend_gaps_s, 30, 3_600);
        let code_lives = [policy.bind_code_life_s, policy.withdrawal_code_life_s, policy.code_life_s];
        if code_lives.iter().any(|life| *life > policy.verification_life_s) {
            errors.push(PolicyError {
                name: "verification_life_s".to_owned(),
                problem: "is shorter than the life of a code; raise it or shorten the codes".to_owned(),
            });
        }
        for name in policy.countries_allowed.iter().chain(&policy.countries_denied) {
            // One spelling: "gb" would be no error and deny nobody.
            let known = name.parse::<countersign_numbers::RegionCode>();
            if !known.is_ok_and(|code| code.as_str() == name) {
                errors.push(PolicyError {
                    name: "countries_allowed / countries_denied".to_owned(),
                    problem: format!("{name:?} is not a country of the numbering plan in two capitals"),
                });
            }
        }
        for prefix in &policy.prefixes_denied {
            let digits = prefix.strip_prefix('+').unwrap_or_default();
            if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
                errors.push(PolicyError {
                    name: "prefixes_denied".to_owned(),
                    problem: format!("{prefix:?} is not a plus sign and digits, such as +44740"),
                });
            }
        }
        for (kind, rules) in &policy.actions {
            for (place, problem) in requirement::problems(rules) {
                errors.push(PolicyError { name: format!("actions.{}{place}", kind.as_str()), problem });
            }
        }
        // Out-of-bounds numbers would make a nonsense of the sum.
        if errors.is_empty() {
            errors.extend(policy.risk_problem());
        }
        if errors.is_empty() { Ok(policy) } else { Err(errors) }
    }

    /// The computed yearly guessing risk above the limit, unless somebody has accepted it in writing (R26).
    fn risk_problem(&self) -> Option<PolicyError> {
        let worst = risk::of_policy(self).into_iter().max_by(|a, b| a.yearly.total_cmp(&b.yearly))?;
        let accepted = self.risk_override.as_ref().is_some_and(|reason| reason.trim().len() >= 10);
        (worst.yearly > risk::YEARLY_MAX && !accepted).then(|| PolicyError {
            name: format!("actions.{}", worst.action.as_str()),
            problem: format!(
                "somebody who knows the password would guess through it with a chance of {:.1e} a year, above \
                 {:.0e}; ask for more, lower the yearly failures, or say in risk_override, in a sentence, why this \
                 is accepted",
                worst.yearly,
                risk::YEARLY_MAX
            ),
        })
    }

    /// How long the lock lasts after run number `step` (from zero) of failures.
    pub fn lock_span(&self, step: u32) -> Duration {
        nth_or_last(&self.lock_ladder_s, step)
    }

    /// How long to wait after send number `sends` (from one) before the next.
    pub fn resend_gap(&self, sends: u32) -> Duration {
        nth_or_last(&self.resend_gaps_s, sends.saturating_sub(1))
    }

    /// Price of one SMS to a country, in millionths.
    pub fn sms_price_micros(&self, country: &str) -> u64 {
        let listed = self.sms_prices_micros.get(country).or_else(|| self.sms_prices_micros.get("default"));
        // No price known counts as dear: the money cap must fail closed (R78).
        listed.copied().unwrap_or(1_000_000)
    }
}

fn nth_or_last(list: &[u64], index: u32) -> Duration {
    let index = usize::try_from(index).unwrap_or(usize::MAX).min(list.len().saturating_sub(1));
    Duration::from_secs(list.get(index).copied().unwrap_or(604_800))
}

fn check_bounds(errors: &mut Vec<PolicyError>, name: &str, value: u64, floor: u64, ceiling: u64) {
    if value < floor || value > ceiling {
        errors.push(PolicyError {
            name: name.to_owned(),
            problem: format!("{value} is outside {floor} to {ceiling}"),
        });
    }
}

fn check_list(errors: &mut Vec<PolicyError>, name: &str, list: &[u64], floor: u64, ceiling: u64) {
    if list.is_empty() || list.len() > 16 {
        errors.push(PolicyError { name: name.to_owned(), problem: "takes 1 to 16 values".to_owned() });
    }
    for value in list {
        check_bounds(errors, name, *value, floor, ceiling);
    }
    if list.windows(2).any(|pair| pair[1] < pair[0]) {
        errors.push(PolicyError {
            name: name.to_owned(),
            problem: "must not fall from one step to the next".to_owned(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(json: &str) -> PolicyFile {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn the_defaults_are_those_of_the_product_and_within_their_bounds() {
        let policy = Policy::from_file(PolicyFile::default()).unwrap();
        assert_eq!(policy.bind_code_life_s, 120);
        assert_eq!(policy.lock_ladder_s, [900, 3600, 4 * 3600, 86_400, 3 * 86_400, 7 * 86_400]);
        assert_eq!(policy.resend_gaps_s, [30, 40, 60, 90, 120]);
        assert_eq!(policy.failures_per_year_max, 60);
        assert_eq!(policy.sends_lock_s, 30 * 60);
        assert_eq!((policy.exit_confirm_s, policy.assertion_life_s), (120, 60));
        assert_eq!((policy.hold_change_s, policy.hold_recovery_s), (24 * 3600, 48 * 3600));
    }

    #[test]
    fn every_bound_is_held_and_named() {
        for setting in SETTINGS {
            for bad in [setting.floor.checked_sub(1), setting.ceiling.checked_add(1)].into_iter().flatten() {
                let errors =
                    Policy::from_file(file(&format!("{{\"{}\": {bad}}}", setting.name))).unwrap_err();
                assert!(
                    errors.iter().any(|e| e.name == setting.name && e.problem.contains(&bad.to_string()))
                );
            }
        }
    }

    #[test]
    fn lists_are_bounded_ordered_and_repeat_their_last_step() {
        assert!(Policy::from_file(file("{\"lock_ladder_s\": []}")).is_err());
        assert!(Policy::from_file(file("{\"lock_ladder_s\": [60]}")).is_err());
        assert!(Policy::from_file(file("{\"lock_ladder_s\": [3600, 900]}")).is_err());
        assert!(Policy::from_file(file("{\"countries_denied\": [\"Narnia\"]}")).is_err());
        let policy = Policy::default();
        assert_eq!(policy.lock_span(0), Duration::from_secs(900));
        assert_eq!(policy.lock_span(5), Duration::from_secs(604_800));
        assert_eq!(policy.lock_span(500), Duration::from_secs(604_800));
        assert_eq!(policy.resend_gap(1), Duration::from_secs(30));
        assert_eq!(policy.resend_gap(9), Duration::from_secs(120));
    }

    #[test]
    fn an_unknown_setting_is_an_error_and_an_unknown_price_is_dear() {
        assert!(serde_json::from_str::<PolicyFile>("{\"code_lenght\": 6}").is_err());
        let policy = Policy { sms_prices_micros: BTreeMap::new(), ..Policy::default() };
        assert_eq!(policy.sms_price_micros("TH"), 1_000_000);
    }
}
