//! The attacks of security.md section 2 that the rules alone must withstand, each by its id. What is asserted
//! is the value of a counter or the number of codes compared, never only the name of an error (T4's lesson).

use super::*;
use crate::time::days;

/// Whether a code was compared, by what was answered.
fn was_compared(outcome: CheckOutcome) -> bool {
    matches!(
        outcome,
        CheckOutcome::Approved
            | CheckOutcome::Wrong { .. }
            | CheckOutcome::LockedNow { .. }
            | CheckOutcome::DisabledNow
    )
}

/// No cap on sending: what is left standing is the count of guesses.
fn generous() -> Policy {
    Policy {
        sends_before_lock: 1_000_000,
        sends_per_address_per_day: 1_000_000,
        sends_per_account_per_day: 1_000_000,
        sends_per_ip_per_hour: 1_000_000,
        sends_per_network_per_hour: 1_000_000,
        sends_per_prefix_per_hour: 1_000_000,
        sends_per_country_per_hour: 1_000_000,
        spend_per_country_per_day_micros: u64::MAX,
        ..Policy::default()
    }
}

#[test]
fn t1_ten_thousand_wrong_codes_are_five_guesses_and_then_the_right_one_is_refused() {
    let mut play = Play::new();
    let id = play.start(&Ask::sign_in()).unwrap();
    let right = play.code(id);
    let guesses = (0..10_001u32).map(|n| format!("{n:06}")).filter(|guess| *guess != right);
    let outcomes: Vec<CheckOutcome> = guesses.take(10_000).map(|guess| play.check(id, &guess)).collect();
    assert_eq!(outcomes.len(), 10_000);
    assert_eq!(outcomes.iter().filter(|outcome| was_compared(**outcome)).count(), 5);
    assert!(outcomes[5..].iter().all(|o| *o == CheckOutcome::Closed(VerificationStatus::Failed)));
    assert_eq!(play.verifications[&id].failures, 5);
    let sms = play.sms();
    assert_eq!((sms.failures_this_year, sms.in_a_row, sms.ladder_step), (5, 5, 1));
    assert_eq!(play.check(id, &right), CheckOutcome::Closed(VerificationStatus::Failed));
    play.wait(seconds(900));
    assert_eq!(play.check(id, &right), CheckOutcome::Closed(VerificationStatus::Failed), "nor later");
}

#[test]
fn t1_a_success_elsewhere_gives_no_guess_at_this_verification_back() {
    let mut play = Play::with(generous());
    let target = play.start(&Ask::sign_in()).unwrap();
    let mut compared = 0;
    for _ in 0..5 {
        let wrong = play.wrong_code(target);
        for _ in 0..4 {
            compared += usize::from(was_compared(play.check(target, &wrong)));
        }
        // The owner, or the thief of a session, proves something else over the same channel in between.
        let other = Ask { page: page(2), ..Ask::for_purpose(Purpose::SettingChange) };
        if let Ok(other) = play.start(&other) {
            play.check(other, &play.code(other));
        }
    }
    assert_eq!(compared, 5);
    assert_eq!(play.status(target), VerificationStatus::Failed);
    assert_eq!(play.sms().locked_until, Some(START.after(seconds(900))));
}

#[test]
fn t3_five_hundred_verifications_with_one_guess_each_are_five_hundred_guesses_at_one_account() {
    // Budget and disabling are set out of bounds, so that the count itself can be seen to reach 500.
    let policy = Policy { failures_per_year_max: 10_000, failures_in_a_row_max: 10_000, ..generous() };
    let mut play = Play::with(policy);
    let (mut started, mut refused) = (0, 0);
    while started < 500 {
        let purpose = Purpose::ALL[started % Purpose::ALL.len()];
        let to = address(if started.is_multiple_of(3) { OTHER_PHONE } else { PHONE });
        let page = page(u8::try_from(started % 251).unwrap());
        match play.start(&Ask { address: to, page, ..Ask::for_purpose(purpose) }) {
            Ok(id) => {
                started += 1;
                assert!(was_compared(play.guess(id, 1)));
            }
            Err(SendRefusal::Factor(Refusal::Locked { until })) => {
                refused += 1;
                assert!(play.now < until && play.sms().run == 0);
                play.now = until;
            }
            Err(other) => panic!("{other:?}"),
        }
        assert_eq!(play.sms().in_a_row, u32::try_from(started).unwrap());
    }
    assert_eq!(refused, 99, "every fifth guess locks; while locked, a new verification is refused");
    assert_eq!(play.sms().ladder_step, 100);
    let wrong = play.events.iter().filter(|entry| entry.event.kind() == "code_wrong").count();
    assert_eq!(wrong, 500);
}

#[test]
fn t3_with_the_default_policy_the_account_gives_sixty_guesses_a_year_and_no_more() {
    let mut play = Play::with(generous());
    let mut compared = 0;
    loop {
        match play.start(&Ask::sign_in()) {
            Ok(id) => {
                compared += usize::from(was_compared(play.guess(id, 1)));
                assert!(compared <= 60);
            }
            Err(SendRefusal::Factor(Refusal::Locked { until })) => play.now = until,
            Err(SendRefusal::Factor(Refusal::Disabled)) => break,
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(compared, 60);
    assert_eq!(play.sms().failures_this_year, 60);
    assert!(play.now < START.after(days(365)));
}

#[test]
fn t3_an_address_without_an_account_is_guessed_at_the_same_pace() {
    let subject = Subject::Address(index_of(&address(PHONE)));
    // The smallest count in a row that a policy may set: it must not stand in for the lock it comes before.
    let mut play = Play::with(Policy { failures_in_a_row_max: 5, ..generous() });
    let ask = Ask { subject, purpose: Purpose::SignUp, ..Ask::sign_in() };
    let mut compared = Vec::new();
    while play.now < START.after(days(1)) {
        match play.start(&ask) {
            Ok(id) => {
                if was_compared(play.guess(id, 1)) {
                    compared.push(play.now);
                    assert!(compared.len() <= 20);
                }
            }
            Err(SendRefusal::Factor(Refusal::Locked { until })) => play.now = until,
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(compared.len(), 20, "five, 15 min, five, 1 h, five, 4 h, five, 24 h (security.md section 3)");
}

#[test]
fn t4_a_resend_gives_no_guess_back() {
    let mut play = Play::new();
    let id = play.start(&Ask::sign_in()).unwrap();
    assert_eq!(play.guess(id, 4), CheckOutcome::Wrong { left: 1, earlier: false });
    let before = play.sms();
    assert_eq!((before.run, before.in_a_row, before.failures_this_year), (4, 4, 4));
    play.wait(seconds(30));
    play.resend(id).unwrap();
    let after = play.sms();
    assert_eq!((after.run, after.in_a_row, after.failures_this_year, after.ladder_step), (4, 4, 4, 0));
    assert_eq!(play.verifications[&id].failures, 4);
    assert_eq!(play.guess(id, 1), CheckOutcome::LockedNow { until: play.now.after(seconds(900)) });
    let locked = play.sms();
    assert_eq!((locked.run, locked.in_a_row, locked.failures_this_year, locked.ladder_step), (0, 5, 5, 1));
}

#[test]
fn t4_neither_does_a_new_verification_another_page_purpose_or_number_nor_letting_it_expire() {
    let fresh = [
        Ask::sign_in(),
        Ask { page: page(2), ..Ask::sign_in() },
        Ask { page: None, ..Ask::sign_in() },
        Ask::for_purpose(Purpose::Withdrawal),
        Ask { address: address(OTHER_PHONE), ..Ask::sign_in() },
    ];
    for ask in fresh {
        for wait in [0, 600] {
            let mut play = Play::new();
            let first = play.start(&Ask::sign_in()).unwrap();
            play.guess(first, 4);
            play.wait(seconds(wait));
            play.expire(first);
            let second = play.start(&ask).unwrap();
            assert_eq!((play.sms().run, play.sms().failures_this_year), (4, 4), "{ask:?}");
            let until = play.now.after(seconds(900));
            assert_eq!(play.guess(second, 1), CheckOutcome::LockedNow { until }, "{ask:?}");
            assert_eq!(play.sms().failures_this_year, 5, "{ask:?}");
        }
    }
}

/// One verification of the cross matrix, with everything its owner knows.
struct Cell {
    verification: Verification,
    code: String,
    details: Option<Details>,
}

/// What an action confirms: what is shown, and the digest of everything that is not.
fn of_action(amount: &str, payee: &str, action: u8) -> Option<Details> {
    Some(Details { action: DetailsDigest([action; 32]), ..details(amount, payee) })
}

/// Every combination of service, account, page (device), number or mailbox and the way there, purpose, and
/// digest: 224 verifications, all alive at once.
fn cells(play: &Play) -> Vec<Cell> {
    let confirms = [
        (Purpose::SignIn, None),
        (Purpose::Withdrawal, Some(details("1 BTC", "bc1qada"))),
        (Purpose::Withdrawal, of_action("1 BTC", "bc1qada", 1)),
        // The same to the eye, and another memo: another action's digest.
        (Purpose::Withdrawal, of_action("1 BTC", "bc1qada", 2)),
        (Purpose::Withdrawal, of_action("1 BTC", "bc1qeve", 1)),
        (Purpose::P2pSell, of_action("1 BTC", "bc1qada", 1)),
        (Purpose::Transfer, of_action("1 BTC", "bc1qada", 1)),
    ];
    let routes = [(PHONE, false), (PHONE, true), (OTHER_PHONE, false), (EMAIL, false)];
    let mut cells = Vec::new();
    for (bits, (to, by_voice)) in (0..8u8).flat_map(|bits| routes.map(|route| (bits, route))) {
        for (purpose, details) in &confirms {
            let ask = Ask {
                service_id: service(1 + (bits & 1)),
                subject: account(1 + (bits >> 1 & 1)),
                address: address(to),
                by_voice,
                page: page(1 + (bits >> 2 & 1)),
                purpose: *purpose,
                details: details.clone(),
            };
            let snapshot = SendSnapshot { factor: fresh_factor(&ask), planned: &[], hit: None };
            let decision = start(&ask.request(), snapshot, play.world());
            let code = decision.changes.iter().find_map(|change| match change {
                Change::InsertMessage(Message { body: Body::Code { code, .. }, .. }) => Some(code.clone()),
                _ => None,
            });
            let verification = decision.outcome.unwrap();
            cells.push(Cell { verification, code: code.unwrap(), details: details.clone() });
        }
    }
    cells
}

fn fresh_factor(ask: &Ask) -> FactorState {
    FactorState::fresh(ask.service_id, ask.subject, ask.channel().factor(), None)
}

/// Enters `code` into `verification`, on a page and for details that the caller claims.
fn enter(
    play: &Play,
    verification: &Verification,
    code: &str,
    page: Option<TokenHash>,
    details: Option<&Details>,
) -> bool {
    let typed = TypedCode::strict(code, 6).unwrap();
    let Verification { service_id, subject, channel, .. } = *verification;
    let factor = FactorState::fresh(service_id, subject, channel.factor(), None);
    check(verification.clone(), page, &typed, details, factor, play.world()).outcome == CheckOutcome::Approved
}

#[test]
fn t11_a_code_is_good_on_the_diagonal_alone() {
    let play = Play::new();
    let cells = cells(&play);
    let codes: std::collections::HashSet<&String> = cells.iter().map(|cell| &cell.code).collect();
    assert_eq!(codes.len(), 224, "equal codes would prove nothing");
    let mut approved = 0;
    for (row, mine) in cells.iter().enumerate() {
        for (column, theirs) in cells.iter().enumerate() {
            for page in [mine.verification.page, theirs.verification.page] {
                for details in [&mine.details, &theirs.details] {
                    let own = page == mine.verification.page && *details == mine.details;
                    let entered = |code| enter(&play, &mine.verification, code, page, details.as_ref());
                    assert_eq!(entered(&mine.code), own, "row {row}, page and details of {column}");
                    assert_eq!(entered(&theirs.code), own && row == column, "row {row}, code of {column}");
                    approved += usize::from(entered(&theirs.code));
                }
            }
        }
    }
    assert_eq!(approved, 224 * 4, "the diagonal itself is open");
}

/// The same with the rows themselves mixed up: were one verification's hash ever read beside another's
/// context, the right digits must still prove nothing (R5). A page is no part of the hash, nor is it one
/// whether a code was written or spoken; the test above holds them.
#[test]
fn t11_a_hash_is_good_in_its_own_context_alone() {
    let play = Play::new();
    let cells: Vec<Cell> =
        cells(&play).into_iter().filter(|cell| cell.verification.page == page(1)).collect();
    let cells: Vec<Cell> =
        cells.into_iter().filter(|cell| cell.verification.channel != Channel::Voice).collect();
    assert_eq!(cells.len(), 84);
    for (row, mine) in cells.iter().enumerate() {
        for (column, theirs) in cells.iter().enumerate() {
            let (own, other) = (&mine.verification, &theirs.verification);
            let mixed = [
                Verification { code_hash: own.code_hash, ..other.clone() },
                Verification { code_hash: own.code_hash, id: own.id, ..other.clone() },
            ];
            for (keeps_id, verification) in mixed.iter().enumerate() {
                let good = enter(&play, verification, &mine.code, page(1), theirs.details.as_ref());
                assert_eq!(good, row == column, "hash of {row} beside {column}, {keeps_id}");
            }
        }
    }
}

#[test]
fn t11_changed_or_missing_details_make_the_right_code_wrong_and_count() {
    let mut play = Play::new();
    let ask = Ask::for_purpose(Purpose::Withdrawal);
    let id = play.start(&ask).unwrap();
    let right = play.code(id);
    let claims = [
        None,
        Some(details("0.25 BTC", "bc1q0x9k5")),
        Some(details("0.26 BTC", "bc1q0x9k4")),
        // The same characters, cut elsewhere: the digest holds each field's length (R52).
        Some(details("0.25 BTCb", "c1q0x9k4")),
    ];
    let fields = [
        Details { network: "tron".to_owned(), ..details("0.25 BTC", "bc1q0x9k4") },
        Details { fingerprint: "ocean tiger".to_owned(), ..details("0.25 BTC", "bc1q0x9k4") },
        Details { action: DetailsDigest([1; 32]), ..details("0.25 BTC", "bc1q0x9k4") },
    ];
    for claim in fields {
        let (page, right) = (play.verifications[&id].page, TypedCode::strict(&right, 6).unwrap());
        let verification = play.verifications[&id].clone();
        let judged = check(verification, page, &right, Some(&claim), play.sms(), play.world());
        assert_eq!(judged.outcome, CheckOutcome::Wrong { left: 4, earlier: false }, "{claim:?}");
    }
    for (tries, claim) in (1u32..).zip(claims) {
        play.details.insert(id, claim);
        assert_eq!(play.check(id, &right), CheckOutcome::Wrong { left: 5 - tries, earlier: false });
        assert_eq!(play.sms().failures_this_year, tries);
    }
    play.details.insert(id, ask.details);
    assert_eq!(play.check(id, &right), CheckOutcome::Approved);
}

/// R10: whatever is decided can be printed by a careless log line without giving a code or an address away.
#[test]
fn t7_no_decision_prints_a_code_or_an_address() {
    for to in [PHONE, EMAIL] {
        let mut play = Play::with(Policy { sends_per_address_per_day: 4, ..Policy::default() });
        play.printed = Some(String::new());
        let ask = Ask { address: address(to), ..Ask::for_purpose(Purpose::Withdrawal) };
        let approved = play.start(&ask).unwrap();
        play.check(approved, &play.code(approved));
        let canceled = play.start(&ask).unwrap();
        play.cancel(canceled);
        let failed = play.start(&ask).unwrap();
        play.wait(seconds(30));
        play.resend(failed).unwrap();
        play.start(&ask).unwrap_err();
        play.check_on(failed, &play.code(failed), page(9));
        play.check(failed, &play.codes(failed)[0].clone());
        play.guess(failed, 5);
        play.resend(failed).unwrap_err();
        let kinds: std::collections::BTreeSet<&str> = play.event_kinds().into_iter().collect();
        let all = ["code_sent", "code_wrong", "factor_locked", "send_limited"];
        assert_eq!(kinds.into_iter().collect::<Vec<_>>(), all, "everything happened");

        let typed = TypedCode::strict(&play.code(failed), 6).unwrap();
        let printed = play.printed.clone().unwrap()
            + &format!("{typed:?} {:?} {:?} {:?}", ask.request(), play.sms(), play.messages)
            + &format!("{:?} {:?}", play.world().key, play.verifications);
        for code in [approved, canceled, failed].into_iter().flat_map(|id| play.codes(id)) {
            assert!(!printed.contains(&code), "a code is printed");
        }
        let local = to.split('@').next().unwrap().trim_start_matches('+');
        assert!(!printed.contains(local), "an address is printed");
        assert!(printed.contains(&address(to).masked()), "only its masked form");
    }
}
