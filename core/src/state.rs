//! The state: everything that the core remembers. The catalog makes it durable; applying the same changes to a
//! state and to the catalog gives the same state.

mod snapshots;
mod undo;

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use jiff::Zoned;
use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::event::{Export, Source};
use crate::model::{
    Act, Base, FileStamp, Finding, Inspection, LiveFile, Snapshot, SnapshotId, Trigger, Workspace, WorkspaceId,
};
use crate::outcome::{Differences, Failure, Overview, Verification};
use crate::plan::Step;
use crate::policy::{Policy, Verdict, retain};

pub use snapshots::Snapshots;

/// Everything that the core remembers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// The rotation policy.
    pub policy: Policy,
    /// In the registry's order; the first one's snapshots lie directly in `backups/`.
    pub workspaces: Vec<Workspace>,
    /// All snapshots, in the order in which they were taken.
    pub snapshots: Snapshots,
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
    /// The number of the operation that restored it; points of one number are undone together. 0 where it is not known.
    pub operation: u64,
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
    /// Nothing was due: a snapshot is checked in full.
    Upkeep(WorkspaceId),
    /// The app closes.
    Shutdown(WorkspaceId),
    /// Before something destructive.
    Safeguard(WorkspaceId, Act),
    /// A snapshot on request.
    Manual(WorkspaceId, Option<String>),
    /// A file for the user to take away.
    Export(Export),
    /// What would a restore change?
    Preview(WorkspaceId, Source),
    /// The user's choice replaces the live database.
    Restore(WorkspaceId, Source),
    /// What would a restore of a global archive change?
    PreviewAll(Utf8PathBuf),
    /// A global archive replaces every live database that it holds.
    RestoreAll(Utf8PathBuf),
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
    /// What verification said of the staged copy that was taken last, with the journal mode of its live database.
    pub copy: Option<Verification>,
    /// Which way the staged copy was taken that was taken last, for people.
    #[serde(default)]
    pub way: Option<String>,
    /// The databases that a restore is about.
    pub parts: Vec<Part>,
    /// Workspaces that a global restore adds; they are in the state once it is decided.
    pub newcomers: Vec<Workspace>,
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
    /// Whether it has done more than to look and to make staged files.
    pub touched: bool,
    /// Whether the live database has been replaced.
    pub swapped: bool,
    /// A swap was committed and could not be finished: recovery must finish it before anything else happens.
    pub unfinished: bool,
    /// What a comparison found.
    pub differences: Option<Differences>,
    /// What the inspection of an archive found.
    pub inspection: Option<Inspection>,
    /// What speaks against an archive's content, each with its place.
    pub findings: Vec<Finding>,
    /// Findings beyond those that are listed.
    pub findings_unlisted: u64,
    /// What restoring a global archive would change.
    pub overview: Option<Overview>,
    /// How the live files looked when a shutdown first looked at them.
    pub live_stamp: Option<FileStamp>,
    /// Whether retention has had its turn.
    pub retained: bool,
    /// Snapshot ids below this are on disk somewhere and are never given again.
    pub reserved: u64,
}

/// One database of a restore: what is known of it so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Whose.
    pub workspace: WorkspaceId,
    /// The live database.
    pub database: Utf8PathBuf,
    /// What is restored; `None` for a database that stays as it is and is only safeguarded.
    pub source: Option<Source>,
    /// What verification said of the candidate.
    pub candidate: Option<Verification>,
    /// How the live files looked last.
    pub live: Option<LiveFile>,
    /// The snapshot that keeps what is live now, as soon as it is planned.
    pub safeguard: Option<SnapshotId>,
}

impl Part {
    /// A database of which nothing is known yet.
    pub fn new(workspace: &Workspace, source: Option<Source>) -> Self {
        Self {
            workspace: workspace.id.clone(),
            database: workspace.database.clone(),
            source,
            candidate: None,
            live: None,
            safeguard: None,
        }
    }
}

impl Operation {
    /// The part that a live database is.
    pub fn part_at(&self, database: &Utf8Path) -> Option<&Part> {
        self.parts.iter().find(|part| part.database == *database)
    }

    pub(crate) fn part_at_mut(&mut self, database: &Utf8Path) -> Option<&mut Part> {
        self.parts.iter_mut().find(|part| part.database == *database)
    }

    /// Whether a workspace is one that this operation adds.
    pub fn adds(&self, id: &WorkspaceId) -> bool {
        self.newcomers.iter().any(|newcomer| newcomer.id == *id)
    }
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

    /// A workspace by id, also one that the operation under way is about to add.
    pub fn known(&self, id: &WorkspaceId) -> Option<&Workspace> {
        let newcomers = self.operation.iter().flat_map(|operation| &operation.newcomers);
        self.workspaces.iter().chain(newcomers).find(|workspace| workspace.id == *id)
    }

    /// The snapshot that somebody should go back to: the newest good one. While rotation is frozen, copies of the
    /// doubtful data go on being kept under dates; then it is the newest from before that.
    pub fn last_good(&self, id: &WorkspaceId, now: &Zoned) -> Option<&Snapshot> {
        let frozen = self.workspace(id).is_some_and(|workspace| workspace.frozen.is_some());
        self.snapshots.of(id).find(|snapshot| {
            let doubtful = frozen && matches!(snapshot.slot.base, Base::Tier(_)) && !snapshot.is_plain();
            snapshot.is_good() && !snapshot.is_from_the_future(now) && !doubtful
        })
    }

    /// Whether each snapshot of a workspace stays under a policy, and why: the one in force, or one that somebody
    /// thinks about.
    pub fn verdicts(&self, id: &WorkspaceId, policy: &Policy, now: &Zoned) -> BTreeMap<SnapshotId, Verdict> {
        retain(self.snapshots_of(id), &self.undo_safeguards(id, policy), policy, now)
    }

    /// A workspace's snapshots, the newest first.
    pub fn snapshots_of(&self, id: &WorkspaceId) -> impl Iterator<Item = &Snapshot> + Clone {
        self.snapshots.of(id)
    }
}

impl Default for State {
    fn default() -> Self {
        Self {
            policy: Policy::default(),
            workspaces: Vec::new(),
            snapshots: Snapshots::default(),
            undo: Vec::new(),
            next_snapshot: 1,
            next_operation: 1,
            operation: None,
            journal: Vec::new(),
        }
    }
}
