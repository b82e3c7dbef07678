//! Brings the snapshots that the state knows and the files with a slot's name together.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use jiff::Timestamp;

use super::super::{Case, slot_of};
use crate::change::Change;
use crate::effect::Effect;
use crate::model::{
    Base, Condition, FileStamp, Found, Inventory, Level, Slot, Snapshot, SnapshotId, Trigger, Workspace, WorkspaceId,
};
use crate::names;
use crate::outcome::{Identified, Verification};
use crate::plan::Plan;
use crate::policy::{Expectation, Policy, allowing, judge};
use crate::state::Operation;

/// A file with a slot's name.
#[derive(Clone, Copy)]
struct File<'a> {
    workspace: &'a WorkspaceId,
    slot: Slot,
    stamp: FileStamp,
}

pub(super) fn reconcile(
    case: &Case<'_>,
    operation: &mut Operation,
    inventory: &Inventory,
    changes: &mut Vec<Change>,
) -> Plan {
    let (files, second_names) = split_second_names(slot_files(inventory));
    let mut plan = second_names.iter().fold(Plan::new(), |plan, file| with_path(case, file, plan, drop_name));
    let mut seen: BTreeSet<SnapshotId> = BTreeSet::new();
    let mut unknown: Vec<&File<'_>> = Vec::new();
    for file in &files {
        match holder(case, file) {
            Some(snapshot) => {
                seen.insert(snapshot.id);
                if snapshot.slot != file.slot {
                    changes.push(Change::SnapshotMoved(snapshot.id, file.slot, file.stamp));
                }
            }
            None => {
                unknown.push(file);
                plan = with_path(case, file, plan, identify);
            }
        }
    }
    let mut removed: BTreeSet<SnapshotId> = BTreeSet::new();
    for snapshot in case.state.snapshots.values().filter(|snapshot| !seen.contains(&snapshot.id)) {
        let at_its_name = |file: &&File<'_>| file.slot == snapshot.slot && *file.workspace == snapshot.workspace;
        if unknown.iter().copied().any(|file| at_its_name(&file)) {
            // Its identification will tell whether it is still the same.
            continue;
        }
        changes.push(Change::SnapshotForgotten(snapshot.id));
        if files.iter().any(|file| at_its_name(&file)) {
            // An interrupted shift has overwritten it, as it was meant to; its manifest is nobody's.
            if let Some(workspace) = case.state.workspace(&snapshot.workspace) {
                plan = plan.attempt(Effect::Discard { path: names::manifest(workspace, snapshot.id) });
            }
            continue;
        }
        if operation.remaining.iter().any(|step| removes(&step.effect, snapshot.id)) {
            removed.insert(snapshot.id);
            continue;
        }
        operation.warnings.push(format!(
            "the snapshot {} ({}) of `{}` is gone: its file was deleted or renamed by hand",
            snapshot.id, snapshot.slot, snapshot.workspace
        ));
    }
    // Whatever is still there may be needed now: who knows what else the power cut took. A removal that a recovery before
    // this one had begun to finish is of a snapshot that is forgotten already.
    operation.remaining.retain(|step| {
        if let Effect::Remove { snapshot, path, .. } = &step.effect {
            let is_forgotten = removed.contains(snapshot) || !case.state.snapshots.contains_key(snapshot);
            return is_forgotten && !files.iter().any(|file| lies_at(case, file, path));
        }
        let is_needed = |path| case.state.snapshots.values().any(|snapshot| describes(case, path, snapshot));
        !matches!(&step.effect, Effect::Discard { path } if is_needed(path))
    });
    plan
}

/// Whether a step removes a snapshot: the one in which retention was interrupted, once its file is gone.
fn removes(effect: &Effect, id: SnapshotId) -> bool {
    matches!(effect, Effect::Remove { snapshot, .. } if *snapshot == id)
}

/// Whether a path is that of the manifest of a snapshot.
fn describes(case: &Case<'_>, path: &Utf8Path, snapshot: &Snapshot) -> bool {
    case.state.workspace(&snapshot.workspace).is_some_and(|workspace| names::manifest(workspace, snapshot.id) == path)
}

fn lies_at(case: &Case<'_>, file: &File<'_>, path: &Utf8Path) -> bool {
    case.state.workspace(file.workspace).is_some_and(|workspace| names::slot(workspace, file.slot) == path)
}

/// Where the catalog is lost, the rotation policy is too; the first retention must not trim to another one what an app
/// keeps on purpose. Nothing where the present policy allows all that lies there.
pub(super) fn allowed(case: &Case<'_>, inventory: &Inventory) -> Option<Policy> {
    if !case.state.snapshots.is_empty() {
        return None;
    }
    let files = slot_files(inventory);
    let workspaces: BTreeSet<&WorkspaceId> = files.iter().map(|file| file.workspace).collect();
    let policy = workspaces.into_iter().fold(case.state.policy.clone(), |policy, workspace| {
        let of_it = files.iter().filter(|file| file.workspace == workspace);
        allowing(&policy, &of_it.map(|file| (file.slot, file.stamp.size)).collect::<Vec<_>>())
    });
    (policy != case.state.policy).then_some(policy)
}

fn slot_files(inventory: &Inventory) -> Vec<File<'_>> {
    let files = inventory.files.iter().filter_map(|found| match found {
        Found::Slot { workspace, file_name, stamp } => {
            Slot::parse(file_name).map(|slot| File { workspace, slot, stamp: *stamp })
        }
        Found::Leftover { .. } | Found::Manifest { .. } => None,
    });
    files.collect()
}

/// Where one file has a plain and a dated name, a publication was interrupted between the two: the dated one goes.
fn split_second_names(files: Vec<File<'_>>) -> (Vec<File<'_>>, Vec<File<'_>>) {
    let twin = |file: &File<'_>| {
        let plain = |other: &File<'_>| other.slot.generation.is_none() && other.stamp.same_file(&file.stamp);
        file.slot.generation.is_some() && files.iter().any(plain)
    };
    let second = files.iter().copied().filter(twin).collect();
    (files.iter().copied().filter(|file| !twin(file)).collect(), second)
}

type Add = fn(Plan, &Workspace, Utf8PathBuf) -> Plan;

fn with_path(case: &Case<'_>, file: &File<'_>, plan: Plan, add: Add) -> Plan {
    match case.state.workspace(file.workspace) {
        Some(workspace) => add(plan, workspace, names::slot(workspace, file.slot)),
        None => plan,
    }
}

fn drop_name(plan: Plan, _: &Workspace, path: Utf8PathBuf) -> Plan {
    plan.attempt(Effect::Discard { path })
}

fn identify(plan: Plan, workspace: &Workspace, file: Utf8PathBuf) -> Plan {
    plan.attempt(Effect::Identify { workspace: workspace.id.clone(), file })
}

/// The snapshot that a file is, as far as its stamp can tell: under its own name, or moved by an interrupted shift.
fn holder<'a>(case: &'a Case<'_>, file: &File<'_>) -> Option<&'a Snapshot> {
    let snapshots = &case.state.snapshots;
    let same = |snapshot: &&Snapshot| snapshot.stamp.same_content(&file.stamp);
    let moved = |s: &&Snapshot| same(s) && file.stamp.is_file_of(&s.stamp) && s.workspace == *file.workspace;
    let named = snapshots.holders(file.workspace, file.slot..=file.slot).find(same);
    named.or_else(|| snapshots.values().find(moved))
}

/// What an unknown or changed file turned out to be.
pub(super) fn identified(
    case: &Case<'_>,
    operation: &mut Operation,
    id: &WorkspaceId,
    file: &Utf8Path,
    found: &Identified,
) -> Vec<Change> {
    let Some((workspace, slot)) = case.state.workspace(id).zip(slot_of(file)) else {
        return Vec::new();
    };
    let published = found.manifest.as_ref().map(|manifest| &manifest.snapshot);
    let ours = |published: &&Snapshot| published.workspace == *id && slot.base != Base::Damaged;
    let known = case.at(file);
    let snapshot = match (published.filter(ours), known) {
        (Some(published), _) => again(case, published, slot, found.verification.stamp),
        (None, Some(known)) => changed(operation, known, &found.verification),
        (None, None) => unknown(case, operation, workspace, slot, found),
    };
    // It was found under another name: nothing of it is removed.
    operation.remaining.retain(|step| {
        let discards = matches!(&step.effect, Effect::Discard { path } if describes(case, path, &snapshot));
        !discards && !removes(&step.effect, snapshot.id)
    });
    let replaced = known.filter(|known| known.id != snapshot.id).map(|known| Change::SnapshotForgotten(known.id));
    replaced.into_iter().chain([Change::SnapshotPut(Box::new(snapshot))]).collect()
}

/// One that was published and is no longer what it was: it keeps its card, and is never offered.
fn changed(operation: &mut Operation, known: &Snapshot, found: &Verification) -> Snapshot {
    let reason = match one_line(&found.problems) {
        problems if problems.is_empty() => "its content is not what was published".to_owned(),
        problems => format!("its content is not what was published: {problems}"),
    };
    operation.warnings.push(format!(
        "the snapshot {} ({}) of `{}` was changed by hand or has decayed; it is left alone and not offered",
        known.id, known.slot, known.workspace
    ));
    Snapshot { stamp: found.stamp, condition: Condition::Suspect(reason), ..known.clone() }
}

/// SQLite's reports can have several lines.
fn one_line(problems: &[String]) -> String {
    problems.join("; ").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// One that we published: its manifest knows everything but where it lies now. Of several files with one content each
/// keeps an id of its own.
fn again(case: &Case<'_>, published: &Snapshot, slot: Slot, stamp: FileStamp) -> Snapshot {
    let other = |known: &Snapshot| known.slot != slot || known.workspace != published.workspace;
    let taken = case.state.snapshots.get(&published.id).is_some_and(other);
    let id = if taken { SnapshotId(case.state.next_snapshot) } else { published.id };
    let known = case.state.snapshots.get(&id);
    Snapshot {
        id,
        slot,
        stamp,
        level: known.map_or(published.level, |known| known.level.max(published.level)),
        pin: known.map_or_else(|| published.pin.clone(), |known| known.pin.clone()),
        condition: Condition::Good,
        ..published.clone()
    }
}

/// One without a manifest: a backup if it is sound, and otherwise something that is kept and never offered.
fn unknown(
    case: &Case<'_>,
    operation: &mut Operation,
    workspace: &Workspace,
    slot: Slot,
    found: &Identified,
) -> Snapshot {
    let Identified { verification: found, replaces, .. } = found;
    let mut problems = judge(&Expectation { workspace, profile: case.profile(workspace), fingerprints: None }, found);
    problems.extend(replaces.map(|published| format!("its content is not what was published as {published}")));
    let set_aside = slot.base == Base::Damaged;
    if !set_aside && !problems.is_empty() {
        operation.warnings.push(format!(
            "{slot}.db in the backups of `{}` is not a snapshot of ours, or was changed: {}. It is left alone",
            workspace.id,
            one_line(&problems)
        ));
    }
    let good = !set_aside && problems.is_empty();
    let modified =
        Timestamp::from_nanosecond(i128::from(found.stamp.modified)).unwrap_or_else(|_| case.now.timestamp());
    Snapshot {
        id: SnapshotId(case.state.next_snapshot),
        workspace: workspace.id.clone(),
        slot,
        trigger: if set_aside { Trigger::Damage } else { Trigger::Found },
        taken_at: modified.to_zoned(case.now.time_zone().clone()),
        digest: found.digest.clone(),
        stamp: found.stamp,
        level: if good { Level::Sound } else { Level::Damaged },
        pin: None,
        facts: found.facts.clone(),
        condition: if good || set_aside { Condition::Good } else { Condition::Suspect(one_line(&problems)) },
        looked_at: None,
    }
}
