//! Removal: of snapshots that retention gave up, and of files that were never published. Nothing else is ever removed.

use camino::Utf8Path;
use omnicraft_core::model::{Base, FileStamp, ReadIntent, Slot, SnapshotId};
use omnicraft_core::names;
use omnicraft_core::outcome::{FailureKind, Yield};

use super::work::{Work, failed, parent};
use super::{intent, sidecars};
use crate::error::{Result, Stop};

/// Removes a published snapshot, the file first. After a power cut there is the whole of it, or a manifest alone.
pub(super) fn remove(work: &Work<'_>, path: &Utf8Path, manifest: &Utf8Path, published: &FileStamp) -> Result<Yield> {
    let attempted = "remove an old backup";
    let (file, manifest) = (work.path(path), work.path(manifest));
    if let Some(stamp) = work.stamp(&file)? {
        if !stamp.same_content(published) {
            let remedy = "Move it elsewhere if you need it, or delete it yourself";
            let reason = "it was changed by hand since it was published, so it was left alone";
            return Err(Stop::new(FailureKind::Foreign, attempted, &file, reason, remedy));
        }
        work.files().remove_in_pieces(&file).map_err(failed(attempted, &file))?;
    }
    if keeps_sidecars(path) {
        sidecars::remove(work, &file)?;
    }
    work.sync_folder(parent(&file))?;
    work.files().remove(&manifest).map_err(failed(attempted, &manifest))?;
    if work.stamp(parent(&manifest))?.is_some() {
        work.sync_folder(parent(&manifest))?;
    }
    Ok(Yield::Nothing)
}

/// Removes what is nobody's any more: an unpublished file, an intent that was never committed, the manifest of a
/// forgotten snapshot, or the dated one of two names of a snapshot.
pub(super) fn discard(work: &Work<'_>, path: &Utf8Path) -> Result<Yield> {
    let attempted = "remove a temporary file";
    let file = work.path(path);
    if path.file_name().is_some_and(names::is_unpublished) && !is_awaited(work, path)? {
        work.discard(&file)?;
        if is_out_of_sight(path) && work.stamp(parent(&file))?.is_some() {
            work.sync_folder(parent(&file))?;
        }
    } else if work.stamp(&file)?.is_some() {
        if !is_void_intent(work, path)? && !is_stray_manifest(work, path) && !is_second_name(work, path)? {
            let (reason, remedy) =
                ("it is in use, or not ours, so it was left alone", "Remove it yourself if you must");
            return Err(Stop::new(FailureKind::Foreign, attempted, &file, reason, remedy));
        }
        work.files().remove(&file).map_err(failed(attempted, &file))?;
    }
    Ok(Yield::Nothing)
}

/// Whether no scan may look there: beside a database that no list names, or in a folder of the user's. The plan alone
/// knows of such a file, so it must be gone for good before the plan forgets it.
fn is_out_of_sight(path: &Utf8Path) -> bool {
    !path.starts_with(names::BACKUPS)
}

/// Whether a committed swap still needs it.
fn is_awaited(work: &Work<'_>, path: &Utf8Path) -> Result<bool> {
    match intent::read(work.home, work.files())? {
        ReadIntent::Committed(intent) => Ok(intent.targets.iter().any(|target| target.staged == path)),
        ReadIntent::None | ReadIntent::Invalid(_) => Ok(false),
    }
}

fn is_void_intent(work: &Work<'_>, path: &Utf8Path) -> Result<bool> {
    Ok(path == names::INTENT && !matches!(intent::read(work.home, work.files())?, ReadIntent::Committed(_)))
}

/// Whether it describes a snapshot that the state does not know.
fn is_stray_manifest(work: &Work<'_>, path: &Utf8Path) -> bool {
    let id = path.file_name().and_then(|name| name.strip_suffix(".json")?.parse::<SnapshotId>().ok());
    names::is_manifest(path) && id.is_some_and(|id| !work.state.snapshots.contains_key(&id))
}

/// Whether the same file has a plain slot's name too, as an interrupted publication leaves it.
fn is_second_name(work: &Work<'_>, path: &Utf8Path) -> Result<bool> {
    let dated = path.file_name().and_then(Slot::parse).is_some_and(|slot| slot.generation.is_some());
    if !dated || !path.starts_with(names::BACKUPS) {
        return Ok(false);
    }
    let (file, folder) = (work.path(path), work.path(path.parent().unwrap_or(path)));
    let Some(stamp) = work.stamp(&file)? else { return Ok(false) };
    let entries = work.files().list(&folder).map_err(failed("list the folder", &folder))?;
    let plain = |name: &str| Slot::parse(name).is_some_and(|slot| slot.generation.is_none());
    Ok(entries.iter().any(|entry| entry.is_file && plain(&entry.name) && entry.stamp.same_file(&stamp)))
}

/// A damaged database that SQLite could not copy is kept with its sidecars.
fn keeps_sidecars(path: &Utf8Path) -> bool {
    path.file_name().and_then(Slot::parse).is_some_and(|slot| slot.base == Base::Damaged)
}
