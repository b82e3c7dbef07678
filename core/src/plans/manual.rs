//! A snapshot on request, perhaps pinned under a name. Asking for one also says that the data are as they should be:
//! it ends a freeze.

use super::copying::{self, News};
use super::{Case, startup};
use crate::change::Change;
use crate::effect::Effect;
use crate::model::{Base, Snapshot, SnapshotId, Trigger, Workspace, WorkspaceId};
use crate::names;
use crate::outcome::Yield;
use crate::plan::Plan;
use crate::state::{Moment, Operation};
use crate::transition::{Begun, Refusal};

pub(crate) fn begin(case: &Case<'_>, id: &WorkspaceId, pin: Option<String>) -> Begun {
    let workspace = case.workspace(id)?;
    check_name(pin.as_deref())?;
    let staged = copying::staged(case, workspace);
    let slot = copying::free(case, workspace, Base::Manual, case.now.date());
    let mut draft = copying::draft(case, workspace, 0, slot, Trigger::Manual);
    draft.pin.clone_from(&pin);
    let plan = Plan::new()
        .require(Effect::Look { database: workspace.database.clone() })
        .then(copying::take(case, workspace))
        .then(copying::publish(workspace, &draft, staged.clone(), false))
        .always(Effect::Discard { path: staged });
    let mut operation = case.operation(Moment::Manual(id.clone(), pin), plan);
    operation.drafts = vec![draft];
    Ok((operation, Vec::new()))
}

/// Pins a snapshot, or takes its pin off. The manifest says so too, so that a lost catalog loses no pin.
pub(crate) fn change_pin(case: &Case<'_>, id: SnapshotId, pin: Option<String>) -> Begun {
    check_name(pin.as_deref())?;
    let Some(snapshot) = case.state.snapshots.get(&id) else {
        return Err(Refusal::new(format!("there is no snapshot {id}"), "`list` shows those that there are"));
    };
    let workspace = case.workspace(&snapshot.workspace)?;
    let manifest = names::manifest(workspace, id);
    let plan = Plan::new().require(Effect::WriteManifest { snapshot: id, manifest });
    let mut operation = case.operation(Moment::Manual(workspace.id.clone(), pin.clone()), plan);
    operation.drafts = vec![Snapshot { pin, ..snapshot.clone() }];
    Ok((operation, Vec::new()))
}

fn check_name(pin: Option<&str>) -> Result<(), Refusal> {
    match pin {
        Some(name) if name.trim().is_empty() || name.chars().count() > 80 || name.chars().any(char::is_control) => {
            Err(Refusal::new("a pin's name has 1 to 80 printable characters", "Choose another name"))
        }
        _ => Ok(()),
    }
}

/// The snapshot has the pin that its manifest tells now.
pub(super) fn repinned(case: &Case<'_>, operation: &Operation, id: SnapshotId) -> Vec<Change> {
    let draft = operation.drafts.iter().find(|draft| draft.id == id);
    let changed = draft.zip(case.state.snapshots.get(&id));
    let put = changed.map(|(draft, known)| Snapshot { pin: draft.pin.clone(), ..known.clone() });
    put.map(|snapshot| Change::SnapshotPut(Box::new(snapshot))).into_iter().collect()
}

pub(super) fn learn(
    case: &Case<'_>,
    operation: &mut Operation,
    workspace: &Workspace,
    effect: &Effect,
    learnt: &Yield,
) -> Vec<Change> {
    if let Effect::WriteManifest { snapshot, .. } = effect {
        return repinned(case, operation, *snapshot);
    }
    match copying::gather(case, operation, workspace, effect, learnt) {
        News::Nothing => Vec::new(),
        News::Good => startup::thawed(case, workspace),
        News::Unusable(failure) | News::Bad(failure) => startup::damaged(case, operation, workspace, failure),
    }
}
