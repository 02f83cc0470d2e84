//! Answers that staff keep ready, by name and language. Each change is an entry with whoever made it.

use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use countersign_core::event::Event;
use countersign_core::id::ServiceId;
use countersign_core::model::CannedAnswer;
use countersign_core::template::locale_key;
use countersign_core::ticket::{TEXT_LENGTH_MAX, TITLE_LENGTH_MAX, mask};
use countersign_storage::tables::{self, canned_answers};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// What came of writing one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CannedSaved {
    /// It is kept.
    Done,
    /// It has no name, or a longer one than is kept.
    Name,
    /// No language has this tag.
    Locale,
    /// It has no text.
    TextMissing,
    /// It is longer than a message may be.
    TextLong,
}

impl Flows {
    /// The answers of a service, by name and language.
    pub async fn canned_answers(&self, service_id: ServiceId) -> Result<Vec<CannedAnswer>, FlowError> {
        self.read(All { kit: self.kit.clone(), service_id }).await
    }

    /// Keeps an answer, or replaces the one of its name and language. Masked like what is sent with it.
    pub async fn save_canned_answer(
        &self,
        service_id: ServiceId,
        name: &str,
        locale: &str,
        text: &str,
        caller: Caller,
    ) -> Result<CannedSaved, FlowError> {
        let (name, text) = (name.trim(), mask::mask(text.replace("\r\n", "\n").trim()).text);
        if name.is_empty() || name.chars().count() > TITLE_LENGTH_MAX || name.chars().any(char::is_control) {
            return Ok(CannedSaved::Name);
        }
        let Some(locale) = locale_key(locale) else { return Ok(CannedSaved::Locale) };
        match text.chars().count() {
            0 => return Ok(CannedSaved::TextMissing),
            1..=TEXT_LENGTH_MAX => {}
            _ => return Ok(CannedSaved::TextLong),
        }
        let change =
            Change { kit: self.kit.clone(), service_id, name: name.to_owned(), locale, text, caller };
        self.write(change).await.map(|_| CannedSaved::Done)
    }

    /// Takes an answer away; false if there was none.
    pub async fn delete_canned_answer(
        &self,
        service_id: ServiceId,
        name: &str,
        locale: &str,
        caller: Caller,
    ) -> Result<bool, FlowError> {
        let Some(locale) = locale_key(locale) else { return Ok(false) };
        let (name, text) = (name.to_owned(), String::new());
        self.write(Change { kit: self.kit.clone(), service_id, name, locale, text, caller }).await
    }
}

struct All {
    kit: Arc<Kit>,
    service_id: ServiceId,
}

impl Step for All {
    type Output = Vec<CannedAnswer>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        canned_answers::all(tx, &self.kit.rows, self.service_id).await
    }
}

struct Change {
    kit: Arc<Kit>,
    service_id: ServiceId,
    name: String,
    locale: String,
    /// Empty: it is taken away.
    text: String,
    caller: Caller,
}

impl Step for Change {
    type Output = bool;

    async fn run(&self, tx: &mut Tx) -> Result<bool, StorageError> {
        let (kit, now, service_id) = (&self.kit, self.kit.clock.now(), self.service_id);
        let removed = self.text.is_empty();
        if removed {
            if !canned_answers::delete(tx, &kit.rows, service_id, &self.name, &self.locale).await? {
                return Ok(false);
            }
        } else {
            let answer = CannedAnswer {
                name: self.name.clone(),
                locale: self.locale.clone(),
                text: self.text.clone(),
                operator_id: self.caller.actor.operator(),
                changed_at: now,
            };
            canned_answers::save(tx, &kit.rows, service_id, &answer).await?;
        }
        let event =
            Event::CannedAnswerChanged { name: self.name.clone(), locale: self.locale.clone(), removed };
        let scene = self.caller.scene();
        let entry = scene.event(service_id, None, event, kit.world(&scene, now));
        tables::apply(tx, &kit.rows, &[entry]).await?;
        Ok(true)
    }
}
