//! Randomness as the rules see it: bytes from whoever calls. The binary hands in the operating system's generator; a
//! test hands in a counted one. No generator lives in the core, so none can be seeded by accident (R1).

/// A source of uniformly random bytes. In production it must be a CSPRNG (NIST SP 800-90A, R1).
pub trait Entropy: Send + Sync {
    /// Fills the whole of `out`.
    fn fill(&self, out: &mut [u8]);
}

/// An array of `N` random bytes.
pub fn bytes<const N: usize>(entropy: &dyn Entropy) -> [u8; N] {
    let mut out = [0u8; N];
    entropy.fill(&mut out);
    out
}

/// Deterministic sources for tests of this crate and of those above it.
#[doc(hidden)]
pub mod testing {
    use super::Entropy;
    use std::sync::atomic::{AtomicU64, Ordering};

    /// SplitMix64 (Steele, Lea, Flood 2014) from a counter: well spread, and the same in every run.
    pub struct Counting(AtomicU64);

    impl Counting {
        /// Starts at zero.
        #[allow(clippy::new_without_default)]
        pub fn new() -> Self {
            Self(AtomicU64::new(0))
        }

        /// Starts elsewhere, for a second source that must not repeat the first.
        pub fn from(start: u64) -> Self {
            Self(AtomicU64::new(start))
        }
    }

    impl Entropy for Counting {
        fn fill(&self, out: &mut [u8]) {
            for chunk in out.chunks_mut(8) {
                let mut z = self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
                z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
                z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
                chunk.copy_from_slice(&(z ^ (z >> 31)).to_le_bytes()[..chunk.len()]);
            }
        }
    }
}
