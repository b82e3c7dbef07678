//! Back to the state before the last restore, several deep. An undo is a restore of the safeguard, with a safeguard of
//! its own; it takes one point off the pile and puts none on it. Workspaces that were restored together go back together.

use super::{Case, restore};
use crate::event::Source;
use crate::model::WorkspaceId;
use crate::plan::Plan;
use crate::state::{Moment, Operation, Part, UndoPoint};
use crate::transition::{Begun, Refusal};

const CHOOSE: &str = "`list` shows every snapshot that can be restored";

pub(crate) fn begin(case: &Case<'_>, id: &WorkspaceId) -> Begun {
    case.workspace(id)?;
    let Some(newest) = case.state.newest_undo(id) else {
        return Err(Refusal::new("there is no restore to undo", CHOOSE));
    };
    let mut operation = case.operation(Moment::Undo(id.clone()), Plan::new());
    let points = case.state.undone_with(newest);
    for point in &points {
        add(case, &mut operation, point, points.len() > 1)?;
    }
    if operation.parts.is_empty() {
        let source = &newest.source;
        let reason = match points.as_slice() {
            [_] => format!("before {source} was restored there was no database, so there is nothing to go back to"),
            _ => format!("nothing of {source} can be undone: {}", operation.warnings.join("; ")),
        };
        return Err(Refusal::new(reason, CHOOSE));
    }
    operation.remaining = restore::check(case, &operation).steps;
    Ok((operation, Vec::new()))
}

fn add(case: &Case<'_>, operation: &mut Operation, point: &UndoPoint, together: bool) -> Result<(), Refusal> {
    let workspace = case.workspace(&point.workspace)?;
    let Some(safeguard) = point.safeguard else {
        operation.warnings.push(format!(
            "there was no database of “{}” before {} was restored, so it stays as it is",
            workspace.name, point.source
        ));
        return Ok(());
    };
    if !case.state.snapshots.contains_key(&safeguard) {
        let reason = format!("the safeguard {safeguard} of “{}” is no longer there", workspace.name);
        return Err(Refusal::new(reason, CHOOSE));
    }
    let source = Source::Snapshot(safeguard);
    match restore::candidate(case, workspace, &source, operation.number, true) {
        Ok(_) => operation.parts.push(Part::new(workspace, Some(source))),
        // One database that was beyond reading keeps none of the others from going back.
        Err(refusal) if together => {
            operation.warnings.push(format!("“{}” stays as it is: {}", workspace.name, refusal.reason));
        }
        Err(refusal) => return Err(refusal),
    }
    Ok(())
}
