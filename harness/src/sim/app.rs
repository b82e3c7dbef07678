//! The app on a simulated machine: it holds its databases open while it runs, and lets go when the engine asks.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use omnicraft_core::model::{SchemaProfile, WorkspaceId};
use omnicraft_host::ports::app::App;
use rusqlite::{Connection, OpenFlags};

use super::machine::connect;
use crate::crash::Subject;

/// The app's open databases; clones are the same.
#[derive(Clone, Default)]
pub struct Handles(Arc<Mutex<BTreeMap<WorkspaceId, Connection>>>);

impl Handles {
    /// All of them, for as long as the guard lives.
    pub fn lock(&self) -> MutexGuard<'_, BTreeMap<WorkspaceId, Connection>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The app, as the engine sees it.
pub struct SimApp {
    subject: Arc<dyn Subject>,
    vfs: String,
    handles: Handles,
}

impl SimApp {
    /// The app whose databases lie on this file layer.
    pub const fn new(subject: Arc<dyn Subject>, vfs: String, handles: Handles) -> Self {
        Self { subject, vfs, handles }
    }

    fn with<T>(
        &self,
        database: &Path,
        more: OpenFlags,
        work: impl FnOnce(&mut Connection) -> rusqlite::Result<T>,
    ) -> Result<T, String> {
        let connection = connect(&self.vfs, database, more);
        let done = connection.and_then(|mut connection| {
            let done = work(&mut connection)?;
            connection.close().map_err(|(_, error)| error)?;
            Ok(done)
        });
        done.map_err(|error| error.to_string())
    }
}

impl App for SimApp {
    fn name(&self) -> &str {
        self.subject.name()
    }

    fn profiles(&self) -> &[SchemaProfile] {
        self.subject.profiles()
    }

    fn create(&self, profile: &SchemaProfile, version: &str, database: &Path) -> Result<(), String> {
        let create = |connection: &mut Connection| self.subject.create(profile, version, connection);
        self.with(database, OpenFlags::SQLITE_OPEN_CREATE, create)
    }

    fn migrate(&self, profile: &SchemaProfile, database: &Path) -> Result<(), String> {
        self.with(database, OpenFlags::empty(), |connection| self.subject.migrate(profile, connection))
    }

    fn quiesce(&self, workspace: &WorkspaceId) -> Result<(), String> {
        match self.handles.lock().remove(workspace).map(Connection::close) {
            Some(Err((_, error))) => Err(error.to_string()),
            Some(Ok(())) | None => Ok(()),
        }
    }

    fn relaunch(&self, _workspace: &WorkspaceId) {}
}
