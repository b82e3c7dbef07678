//! Back to the state before the last restore, several deep. An undo is a restore of the safeguard, with a safeguard of
//! its own; it takes one point off the pile and puts none on it.

use super::{Case, restore};
use crate::change::Change;
use crate::effect::Effect;
use crate::event::Source;
use crate::model::{Workspace, WorkspaceId};
use crate::outcome::Yield;
use crate::state::{Moment, Operation, UndoPoint};
use crate::transition::{Begun, Refusal};

pub(crate) fn begin(case: &Case<'_>, id: &WorkspaceId) -> Begun {
    let workspace = case.workspace(id)?;
    let candidate = restore::candidate(case, workspace, &source(case, id)?, true)?;
    Ok((case.operation(Moment::Undo(id.clone()), restore::check(workspace, &candidate)), Vec::new()))
}

fn source(case: &Case<'_>, id: &WorkspaceId) -> Result<Source, Refusal> {
    let Some(point) = newest_point(case, id) else {
        return Err(Refusal::new("there is no restore to undo", "`list` shows every snapshot that can be restored"));
    };
    let Some(safeguard) = point.safeguard else {
        return Err(Refusal::new(
            format!("before {} was restored there was no database, so there is nothing to go back to", point.source),
            "`list` shows every snapshot that can be restored",
        ));
    };
    if case.state.snapshots.contains_key(&safeguard) {
        Ok(Source::Snapshot(safeguard))
    } else {
        Err(Refusal::new(
            format!("the safeguard {safeguard} of the last restore is no longer there"),
            "`list` shows every snapshot that can be restored",
        ))
    }
}

fn newest_point<'a>(case: &'a Case<'_>, id: &WorkspaceId) -> Option<&'a UndoPoint> {
    case.state.undo.iter().rev().find(|point| point.workspace == *id)
}

pub(super) fn learn(
    case: &Case<'_>,
    operation: &mut Operation,
    workspace: &Workspace,
    effect: &Effect,
    learnt: &Yield,
) -> Vec<Change> {
    match newest_point(case, &workspace.id).and_then(|point| point.safeguard) {
        Some(safeguard) => restore::learn(case, operation, workspace, &Source::Snapshot(safeguard), effect, learnt),
        None => Vec::new(),
    }
}
