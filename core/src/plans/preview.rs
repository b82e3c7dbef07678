//! What a restore would lose and bring back. Nothing is changed.

use camino::Utf8PathBuf;

use super::{Case, import, restore, stop};
use crate::change::Change;
use crate::effect::{Depth, Effect};
use crate::event::Source;
use crate::model::{Workspace, WorkspaceId};
use crate::outcome::Yield;
use crate::plan::Plan;
use crate::state::{Moment, Operation};
use crate::transition::Begun;

pub(crate) fn begin(case: &Case<'_>, id: &WorkspaceId, source: &Source) -> Begun {
    let workspace = case.workspace(id)?;
    let mut operation = case.operation(Moment::Preview(id.clone(), source.clone()), Plan::new());
    let candidate = restore::candidate(case, workspace, source, operation.number, false)?;
    operation.remaining = match source {
        Source::Archive { path, accept_edited, .. } => import::read(operation.number, path, *accept_edited),
        Source::Snapshot(_) | Source::File(_) => steps(workspace, candidate.path, candidate.depth),
    }
    .steps;
    Ok((operation, Vec::new()))
}

/// Checks the candidate before it is compared.
pub(super) fn steps(workspace: &Workspace, candidate: Utf8PathBuf, depth: Depth) -> Plan {
    let (id, database) = (workspace.id.clone(), workspace.database.clone());
    let check = Effect::Verify { workspace: id.clone(), file: candidate.clone(), depth };
    Plan::new().require(check).require(Effect::Compare { workspace: id, database, candidate })
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
        (Effect::Inspect { archive, .. }, Yield::Inspected(found)) => {
            import::inspected(case, operation, archive, found);
        }
        (Effect::Import { archive, .. }, Yield::Imported(built)) => import::imported(operation, archive, built),
        (Effect::Verify { file, .. }, Yield::Verified(found)) => {
            let found = restore::found_of(case, source, found);
            let problems = restore::problems(case, operation, workspace, source, &found);
            if !problems.is_empty() {
                let failure = restore::unfit(operation, workspace, file, &problems);
                stop(operation, failure);
                return restore::suspected(case, source, &problems);
            }
        }
        (_, Yield::Compared(differences)) => operation.differences = Some(differences.clone()),
        _ => {}
    }
    Vec::new()
}
