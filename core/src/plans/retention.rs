//! After something was published: what the policy no longer needs is removed, last of all, one attempt each.

use std::collections::BTreeSet;

use super::Case;
use crate::effect::Effect;
use crate::model::WorkspaceId;
use crate::names;
use crate::plan::Plan;
use crate::policy::Verdict;
use crate::state::{Moment, Operation};

/// Adds the removals to an operation that published something and did not fail. Nothing is removed while rotation is
/// frozen.
pub(super) fn plan(case: &Case<'_>, operation: &mut Operation) {
    if operation.failure.is_some() || operation.moment == Moment::Recovery {
        return;
    }
    let published = operation.published.iter().filter_map(|id| case.state.snapshots.get(id));
    let workspaces: BTreeSet<&WorkspaceId> = published.map(|snapshot| &snapshot.workspace).collect();
    for id in workspaces {
        if case.state.workspace(id).is_some_and(|workspace| workspace.frozen.is_none()) {
            operation.remaining.extend(removals(case, id).steps);
        }
    }
}

fn removals(case: &Case<'_>, id: &WorkspaceId) -> Plan {
    let Some(workspace) = case.state.workspace(id) else {
        return Plan::new();
    };
    let verdicts = case.state.verdicts(id, &case.state.policy, case.now);
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
