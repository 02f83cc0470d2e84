//! The knobs of operators and of accounts as forms, and what comes back from a form as the JSON that changes
//! them.

use std::collections::HashMap;
use std::fmt::Write as _;

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::web::escape;

pub(super) enum Kind {
    /// From 0 to this.
    Number(u32),
    Choice(&'static [(&'static str, &'static str)]),
    /// A list, typed with spaces.
    Words,
    Text,
}

pub(super) struct Knob {
    name: &'static str,
    label: &'static str,
    kind: Kind,
}

const fn knob(name: &'static str, label: &'static str, kind: Kind) -> Knob {
    Knob { name, label, kind }
}

const YES_NO: &[(&str, &str)] = &[("false", "No"), ("true", "Yes")];

/// In the order of the form; a test compares the names with those of `Behaviour`.
pub(super) const OPERATOR: &[Knob] = &[
    knob("delay_ms_min", "Least delay, ms", Kind::Number(600_000)),
    knob("delay_ms_max", "Most delay, ms", Kind::Number(600_000)),
    knob("loss_percent", "Lost, %", Kind::Number(100)),
    knob("duplicate_percent", "Delivered twice, %", Kind::Number(100)),
    knob("reorder_percent", "Held back so that others overtake, %", Kind::Number(100)),
    knob("reorder_ms", "Held back for, ms", Kind::Number(600_000)),
    knob("disconnect_percent", "Submits that drop the connection, %", Kind::Number(100)),
    knob("submits_per_second_max", "Submits per second, 0 for any", Kind::Number(u32::MAX)),
    knob("congestion", "Above that rate", {
        Kind::Choice(&[("throttled", "Throttled (0x58)"), ("queue_full", "Queue full (0x14)")])
    }),
    knob("blocked_prefixes", "Blocked prefixes, without +, spaces between", Kind::Words),
    knob("blocking", "How they are blocked", {
        Kind::Choice(&[("refuse", "Refuse the submit (0x45)"), ("reject", "Receipt says REJECTD")])
    }),
    knob("voip_prefixes", "Prefixes refused as VoIP (0x0B)", Kind::Words),
    knob("sender_rewrite", "Sender shown instead, empty to leave it", Kind::Text),
    knob("receipts", "Receipts", {
        Kind::Choice(&[
            ("honest", "Honest"),
            ("always_delivered", "Always say DELIVRD"),
            ("no_receipts", "None"),
        ])
    }),
    knob("receipt_form", "Receipt form", {
        Kind::Choice(&[
            ("both", "Text and parameters"),
            ("text", "Text"),
            ("tlv", "Parameters"),
            ("bare", "Text, dates with seconds, no counts"),
        ])
    }),
    knob("receipt_ids", "Ids in answer and receipt", {
        Kind::Choice(&[
            ("same", "Same"),
            ("hex_then_decimal", "Hexadecimal, then decimal"),
            ("decimal_then_hex", "Decimal, then hexadecimal"),
        ])
    }),
    knob("receipt_delay_ms", "Receipt after arrival, ms", Kind::Number(600_000)),
    knob("receipt_before_answer", "Receipt before the submit is answered", Kind::Choice(YES_NO)),
];

/// In the order of the form; a test compares the names with those of `AccountBehaviour`.
pub(super) const ACCOUNT: &[Knob] = &[
    knob("unbound", "Binds refused (0x0D), connections dropped", Kind::Choice(YES_NO)),
    knob("dead", "Takes everything, delivers and reports nothing", Kind::Choice(YES_NO)),
    knob("lying", "Delivers nothing, says DELIVRD", Kind::Choice(YES_NO)),
    knob("refuses", "Refuses every submit", {
        Kind::Choice(&[
            ("none", "No"),
            ("system_error", "System error (0x08)"),
            ("submit_failed", "Submit failed (0x45)"),
        ])
    }),
    knob("loss_percent", "Lost with a receipt, %", Kind::Number(100)),
    knob("silent_loss_percent", "Lost without a receipt, %", Kind::Number(100)),
    knob("extra_delay_ms_min", "Least extra delay, ms", Kind::Number(600_000)),
    knob("extra_delay_ms_max", "Most extra delay, ms", Kind::Number(600_000)),
    knob("submits_per_second_max", "Submits per second, 0 for any", Kind::Number(u32::MAX)),
];

/// What has knobs, on the page.
pub(super) struct Section<'a> {
    /// `operators` or `routes`: the address of its form.
    pub(super) folder: &'a str,
    pub(super) name: &'a str,
    /// In front of the name in identifiers: an operator and an account may have the same name.
    pub(super) id_prefix: &'a str,
    /// Behind the name; HTML already.
    pub(super) about: &'a str,
    pub(super) note: &'a str,
    pub(super) knobs: &'static [Knob],
    pub(super) refused: Option<&'a str>,
}

impl Section<'_> {
    pub(super) fn write(&self, out: &mut String, behaviour: &impl Serialize) {
        let name = escape(self.name);
        let id = format!("{}{name}", self.id_prefix);
        let _ = writeln!(
            out,
            "<section class=\"operator\" id=\"{id}\" aria-labelledby=\"{id}-name\">\n\
             <h3 id=\"{id}-name\">{name} <span class=\"hint\">{}</span></h3>\n<p class=\"note\">{}</p>",
            self.about,
            escape(self.note)
        );
        if let Some(why) = self.refused {
            let _ = writeln!(out, "<p class=\"wrong\" role=\"alert\">Not changed: {}</p>", escape(why));
        }
        let open = if self.refused.is_some() { " open" } else { "" };
        let _ = writeln!(
            out,
            "<details{open}><summary>Settings of {name}</summary>\n\
             <form class=\"knobs\" method=\"post\" action=\"/{}/{name}\">",
            self.folder
        );
        let values = serde_json::to_value(behaviour).unwrap_or_default();
        for knob in self.knobs {
            knob.write(out, &id, values.get(knob.name).unwrap_or(&Value::Null));
        }
        let _ =
            writeln!(out, "<button type=\"submit\">Apply to {name}</button>\n</form></details>\n</section>");
    }
}

impl Knob {
    fn write(&self, out: &mut String, section: &str, value: &Value) {
        let id = format!("{section}-{}", self.name);
        let name = self.name;
        let shown = match value {
            Value::String(text) => text.clone(),
            Value::Array(list) => list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
            other => other.to_string(),
        };
        let shown = escape(&shown);
        let _ = write!(out, "<div><label for=\"{id}\">{}</label>", self.label);
        match &self.kind {
            Kind::Number(most) => {
                let _ = write!(
                    out,
                    "<input id=\"{id}\" name=\"{name}\" type=\"number\" min=\"0\" max=\"{most}\" \
                     value=\"{shown}\">"
                );
            }
            Kind::Words | Kind::Text => {
                let _ = write!(out, "<input id=\"{id}\" name=\"{name}\" value=\"{shown}\">");
            }
            Kind::Choice(choices) => {
                let _ = write!(out, "<select id=\"{id}\" name=\"{name}\">");
                for (choice, words) in *choices {
                    let selected = if shown == *choice { " selected" } else { "" };
                    let _ = write!(out, "<option value=\"{choice}\"{selected}>{words}</option>");
                }
                out.push_str("</select>");
            }
        }
        out.push_str("</div>\n");
    }
}

/// Form fields as the JSON kinds that the knobs have now. What does not fit stays a string, and is refused
/// by name.
pub(super) fn typed(behaviour: &impl Serialize, fields: &HashMap<String, String>) -> Map<String, Value> {
    let knobs = serde_json::to_value(behaviour).unwrap_or_default();
    let value = |name: &str, typed: &str| match knobs.get(name) {
        Some(Value::Number(_)) => typed.trim().parse::<u64>().map_or_else(|_| json!(typed), Value::from),
        Some(Value::Bool(_)) => json!(typed == "true"),
        Some(Value::Array(_)) => json!(typed.split_whitespace().collect::<Vec<_>>()),
        _ => json!(typed.trim()),
    };
    fields.iter().map(|(name, typed)| (name.clone(), value(name, typed))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::AccountBehaviour;
    use crate::operator::Behaviour;

    fn assert_all_on_form(knobs: &[Knob], behaviour: &impl Serialize) {
        let values = serde_json::to_value(behaviour).expect("plain data");
        let mut names: Vec<_> = values.as_object().expect("an object").keys().cloned().collect();
        let mut on_form: Vec<_> = knobs.iter().map(|knob| knob.name.to_owned()).collect();
        names.sort();
        on_form.sort();
        assert_eq!(on_form, names);
    }

    #[test]
    fn the_forms_have_every_knob() {
        assert_all_on_form(OPERATOR, &Behaviour::default());
        assert_all_on_form(ACCOUNT, &AccountBehaviour::default());
    }
}
