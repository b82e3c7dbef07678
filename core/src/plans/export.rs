//! A plain database file for the user: copy to staging, verify, publish at the user's path.

use camino::Utf8Path;

use super::copying::{self, News};
use super::{Case, stop};
use crate::change::Change;
use crate::effect::Effect;
use crate::model::{Workspace, WorkspaceId};
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
    workspace: &Workspace,
    effect: &Effect,
    learnt: &Yield,
) -> Vec<Change> {
    if let News::Bad(failure) = copying::gather(case, operation, workspace, effect, learnt) {
        stop(operation, failure);
    }
    Vec::new()
}
