//! Signing in: identifier and password, then a second factor unless the browser is known (section A).

pub(crate) mod check;
pub(crate) mod door;
pub(crate) mod method;
pub(crate) mod start;
