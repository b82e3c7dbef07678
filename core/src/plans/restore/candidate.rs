//! The candidate of a restore: where it lies, how deeply it is checked, and what speaks against it.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use super::super::{Case, import, known};
use crate::change::Change;
use crate::effect::{Depth, Effect};
use crate::event::Source;
use crate::model::{
    ArchivedWorkspace, Base, Condition, IntentTarget, Level, Snapshot, SnapshotId, Workspace, WorkspaceId,
};
use crate::names;
use crate::outcome::{Failure, FailureKind, Verification};
use crate::policy::{Expectation, judge};
use crate::state::{Moment, Operation, Part};
use crate::transition::Refusal;

/// What would be restored.
#[derive(Debug)]
pub(in crate::plans) struct Candidate {
    /// Its file.
    pub(in crate::plans) path: Utf8PathBuf,
    /// For people.
    pub(in crate::plans) shown: String,
    /// How deeply it is checked: a good snapshot was checked before it was published, so its digest is enough; what is
    /// built of an archive is checked as it is built; of a database that somebody brings nothing is known.
    pub(in crate::plans) depth: Depth,
}

impl Candidate {
    /// Checks it in place.
    pub(in crate::plans) fn check(&self, workspace: &WorkspaceId) -> Effect {
        Effect::Verify { workspace: workspace.clone(), file: self.path.clone(), depth: self.depth }
    }
}

/// Finds the candidate of an operation; `undo` allows a damaged database that a restore had set aside.
pub(in crate::plans) fn candidate(
    case: &Case<'_>,
    workspace: &Workspace,
    source: &Source,
    operation: u64,
    undo: bool,
) -> Result<Candidate, Refusal> {
    match source {
        Source::Archive { path, .. } | Source::File(path) if *path == workspace.database => Err(Refusal::new(
            format!("{path} is the live database itself"),
            "Choose a snapshot from `list`, or another file",
        )),
        Source::File(path) => Ok(Candidate { path: path.clone(), shown: path.to_string(), depth: Depth::Proven }),
        Source::Archive { path, .. } => {
            let built = names::imported(operation, 0);
            Ok(Candidate { path: built, shown: path.to_string(), depth: Depth::Sound })
        }
        Source::Snapshot(id) => of_snapshot(case, workspace, *id, undo),
    }
}

/// The candidate of a part that is restored.
pub(in crate::plans) fn candidate_of(case: &Case<'_>, operation: &Operation, part: &Part) -> Option<Candidate> {
    let workspace = case.known(operation, &part.workspace)?;
    let undo = matches!(operation.moment, Moment::Undo(_));
    candidate(case, workspace, part.source.as_ref()?, operation.number, undo).ok()
}

/// What the archive says of the database that was taken out of it or built from it.
pub(in crate::plans) fn archived<'a>(operation: &'a Operation, file: &Utf8Path) -> Option<&'a ArchivedWorkspace> {
    let facts = operation.inspection.as_ref()?.facts.as_ref()?;
    let mut workspaces = facts.workspaces.iter().enumerate();
    workspaces.find_map(|(n, said)| (names::imported(operation.number, n) == *file).then_some(said))
}

fn of_archive<'a>(operation: &'a Operation, source: &Source) -> Option<&'a ArchivedWorkspace> {
    match source {
        Source::Snapshot(_) => None,
        Source::File(file) => archived(operation, file),
        Source::Archive { .. } => archived(operation, &names::imported(operation.number, 0)),
    }
}

fn of_snapshot(case: &Case<'_>, workspace: &Workspace, id: SnapshotId, undo: bool) -> Result<Candidate, Refusal> {
    let choose = "Choose another one from `list`";
    let Some(snapshot) = case.state.snapshots.get(&id) else {
        return Err(Refusal::new(format!("there is no snapshot {id}"), choose));
    };
    if snapshot.workspace != workspace.id {
        let theirs = &snapshot.workspace;
        return Err(Refusal::new(
            format!("the snapshot {id} is of the workspace `{theirs}`, not of `{}`", workspace.id),
            choose,
        ));
    }
    if let Condition::Suspect(reason) = &snapshot.condition {
        return Err(Refusal::new(format!("the snapshot {id} cannot be trusted: {reason}"), choose));
    }
    let path = names::slot(workspace, snapshot.slot);
    if snapshot.level == Level::Damaged && !(undo && snapshot.can_be_undone_to()) {
        return Err(Refusal::new(
            format!("{id} is a damaged database that was set aside, kept as it was found in {path}"),
            choose,
        ));
    }
    let depth = if snapshot.is_good() { Depth::Digest } else { Depth::Sound };
    Ok(Candidate { path, shown: format!("{id} ({})", snapshot.slot), depth })
}

/// What the check of a candidate found, with what is known of it where its digest alone was asked for.
pub(in crate::plans) fn found_of(case: &Case<'_>, source: &Source, found: &Verification) -> Verification {
    let published = snapshot(case, source).filter(|snapshot| snapshot.is_good() && snapshot.digest == found.digest);
    published.map_or_else(|| found.clone(), |snapshot| known::as_known(snapshot, found))
}

/// What speaks against the candidate, each in a sentence.
pub(in crate::plans) fn problems(
    case: &Case<'_>,
    operation: &Operation,
    workspace: &Workspace,
    source: &Source,
    found: &Verification,
) -> Vec<String> {
    if let Some(snapshot) = snapshot(case, source) {
        if snapshot.digest != found.digest {
            return vec!["its content is not what was published: the file was changed or has decayed".to_owned()];
        }
        if snapshot.level == Level::Damaged {
            return Vec::new();
        }
    }
    let mut problems = judged(case, workspace, Some(source), found);
    if problems.is_empty() && matches!(source, Source::Archive { .. }) {
        problems.extend(import::broken_references(operation, found));
    }
    if problems.is_empty()
        && let Some(said) = of_archive(operation, source)
    {
        problems.extend(import::lies(&said.facts, source, &found.facts));
    }
    problems
}

/// What speaks against a staged database: staging has set its journal mode and migrated it, so its digest is new.
pub(super) fn problems_of_staged(
    case: &Case<'_>,
    operation: &Operation,
    target: &IntentTarget,
    found: &Verification,
) -> Vec<String> {
    let Some(workspace) = case.known(operation, &target.workspace) else {
        return found.problems.clone();
    };
    // What comes back after a failed swap is a safeguard, and no longer what the part was restored from.
    let is_candidate = target.staged == names::staged_beside(&target.live, operation.number);
    let part = operation.part_at(&target.live).filter(|_| is_candidate);
    let source = part.and_then(|part| part.source.as_ref());
    let set_aside = source.and_then(|source| snapshot(case, source)).is_some_and(|s| s.level == Level::Damaged);
    if set_aside { Vec::new() } else { judged(case, workspace, source, found) }
}

fn judged(case: &Case<'_>, workspace: &Workspace, source: Option<&Source>, found: &Verification) -> Vec<String> {
    let fingerprints = match source {
        // An archive's tables were compared with those of its schema when the database was built.
        None | Some(Source::Snapshot(_) | Source::Archive { .. }) => None,
        Some(Source::File(_)) => known_fingerprints(case, &workspace.id),
    };
    judge(&Expectation { workspace, profile: case.profile(workspace), fingerprints }, found)
}

fn snapshot<'a>(case: &'a Case<'_>, source: &Source) -> Option<&'a Snapshot> {
    match source {
        Source::Snapshot(id) => case.state.snapshots.get(id),
        Source::File(_) | Source::Archive { .. } => None,
    }
}

/// Schemas that were seen in a workspace; `None` where none was, so that anything is new to us.
fn known_fingerprints(case: &Case<'_>, id: &WorkspaceId) -> Option<BTreeSet<String>> {
    let ours = case.state.snapshots_of(id).filter(|snapshot| snapshot.slot.base != Base::Damaged && snapshot.is_good());
    let known: BTreeSet<String> = ours.map(|snapshot| snapshot.facts.fingerprint.clone()).collect();
    (!known.is_empty()).then_some(known)
}

/// A snapshot that failed its check is not offered again.
pub(in crate::plans) fn suspected(case: &Case<'_>, source: &Source, problems: &[String]) -> Vec<Change> {
    let suspect = snapshot(case, source)
        .map(|snapshot| Snapshot { condition: Condition::Suspect(problems.join("; ")), ..snapshot.clone() });
    suspect.map(|snapshot| Change::SnapshotPut(Box::new(snapshot))).into_iter().collect()
}

/// The failure of a candidate that must not be restored; what is wrong with a part of an archive is the archive's fault.
pub(in crate::plans) fn unfit(
    operation: &Operation,
    workspace: &Workspace,
    file: &Utf8Path,
    problems: &[String],
) -> Failure {
    let problems_of_it = problems.join("; ");
    if let Moment::RestoreAll(path) | Moment::PreviewAll(path) = &operation.moment {
        return import::refused(path, format!("“{}”: {problems_of_it}", workspace.name));
    }
    if let Moment::Restore(_, Source::Archive { path, .. }) | Moment::Preview(_, Source::Archive { path, .. }) =
        &operation.moment
    {
        return import::refused(path, problems_of_it);
    }
    unfit_file(file, problems)
}

/// The failure of a file that must not be restored.
pub(super) fn unfit_file(file: &Utf8Path, problems: &[String]) -> Failure {
    Failure {
        kind: FailureKind::Damaged,
        attempted: "restore this file".to_owned(),
        path: file.to_owned(),
        reason: problems.join("; "),
        remedy: "Nothing was changed; choose another snapshot from `list`".to_owned(),
    }
}
