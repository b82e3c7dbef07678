//! Archives as they are written: what is in them, byte for byte, whatever the tables are called and whatever they
//! hold, and that programs which are not ours can open them.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests look at the disk behind the port's back")]
#![allow(clippy::panic, clippy::wildcard_enum_match_arm, reason = "what a test does not expect is a failure")]
#![allow(clippy::print_stderr, reason = "a test that cannot run here says so")]

mod cells;
mod contents;
mod effects;
mod global;
mod kinds;
mod naming;
#[path = "../perform_home/mod.rs"]
mod perform_home;
mod programs;
mod support;
mod volume;
