//! Who is told, and the link that every notice brings.

use super::*;
use crate::stage::*;
use crate::time::hours;
use std::collections::HashSet;

#[test]
fn a_notice_goes_to_every_contact_there_is_and_to_no_other() {
    let stage = Stage::new();
    let nameless = Account { email: None, ..account() };
    let what = Notice::PasskeyAdded;
    for (account, binding, to) in [
        (account(), Some(binding()), &[EMAIL, PHONE][..]),
        (account(), None, &[EMAIL]),
        (nameless.clone(), Some(binding()), &[PHONE]),
        (nameless, None, &[]),
    ] {
        let changes = notice_everywhere(&account, binding.as_ref(), what, "a laptop", stage.world());
        let wanted: Vec<_> = to.iter().map(|to| (*to, what, "a laptop")).collect();
        assert_eq!(notices(&changes), wanted);
        let by_mail = notice(&account, what, String::new(), stage.world());
        assert_eq!(notices(&by_mail).len(), usize::from(account.email.is_some()), "never the phone");
    }
}

#[test]
fn a_message_is_the_accounts_in_its_language_for_a_day() {
    let stage = Stage::new();
    let account = Account { locale: "th".to_owned(), ..account() };
    let changes = tell(&account, &binding().number, Notice::NumberChanged, "x".to_owned(), stage.world());
    let [Change::InsertFreezeLink { .. }, Change::InsertMessage(message)] = &changes[..] else {
        panic!("{changes:?}")
    };
    assert_eq!((message.channel, message.locale.as_str()), (Channel::Sms, "th"));
    assert_eq!((message.account_id, message.verification_id), (Some(account.id), None));
    assert_eq!((message.created_at, message.expires_at), (START, START.after(hours(24))));
}

/// 80 bits, none of them lost on the way to letters: every character takes every value, and no two links are
/// the same.
#[test]
fn links_are_eighty_random_bits() {
    let stage = Stage::new();
    let drawn: Vec<String> = (0..2_000).map(|_| draw_link_token(stage.world())).collect();
    assert_eq!(drawn.iter().collect::<HashSet<_>>().len(), 2_000);
    for place in 0..16 {
        let letters: HashSet<char> = drawn.iter().filter_map(|token| token.chars().nth(place)).collect();
        assert_eq!(letters.len(), 32, "place {place}");
        assert!(letters.iter().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()));
    }
    assert!(drawn.iter().all(|token| token.len() == 16));
}

/// R10: the link is a secret, and a decision that makes one can be printed.
#[test]
fn t7_no_notice_prints_its_link_or_where_it_goes() {
    let stage = Stage::new();
    let changes = notice_everywhere(&account(), Some(&binding()), Notice::AccountFrozen, "", stage.world());
    let printed = format!("{changes:?} {changes:#?}");
    for change in &changes {
        if let Change::InsertMessage(Message { body: Body::Notice { freeze_path, .. }, .. }) = change {
            assert!(!printed.contains(freeze_path.strip_prefix("/freeze/").unwrap()));
        }
    }
    for secret in [EMAIL, PHONE, "7400123456"] {
        assert!(!printed.contains(secret), "{secret} is printed");
    }
}
