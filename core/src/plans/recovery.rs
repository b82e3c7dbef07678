//! Recovery: whatever was interrupted is finished or undone, by a new plan from the state and from what is really on
//! disk. With an empty state the same plan rebuilds a lost catalog.
//!
//! A scan comes first. A committed swap is rolled forward. Our leftovers are swept. A second name of one file, which
//! an interrupted publication leaves, is dropped. Files that the state does not know, or that changed, are identified;
//! snapshots whose files are gone are forgotten, and said to be.

mod files;
mod registry;

use super::{Case, restore};
use crate::change::Change;
use crate::effect::Effect;
use crate::model::{Found, Intent, Inventory, ReadIntent};
use crate::names;
use crate::outcome::Yield;
use crate::plan::Plan;
use crate::state::{Moment, Operation};

pub(crate) fn begin(case: &Case<'_>) -> (Operation, Vec<Change>) {
    let mut operation = case.operation(Moment::Recovery, Plan::new().require(Effect::Scan));
    if let Some(interrupted) = &case.state.operation {
        let word = interrupted.moment.word();
        operation.warnings.push(format!("the last {word} was interrupted; it was cleaned up and nothing was lost"));
    }
    (operation, Vec::new())
}

pub(super) fn learn(case: &Case<'_>, operation: &mut Operation, effect: &Effect, learnt: &Yield) -> Vec<Change> {
    match (effect, learnt) {
        (Effect::Scan, Yield::Scanned(inventory)) => scanned(case, operation, inventory),
        (Effect::Identify { workspace, file }, Yield::Identified(found)) => {
            files::identified(case, operation, workspace, file, found)
        }
        (Effect::Verify { file, .. }, Yield::Verified(found)) => {
            restore::staged_checked(operation, file, found, &found.problems);
            Vec::new()
        }
        (Effect::Finish { intent }, _) => restore::restored(case, operation, intent),
        _ => Vec::new(),
    }
}

fn scanned(case: &Case<'_>, operation: &mut Operation, inventory: &Inventory) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut plan = registry::reconcile(case, operation, &inventory.registry, &mut changes);
    // Workspaces that the registry has just told us of have files too.
    let mut state = case.state.clone();
    changes.iter().for_each(|change| state.apply(change));
    let case = &Case { state: &state, ..*case };
    plan = plan.then(finish_swap(operation, &inventory.intent));
    plan = plan.then(sweep(inventory));
    plan = plan.then(files::reconcile(case, operation, inventory, &mut changes));
    plan = plan.then(sweep_export(case));
    operation.remaining = plan.steps;
    changes
}

/// An interrupted export left its temporary file in a folder of the user's, where no scan looks.
fn sweep_export(case: &Case<'_>) -> Plan {
    let Some(interrupted) = &case.state.operation else {
        return Plan::new();
    };
    let exports = interrupted.remaining.iter().filter_map(|step| {
        if let Effect::Export { to, .. } = &step.effect { Some(names::temporary(to, interrupted.number)) } else { None }
    });
    exports.fold(Plan::new(), |plan, path| plan.attempt(Effect::Discard { path }))
}

fn finish_swap(operation: &mut Operation, intent: &ReadIntent) -> Plan {
    match intent {
        ReadIntent::None => Plan::new(),
        ReadIntent::Invalid(reason) => {
            operation.warnings.push(format!("a restore was not decided when it was interrupted ({reason})"));
            Plan::new().attempt(Effect::Discard { path: names::INTENT.into() })
        }
        ReadIntent::Committed(intent) => {
            operation.warnings.push(format!("the restore of {} was interrupted and has been finished", intent.source));
            roll_forward(intent)
        }
    }
}

fn roll_forward(intent: &Intent) -> Plan {
    Plan::new()
        .require(Effect::Swap { intent: intent.clone() })
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
