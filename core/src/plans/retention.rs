//! After something was published: what the policy no longer needs is removed, last of all, one attempt each.

use super::Case;
use crate::effect::Effect;
use crate::model::{Snapshot, WorkspaceId};
use crate::names;
use crate::plan::Plan;
use crate::policy::{Verdict, retain};
use crate::state::Operation;

/// Adds the removals to an operation that published something and did not fail. Nothing is removed while rotation is
/// frozen.
pub(super) fn plan(case: &Case<'_>, operation: &mut Operation) {
    let Some(workspace) = operation.moment.workspace().cloned() else {
        return;
    };
    let frozen = case.state.workspace(&workspace).is_none_or(|workspace| workspace.frozen.is_some());
    if operation.failure.is_some() || operation.published.is_empty() || frozen {
        return;
    }
    operation.remaining.extend(removals(case, &workspace).steps);
}

fn removals(case: &Case<'_>, id: &WorkspaceId) -> Plan {
    let Some(workspace) = case.state.workspace(id) else {
        return Plan::new();
    };
    let snapshots: Vec<&Snapshot> = case.state.snapshots_of(id).collect();
    let verdicts = retain(&snapshots, &case.undo_safeguards(id), &case.state.policy, case.now);
    let removed = verdicts.iter().filter(|(_, verdict)| matches!(verdict, Verdict::Remove(_)));
    let snapshots = removed.filter_map(|(id, _)| case.state.snapshots.get(id));
    snapshots.fold(Plan::new(), |plan, snapshot| {
        plan.attempt(Effect::Remove {
            snapshot: snapshot.id,
            path: names::slot(workspace, snapshot.slot),
            manifest: names::manifest(workspace, snapshot.id),
            stamp: snapshot.stamp,
        })
    })
}
