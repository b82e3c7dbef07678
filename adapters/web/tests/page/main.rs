//! The page as it is served: attacked over real connections, and used in a real browser.
#![expect(clippy::disallowed_methods, reason = "tests are the world outside: users, disks and other programs")]
#![expect(clippy::unwrap_used, reason = "a test that cannot set up its world fails")]
#![expect(clippy::print_stdout, reason = "a test that is skipped says so")]

mod attacks;
mod browser;
mod life;
mod server;
