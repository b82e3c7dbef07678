//! SQLite's sidecars of a database file: with the main file they are one unit. A stale one beside a new main file
//! would silently change what SQLite reads.

use std::path::{Path, PathBuf};

use super::work::{Work, failed};
use crate::error::Result;

/// Those that hold data.
pub(super) const DATA: [&str; 2] = ["-wal", "-journal"];
/// All of them.
pub(super) const ALL: [&str; 3] = ["-wal", "-shm", "-journal"];

/// The path of one sidecar.
pub(super) fn of(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Removes all sidecars of a file.
pub(super) fn remove(work: &Work<'_>, file: &Path) -> Result<()> {
    for suffix in ALL {
        let sidecar = of(file, suffix);
        work.files().remove(&sidecar).map_err(failed("remove a stale sidecar of the database", &sidecar))?;
    }
    Ok(())
}

/// Whether a sidecar holds something that is not yet in the main file.
pub(super) fn hold_data(work: &Work<'_>, file: &Path) -> Result<bool> {
    for suffix in DATA {
        if work.stamp(&of(file, suffix))?.is_some_and(|stamp| stamp.size > 0) {
            return Ok(true);
        }
    }
    Ok(false)
}
