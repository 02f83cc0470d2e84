//! The operators' console: signing in with two steps each time, the session of a member of staff, who works there, and
//! what its pages show and do.

pub(crate) mod cases;
pub(crate) mod confirm;
pub(crate) mod delivery;
pub(crate) mod desk;
pub(crate) mod enrolling;
pub(crate) mod join;
pub(crate) mod me;
pub(crate) mod policy;
pub(crate) mod proof;
pub(crate) mod session;
pub(crate) mod sign_in;
pub(crate) mod staff;
pub(crate) mod templates;
