//! The console's pages in every state that their fields allow.
//!
//! Decides nothing: made-up facts, judged by the core's own default rules.

use countersign_flows::core::amount::Amount;
use countersign_flows::core::model::{AccountStatus, ActionKind, Factor, Role};
use countersign_flows::core::policy::Policy;
use countersign_flows::core::requirement::{self, Facts, Signal, Worth};
use countersign_flows::core::risk;

use super::{Drawn, Samples, draw};
use crate::web::views::*;

impl Samples {
    /// Any page of the console.
    pub(crate) fn console_layout(&self) -> Layout {
        self.in_console(true)
    }

    pub(super) fn in_console(&self, signed_in: bool) -> Layout {
        let signed_in = signed_in.then(|| self.text("op•••@acme.example"));
        Layout { area: Area::Console, signed_in, roles: Role::ALL.to_vec(), ..self.layout() }
    }

    fn console_policy(&self, action: ActionKind, held: &[Factor], sim_changed: Signal) -> ConsolePolicy {
        let facts = Facts {
            worth: Worth::Btc(Amount::parse("0.05").expect("an amount")),
            held: held.to_vec(),
            disabled: vec![],
            new_device: Some(true),
            region: None,
            status: AccountStatus::Active,
            sim_changed,
            last_proof_age_s: None,
        };
        let policy = Policy::default();
        let risks = risk::of_policy(&policy);
        let row = |(action, rules): (&ActionKind, &Vec<requirement::Rule>)| {
            let row = |(number, rule): (usize, &requirement::Rule)| RuleRow {
                action: *action,
                number: u32::try_from(number).expect("few rules"),
                failing: rule.when.failing(&facts),
                yearly: risks
                    .iter()
                    .find(|r| r.action == *action && r.rule == number)
                    .map(|risk| risk.yearly),
                rule: rule.clone(),
            };
            rules.iter().enumerate().map(row).collect::<Vec<_>>()
        };
        ConsolePolicy {
            layout: self.in_console(true),
            judged: Some(requirement::judge(&policy.actions[&action], &facts)),
            rules: policy.actions.iter().flat_map(row).collect(),
            facts: FactsForm {
                action,
                amount: self.typed("0.05", None),
                amount_unknown: false,
                held: held.to_vec(),
                new_device: true,
                region: self.picker(Some("GB"), None),
                status: AccountStatus::Active,
                sim_changed,
                last_proof_s: self.typed("", None),
            },
            version: Some(PolicyVersion { number: 3, since_ms: self.now_ms, override_reason: None }),
        }
    }

    pub(super) fn console(&self) -> Drawn {
        let sign_in = |email, password_problem, problem| ConsoleSignIn {
            layout: self.in_console(false),
            email,
            password_problem,
            problem,
        };
        let empty = Some(Problem::EmailUnreadable);
        let asked = |held: &[Factor], sim| self.console_policy(ActionKind::Withdrawal, held, sim);
        let both = [Factor::Totp, Factor::TradingPassword];
        let above = ConsolePolicy {
            version: Some(PolicyVersion {
                number: 4,
                since_ms: self.now_ms,
                override_reason: Some(self.text("pilot with twenty staff accounts until March")),
            }),
            ..asked(&both, Signal::No)
        };
        let mut unreadable = asked(&both, Signal::No);
        unreadable.judged = None;
        unreadable.facts.amount = self.typed("a lot", Some(Problem::AmountUnreadable));
        unreadable.facts.last_proof_s = self.typed("soon", Some(Problem::SecondsUnreadable));
        draw(vec![
            ("console-signin", &sign_in(Field::default(), None, None)),
            ("console-signin-empty", &sign_in(self.typed("", empty), Some(Problem::PasswordMissing), None)),
            (
                "console-signin-refused",
                &sign_in(self.typed("op@acme.example", None), None, Some(Problem::SignInRefused)),
            ),
            ("console-policy", &asked(&both, Signal::No)),
            ("console-policy-missing", &asked(&[Factor::Password], Signal::Unknown)),
            (
                "console-policy-sim",
                &asked(&[Factor::Passkey, Factor::Totp, Factor::TradingPassword], Signal::Yes),
            ),
            ("console-policy-override", &above),
            ("console-policy-unreadable", &unreadable),
        ])
    }
}
