//! What operators do about delivery: say what they want of a route, and send one real message over it. Each act is an
//! entry of what happened, with who did it and why; a test counts towards the caps as any other message.

use crate::context::{Caller, Flows, Kit};
use crate::dispatch::record::outcome_of;
use crate::error::FlowError;
use crate::roads::Road;
use countersign_core::address::Address;
use countersign_core::change::Change;
use countersign_core::event::Event;
use countersign_core::id::{AttemptId, MessageId, ServiceId};
use countersign_core::limit::{self, LimitHit, SendFacts};
use countersign_core::model::{AttemptStatus, Body, Channel, Message, MessageStatus, Notice};
use countersign_core::outbox::{Leased, Submission, Verdict};
use countersign_core::route::{Outcome, RouteWish, Why};
use countersign_core::session::Scene;
use countersign_core::ticket::mask;
use countersign_core::time::{Timestamp, minutes};
use countersign_delivery::Letter;
use countersign_storage::tables::outbox::{self, Heard};
use countersign_storage::tables::routes::{self, RouteControl};
use countersign_storage::tables::{self, counters, desk};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;
use std::time::Duration;

/// How long a test message is of use.
const TEST_LIFE: Duration = minutes(5);

/// As an entry of what happened names them; empty for the command line.
fn named(caller: &Caller) -> String {
    caller.actor.operator().map(|id| id.to_string()).unwrap_or_default()
}

/// What came of asking for a test message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TestSend {
    /// The route was asked to carry it; its timeline says what came of it.
    Asked(MessageId),
    /// A cap on sending was reached.
    Capped(LimitHit),
    /// The address is not one that the route carries to.
    Unfit,
    /// This process does not drive the route.
    Elsewhere,
}

impl Flows {
    /// Sets what operators want of a route. Every node hears of it at once; messages that wait take another route.
    pub async fn set_route_wish(
        &self,
        service_id: ServiceId,
        caller: &Caller,
        route: &str,
        wish: RouteWish,
        reason: &str,
    ) -> Result<(), FlowError> {
        let control = RouteControl {
            route: route.to_owned(),
            wish,
            reason: mask::reason(reason),
            operator_id: caller.actor.operator(),
            changed_at: self.now(),
        };
        let event = Event::RouteWishSet {
            route: control.route.clone(),
            wish,
            reason: control.reason.clone(),
            operator: named(caller),
        };
        let scene = caller.scene();
        self.write(SetWish { kit: self.kit.clone(), service_id, control, event, scene }).await
    }

    /// Sends a message with fixed words over one route, whatever operators want of that route, and over no other.
    pub async fn test_send(
        &self,
        service_id: ServiceId,
        caller: &Caller,
        route: &str,
        to: Address,
        locale: &str,
    ) -> Result<TestSend, FlowError> {
        let Some(road) = self.kit.roads.find(route) else { return Ok(TestSend::Elsewhere) };
        let Some(test) = Test::new(self, service_id, caller, &road, to, locale) else {
            return Ok(TestSend::Unfit);
        };
        let test = Arc::new(test);
        let begin = Begin { kit: self.kit.clone(), test: test.clone(), scene: caller.scene() };
        if let Some(hit) = self.write(begin).await? {
            return Ok(TestSend::Capped(hit));
        }
        // Of its own: whoever asked may go away, and what the route said must be written down all the same.
        let this = self.clone();
        let asked = tokio::spawn(async move { this.try_once(road, test).await });
        asked.await.unwrap_or_else(|_| Err(FlowError::Broken { reason: "a test send ended".to_owned() }))
    }

    /// Hands a test over and writes down what came of it.
    async fn try_once(&self, road: Arc<Road>, test: Arc<Test>) -> Result<TestSend, FlowError> {
        let (roads, route) = (&self.kit.roads, road.route.name.as_str());
        let place = roads.hand_over(&road);
        let submission = self.send_over(route, self.test_letter(&test).await?).await;
        drop(place);
        let submission = submission.unwrap_or(Submission::NotSent);
        let now = self.now();
        roads.note(route, &test.region, test.at, Outcome::Sent { is_code: false }, now);
        roads.note(route, &test.region, test.at, outcome_of(&submission), now);
        let id = test.leased.message.id;
        let heard = self.write(End { kit: self.kit.clone(), test, submission }).await?;
        roads.note_heard(&heard, now);
        Ok(TestSend::Asked(id))
    }

    async fn test_letter(&self, test: &Test) -> Result<Letter, FlowError> {
        let message = &test.leased.message;
        Ok(Letter {
            reference: message.id,
            to: message.to.clone(),
            body: message.body.clone(),
            locale: message.locale.clone(),
            brand: self.brand(message.service_id).await?,
            sender: test.sender.clone(),
            host: String::new(),
            origin: String::new(),
            phrase: None,
            template: None,
            app_hash: None,
            valid_for: TEST_LIFE,
        })
    }
}

/// A test message, ready to go.
struct Test {
    leased: Leased,
    sender: Option<String>,
    price_micros: u64,
    region: String,
    at: Timestamp,
    event: Event,
}

impl Test {
    /// None where the route does not carry to the address.
    fn new(
        flows: &Flows,
        service_id: ServiceId,
        caller: &Caller,
        road: &Road,
        to: Address,
        locale: &str,
    ) -> Option<Test> {
        let (at, entropy, route) = (flows.now(), flows.kit.entropy.as_ref(), &road.route);
        if (route.channel == Channel::Email) != to.phone().is_none() {
            return None;
        }
        let region = to.phone().and_then(|number| number.region()).map(|region| region.to_string());
        let sender = route.carries.sender(&route.sender, region.as_deref())?;
        let message = Message {
            id: MessageId::draw(at, entropy),
            service_id,
            account_id: None,
            verification_id: None,
            send: 0,
            channel: route.channel,
            body: Body::Notice {
                notice: Notice::RouteTest,
                at_ms: at.unix_ms(),
                detail: String::new(),
                freeze_path: String::new(),
            },
            locale: locale.to_owned(),
            expires_at: at.after(TEST_LIFE),
            created_at: at,
            to,
        };
        Some(Test {
            sender: (sender != route.sender).then(|| sender.to_owned()),
            price_micros: route.carries.price_micros(region.as_deref()),
            region: region.unwrap_or_default(),
            at,
            event: Event::TestMessageSent {
                route: route.name.clone(),
                to: message.to.masked(),
                operator: named(caller),
            },
            leased: Leased {
                attempt_id: AttemptId::draw(at, entropy),
                route: route.name.clone(),
                message,
                tries: 1,
            },
        })
    }

    /// One try is all it gets: what a route says of it is what the operator wanted to know.
    fn verdict(submission: &Submission) -> Verdict {
        let (attempt, message) = match submission {
            Submission::Accepted { .. } => (AttemptStatus::Accepted, MessageStatus::Submitted),
            Submission::Lost => (AttemptStatus::Unknown, MessageStatus::Failed),
            Submission::Refused { .. } | Submission::NotSent => {
                (AttemptStatus::Failed, MessageStatus::Failed)
            }
        };
        Verdict { attempt, message, try_at: None }
    }
}

struct SetWish {
    kit: Arc<Kit>,
    service_id: ServiceId,
    control: RouteControl,
    event: Event,
    scene: Scene,
}

impl Step for SetWish {
    type Output = ();

    async fn run(&self, tx: &mut Tx) -> Result<(), StorageError> {
        let world = self.kit.world(&self.scene, self.control.changed_at);
        routes::set_control(tx, &self.kit.rows, &self.control).await?;
        let entry = self.scene.event(self.service_id, None, self.event.clone(), world);
        tables::apply(tx, &self.kit.rows, &[entry]).await
    }
}

/// Counts it, and writes it down as a message that this process is trying.
struct Begin {
    kit: Arc<Kit>,
    test: Arc<Test>,
    scene: Scene,
}

impl Step for Begin {
    type Output = Option<LimitHit>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let (kit, test) = (&self.kit, &self.test);
        let message = &test.leased.message;
        let facts = SendFacts {
            service_id: message.service_id,
            address: &message.to,
            address_index: kit.rows.index(&message.to),
            account_id: None,
            ip: None,
            device: None,
        };
        let planned = limit::plan(&facts, &kit.policy, test.at);
        let totals = counters::add(tx, &kit.rows, &planned).await?;
        if let Some(hit) = limit::first_hit(&planned, &totals) {
            let back = planned.into_iter().map(|plan| Change::Count { key: plan.key, by: -plan.by });
            tables::apply(tx, &kit.rows, &back.collect::<Vec<_>>()).await?;
            return Ok(Some(hit));
        }
        let world = kit.world(&self.scene, test.at);
        let entry = self.scene.event(message.service_id, None, test.event.clone(), world);
        tables::apply(tx, &kit.rows, &[Change::InsertMessage(message.clone()), entry]).await?;
        desk::keep(tx, &kit.rows, message.id).await?;
        let start = outbox::Start {
            attempt_id: test.leased.attempt_id,
            message,
            route: &test.leased.route,
            why: Why::Only,
            price_micros: test.price_micros,
            region: &test.region,
        };
        outbox::start_attempts(tx, &kit.rows, &[start], test.at).await?;
        Ok(None)
    }
}

/// Writes down what the route said.
struct End {
    kit: Arc<Kit>,
    test: Arc<Test>,
    submission: Submission,
}

impl Step for End {
    type Output = Vec<Heard>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let record = outbox::Record {
            leased: &self.test.leased,
            submission: &self.submission,
            verdict: Test::verdict(&self.submission),
            fallback_at: None,
        };
        outbox::record(tx, &self.kit.rows, &[record], self.kit.clock.now()).await
    }
}
