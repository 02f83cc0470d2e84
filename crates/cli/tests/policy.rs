//! `countersign policy` as an operator runs it: the binary, its output and its exit code.

#![allow(clippy::unwrap_used)] // a test stops where something it stands on is missing

use serde_json::Value;
use std::process::{Command, Output};

fn policy(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_countersign")).arg("policy").args(arguments).output().unwrap()
}

fn json(arguments: &[&str]) -> Value {
    let output = policy(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A configuration whose policy is `text`, in a folder of its own.
fn file_with(name: &str, text: &str) -> std::path::PathBuf {
    let folder = std::env::temp_dir().join(format!("countersign-policy-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("countersign.toml");
    let frame = "public_url = \"https://accounts.acme.example\"\nservice = \"Acme\"\nsupport = \"x\"\n\
                 [storage]\nsqlite = \"x.db\"\n[keys]\nmaster = [\"1:";
    std::fs::write(&path, format!("{frame}{}\"]\n{text}", "0a".repeat(32))).unwrap();
    path
}

/// security.md section 3: 60 guesses of SMS on six digits are 6.0e-5, and nothing built in is above 1e-4.
#[test]
fn the_built_in_policy_is_good_and_says_its_risk() {
    let checked = json(&["check", "--json"]);
    assert_eq!(checked["good"], true);
    assert_eq!(checked["limit"], 1.0e-4);
    assert!(checked["worst_yearly_risk"].as_f64().unwrap() <= 1.0e-4);
    let played = json(&["simulate", "--json"]);
    let sms =
        played["factors"].as_array().unwrap().iter().find(|row| row["factor"] == "sms").unwrap().clone();
    assert_eq!(sms["guesses_a_year"], 60);
    assert!((sms["yearly_risk"].as_f64().unwrap() - 6.0e-5).abs() < 1e-12);
}

/// Section D: from 0.1 BTC an SMS code as well, and an amount that nobody can value counts as more.
#[test]
fn a_withdrawal_is_explained_on_both_sides_of_the_threshold() {
    let asked = |amount: &str| {
        let held = "password,email,sms,totp,trading_password";
        let facts = ["explain", "--json", "--action", "withdrawal", "--held", held, "--amount-btc", amount];
        json(&facts)["factors"].clone()
    };
    let has_sms = |sets: &Value| {
        sets.as_array().unwrap().iter().all(|set| set.as_array().unwrap().contains(&Value::from("sms")))
    };
    assert!(!has_sms(&asked("0.0999")));
    assert!(has_sms(&asked("0.1")));
    assert!(has_sms(&asked("unknown")));
    let held =
        policy(&["explain", "--action", "withdrawal", "--held", "password,email", "--amount-btc", "0.05"]);
    assert!(String::from_utf8_lossy(&held.stdout).contains("Not possible before the account has"));
}

#[test]
fn a_policy_that_risks_more_is_refused_unless_somebody_says_why() {
    let weak = "[[policy.actions.sign_in]]\nany_of = [[\"sms\"], [\"email\"], [\"totp\"]]\n";
    let refused = policy(&["check", "--config", file_with("weak", weak).to_str().unwrap()]);
    assert!(!refused.status.success());
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(told.contains("policy.actions.sign_in") && told.contains("risk_override"), "{told}");
    let reasoned = format!("[policy]\nrisk_override = \"pilot with staff accounts until March\"\n{weak}");
    let accepted = policy(&["check", "--config", file_with("reasoned", &reasoned).to_str().unwrap()]);
    assert!(accepted.status.success(), "{}", String::from_utf8_lossy(&accepted.stderr));
    assert!(String::from_utf8_lossy(&accepted.stdout).contains("pilot with staff accounts until March"));
}
