//! The handsets' pages: threads with a form to send a text, and the network with a form of knobs for each
//! account and each operator.

use std::fmt::Write as _;

use axum::response::Html;

use super::knobs::{self, Section};
use super::texts::Typed;
use crate::hub::AccountView;
use crate::inbox::Inbox;
use crate::operator::OperatorConfig;
use crate::web::{Page, escape, message_list, query_value};

fn navigation(here: &str) -> String {
    let mut items = String::new();
    for (address, words) in [("/", "Messages"), ("/operators", "Network")] {
        let current = if address == here { " aria-current=\"page\"" } else { "" };
        let _ = writeln!(items, "<li><a href=\"{address}\"{current}>{words}</a></li>");
    }
    format!("<nav aria-label=\"Pages\"><ul>\n{items}</ul></nav>\n")
}

/// All threads, and one of them open.
pub(super) fn threads(handsets: &Inbox, to: Option<&str>, sending: &Sending) -> Html<String> {
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
    let mut title = to.map_or_else(|| "Handsets".to_owned(), |to| format!("{to} - Handsets"));
    if matches!(sending, Sending::Refused(..)) {
        title.insert_str(0, "Error: ");
    }
    Page {
        title: &title,
        heading: "Handsets",
        navigation: &navigation("/"),
        above: &text_form(to, sending),
        live: &live,
        stream: Some("/api/stream"),
    }
    .render()
}

/// The form of a text from a handset, as it stands.
pub(super) enum Sending {
    /// Not used yet.
    Blank,
    /// Where the last one went, and whether it waits for somebody to receive it.
    Sent { to: String, waits: bool },
    /// What was typed, and what is wrong with it.
    Refused(Typed, &'static str),
}

/// Outside what is replaced when messages arrive, so that nobody loses what they typed.
fn text_form(from: Option<&str>, sending: &Sending) -> String {
    let (mut open, mut said) = ("", String::new());
    let (mut from, mut to, mut text) = (from.unwrap_or_default(), "", "");
    match sending {
        Sending::Blank => {}
        Sending::Sent { to: receiver, waits } => {
            let waits = if *waits { ", and waits until somebody is bound to receive it" } else { "" };
            said = format!(
                "<p class=\"sent\" role=\"status\">Your text to <bdi dir=\"ltr\">{}</bdi> is with the \
                 network{waits}.</p>\n",
                escape(receiver)
            );
        }
        Sending::Refused(typed, why) => {
            open = " open";
            (from, to, text) = (&typed.from, &typed.to, &typed.text);
            said = format!("<p class=\"wrong\" role=\"alert\">Not sent: {}</p>\n", escape(why));
        }
    }
    format!(
        "{said}<details class=\"card\"{open}><summary>Send a text</summary>\n\
         <form class=\"knobs\" method=\"post\" action=\"/texts\">\n\
         <div><label for=\"text-from\">From, a number</label>\
         <input id=\"text-from\" name=\"from\" type=\"tel\" required value=\"{}\"></div>\n\
         <div><label for=\"text-to\">To, a number or a short code</label>\
         <input id=\"text-to\" name=\"to\" type=\"tel\" required value=\"{}\"></div>\n\
         <div class=\"wide\"><label for=\"text-text\">Text</label>\
         <textarea id=\"text-text\" name=\"text\" rows=\"3\" required maxlength=\"1000\" dir=\"auto\">\n{}\
         </textarea></div>\n\
         <button type=\"submit\">Send the text</button>\n</form></details>\n",
        escape(from),
        escape(to),
        escape(text)
    )
}

/// Every account and every operator with its knobs.
pub(super) fn network(
    accounts: &[AccountView],
    operators: &[OperatorConfig],
    wrong: Option<Wrong<'_>>,
) -> Html<String> {
    let mut live = String::from(
        "<h2>Routes</h2>\n<p class=\"hint\">Each account of the SMSC is an aggregator between its route and the \
         operators. Break one and watch another take over.</p>\n",
    );
    for AccountView { config, receivers } in accounts {
        let refused = wrong.filter(|wrong| wrong.folder == "routes" && wrong.name == config.system_id);
        let section = Section {
            folder: "routes",
            name: &config.system_id,
            id_prefix: "route-",
            about: if *receivers > 0 { "bound" } else { "" },
            note: &config.note,
            knobs: knobs::ACCOUNT,
            refused: refused.map(|wrong| wrong.why),
        };
        section.write(&mut live, &config.behaviour);
    }
    live.push_str(
        "<h2>Operators</h2>\n<p class=\"hint\">Each number is served by the operator with the longest \
         matching prefix. Numbers from 555-0100 to 555-0199 are set aside for fiction: use them to see an \
         operator misbehave.</p>\n",
    );
    for operator in operators {
        let refused = wrong.filter(|wrong| wrong.folder == "operators" && wrong.name == operator.name);
        let prefixes = operator.prefixes.iter().map(|prefix| match prefix.as_str() {
            "" => "all other numbers".to_owned(),
            digits => format!("<bdi dir=\"ltr\">+{}…</bdi>", escape(digits)),
        });
        let section = Section {
            folder: "operators",
            name: &operator.name,
            id_prefix: "",
            about: &prefixes.collect::<Vec<_>>().join(", "),
            note: &operator.note,
            knobs: knobs::OPERATOR,
            refused: refused.map(|wrong| wrong.why),
        };
        section.write(&mut live, &operator.behaviour);
    }
    Page {
        title: if wrong.is_some() { "Error: Network - Handsets" } else { "Network - Handsets" },
        heading: "Handsets",
        navigation: &navigation("/operators"),
        above: "",
        live: &live,
        stream: None,
    }
    .render()
}

/// Whose form was refused, and why.
#[derive(Clone, Copy)]
pub(super) struct Wrong<'a> {
    pub(super) folder: &'a str,
    pub(super) name: &'a str,
    pub(super) why: &'a str,
}
