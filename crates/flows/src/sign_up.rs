//! Opening an account: an identifier and a password, then the code that proves the identifier (section A).

pub(crate) mod check;
pub(crate) mod start;
