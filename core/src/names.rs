//! Every path that the engine makes, in one place: relative to the home, with `/` between parts. A scan recognises
//! the engine's own files by these names and touches no others.

use camino::{Utf8Path, Utf8PathBuf};

use crate::model::{Slot, SnapshotId, Workspace};

/// The registry of workspaces.
pub const REGISTRY: &str = "workspaces.json";
/// The folder of all snapshots.
pub const BACKUPS: &str = "backups";
/// The catalog.
pub const CATALOG: &str = "backups/catalog.db";
/// Held, not filled: one engine per home.
pub const LOCK: &str = "backups/.lock";
/// The one commit point of a swap.
pub const INTENT: &str = "backups/.restore-intent.json";
/// The folder of manifests inside a workspace's backup folder.
pub const MANIFESTS: &str = "manifests";

const STAGED_PREFIX: &str = ".staged-";
const BESIDE_LIVE: &str = ".omnicraft-staged-";

/// The folder of a workspace's snapshots.
pub fn folder(workspace: &Workspace) -> Utf8PathBuf {
    if workspace.folder.as_str().is_empty() { BACKUPS.into() } else { Utf8Path::new(BACKUPS).join(&workspace.folder) }
}

/// Where a slot's file lies.
pub fn slot(workspace: &Workspace, slot: Slot) -> Utf8PathBuf {
    folder(workspace).join(slot.file_name())
}

/// Where a snapshot's manifest lies.
pub fn manifest(workspace: &Workspace, id: SnapshotId) -> Utf8PathBuf {
    folder(workspace).join(MANIFESTS).join(format!("{id}.json"))
}

/// Whether a path is that of some snapshot's manifest.
pub fn is_manifest(path: &Utf8Path) -> bool {
    let folder = path.parent().and_then(Utf8Path::file_name);
    let id = path.file_name().and_then(|name| name.strip_suffix(".json")?.parse::<SnapshotId>().ok());
    path.starts_with(BACKUPS) && folder == Some(MANIFESTS) && id.is_some()
}

/// A copy that is not yet published; `operation` makes it unique, `part` tells several of one operation apart.
pub fn staged(workspace: &Workspace, operation: u64, part: &str) -> Utf8PathBuf {
    folder(workspace).join(format!("{STAGED_PREFIX}{operation}-{part}.db"))
}

/// An archive that is not yet exported.
pub fn staged_archive(workspace: &Workspace, operation: u64, part: &str) -> Utf8PathBuf {
    folder(workspace).join(format!("{STAGED_PREFIX}{operation}-{part}.zip"))
}

/// A database that was built from an archive or taken out of one; `part` counts those of one operation. Directly in the
/// folder of all snapshots, where every scan looks: the workspace may not be there yet, nor its folder.
pub fn imported(operation: u64, part: usize) -> Utf8PathBuf {
    Utf8Path::new(BACKUPS).join(format!("{STAGED_PREFIX}{operation}-import-{part}.db"))
}

/// A database that will be swapped in: beside the live one, because a rename does not cross file systems.
pub fn staged_beside(live: &Utf8Path, operation: u64) -> Utf8PathBuf {
    let name = live.file_name().unwrap_or("database");
    live.with_file_name(format!(".{name}{BESIDE_LIVE}{operation}"))
}

/// The same for the database that comes back when the one that was swapped in turns out bad.
pub fn staged_back(live: &Utf8Path, operation: u64) -> Utf8PathBuf {
    Utf8PathBuf::from(format!("{}-back", staged_beside(live, operation)))
}

/// Where a file is written before it is renamed to `target`, beside it.
pub fn temporary(target: &Utf8Path, operation: u64) -> Utf8PathBuf {
    let name = target.file_name().unwrap_or("file");
    target.with_file_name(format!("{STAGED_PREFIX}{operation}-to-{name}"))
}

/// Whether a file name in a backup folder is a leftover of ours (with SQLite's sidecars of it).
pub fn is_staged(file_name: &str) -> bool {
    let rest = file_name.strip_prefix(STAGED_PREFIX);
    rest.is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
}

/// Whether a file name beside the live file `live_name` is a leftover of ours (with SQLite's sidecars of it).
pub fn is_staged_beside(file_name: &str, live_name: &str) -> bool {
    let rest = file_name.strip_prefix('.').and_then(|name| name.strip_prefix(live_name));
    rest.is_some_and(|rest| rest.starts_with(BESIDE_LIVE))
}

/// Whether a file name is one that the engine gives to unpublished files alone, wherever they lie.
pub fn is_unpublished(file_name: &str) -> bool {
    let beside = file_name.strip_prefix('.').and_then(|name| name.rsplit_once(BESIDE_LIVE));
    is_staged(file_name) || beside.is_some_and(|(_, number)| number.starts_with(|first: char| first.is_ascii_digit()))
}
