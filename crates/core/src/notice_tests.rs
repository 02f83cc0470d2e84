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

/// Entropy with one bit set, or none.
struct OneBit(Option<usize>);

impl entropy::Entropy for OneBit {
    fn fill(&self, out: &mut [u8]) {
        out.fill(0);
        if let Some(bit) = self.0 {
            out[bit / 8] = 1 << (bit % 8);
        }
    }
}

/// 80 bits, none of them lost or doubled on the way to letters: each moves one letter, and no two the same way.
#[test]
fn links_are_eighty_random_bits() {
    let stage = Stage::new();
    let draw = |bit| draw_link_token(World { entropy: &OneBit(bit), ..stage.world() });
    let none = draw(None);
    let drawn: Vec<String> = (0..80).map(|bit| draw(Some(bit))).collect();
    for (bit, token) in drawn.iter().enumerate() {
        assert!(token.len() == 16 && token.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()));
        let moved = token.chars().zip(none.chars()).filter(|(one, other)| one != other).count();
        assert_eq!(moved, 1, "bit {bit}");
    }
    assert_eq!(drawn.iter().collect::<HashSet<_>>().len(), 80);
    let random: HashSet<String> = (0..2_000).map(|_| draw_link_token(stage.world())).collect();
    let letters: HashSet<char> = random.iter().flat_map(|token| token.chars()).collect();
    assert_eq!((random.len(), letters.len()), (2_000, 32));
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
