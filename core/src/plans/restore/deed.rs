//! The second part of a restore: everything that is done once the candidates are known to be good.

use camino::Utf8PathBuf;

use super::super::{Case, copying};
use super::candidate::{self, Candidate};
use super::guard::guard;
use crate::effect::{Depth, Effect};
use crate::event::Source;
use crate::model::{
    FileStamp, Intent, IntentTarget, LiveState, Purpose, SchemaProfile, Snapshot, SnapshotId, Workspace,
};
use crate::names;
use crate::plan::Plan;
use crate::state::{Moment, Operation, Part};

/// A database that is restored.
struct Restored {
    part: Part,
    workspace: Workspace,
    candidate: Candidate,
}

pub(super) fn plan(case: &Case<'_>, operation: &mut Operation) -> Plan {
    let restored = restored(case, operation);
    let guards = guards(case, operation);
    let intent = intent(case, operation, &restored);
    let present: Vec<&Restored> = restored.iter().filter(|one| !operation.adds(&one.workspace.id)).collect();
    let looks = || restored.iter().map(|one| Effect::Look { database: one.workspace.database.clone() });
    let mut plan = restored.iter().fold(Plan::new(), |plan, one| plan.then(stage(case, operation, one)));
    for one in &present {
        let (workspace, database) = (one.workspace.id.clone(), one.workspace.database.clone());
        plan = plan.require(Effect::Quiesce { workspace, database });
    }
    plan = looks().fold(plan, Plan::require).then(guards);
    plan = looks()
        .fold(plan, Plan::require)
        .require(Effect::Commit { intent: intent.clone() })
        .require(Effect::Swap { intent: intent.clone() })
        .require(Effect::VerifyLive { intent: intent.clone() })
        .require(Effect::Finish { intent });
    for one in &present {
        plan = plan.always(Effect::Relaunch { workspace: one.workspace.id.clone() });
    }
    for workspace in operation.parts.iter().filter_map(|part| case.state.workspace(&part.workspace)) {
        plan = plan.always(Effect::Discard { path: copying::staged_of(operation, workspace) });
    }
    restored.iter().fold(plan, |plan, one| plan.always(Effect::Discard { path: staged(operation, &one.workspace) }))
}

fn restored(case: &Case<'_>, operation: &Operation) -> Vec<Restored> {
    let restored = |part: &Part| {
        let workspace = case.known(operation, &part.workspace)?.clone();
        Some(Restored { candidate: candidate::candidate_of(case, operation, part)?, workspace, part: part.clone() })
    };
    operation.parts.iter().filter_map(restored).collect()
}

fn staged(operation: &Operation, workspace: &Workspace) -> Utf8PathBuf {
    names::staged_beside(&workspace.database, operation.number)
}

/// Beside the live database, brought to the newest version, and verified.
fn stage(case: &Case<'_>, operation: &Operation, one: &Restored) -> Plan {
    let (workspace, to) = (&one.workspace, staged(operation, &one.workspace));
    let journal_mode = journal_mode(case, operation, one);
    let mut plan =
        Plan::new().require(Effect::Stage { from: one.candidate.path.clone(), to: to.clone(), journal_mode });
    if needs_migration(&one.part, case.profile(workspace)) {
        plan = plan.require(Effect::Migrate { workspace: workspace.id.clone(), database: to.clone() });
    }
    plan.require(Effect::Verify { workspace: workspace.id.clone(), file: to, depth: Depth::Sound })
}

/// Keeps what is live now, also of the workspaces that stay as they are.
fn guards(case: &Case<'_>, operation: &mut Operation) -> Plan {
    let mut plan = Plan::new();
    for part in operation.parts.clone() {
        if let Some(workspace) = case.state.workspace(&part.workspace) {
            let live = part.live.map_or(LiveState::Missing, |live| live.state);
            plan = plan.then(guard(case, operation, workspace, &live));
        }
    }
    plan
}

fn intent(case: &Case<'_>, operation: &Operation, restored: &[Restored]) -> Intent {
    let shown: Vec<&str> = restored.iter().map(|one| one.candidate.shown.as_str()).collect();
    let source = if let Moment::RestoreAll(path) = &operation.moment { path.to_string() } else { shown.join(", ") };
    let registry = || case.state.workspaces.iter().chain(&operation.newcomers).cloned().collect();
    Intent {
        operation: operation.number,
        purpose: if is_undo(operation) { Purpose::Undo } else { Purpose::Restore },
        source,
        targets: restored.iter().map(|one| target(operation, one)).collect(),
        registry: (!operation.newcomers.is_empty()).then(registry),
    }
}

fn target(operation: &Operation, one: &Restored) -> IntentTarget {
    let database = &one.workspace.database;
    IntentTarget {
        workspace: one.workspace.id.clone(),
        safeguard: operation.part_at(database).and_then(|part| part.safeguard),
        undoes: undoes(operation, &one.part),
        staged: staged(operation, &one.workspace),
        live: database.clone(),
        digest: String::new(),
        staged_stamp: FileStamp::default(),
        live_stamp: None,
    }
}

const fn undoes(operation: &Operation, part: &Part) -> Option<SnapshotId> {
    match part.source {
        Some(Source::Snapshot(safeguard)) if is_undo(operation) => Some(safeguard),
        _ => None,
    }
}

const fn is_undo(operation: &Operation) -> bool {
    matches!(operation.moment, Moment::Undo(_))
}

fn needs_migration(part: &Part, profile: Option<&SchemaProfile>) -> bool {
    let version = part.candidate.as_ref().and_then(|found| found.facts.schema_version.as_deref());
    profile.zip(version).is_some_and(|(profile, version)| profile.newest() != Some(version))
}

/// What the live database shall have: what it had when the snapshot was taken or the archive was exported, or what its
/// newest snapshot says.
fn journal_mode(case: &Case<'_>, operation: &Operation, one: &Restored) -> String {
    let known = |mode: &str| Some(mode.to_owned()).filter(|mode| !mode.is_empty());
    let of = |snapshot: &Snapshot| known(&snapshot.facts.journal_mode);
    let chosen = match &one.part.source {
        Some(Source::Snapshot(id)) => case.state.snapshots.get(id).and_then(of),
        _ => candidate::archived(operation, &one.candidate.path).and_then(|said| known(&said.facts.journal_mode)),
    };
    let newest = || case.state.snapshots_of(&one.workspace.id).find_map(of);
    let usual = || if one.workspace.schema.is_some() { "wal" } else { "delete" }.to_owned();
    chosen.or_else(newest).unwrap_or_else(usual)
}
