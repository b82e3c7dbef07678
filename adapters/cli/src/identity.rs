//! Ids of new workspaces: a slug that is safe as a folder's name, and an identity that no other database has.

use std::path::Path;

use omnicraft_core::model::WorkspaceId;

/// Long names are cut, for file systems with short limits.
const LONGEST: usize = 40;
/// Names that Windows keeps for devices, and folders of the engine's own.
const RESERVED: [&str; 6] = ["con", "prn", "aux", "nul", "manifests", "catalog"];

/// The id for a workspace of this name: `my-workshop`, or `my-workshop-2` where that is taken.
/// None where so many are taken that something else is wrong: a disk that fails makes every folder look like somebody's.
pub(crate) fn workspace_id(name: &str, taken: impl Fn(&str) -> bool) -> Option<WorkspaceId> {
    let slug = slug(name);
    let numbered = (2..=MOST).map(|number| format!("{slug}-{number}"));
    let reserved = |id: &str| RESERVED.contains(&id) || is_port(id);
    let mut free = std::iter::once(slug.clone()).chain(numbered).filter(|id| !reserved(id) && !taken(id));
    free.next().map(WorkspaceId)
}

/// Nobody has more workspaces of one name.
const MOST: u32 = 1_000;

fn slug(name: &str) -> String {
    let mut slug = String::new();
    for letter in name.chars().flat_map(char::to_lowercase) {
        if letter.is_ascii_alphanumeric() {
            slug.push(letter);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(LONGEST);
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "workspace".to_owned() } else { slug.to_owned() }
}

/// A device with a number; the core keeps clear of all names that look like one.
fn is_port(id: &str) -> bool {
    id.len() == 4 && (id.starts_with("com") || id.starts_with("lpt"))
}

/// A name for a new database in the home that no file there has yet.
pub(crate) fn database_name(home: &Path, id: &WorkspaceId) -> String {
    let numbered = (2_u32..).map(|number| format!("{id}-{number}.db"));
    let mut free = std::iter::once(format!("{id}.db")).chain(numbered).filter(|name| !home.join(name).exists());
    free.next().unwrap_or_else(|| format!("{id}.db"))
}

/// An identity for a new business, never given before on any machine.
pub(crate) fn identity() -> String {
    uuid::Uuid::now_v7().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, taken: &[&str], expected: &str) {
        let id = workspace_id(name, |id| taken.contains(&id));
        assert_eq!(id.map(|id| id.0).as_deref(), Some(expected));
    }

    #[test]
    fn ids_are_slugs() {
        check("My Workshop", &[], "my-workshop");
        check("  Töpferei & Söhne! ", &[], "t-pferei-s-hne");
        check("../../etc/passwd", &[], "etc-passwd");
        check("Мастерская", &[], "workspace");
        check(&"long ".repeat(30), &[], "long-long-long-long-long-long-long-long");
    }

    /// A disk that fails made every folder look taken, and `workspace add` counted on for ever.
    #[test]
    fn the_search_for_an_id_ends() {
        assert_eq!(workspace_id("My Workshop", |_| true), None);
    }

    #[test]
    fn a_taken_or_reserved_id_gets_a_number() {
        check("shop", &["shop", "shop-2"], "shop-3");
        check("CON", &[], "con-2");
        check("com1", &[], "com1-2");
        check("Manifests", &[], "manifests-2");
    }
}
