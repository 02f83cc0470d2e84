//! The network over its sockets, on a clock that stands still unless a test moves it. One binary for all of
//! it.

#![allow(clippy::expect_used)] // a test that cannot set itself up stops there

mod calls;
mod client;
mod interop_smpplib;
mod mailbox;
mod messages;
mod pages;
mod routes;
mod smsc;
mod texts;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use countersign_carriers::{
    AccountBehaviour, AccountConfig, Behaviour, CarrierConfig, MessagesConfig, OperatorConfig, Routes,
    Running, start, start_with_routes,
};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// 2025-11-22T05:29:00Z
const NOW_MS: u64 = 1_763_789_340_000;

fn prompt() -> Behaviour {
    Behaviour { delay_ms_min: 0, delay_ms_max: 0, receipt_delay_ms: 0, ..Behaviour::default() }
}

fn operator(name: &str, prefix: &str, behaviour: Behaviour) -> OperatorConfig {
    OperatorConfig {
        name: name.to_owned(),
        note: "made for a <test>".to_owned(),
        prefixes: vec![prefix.to_owned()],
        behaviour,
    }
}

fn config(operators: Vec<OperatorConfig>) -> CarrierConfig {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    CarrierConfig {
        seed: 1,
        smpp_listen: any,
        handsets_listen: any,
        smtp_listen: any,
        mailbox_listen: any,
        system_id: "esme".to_owned(),
        password: "secret".to_owned(),
        calls_token: "t0ken".to_owned(),
        operators,
    }
}

async fn network(operators: Vec<OperatorConfig>) -> Running {
    let now_ms = AtomicU64::new(NOW_MS);
    let clock = Arc::new(move || now_ms.load(Ordering::Relaxed));
    start(config(operators), clock).await.expect("starts")
}

fn account(system_id: &str, behaviour: AccountBehaviour) -> AccountConfig {
    AccountConfig { behaviour, note: "goes <nowhere>".to_owned(), ..AccountConfig::friendly(system_id) }
}

/// Beside `esme`, the first account; texts over HTTP go by `texts`.
async fn network_with(operators: Vec<OperatorConfig>, accounts: Vec<AccountConfig>) -> Running {
    let messages = MessagesConfig {
        account: account("texts", AccountBehaviour::default()),
        token: "m-t0ken".to_owned(),
        secret: "s3cret".to_owned(),
    };
    let routes = Routes { accounts, messages: Some(messages), ..Routes::default() };
    start_with_routes(config(operators), routes, Arc::new(|| NOW_MS)).await.expect("starts")
}

/// All that comes back until the connection ends.
async fn raw(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.expect("connects");
    stream.write_all(request.as_bytes()).await.expect("writes");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("reads");
    answer
}

/// One HTTP exchange: status line and headers, body.
async fn http(address: SocketAddr, request: &str) -> (String, String) {
    let answer = raw(address, request).await;
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    (head.to_owned(), body.to_owned())
}

async fn get(address: SocketAddr, path: &str) -> (String, String) {
    http(address, &format!("GET {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n")).await
}

async fn get_json(address: SocketAddr, path: &str) -> Value {
    let (head, body) = get(address, path).await;
    assert!(head.starts_with("HTTP/1.1 200"), "{path}: {head}");
    serde_json::from_str(&body).expect("JSON")
}

async fn send(address: SocketAddr, method: &str, path: &str, kind: &str, body: &str) -> (String, String) {
    let length = body.len();
    http(
        address,
        &format!(
            "{method} {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\ncontent-type: {kind}\r\n\
             content-length: {length}\r\n\r\n{body}"
        ),
    )
    .await
}

/// Waits for something that another task brings about, for as long as the test runner lets it.
async fn eventually<T>(mut look: impl AsyncFnMut() -> Option<T>) -> T {
    loop {
        if let Some(found) = look().await {
            return found;
        }
        tokio::task::yield_now().await;
    }
}
