//! A database made of SQL, its archive, and the archive's members as they were found by the zip crate.

use std::fs;
use std::io::{Cursor, Read as _};
use std::path::{Path, PathBuf};

use jiff::Zoned;
use omnicraft_core::model::{Facts, Workspace};
use omnicraft_host::archive::manifest::{CsvManifest, Manifest, TableEntry};
use omnicraft_host::archive::pack::{Origin, pack};
use omnicraft_host::error::{Result, Stop};
use omnicraft_host::ports::clock::SystemClock;
use omnicraft_host::ports::filesystem::{FileSystem as _, OsFileSystem};
use omnicraft_host::progress::{Observer, Progress, Unobserved};
use omnicraft_host::sqlite::{Opener, open};
use rusqlite::Connection;
use tempfile::TempDir;
use zip::ZipArchive;

/// An archive in a folder of its own.
pub(crate) struct Archive {
    folder: TempDir,
}

impl Archive {
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("books.zip")
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.folder.path().join("books.db")
    }

    /// The archive's members: name, bytes and whether they are stored as they are.
    pub(crate) fn members(&self) -> Vec<(String, Vec<u8>, bool)> {
        members(&fs::read(self.path()).unwrap())
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.members().into_iter().map(|(name, ..)| name).collect()
    }

    pub(crate) fn member(&self, wanted: &str) -> Vec<u8> {
        let found = self.members().into_iter().find(|(name, ..)| name == wanted);
        found.unwrap_or_else(|| panic!("no {wanted}")).1
    }

    pub(crate) fn manifest(&self) -> CsvManifest {
        match serde_json::from_slice(&self.member("manifest.json")).unwrap() {
            Manifest::Csv(manifest) => *manifest,
            Manifest::Global(_) => panic!("not of one workspace"),
        }
    }

    pub(crate) fn table(&self, name: &str) -> TableEntry {
        let table = self.manifest().tables.into_iter().find(|table| table.name == name);
        table.unwrap_or_else(|| panic!("no table {name}"))
    }

    /// The CSV file of a table without its byte order mark, with `\n` between the lines.
    pub(crate) fn csv(&self, table: &str) -> String {
        let csv = String::from_utf8(self.member(&self.table(table).file)).unwrap();
        csv.strip_prefix('\u{FEFF}').unwrap().replace("\r\n", "\n")
    }
}

pub(crate) fn members(archive: &[u8]) -> Vec<(String, Vec<u8>, bool)> {
    let mut zip = ZipArchive::new(Cursor::new(archive)).unwrap();
    (0..zip.len())
        .map(|at| {
            let mut member = zip.by_index(at).unwrap();
            let name = member.name().unwrap().into_owned();
            let mut content = Vec::new();
            member.read_to_end(&mut content).unwrap();
            (name, content, member.compression() == zip::CompressionMethod::Stored)
        })
        .collect()
}

pub(crate) fn moment() -> Zoned {
    "2026-11-22T10:00:03+01:00[Europe/Berlin]".parse().unwrap()
}

/// The archive of a database that this SQL makes.
pub(crate) fn archive(sql: &str) -> Archive {
    let (archive, packed) = try_archive(sql, &Unobserved);
    packed.unwrap();
    archive
}

/// Why no archive of a database that this SQL makes is written.
pub(crate) fn refusal(sql: &str) -> String {
    match try_archive(sql, &Unobserved).1 {
        Err(Stop::Failed(failure)) => failure.to_string(),
        other => panic!("{other:?}"),
    }
}

pub(crate) fn try_archive(sql: &str, observer: &dyn Observer) -> (Archive, Result<()>) {
    let archive = Archive { folder: tempfile::tempdir().unwrap() };
    let connection = Connection::open(archive.database()).unwrap();
    connection.execute_batch("PRAGMA synchronous = OFF; BEGIN").unwrap();
    connection.execute_batch(sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
    connection.execute_batch("COMMIT").unwrap();
    connection.close().unwrap();
    let packed = pack_file(&archive.database(), &archive.path(), observer);
    (archive, packed)
}

pub(crate) fn pack_file(database: &Path, to: &Path, observer: &dyn Observer) -> Result<()> {
    let workspace = Workspace::adopted("shop", "My shop", "books.db");
    let rows = [("sale".to_owned(), 3)].into();
    let facts = Facts { journal_mode: "wal".to_owned(), page_size: 4096, rows, ..Facts::default() };
    let origin = Origin { app: "Till", workspace: &workspace, facts: &facts, taken_at: &moment() };
    let clock = SystemClock::new();
    let mut progress = Progress::new(observer, &clock, "Packing".to_owned());
    let file = OsFileSystem.create_new(to).unwrap();
    let mut connections = [(); 2].map(|()| open::sealed(&Opener::default(), database).unwrap());
    pack(&mut connections, file, &origin, database, to, &mut progress)
}
