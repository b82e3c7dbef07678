//! Publish: makes a verified staged file a snapshot. The manifest is durable before the name is, so a file under a
//! slot's name is never without its facts.

use std::path::Path;

use camino::Utf8Path;
use omnicraft_core::model::{Manifest, Snapshot, SnapshotId};
use omnicraft_core::outcome::{FailureKind, Yield};

use super::sidecars;
use super::work::{Work, failed, parent};
use crate::error::{Result, Stop};

/// What is published where.
pub(super) struct Publication<'a> {
    pub(super) snapshot: SnapshotId,
    pub(super) staged: &'a Utf8Path,
    pub(super) to: &'a Utf8Path,
    pub(super) manifest: &'a Utf8Path,
    /// Whether the staged file is needed again.
    pub(super) keep: bool,
}

const ATTEMPTED: &str = "publish the backup";
const AGAIN: &str = "Try again; the backups that existed before are untouched";

pub(super) fn publish(work: &Work<'_>, publication: &Publication<'_>) -> Result<Yield> {
    let draft = draft(work, publication.snapshot)?;
    let (staged, to) = (work.path(publication.staged), work.path(publication.to));
    let Some(verified) = work.stamp(&staged)? else { return already(work, publication, draft) };
    work.ensure_folder(parent(&to))?;
    write_facts(work, publication.manifest, draft)?;
    if publication.keep {
        let temporary = work.path(&work.temporary(publication.to));
        let published = independent_copy(work, &staged, &temporary, draft).and_then(|()| place(work, &temporary, &to));
        work.or_sweep(&temporary, published)?;
    } else {
        work.sync_file(&staged)?;
        place(work, &staged, &to)?;
    }
    let published = work.present(ATTEMPTED, &to)?;
    if published.size != verified.size {
        let reason = format!("it has {} bytes, and {} were verified", published.size, verified.size);
        return Err(Stop::new(FailureKind::Io, ATTEMPTED, &to, reason, AGAIN));
    }
    Ok(Yield::Placed(published))
}

/// Writes the manifest of a published snapshot again: after a power cut it is the old one or the new one.
pub(super) fn write_manifest(work: &Work<'_>, snapshot: SnapshotId, manifest: &Utf8Path) -> Result<Yield> {
    write_facts(work, manifest, draft(work, snapshot)?)?;
    Ok(Yield::Nothing)
}

fn draft<'a>(work: &Work<'a>, id: SnapshotId) -> Result<&'a Snapshot> {
    let mut drafts = work.state.operation.iter().flat_map(|operation| &operation.drafts);
    let missing = || {
        let reason = format!("nothing is known about {id}");
        Stop::new(FailureKind::Missing, ATTEMPTED, work.home, reason, AGAIN)
    };
    drafts.find(|draft| draft.id == id).ok_or_else(missing)
}

/// The staged file is gone: that is right only when it was published before.
fn already(work: &Work<'_>, publication: &Publication<'_>, draft: &Snapshot) -> Result<Yield> {
    let (staged, to) = (work.path(publication.staged), work.path(publication.to));
    if work.stamp(&to)?.is_some() && work.stamp(&work.path(publication.manifest))?.is_some() {
        let digest = work.digest(&to, &mut work.progress("Checking", publication.to))?;
        if digest == draft.digest {
            work.sync_folder(parent(&to))?;
            return Ok(Yield::Placed(work.present(ATTEMPTED, &to)?));
        }
    }
    Err(Stop::new(FailureKind::Missing, ATTEMPTED, &staged, "the verified copy is gone", AGAIN))
}

fn write_facts(work: &Work<'_>, path: &Utf8Path, draft: &Snapshot) -> Result<()> {
    let attempted = "write the facts of the backup";
    let schema = work.workspace(&draft.workspace).and_then(|workspace| workspace.schema.clone());
    let place = work.path(path);
    let json = serde_json::to_vec_pretty(&Manifest::new(draft.clone(), schema));
    let json = json.map_err(|error| Stop::new(FailureKind::Io, attempted, &place, error.to_string(), AGAIN))?;
    work.ensure_folder(parent(&place))?;
    work.write(attempted, path, &json)
}

/// The copy is read back: what is published is verified, not only what it was copied from.
fn independent_copy(work: &Work<'_>, staged: &Path, temporary: &Path, draft: &Snapshot) -> Result<()> {
    let size = work.present(ATTEMPTED, staged)?.size;
    work.discard(temporary)?;
    work.require_space(ATTEMPTED, temporary, size)?;
    let mut pace = work.pace();
    // A publication that was begun is finished: no stop is asked for.
    let mut watch = |done| pace.at(done, &mut || Ok(())).is_ok();
    let copied = work.files().copy_and_digest(staged, temporary, &mut watch);
    let digest = copied.map_err(failed(ATTEMPTED, temporary))?;
    if digest == draft.digest {
        return Ok(());
    }
    let reason = "the copy differs from the file that was verified";
    Err(Stop::new(FailureKind::Damaged, ATTEMPTED, temporary, reason, "Check the disk and try again"))
}

/// Whatever a tool left beside the former holder of the name belongs to that file, not to this one.
fn place(work: &Work<'_>, from: &Path, to: &Path) -> Result<()> {
    sidecars::remove(work, to)?;
    work.settle(ATTEMPTED, from, to)
}
