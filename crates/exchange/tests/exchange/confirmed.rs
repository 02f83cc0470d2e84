//! What a confirmation opens that moves no money, and who may send forms.

use hyper::Method;

use crate::fake::Redemption;
use crate::visitor::Visitor;
use crate::{EMAIL, House, PASSWORD};

#[tokio::test]
async fn signing_in_takes_the_password_and_a_confirmation_in_the_same_browser() {
    let house = House::open().await;
    let mut visitor = house.visitor();
    let page = visitor.get("/signin").await;
    assert!(
        page.set_cookie.starts_with("exchange_session=")
            && page.set_cookie.ends_with("; HttpOnly; SameSite=Lax")
    );
    assert!(page.policy.contains(&format!("form-action 'self' {}", house.fake.base)), "{}", page.policy);
    let mut answers = Vec::new();
    for email in [EMAIL, "nobody@example.com"] {
        let answer = visitor.post("/signin", &[("email", email), ("password", "wrong")]).await;
        answers.push((answer.status, answer.body.replace(email, "")));
    }
    assert_eq!(answers[0], answers[1], "an unknown address looks like a wrong password");
    assert!(house.fake.told().actions.is_empty());

    let answer = visitor.post("/signin", &[("email", EMAIL), ("password", PASSWORD)]).await;
    let action = house.fake.sent_to_confirm(&answer);
    visitor.get(&format!("/return?action={action}&status=authorised")).await;
    assert_eq!(visitor.get("/withdraw").await.location, "/signin", "not before it is authorised");
    house.fake.authorise(&action);
    let mut other = house.visitor();
    other.get(&format!("/return?action={action}")).await;
    assert_eq!(other.get("/withdraw").await.location, "/signin", "not in another browser");

    let before = visitor.cookie.clone();
    assert_eq!(visitor.get(&format!("/return?action={action}")).await.location, "/");
    assert_eq!(visitor.get("/withdraw").await.status, 200);
    assert_ne!(visitor.cookie, before, "under a new cookie");
    let mut planted = Visitor { cookie: before, ..house.visitor() };
    assert_eq!(planted.get("/withdraw").await.location, "/signin");
}

#[tokio::test]
async fn no_form_is_taken_without_its_token_or_from_elsewhere() {
    let house = House::open().await;
    let mut visitor = house.signed_in().await;
    let token = visitor.get("/withdraw").await.attribute("value").map(str::to_owned).expect("a token");
    let actions = house.fake.told().actions.len();
    let form = ("content-type", "application/x-www-form-urlencoded");
    for path in [
        "/signin",
        "/signout",
        "/open",
        "/reset",
        "/reset/new",
        "/withdraw",
        "/sell",
        "/withdrawals/wd_1/cancel",
        "/sales/sale_1/cancel",
        "/api-keys",
        "/api-keys/key_1/delete",
    ] {
        let right = format!("csrf={token}");
        for (headers, body) in [
            (&[form][..], ""),
            (&[form], "csrf="),
            (&[form], "csrf=00000000000000000000000000000000"),
            (&[form, ("sec-fetch-site", "cross-site")], &right),
            (&[form, ("sec-fetch-site", "same-site")], &right),
            (&[form, ("origin", "http://evil.example")], &right),
        ] {
            let answer = visitor.send(Method::POST, path, headers, body.to_owned()).await;
            assert_eq!(answer.status, 403, "{path} {headers:?} {body}");
        }
    }
    assert_eq!(house.fake.told().actions.len(), actions);
    assert_eq!(visitor.get("/withdraw").await.status, 200, "still signed in");
}

#[tokio::test]
async fn an_account_is_opened_by_whoever_proves_to_be_its_holder() {
    let house = House::open().await;
    let mut visitor = house.visitor();
    visitor.get("/open").await;
    let answer = visitor.post("/open", &[("email", "eve@example.com"), ("password", "long enough")]).await;
    assert_eq!((answer.status, answer.attribute("data-refused")), (409, Some("account_not_found")));
    let answer = visitor.post("/open", &[("email", "grace@example.com"), ("password", "short")]).await;
    assert_eq!((answer.status, answer.attribute("data-problem")), (422, Some("password")));
    let answer = visitor.post("/open", &[("email", "grace@example.com"), ("password", "long enough")]).await;
    let action = house.fake.sent_to_confirm(&answer);
    assert_eq!(house.fake.told().actions[&action].kind, "sign_in");
    house.fake.authorise(&action);
    assert_eq!(visitor.get(&format!("/return?action={action}")).await.location, "/");
    assert_eq!(visitor.balance("BTC").await.0, "0.75");

    let mut again = house.visitor();
    again.get("/open").await;
    let answer = again.post("/open", &[("email", "grace@example.com"), ("password", "another one")]).await;
    let action = house.fake.sent_to_confirm(&answer);
    house.fake.authorise(&action);
    let answer = again.get(&format!("/return?action={action}")).await;
    assert_eq!(answer.location, "/signin?notice=exists", "told after the proof only");
}

#[tokio::test]
async fn a_new_password_ends_every_session_and_signs_nobody_in() {
    let house = House::open().await;
    let mut signed_in = house.signed_in().await;
    let mut visitor = house.visitor();
    assert_eq!(visitor.get("/reset/new").await.location, "/reset");
    visitor.get("/reset").await;
    let answer = visitor.post("/reset", &[("email", EMAIL)]).await;
    let action = house.fake.sent_to_confirm(&answer);
    assert_eq!(house.fake.told().actions[&action].kind, "password_reset");
    assert_eq!(visitor.get(&format!("/return?action={action}")).await.location, "/waiting");
    assert_eq!(visitor.get("/reset/new").await.location, "/reset", "not before it is authorised");
    house.fake.authorise(&action);
    assert_eq!(visitor.get("/waiting").await.location, "/reset/new");
    visitor.get("/reset/new").await;
    let answer = visitor.post("/reset/new", &[("password", "quite another one")]).await;
    assert_eq!(answer.location, "/signin?notice=reset");
    assert_eq!(signed_in.get("/withdraw").await.location, "/signin");
    assert_eq!(visitor.post("/reset/new", &[("password", "a third one")]).await.location, "/reset");

    visitor.get("/signin").await;
    assert_eq!(visitor.post("/signin", &[("email", EMAIL), ("password", PASSWORD)]).await.status, 422);
    let answer = visitor.post("/signin", &[("email", EMAIL), ("password", "quite another one")]).await;
    house.fake.sent_to_confirm(&answer);
}

#[tokio::test]
async fn an_api_key_is_confirmed_shown_once_and_deleted() {
    let house = House::open().await;
    let mut visitor = house.signed_in().await;
    visitor.get("/api-keys").await;
    let fields = [("label", "Trading bot"), ("scope_trade", "on"), ("scope_read", "on")];
    let answer = visitor.post("/api-keys", &fields).await;
    let action = house.fake.sent_to_confirm(&answer);
    let details = house.fake.told().actions[&action].details.clone();
    assert_eq!((details["label"].as_str(), details["scopes"].as_str()), ("Trading bot", "read,trade"));
    assert!(!visitor.get("/api-keys").await.body.contains("data-api-key"));
    house.fake.authorise(&action);
    assert_eq!(visitor.get(&format!("/return?action={action}")).await.location, "/api-keys");
    let shown = visitor.get("/api-keys").await;
    let key = shown.attribute("data-api-key").expect("a key").to_owned();
    assert!(shown.body.contains("data-new-key>hbr_"));
    assert!(!visitor.get("/api-keys").await.body.contains("data-new-key"), "shown once");
    visitor.post(&format!("/api-keys/{key}/delete"), &[]).await;
    assert!(!visitor.get("/api-keys").await.body.contains("data-api-key"));
}

#[tokio::test]
async fn an_answer_lost_on_the_way_is_asked_for_again() {
    let house = House::open().await;
    let mut visitor = house.visitor();
    visitor.get("/signin").await;
    let answer = visitor.post("/signin", &[("email", EMAIL), ("password", PASSWORD)]).await;
    let action = house.fake.sent_to_confirm(&answer);
    house.fake.authorise(&action);
    house.fake.told().redemption = Redemption::AnswerLost;
    assert_eq!(visitor.get(&format!("/return?action={action}")).await.location, "/waiting");
    assert_eq!(visitor.get("/withdraw").await.location, "/signin");
    house.fake.told().redemption = Redemption::Honest;
    assert_eq!(visitor.get("/waiting").await.location, "/");
    assert_eq!(visitor.get("/withdraw").await.status, 200);
    assert_eq!(house.fake.told().redeemed.len(), 1, "redeemed once, under one key");
}

#[tokio::test]
async fn a_customer_sees_nobody_elses_requests() {
    let house = House::open().await;
    let mut ada = house.signed_in().await;
    ada.get("/sell").await;
    let answer = ada.post("/sell", &[("buyer", "mara_k"), ("amount", "0.1")]).await;
    house.fake.sent_to_confirm(&answer);
    let path =
        ada.get("/").await.attribute("data-withdrawal").map(|id| format!("/sales/{id}")).expect("a sale");
    let mut grace = house.visitor();
    grace.get("/open").await;
    let answer = grace.post("/open", &[("email", "grace@example.com"), ("password", "long enough")]).await;
    let action = house.fake.sent_to_confirm(&answer);
    house.fake.authorise(&action);
    grace.get(&format!("/return?action={action}")).await;
    assert_eq!(grace.get(&path).await.status, 404);
    grace.get("/withdraw").await;
    grace.post(&format!("{path}/cancel"), &[]).await;
    assert_eq!(ada.get(&path).await.attribute("data-sale-status"), Some("pending"));
    ada.post(&format!("{path}/cancel"), &[]).await;
    let page = ada.get(&path).await;
    assert_eq!(page.attribute("data-sale-status"), Some("canceled"));
    assert_eq!(page.attribute("data-reason"), Some("withdrawn"));
}
