//! What happens around the commit point: how a failure before it differs from one after it, and what is remembered
//! when the swap is over.

use super::super::{Case, stop};
use crate::change::Change;
use crate::effect::{Depth, Effect};
use crate::model::{Intent, IntentTarget, Level, Purpose, WorkspaceId};
use crate::names;
use crate::outcome::{Failure, FailureKind};
use crate::plan::Plan;
use crate::state::{Operation, UndoPoint};

/// A required step of a restore, an undo or a recovery failed.
///
/// Before the commit point the operation stops and cleans up: the live database is untouched. After it the intent
/// stays, and the next start finishes the swap. If by then the staged file is gone and the live one is neither, there
/// is nothing to finish: the live file is left alone. A new database that turns out bad on the disk is tried once: the old
/// one comes back from its safeguard.
pub(in crate::plans) fn fail(
    case: &Case<'_>,
    operation: &mut Operation,
    effect: &Effect,
    failure: Failure,
) -> Vec<Change> {
    let damaged = failure.kind == FailureKind::Damaged;
    if matches!(effect, Effect::Copy { .. }) && damaged {
        let workspace = operation.moment.workspace().and_then(|id| case.state.workspace(id));
        if let Some(workspace) = workspace {
            operation.warnings.push(format!("the live database was damaged and is kept as it was: {failure}"));
            super::keep_damaged_instead(case, operation, workspace);
        }
        return Vec::new();
    }
    if let Effect::Commit { intent } = effect {
        withdraw(operation, intent, failure);
        return Vec::new();
    }
    if let Effect::VerifyLive { intent } = effect
        && damaged
    {
        return roll_back(case, operation, intent, failure);
    }
    if let Effect::Swap { intent } = effect
        && failure.kind == FailureKind::Foreign
    {
        let changes = frozen(case, intent, &failure);
        withdraw(operation, intent, failure);
        return changes;
    }
    if matches!(effect, Effect::Swap { .. } | Effect::VerifyLive { .. } | Effect::Finish { .. }) {
        operation.remaining.clear();
        operation.unfinished = true;
        let remedy = "The restore is decided; it will be finished at the next start".to_owned();
        operation.failure = Some(Failure { remedy, ..failure });
        return Vec::new();
    }
    stop(operation, failure);
    Vec::new()
}

/// Nobody can know whether a failed commit is durable, so the intent is withdrawn before a staged file may go.
fn withdraw(operation: &mut Operation, intent: &Intent, failure: Failure) {
    stop(operation, failure);
    let withdrawal = Plan::new().require(Effect::Finish { intent: intent.clone() });
    operation.remaining.splice(0..0, withdrawal.steps);
}

/// Swaps the safeguard back in. An intent without one, or whose rollback failed too, is given up: the file stays where
/// it is and rotation is frozen, so that no good snapshot is lost over it.
fn roll_back(case: &Case<'_>, operation: &mut Operation, intent: &Intent, failure: Failure) -> Vec<Change> {
    let plan = if operation.failure.is_none() { rollback(case, operation, intent) } else { None };
    let changes = frozen(case, intent, &failure);
    let plan = plan.unwrap_or_else(|| Plan::new().attempt(Effect::Finish { intent: intent.clone() }));
    stop(operation, failure);
    operation.remaining.splice(0..0, plan.steps);
    changes
}

fn frozen(case: &Case<'_>, intent: &Intent, failure: &Failure) -> Vec<Change> {
    let freeze = |id: &WorkspaceId| case.amended(id, |w| w.frozen = Some(failure.reason.clone()));
    intent.targets.iter().filter_map(|target| freeze(&target.workspace)).collect()
}

fn rollback(case: &Case<'_>, operation: &Operation, intent: &Intent) -> Option<Plan> {
    let [target] = intent.targets.as_slice() else {
        return None;
    };
    let snapshot = case.state.snapshots.get(&intent.safeguard?).filter(|snapshot| snapshot.level >= Level::Sound)?;
    let workspace = case.state.workspace(&target.workspace)?;
    let staged = names::staged_back(&target.live, operation.number);
    let journal_mode = snapshot.facts.journal_mode.clone();
    let back = Intent {
        safeguard: None,
        purpose: Purpose::RollBack,
        source: format!("{} (the database before the failed restore)", snapshot.id),
        targets: vec![IntentTarget { staged: staged.clone(), digest: String::new(), ..target.clone() }],
    };
    Some(
        Plan::new()
            .require(Effect::Stage { from: names::slot(workspace, snapshot.slot), to: staged.clone(), journal_mode })
            .require(Effect::Verify { workspace: workspace.id.clone(), file: staged, depth: Depth::Sound })
            .require(Effect::Commit { intent: back.clone() })
            .require(Effect::Swap { intent: back.clone() })
            .require(Effect::VerifyLive { intent: back.clone() })
            .require(Effect::Finish { intent: back }),
    )
}

/// What is remembered when a swap is over. One that was withdrawn or rolled back leaves no trace here.
pub(in crate::plans) fn restored(case: &Case<'_>, operation: &Operation, intent: &Intent) -> Vec<Change> {
    let mut changes = Vec::new();
    if operation.failure.is_some() {
        return changes;
    }
    for target in &intent.targets {
        changes.extend(case.amended(&target.workspace, |workspace| {
            workspace.frozen = None;
            workspace.cliff_expected = true;
            workspace.unchanged_since = None;
        }));
        match intent.purpose {
            Purpose::Restore => changes.push(Change::UndoPushed(UndoPoint {
                workspace: target.workspace.clone(),
                safeguard: intent.safeguard,
                source: intent.source.clone(),
            })),
            Purpose::Undo => changes.push(Change::UndoPopped(target.workspace.clone())),
            Purpose::RollBack => {}
        }
    }
    changes
}
