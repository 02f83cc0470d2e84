//! Texts that give power to whoever reads them: keys, webhook secrets, passwords, session tokens. They print
//! redacted (R10). Draws new ones from the entropy that the owner lends.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Fills the given bytes with randomness that nobody can guess.
pub type Entropy = Arc<dyn Fn(&mut [u8]) + Send + Sync>;

/// A text that prints as `[redacted]`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Hides a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, for the one place that needs it.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("[redacted]")
    }
}

/// 128 bits as 32 hexadecimal digits: an id or a token.
pub(crate) fn draw(entropy: &Entropy) -> String {
    let mut bytes = [0; 16];
    entropy(&mut bytes);
    hex(&bytes)
}

/// Hexadecimal digits in lower case.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_never_print() {
        assert_eq!(format!("{:?}", Some(Secret::new("whsec_abc"))), "Some([redacted])");
    }
}
