//! What a restore would lose and bring back. Nothing is changed.

use super::{Case, restore, stop};
use crate::change::Change;
use crate::effect::Effect;
use crate::event::Source;
use crate::model::{Workspace, WorkspaceId};
use crate::outcome::Yield;
use crate::plan::Plan;
use crate::state::{Moment, Operation};
use crate::transition::Begun;

pub(crate) fn begin(case: &Case<'_>, id: &WorkspaceId, source: &Source) -> Begun {
    let workspace = case.workspace(id)?;
    let candidate = restore::candidate(case, workspace, source, false)?;
    let plan = Plan::new().require(candidate.check(workspace)).require(Effect::Compare {
        workspace: id.clone(),
        database: workspace.database.clone(),
        candidate: candidate.path,
    });
    Ok((case.operation(Moment::Preview(id.clone(), source.clone()), plan), Vec::new()))
}

pub(super) fn learn(
    case: &Case<'_>,
    operation: &mut Operation,
    workspace: &Workspace,
    source: &Source,
    effect: &Effect,
    learnt: &Yield,
) -> Vec<Change> {
    match (effect, learnt) {
        (Effect::Verify { file, .. }, Yield::Verified(found)) => {
            let problems = restore::problems(case, workspace, source, found);
            if problems.is_empty() {
                return Vec::new();
            }
            stop(operation, restore::unfit(file, &problems));
            restore::suspected(case, source, &problems)
        }
        (_, Yield::Compared(differences)) => {
            operation.differences = Some(differences.clone());
            Vec::new()
        }
        _ => Vec::new(),
    }
}
