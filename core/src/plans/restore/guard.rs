//! Keeps what is live before it is swapped away: a verified snapshot of it, or, where it is damaged, its bytes.

use camino::Utf8Path;

use super::super::{Case, copying, slot_of};
use super::amend_targets;
use crate::change::Change;
use crate::effect::Effect;
use crate::model::{
    Act, Base, Condition, Level, LiveState, Slot, Snapshot, SnapshotId, Trigger, Workspace, WorkspaceId,
};
use crate::names;
use crate::outcome::Verification;
use crate::plan::{Mode, Plan};
use crate::state::Operation;

const SLOT: Slot = Slot::plain(Base::Before(Act::Restore));

/// Plans the safeguard of a part; its id is the part's from here on.
pub(in crate::plans) fn guard(
    case: &Case<'_>,
    operation: &mut Operation,
    workspace: &Workspace,
    live: &LiveState,
) -> Plan {
    let id = next_id(case, operation);
    let plan = match live {
        LiveState::Missing => return Plan::new(),
        LiveState::Damaged(_) => {
            operation.reserved = operation.reserved.max(id.0 + 1);
            keep_damaged(case, workspace)
        }
        LiveState::Plausible => {
            let draft = Snapshot { id, ..copying::draft(case, workspace, 0, SLOT, Trigger::Before(Act::Restore)) };
            let to = copying::staged_of(operation, workspace);
            // What is doubtful is not to come back as a sound backup.
            let depth = copying::depth(workspace);
            let plan = Plan::new()
                .require(Effect::Copy { database: workspace.database.clone(), to: to.clone() })
                .require(Effect::Verify { workspace: workspace.id.clone(), file: to.clone(), depth })
                .then(copying::publish_into_slot(case, workspace, &draft, &[], to, false));
            operation.drafts.push(draft);
            plan
        }
    };
    if let Some(part) = operation.part_at_mut(&workspace.database) {
        part.safeguard = Some(id);
    }
    plan
}

/// One operation can plan several before the state knows of the first.
fn next_id(case: &Case<'_>, operation: &Operation) -> SnapshotId {
    let drafted = operation.drafts.iter().map(|draft| draft.id.0 + 1).max().unwrap_or_default();
    SnapshotId(case.state.next_snapshot.max(operation.reserved).max(drafted))
}

fn keep_damaged(case: &Case<'_>, workspace: &Workspace) -> Plan {
    let slot = copying::free(case, workspace, Base::Damaged, case.now.date());
    let to = names::slot(workspace, slot);
    Plan::new().require(Effect::KeepDamaged { database: workspace.database.clone(), to })
}

/// The copy of the live database turned out bad, or could not be taken: its bytes are kept instead of a snapshot.
pub(in crate::plans) fn keep_damaged_instead(case: &Case<'_>, operation: &mut Operation, workspace: &Workspace) {
    operation.drafts.retain(|draft| draft.workspace != workspace.id);
    let (copy, slot) = (copying::staged_of(operation, workspace), names::slot(workspace, SLOT));
    operation.remaining.retain(|step| step.mode != Mode::Require || !guards(&step.effect, &copy, &slot));
    let steps = keep_damaged(case, workspace).steps;
    operation.remaining.splice(0..0, steps);
}

/// Whether an effect is one of those that make a snapshot of the copy.
fn guards(effect: &Effect, copy: &Utf8Path, slot: &Utf8Path) -> bool {
    if let Effect::KeepGeneration { from, .. } | Effect::SetAside { from, .. } = effect {
        return from == slot;
    }
    matches!(effect, Effect::Verify { file, .. } | Effect::Publish { staged: file, .. } if file == copy)
}

/// The damaged bytes are a snapshot of the lowest level, so that an undo can bring them back.
pub(in crate::plans) fn damage_kept(
    case: &Case<'_>,
    operation: &mut Operation,
    database: &Utf8Path,
    to: &Utf8Path,
    found: &Verification,
) -> Vec<Change> {
    let Some((workspace, slot)) = case.live_at(database).zip(slot_of(to)) else {
        return Vec::new();
    };
    let planned = operation.part_at(database).and_then(|part| part.safeguard);
    let id = planned.unwrap_or_else(|| next_id(case, operation));
    let kept = Snapshot {
        id,
        digest: found.digest.clone(),
        stamp: found.stamp,
        level: Level::Damaged,
        facts: found.facts.clone(),
        condition: Condition::Good,
        ..copying::draft(case, workspace, 0, slot, Trigger::Damage)
    };
    note_safeguard(operation, &workspace.id, id);
    vec![Change::SnapshotPut(Box::new(kept))]
}

/// The intents name what an undo brings back.
pub(in crate::plans) fn note_safeguard(operation: &mut Operation, workspace: &WorkspaceId, id: SnapshotId) {
    amend_targets(operation, |target| {
        if target.workspace == *workspace {
            target.safeguard = Some(id);
        }
    });
}
