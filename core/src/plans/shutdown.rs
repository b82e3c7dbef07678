//! App exit: copy, verify, push the ring, publish place 1; then statistics and compaction, which may fail or be killed
//! because the snapshot is there already. Unchanged data pushes nothing out of the ring.

use std::cmp::Reverse;

use super::copying::{self, News};
use super::{Case, startup};
use crate::change::Change;
use crate::effect::Effect;
use crate::model::{Base, FileStamp, Slot, Snapshot, Trigger, Workspace, WorkspaceId};
use crate::names;
use crate::outcome::Yield;
use crate::plan::Plan;
use crate::policy::{is_protected_from_rotation, push};
use crate::state::{Moment, Operation};
use crate::transition::Begun;

pub(crate) fn begin(case: &Case<'_>, id: &WorkspaceId) -> Begun {
    let workspace = case.workspace(id)?;
    let staged = copying::staged(case, workspace);
    let draft = copying::draft(case, workspace, 0, Slot::plain(Base::Close(1)), Trigger::Close);
    let look = Effect::Look { database: workspace.database.clone() };
    let plan = Plan::new()
        .require(look.clone())
        .then(copying::take(case, workspace))
        .then(push_ring(case, workspace))
        .then(copying::publish(workspace, &draft, staged.clone(), false))
        .always(Effect::Discard { path: staged })
        .attempt(look.clone())
        .then(maintain(workspace))
        .attempt(look);
    let mut operation = case.operation(Moment::Shutdown(id.clone()), plan);
    operation.drafts = vec![draft];
    Ok((operation, Vec::new()))
}

fn maintain(workspace: &Workspace) -> Plan {
    let database = &workspace.database;
    Plan::new()
        .attempt(Effect::Optimize { database: database.clone() })
        .attempt(Effect::Compact { database: database.clone(), may_renumber_rowids: workspace.schema.is_some() })
}

/// Frees place 1, oldest first. What must not be overwritten is kept beside the ring; what is not ours goes aside.
fn push_ring(case: &Case<'_>, workspace: &Workspace) -> Plan {
    let places = case.state.policy.ring.max(1);
    let ring = ring(case, workspace);
    let (ours, foreign): (Vec<_>, Vec<_>) = ring.into_iter().partition(|snapshot| snapshot.is_good());
    let mut plan = Plan::new();
    for (n, snapshot) in (0..).zip(foreign) {
        let to = copying::free_nth(case, workspace, Base::Damaged, n);
        let from = names::slot(workspace, snapshot.slot);
        plan = plan.require(Effect::SetAside { from, to: names::slot(workspace, to) });
    }
    let undo = case.undo_safeguards(&workspace.id);
    let is_protected = |snapshot: &Snapshot| {
        is_protected_from_rotation(snapshot, case.state.snapshots_of(&workspace.id), &undo, case.now)
    };
    let pushed = push(&ours, places, is_protected);
    if let Some(kept) = pushed.keep.and_then(|id| case.state.snapshots.get(&id)) {
        plan = plan.then(copying::make_room(case, workspace, kept.slot, 0));
    }
    for (id, slot) in pushed.shifts {
        if let Some(snapshot) = case.state.snapshots.get(&id) {
            let (from, to) = (names::slot(workspace, snapshot.slot), names::slot(workspace, slot));
            plan = plan.require(Effect::Shift { snapshot: id, from, to });
        }
    }
    plan
}

/// Who holds the places of the ring, the newest first.
fn ring<'a>(case: &'a Case<'_>, workspace: &Workspace) -> Vec<&'a Snapshot> {
    let places = Slot::plain(Base::Close(0))..=Slot::plain(Base::Close(u8::MAX));
    let holders = case.state.snapshots.holders(&workspace.id, places);
    let mut ring: Vec<&Snapshot> = holders.filter(|snapshot| snapshot.is_plain()).collect();
    ring.sort_by_key(|snapshot| Reverse(snapshot.id));
    ring
}

pub(super) fn learn(
    case: &Case<'_>,
    operation: &mut Operation,
    workspace: &Workspace,
    effect: &Effect,
    learnt: &Yield,
) -> Vec<Change> {
    match copying::gather(case, operation, workspace, effect, learnt) {
        News::Nothing => {
            if let Yield::Looked(live) = learnt {
                looked(case, operation, workspace, live.stamp)
            } else {
                Vec::new()
            }
        }
        News::Unusable(failure) => startup::damaged(case, operation, workspace, failure),
        News::Bad(failure) => {
            startup::keep_bad_copy(case, operation, workspace);
            startup::damaged(case, operation, workspace, failure)
        }
        News::Good => good(case, operation, workspace),
    }
}

/// Three looks: before the copy, after it, and after maintenance. Only if nobody wrote during the copy does the last
/// one say how the live files look while they hold what the newest close snapshot holds.
fn looked(case: &Case<'_>, operation: &mut Operation, workspace: &Workspace, stamp: Option<FileStamp>) -> Vec<Change> {
    let is_last = operation.remaining.is_empty();
    let maintenance_is_next = matches!(operation.remaining.first().map(|s| &s.effect), Some(Effect::Optimize { .. }));
    if is_last {
        let unchanged_since = operation.live_stamp.and(stamp);
        return case.amended(&workspace.id, |w| w.unchanged_since = unchanged_since).into_iter().collect();
    }
    if maintenance_is_next {
        if operation.live_stamp != stamp {
            operation.live_stamp = None;
        }
        return Vec::new();
    }
    operation.live_stamp = stamp;
    let is_unchanged = stamp.zip(workspace.unchanged_since).is_some_and(|(now, then)| now.is_as(&then));
    if is_unchanged && newest_of_ring(case, workspace).is_some_and(is_of_the_last_exit) {
        operation.remaining.clear();
    }
    Vec::new()
}

/// The stamp says that nothing has changed since the last exit, which left its snapshot in place 1. Where that one was
/// deleted, or is no good any more, the newest that is left is an older one, and says nothing of what is live.
fn is_of_the_last_exit(newest: &Snapshot) -> bool {
    newest.slot == Slot::plain(Base::Close(1)) && newest.trigger == Trigger::Close
}

fn newest_of_ring<'a>(case: &'a Case<'_>, workspace: &Workspace) -> Option<&'a Snapshot> {
    ring(case, workspace).into_iter().find(|snapshot| snapshot.is_good())
}

fn good(case: &Case<'_>, operation: &mut Operation, workspace: &Workspace) -> Vec<Change> {
    if let Some(reason) = startup::fell_off_a_cliff(case, operation, workspace) {
        operation.warnings.push(startup::cliff_warning(case, workspace, &reason));
        operation.remaining.retain(|step| matches!(step.effect, Effect::Discard { .. }));
        return case.amended(&workspace.id, |w| w.frozen = Some(reason)).into_iter().collect();
    }
    let digest = operation.copy.as_ref().map(|copy| copy.digest.as_str());
    if newest_of_ring(case, workspace).map(|snapshot| snapshot.digest.as_str()) == digest {
        operation.remaining.retain(|step| !rotates(&step.effect));
    }
    startup::thawed(case, workspace)
}

const fn rotates(effect: &Effect) -> bool {
    matches!(
        effect,
        Effect::KeepGeneration { .. } | Effect::SetAside { .. } | Effect::Shift { .. } | Effect::Publish { .. }
    )
}
