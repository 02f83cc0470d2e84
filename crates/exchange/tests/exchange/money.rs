//! When value leaves, and when it does not.

use serde_json::json;

use crate::fake::{Redemption, sign};
use crate::visitor::{Answer, Visitor};
use crate::{ADDRESS, House, StateFile};

const ALL_THERE: (&str, &str) = ("0.75", "0.75");

fn withdrawal(amount: &str) -> [(&str, &str); 4] {
    [("rail", "BTC-Bitcoin"), ("address", ADDRESS), ("memo", ""), ("amount", amount)]
}

/// Asks for a withdrawal: its action, and the page of its exit.
async fn ask(house: &House, visitor: &mut Visitor, amount: &str) -> (String, String) {
    visitor.get("/withdraw").await;
    let answer = visitor.post("/withdraw", &withdrawal(amount)).await;
    let action = house.fake.sent_to_confirm(&answer);
    let path = visitor.get(&format!("/return?action={action}")).await.location;
    (action, path)
}

async fn balance(visitor: &mut Visitor) -> (String, String) {
    visitor.balance("BTC").await
}

fn same(balance: &(String, String), expected: (&str, &str)) -> bool {
    (balance.0.as_str(), balance.1.as_str()) == expected
}

fn state(page: &Answer) -> (&str, &str) {
    (
        page.attribute("data-withdrawal-status").unwrap_or_default(),
        page.attribute("data-reason").unwrap_or_default(),
    )
}

#[tokio::test]
async fn a_confirmed_withdrawal_is_redeemed_and_debited_once() {
    let house = House::open().await;
    let mut visitor = house.signed_in().await;
    let (action, path) = ask(&house, &mut visitor, "0.050").await;
    let details = house.fake.told().actions[&action].details.clone();
    assert_eq!(
        json!(details),
        json!({"amount": "0.05", "asset": "BTC", "network": "Bitcoin", "address": ADDRESS})
    );
    let pending = visitor.get(&path).await;
    assert_eq!(state(&pending), ("pending", ""));
    assert!(pending.body.contains("ocean tiger") && pending.body.contains("2:00"));
    assert!(same(&balance(&mut visitor).await, ("0.75", "0.7")), "reserved and not debited");

    house.fake.authorise(&action);
    let back = visitor.get(&format!("/return?action={action}&status=authorised")).await;
    assert_eq!((back.status, back.location.as_str()), (303, path.as_str()));
    for _ in 0..3 {
        assert_eq!(state(&visitor.get(&path).await), ("sent", ""));
        visitor.get(&format!("/return?action={action}&status=authorised")).await;
    }
    assert!(same(&balance(&mut visitor).await, ("0.7", "0.7")));
    let id = path.trim_start_matches("/withdrawals/");
    let calls = house.fake.told().redeem_calls.clone();
    assert_eq!(calls.iter().filter(|key| *key == id).count(), 1, "redeemed under its own id, once");
}

#[tokio::test]
async fn nothing_leaves_without_a_redemption() {
    let house = House::open().await;
    let mut visitor = house.signed_in().await;
    let (action, path) = ask(&house, &mut visitor, "0.05").await;
    // The address in the browser says that it was authorised; Countersign says that it waits.
    visitor.get(&format!("/return?action={action}&status=authorised")).await;
    assert_eq!(state(&visitor.get(&path).await), ("pending", ""));

    for code in [
        "assertion_used",
        "assertion_expired",
        "assertion_invalid",
        "digest_mismatch",
        "action_held",
        "action_refused",
    ] {
        let (action, path) = ask(&house, &mut visitor, "0.01").await;
        house.fake.told().redemption = Redemption::Refused(code);
        house.fake.authorise(&action);
        assert_eq!(state(&visitor.get(&path).await).0, "canceled", "{code}");
        house.fake.told().redemption = Redemption::Honest;
        assert_eq!(state(&visitor.get(&path).await).0, "canceled", "{code}: it does not come back");
    }
    assert!(same(&balance(&mut visitor).await, ("0.75", "0.7")), "the first one still waits");

    // No final word, so it waits, reserved, and is tried again.
    let (action, path) = ask(&house, &mut visitor, "0.02").await;
    house.fake.told().redemption = Redemption::Refused("rate_limited");
    house.fake.authorise(&action);
    assert_eq!(state(&visitor.get(&path).await).0, "confirming");
    assert!(same(&balance(&mut visitor).await, ("0.75", "0.68")));
    house.fake.told().redemption = Redemption::Honest;
    assert_eq!(state(&visitor.get(&path).await).0, "sent");
    assert!(same(&balance(&mut visitor).await, ("0.73", "0.68")));
}

/// With the first character of its signature replaced. (Not the last ones: the last octet of an Ed25519 signature is
/// below 0x11 whatever was signed, RFC 8032 5.1.7, so a fixed ending is now and then the true one.)
fn altered(assertion: &str) -> String {
    let at = assertion.rfind('.').expect("three parts") + 1;
    let other = if assertion[at..].starts_with('A') { "B" } else { "A" };
    format!("{}{other}{}", &assertion[..at], &assertion[at + 1..])
}

#[tokio::test]
async fn a_forged_assertion_is_never_redeemed() {
    let house = House::open().await;
    let mut visitor = house.signed_in().await;
    let before = house.fake.told().redeem_calls.len();
    let (other, _) = ask(&house, &mut visitor, "0.03").await;
    for forgery in ["digest", "aud", "sub", "iss", "exp", "action", "kind", "signature", "other"] {
        let (action, path) = ask(&house, &mut visitor, "0.01").await;
        let mut claims = house.fake.claims(&action);
        let assertion = match forgery {
            "signature" => altered(&sign(&claims)),
            "other" => sign(&house.fake.claims(&other)),
            "exp" => {
                claims["exp"] = claims["iat"].clone();
                sign(&claims)
            }
            name => {
                claims[name] = json!("something else");
                sign(&claims)
            }
        };
        house.fake.authorise_with(&action, assertion);
        assert_eq!(state(&visitor.get(&path).await), ("canceled", "assertion_refused"), "{forgery}");
    }
    assert_eq!(house.fake.told().redeem_calls.len(), before, "none was sent on");
    assert_eq!(balance(&mut visitor).await.0, "0.75");
}

#[tokio::test]
async fn an_end_releases_and_the_form_comes_back_filled() {
    let house = House::open().await;
    let mut visitor = house.signed_in().await;
    let ends = [("canceled", "timed_out"), ("canceled", "declined"), ("lapsed", "lapsed")];
    for (status, reason) in ends {
        let (action, path) = ask(&house, &mut visitor, "0.05").await;
        assert!(same(&balance(&mut visitor).await, ("0.75", "0.7")));
        house.pass(120_000);
        house.fake.end(&action, status, reason);
        let page = visitor.get(&path).await;
        assert_eq!(state(&page), ("canceled", reason));
        assert!(page.body.contains(&format!("value=\"{ADDRESS}\"")) && page.body.contains("value=\"0.05\""));
        assert!(page.body.contains("Start again"));
        assert!(same(&balance(&mut visitor).await, ALL_THERE));
    }
    let page = visitor.get("/").await;
    assert!(page.body.contains("(nothing was sent)"));
}

#[tokio::test]
async fn an_edit_is_a_new_action_and_the_old_one_is_worth_nothing() {
    let house = House::open().await;
    let mut visitor = house.signed_in().await;
    let (first, path) = ask(&house, &mut visitor, "0.05").await;
    let old = path.trim_start_matches("/withdrawals/").to_owned();
    let edit = visitor.get(&format!("/withdraw?from={old}")).await;
    assert!(edit.body.contains("Change the request") && edit.body.contains("value=\"0.05\""));
    let too_much = [&withdrawal("0.9")[..], &[("from", old.as_str())]].concat();
    assert_eq!(visitor.post("/withdraw", &too_much).await.status, 409);
    assert_eq!(house.fake.told().actions[&first].status, "pending", "too large an edit costs nothing");

    let edited = [&withdrawal("0.7")[..], &[("from", old.as_str())]].concat();
    let answer = visitor.post("/withdraw", &edited).await;
    let second = house.fake.sent_to_confirm(&answer);
    assert_ne!(first, second);
    assert_eq!(house.fake.told().actions[&first].status, "canceled");
    assert_eq!(state(&visitor.get(&path).await), ("canceled", "edited"));
    assert!(same(&balance(&mut visitor).await, ("0.75", "0.05")));

    // The code was entered for the first one after all: its assertion moves nothing.
    house.fake.authorise(&first);
    visitor.get(&format!("/return?action={first}")).await;
    assert_eq!(balance(&mut visitor).await.0, "0.75");
    // And stands for nothing under the second.
    let stolen = house.fake.told().actions[&first].assertion.clone().expect("an assertion");
    house.fake.authorise_with(&second, stolen);
    visitor.get(&format!("/return?action={second}")).await;
    assert!(same(&balance(&mut visitor).await, ALL_THERE));
}

#[tokio::test]
async fn an_edit_after_the_authorisation_is_refused() {
    let house = House::open().await;
    let mut visitor = house.signed_in().await;
    let (action, path) = ask(&house, &mut visitor, "0.05").await;
    let old = path.trim_start_matches("/withdrawals/").to_owned();
    house.fake.authorise(&action);
    let edited = [&withdrawal("0.06")[..], &[("from", old.as_str())]].concat();
    let answer = visitor.post("/withdraw", &edited).await;
    assert_eq!(answer.status, 409);
    assert!(answer.body.contains("confirmed already"));
    assert_eq!(state(&visitor.get(&path).await), ("sent", ""), "what was confirmed is what is sent");
    assert!(same(&balance(&mut visitor).await, ("0.7", "0.7")));
    assert_eq!(visitor.post("/withdraw", &edited).await.status, 409, "nor after it was sent");
    assert!(same(&balance(&mut visitor).await, ("0.7", "0.7")));
}

#[tokio::test]
async fn an_order_changed_in_the_books_is_not_what_was_confirmed() {
    let file = StateFile::new("changed-order");
    let house = House::open_with(Some(file.0.clone())).await;
    let mut visitor = house.signed_in().await;
    let (action, path) = ask(&house, &mut visitor, "0.05").await;
    let redeemed = house.fake.told().redeem_calls.len();
    let House { running, fake, now_ms, drawn, state_path } = house;
    running.shutdown().await;
    fake.authorise(&action);
    let other = "bc1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q";
    let kept = std::fs::read_to_string(&file.0).expect("the books");
    assert!(kept.contains(ADDRESS));
    std::fs::write(&file.0, kept.replace(ADDRESS, other)).expect("written");
    let running = crate::run(&fake, &now_ms, &drawn, &state_path).await;
    let house = House { running, fake, now_ms, drawn, state_path };
    let mut visitor = house.signed_in().await;
    assert_eq!(state(&visitor.get(&path).await), ("canceled", "assertion_refused"));
    assert!(same(&balance(&mut visitor).await, ALL_THERE));
    assert_eq!(house.fake.told().redeem_calls.len(), redeemed + 1, "the sign-in's and no other");
}

#[tokio::test]
async fn a_crash_between_redemption_and_debit_is_repaired_with_the_same_key() {
    let file = StateFile::new("crash");
    let house = House::open_with(Some(file.0.clone())).await;
    let mut visitor = house.signed_in().await;
    let (action, path) = ask(&house, &mut visitor, "0.05").await;
    house.fake.told().redemption = Redemption::AnswerLost;
    house.fake.authorise(&action);
    assert_eq!(state(&visitor.get(&path).await).0, "confirming");
    assert!(same(&balance(&mut visitor).await, ("0.75", "0.7")), "redeemed there, not debited here");

    house.fake.told().redemption = Redemption::Honest;
    house.pass(3_600_000);
    let house = house.reopen().await;
    let mut visitor = house.signed_in().await;
    assert_eq!(state(&visitor.get(&path).await), ("sent", ""));
    assert!(same(&balance(&mut visitor).await, ("0.7", "0.7")));
    let house = house.reopen().await;
    let mut visitor = house.signed_in().await;
    assert!(same(&balance(&mut visitor).await, ("0.7", "0.7")), "and once only");
    let id = path.trim_start_matches("/withdrawals/");
    let told = house.fake.told();
    assert!(told.redeemed.contains_key(id));
    assert!(told.redeem_calls.iter().filter(|key| *key == id).count() >= 2);
}

#[tokio::test]
async fn a_sale_moves_coins_and_euros_together() {
    let house = House::open().await;
    let mut visitor = house.signed_in().await;
    visitor.get("/sell").await;
    let answer =
        visitor.post("/sell", &[("buyer", "lena.eth"), ("amount", "1.5"), ("price", "99999999")]).await;
    let action = house.fake.sent_to_confirm(&answer);
    let told = json!(house.fake.told().actions[&action].details);
    let details =
        json!({"amount": "1.5", "asset": "ETH", "payee": "lena.eth", "price": "2706.40", "currency": "EUR"});
    assert_eq!(told, details);
    assert_eq!(house.fake.told().actions[&action].kind, "p2p_sell");
    house.fake.authorise(&action);
    visitor.get(&format!("/return?action={action}")).await;
    assert_eq!(visitor.balance("ETH").await.0, "4.5");
    // 1.5 x 2706.40, by hand.
    assert_eq!(visitor.balance("EUR").await.0, "4059.6");
}

#[tokio::test]
async fn a_hold_is_shown_and_honoured() {
    let house = House::open().await;
    let mut visitor = house.signed_in().await;
    let until = "2025-11-23T05:29:00.000Z";
    house.fake.told().holds = json!({
        "data": [{"cause": "phone_changed", "starts_at": "2025-11-22T05:29:00.000Z", "ends_at": until}],
        "exits_held_until": until,
    });
    house.pass(10_000);
    for path in ["/", "/withdraw", "/sell", "/api-keys", "/security"] {
        let page = visitor.get(path).await;
        assert_eq!(page.attribute("data-hold-until"), Some(until), "{path}");
        assert!(page.body.contains("because your phone number changed"), "{path}");
    }
    for (path, fields) in
        [("/withdraw", &withdrawal("0.05")[..]), ("/sell", &[("buyer", "mara_k"), ("amount", "0.05")][..])]
    {
        let refusal = json!({"code": "action_held", "reason": "phone_changed", "retry_after": 86_390});
        house.fake.told().refuse_actions = Some(refusal);
        let answer = visitor.post(path, fields).await;
        assert_eq!(answer.status, 409);
        assert_eq!(answer.attribute("data-refused"), Some("action_held"));
        assert!(answer.body.contains("23 Nov 2025, 05:29 UTC") && answer.body.contains("value=\"0.05\""));
    }
    assert!(same(&balance(&mut visitor).await, ALL_THERE), "a refused request reserves nothing");
    // It ends when it said it would, on a page that was not told so.
    house.pass(3_000_000);
    assert_eq!(visitor.get("/").await.attribute("data-hold-until"), Some(until));
}

#[tokio::test]
async fn slips_are_told_beside_their_field_and_ask_nobody() {
    let house = House::open().await;
    let mut visitor = house.signed_in().await;
    visitor.get("/withdraw").await;
    let actions = house.fake.told().actions.len();
    for (field, value) in [
        ("address", ""),
        ("address", "0x0000"),
        ("amount", "1e3"),
        ("amount", "0"),
        ("amount", "-1"),
        ("amount", "0.000000001"),
        ("rail", "BTC-Tron"),
    ] {
        let mut fields = withdrawal("0.05");
        for (name, typed) in &mut fields {
            if *name == field {
                *typed = value;
            }
        }
        let answer = visitor.post("/withdraw", &fields).await;
        assert_eq!((answer.status, answer.attribute("data-problem")), (422, Some(field)), "{field}={value}");
    }
    assert_eq!(visitor.post("/withdraw", &withdrawal("0.76")).await.status, 409);
    assert_eq!(house.fake.told().actions.len(), actions);
}
