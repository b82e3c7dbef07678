//! What the page has done by the engine: one file for each kind of job. Each says what it is about (a label, known from
//! the beginning) and what came out (an answer).

pub(crate) mod backups;
pub(crate) mod export;
pub(crate) mod live;
pub(crate) mod policy;
pub(crate) mod preview;
pub(crate) mod quick;
pub(crate) mod reset;
pub(crate) mod restore;
pub(crate) mod rows;

use std::sync::Arc;

use camino::Utf8PathBuf;
use jiff::Zoned;
use omnicraft_core::event::{Export, Source};
use omnicraft_core::model::{Act, SnapshotId, WorkspaceId};
use omnicraft_core::transition::Conclusion;
use omnicraft_host::handle::JobId;
use omnicraft_host::sqlite::browse::Day;
use rows::Rows;

/// What a job is about.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// The rows of one table that a restore would change.
    Rows { preview: JobId, table: String },
    /// A restore.
    Restore { workspace: WorkspaceId, source: Source },
    /// A restore of a global archive.
    RestoreAll { archive: Utf8PathBuf },
    /// Back to the state before the last restore.
    Undo { workspace: WorkspaceId },
    /// A file to take away. `download` is what the browser shall call it; otherwise it lies where `to` says.
    Export { export: Export, to: Utf8PathBuf, download: Option<String> },
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
    /// What a restore would change, as it was at this moment, and rows per day on both sides.
    /// `looked` is how the live files looked then.
    Previewed { conclusion: Box<Conclusion>, at: Zoned, days: Vec<Day>, looked: String },
    /// Nothing was done, because it is no longer what a person saw and agreed to.
    Outdated,
    /// Where the rows are that a restore would change.
    Rows(Arc<Rows>),
    /// A reset wiped these rows, table by table, after the safeguard was taken.
    Wiped { safeguard: SnapshotId, rows: Vec<(String, u64)> },
}

impl Label {
    /// Whether it only looks, so that nobody needs to hear of it but the page that asked.
    pub(crate) const fn is_a_look(&self) -> bool {
        matches!(self, Self::Preview { .. } | Self::PreviewAll { .. } | Self::Rows { .. })
    }

    /// The workspace that it is about, if it is about one.
    pub(crate) const fn workspace(&self) -> Option<&WorkspaceId> {
        match self {
            Self::Snapshot { workspace }
            | Self::Preview { workspace, .. }
            | Self::Restore { workspace, .. }
            | Self::Undo { workspace }
            | Self::Reset { workspace, .. } => Some(workspace),
            Self::Export { export, .. } => match export {
                Export::Database(workspace) | Export::Csv(workspace) => Some(workspace),
                Export::All { .. } => None,
            },
            Self::Pin { .. }
            | Self::Verify { .. }
            | Self::Drill { .. }
            | Self::PreviewAll { .. }
            | Self::Rows { .. }
            | Self::RestoreAll { .. }
            | Self::Policy => None,
        }
    }
}
