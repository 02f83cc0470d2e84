//! Our SMPP client against an SMSC that nobody here wrote: the npm package `smpp`.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test that cannot set itself up stops there

mod peer;
mod route_under_test;
mod tls_files;

use countersign_core::model::{Body, Purpose};
use countersign_core::outbox::{ReceiptState, Submission};
use countersign_delivery::smpp::{RouteState, SmppConfig, Tls};
use countersign_delivery::{Channel, Letter, words};
use peer::Peer;
use route_under_test::{Clock, NUMBER, config, in_time, letter, long_letter, start};
use serde::Deserialize;
use std::ffi::OsString;
use tls_files::{AUTHORITY, Authority, CERTIFICATE, KEY, NAME, pem};

#[derive(Debug, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Saw {
    Listening {
        port: u16,
    },
    Bind {
        system_id: String,
        version: u8,
        right: bool,
    },
    Alive {
        status: u32,
    },
    Submit(Box<Submit>),
    Acknowledged {
        status: u32,
    },
    Unbind,
    Error {
        #[allow(dead_code)] // for the panic that shows it
        message: String,
    },
}

#[derive(Debug, Deserialize)]
struct Submit {
    to: String,
    to_ton: u8,
    from: String,
    from_ton: u8,
    data_coding: u8,
    esm_class: u8,
    registered_delivery: u8,
    validity_period: String,
    text: String,
    udh: Vec<Vec<u8>>,
}

async fn start_smsc() -> (Peer, u16) {
    start_smsc_with(&[]).await
}

async fn start_smsc_with(more: &[(&str, OsString)]) -> (Peer, u16) {
    let modules = ("COUNTERSIGN_TEST_NODE_MODULES", peer::told("COUNTERSIGN_TEST_NODE_MODULES"));
    let environment = [&[modules], more].concat();
    let mut peer = Peer::start("COUNTERSIGN_TEST_NODE", "npm_smsc.mjs", &environment);
    let Saw::Listening { port } = saw(&mut peer).await else { panic!("listens first") };
    (peer, port)
}

async fn saw(peer: &mut Peer) -> Saw {
    in_time(peer.saw()).await
}

/// The submits of one message, all parts and receipts done.
async fn submits(peer: &mut Peer, count: usize) -> Vec<Submit> {
    let mut submits = Vec::new();
    let mut acknowledged = 0;
    while submits.len() < count || acknowledged < count {
        match saw(peer).await {
            Saw::Submit(submit) => submits.push(*submit),
            Saw::Acknowledged { status: 0 } => acknowledged += 1,
            other => panic!("unexpected: {other:?}"),
        }
    }
    submits
}

fn accepted_ids(submission: Submission) -> Vec<String> {
    match submission {
        Submission::Accepted { provider_ids } => provider_ids,
        other => panic!("not accepted: {other:?}"),
    }
}

/// To a person: amount and payee in the text.
fn sale(payee: &str) -> Letter {
    let body = Body::Code {
        code: "482913".to_owned(),
        purpose: Purpose::P2pSell,
        valid_s: 300,
        amount: Some("25 € [SEPA]".to_owned()),
        payee: Some(payee.to_owned()),
        network: None,
        fingerprint: None,
    };
    Letter { body, ..letter("482913") }
}

#[tokio::test]
async fn the_npm_smsc_reads_what_we_send_and_we_read_what_it_sends() {
    let (mut peer, port) = start_smsc().await;
    let (route, mut receipts) = start(config(port), &Clock::default());
    assert!(in_time(route.reaches(|state| *state == RouteState::Bound)).await);
    assert!(
        matches!(saw(&mut peer).await, Saw::Bind { system_id, version: 0x34, right: true } if system_id == "acme")
    );
    assert!(matches!(saw(&mut peer).await, Saw::Alive { status: 0 }), "enquire_link is answered");

    // GSM-7 with the extension table and the @ that is octet 0.
    let letter = sale("Ada@Lovelace");
    let ids = accepted_ids(in_time(route.submit(letter.clone())).await);
    let submit = submits(&mut peer, 1).await.remove(0);
    assert_eq!(submit.text, words::render_sms(&letter));
    assert!(submit.text.contains("€ [SEPA] to Ada@Lovelace"), "{}", submit.text);
    assert_eq!((submit.data_coding, submit.esm_class, submit.registered_delivery), (0, 0, 1));
    assert_eq!((submit.to.as_str(), submit.to_ton), (NUMBER.trim_start_matches('+'), 1));
    assert_eq!((submit.from.as_str(), submit.from_ton), ("Acme", 5));
    assert!(
        !submit.validity_period.is_empty() && submit.validity_period != "null",
        "{}",
        submit.validity_period
    );
    let receipt = in_time(receipts.recv()).await.expect("a receipt");
    assert_eq!(receipt.state, ReceiptState::Delivered);
    assert!(receipt.provider_ids.contains(&ids[0]), "{ids:?} in {:?}", receipt.provider_ids);

    // UCS-2, in parts because it is longer than 70 units.
    let letter = sale("Мария 🔑");
    accepted_ids(in_time(route.submit(letter.clone())).await);
    let text = words::render_sms(&letter);
    let parts = submits(&mut peer, text.encode_utf16().count().div_ceil(67)).await;
    assert!(parts.iter().all(|part| part.data_coding == 8));
    assert_eq!(joined(&parts), text);

    // Three parts of GSM-7, each with its receipt.
    let letter = long_letter("482913");
    let ids = accepted_ids(in_time(route.submit(letter.clone())).await);
    let parts = submits(&mut peer, 3).await;
    assert!(parts.iter().all(|part| part.data_coding == 0 && part.esm_class & 0x40 != 0));
    assert_eq!(joined(&parts), words::render_sms(&letter));
    assert_eq!(ids.len(), 3);
    let mut heard = Vec::new();
    while heard.len() < 2 + 3 {
        heard.push(in_time(receipts.recv()).await.expect("a receipt"));
    }
    for id in ids {
        assert!(heard.iter().any(|receipt| receipt.provider_ids.contains(&id)), "{id} in {heard:?}");
    }

    route.shutdown();
    in_time(route.stopped()).await;
    assert!(matches!(saw(&mut peer).await, Saw::Unbind));
}

#[tokio::test]
async fn the_npm_smsc_refuses_a_wrong_password_and_the_route_says_so() {
    let (mut peer, port) = start_smsc().await;
    let (route, _receipts) =
        start(SmppConfig { password: "wrong".to_owned(), ..config(port) }, &Clock::default());
    assert!(in_time(route.reaches(|state| matches!(state, RouteState::Down { .. }))).await);
    assert!(matches!(saw(&mut peer).await, Saw::Bind { right: false, .. }));
    let RouteState::Down { reason } = route.status().state else { panic!("down") };
    assert!(reason.contains("ESME_RINVPASWD"), "{reason}");
}

#[tokio::test]
async fn over_tls_the_npm_smsc_hears_us_if_it_proves_its_name() {
    let (mut peer, port) = start_smsc_with(&[
        ("COUNTERSIGN_TEST_TLS_KEY", pem("PRIVATE KEY", KEY).into()),
        ("COUNTERSIGN_TEST_TLS_CERTIFICATE", pem("CERTIFICATE", CERTIFICATE).into()),
    ])
    .await;
    let authority = Authority::written(AUTHORITY);
    let settings = SmppConfig {
        tls: Tls::Tls,
        tls_name: Some(NAME.to_owned()),
        tls_ca: Some(authority.path.clone()),
        ..config(port)
    };
    let misled = SmppConfig { tls_name: Some("other.example".to_owned()), ..settings.clone() };
    let (route, _receipts) = start(misled, &Clock::default());
    assert!(in_time(route.reaches(|state| matches!(state, RouteState::Down { .. }))).await);
    drop(route);

    let (route, mut receipts) = start(settings, &Clock::default());
    assert!(in_time(route.reaches(|state| *state == RouteState::Bound)).await);
    assert!(matches!(saw(&mut peer).await, Saw::Bind { right: true, .. }), "only one ever reached it");
    assert!(matches!(saw(&mut peer).await, Saw::Alive { status: 0 }));
    let letter = long_letter("482913");
    let ids = accepted_ids(in_time(route.submit(letter.clone())).await);
    let parts = submits(&mut peer, 3).await;
    assert_eq!(joined(&parts), words::render_sms(&letter));
    for id in ids {
        let receipt = in_time(receipts.recv()).await.expect("a receipt");
        assert!(receipt.provider_ids.contains(&id), "{id} in {:?}", receipt.provider_ids);
    }
    route.shutdown();
    in_time(route.stopped()).await;
    assert!(matches!(saw(&mut peer).await, Saw::Unbind));
}

/// Puts parts together by their concatenation element (3GPP TS 23.040, 9.2.3.24.1), in the order of their
/// numbers.
fn joined(parts: &[Submit]) -> String {
    let mut numbered: Vec<(u8, &str)> = Vec::new();
    for part in parts {
        let [.., total, number] = part.udh.first().expect("a user data header")[..] else {
            panic!("too short")
        };
        assert_eq!(usize::from(total), parts.len());
        numbered.push((number, &part.text));
    }
    numbered.sort_unstable();
    numbered.into_iter().map(|(_, text)| text).collect()
}
