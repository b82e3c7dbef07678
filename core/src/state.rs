//! The state: everything that the core remembers. The catalog makes it durable; applying the same changes to a
//! state and to the catalog gives the same state.

use std::collections::BTreeMap;

use jiff::Zoned;
use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::event::Source;
use crate::model::{Act, Base, FileStamp, Snapshot, SnapshotId, Trigger, Workspace, WorkspaceId};
use crate::outcome::{Differences, Failure, Verification};
use crate::plan::Step;
use crate::policy::Policy;

/// Everything that the core remembers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// The rotation policy.
    pub policy: Policy,
    /// In the registry's order; the first one's snapshots lie directly in `backups/`.
    pub workspaces: Vec<Workspace>,
    /// All snapshots, in the order in which they were taken.
    pub snapshots: BTreeMap<SnapshotId, Snapshot>,
    /// The restores that can be undone, oldest first.
    pub undo: Vec<UndoPoint>,
    /// The next snapshot's id. Never reused.
    pub next_snapshot: u64,
    /// The next operation's number, which makes the names of staged files unique. Never reused.
    pub next_operation: u64,
    /// The operation under way. Found in a catalog at start, it was interrupted.
    pub operation: Option<Operation>,
    /// What happened, for people; the newest last, at most [`State::JOURNAL`] entries.
    pub journal: Vec<JournalEntry>,
}

/// A restore that can be undone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndoPoint {
    /// The workspace that was restored.
    pub workspace: WorkspaceId,
    /// What it was before; `None` where there was no database.
    pub safeguard: Option<SnapshotId>,
    /// What was restored, for people.
    pub source: String,
}

/// A line of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalEntry {
    /// When.
    #[serde(with = "crate::model::moment")]
    pub at: Zoned,
    /// Whose; `None` for the home as a whole.
    pub workspace: Option<WorkspaceId>,
    /// The moment's word, such as `startup`.
    pub moment: String,
    /// How it ended.
    pub ending: Ending,
    /// In a sentence.
    pub text: String,
}

/// How an operation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Nothing changed, because it was refused, failed or cancelled.
    NotApplied,
    /// Done.
    Applied,
    /// Done, and somebody should read the warnings.
    AppliedWithWarnings,
}

/// What an operation is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// From state and inventory: finish or undo what was interrupted.
    Recovery,
    /// A due-check at the start of the app, or later.
    Startup(WorkspaceId, Trigger),
    /// The app closes.
    Shutdown(WorkspaceId),
    /// Before something destructive.
    Safeguard(WorkspaceId, Act),
    /// A snapshot on request.
    Manual(WorkspaceId, Option<String>),
    /// A plain database file for the user.
    Export(WorkspaceId),
    /// What would a restore change?
    Preview(WorkspaceId, Source),
    /// The user's choice replaces the live database.
    Restore(WorkspaceId, Source),
    /// Back to the state before the last restore.
    Undo(WorkspaceId),
    /// Checks in place.
    Verify,
    /// Rehearsals.
    Drill,
    /// A change of the registry.
    Register(WorkspaceId),
    /// A change of the rotation policy.
    Policy,
}

/// An operation under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation {
    /// Unique for this home.
    pub number: u64,
    /// What it is about.
    pub moment: Moment,
    /// When it began.
    #[serde(with = "crate::model::moment")]
    pub begun_at: Zoned,
    /// What is still to be done; the first is under way.
    pub remaining: Vec<Step>,
    /// What verification said of the staged copy of the live database.
    pub copy: Option<Verification>,
    /// What verification said of the restore's candidate.
    pub candidate: Option<Verification>,
    /// Snapshots to be published: what their files and manifests will say.
    pub drafts: Vec<Snapshot>,
    /// Snapshots published so far.
    pub published: Vec<SnapshotId>,
    /// Snapshots removed so far.
    pub removed: Vec<SnapshotId>,
    /// What went wrong without stopping it.
    pub warnings: Vec<String>,
    /// Why it stopped; the remaining steps then clean up.
    pub failure: Option<Failure>,
    /// Whether the live database has been replaced.
    pub swapped: bool,
    /// A swap was committed and could not be finished: recovery must finish it before anything else happens.
    pub unfinished: bool,
    /// What a comparison found.
    pub differences: Option<Differences>,
    /// How the live files looked when they were first looked at.
    pub live_stamp: Option<FileStamp>,
    /// Whether retention has had its turn.
    pub retained: bool,
    /// Snapshot ids below this are on disk somewhere and are never given again.
    pub reserved: u64,
}

impl State {
    /// How many journal entries are remembered.
    pub const JOURNAL: usize = 200;

    /// The state after a change. The catalog's `record` does the same to its tables.
    pub fn apply(&mut self, change: &Change) {
        change.apply(self);
    }

    /// A workspace by id.
    pub fn workspace(&self, id: &WorkspaceId) -> Option<&Workspace> {
        self.workspaces.iter().find(|workspace| workspace.id == *id)
    }

    /// The snapshot that somebody should go back to: the newest good one. While rotation is frozen, copies of the
    /// doubtful data go on being kept under dates; then it is the newest from before that.
    pub fn last_good(&self, id: &WorkspaceId, now: &Zoned) -> Option<&Snapshot> {
        let frozen = self.workspace(id).is_some_and(|workspace| workspace.frozen.is_some());
        let mut newest = self.snapshots.values().rev().filter(|snapshot| snapshot.workspace == *id);
        newest.find(|snapshot| {
            let doubtful = frozen && matches!(snapshot.slot.base, Base::Tier(_)) && !snapshot.is_plain();
            snapshot.is_good() && !snapshot.is_from_the_future(now) && !doubtful
        })
    }

    /// A workspace's snapshots, the newest first.
    pub fn snapshots_of<'a>(&'a self, id: &'a WorkspaceId) -> impl Iterator<Item = &'a Snapshot> {
        self.snapshots.values().rev().filter(move |snapshot| snapshot.workspace == *id)
    }
}

impl Default for State {
    fn default() -> Self {
        Self {
            policy: Policy::default(),
            workspaces: Vec::new(),
            snapshots: BTreeMap::new(),
            undo: Vec::new(),
            next_snapshot: 1,
            next_operation: 1,
            operation: None,
            journal: Vec::new(),
        }
    }
}
