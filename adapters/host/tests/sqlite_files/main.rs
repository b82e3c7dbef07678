//! The SQLite side of the host, on real files of every kind that a stranger's app may have made.
#![allow(clippy::disallowed_methods, reason = "tests prepare and damage files by hand, and start other processes")]
#![allow(clippy::expect_used, clippy::wildcard_enum_match_arm, reason = "a test may panic, also in its helpers")]
#![allow(clippy::print_stdout, reason = "the other process talks through its output")]

mod browsing;
mod checking;
mod cloning;
mod comparing;
mod comparing_pages;
mod copying;
mod copying_fast;
mod letting_go;
mod looking;
mod maintaining;
mod opening;
mod other_process;
mod per_day;
mod support;
