//! A content that was checked before is not checked again. Where the digest of a copy is that of a good snapshot of the
//! same workspace, all that is left to prove is that the disk holds what was copied: the copy is read back and its digest
//! compared. What SQLite said of the content then, it would say again: a copy bears in its header the version of the
//! SQLite that sealed it, so with another version the digests would differ.
//!
//! So it is with a good snapshot that is previewed, or is to be restored; what will be swapped in is checked anew beside the
//! live file, by the SQLite of today.

use super::{copying, stop};
use crate::effect::{Depth, Effect};
use crate::model::{Level, Snapshot, Workspace};
use crate::outcome::{Failure, FailureKind, Verification};
use crate::plans::Case;
use crate::state::Operation;

/// The best proven of the good snapshots with a content.
fn with_content<'a>(case: &'a Case<'_>, workspace: &'a Workspace, digest: &str) -> Option<&'a Snapshot> {
    let same =
        case.state.snapshots_of(&workspace.id).filter(|snapshot| snapshot.is_good() && snapshot.digest == digest);
    same.max_by_key(|snapshot| snapshot.level)
}

/// After a copy whose digest is known: leaves no more to its verification than is needed.
pub(super) fn spare(case: &Case<'_>, operation: &mut Operation, workspace: &Workspace, digest: &str) {
    let Some(known) = with_content(case, workspace, digest) else { return };
    let staged = copying::staged_of(operation, workspace);
    for step in &mut operation.remaining {
        if let Effect::Verify { file, depth, .. } = &mut step.effect
            && *file == staged
            && (*depth != Depth::Proven || known.level >= Level::Proven)
        {
            *depth = Depth::Digest;
        }
    }
}

/// What a verification of the copy says, with what is known of its content from before. `None` where the disk does not
/// hold what was copied: then the operation is stopped.
pub(super) fn faithful(
    case: &Case<'_>,
    operation: &mut Operation,
    workspace: &Workspace,
    depth: Depth,
    found: &Verification,
) -> Option<Verification> {
    let copied = operation.copy.as_ref().map(|copy| copy.digest.as_str()).unwrap_or_default();
    let is_as_copied = copied.is_empty() || copied == found.digest;
    let whole = match depth {
        Depth::Digest => with_content(case, workspace, &found.digest).map(|known| as_known(known, found)),
        Depth::Sound | Depth::Proven => Some(found.clone()),
    };
    let whole = whole.filter(|_| is_as_copied);
    if whole.is_none() {
        stop(operation, unfaithful(workspace));
    }
    whole
}

/// What a digest says of a file, with what is known of the snapshot whose content it has.
pub(super) fn as_known(known: &Snapshot, found: &Verification) -> Verification {
    Verification { facts: known.facts.clone(), level: Some(known.level.min(Level::Proven)), ..found.clone() }
}

fn unfaithful(workspace: &Workspace) -> Failure {
    Failure {
        kind: FailureKind::Io,
        attempted: copying::SNAPSHOT.to_owned(),
        path: workspace.database.clone(),
        reason: "the copy reads back otherwise than it was written".to_owned(),
        remedy: "Check the disk and the memory of this computer, and try again; nothing was changed".to_owned(),
    }
}
