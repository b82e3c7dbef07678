//! The app whose data is looked after: its schemas, its migrations, and a way to ask it to let go of its files.

use std::path::Path;

use omnicraft_core::model::{SchemaProfile, WorkspaceId};

/// What the engine asks of an app. Errors are sentences for the user.
pub trait App: Send + Sync {
    /// The app's name, as in `workspaces.json`.
    fn name(&self) -> &str;

    /// The schemas that the app owns.
    fn profiles(&self) -> &[SchemaProfile];

    /// Makes a database of a released version of one of its schemas, with its tables, indexes, triggers and views; what
    /// rows are in it does not matter. Nobody else has the path, where there is no file. A power cut may leave anything
    /// there.
    fn create(&self, profile: &SchemaProfile, version: &str, database: &Path) -> Result<(), String>;

    /// Brings a database of one of its schemas to the newest version. Nobody else has it open. A power cut may leave
    /// any released version, with the data that belongs to it.
    fn migrate(&self, profile: &SchemaProfile, database: &Path) -> Result<(), String>;

    /// Closes every handle on a workspace's database.
    fn quiesce(&self, workspace: &WorkspaceId) -> Result<(), String>;

    /// May open the workspace's database again.
    fn relaunch(&self, workspace: &WorkspaceId);
}

/// An app that owns no schema and holds no handles in this process: for adopted databases alone.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoApp;

impl App for NoApp {
    fn name(&self) -> &'static str {
        "none"
    }

    fn profiles(&self) -> &[SchemaProfile] {
        &[]
    }

    fn create(&self, profile: &SchemaProfile, _version: &str, _database: &Path) -> Result<(), String> {
        Err(format!("this program does not know the schema {}", profile.name))
    }

    fn migrate(&self, profile: &SchemaProfile, _database: &Path) -> Result<(), String> {
        Err(format!("this program does not know the schema {}", profile.name))
    }

    fn quiesce(&self, _workspace: &WorkspaceId) -> Result<(), String> {
        Ok(())
    }

    fn relaunch(&self, _workspace: &WorkspaceId) {}
}
