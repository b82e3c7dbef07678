//! Whether somebody has worked in a database since a person looked at it: what he agreed to is what he saw.

use std::path::{Path, PathBuf};

use omnicraft_core::model::Workspace;
use omnicraft_host::ports::filesystem::FileSystem;

/// How the live files look, as a text that is equal as long as nobody writes to them. A log without content is none:
/// whoever only reads may leave one.
pub(crate) fn looks<'a>(
    files: &dyn FileSystem,
    home: &Path,
    workspaces: impl IntoIterator<Item = &'a Workspace>,
) -> String {
    let look = |workspace: &Workspace| {
        let database = home.join(&workspace.database);
        ["", "-wal", "-journal"].map(|suffix| file(files, &beside(&database, suffix))).join(" ")
    };
    workspaces.into_iter().map(look).collect::<Vec<_>>().join("/")
}

fn file(files: &dyn FileSystem, path: &Path) -> String {
    match files.stamp(path) {
        Ok(Some(stamp)) if stamp.size > 0 => format!("{}.{}.{}", stamp.size, stamp.modified, stamp.inode),
        Ok(_) => "-".to_owned(),
        // What cannot be seen is not what was seen.
        Err(error) => error.to_string(),
    }
}

fn beside(database: &Path, suffix: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
