//! Proof by a text of the holder's own (section E, "reverse SMS"), for where carriers hold codes back: the page shows a
//! code, the holder texts it to the service's number, and the page goes on. Who sent a text is only what a carrier
//! says, and whoever buys access to one can write any sender: at worst they claim a number that is not theirs. So it
//! proves a number that is being bound or signed up with, after everything else that the journey asks for; it never
//! signs anybody in to an account, and it never confirms that value leaves (R71). How texts arrive, and how many wrong
//! ones a number may send, is not known here.
//!
//! ```text
//!              ask: the page shows a code      hear: the code, from the number      finish, on the same page
//!   pending ───────────────────────────► asked ──────────────────────────► heard ──────────────────────────► approved
//!                                        └──┘ ask again: a new code, the old one dead
//! ```

use crate::Decision;
use crate::address::Address;
use crate::change::Change;
use crate::code::{self, Code, CodeKey, TypedCode};
use crate::lock::Refusal;
use crate::model::*;
use crate::time::Timestamp;
use crate::verification::{self, CheckOutcome, World};

/// Digits of the code that is shown.
pub const DIGITS: u8 = 8;

/// Its place in the keyed hash. Codes that were sent count from one: neither ever passes for the other (R5).
const ORDINAL: u32 = 0;

/// Why no code is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskRefusal {
    /// Another page started the verification.
    NotThisPage,
    /// Nothing that a text of the holder's own may prove.
    NotOffered,
    /// The verification is over.
    Closed(VerificationStatus),
    /// The factor is locked.
    Factor(Refusal),
    /// The text has come already: the page can go on.
    Heard,
}

/// What a text was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hearing {
    /// The code, from the number itself.
    Heard,
    /// Not the code.
    Wrong,
    /// This verification waits for no text, or not from there.
    NotAwaited,
}

/// Whether this verification can be finished by a text of the holder's own: a number, being bound or signed up with,
/// on a page.
pub fn is_offered(verification: &Verification) -> bool {
    matches!(verification.purpose, Purpose::Bind | Purpose::SignUp)
        && verification.address.phone().is_some()
        && verification.page.is_some()
}

/// Draws the code that the page shows. It is shown once and kept as a keyed hash (R8); the one before it is dead.
pub fn ask(
    mut verification: Verification,
    page: Option<TokenHash>,
    factor: &FactorState,
    world: World<'_>,
) -> Decision<Result<Code, AskRefusal>> {
    let refuse = |refusal| Decision::only(Err(refusal));
    if !verification::page_matches(&verification, page) {
        return refuse(AskRefusal::NotThisPage);
    }
    if !is_offered(&verification) {
        return refuse(AskRefusal::NotOffered);
    }
    if verification.status != VerificationStatus::Pending {
        return refuse(AskRefusal::Closed(verification.status));
    }
    if world.now >= verification.deadline {
        let expired = verification::expire(verification, world.now);
        return expired.map(|status| Err(AskRefusal::Closed(status)));
    }
    if let Some(refusal) = verification::factor_refusal(verification.purpose, factor, world) {
        return refuse(AskRefusal::Factor(refusal));
    }
    if verification.reverse_heard_at.is_some() {
        return refuse(AskRefusal::Heard);
    }
    let drawn = code::draw(DIGITS, world.entropy);
    verification.reverse_hash = Some(hash(&verification, drawn.expose(), world.key));
    Decision { outcome: Ok(drawn), changes: vec![Change::SaveVerification(verification)] }
}

/// Whether this is the code that the page shows at the moment, so that it can be shown there again.
pub fn is_shown(verification: &Verification, digits: &str, key: &CodeKey) -> bool {
    let typed = TypedCode::strict(digits, DIGITS);
    typed.is_ok_and(|typed| matches_shown(verification, &typed, key))
}

/// Judges a text that came `from` a number: the first run of eight digits in it. The same text again changes nothing:
/// carriers repeat themselves.
pub fn hear(
    mut verification: Verification,
    from: &Address,
    text: &str,
    key: &CodeKey,
    now: Timestamp,
) -> Decision<Hearing> {
    let is_open = verification.status == VerificationStatus::Pending && now < verification.deadline;
    let is_asked = verification.reverse_hash.is_some() && is_offered(&verification);
    if !is_open || !is_asked || verification.address != *from {
        return Decision::only(Hearing::NotAwaited);
    }
    let typed = TypedCode::first_in(text, DIGITS);
    if !typed.is_some_and(|typed| matches_shown(&verification, &typed, key)) {
        return Decision::only(Hearing::Wrong);
    }
    if verification.reverse_heard_at.is_some() {
        return Decision::only(Hearing::Heard);
    }
    verification.reverse_heard_at = Some(now);
    Decision { outcome: Hearing::Heard, changes: vec![Change::SaveVerification(verification)] }
}

/// Goes on with what was heard, on the page that asked: approved, exactly as by a right code. `None` while no text has
/// come.
pub fn finish(
    verification: Verification,
    page: Option<TokenHash>,
    factor: FactorState,
    world: World<'_>,
) -> Decision<Option<CheckOutcome>> {
    if !verification::page_matches(&verification, page) {
        return Decision::only(Some(CheckOutcome::NotThisPage));
    }
    if verification.status != VerificationStatus::Pending {
        return Decision::only(Some(CheckOutcome::Closed(verification.status)));
    }
    if let Some(refusal) = verification::factor_refusal(verification.purpose, &factor, world) {
        return Decision::only(Some(CheckOutcome::Refused(refusal)));
    }
    if world.now >= verification.deadline {
        let expired = verification::expire(verification, world.now);
        return expired.map(|status| Some(CheckOutcome::Closed(status)));
    }
    if verification.reverse_heard_at.is_none() || !is_offered(&verification) {
        return Decision::only(None);
    }
    // No road brought this proof, so none is credited; codes that have not left are of no use any more.
    let mut changes = vec![Change::CancelMessages(verification.id)];
    changes.extend(verification::approve(verification, factor, world.now));
    Decision { outcome: Some(CheckOutcome::Approved), changes }
}

fn hash(verification: &Verification, digits: &str, key: &CodeKey) -> CodeHash {
    code::hash(key, &verification::context(verification), ORDINAL, digits)
}

/// In constant time (R9).
fn matches_shown(verification: &Verification, typed: &TypedCode, key: &CodeKey) -> bool {
    let entered = hash(verification, typed.digits(), key);
    verification.reverse_hash.is_some_and(|shown| code::hashes_match(&entered, &shown))
}

#[cfg(test)]
#[path = "reverse_tests.rs"]
mod tests;
