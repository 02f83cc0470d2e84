//! Where codes do not come: what the code page says of country and message, the other channels, and proof by a text of
//! the holder's own, with everything that somebody else could try with it.

use crate::house::{House, INBOUND, address, caller};
use countersign_core::change::Change;
use countersign_core::id::{BindingId, SessionId};
use countersign_core::lock::Refusal;
use countersign_core::model::*;
use countersign_core::outbox::Inbound;
use countersign_core::policy::Policy;
use countersign_core::reach::Trouble;
use countersign_core::reverse::AskRefusal;
use countersign_core::verification::CheckOutcome;
use countersign_flows::*;

const NUMBER: &str = "+447400123456";
const OTHER_NUMBER: &str = "+66812345678";
const PASSWORD: &str = "a heron over still water";

/// A binding in progress.
struct Bind {
    cookie: String,
    token: String,
    session: SessionId,
}

impl House {
    async fn sign_up(&self, to: &str) -> String {
        let started =
            self.flows.start_sign_up(self.service_id, address(to), PASSWORD, caller()).await.unwrap();
        match started {
            SignUpStart::Started(token) => token.expose().to_owned(),
            other => panic!("not started: {other:?}"),
        }
    }

    /// As far as the code of the number.
    async fn binding(&self, cookie: &str, number: &str) -> Bind {
        let signed_in = self.signed_in(cookie).await.unwrap();
        let OpenOutcome::Opened(token) = self.flows.open_binding(&signed_in).await.unwrap() else {
            panic!("not opened")
        };
        let token = token.expose().to_owned();
        self.flows.send_binding_proof(&signed_in, &token, caller()).await.unwrap();
        let code = self.code().await;
        self.flows.check_binding_proof(&signed_in, &token, &code, caller()).await.unwrap();
        let chosen = self.flows.choose_number(&signed_in, &token, number, None).await.unwrap();
        assert_eq!(chosen, NumberOutcome::Fit);
        let sent = self.flows.send_binding_code(&signed_in, &token, caller()).await.unwrap();
        assert_eq!(sent, NumberOutcome::Sent);
        Bind { cookie: cookie.to_owned(), token, session: signed_in.session.id }
    }

    async fn ask(&self, token: &str, session: Option<SessionId>) -> OwnTextAsk {
        self.flows.ask_for_own_text(self.service_id, token, session).await.unwrap()
    }

    /// The code that the page shows.
    async fn shown(&self, token: &str, session: Option<SessionId>) -> String {
        match self.ask(token, session).await {
            OwnTextAsk::Shown(code) => code.expose().to_owned(),
            other => panic!("no code: {other:?}"),
        }
    }

    async fn look(&self, token: &str, session: Option<SessionId>, shown: &str) -> Option<OwnTextPage> {
        self.flows.own_text(self.service_id, token, session, shown).await.unwrap()
    }

    async fn text(&self, from: &str, text: &str) -> bool {
        let (from, text) = (from.to_owned(), text.to_owned());
        let inbound = Inbound { route: "test".to_owned(), from, to: INBOUND.to_owned(), text };
        self.flows.take_inbound(inbound).await.unwrap()
    }

    async fn finish_sign_up(&self, token: &str) -> SignUpCheck {
        self.flows.check_sign_up_by_own_text(self.service_id, token, caller()).await.unwrap()
    }

    async fn finish_binding(&self, bind: &Bind) -> ActivateOutcome {
        let signed_in = self.signed_in(&bind.cookie).await.unwrap();
        self.flows.activate_binding_by_own_text(&signed_in, &bind.token, caller()).await.unwrap()
    }

    async fn page(&self, token: &str, session: Option<SessionId>) -> CodePage {
        self.flows.code_page(self.service_id, token, session).await.unwrap().unwrap()
    }
}

fn another(code: &str) -> &'static str {
    if code == "00000000" { "11111111" } else { "00000000" }
}

#[tokio::test]
async fn a_sign_up_goes_on_once_its_number_has_texted_the_code() {
    let house = House::new().await;
    let token = house.sign_up(NUMBER).await;
    assert_eq!(house.page(&token, None).await.own_text, Some(OwnText::Offered));
    let code = house.shown(&token, None).await;
    let page = house.look(&token, None, &code).await.unwrap();
    assert_eq!((page.own_text, page.is_shown, page.purpose), (OwnText::Awaited, true, Purpose::SignUp));
    assert_eq!((page.from.expose(), page.to.e164()), (NUMBER, INBOUND));
    assert!(!house.look(&token, None, another(&code)).await.unwrap().is_shown);

    assert_eq!(house.finish_sign_up(&token).await, SignUpCheck::NotHeard);
    assert!(!house.text(OTHER_NUMBER, &code).await, "another number's text is nobody's");
    assert_eq!(house.finish_sign_up(&token).await, SignUpCheck::NotHeard);

    let (head, tail) = code.split_at(4);
    assert!(house.text(NUMBER.trim_start_matches('+'), &format!("{head} {tail}")).await);
    assert_eq!(house.look(&token, None, "").await.unwrap().own_text, OwnText::Heard);
    assert_eq!(house.ask(&token, None).await, OwnTextAsk::Refused(AskRefusal::Heard));
    let stranger = house.sign_up(OTHER_NUMBER).await;
    assert_eq!(house.finish_sign_up(&stranger).await, SignUpCheck::NotHeard, "only its own page goes on");

    let SignUpCheck::Opened(opened) = house.finish_sign_up(&token).await else { panic!("not opened") };
    let signed_in = house.signed_in(opened.session_token.expose()).await.unwrap();
    let overview = house.flows.overview(&signed_in).await.unwrap();
    assert_eq!(overview.binding.unwrap().number.expose(), NUMBER);
    assert_eq!(house.finish_sign_up(&token).await, SignUpCheck::Gone, "once");
    assert!(!house.text(NUMBER, &code).await, "nothing waits for it any more");
}

#[tokio::test]
async fn a_phone_is_bound_and_one_with_a_history_asks_the_password_as_after_a_right_code() {
    let house = House::new().await;
    let first = house.person(&[Factor::Email]).await;
    let cookie = house.session(&first).await;
    let bind = house.binding(&cookie, NUMBER).await;
    let session = Some(bind.session);
    assert_eq!(house.ask(&bind.token, None).await, OwnTextAsk::Gone, "without the session nothing is shown");
    let code = house.shown(&bind.token, session).await;
    assert_eq!(house.finish_binding(&bind).await, ActivateOutcome::NotHeard);
    assert!(house.text(NUMBER, &code).await);
    assert!(matches!(house.finish_binding(&bind).await, ActivateOutcome::Bound(_)));
    assert_eq!(house.finish_binding(&bind).await, ActivateOutcome::Gone);

    let second = house.person(&[Factor::Email]).await;
    let earlier = Binding {
        id: BindingId::draw(house.now(), house.entropy.as_ref()),
        service_id: house.service_id,
        account_id: first.id,
        number: address(OTHER_NUMBER),
        bound_at: house.now(),
        suspended_at: None,
        ended_at: Some(house.now()),
    };
    house.apply(vec![Change::InsertBinding(earlier)]).await;
    house.post().await;
    let cookie = house.session(&second).await;
    let bind = house.binding(&cookie, OTHER_NUMBER).await;
    let code = house.shown(&bind.token, Some(bind.session)).await;
    assert!(house.text(OTHER_NUMBER, &code).await);
    assert_eq!(house.finish_binding(&bind).await, ActivateOutcome::NeedsPassword);
    let signed_in = house.signed_in(&cookie).await.unwrap();
    let done =
        house.flows.confirm_binding_password(&signed_in, &bind.token, &second.password, caller()).await;
    assert!(matches!(done.unwrap(), ActivateOutcome::Bound(_)));
}

#[tokio::test]
async fn wrong_texts_count_against_their_number_and_then_even_the_right_one_is_not_looked_at() {
    let house = House::new().await;
    let token = house.sign_up(NUMBER).await;
    assert!(!house.text(NUMBER, "00000000").await, "nothing was asked for, so nothing counts");
    let code = house.shown(&token, None).await;
    let other = house.sign_up(OTHER_NUMBER).await;
    let other_code = house.shown(&other, None).await;
    for _ in 0..5 {
        assert!(!house.text(NUMBER, another(&code)).await);
    }
    assert!(!house.text(NUMBER, &code).await);
    assert_eq!(house.finish_sign_up(&token).await, SignUpCheck::NotHeard);
    // Asking again, on this page or a new one, gives no text back (R7).
    let code = house.shown(&token, None).await;
    assert!(!house.text(NUMBER, &code).await);
    assert!(house.text(OTHER_NUMBER, &other_code).await, "another number is not held for it");

    house.later(900);
    let token = house.sign_up(NUMBER).await;
    let code = house.shown(&token, None).await;
    for _ in 0..4 {
        assert!(!house.text(NUMBER, another(&code)).await);
    }
    assert!(house.text(NUMBER, &code).await, "the fifth is still looked at");
    assert!(house.text(NUMBER, &code).await, "carriers repeat themselves");
    assert!(matches!(house.finish_sign_up(&token).await, SignUpCheck::Opened(_)));
}

#[tokio::test]
async fn a_new_code_kills_the_one_before_and_the_deadline_ends_both() {
    let house = House::new().await;
    let token = house.sign_up(NUMBER).await;
    let first = house.shown(&token, None).await;
    let second = house.shown(&token, None).await;
    assert!(!house.text(NUMBER, &first).await && house.text(NUMBER, &second).await);
    house.later(600);
    let over = SignUpCheck::Code(CodeAnswer::Judged(CheckOutcome::Closed(VerificationStatus::Expired)));
    assert_eq!(house.finish_sign_up(&token).await, over);
    assert_eq!(house.page(&token, None).await.own_text, None);

    let token = house.sign_up(OTHER_NUMBER).await;
    let late = house.shown(&token, None).await;
    house.later(600);
    assert!(!house.text(OTHER_NUMBER, &late).await);
}

#[tokio::test]
async fn wrong_codes_that_lock_the_number_shut_this_way_too() {
    let house = House::new().await;
    let token = house.sign_up(NUMBER).await;
    let sent = house.code().await;
    let wrong = if sent == "000000" { "000001" } else { "000000" };
    let code = house.shown(&token, None).await;
    assert!(house.text(NUMBER, &code).await);
    // Another sign-up of the same number is guessed at: the lock is the number's.
    let guessed = house.sign_up(NUMBER).await;
    let mut last = None;
    for _ in 0..5 {
        last = Some(house.flows.check_sign_up(house.service_id, &guessed, wrong, caller()).await.unwrap());
    }
    let Some(SignUpCheck::Code(CodeAnswer::Judged(CheckOutcome::LockedNow { until }))) = last else {
        panic!("not locked: {last:?}")
    };
    assert!(
        matches!(house.finish_sign_up(&token).await, SignUpCheck::Code(_)),
        "the newer one took its place"
    );
    let next = house.page(&guessed, None).await;
    assert_eq!((next.locked_until, next.own_text), (Some(until), None));
    let refused = house.ask(&guessed, None).await;
    assert!(
        matches!(
            refused,
            OwnTextAsk::Refused(AskRefusal::Closed(_) | AskRefusal::Factor(Refusal::Locked { .. }))
        ),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_sign_in_and_an_email_address_are_offered_no_such_way() {
    let house = House::new().await;
    let person = house.person(&[Factor::Sms, Factor::Email]).await;
    let number = person.number.clone().unwrap();
    let started = house
        .flows
        .start_sign_in(house.service_id, number.clone(), &person.password, caller())
        .await
        .unwrap();
    let SignInStart::SecondFactor(token) = started else { panic!("no second factor: {started:?}") };
    let token = token.expose();
    assert_eq!(house.page(token, None).await.own_text, None);
    assert_eq!(house.ask(token, None).await, OwnTextAsk::Refused(AskRefusal::NotOffered));
    assert_eq!(house.look(token, None, "").await, None);
    assert!(!house.text(number.expose(), "00000000").await);

    let token = house.sign_up("ada@example.com").await;
    assert_eq!(house.page(&token, None).await.own_text, None);
    assert_eq!(house.ask(&token, None).await, OwnTextAsk::Refused(AskRefusal::NotOffered));
}

#[tokio::test]
async fn the_code_page_says_when_the_country_takes_no_messages_and_when_its_own_waits() {
    let house = House::new().await;
    for index in 0..5 {
        house.sign_up(&format!("+44740012340{index}")).await;
    }
    let token = house.sign_up(NUMBER).await;
    let fresh = house.page(&token, None).await;
    assert_eq!((fresh.trouble, fresh.is_waiting), (None, false));
    house.later(10);
    assert!(house.page(&token, None).await.is_waiting);
    house.later(110);
    let blocked = Trouble { region: "GB".to_owned(), delay: None };
    assert_eq!(house.page(&token, None).await.trouble, Some(blocked.clone()));
    let trouble = house.flows.delivery_trouble(house.service_id, &address(NUMBER)).await.unwrap();
    assert_eq!(trouble, Some(blocked));
    let thai = house.sign_up(OTHER_NUMBER).await;
    assert_eq!(house.page(&thai, None).await.trouble, None, "another country's trouble is not its own");
    let mail = house.sign_up("ada@example.com").await;
    assert_eq!(house.page(&mail, None).await.trouble, None);
}

#[tokio::test]
async fn another_channel_is_offered_where_it_has_a_route_and_reaches_the_address() {
    let house = House::with(Policy { sends_before_lock: 20, ..Policy::default() }, 0).await;
    let (flows, service_id) = (&house.flows, house.service_id);
    let token = house.sign_up(NUMBER).await;
    assert_eq!(house.page(&token, None).await.channels, [Channel::Voice]);
    for (wish, travels) in [
        (Some(Channel::Voice), Channel::Voice),
        (None, Channel::Voice),
        (Some(Channel::Whatsapp), Channel::Voice),
        (Some(Channel::Sms), Channel::Sms),
    ] {
        house.later(90);
        let sent = flows.resend_for_journey(service_id, &token, None, wish, caller()).await.unwrap();
        assert_eq!(sent, JourneyResend::Sent, "{wish:?}");
        let page = house.page(&token, None).await;
        assert_eq!(page.channel, travels, "{wish:?}");
        assert!(!page.channels.contains(&travels) && !page.channels.contains(&Channel::Whatsapp));
        assert_eq!(house.post().await.last().unwrap().channel, travels, "{wish:?}");
    }
    let mail = house.sign_up("ada@example.com").await;
    assert_eq!(house.page(&mail, None).await.channels, []);

    let start = NewVerification {
        address: address("ada@example.com"),
        purpose: Purpose::SignIn,
        details: None,
        account_id: None,
        device: None,
        caller: caller(),
        idempotency_key: "one".to_owned(),
    };
    let ApiStart::Started(view) = flows.start_verification(service_id, start).await.unwrap() else {
        panic!("not started")
    };
    house.later(30);
    let id = view.verification.id;
    for channel in [Channel::Voice, Channel::Whatsapp, Channel::Sms] {
        let sent = flows.resend_verification(service_id, id, Some(channel), None, caller()).await.unwrap();
        assert_eq!(sent, ApiResend::NoSuchChannel, "{channel:?}");
    }
    let sent = flows.resend_verification(service_id, id, Some(Channel::Email), None, caller()).await.unwrap();
    assert!(matches!(sent, ApiResend::Sent(_)), "{sent:?}");
}

#[tokio::test]
async fn nothing_that_is_printed_holds_the_code_or_the_number() {
    let house = House::new().await;
    let token = house.sign_up(NUMBER).await;
    let asked = house.ask(&token, None).await;
    let OwnTextAsk::Shown(code) = &asked else { panic!("no code") };
    let page = house.look(&token, None, code.expose()).await;
    let text = Inbound {
        route: "test".to_owned(),
        from: NUMBER.to_owned(),
        to: INBOUND.to_owned(),
        text: code.expose().to_owned(),
    };
    let printed = format!("{asked:?} {page:?} {text:?}");
    assert!(!printed.contains(code.expose()) && !printed.contains("7400123456"), "{printed}");
}

#[tokio::test]
async fn what_comes_over_another_route_or_to_another_number_proves_nothing() {
    let house = House::new().await;
    let token = house.sign_up(NUMBER).await;
    let code = house.shown(&token, None).await;
    let text = |route: &str, to: &str| Inbound {
        route: route.to_owned(),
        from: NUMBER.to_owned(),
        to: to.to_owned(),
        text: code.clone(),
    };
    for (route, to) in [("other", INBOUND), ("test", "+447400888888"), ("test", "")] {
        assert!(!house.flows.take_inbound(text(route, to)).await.unwrap(), "{route} {to}");
    }
    assert!(house.flows.take_inbound(text("test", &INBOUND[1..])).await.unwrap(), "spelled without its plus");
}
