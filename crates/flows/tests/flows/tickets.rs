//! Tickets from question to end: who sees what, what is told, what time does.

use crate::house::{House, Person, caller, code_in, notice_in};
use countersign_core::event::Event;
use countersign_core::id::TicketId;
use countersign_core::model::*;
use countersign_core::policy::Policy;
use countersign_core::ticket::{NewTicket, TicketAccess, TicketOpened, TicketRefusal};
use countersign_core::time::minutes;
use countersign_flows::*;

const STAFF: &str = "staff@acme.example";
const DAY_S: i64 = 86_400;

fn new(topic: TicketTopic, text: &str) -> NewTicket {
    NewTicket { topic, title: "My phone".to_owned(), text: text.to_owned() }
}

fn holder() -> Caller {
    Caller { actor: Actor::Holder, ..caller() }
}

impl House {
    async fn ask_support(&self, person: &Person, text: &str) -> TicketOpen {
        let new = new(TicketTopic::Other, text);
        self.flows.open_ticket(self.service_id, person.id, new, holder()).await.unwrap()
    }

    async fn opened_ticket(&self, person: &Person) -> TicketId {
        match self.ask_support(person, "Where is it?").await {
            TicketOpen::Opened(TicketOpened { id, code: None }) => id,
            other => panic!("not opened: {other:?}"),
        }
    }

    async fn staff(&self) -> (Operator, Caller) {
        let found = self.flows.ticket_staff(self.service_id).await.unwrap();
        let one = found.into_iter().next().unwrap();
        let caller = Caller { actor: Actor::Operator(one.id), ..caller() };
        (one, caller)
    }

    async fn texts(&self, id: TicketId, key: TicketKey) -> Option<Vec<String>> {
        let view = self.flows.read_ticket(self.service_id, id, key).await.unwrap()?;
        Some(view.messages.into_iter().map(|message| message.text.0).collect())
    }

    async fn ticket_status(&self, person: &Person, id: TicketId) -> TicketStatus {
        let all = self.flows.tickets_of_account(self.service_id, person.id).await.unwrap();
        all.into_iter().find(|ticket| ticket.id == id).unwrap().status
    }

    async fn unread(&self, person: &Person) -> usize {
        let all = self.flows.tickets_of_account(self.service_id, person.id).await.unwrap();
        all.iter().filter(|ticket| ticket.is_unread_by_holder()).count()
    }
}

#[tokio::test]
async fn a_question_is_answered_and_its_holder_told() {
    let house = House::new().await;
    house.operator(STAFF, false).await;
    let person = house.person(&[Factor::Email]).await;
    let id = house.opened_ticket(&person).await;
    let flows = &house.flows;
    assert_eq!(flows.tickets_waiting(house.service_id).await, Ok(1));
    let (operator, staff) = house.staff().await;
    let seen = flows.ticket_for_staff(house.service_id, id).await.unwrap().unwrap();
    assert!(seen.ticket.is_unread_by_staff() && seen.is_told);
    let seen = flows.ticket_for_staff(house.service_id, id).await.unwrap().unwrap();
    assert!(!seen.ticket.is_unread_by_staff());

    house.later(60);
    let note = flows.note_ticket(house.service_id, id, "Looks like a thief", staff.clone()).await;
    assert_eq!(note, Ok(TicketSaid::Done));
    let answer = flows.answer_ticket(house.service_id, id, "Your code was 918273.", staff.clone()).await;
    assert_eq!(answer, Ok(TicketSaid::Done));
    assert_eq!(flows.tickets_waiting(house.service_id).await, Ok(0));
    let post = house.post().await;
    assert_eq!(post.len(), 1);
    assert_eq!(notice_in(&post[0]), Some((Notice::SupportAnswered, String::new())), "no freeze link");
    assert_eq!(Some(&post[0].to), person.email.as_ref());
    assert!(matches!(&post[0].body, Body::Notice { detail, .. } if *detail == format!("/support/{id}")));

    assert_eq!(house.unread(&person).await, 1);
    let key = TicketKey::Account(person.id);
    let texts = house.texts(id, key.clone()).await.unwrap();
    assert_eq!(texts, ["Where is it?", "Your code was •••."], "no note, no code");
    assert_eq!(house.unread(&person).await, 0);
    let for_staff = flows.ticket_for_staff(house.service_id, id).await.unwrap().unwrap();
    assert_eq!(for_staff.messages.len(), 3);
    assert_eq!(for_staff.messages[1].author, Actor::Operator(operator.id));

    house.later(60);
    let reply = flows.reply_to_ticket(house.service_id, id, key.clone(), "Thanks", holder()).await;
    assert_eq!((reply, house.ticket_status(&person, id).await), (Ok(TicketSaid::Done), TicketStatus::Open));
    let solved = flows.solve_own_ticket(house.service_id, id, key, holder()).await;
    assert_eq!(
        (solved, house.ticket_status(&person, id).await),
        (Ok(TicketSaid::Done), TicketStatus::Solved)
    );
}

#[tokio::test]
async fn nobody_reads_or_answers_a_ticket_of_somebody_else() {
    let house = House::new().await;
    let (person, other) = (house.person(&[Factor::Email]).await, house.person(&[Factor::Email]).await);
    let id = house.opened_ticket(&person).await;
    let flows = &house.flows;
    for key in [
        TicketKey::Account(other.id),
        TicketKey::Code("0123-4567-89ab-cdef".to_owned()),
        TicketKey::Code(String::new()),
    ] {
        assert_eq!(house.texts(id, key.clone()).await, None, "{key:?}");
        let said = flows.reply_to_ticket(house.service_id, id, key.clone(), "Hello", holder()).await;
        assert_eq!(said, Ok(TicketSaid::Gone));
        let solved = flows.solve_own_ticket(house.service_id, id, key, holder()).await;
        assert_eq!(solved, Ok(TicketSaid::Gone));
    }
    let elsewhere = flows.create_service("Other", false, &Caller::default()).await.unwrap().id;
    let key = TicketKey::Account(person.id);
    assert_eq!(flows.read_ticket(elsewhere, id, key).await, Ok(None));
    assert_eq!(flows.ticket_for_staff(elsewhere, id).await, Ok(None));
    let answered = flows.answer_ticket(elsewhere, id, "Hello", Caller::default()).await;
    assert_eq!(answered, Ok(TicketSaid::Gone));
}

#[tokio::test]
async fn whoever_lost_the_phone_asks_by_the_password_and_follows_by_a_code() {
    let house = House::new().await;
    let person = house.person(&[Factor::Sms]).await;
    let number = person.number.clone().unwrap();
    let started =
        house.flows.start_sign_in(house.service_id, number, &person.password, caller()).await.unwrap();
    let SignInStart::SecondFactor(token) = started else { panic!("no sign-in: {started:?}") };
    assert_eq!(house.post().await.iter().filter_map(code_in).count(), 1);
    let open = |topic, token: String| {
        let new = new(topic, "It was stolen");
        let flows = house.flows.clone();
        let (service_id, door) = (house.service_id, SignInDoor::Journey(token));
        async move { flows.open_ticket_signed_out(service_id, door, new, holder()).await.unwrap() }
    };
    let token = token.expose().to_owned();
    let topic = TicketTopic::Withdrawal;
    assert_eq!(open(topic, token.clone()).await, TicketOpen::Refused(TicketRefusal::Topic));
    assert_eq!(open(TicketTopic::PhoneLost, "0".repeat(64)).await, TicketOpen::Gone);
    // Entries of one millisecond have no order of their own.
    house.later(1);
    let opened = open(TicketTopic::PhoneLost, token).await;
    house.later(1);
    let mut told = house.post().await;
    told.retain(|message| notice_in(message).is_some());
    assert_eq!(told.len(), 1);
    let (notice, link) = notice_in(&told[0]).unwrap();
    assert_eq!((notice, Some(&told[0].to)), (Notice::SupportOpened, person.number.as_ref()));
    assert!(!link.is_empty(), "whoever owns the account can shut it");
    let TicketOpen::Opened(TicketOpened { id, code: Some(code) }) = opened else { panic!("{opened:?}") };
    let key = TicketKey::Code(code.in_groups().to_uppercase());
    assert_eq!(house.texts(id, key.clone()).await, Some(vec!["It was stolen".to_owned()]));
    let service_id = house.service_id;
    let try_code =
        async |typed: &str| house.flows.try_ticket_code(service_id, id, typed, holder()).await.unwrap();
    assert_eq!(try_code(code.normal()).await, TicketAccess::Right);
    house.later(1);
    for wrong in ["", "not a code", "0123-4567-89ab-cdef"].into_iter().cycle().take(10) {
        assert_eq!(try_code(wrong).await, TicketAccess::Wrong, "{wrong:?}");
    }
    let until = house.now().after(minutes(15));
    assert_eq!(try_code(code.normal()).await, TicketAccess::Locked(until));
    assert_eq!(try_code("").await, TicketAccess::Locked(until));
    let nowhere = TicketId::from_bytes([9; 16]);
    let none = house.flows.try_ticket_code(service_id, nowhere, code.normal(), holder()).await;
    assert_eq!(none, Ok(TicketAccess::Wrong));
    let cookie = house.session(&person).await;
    let signed_in = house.signed_in(&cookie).await.unwrap();
    let events = house.flows.activity(&signed_in, None, None).await.unwrap().entries;
    let ticket = id.to_string();
    assert_eq!(events[0].event, Event::TicketCodeWrong { ticket: ticket.clone() });
    let topic = TicketTopic::PhoneLost;
    assert_eq!(events[1].event, Event::TicketOpened { ticket, topic, signed_out: true }, "of ten, one entry");
    assert_eq!(events[1].actor, Actor::Holder);
    house.later(15 * 60);
    assert_eq!(try_code(code.normal()).await, TicketAccess::Right);

    house.operator(STAFF, false).await;
    let (_, staff) = house.staff().await;
    house.flows.answer_ticket(service_id, id, "Stay calm", staff).await.unwrap();
    assert_eq!(house.post().await.len(), 0, "without an email address nobody can be told");
    let view = house.flows.read_ticket(service_id, id, key).await.unwrap().unwrap();
    assert!(!view.is_told);
    // The account's owner sees what somebody with the password asked for.
    assert!(house.texts(id, TicketKey::Account(person.id)).await.is_some());
}

#[tokio::test]
async fn tickets_and_messages_are_limited() {
    let house = House::new().await;
    let person = house.person(&[Factor::Email]).await;
    let first = house.opened_ticket(&person).await;
    for _ in 1..5 {
        house.opened_ticket(&person).await;
    }
    let sixth = house.ask_support(&person, "And this?").await;
    assert_eq!(sixth, TicketOpen::Refused(TicketRefusal::TooManyOpen));
    let reply = |text: &'static str| {
        let key = TicketKey::Account(person.id);
        house.flows.reply_to_ticket(house.service_id, first, key, text, holder())
    };
    for _ in 1..30 {
        assert_eq!(reply("More").await, Ok(TicketSaid::Done));
    }
    assert_eq!(reply("More").await, Ok(TicketSaid::Refused(TicketRefusal::TooManyMessages)));
    house.later(3_601);
    assert_eq!(reply("More").await, Ok(TicketSaid::Done));
}

#[tokio::test]
async fn an_account_asks_so_often_in_a_day_whatever_became_of_it() {
    let house = House::new().await;
    let person = house.person(&[Factor::Email]).await;
    let solve = async |id| {
        let key = TicketKey::Account(person.id);
        house.flows.solve_own_ticket(house.service_id, id, key, holder()).await.unwrap()
    };
    for _ in 0..10 {
        let id = house.opened_ticket(&person).await;
        assert_eq!(solve(id).await, TicketSaid::Done);
    }
    let more = || house.ask_support(&person, "And this?");
    assert_eq!(more().await, TicketOpen::Refused(TicketRefusal::TooManyToday));
    let other = house.person(&[Factor::Email]).await;
    house.opened_ticket(&other).await;
    house.later(DAY_S - 1);
    assert_eq!(more().await, TicketOpen::Refused(TicketRefusal::TooManyToday));
    house.later(1);
    assert!(matches!(more().await, TicketOpen::Opened(_)));
}

#[tokio::test]
async fn one_network_address_opens_so_much_without_signing_in() {
    let policy = Policy { openings_per_ip_per_hour: 2, ..Policy::default() };
    let house = House::with(policy, 1).await;
    let from = |ip: &str| Caller { ip: Some(ip.parse().unwrap()), ..holder() };
    let ask = async |ip: &str| {
        let person = house.person(&[Factor::Sms]).await;
        let number = person.number.clone().unwrap();
        let started = house.flows.start_sign_in(house.service_id, number, &person.password, caller()).await;
        let SignInStart::SecondFactor(token) = started.unwrap() else { panic!("no sign-in") };
        let new = new(TicketTopic::PhoneLost, "It was stolen");
        let door = SignInDoor::Journey(token.expose().to_owned());
        let asked = house.flows.open_ticket_signed_out(house.service_id, door, new, from(ip)).await;
        asked.unwrap()
    };
    assert!(matches!(ask("192.0.2.7").await, TicketOpen::Opened(_)));
    assert_eq!(house.flows.may_open_here(house.service_id, from("192.0.2.7")).await, Ok(true), "a case");
    assert_eq!(ask("192.0.2.7").await, TicketOpen::Refused(TicketRefusal::TooManyHere));
    assert_eq!(house.flows.may_open_here(house.service_id, from("192.0.2.7")).await, Ok(false));
    assert!(matches!(ask("192.0.2.8").await, TicketOpen::Opened(_)));
    let person = house.person(&[Factor::Email]).await;
    let new = new(TicketTopic::Other, "Where is it?");
    let inside = house.flows.open_ticket(house.service_id, person.id, new, from("192.0.2.7")).await;
    assert!(matches!(inside, Ok(TicketOpen::Opened(_))), "who is signed in is counted by account");
    house.later(3_600);
    assert!(matches!(ask("192.0.2.7").await, TicketOpen::Opened(_)));
}

#[tokio::test]
async fn a_ticket_is_given_only_to_those_who_may_answer() {
    let house = House::new().await;
    house.operator(STAFF, false).await;
    house.operator("gone@acme.example", true).await;
    let person = house.person(&[Factor::Email]).await;
    let id = house.opened_ticket(&person).await;
    let all = house.flows.ticket_staff(house.service_id).await.unwrap();
    assert_eq!(all.len(), 1, "whose access ended is not among them");
    let (operator, staff) = house.staff().await;
    let assign = |to| house.flows.assign_ticket(house.service_id, id, to, staff.clone());
    let nobody = countersign_core::id::OperatorId::from_bytes([9; 16]);
    assert_eq!(assign(Some(nobody)).await, Ok(TicketSaid::Gone));
    assert_eq!(assign(Some(operator.id)).await, Ok(TicketSaid::Done));
    let filter = TicketFilter {
        statuses: [TicketStatus::Open, TicketStatus::Answered],
        topic: None,
        assigned: Assigned::One(operator.id),
    };
    assert_eq!(house.flows.tickets(house.service_id, filter).await.unwrap().len(), 1);
    assert_eq!(assign(None).await, Ok(TicketSaid::Done));
    assert_eq!(house.flows.tickets(house.service_id, filter).await.unwrap().len(), 0);
}

#[tokio::test]
async fn time_solves_closes_and_forgets() {
    let house = House::new().await;
    house.operator(STAFF, false).await;
    let person = house.person(&[]).await;
    let id = house.opened_ticket(&person).await;
    let (_, staff) = house.staff().await;
    house.flows.answer_ticket(house.service_id, id, "Here", staff).await.unwrap();
    let run = || async { house.flows.run_timers([1; 16]).await.unwrap().tickets_rested };
    house.later(7 * DAY_S - 1);
    assert_eq!(run().await, 0);
    house.later(1);
    assert_eq!((run().await, house.ticket_status(&person, id).await), (1, TicketStatus::Solved));
    house.later(14 * DAY_S);
    assert_eq!((run().await, house.ticket_status(&person, id).await), (1, TicketStatus::Closed));
    let key = TicketKey::Account(person.id);
    let reply = house.flows.reply_to_ticket(house.service_id, id, key.clone(), "Hi", holder()).await;
    assert_eq!(reply, Ok(TicketSaid::Refused(TicketRefusal::Closed)));
    house.later(400 * DAY_S);
    run().await;
    assert_eq!(house.texts(id, key.clone()).await.unwrap().len(), 2);
    house.later(61);
    run().await;
    assert_eq!(house.texts(id, key).await, Some(Vec::new()), "what was said is forgotten");
}

#[tokio::test]
async fn answers_are_kept_ready_masked_and_written_down() {
    let house = House::new().await;
    let save = |name: &'static str, locale: &'static str, text: &'static str| {
        house.flows.save_canned_answer(house.service_id, name, locale, text, caller())
    };
    assert_eq!(save(" ", "en", "Hello").await, Ok(CannedSaved::Name));
    assert_eq!(save("hello", "no language", "Hello").await, Ok(CannedSaved::Locale));
    assert_eq!(save("hello", "en", " ").await, Ok(CannedSaved::TextMissing));
    assert_eq!(save("hello", "EN", "Not 123456\r\n").await, Ok(CannedSaved::Done));
    let all = house.flows.canned_answers(house.service_id).await.unwrap();
    assert_eq!((all.len(), all[0].locale.as_str(), all[0].text.as_str()), (1, "en", "Not •••"));
    let delete = || house.flows.delete_canned_answer(house.service_id, "hello", "en", caller());
    assert_eq!((delete().await, delete().await), (Ok(true), Ok(false)));
}
