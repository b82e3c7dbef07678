//! What every moment that takes a copy has in common: copy, verify, judge, make room in the slot, publish.

use std::collections::BTreeSet;

use camino::Utf8PathBuf;
use jiff::civil::Date;

use super::{Case, known};
use crate::effect::{Depth, Effect};
use crate::model::{
    Base, Condition, Facts, FileStamp, Level, LiveState, Slot, Snapshot, SnapshotId, Trigger, Workspace,
};
use crate::names;
use crate::outcome::{Failure, FailureKind, Verification, Yield};
use crate::plan::Plan;
use crate::policy::{Expectation, judge};
use crate::state::Operation;

/// The staged copy of a workspace's live database.
pub(super) fn staged(case: &Case<'_>, workspace: &Workspace) -> Utf8PathBuf {
    names::staged(workspace, case.state.next_operation, "copy")
}

/// The same, once the operation is under way.
pub(super) fn staged_of(operation: &Operation, workspace: &Workspace) -> Utf8PathBuf {
    names::staged(workspace, operation.number, "copy")
}

/// Copies the live database aside and verifies the copy; in full where something about the live database is doubtful, so
/// that nothing ends the doubt that a quick check lets through.
pub(super) fn take(case: &Case<'_>, workspace: &Workspace) -> Plan {
    let to = staged(case, workspace);
    Plan::new().require(Effect::Copy { database: workspace.database.clone(), to }).then(check(case, workspace))
}

/// Verifies the staged copy.
pub(super) fn check(case: &Case<'_>, workspace: &Workspace) -> Plan {
    Plan::new().require(Effect::Verify {
        workspace: workspace.id.clone(),
        file: staged(case, workspace),
        depth: depth(workspace),
    })
}

/// How deeply a copy of the live database is checked.
pub(super) const fn depth(workspace: &Workspace) -> Depth {
    if workspace.frozen.is_some() { Depth::Proven } else { Depth::Sound }
}

/// Makes the copy the holder of a plain slot; the holder so far stays under its date, or aside if it is not ours. `before`
/// are the drafts that the same plan publishes earlier, whose holders may go aside too.
pub(super) fn publish_into_slot(
    case: &Case<'_>,
    workspace: &Workspace,
    draft: &Snapshot,
    before: &[Snapshot],
    staged: Utf8PathBuf,
    keep_staged: bool,
) -> Plan {
    let goes_aside = |draft: &&Snapshot| {
        case.at(&names::slot(workspace, draft.slot)).is_some_and(|holder| holder.condition != Condition::Good)
    };
    let aside = before.iter().filter(goes_aside).count();
    make_room(case, workspace, draft.slot, aside).then(publish(workspace, draft, staged, keep_staged))
}

/// Moves whoever holds a plain slot to a dated name. So many files go aside before it in the same plan.
pub(super) fn make_room(case: &Case<'_>, workspace: &Workspace, slot: Slot, aside: usize) -> Plan {
    let from = names::slot(workspace, slot);
    let Some(holder) = case.at(&from) else {
        return Plan::new();
    };
    if holder.condition == Condition::Good {
        let to = names::slot(workspace, free(case, workspace, dated_base(slot.base), holder.taken_at.date()));
        Plan::new().require(Effect::KeepGeneration { snapshot: holder.id, from, to })
    } else {
        let to = names::slot(workspace, free_nth(case, workspace, Base::Damaged, aside));
        Plan::new().require(Effect::SetAside { from, to })
    }
}

/// Publishes the copy under its draft's slot.
pub(super) fn publish(workspace: &Workspace, draft: &Snapshot, staged: Utf8PathBuf, keep_staged: bool) -> Plan {
    Plan::new().require(Effect::Publish {
        snapshot: draft.id,
        staged,
        to: names::slot(workspace, draft.slot),
        manifest: names::manifest(workspace, draft.id),
        keep_staged,
    })
}

/// Ring places have no older generations of their own: what must not be overwritten is kept as such.
const fn dated_base(base: Base) -> Base {
    match base {
        Base::Close(_) => Base::Kept,
        Base::Tier(_) | Base::Before(_) | Base::Manual | Base::Kept | Base::Damaged => base,
    }
}

/// The first dated name that is free.
pub(super) fn free(case: &Case<'_>, workspace: &Workspace, base: Base, date: Date) -> Slot {
    free_from(case, workspace, base, date, 0)
}

/// The n-th dated name of today that is free, where one operation needs several.
pub(super) fn free_nth(case: &Case<'_>, workspace: &Workspace, base: Base, n: usize) -> Slot {
    free_from(case, workspace, base, case.now.date(), n)
}

fn free_from(case: &Case<'_>, workspace: &Workspace, base: Base, date: Date, n: usize) -> Slot {
    let of_that_day = Slot::dated(base, date, 0)..=Slot::dated(base, date, u32::MAX);
    let taken = case.state.snapshots.holders(&workspace.id, of_that_day).map(|snapshot| snapshot.slot);
    let taken: BTreeSet<Slot> = taken.collect();
    let mut slots = (1..u32::MAX).map(|number| Slot::dated(base, date, number)).filter(|slot| !taken.contains(slot));
    slots.nth(n).unwrap_or_else(|| Slot::dated(base, date, u32::MAX))
}

/// A snapshot that will be published; verification fills in what its file says.
pub(super) fn draft(case: &Case<'_>, workspace: &Workspace, place: u64, slot: Slot, trigger: Trigger) -> Snapshot {
    Snapshot {
        id: SnapshotId(case.state.next_snapshot + place),
        workspace: workspace.id.clone(),
        slot,
        trigger,
        taken_at: case.now.clone(),
        digest: String::new(),
        stamp: FileStamp::default(),
        level: Level::Sound,
        pin: None,
        facts: Facts::default(),
        condition: Condition::Good,
        looked_at: None,
    }
}

/// What looking at the live database and copying it says about it, gathered in the operation.
pub(super) enum News {
    /// Not about that, or not yet all of it.
    Nothing,
    /// The copy is a good database of this workspace; the drafts say so.
    Good,
    /// There is nothing that could be copied.
    Unusable(Failure),
    /// The copy is not sound.
    Bad(Failure),
}

/// Gathers what look, copy and verification learnt.
pub(super) fn gather(
    case: &Case<'_>,
    operation: &mut Operation,
    workspace: &Workspace,
    effect: &Effect,
    learnt: &Yield,
) -> News {
    match (effect, learnt) {
        (_, Yield::Looked(live)) => unusable(workspace, &live.state).map_or(News::Nothing, News::Unusable),
        (Effect::Copy { .. }, Yield::Copied(copied)) => {
            let digest = copied.digest.clone().unwrap_or_default();
            known::spare(case, operation, workspace, &digest);
            operation.way = Some(copied.way.clone()).filter(|way| !way.is_empty());
            operation.copy = Some(Verification { digest, ..with_journal_mode(copied.journal_mode.clone()) });
            News::Nothing
        }
        (Effect::Verify { file, depth, .. }, Yield::Verified(found)) if *file == staged_of(operation, workspace) => {
            let Some(found) = known::faithful(case, operation, workspace, *depth, found) else {
                return News::Nothing;
            };
            let problems = judge(&expectation(case, workspace), &found);
            if !problems.is_empty() {
                return News::Bad(bad_copy(workspace, &problems, !found.problems.is_empty()));
            }
            note_copy(operation, workspace, found);
            News::Good
        }
        _ => News::Nothing,
    }
}

/// What the look says against going on.
fn unusable(workspace: &Workspace, live: &LiveState) -> Option<Failure> {
    let (kind, reason) = match live {
        LiveState::Plausible => return None,
        LiveState::Missing => (FailureKind::Missing, "there is no file".to_owned()),
        LiveState::Damaged(reason) => (FailureKind::Damaged, reason.clone()),
    };
    let path = workspace.database.clone();
    Some(Failure { kind, attempted: "look at the live database".to_owned(), path, reason, remedy: String::new() })
}

fn expectation<'a>(case: &'a Case<'_>, workspace: &'a Workspace) -> Expectation<'a> {
    Expectation { workspace, profile: case.profile(workspace), fingerprints: None }
}

/// What copying alone tells of a copy; its verification cannot know it.
pub(super) fn with_journal_mode(journal_mode: String) -> Verification {
    let facts = Facts { journal_mode, ..Facts::default() };
    Verification { facts, ..Verification::default() }
}

fn note_copy(operation: &mut Operation, workspace: &Workspace, mut found: Verification) {
    let journal_mode = operation.copy.take().map(|copy| copy.facts.journal_mode).unwrap_or_default();
    found.facts.journal_mode = journal_mode;
    for draft in operation.drafts.iter_mut().filter(|draft| draft.workspace == workspace.id) {
        draft.digest.clone_from(&found.digest);
        draft.stamp = found.stamp;
        draft.facts = found.facts.clone();
        draft.level = found.level.unwrap_or(Level::Sound);
    }
    operation.copy = Some(found);
}

/// What a copy that cannot be used was meant for.
pub(super) const SNAPSHOT: &str = "take a snapshot";

/// The failure that a bad copy is. Where its content is damaged, and not only another's, an export may still save it.
fn bad_copy(workspace: &Workspace, problems: &[String], is_damaged: bool) -> Failure {
    let rescue = if is_damaged { "`export --db FILE.db` may save what can still be read" } else { "" };
    Failure {
        kind: FailureKind::Damaged,
        attempted: SNAPSHOT.to_owned(),
        path: workspace.database.clone(),
        reason: format!("the database is not sound: {}", problems.join("; ")),
        remedy: rescue.to_owned(),
    }
}

/// Whether a line of the journal tells of such a failure.
pub(super) fn tells_of_a_bad_copy(text: &str) -> bool {
    text.starts_with(&format!("cannot {SNAPSHOT}"))
}
