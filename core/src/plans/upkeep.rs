//! Nothing is due while the app runs: one snapshot of the workspace is checked in full, in place. It becomes proven, or is
//! found to have decayed while there are others to go back to.
//!
//! Nobody waits for it and anybody may interrupt it: then nothing is known that was not known before, and a later check
//! of the timer begins it again.

use super::Case;
use crate::change::Change;
use crate::effect::{Depth, Effect};
use crate::model::{Snapshot, Workspace};
use crate::names;
use crate::plan::Plan;
use crate::policy::next_look;
use crate::state::{Moment, Operation};

/// A due-check that found nothing due, and nothing wrong with the live database, goes on as upkeep.
pub(super) fn go_on(case: &Case<'_>, operation: &mut Operation, workspace: &Workspace) {
    let snapshots: Vec<&Snapshot> = case.state.snapshots_of(&workspace.id).collect();
    let Some(next) = next_look(snapshots, case.now) else { return };
    let file = names::slot(workspace, next.slot);
    let check = Plan::new().attempt(Effect::Verify { workspace: workspace.id.clone(), file, depth: Depth::Proven });
    operation.moment = Moment::Upkeep(workspace.id.clone());
    operation.remaining = check.steps;
}

/// A file that could not be read was tried all the same: it is said once, and not every minute.
pub(super) fn unreadable(case: &Case<'_>, operation: &Operation, effect: &Effect) -> Vec<Change> {
    match (&operation.moment, effect) {
        (Moment::Upkeep(_), Effect::Verify { file, .. }) => {
            let tried = case.at(file).map(|snapshot| snapshot.looked_at_now(case.now));
            tried.map(|snapshot| Change::SnapshotPut(Box::new(snapshot))).into_iter().collect()
        }
        _ => Vec::new(),
    }
}
