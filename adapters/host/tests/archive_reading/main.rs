//! Archives are read: what is in order comes out value by value, and what is not is refused, with its member, its line
//! and its column, before anything of it is used.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]
#![allow(clippy::disallowed_methods, reason = "tests make and look at files as other programs do")]
#![allow(clippy::panic, clippy::wildcard_enum_match_arm, reason = "what a test does not expect is a failure")]
#![allow(clippy::cast_possible_truncation, reason = "the archives of a test are small")]

mod directory;
mod inspecting;
mod manifest;
mod packed;
mod performing;
mod rows;
mod support;
mod zipped;
