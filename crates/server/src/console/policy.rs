//! `/console/policy`: what is asked for given facts, which rule decided, why those before it did not, and how likely
//! each rule is guessed through in a year. The same rules and the same sums as `countersign policy` and as every
//! action.

use super::Staff;
use crate::web::regions;
use crate::web::views::{ConsolePolicy, FactsForm, Field, PolicyVersion, Problem, RuleRow};
use crate::web::visit::Visit;
use axum::extract::{Query, RawQuery};
use axum::http::StatusCode;
use axum::response::Response;
use countersign_flows::core::amount::Amount;
use countersign_flows::core::model::{AccountStatus, ActionKind, Factor};
use countersign_flows::core::policy::Policy;
use countersign_flows::core::requirement::{self, Facts, Rule, Signal, Worth};
use countersign_flows::core::risk;

/// `GET /console/policy`
pub(crate) async fn page(Staff { visit, .. }: Staff, RawQuery(query): RawQuery) -> Response {
    let flows = visit.server.flows();
    let version = match flows.policy_in_force(visit.server.service_id()).await {
        Ok(version) => version.map(|version| PolicyVersion {
            number: version.version,
            since_ms: version.since.unix_ms(),
            override_reason: version.override_reason,
        }),
        Err(error) => return visit.broke(error),
    };
    let asked = Asked::read(query.as_deref().unwrap_or_default());
    let (form, facts) = asked.facts(&visit);
    let policy = flows.policy();
    let rules_of = policy.actions.get(&form.action).map(Vec::as_slice).unwrap_or_default();
    let judged = facts.as_ref().map(|facts| requirement::judge(rules_of, facts));
    let status = if facts.is_some() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let rules = rows(policy, form.action, facts.as_ref());
    let here = visit.uri.path_and_query().map_or("/console/policy", |here| here.as_str());
    visit.page(status, &ConsolePolicy { layout: visit.layout(here), facts: form, judged, rules, version })
}

/// Every rule of every action; those of the action asked about with what does not hold for the facts.
fn rows(policy: &Policy, asked: ActionKind, facts: Option<&Facts>) -> Vec<RuleRow> {
    let risks = risk::of_policy(policy);
    let row = |action: ActionKind, number: usize, rule: &Rule| RuleRow {
        action,
        number: u32::try_from(number).unwrap_or(u32::MAX),
        failing: facts.filter(|_| action == asked).map(|facts| rule.when.failing(facts)).unwrap_or_default(),
        yearly: risks
            .iter()
            .find(|risk| risk.action == action && risk.rule == number)
            .map(|risk| risk.yearly),
        rule: rule.clone(),
    };
    let of_action = |(action, rules): (&ActionKind, &Vec<Rule>)| {
        rules.iter().enumerate().map(|(number, rule)| row(*action, number, rule)).collect::<Vec<_>>()
    };
    policy.actions.iter().flat_map(of_action).collect()
}

/// The fields of the form, as they stand in the address.
struct Asked(Vec<(String, String)>);

impl Asked {
    fn read(query: &str) -> Self {
        let uri = format!("/?{query}").parse().ok();
        let pairs = uri.and_then(|uri| Query::<Vec<(String, String)>>::try_from_uri(&uri).ok());
        Self(pairs.map(|pairs| pairs.0).unwrap_or_default())
    }

    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn get<'a>(&'a self, name: &'a str) -> &'a str {
        self.all(name).next().unwrap_or_default()
    }

    /// As it is shown again: no longer than any field of ours needs.
    fn shown(&self, name: &str) -> String {
        self.get(name).trim().chars().take(60).collect()
    }

    /// The form as it was sent, or as it is before anything was asked; the facts, unless one cannot be read.
    fn facts(&self, visit: &Visit) -> (FactsForm, Option<Facts>) {
        let (amount, last_proof) = (self.shown("amount"), self.shown("last_proof_s"));
        let worth = match (self.get("amount_unknown"), amount.as_str()) {
            ("yes", _) => Some(Worth::Unknown),
            (_, "") => Some(Worth::Nothing),
            (_, text) => Amount::parse(text).map(Worth::Btc),
        };
        let last_proof_age_s = match last_proof.as_str() {
            "" => Some(None),
            text => text.parse::<u64>().ok().map(Some),
        };
        let form = FactsForm {
            action: ActionKind::from_text(self.get("action")).unwrap_or(ActionKind::Withdrawal),
            amount: Field { value: amount, problem: worth.is_none().then_some(Problem::AmountUnreadable) },
            amount_unknown: self.get("amount_unknown") == "yes",
            held: self.held(),
            new_device: self.get("new_device") == "yes",
            region: regions::picker(&visit.server, self.get("region"), None),
            status: AccountStatus::from_text(self.get("status")).unwrap_or(AccountStatus::Active),
            sim_changed: Signal::from_text(self.get("sim_changed")).unwrap_or(Signal::Unknown),
            last_proof_s: Field {
                value: last_proof,
                problem: last_proof_age_s.is_none().then_some(Problem::SecondsUnreadable),
            },
        };
        let facts = worth.zip(last_proof_age_s).map(|(worth, last_proof_age_s)| Facts {
            worth,
            held: form.held.clone(),
            disabled: Vec::new(),
            new_device: Some(form.new_device),
            region: form.region.chosen.clone(),
            status: form.status,
            sim_changed: form.sim_changed,
            last_proof_age_s,
        });
        (form, facts)
    }

    /// What the account has; before anything was asked, what every account of an email address has.
    fn held(&self) -> Vec<Factor> {
        if self.get("action").is_empty() {
            return vec![Factor::Password, Factor::Email];
        }
        let named: Vec<Factor> = self.all("held").filter_map(Factor::from_text).collect();
        Factor::ALL.iter().copied().filter(|factor| named.contains(factor)).collect()
    }
}
