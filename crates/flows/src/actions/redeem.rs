//! Redeeming an assertion: the relying party shows what it is about to do, it is compared with what was confirmed, and
//! the assertion is used up, once (R53).

use super::{Standing, lock_with_account};
use crate::context::{Flows, Kit};
use crate::error::FlowError;
use countersign_core::action::{self, Redeemed};
use countersign_core::id::{ActionId, ServiceId};
use countersign_core::model::DetailsDigest;
use countersign_core::session::Scene;
use countersign_storage::{Step, StorageError, Tx};
use sha2::{Digest, Sha256};
use std::sync::Arc;

impl Flows {
    /// Redeems an assertion. The same idempotency key gets the same answer.
    pub async fn redeem_assertion(
        &self,
        service_id: ServiceId,
        assertion: &str,
        digest: DetailsDigest,
        idempotency_key: &str,
    ) -> Result<Redeemed, FlowError> {
        // The signature says only that these are our words; what counts is the row (R11).
        let Ok(claims) = self.signer.verify(assertion) else { return Ok(Redeemed::Invalid) };
        let id: Option<ActionId> = claims.action.parse().ok();
        let assertion_id = hex_bytes(&claims.jti);
        let (Some(id), Some(assertion_id)) = (id, assertion_id) else { return Ok(Redeemed::Invalid) };
        if claims.service != service_id.to_string() {
            return Ok(Redeemed::Invalid);
        }
        let key = Sha256::digest(idempotency_key.as_bytes()).into();
        self.write(Redeem { kit: self.kit.clone(), service_id, id, assertion_id, digest, key }).await
    }

    /// The keys that assertions are checked with, as JSON (RFC 7517).
    pub fn assertion_keys(&self) -> String {
        self.signer.jwks()
    }
}

fn hex_bytes(text: &str) -> Option<[u8; 16]> {
    if text.len() != 32 || !text.is_ascii() {
        return None;
    }
    let mut bytes = [0u8; 16];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

struct Redeem {
    kit: Arc<Kit>,
    service_id: ServiceId,
    id: ActionId,
    assertion_id: [u8; 16],
    digest: DetailsDigest,
    key: [u8; 32],
}

impl Step for Redeem {
    type Output = Redeemed;

    async fn run(&self, tx: &mut Tx) -> Result<Redeemed, StorageError> {
        let (kit, now) = (&self.kit, self.kit.clock.now());
        let Some((action, account)) = lock_with_account(tx, kit, self.service_id, self.id).await? else {
            return Ok(Redeemed::Invalid);
        };
        let standing = Standing::load(tx, kit, account, now).await?;
        let gate = standing.gate(action.kind, action.origin, kit);
        let scene = Scene::default();
        let world = kit.world(&scene, now);
        let redeemed = action::redeem(action, &self.assertion_id, &self.digest, self.key, gate, world);
        let outcome = kit.save(tx, redeemed).await?;
        if let Redeemed::Yes(action) = &outcome
            && action.kind == countersign_core::model::ActionKind::PasswordReset
            && action.redeemed_at == Some(now)
        {
            // The relying party sets the password now: that is the moment the change takes effect (R64).
            let cause = countersign_core::model::HoldCause::PasswordChanged;
            let held = countersign_core::hold::begin(&standing.account, cause, world);
            countersign_storage::tables::apply(tx, &kit.rows, &held).await?;
        }
        Ok(outcome)
    }
}
