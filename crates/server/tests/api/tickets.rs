//! Conversations with support from the outside: whose ticket it is, what a code opens, and what never reaches a holder.

use crate::console::{Browser, csrf, leads_to, let_in, staffed};
use crate::house::{House, Reply};
use axum::http::StatusCode;
use countersign_core::address::Address;
use countersign_core::model::{Actor, Body as Words, Notice};
use countersign_flows::Caller;

pub(crate) const PASSWORD: &str = "quiet harbour lamp";

fn form(text: &str) -> String {
    text.replace(' ', "+")
}

/// The next code, past notices of what happened before.
async fn next_code(house: &mut House) -> String {
    loop {
        if let Words::Code { code, .. } = house.letter().await.body {
            return code;
        }
    }
}

/// Somebody signed in by email, with the token of their forms.
pub(crate) async fn holder(house: &mut House, email: &str) -> (Browser, String) {
    let address = Address::from_exposed(email).unwrap();
    assert!(house.flows.import_account(house.service_id, address, PASSWORD, "en").await.unwrap());
    let mut browser = Browser::default();
    let token = csrf(&browser.get(house, "/signin").await);
    let fields = form(&format!("identifier={email}&password={PASSWORD}"));
    leads_to(&browser.post(house, "/signin", &token, &fields).await, "/signin/code");
    let code = next_code(house).await;
    leads_to(&browser.post(house, "/signin/code", &token, &format!("code={code}")).await, "/security");
    let token = csrf(&browser.get(house, "/support/new").await);
    (browser, token)
}

/// Asks; answers the path of the ticket.
pub(crate) async fn ask(browser: &mut Browser, house: &House, token: &str, text: &str) -> String {
    let fields = form(&format!("topic=other&title=My phone&text={text}"));
    let asked = browser.post(house, "/support/new", token, &fields).await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.text);
    let to = asked.header("location").unwrap();
    to.strip_suffix("?notice=ticket-opened").unwrap().to_owned()
}

fn not_found(reply: &Reply) {
    assert_eq!(reply.status, StatusCode::NOT_FOUND, "{}", reply.text);
}

#[tokio::test]
async fn a_ticket_is_its_holders_and_notes_are_staffs() {
    let mut house = staffed(House::new().await).await;
    let (mut staff, token_of_staff) = let_in(&mut house).await;
    let (mut ada, token) = holder(&mut house, "ada@holder.example").await;
    let path = ask(&mut ada, &house, &token, "Where is it?").await;
    let page = ada.get(&house, &path).await.succeeded();
    assert!(page.text.contains("Where is it?") && page.text.contains("never ask"));

    let (mut eve, eves) = holder(&mut house, "eve@holder.example").await;
    not_found(&eve.get(&house, &path).await);
    not_found(&eve.post(&house, &path, &eves, "act=reply&text=Hello").await);
    not_found(&eve.post(&house, &path, &eves, "act=solve").await);
    let by_code = path.replace("/support/", "/support/t/");
    leads_to(&eve.get(&house, &by_code).await, &format!("{by_code}/code"));
    let guess = eve.post(&house, &format!("{by_code}/code"), &eves, "code=0123-4567-89ab-cdef").await;
    assert_eq!(guess.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(guess.text.contains("data-problem=\"7369\""));
    assert!(!eve.get(&house, "/support").await.succeeded().text.contains("My phone"));
    leads_to(&Browser::default().get(&house, &path).await, "/signin");

    let list = staff.get(&house, "/console/tickets").await.succeeded();
    let id = path.strip_prefix("/support/").unwrap();
    let desk = format!("/console/tickets/{id}");
    assert!(list.text.contains(&desk));
    house.later(60);
    let noted = staff.post(&house, &desk, &token_of_staff, "act=note&text=A+thief+perhaps").await;
    leads_to(&noted, &format!("{desk}?notice=note-saved"));
    let answered = staff.post(&house, &desk, &token_of_staff, "act=answer&text=It+left+today").await;
    leads_to(&answered, &format!("{desk}?notice=message-sent"));
    let talk = staff.get(&house, &desk).await.succeeded();
    assert!(talk.text.contains("A thief perhaps") && talk.text.contains("It left today"));

    assert!(ada.get(&house, "/support").await.succeeded().text.contains("New answer"));
    let page = ada.get(&house, &path).await.succeeded();
    assert!(page.text.contains("It left today") && !page.text.contains("thief"), "{}", page.text);
    assert!(!page.text.contains("staff@"), "no holder learns who answered");
    assert!(!ada.get(&house, "/support").await.succeeded().text.contains("New answer"), "it is read");
    let solved = ada.post(&house, &path, &token, "act=solve").await;
    leads_to(&solved, &format!("{path}?notice=ticket-solved"));
}

#[tokio::test]
async fn what_is_masked_is_shown_before_it_is_sent() {
    let mut house = staffed(House::new().await).await;
    let (mut ada, token) = holder(&mut house, "ada@holder.example").await;
    let fields = "topic=locked&title=code+918274&text=It+was+918273,+and+0.123456+BTC";
    let shown = ada.post(&house, "/support/new", &token, fields).await;
    assert_eq!(shown.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(shown.text.contains("It was •••, and 0.123456 BTC") && shown.text.contains("value=\"code •••\""));
    assert!(shown.text.contains("data-problem=\"7367\"") && !shown.text.contains("91827"));
    assert!(shown.text.contains("<option value=\"locked\" selected>"), "nothing else is lost");
    let path = ask(&mut ada, &house, &token, "It was •••").await;
    let again = ada.post(&house, &path, &token, "act=reply&text=918273").await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    let sent = ada.post(&house, &path, &token, "act=reply&text=%E2%80%A2%E2%80%A2%E2%80%A2").await;
    leads_to(&sent, &format!("{path}?notice=message-sent"));
    for (fields, problem) in [
        ("topic=other&title=&text=x", 7360),
        ("topic=other&title=x&text=", 7362),
        (&*format!("topic=other&title={}&text=x", "a".repeat(121)), 7361),
        (&*format!("topic=other&title=x&text={}", "a".repeat(4_001)), 7363),
    ] {
        let refused = ada.post(&house, "/support/new", &token, fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text.contains(&format!("data-problem=\"{problem}\"")), "{problem}");
    }
}

#[tokio::test]
async fn whoever_lost_the_phone_follows_by_address_and_code() {
    let mut house = staffed(House::new().await).await;
    let address = Address::from_exposed("ada@holder.example").unwrap();
    assert!(house.flows.import_account(house.service_id, address, PASSWORD, "en").await.unwrap());
    let mut browser = Browser::default();
    leads_to(&browser.get(&house, "/signin/support").await, "/signin");
    let token = csrf(&browser.get(&house, "/signin").await);
    let fields = form(&format!("identifier=ada@holder.example&password={PASSWORD}"));
    leads_to(&browser.post(&house, "/signin", &token, &fields).await, "/signin/code");
    house.code().await;
    let page = browser.get(&house, "/signin/support").await.succeeded();
    assert!(page.text.contains("phone_lost") && !page.text.contains("value=\"withdrawal\""));
    let fields = "topic=phone_lost&title=Stolen&text=On+the+train";
    let opened = browser.post(&house, "/signin/support", &token, fields).await.succeeded();
    let between =
        |from: &str, to: &str| opened.text.split(from).nth(1).unwrap().split(to).next().unwrap().to_owned();
    let code = between("id=\"ticket-code\">", "<");
    let path = between("id=\"ticket-address\">https://accounts.example", "<");
    assert_eq!((code.len(), code.matches('-').count()), (19, 3));
    assert!(browser.get(&house, &path).await.succeeded().text.contains("On the train"));

    let mut other = Browser::default();
    let ask_code = format!("{path}/code");
    leads_to(&other.get(&house, &path).await, &ask_code);
    let page = other.get(&house, &ask_code).await.succeeded();
    assert!(!page.text.contains("Stolen") && !page.text.contains("train"));
    let token = csrf(&page);
    let nobody = ask_code.replace(&path[path.len() - 6..], "000000");
    for asked in [&ask_code, &nobody] {
        let wrong = other.post(&house, asked, &token, "code=0123-4567-89ab-cdef").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text.contains("data-problem=\"7369\""));
    }
    leads_to(&other.post(&house, &path, &token, "act=reply&text=Hello").await, &ask_code);
    let right = other.post(&house, &ask_code, &token, &format!("code={}", code.to_uppercase())).await;
    leads_to(&right, &path);
    assert!(other.get(&house, &path).await.succeeded().text.contains("On the train"));
    let replied = other.post(&house, &path, &token, "act=reply&text=Any+news").await;
    leads_to(&replied, &format!("{path}?notice=message-sent"));

    let id = path.strip_prefix("/support/t/").unwrap().parse().unwrap();
    let staff = Caller { actor: Actor::CommandLine, ..Caller::default() };
    house.flows.answer_ticket(house.service_id, id, "Stay calm", staff).await.unwrap();
    // Before it every address was told that somebody asked without signing in.
    let detail = loop {
        match house.letter().await.body {
            Words::Notice { notice: Notice::SupportAnswered, detail, .. } => break detail,
            Words::Notice { notice: Notice::SupportOpened, .. } => {}
            other => panic!("another letter: {other:?}"),
        }
    };
    assert_eq!(detail, path, "neither the code nor the answer");
    assert!(other.get(&house, &path).await.succeeded().text.contains("Stay calm"));
}

#[tokio::test]
async fn a_ready_answer_is_written_and_inserted_without_a_script() {
    let mut house = staffed(House::new().await).await;
    let (mut staff, staffs) = let_in(&mut house).await;
    let (mut ada, token) = holder(&mut house, "ada@holder.example").await;
    let path = ask(&mut ada, &house, &token, "Where is it?").await;
    let token = staffs;
    let saved = staff
        .post(&house, "/console/tickets/answers", &token, "act=save&name=Hello&locale=en&text=Good+day")
        .await;
    leads_to(&saved, "/console/tickets/answers?notice=text-saved");
    let desk = path.replace("/support/", "/console/tickets/");
    let fields = "act=insert&canned=en+Hello&text=Dear+Ada,";
    let inserted = staff.post(&house, &desk, &token, fields).await.succeeded();
    assert!(inserted.text.contains("Dear Ada,\n\nGood day</textarea>"));
    let taken = staff.post(&house, &desk, &token, "act=take").await;
    leads_to(&taken, &format!("{desk}?notice=ticket-assigned"));
    let mine = staff.get(&house, "/console/tickets?turn=staff&who=me").await.succeeded();
    assert!(mine.text.contains(&desk));
    let nobodys = staff.get(&house, "/console/tickets?who=nobody").await.succeeded();
    assert!(!nobodys.text.contains(&desk));
    let odd = staff.get(&house, "/console/tickets/tkt_nonsense").await;
    assert_eq!(odd.status, StatusCode::NOT_FOUND);
}
