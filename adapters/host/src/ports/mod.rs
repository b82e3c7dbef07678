//! Ports: everything that the engine needs from the world, as traits, each with its operating-system implementation
//! in the same file. The harness has a simulation for each.

pub mod app;
pub mod clock;
pub mod filesystem;

use app::App;
use clock::{Clock, SystemClock};
use filesystem::{FileSystem, OsFileSystem};

use crate::sqlite::Opener;

/// All ports of an engine.
pub struct Ports {
    /// The clock.
    pub clock: Box<dyn Clock>,
    /// The engine's own files.
    pub files: Box<dyn FileSystem>,
    /// The app whose data is looked after.
    pub app: Box<dyn App>,
    /// How SQLite opens files.
    pub sqlite: Opener,
}

impl Ports {
    /// The clock, the files and the SQLite of this machine, for an app.
    pub fn of_this_machine(app: Box<dyn App>) -> Self {
        Self { clock: Box::new(SystemClock::new()), files: Box::new(OsFileSystem), app, sqlite: Opener::default() }
    }
}
