//! Sending a code, as every journey does it: lock the factor, count the caps, decide, save. One place, so that a cap
//! or a lock checked at one door is checked at all of them (R22).

use crate::context::{Caller, Kit};
use countersign_core::address::Address;
use countersign_core::id::{AccountId, ServiceId};
use countersign_core::limit::{self, Planned, SendFacts};
use countersign_core::model::{Channel, FactorState, Purpose, Subject, TokenHash, Verification};
use countersign_core::session::Scene;
use countersign_core::time::Timestamp;
use countersign_core::verification::{self, Details, Request, SendRefusal, SendSnapshot};
use countersign_storage::tables::{counters, factors};
use countersign_storage::{StorageError, Tx};
use std::net::IpAddr;

/// A code to be sent.
pub(crate) struct Send<'a> {
    pub(crate) service_id: ServiceId,
    pub(crate) subject: Subject,
    pub(crate) address: &'a Address,
    pub(crate) channel: Channel,
    pub(crate) purpose: Purpose,
    pub(crate) details: Option<&'a Details>,
    pub(crate) page: Option<TokenHash>,
    pub(crate) locale: &'a str,
    pub(crate) asker: Asker<'a>,
}

/// Who asked, as far as caps care.
#[derive(Clone, Copy)]
pub(crate) struct Asker<'a> {
    pub(crate) ip: Option<IpAddr>,
    pub(crate) device: Option<&'a [u8]>,
}

impl<'a> Asker<'a> {
    pub(crate) fn of(caller: &'a Caller) -> Self {
        Self { ip: caller.ip, device: caller.device_token.as_deref().map(str::as_bytes) }
    }
}

/// Starts a verification, or says why not; what was decided is saved either way.
pub(crate) async fn start(
    tx: &mut Tx,
    kit: &Kit,
    send: &Send<'_>,
    scene: &Scene,
    now: Timestamp,
) -> Result<Result<Verification, SendRefusal>, StorageError> {
    let index = kit.rows.index(send.address);
    let account_id = account_of(send.subject);
    let factor = send.channel.factor();
    let state = factors::lock(tx, &kit.rows, send.service_id, send.subject, factor, None, now).await?;
    let (planned, totals) =
        count(tx, kit, send.service_id, send.address, account_id, send.asker, now).await?;
    let request = Request {
        service_id: send.service_id,
        subject: send.subject,
        address: send.address,
        channel: send.channel,
        address_index: index,
        purpose: send.purpose,
        details: send.details,
        page: send.page,
        locale: send.locale,
    };
    let snapshot = snapshot(state, &planned, &totals);
    kit.save(tx, verification::start(&request, snapshot, kit.world(scene, now))).await
}

/// Sends a new code for a verification that was locked by the caller.
pub(crate) async fn resend(
    tx: &mut Tx,
    kit: &Kit,
    pending: Verification,
    ask: &Resend<'_>,
    scene: &Scene,
    now: Timestamp,
) -> Result<Result<Verification, SendRefusal>, StorageError> {
    let (service_id, subject) = (pending.service_id, pending.subject);
    let factor = pending.channel.factor();
    let state = factors::lock(tx, &kit.rows, service_id, subject, factor, None, now).await?;
    let account_id = account_of(subject);
    let (planned, totals) = count(tx, kit, service_id, &pending.address, account_id, ask.asker, now).await?;
    let snapshot = snapshot(state, &planned, &totals);
    let world = kit.world(scene, now);
    let pending = Verification { channel: ask.channel.unwrap_or(pending.channel), ..pending };
    kit.save(tx, verification::resend(pending, ask.page, ask.details, snapshot, world)).await
}

/// How a resend is asked for.
pub(crate) struct Resend<'a> {
    /// Another channel to the same address, such as a call instead of a text; none: the one before.
    pub(crate) channel: Option<Channel>,
    pub(crate) page: Option<TokenHash>,
    pub(crate) details: Option<&'a Details>,
    pub(crate) asker: Asker<'a>,
}

/// The channels by which a code can reach an address: those that have a route and prove the same factor.
pub(crate) fn ways(kit: &Kit, address: &Address) -> Vec<Channel> {
    let factor = address.channel().factor();
    kit.channels.iter().copied().filter(|channel| channel.factor() == factor).collect()
}

fn snapshot<'a>(factor: FactorState, planned: &'a [Planned], totals: &[i64]) -> SendSnapshot<'a> {
    SendSnapshot { factor, planned, hit: limit::first_hit(planned, totals) }
}

async fn count(
    tx: &mut Tx,
    kit: &Kit,
    service_id: ServiceId,
    address: &Address,
    account_id: Option<AccountId>,
    asker: Asker<'_>,
    now: Timestamp,
) -> Result<(Vec<Planned>, Vec<i64>), StorageError> {
    let facts = SendFacts {
        service_id,
        address,
        address_index: kit.rows.index(address),
        account_id,
        ip: asker.ip,
        device: asker.device,
    };
    let planned = limit::plan(&facts, &kit.policy, now);
    let totals = counters::add(tx, &kit.rows, &planned).await?;
    Ok((planned, totals))
}

pub(crate) fn account_of(subject: Subject) -> Option<AccountId> {
    match subject {
        Subject::Account(id) => Some(id),
        Subject::Address(_) | Subject::Staff(_) => None,
    }
}
