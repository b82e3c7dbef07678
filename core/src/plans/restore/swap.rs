//! What happens around the commit point: how a failure before it differs from one after it, and what is remembered
//! when the swap is over.

use super::super::{Case, stop};
use crate::change::Change;
use crate::effect::{Depth, Effect};
use crate::model::{Intent, IntentTarget, Level, Purpose, WorkspaceId};
use crate::names;
use crate::outcome::{Failure, FailureKind};
use crate::plan::Plan;
use crate::state::{Moment, Operation, UndoPoint};

/// A required step of a restore, an undo or a recovery failed.
///
/// Before the swap the operation stops, withdraws the intent if there may be one, and cleans up: the live database is
/// untouched. A new database that turns out bad on the disk is tried once: the old one comes back from its safeguard.
/// What can be neither withdrawn nor finished now is finished by the next recovery, before anything else.
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
            operation.warnings.push(format!("the live database is kept as it was: {failure}"));
            super::keep_damaged_instead(case, operation, workspace);
        }
        return Vec::new();
    }
    if let Effect::VerifyLive { intent } = effect
        && damaged
    {
        return roll_back(case, operation, intent, failure);
    }
    let is_past_the_swap =
        matches!(effect, Effect::VerifyLive { .. } | Effect::Withdraw { .. } | Effect::Finish { .. });
    if let Effect::Commit { intent } | Effect::Swap { intent } = effect {
        withdraw(operation, intent, failure);
    } else if is_past_the_swap {
        operation.remaining.clear();
        operation.unfinished = true;
        let remedy = "The restore is decided; it will be finished at the next start".to_owned();
        operation.failure = Some(Failure { remedy, ..failure });
    } else if let (Moment::Recovery, Some(intent)) = (&operation.moment, pending(operation)) {
        // The app works in the database again: its work is worth more than an interrupted restore.
        withdraw(operation, &intent, failure);
    } else {
        stop(operation, failure);
    }
    Vec::new()
}

/// The intent that a recovery was about to roll forward.
fn pending(operation: &Operation) -> Option<Intent> {
    let mut effects = operation.remaining.iter().map(|step| &step.effect);
    effects.find_map(|effect| if let Effect::Swap { intent } = effect { Some(intent.clone()) } else { None })
}

/// Nobody can know whether a failed commit is durable, so the intent is withdrawn before a staged file may go. A
/// recovery goes on with the rest of its work.
fn withdraw(operation: &mut Operation, intent: &Intent, failure: Failure) {
    let mut plan = Plan::new().require(Effect::Withdraw { intent: intent.clone() });
    if operation.moment == Moment::Recovery {
        operation.warnings.push(format!(
            "the interrupted restore of {} was given up, and the database is as it was: {}. Restore again if you want to",
            intent.source, failure.reason
        ));
        operation.remaining.retain(|step| !super::is_of_the_swap(&step.effect));
        for target in &intent.targets {
            plan = plan.always(Effect::Discard { path: target.staged.clone() });
        }
    } else {
        stop(operation, failure);
    }
    operation.remaining.splice(0..0, plan.steps);
}

/// Swaps the safeguard back in. An intent without one, or whose rollback failed too, is given up: the file stays where
/// it is and rotation is frozen, so that no good snapshot is lost over it.
fn roll_back(case: &Case<'_>, operation: &mut Operation, intent: &Intent, failure: Failure) -> Vec<Change> {
    let plan = if operation.failure.is_none() { rollback(case, operation, intent) } else { None };
    let changes = frozen(case, intent, &failure);
    let plan = plan.unwrap_or_else(|| Plan::new().attempt(Effect::Finish { intent: intent.clone() }));
    operation.live_stamp = None;
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
            .require(Effect::Look { database: target.live.clone() })
            .require(Effect::Commit { intent: back.clone() })
            .require(Effect::Swap { intent: back.clone() })
            .require(Effect::VerifyLive { intent: back.clone() })
            .require(Effect::Finish { intent: back }),
    )
}

/// What is remembered when a swap is done; recorded before its intent goes, so that it can be undone whatever happens
/// then. A recovery that comes here again remembers nothing twice.
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
        let newest = case.state.undo.iter().rev().find(|point| point.workspace == target.workspace);
        let point = UndoPoint {
            workspace: target.workspace.clone(),
            safeguard: intent.safeguard,
            source: intent.source.clone(),
        };
        match intent.purpose {
            Purpose::Restore if newest != Some(&point) => changes.push(Change::UndoPushed(point)),
            Purpose::Undo(spent) if newest.and_then(|point| point.safeguard) == Some(spent) => {
                changes.push(Change::UndoPopped(target.workspace.clone()));
            }
            Purpose::Restore | Purpose::Undo(_) | Purpose::RollBack => {}
        }
    }
    changes
}
