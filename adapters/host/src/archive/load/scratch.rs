//! A file that a schema is made in and read from, beside the new database, and gone afterwards.

use std::path::{Path, PathBuf};

use crate::error::{Result, Stop};
use crate::ports::filesystem::FileSystem;

/// Removed with its sidecars when it goes out of scope.
pub(super) struct Scratch<'a> {
    files: &'a dyn FileSystem,
    path: PathBuf,
}

impl<'a> Scratch<'a> {
    /// A path beside a staged file where nothing is. It is swept by its name, as the staged file is.
    pub(super) fn beside(files: &'a dyn FileSystem, staged: &Path) -> Result<Self> {
        let scratch = Self { files, path: with_suffix(staged, "-schema") };
        scratch.sweep().map_err(|error| Stop::io("remove the temporary file", &scratch.path, &error))?;
        Ok(scratch)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes it an empty file.
    pub(super) fn create(&self) -> Result<()> {
        let made = self.files.write_new(&self.path, b"");
        made.map_err(|error| Stop::io("make a temporary database", &self.path, &error))
    }

    fn sweep(&self) -> std::io::Result<()> {
        for suffix in ["-wal", "-shm", "-journal", ""] {
            self.files.remove(&with_suffix(&self.path, suffix))?;
        }
        Ok(())
    }
}

impl Drop for Scratch<'_> {
    fn drop(&mut self) {
        // A file that stays is swept by its name at the next start.
        let _ = self.sweep();
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
