//! The OpenAPI document and the pages made from it: complete, unchanged by accident, and alone on their own
//! origin.

use crate::house::{Ask, DOCUMENT, House, PUBLIC_URL, Reply, matches_schema};
use axum::http::StatusCode;
use serde_json::Value;
use std::collections::BTreeSet;

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");

/// A change of the API is a change of this file, so that it is seen in review.
#[test]
fn the_document_is_the_one_in_the_repository() {
    let now = countersign_server::openapi_json();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(GOLDEN, &now).unwrap();
    }
    let kept = std::fs::read_to_string(GOLDEN).unwrap_or_default();
    assert!(
        now == kept,
        "crates/server/openapi.json is not what the operations say now. If the change is meant, run\n  \
         UPDATE_GOLDEN=1 cargo test -p countersign-server --test api\nand commit the file."
    );
}

#[tokio::test]
async fn the_document_is_served_and_whole() {
    let house = House::new().await;
    let served = house.send(Ask::get("/openapi.json")).await.succeeded();
    assert_eq!(served.text, countersign_server::openapi_json());
    assert_eq!(DOCUMENT["openapi"], "3.1.0");
    let mut ids = BTreeSet::new();
    for (path, item) in DOCUMENT["paths"].as_object().unwrap() {
        for operation in item.as_object().unwrap().values() {
            assert!(ids.insert(operation["operationId"].as_str().unwrap()), "{path}");
            let key = operation["security"][0].get("api_key");
            assert_eq!(key.is_some(), path.starts_with("/v1/"), "{path}");
            for (status, response) in operation["responses"].as_object().unwrap() {
                for (kind, content) in response["content"].as_object().unwrap() {
                    let place = format!("{path} {status} {kind}");
                    let one = content.get("example").into_iter();
                    let several =
                        content["examples"].as_object().into_iter().flatten().map(|(_, e)| &e["value"]);
                    let examples: Vec<&Value> = one.chain(several).collect();
                    assert!(!examples.is_empty(), "{place} has no example");
                    for example in examples {
                        matches_schema(&content["schema"], example, &place);
                    }
                }
            }
        }
    }
    references_resolve(&DOCUMENT);
}

fn references_resolve(value: &Value) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(place)) = fields.get("$ref") {
                assert!(DOCUMENT.pointer(place.trim_start_matches('#')).is_some(), "{place}");
            }
            fields.values().for_each(references_resolve);
        }
        Value::Array(items) => items.iter().for_each(references_resolve),
        _ => {}
    }
}

/// The values of an attribute, wherever it stands.
fn attributes<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    let opening = format!(" {name}=\"");
    page.split(opening.as_str()).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

async fn page(house: &House, path: &str) -> Reply {
    let reply = house.send(Ask::get(path)).await;
    assert_eq!(reply.header("content-type"), Some("text/html; charset=utf-8"), "{path}");
    let policy = reply.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    reply
}

#[tokio::test]
async fn every_page_stands_alone_and_every_link_leads_somewhere() {
    let house = House::new().await;
    let mut waiting = vec!["/docs".to_owned()];
    let mut seen = BTreeSet::new();
    while let Some(path) = waiting.pop() {
        if !seen.insert(path.clone()) {
            continue;
        }
        let reply = page(&house, &path).await.succeeded();
        let text = &reply.text;
        for forbidden in ["<script", "<style", " style=", " onclick=", "javascript:", "src="] {
            assert!(!text.contains(forbidden), "{path} has {forbidden}");
        }
        let ids = attributes(text, "id");
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{path} repeats an id");
        for named in attributes(text, "aria-labelledby") {
            assert!(ids.contains(&named), "{path} is labelled by {named}");
        }
        for link in attributes(text, "href") {
            let (target, anchor) = link.split_once('#').unwrap_or((link, ""));
            assert!(target.is_empty() || target.starts_with('/'), "{path} leads away to {link}");
            if target.is_empty() {
                assert!(ids.contains(&anchor), "{path} leads to {link}");
            } else if target.starts_with("/docs/docs.css") || target == "/openapi.json" {
                assert_eq!(house.send(Ask::get(target)).await.status, StatusCode::OK, "{link}");
            } else {
                let there = page(&house, target).await.succeeded();
                assert!(anchor.is_empty() || attributes(&there.text, "id").contains(&anchor), "{link}");
                waiting.push(target.to_owned());
            }
        }
    }
    // The pages by name, and one for every error.
    let errors = seen.iter().filter(|path| path.starts_with("/docs/errors/")).count();
    assert_eq!(seen.len(), 3 + errors);
    assert!(errors >= 30, "{errors}");
}

#[tokio::test]
async fn the_reference_shows_every_operation_with_a_call() {
    let house = House::new().await;
    let reference = page(&house, "/docs/api").await.text;
    for (path, item) in DOCUMENT["paths"].as_object().unwrap() {
        assert!(reference.contains(&format!("<code>{path}</code>")), "{path}");
        for operation in item.as_object().unwrap().values() {
            let id = operation["operationId"].as_str().unwrap();
            assert!(reference.contains(&format!("id=\"{id}\"")), "{id}");
        }
    }
    let calls = reference.matches(&format!("{PUBLIC_URL}/v1/")).count();
    assert!(calls >= 25, "{calls} calls");
    assert!(!reference.contains(&house.key));
    let start = page(&house, "/docs").await.text;
    assert_eq!(start.matches("<pre").count(), 3);
}

#[tokio::test]
async fn an_unknown_error_has_a_page_that_says_so() {
    let house = House::new().await;
    for code in ["nothing", "KEY_INVALID", "%3Cscript%3E", "..%2f..%2fetc"] {
        let reply = page(&house, &format!("/docs/errors/{code}")).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND, "{code}");
        assert!(!reply.text.contains("<script"));
    }
}

#[tokio::test]
async fn the_style_asks_nobody_else() {
    let house = House::new().await;
    let style = house.send(Ask::get("/docs/docs.css")).await.succeeded();
    assert_eq!(style.header("content-type"), Some("text/css; charset=utf-8"));
    assert!(!style.text.contains("url(") && !style.text.contains("@import") && !style.text.contains("//"));
}
