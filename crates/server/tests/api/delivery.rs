//! Delivery at the console, from the outside: only staff see it, an act needs a reason, a test really leaves and
//! counts, and a number that is looked for is never said again.

use crate::console::{Browser, leads_to, let_in, staffed};
use crate::house::{House, NUMBER, Reply};
use axum::http::StatusCode;
use countersign_core::id::MessageId;
use countersign_core::model::{Body, Notice};
use countersign_core::policy::Policy;
use countersign_core::route::RouteWish;
use serde_json::json;

const ROUTE: &str = "/console/delivery/routes/sms";
const MESSAGES: &str = "/console/delivery/messages";

fn said(reply: &Reply, problem: u16) {
    assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", reply.text);
    assert!(reply.text.contains(&format!("data-problem=\"{problem}\"")), "{problem}: {}", reply.text);
}

fn in_form(number: &str) -> String {
    number.replace('+', "%2B").replace(' ', "+")
}

#[tokio::test]
async fn strangers_see_nothing_of_delivery_and_change_nothing() {
    let house = staffed(House::new().await).await;
    let mut stranger = Browser::default();
    for path in ["", "/routes/sms", "/countries", "/errors", "/messages", "/messages/msg_0"] {
        let reply = stranger.get(&house, &format!("/console/delivery{path}")).await;
        assert_eq!(leads_to(&reply, "/console/signin").text, "", "{path}");
    }
    for path in ["/routes/sms/wish", "/routes/sms/test", "/messages"] {
        let fields = "wish=paused&reason=x&to=a%40b.example&what=x";
        let reply = stranger.post(&house, &format!("/console/delivery{path}"), "", fields).await;
        leads_to(&reply, "/console/signin");
    }
    let routes = house.flows.routes().await.unwrap();
    assert!(routes.iter().all(|route| route.wish == RouteWish::Active));
}

#[tokio::test]
async fn a_route_is_paused_with_a_reason_and_only_from_its_own_page() {
    let mut house = staffed(House::new().await).await;
    let (mut staff, form) = let_in(&mut house).await;
    let page = staff.get(&house, ROUTE).await.succeeded();
    assert!(page.text.contains("No other active route carries this channel"), "{}", page.text);
    let wish = format!("{ROUTE}/wish");
    assert_eq!(staff.post(&house, &wish, "", "wish=paused&reason=x").await.status, StatusCode::FORBIDDEN);
    said(&staff.post(&house, &wish, &form, "wish=paused&reason=+").await, 6003);
    said(&staff.post(&house, &wish, &form, &format!("wish=paused&reason={}", "x".repeat(301))).await, 6004);
    let unknown = "/console/delivery/routes/nowhere/wish";
    let reply = staff.post(&house, unknown, &form, "wish=paused&reason=x").await;
    assert_eq!(reply.status, StatusCode::NOT_FOUND);
    assert!(house.flows.routes().await.unwrap().iter().all(|route| route.wish == RouteWish::Active));
    let paused = staff.post(&house, &wish, &form, "wish=paused&reason=the+carrier+works+on+it").await;
    leads_to(&paused, &format!("{ROUTE}?notice=route-paused"));
    let all = staff.get(&house, "/console/delivery").await.succeeded();
    assert!(all.text.contains("Paused by an operator: <bdi>the carrier works on it</bdi>"), "{}", all.text);
    let resumed = staff.post(&house, &wish, &form, "wish=active&reason=it+is+well").await;
    leads_to(&resumed, &format!("{ROUTE}?notice=route-active"));
    assert!(!staff.get(&house, "/console/delivery").await.text.contains("Needs a look"));
}

#[tokio::test]
async fn a_test_goes_over_its_route_alone_and_its_way_is_shown() {
    let mut house = staffed(House::new().await).await;
    let (mut staff, form) = let_in(&mut house).await;
    staff.post(&house, &format!("{ROUTE}/wish"), &form, "wish=paused&reason=quiet").await;
    house.flows.refresh_roads().await.unwrap();
    let test = format!("{ROUTE}/test");
    for unfit in ["nobody", "ada%40mail.example", "07400123456"] {
        said(&staff.post(&house, &test, &form, &format!("to={unfit}")).await, 6007);
    }
    let sent = staff.post(&house, &test, &form, &format!("to={}", in_form(NUMBER))).await;
    let letter = house.letter().await;
    assert!(matches!(letter.body, Body::Notice { notice: Notice::RouteTest, .. }), "{:?}", letter.body);
    assert_eq!(letter.to.expose(), NUMBER);
    let place = sent.header("location").unwrap().to_owned();
    leads_to(&sent, &format!("{MESSAGES}/{}?notice=test-sent", letter.reference));
    let way = staff.get(&house, &place).await.succeeded();
    assert!(way.text.contains("Try 1: handed to <bdi>sms</bdi>.") && way.text.contains("With the carrier"));
    house.flows.refresh_roads().await.unwrap();
    let countries = staff.get(&house, "/console/delivery/countries?window=15m").await.succeeded();
    assert!(countries.text.contains("United Kingdom"), "{}", countries.text);
    let errors = staff.get(&house, "/console/delivery/errors").await.succeeded();
    assert!(errors.text.contains("No route refused anything"));
}

#[tokio::test]
async fn a_test_counts_towards_the_caps() {
    let policy = Policy { sends_per_address_per_day: 1, ..Policy::default() };
    let mut house = staffed(House::with(policy).await).await;
    let (mut staff, form) = let_in(&mut house).await;
    let fields = format!("to={}", in_form(NUMBER));
    let test = format!("{ROUTE}/test");
    assert_eq!(staff.post(&house, &test, &form, &fields).await.status, StatusCode::SEE_OTHER);
    house.letter().await;
    let capped = staff.post(&house, &test, &form, &format!("to={}", in_form("+44 7400 123456"))).await;
    assert_eq!(capped.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(capped.text.contains("data-problem=\"6008\""));
}

#[tokio::test]
async fn messages_are_found_by_number_or_id_and_the_number_is_not_said_again() {
    let mut house = staffed(House::new().await).await;
    let (mut staff, form) = let_in(&mut house).await;
    house.started(json!({ "to": NUMBER, "purpose": "sign_in" })).await;
    let id = house.letter().await.reference;
    let found = staff.post(&house, MESSAGES, &form, &format!("what={}", in_form(NUMBER))).await.succeeded();
    assert!(found.text.contains(&format!("href=\"{MESSAGES}/{id}\"")), "{}", found.text);
    let none = staff.post(&house, MESSAGES, &form, "what=%2B447400654321").await.succeeded();
    assert!(!none.text.contains("href=\"/console/delivery/messages/msg_"));
    let by_id = staff.post(&house, MESSAGES, &form, &format!("what=+{id}+")).await;
    leads_to(&by_id, &format!("{MESSAGES}/{id}"));
    let nobody = MessageId::from_bytes([7; 16]);
    said(&staff.post(&house, MESSAGES, &form, &format!("what={nobody}")).await, 6006);
    said(&staff.post(&house, MESSAGES, &form, "what=nobody").await, 6005);
    assert_eq!(staff.get(&house, &format!("{MESSAGES}/{nobody}")).await.status, StatusCode::NOT_FOUND);
    let listed = staff.get(&house, &format!("{MESSAGES}?route=sms")).await.succeeded();
    assert!(listed.text.contains(&id.to_string()));
    let elsewhere = staff.get(&house, &format!("{MESSAGES}?route=voice")).await.succeeded();
    assert!(!elsewhere.text.contains(&id.to_string()));
}
