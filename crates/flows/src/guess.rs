//! Judging an entered code, as every journey does it. The verification and the factor are locked, the guess is counted,
//! compared and, when right, used up, all in the caller's transaction (R4, R21, R22).

use crate::context::Kit;
use crate::reverse;
use countersign_core::code::{CodeProblem, TypedCode};
use countersign_core::id::{ServiceId, VerificationId};
use countersign_core::model::{Journey, TokenHash, Verification};
use countersign_core::session::Scene;
use countersign_core::time::Timestamp;
use countersign_core::verification::{self, CheckOutcome, Details};
use countersign_storage::tables::{factors, verifications};
use countersign_storage::{StorageError, Tx};

/// What came of an entered code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeAnswer {
    /// It was judged.
    Judged(CheckOutcome),
    /// It could not be a code; nothing was compared or counted.
    Unreadable(CodeProblem),
    /// There is no such verification.
    Unknown,
}

/// How the code was entered.
pub(crate) struct Guess<'a> {
    pub(crate) typed: &'a str,
    /// A person typed it, so spaces, other scripts' digits and a pasted message are understood.
    pub(crate) by_person: bool,
    pub(crate) page: Option<TokenHash>,
    pub(crate) details: Option<&'a Details>,
}

/// What a page brings to the verification it waits for.
pub(crate) enum Brought {
    /// What was typed into it.
    Typed(String),
    /// That the holder's own text has come.
    OwnText,
}

/// Judges what a page brought to its verification; none while the holder's own text has not come.
pub(crate) async fn judge(
    tx: &mut Tx,
    kit: &Kit,
    journey: &Journey,
    id: VerificationId,
    brought: &Brought,
    scene: &Scene,
    now: Timestamp,
) -> Result<Option<CodeAnswer>, StorageError> {
    let (service_id, page) = (journey.service_id, journey.token);
    match brought {
        Brought::Typed(typed) => {
            let guess = Guess { typed, by_person: true, page: Some(page), details: None };
            Ok(Some(check(tx, kit, service_id, id, &guess, scene, now).await?.0))
        }
        Brought::OwnText => reverse::finish(tx, kit, service_id, id, page, scene, now).await,
    }
}

/// Judges a guess at a verification; gives the verification as it was before beside the answer.
pub(crate) async fn check(
    tx: &mut Tx,
    kit: &Kit,
    service_id: ServiceId,
    id: VerificationId,
    guess: &Guess<'_>,
    scene: &Scene,
    now: Timestamp,
) -> Result<(CodeAnswer, Option<Verification>), StorageError> {
    let Some(pending) = verifications::lock(tx, &kit.rows, service_id, id).await? else {
        return Ok((CodeAnswer::Unknown, None));
    };
    let read = if guess.by_person { TypedCode::lenient } else { TypedCode::strict };
    let typed = match read(guess.typed, pending.code_length) {
        Ok(typed) => typed,
        Err(problem) => return Ok((CodeAnswer::Unreadable(problem), Some(pending))),
    };
    let factor = pending.channel.factor();
    let state = factors::lock(tx, &kit.rows, service_id, pending.subject, factor, None, now).await?;
    let world = kit.world(scene, now);
    let decision = verification::check(pending.clone(), guess.page, &typed, guess.details, state, world);
    let outcome = kit.save(tx, decision).await?;
    Ok((CodeAnswer::Judged(outcome), Some(pending)))
}
