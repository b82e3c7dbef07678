//! Ports: everything that the engine needs from the world, as traits, each with its operating-system implementation
//! in the same file. The harness has a simulation for each.

pub mod app;
pub mod clock;
pub mod filesystem;

use omnicraft_core::event::{Event, Profiles};
use omnicraft_core::state::State;
use omnicraft_core::transition::{Transition, transition};

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
    /// Who decides. The core does; a program with plans of its own asks the core and changes its answer.
    pub decide: Decide,
}

/// Decides what follows from an event, as [`transition`] does.
pub type Decide = Box<dyn Fn(&State, &Event, &Profiles) -> Transition + Send + Sync>;

/// The core's own decisions.
pub fn core_decides() -> Decide {
    Box::new(transition)
}

impl Ports {
    /// The clock, the files and the SQLite of this machine, for an app.
    pub fn of_this_machine(app: Box<dyn App>) -> Self {
        Self {
            clock: Box::new(SystemClock::new()),
            files: Box::new(OsFileSystem),
            app,
            sqlite: Opener::default(),
            decide: core_decides(),
        }
    }
}
