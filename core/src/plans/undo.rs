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
    let Some(newest) = case.newest_undo(id) else {
        return Err(Refusal::new("there is no restore to undo", CHOOSE));
    };
    let mut operation = case.operation(Moment::Undo(id.clone()), Plan::new());
    for point in case.undone_with(newest) {
        add(case, &mut operation, point)?;
    }
    if operation.parts.is_empty() {
        let source = &newest.source;
        return Err(Refusal::new(
            format!("before {source} was restored there was no database, so there is nothing to go back to"),
            CHOOSE,
        ));
    }
    operation.remaining = restore::check(case, &operation).steps;
    Ok((operation, Vec::new()))
}

fn add(case: &Case<'_>, operation: &mut Operation, point: &UndoPoint) -> Result<(), Refusal> {
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
    restore::candidate(case, workspace, &source, operation.number, true)?;
    operation.parts.push(Part::new(workspace, Some(source)));
    Ok(())
}
