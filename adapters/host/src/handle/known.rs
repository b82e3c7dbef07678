//! What is known of a home without asking the engine that is at work.

use std::path::Path;

use omnicraft_core::model::FileStamp;
use omnicraft_core::names;
use omnicraft_core::state::State;

use crate::engine::Engine;
use crate::ports::Ports;

/// What the catalog held when it was last looked at.
#[derive(Clone, Debug)]
pub struct Known {
    /// The state.
    pub state: State,
    /// What opening the home had to finish, undo or report, in sentences.
    pub found: Vec<String>,
    /// How the catalog's file looked.
    pub(super) catalog: Option<FileStamp>,
}

impl Known {
    pub(super) fn of(engine: &Engine, found: Vec<String>) -> Self {
        Self { state: engine.state().clone(), found, catalog: catalog(engine.home(), engine.ports()) }
    }
}

/// How the catalog's file looks, without opening it.
pub(super) fn catalog(home: &Path, ports: &Ports) -> Option<FileStamp> {
    ports.files.stamp(&home.join(names::CATALOG)).ok().flatten()
}

/// What opening this engine had to say.
pub(super) fn found(engine: &Engine) -> Vec<String> {
    let Some(recovery) = engine.recovery() else { return Vec::new() };
    let failure = recovery.failure.as_ref().map(ToString::to_string);
    recovery.warnings.iter().cloned().chain(failure).collect()
}
