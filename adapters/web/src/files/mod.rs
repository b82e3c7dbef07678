//! Files on their way between the browser and the engine, in a folder of the page's own inside the home, and folders
//! that a person names.

mod download;
mod folder;
pub(crate) mod folders;
mod names;
#[cfg(test)]
mod tests;
mod upload;

pub(crate) use folder::{PageFolder, owners_name};
