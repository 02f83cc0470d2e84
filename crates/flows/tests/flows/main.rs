//! Whole journeys through the use cases, on SQLite in memory and under a clock that only the test moves.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::print_stderr)]

mod admin;
mod app;
mod audit;
mod cases;
mod console;
mod desk;
mod evidence;
mod forgotten;
mod house;
mod identity;
mod own_text;
mod roads;
mod staff;
mod step_up;
mod templates;
mod tickets;
mod walk;
