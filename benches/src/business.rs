//! A business to measure on: made once per size, in a folder of its own on the disk.

use std::fs;
use std::path::{Path, PathBuf};

use omnicraft_erp::BUSINESS;
use omnicraft_fixtures::Size;
use tempfile::TempDir;

/// The sizes that are measured, with their names in the table.
pub const SIZES: [(&str, Size); 2] = [("small", Size::Small), ("medium", Size::Medium)];

const SEED: u64 = 7;
const YESTERDAY: &str = "2026-11-20";

/// A closed database in a folder of its own.
pub struct Business {
    folder: TempDir,
    /// Its size in bytes.
    pub bytes: u64,
}

impl Business {
    /// Makes one; the same for every run.
    pub fn new(size: Size) -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("shop.db");
        omnicraft_erp::create(BUSINESS, &path, "the-shop", "The shop").unwrap();
        omnicraft_fixtures::fill(&path, size, SEED, YESTERDAY.parse().unwrap()).unwrap();
        let bytes = fs::metadata(&path).unwrap().len();
        Self { folder, bytes }
    }

    /// The database.
    pub fn path(&self) -> PathBuf {
        self.beside("shop.db")
    }

    /// A path in its folder.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A copy of it.
    pub fn copy_to(&self, path: &Path) {
        fs::copy(self.path(), path).unwrap();
    }
}

/// Removes a file of a former round, if it is there.
pub fn clear(path: &Path) {
    if path.exists() {
        fs::remove_file(path).unwrap();
    }
}
