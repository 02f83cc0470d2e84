//! The console from the outside: nobody without an operator's session sees anything of it, what is wrong at its door
//! looks the same whoever knocks, and its form answers as the command line does.

use crate::house::{Ask, House, Reply};
use axum::http::{Method, StatusCode};
use countersign_core::address::Address;
use countersign_core::model::Role;
use countersign_core::totp;
use countersign_flows::{Caller, NewOperator};

pub(crate) const EMAIL: &str = "staff@acme.example";
pub(crate) const PASSWORD: &str = "a rail beside a fluid room";
pub(crate) const KEY: &[u8; 20] = b"an app of the tests.";

/// One browser's cookies.
#[derive(Default)]
pub(crate) struct Browser(pub(crate) Vec<(String, String)>);

impl Browser {
    pub(crate) async fn ask(&mut self, house: &House, ask: Ask) -> Reply {
        let cookies: Vec<String> = self.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let reply = house.send(ask.header("cookie", &cookies.join("; "))).await;
        for set in reply.headers.get_all("set-cookie") {
            let set = set.to_str().unwrap();
            assert!(set.contains("; HttpOnly; SameSite=Lax; Secure") && set.starts_with("__Host-"), "{set}");
            let (name, value) = set.split(';').next().unwrap().split_once('=').unwrap();
            self.0.retain(|(known, _)| known != name);
            if !value.is_empty() {
                self.0.push((name.to_owned(), value.to_owned()));
            }
        }
        reply
    }

    pub(crate) async fn get(&mut self, house: &House, path: &str) -> Reply {
        self.ask(house, Ask::get(path)).await
    }

    pub(crate) async fn post(&mut self, house: &House, path: &str, csrf: &str, fields: &str) -> Reply {
        let ask = Ask::new(Method::POST, path).header("content-type", "application/x-www-form-urlencoded");
        self.ask(house, ask.body(format!("csrf={csrf}&{fields}"))).await
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }
}

pub(crate) fn csrf(page: &Reply) -> String {
    page.text.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

pub(crate) fn leads_to<'r>(reply: &'r Reply, to: &str) -> &'r Reply {
    assert_eq!((reply.status, reply.header("location")), (StatusCode::SEE_OTHER, Some(to)), "{}", reply.text);
    reply
}

pub(crate) async fn house() -> House {
    staffed(House::new().await).await
}

/// The same with an operator.
pub(crate) async fn staffed(house: House) -> House {
    house.flows.record_policy(house.service_id).await.unwrap();
    seed(&house, EMAIL, Role::ALL).await;
    house
}

/// A member of staff with these roles, who signs in with the password and the app of these tests.
pub(crate) async fn seed(house: &House, email: &str, roles: &[Role]) {
    let new = NewOperator {
        service_id: house.service_id,
        email: Address::from_exposed(email).unwrap(),
        name: String::new(),
        roles: roles.to_vec(),
    };
    assert!(house.flows.seed_operator(new, PASSWORD, *KEY, Caller::default()).await.unwrap());
}

/// A browser with an operator in it, and the token of its forms.
pub(crate) async fn let_in(house: &mut House) -> (Browser, String) {
    let_in_as(house, EMAIL).await
}

/// The same for somebody else. Half a minute passes, so that the app shows a code that was not used yet.
pub(crate) async fn let_in_as(house: &House, email: &str) -> (Browser, String) {
    house.later(30);
    let mut browser = Browser::default();
    let form = csrf(&browser.get(house, "/console/signin").await);
    let fields = format!("email={email}&password={PASSWORD}").replace(' ', "+");
    let asked = browser.post(house, "/console/signin", &form, &fields).await;
    leads_to(&asked, "/console/signin/step");
    let page = browser.get(house, "/console/signin/step").await.succeeded();
    assert!(!page.text.contains(email), "masked before the second step");
    let code = totp::code_at(KEY, totp::step_of(house.flows.now()));
    let entered = browser.post(house, "/console/signin/step", &form, &format!("totp={code}")).await;
    leads_to(&entered, "/console");
    assert!(browser.has("__Host-cs_operator_device"), "known at the door from now on (R24)");
    let own = csrf(&browser.get(house, "/console/me").await.succeeded());
    assert_ne!(own, form, "bound to the session");
    let stale = browser.post(house, "/console/me/name", &form, "name=x").await;
    assert_eq!(stale.status, StatusCode::FORBIDDEN, "a token from before the sign-in");
    (browser, own)
}

#[tokio::test]
async fn nobody_without_an_operators_session_learns_anything() {
    let mut house = house().await;
    let mut stranger = Browser::default();
    for path in ["/console/policy", "/console/policy?action=gift", "/console/policy?action=nonsense"] {
        let reply = stranger.get(&house, path).await;
        assert_eq!(leads_to(&reply, "/console/signin").text, "", "{path}");
    }
    leads_to(&stranger.get(&house, "/console").await, "/console/signin");
    leads_to(&stranger.get(&house, "/console/no-such-page").await, "/console/signin");
    leads_to(&stranger.post(&house, "/console/signout", "", "").await, "/console/signin");
    leads_to(&stranger.get(&house, "/console/signin/step").await, "/console/signin");
    let mut forger = Browser(vec![("__Host-cs_operator".to_owned(), "0".repeat(64))]);
    leads_to(&forger.get(&house, "/console/policy").await, "/console/signin?notice=ended");
    assert!(!forger.has("__Host-cs_operator"), "taken back");
    // The cookie of staff opens no holder's page.
    let (mut staff, _) = let_in(&mut house).await;
    let cookie = staff.0.iter().find(|(name, _)| name == "__Host-cs_operator").unwrap().1.clone();
    leads_to(&staff.get(&house, "/security").await, "/signin");
    let mut swapped = Browser(vec![("__Host-cs_session".to_owned(), cookie)]);
    leads_to(&swapped.get(&house, "/security").await, "/signin?notice=ended");
}

/// R46: the answer has the same status and the same words whoever was named; only what was typed comes back.
#[tokio::test]
async fn an_unknown_operator_and_a_wrong_password_look_alike() {
    let house = house().await;
    let mut browser = Browser::default();
    let form = csrf(&browser.get(&house, "/console/signin").await);
    let mut answers = Vec::new();
    for email in [EMAIL, "stuff@acme.example"] {
        let mut said = Vec::new();
        for _ in 0..6 {
            let fields = format!("email={email}&password=wrong");
            let reply = browser.post(&house, "/console/signin", &form, &fields).await;
            assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
            said.push(reply.text.replace(email, "somebody"));
        }
        assert!(said[0].contains("data-problem=\"1008\"") && said[5].contains("data-problem=\"1010\""));
        answers.push(said);
    }
    assert_eq!(answers[0], answers[1]);
    let stolen = Browser::default().post(&house, "/console/signin", &form, "email=a&password=b").await;
    assert_eq!(stolen.status, StatusCode::FORBIDDEN, "a token of another browser");
}

/// R24: strangers shut their own lane of the door, and the browser that somebody has come in from keeps its own.
#[tokio::test]
async fn t15_strangers_at_the_door_do_not_shut_out_a_browser_that_is_known() {
    let mut house = house().await;
    let (mut staff, form) = let_in(&mut house).await;
    leads_to(&staff.post(&house, "/console/signout", &form, "").await, "/console/signin?notice=signed-out");
    let mut stranger = Browser::default();
    let theirs = csrf(&stranger.get(&house, "/console/signin").await);
    for _ in 0..5 {
        stranger.post(&house, "/console/signin", &theirs, &format!("email={EMAIL}&password=wrong")).await;
    }
    let fields = format!("email={EMAIL}&password={PASSWORD}").replace(' ', "+");
    let shut = stranger.post(&house, "/console/signin", &theirs, &fields).await;
    assert!(shut.text.contains("data-problem=\"1010\""), "{}", shut.text);
    let own = csrf(&staff.get(&house, "/console/signin").await);
    leads_to(&staff.post(&house, "/console/signin", &own, &fields).await, "/console/signin/step");
}

#[tokio::test]
async fn an_operator_asks_the_policy_and_signs_out() {
    let mut house = house().await;
    let (mut staff, _) = let_in(&mut house).await;
    let page = staff.get(&house, "/console/policy").await.succeeded();
    assert!(page.text.contains("Version 1, in force since"));
    let ask = "/console/policy?action=withdrawal&amount=0.1&held=trading_password&held=sms&sim_changed=no\
               &status=active";
    let asked = staff.get(&house, ask).await.succeeded();
    // Rule 4 of data/default_rules.json: a large amount on an account without an app or a passkey.
    assert!(asked.text.contains("Rule 4 decides."), "{}", asked.text);
    assert!(asked.text.contains("<li class=\"figure\">Trading password + Text message</li>"));
    let small = staff.get(&house, &ask.replace("0.1", "0.0999")).await.succeeded();
    assert!(small.text.contains("Rule 5 decides.") && small.text.contains("Rule 4 does not apply."));
    let unknown =
        staff.get(&house, &format!("{ask}&amount_unknown=yes").replace("0.1", "0")).await.succeeded();
    assert!(unknown.text.contains("Rule 4 decides."), "not known is above every threshold");
    let odd = staff.get(&house, &ask.replace("0.1", "1e9")).await;
    assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(odd.text.contains("data-problem=\"6001\"") && !odd.text.contains("decides"));
    house.later(3_600);
    leads_to(&staff.get(&house, "/console/policy").await, "/console/signin?notice=ended");
    house.later(60);
    let (mut staff, form) = let_in(&mut house).await;
    let cookies = staff.0.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    leads_to(&staff.post(&house, "/console/signout", &form, "").await, "/console/signin?notice=signed-out");
    let mut kept = Browser(cookies);
    leads_to(&kept.get(&house, "/console/policy").await, "/console/signin?notice=ended");
}
