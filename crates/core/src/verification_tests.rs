//! The life of a verification, an arrow at a time, and every refusal on the way. The attacks of security.md
//! and random histories are in the modules below, all played in the same small world.

use super::*;
use crate::limit::LimitKind;

#[path = "verification_play_tests.rs"]
mod play;

#[path = "verification_threat_tests.rs"]
mod threats;

#[path = "verification_history_tests.rs"]
mod histories;

use play::*;

const MOMENT: Duration = Duration::from_millis(1);

// The arrows.

#[test]
fn start_leads_to_pending_with_one_code_on_its_way() {
    let mut play = Play::new();
    let id = play.start(&Ask::sign_in()).unwrap();
    let verification = &play.verifications[&id];
    assert_eq!(verification.status, VerificationStatus::Pending);
    assert_eq!((verification.sends, verification.failures), (1, 0));
    assert_eq!(verification.finished_at, None);
    assert_eq!(verification.deadline, START.after(seconds(600)));
    assert_eq!(verification.code_expires_at, START.after(seconds(300)));

    let [(message, MessageStatus::Queued)] = &play.messages[..] else { panic!("one message") };
    assert_eq!((message.to.expose(), message.channel), (PHONE, Channel::Sms));
    assert_eq!(message.expires_at, START.after(seconds(300)), "no carrier delivers it late");
    let Body::Code { code, valid_s: 300, purpose: Purpose::SignIn, amount, payee, network, fingerprint } =
        &message.body
    else {
        panic!("a sign-in code")
    };
    assert_eq!([amount, payee, network, fingerprint], [&None; 4], "it confirms nothing");
    assert!(code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()));
    assert_eq!(play.event_kinds(), ["code_sent"]);
    assert_eq!(play.sms().sends_unconverted, 1);
}

#[test]
fn resend_stays_pending_with_a_new_code_and_the_old_one_dead() {
    let mut play = Play::new();
    let id = play.start(&Ask::sign_in()).unwrap();
    let first = play.verifications[&id].clone();
    play.wait(seconds(30));
    play.resend(id).unwrap();
    let second = &play.verifications[&id];
    assert_eq!((second.status, second.sends), (VerificationStatus::Pending, 2));
    assert!(!code::hashes_match(&second.code_hash, &first.code_hash));
    assert_eq!(second.earlier_code_hashes, [first.code_hash]);
    assert_eq!(second.code_expires_at, START.after(seconds(330)), "the new code has its full life");
    assert_eq!(second.deadline, first.deadline, "the whole has not (R3)");
    let statuses: Vec<MessageStatus> = play.messages.iter().map(|(_, status)| *status).collect();
    assert_eq!(statuses, [MessageStatus::Canceled, MessageStatus::Queued], "a dead code is not sent");

    let codes = play.codes(id);
    assert_ne!(codes[0], codes[1]);
    assert_eq!(play.check(id, &codes[0]), CheckOutcome::Wrong { left: 4, earlier: true });
    assert_eq!(play.sms().failures_this_year, 1, "an earlier code counts");
    assert_eq!(play.check(id, &codes[1]), CheckOutcome::Approved);
}

#[test]
fn every_earlier_code_is_known_as_such_and_counts() {
    let mut play = Play::new();
    let id = play.start(&Ask::sign_in()).unwrap();
    for gap in [30, 40] {
        play.wait(seconds(gap));
        play.resend(id).unwrap();
    }
    let codes = play.codes(id);
    assert_eq!(play.check(id, &codes[0]), CheckOutcome::Wrong { left: 4, earlier: true });
    assert_eq!(play.check(id, &codes[1]), CheckOutcome::Wrong { left: 3, earlier: true });
    assert_eq!(play.guess(id, 1), CheckOutcome::Wrong { left: 2, earlier: false });
    assert_eq!(play.check(id, &codes[1]), CheckOutcome::Wrong { left: 1, earlier: true });
    assert!(matches!(play.check(id, &codes[0]), CheckOutcome::LockedNow { .. }));
    assert_eq!(play.check(id, &codes[2]), CheckOutcome::Closed(VerificationStatus::Failed));
}

#[test]
fn the_right_code_leads_to_approved_once_and_refunds_its_own_failures_alone() {
    let mut play = Play::new();
    // Three failures that belong to a verification nobody finishes.
    let abandoned = play.start(&Ask::for_purpose(Purpose::SettingChange)).unwrap();
    play.guess(abandoned, 3);
    play.cancel(abandoned);
    let id = play.start(&Ask::sign_in()).unwrap();
    assert_eq!(play.guess(id, 1), CheckOutcome::Wrong { left: 1, earlier: false });
    assert_eq!(play.sms().failures_this_year, 4);

    play.wait(seconds(20));
    assert_eq!(play.check(id, &play.code(id)), CheckOutcome::Approved);
    assert_eq!(play.status(id), VerificationStatus::Approved);
    assert_eq!(play.verifications[&id].finished_at, Some(START.after(seconds(20))));
    let sms = play.sms();
    assert_eq!(sms.failures_this_year, 3, "its own one came back, the stranger's three did not (R20)");
    assert_eq!((sms.run, sms.in_a_row, sms.sends_unconverted), (0, 0, 0));
    assert_eq!(play.check(id, &play.code(id)), CheckOutcome::Closed(VerificationStatus::Approved));
}

#[test]
fn a_success_after_midnight_refunds_the_bucket_that_was_charged() {
    let mut play = Play::new();
    play.now = Timestamp::from_unix_ms(START.day() * 86_400_000).before(seconds(60));
    let id = play.start(&Ask::sign_in()).unwrap();
    play.guess(id, 2);
    play.wait(seconds(120));
    play.resend(id).unwrap();
    play.guess(id, 1);
    // The play panics if any bucket goes below zero.
    assert_eq!(play.check(id, &play.code(id)), CheckOutcome::Approved);
    assert_eq!(play.sms().failures_this_year, 0);
}

#[test]
fn the_fifth_wrong_code_leads_to_failed_and_locks_the_factor() {
    let mut play = Play::new();
    let id = play.start(&Ask::sign_in()).unwrap();
    for left in (1..=4).rev() {
        assert_eq!(play.guess(id, 1), CheckOutcome::Wrong { left, earlier: false });
        assert_eq!(play.status(id), VerificationStatus::Pending);
    }
    let until = START.after(seconds(900));
    assert_eq!(play.guess(id, 1), CheckOutcome::LockedNow { until });
    assert_eq!(play.status(id), VerificationStatus::Failed);
    assert_eq!(play.verifications[&id].finished_at, Some(START));
    assert_eq!(play.messages[0].1, MessageStatus::Canceled, "a code that cannot be used is not sent");
    assert_eq!(play.sms().locked_until, Some(until));
    let told = play.event_kinds();
    assert_eq!(told.iter().filter(|kind| **kind == "code_wrong").count(), 5);
    assert_eq!(told.last(), Some(&"factor_locked"));
    assert_eq!(play.check(id, &play.code(id)), CheckOutcome::Closed(VerificationStatus::Failed));
}

#[test]
fn the_last_failure_of_the_year_leads_to_failed_and_disables_the_factor() {
    let policy = Policy { failures_per_year_max: 7, ..Policy::default() };
    let mut play = Play::with(policy);
    let first = play.start(&Ask::sign_in()).unwrap();
    play.guess(first, 5);
    play.wait(seconds(900));
    let second = play.start(&Ask::sign_in()).unwrap();
    assert!(matches!(play.guess(second, 1), CheckOutcome::Wrong { .. }));
    assert_eq!(play.guess(second, 1), CheckOutcome::DisabledNow);
    assert_eq!(play.status(second), VerificationStatus::Failed);
    assert_eq!(play.event_kinds().last(), Some(&"factor_disabled"));
    play.wait(crate::time::days(364));
    let refused = Err(SendRefusal::Factor(Refusal::Disabled));
    assert_eq!(play.start(&Ask::sign_in()), refused);
}

#[test]
fn the_deadline_leads_to_expired_not_a_moment_early() {
    let mut play = Play::new();
    let id = play.start(&Ask::sign_in()).unwrap();
    play.wait(seconds(600) - MOMENT);
    assert_eq!(play.expire(id), VerificationStatus::Pending, "called early, nothing happens");
    play.wait(MOMENT);
    assert_eq!(play.expire(id), VerificationStatus::Expired);
    assert_eq!(play.status(id), VerificationStatus::Expired);
    assert_eq!(play.messages[0].1, MessageStatus::Canceled);
    assert_eq!(play.expire(id), VerificationStatus::Expired, "called twice, nothing happens");
    assert_eq!(play.check(id, &play.code(id)), CheckOutcome::Closed(VerificationStatus::Expired));
}

#[test]
fn a_code_entered_after_the_deadline_expires_the_verification_by_itself() {
    // A long code life, so that only the deadline can stand in the way (R3: tested at use, not by a sweeper).
    let mut play = Play::with(Policy { code_life_s: 600, ..Policy::default() });
    let id = play.start(&Ask::sign_in()).unwrap();
    play.wait(seconds(30));
    play.resend(id).unwrap();
    play.wait(seconds(570) - MOMENT);
    let right = play.code(id);
    assert_eq!(play.judge(id, &right, page(1)).outcome, CheckOutcome::Approved);
    play.wait(MOMENT);
    assert_eq!(play.check(id, &right), CheckOutcome::Closed(VerificationStatus::Expired));
    assert_eq!(play.status(id), VerificationStatus::Expired);
    assert_eq!(play.sms().failures_this_year, 0, "nothing was compared");
}

#[test]
fn withdrawing_leads_to_canceled_from_pending_alone() {
    let mut play = Play::new();
    let id = play.start(&Ask::sign_in()).unwrap();
    assert_eq!(play.cancel(id), VerificationStatus::Canceled);
    assert_eq!(play.status(id), VerificationStatus::Canceled);
    assert_eq!(play.messages[0].1, MessageStatus::Canceled);
    assert_eq!(play.check(id, &play.code(id)), CheckOutcome::Closed(VerificationStatus::Canceled));

    let approved = play.start(&Ask::sign_in()).unwrap();
    play.check(approved, &play.code(approved));
    assert_eq!(play.cancel(approved), VerificationStatus::Approved, "what is final stays");
    play.wait(seconds(600));
    assert_eq!(play.expire(approved), VerificationStatus::Approved);
}

#[test]
fn a_newer_one_supersedes_those_of_the_same_subject_channel_and_purpose_alone() {
    let mut play = Play::with(Policy { sends_before_lock: 20, ..Policy::default() });
    let old = play.start(&Ask::sign_in()).unwrap();
    let others = [
        Ask { subject: account(2), ..Ask::sign_in() },
        Ask { address: address(EMAIL), ..Ask::sign_in() },
        Ask::for_purpose(Purpose::SettingChange),
        Ask { service_id: service(2), ..Ask::sign_in() },
    ]
    .map(|ask| play.start(&ask).unwrap());
    // Another page and another number are still the same subject, channel and purpose (R6).
    let newer = Ask { address: address(OTHER_PHONE), page: page(2), ..Ask::sign_in() };
    let new = play.start(&newer).unwrap();
    assert_eq!(play.status(old), VerificationStatus::Superseded);
    assert_eq!(play.check(old, &play.code(old)), CheckOutcome::Closed(VerificationStatus::Superseded));
    for id in others.into_iter().chain([new]) {
        assert_eq!(play.check(id, &play.code(id)), CheckOutcome::Approved);
    }
}

#[test]
fn the_new_one_is_excepted_by_name_so_that_the_order_of_saving_does_not_matter() {
    let (play, ask) = (Play::new(), Ask::sign_in());
    let snapshot = SendSnapshot { factor: play.sms(), planned: &[], hit: None };
    let decision = start(&ask.request(), snapshot, play.world());
    let id = decision.outcome.unwrap().id;
    let excepted = decision.changes.iter().find_map(|change| match change {
        Change::SupersedeVerifications { except, .. } => Some(*except),
        _ => None,
    });
    assert_eq!(excepted, Some(id));
}

#[test]
fn a_new_one_takes_the_place_of_whatever_proves_the_same_factor() {
    let (play, ask) = (Play::new(), Ask::sign_in());
    let snapshot = SendSnapshot { factor: play.sms(), planned: &[], hit: None };
    let decision = start(&ask.request(), snapshot, play.world());
    let superseded: Vec<Channel> = decision
        .changes
        .iter()
        .filter_map(|change| match change {
            Change::SupersedeVerifications { channel, .. } => Some(*channel),
            _ => None,
        })
        .collect();
    assert_eq!(superseded, [Channel::Sms, Channel::Voice, Channel::Whatsapp], "and no email code");
}

// The refusals.

#[test]
fn a_resend_waits_its_gap_to_the_millisecond() {
    let mut play = Play::with(Policy { sends_before_lock: 20, ..Policy::default() });
    let id = play.start(&Ask::sign_in()).unwrap();
    for gap in [30, 40, 60, 90] {
        let at = play.now.after(seconds(gap));
        assert_eq!(resend_at(&play.verifications[&id], &play.policy), at);
        assert_eq!(play.resend(id), Err(SendRefusal::TooSoon { at }));
        play.now = at.before(MOMENT);
        assert_eq!(play.resend(id), Err(SendRefusal::TooSoon { at }));
        play.now = at;
        assert_eq!(play.resend(id), Ok(()));
    }
    assert_eq!(play.codes(id).len(), 5);
    play.wait(seconds(120));
    assert_eq!(play.resend(id), Err(SendRefusal::SendsSpent));
    assert_eq!(play.check(id, &play.code(id)), CheckOutcome::Approved, "the last code still works");
}

#[test]
fn a_clock_that_steps_back_only_lengthens_the_wait() {
    let mut play = Play::new();
    let id = play.start(&Ask::sign_in()).unwrap();
    play.now = START.before(seconds(3_600));
    let at = START.after(seconds(30));
    assert_eq!(play.resend(id), Err(SendRefusal::TooSoon { at }));
    play.guess(id, 5);
    let until = play.now.after(seconds(900));
    play.now = play.now.before(crate::time::days(400));
    assert_eq!(play.start(&Ask::sign_in()), Err(SendRefusal::Factor(Refusal::Locked { until })));
}

#[test]
fn the_fifth_code_without_a_success_locks_sending_for_half_an_hour() {
    let mut play = Play::new();
    let ids: Vec<VerificationId> = [Purpose::SignIn, Purpose::Bind, Purpose::ApiKey, Purpose::SettingChange]
        .map(|purpose| play.start(&Ask::for_purpose(purpose)).unwrap())
        .into();
    play.wait(seconds(30));
    play.resend(ids[0]).unwrap();
    assert_eq!(play.event_kinds().last(), Some(&"sending_locked"));
    let until = play.now.after(seconds(1_800));
    let refused = SendRefusal::SendingLocked { until };
    play.wait(seconds(40));
    let counters = play.counters.clone();
    assert_eq!(play.resend(ids[1]), Err(refused));
    assert_eq!(play.start(&Ask::for_purpose(Purpose::Withdrawal)), Err(refused));
    assert_eq!(play.counters, counters);
    let email = Ask { address: address(EMAIL), ..Ask::for_purpose(Purpose::Withdrawal) };
    assert!(play.start(&email).is_ok(), "another channel is another factor");
    play.now = until.before(MOMENT);
    assert_eq!(play.start(&Ask::sign_in()), Err(refused));
    play.now = until;
    assert!(play.start(&Ask::sign_in()).is_ok());
}

#[test]
fn codes_sent_before_the_lock_still_work_and_a_success_opens_sending() {
    let mut play = Play::new();
    let purposes =
        [Purpose::SignIn, Purpose::Bind, Purpose::ApiKey, Purpose::SettingChange, Purpose::PasswordReset];
    let ids = purposes.map(|purpose| play.start(&Ask::for_purpose(purpose)).unwrap());
    let another = Ask { details: None, ..Ask::for_purpose(Purpose::SignUp) };
    assert!(matches!(play.start(&another), Err(SendRefusal::SendingLocked { .. })));
    assert_eq!(play.check(ids[0], &play.code(ids[0])), CheckOutcome::Approved);
    assert!(play.start(&another).is_ok());
}

#[test]
fn a_cap_refuses_start_and_resend_and_a_refusal_leaves_no_trace_on_any_counter() {
    let policy = Policy { sends_per_address_per_day: 2, ..Policy::default() };
    let mut play = Play::with(policy);
    let id = play.start(&Ask::sign_in()).unwrap();
    play.wait(seconds(30));
    play.resend(id).unwrap();
    let counters = play.counters.clone();
    assert_eq!(counters.len(), 7, "address, account, ip, network, prefix, country, money");
    play.wait(seconds(40));
    let until = Timestamp::from_unix_ms((START.day() + 1) * 86_400_000);
    let limited = SendRefusal::Limited(LimitHit { kind: LimitKind::Address, until });
    assert_eq!(play.resend(id), Err(limited));
    assert_eq!(play.start(&Ask::sign_in()), Err(limited));
    let told = play.event_kinds();
    assert_eq!(told[told.len() - 2..], ["send_limited", "send_limited"], "each is recorded (R76)");
    assert_eq!(play.counters, counters);
    assert_eq!(play.status(id), VerificationStatus::Pending, "a refused start supersedes nothing");
    assert_eq!(play.sms().sends_unconverted, 2);
    assert_eq!(play.messages.len(), 2);
}

#[test]
fn every_refusal_of_a_resend_takes_its_counts_back_and_changes_nothing_else() {
    let mut play = Play::new();
    let id = play.start(&Ask::for_purpose(Purpose::Withdrawal)).unwrap();
    let closed = play.start(&Ask::sign_in()).unwrap();
    play.cancel(closed);
    play.wait(seconds(30));
    let (counters, verifications) = (play.counters.clone(), play.verifications.clone());
    let right = details("0.25 BTC", "bc1q0x9k4");
    let other = details("2.5 BTC", "bc1q0x9k4");
    assert_eq!(play.resend_as(id, page(2), Some(&right)), Err(SendRefusal::NotThisPage));
    assert_eq!(play.resend_as(id, None, Some(&right)), Err(SendRefusal::NotThisPage));
    assert_eq!(play.resend_as(id, page(1), Some(&other)), Err(SendRefusal::DetailsMismatch));
    assert_eq!(play.resend_as(id, page(1), None), Err(SendRefusal::DetailsMismatch));
    assert_eq!(play.resend(closed), Err(SendRefusal::Closed(VerificationStatus::Canceled)));
    play.wait(seconds(570));
    assert_eq!(play.resend(id), Err(SendRefusal::Closed(VerificationStatus::Expired)));
    assert_eq!((play.counters, play.verifications), (counters, verifications));
}

#[test]
fn details_must_be_said_where_value_leaves_and_elsewhere_only_by_an_action() {
    let mut play = Play::new();
    for purpose in Purpose::ALL.iter().copied() {
        let wrong = match purpose {
            Purpose::Withdrawal | Purpose::P2pSell => None,
            _ => Some(details("1 BTC", "bc1q")),
        };
        let ask = Ask { details: wrong, ..Ask::for_purpose(purpose) };
        assert_eq!(play.start(&ask), Err(SendRefusal::DetailsMismatch), "{purpose:?}");
    }
    assert!(play.counters.values().all(|count| *count == 0) && play.messages.is_empty());
    for purpose in Purpose::ALL.iter().copied() {
        let action = Details { action: DetailsDigest([1; 32]), ..Details::default() };
        let ask = Ask { details: Some(action), ..Ask::for_purpose(purpose) };
        assert!(Play::new().start(&ask).is_ok(), "{purpose:?}");
    }
}

#[test]
fn the_message_of_an_actions_code_shows_all_that_the_page_shows_and_nothing_that_is_empty() {
    let mut play = Play::new();
    let shown = Details {
        network: "tron".to_owned(),
        fingerprint: "ocean tiger".to_owned(),
        action: DetailsDigest([1; 32]),
        ..details("0.25 BTC", "bc1q0x9k4")
    };
    let words_alone = Details { fingerprint: "ocean tiger".to_owned(), ..Details::default() };
    let words_alone = Details { action: DetailsDigest([2; 32]), ..words_alone };
    for (purpose, confirms) in [(Purpose::Withdrawal, shown), (Purpose::ApiKey, words_alone)] {
        let id = play.start(&Ask { details: Some(confirms.clone()), ..Ask::for_purpose(purpose) }).unwrap();
        let (message, _) = play.messages.iter().find(|(m, _)| m.verification_id == Some(id)).unwrap();
        let Body::Code { amount, payee, network, fingerprint, .. } = &message.body else { panic!("a code") };
        let said = [amount, payee, network, fingerprint].map(|text| text.as_deref());
        let texts = [&confirms.amount, &confirms.payee, &confirms.network, &confirms.fingerprint];
        assert_eq!(said, texts.map(|text| Some(text.as_str()).filter(|text| !text.is_empty())));
    }
}

#[test]
fn the_message_of_a_withdrawal_names_amount_and_payee_on_every_send() {
    let mut play = Play::new();
    let id = play.start(&Ask::for_purpose(Purpose::Withdrawal)).unwrap();
    play.wait(seconds(30));
    play.resend(id).unwrap();
    for (message, _) in &play.messages {
        let Body::Code { amount, payee, valid_s: 120, .. } = &message.body else { panic!("a code") };
        assert_eq!((amount.as_deref(), payee.as_deref()), (Some("0.25 BTC"), Some("bc1q0x9k4")));
    }
}

#[test]
fn another_page_can_neither_finish_nor_hinder_it() {
    let mut play = Play::new();
    let id = play.start(&Ask::sign_in()).unwrap();
    let right = play.code(id);
    for stranger in [page(2), None] {
        assert_eq!(play.check_on(id, &right, stranger), CheckOutcome::NotThisPage);
        let wrong = play.wrong_code(id);
        assert_eq!(play.check_on(id, &wrong, stranger), CheckOutcome::NotThisPage);
    }
    assert_eq!(play.sms().failures_this_year, 0);
    assert_eq!(play.check(id, &right), CheckOutcome::Approved);

    let vouched = play.start(&Ask { page: None, ..Ask::sign_in() }).unwrap();
    let right = play.code(vouched);
    assert_eq!(play.check_on(vouched, &right, page(1)), CheckOutcome::NotThisPage);
    assert_eq!(play.check_on(vouched, &right, None), CheckOutcome::Approved);
}

#[test]
fn a_locked_factor_refuses_start_resend_and_the_right_code_until_it_opens() {
    let mut play = Play::with(Policy { sends_before_lock: 20, ..Policy::default() });
    let open = play.start(&Ask::for_purpose(Purpose::SettingChange)).unwrap();
    let guessed = play.start(&Ask::sign_in()).unwrap();
    play.guess(guessed, 5);
    let until = START.after(seconds(900));
    let locked = Refusal::Locked { until };
    play.wait(seconds(60));
    assert_eq!(play.check(open, &play.code(open)), CheckOutcome::Refused(locked));
    assert_eq!(play.resend(open), Err(SendRefusal::Factor(locked)));
    assert_eq!(play.start(&Ask::sign_in()), Err(SendRefusal::Factor(locked)));
    assert_eq!(play.guess(open, 1), CheckOutcome::Refused(locked), "and compares nothing");
    assert_eq!(play.sms().failures_this_year, 5);
    let other = Ask { address: address(EMAIL), ..Ask::sign_in() };
    assert!(play.start(&other).is_ok(), "the lock is the factor's, not the account's (R24)");
    play.now = until.before(MOMENT);
    assert_eq!(play.start(&Ask::sign_in()), Err(SendRefusal::Factor(locked)));
    play.now = until;
    let fresh = play.start(&Ask::sign_in()).unwrap();
    assert_eq!(play.check(fresh, &play.code(fresh)), CheckOutcome::Approved);
}

#[test]
fn a_code_works_up_to_its_last_millisecond_and_not_in_the_next() {
    // product.md D: bind 2 minutes, withdrawal 120 s, anything else 5 minutes.
    for purpose in Purpose::ALL.iter().copied() {
        let life = match purpose {
            Purpose::Bind | Purpose::Withdrawal => 120,
            _ => 300,
        };
        let mut play = Play::new();
        let id = play.start(&Ask::for_purpose(purpose)).unwrap();
        let right = play.code(id);
        play.wait(seconds(life) - MOMENT);
        assert_eq!(play.judge(id, &right, page(1)).outcome, CheckOutcome::Approved, "{purpose:?}");
        play.wait(MOMENT);
        assert_eq!(play.check(id, &right), CheckOutcome::CodeExpired, "{purpose:?}");
        assert_eq!(play.guess(id, 1), CheckOutcome::CodeExpired, "{purpose:?}");
        assert_eq!(play.sms().failures_this_year, 0, "nothing was compared");
        play.resend(id).unwrap();
        assert_eq!(play.check(id, &right), CheckOutcome::Wrong { left: 4, earlier: true }, "{purpose:?}");
        assert_eq!(play.check(id, &play.code(id)), CheckOutcome::Approved, "a new one may be asked for");
    }
}

#[test]
fn a_code_sent_late_ends_with_its_verification() {
    let mut play = Play::new();
    let id = play.start(&Ask::sign_in()).unwrap();
    play.wait(seconds(500));
    play.resend(id).unwrap();
    let (message, _) = play.messages.last().unwrap();
    let Body::Code { valid_s, .. } = message.body else { panic!("a code") };
    assert_eq!(valid_s, 100, "the message promises no more than there is");
    assert_eq!(play.verifications[&id].code_expires_at, START.after(seconds(600)));
}
