//! Whose turn it is, what is promised until when, and what is refused.

use super::*;
use crate::stage::*;

const ASKED: &str = "Where is my withdrawal?";

fn new(title: &str, text: &str) -> NewTicket {
    NewTicket { topic: TicketTopic::Withdrawal, title: title.to_owned(), text: text.to_owned() }
}

/// The ticket and the messages that a decision saves.
fn saved(changes: &[Change]) -> (Option<&Ticket>, Vec<&TicketMessage>) {
    let ticket = changes.iter().find_map(|change| match change {
        Change::InsertTicket(ticket) | Change::SaveTicket(ticket) => Some(ticket),
        _ => None,
    });
    let said = changes.iter().filter_map(|change| match change {
        Change::InsertTicketMessage(message) => Some(message),
        _ => None,
    });
    (ticket, said.collect())
}

fn opened(stage: &Stage) -> Ticket {
    let account = account();
    let ground = TicketGround::signed_in(&account);
    let decision = open(&ground, &new("Help", ASKED), "en", stage.world()).unwrap();
    saved(&decision.changes).0.unwrap().clone()
}

fn answered(stage: &Stage, ticket: &Ticket) -> Ticket {
    let author = Actor::Operator(OperatorId::from_bytes([5; 16]));
    let decision = answer(ticket, Some(&account()), author, "It left today.", stage.world()).unwrap();
    saved(&decision.changes).0.unwrap().clone()
}

#[test]
fn a_ticket_waits_for_staff_within_the_promised_time() {
    let (stage, account) = (Stage::new(), account());
    let ground = TicketGround { open_now: 4, opened_today: 9, ..TicketGround::signed_in(&account) };
    let decision = open(&ground, &new(" Help\n me ", ASKED), "de", stage.world()).unwrap();
    let (ticket, said) = saved(&decision.changes);
    let ticket = ticket.unwrap();
    assert_eq!((ticket.status, ticket.title.0.as_str()), (TicketStatus::Open, "Help  me"));
    assert_eq!(ticket.due_at, Some(START.after(hours(8))));
    assert!(ticket.is_unread_by_staff() && !ticket.is_unread_by_holder());
    assert!(!ticket.is_late(START.after(minutes(479))) && ticket.is_late(START.after(hours(8))));
    assert_eq!((said.len(), said[0].author, said[0].text.0.as_str()), (1, Actor::Holder, ASKED));
    assert_eq!(event_kinds(&decision.changes), ["ticket_opened"]);
    assert_eq!((decision.outcome.code, &ticket.access), (None, &None));
    assert_eq!(notices(&decision.changes), [], "who is signed in is not told what they do");
}

#[test]
fn a_ticket_without_signing_in_has_a_code_and_few_topics() {
    let (stage, account, binding) = (Stage::new(), account(), binding());
    let ground =
        TicketGround { binding: Some(&binding), signed_out: true, ..TicketGround::signed_in(&account) };
    let lost = NewTicket { topic: TicketTopic::PhoneLost, ..new("Lost", ASKED) };
    let decision = open(&ground, &lost, "en", stage.world()).unwrap();
    let told = [(EMAIL, Notice::SupportOpened, ""), (PHONE, Notice::SupportOpened, "")];
    assert_eq!(notices(&decision.changes), told, "who knows the password may be a thief");
    let ticket = saved(&decision.changes).0.unwrap().clone();
    let code = decision.outcome.code.unwrap();
    assert_eq!(ticket.access, Some(access_hash(ticket.id, &code)));
    assert_ne!(ticket.access, Some(access_hash(TicketId::from_bytes([1; 16]), &code)), "opens no other");
    assert_eq!(path(&ticket), format!("/support/t/{}", ticket.id));
    let refused = open(&ground, &new("Help", ASKED), "en", stage.world());
    assert_eq!(refused.unwrap_err(), TicketRefusal::Topic);
}

#[test]
fn what_is_typed_is_bounded_and_masked() {
    let (stage, account) = (Stage::new(), account());
    let ground = TicketGround::signed_in(&account);
    let long = |length: usize| "a".repeat(length);
    for (title, text, refusal) in [
        (" \n ".to_owned(), ASKED.to_owned(), TicketRefusal::TitleMissing),
        (long(121), ASKED.to_owned(), TicketRefusal::TitleLong),
        (long(120), "\u{7}\r\n".to_owned(), TicketRefusal::TextMissing),
        (long(120), long(4_001), TicketRefusal::TextLong),
    ] {
        let refused = open(&ground, &new(&title, &text), "en", stage.world());
        assert_eq!(refused.unwrap_err(), refusal);
    }
    let typed = new("code 918273", "It was\r\n918273\u{0}.");
    let decision = open(&ground, &typed, "en", stage.world()).unwrap();
    let (ticket, said) = saved(&decision.changes);
    assert_eq!(ticket.unwrap().title.0, "code •••");
    assert_eq!(said[0].text.0, "It was\n•••.");
    assert_eq!(format!("{typed:?}"), "NewTicket(withdrawal)", "what was typed does not print");
    for (ground, refusal) in [
        (TicketGround { open_now: 5, ..ground }, TicketRefusal::TooManyOpen),
        (TicketGround { opened_today: 10, ..ground }, TicketRefusal::TooManyToday),
        (TicketGround { too_many_here: true, ..ground }, TicketRefusal::TooManyHere),
    ] {
        let full = open(&ground, &new("Help", ASKED), "en", stage.world());
        assert_eq!(full.unwrap_err(), refusal);
    }
}

#[test]
fn turns_change_with_who_speaks() {
    let mut stage = Stage::new();
    let ticket = opened(&stage);
    stage.wait(hours(1));
    let again = reply(&ticket, "Still nothing", 1, stage.world()).unwrap();
    let waiting = saved(&again.changes).0.unwrap();
    assert_eq!(waiting.due_at, ticket.due_at, "asking again puts nobody off");
    stage.wait(hours(1));
    let told = answered(&stage, waiting);
    assert_eq!((told.status, told.due_at, told.told_at), (TicketStatus::Answered, None, Some(stage.now)));
    assert!(told.is_unread_by_holder() && !told.is_unread_by_staff());
    stage.wait(hours(1));
    let back = reply(&told, "Thanks, but", 2, stage.world()).unwrap();
    let open_again = saved(&back.changes).0.unwrap();
    assert_eq!(
        (open_again.status, open_again.due_at),
        (TicketStatus::Open, Some(stage.now.after(hours(24))))
    );
    let much = reply(&told, "x", 30, stage.world());
    assert_eq!(much.unwrap_err(), TicketRefusal::TooManyMessages);
}

#[test]
fn an_answer_is_told_by_email_without_its_words_and_not_at_every_line() {
    let mut stage = Stage::new();
    let ticket = opened(&stage);
    let author = Actor::CommandLine;
    let say = |ticket: &Ticket, account: &Account, stage: &Stage| {
        answer(ticket, Some(account), author, "It left today.", stage.world()).unwrap().changes
    };
    let first = say(&ticket, &account(), &stage);
    let link = format!("/support/{}", ticket.id);
    assert_eq!(notices_plain(&first), [(EMAIL.to_owned(), Notice::SupportAnswered, link)]);
    let told = saved(&first).0.unwrap().clone();
    stage.wait(seconds(599));
    assert_eq!(notices_plain(&say(&told, &account(), &stage)), []);
    stage.wait(seconds(1));
    assert_eq!(notices_plain(&say(&told, &account(), &stage)).len(), 1);
    let nameless = Account { email: None, ..account() };
    assert_eq!(notices_plain(&say(&ticket, &nameless, &stage)), []);
}

fn notices_plain(changes: &[Change]) -> Vec<(String, Notice, String)> {
    let notice = |change: &Change| match change {
        Change::InsertMessage(Message {
            to, body: Body::Notice { notice, detail, freeze_path, .. }, ..
        }) => {
            assert!(freeze_path.is_empty());
            Some((to.expose().to_owned(), *notice, detail.clone()))
        }
        _ => None,
    };
    changes.iter().filter_map(notice).collect()
}

#[test]
fn a_note_changes_neither_turn_nor_clock() {
    let stage = Stage::new();
    let ticket = opened(&stage);
    let decision = note(&ticket, Actor::CommandLine, "Ask delivery", stage.world()).unwrap();
    let (changed, said) = saved(&decision.changes);
    assert_eq!((changed, said.len(), said[0].is_note), (None, 1, true));
    assert_eq!(event_kinds(&decision.changes), ["ticket_noted"]);
}

#[test]
fn assigning_is_written_down_once() {
    let stage = Stage::new();
    let (ticket, me) = (opened(&stage), Some(OperatorId::from_bytes([5; 16])));
    let decision = assign(&ticket, me, stage.world());
    let mine = saved(&decision.changes).0.unwrap();
    assert_eq!((mine.assignee, event_kinds(&decision.changes)), (me, vec!["ticket_assigned"]));
    assert_eq!(assign(mine, me, stage.world()).changes, []);
    assert_eq!(assign(mine, None, stage.world()).changes.len(), 2);
}

#[test]
fn what_is_left_is_solved_then_over_and_a_reply_opens_only_what_is_solved() {
    let mut stage = Stage::new();
    let waiting = opened(&stage);
    let told = answered(&stage, &waiting);
    stage.wait(days(365));
    assert_eq!(rest(&waiting, stage.world()).changes, [], "what staff owe never ends by itself");
    let mut stage = Stage::new();
    stage.wait(days(7) - seconds(1));
    assert_eq!(rest(&told, stage.world()).changes, []);
    stage.wait(seconds(1));
    assert_eq!(rests_at(&told), Some(stage.now));
    let solved = saved(&rest(&told, stage.world()).changes).0.unwrap().clone();
    assert_eq!((solved.status, solved.due_at), (TicketStatus::Solved, None));
    stage.wait(days(14) - seconds(1));
    assert_eq!(rest(&solved, stage.world()).changes, []);
    let reopened = reply(&solved, "No", 0, stage.world()).unwrap();
    assert_eq!(saved(&reopened.changes).0.unwrap().status, TicketStatus::Open);
    stage.wait(seconds(1));
    let over = rest(&solved, stage.world());
    let closed = saved(&over.changes).0.unwrap();
    assert_eq!((closed.status, event_kinds(&over.changes)), (TicketStatus::Closed, vec!["ticket_closed"]));
    let owner = EvidenceOwner::Ticket(closed.id);
    let until = stage.now.after(days(30));
    assert_eq!(over.changes.last(), Some(&Change::RetainEvidence { owner, until }));
    assert_eq!(reply(closed, "No", 0, stage.world()).unwrap_err(), TicketRefusal::Closed);
    let author = Actor::CommandLine;
    assert_eq!(answer(closed, None, author, "No", stage.world()).unwrap_err(), TicketRefusal::Closed);
    assert_eq!(note(closed, author, "No", stage.world()).unwrap_err(), TicketRefusal::Closed);
    assert_eq!(solve(closed, stage.world()).changes, []);
    assert_eq!(rests_at(closed), None);
    assert_eq!(saved(&solve(&told, stage.world()).changes).0.unwrap().status, TicketStatus::Solved);
}

#[test]
fn ten_wrong_codes_shut_the_door_for_a_quarter_of_an_hour_and_leave_one_entry() {
    let mut stage = Stage::new();
    let code = recovery::draw_one(Stage::new().world().entropy);
    let fresh = opened(&stage);
    let right = access_hash(fresh.id, &code);
    let mut ticket = Ticket { access: Some(right), status: TicketStatus::Closed, ..fresh.clone() };
    let mut entries = Vec::new();
    for wrong in 0..ACCESS_FAILURES_MAX {
        let typed = (wrong > 0).then_some(TokenHash([7; 32]));
        let judged = judge_access(ticket.clone(), typed, stage.world());
        assert_eq!(judged.outcome, TicketAccess::Wrong);
        entries.extend(event_kinds(&judged.changes));
        let Some(Change::SaveTicketAccess(saved)) = judged.changes.last() else { panic!("counted") };
        ticket = saved.clone();
    }
    assert_eq!(entries, ["ticket_code_wrong"], "closed or not, it is counted, and told once");
    let until = START.after(minutes(15));
    let shut = judge_access(ticket.clone(), Some(right), stage.world());
    assert_eq!((shut.outcome, shut.changes), (TicketAccess::Locked(until), Vec::new()));
    stage.wait(minutes(15));
    let open_again = judge_access(ticket, Some(right), stage.world());
    assert_eq!(open_again.outcome, TicketAccess::Right);
    let Some(Change::SaveTicketAccess(saved)) = open_again.changes.last() else { panic!("forgotten") };
    assert_eq!((saved.access_failures, saved.access_locked_until), (0, None));
    let none = judge_access(fresh, Some(right), stage.world());
    assert_eq!((none.outcome, none.changes), (TicketAccess::Wrong, Vec::new()), "it has no code");
}

#[test]
fn five_pictures_come_after_each_message_and_none_once_it_is_over() {
    let ticket = opened(&Stage::new());
    let sent = |count: usize, at: Timestamp| std::iter::repeat_n(at, count);
    assert!(takes_pictures(&ticket, sent(4, START)) && !takes_pictures(&ticket, sent(5, START)));
    assert!(takes_pictures(&ticket, sent(9, START.before(seconds(1)))), "those before the message are past");
    let closed = Ticket { status: TicketStatus::Closed, ..ticket };
    assert!(!takes_pictures(&closed, sent(0, START)));
}
