//! A plain database file for the user: copy to staging, verify, publish at the user's path.

use camino::Utf8Path;

use super::copying::{self, CopyNews};
use super::{Case, stop};
use crate::change::Change;
use crate::effect::Effect;
use crate::model::WorkspaceId;
use crate::outcome::Yield;
use crate::state::{Moment, Operation};
use crate::transition::Begun;

pub(crate) fn begin(case: &Case<'_>, id: &WorkspaceId, to: &Utf8Path, replace: bool) -> Begun {
    let workspace = case.workspace(id)?;
    let staged = copying::staged(case, workspace);
    let plan = copying::take(case, workspace)
        .require(Effect::Export { staged: staged.clone(), to: to.to_owned(), replace })
        .always(Effect::Discard { path: staged });
    Ok((case.operation(Moment::Export(id.clone()), plan), Vec::new()))
}

pub(super) fn learn(
    case: &Case<'_>,
    operation: &mut Operation,
    id: &WorkspaceId,
    effect: &Effect,
    learnt: &Yield,
) -> Vec<Change> {
    let Some(workspace) = case.state.workspace(id) else {
        return Vec::new();
    };
    if let CopyNews::Bad(problems) = copying::gather(case, operation, workspace, effect, learnt) {
        stop(operation, copying::bad_copy(workspace, &problems));
    }
    Vec::new()
}
