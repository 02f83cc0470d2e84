//! Cleaning pictures off the request's thread, two at a time at most: a hostile one may take a second of a processor
//! and half a gigabyte while it is unpacked.

use crate::error::FlowError;
use countersign_core::model::EvidenceRefusal;
use countersign_evidence::{Clean, Limits, Refusal, clean};
use std::sync::Arc;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

/// Cleaned at once.
const RUNNING_MAX: usize = 2;

/// Pictures that may wait, in memory, before others are refused as busy.
const WAITING_MAX: usize = 8;

#[derive(Clone)]
pub(crate) struct Cleaner {
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

/// A place among those that wait or run; bytes are loaded only by who has one.
pub(super) struct Place(#[allow(dead_code)] tokio::sync::OwnedSemaphorePermit); // held for its drop

impl Cleaner {
    pub(crate) fn new(cores: usize) -> Self {
        Self {
            running: Arc::new(Semaphore::new(cores.clamp(1, RUNNING_MAX))),
            waiting: Arc::new(Semaphore::new(WAITING_MAX)),
        }
    }

    /// A place in the queue, or the word that there is none.
    pub(super) fn place(&self) -> Result<Place, FlowError> {
        let place = self.waiting.clone().try_acquire_owned();
        place.map(Place).map_err(|_| FlowError::Busy { retry_after_ms: 5_000 })
    }

    pub(super) async fn clean(
        &self,
        _place: Place,
        bytes: Zeroizing<Vec<u8>>,
    ) -> Result<Result<Clean, EvidenceRefusal>, FlowError> {
        let turn = self.running.clone().acquire_owned().await;
        let turn = turn.map_err(|_| FlowError::Broken { reason: "picture cleaner closed".to_owned() })?;
        let cleaned = tokio::task::spawn_blocking(move || {
            // Held until the work is done, even if whoever asked has gone.
            let _turn = turn;
            clean(&bytes, &Limits::default())
        });
        match cleaned.await {
            Ok(cleaned) => Ok(cleaned.map_err(refusal)),
            // A picture that breaks a decoder is a broken picture.
            Err(_) => {
                tracing::error!("a picture broke its decoder");
                Ok(Err(EvidenceRefusal::Damaged))
            }
        }
    }
}

fn refusal(refusal: Refusal) -> EvidenceRefusal {
    match refusal {
        Refusal::Empty => EvidenceRefusal::Empty,
        Refusal::TooManyBytes => EvidenceRefusal::TooManyBytes,
        Refusal::Svg => EvidenceRefusal::Svg,
        Refusal::Pdf => EvidenceRefusal::Pdf,
        Refusal::Heic => EvidenceRefusal::Heic,
        Refusal::Gif => EvidenceRefusal::Gif,
        Refusal::Archive => EvidenceRefusal::Archive,
        Refusal::NotAPicture => EvidenceRefusal::NotAPicture,
        Refusal::TooManyPixels => EvidenceRefusal::TooManyPixels,
        Refusal::TooSmall => EvidenceRefusal::TooSmall,
        Refusal::Damaged => EvidenceRefusal::Damaged,
    }
}
