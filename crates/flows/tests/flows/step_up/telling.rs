//! What a listener is told of all this, and what never.

use super::*;
use countersign_core::change::Change;
use countersign_delivery::http::EgressPolicy;

#[tokio::test]
async fn listeners_are_told_what_became_of_actions_and_never_a_code_or_an_assertion() {
    let house = House::new().await;
    let url = "https://exchange.example/hooks";
    let added = house.flows.add_webhook(house.service_id, url, EgressPolicy::default()).await.unwrap();
    let EndpointAdd::Added(endpoint) = added else { panic!("{added:?}") };
    let person = house.person(&[Factor::Email, Factor::Sms, Factor::TradingPassword]).await;
    let mut secrets = vec![person.number.as_ref().unwrap().expose().to_owned()];
    secrets.push(person.email.as_ref().unwrap().expose().to_owned());
    let redeemed = house.claimed(&person, "0.05", "k1").await;
    house.answer(redeemed.id, trading_answer(&person)).await;
    let code = house.code().await;
    house.done(redeemed.id, code_answer(&code)).await;
    let view = house.view(redeemed.id).await;
    house.redeem(&view, "r1").await;
    secrets.extend([code, view.assertion.unwrap(), person.trading.clone().unwrap()]);
    let late = house.claimed(&person, "0.05", "k2").await;
    house.later(120);
    house.flows.end_overdue_actions().await.unwrap();
    let lapsing = house.claimed(&person, "0.05", "k3").await;
    house.answer(lapsing.id, trading_answer(&person)).await;
    house.done(lapsing.id, code_answer(&house.code().await)).await;
    house.later(60);
    house.flows.end_overdue_actions().await.unwrap();
    let cookie = house.session(&person).await;
    let token = house.may_set(&cookie, Setting::TradingPasswordChange).await;
    let signed_in = house.signed_in(&cookie).await.unwrap();
    house.flows.set_trading_password(&signed_in, &token, "618340", caller()).await.unwrap();
    house.flows.freeze(&signed_in, caller()).await.unwrap();
    let told = house.flows.webhook_deliveries(house.service_id, endpoint.id).await.unwrap().unwrap();
    let mut told: Vec<_> = told.into_iter().map(|delivery| delivery.event).collect();
    told.sort_by_key(|event| (event.at, event.kind.as_str()));
    let kinds: Vec<&str> = told.iter().map(|event| event.kind.as_str()).collect();
    let expected = [
        "action.authorised",
        "action.redeemed",
        "action.authorised",
        "action.canceled",
        "account.frozen",
        "action.lapsed",
        "factor.added",
        "hold.started",
    ];
    assert_eq!(kinds, expected);
    let canceled: serde_json::Value = serde_json::from_str(&told[3].data).unwrap();
    assert_eq!(canceled["action"], late.id.to_string());
    assert_eq!(canceled["reason"], "timed_out");
    assert_eq!(canceled["digest"], late.digest.to_text());
    for event in &told {
        for secret in &secrets {
            assert!(!event.data.contains(secret.as_str()), "{}", event.kind.as_str());
        }
    }
}

/// A listener that answered 410 is told no more and still listed: its owner can take it away, once, and nothing else.
#[tokio::test]
async fn a_listener_that_is_gone_can_be_taken_away() {
    let house = House::new().await;
    let url = "https://hooks.example/countersign";
    let egress = EgressPolicy { allow_private: false };
    let EndpointAdd::Added(added) = house.flows.add_webhook(house.service_id, url, egress).await.unwrap()
    else {
        panic!("not added")
    };
    let gone = WebhookEndpoint {
        disabled_at: Some(house.now()),
        disabled_reason: "gone".to_owned(),
        ..(*added).clone()
    };
    house.apply(vec![Change::SaveWebhookEndpoint(gone)]).await;
    let listed = house.flows.webhooks(house.service_id).await.unwrap();
    assert_eq!(listed.iter().map(|one| one.disabled_reason.as_str()).collect::<Vec<_>>(), ["gone"]);
    assert_eq!(house.flows.rotate_webhook(house.service_id, added.id).await.unwrap(), None);
    let deleted = house.flows.delete_webhook(house.service_id, added.id).await.unwrap();
    assert_eq!(deleted.map(|one| one.disabled_reason), Some("deleted".to_owned()));
    assert_eq!(house.flows.webhooks(house.service_id).await.unwrap(), []);
    assert_eq!(house.flows.delete_webhook(house.service_id, added.id).await.unwrap(), None);
}
