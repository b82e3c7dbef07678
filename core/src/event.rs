//! Events: what happened, when, and by which clock. Time, zone and everything else that the core cannot know enters
//! through them.

use camino::Utf8PathBuf;
use jiff::Zoned;
use serde::{Deserialize, Serialize};

use crate::effect::Depth;
use crate::model::{Act, SchemaProfile, SnapshotId, Workspace, WorkspaceId};
use crate::outcome::Outcome;
use crate::policy::Policy;

/// Something happened.
#[derive(Clone, Debug)]
pub struct Event {
    /// When, and in which zone.
    pub now: Zoned,
    /// What.
    pub kind: EventKind,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum EventKind {
    /// An engine took the home's lock. Always the first event.
    EngineOpened,
    /// The app starts with this workspace.
    AppStarted(WorkspaceId),
    /// Time passed while the app was running, or the machine woke up.
    TimePassed(WorkspaceId),
    /// The app closes this workspace.
    AppClosing(WorkspaceId),
    /// Something destructive is about to be done, by the app itself.
    AboutToDestroy(WorkspaceId, Act),
    /// Somebody wants a snapshot now, perhaps pinned under a name.
    SnapshotRequested(WorkspaceId, Option<String>),
    /// Somebody pins a snapshot under a name, or takes its pin off.
    PinChanged(SnapshotId, Option<String>),
    /// Somebody wants a plain database file.
    ExportRequested {
        /// Whose.
        workspace: WorkspaceId,
        /// Where to.
        to: Utf8PathBuf,
        /// Whether a file there may be replaced.
        replace: bool,
    },
    /// Somebody wants to see what a restore would change.
    PreviewRequested(WorkspaceId, Source),
    /// Somebody chose to restore.
    RestoreRequested(WorkspaceId, Source),
    /// Somebody wants the state before the last restore back.
    UndoRequested(WorkspaceId),
    /// Somebody wants snapshots checked in place; an empty list means all.
    VerifyRequested(Vec<SnapshotId>, Depth),
    /// Somebody wants restores rehearsed; an empty list means the newest good one of each workspace.
    DrillRequested(Vec<SnapshotId>),
    /// A workspace is to be looked after from now on.
    WorkspaceAdded(Box<Workspace>),
    /// A workspace is no longer to be looked after; its files stay.
    WorkspaceRemoved(WorkspaceId),
    /// The rotation policy changes.
    PolicyChanged(Policy),
    /// The step that was under way has ended.
    StepFinished(Outcome),
}

/// What a restore starts from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A snapshot of the catalog.
    Snapshot(SnapshotId),
    /// A database file from anywhere.
    File(Utf8PathBuf),
}

/// The profiles of the app that the engine works for, handed to every transition.
pub type Profiles = [SchemaProfile];
