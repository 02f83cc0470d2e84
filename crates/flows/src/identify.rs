//! Finding the account that an identifier names: by its email address, or by the live binding of a number.

use crate::context::Kit;
use countersign_core::address::Address;
use countersign_core::binding::{Ownership, still_names};
use countersign_core::id::{AccountId, ServiceId};
use countersign_core::model::{Account, FactorState};
use countersign_core::model::{Binding, Factor, Subject};
use countersign_core::time::Timestamp;
use countersign_storage::tables::{accounts, bindings, factors};
use countersign_storage::{StorageError, Tx};

/// The account an identifier names, if it names one.
pub(crate) async fn account_by_identifier(
    tx: &mut Tx,
    kit: &Kit,
    service_id: ServiceId,
    address: &Address,
) -> Result<Option<Account>, StorageError> {
    let index = kit.rows.index(address);
    match address {
        Address::Email(_) => accounts::by_email(tx, &kit.rows, service_id, index).await,
        Address::Phone(_) => match bindings::live_by_number(tx, &kit.rows, service_id, index).await? {
            Some(binding) => accounts::load(tx, &kit.rows, service_id, binding.account_id).await,
            None => Ok(None),
        },
    }
}

/// The same for somebody who types it with the account's password: a number that staff have removed goes on naming an
/// account that has nothing else to be named by, so that its holder finds the way to a recovery. No code goes there.
pub(crate) async fn account_at_sign_in(
    tx: &mut Tx,
    kit: &Kit,
    service_id: ServiceId,
    address: &Address,
) -> Result<Option<Account>, StorageError> {
    let found = account_by_identifier(tx, kit, service_id, address).await?;
    if found.is_some() || address.phone().is_none() {
        return Ok(found);
    }
    let rows = &kit.rows;
    let newest = bindings::newest_by_number(tx, rows, service_id, rows.index(address)).await?;
    let Some(newest) = newest else { return Ok(None) };
    let account = accounts::load(tx, rows, service_id, newest.account_id).await?;
    let live = bindings::live_of_account(tx, rows, service_id, newest.account_id).await?;
    Ok(account.filter(|account| still_names(&newest, account, live.as_ref())))
}

/// What is known of a number's owners, seen from one account.
pub(crate) async fn ownership(
    tx: &mut Tx,
    kit: &Kit,
    service_id: ServiceId,
    account_id: AccountId,
    number: &Address,
) -> Result<Ownership, StorageError> {
    let index = kit.rows.index(number);
    Ok(Ownership {
        live: bindings::live_by_number(tx, &kit.rows, service_id, index).await?,
        mine: bindings::live_of_account(tx, &kit.rows, service_id, account_id).await?,
        had_other_owner: bindings::had_other_owner(tx, &kit.rows, service_id, index, account_id).await?,
    })
}

/// The number of an account and what is remembered of its code factors.
pub(crate) async fn second_factor_facts(
    tx: &mut Tx,
    kit: &Kit,
    account: &Account,
    now: Timestamp,
) -> Result<(Option<Binding>, Vec<FactorState>), StorageError> {
    let binding = bindings::live_of_account(tx, &kit.rows, account.service_id, account.id).await?;
    let mut states = Vec::new();
    for factor in [Factor::Sms, Factor::Email] {
        let subject = Subject::Account(account.id);
        states.push(factors::load(tx, &kit.rows, account.service_id, subject, factor, None, now).await?);
    }
    Ok((binding, states))
}
