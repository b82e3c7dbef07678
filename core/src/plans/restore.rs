//! Restore: the user's choice replaces the live database.
//!
//! The candidate is checked in place before anything else is touched. Then it is staged beside the live file, migrated
//! forward there if it is older, and verified again: what will be swapped in is never touched after that. The app lets
//! go of its file *before* the safeguard is taken, so that the safeguard holds its last commit. One durable intent is
//! the commit point; from then on the new database wins, whatever happens.

mod candidate;
mod swap;

pub(super) use candidate::{Candidate, candidate, problems, suspected, unfit};
pub(super) use swap::{fail, restored};

use camino::Utf8Path;

use super::copying::{self, News};
use super::{Case, stop};
use crate::change::Change;
use crate::effect::{Depth, Effect};
use crate::event::Source;
use crate::model::{
    Act, Base, Condition, FileStamp, Intent, IntentTarget, Level, LiveFile, LiveState, Purpose, SchemaProfile, Slot,
    Snapshot, SnapshotId, Trigger, Workspace, WorkspaceId,
};
use crate::names;
use crate::outcome::{Failure, FailureKind, Verification, Yield};
use crate::plan::{Mode, Plan};
use crate::state::{Moment, Operation};
use crate::transition::Begun;

pub(crate) fn begin(case: &Case<'_>, id: &WorkspaceId, source: &Source) -> Begun {
    let workspace = case.workspace(id)?;
    let candidate = candidate(case, workspace, source, false)?;
    Ok((case.operation(Moment::Restore(id.clone(), source.clone()), check(workspace, &candidate)), Vec::new()))
}

/// The first part: look at everything, touch nothing. The second part is planned from what it finds.
pub(super) fn check(workspace: &Workspace, candidate: &Candidate) -> Plan {
    Plan::new().require(candidate.check(workspace)).require(Effect::Look { database: workspace.database.clone() })
}

pub(super) fn learn(
    case: &Case<'_>,
    operation: &mut Operation,
    workspace: &Workspace,
    source: &Source,
    effect: &Effect,
    learnt: &Yield,
) -> Vec<Change> {
    match (effect, learnt) {
        (Effect::Verify { file, .. }, Yield::Verified(found)) if operation.candidate.is_none() => {
            candidate_checked(case, operation, workspace, source, file, found)
        }
        (Effect::Verify { file, .. }, Yield::Verified(found)) if is_staged(operation, workspace, file) => {
            let problems = candidate::problems_of_staged(case, workspace, source, found);
            staged_checked(operation, file, found, &problems);
            Vec::new()
        }
        (_, Yield::Looked(live)) => {
            if operation.remaining.is_empty() {
                operation.remaining = deed(case, operation, workspace, source, &live.state).steps;
            } else {
                looked_again(operation, workspace, live);
            }
            Vec::new()
        }
        (Effect::KeepDamaged { to, .. }, Yield::KeptDamaged(found)) => {
            damage_kept(case, operation, workspace, to, found)
        }
        (Effect::VerifyLive { intent }, _) => restored(case, operation, intent),
        _ => {
            if let News::Bad(failure) = copying::gather(case, operation, workspace, effect, learnt) {
                operation.warnings.push(format!("the live database is kept as it was: {}", failure.reason));
                keep_damaged_instead(case, operation, workspace);
            }
            Vec::new()
        }
    }
}

fn candidate_checked(
    case: &Case<'_>,
    operation: &mut Operation,
    workspace: &Workspace,
    source: &Source,
    file: &Utf8Path,
    found: &Verification,
) -> Vec<Change> {
    let problems = problems(case, workspace, source, found);
    if problems.is_empty() {
        operation.candidate = Some(found.clone());
        return Vec::new();
    }
    stop(operation, unfit(file, &problems));
    suspected(case, source, &problems)
}

fn is_staged(operation: &Operation, workspace: &Workspace, file: &Utf8Path) -> bool {
    let live = &workspace.database;
    names::staged_beside(live, operation.number) == file || names::staged_back(live, operation.number) == file
}

/// The intents name the staged file by its digest.
pub(super) fn staged_checked(operation: &mut Operation, file: &Utf8Path, found: &Verification, problems: &[String]) {
    if !problems.is_empty() {
        return stop(operation, unfit(file, problems));
    }
    amend_intents(operation, |intent| {
        for target in &mut intent.targets {
            target.digest.clone_from(&found.digest);
            target.staged_stamp = found.stamp;
        }
    });
}

/// The second part.
fn deed(case: &Case<'_>, operation: &mut Operation, workspace: &Workspace, source: &Source, live: &LiveState) -> Plan {
    let database = &workspace.database;
    let to = names::staged_beside(database, operation.number);
    let Ok(candidate) = candidate(case, workspace, source, is_undo(operation)) else {
        return Plan::new();
    };
    let journal_mode = journal_mode(case, workspace, source);
    let mut plan = Plan::new().require(Effect::Stage { from: candidate.path.clone(), to: to.clone(), journal_mode });
    if needs_migration(operation, case.profile(workspace)) {
        plan = plan.require(Effect::Migrate { workspace: workspace.id.clone(), database: to.clone() });
    }
    plan = plan
        .require(Effect::Verify { workspace: workspace.id.clone(), file: to.clone(), depth: Depth::Sound })
        .require(Effect::Quiesce { workspace: workspace.id.clone(), database: database.clone() })
        .require(Effect::Look { database: database.clone() });
    let (guard, safeguard) = guard(case, operation, workspace, live);
    let intent = Intent {
        safeguard,
        purpose: purpose(operation, source),
        source: candidate.shown,
        targets: vec![IntentTarget {
            workspace: workspace.id.clone(),
            staged: to.clone(),
            live: database.clone(),
            digest: String::new(),
            staged_stamp: FileStamp::default(),
            live_stamp: None,
        }],
    };
    plan.then(guard)
        .require(Effect::Look { database: database.clone() })
        .require(Effect::Commit { intent: intent.clone() })
        .require(Effect::Swap { intent: intent.clone() })
        .require(Effect::VerifyLive { intent: intent.clone() })
        .require(Effect::Finish { intent })
        .always(Effect::Relaunch { workspace: workspace.id.clone() })
        .always(Effect::Discard { path: copying::staged_of(operation, workspace) })
        .always(Effect::Discard { path: to })
}

/// Twice: before the safeguard is taken, and after it. In between nobody may have written, or the safeguard lacks it;
/// and the intent remembers how the live files looked, so that nobody's later work is swapped away.
pub(super) fn looked_again(operation: &mut Operation, workspace: &Workspace, live: &LiveFile) {
    let commits_next = matches!(operation.remaining.first().map(|s| &s.effect), Some(Effect::Commit { .. }));
    if !commits_next {
        operation.live_stamp = live.stamp;
        return;
    }
    if operation.live_stamp.is_some_and(|before| Some(before) != live.stamp) {
        let failure = Failure {
            kind: FailureKind::Busy,
            attempted: "restore over this database".to_owned(),
            path: workspace.database.clone(),
            reason: "somebody wrote to it while it was being safeguarded".to_owned(),
            remedy: "Close the app and try again; nothing was changed".to_owned(),
        };
        return stop(operation, failure);
    }
    amend_intents(operation, |intent| {
        for target in &mut intent.targets {
            target.live_stamp = live.stamp;
        }
    });
}

fn purpose(operation: &Operation, source: &Source) -> Purpose {
    match source {
        Source::Snapshot(safeguard) if is_undo(operation) => Purpose::Undo(*safeguard),
        Source::Snapshot(_) | Source::File(_) => Purpose::Restore,
    }
}

const fn is_undo(operation: &Operation) -> bool {
    matches!(operation.moment, Moment::Undo(_))
}

fn needs_migration(operation: &Operation, profile: Option<&SchemaProfile>) -> bool {
    let version = operation.candidate.as_ref().and_then(|found| found.facts.schema_version.as_deref());
    profile.zip(version).is_some_and(|(profile, version)| profile.newest() != Some(version))
}

/// What the live database shall have: what it had when the snapshot was taken, or what its newest snapshot says.
fn journal_mode(case: &Case<'_>, workspace: &Workspace, source: &Source) -> String {
    let of = |snapshot: &Snapshot| Some(snapshot.facts.journal_mode.clone()).filter(|mode| !mode.is_empty());
    let chosen = match source {
        Source::Snapshot(id) => case.state.snapshots.get(id).and_then(of),
        Source::File(_) => None,
    };
    let known = chosen.or_else(|| case.state.snapshots_of(&workspace.id).find_map(of));
    known.unwrap_or_else(|| if workspace.schema.is_some() { "wal" } else { "delete" }.to_owned())
}

/// Keeps what is live now: a verified snapshot of it, or, where it is damaged, its bytes.
fn guard(
    case: &Case<'_>,
    operation: &mut Operation,
    workspace: &Workspace,
    live: &LiveState,
) -> (Plan, Option<SnapshotId>) {
    match live {
        LiveState::Missing => (Plan::new(), None),
        LiveState::Damaged(_) => {
            let plan = keep_damaged(case, workspace);
            (plan, Some(next_id(case)))
        }
        LiveState::Plausible => {
            let slot = Slot::plain(Base::Before(Act::Restore));
            let draft = copying::draft(case, workspace, 0, slot, Trigger::Before(Act::Restore));
            let to = copying::staged_of(operation, workspace);
            let plan = Plan::new()
                .require(Effect::Copy { database: workspace.database.clone(), to: to.clone() })
                .require(Effect::Verify { workspace: workspace.id.clone(), file: to.clone(), depth: Depth::Sound })
                .then(copying::publish_into_slot(case, workspace, &draft, to, false));
            let id = draft.id;
            operation.drafts = vec![draft];
            (plan, Some(id))
        }
    }
}

const fn next_id(case: &Case<'_>) -> SnapshotId {
    SnapshotId(case.state.next_snapshot)
}

fn keep_damaged(case: &Case<'_>, workspace: &Workspace) -> Plan {
    let slot = copying::free(case, workspace, Base::Damaged, case.now.date());
    let to = names::slot(workspace, slot);
    Plan::new().require(Effect::KeepDamaged { database: workspace.database.clone(), to })
}

/// The copy of the live database turned out bad, or could not be taken: its bytes are kept instead of a snapshot.
pub(super) fn keep_damaged_instead(case: &Case<'_>, operation: &mut Operation, workspace: &Workspace) {
    operation.drafts.clear();
    operation.remaining.retain(|step| step.mode == Mode::Always || is_of_the_swap(&step.effect));
    let steps = keep_damaged(case, workspace).steps;
    operation.remaining.splice(0..0, steps);
}

pub(super) const fn is_of_the_swap(effect: &Effect) -> bool {
    matches!(effect, Effect::Commit { .. } | Effect::Swap { .. } | Effect::VerifyLive { .. } | Effect::Finish { .. })
}

/// The damaged bytes are a snapshot of the lowest level, so that an undo can bring them back.
fn damage_kept(
    case: &Case<'_>,
    operation: &mut Operation,
    workspace: &Workspace,
    to: &Utf8Path,
    found: &Verification,
) -> Vec<Change> {
    let Some(slot) = super::slot_of(to) else {
        return Vec::new();
    };
    let id = planned_safeguard(operation).unwrap_or_else(|| next_id(case));
    let kept = Snapshot {
        id,
        digest: found.digest.clone(),
        stamp: found.stamp,
        level: Level::Damaged,
        facts: found.facts.clone(),
        condition: Condition::Good,
        ..copying::draft(case, workspace, 0, slot, Trigger::Damage)
    };
    amend_intents(operation, |intent| intent.safeguard = Some(id));
    vec![Change::SnapshotPut(Box::new(kept))]
}

/// The id that the intents were planned with.
fn planned_safeguard(operation: &Operation) -> Option<SnapshotId> {
    operation
        .remaining
        .iter()
        .find_map(|step| if let Effect::Commit { intent } = &step.effect { intent.safeguard } else { None })
}

fn amend_intents(operation: &mut Operation, amend: impl Fn(&mut Intent)) {
    for step in &mut operation.remaining {
        if let Effect::Commit { intent }
        | Effect::Swap { intent }
        | Effect::VerifyLive { intent }
        | Effect::Finish { intent } = &mut step.effect
        {
            amend(intent);
        }
    }
}
