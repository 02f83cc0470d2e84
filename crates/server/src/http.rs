//! What every door shares: limits, headers, cookies, form tokens, and who is asking.

pub(crate) mod cookies;
pub(crate) mod csrf;
pub(crate) mod layers;
pub(crate) mod peer;
pub(crate) mod serve;
