//! A snapshot is damaged, and its bytes are those that were published: nothing has decayed, the live database was damaged
//! already when it was copied, in a way that a quick check lets through. So all snapshots with that content are as bad,
//! and unless a newer one is proven the live database is still damaged: rotation is frozen, as for damage that is seen at
//! once, and the copies to come are checked in full until one is good.

use super::Case;
use crate::change::Change;
use crate::model::{Condition, Level, Snapshot, Workspace};
use crate::state::Operation;

/// What is thought of others now that this one is known to have been damaged when it was taken.
pub(super) fn spread(case: &Case<'_>, operation: &mut Operation, damaged: &Snapshot) -> Vec<Change> {
    let (Some(workspace), Condition::Suspect(reason)) = (case.state.workspace(&damaged.workspace), &damaged.condition)
    else {
        return Vec::new();
    };
    let suspect = |same: &Snapshot| Snapshot { condition: damaged.condition.clone(), ..same.clone() };
    let mut changes: Vec<Change> =
        same_content(case, damaged).map(|same| Change::SnapshotPut(Box::new(suspect(same)))).collect();
    if workspace.frozen.is_none() && !is_over(case, damaged) {
        operation.warnings.push(warning(case, workspace, damaged, reason));
        let frozen = format!("the database is not sound: {reason}");
        changes.extend(case.amended(&workspace.id, |workspace| workspace.frozen = Some(frozen)));
    }
    changes
}

fn same_content<'a>(case: &'a Case<'_>, damaged: &'a Snapshot) -> impl Iterator<Item = &'a Snapshot> {
    let of_workspace = case.state.snapshots_of(&damaged.workspace);
    of_workspace.filter(|other| other.is_good() && other.id != damaged.id && other.digest == damaged.digest)
}

/// Whether the live database was proven good after this was taken of it.
fn is_over(case: &Case<'_>, damaged: &Snapshot) -> bool {
    others(case, damaged).any(|other| other.id > damaged.id && other.level >= Level::Proven)
}

fn others<'a>(case: &'a Case<'_>, damaged: &'a Snapshot) -> impl Iterator<Item = &'a Snapshot> {
    let good = case.state.snapshots_of(&damaged.workspace).filter(|other| other.is_good());
    good.filter(|other| other.digest != damaged.digest)
}

fn warning(case: &Case<'_>, workspace: &Workspace, damaged: &Snapshot, reason: &str) -> String {
    let usable = |other: &&Snapshot| !other.is_from_the_future(case.now);
    let best = others(case, damaged).filter(usable).max_by_key(|other| (other.level >= Level::Proven, other.id));
    let back = match best {
        Some(best) => format!("`restore {}` brings back the last good backup", best.id),
        None => "there is no good backup of it; keep this file, and look for a copy on another disk".to_owned(),
    };
    format!(
        "the database of “{}” itself is damaged, and was when {} was taken of it: {reason}. Rotation is paused, so that \
         your older backups stay; {back}",
        workspace.name, damaged.id
    )
}
