//! Proves the guarantees from outside: the built `omnicraft` binary, real files, a pretend app in a process of its own,
//! and a kill at any moment. A [`world::World`] is a home with a live database, `strace` finds the moments at which a
//! kill can make a difference, and the [`oracle`] says whether anything was lost.
//!
//! **Invariant:** the oracle compares contents with versions that were committed; that a database is intact proves
//! nothing, because a mixture of two versions is intact too.
#![deny(unsafe_code)]
#![expect(clippy::disallowed_methods, reason = "the harness is the world outside: users, disks and other programs")]
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "a mutant or a model is about a few of the engine's effects and the disk's operations, and leaves all others alone"
)]
#![expect(clippy::unwrap_used, reason = "a world that cannot be set up ends the test that needs it")]

pub mod app;
pub mod books;
#[cfg(target_os = "linux")]
pub mod conformance;
pub mod content;
pub mod crash;
pub mod fuzz;
pub mod guarantees;
pub mod image;
#[cfg(target_os = "linux")]
pub mod kernels;
pub mod listing;
pub mod model;
pub mod mutants;
pub mod oracle;
pub mod process;
pub mod proof;
pub mod random;
pub mod report;
pub mod sim;
#[cfg(target_os = "linux")]
pub mod strace;
pub mod threads;
pub mod world;
