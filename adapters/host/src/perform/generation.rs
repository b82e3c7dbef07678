//! Names of published snapshots: a dated second name before a slot is overwritten, one place down the ring, and out of
//! the way for a file that is not ours.

use std::io::ErrorKind;
use std::path::Path;

use camino::Utf8Path;
use omnicraft_core::model::SnapshotId;
use omnicraft_core::outcome::{FailureKind, Yield};

use super::sidecars;
use super::work::{Work, failed, parent};
use crate::error::{Result, Stop};

/// Gives the holder of a slot a dated name as well. After a power cut it has one name or both.
pub(super) fn keep(work: &Work<'_>, snapshot: SnapshotId, from: &Utf8Path, to: &Utf8Path) -> Result<Yield> {
    let attempted = "keep the older backup under its date";
    if !is_moved(work, attempted, snapshot, from, to)? {
        second_name(work, attempted, from, to)?;
    }
    placed(work, attempted, to)
}

/// Moves a snapshot one place down the ring; what was there is overwritten.
pub(super) fn shift(work: &Work<'_>, snapshot: SnapshotId, from: &Utf8Path, to: &Utf8Path) -> Result<Yield> {
    let attempted = "move the backup down the ring";
    let (source, target) = (work.path(from), work.path(to));
    match (work.stamp(&source)?, work.stamp(&target)?) {
        (None, _) => {
            // Nothing to move is only right where the snapshot has arrived.
            if !is_moved(work, attempted, snapshot, from, to)? {
                work.present(attempted, &source)?;
            }
        }
        // A rename between two names of one file does nothing at all.
        (Some(one), Some(other)) if one.same_file(&other) => {
            work.files().remove(&source).map_err(failed(attempted, &source))?;
            work.sync_folder(parent(&source))?;
        }
        (Some(_), _) => {
            sidecars::remove(work, &target)?;
            work.settle(attempted, &source, &target)?;
            if parent(&source) != parent(&target) {
                work.sync_folder(parent(&source))?;
            }
        }
    }
    placed(work, attempted, to)
}

/// Moves a file, with the sidecars that hold its last changes, to a name that is free.
pub(super) fn set_aside(work: &Work<'_>, from: &Utf8Path, to: &Utf8Path) -> Result<Yield> {
    let attempted = "move a file that is not ours out of the way";
    let (source, target) = (work.path(from), work.path(to));
    match (work.stamp(&source)?, work.stamp(&target)?) {
        (None, None) => {
            work.present(attempted, &source)?;
        }
        (Some(_), Some(_)) => return Err(taken(attempted, &target)),
        (_, _) => {}
    }
    // The main file goes last: as long as it is there, this can be done again.
    for suffix in sidecars::DATA {
        let sidecar = sidecars::of(&source, suffix);
        if work.stamp(&sidecar)?.is_some() {
            work.settle(attempted, &sidecar, &sidecars::of(&target, suffix))?;
        }
    }
    if work.stamp(&source)?.is_some() {
        work.settle(attempted, &source, &target)?;
    }
    work.sync_folder(parent(&source))?;
    placed(work, attempted, to)
}

/// A second name for a file, or a second file where the file system has no links. Fails where the name is taken.
pub(super) fn second_name(work: &Work<'_>, attempted: &str, from: &Utf8Path, to: &Utf8Path) -> Result<()> {
    let (source, target) = (work.path(from), work.path(to));
    work.present(attempted, &source)?;
    if work.stamp(&target)?.is_some() {
        return Err(taken(attempted, &target));
    }
    sidecars::remove(work, &target)?;
    match work.files().link(&source, &target) {
        Ok(()) => work.sync_folder(parent(&target)),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(taken(attempted, &target)),
        Err(_) => {
            let temporary = work.path(&work.temporary(to));
            let mut progress = work.progress("Keeping", from);
            let copied = work.copy(attempted, &source, &temporary, &mut progress);
            work.or_sweep(&temporary, copied.and_then(|()| work.settle(attempted, &temporary, &target)))
        }
    }
}

/// Whether the snapshot already is what lies at `to`. Another file there is an error.
fn is_moved(work: &Work<'_>, attempted: &str, snapshot: SnapshotId, from: &Utf8Path, to: &Utf8Path) -> Result<bool> {
    let (source, target) = (work.path(from), work.path(to));
    let Some(there) = work.stamp(&target)? else { return Ok(false) };
    if work.stamp(&source)?.is_some_and(|here| here.same_file(&there)) {
        work.sync_folder(parent(&target))?;
        return Ok(true);
    }
    let Some(recorded) = work.state.snapshots.get(&snapshot) else { return Err(taken(attempted, &target)) };
    let same = there.size == recorded.stamp.size
        && (there.same_content(&recorded.stamp)
            || work.digest(&target, &mut work.progress("Checking", to))? == recorded.digest);
    if !same {
        return Err(taken(attempted, &target));
    }
    work.sync_folder(parent(&target))?;
    Ok(true)
}

fn taken(attempted: &str, path: &Path) -> Stop {
    let remedy = "Move it elsewhere and try again; it was left alone";
    Stop::new(FailureKind::Foreign, attempted, path, "another file has this name", remedy)
}

fn placed(work: &Work<'_>, attempted: &str, to: &Utf8Path) -> Result<Yield> {
    Ok(Yield::Placed(work.present(attempted, &work.path(to))?))
}
