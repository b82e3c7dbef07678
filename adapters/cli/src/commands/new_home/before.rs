//! How a place looked before a home was made there, so that what was made can be taken back, and nothing else.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use omnicraft_core::names;
use omnicraft_host::ports::filesystem::{FileSystem, OsFileSystem};

use crate::session::Session;

/// What an engine without databases and backups keeps in `backups/`.
const OWN: [&str; 3] = [".lock", "catalog.db", "catalog.db-journal"];

/// The names that were there.
pub(super) struct Before {
    home: PathBuf,
    /// Folders that were not there yet, the innermost first.
    missing: Vec<PathBuf>,
    in_home: BTreeSet<OsString>,
    in_backups: BTreeSet<OsString>,
}

impl Before {
    pub(super) fn of(home: &Path) -> Self {
        let backups = home.join(names::BACKUPS);
        let missing = backups.ancestors().take_while(|folder| !folder.exists()).map(Path::to_owned).collect();
        Self { missing, in_home: listed(home), in_backups: listed(&backups), home: home.to_owned() }
    }

    /// Removes the list of workspaces, the catalog and the folders, if nothing but these has come since.
    pub(super) fn take_back(&self, session: &Session) {
        let backups = self.home.join(names::BACKUPS);
        let new_in_home: Vec<OsString> = listed(&self.home).difference(&self.in_home).cloned().collect();
        let new_in_backups: Vec<OsString> = listed(&backups).difference(&self.in_backups).cloned().collect();
        let is_ours = new_in_home.iter().all(|name| name == names::REGISTRY || name == names::BACKUPS)
            && new_in_backups.iter().all(|name| OWN.iter().any(|own| name == own));
        let files = new_in_home.iter().filter(|name| *name == names::REGISTRY).map(|name| self.home.join(name));
        let files = files.chain(new_in_backups.iter().map(|name| backups.join(name)));
        let is_gone = is_ours
            && files.into_iter().all(|file| OsFileSystem.remove(&file).is_ok())
            && self.missing.iter().all(|folder| fs::remove_dir(folder).is_ok());
        if !is_gone {
            session.note(&format!("What was begun in {} is still there.", self.home.display()));
        }
    }
}

fn listed(folder: &Path) -> BTreeSet<OsString> {
    fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.file_name())).collect()
}
