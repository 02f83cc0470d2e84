//! Actions as the relying party sees them: opened, looked at, withdrawn, and, where it asks for the factors itself,
//! answered.

use super::Actor;
use super::code::{self, ActionSend, AskForCode};
use super::open::{self, Context};
use super::prove::{Answers, ProveOutcome};
use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use countersign_core::action::{self, DetailProblem, Refusal, Wanted};
use countersign_core::change::Change;
use countersign_core::id::{AccountId, ActionId, ServiceId};
use countersign_core::model::*;
use countersign_core::session::{Scene, Token};
use countersign_core::verification::World;
use countersign_storage::tables::{self, accounts, action_keys, actions};
use countersign_storage::{Step, StorageError, Tx};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// What a relying party asks for.
#[derive(Clone, Debug)]
pub struct NewAction {
    /// Whose value.
    pub account_id: AccountId,
    /// What.
    pub kind: ActionKind,
    /// What exactly.
    pub details: ActionDetails,
    /// Who may act on the assertion; none: the service.
    pub audience: Option<String>,
    /// Where the page leads back to.
    pub return_url: Option<String>,
    /// What is known about the person's surroundings.
    pub context: Context,
    /// The person's network address and language.
    pub caller: Caller,
    /// The caller's key against doing the same twice (R74).
    pub idempotency_key: String,
}

/// An action with its assertion.
#[derive(Clone, Debug)]
pub struct ActionView {
    /// The action as it stands now.
    pub action: Action,
    /// The two words that page and messages show.
    pub fingerprint: String,
    /// The signed assertion, while it can be redeemed.
    pub assertion: Option<String>,
}

/// What came of opening.
#[derive(Clone, Debug)]
pub enum ActionOpen {
    /// It is open; the link leads to its page, once.
    Opened(Box<ActionView>, Token),
    /// It was opened before with the same key, and its page is taken or over: no link.
    Again(Box<ActionView>),
    /// It is not possible.
    Refused(Refusal),
    /// The service has no such account.
    UnknownAccount,
    /// The same key was used for another request.
    KeyReused,
    /// The details cannot be used.
    Details(DetailProblem),
    /// The page may not lead there.
    ReturnUrl,
}

impl Flows {
    /// Opens an action.
    pub async fn open_action(&self, service_id: ServiceId, new: NewAction) -> Result<ActionOpen, FlowError> {
        if let Err(problem) = action::judge_details(new.kind, &new.details) {
            return Ok(ActionOpen::Details(problem));
        }
        if new.return_url.as_ref().is_some_and(|url| !self.may_return_to(url)) {
            return Ok(ActionOpen::ReturnUrl);
        }
        let request_digest = digest_request(&new);
        let opened = self.write(Open { kit: self.kit.clone(), service_id, new, request_digest }).await?;
        Ok(match opened {
            Opening::Opened(action, link) => ActionOpen::Opened(Box::new(self.view(*action)), link),
            Opening::Again(action) => ActionOpen::Again(Box::new(self.view(*action))),
            Opening::Not(not) => *not,
        })
    }

    /// An action of the service.
    pub async fn action(&self, service_id: ServiceId, id: ActionId) -> Result<Option<ActionView>, FlowError> {
        let found = self.read(Load { kit: self.kit.clone(), service_id, id }).await?;
        Ok(found.map(|action| self.view(action)))
    }

    /// Withdraws an action; answers how it stands, or none if there is no such.
    pub async fn cancel_action(
        &self,
        service_id: ServiceId,
        id: ActionId,
    ) -> Result<Option<ActionView>, FlowError> {
        let found = self.write(Withdraw { kit: self.kit.clone(), service_id, id }).await?;
        Ok(found.map(|action| self.view(action)))
    }

    /// Sends a code for an action that the relying party confirms by itself.
    pub async fn send_action_code(
        &self,
        service_id: ServiceId,
        id: ActionId,
        factor: Factor,
        channel: Option<Channel>,
        caller: Caller,
    ) -> Result<ActionSend, FlowError> {
        self.write(SendCode { kit: self.kit.clone(), service_id, id, factor, channel, caller }).await
    }

    /// Brings an answer to an action that the relying party confirms by itself.
    pub async fn prove_by_api(
        &self,
        service_id: ServiceId,
        id: ActionId,
        answers: Answers,
        caller: Caller,
    ) -> Result<ProveOutcome, FlowError> {
        self.prove(service_id, id, Actor::RelyingParty, answers, caller).await
    }

    fn view(&self, action: Action) -> ActionView {
        let now = self.now();
        let scene = Scene::default();
        let action = action::expire(action, self.kit.world(&scene, now)).outcome;
        ActionView {
            fingerprint: countersign_core::fingerprint::words(&action.digest),
            assertion: self.signer.assertion(&action, now),
            action,
        }
    }

    /// Only an origin that the configuration names: the page must not become a signpost for strangers.
    fn may_return_to(&self, url: &str) -> bool {
        let Ok(parsed) = url::Url::parse(url) else { return false };
        let origin = parsed.origin().ascii_serialization();
        let plain = parsed.username().is_empty() && parsed.password().is_none() && url.len() <= 1_000;
        plain && self.kit.return_origins.contains(&origin)
    }
}

/// SHA-256 over everything that makes two requests different.
fn digest_request(new: &NewAction) -> [u8; 32] {
    let mut hash = Sha256::new();
    let account = new.account_id.to_string();
    let details: String = new.details.0.iter().map(|(name, text)| format!("{name}\0{text}\0")).collect();
    let context = format!("{:?}", new.context);
    for field in [
        account.as_str(),
        new.kind.as_str(),
        &details,
        new.audience.as_deref().unwrap_or_default(),
        new.return_url.as_deref().unwrap_or_default(),
        &context,
        &new.caller.locale,
        &new.caller.ip_text(),
    ] {
        hash.update((field.len() as u64).to_be_bytes());
        hash.update(field);
    }
    hash.finalize().into()
}

enum Opening {
    Opened(Box<Action>, Token),
    Again(Box<Action>),
    Not(Box<ActionOpen>),
}

struct Open {
    kit: Arc<Kit>,
    service_id: ServiceId,
    new: NewAction,
    request_digest: [u8; 32],
}

impl Step for Open {
    type Output = Opening;

    async fn run(&self, tx: &mut Tx) -> Result<Opening, StorageError> {
        let (kit, new, now) = (&self.kit, &self.new, self.kit.clock.now());
        let not = |not: ActionOpen| Ok(Opening::Not(Box::new(not)));
        let key: [u8; 32] = Sha256::digest(new.idempotency_key.as_bytes()).into();
        if let Some((digest, id)) = action_keys::find(tx, &kit.rows, self.service_id, &key).await? {
            return if digest == self.request_digest {
                self.again(tx, id).await
            } else {
                not(ActionOpen::KeyReused)
            };
        }
        let Some(account) = accounts::lock(tx, &kit.rows, self.service_id, new.account_id).await? else {
            return not(ActionOpen::UnknownAccount);
        };
        let link = Token::draw(kit.entropy.as_ref());
        let wanted = Wanted {
            kind: new.kind,
            origin: ActionOrigin::RelyingParty,
            details: new.details.clone(),
            audience: new.audience.clone().unwrap_or_else(|| self.service_id.to_string()),
            return_url: new.return_url.clone(),
            locale: if new.caller.locale.is_empty() {
                account.locale.clone()
            } else {
                new.caller.locale.clone()
            },
            link: Some(link.hash()),
            page: None,
        };
        let scene = new.caller.scene();
        let world: World<'_> = kit.world(&scene, now);
        match open::open(tx, kit, account, wanted, &new.context, world).await? {
            Err(refusal) => not(ActionOpen::Refused(refusal)),
            Ok(action) => {
                let digest = &self.request_digest;
                action_keys::insert(tx, &kit.rows, self.service_id, &key, digest, action.id, now).await?;
                Ok(Opening::Opened(Box::new(action), link))
            }
        }
    }
}

impl Open {
    /// The same request again: its first answer may have been lost, and the link with it. A page that nobody has opened
    /// gets a new link, and the old one is dead.
    async fn again(&self, tx: &mut Tx, id: ActionId) -> Result<Opening, StorageError> {
        let kit = &self.kit;
        let Some(mut action) = actions::lock(tx, &kit.rows, self.service_id, id).await? else {
            return Ok(Opening::Not(Box::new(ActionOpen::KeyReused)));
        };
        if action.page.is_some() || !action::is_open(&action, kit.clock.now()) {
            return Ok(Opening::Again(Box::new(action)));
        }
        let link = Token::draw(kit.entropy.as_ref());
        action.link = Some(link.hash());
        tables::apply(tx, &kit.rows, &[Change::SaveAction(action.clone())]).await?;
        Ok(Opening::Opened(Box::new(action), link))
    }
}

struct Load {
    kit: Arc<Kit>,
    service_id: ServiceId,
    id: ActionId,
}

impl Step for Load {
    type Output = Option<Action>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let found = actions::load(tx, &self.kit.rows, self.service_id, self.id).await?;
        // Our own are nobody else's business.
        Ok(found.filter(|action| action.origin == ActionOrigin::RelyingParty))
    }
}

struct Withdraw {
    kit: Arc<Kit>,
    service_id: ServiceId,
    id: ActionId,
}

impl Step for Withdraw {
    type Output = Option<Action>;

    async fn run(&self, tx: &mut Tx) -> Result<Self::Output, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let found = actions::lock(tx, &kit.rows, self.service_id, self.id).await?;
        let Some(action) = found.filter(|action| action.origin == ActionOrigin::RelyingParty) else {
            return Ok(None);
        };
        let scene = Scene::by(countersign_core::model::Actor::RelyingParty, "");
        let withdrawn = action::cancel(action, CancelReason::Withdrawn, kit.world(&scene, now));
        Ok(Some(kit.save(tx, withdrawn).await?))
    }
}

struct SendCode {
    kit: Arc<Kit>,
    service_id: ServiceId,
    id: ActionId,
    factor: Factor,
    channel: Option<Channel>,
    caller: Caller,
}

impl Step for SendCode {
    type Output = ActionSend;

    async fn run(&self, tx: &mut Tx) -> Result<ActionSend, StorageError> {
        let ask = AskForCode {
            factor: self.factor,
            channel: self.channel,
            actor: Actor::RelyingParty,
            caller: &self.caller,
        };
        code::send(tx, &self.kit, self.service_id, self.id, &ask, self.kit.clock.now()).await
    }
}
