//! A client that nobody here wrote against our SMSC: PyPI smpplib, by tests/interop/smpplib_peer.py.

use countersign_carriers::{Behaviour, Form, Ids, OperatorConfig};
use serde_json::{Value, json};

use crate::{eventually, get_json, network, operator, prompt};

fn python() -> String {
    std::env::var("COUNTERSIGN_TEST_PYTHON").unwrap_or_else(|_| {
        panic!(
            "COUNTERSIGN_TEST_PYTHON names no Python with smpplib: run `cargo xtask test`, which sets one up"
        )
    })
}

async fn converse(smpp: std::net::SocketAddr) -> Value {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop/smpplib_peer.py");
    let (host, port) = (smpp.ip().to_string(), smpp.port().to_string());
    let peer = tokio::process::Command::new(python())
        .args([script, &host, &port, "esme", "secret"])
        .kill_on_drop(true)
        .output()
        .await
        .expect("the peer runs");
    assert!(peer.status.success(), "{}", String::from_utf8_lossy(&peer.stderr));
    serde_json::from_slice(&peer.stdout).expect("one line of JSON")
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// The numbers are those of the script.
fn operators() -> Vec<OperatorConfig> {
    vec![
        operator("both", "", prompt()),
        operator(
            "bare",
            "44",
            Behaviour { receipt_form: Form::Bare, receipt_ids: Ids::HexThenDecimal, ..prompt() },
        ),
        operator(
            "tlv-first",
            "33",
            Behaviour { receipt_form: Form::Tlv, receipt_before_answer: true, ..prompt() },
        ),
        operator("refusing", "22", Behaviour { blocked_prefixes: vec!["22".to_owned()], ..prompt() }),
    ]
}

#[tokio::test]
async fn smpplib_binds_submits_and_gets_its_receipts() {
    let running = network(operators()).await;
    let seen = converse(running.smpp).await;
    assert_eq!((&seen["wrong_password"], &seen["wrong_system_id"]), (&json!(0x0E), &json!(0x0F)));
    assert_eq!(seen["enquire_link"], json!(["enquire_link_resp", 0, true]));

    // 1 + 1 + 3 parts in GSM-7 (363 of 153) + 3 in UCS-2 (185 of 67) + 1 + 1 taken, 1 refused.
    let submits = seen["submits"].as_array().expect("a list");
    let (refused, taken) = submits.split_last().expect("some");
    assert_eq!(refused, &json!(["2211000000", 0x45, ""]));
    assert_eq!(taken.len(), 10);
    assert!(taken.iter().all(|submit| submit[1] == 0 && submit[2] != ""));

    let receipts = seen["receipts"].as_array().expect("a list");
    assert_eq!(receipts.len(), taken.len());
    for (submit, receipt) in taken.iter().zip(receipts) {
        let number = submit[0].as_str().expect("a number");
        let id = submit[2].as_str().expect("an id");
        assert_eq!(
            (text(receipt, "from"), text(receipt, "to"), &receipt["esm_class"]),
            (number, "Acme", &json!(4))
        );
        match number {
            "4411000000" => {
                let decimal = u64::from_str_radix(id, 16).expect("hexadecimal");
                let expected = format!(
                    "id:{decimal} submit date:251122052900 done date:251122052900 stat:DELIVRD err:000 text:"
                );
                assert_eq!((text(receipt, "text"), &receipt["id"]), (expected.as_str(), &Value::Null));
            }
            "3311000000" => {
                assert_eq!((text(receipt, "text"), text(receipt, "id")), ("", id));
                assert_eq!(receipt["state"], 2);
            }
            _ => {
                assert!(text(receipt, "text").starts_with(&format!("id:{id} sub:001 dlvrd:001 ")));
                assert_eq!((text(receipt, "id"), &receipt["state"]), (id, &json!(2)));
            }
        }
    }
    let order: Vec<_> = seen["order"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    assert_eq!(order[order.len() - 3..], ["receipt", "answer", "answer"], "the receipt overtakes its answer");

    // What smpplib cut into parts is whole on the handsets, in the order of sending.
    let sent = seen["messages"].as_array().expect("a list");
    let shown = eventually(async || {
        let shown = get_json(running.handsets, "/api/messages").await;
        (shown.as_array()?.len() >= sent.len()).then_some(shown)
    })
    .await;
    let shown: Vec<_> = shown.as_array().expect("a list").iter().rev().collect();
    assert_eq!(shown.len(), sent.len());
    for (sent, shown) in sent.iter().zip(shown) {
        let to = format!("+{}", sent[0].as_str().expect("a number"));
        assert_eq!((text(shown, "to"), text(shown, "from"), &shown["text"]), (to.as_str(), "Acme", &sent[1]));
    }
    running.shutdown().await;
}
