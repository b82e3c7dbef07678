//! Outcomes: how a step ended, and what was learnt. An outcome comes back to the core as an event.

use std::fmt;

use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};

use crate::model::{
    Facts, FileStamp, Imported, Inspection, Inventory, Level, LiveFile, Manifest, SnapshotId, Workspace, WorkspaceId,
};

/// How a step ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is done.
    Done(Yield),
    /// It could not be done, and left nothing half done under a final name.
    Failed(Failure),
    /// The user stopped it.
    Cancelled,
}

/// What a finished step learnt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Yield {
    /// Nothing beyond being done.
    Nothing,
    /// Of a scan.
    Scanned(Box<Inventory>),
    /// Of a look.
    Looked(LiveFile),
    /// Of a copy.
    Copied(Copied),
    /// Of a verification.
    Verified(Box<Verification>),
    /// Of a publication, a shift or a kept generation: how the file looks under its new name.
    Placed(FileStamp),
    /// Of an optimisation or a compaction: how the live files look now. `note` says what was done, or why not.
    Maintained {
        /// The live files afterwards; `None` where they could not be seen.
        stamp: Option<FileStamp>,
        /// In words, for the journal.
        note: String,
    },
    /// Of a damaged database that was kept: the one file if SQLite could still copy it, and its facts as far as known.
    KeptDamaged(Box<Verification>),
    /// Of a comparison.
    Compared(Differences),
    /// Of an identification.
    Identified(Box<Identified>),
    /// Of copying several databases at one moment: of each, in order.
    CopiedAll(Vec<Copied>),
    /// Of an inspection.
    Inspected(Box<Inspection>),
    /// Of an import.
    Imported(Box<Imported>),
}

/// What copying a live database learnt.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copied {
    /// The live database's journal mode: `wal`, `delete`, ….
    pub journal_mode: String,
    /// BLAKE3 of the copy in hex, where it was computed on the way.
    pub digest: Option<String>,
    /// Which way the copy went, and why not the faster one: for people.
    pub way: String,
}

impl Copied {
    /// The fast way: the file's own blocks, with the frames of its log laid over.
    pub const BLOCK_BY_BLOCK: &str = "block by block";
    /// The fastest: the file system shares the file's own blocks, and only what differs was written.
    pub const CLONED: &str = "as a clone";

    /// Whether a copy went a fast way.
    pub fn is_fast(way: &str) -> bool {
        [Self::BLOCK_BY_BLOCK, Self::CLONED].contains(&way)
    }
}

/// What a verification found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// BLAKE3 of the file, in hex.
    pub digest: String,
    /// How the file looks.
    pub stamp: FileStamp,
    /// What was learnt; empty as far as the file could not be read.
    pub facts: Facts,
    /// The level that the checks amount to, if `problems` is empty.
    pub level: Option<Level>,
    /// What is wrong with the content, in plain sentences; empty for a good file.
    pub problems: Vec<String>,
}

/// What a file with a slot's name turned out to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identified {
    /// The manifest with the file's digest, if there is one.
    pub manifest: Option<Manifest>,
    /// Where there is none: the snapshot that was last published under the file's name, with another content.
    #[serde(default)]
    pub replaces: Option<SnapshotId>,
    /// What verifying the file found.
    pub verification: Verification,
}

/// What a restore would change, table by table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Differences {
    /// Tables with at least one difference, by name.
    pub tables: Vec<TableDifference>,
    /// Whether tables or columns differ too.
    pub schema_differs: bool,
    /// Why the live database could not be read; then `tables` counts the candidate's rows as brought back.
    pub live_unreadable: Option<String>,
}

/// What a restore would do to one table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableDifference {
    /// The table.
    pub table: String,
    /// Rows of today that would be lost.
    pub removed: u64,
    /// Rows that would come back.
    pub added: u64,
    /// Rows that would return to an older value.
    pub changed: u64,
}

/// What restoring a global archive changes, workspace by workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overview {
    /// Workspaces that are here and in the archive, with what a restore would change in each.
    pub replaced: Vec<(WorkspaceId, Differences)>,
    /// Workspaces of the archive that are not here yet.
    pub added: Vec<Workspace>,
    /// Workspaces that are here and not in the archive: they are safeguarded, and stay as they are.
    pub kept: Vec<WorkspaceId>,
}

/// Why a step could not be done: what was attempted, on which path, why it failed, what the user can do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What kind of trouble, for decisions.
    pub kind: FailureKind,
    /// What was attempted: `copy the database`.
    pub attempted: String,
    /// On which path.
    pub path: Utf8PathBuf,
    /// Why it failed.
    pub reason: String,
    /// What the user can do now.
    pub remedy: String,
}

/// What kind of trouble a failure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// The content is bad.
    Damaged,
    /// Somebody else holds the file.
    Busy,
    /// The disk is full, or would be.
    NoSpace,
    /// The file system refuses.
    Denied,
    /// Something that should be there is not.
    Missing,
    /// A file is not, or no longer, ours.
    Foreign,
    /// The user stopped it.
    Cancelled,
    /// Anything else that the system reports.
    Io,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot {} ({}): {}", self.attempted, self.path, self.reason)?;
        if self.remedy.is_empty() { Ok(()) } else { write!(f, ". {}", self.remedy) }
    }
}

impl std::error::Error for Failure {}
