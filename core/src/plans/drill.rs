//! Checks of snapshots in place, and rehearsals of a restore. Both raise a snapshot's level, or take its good name.

use std::collections::BTreeSet;

use camino::Utf8Path;

use super::{Case, doubt};
use crate::change::Change;
use crate::effect::{Depth, Effect};
use crate::model::{Condition, Level, Snapshot, SnapshotId, WorkspaceId};
use crate::names;
use crate::outcome::{Verification, Yield};
use crate::plan::Plan;
use crate::policy::{Expectation, judge};
use crate::state::{Moment, Operation};
use crate::transition::{Begun, Refusal};

pub(crate) fn begin_verify(case: &Case<'_>, ids: &[SnapshotId], depth: Depth) -> Begun {
    let chosen = if ids.is_empty() { backups(case) } else { named(case, ids)? };
    let plan = chosen.into_iter().fold(Plan::new(), |plan, snapshot| match case.state.workspace(&snapshot.workspace) {
        Some(workspace) => plan.attempt(Effect::Verify {
            workspace: workspace.id.clone(),
            file: names::slot(workspace, snapshot.slot),
            depth,
        }),
        None => plan,
    });
    Ok((case.operation(Moment::Verify, plan), Vec::new()))
}

pub(crate) fn begin_drill(case: &Case<'_>, ids: &[SnapshotId]) -> Begun {
    let chosen = if ids.is_empty() { newest_of_each(case) } else { named(case, ids)? };
    let plan = chosen.into_iter().fold(Plan::new(), |plan, snapshot| match case.state.workspace(&snapshot.workspace) {
        Some(workspace) => {
            let to = names::staged(workspace, case.state.next_operation, &format!("drill-{}", snapshot.id));
            let file = names::slot(workspace, snapshot.slot);
            plan.attempt(Effect::Rehearse { workspace: workspace.id.clone(), file, to: to.clone() })
                .always(Effect::Discard { path: to })
        }
        None => plan,
    });
    Ok((case.operation(Moment::Drill, plan), Vec::new()))
}

/// Everything that counts as a backup, also what is not trusted any more.
fn backups<'a>(case: &Case<'a>) -> Vec<&'a Snapshot> {
    case.state.snapshots.values().filter(|snapshot| snapshot.level > Level::Damaged).collect()
}

fn named<'a>(case: &Case<'a>, ids: &[SnapshotId]) -> Result<Vec<&'a Snapshot>, Refusal> {
    let find = |id: &SnapshotId| {
        let found = case.state.snapshots.get(id).filter(|snapshot| snapshot.level > Level::Damaged);
        found.ok_or_else(|| Refusal::new(format!("there is no backup {id}"), "`list` shows those that there are"))
    };
    ids.iter().map(find).collect()
}

fn newest_of_each<'a>(case: &Case<'a>) -> Vec<&'a Snapshot> {
    let mut seen: BTreeSet<&WorkspaceId> = BTreeSet::new();
    let newest = case.state.snapshots.values().rev().filter(|snapshot| snapshot.is_good());
    newest.filter(|snapshot| seen.insert(&snapshot.workspace)).collect()
}

pub(super) fn learn(case: &Case<'_>, operation: &mut Operation, effect: &Effect, learnt: &Yield) -> Vec<Change> {
    let (file, reached, found) = match (effect, learnt) {
        (Effect::Verify { file, depth, .. }, Yield::Verified(found)) => (file, level(*depth, found), found),
        (Effect::Rehearse { file, .. }, Yield::Verified(found)) => (file, found.level.unwrap_or(Level::Sound), found),
        _ => return Vec::new(),
    };
    let Some(judged) = judged(case, operation, effect, file, reached, found) else { return Vec::new() };
    let judged = if is_full(effect) { judged.looked_at_now(case.now) } else { judged };
    let is_as_published = matches!(effect, Effect::Verify { .. }) && found.digest == judged.digest;
    let mut changes = if is_as_published && !found.problems.is_empty() {
        doubt::spread(case, operation, &judged)
    } else {
        Vec::new()
    };
    if case.state.snapshots.get(&judged.id) != Some(&judged) {
        changes.push(Change::SnapshotPut(Box::new(judged)));
    }
    changes
}

/// What a check amounts to. A full one proves nothing where it could not be done in full, for the lack of a collation or a
/// module of the app's.
fn level(depth: Depth, found: &Verification) -> Level {
    match depth {
        Depth::Digest | Depth::Sound => Level::Sound,
        Depth::Proven => found.level.unwrap_or(Level::Sound),
    }
}

const fn is_full(effect: &Effect) -> bool {
    !matches!(effect, Effect::Verify { depth: Depth::Digest | Depth::Sound, .. })
}

/// The snapshot as it is now known; `None` for a file that is none.
fn judged(
    case: &Case<'_>,
    operation: &mut Operation,
    effect: &Effect,
    file: &Utf8Path,
    reached: Level,
    found: &Verification,
) -> Option<Snapshot> {
    let snapshot = case.at(file)?;
    let workspace = case.state.workspace(&snapshot.workspace)?;
    let mut problems = Vec::new();
    if found.digest != snapshot.digest {
        problems.push("its content is not what was published: the file was changed or has decayed".to_owned());
    } else if matches!(effect, Effect::Rehearse { .. }) {
        problems.clone_from(&found.problems);
    } else {
        let expectation = Expectation { workspace, profile: case.profile(workspace), fingerprints: None };
        problems.extend(judge(&expectation, found));
    }
    let condition = if problems.is_empty() { Condition::Good } else { Condition::Suspect(problems.join("; ")) };
    if let Condition::Suspect(reason) = &condition {
        operation.warnings.push(format!("{} ({}) is not good: {reason}", snapshot.id, snapshot.slot));
    }
    let level = if problems.is_empty() { snapshot.level.max(reached) } else { snapshot.level };
    Some(Snapshot { condition, level, ..snapshot.clone() })
}
