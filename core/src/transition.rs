//! The whole product on one screen: what happened, and which plan follows from it.

use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::event::{Event, EventKind, Profiles};
use crate::model::{Finding, Inspection, Permit, SnapshotId};
use crate::outcome::{Differences, Failure, Overview};
use crate::plan::Plan;
use crate::plans::{self, Case};
use crate::state::{Ending, Moment, Operation, State};

/// What follows from an event.
#[derive(Debug, Default)]
#[must_use = "nothing has happened yet: record the changes, then perform the plan"]
pub struct Transition {
    /// To be recorded before anything is performed.
    pub changes: Vec<Change>,
    /// The steps that are now to be done. They stand in the state's operation too, from where the engine takes them.
    pub plan: Plan,
    /// Why the event was refused; then nothing changes.
    pub refused: Option<Refusal>,
    /// How the operation ended, when nothing is left to do.
    pub conclusion: Option<Conclusion>,
}

/// Why an event was refused, and what the user can do. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Why.
    pub reason: String,
    /// What the user can do now.
    pub remedy: String,
}

/// How an operation ended.
#[derive(Debug, PartialEq, Eq)]
pub struct Conclusion {
    /// What it was about.
    pub moment: Moment,
    /// How it ended.
    pub ending: Ending,
    /// Which way a copy of the live database was taken, and why not the faster one: for people.
    pub way: Option<String>,
    /// Snapshots that it published.
    pub published: Vec<SnapshotId>,
    /// Snapshots that retention removed after it.
    pub removed: Vec<SnapshotId>,
    /// What somebody should read.
    pub warnings: Vec<String>,
    /// Why it stopped.
    pub failure: Option<Failure>,
    /// What a preview found.
    pub differences: Option<Differences>,
    /// What an archive's manifest says, and which of its rows were changed since the export.
    pub inspection: Option<Inspection>,
    /// What speaks against an archive's content, each with its place.
    pub findings: Vec<Finding>,
    /// Findings beyond those that are listed.
    pub findings_unlisted: u64,
    /// What restoring a global archive would change, or has changed.
    pub overview: Option<Overview>,
    /// What a safeguard allows.
    pub permit: Option<Permit>,
}

/// Decides what follows from an event. Pure: the same state and event give the same transition.
pub fn transition(state: &State, event: &Event, profiles: &Profiles) -> Transition {
    let case = Case { state, profiles, now: &event.now };
    let under_way = state.operation.as_ref();
    let begun = match (&event.kind, under_way) {
        (EventKind::StepFinished(outcome), Some(operation)) => {
            return plans::advance(&case, operation.clone(), outcome.clone());
        }
        (EventKind::StepFinished(_), None) => Err(Refusal::new("no step is under way", "")),
        (EventKind::EngineOpened, _) => Ok(plans::recovery::begin(&case)),
        (_, Some(_)) => Err(Refusal::new("another operation is under way", "Wait until it is done and try again")),
        (kind, None) => begin(&case, kind),
    };
    match begun {
        Ok((operation, changes)) => plans::start(&case, operation, changes),
        Err(refusal) => Transition { refused: Some(refusal), ..Transition::default() },
    }
}

/// An operation that begins, and what changes right away; or why not.
pub(crate) type Begun = Result<(Operation, Vec<Change>), Refusal>;

fn begin(case: &Case<'_>, kind: &EventKind) -> Begun {
    use crate::model::Trigger;
    match kind {
        EventKind::AppStarted(workspace) => plans::startup::begin(case, workspace, Trigger::Startup),
        EventKind::TimePassed(workspace) => plans::startup::begin(case, workspace, Trigger::Timer),
        EventKind::AppClosing(workspace) => plans::shutdown::begin(case, workspace),
        EventKind::AboutToDestroy(workspace, act) => plans::safeguard::begin(case, workspace, *act),
        EventKind::SnapshotRequested(workspace, pin) => plans::manual::begin(case, workspace, pin.clone()),
        EventKind::PinChanged(snapshot, pin) => plans::manual::change_pin(case, *snapshot, pin.clone()),
        EventKind::ExportRequested { export, to, replace } => plans::export::begin(case, export, to, *replace),
        EventKind::PreviewAllRequested(archive) => plans::restore_all::begin_preview(case, archive),
        EventKind::RestoreAllRequested(archive) => plans::restore_all::begin(case, archive),
        EventKind::PreviewRequested(workspace, source) => plans::preview::begin(case, workspace, source),
        EventKind::RestoreRequested(workspace, source) => plans::restore::begin(case, workspace, source),
        EventKind::UndoRequested(workspace) => plans::undo::begin(case, workspace),
        EventKind::VerifyRequested(snapshots, depth) => plans::drill::begin_verify(case, snapshots, *depth),
        EventKind::DrillRequested(snapshots) => plans::drill::begin_drill(case, snapshots),
        EventKind::WorkspaceAdded(workspace) => plans::register::begin_add(case, workspace),
        EventKind::WorkspaceRemoved(workspace) => plans::register::begin_remove(case, workspace),
        EventKind::PolicyChanged(policy) => Ok(plans::register::begin_policy(case, policy)),
        EventKind::EngineOpened => Ok(plans::recovery::begin(case)),
        EventKind::StepFinished(_) => Err(Refusal::new("no step is under way", "")),
    }
}

impl Refusal {
    /// A refusal with what the user can do.
    pub fn new(reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { reason: reason.into(), remedy: remedy.into() }
    }
}
