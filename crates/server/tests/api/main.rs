//! The API from the outside: requests through the whole router, on a store in memory, with a clock that the
//! tests move and codes read where a carrier would read them. Every answer of every test is held against the
//! OpenAPI document and searched for codes and numbers (`house.rs`).

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test that cannot go on should stop

mod actions;
mod assertions;
mod audit;
mod bodies;
mod checks;
mod console;
mod console_rights;
mod console_staff;
mod console_texts;
mod delivery;
mod desk;
mod documentation;
mod errors;
mod health;
mod holder;
mod holds;
mod house;
mod identity;
mod isolation;
mod logbook;
mod own_text;
#[path = "../../../evidence/tests/pictures/mod.rs"]
mod pictures;
mod proofs;
mod rates;
mod recovery;
mod resources;
mod tickets;
mod uploads;
mod uploads_large;
mod uploads_refused;
mod verifications;
mod webhooks;
