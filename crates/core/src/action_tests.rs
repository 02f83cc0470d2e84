//! The life of an action, an arrow at a time, and every arrow that there is not. What is confirmed, and that
//! it cannot be swapped, is tested in `action_digest_tests.rs`; whole histories in `action_history_tests.rs`.

use super::*;
use crate::policy::Policy;
use crate::stage::*;
use crate::time::hours;
use Factor::{Email, Passkey, Password, RecoveryCode, Sms, Totp, TradingPassword};
use std::time::Duration;

#[path = "action_digest_tests.rs"]
mod digests;

#[path = "action_history_tests.rs"]
mod histories;

const KEY: [u8; 32] = [1; 32];
const OTHER_KEY: [u8; 32] = [2; 32];

fn wanted(kind: ActionKind) -> Wanted {
    Wanted {
        kind,
        origin: if kind.is_own() { ActionOrigin::SecurityCenter } else { ActionOrigin::RelyingParty },
        details: details_of(kind),
        audience: "https://exchange.example".to_owned(),
        return_url: Some("https://exchange.example/back".to_owned()),
        locale: "th".to_owned(),
        link: Some(TokenHash([5; 32])),
        page: None,
    }
}

/// An account with everything but a passkey, at a browser that is known.
fn facts() -> Facts {
    Facts {
        worth: requirement::Worth::Btc(Amount::parse("0.05").unwrap()),
        held: vec![Password, Sms, Email, Totp, TradingPassword],
        disabled: Vec::new(),
        new_device: Some(false),
        region: None,
        status: AccountStatus::Active,
        sim_changed: requirement::Signal::No,
        last_proof_age_s: None,
    }
}

fn opened(kind: ActionKind, stage: &Stage) -> Action {
    open(wanted(kind), &account(), &facts(), Ok(()), 7, stage.world()).outcome.unwrap()
}

/// A withdrawal with both factors of its only set proved, and the assertion out.
fn authorised(stage: &Stage) -> Action {
    let action = pending(ActionKind::Withdrawal, &[&[Totp, TradingPassword]]);
    let Proved::More(action) = note_proof(action, Totp, Ok(()), stage.world()).outcome else {
        panic!("one of two")
    };
    match note_proof(action, TradingPassword, Ok(()), stage.world()).outcome {
        Proved::Authorised(action) => action,
        other => panic!("{other:?}"),
    }
}

/// One action in each status, each come to by its own arrow.
fn in_every_status(stage: &Stage) -> [Action; 5] {
    let authorised = authorised(stage);
    let id = authorised.assertion_id.unwrap();
    let redeemed = redeem(authorised.clone(), &id, &authorised.digest, KEY, Ok(()), stage.world());
    let Redeemed::Yes(redeemed) = redeemed.outcome else { panic!("in time") };
    let pending = pending(ActionKind::Withdrawal, &[&[Totp, TradingPassword]]);
    let canceled = cancel(pending.clone(), CancelReason::Declined, stage.world()).outcome;
    let later = Stage::at(stage.now.after(seconds(60)));
    let lapsed = expire(authorised.clone(), later.world()).outcome;
    let all = [pending, authorised, redeemed, canceled, lapsed];
    assert_eq!(
        all.each_ref().map(|action| action.status),
        <[ActionStatus; 5]>::try_from(ActionStatus::ALL).unwrap()
    );
    all
}

// Opening.

#[test]
fn open_leads_to_pending_with_what_was_asked_for_and_what_it_takes() {
    let stage = Stage::new();
    let decision = open(wanted(ActionKind::Withdrawal), &account(), &facts(), Ok(()), 7, stage.world());
    let action = decision.outcome.unwrap();
    assert_eq!(action.status, ActionStatus::Pending);
    assert_eq!((action.service_id, action.account_id), (service_id(1), account_id(1)));
    assert_eq!((action.kind, action.origin), (ActionKind::Withdrawal, ActionOrigin::RelyingParty));
    assert_eq!(action.details, details_of(ActionKind::Withdrawal));
    assert_eq!(
        action.any_of,
        [vec![Totp, TradingPassword], vec![TradingPassword, Sms]],
        "what it could prove"
    );
    assert_eq!((action.created_at, action.deadline), (START, START.after(seconds(120))));
    assert_eq!((action.policy_version, action.locale.as_str()), (7, "th"));
    assert_eq!((action.link, action.page), (Some(TokenHash([5; 32])), None));
    assert_eq!(
        (action.assertion_id, action.redeem_key, action.reason),
        (None, None, None),
        "no assertion yet"
    );
    assert_eq!(event_kinds(&decision.changes), ["action_opened"]);
    assert!(decision.changes.contains(&Change::InsertAction(action)));
    assert!(told(&decision.changes).is_empty(), "whoever opened it knows");
}

#[test]
fn exits_have_two_minutes_and_everything_else_ten_or_what_the_policy_says() {
    let policy = Policy { exit_confirm_s: 90, action_confirm_s: 300, ..Policy::default() };
    for (stage, exit, other) in [(Stage::new(), 120, 600), (Stage::with(policy), 90, 300)] {
        for kind in ActionKind::ALL.iter().copied() {
            let life = if kind.is_exit() { exit } else { other };
            assert_eq!(opened(kind, &stage).deadline, START.after(seconds(life)), "{kind:?}");
        }
    }
}

#[test]
fn a_refusal_opens_nothing_and_is_recorded_with_its_reason() {
    let stage = Stage::new();
    let until = START.after(hours(24));
    let held = Refusal::Held { cause: HoldCause::PhoneChanged, until };
    let abroad = Facts { status: AccountStatus::Frozen, ..facts() };
    let poor = Facts { held: vec![Password, Email, TradingPassword], ..facts() };
    for (facts, gate, refusal, reason) in [
        (&facts(), Err(held.clone()), held, "phone_changed"),
        (&facts(), Err(Refusal::Frozen), Refusal::Frozen, "account_frozen"),
        (&abroad, Ok(()), Refusal::Policy, "policy"),
        (&poor, Ok(()), Refusal::FactorsMissing(vec![Totp]), "factors_missing"),
        // A gate that is shut is told before what is missing: setting a factor up would not open it.
        (&poor, Err(Refusal::Frozen), Refusal::Frozen, "account_frozen"),
    ] {
        let decision = open(wanted(ActionKind::Withdrawal), &account(), facts, gate, 1, stage.world());
        assert_eq!(decision.outcome, Err(refusal), "{reason}");
        let event = Event::ActionRefused { action: ActionKind::Withdrawal, reason: reason.to_owned() };
        assert_eq!(events(&decision.changes), [&event]);
        assert_eq!(decision.changes.len(), 1, "nothing else is saved");
    }
}

#[test]
fn what_does_not_count_yet_is_not_missing_and_is_told_with_its_time() {
    let rules = &requirement::default_rules()[&ActionKind::PhoneChange];
    let (soon, late) = (START.after(hours(1)), START.after(hours(2)));
    let mailbox = Facts { held: vec![Password, Email], disabled: vec![Totp], ..facts() };
    let until = |facts: &Facts, settling: &[(Factor, Timestamp)]| match settled(rules, facts, settling) {
        Err(Refusal::Settling { until }) => Some(until),
        Ok(()) => None,
        other => panic!("{other:?}"),
    };
    assert_eq!(until(&mailbox, &[(Totp, soon)]), Some(soon));
    assert_eq!(until(&mailbox, &[(Totp, late), (Passkey, soon)]), Some(soon), "whichever is first");
    assert_eq!(until(&mailbox, &[(TradingPassword, soon)]), None, "nothing that this asks for");
    assert_eq!(until(&Facts { held: vec![Password], ..facts() }, &[(Totp, soon)]), None, "more is missing");
    assert_eq!(until(&facts(), &[(Totp, soon)]), None, "there is another way");
    assert_eq!(Refusal::Settling { until: soon }.as_str(), "factors_settling");
}

#[test]
fn a_restricted_or_flagged_account_is_told_that_this_is_why() {
    let stage = Stage::new();
    for status in [AccountStatus::Restricted, AccountStatus::Flagged] {
        let (account, facts) = (Account { status, ..account() }, Facts { status, ..facts() });
        let decision = open(wanted(ActionKind::Withdrawal), &account, &facts, Ok(()), 1, stage.world());
        assert_eq!(decision.outcome, Err(Refusal::Restricted), "{status:?}");
        let reason = "account_restricted".to_owned();
        let event = Event::ActionRefused { action: ActionKind::Withdrawal, reason };
        assert_eq!(events(&decision.changes), [&event]);
    }
}

#[test]
fn an_action_that_the_policy_does_not_know_is_refused() {
    let mut stage = Stage::new();
    stage.policy.actions.remove(&ActionKind::Gift);
    let decision = open(wanted(ActionKind::Gift), &account(), &facts(), Ok(()), 1, stage.world());
    assert_eq!(decision.outcome, Err(Refusal::Policy));
}

// Proving.

#[test]
fn the_last_factor_of_a_set_leads_to_authorised_with_an_assertion_of_sixty_seconds() {
    let mut stage = Stage::new();
    let action = pending(ActionKind::Withdrawal, &[&[Totp, TradingPassword], &[TradingPassword, Sms]]);
    let first = note_proof(action.clone(), Totp, Ok(()), stage.world());
    let Proved::More(half) = &first.outcome else { panic!("{:?}", first.outcome) };
    assert_eq!((half.status, half.assertion_id), (ActionStatus::Pending, None));
    assert_eq!(first.changes, [Change::SaveAction(half.clone())], "nobody is told of half a proof");
    stage.wait(seconds(30));
    let second = note_proof(half.clone(), TradingPassword, Ok(()), stage.world());
    let Proved::Authorised(done) = &second.outcome else { panic!("{:?}", second.outcome) };
    assert_eq!((done.status, done.authorised_at), (ActionStatus::Authorised, Some(stage.now)));
    assert_eq!(done.assertion_expires_at, Some(stage.now.after(seconds(60))));
    assert!(done.assertion_id.is_some_and(|id| id != [0; 16]));
    let proofs = [(Totp, START), (TradingPassword, stage.now)];
    let noted: Vec<_> = done.proofs.iter().map(|p| (p.factor, Timestamp::from_unix_ms(p.at_ms))).collect();
    assert_eq!(noted, proofs, "each with its own time");
    let event = Event::ActionAuthorised { action: action.kind, factors: vec![Totp, TradingPassword] };
    assert_eq!(events(&second.changes), [&event]);
    assert_eq!(told_kinds(&second.changes), [WebhookKind::ActionAuthorised]);
    assert!(second.changes.contains(&Change::SaveAction(done.clone())));
    assert_eq!(
        (done.digest, &done.details),
        (action.digest, &action.details),
        "what was confirmed has not moved"
    );
}

#[test]
fn any_whole_set_will_do_and_parts_of_two_will_not() {
    let sets: &[&[Factor]] = &[&[Passkey, TradingPassword], &[Totp, Sms], &[RecoveryCode]];
    let stage = Stage::new();
    for (given, enough) in [
        (&[Passkey, TradingPassword][..], true),
        (&[TradingPassword, Passkey], true),
        (&[Totp, Sms], true),
        (&[RecoveryCode], true),
        // Whoever began one way and ended another has proved enough.
        (&[Passkey, Totp, Sms], true),
        (&[Passkey, Totp, TradingPassword], true),
        (&[Passkey], false),
        (&[Passkey, Sms], false),
        (&[Passkey, Totp], false),
        (&[TradingPassword, Sms], false),
        (&[Password, Email], false),
        // The same factor twice is one factor.
        (&[Totp, Totp], false),
    ] {
        let mut action = pending(ActionKind::Withdrawal, sets);
        for factor in given {
            action = match note_proof(action, *factor, Ok(()), stage.world()).outcome {
                Proved::More(action) | Proved::Authorised(action) => action,
                Proved::Refused(..) => panic!("the gate is open"),
            };
        }
        assert_eq!(action.status == ActionStatus::Authorised, enough, "{given:?}");
    }
}

#[test]
fn a_proof_uses_up_the_code_and_the_challenge_that_were_out() {
    let stage = Stage::new();
    let action = Action {
        verification: Some(crate::id::VerificationId::from_bytes([3; 16])),
        passkey_challenge: Some(Redacted("{}".to_owned())),
        ..pending(ActionKind::Withdrawal, &[&[Sms, Passkey]])
    };
    let Proved::More(after) = note_proof(action, Sms, Ok(()), stage.world()).outcome else {
        panic!("one of two")
    };
    assert_eq!((after.verification, after.passkey_challenge), (None, None));
}

#[test]
fn what_began_in_between_stops_the_action_at_its_last_proof() {
    let stage = Stage::new();
    let held = Refusal::Held { cause: HoldCause::TotpChanged, until: START.after(hours(24)) };
    for (refusal, reason) in [(held, CancelReason::Held), (Refusal::Frozen, CancelReason::Frozen)] {
        let action = pending(ActionKind::Withdrawal, &[&[Totp, Sms]]);
        let gate = Err(refusal.clone());
        let Proved::More(half) = note_proof(action, Totp, gate.clone(), stage.world()).outcome else {
            panic!("a stranger learns nothing from half a proof")
        };
        let last = note_proof(half, Sms, gate, stage.world());
        let Proved::Refused(action, told_why) = &last.outcome else { panic!("{:?}", last.outcome) };
        assert_eq!((action.status, action.reason), (ActionStatus::Canceled, Some(reason)));
        assert_eq!((told_why, action.assertion_id), (&refusal, None), "no assertion was ever drawn");
        assert_eq!(event_kinds(&last.changes), ["action_canceled"]);
        assert_eq!(told_kinds(&last.changes), [WebhookKind::ActionCanceled]);
    }
}

#[test]
fn two_assertions_never_share_an_identifier() {
    let stage = Stage::new();
    let ids: std::collections::HashSet<[u8; 16]> =
        (0..100).map(|_| authorised(&stage).assertion_id.unwrap()).collect();
    assert_eq!(ids.len(), 100);
}

/// R70: what is at hand is asked for before a phone rings, email last; only the chosen set counts.
#[test]
fn what_remains_is_asked_for_in_order_of_what_it_costs() {
    let all = [Email, Sms, Totp, TradingPassword, Password, RecoveryCode, Passkey];
    let mut action =
        pending(ActionKind::Withdrawal, &[&[Sms, Totp, TradingPassword], &[Email, Passkey], &all]);
    assert_eq!(remaining(&action), [TradingPassword, Totp, Sms]);
    action.chosen = 1;
    assert_eq!(remaining(&action), [Passkey, Email]);
    action.chosen = 2;
    assert_eq!(remaining(&action), [Passkey, TradingPassword, Password, RecoveryCode, Totp, Sms, Email]);
    action.proofs = [Passkey, Totp].map(|factor| Proof { factor, at_ms: 0 }).to_vec();
    assert_eq!(remaining(&action), [TradingPassword, Password, RecoveryCode, Sms, Email]);
    action.chosen = 0;
    assert_eq!(remaining(&action), [TradingPassword, Sms], "a proof counts for every set");
    // A choice that is not there reads as the first, never as nothing left to prove.
    action.chosen = 99;
    assert_eq!(remaining(&action), [TradingPassword, Sms]);
}

// Time.

#[test]
fn it_is_open_while_pending_up_to_the_last_millisecond() {
    let stage = Stage::new();
    let end = START.after(seconds(120));
    for action in in_every_status(&stage) {
        let open = action.status == ActionStatus::Pending;
        assert_eq!(is_open(&action, START), open, "{:?}", action.status);
        assert_eq!(is_open(&action, end.before(MOMENT)), open);
        assert!(!is_open(&action, end));
    }
}

#[test]
fn the_deadline_leads_to_canceled_not_a_moment_early() {
    let action = pending(ActionKind::Withdrawal, &[&[Totp, TradingPassword]]);
    let mut stage = Stage::at(action.deadline.before(MOMENT));
    assert_eq!(
        expire(action.clone(), stage.world()),
        Decision::only(action.clone()),
        "early, nothing happens"
    );
    stage.wait(MOMENT);
    let over = expire(action, stage.world());
    let over_action = over.outcome.clone();
    assert_eq!(
        (over_action.status, over_action.reason),
        (ActionStatus::Canceled, Some(CancelReason::TimedOut))
    );
    assert_eq!(told_kinds(&over.changes), [WebhookKind::ActionCanceled], "the relying party is told");
    assert_eq!(
        expire(over_action.clone(), stage.world()),
        Decision::only(over_action),
        "twice, nothing happens"
    );
}

#[test]
fn an_assertion_that_nobody_redeems_lapses_after_sixty_seconds() {
    let mut stage = Stage::new();
    let action = authorised(&stage);
    stage.wait(seconds(60) - MOMENT);
    assert_eq!(expire(action.clone(), stage.world()), Decision::only(action.clone()));
    stage.wait(MOMENT);
    let lapsed = expire(action, stage.world());
    assert_eq!(lapsed.outcome.status, ActionStatus::Lapsed);
    assert_eq!(told_kinds(&lapsed.changes), [WebhookKind::ActionLapsed]);
    assert!(lapsed.changes.contains(&Change::SaveAction(lapsed.outcome.clone())));
    assert_eq!(expire(lapsed.outcome.clone(), stage.world()), Decision::only(lapsed.outcome));
}

/// The deadline to confirm does not touch an action that was confirmed in its last second.
#[test]
fn what_was_confirmed_in_time_is_not_cancelled_by_the_deadline() {
    let mut stage = Stage::at(START.after(seconds(120) - MOMENT));
    let action = authorised(&stage);
    stage.wait(seconds(30));
    assert!(stage.now > action.deadline);
    assert_eq!(expire(action.clone(), stage.world()), Decision::only(action));
}

#[test]
fn more_time_is_given_once_and_only_while_there_is_some_left() {
    let mut stage = Stage::at(START.after(seconds(120) - MOMENT));
    let action = pending(ActionKind::Withdrawal, &[&[Totp]]);
    assert!(can_extend(&action, stage.world()));
    let decision = extend(action.clone(), stage.world());
    let longer = decision.outcome.unwrap();
    assert_eq!((longer.deadline, longer.extensions), (START.after(seconds(240)), 1), "as much time again");
    assert_eq!(decision.changes, [Change::SaveAction(longer.clone())]);
    assert!(!can_extend(&longer, stage.world()));
    assert_eq!(extend(longer, stage.world()), Decision::only(None), "once");
    stage.wait(MOMENT);
    assert_eq!(extend(action.clone(), stage.world()), Decision::only(None), "too late");

    let never = Stage::with(Policy { action_extensions_max: 0, ..Policy::default() });
    assert_eq!(extend(action, never.world()), Decision::only(None), "where the policy lets it");
    let stage = Stage::new();
    let setting = extend(pending(ActionKind::PhoneChange, &[&[Sms]]), stage.world()).outcome.unwrap();
    assert_eq!(setting.deadline, START.after(seconds(1_200)));
    for action in in_every_status(&stage).into_iter().skip(1) {
        assert_eq!(extend(action, stage.world()), Decision::only(None), "nothing final lives longer");
    }
}

// Cancelling.

#[test]
fn cancelling_leads_to_canceled_from_pending_and_authorised_alone() {
    let stage = Stage::new();
    for action in in_every_status(&stage) {
        for reason in CancelReason::ALL.iter().copied() {
            let decision = cancel(action.clone(), reason, stage.world());
            if !matches!(action.status, ActionStatus::Pending | ActionStatus::Authorised) {
                assert_eq!(decision, Decision::only(action.clone()), "{:?} is final", action.status);
                continue;
            }
            assert_eq!(
                (decision.outcome.status, decision.outcome.reason),
                (ActionStatus::Canceled, Some(reason))
            );
            let event = Event::ActionCanceled { action: action.kind, reason };
            assert_eq!(events(&decision.changes), [&event]);
            assert_eq!(told_kinds(&decision.changes), [WebhookKind::ActionCanceled]);
            assert!(decision.changes.contains(&Change::SaveAction(decision.outcome.clone())));
        }
    }
}

#[test]
fn a_cancelled_action_sends_no_code_that_was_still_waiting() {
    let stage = Stage::new();
    let of = crate::id::VerificationId::from_bytes([3; 16]);
    let action = Action {
        verification: Some(of),
        passkey_challenge: Some(Redacted("{}".to_owned())),
        ..pending(ActionKind::Withdrawal, &[&[Sms]])
    };
    let decision = cancel(action, CancelReason::Withdrawn, stage.world());
    assert!(decision.changes.contains(&Change::CancelMessages(of)));
    assert_eq!((decision.outcome.verification, decision.outcome.passkey_challenge), (None, None));
}

// Redeeming (R53).

#[test]
fn redeeming_leads_to_redeemed_once_and_the_same_key_hears_the_same_again() {
    let mut stage = Stage::new();
    let action = authorised(&stage);
    let (id, digest) = (action.assertion_id.unwrap(), action.digest);
    stage.wait(seconds(60) - MOMENT);
    let first = redeem(action, &id, &digest, KEY, Ok(()), stage.world());
    let Redeemed::Yes(redeemed) = first.outcome else { panic!("{:?}", first.outcome) };
    assert_eq!((redeemed.status, redeemed.redeemed_at), (ActionStatus::Redeemed, Some(stage.now)));
    assert_eq!(event_kinds(&first.changes), ["action_redeemed"]);
    assert_eq!(told_kinds(&first.changes), [WebhookKind::ActionRedeemed]);
    assert!(first.changes.contains(&Change::SaveAction(redeemed.clone())));
    // Again, in time or years later, whatever has begun since: the same answer, and nothing is written.
    let frozen = || Err(Refusal::Frozen);
    for wait in [MOMENT, hours(1), hours(10_000)] {
        stage.wait(wait);
        let again = redeem(redeemed.clone(), &id, &digest, KEY, frozen(), stage.world());
        assert_eq!(again, Decision::only(Redeemed::Yes(redeemed.clone())));
        let other = redeem(redeemed.clone(), &id, &digest, OTHER_KEY, Ok(()), stage.world());
        assert_eq!(other, Decision::only(Redeemed::Used));
        let unlike = redeem(redeemed.clone(), &id, &DetailsDigest([1; 32]), KEY, Ok(()), stage.world());
        assert_eq!(unlike, Decision::only(Redeemed::DigestMismatch), "not even the same key");
        assert_eq!(expire(redeemed.clone(), stage.world()), Decision::only(redeemed.clone()));
    }
}

#[test]
fn an_assertion_is_redeemed_up_to_its_last_millisecond_and_not_in_the_next() {
    let mut stage = Stage::new();
    let action = authorised(&stage);
    let (id, digest) = (action.assertion_id.unwrap(), action.digest);
    stage.wait(seconds(60));
    let late = redeem(action, &id, &digest, KEY, Ok(()), stage.world());
    assert_eq!(late.outcome, Redeemed::Expired);
    // R3: judged when it is used, and it lapses by itself even if no sweeper ever came.
    assert_eq!(told_kinds(&late.changes), [WebhookKind::ActionLapsed]);
    let Some(Change::SaveAction(lapsed)) = late.changes.first() else { panic!("{:?}", late.changes) };
    assert_eq!(lapsed.status, ActionStatus::Lapsed);
    let again = redeem(lapsed.clone(), &id, &digest, KEY, Ok(()), stage.world());
    assert_eq!(again, Decision::only(Redeemed::Expired));
    // A clock that is set back does not bring it to life again.
    let back = Stage::at(START);
    let again = redeem(lapsed.clone(), &id, &digest, KEY, Ok(()), back.world());
    assert_eq!(again, Decision::only(Redeemed::Expired));
}

#[test]
fn a_hold_or_a_freeze_in_between_cancels_what_was_authorised() {
    let stage = Stage::new();
    let held = Refusal::Held { cause: HoldCause::PhoneChanged, until: START.after(hours(24)) };
    for (refusal, reason) in [(held, CancelReason::Held), (Refusal::Frozen, CancelReason::Frozen)] {
        let action = authorised(&stage);
        let (id, digest) = (action.assertion_id.unwrap(), action.digest);
        let decision = redeem(action, &id, &digest, KEY, Err(refusal.clone()), stage.world());
        assert_eq!(decision.outcome, Redeemed::Refused(refusal));
        let saved = decision.changes.iter().find_map(|change| match change {
            Change::SaveAction(action) => Some(action.clone()),
            _ => None,
        });
        let canceled = saved.unwrap();
        assert_eq!((canceled.status, canceled.reason), (ActionStatus::Canceled, Some(reason)));
        assert_eq!(told_kinds(&decision.changes), [WebhookKind::ActionCanceled]);
        // Once the gate is open again it stays cancelled.
        let again = redeem(canceled, &id, &digest, KEY, Ok(()), stage.world());
        assert_eq!(again, Decision::only(Redeemed::Invalid));
    }
}

#[test]
fn nothing_but_the_right_assertion_of_an_authorised_action_is_redeemed() {
    let stage = Stage::new();
    let [pending, authorised, _, canceled, _] = in_every_status(&stage);
    let (id, digest) = (authorised.assertion_id.unwrap(), authorised.digest);
    let nothing = |action: &Action, id: &[u8], digest: &DetailsDigest| {
        let decision = redeem(action.clone(), id, digest, KEY, Ok(()), stage.world());
        assert!(decision.changes.is_empty(), "a try that fails uses nothing up");
        decision.outcome
    };
    let mut other_id = id;
    other_id[15] ^= 1;
    let other_digest = DetailsDigest([9; 32]);
    assert_eq!(nothing(&authorised, &other_id, &digest), Redeemed::Invalid);
    assert_eq!(nothing(&authorised, &[], &digest), Redeemed::Invalid);
    assert_eq!(nothing(&authorised, &id[..15], &digest), Redeemed::Invalid);
    assert_eq!(nothing(&authorised, &[&id[..], &[0]].concat(), &digest), Redeemed::Invalid);
    assert_eq!(nothing(&authorised, &id, &other_digest), Redeemed::DigestMismatch);
    assert_eq!(nothing(&authorised, &other_id, &other_digest), Redeemed::Invalid, "strangers learn no more");
    for empty in [&[][..], &[0; 16], &id] {
        assert_eq!(nothing(&pending, empty, &digest), Redeemed::Invalid, "there is no assertion yet");
    }
    let withdrawn = cancel(authorised.clone(), CancelReason::Withdrawn, stage.world()).outcome;
    assert_eq!(nothing(&withdrawn, &id, &digest), Redeemed::Invalid);
    assert_eq!(nothing(&canceled, &id, &digest), Redeemed::Invalid);
    // Our own settings take effect where they are authorised; nobody redeems them.
    let own = Action { origin: ActionOrigin::SecurityCenter, ..authorised.clone() };
    assert_eq!(nothing(&own, &id, &digest), Redeemed::Invalid);
    assert!(matches!(redeem(authorised, &id, &digest, KEY, Ok(()), stage.world()).outcome, Redeemed::Yes(_)));
}

#[test]
fn an_action_of_our_own_is_used_up_where_it_takes_effect_and_is_nobody_elses_business() {
    let stage = Stage::new();
    let action = pending(ActionKind::FactorRemove, &[&[Passkey]]);
    let decision = note_proof(action, Passkey, Ok(()), stage.world());
    let Proved::Authorised(action) = decision.outcome else { panic!("its only factor") };
    assert!(told(&decision.changes).is_empty());
    let later = START.after(Duration::from_secs(1));
    let (used, change) = consume_own(action, later);
    assert_eq!((used.status, used.redeemed_at), (ActionStatus::Redeemed, Some(later)));
    assert_eq!(change, Change::SaveAction(used));
    let canceled = cancel(pending_own(), CancelReason::Declined, stage.world());
    assert!(told(&canceled.changes).is_empty());
}

fn pending_own() -> Action {
    pending(ActionKind::PhoneChange, &[&[Sms]])
}
