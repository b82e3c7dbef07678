//! A business to measure on: made once per size, in a folder of its own on the disk.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use omnicraft_erp::BUSINESS;
use omnicraft_fixtures::Size;
use rusqlite::Connection;
use tempfile::TempDir;

const SEED: u64 = 7;
const YESTERDAY: &str = "2026-11-20";

/// The sizes that are measured, with their names: small and medium, unless `OMNICRAFT_BENCH_SIZES` lists others.
pub fn sizes() -> Vec<(&'static str, Size)> {
    let wanted = std::env::var("OMNICRAFT_BENCH_SIZES").unwrap_or_else(|_| "small,medium".to_owned());
    let all = [("small", Size::Small), ("medium", Size::Medium), ("large", Size::Large)];
    all.into_iter().filter(|(name, _)| wanted.split(',').any(|one| one == *name)).collect()
}

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
        Self::in_folder(folder)
    }

    /// The same without its scanned receipts, which are most of its bytes: text and numbers alone.
    pub fn of_rows(size: Size) -> Self {
        let Self { folder, .. } = Self::new(size);
        let connection = Connection::open(folder.path().join("shop.db")).unwrap();
        connection.execute_batch("PRAGMA journal_mode = DELETE; DELETE FROM documents; VACUUM").unwrap();
        connection.close().unwrap();
        Self::in_folder(folder)
    }

    /// A plain ledger of about so many bytes: for what depends on the size alone.
    pub fn of_bytes(bytes: u64) -> Self {
        const ROW: u64 = 100;
        let folder = TempDir::new().unwrap();
        let connection = Connection::open(folder.path().join("shop.db")).unwrap();
        connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF").unwrap();
        connection
            .execute_batch("CREATE TABLE ledger (id INTEGER PRIMARY KEY, day TEXT, what TEXT, amount INTEGER)")
            .unwrap();
        connection
            .execute(
                "WITH row (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM row WHERE n < ?1)
                 INSERT INTO ledger SELECT n, date('2016-01-01', n / 500 || ' days'),
                 'entry ' || n || ' of the ledger, with a note for whoever reads it later', n * 7919 % 100000 FROM row",
                [i64::try_from(bytes / ROW).unwrap()],
            )
            .unwrap();
        drop(connection);
        Self::in_folder(folder)
    }

    fn in_folder(folder: TempDir) -> Self {
        let path = folder.path().join("shop.db");
        let bytes = fs::metadata(&path).unwrap().len();
        // What is still to be written would be paid for by whoever syncs first.
        File::open(path).and_then(|file| file.sync_all()).unwrap();
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

    /// A copy of it, which the disk has.
    pub fn copy_to(&self, path: &Path) {
        fs::copy(self.path(), path).unwrap();
        File::open(path).and_then(|file| file.sync_all()).unwrap();
    }
}

/// Removes a database of a former round with its journals, if it is there.
pub fn clear(path: &Path) {
    for end in ["", "-wal", "-shm", "-journal"] {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        if Path::new(&name).exists() {
            fs::remove_file(&name).unwrap();
        }
    }
}

/// Lets the system forget a file that lies on the disk, as after a restart.
pub fn forget(path: &Path) {
    let file = File::open(path).unwrap();
    file.sync_all().unwrap();
    #[cfg(target_os = "linux")]
    rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed).unwrap();
}
