//! Power cuts: every disk that one may leave, what recovery makes of it, and whether that is what was promised.

mod catalog_alone;
mod catalog_whole;
pub mod explorer;
mod families;
pub mod faults;
pub mod folder;
pub(crate) mod forge;
pub mod ledger;
pub mod life;
mod life_days;
mod life_misfortunes;
mod life_restore;
pub mod memory;
pub mod model;
mod nested;
mod note;
pub mod observe;
pub mod probe;
pub mod recipe;
pub mod recoveries;
pub mod replay;
pub(crate) mod roles;
pub mod scenarios;
mod search;
pub mod shop;
pub mod shrink;
pub mod states;
mod subject;
pub mod told;
pub mod trace;
mod undone;

pub use catalog_alone::CatalogAlone;
pub use note::{Books, Card, Deed, Held, Note, UNPROMISED};
pub use subject::Subject;
