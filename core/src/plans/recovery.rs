//! Recovery: whatever was interrupted is finished or undone, by a new plan from the state and from what is really on
//! disk. With an empty state the same plan rebuilds a lost catalog.
//!
//! A scan comes first. A committed swap is rolled forward. Our leftovers are swept. A second name of one file, which
//! an interrupted publication leaves, is dropped. Files that the state does not know, or that changed, are identified;
//! snapshots whose files are gone are forgotten, and said to be.

mod files;
mod registry;

use camino::Utf8Path;

use super::{Case, register, restore};
use crate::change::Change;
use crate::effect::Effect;
use crate::model::{Found, Intent, Inventory, ReadIntent};
use crate::names;
use crate::outcome::Yield;
use crate::plan::Plan;
use crate::state::{Moment, Operation};

pub(crate) fn begin(case: &Case<'_>) -> (Operation, Vec<Change>) {
    let plan = Plan::new().require(Effect::Scan).then(resume(case));
    let mut operation = case.operation(Moment::Recovery, plan);
    if let Some(interrupted) = &case.state.operation {
        let word = interrupted.moment.word();
        operation.warnings.push(format!("the last {word} was interrupted; it has been cleaned up"));
    }
    (operation, Vec::new())
}

pub(super) fn learn(case: &Case<'_>, operation: &mut Operation, effect: &Effect, learnt: &Yield) -> Vec<Change> {
    match (effect, learnt) {
        (Effect::Scan, Yield::Scanned(inventory)) => scanned(case, operation, inventory),
        (Effect::Identify { workspace, file }, Yield::Identified(found)) => {
            files::identified(case, operation, workspace, file, found)
        }
        (Effect::WriteRegistry { .. }, _) => register::learn(case, effect),
        (Effect::Verify { file, .. }, Yield::Verified(found)) => {
            restore::staged_checked(operation, file, found, &found.problems);
            Vec::new()
        }
        (Effect::Look { database }, Yield::Looked(live)) => {
            if let Some(workspace) = case.state.workspaces.iter().find(|workspace| workspace.database == *database) {
                restore::looked_again(operation, workspace, live);
            }
            Vec::new()
        }
        (Effect::VerifyLive { intent }, _) => {
            if operation.failure.is_none() {
                let text = format!("the restore of {} was interrupted and has been finished", intent.source);
                operation.warnings.push(text);
            }
            restore::restored(case, operation, intent)
        }
        _ => Vec::new(),
    }
}

fn scanned(case: &Case<'_>, operation: &mut Operation, inventory: &Inventory) -> Vec<Change> {
    let mut changes = Vec::new();
    operation.reserved = first_free_id(inventory);
    let mut plan = registry::reconcile(case, operation, inventory, &mut changes);
    // Workspaces that the registry has just told us of have files too.
    let mut state = case.state.clone();
    changes.iter().for_each(|change| state.apply(change));
    let case = &Case { state: &state, ..*case };
    plan = plan.then(finish_swap(operation, inventory));
    plan = plan.then(sweep(inventory));
    plan = plan.then(files::reconcile(case, operation, inventory, &mut changes));
    operation.remaining.splice(0..0, plan.steps);
    changes
}

/// Manifests outlive a lost catalog; their ids stay theirs.
fn first_free_id(inventory: &Inventory) -> u64 {
    let ids = inventory.files.iter().map(|found| match found {
        Found::Manifest { id, .. } => id.0 + 1,
        Found::Slot { .. } | Found::Leftover { .. } => 0,
    });
    ids.max().unwrap_or_default()
}

/// What only the interrupted operation knows: an export's temporary file lies in a folder of the user's, where no scan
/// looks; and a change of the registry was the user's wish, which is done again.
fn resume(case: &Case<'_>) -> Plan {
    let Some(interrupted) = &case.state.operation else {
        return Plan::new();
    };
    let mut plan = Plan::new();
    for step in &interrupted.remaining {
        if let Effect::Export { to, .. } = &step.effect {
            plan = plan.attempt(Effect::Discard { path: names::temporary(to, interrupted.number) });
        } else if matches!((&interrupted.moment, &step.effect), (Moment::Register(_), Effect::WriteRegistry { .. })) {
            plan = plan.attempt(step.effect.clone());
        }
    }
    plan
}

fn finish_swap(operation: &mut Operation, inventory: &Inventory) -> Plan {
    match &inventory.intent {
        ReadIntent::None => Plan::new(),
        ReadIntent::Invalid(reason) => {
            operation.warnings.push(format!("a restore was not decided when it was interrupted ({reason})"));
            Plan::new().attempt(Effect::Discard { path: names::INTENT.into() })
        }
        ReadIntent::Committed(intent) => roll_forward(intent, inventory),
    }
}

/// Before the rename the app must let go of the old database; after it, it may be at work in the new one already.
fn roll_forward(intent: &Intent, inventory: &Inventory) -> Plan {
    let waits = |staged: &Utf8Path| inventory.files.contains(&Found::Leftover { path: staged.to_owned() });
    let waiting = intent.targets.iter().filter(|target| waits(&target.staged));
    let plan = waiting.fold(Plan::new(), |plan, target| {
        plan.require(Effect::Quiesce { workspace: target.workspace.clone(), database: target.live.clone() })
    });
    plan.require(Effect::Swap { intent: intent.clone() })
        .require(Effect::VerifyLive { intent: intent.clone() })
        .require(Effect::Finish { intent: intent.clone() })
}

/// Everything staged is swept, but for what a committed swap still needs; that is gone when its turn comes.
fn sweep(inventory: &Inventory) -> Plan {
    inventory.files.iter().fold(Plan::new(), |plan, found| match found {
        Found::Leftover { path } => plan.attempt(Effect::Discard { path: path.clone() }),
        Found::Slot { .. } | Found::Manifest { .. } => plan,
    })
}
