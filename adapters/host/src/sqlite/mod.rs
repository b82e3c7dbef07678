//! SQLite on this machine: opening, copying, checking, comparing and tidying databases whose schema nobody told us.
//!
//! **Invariant:** a live database is never opened with the file functions of the standard library here, not even for
//! a look at its header: closing such a descriptor would drop SQLite's locks in this process.

mod alike;
pub mod backup;
pub mod browse;
pub mod compare;
mod ffi;
pub mod header;
pub mod holders;
pub mod integrity;
pub mod maintenance;
pub mod open;
mod order;
mod pairing;
pub(crate) mod reindex;
mod rows;
pub mod schema;
mod sides;
mod trouble;

pub(crate) use ffi::interruptible;

/// How SQLite opens files: through the default VFS, or through a named one (the harness's simulated disk).
#[derive(Clone, Debug, Default)]
pub struct Opener {
    /// The VFS; `None` for the platform's own.
    pub vfs: Option<String>,
}
