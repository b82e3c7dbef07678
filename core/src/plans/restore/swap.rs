//! What happens around the commit point: how a failure before it differs from one after it, and what is remembered
//! when the swap is over.

use super::super::{Case, stop};
use super::{keep_damaged_instead, rollback};
use crate::change::Change;
use crate::effect::Effect;
use crate::model::{Intent, IntentTarget, Level, Purpose};
use crate::outcome::{Failure, FailureKind};
use crate::plan::Plan;
use crate::state::{Moment, Operation, UndoPoint};

/// Why rotation is frozen after an undo that brought back what was set aside.
const DAMAGED: &str = "the database is damaged: an undo brought back what it was before";

/// A required step of a restore, an undo or a recovery failed, or the user stopped it.
///
/// Before the swap the operation stops, withdraws the intent if there may be one, and cleans up: the live databases are
/// untouched. A new database that turns out bad on the disk is tried once: the old ones come back from their safeguards.
/// What can be neither withdrawn nor finished now is finished by the next recovery, before anything else.
pub(in crate::plans) fn fail(
    case: &Case<'_>,
    operation: &mut Operation,
    effect: &Effect,
    failure: Failure,
) -> Vec<Change> {
    let damaged = failure.kind == FailureKind::Damaged;
    if let Effect::VerifyLive { intent } = effect
        && damaged
    {
        return rollback::roll_back(case, operation, intent, failure);
    }
    if let Effect::Copy { database, .. } = effect
        && damaged
    {
        if let Some(workspace) = case.live_at(database) {
            operation.warnings.push(format!("the live database is kept as it was: {failure}"));
            keep_damaged_instead(case, operation, workspace);
        }
    } else if let Effect::Commit { intent } | Effect::Swap { intent } = effect {
        withdraw(operation, intent, failure);
    } else if matches!(effect, Effect::Withdraw { .. }) {
        // Some are swapped already. What stood in the way of the others is what somebody must know.
        let first = operation.failure.take().unwrap_or(failure);
        postpone(operation, first);
    } else if matches!(effect, Effect::VerifyLive { .. } | Effect::Finish { .. }) {
        postpone(operation, failure);
    } else {
        give_up(operation, failure);
    }
    Vec::new()
}

/// Before the commit point there is nothing to withdraw, but for a recovery: there the app works in the database again,
/// and its work is worth more than an interrupted restore.
pub(in crate::plans) fn give_up(operation: &mut Operation, failure: Failure) {
    match pending(operation) {
        Some(intent) if operation.moment == Moment::Recovery => withdraw(operation, &intent, failure),
        _ => stop(operation, failure),
    }
}

/// The intent that a recovery was about to roll forward.
fn pending(operation: &Operation) -> Option<Intent> {
    let mut effects = operation.remaining.iter().map(|step| &step.effect);
    effects.find_map(|effect| if let Effect::Swap { intent } = effect { Some(intent.clone()) } else { None })
}

/// It can be neither withdrawn nor finished now.
fn postpone(operation: &mut Operation, failure: Failure) {
    operation.remaining.clear();
    operation.unfinished = true;
    let decided = "The restore is decided; it will be finished at the next start";
    // What stands in the way stays there until somebody moves it.
    let first = if failure.kind == FailureKind::Foreign { format!("{}. ", failure.remedy) } else { String::new() };
    operation.failure = Some(Failure { remedy: format!("{first}{decided}"), ..failure });
}

/// Nobody can know whether a failed commit is durable, so the intent is withdrawn before a staged file may go. A
/// recovery goes on with the rest of its work. Where some databases are swapped already the withdrawal is refused, and
/// the next recovery goes on.
fn withdraw(operation: &mut Operation, intent: &Intent, failure: Failure) {
    let mut plan = Plan::new().require(Effect::Withdraw { intent: intent.clone() });
    if operation.moment == Moment::Recovery {
        operation.failure = Some(failure);
        operation.remaining.retain(|step| !is_of_the_swap(&step.effect));
        for target in &intent.targets {
            plan = plan.always(Effect::Discard { path: target.staged.clone() });
        }
    } else {
        stop(operation, failure);
    }
    operation.remaining.splice(0..0, plan.steps);
}

/// A recovery has withdrawn an intent. It goes on; why it gave the restore up is a warning from here on.
pub(in crate::plans) fn given_up(operation: &mut Operation, intent: &Intent) {
    let Some(failure) = operation.failure.take() else { return };
    let one = intent.targets.len() == 1;
    let as_before = if one { "the database is as it was" } else { "the databases are as they were" };
    operation.warnings.push(format!(
        "the interrupted restore of {} was given up, and {as_before}: {}. Restore again if you want to",
        intent.source, failure.reason
    ));
}

const fn is_of_the_swap(effect: &Effect) -> bool {
    matches!(
        effect,
        Effect::Quiesce { .. }
            | Effect::Commit { .. }
            | Effect::Swap { .. }
            | Effect::VerifyLive { .. }
            | Effect::Finish { .. }
    )
}

/// What is remembered when a swap is done; recorded before its intent goes, so that it can be undone whatever happens
/// then. A recovery that comes here again remembers nothing twice.
pub(in crate::plans) fn restored(case: &Case<'_>, operation: &Operation, intent: &Intent) -> Vec<Change> {
    if operation.failure.is_some() {
        return Vec::new();
    }
    let mut changes = registered(case, intent);
    for target in &intent.targets {
        let back = target.undoes.and_then(|id| case.state.snapshots.get(&id));
        let is_damaged = back.is_some_and(|snapshot| snapshot.level == Level::Damaged);
        changes.extend(case.amended(&target.workspace, |workspace| {
            workspace.frozen = is_damaged.then(|| DAMAGED.to_owned());
            workspace.cliff_expected = true;
            workspace.unchanged_since = None;
        }));
    }
    match intent.purpose {
        Purpose::Restore => changes.extend(intent.targets.iter().filter_map(|target| pushed(case, intent, target))),
        Purpose::Undo => changes.extend(popped(case, intent)),
        Purpose::RollBack => {}
    }
    changes
}

/// The workspaces that a swap has added. What is known of the others stays.
pub(super) fn registered(case: &Case<'_>, intent: &Intent) -> Vec<Change> {
    let listed = intent.registry.iter().flatten();
    let new = listed.filter(|workspace| case.state.workspace(&workspace.id).is_none());
    new.cloned().map(Change::WorkspacePut).collect()
}

fn pushed(case: &Case<'_>, intent: &Intent, target: &IntentTarget) -> Option<Change> {
    let point = UndoPoint {
        workspace: target.workspace.clone(),
        operation: intent.operation,
        safeguard: target.safeguard,
        source: intent.source.clone(),
    };
    (case.state.newest_undo(&target.workspace) != Some(&point)).then_some(Change::UndoPushed(point))
}

/// The points that were undone, and with them those of workspaces that the same restore had added: they stay, and there
/// is nothing left to undo of them.
fn popped(case: &Case<'_>, intent: &Intent) -> Vec<Change> {
    let spent = |target: &IntentTarget| {
        let newest = case.state.newest_undo(&target.workspace)?;
        (target.undoes.is_some() && newest.safeguard == target.undoes).then_some(newest)
    };
    let spent: Vec<&UndoPoint> = intent.targets.iter().filter_map(spent).collect();
    let Some(first) = spent.first() else { return Vec::new() };
    let with_it = case.state.undone_with(first).into_iter().filter(|point| point.safeguard.is_none());
    spent.iter().copied().chain(with_it).map(|point| Change::UndoPopped(point.workspace.clone())).collect()
}
