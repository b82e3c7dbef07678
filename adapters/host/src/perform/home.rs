//! The folders that an engine needs before its first step.

use std::path::Path;

use omnicraft_core::names;

use super::work::failed;
use crate::error::Result;
use crate::ports::filesystem::FileSystem;

/// Makes the home and its `backups/` (0700) where they are missing. Writes nothing where they exist.
pub fn prepare_home(home: &Path, files: &dyn FileSystem) -> Result<()> {
    let backups = home.join(names::BACKUPS);
    files.create_folder(&backups).map_err(failed("make the folder of backups", &backups))
}
