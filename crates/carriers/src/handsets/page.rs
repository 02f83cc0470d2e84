//! The handsets' pages: threads, and a form of knobs for each operator.

use std::fmt::Write as _;

use axum::response::Html;
use serde_json::Value;

use crate::inbox::Inbox;
use crate::operator::OperatorConfig;
use crate::web::{Page, escape, message_list, query_value};

fn navigation(here: &str) -> String {
    let mut items = String::new();
    for (address, words) in [("/", "Messages"), ("/operators", "Operators")] {
        let current = if address == here { " aria-current=\"page\"" } else { "" };
        let _ = writeln!(items, "<li><a href=\"{address}\"{current}>{words}</a></li>");
    }
    format!("<nav aria-label=\"Pages\"><ul>\n{items}</ul></nav>\n")
}

/// All threads, and one of them open.
pub(super) fn threads(handsets: &Inbox, to: Option<&str>) -> Html<String> {
    let newest = handsets.newest_by_address();
    let mut list = String::from("<ul class=\"threads\">\n");
    for message in &newest {
        let number = escape(&message.to);
        let current = if to == Some(message.to.as_str()) { " aria-current=\"true\"" } else { "" };
        let _ = writeln!(
            list,
            "<li><a id=\"thread-{id}\" href=\"/?to={query}\"{current}>\
             <strong><bdi dir=\"ltr\">{number}</bdi></strong><p class=\"snippet\">{snippet}</p></a></li>",
            id = number.trim_start_matches('+'),
            query = query_value(&message.to),
            snippet = escape(&message.text),
        );
    }
    list.push_str("</ul>");
    let thread = match to {
        Some(to) => {
            let messages = handsets.messages(Some(to));
            let count = messages.len();
            format!(
                "<h2><bdi dir=\"ltr\">{}</bdi></h2>\n<p class=\"hint\">{count} {}</p>\n{}",
                escape(to),
                if count == 1 { "message" } else { "messages" },
                message_list(&messages, false)
            )
        }
        None => format!("<h2>All messages</h2>\n{}", message_list(&handsets.messages(None), true)),
    };
    let live = if newest.is_empty() && to.is_none() {
        "<p>No message has arrived yet. Ask for a code by text or call, and it shows up here.</p>".to_owned()
    } else {
        format!(
            "<div class=\"panes\">\n<section aria-label=\"Phones\">\n<h2>Phones</h2>\n{list}\n</section>\n\
             <section aria-label=\"Messages\">\n{thread}\n</section>\n</div>"
        )
    };
    let title = to.map_or_else(|| "Handsets".to_owned(), |to| format!("{to} - Handsets"));
    Page {
        title: &title,
        heading: "Handsets",
        navigation: &navigation("/"),
        above: "",
        live: &live,
        stream: Some("/api/stream"),
    }
    .render()
}

enum Kind {
    /// From 0 to this.
    Number(u32),
    Choice(&'static [(&'static str, &'static str)]),
    /// A list, typed with spaces.
    Words,
    Text,
}

struct Knob {
    name: &'static str,
    label: &'static str,
    kind: Kind,
}

const fn knob(name: &'static str, label: &'static str, kind: Kind) -> Knob {
    Knob { name, label, kind }
}

const YES_NO: &[(&str, &str)] = &[("false", "No"), ("true", "Yes")];

/// In the order of the form; a test compares the names with those of `Behaviour`.
const KNOBS: &[Knob] = &[
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

/// Every operator with its knobs; `wrong` names the operator whose form was refused, and why.
pub(super) fn operators(operators: &[OperatorConfig], wrong: Option<(&str, &str)>) -> Html<String> {
    let mut live = String::from(
        "<h2>Operators</h2>\n<p class=\"hint\">Each number is served by the operator with the longest \
         matching prefix. Numbers from 555-0100 to 555-0199 are set aside for fiction: use them to see an \
         operator misbehave.</p>\n",
    );
    for operator in operators {
        let refused = wrong.filter(|(name, _)| *name == operator.name).map(|(_, why)| why);
        write_operator(&mut live, operator, refused);
    }
    Page {
        title: if wrong.is_some() { "Error: Operators - Handsets" } else { "Operators - Handsets" },
        heading: "Handsets",
        navigation: &navigation("/operators"),
        above: "",
        live: &live,
        stream: None,
    }
    .render()
}

fn write_operator(out: &mut String, operator: &OperatorConfig, refused: Option<&str>) {
    let name = escape(&operator.name);
    let prefixes = operator.prefixes.iter().map(|prefix| match prefix.as_str() {
        "" => "all other numbers".to_owned(),
        digits => format!("<bdi dir=\"ltr\">+{}…</bdi>", escape(digits)),
    });
    let prefixes = prefixes.collect::<Vec<_>>().join(", ");
    let _ = writeln!(
        out,
        "<section class=\"operator\" id=\"{name}\" aria-labelledby=\"{name}-name\">\n\
         <h3 id=\"{name}-name\">{name} <span class=\"hint\">{prefixes}</span></h3>\n<p class=\"note\">{}</p>",
        escape(&operator.note)
    );
    if let Some(why) = refused {
        let _ = writeln!(out, "<p class=\"wrong\" role=\"alert\">Not changed: {}</p>", escape(why));
    }
    let open = if refused.is_some() { " open" } else { "" };
    let _ = writeln!(
        out,
        "<details{open}><summary>Settings of {name}</summary>\n\
         <form class=\"knobs\" method=\"post\" action=\"/operators/{name}\">"
    );
    let values = serde_json::to_value(&operator.behaviour).unwrap_or_default();
    for knob in KNOBS {
        write_knob(out, &operator.name, knob, values.get(knob.name).unwrap_or(&Value::Null));
    }
    let _ = writeln!(out, "<button type=\"submit\">Apply to {name}</button>\n</form></details>\n</section>");
}

fn write_knob(out: &mut String, operator: &str, knob: &Knob, value: &Value) {
    let id = format!("{}-{}", escape(operator), knob.name);
    let name = knob.name;
    let shown = match value {
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    };
    let shown = escape(&shown);
    let _ = write!(out, "<div><label for=\"{id}\">{}</label>", knob.label);
    match &knob.kind {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operator::Behaviour;

    #[test]
    fn the_form_has_every_knob() {
        let values = serde_json::to_value(Behaviour::default()).expect("plain data");
        let mut names: Vec<_> = values.as_object().expect("an object").keys().cloned().collect();
        let mut on_form: Vec<_> = KNOBS.iter().map(|knob| knob.name.to_owned()).collect();
        names.sort();
        on_form.sort();
        assert_eq!(on_form, names);
    }
}
