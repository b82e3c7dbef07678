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
    let readable = readable(&archived.name);
    let name = unique(if readable.is_empty() { &id } else { &readable }, ' ', |name| {
        !all.iter().any(|known| known.name == name)
    });
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

/// A name as people give them: one line of some length.
fn readable(name: &str) -> String {
    let line: String = name.chars().filter(|letter| !letter.is_control()).take(100).collect();
    line.trim().to_owned()
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
    let is_free = |path: &str| !all.iter().any(|known| overlaps(&known.database, path));
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

/// Whether two paths are one, or one of them would have to be a folder for the other.
fn overlaps(known: &Utf8Path, path: &str) -> bool {
    let [known, path] = [known.as_str(), path].map(|path| Utf8PathBuf::from(path.to_lowercase()));
    known.starts_with(&path) || path.starts_with(&known)
}

/// Whether a path means the same file below the home on every platform, and no file of the engine's own or of SQLite's.
fn is_safe(path: &Utf8Path) -> bool {
    let in_backups = path.components().next().is_some_and(|first| first.as_str().eq_ignore_ascii_case(names::BACKUPS));
    let extension = path.extension().unwrap_or_default();
    !leaves_home(path) && !in_backups && matches!(extension, "db" | "sqlite" | "sqlite3") && path.iter().all(is_plain)
}

/// Latin letters, digits and a few signs, and none of the names that Windows keeps for devices. Letters beyond can be
/// written in two ways, which some file systems take for one.
fn is_plain(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    let safe = |letter: char| letter.is_ascii_alphanumeric() || "-_. ".contains(letter);
    !is_device(&stem.to_lowercase())
        && !name.starts_with(['.', ' '])
        && !name.ends_with(['.', ' '])
        && name.chars().all(safe)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Facts;

    fn archived(id: &str, name: &str, database: &str) -> ArchivedWorkspace {
        ArchivedWorkspace {
            id: WorkspaceId(id.to_owned()),
            name: name.to_owned(),
            database: database.into(),
            schema: Some("test".to_owned()),
            folder: id.into(),
            member: String::new(),
            facts: Facts::default(),
        }
    }

    /// The home has the shop; each new one is shown as `id, name, database, folder`.
    #[track_caller]
    fn check(new: &[ArchivedWorkspace], expected: &[&str]) {
        let ours = [Workspace::adopted("shop", "Shop", "shop.db")];
        let new: Vec<(usize, &ArchivedWorkspace)> = new.iter().enumerate().collect();
        let added = named(&ours, &new);
        let shown = |(_, w): &(usize, Workspace)| format!("{}, {}, {}, {}", w.id, w.name, w.database, w.folder);
        assert_eq!(added.iter().map(shown).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_is_safe_and_free_stays_as_it_was() {
        check(&[archived("studio", "Studio", "studio.db")], &["studio, Studio, studio.db, studio"]);
        check(&[archived("shop", "Shop", "shop.db")], &["shop-2, Shop 2, shop-2.db, shop"]);
    }

    /// An archive named `data.db` and `data.db/x.db`: the first was staged as a file, the second made a folder of it, and
    /// the swap could neither go on nor go back.
    #[test]
    fn no_database_lies_inside_another() {
        let nested =
            [archived("a", "A", "data.db"), archived("b", "B", "Data.db/x.db"), archived("c", "C", "shop.db/y.db")];
        check(&nested, &["a, A, data.db, a", "b, B, b.db, b", "c, C, c.db, c"]);
    }

    #[test]
    fn names_are_one_line_and_places_mean_the_same_everywhere() {
        let strange = [
            archived("../up", "two\nlines\u{1b}", "../up.db"),
            archived("nul", " ", "C:\\x.db"),
            archived("d", "D", "é.db"),
        ];
        check(
            &strange,
            &[
                "workspace, twolines, workspace.db, workspace",
                "workspace-2, workspace-2, workspace-2.db, workspace-2",
                "d, D, d.db, d",
            ],
        );
    }
}
