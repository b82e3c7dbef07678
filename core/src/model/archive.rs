//! Archives: what a file that was exported says about itself, and what a person should know about its content.

use std::fmt;

use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};

use super::{Facts, FileStamp, WorkspaceId};

/// What an archive holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArchiveKind {
    /// One workspace, a CSV file for each table.
    Csv,
    /// The registry and every workspace as a database file, all of one moment.
    Global,
}

/// What the manifest of an archive says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchiveFacts {
    /// What it holds.
    pub kind: ArchiveKind,
    /// The app whose data it is.
    pub app: String,
    /// When its content was live: an RFC 9557 time with its zone.
    pub taken_at: String,
    /// Exactly one of a CSV archive; in the registry's order of a global one.
    pub workspaces: Vec<ArchivedWorkspace>,
}

/// A workspace in an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchivedWorkspace {
    /// Its id where it was exported.
    pub id: WorkspaceId,
    /// Its name for people.
    pub name: String,
    /// The live database where it was exported: relative to the home, or absolute for an adopted one.
    pub database: Utf8PathBuf,
    /// The schema profile it follows; `None` for an adopted database.
    pub schema: Option<String>,
    /// The folder of its snapshots where it was exported.
    pub folder: Utf8PathBuf,
    /// The database file inside a global archive; empty in a CSV archive.
    pub member: String,
    /// What verification learnt when it was exported.
    pub facts: Facts,
}

/// Something in an archive that a person should look at, and where it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Finding {
    /// The file inside the archive; empty for the archive as a whole.
    pub member: String,
    /// The line of that file, counted from 1; the names of the columns are line 1.
    pub line: Option<u64>,
    /// The column's name.
    pub column: Option<String>,
    /// What is there, in a sentence without its first capital and its full stop.
    pub text: String,
}

/// What reading a whole archive found, before anything is done with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inspection {
    /// BLAKE3 of the archive's file, in hex.
    pub digest: String,
    /// How the archive's file looks.
    pub stamp: FileStamp,
    /// What the manifest says; `None` where it cannot be read.
    pub facts: Option<ArchiveFacts>,
    /// What speaks against it; nothing for a good archive.
    pub findings: Vec<Finding>,
    /// Findings beyond those that are listed.
    pub unlisted: u64,
    /// Rows that were changed since the export, where that is accepted.
    pub edited: Vec<Finding>,
    /// Changed rows beyond those that are listed.
    pub edited_unlisted: u64,
}

/// What building a database from a CSV archive found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    /// What speaks against the content; then there is no database. Nothing for a good archive.
    pub findings: Vec<Finding>,
    /// Findings beyond those that are listed.
    pub unlisted: u64,
}

/// Where the schema of a database that is built from a CSV archive comes from. Never believed before it was compared
/// with the archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SchemaSource {
    /// The app's own migrations, up to this released version.
    App(String),
    /// A live database, read through SQLite.
    Live(Utf8PathBuf),
    /// A snapshot's sealed file.
    Snapshot(Utf8PathBuf),
    /// The archive itself, because the user trusts it.
    Archive,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut place = Vec::new();
        if !self.member.is_empty() {
            place.push(self.member.clone());
        }
        place.extend(self.line.map(|line| format!("line {line}")));
        place.extend(self.column.as_ref().map(|column| format!("column “{column}”")));
        if place.is_empty() { f.write_str(&self.text) } else { write!(f, "{}: {}", place.join(", "), self.text) }
    }
}
