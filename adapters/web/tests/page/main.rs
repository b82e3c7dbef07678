//! The page as it is served: attacked over real connections, and used in a real browser.

mod attacks;
mod server;
