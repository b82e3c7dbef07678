//! `manifest.json` of an archive: what it holds, from where, and the digest of each file in it.

use camino::Utf8PathBuf;
use omnicraft_core::model::{Facts, WorkspaceId};
use serde::{Deserialize, Serialize};

/// The format that this build writes, and the newest that it reads.
pub const FORMAT: u32 = 1;

/// The manifest of either kind of archive. `format` is read before anything else, so that a newer one is recognised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Manifest {
    /// One workspace, a CSV file for each table.
    Csv(Box<CsvManifest>),
    /// The registry and every workspace as a database file.
    Global(GlobalManifest),
}

/// The manifest of a CSV archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CsvManifest {
    /// [`FORMAT`].
    pub format: u32,
    /// The app whose data it is.
    pub app: String,
    /// The program that wrote it, for people.
    pub written_by: String,
    /// When the content was live: an RFC 9557 time with its zone.
    pub taken_at: String,
    /// Whose data it is.
    pub workspace: WorkspaceRecord,
    /// What verification learnt of the database.
    pub facts: Facts,
    /// `PRAGMA encoding`: `UTF-8`, `UTF-16le` or `UTF-16be`.
    pub encoding: String,
    /// `PRAGMA auto_vacuum`: 0, 1 or 2.
    pub auto_vacuum: u32,
    /// Everything in `sqlite_schema` that has SQL, in the order in which it can be created. For people, and for a
    /// restore that is told to trust it.
    pub schema: Vec<SchemaEntry>,
    /// In the order of the files.
    pub tables: Vec<TableEntry>,
}

/// The manifest of a global archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GlobalManifest {
    /// [`FORMAT`].
    pub format: u32,
    /// The app whose data it is.
    pub app: String,
    /// The program that wrote it, for people.
    pub written_by: String,
    /// When the content was live: an RFC 9557 time with its zone.
    pub taken_at: String,
    /// BLAKE3 of `workspaces.json`, in hex.
    pub registry_digest: String,
    /// In the registry's order.
    pub workspaces: Vec<GlobalEntry>,
}

/// A workspace as an archive remembers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkspaceRecord {
    /// Its id.
    pub id: WorkspaceId,
    /// Its name for people.
    pub name: String,
    /// The live database where it was exported.
    pub database: Utf8PathBuf,
    /// The schema profile it follows; `None` for an adopted database.
    pub schema: Option<String>,
    /// The folder of its snapshots where it was exported.
    pub folder: Utf8PathBuf,
}

/// One entry of `sqlite_schema`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SchemaEntry {
    /// `table`, `index`, `view` or `trigger`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its name.
    pub name: String,
    /// The table that it belongs to.
    pub table: String,
    /// The statement that created it.
    pub sql: String,
}

/// One table of a CSV archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableEntry {
    /// The table's name.
    pub name: String,
    /// Its CSV file inside the archive.
    pub file: String,
    /// The file with a short digest of each row, by which edited rows are found; `None` for a table that is too large
    /// for a spreadsheet.
    pub lines: Option<String>,
    /// Rows.
    pub rows: u64,
    /// Bytes of the CSV file.
    pub bytes: u64,
    /// BLAKE3 of the CSV file's bytes, in hex.
    pub digest: String,
    /// The name under which the rowid is the first column; `None` where the table has no rowid of its own.
    pub rowid: Option<String>,
    /// The columns after that, in order.
    pub columns: Vec<ColumnEntry>,
}

/// One column of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnEntry {
    /// Its name.
    pub name: String,
    /// Its declared type; empty where there is none.
    pub declared: String,
}

/// One workspace of a global archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GlobalEntry {
    /// Whose it is.
    pub workspace: WorkspaceRecord,
    /// What verification learnt of the database.
    pub facts: Facts,
    /// The database file inside the archive.
    pub database: FileEntry,
    /// The CSV archive inside the archive, where one was asked for.
    pub csv: Option<FileEntry>,
}

/// A file of a global archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// Its name inside the archive.
    pub file: String,
    /// Bytes.
    pub bytes: u64,
    /// BLAKE3 of its bytes, in hex.
    pub digest: String,
}
