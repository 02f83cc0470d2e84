//! Telling an account's owner what happened to it (R48, R62): to every contact that the account has, each message
//! with a link that freezes the account and works signed out (R67). Decides who is told, not the words.

use crate::address::Address;
use crate::change::Change;
use crate::entropy;
use crate::id::MessageId;
use crate::model::*;
use crate::session::hash_token;
use crate::time::days;
use crate::verification::World;

/// A notice to the account's email address, if it has one: the channel that a thief of the phone does not hold (R62).
pub fn notice(account: &Account, notice: Notice, detail: String, world: World<'_>) -> Vec<Change> {
    account.email.as_ref().map(|email| tell(account, email, notice, detail, world)).unwrap_or_default()
}

/// A notice to the email address and to a number, as far as the account has them: for changes of what guards it.
pub fn notice_everywhere(
    account: &Account,
    binding: Option<&Binding>,
    what: Notice,
    detail: &str,
    world: World<'_>,
) -> Vec<Change> {
    let mut changes = notice(account, what, detail.to_owned(), world);
    if let Some(binding) = binding {
        changes.extend(tell(account, &binding.number, what, detail.to_owned(), world));
    }
    changes
}

/// A notice to one address, with a freeze link of its own.
pub fn tell(
    account: &Account,
    to: &Address,
    notice: Notice,
    detail: String,
    world: World<'_>,
) -> Vec<Change> {
    let token = draw_link_token(world);
    let message = Message {
        id: MessageId::draw(world.now, world.entropy),
        service_id: account.service_id,
        account_id: Some(account.id),
        verification_id: None,
        send: 0,
        channel: to.channel(),
        to: to.clone(),
        body: Body::Notice {
            notice,
            at_ms: world.now.unix_ms(),
            detail,
            freeze_path: format!("/freeze/{token}"),
        },
        locale: account.locale.clone(),
        expires_at: world.now.after(days(1)),
        created_at: world.now,
    };
    let link = Change::InsertFreezeLink {
        token: hash_token(&token),
        service_id: account.service_id,
        account_id: account.id,
        expires_at: world.now.after(days(world.policy.freeze_link_days)),
    };
    vec![link, Change::InsertMessage(message)]
}

/// A notice that something waits on a page of ours. Nothing of the account's security changed, so there is nothing to
/// freeze it for; `detail` is what the notice's words ask for.
pub fn tell_plainly(
    account: &Account,
    to: &Address,
    notice: Notice,
    detail: String,
    world: World<'_>,
) -> Change {
    Change::InsertMessage(Message {
        id: MessageId::draw(world.now, world.entropy),
        service_id: account.service_id,
        account_id: Some(account.id),
        verification_id: None,
        send: 0,
        channel: to.channel(),
        to: to.clone(),
        body: Body::Notice { notice, at_ms: world.now.unix_ms(), detail, freeze_path: String::new() },
        locale: account.locale.clone(),
        expires_at: world.now.after(days(1)),
        created_at: world.now,
    })
}

/// 80 random bits as sixteen letters and digits: short enough for a text message, and all it can do is freeze (R67).
fn draw_link_token(world: World<'_>) -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let bits = u128::from_be_bytes({
        let mut wide = [0u8; 16];
        wide[6..].copy_from_slice(&entropy::bytes::<10>(world.entropy));
        wide
    });
    (0..16).map(|place| char::from(ALPHABET[((bits >> (place * 5)) & 31) as usize])).collect()
}

#[cfg(test)]
#[path = "notice_tests.rs"]
mod tests;
