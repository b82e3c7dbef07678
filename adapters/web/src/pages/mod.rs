//! The pages, one file each.

pub(crate) mod about;
pub(crate) mod backups;
pub(crate) mod banner;
pub(crate) mod calendar;
pub(crate) mod cards;
pub(crate) mod confirm;
pub(crate) mod export;
pub(crate) mod go_back;
pub(crate) mod home;
pub(crate) mod icons;
pub(crate) mod import;
pub(crate) mod jobs;
pub(crate) mod language;
pub(crate) mod layout;
pub(crate) mod preview;
pub(crate) mod reset;
pub(crate) mod rows;
#[cfg(test)]
pub(crate) mod sample;
pub(crate) mod settings;
pub(crate) mod trouble;
pub(crate) mod undo;

#[cfg(test)]
mod tests;
