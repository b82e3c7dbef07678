//! Scan: what is really on disk. Lists folders and reads two small files; opens no database and writes nothing.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use omnicraft_core::model::{Found, Inventory, ReadIntent, Registry, Slot, Workspace};
use omnicraft_core::names;
use omnicraft_core::outcome::Yield;

use super::work::{Work, failed};
use super::{intent, registry};
use crate::error::Result;
use crate::ports::filesystem::Entry;

pub(super) fn scan(work: &Work<'_>) -> Result<Yield> {
    let registry = registry::read(work.home, work.files())?;
    let intent = intent::read(work.home, work.files())?;
    let mut scan = Scan { work, listed: BTreeSet::new(), files: Vec::new() };
    for workspace in workspaces(work, &registry) {
        scan.backups(workspace)?;
    }
    scan.leftovers_of_writing()?;
    for workspace in workspaces(work, &registry) {
        scan.beside(&workspace.database);
    }
    if let ReadIntent::Committed(intent) = &intent {
        // Also beside a database of a workspace that no list knows yet.
        intent.targets.iter().for_each(|target| scan.beside(&target.live));
    }
    let inventory = Inventory { registry, files: scan.files, intent };
    Ok(Yield::Scanned(Box::new(inventory)))
}

/// Those of the registry, and those that only the state knows.
fn workspaces<'a>(work: &Work<'a>, registry: &'a Registry) -> impl Iterator<Item = &'a Workspace> {
    let read: &[Workspace] = match registry {
        Registry::Read(workspaces) => workspaces,
        Registry::Missing | Registry::Damaged(_) => &[],
    };
    read.iter().chain(&work.state.workspaces)
}

struct Scan<'a> {
    work: &'a Work<'a>,
    /// What was looked at already: the state and the registry mostly know the same workspaces.
    listed: BTreeSet<Utf8PathBuf>,
    files: Vec<Found>,
}

impl Scan<'_> {
    /// Snapshots, manifests and leftovers of one workspace. Links are foreign, wherever they point to.
    fn backups(&mut self, workspace: &Workspace) -> Result<()> {
        let folder = names::folder(workspace);
        if !self.listed.insert(folder.clone()) {
            return Ok(());
        }
        let owner = &workspace.id;
        for entry in self.list(&folder)? {
            if names::is_staged(&entry.name) {
                self.files.push(Found::Leftover { path: folder.join(entry.name) });
            } else if Slot::parse(&entry.name).is_some() {
                let (file_name, stamp) = (entry.name, entry.stamp);
                self.files.push(Found::Slot { workspace: owner.clone(), file_name, stamp });
            }
        }
        let manifests = folder.join(names::MANIFESTS);
        for entry in self.list(&manifests)? {
            if names::is_staged(&entry.name) {
                self.files.push(Found::Leftover { path: manifests.join(entry.name) });
            } else if let Some(id) = entry.name.strip_suffix(".json").and_then(|stem| stem.parse().ok()) {
                self.files.push(Found::Manifest { workspace: owner.clone(), id });
            }
        }
        Ok(())
    }

    /// Temporary files of the registry and of the intent.
    fn leftovers_of_writing(&mut self) -> Result<()> {
        let mut folders = vec![Utf8PathBuf::new(), names::BACKUPS.into()];
        folders.retain(|folder| self.listed.insert(folder.clone()));
        for folder in folders {
            for entry in self.list(&folder)?.into_iter().filter(|entry| names::is_staged(&entry.name)) {
                self.files.push(Found::Leftover { path: folder.join(entry.name) });
            }
        }
        Ok(())
    }

    /// Staged databases beside a live one. Its folder may be on a disk that is not there now; then there is nothing
    /// to sweep.
    fn beside(&mut self, live: &Utf8Path) {
        let Some(name) = live.file_name() else { return };
        let folder = live.parent().unwrap_or_else(|| Utf8Path::new(""));
        if !self.listed.insert(live.to_owned()) {
            return;
        }
        let ours = |entry: &Entry| names::is_staged_beside(&entry.name, name);
        for entry in self.list(folder).unwrap_or_default().into_iter().filter(ours) {
            self.files.push(Found::Leftover { path: folder.join(entry.name) });
        }
    }

    fn list(&self, folder: &Utf8Path) -> Result<Vec<Entry>> {
        let path = self.work.path(folder);
        let mut entries = self.work.files().list(&path).map_err(failed("list the folder", &path))?;
        entries.retain(|entry| entry.is_file);
        Ok(entries)
    }
}
