//! OmniCraft's profile for the backup engine: what its databases look like, how older ones come forward, what each
//! reset wipes, and the words that a person knows. Other apps bring a profile of their own.
#![forbid(unsafe_code)]

mod days;
mod error;
mod files;
mod migrate;
mod open;
mod reset;
mod schema;
mod words;

use std::path::Path;

use omnicraft_core::model::{SchemaProfile, WorkspaceId};
use omnicraft_host::ports::app::App;

pub use error::ErpError;
pub use migrate::{create, create_at, create_blank, migrate};
pub use reset::{reset, reset_preview};

/// The schema of a workspace's books.
pub const BUSINESS: &str = "omnicraft.business";
/// The schema of the owner's personal finance.
pub const PERSONAL_FINANCE: &str = "omnicraft.personal_finance";

/// OmniCraft as the engine sees it, beside the command line: it holds no database open in this process.
#[derive(Clone, Debug)]
pub struct OmniCraft {
    profiles: Vec<SchemaProfile>,
}

impl OmniCraft {
    /// With every schema that was released.
    pub fn new() -> Self {
        Self { profiles: schema::profiles() }
    }
}

impl Default for OmniCraft {
    fn default() -> Self {
        Self::new()
    }
}

impl App for OmniCraft {
    fn name(&self) -> &'static str {
        "OmniCraft"
    }

    fn profiles(&self) -> &[SchemaProfile] {
        &self.profiles
    }

    fn create(&self, profile: &SchemaProfile, version: &str, database: &Path) -> Result<(), String> {
        create_blank(&profile.name, version, database).map_err(|error| error.to_string())
    }

    fn migrate(&self, profile: &SchemaProfile, database: &Path) -> Result<(), String> {
        migrate(&profile.name, database).map_err(|error| error.to_string())
    }

    /// Nothing to close: the command line opens no database between its own statements, and the engine itself finds
    /// out whether another process holds the file.
    fn quiesce(&self, _workspace: &WorkspaceId) -> Result<(), String> {
        Ok(())
    }

    /// Nothing to open, for the same reason.
    fn relaunch(&self, _workspace: &WorkspaceId) {}
}
