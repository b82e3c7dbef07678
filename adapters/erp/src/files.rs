//! The few file operations that a new database needs: it is made under another name, and renamed when it is whole.

use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use crate::ErpError;

/// A database that is being made. Dropped before [`Draft::publish`], it is removed.
pub(crate) struct Draft {
    path: PathBuf,
    database: PathBuf,
}

impl Draft {
    /// An empty file beside a database that does not exist yet.
    pub(crate) fn beside(database: &Path) -> Result<Self, ErpError> {
        nothing_there(database)?;
        let mut name = OsString::from(".");
        name.push(database.file_name().unwrap_or_default());
        name.push(".draft");
        let draft = Self { path: database.with_file_name(name), database: database.to_owned() };
        draft.sweep();
        create_new(&draft.path).map_err(|error| refused(&draft.database, &error))?;
        Ok(draft)
    }

    /// Where it is for now.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Gives the closed, complete database its name, durably.
    #[expect(clippy::disallowed_methods, reason = "the database is new: nobody can have it open, and it is synced")]
    pub(crate) fn publish(self) -> Result<(), ErpError> {
        fs::rename(&self.path, &self.database).map_err(|error| refused(&self.database, &error))?;
        #[cfg(unix)]
        fs::File::open(folder(&self.database))
            .and_then(|folder| folder.sync_all())
            .map_err(|error| refused(&self.database, &error))?;
        Ok(())
    }

    #[expect(clippy::disallowed_methods, reason = "a draft is this program's own")]
    fn sweep(&self) {
        for suffix in ["", "-wal", "-journal", "-shm"] {
            // What cannot be removed makes the next step fail with a reason.
            let _ = fs::remove_file(with_suffix(&self.path, suffix));
        }
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        self.sweep();
    }
}

/// An empty file for a database that nobody but the caller knows of.
pub(crate) fn empty(database: &Path) -> Result<(), ErpError> {
    nothing_there(database)?;
    create_new(database).map_err(|error| refused(database, &error))
}

/// Sidecars count as something: a stale journal would be replayed into the new database.
fn nothing_there(database: &Path) -> Result<(), ErpError> {
    for suffix in ["", "-wal", "-journal", "-shm"] {
        let found = with_suffix(database, suffix);
        if found.symlink_metadata().is_ok() {
            return Err(ErpError::Exists { path: database.to_owned(), found });
        }
    }
    Ok(())
}

fn create_new(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

fn refused(database: &Path, error: &io::Error) -> ErpError {
    ErpError::refused("create the database", database, error, "Check the folder, its permissions and the disk")
}

#[cfg(unix)]
fn folder(database: &Path) -> &Path {
    database.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
