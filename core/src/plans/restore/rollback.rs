//! The way back when what was swapped in turns out bad on the disk: the safeguards of all databases are swapped back in,
//! under one intent again.

use super::super::{Case, stop};
use super::swap::registered;
use crate::change::Change;
use crate::effect::{Depth, Effect};
use crate::model::{Intent, IntentTarget, Level, Purpose, Snapshot, Workspace, WorkspaceId};
use crate::names;
use crate::outcome::Failure;
use crate::plan::Plan;
use crate::state::Operation;

/// Where one database has no safeguard, or the way back failed too, the new files stay where they are and rotation is
/// frozen, so that no good snapshot is lost over them.
pub(super) fn roll_back(case: &Case<'_>, operation: &mut Operation, intent: &Intent, failure: Failure) -> Vec<Change> {
    let plan = if operation.failure.is_none() { plan(case, operation, intent) } else { None };
    let mut changes = if plan.is_none() { registered(case, intent) } else { Vec::new() };
    changes.extend(frozen(case, intent, &failure));
    let plan = plan.unwrap_or_else(|| Plan::new().attempt(Effect::Finish { intent: intent.clone() }));
    for part in &mut operation.parts {
        part.live = None;
    }
    stop(operation, failure);
    operation.remaining.splice(0..0, plan.steps);
    changes
}

fn frozen(case: &Case<'_>, intent: &Intent, failure: &Failure) -> Vec<Change> {
    let freeze = |id: &WorkspaceId| case.amended(id, |w| w.frozen = Some(failure.reason.clone()));
    intent.targets.iter().filter_map(|target| freeze(&target.workspace)).collect()
}

/// A database that comes back.
struct Back<'a> {
    workspace: &'a Workspace,
    safeguard: &'a Snapshot,
    target: IntentTarget,
}

fn plan(case: &Case<'_>, operation: &Operation, intent: &Intent) -> Option<Plan> {
    let is_newcomer = |target: &IntentTarget| {
        intent.registry.is_some() && target.live_stamp.is_none() && case.state.workspace(&target.workspace).is_none()
    };
    let (newcomers, ours): (Vec<&IntentTarget>, Vec<_>) = intent.targets.iter().partition(|target| is_newcomer(target));
    let ours: Vec<Back<'_>> = ours.into_iter().map(|target| back(case, operation, target)).collect::<Option<_>>()?;
    let shown: Vec<String> = ours.iter().map(|back| back.safeguard.id.to_string()).collect();
    let noun = if ours.len() == 1 { "the database" } else { "the databases" };
    let back = Intent {
        operation: intent.operation,
        purpose: Purpose::RollBack,
        source: format!("{} ({noun} before the failed restore)", shown.join(", ")),
        targets: ours.iter().map(|back| back.target.clone()).collect(),
        registry: intent.registry.is_some().then(|| case.state.workspaces.clone()),
    };
    let plan = ours.iter().fold(Plan::new(), |plan, back| plan.then(stage(back)));
    let looks = ours.iter().map(|back| Effect::Look { database: back.target.live.clone() });
    let plan = looks
        .fold(plan, Plan::require)
        .require(Effect::Commit { intent: back.clone() })
        .require(Effect::Swap { intent: back.clone() })
        .require(Effect::VerifyLive { intent: back.clone() })
        .require(Effect::Finish { intent: back });
    Some(newcomers.into_iter().fold(plan, |plan, target| plan.then(take_away(operation, target))))
}

fn back<'a>(case: &'a Case<'_>, operation: &Operation, target: &IntentTarget) -> Option<Back<'a>> {
    let safeguard = case.state.snapshots.get(&target.safeguard?).filter(|snapshot| snapshot.level >= Level::Sound)?;
    let staged = names::staged_back(&target.live, operation.number);
    let target = IntentTarget { staged, safeguard: None, undoes: None, digest: String::new(), ..target.clone() };
    Some(Back { workspace: case.state.workspace(&target.workspace)?, safeguard, target })
}

fn stage(back: &Back<'_>) -> Plan {
    let (workspace, staged) = (back.workspace.id.clone(), back.target.staged.clone());
    let from = names::slot(back.workspace, back.safeguard.slot);
    let journal_mode = back.safeguard.facts.journal_mode.clone();
    Plan::new().require(Effect::Stage { from, to: staged.clone(), journal_mode }).require(Effect::Verify {
        workspace,
        file: staged,
        depth: Depth::Sound,
    })
}

/// A database that was added, and is in no registry any more.
fn take_away(operation: &Operation, target: &IntentTarget) -> Plan {
    let aside = names::staged_back(&target.live, operation.number);
    Plan::new()
        .always(Effect::SetAside { from: target.live.clone(), to: aside.clone() })
        .always(Effect::Discard { path: aside })
}
