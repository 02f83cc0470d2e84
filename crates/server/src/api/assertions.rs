//! Assertions: redeemed once by the relying party, checked offline with the published keys.

pub(super) mod keys;
pub(super) mod redeem;
