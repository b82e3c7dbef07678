//! Every moment in the app's life, one file each, and what they have in common: how an operation starts, goes on after
//! each outcome, fails, and ends.

mod copying;
mod doubt;
pub(crate) mod drill;
mod ending;
pub(crate) mod export;
mod import;
mod known;
pub(crate) mod manual;
pub(crate) mod preview;
pub(crate) mod recovery;
pub(crate) mod register;
pub(crate) mod restore;
pub(crate) mod restore_all;
mod retention;
pub(crate) mod safeguard;
pub(crate) mod shutdown;
pub(crate) mod startup;
pub(crate) mod undo;
mod upkeep;

use std::collections::BTreeSet;

use camino::Utf8Path;
use jiff::Zoned;

use crate::change::Change;
use crate::effect::Effect;
use crate::event::{Export, Profiles};
use crate::model::{SchemaProfile, Slot, Snapshot, SnapshotId, Workspace, WorkspaceId};
use crate::names;
use crate::outcome::{Failure, FailureKind, Outcome, Yield};
use crate::plan::{Mode, Plan, Step};
use crate::state::{Moment, Operation, State};
use crate::transition::{Refusal, Transition};

/// What every decision is made from.
pub(crate) struct Case<'a> {
    pub(crate) state: &'a State,
    pub(crate) profiles: &'a Profiles,
    pub(crate) now: &'a Zoned,
}

/// Starts an operation; one without steps ends at once.
pub(crate) fn start(case: &Case<'_>, operation: Operation, mut changes: Vec<Change>) -> Transition {
    if operation.remaining.is_empty() {
        return ending::conclude(case, operation, changes);
    }
    let plan = Plan { steps: operation.remaining.clone() };
    changes.push(Change::OperationPut(Box::new(operation)));
    Transition { changes, plan, ..Transition::default() }
}

/// Goes on after the outcome of the first remaining step.
pub(crate) fn advance(case: &Case<'_>, mut operation: Operation, outcome: Outcome) -> Transition {
    if operation.remaining.is_empty() {
        return ending::conclude(case, operation, Vec::new());
    }
    let step = operation.remaining.remove(0);
    operation.touched |= !step.effect.is_read_only() && !step.effect.is_about_staged_alone();
    let mut changes = Vec::new();
    match outcome {
        Outcome::Done(learnt) => {
            changes.extend(place(case, &mut operation, &step.effect, &learnt));
            changes.extend(learn(case, &mut operation, &step.effect, &learnt));
        }
        Outcome::Failed(failure) => changes.extend(fail(case, &mut operation, &step, failure)),
        // It is put off, which is no failure.
        Outcome::Cancelled if operation.moment.gives_way() => operation.remaining.clear(),
        Outcome::Cancelled if step.mode == Mode::Require => {
            changes.extend(fail(case, &mut operation, &step, cancelled(&step)));
        }
        Outcome::Cancelled => stop(&mut operation, cancelled(&step)),
    }
    operation.touched |= !changes.is_empty();
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
        (Moment::Verify | Moment::Drill | Moment::Upkeep(_), _) => drill::learn(case, operation, effect, learnt),
        (Moment::Register(_) | Moment::Policy, _) => register::learn(case, effect),
        (Moment::Startup(..), Some(workspace)) => startup::learn(case, operation, workspace, effect, learnt),
        (Moment::Shutdown(_), Some(workspace)) => shutdown::learn(case, operation, workspace, effect, learnt),
        (Moment::Safeguard(_, act), Some(workspace)) => {
            safeguard::learn(case, operation, workspace, *act, effect, learnt)
        }
        (Moment::Manual(..), Some(workspace)) => manual::learn(case, operation, workspace, effect, learnt),
        (Moment::Preview(_, source), Some(workspace)) => {
            preview::learn(case, operation, workspace, source, effect, learnt)
        }
        (Moment::PreviewAll(_), _) => restore_all::learn_preview(case, operation, effect, learnt),
        (Moment::Restore(..) | Moment::RestoreAll(_) | Moment::Undo(_), _) => {
            restore::learn(case, operation, effect, learnt)
        }
        (Moment::Export(_), _) => export::learn(case, operation, effect, learnt),
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
        return upkeep::unreadable(case, operation, &step.effect);
    }
    let moment = operation.moment.clone();
    if matches!(moment, Moment::Recovery | Moment::Restore(..) | Moment::RestoreAll(_) | Moment::Undo(_)) {
        return restore::fail(case, operation, &step.effect, failure);
    }
    if let Moment::Startup(workspace, _) | Moment::Shutdown(workspace) = &moment
        && failure.kind == FailureKind::Damaged
        && let Some(workspace) = case.state.workspace(workspace)
    {
        return startup::damaged(case, operation, workspace, Failure { remedy: String::new(), ..failure });
    }
    if let (Moment::Startup(..), FailureKind::NoSpace) = (&moment, failure.kind)
        && startup::makes_do(operation, &step.effect, &failure)
    {
        return Vec::new();
    }
    if let (Moment::Export(_), Effect::Reindex { workspace, .. }) = (&moment, &step.effect) {
        export::not_rebuilt(case, operation, workspace, failure);
    } else {
        stop(operation, failure);
    }
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

/// The slot that a path names.
fn slot_of(path: &Utf8Path) -> Option<Slot> {
    path.file_name().and_then(Slot::parse)
}

impl<'a> Case<'a> {
    /// A workspace that the user named.
    pub(crate) fn workspace(&self, id: &WorkspaceId) -> Result<&Workspace, Refusal> {
        self.state.workspace(id).ok_or_else(|| {
            Refusal::new(format!("there is no workspace `{id}`"), "`workspace list` shows those that there are")
        })
    }

    /// A workspace by id, also one that the operation is about to add.
    pub(crate) fn known<'b>(&'b self, operation: &'b Operation, id: &WorkspaceId) -> Option<&'b Workspace> {
        self.state.workspaces.iter().chain(&operation.newcomers).find(|workspace| workspace.id == *id)
    }

    /// The workspace whose live database lies at a path.
    pub(crate) fn live_at(&self, database: &Utf8Path) -> Option<&'a Workspace> {
        self.state.workspaces.iter().find(|workspace| workspace.database == *database)
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
            way: None,
            parts: Vec::new(),
            newcomers: Vec::new(),
            drafts: Vec::new(),
            published: Vec::new(),
            removed: Vec::new(),
            warnings: Vec::new(),
            failure: None,
            touched: false,
            swapped: false,
            unfinished: false,
            differences: None,
            inspection: None,
            findings: Vec::new(),
            findings_unlisted: 0,
            overview: None,
            live_stamp: None,
            retained: false,
            reserved: 0,
        }
    }

    /// The snapshot whose file lies at this path.
    pub(crate) fn at(&self, path: &Utf8Path) -> Option<&Snapshot> {
        let slot = slot_of(path)?;
        let workspaces = self.state.workspaces.iter().filter(|workspace| names::slot(workspace, slot) == path);
        let holders = workspaces.flat_map(|workspace| self.state.snapshots.holders(&workspace.id, slot..=slot));
        holders.min_by_key(|snapshot| snapshot.id)
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
        self.state.undo_safeguards(id, &self.state.policy)
    }
}

impl Moment {
    /// The word in the journal.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Recovery => "recovery",
            Self::Startup(..) => "startup",
            Self::Upkeep(_) => "upkeep",
            Self::Shutdown(_) => "shutdown",
            Self::Safeguard(..) => "safeguard",
            Self::Manual(..) => "manual",
            Self::Export(_) => "export",
            Self::Preview(..) => "preview",
            Self::Restore(..) => "restore",
            Self::PreviewAll(_) => "preview",
            Self::RestoreAll(_) => "restore",
            Self::Undo(_) => "undo",
            Self::Verify => "verify",
            Self::Drill => "drill",
            Self::Register(_) => "register",
            Self::Policy => "policy",
        }
    }

    /// Whether it comes by itself while the app is at work, which then needs the disk more urgently. What a person waits
    /// for is done at full speed, and so is what the app's exit waits for.
    pub const fn yields_to_the_app(&self) -> bool {
        matches!(self, Self::Startup(..) | Self::Upkeep(_))
    }

    /// Whether it is given up as soon as somebody waits for the engine: nobody asked for it, and any other time is as good.
    pub const fn gives_way(&self) -> bool {
        matches!(self, Self::Upkeep(_))
    }

    /// The workspace that it is about; `None` for the home as a whole.
    pub const fn workspace(&self) -> Option<&WorkspaceId> {
        match self {
            Self::Recovery
            | Self::Verify
            | Self::Drill
            | Self::Policy
            | Self::PreviewAll(_)
            | Self::RestoreAll(_)
            | Self::Export(Export::All { .. }) => None,
            Self::Startup(workspace, _)
            | Self::Upkeep(workspace)
            | Self::Shutdown(workspace)
            | Self::Safeguard(workspace, _)
            | Self::Manual(workspace, _)
            | Self::Export(Export::Database(workspace) | Export::Csv(workspace))
            | Self::Preview(workspace, _)
            | Self::Restore(workspace, _)
            | Self::Undo(workspace)
            | Self::Register(workspace) => Some(workspace),
        }
    }
}
