//! Power cuts: every disk that one may leave, what recovery makes of it, and whether that is what was promised.

pub mod explorer;
pub mod ledger;
pub mod life;
pub mod memory;
mod note;
pub mod observe;
pub mod scenarios;
pub mod shop;
pub mod states;
mod subject;
pub mod trace;

pub use note::{Books, Card, Note};
pub use subject::Subject;
