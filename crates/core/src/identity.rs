//! A provider that looks at the pictures of a case beside the operators (section F, R57): when it is asked, how long it
//! is waited for, which of its answers counts. Whatever it says or leaves unsaid, two operators decide; a provider that
//! is down delays nobody.

use crate::Decision;
use crate::case;
use crate::change::Change;
use crate::event::Event;
use crate::id::IdentityCheckId;
use crate::model::*;
use crate::time::hours;
use crate::verification::World;
use crate::webhook::{self, Heard, NextTry};

/// How long an answer is waited for once the provider has the pictures.
const ANSWER_WAIT: std::time::Duration = hours(24);

/// Longest reference of a provider that is kept, in characters.
pub const REFERENCE_LENGTH_MAX: usize = 120;

/// A case that was handed in goes before the provider, too.
pub fn ask(case: &Case, provider: &str, world: World<'_>) -> Change {
    Change::InsertIdentityCheck(IdentityCheck {
        id: IdentityCheckId::draw(world.now, world.entropy),
        service_id: case.service_id,
        case_id: case.id,
        account_id: case.account_id,
        round: case.round,
        provider: provider.to_owned(),
        state: IdentityState::Due,
        tries: 0,
        next_step_at: world.now,
        asked_at: None,
        answered_at: None,
        answer: None,
    })
}

/// Whether the case still waits for what the check would tell: not once the operators came to an end with its round.
pub fn is_wanted(check: &IdentityCheck, case: &Case) -> bool {
    case.stage == CaseStage::Review && case.round == check.round
}

/// What becomes of a check after a try to hand it over; `None` when there was nothing to hand over any more.
pub fn after_try(
    mut check: IdentityCheck,
    case: &Case,
    heard: Option<Heard>,
    world: World<'_>,
) -> Decision<()> {
    let next = heard.map(|heard| webhook::after_try(heard, check.tries, world));
    let event = match next {
        Some(NextTry::Delivered) => {
            check.state = IdentityState::Asked;
            check.asked_at = Some(world.now);
            check.next_step_at = world.now.after(ANSWER_WAIT);
            Some(Event::IdentityAsked { case: case.id.to_string(), provider: check.provider.clone() })
        }
        Some(NextTry::At(at)) => {
            check.next_step_at = at;
            None
        }
        Some(NextTry::GivenUp | NextTry::EndpointGone) => Some(given_up(&mut check, case)),
        None => {
            check.state = IdentityState::GivenUp;
            None
        }
    };
    let changes = event.map(|event| case::happened(case, event, world));
    Decision { outcome: (), changes: changes.into_iter().chain([Change::SaveIdentityCheck(check)]).collect() }
}

/// Ends the wait for an answer that does not come.
pub fn expire(mut check: IdentityCheck, case: &Case, world: World<'_>) -> Decision<bool> {
    if check.state != IdentityState::Asked || world.now < check.next_step_at {
        return Decision::only(false);
    }
    let event = given_up(&mut check, case);
    let changes = vec![case::happened(case, event, world), Change::SaveIdentityCheck(check)];
    Decision { outcome: true, changes }
}

fn given_up(check: &mut IdentityCheck, case: &Case) -> Event {
    check.state = IdentityState::GivenUp;
    Event::IdentityUnanswered { case: case.id.to_string(), provider: check.provider.clone() }
}

/// What came of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answered {
    /// It is written down.
    Taken,
    /// It was said before, word for word.
    Again,
    /// Something else was said before, and that counts: an answer that was caught cannot be followed by another.
    Differs,
}

/// Takes a provider's answer. One that is late counts as well: operators want to know even afterwards.
pub fn answer(
    mut check: IdentityCheck,
    case: &Case,
    said: IdentityAnswer,
    world: World<'_>,
) -> Decision<Answered> {
    let reference = said.reference.chars().filter(|c| !c.is_control()).take(REFERENCE_LENGTH_MAX).collect();
    let said = IdentityAnswer { reference, ..said };
    if let Some(earlier) = &check.answer {
        return Decision::only(if *earlier == said { Answered::Again } else { Answered::Differs });
    }
    let (case_id, provider, finding) = (case.id.to_string(), check.provider.clone(), said.finding);
    check.state = IdentityState::Answered;
    check.answered_at = Some(world.now);
    check.answer = Some(said);
    let event = Event::IdentityAnswered { case: case_id, provider, finding };
    let changes = vec![case::happened(case, event, world), Change::SaveIdentityCheck(check)];
    Decision { outcome: Answered::Taken, changes }
}

#[cfg(test)]
#[path = "identity_tests.rs"]
mod tests;
