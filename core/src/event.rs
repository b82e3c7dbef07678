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
    /// Time passed while the app was running, or the machine woke up. Where nothing is due a snapshot may be checked in full,
    /// which gives way to whoever waits for the engine.
    TimePassed(WorkspaceId),
    /// The app closes this workspace.
    AppClosing(WorkspaceId),
    /// Something destructive is about to be done, by the app itself.
    AboutToDestroy(WorkspaceId, Act),
    /// Somebody wants a snapshot now, perhaps pinned under a name.
    SnapshotRequested(WorkspaceId, Option<String>),
    /// Somebody pins a snapshot under a name, or takes its pin off.
    PinChanged(SnapshotId, Option<String>),
    /// Somebody wants a file to take away.
    ExportRequested {
        /// What shall be in it.
        export: Export,
        /// Where to.
        to: Utf8PathBuf,
        /// Whether a file there may be replaced.
        replace: bool,
    },
    /// Somebody wants to see what a restore would change.
    PreviewRequested(WorkspaceId, Source),
    /// Somebody chose to restore.
    RestoreRequested(WorkspaceId, Source),
    /// Somebody wants to see what a restore of a global archive would change.
    PreviewAllRequested(Utf8PathBuf),
    /// Somebody chose to restore a global archive.
    RestoreAllRequested(Utf8PathBuf),
    /// Somebody wants the state before the last restore of this workspace back, and of all that were restored with it.
    UndoRequested(WorkspaceId),
    /// Somebody wants snapshots checked in place; an empty list means all.
    VerifyRequested(Vec<SnapshotId>, Depth),
    /// Somebody wants restores rehearsed; an empty list means the newest good one of each workspace.
    DrillRequested(Vec<SnapshotId>),
    /// A workspace is to be looked after from now on.
    WorkspaceAdded(Box<Workspace>),
    /// A workspace is no longer to be looked after; its files stay.
    WorkspaceRemoved(WorkspaceId),
    /// The rotation policy changes. An app with one of its own says so at every start: a catalog that was lost remembers
    /// no policy, and until it hears of one allows the default or what lies there, whichever is more.
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
    /// A CSV archive from anywhere.
    Archive {
        /// The file.
        path: Utf8PathBuf,
        /// Whether content that was changed since the export is taken, once it passes every other check.
        accept_edited: bool,
        /// Whether the archive's own schema may be used where neither the live database nor a snapshot has one.
        trust_schema: bool,
    },
}

/// What an export shall hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Export {
    /// One workspace as a plain database file.
    Database(WorkspaceId),
    /// One workspace as a CSV archive.
    Csv(WorkspaceId),
    /// The registry and every workspace, all of one moment, in one archive.
    All {
        /// Whether each workspace's CSV archive is in it too.
        with_csv: bool,
    },
}

/// The profiles of the app that the engine works for, handed to every transition.
pub type Profiles = [SchemaProfile];
