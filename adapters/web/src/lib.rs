//! The Time Machine page: cards, previews, restores, exports and safety nets for a person who has never heard of SQLite,
//! served to the browser of this computer and to nobody else.
//!
//! A request never does what takes long: it puts a job on the engine's handle ([`omnicraft_host::handle`]) and answers
//! with a page that follows the job. So the page survives a reload, and a closed tab loses nothing.
#![forbid(unsafe_code)]

mod assets;
mod ctx;
mod events;
mod files;
mod guard;
mod lang;
mod pages;
mod problem;
mod routes;
mod server;
mod site;
mod tasks;

pub use server::{Options, serve};
pub use site::{Config, Site};
