//! The exchange's own passwords: argon2id with OWASP's first parameters (19 MiB, 2 passes, 1 lane), off the
//! request threads and two at a time, so that a flood of guesses cannot take the machine's memory.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use crate::secret::{Entropy, Secret};

const AT_ONCE: usize = 2;
/// Shortest password taken for a new account, in characters.
pub(crate) const LENGTH_MIN: usize = 8;
/// Longest, in bytes.
pub(crate) const BYTES_MAX: usize = 256;

/// Hashes and compares.
pub(crate) struct Passwords {
    turns: Arc<Semaphore>,
    entropy: Entropy,
    /// What a guess at an unknown customer is compared with, so that it costs the same (R46).
    nobody: Secret,
}

impl Passwords {
    pub(crate) fn new(entropy: Entropy) -> Option<Self> {
        let nobody = hash(b"nobody", &entropy)?;
        Some(Self { turns: Arc::new(Semaphore::new(AT_ONCE)), entropy, nobody })
    }

    /// `None` if the machine could not do the work.
    pub(crate) async fn hash(&self, password: &Secret) -> Option<Secret> {
        let (password, entropy) = (password.clone(), Arc::clone(&self.entropy));
        self.work(move || hash(password.expose().as_bytes(), &entropy)).await.flatten()
    }

    /// Whether the password is the one behind the hash. Without a hash it is not, at the same cost.
    pub(crate) async fn is_right(&self, password: &Secret, known: Option<&Secret>) -> bool {
        let (password, exists) = (password.clone(), known.is_some());
        let phc = known.unwrap_or(&self.nobody).clone();
        let compare = move || {
            PasswordHash::new(phc.expose()).is_ok_and(|phc| {
                Argon2::default().verify_password(password.expose().as_bytes(), &phc).is_ok()
            })
        };
        self.work(compare).await.unwrap_or(false) && exists
    }

    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let _turn = self.turns.acquire().await.ok()?;
        tokio::task::spawn_blocking(work).await.ok()
    }
}

fn hash(password: &[u8], entropy: &Entropy) -> Option<Secret> {
    let params = Params::new(19 * 1024, 2, 1, None).ok()?;
    let mut salt = [0; 16];
    entropy(&mut salt);
    let phc =
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_with_salt(password, &salt);
    phc.ok().map(|phc| Secret::new(phc.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn passwords_are_compared_with_their_own_hash() {
        let passwords = Passwords::new(Arc::new(|out: &mut [u8]| out.fill(7))).expect("argon2");
        let hash = passwords.hash(&Secret::new("correct horse")).await.expect("a hash");
        assert!(hash.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(passwords.is_right(&Secret::new("correct horse"), Some(&hash)).await);
        assert!(!passwords.is_right(&Secret::new("correct horses"), Some(&hash)).await);
        assert!(!passwords.is_right(&Secret::new("nobody"), None).await);
        // The reference implementation: `echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1 -l 32 -e`.
        let theirs = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        assert!(passwords.is_right(&Secret::new("password"), Some(&Secret::new(theirs))).await);
    }
}
