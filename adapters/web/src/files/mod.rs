//! Files on their way between the browser and the engine, in a folder of the page's own inside the home.

mod folder;

pub(crate) use folder::PageFolder;
