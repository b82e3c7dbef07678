//! Looks for what is wrong with a workspace and with the home.

use jiff::Zoned;

use super::{Concern, OLD, Surroundings, WorkspaceHealth};
use crate::model::{Condition, Snapshot, SnapshotId, Workspace};
use crate::state::State;

pub(super) fn at_workspace(
    state: &State,
    workspace: &Workspace,
    health: &WorkspaceHealth,
    now: &Zoned,
    around: &Surroundings,
) -> Vec<Concern> {
    let best = health.newest_good;
    let mut concerns = Vec::new();
    if around.missing.contains(&workspace.id) {
        concerns.push(Concern::Missing { best });
    }
    if let Some(reason) = workspace.frozen.as_ref().or_else(|| around.damaged.get(&workspace.id)).cloned() {
        concerns.push(Concern::Frozen { reason, best });
    }
    match health.age {
        None => concerns.push(Concern::NoBackup),
        Some(age) if age > OLD => concerns.push(Concern::Old { days: age.as_hours() / 24 }),
        Some(_) => {}
    }
    concerns.extend(at_snapshots(state, workspace, health, now));
    concerns.extend(at_space(state, best, around));
    concerns
}

fn at_snapshots(state: &State, workspace: &Workspace, health: &WorkspaceHealth, now: &Zoned) -> Vec<Concern> {
    let mut concerns = Vec::new();
    for snapshot in state.snapshots_of(&workspace.id) {
        // A damaged live database that was kept for a rescue is no backup that went bad.
        if let (Condition::Suspect(reason), true) = (&snapshot.condition, snapshot.is_backup()) {
            let reason = reason.lines().next().unwrap_or_default().to_owned();
            concerns.push(Concern::Suspect { snapshot: snapshot.id, reason });
        }
    }
    let count = state.snapshots_of(&workspace.id).filter(|snapshot| snapshot.is_from_the_future(now)).count();
    if count > 0 {
        concerns.push(Concern::FromTheFuture { count });
    }
    let [sound, proven, drilled] = health.levels;
    if sound > 0 && proven + drilled == 0 {
        concerns.push(Concern::Unproven);
    }
    concerns
}

fn at_space(state: &State, best: Option<SnapshotId>, around: &Surroundings) -> Option<Concern> {
    /// So many backups fit on a disk that has room.
    const ROOM: u64 = 3;
    let (needed, free) = (state.snapshots.get(&best?).map(Snapshot::bytes)?, around.free?);
    (free < needed.saturating_mul(ROOM)).then_some(Concern::LittleSpace { free, needed })
}

pub(super) fn at_home(state: &State, around: &Surroundings) -> Vec<Concern> {
    let mut concerns = Vec::new();
    concerns.push(if state.workspaces.is_empty() { Concern::NothingLookedAfter } else { Concern::OnlyHere });
    if around.free.is_none() {
        concerns.push(Concern::SpaceUnknown);
    }
    if state.operation.is_some() {
        concerns.push(Concern::UnderWay);
    }
    concerns
}
