//! The SMSC over TCP, spoken to by our own client session.

use countersign_carriers::{Behaviour, start};
use countersign_smpp::pdu::BindMode;
use countersign_smpp::receipt::{MessageState, parse};
use countersign_smpp::session::{ClientEvent, CloseReason};
use countersign_smpp::status::Status;
use serde_json::json;
use tokio::io::AsyncReadExt;

use crate::client::Client;
use crate::{NOW_MS, config, eventually, get, get_json, network, operator, prompt};

#[tokio::test]
async fn a_receipt_goes_to_another_connection_of_the_account_when_its_own_cannot_take_it() {
    let running = network(vec![operator("one", "", prompt())]).await;
    let mut sender = Client::bound(&running, BindMode::Transmitter).await;
    let asked = sender.submit("+491701234567", "482913");
    let (status, message_id) = sender.answer(asked).await;
    assert_eq!(status, Status::OK);
    // Nobody was bound to receive until now: the receipt waited.
    let mut receiver = Client::bound(&running, BindMode::Receiver).await;
    let ClientEvent::Delivered(message) = receiver.event().await else { panic!("a receipt") };
    let receipt = parse(&message).expect("a receipt");
    assert_eq!((receipt.message_id, receipt.state), (message_id, MessageState::Delivered));
    assert_eq!(message.source.value, "491701234567");
}

#[tokio::test]
async fn a_receipt_that_was_not_taken_is_delivered_again() {
    let running = network(vec![operator("one", "", prompt())]).await;
    let mut sender = Client::bound(&running, BindMode::Transmitter).await;
    let mut first = Client::bound(&running, BindMode::Receiver).await;
    let asked = sender.submit("+491701234567", "482913");
    sender.answer(asked).await;
    // Read from the socket, never answered, then cut off.
    let mut header = [0; 16];
    first.stream.read_exact(&mut header).await.expect("a deliver_sm");
    assert_eq!(header[4..8], [0, 0, 0, 5]);
    drop(first);
    let mut second = Client::bound(&running, BindMode::Receiver).await;
    assert!(matches!(second.event().await, ClientEvent::Delivered(_)));
}

#[tokio::test]
async fn operators_are_chosen_by_the_longest_prefix() {
    let refusing = |prefix: &str| Behaviour { voip_prefixes: vec![prefix.to_owned()], ..prompt() };
    let running = network(vec![
        operator("wide", "49", refusing("49")),
        operator("narrow", "49170", prompt()),
        operator("dropping", "44", Behaviour { disconnect_percent: 100, ..prompt() }),
        operator("slow", "33", Behaviour { submits_per_second_max: 1, ..prompt() }),
    ])
    .await;
    let mut client = Client::bound(&running, BindMode::Transmitter).await;
    let cases = [
        ("+4915112345678", Status::INVALID_DESTINATION),
        ("+491701234567", Status::OK),
        ("+15551234567", Status::INVALID_DESTINATION),
        ("+33612345678", Status::OK),
        ("+33612345678", Status::THROTTLED),
    ];
    for (to, expected) in cases {
        let asked = client.submit(to, "x");
        assert_eq!(client.answer(asked).await.0, expected, "{to}");
    }
    let asked = client.submit("+447712345678", "x");
    assert_eq!(client.event().await, ClientEvent::Unanswered { sequence: asked });
    assert_eq!(client.event().await, ClientEvent::Closed(CloseReason::Disconnected));
}

#[tokio::test]
async fn the_whole_network_replays_from_its_seed() {
    let rough = || Behaviour { loss_percent: 40, disconnect_percent: 0, duplicate_percent: 30, ..prompt() };
    let mut histories = Vec::new();
    for _ in 0..2 {
        let running = network(vec![operator("rough", "", rough()), operator("calm", "44", prompt())]).await;
        let mut client = Client::bound(&running, BindMode::Transmitter).await;
        let mut ids = Vec::new();
        for count in 0..50 {
            let asked = client.submit("+491701234567", &format!("number {count}"));
            ids.push(client.answer(asked).await.1);
        }
        // What is due goes out in order: once the last is there, so are those before it.
        let asked = client.submit("+447712345678", "the last");
        ids.push(client.answer(asked).await.1);
        let texts = eventually(async || {
            let shown = get_json(running.handsets, "/api/messages").await;
            let texts: Vec<_> = shown.as_array()?.iter().map(|at| at["text"].clone()).collect();
            texts.contains(&"the last".into()).then_some(texts)
        })
        .await;
        histories.push((ids, texts));
    }
    assert_eq!(histories[0], histories[1]);
    let texts = &histories[0].1;
    assert!((25..60).contains(&texts.len()), "about 50 * 0.6 * 1.3: {}", texts.len());
}

#[tokio::test]
async fn a_rewritten_sender_is_what_the_handset_sees() {
    let rewriting = Behaviour { sender_rewrite: "InfoSMS".to_owned(), ..prompt() };
    let running = network(vec![operator("one", "", rewriting)]).await;
    let mut client = Client::bound(&running, BindMode::Transmitter).await;
    let asked = client.submit("+491701234567", "482913");
    client.answer(asked).await;
    let shown = eventually(async || {
        let shown = get_json(running.handsets, "/api/messages").await;
        shown.as_array().and_then(|list| list.first().cloned())
    })
    .await;
    // A raw + in a query arrives as a space.
    for query in ["+491701234567", "%2B491701234567", "491701234567"] {
        let one = get_json(running.handsets, &format!("/api/messages?to={query}")).await;
        assert_eq!(one, json!([shown]), "{query}");
    }
    assert_eq!(get_json(running.handsets, "/api/messages?to=%2B49").await, json!([]));
    let (_, page) = get(running.handsets, "/?to=%2B491701234567").await;
    assert!(page.contains("data-copy=\"482913\" hidden>Copy code 482913</button>"));
    assert!(page.contains("href=\"/?to=%2B491701234567\" aria-current=\"true\""));
    assert_eq!((&shown["from"], &shown["to"]), (&"InfoSMS".into(), &"+491701234567".into()));
}

#[tokio::test]
async fn a_start_that_fails_says_which_part_and_where() {
    let running = network(Vec::new()).await;
    let mut taken = config(Vec::new());
    taken.smtp_listen = running.smtp;
    let clock = || std::sync::Arc::new(|| NOW_MS);
    let error = start(taken, clock()).await.err().expect("the address is taken").to_string();
    assert!(error.contains("SMTP") && error.contains(&running.smtp.to_string()), "{error}");
    let twice = config(vec![operator("one", "", prompt()), operator("one", "1", prompt())]);
    let error = start(twice, clock()).await.err().expect("twice").to_string();
    assert_eq!(error, "carriers: two operators are named one");
}
