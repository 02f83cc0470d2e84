//! The desk's pages: words for what staff see of accounts, numbers, holds, locks and proposals.
//!
//! Decides words, order and what is drawn; refuses to judge: every fact comes in as the flows gave it.

pub(crate) mod accounts;
pub(crate) mod lists;
pub(crate) mod numbers;
pub(crate) mod proposals;
pub(crate) mod today;

use countersign_flows::Voice;
use countersign_flows::core::model::{Actor, Factor, ProposalKind, ProposalStatus, Protection};

use crate::web::views::Method;
use crate::web::words::{Sentence, Words};

/// Who is behind something: staff by their masked address, anybody else by what they are.
pub(super) fn voice(voice: &Voice, words: &Words) -> String {
    let key = match voice.actor {
        Actor::System => "desk-by-system",
        Actor::Holder => "desk-by-holder",
        Actor::RelyingParty => "desk-by-relying-party",
        Actor::CommandLine => "desk-by-command-line",
        Actor::Operator(_) if voice.name.is_empty() => "desk-by-former",
        Actor::Operator(_) => return voice.name.clone(),
    };
    words.text(key).into_owned()
}

pub(super) fn factor_key(factor: Factor) -> &'static str {
    Method::of(factor).key()
}

pub(super) fn kind_key(kind: ProposalKind) -> &'static str {
    match kind {
        ProposalKind::RemoveNumber => "desk-remove-number",
        ProposalKind::LiftLock => "desk-lift-lock",
        ProposalKind::ClearStatus => "desk-clear-status",
        ProposalKind::EndCase => "desk-end-case",
    }
}

pub(super) fn proposal_status_key(status: ProposalStatus) -> &'static str {
    match status {
        ProposalStatus::Waiting => "desk-proposal-waiting",
        ProposalStatus::Approved => "desk-proposal-approved",
        ProposalStatus::Declined => "desk-proposal-declined",
        ProposalStatus::Withdrawn => "desk-proposal-withdrawn",
        ProposalStatus::Expired => "desk-proposal-expired",
    }
}

pub(super) fn protection_key(act: Protection) -> &'static str {
    match act {
        Protection::Freeze => "desk-freeze",
        Protection::Flag => "desk-flag",
        Protection::Restrict => "desk-restrict",
        Protection::EndSessions => "desk-end-sessions",
    }
}

/// What a protection does, said before it is done.
pub(super) fn protection_effect<'w>(act: Protection, sessions: u32, words: &'w Words) -> Sentence<'w> {
    match act {
        Protection::Freeze => words.say("desk-freeze-what"),
        Protection::Flag => words.say("desk-flag-what"),
        Protection::Restrict => words.say("desk-restrict-what"),
        Protection::EndSessions => words.say("desk-end-sessions-what").set("sessions", sessions),
    }
}
