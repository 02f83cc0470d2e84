//! The mailbox: takes mail by SMTP, keeps it in memory, shows it as plain text. HTML mail is shown as its
//! source, never rendered.

mod mime;
mod smtp;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use crate::clock::{Clock, rfc_3339};
use crate::inbox::{Inbox, Received};
use crate::web::{self, Page, escape, message_list};

const CONNECTIONS_MAX: usize = 64;
/// A client that says or takes nothing for so long is dropped.
const SILENCE_MAX: Duration = Duration::from_secs(60);

/// Takes mail until dropped.
pub(crate) async fn receive(listener: TcpListener, inbox: Arc<Inbox>, clock: Clock) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut clients = JoinSet::new();
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return;
        };
        while clients.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, _)) => {
                let (inbox, clock) = (Arc::clone(&inbox), Arc::clone(&clock));
                clients.spawn(async move {
                    if let Err(error) = converse(stream, &inbox, &clock).await {
                        tracing::debug!(%error, "an SMTP connection ended");
                    }
                    drop(place);
                });
            }
            Err(error) => tracing::warn!(%error, "accepting an SMTP connection failed"),
        }
    }
}

async fn converse(mut stream: TcpStream, inbox: &Inbox, clock: &Clock) -> io::Result<()> {
    let silent = |_| io::Error::other("the client is silent");
    let mut session = smtp::Session::new();
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let replies = session.take_replies();
        tokio::time::timeout(SILENCE_MAX, stream.write_all(&replies)).await.map_err(silent)??;
        if session.is_over() {
            return stream.shutdown().await;
        }
        let read = tokio::time::timeout(SILENCE_MAX, stream.read(&mut buffer)).await.map_err(silent)??;
        if read == 0 {
            return Ok(());
        }
        for mail in session.push(&buffer[..read]) {
            keep(inbox, clock, &mail);
        }
    }
}

fn keep(inbox: &Inbox, clock: &Clock, mail: &smtp::Mail) {
    let read = mime::read(&mail.data);
    let received_at = rfc_3339(clock());
    for recipient in &mail.recipients {
        inbox.keep(Received {
            to: recipient.to_lowercase(),
            from: read.from.clone().unwrap_or_else(|| mail.sender.clone()),
            text: read.text.clone(),
            received_at: received_at.clone(),
            subject: Some(read.subject.clone()),
            call: false,
            number: 0,
        });
    }
}

#[derive(Clone)]
struct Mailbox {
    inbox: Arc<Inbox>,
    stop: watch::Receiver<bool>,
}

/// The mailbox's own little server.
pub(crate) fn router(inbox: Arc<Inbox>, stop: watch::Receiver<bool>) -> Router {
    Router::new()
        .route("/", get(page))
        .route("/api/messages", get(messages))
        .route("/api/stream", get(stream))
        .merge(web::assets())
        .layer(axum::middleware::map_response(web::guard))
        .with_state(Mailbox { inbox, stop })
}

#[derive(Deserialize)]
struct To {
    to: Option<String>,
}

impl To {
    /// The address asked for. A raw `+` in a query arrives as a space, which no address here holds.
    fn address(self) -> Option<String> {
        let asked = self.to?;
        let asked = asked.trim_matches(|at: char| at.is_whitespace());
        (!asked.is_empty()).then(|| asked.to_lowercase().replace(' ', "+"))
    }
}

async fn messages(State(at): State<Mailbox>, Query(to): Query<To>) -> Response {
    let messages = at.inbox.messages(to.address().as_deref());
    Json(messages.iter().map(|message| &**message).collect::<Vec<_>>()).into_response()
}

async fn stream(State(at): State<Mailbox>, Query(to): Query<To>) -> impl IntoResponse {
    web::stream(&at.inbox, to.address(), at.stop)
}

async fn page(State(at): State<Mailbox>, Query(to): Query<To>) -> Html<String> {
    let to = to.address();
    let messages = at.inbox.messages(to.as_deref());
    let shown = to.as_deref().unwrap_or_default();
    let list = if messages.is_empty() {
        "<p>No mail has arrived yet.</p>".to_owned()
    } else {
        message_list(&messages, to.is_none())
    };
    let above = format!(
        "<form method=\"get\" action=\"/\"><div><label for=\"to\">Only mail to</label>\
         <input id=\"to\" name=\"to\" type=\"email\" autocomplete=\"off\" dir=\"ltr\" value=\"{}\"></div>\
         <div><button type=\"submit\">Show</button></div></form>\n<h2>Mail</h2>\n",
        escape(shown)
    );
    Page {
        title: "Mailbox",
        heading: "Mailbox",
        navigation: "",
        above: &above,
        live: &list,
        stream: Some("/api/stream"),
    }
    .render()
}
