//! The confirm page: who owns it, what it shows, and what can be done on it besides answering. A link works once; the
//! browser that opened it first owns the page, and no other can look at it or finish it (section D).

use super::code::{self, ActionSend, AskForCode};
use super::{Actor, Standing, lock_with_account};
use crate::context::{Caller, Flows, Kit};
use crate::error::FlowError;
use crate::journeys::{CodePage, code_page};
use crate::sending;
use countersign_core::action;
use countersign_core::address::Address;
use countersign_core::change::Change;
use countersign_core::id::{ActionId, ServiceId};
use countersign_core::lock::Refusal;
use countersign_core::model::*;
use countersign_core::session::{Scene, hash_token};
use countersign_core::time::Timestamp;
use countersign_core::verification::Details;
use countersign_storage::tables::{self, accounts, actions, verifications};
use countersign_storage::{Step, StorageError, Tx};
use std::sync::Arc;

/// What a confirm page shows.
#[derive(Clone, Debug)]
pub struct ConfirmView {
    /// The action.
    pub action: Action,
    /// What its messages show: the page shows the same (R51).
    pub confirmed: Details,
    /// The account's anti-phishing phrase. A hint and no proof: whoever opened the link sees it.
    pub phrase: Option<String>,
    /// Factors of the chosen way that are still to be proved, in order.
    pub left: Vec<Factor>,
    /// Factors that cannot be used now.
    pub locks: Vec<(Factor, Refusal)>,
    /// Factors that do not count yet for what is confirmed, each with when it does.
    pub settling: Vec<(Factor, Timestamp)>,
    /// The code that is out, if one is.
    pub code: Option<CodePage>,
    /// Where codes of its factors go.
    pub addresses: Vec<(Factor, Address)>,
    /// Whether more time can be asked for.
    pub can_extend: bool,
    /// Channels besides the text message that a code to the number could take.
    pub channels: Vec<Channel>,
    /// The hold in force, if any.
    pub hold: Option<Hold>,
}

/// What came of looking at an action's page.
#[derive(Clone, Debug)]
pub enum ConfirmLook {
    /// It is this browser's.
    Own(Box<ConfirmView>),
    /// Another browser has it.
    Taken,
    /// There is no such action.
    Unknown,
}

impl Flows {
    /// Opens a link: the page belongs to this browser from now on, if it is nobody's yet.
    pub async fn claim_confirm_page(
        &self,
        service_id: ServiceId,
        id: ActionId,
        link: &str,
        page: &str,
    ) -> Result<ConfirmLook, FlowError> {
        let (link, page) = (hash_token(link), hash_token(page));
        self.write(Claim { kit: self.kit.clone(), service_id, id, link, page }).await
    }

    /// What the page of an action shows to this browser.
    pub async fn confirm_page(
        &self,
        service_id: ServiceId,
        id: ActionId,
        page: &str,
    ) -> Result<ConfirmLook, FlowError> {
        self.read(Look { kit: self.kit.clone(), service_id, id, page: hash_token(page) }).await
    }

    /// Something done on the page besides answering; false if it was not possible.
    pub async fn act_on_confirm_page(
        &self,
        service_id: ServiceId,
        id: ActionId,
        page: &str,
        act: ConfirmAct,
        caller: Caller,
    ) -> Result<bool, FlowError> {
        self.write(Do { kit: self.kit.clone(), service_id, id, page: hash_token(page), act, caller }).await
    }

    /// Sends the code that the page waits for, or another one; over another channel, if asked and if there is one.
    pub async fn send_on_confirm_page(
        &self,
        service_id: ServiceId,
        id: ActionId,
        page: &str,
        channel: Option<Channel>,
        caller: Caller,
    ) -> Result<ActionSend, FlowError> {
        self.write(SendNext {
            kit: self.kit.clone(),
            service_id,
            id,
            page: hash_token(page),
            channel,
            caller,
        })
        .await
    }
}

/// What a holder does on the page besides answering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfirmAct {
    /// Takes another way: the set of this number, from zero.
    Way(u32),
    /// Asks for more time.
    MoreTime,
    /// Says no.
    Decline,
}

async fn look(
    tx: &mut Tx,
    kit: &Kit,
    action: Action,
    page: TokenHash,
    now: Timestamp,
) -> Result<ConfirmLook, StorageError> {
    if action.page != Some(page) {
        return Ok(ConfirmLook::Taken);
    }
    let found = accounts::load(tx, &kit.rows, action.service_id, action.account_id).await?;
    let Some(account) = found else { return Ok(ConfirmLook::Unknown) };
    let phrase = account.phrase.clone();
    let standing = Standing::load(tx, kit, account, now).await?;
    let verification = match action.verification {
        Some(id) => verifications::load(tx, &kit.rows, action.service_id, id).await?,
        None => None,
    };
    let code = match verification {
        Some(verification) => Some(code_page(tx, kit, verification, now).await?),
        None => None,
    };
    let addresses: Vec<_> = [Factor::Sms, Factor::Email]
        .into_iter()
        .filter_map(|factor| Some((factor, code::address_of(&standing, factor)?)))
        .collect();
    let number = addresses.iter().find(|(factor, _)| *factor == Factor::Sms);
    let scene = Scene::default();
    // What is overdue is over for whoever looks, before the timer has written it down (R3).
    let shown = action::expire(action, kit.world(&scene, now)).outcome;
    Ok(ConfirmLook::Own(Box::new(ConfirmView {
        confirmed: action::confirmed(&shown),
        phrase,
        left: action::remaining(&shown),
        locks: code::locks(&standing, kit, now),
        settling: standing.settling(shown.kind, kit),
        code,
        can_extend: action::can_extend(&shown, kit.world(&scene, now)),
        channels: number.map(|(_, number)| besides_text(kit, number)).unwrap_or_default(),
        addresses,
        hold: countersign_core::hold::in_force(&standing.holds, kit.clock.earliest()).cloned(),
        action: shown,
    })))
}

fn besides_text(kit: &Kit, number: &Address) -> Vec<Channel> {
    sending::ways(kit, number).into_iter().filter(|channel| *channel != Channel::Sms).collect()
}

struct Claim {
    kit: Arc<Kit>,
    service_id: ServiceId,
    id: ActionId,
    link: TokenHash,
    page: TokenHash,
}

impl Step for Claim {
    type Output = ConfirmLook;

    async fn run(&self, tx: &mut Tx) -> Result<ConfirmLook, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let found = actions::lock(tx, &kit.rows, self.service_id, self.id).await?;
        let Some(mut action) = found.filter(|action| action.link == Some(self.link)) else {
            return Ok(ConfirmLook::Unknown);
        };
        // The same browser may follow its link again; a second one may not, whatever it knows. Once the relying party
        // has begun to ask by itself, the page is nobody's to take: two could guess at once.
        if action.page.is_none() && action.verification.is_none() && action::is_open(&action, now) {
            action.page = Some(self.page);
            tables::apply(tx, &kit.rows, &[Change::SaveAction(action.clone())]).await?;
        }
        look(tx, kit, action, self.page, now).await
    }
}

struct Look {
    kit: Arc<Kit>,
    service_id: ServiceId,
    id: ActionId,
    page: TokenHash,
}

impl Step for Look {
    type Output = ConfirmLook;

    async fn run(&self, tx: &mut Tx) -> Result<ConfirmLook, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        match actions::load(tx, &kit.rows, self.service_id, self.id).await? {
            Some(action) => look(tx, kit, action, self.page, now).await,
            None => Ok(ConfirmLook::Unknown),
        }
    }
}

struct Do {
    kit: Arc<Kit>,
    service_id: ServiceId,
    id: ActionId,
    page: TokenHash,
    act: ConfirmAct,
    caller: Caller,
}

impl Step for Do {
    type Output = bool;

    async fn run(&self, tx: &mut Tx) -> Result<bool, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let found = actions::lock(tx, &kit.rows, self.service_id, self.id).await?;
        let own = found.filter(|action| Actor::Page(self.page).may_act_on(action));
        let Some(mut action) = own.filter(|action| action::is_open(action, now)) else { return Ok(false) };
        let scene = self.caller.scene();
        let world = kit.world(&scene, now);
        match self.act {
            ConfirmAct::Decline => {
                kit.save(tx, action::cancel(action, CancelReason::Declined, world)).await?;
                Ok(true)
            }
            ConfirmAct::MoreTime => Ok(kit.save(tx, action::extend(action, world)).await?.is_some()),
            ConfirmAct::Way(way) => {
                let exists = usize::try_from(way).is_ok_and(|way| way < action.any_of.len());
                if exists && action.chosen != way {
                    // A code that is out is forgotten with its way: it is sent anew when its turn comes.
                    action.chosen = way;
                    action.verification = None;
                    action.passkey_challenge = None;
                    tables::apply(tx, &kit.rows, &[Change::SaveAction(action)]).await?;
                }
                Ok(exists)
            }
        }
    }
}

struct SendNext {
    kit: Arc<Kit>,
    service_id: ServiceId,
    id: ActionId,
    page: TokenHash,
    channel: Option<Channel>,
    caller: Caller,
}

impl Step for SendNext {
    type Output = ActionSend;

    async fn run(&self, tx: &mut Tx) -> Result<ActionSend, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let actor = Actor::Page(self.page);
        let Some((action, account)) = lock_with_account(tx, kit, self.service_id, self.id).await? else {
            return Ok(ActionSend::Gone);
        };
        let next = action::remaining(&action).first().copied();
        let (Some(factor @ (Factor::Sms | Factor::Email)), true, true) =
            (next, action::is_open(&action, now), actor.may_act_on(&action))
        else {
            return Ok(ActionSend::Gone);
        };
        let standing = Standing::load(tx, kit, account, now).await?;
        let ask = AskForCode { factor, channel: self.channel, actor, caller: &self.caller };
        code::send_for(tx, kit, action, &standing, &ask, now).await
    }
}
