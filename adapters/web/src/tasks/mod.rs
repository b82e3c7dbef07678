//! What the page has done by the engine: one file for each kind of job. Each says what it is about (a label, known from
//! the beginning) and what came out (an answer).

pub(crate) mod backups;
pub(crate) mod policy;
pub(crate) mod quick;
pub(crate) mod reset;

use camino::Utf8PathBuf;
use omnicraft_core::event::{Export, Source};
use omnicraft_core::model::{Act, SnapshotId, WorkspaceId};
use omnicraft_core::transition::Conclusion;

/// What a job is about.
#[derive(Clone, Debug)]
pub(crate) enum Label {
    /// A backup on request.
    Snapshot { workspace: WorkspaceId },
    /// A pin put on or taken off.
    Pin { snapshot: SnapshotId },
    /// A full check of one backup, in place.
    Verify { snapshot: SnapshotId },
    /// A rehearsal of a restore.
    Drill { snapshot: SnapshotId },
    /// What would a restore change?
    Preview { workspace: WorkspaceId, source: Source },
    /// What would a restore of a global archive change?
    PreviewAll { archive: Utf8PathBuf },
    /// The rows of one table that a restore would change, for looking at them.
    Rows { preview: u64, table: String },
    /// A restore.
    Restore { workspace: WorkspaceId, source: Source },
    /// A restore of a global archive.
    RestoreAll { archive: Utf8PathBuf },
    /// Back to the state before the last restore.
    Undo { workspace: WorkspaceId },
    /// A file to take away.
    Export { export: Export },
    /// A reset behind its safety net.
    Reset { workspace: WorkspaceId, act: Act },
    /// A change of the rotation policy.
    Policy,
}

/// What came out of a job.
#[derive(Debug)]
pub(crate) enum Answer {
    /// An operation of the engine's ended so.
    Concluded(Box<Conclusion>),
    /// A reset wiped these rows, table by table, after the safeguard was taken.
    Wiped { safeguard: SnapshotId, rows: Vec<(String, u64)> },
}
