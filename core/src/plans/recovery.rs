//! Recovery: whatever was interrupted is finished or undone, by a new plan from the state and from what is really on
//! disk. With an empty state the same plan rebuilds a lost catalog.
//!
//! A scan comes first. A committed swap is rolled forward. Our leftovers are swept. A second name of one file, which
//! an interrupted publication leaves, is dropped. Files that the state does not know, or that changed, are identified;
//! snapshots whose files are gone are forgotten, and said to be.

mod files;
mod registry;
mod roll_forward;

use super::{Case, manual, register, restore};
use crate::change::Change;
use crate::effect::Effect;
use crate::model::{Found, Inventory, ReadIntent, Snapshot};
use crate::names;
use crate::outcome::Yield;
use crate::plan::{Mode, Plan};
use crate::state::{Moment, Operation};

pub(crate) fn begin(case: &Case<'_>) -> (Operation, Vec<Change>) {
    let plan = Plan::new().require(Effect::Scan).then(resume(case));
    let mut operation = case.operation(Moment::Recovery, plan);
    if let Some(interrupted) = &case.state.operation {
        let word = interrupted.moment.word();
        operation.warnings.push(format!("the last {word} was interrupted; it has been cleaned up"));
        operation.drafts = pinned(interrupted);
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
        (Effect::WriteManifest { snapshot, .. }, _) => manual::repinned(case, operation, *snapshot),
        (Effect::Look { database }, Yield::Looked(live)) => {
            roll_forward::looked(case, operation, database, live);
            Vec::new()
        }
        (Effect::VerifyLive { intent }, _) => {
            if operation.failure.is_none() {
                let text = format!("the restore of {} was interrupted and has been finished", intent.source);
                operation.warnings.push(text);
            }
            restore::restored(case, operation, intent)
        }
        (Effect::Withdraw { intent }, _) => {
            restore::given_up(operation, intent);
            Vec::new()
        }
        // Safeguards, and the way back after a swap.
        _ => restore::learn(case, operation, effect, learnt),
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
    changes.extend(files::allowed(case, inventory).map(Change::PolicySet));
    let files = files::reconcile(case, operation, inventory, &mut changes);
    let swap = finish_swap(case, operation, inventory);
    // Where a swap needs safeguards first, every file that could hold their names must be known.
    let (before, after) = if operation.parts.is_empty() { (Plan::new(), files) } else { (files, Plan::new()) };
    plan = plan.then(before).then(swap).then(sweep(inventory)).then(after);
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
/// looks, and so do the staged databases of workspaces that were to be added; what an interrupted recovery had still to
/// sweep; which old backup was being removed; and a change of the registry, or of a pin, was the user's wish, which is
/// done again.
fn resume(case: &Case<'_>) -> Plan {
    let Some(interrupted) = &case.state.operation else {
        return Plan::new();
    };
    let mut plan = Plan::new();
    for step in &interrupted.remaining {
        match (&interrupted.moment, &step.effect) {
            (_, Effect::Export { to, .. }) => {
                plan = plan.attempt(Effect::Discard { path: names::temporary(to, interrupted.number) });
            }
            (Moment::Register(_), Effect::WriteRegistry { .. })
            | (Moment::Manual(..) | Moment::Recovery, Effect::WriteManifest { .. }) => {
                plan = plan.attempt(step.effect.clone());
            }
            // A file that was removed or overwritten already leaves a manifest; what is still there is judged anew.
            (_, Effect::Discard { path }) if names::is_manifest(path) => plan = plan.attempt(step.effect.clone()),
            (_, Effect::Remove { .. }) => plan = plan.attempt(step.effect.clone()),
            (Moment::Recovery, Effect::Discard { path })
                if step.mode == Mode::Attempt && path.file_name().is_some_and(names::is_unpublished) =>
            {
                plan = plan.attempt(step.effect.clone());
            }
            _ => {}
        }
    }
    interrupted.newcomers.iter().fold(plan, |plan, newcomer| {
        let (live, number) = (&newcomer.database, interrupted.number);
        plan.attempt(Effect::Discard { path: names::staged_beside(live, number) })
            .attempt(Effect::Discard { path: names::staged_back(live, number) })
    })
}

/// The snapshots of which a pin was being changed, as their manifests are to tell it.
fn pinned(interrupted: &Operation) -> Vec<Snapshot> {
    let is_meant = |draft: &&Snapshot| {
        let mut effects = interrupted.remaining.iter().map(|step| &step.effect);
        effects.any(|effect| matches!(effect, Effect::WriteManifest { snapshot, .. } if *snapshot == draft.id))
    };
    interrupted.drafts.iter().filter(is_meant).cloned().collect()
}

fn finish_swap(case: &Case<'_>, operation: &mut Operation, inventory: &Inventory) -> Plan {
    match &inventory.intent {
        ReadIntent::None => Plan::new(),
        ReadIntent::Invalid(reason) => {
            operation.warnings.push(format!("a restore was not decided when it was interrupted ({reason})"));
            Plan::new().attempt(Effect::Discard { path: names::INTENT.into() })
        }
        ReadIntent::Committed(intent) => roll_forward::plan(case, operation, intent, inventory),
    }
}

/// Everything staged is swept, but for what a committed swap still needs; that is gone when its turn comes.
fn sweep(inventory: &Inventory) -> Plan {
    inventory.files.iter().fold(Plan::new(), |plan, found| match found {
        Found::Leftover { path } => plan.attempt(Effect::Discard { path: path.clone() }),
        Found::Slot { .. } | Found::Manifest { .. } => plan,
    })
}
