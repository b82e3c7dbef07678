//! The command line as a user calls it: the built binary, real files, a home of its own for each test.
#![expect(clippy::disallowed_methods, reason = "tests are the world outside: users, disks and other programs")]
#![expect(clippy::unwrap_used, reason = "a test that cannot set up its world fails")]

mod adopted;
mod archives;
mod business;
mod clocks;
mod demo;
mod documents;
mod doubtful;
mod exports;
mod global;
mod hostile;
mod hostile_archives;
mod moments;
mod new_computer;
mod places;
mod restore;
mod tampering;
mod world;
mod zips;
