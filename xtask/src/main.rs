//! House rules and the one test command.
fn main() {}
