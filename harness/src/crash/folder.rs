//! Whose each file is, by its name and place alone: SQLite's and the app's, the engine's, or somebody else's.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use omnicraft_core::model::{Base, Slot, SnapshotId};
use omnicraft_core::names;

use super::life::HOME;
use crate::sim::machine::Machine;

/// What a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A live database or what SQLite keeps beside it.
    Live,
    /// The catalog, the lock, the list of workspaces, a manifest.
    Engines,
    /// A snapshot.
    Slot,
    /// A damaged live database that was kept, or what SQLite kept beside it.
    KeptDamaged,
    /// Something unpublished, an intent, a sidecar of a snapshot: nothing of that may stay.
    Leftover,
    /// Not the engine's.
    Foreign,
}

/// What SQLite keeps beside a database.
const SIDECARS: [&str; 3] = ["-wal", "-shm", "-journal"];

/// What the file at a path is for, where these are the live databases.
pub(super) fn kind<'a>(path: &Path, mut lives: impl Iterator<Item = &'a Arc<Path>>) -> Kind {
    let name = name(path);
    let main = main_file(path);
    let in_backups = path.starts_with(backups());
    if lives.any(|live| **live == *path || **live == *main) {
        Kind::Live
    } else if names::is_unpublished(name) || home(names::INTENT) == *path {
        Kind::Leftover
    } else if is_registry(path) || in_backups && is_engines(path, &main) {
        Kind::Engines
    } else if !in_backups {
        Kind::Foreign
    } else {
        in_folder(path, &main)
    }
}

fn in_folder(path: &Path, main: &Path) -> Kind {
    match (Slot::parse(name(path)), Slot::parse(name(main))) {
        (Some(slot), _) if slot.base != Base::Damaged => Kind::Slot,
        (_, Some(slot)) if slot.base == Base::Damaged => Kind::KeptDamaged,
        (None, Some(_)) => Kind::Leftover,
        _ => Kind::Foreign,
    }
}

/// One that was found damaged stays beside the new one.
fn is_registry(path: &Path) -> bool {
    home(names::REGISTRY) == *path || is_damaged_registry(path)
}

fn is_damaged_registry(path: &Path) -> bool {
    path.parent() == Some(Path::new(HOME)) && name(path).starts_with(&format!("{}.damaged-", names::REGISTRY))
}

fn is_damaged_catalog(path: &Path) -> bool {
    path.parent() == Some(&*backups()) && name(path).starts_with("catalog.damaged-")
}

/// The engine's lists: the catalog, and the workspaces.
pub(super) fn lists() -> [Arc<Path>; 2] {
    [names::CATALOG, names::REGISTRY].map(|list| home(list).as_path().into())
}

/// The list of which a file is what was found damaged.
pub(super) fn set_aside(path: &Path) -> Option<Arc<Path>> {
    let [catalog, registry] = lists();
    if is_damaged_catalog(path) {
        return Some(catalog);
    }
    is_damaged_registry(path).then_some(registry)
}

/// The catalog's journal stays: between two commits it is empty. So may a catalog that was found damaged.
fn is_engines(path: &Path, main: &Path) -> bool {
    let is_manifest = path.parent().is_some_and(|folder| folder.ends_with(names::MANIFESTS))
        && name(path).strip_suffix(".json").is_some_and(|id| id.parse::<SnapshotId>().is_ok());
    home(names::CATALOG) == *main || home(names::LOCK) == *path || is_manifest || is_damaged_catalog(path)
}

/// The database that a file belongs to, by its name: itself, where it is no sidecar.
pub(crate) fn main_file(path: &Path) -> PathBuf {
    let name = name(path);
    let main = SIDECARS.iter().find_map(|suffix| name.strip_suffix(suffix)).unwrap_or(name);
    path.with_file_name(main)
}

/// What SQLite keeps beside a database under the name with this ending.
pub(super) fn sidecar(path: &Path, suffix: &str) -> PathBuf {
    path.with_file_name(format!("{}{suffix}", name(path)))
}

/// Whether it is the catalog or SQLite's part of it.
pub(super) fn is_catalog(path: &Path) -> bool {
    home(names::CATALOG) == main_file(path)
}

/// A path of the engine's.
pub(super) fn home(path: &str) -> PathBuf {
    Path::new(HOME).join(path)
}

/// The folder of all snapshots.
pub(super) fn backups() -> PathBuf {
    home(names::BACKUPS)
}

/// All files below a folder.
pub fn files_below(machine: &Machine, folder: &Path) -> Vec<Arc<Path>> {
    let mut files = Vec::new();
    for (path, is_file) in machine.disk.list(folder) {
        if is_file {
            files.push(path);
        } else {
            files.extend(files_below(machine, &path));
        }
    }
    files
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_is_known_by_its_name_and_place() {
        let lives: [Arc<Path>; 2] = [Path::new("/home/shop.db").into(), Path::new("/data/old.db").into()];
        for (path, expected) in [
            ("/home/shop.db", Kind::Live),
            ("/home/shop.db-wal", Kind::Live),
            ("/data/old.db-journal", Kind::Live),
            ("/home/other.db", Kind::Foreign),
            ("/home/workspaces.json", Kind::Engines),
            ("/home/workspaces.json.damaged-4", Kind::Engines),
            ("/home/backups/catalog.db", Kind::Engines),
            ("/home/backups/catalog.db-journal", Kind::Engines),
            ("/home/backups/catalog.damaged-1.db", Kind::Engines),
            ("/home/backups/.lock", Kind::Engines),
            ("/home/backups/manifests/s12.json", Kind::Engines),
            ("/home/backups/purse/manifests/s3.json", Kind::Engines),
            ("/home/backups/manifests/notes.json", Kind::Foreign),
            ("/home/backups/auto_daily.db", Kind::Slot),
            ("/home/backups/purse/auto_close_1.db", Kind::Slot),
            ("/home/backups/auto_daily.db-wal", Kind::Leftover),
            ("/home/backups/auto_dayly.db", Kind::Foreign),
            ("/home/backups/damaged_2026-11-21.db", Kind::KeptDamaged),
            ("/home/backups/damaged_2026-11-21.db-wal", Kind::KeptDamaged),
            ("/home/backups/.staged-7-copy.db", Kind::Leftover),
            ("/home/backups/.restore-intent.json", Kind::Leftover),
            ("/home/.shop.db.omnicraft-staged-7", Kind::Leftover),
            ("/stick/.staged-7-to-books.zip", Kind::Leftover),
            ("/stick/books.zip", Kind::Foreign),
            ("/home/auto_daily.db", Kind::Foreign),
        ] {
            assert_eq!(kind(Path::new(path), lives.iter()), expected, "{path}");
        }
    }
}
