//! A service's own texts for its codes: what there is, how one would read, saving and taking away. Every change is an
//! event with its operator's name on it; dispatchers speak by a copy that is a few seconds old at most.

use super::session::SignedInOperator;
use crate::context::{Flows, Kit};
use crate::error::FlowError;
use countersign_core::event::Event;
use countersign_core::id::{OperatorId, ServiceId};
use countersign_core::model::{Actor, Purpose};
use countersign_core::session::Scene;
use countersign_core::template::{self, Template, TemplateName, TemplateProblem};
use countersign_core::time::{Timestamp, seconds};
use countersign_delivery::words::{self, Occasion, Preview, Samples};
use countersign_storage::tables::{self, templates as rows};
use countersign_storage::{Step, StorageError, Topic, Tx};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How old a dispatcher's copy may be.
const COPY_LIFE: Duration = seconds(5);

/// Segments that a text may take, if its operator agrees.
const SEGMENTS_MAX: usize = 2;

/// In whose name texts are sent, and what their codes are bound to.
#[derive(Clone, Debug)]
pub struct Letterhead {
    /// The service's name.
    pub brand: String,
    /// The host of its pages.
    pub host: String,
}

/// A text as an operator wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateDraft {
    /// Which codes it is for.
    pub name: TemplateName,
    /// Its language (BCP 47).
    pub locale: String,
    /// The text, with its placeholders.
    pub body: String,
    /// Two messages are paid for where one does not hold it.
    pub may_split: bool,
}

/// A text that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateEntry {
    /// As it was written.
    pub draft: TemplateDraft,
    /// Who wrote it.
    pub operator_id: Option<OperatorId>,
    /// When.
    pub changed_at: Timestamp,
}

/// Why a text is not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplateRefusal {
    /// No language has this tag.
    Locale,
    /// The text itself.
    Text(TemplateProblem),
    /// It takes a second segment, and nobody agreed to pay for one.
    Split,
    /// It takes more than two.
    Segments {
        /// How many.
        segments: usize,
    },
}

/// What became of a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateJudged {
    /// How it would read; none if it cannot be read itself.
    pub preview: Option<Preview>,
    /// Why it may not be kept.
    pub refusal: Option<TemplateRefusal>,
}

impl Flows {
    /// The service's own texts, by name and language.
    pub async fn templates(&self, service_id: ServiceId) -> Result<Vec<TemplateEntry>, FlowError> {
        let stored = self.read(All { kit: self.kit.clone(), service_id }).await?;
        let entry = |row: rows::Template| {
            Some(TemplateEntry {
                draft: TemplateDraft {
                    name: TemplateName::from_text(&row.name)?,
                    locale: row.locale,
                    body: row.body,
                    may_split: row.may_split,
                },
                operator_id: row.operator_id,
                changed_at: row.changed_at,
            })
        };
        Ok(stored.into_iter().filter_map(entry).collect())
    }

    /// How a text would read with values as long as they get, and whether it may be kept.
    pub fn judge_template(&self, head: &Letterhead, draft: &TemplateDraft) -> TemplateJudged {
        let refused = |refusal| TemplateJudged { preview: None, refusal: Some(refusal) };
        let Some(locale) = template::locale_key(&draft.locale) else {
            return refused(TemplateRefusal::Locale);
        };
        let template = match Template::parse(draft.name, &draft.body, draft.may_split) {
            Ok(template) => template,
            Err(problem) => return refused(TemplateRefusal::Text(problem)),
        };
        let preview = words::preview(&self.occasion(head, draft.name, &locale), Some(&template));
        let refusal = match preview.segments {
            1 => None,
            2..=SEGMENTS_MAX if draft.may_split => None,
            2..=SEGMENTS_MAX => Some(TemplateRefusal::Split),
            segments => Some(TemplateRefusal::Segments { segments }),
        };
        TemplateJudged { preview: Some(preview), refusal }
    }

    /// How our own words read there.
    pub fn preview_own_words(&self, head: &Letterhead, name: TemplateName, locale: &str) -> Preview {
        words::preview(&self.occasion(head, name, locale), None)
    }

    /// What a page needs to count while somebody types.
    pub fn template_samples(&self, head: &Letterhead, name: TemplateName, locale: &str) -> Samples {
        words::samples(&self.occasion(head, name, locale))
    }

    /// Keeps a text, if it may be kept.
    pub async fn save_template(
        &self,
        staff: &SignedInOperator,
        head: &Letterhead,
        draft: &TemplateDraft,
    ) -> Result<TemplateJudged, FlowError> {
        let judged = self.judge_template(head, draft);
        if judged.refusal.is_none() {
            let written = Some((draft.body.trim().to_owned(), draft.may_split));
            self.change_template(staff, draft.name, &draft.locale, written).await?;
        }
        Ok(judged)
    }

    /// Takes a text away, so that our own words speak again; false if there was none.
    pub async fn delete_template(
        &self,
        staff: &SignedInOperator,
        name: TemplateName,
        locale: &str,
    ) -> Result<bool, FlowError> {
        self.change_template(staff, name, locale, None).await
    }

    async fn change_template(
        &self,
        staff: &SignedInOperator,
        name: TemplateName,
        locale: &str,
        written: Option<(String, bool)>,
    ) -> Result<bool, FlowError> {
        let Some(locale) = template::locale_key(locale) else { return Ok(false) };
        let (kit, staff) = (self.kit.clone(), staff.clone());
        let changed = self.write(Change { kit, staff, name, locale, written }).await?;
        self.forget_templates();
        Ok(changed)
    }

    /// The service's own text for a code, if there is one in the holder's language. What cannot be read is none: codes
    /// go out all the same, in our words.
    pub async fn template_for(
        &self,
        service_id: ServiceId,
        purpose: Purpose,
        locale: &str,
    ) -> Option<Template> {
        let now = self.now();
        let copy = match self.kit.templates.look(service_id, now) {
            Ok(copy) => copy,
            Err(stale) => match self.read(All { kit: self.kit.clone(), service_id }).await {
                Ok(stored) => self.kit.templates.keep(service_id, now, read(&stored)),
                Err(error) => {
                    tracing::warn!(%error, "a service's own texts cannot be read; those known before speak on");
                    stale?
                }
            },
        };
        let found = |key| copy.get(&key).cloned();
        if copy.is_empty() { None } else { template::candidates(purpose, locale).into_iter().find_map(found) }
    }

    /// The next code is written by what is stored then.
    pub(crate) fn forget_templates(&self) {
        self.kit.templates.all().values_mut().for_each(|copied| copied.read_at = None);
    }

    fn occasion(&self, head: &Letterhead, name: TemplateName, locale: &str) -> Occasion {
        Occasion {
            brand: head.brand.clone(),
            host: head.host.clone(),
            app_hash: self.kit.app_hash.clone(),
            code_length: usize::try_from(self.policy().code_length).unwrap_or(usize::MAX),
            locale: locale.to_owned(),
            name,
        }
    }
}

type Texts = Arc<HashMap<(TemplateName, String), Template>>;

struct Copied {
    texts: Texts,
    /// None once something has changed.
    read_at: Option<Timestamp>,
}

/// The texts as this node read them last.
#[derive(Default)]
pub(crate) struct TemplateCopies(Mutex<HashMap<ServiceId, Copied>>);

impl TemplateCopies {
    fn all(&self) -> MutexGuard<'_, HashMap<ServiceId, Copied>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A copy that is fresh enough, or what is to be read anew, with what was known before. Whoever is told to read
    /// does it for everybody: meanwhile the others take the old copy.
    fn look(&self, service_id: ServiceId, now: Timestamp) -> Result<Texts, Option<Texts>> {
        let mut all = self.all();
        let copied = all.get_mut(&service_id).ok_or(None)?;
        if copied.read_at.is_some_and(|at| now >= at && now.since(at) < COPY_LIFE) {
            return Ok(copied.texts.clone());
        }
        copied.read_at = Some(now);
        Err(Some(copied.texts.clone()))
    }

    fn keep(&self, service_id: ServiceId, now: Timestamp, texts: Texts) -> Texts {
        self.all().insert(service_id, Copied { texts: texts.clone(), read_at: Some(now) });
        texts
    }
}

/// A row that no longer reads, because the rules have become stricter, speaks no more.
fn read(stored: &[rows::Template]) -> Texts {
    let read = |row: &rows::Template| {
        let name = TemplateName::from_text(&row.name)?;
        match Template::parse(name, &row.body, row.may_split) {
            Ok(template) => Some(((name, row.locale.clone()), template)),
            Err(_) => {
                tracing::warn!(name = row.name, locale = row.locale, "a service's own text no longer reads");
                None
            }
        }
    };
    Arc::new(stored.iter().filter_map(read).collect())
}

struct All {
    kit: Arc<Kit>,
    service_id: ServiceId,
}

impl Step for All {
    type Output = Vec<rows::Template>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        rows::all(tx, &self.kit.rows, self.service_id).await
    }
}

struct Change {
    kit: Arc<Kit>,
    staff: SignedInOperator,
    name: TemplateName,
    locale: String,
    /// The text and whether it may split; none: it is taken away.
    written: Option<(String, bool)>,
}

impl Step for Change {
    type Output = bool;

    async fn run(&self, tx: &mut Tx) -> Result<bool, StorageError> {
        let (rows, now) = (&self.kit.rows, self.kit.clock.now());
        let (service_id, operator_id) = (self.staff.operator.service_id, self.staff.operator.id);
        match &self.written {
            Some((body, may_split)) => {
                let template = rows::Template {
                    name: self.name.as_str().to_owned(),
                    locale: self.locale.clone(),
                    body: body.clone(),
                    may_split: *may_split,
                    operator_id: Some(operator_id),
                    changed_at: now,
                };
                rows::save(tx, rows, service_id, &template).await?;
            }
            None => {
                let name = self.name.as_str();
                if !rows::delete(tx, rows, service_id, name, &self.locale).await? {
                    return Ok(false);
                }
            }
        }
        let event = Event::TemplateChanged {
            name: self.name.as_str().to_owned(),
            locale: self.locale.clone(),
            operator: operator_id.to_string(),
            removed: self.written.is_none(),
        };
        let scene = Scene::by(Actor::Operator(operator_id), &self.staff.session.device);
        let entry = scene.event(service_id, None, event, self.kit.world(&scene, now));
        tables::apply(tx, rows, &[entry]).await?;
        // Other nodes read it at once.
        tx.wake(Topic::Routes);
        Ok(true)
    }
}
