//! The product's tables, one file per group: how each record becomes a row and comes back. A decision's
//! changes are saved by [`apply`], as one list, and a change that does not find exactly the row it speaks of
//! is a conflict that undoes them all. Knows no rule: what to change was decided by the core.

pub mod accounts;
pub mod action_keys;
pub mod actions;
pub mod api_keys;
pub mod audit;
pub mod authenticators;
pub mod bindings;
pub mod canned_answers;
pub mod cases;
pub mod clock_marks;
pub mod counters;
pub mod desk;
pub mod devices;
pub mod events;
pub mod evidence;
pub mod factors;
mod fallbacks;
pub mod freeze_links;
pub mod holds;
pub mod idempotency;
pub mod identity_checks;
pub mod inbound;
pub mod journeys;
pub mod operator_authenticators;
pub mod operator_invitations;
pub mod operator_sessions;
pub mod operators;
pub mod outbox;
mod parts;
pub mod policy_versions;
pub mod proposals;
pub mod rates;
pub mod retention;
pub mod routes;
mod rows;
pub mod services;
pub mod sessions;
pub mod templates;
pub mod tickets;
mod timelines;
pub mod timers;
pub mod verifications;
pub mod webhooks;
mod write;

pub use rows::Rows;

use crate::error::StorageError;
use crate::tx::Tx;
use crate::wake::Topic;
use countersign_core::change::Change;
use operator_invitations as invitations;
use write::Write;

/// Saves what was decided, in the order it was decided. Wakes those who send and tell once committed.
///
/// # Errors
/// [`StorageError::Conflict`] when a change finds no row, or not the one it expects, or a unique value is
/// taken.
pub async fn apply(tx: &mut Tx, rows: &Rows, changes: &[Change]) -> Result<(), StorageError> {
    let shard = tx.shard();
    let mut writes = Vec::with_capacity(changes.len());
    for change in changes {
        writes.push(write(rows, change, shard)?);
        match change {
            Change::InsertMessage(_) => tx.wake(Topic::Outbox),
            Change::CreditRoute { verification_id, at } => {
                writes.extend(fallbacks::credit_further(verification_id, *at, shard));
            }
            Change::InsertEvent(entry) => writes.push(audit::wait(entry)),
            Change::RetainEvidence { owner, .. } => writes.extend(evidence::give_up_of_owner(owner)),
            Change::InsertWebhookEvent(event) => {
                writes.push(webhooks::fan_out(event));
                tx.wake(Topic::Webhooks);
            }
            _ => {}
        }
    }
    write::run(tx, &writes).await?;
    Ok(())
}

/// The statement of each change, from a table of patterns: complete by the compiler's word.
macro_rules! writes {
    (|$rows:ident, $shard:ident| { $($pattern:pat => $write:expr,)* }) => {
        fn write<'a>($rows: &Rows, change: &'a Change, $shard: i64) -> Result<Write<'a>, StorageError> {
            Ok(match change { $($pattern => $write,)* })
        }
    };
}

writes! { |rows, shard| {
    Change::InsertAccount(account) => accounts::insert(rows, account)?,
    Change::SaveAccount(account) => accounts::save(rows, account)?,
    Change::InsertBinding(binding) => bindings::insert(rows, binding)?,
    Change::SaveBinding(binding) => bindings::save(binding),
    Change::SaveFactor(state) => factors::save(state),
    Change::CountFailures { service_id, subject, factor, day, by } =>
        factors::count_failures(service_id, *subject, *factor, *day, *by),
    Change::InsertVerification(verification) => verifications::insert(rows, verification)?,
    Change::SaveVerification(verification) => verifications::save(verification),
    Change::SupersedeVerifications { service_id, subject, channel, purpose, except, at } =>
        verifications::supersede(service_id, *subject, *channel, *purpose, except, *at),
    Change::InsertMessage(message) => outbox::insert(rows, message)?,
    Change::CancelMessages(verification_id) => outbox::cancel(verification_id),
    Change::CreditRoute { verification_id, at } => fallbacks::credit(verification_id, *at),
    Change::Count { key, by } => counters::count(key, *by, shard),
    Change::InsertJourney(journey) => journeys::insert(rows, journey)?,
    Change::SaveJourney(journey) => journeys::save(rows, journey)?,
    Change::InsertDevice(device) => devices::insert(device),
    Change::SaveDevice(device) => devices::save(device),
    Change::InsertSession(session) => sessions::insert(rows, session)?,
    Change::SaveSession(session) => sessions::save(session),
    Change::EndSessions { account_id, except, at } => sessions::end_all(account_id, except.as_ref(), *at),
    Change::ForgetDevices { account_id, except, at } => devices::forget(account_id, except.as_ref(), *at),
    Change::InsertEvent(entry) => events::insert(entry)?,
    Change::InsertService(service) => services::insert(service),
    Change::InsertApiKey(key) => api_keys::insert(key),
    Change::RevokeApiKey { service_id, id, at } => api_keys::revoke(service_id, id, *at),
    Change::InsertOperator(operator) => operators::insert(rows, operator)?,
    Change::SaveOperator(operator) => operators::save(rows, operator)?,
    Change::InsertOperatorAuthenticator(one) => operator_authenticators::insert(rows, one)?,
    Change::SaveOperatorAuthenticator(one) => operator_authenticators::save(rows, one)?,
    Change::InsertOperatorInvitation(invitation) => invitations::insert(invitation),
    Change::UseOperatorInvitation { token, service_id, at } => invitations::spend(token, service_id, *at),
    Change::EndOperatorInvitations { service_id, operator_id, at } =>
        invitations::end_all(service_id, operator_id, *at),
    Change::EndOperatorSessions { service_id, operator_id, except, at } =>
        operator_sessions::end_all(service_id, operator_id, except.as_ref(), *at),
    Change::InsertAuthenticator(authenticator) => authenticators::insert(rows, authenticator)?,
    Change::SaveAuthenticator(authenticator) => authenticators::save(rows, authenticator)?,
    Change::InsertAction(action) => actions::insert(rows, action)?,
    Change::SaveAction(action) => actions::save(rows, action)?,
    Change::InsertHold(hold) => holds::insert(hold),
    Change::InsertProposal(proposal) => proposals::insert(proposal),
    Change::SaveProposal(proposal) => proposals::save(proposal),
    Change::InsertFreezeLink { token, service_id, account_id, expires_at } =>
        freeze_links::insert(token, service_id, account_id, *expires_at),
    Change::InsertWebhookEndpoint(endpoint) => webhooks::insert_endpoint(rows, endpoint)?,
    Change::SaveWebhookEndpoint(endpoint) => webhooks::save_endpoint(rows, endpoint)?,
    Change::InsertWebhookEvent(event) => webhooks::insert_event(event),
    Change::SaveRate { service_id, rate } => rates::save(service_id, rate),
    Change::InsertOperatorSession(session) => operator_sessions::insert(rows, session)?,
    Change::SaveOperatorSession(session) => operator_sessions::save(session),
    Change::InsertTicket(ticket) => tickets::insert(rows, ticket)?,
    Change::SaveTicket(ticket) => tickets::save(ticket),
    Change::SaveTicketAccess(ticket) => tickets::save_access(ticket),
    Change::InsertTicketMessage(message) => tickets::insert_message(rows, message)?,
    Change::InsertCase(case) => cases::insert(rows, case)?,
    Change::SaveCase(case) => cases::save(rows, case)?,
    Change::InsertCaseDecision(decision) => cases::insert_decision(rows, decision)?,
    Change::InsertIdentityCheck(check) => identity_checks::insert(rows, check)?,
    Change::SaveIdentityCheck(check) => identity_checks::save(rows, check)?,
    Change::RetainEvidence { owner, until } => evidence::retain(owner, *until),
}}

/// Every statement of the tables, by file.
pub(crate) const STATEMENTS: &[&[&str]] = &[
    accounts::STATEMENTS,
    action_keys::STATEMENTS,
    actions::STATEMENTS,
    api_keys::STATEMENTS,
    audit::STATEMENTS[0],
    audit::STATEMENTS[1],
    authenticators::STATEMENTS,
    bindings::STATEMENTS,
    canned_answers::STATEMENTS,
    cases::STATEMENTS,
    clock_marks::STATEMENTS,
    counters::STATEMENTS,
    desk::STATEMENTS,
    devices::STATEMENTS,
    events::STATEMENTS,
    evidence::STATEMENTS,
    factors::STATEMENTS,
    fallbacks::STATEMENTS,
    freeze_links::STATEMENTS,
    holds::STATEMENTS,
    idempotency::STATEMENTS,
    identity_checks::STATEMENTS,
    inbound::STATEMENTS,
    journeys::STATEMENTS,
    operator_authenticators::STATEMENTS,
    operator_invitations::STATEMENTS,
    operator_sessions::STATEMENTS,
    operators::STATEMENTS,
    outbox::STATEMENTS,
    parts::STATEMENTS,
    policy_versions::STATEMENTS,
    proposals::STATEMENTS,
    rates::STATEMENTS,
    retention::STATEMENTS,
    routes::STATEMENTS,
    services::STATEMENTS,
    sessions::STATEMENTS,
    templates::STATEMENTS,
    tickets::STATEMENTS,
    timelines::STATEMENTS,
    timers::STATEMENTS,
    verifications::STATEMENTS,
    webhooks::STATEMENTS,
];
