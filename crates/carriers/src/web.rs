//! What the two little servers share: the frame of a page, its assets, its headers, and the live stream.
//! Nothing here is the product's: the simulated phones and the mailbox are the far end of the wire.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{Html, Response};
use axum::routing::get;
use futures_util::Stream;
use futures_util::stream::unfold;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;

use crate::inbox::{Inbox, Received};

const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
     img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Text for the inside of an element or of a quoted attribute.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(character),
        }
    }
    out
}

/// A value for the query of an address.
pub(crate) fn query_value(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for octet in text.bytes() {
        if octet.is_ascii_alphanumeric() || b"-._~@".contains(&octet) {
            out.push(char::from(octet));
        } else {
            let _ = write!(out, "%{octet:02X}");
        }
    }
    out
}

/// One page. `live` and `navigation` are HTML already; `stream` is the address that tells when `live` is
/// stale.
pub(crate) struct Page<'a> {
    pub(crate) title: &'a str,
    pub(crate) heading: &'a str,
    pub(crate) navigation: &'a str,
    pub(crate) above: &'a str,
    pub(crate) live: &'a str,
    pub(crate) stream: Option<&'a str>,
}

impl Page<'_> {
    pub(crate) fn render(&self) -> Html<String> {
        let stream = self.stream.map(|at| format!(" data-stream=\"{}\"", escape(at))).unwrap_or_default();
        Html(format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
             <link rel=\"icon\" href=\"/assets/carriers.svg\">\n\
             <link rel=\"stylesheet\" href=\"/assets/carriers.css\">\n\
             <script src=\"/assets/carriers.js\" defer></script>\n</head>\n<body{stream}>\n\
             <a class=\"skip\" href=\"#main\">Skip to content</a>\n\
             <header>\n<h1>{heading}</h1>\n{navigation}</header>\n\
             <p id=\"said\" role=\"status\" class=\"unseen\"></p>\n\
             <main id=\"main\" tabindex=\"-1\">\n\
             {above}<div id=\"live\">\n{live}\n</div>\n\
             </main>\n</body>\n</html>\n",
            title = escape(self.title),
            heading = escape(self.heading),
            navigation = self.navigation,
            above = self.above,
            live = self.live,
        ))
    }
}

/// Messages as a list, newest first, each with its codes ready to copy.
pub(crate) fn message_list(messages: &[Arc<Received>], show_to: bool) -> String {
    let mut out = String::from("<ol class=\"messages\">\n");
    for message in messages {
        let _ = write!(out, "<li id=\"message-{}\">\n<p class=\"about\">", message.number);
        let what = if message.call { "Call from" } else { "From" };
        let _ = write!(out, "{what} <strong>{}</strong>", escape(&message.from));
        if show_to {
            let _ = write!(out, " to <bdi dir=\"ltr\">{}</bdi>", escape(&message.to));
        }
        let at = escape(&message.received_at);
        let _ = writeln!(out, " · <time datetime=\"{at}\">{at}</time></p>");
        if let Some(subject) = &message.subject {
            let _ = writeln!(out, "<h3>{}</h3>", escape(subject));
        }
        let _ = writeln!(out, "<p class=\"text\" dir=\"auto\">{}</p>", escape(&message.text));
        let code = if message.call { spoken_code(&message.text) } else { first_code(&message.text) };
        if let Some(code) = code {
            let _ = writeln!(
                out,
                "<button type=\"button\" id=\"copy-{}\" data-copy=\"{code}\" hidden>\
                 Copy code {code}</button>",
                message.number
            );
        }
        out.push_str("</li>\n");
    }
    out.push_str("</ol>");
    out
}

/// The likeliest code in a text: the first run of exactly six ASCII digits, or else, where the text speaks of
/// a code, the first of four to eight. A year in a notice is none.
fn first_code(text: &str) -> Option<String> {
    let runs = || text.split(|at: char| !at.is_ascii_digit());
    let lower = text.to_lowercase();
    let speaks_of_one = lower.contains("code") || lower.contains("pin");
    runs()
        .find(|run| run.len() == 6)
        .or_else(|| runs().find(|run| speaks_of_one && (4..=8).contains(&run.len())))
        .map(str::to_owned)
}

/// The likeliest code in what is said: the longest row of single digits, of at least four.
fn spoken_code(text: &str) -> Option<String> {
    let is_digit = |word: &&str| word.len() == 1 && word.bytes().all(|octet| octet.is_ascii_digit());
    let words: Vec<&str> =
        text.split(|at: char| !at.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let rows = words.split(|word| !is_digit(word)).map(<[&str]>::concat);
    // Of equal lengths the first; max_by_key alone would give the last.
    rows.filter(|row| row.len() >= 4).rev().max_by_key(String::len)
}

/// The style sheet, the script and the icon, all compiled in.
pub(crate) fn assets<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let asset = |kind: &'static str, text: &'static str| {
        get(move || async move { ([(header::CONTENT_TYPE, kind)], text) })
    };
    Router::new()
        .route("/assets/carriers.css", asset("text/css; charset=utf-8", include_str!("assets/carriers.css")))
        .route("/assets/carriers.js", {
            asset("text/javascript; charset=utf-8", include_str!("assets/carriers.js"))
        })
        .route("/assets/carriers.svg", asset("image/svg+xml", include_str!("assets/carriers.svg")))
}

/// Headers of every answer.
pub(crate) async fn guard(mut response: Response) -> Response {
    let headers = response.headers_mut();
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Server-sent events, one `message` per arrival, until the network shuts down. A listener that falls
/// behind is told of the next message only; the page loads the whole list anyway.
pub(crate) fn stream(
    inbox: &Inbox,
    to: Option<String>,
    stop: watch::Receiver<bool>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>> + use<>> {
    let events = unfold((inbox.listen(), to, stop), |(mut arrivals, to, mut stop)| async move {
        loop {
            let arrival = tokio::select! {
                arrival = arrivals.recv() => arrival,
                _ = stop.wait_for(|stopped| *stopped) => return None,
            };
            match arrival {
                Ok(message) if to.as_ref().is_none_or(|to| *to == message.to) => {
                    // A message is plain strings and always serialises.
                    let event = Event::default().event("message").json_data(&*message).unwrap_or_default();
                    return Some((Ok(event), (arrivals, to, stop)));
                }
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return None,
            }
        }
    });
    Sse::new(events).keep_alive(KeepAlive::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_found_where_people_would_see_them() {
        let cases = [
            ("482913 is your Acme code.\n@acme.example #482913", Some("482913")),
            ("Acme: 482913 confirms withdrawing 0.25 BTC to 1234", Some("482913")),
            ("PIN 4821, valid 10 min", Some("4821")),
            ("call 491701234567", None),
            ("at 14:32", None),
            ("A new browser signed in. When: 22 Nov 2026", None),
        ];
        for (text, code) in cases {
            assert_eq!(first_code(text).as_deref(), code, "{text}");
        }
    }

    #[test]
    fn a_spoken_code_is_the_longest_row_of_digits() {
        let cases = [
            ("Your code is: 0, 4, 8, 2, 1, 3. Once more: 0, 4, 8, 2, 1, 3.", Some("048213")),
            ("begins with 1, 2, 3, 4 and ends with 5, j, j, 0. It is 4, 8, 2, 9, 1, 3.", Some("482913")),
            ("Call 491701234567 at 14, 32, 5, 1, 2", None),
        ];
        for (said, code) in cases {
            assert_eq!(spoken_code(said).as_deref(), code, "{said}");
        }
    }

    #[test]
    fn nothing_in_a_message_becomes_markup() {
        assert_eq!(escape("<a href='x' b=\"&\">"), "&lt;a href=&#39;x&#39; b=&quot;&amp;&quot;&gt;");
        assert_eq!(query_value("+49 170&x"), "%2B49%20170%26x");
    }
}
