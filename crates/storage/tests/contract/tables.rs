//! The product's tables on every engine: what goes in comes out, what is guarded holds when many press at
//! once, and nothing that should be sealed can be read.

pub(crate) mod actions;
pub(crate) mod audit;
pub(crate) mod authenticators;
pub(crate) mod cases;
pub(crate) mod codes;
pub(crate) mod desk;
pub(crate) mod evidence;
pub(crate) mod fixtures;
pub(crate) mod forgetting;
pub(crate) mod identity;
pub(crate) mod people;
pub(crate) mod proposals;
pub(crate) mod protections;
pub(crate) mod receipts;
pub(crate) mod roads;
pub(crate) mod routes;
pub(crate) mod secrecy;
pub(crate) mod sending;
pub(crate) mod staff;
pub(crate) mod texts;
pub(crate) mod tickets;
pub(crate) mod upgrade;
pub(crate) mod webhooks;
