//! The inventory: what is really on disk, as a scan saw it. Recovery is planned from it and from the state.

use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};

use super::{FileStamp, SnapshotId, Workspace, WorkspaceId};

/// What a scan of the home saw. Nothing in it was changed by looking.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventory {
    /// `workspaces.json` as it is now.
    pub registry: Registry,
    /// Files with a slot's name, and our own leftovers; foreign files are not listed.
    pub files: Vec<Found>,
    /// The intent of a swap that was not finished.
    pub intent: ReadIntent,
}

/// What `workspaces.json` said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Registry {
    /// There is none.
    #[default]
    Missing,
    /// It cannot be read; the reason.
    Damaged(String),
    /// Its workspaces, in order.
    Read(Vec<Workspace>),
}

/// A file of ours in a backup folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Found {
    /// A file with a slot's name.
    Slot {
        /// Whose folder it lies in.
        workspace: WorkspaceId,
        /// Its file name, which [`super::Slot::parse`] reads.
        file_name: String,
        /// How it looks.
        stamp: FileStamp,
    },
    /// A staged copy or temporary file that an interrupted operation left. Safe to sweep unless an intent names it.
    Leftover {
        /// Relative to the home, or absolute beside an adopted database.
        path: Utf8PathBuf,
    },
    /// A manifest.
    Manifest {
        /// Whose folder it lies in.
        workspace: WorkspaceId,
        /// The snapshot that it describes.
        id: SnapshotId,
    },
}

/// What was found where an intent would be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadIntent {
    /// No intent: no swap was committed.
    #[default]
    None,
    /// A file whose checksum does not hold: it was never committed.
    Invalid(String),
    /// A committed swap, to be rolled forward.
    Committed(Intent),
}

/// The one commit point of a swap: once this is durable the new databases win, unless somebody works in the old ones
/// before the rename; then it is withdrawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// The number of the operation that committed it.
    pub operation: u64,
    /// Why it is swapped.
    pub purpose: Purpose,
    /// What is restored, for people.
    pub source: String,
    /// The databases to swap, all or none.
    pub targets: Vec<IntentTarget>,
    /// The workspaces that there are afterwards, where the swap changes that; the registry is written with it.
    pub registry: Option<Vec<Workspace>>,
}

/// Why a database is swapped; decides what is remembered when it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// The user chose it; it can be undone.
    Restore,
    /// The user undid a restore; each target names the safeguard that came back.
    Undo,
    /// A restored database turned out bad on the disk; the old one comes back.
    RollBack,
}

/// One database of a swap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntentTarget {
    /// The workspace that is restored.
    pub workspace: WorkspaceId,
    /// The safeguard of the database that is swapped away, which an undo brings back; `None` where there was none.
    pub safeguard: Option<SnapshotId>,
    /// The safeguard that an undo brings back by this swap; `None` for a restore.
    pub undoes: Option<SnapshotId>,
    /// The staged, verified, durable file beside the live one.
    pub staged: Utf8PathBuf,
    /// The live database.
    pub live: Utf8PathBuf,
    /// BLAKE3 of the staged file, in hex.
    pub digest: String,
    /// How the staged file looked when it was verified; a rename keeps that, so it tells whether the swap is done.
    pub staged_stamp: FileStamp,
    /// How the live files looked when they were safeguarded. If they look different before the swap, somebody has
    /// worked in them since, and the swap is given up. `None` where there was no live database.
    pub live_stamp: Option<FileStamp>,
}

/// How a live database looks without reading its pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveFile {
    /// What its header says.
    pub state: LiveState,
    /// Size and time of the database and its WAL together; `None` where it is missing.
    pub stamp: Option<FileStamp>,
}

/// What the header of a live database says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LiveState {
    /// Looks like a database.
    Plausible,
    /// There is no file.
    Missing,
    /// Zero bytes, not SQLite, or shorter than its header says; the reason.
    Damaged(String),
}
