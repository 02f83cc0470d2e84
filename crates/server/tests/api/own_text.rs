//! Texting us a code, through the pages and without a script: what is shown, what waits, and what goes on.

use crate::console::{Browser, csrf, leads_to};
use crate::house::{House, NUMBER, Reply, TEXT_TO};
use crate::logbook;
use axum::http::StatusCode;
use countersign_core::outbox::Inbound;

const PASSWORD: &str = "a+heron+over+still+water";

/// A browser that waits for the code of its sign-up.
async fn signing_up(house: &mut House) -> (Browser, String) {
    let mut browser = Browser::default();
    let form = csrf(&browser.get(house, "/signup").await);
    let fields = format!("identifier={}&password={PASSWORD}", NUMBER.replace('+', "%2B"));
    leads_to(&browser.post(house, "/signup", &form, &fields).await, "/signup/code");
    house.code().await;
    (browser, form)
}

/// The eight digits of the page.
fn shown(page: &Reply) -> Option<String> {
    let digits = page.text.split("name=\"shown\" value=\"").nth(1)?.split('"').next()?;
    (!digits.is_empty()).then(|| digits.to_owned())
}

async fn text(house: &House, from: &str, text: &str) -> bool {
    let (from, to, text) = (from.to_owned(), TEXT_TO.to_owned(), text.to_owned());
    house.flows.take_inbound(Inbound { route: "sms".to_owned(), from, to, text }).await.unwrap()
}

#[tokio::test]
async fn a_sign_up_shows_a_code_waits_for_its_text_and_goes_on() {
    let mut house = House::new().await;
    let (mut browser, form) = signing_up(&mut house).await;
    leads_to(&browser.get(&house, "/signup/text").await, "/signup/code");
    let page = browser.post(&house, "/signup/text", &form, "").await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.header("cache-control"), Some("no-store"));
    let code = shown(&page).unwrap();
    let (head, tail) = code.split_at(4);
    assert!(page.text.contains(&format!(">{head} {tail}<")) && page.text.contains(TEXT_TO));
    assert_eq!(browser.get(&house, "/signup/text/state").await.status, StatusCode::ACCEPTED);

    let early = browser.post(&house, "/signup/text/done", &form, &format!("shown={code}")).await;
    assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(early.text.contains("data-problem=\"2013\""));
    assert_eq!(shown(&early), Some(code.clone()), "nobody has to begin again for being early");
    let other = if code == "48219931" { "13992184" } else { "48219931" };
    let forged = browser.post(&house, "/signup/text/done", &form, &format!("shown={other}")).await;
    assert!(shown(&forged).is_none() && !forged.text.contains(other), "only the code that is alive is shown");
    assert!(shown(&browser.get(&house, "/signup/text").await).is_none(), "by GET it is never shown");

    assert!(!text(&house, "+66812345678", &code).await);
    assert_eq!(browser.get(&house, "/signup/text/state").await.status, StatusCode::ACCEPTED);
    assert!(text(&house, NUMBER, &format!("{head} {tail}")).await);
    assert_eq!(browser.get(&house, "/signup/text/state").await.status, StatusCode::NO_CONTENT);
    assert!(browser.get(&house, "/signup/text").await.text.contains("Your message has arrived."));
    leads_to(&browser.post(&house, "/signup/text", &form, "").await, "/signup/text");
    let done = browser.post(&house, "/signup/text/done", &form, "").await;
    leads_to(&done, "/security?notice=welcome");
    assert_eq!(browser.get(&house, "/signup/text/state").await.status, StatusCode::GONE);
    assert!(!logbook::text().contains(&code), "the code stands in no log");
}

#[tokio::test]
async fn it_is_offered_after_the_second_resend_with_the_other_channels() {
    let mut house = House::new().await;
    let (mut browser, form) = signing_up(&mut house).await;
    let offers = |page: &Reply| {
        (
            page.text.contains("action=\"/signup/text\""),
            page.text.contains("name=\"channel\" value=\"voice\""),
        )
    };
    assert_eq!(offers(&browser.get(&house, "/signup/code").await), (false, false));
    for (gap, channel) in [(30, ""), (40, "channel=voice")] {
        house.later(gap);
        let sent = browser.post(&house, "/signup/resend", &form, channel).await;
        leads_to(&sent, "/signup/code?notice=code-sent");
        house.code().await;
    }
    let page = browser.get(&house, "/signup/code").await;
    assert_eq!(offers(&page), (true, false), "it was called out already");
    assert!(page.text.contains("name=\"channel\" value=\"sms\""));
}

#[tokio::test]
async fn another_browser_sees_and_finishes_nothing() {
    let mut house = House::new().await;
    let (mut browser, form) = signing_up(&mut house).await;
    let code = shown(&browser.post(&house, "/signup/text", &form, "").await).unwrap();
    assert!(text(&house, NUMBER, &code).await);
    let mut stranger = Browser::default();
    let form = csrf(&stranger.get(&house, "/signup").await);
    leads_to(&stranger.get(&house, "/signup/text").await, "/signup");
    leads_to(&stranger.post(&house, "/signup/text/done", &form, "").await, "/signup");
    leads_to(&stranger.get(&house, "/security/phone/text").await, "/signin");
    for path in ["/signup/text/state", "/security/phone/text/state"] {
        assert_eq!(stranger.get(&house, path).await.status, StatusCode::GONE, "{path}");
    }
    // A form of another site carries no token of ours.
    let foreign = browser.post(&house, "/signup/text/done", "0", "").await;
    assert!(foreign.status.is_client_error(), "{}", foreign.status);
}
