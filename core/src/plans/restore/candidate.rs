//! The candidate of a restore: where it lies, how deeply it is checked, and what speaks against it.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use super::super::Case;
use crate::change::Change;
use crate::effect::{Depth, Effect};
use crate::event::Source;
use crate::model::{Base, Condition, Level, Snapshot, SnapshotId, Workspace, WorkspaceId};
use crate::names;
use crate::outcome::{Failure, FailureKind, Verification};
use crate::policy::{Expectation, judge};
use crate::transition::Refusal;

/// What would be restored.
#[derive(Debug)]
pub(in crate::plans) struct Candidate {
    /// Its file.
    pub(in crate::plans) path: Utf8PathBuf,
    /// For people.
    pub(in crate::plans) shown: String,
}

impl Candidate {
    /// Checks it in place.
    pub(in crate::plans) fn check(&self, workspace: &Workspace) -> Effect {
        Effect::Verify { workspace: workspace.id.clone(), file: self.path.clone(), depth: Depth::Sound }
    }
}

/// Finds the candidate; `undo` allows a damaged database that a restore had set aside.
pub(in crate::plans) fn candidate(
    case: &Case<'_>,
    workspace: &Workspace,
    source: &Source,
    undo: bool,
) -> Result<Candidate, Refusal> {
    match source {
        Source::File(path) if *path == workspace.database => Err(Refusal::new(
            format!("{path} is the live database itself"),
            "Choose a snapshot from `list`, or another file",
        )),
        Source::File(path) => Ok(Candidate { path: path.clone(), shown: path.to_string() }),
        Source::Snapshot(id) => of_snapshot(case, workspace, *id, undo),
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
    if snapshot.level == Level::Damaged && !(undo && snapshot.facts.page_size > 0) {
        return Err(Refusal::new(
            format!("{id} is a damaged database that was set aside, kept as it was found in {path}"),
            choose,
        ));
    }
    Ok(Candidate { path, shown: format!("{id} ({})", snapshot.slot) })
}

/// What speaks against the candidate, each in a sentence.
pub(in crate::plans) fn problems(
    case: &Case<'_>,
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
    judged(case, workspace, source, found)
}

/// What speaks against the staged candidate: staging has set its journal mode and migrated it, so its digest is new.
pub(super) fn problems_of_staged(
    case: &Case<'_>,
    workspace: &Workspace,
    source: &Source,
    found: &Verification,
) -> Vec<String> {
    let set_aside = snapshot(case, source).is_some_and(|snapshot| snapshot.level == Level::Damaged);
    if set_aside { Vec::new() } else { judged(case, workspace, source, found) }
}

fn judged(case: &Case<'_>, workspace: &Workspace, source: &Source, found: &Verification) -> Vec<String> {
    let fingerprints = match source {
        Source::Snapshot(_) => None,
        Source::File(_) => known_fingerprints(case, &workspace.id),
    };
    judge(&Expectation { workspace, profile: case.profile(workspace), fingerprints }, found)
}

fn snapshot<'a>(case: &'a Case<'_>, source: &Source) -> Option<&'a Snapshot> {
    match source {
        Source::Snapshot(id) => case.state.snapshots.get(id),
        Source::File(_) => None,
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

/// The failure of a candidate that must not be restored.
pub(in crate::plans) fn unfit(file: &Utf8Path, problems: &[String]) -> Failure {
    Failure {
        kind: FailureKind::Damaged,
        attempted: "restore this file".to_owned(),
        path: file.to_owned(),
        reason: problems.join("; "),
        remedy: "Nothing was changed; choose another snapshot from `list`".to_owned(),
    }
}
