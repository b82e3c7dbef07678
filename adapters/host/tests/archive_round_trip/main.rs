//! A database becomes a CSV archive and the archive a database again: the same values, types, rowids and schema.
#![allow(clippy::disallowed_methods, reason = "tests prepare and look at files by hand")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic, also in its helpers")]
#![allow(clippy::wildcard_enum_match_arm, reason = "a test names what it expects")]

mod editing;
mod effect;
mod kinds;
mod large;
mod oracle;
#[path = "../perform_home/mod.rs"]
mod perform_home;
mod random;
mod sources;
mod support;
mod trusting;
mod violations;
