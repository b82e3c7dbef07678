//! Binds the backup core to files, SQLite and the clock of this machine.
//!
//! A front end makes an [`engine::Engine`] over a home and tells it what happens; everything else follows.

pub mod archive;
pub mod engine;
pub mod error;
pub mod handle;
mod home;
mod pace;
pub mod perform;
pub mod ports;
pub mod progress;
pub mod sqlite;
mod surroundings;
mod two_cores;

pub use surroundings::surroundings;

/// The example of the README is compiled and run with the documentation's tests.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
