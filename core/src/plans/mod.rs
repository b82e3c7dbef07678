//! Every moment in the app's life, one file each, and what they have in common: how an operation starts, goes on after
//! each outcome, fails, and ends.

mod copying;
pub(crate) mod drill;
pub(crate) mod export;
pub(crate) mod manual;
pub(crate) mod preview;
pub(crate) mod recovery;
pub(crate) mod register;
pub(crate) mod restore;
mod retention;
pub(crate) mod safeguard;
pub(crate) mod shutdown;
pub(crate) mod startup;
pub(crate) mod undo;

use std::collections::BTreeSet;

use camino::Utf8Path;
use jiff::Zoned;

use crate::change::Change;
use crate::effect::Effect;
use crate::event::Profiles;
use crate::model::{Permit, SchemaProfile, Slot, Snapshot, SnapshotId, Workspace, WorkspaceId};
use crate::names;
use crate::outcome::{Failure, FailureKind, Outcome, Yield};
use crate::plan::{Mode, Plan, Step};
use crate::state::{Ending, JournalEntry, Moment, Operation, State};
use crate::transition::{Conclusion, Refusal, Transition};

/// What every decision is made from.
pub(crate) struct Case<'a> {
    pub(crate) state: &'a State,
    pub(crate) profiles: &'a Profiles,
    pub(crate) now: &'a Zoned,
}

/// Starts an operation; one without steps ends at once.
pub(crate) fn start(case: &Case<'_>, operation: Operation, mut changes: Vec<Change>) -> Transition {
    if operation.remaining.is_empty() {
        return conclude(case, operation, changes);
    }
    let plan = Plan { steps: operation.remaining.clone() };
    changes.push(Change::OperationPut(Box::new(operation)));
    Transition { changes, plan, ..Transition::default() }
}

/// Goes on after the outcome of the first remaining step.
pub(crate) fn advance(case: &Case<'_>, mut operation: Operation, outcome: Outcome) -> Transition {
    if operation.remaining.is_empty() {
        return conclude(case, operation, Vec::new());
    }
    let step = operation.remaining.remove(0);
    let mut changes = Vec::new();
    match outcome {
        Outcome::Done(learnt) => {
            changes.extend(place(case, &mut operation, &step.effect, &learnt));
            changes.extend(learn(case, &mut operation, &step.effect, &learnt));
        }
        Outcome::Failed(failure) => changes.extend(fail(case, &mut operation, &step, failure)),
        Outcome::Cancelled => stop(&mut operation, cancelled(&step)),
    }
    if operation.remaining.is_empty() && !operation.retained {
        operation.retained = true;
        retention::plan(case, &mut operation);
    }
    start(case, operation, changes)
}

/// What a moment makes of an outcome: it may change what remains to be done.
fn learn(case: &Case<'_>, operation: &mut Operation, effect: &Effect, learnt: &Yield) -> Vec<Change> {
    let moment = operation.moment.clone();
    let workspace = moment.workspace().and_then(|id| case.state.workspace(id));
    match (&moment, workspace) {
        (Moment::Recovery, _) => recovery::learn(case, operation, effect, learnt),
        (Moment::Verify | Moment::Drill, _) => drill::learn(case, operation, effect, learnt),
        (Moment::Register(_) | Moment::Policy, _) => register::learn(case, effect),
        (Moment::Startup(..), Some(workspace)) => startup::learn(case, operation, workspace, effect, learnt),
        (Moment::Shutdown(_), Some(workspace)) => shutdown::learn(case, operation, workspace, effect, learnt),
        (Moment::Safeguard(_, act), Some(workspace)) => {
            safeguard::learn(case, operation, workspace, *act, effect, learnt)
        }
        (Moment::Manual(..), Some(workspace)) => manual::learn(case, operation, workspace, effect, learnt),
        (Moment::Export(_), Some(workspace)) => export::learn(case, operation, workspace, effect, learnt),
        (Moment::Preview(_, source), Some(workspace)) => {
            preview::learn(case, operation, workspace, source, effect, learnt)
        }
        (Moment::Restore(_, source), Some(workspace)) => {
            restore::learn(case, operation, workspace, source, effect, learnt)
        }
        (Moment::Undo(_), Some(workspace)) => undo::learn(case, operation, workspace, effect, learnt),
        // The workspace was removed meanwhile: nothing is to be remembered of it.
        (_, None) => Vec::new(),
    }
}

/// Where the files of snapshots are now, which is the same for every moment.
fn place(case: &Case<'_>, operation: &mut Operation, effect: &Effect, learnt: &Yield) -> Vec<Change> {
    match (effect, learnt) {
        (Effect::KeepGeneration { snapshot, to, .. }, Yield::Placed(stamp)) => {
            slot_of(to).map(|slot| Change::SnapshotMoved(*snapshot, slot, *stamp)).into_iter().collect()
        }
        (Effect::Shift { snapshot, to, .. }, Yield::Placed(stamp)) => {
            let mut changes = overwritten(case, operation, to);
            changes.extend(slot_of(to).map(|slot| Change::SnapshotMoved(*snapshot, slot, *stamp)));
            changes
        }
        (Effect::SetAside { from, to }, Yield::Placed(stamp)) => {
            let moved = case.at(from).zip(slot_of(to));
            moved.map(|(snapshot, slot)| Change::SnapshotMoved(snapshot.id, slot, *stamp)).into_iter().collect()
        }
        (Effect::Publish { snapshot, to, .. }, Yield::Placed(stamp)) => {
            let mut changes = overwritten(case, operation, to);
            if let Some(draft) = operation.drafts.iter().find(|draft| draft.id == *snapshot) {
                changes.push(Change::SnapshotPut(Box::new(Snapshot { stamp: *stamp, ..draft.clone() })));
                operation.published.push(*snapshot);
            }
            changes
        }
        (Effect::Remove { snapshot, .. }, _) => {
            operation.removed.push(*snapshot);
            vec![Change::SnapshotForgotten(*snapshot)]
        }
        (Effect::Swap { .. }, _) => {
            operation.swapped = true;
            Vec::new()
        }
        _ => Vec::new(),
    }
}

/// A snapshot whose name was taken over is no more; its manifest goes at the end.
fn overwritten(case: &Case<'_>, operation: &mut Operation, path: &Utf8Path) -> Vec<Change> {
    let Some((snapshot, workspace)) = case.at(path).and_then(|s| Some((s, case.state.workspace(&s.workspace)?))) else {
        return Vec::new();
    };
    let path = names::manifest(workspace, snapshot.id);
    operation.remaining.push(Step { mode: Mode::Always, effect: Effect::Discard { path } });
    vec![Change::SnapshotForgotten(snapshot.id)]
}

fn fail(case: &Case<'_>, operation: &mut Operation, step: &Step, failure: Failure) -> Vec<Change> {
    if step.mode != Mode::Require {
        operation.warnings.push(failure.to_string());
        return Vec::new();
    }
    let moment = operation.moment.clone();
    if matches!(moment, Moment::Recovery | Moment::Restore(..) | Moment::Undo(_)) {
        return restore::fail(case, operation, &step.effect, failure);
    }
    if let Moment::Startup(workspace, _) | Moment::Shutdown(workspace) = &moment
        && failure.kind == FailureKind::Damaged
        && let Some(workspace) = case.state.workspace(workspace)
    {
        return startup::damaged(case, operation, workspace, failure);
    }
    stop(operation, failure);
    Vec::new()
}

/// Ends a plan early: only its clean-up is left.
fn stop(operation: &mut Operation, failure: Failure) {
    operation.remaining.retain(|step| step.mode == Mode::Always);
    operation.failure = Some(failure);
}

fn cancelled(step: &Step) -> Failure {
    Failure {
        kind: FailureKind::Cancelled,
        attempted: step.effect.to_string().split_whitespace().collect::<Vec<_>>().join(" "),
        path: Utf8Path::new("").into(),
        reason: "it was stopped".to_owned(),
        remedy: "Nothing was changed; start it again at any time".to_owned(),
    }
}

fn conclude(case: &Case<'_>, operation: Operation, mut changes: Vec<Change>) -> Transition {
    let took_some =
        matches!(operation.moment, Moment::Startup(..) | Moment::Shutdown(_)) && !operation.published.is_empty();
    let ending = match (&operation.failure, operation.warnings.is_empty()) {
        (Some(_), _) if took_some || operation.unfinished => Ending::AppliedWithWarnings,
        (Some(_), _) => Ending::NotApplied,
        (None, true) => Ending::Applied,
        (None, false) => Ending::AppliedWithWarnings,
    };
    let permit = match (&operation.moment, operation.published.last()) {
        (Moment::Safeguard(workspace, act), Some(safeguard)) if operation.failure.is_none() => {
            Some(Permit::new(workspace.clone(), *act, *safeguard))
        }
        _ => None,
    };
    let only_looked = changes.is_empty() && only_looked(case);
    if operation.unfinished {
        changes.push(Change::OperationPut(Box::new(operation.clone())));
    } else if case.state.operation.is_some() {
        changes.push(Change::OperationEnded);
    }
    if !only_looked {
        changes.extend(journal(case, &operation, ending).map(Change::Noted));
    }
    let conclusion = Conclusion {
        moment: operation.moment,
        ending,
        published: operation.published,
        removed: operation.removed,
        warnings: operation.warnings,
        failure: operation.failure,
        differences: operation.differences,
        permit,
    };
    Transition { changes, conclusion: Some(conclusion), ..Transition::default() }
}

/// Whether a recovery ends with its scan: what that warns of it will warn of again, and nothing needs to be written.
fn only_looked(case: &Case<'_>) -> bool {
    let steps = case.state.operation.as_ref().map_or(&[][..], |operation| &operation.remaining);
    matches!(steps, [Step { effect: Effect::Scan, .. }])
}

/// A line for the journal, unless nothing happened.
fn journal(case: &Case<'_>, operation: &Operation, ending: Ending) -> Option<JournalEntry> {
    let mut texts = Vec::new();
    texts.extend(operation.failure.as_ref().map(ToString::to_string));
    texts.extend(operation.warnings.iter().cloned());
    if !operation.published.is_empty() {
        let ids: Vec<String> = operation.published.iter().map(ToString::to_string).collect();
        texts.push(format!("published {}", ids.join(", ")));
    }
    if operation.swapped && operation.failure.is_none() {
        texts.push("the live database was replaced".to_owned());
    }
    (!texts.is_empty()).then(|| JournalEntry {
        at: case.now.clone(),
        workspace: operation.moment.workspace().cloned(),
        moment: operation.moment.word().to_owned(),
        ending,
        text: texts.join("; "),
    })
}

/// The slot that a path names.
fn slot_of(path: &Utf8Path) -> Option<Slot> {
    path.file_name().and_then(Slot::parse)
}

impl Case<'_> {
    /// A workspace that the user named.
    pub(crate) fn workspace(&self, id: &WorkspaceId) -> Result<&Workspace, Refusal> {
        self.state.workspace(id).ok_or_else(|| {
            Refusal::new(format!("there is no workspace `{id}`"), "`workspace list` shows those that there are")
        })
    }

    /// The schema profile of a workspace.
    pub(crate) fn profile(&self, workspace: &Workspace) -> Option<&SchemaProfile> {
        let name = workspace.schema.as_deref()?;
        self.profiles.iter().find(|profile| profile.name == name)
    }

    /// A new operation with these steps.
    pub(crate) fn operation(&self, moment: Moment, plan: Plan) -> Operation {
        Operation {
            number: self.state.next_operation,
            moment,
            begun_at: self.now.clone(),
            remaining: plan.steps,
            copy: None,
            candidate: None,
            drafts: Vec::new(),
            published: Vec::new(),
            removed: Vec::new(),
            warnings: Vec::new(),
            failure: None,
            swapped: false,
            unfinished: false,
            differences: None,
            live_stamp: None,
            retained: false,
            reserved: 0,
        }
    }

    /// The snapshot whose file lies at this path.
    pub(crate) fn at(&self, path: &Utf8Path) -> Option<&Snapshot> {
        let slot = slot_of(path)?;
        self.state.snapshots.values().find(|snapshot| {
            snapshot.slot == slot
                && self.state.workspace(&snapshot.workspace).is_some_and(|w| names::slot(w, slot) == path)
        })
    }

    /// A workspace with something changed, if it does change.
    pub(crate) fn amended(&self, id: &WorkspaceId, amend: impl FnOnce(&mut Workspace)) -> Option<Change> {
        let workspace = self.state.workspace(id)?;
        let mut amended = workspace.clone();
        amend(&mut amended);
        (amended != *workspace).then_some(Change::WorkspacePut(amended))
    }

    /// The safeguards that the undos of a workspace need, as many as the policy allows.
    pub(crate) fn undo_safeguards(&self, id: &WorkspaceId) -> BTreeSet<SnapshotId> {
        let depth = usize::try_from(self.state.policy.undo_depth).unwrap_or(usize::MAX);
        let points = self.state.undo.iter().rev().filter(|point| point.workspace == *id);
        points.take(depth).filter_map(|point| point.safeguard).collect()
    }
}

impl Moment {
    /// The word in the journal.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Recovery => "recovery",
            Self::Startup(..) => "startup",
            Self::Shutdown(_) => "shutdown",
            Self::Safeguard(..) => "safeguard",
            Self::Manual(..) => "manual",
            Self::Export(_) => "export",
            Self::Preview(..) => "preview",
            Self::Restore(..) => "restore",
            Self::Undo(_) => "undo",
            Self::Verify => "verify",
            Self::Drill => "drill",
            Self::Register(_) => "register",
            Self::Policy => "policy",
        }
    }

    /// The workspace that it is about; `None` for the home as a whole.
    pub const fn workspace(&self) -> Option<&WorkspaceId> {
        match self {
            Self::Recovery | Self::Verify | Self::Drill | Self::Policy => None,
            Self::Startup(workspace, _)
            | Self::Shutdown(workspace)
            | Self::Safeguard(workspace, _)
            | Self::Manual(workspace, _)
            | Self::Export(workspace)
            | Self::Preview(workspace, _)
            | Self::Restore(workspace, _)
            | Self::Undo(workspace)
            | Self::Register(workspace) => Some(workspace),
        }
    }
}
