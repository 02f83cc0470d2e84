//! Several accounts of the SMSC, each an aggregator with faults of its own.

use countersign_carriers::{AccountBehaviour, Honesty, Refusal, Running};
use countersign_carriers::{Behaviour, Routes, start_with_routes};
use countersign_smpp::pdu::BindMode;
use countersign_smpp::receipt::{MessageState, parse};
use countersign_smpp::session::{ClientEvent, CloseReason};
use countersign_smpp::status::Status;
use serde_json::{Value, json};

use crate::client::Client;
use crate::{NOW_MS, account, config, eventually, get, get_json, network_with, operator, prompt, send};

const TO: &str = "+491701234567";

async fn turn(running: &Running, system_id: &str, knobs: Value) {
    let path = format!("/api/routes/{system_id}");
    let (head, body) = send(running.handsets, "PATCH", &path, "application/json", &knobs.to_string()).await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}\n{body}");
}

async fn texts(running: &Running) -> Vec<Value> {
    let shown = get_json(running.handsets, "/api/messages").await;
    shown.as_array().expect("a list").iter().map(|at| at["text"].clone()).collect()
}

/// The state in the next receipt and whether it is that of `message_id`.
async fn receipt(client: &mut Client, message_id: &str) -> MessageState {
    let ClientEvent::Delivered(message) = client.event().await else { panic!("a receipt") };
    let receipt = parse(&message).expect("a receipt");
    assert_eq!(receipt.message_id, message_id);
    receipt.state
}

#[tokio::test]
async fn each_account_has_its_own_fate_and_its_own_receipts() {
    let friendly = AccountBehaviour::default;
    let running = network_with(
        vec![operator("one", "", prompt())],
        vec![
            account("dead", AccountBehaviour { dead: true, ..friendly() }),
            account("silent", AccountBehaviour { silent_loss_percent: 100, ..friendly() }),
            account("lossy", AccountBehaviour { loss_percent: 100, ..friendly() }),
            account("lying", AccountBehaviour { lying: true, ..friendly() }),
        ],
    )
    .await;
    let mut clients = Vec::new();
    for system_id in ["dead", "silent", "lossy", "lying", "esme"] {
        let mut client = Client::bound_as(&running, system_id, BindMode::Transceiver).await;
        let asked = client.submit(TO, system_id);
        let (status, message_id) = client.answer(asked).await;
        assert_eq!(status, Status::OK, "{system_id}");
        clients.push((system_id, client, message_id));
    }
    for (system_id, client, message_id) in &mut clients {
        let expected = match *system_id {
            "lossy" => MessageState::Undeliverable,
            "lying" | "esme" => MessageState::Delivered,
            _ => continue,
        };
        // Each hears of its own message alone, though others of the SMSC are bound to receive.
        assert_eq!(receipt(client, message_id).await, expected, "{system_id}");
    }
    eventually(async || (!texts(&running).await.is_empty()).then_some(())).await;
    assert_eq!(texts(&running).await, ["esme"]);
    // Had the dead and the silent one had a receipt, it would have come before that of what they send now.
    for (system_id, client, _) in &mut clients {
        if matches!(*system_id, "dead" | "silent") {
            turn(&running, system_id, json!({ "dead": false, "silent_loss_percent": 0 })).await;
            let asked = client.submit(TO, "alive");
            let (_, message_id) = client.answer(asked).await;
            assert_eq!(receipt(client, &message_id).await, MessageState::Delivered);
        }
    }
}

#[tokio::test]
async fn an_account_refuses_and_throttles_without_its_operator() {
    let refusing = |refuses| AccountBehaviour { refuses, ..AccountBehaviour::default() };
    let running = network_with(
        vec![operator("one", "", Behaviour { submits_per_second_max: 2, ..prompt() })],
        vec![
            account("broken", refusing(Refusal::SystemError)),
            account("closed", refusing(Refusal::SubmitFailed)),
            account("slow", AccountBehaviour { submits_per_second_max: 1, ..AccountBehaviour::default() }),
        ],
    )
    .await;
    // What an account refuses does not count against the operator's rate: two of these get as far.
    let cases = [
        ("broken", Status::SYSTEM_ERROR),
        ("closed", Status::SUBMIT_FAILED),
        ("slow", Status::OK),
        ("slow", Status::THROTTLED),
        ("esme", Status::OK),
        ("esme", Status::THROTTLED),
    ];
    let mut clients = std::collections::HashMap::new();
    for (system_id, expected) in cases {
        if !clients.contains_key(system_id) {
            let client = Client::bound_as(&running, system_id, BindMode::Transmitter).await;
            clients.insert(system_id, client);
        }
        let client = clients.get_mut(system_id).expect("bound");
        let asked = client.submit(TO, "x");
        assert_eq!(client.answer(asked).await.0, expected, "{system_id}");
    }
}

#[tokio::test]
async fn an_unbound_account_is_cut_off_and_lets_nobody_in_until_it_is_back() {
    let running = network_with(
        vec![operator("one", "", prompt())],
        vec![account("second", AccountBehaviour::default())],
    )
    .await;
    let mut second = Client::bound_as(&running, "second", BindMode::Transceiver).await;
    let mut first = Client::bound(&running, BindMode::Transceiver).await;
    turn(&running, "second", json!({ "unbound": true })).await;
    assert_eq!(second.event().await, ClientEvent::Closed(CloseReason::Disconnected));
    let mut refused = Client::bind(&running, "second", BindMode::Transceiver, "secret").await;
    assert_eq!(refused.event().await, ClientEvent::Closed(CloseReason::BindRefused(Status::BIND_FAILED)));
    // The other account hears nothing of it.
    let asked = first.submit(TO, "x");
    assert_eq!(first.answer(asked).await.0, Status::OK);
    turn(&running, "second", json!({ "unbound": false })).await;
    Client::bound_as(&running, "second", BindMode::Transceiver).await;
    // The account of texts over HTTP cannot bind, and so cannot any that is not there.
    for system_id in ["texts", "third"] {
        let mut refused = Client::bind(&running, system_id, BindMode::Transceiver, "secret").await;
        let reason = CloseReason::BindRefused(Status::INVALID_SYSTEM_ID);
        assert_eq!(refused.event().await, ClientEvent::Closed(reason), "{system_id}");
    }
}

#[tokio::test]
async fn a_receipt_waits_for_its_own_account() {
    let running = network_with(
        vec![operator("one", "", prompt())],
        vec![account("second", AccountBehaviour::default())],
    )
    .await;
    let mut sender = Client::bound_as(&running, "second", BindMode::Transmitter).await;
    let asked = sender.submit(TO, "x");
    let (_, message_id) = sender.answer(asked).await;
    eventually(async || (!texts(&running).await.is_empty()).then_some(())).await;
    let mut other = Client::bound(&running, BindMode::Transceiver).await;
    let mut own = Client::bound_as(&running, "second", BindMode::Receiver).await;
    assert_eq!(receipt(&mut own, &message_id).await, MessageState::Delivered);
    // The first thing that the other one hears is of its own.
    let asked = other.submit(TO, "y");
    let (_, message_id) = other.answer(asked).await;
    assert_eq!(receipt(&mut other, &message_id).await, MessageState::Delivered);
}

#[tokio::test]
async fn an_operator_that_reports_nothing_does_not_silence_an_aggregator_that_lies() {
    let mute = Behaviour { receipts: Honesty::NoReceipts, ..prompt() };
    let lying = AccountBehaviour { lying: true, ..AccountBehaviour::default() };
    let running = network_with(vec![operator("one", "", mute)], vec![account("lying", lying)]).await;
    let mut client = Client::bound_as(&running, "lying", BindMode::Transceiver).await;
    let asked = client.submit(TO, "x");
    let (_, message_id) = client.answer(asked).await;
    assert_eq!(receipt(&mut client, &message_id).await, MessageState::Delivered);
}

#[tokio::test]
async fn accounts_are_seen_and_turned_by_json_and_by_form() {
    let running = network_with(
        vec![operator("esme", "", prompt())],
        vec![account("second", AccountBehaviour { lying: true, ..AccountBehaviour::default() })],
    )
    .await;
    let address = running.handsets;
    let _bound = Client::bound_as(&running, "second", BindMode::Transceiver).await;
    let routes = get_json(address, "/api/routes").await;
    let friendly = json!({
        "unbound": false, "dead": false, "refuses": "none", "submits_per_second_max": 0, "lying": false,
        "loss_percent": 0, "silent_loss_percent": 0, "extra_delay_ms_min": 0, "extra_delay_ms_max": 0,
    });
    assert_eq!(routes[0], json!({ "system_id": "esme", "note": "", "receivers": 0, "behaviour": friendly }));
    assert_eq!((&routes[1]["system_id"], &routes[1]["receivers"]), (&json!("second"), &json!(1)));
    assert_eq!(routes[2]["system_id"], "texts");

    let form = "dead=true&refuses=submit_failed&extra_delay_ms_max=700";
    let kind = "application/x-www-form-urlencoded";
    let (head, _) = send(address, "POST", "/routes/second", kind, form).await;
    assert!(head.starts_with("HTTP/1.1 303") && head.contains("location: /operators#route-second"), "{head}");
    let behaviour = get_json(address, "/api/routes").await[1]["behaviour"].clone();
    assert_eq!((&behaviour["dead"], &behaviour["lying"]), (&json!(true), &json!(true)), "left out, so kept");
    assert_eq!(
        (&behaviour["refuses"], &behaviour["extra_delay_ms_max"]),
        (&json!("submit_failed"), &json!(700))
    );

    let refusals = [
        ("/api/routes/second", "{\"loss_percent\": 101}", "422", "loss_percent is 101, more than 100"),
        ("/api/routes/second", "{\"extra_delay_ms_min\": 701}", "422", "is above extra_delay_ms_max 700"),
        ("/api/routes/third", "{}", "404", "no such account"),
    ];
    for (path, body, status, why) in refusals {
        let (head, answer) = send(address, "PATCH", path, "application/json", body).await;
        assert!(head.starts_with(&format!("HTTP/1.1 {status}")) && answer.contains(why), "{head}\n{answer}");
    }
    let (head, page) = send(address, "POST", "/routes/second", kind, "loss_percent=lots").await;
    assert!(head.starts_with("HTTP/1.1 422") && page.contains("role=\"alert\">Not changed: "));
    assert!(page.contains("goes &lt;nowhere&gt;"), "{page}");
    let request = "POST /routes/second HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\
                   sec-fetch-site: cross-site\r\ncontent-type: application/x-www-form-urlencoded\r\n\
                   content-length: 10\r\n\r\ndead=false";
    assert!(crate::http(address, request).await.0.starts_with("HTTP/1.1 403"));
    // An operator and an account of one name are two things to a page.
    let (_, page) = get(address, "/operators").await;
    for id in
        ["id=\"route-esme\"", "id=\"esme\"", "id=\"route-esme-loss_percent\"", "id=\"esme-loss_percent\""]
    {
        assert_eq!(page.matches(id).count(), 1, "{id}");
    }
}

#[tokio::test]
async fn a_start_says_which_account_is_wrong() {
    let started = async |accounts| {
        let routes = Routes { accounts, ..Routes::default() };
        let started = start_with_routes(config(Vec::new()), routes, std::sync::Arc::new(|| NOW_MS)).await;
        started.err().map(|error| error.to_string()).unwrap_or_default()
    };
    let friendly = AccountBehaviour::default;
    let twice = vec![account("second", friendly()), account("second", friendly())];
    assert_eq!(started(twice).await, "carriers: two accounts are named second");
    let wrong = vec![account("second", AccountBehaviour { loss_percent: 101, ..friendly() })];
    assert_eq!(started(wrong).await, "carriers: account second: loss_percent is 101, more than 100");
    assert_eq!(started(vec![account("esme", friendly())]).await, "", "the first account, by its name");
}
