//! How a workspace of an archive is called where it is new: as it was where that is safe and free, and otherwise by a
//! name beside those that are taken. A database is never put outside the home.

use camino::{Utf8Path, Utf8PathBuf};

use super::super::register::{is_device, is_slug, leaves_home};
use crate::model::{ArchivedWorkspace, Workspace, WorkspaceId};
use crate::names;

/// The workspaces that will be added, by their places in the archive.
pub(super) fn named(ours: &[Workspace], new: &[(usize, &ArchivedWorkspace)]) -> Vec<(usize, Workspace)> {
    let mut all = ours.to_vec();
    let mut added = Vec::new();
    for (n, archived) in new {
        let workspace = newcomer(&all, archived);
        all.push(workspace.clone());
        added.push((*n, workspace));
    }
    added
}

fn newcomer(all: &[Workspace], archived: &ArchivedWorkspace) -> Workspace {
    let wanted = if is_slug(&archived.id.0) { archived.id.0.as_str() } else { "workspace" };
    let id = unique(wanted, '-', |id| is_slug(id) && !all.iter().any(|known| known.id.0.eq_ignore_ascii_case(id)));
    let name = if archived.name.trim().is_empty() { &id } else { &archived.name };
    let name = unique(name, ' ', |name| !all.iter().any(|known| known.name == name));
    Workspace {
        database: database(all, archived, &id),
        folder: folder(all, archived, &id),
        id: WorkspaceId(id),
        name,
        schema: archived.schema.clone(),
        identity: archived.facts.identity.clone(),
        frozen: None,
        // A folder of that name may hold snapshots of another time.
        cliff_expected: true,
        unchanged_since: None,
    }
}

/// The first of `shop`, `shop-2`, `shop-3`, … that is free.
fn unique(wanted: &str, between: char, is_free: impl Fn(&str) -> bool) -> String {
    // Short enough for a slug with any number.
    let stem: String = wanted.chars().take(40).collect();
    let numbered = (2..u32::MAX).map(|number| format!("{stem}{between}{number}"));
    let mut names = std::iter::once(wanted.to_owned()).chain(numbered);
    names.find(|name| is_free(name)).unwrap_or_else(|| wanted.to_owned())
}

/// The first workspace of a home keeps its snapshots directly in the folder of backups, every other in one of its own.
fn folder(all: &[Workspace], archived: &ArchivedWorkspace, id: &str) -> Utf8PathBuf {
    if all.is_empty() {
        return Utf8PathBuf::new();
    }
    let is_free = |folder: &str| is_slug(folder) && !all.iter().any(|known| same(&known.folder, folder));
    let was = archived.folder.as_str();
    if is_free(was) { was.into() } else { unique(id, '-', is_free).into() }
}

/// An app's own database keeps its place below the home; an adopted one, which may have lain anywhere, gets a new one.
fn database(all: &[Workspace], archived: &ArchivedWorkspace, id: &str) -> Utf8PathBuf {
    let is_free = |path: &str| !all.iter().any(|known| same(&known.database, path));
    let was = &archived.database;
    if archived.schema.is_some() && is_safe(was) && is_free(was.as_str()) {
        return was.clone();
    }
    format!("{}.db", unique(id, '-', |id| is_free(&format!("{id}.db")))).into()
}

/// Names that differ in case alone are one name on many file systems.
fn same(known: &Utf8Path, name: &str) -> bool {
    known.as_str().to_lowercase() == name.to_lowercase()
}

/// Whether a path means the same file below the home on every platform, and no file of the engine's own or of SQLite's.
fn is_safe(path: &Utf8Path) -> bool {
    let in_backups = path.components().next().is_some_and(|first| first.as_str().eq_ignore_ascii_case(names::BACKUPS));
    let extension = path.extension().unwrap_or_default();
    !leaves_home(path) && !in_backups && matches!(extension, "db" | "sqlite" | "sqlite3") && path.iter().all(is_plain)
}

/// Letters, digits and a few signs, and none of the names that Windows keeps for devices.
fn is_plain(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    let safe = |letter: char| letter.is_alphanumeric() || "-_. ".contains(letter);
    !is_device(&stem.to_lowercase())
        && !name.starts_with(['.', ' '])
        && !name.ends_with(['.', ' '])
        && name.chars().all(safe)
}
