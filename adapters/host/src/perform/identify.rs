//! Identify: what a file with a slot's name is. The digest decides which manifest describes it; a verification decides
//! what it is worth.

use camino::Utf8Path;
use omnicraft_core::effect::Depth;
use omnicraft_core::model::{Base, Manifest, Slot, Snapshot, SnapshotId, WorkspaceId};
use omnicraft_core::names;
use omnicraft_core::outcome::{Identified, Yield};

use super::verify;
use super::work::{Work, failed};
use crate::error::Result;

const LIMIT: u64 = 16 << 20;

pub(super) fn identify(work: &Work<'_>, workspace: &WorkspaceId, file: &Utf8Path) -> Result<Yield> {
    let verification = verify::verified(work, work.profile(workspace), file, Depth::Sound)?;
    let slot = file.file_name().and_then(Slot::parse);
    let manifests = manifests(work, file)?;
    let published = manifests.iter().map(|manifest| &manifest.snapshot);
    let last = published.filter(|snapshot| slot == Some(snapshot.slot)).map(|snapshot| snapshot.id).max();
    let manifest = describing(manifests, slot, &verification.digest);
    let replaces = last.filter(|_| manifest.is_none());
    Ok(Yield::Identified(Box::new(Identified { manifest, replaces, verification })))
}

/// Several snapshots can have one content: then the one that was published under this name, or else one that could have
/// come to it (a daily backup is kept under its date, a close backup moves down the ring). Of several such a plain name
/// means the newest, and a date the oldest: a newer one's manifest may be older than its file's name.
fn describing(manifests: Vec<Manifest>, slot: Option<Slot>, digest: &str) -> Option<Manifest> {
    let matching = manifests.into_iter().filter(|manifest| manifest.snapshot.digest == digest);
    matching.max_by_key(|manifest| {
        let snapshot = &manifest.snapshot;
        let came_from = slot.map_or((false, false), |slot| came_from(&slot, snapshot));
        let is_dated = slot.is_some_and(|slot| slot.generation.is_some());
        let age = if is_dated { SnapshotId::LAST - snapshot.id.0 } else { snapshot.id.0 };
        (slot == Some(snapshot.slot), came_from, age)
    })
}

/// Whether a snapshot could have moved to this slot since it was published, and whether the date says so too.
fn came_from(slot: &Slot, published: &Snapshot) -> (bool, bool) {
    let is_way = match (slot.base, published.slot.base) {
        (Base::Close(now), Base::Close(then)) => now >= then,
        (Base::Kept, Base::Close(_)) => true,
        (now, then) => now == then,
    };
    let is_day = slot.generation.is_some_and(|generation| generation.date == published.taken_at.date());
    (is_way, is_day)
}

/// All manifests of the file's folder that this build can read.
fn manifests(work: &Work<'_>, file: &Utf8Path) -> Result<Vec<Manifest>> {
    let folder = work.path(file.parent().unwrap_or_else(|| Utf8Path::new("")).join(names::MANIFESTS).as_path());
    let entries = work.files().list(&folder).map_err(failed("list the facts of the backups", &folder))?;
    let mut manifests = Vec::new();
    for entry in entries.iter().filter(|entry| entry.is_file && entry.name.ends_with(".json")) {
        // A manifest that cannot be read describes nothing; the file is then judged by its content alone.
        let Ok(content) = work.files().read(&folder.join(&entry.name), LIMIT) else { continue };
        let Ok(manifest) = serde_json::from_slice::<Manifest>(&content) else { continue };
        if manifest.format <= Manifest::FORMAT {
            manifests.push(manifest);
        }
    }
    Ok(manifests)
}
