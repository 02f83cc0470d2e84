//! Hashing and comparing passwords: argon2id with the parameters of OWASP's first choice (19 MiB, 2 passes, 1 lane;
//! about 30 ms), a few at a time and never inside a transaction. An identifier that names nobody costs the same (R46).

use crate::error::FlowError;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use countersign_core::entropy::{self, Entropy};
use std::sync::Arc;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

/// Passwords that may wait for a hasher before others are refused as busy: about two seconds of work per core.
const WAITING_MAX: usize = 64;

/// Hashes passwords off the request's thread.
#[derive(Clone)]
pub(crate) struct PasswordHasher {
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    entropy: Arc<dyn Entropy>,
    /// A hash that no password opens, compared against when there is no account.
    nobody: Arc<str>,
}

impl PasswordHasher {
    pub(crate) fn new(hashers: usize, entropy: Arc<dyn Entropy>) -> Self {
        let nobody = hash(&entropy::bytes::<32>(entropy.as_ref()), entropy.as_ref());
        Self {
            running: Arc::new(Semaphore::new(hashers.max(1))),
            waiting: Arc::new(Semaphore::new(WAITING_MAX)),
            entropy,
            nobody: nobody.unwrap_or_default().into(),
        }
    }

    /// The PHC string of a new password.
    pub(crate) async fn hash(&self, password: &str) -> Result<String, FlowError> {
        let entropy = self.entropy.clone();
        self.run(password, move |bytes| hash(bytes, entropy.as_ref())).await?
    }

    /// Whether the password opens the hash; with no hash, works as long and says no.
    pub(crate) async fn matches(&self, password: &str, phc: Option<&str>) -> Result<bool, FlowError> {
        let known = phc.is_some();
        let phc = phc.map_or_else(|| self.nobody.to_string(), str::to_owned);
        let right = self.run(password, move |bytes| verify(bytes, &phc)).await?;
        Ok(right && known)
    }

    /// 32 bytes of argon2id under a salt that several secrets share: for recovery codes, of which one is looked for
    /// among all of a set (R40).
    pub(crate) async fn derive(&self, text: &str, salt: [u8; 16]) -> Result<[u8; 32], FlowError> {
        self.run(text, move |bytes| {
            let mut out = [0u8; 32];
            let made = argon2()?.hash_password_into(bytes, &salt, &mut out);
            made.map(|()| out).map_err(|error| FlowError::Broken { reason: format!("argon2: {error}") })
        })
        .await?
    }

    async fn run<T: Send + 'static>(
        &self,
        password: &str,
        work: impl FnOnce(&[u8]) -> T + Send + 'static,
    ) -> Result<T, FlowError> {
        let _place = self
            .waiting
            .clone()
            .try_acquire_owned()
            .map_err(|_| FlowError::Busy { retry_after_ms: 2_000 })?;
        let broken = |reason: &str| FlowError::Broken { reason: reason.to_owned() };
        let _turn =
            self.running.clone().acquire_owned().await.map_err(|_| broken("password hasher closed"))?;
        let password = Zeroizing::new(password.as_bytes().to_vec());
        tokio::task::spawn_blocking(move || work(&password)).await.map_err(|_| broken("password hasher died"))
    }
}

fn argon2() -> Result<Argon2<'static>, FlowError> {
    let params = Params::new(19 * 1024, 2, 1, None)
        .map_err(|error| FlowError::Broken { reason: format!("argon2 parameters: {error}") })?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &[u8], entropy: &dyn Entropy) -> Result<String, FlowError> {
    let salt = entropy::bytes::<16>(entropy);
    argon2()?
        .hash_password_with_salt(password, &salt)
        .map(|phc| phc.to_string())
        .map_err(|error| FlowError::Broken { reason: format!("argon2: {error}") })
}

fn verify(password: &[u8], phc: &str) -> bool {
    // The parameters of the stored hash are used, so that a stronger default does not shut anyone out.
    PasswordHash::new(phc).is_ok_and(|parsed| Argon2::default().verify_password(password, &parsed).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_core::entropy::testing::Counting;

    #[test]
    fn a_hash_from_another_implementation_opens_and_only_for_its_password() {
        // From the reference implementation: `echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1 -l 32 -e`.
        let reference =
            "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        assert!(verify(b"password", reference));
        assert!(!verify(b"Password", reference));
        assert!(!verify(b"password", "not a hash"));
    }

    #[test]
    fn a_new_hash_is_argon2id_with_its_own_salt() {
        let entropy = Counting::new();
        let (one, two) =
            (hash(b"correct horse", &entropy).unwrap(), hash(b"correct horse", &entropy).unwrap());
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert_ne!(one, two);
        assert!(verify(b"correct horse", &one) && verify(b"correct horse", &two));
    }
}
