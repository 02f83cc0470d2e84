//! Messages and their roads: another one when the first says no, says nothing, or did not convert; none lost while
//! routes are paused; and what one node learned, known to the other.

use crate::house::{House, address, caller};
use countersign_core::model::*;
use countersign_core::outbox::{Failure, Receipt, ReceiptState, Submission};
use countersign_core::policy::Policy;
use countersign_core::route::{Carries, RouteWish};
use countersign_delivery::{Letter, Submitting};
use countersign_flows::*;
use countersign_storage::tables::{outbox, routes};
use countersign_storage::{Step, StorageError, Tx};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::mpsc;

const NUMBER: &str = "+447400123456";

/// A way out that answers what the test tells it, and else takes everything.
struct Way {
    name: &'static str,
    answers: Mutex<VecDeque<Submission>>,
    letters: mpsc::UnboundedSender<(&'static str, Letter)>,
    taken: AtomicU64,
}

impl countersign_delivery::Channel for Way {
    fn submit(&self, letter: Letter) -> Submitting<'_> {
        let told = self.answers.lock().unwrap().pop_front();
        let answer = told.unwrap_or_else(|| {
            let number = self.taken.fetch_add(1, Ordering::SeqCst) + 1;
            Submission::Accepted { provider_ids: vec![format!("{}-{number}", self.name)] }
        });
        let _ = self.letters.send((self.name, letter));
        Box::pin(async { answer })
    }
}

/// A node with two routes, `first` preferred while nothing is known.
struct Roads {
    house: House,
    ways: [Arc<Way>; 2],
    letters: mpsc::UnboundedReceiver<(&'static str, Letter)>,
}

impl Roads {
    async fn open() -> Self {
        Self::with(Policy::default()).await
    }

    async fn with(policy: Policy) -> Self {
        let policy = Policy { route_explore_percent: 0, ..policy };
        let house = House::with(policy, 0).await;
        let (sender, letters) = mpsc::unbounded_channel();
        let way = |name| {
            let (answers, taken) = (Mutex::default(), AtomicU64::new(0));
            Arc::new(Way { name, answers, letters: sender.clone(), taken })
        };
        let ways = ["first", "second"].map(way);
        house.flows.open_routes(ways.iter().enumerate().map(|(order, way)| route(order, way)).collect());
        house.flows.refresh_roads().await.unwrap();
        let (host, origin) = ("acme.example".to_owned(), String::new());
        tokio::spawn(Dispatcher::new(house.flows.clone(), Channel::Sms, [1; 16], host, origin).run());
        Self { house, ways, letters }
    }

    /// Asks for a code; gives the verification.
    async fn ask(&self, key: &str) -> VerificationView {
        self.ask_for(NUMBER, key).await
    }

    async fn ask_for(&self, number: &str, key: &str) -> VerificationView {
        let new = NewVerification {
            address: address(number),
            purpose: Purpose::SignIn,
            details: None,
            account_id: None,
            device: None,
            caller: caller(),
            idempotency_key: key.to_owned(),
        };
        match self.house.flows.start_verification(self.house.service_id, new).await.unwrap() {
            ApiStart::Started(view) => *view,
            other => panic!("not started: {other:?}"),
        }
    }

    /// Where the next letter went, and its code.
    async fn letter(&mut self) -> (&'static str, String) {
        // The bound only ends a test that could never go on.
        let next = tokio::time::timeout(Duration::from_secs(60), self.letters.recv());
        let (route, letter) = next.await.unwrap().unwrap();
        let Body::Code { code, .. } = letter.body else { panic!("no code") };
        (route, code)
    }

    fn answer(&self, way: usize, failure: Failure) {
        let refused = Submission::Refused { failure, code: "0x45".to_owned() };
        self.ways[way].answers.lock().unwrap().push_back(refused);
    }

    async fn receipt(&self, id: &str, state: ReceiptState) {
        let route = id.split('-').next().unwrap().to_owned();
        let receipt = Receipt { route, provider_ids: vec![id.to_owned()], state, error: "1".to_owned() };
        self.house.flows.take_receipts(vec![receipt]).await.unwrap();
    }

    async fn status(&self, view: &VerificationView) -> Option<MessageStatus> {
        let id = view.verification.id;
        self.house.flows.verification(self.house.service_id, id).await.unwrap().unwrap().delivery
    }

    /// Waits until the newest message stands so: the dispatcher writes it down in its own time.
    async fn stands(&self, view: &VerificationView, status: MessageStatus) {
        for _ in 0..10_000 {
            if self.status(view).await == Some(status) {
                return;
            }
            tokio::task::yield_now().await;
        }
        panic!("{:?} instead of {status:?}", self.status(view).await);
    }

    async fn wish(&self, route: &str, wish: RouteWish) {
        let control = routes::RouteControl {
            route: route.to_owned(),
            wish,
            reason: "test".to_owned(),
            operator_id: None,
            changed_at: self.house.now(),
        };
        self.house.store.write(Wish { rows: self.house.rows.clone(), control }).await.unwrap();
        self.house.flows.refresh_roads().await.unwrap();
    }

    async fn attempts(&self, view: &VerificationView) -> Vec<(String, AttemptStatus, String)> {
        let step =
            Attempts { rows: self.house.rows.clone(), service: self.house.service_id, view: view.clone() };
        self.house.store.read(step).await.unwrap()
    }
}

fn route(order: usize, way: &Arc<Way>) -> RouteChannel {
    RouteChannel {
        name: way.name.to_owned(),
        kind: "test",
        channel: Channel::Sms,
        out: way.clone(),
        in_flight_max: 4,
        carries: Carries { order: u32::try_from(order).unwrap(), ..Carries::default() },
        sender: "Acme".to_owned(),
        has_receipts: true,
        door: None,
    }
}

struct Wish {
    rows: Arc<countersign_storage::tables::Rows>,
    control: routes::RouteControl,
}

impl Step for Wish {
    type Output = ();

    async fn run(&self, tx: &mut Tx) -> Result<(), StorageError> {
        routes::set_control(tx, &self.rows, &self.control).await
    }
}

struct Attempts {
    rows: Arc<countersign_storage::tables::Rows>,
    service: countersign_core::id::ServiceId,
    view: VerificationView,
}

impl Step for Attempts {
    type Output = Vec<(String, AttemptStatus, String)>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let messages = outbox::messages_of(tx, &self.rows, self.service, self.view.verification.id).await?;
        let mut lines = Vec::new();
        for message in messages {
            let found = outbox::timeline(tx, &self.rows, self.service, message.id).await?;
            for line in found.map(|found| found.attempts).unwrap_or_default() {
                lines.push((line.route, line.status, line.why));
            }
        }
        Ok(lines)
    }
}

#[tokio::test]
async fn a_resend_takes_another_road_with_another_code() {
    let mut roads = Roads::open().await;
    let view = roads.ask("one").await;
    let (route, code) = roads.letter().await;
    assert_eq!(route, "first");
    roads.stands(&view, MessageStatus::Submitted).await;
    roads.receipt("first-1", ReceiptState::Delivered).await;
    roads.house.later(30);
    let (service_id, id) = (roads.house.service_id, view.verification.id);
    let resent = roads.house.flows.resend_verification(service_id, id, None, None, caller()).await.unwrap();
    assert!(matches!(resent, ApiResend::Sent(_)), "{resent:?}");
    let (route, newer) = roads.letter().await;
    assert_eq!(route, "second", "the one that just failed to convert is left");
    assert_ne!(newer, code);
}

#[tokio::test]
async fn a_refusal_goes_on_over_the_next_road_at_once_with_the_same_code() {
    let mut roads = Roads::open().await;
    for failure in [Failure::Route, Failure::Temporary, Failure::Throttled, Failure::Number] {
        roads.answer(0, failure);
        let view = roads.ask(&format!("{failure:?}")).await;
        let (first, code) = roads.letter().await;
        let (second, again) = roads.letter().await;
        assert_eq!((first, second), ("first", "second"), "{failure:?}");
        assert_eq!(code, again);
        roads.stands(&view, MessageStatus::Submitted).await;
        let expected = [
            ("first".to_owned(), AttemptStatus::Failed, "best".to_owned()),
            ("second".to_owned(), AttemptStatus::Accepted, "fallback".to_owned()),
        ];
        assert_eq!(roads.attempts(&view).await, expected);
        roads.house.later(40);
    }
}

#[tokio::test]
async fn a_negative_receipt_sends_the_message_another_way_while_its_code_lives() {
    let mut roads = Roads::open().await;
    let view = roads.ask("one").await;
    let (_, code) = roads.letter().await;
    roads.stands(&view, MessageStatus::Submitted).await;
    roads.receipt("first-1", ReceiptState::Failed).await;
    assert_eq!(roads.letter().await, ("second", code));
    roads.stands(&view, MessageStatus::Submitted).await;
    // Every road has had it: nothing more is tried, and it has failed.
    roads.receipt("second-1", ReceiptState::Failed).await;
    roads.stands(&view, MessageStatus::Failed).await;
    assert!(roads.letters.try_recv().is_err());

    let late = roads.ask("two").await;
    roads.letter().await;
    roads.stands(&late, MessageStatus::Submitted).await;
    roads.house.later(301);
    roads.receipt("first-2", ReceiptState::Failed).await;
    assert_eq!(roads.status(&late).await, Some(MessageStatus::Failed), "a dead code takes no other road");
}

#[tokio::test]
async fn silence_sends_it_another_way_and_a_late_receipt_still_counts() {
    let mut roads = Roads::open().await;
    let view = roads.ask("one").await;
    let (_, code) = roads.letter().await;
    roads.stands(&view, MessageStatus::Submitted).await;
    roads.house.later(20);
    assert_eq!(
        roads.letter().await,
        ("second", code),
        "after the longest wait, nothing being known of its speed"
    );
    roads.stands(&view, MessageStatus::Submitted).await;
    roads.receipt("first-1", ReceiptState::Delivered).await;
    assert_eq!(roads.status(&view).await, Some(MessageStatus::Delivered));
    roads.receipt("second-1", ReceiptState::Failed).await;
    assert_eq!(roads.status(&view).await, Some(MessageStatus::Delivered), "delivered is delivered");
    let lines = roads.attempts(&view).await;
    assert_eq!(lines[0].1, AttemptStatus::Delivered);
}

#[tokio::test]
async fn a_second_road_is_paid_for_and_stops_where_the_money_does() {
    // The money of a day is for one message and a half.
    let spend_per_country_per_day_micros = Policy::default().sms_price_micros("GB") * 3 / 2;
    let mut roads = Roads::with(Policy { spend_per_country_per_day_micros, ..Policy::default() }).await;
    let view = roads.ask("one").await;
    roads.letter().await;
    roads.stands(&view, MessageStatus::Submitted).await;
    roads.receipt("first-1", ReceiptState::Failed).await;
    roads.stands(&view, MessageStatus::Failed).await;
    assert!(roads.letters.try_recv().is_err(), "nothing more is bought");
}

#[tokio::test]
async fn what_no_route_carries_is_given_up_at_once_and_said_so() {
    let roads = Roads::open().await;
    let mut routes: Vec<RouteChannel> =
        roads.ways.iter().enumerate().map(|(order, way)| route(order, way)).collect();
    for route in &mut routes {
        route.carries.regions_denied.insert("GB".to_owned());
    }
    roads.house.flows.open_routes(routes);
    let view = roads.ask("one").await;
    roads.stands(&view, MessageStatus::Failed).await;
}

#[tokio::test]
async fn a_code_that_was_entered_takes_no_other_road() {
    let mut roads = Roads::open().await;
    let view = roads.ask("one").await;
    let (_, code) = roads.letter().await;
    roads.stands(&view, MessageStatus::Submitted).await;
    let (service_id, id) = (roads.house.service_id, view.verification.id);
    let check = roads.house.flows.check_verification(service_id, id, code, None).await.unwrap();
    let approved = countersign_core::verification::CheckOutcome::Approved;
    assert_eq!(check.answer, CodeAnswer::Judged(approved));
    roads.house.later(60);
    roads.ask("two").await;
    let (route, _) = roads.letter().await;
    assert_eq!(route, "first", "the next letter is the next message's");
    assert!(roads.letters.try_recv().is_err());
}

#[tokio::test]
async fn paused_and_drained_routes_lose_nothing() {
    let mut roads = Roads::open().await;
    roads.wish("first", RouteWish::Paused).await;
    roads.ask("one").await;
    assert_eq!(roads.letter().await.0, "second");
    roads.wish("second", RouteWish::Drained).await;
    roads.house.later(40);
    let view = roads.ask("two").await;
    assert_eq!(roads.status(&view).await, Some(MessageStatus::Queued));
    roads.wish("second", RouteWish::Active).await;
    assert_eq!(roads.letter().await.0, "second", "it waited");
    roads.stands(&view, MessageStatus::Submitted).await;
}

#[tokio::test]
async fn a_breaker_that_one_node_opened_is_open_on_the_others() {
    let mut roads = Roads::open().await;
    for number in 0..6 {
        roads.answer(0, Failure::Temporary);
        let view = roads.ask_for(&format!("+44740012346{number}"), &format!("{number}")).await;
        assert_eq!(roads.letter().await.0, "first");
        assert_eq!(roads.letter().await.0, "second");
        roads.stands(&view, MessageStatus::Submitted).await;
        roads.receipt(&format!("second-{}", number + 1), ReceiptState::Delivered).await;
        roads.house.later(40);
    }
    let view = roads.ask("seven").await;
    assert_eq!(roads.letter().await.0, "second", "six in a row");
    roads.stands(&view, MessageStatus::Submitted).await;
    roads.house.flows.refresh_roads().await.unwrap();

    // Another process on the same rows, with ways of its own.
    let other = House::beside(&roads.house).await;
    let (sender, mut letters) = mpsc::unbounded_channel();
    let way = |name| {
        let (answers, taken) = (Mutex::default(), AtomicU64::new(100));
        Arc::new(Way { name, answers, letters: sender.clone(), taken })
    };
    let ways = ["first", "second"].map(way);
    other.open_routes(ways.iter().enumerate().map(|(order, way)| route(order, way)).collect());
    other.refresh_roads().await.unwrap();
    let standings = roads.house.store.read(Standings { rows: roads.house.rows.clone() }).await.unwrap();
    let of_first: Vec<&str> = standings
        .iter()
        .map(|(route, region)| {
            assert_eq!(route, "first");
            region.as_str()
        })
        .collect();
    assert_eq!(of_first, ["", "GB"], "the route's own and the country's");
    // The first node takes nothing more, so that the message is the other's.
    roads.house.flows.open_routes(Vec::new());
    roads.house.later(10);
    roads.ask("eight").await;
    tokio::spawn(Dispatcher::new(other, Channel::Sms, [2; 16], String::new(), String::new()).run());
    let (route, _) = tokio::time::timeout(Duration::from_secs(60), letters.recv()).await.unwrap().unwrap();
    assert_eq!(route, "second");
}

struct Standings {
    rows: Arc<countersign_storage::tables::Rows>,
}

impl Step for Standings {
    type Output = Vec<(String, String)>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let board = routes::board(tx, &self.rows, countersign_core::time::Timestamp::EPOCH).await?;
        let mut open: Vec<(String, String)> = board
            .cells()
            .filter(|(.., cell)| cell.breaker.open_until.is_some())
            .map(|(route, region, _)| (route.to_owned(), region.to_owned()))
            .collect();
        open.sort();
        Ok(open)
    }
}
