//! What every effect works with: paths below the home, progress, and the few durable steps that effects share.

use std::io;
use std::path::{Path, PathBuf};

use camino::{Utf8Path, Utf8PathBuf};
use omnicraft_core::model::{FileStamp, SchemaProfile, Workspace, WorkspaceId};
use omnicraft_core::names;
use omnicraft_core::outcome::FailureKind;
use omnicraft_core::state::{Moment, State};

use super::{look, sidecars};
use crate::error::{Result, Stop};
use crate::pace::{Commits, Lookout, Pace};
use crate::ports::Ports;
use crate::ports::filesystem::FileSystem;
use crate::progress::{Observer, Progress};
use crate::sqlite::Opener;

#[derive(Clone, Copy)]
pub(super) struct Work<'a> {
    pub(super) home: &'a Path,
    pub(super) ports: &'a Ports,
    pub(super) observer: &'a dyn Observer,
    pub(super) state: &'a State,
    pub(super) commits: &'a Commits,
}

/// Kept free beyond what a file needs, so that the catalog and the manifests still fit.
const MARGIN: u64 = 1 << 20;

impl<'a> Work<'a> {
    pub(super) fn path(&self, path: &Utf8Path) -> PathBuf {
        self.home.join(path)
    }

    pub(super) fn files(&self) -> &'a dyn FileSystem {
        &*self.ports.files
    }

    pub(super) const fn sqlite(&self) -> &'a Opener {
        &self.ports.sqlite
    }

    pub(super) fn progress(&self, doing: &str, path: &Utf8Path) -> Progress<'a> {
        let name = path.file_name().unwrap_or(path.as_str());
        let progress = Progress::new(self.observer, &*self.ports.clock, format!("{doing} {name}"));
        if self.moment().is_some_and(Moment::gives_way) { progress.giving_way() } else { progress }
    }

    /// How fast the operation may write.
    pub(super) fn pace(&self) -> Pace<'a> {
        let work = *self;
        let look = move || {
            let lives = work.state.workspaces.iter().map(|workspace| work.path(&workspace.database));
            lives.map(|live| look::live_stamp(&work, &live).ok().flatten()).collect()
        };
        Pace::of(self.moment(), &*self.ports.clock, Lookout { commits: self.commits, look: Box::new(look) })
    }

    /// What the operation is about.
    fn moment(&self) -> Option<&'a Moment> {
        self.state.operation.as_ref().map(|operation| &operation.moment)
    }

    /// A workspace, also one that a global restore is about to add.
    pub(super) fn workspace(&self, id: &WorkspaceId) -> Option<&'a Workspace> {
        self.state.known(id)
    }

    /// The schema profile of a workspace; `None` for an adopted database, or a schema that this app does not know.
    pub(super) fn profile(&self, id: &WorkspaceId) -> Option<&'a SchemaProfile> {
        let schema = self.workspace(id)?.schema.as_ref()?;
        self.ports.app.profiles().iter().find(|profile| profile.name == *schema)
    }

    /// Where a file is written before it is renamed to `target`.
    pub(super) fn temporary(&self, target: &Utf8Path) -> Utf8PathBuf {
        let running = self.state.operation.as_ref().map(|operation| operation.number);
        names::temporary(target, running.unwrap_or(self.state.next_operation))
    }

    pub(super) fn stamp(&self, path: &Path) -> Result<Option<FileStamp>> {
        self.files().stamp(path).map_err(failed("look at the file", path))
    }

    /// How a file looks that must be there.
    pub(super) fn present(&self, attempted: &str, path: &Path) -> Result<FileStamp> {
        let missing = || {
            let remedy = "Check whether it was moved or deleted, or choose another file";
            Stop::new(FailureKind::Missing, attempted, path, "there is no such file", remedy)
        };
        self.stamp(path)?.ok_or_else(missing)
    }

    /// Refuses an archive that is no longer the file that was inspected.
    pub(super) fn still_inspected(&self, attempted: &str, archive: &Path) -> Result<()> {
        let now = self.present(attempted, archive)?;
        let inspected = self.state.operation.as_ref().and_then(|operation| operation.inspection.as_ref());
        if inspected.is_none_or(|inspected| inspected.stamp == now) {
            return Ok(());
        }
        let remedy = "Wait until the program that writes it is done, and try again; nothing was changed";
        Err(Stop::new(FailureKind::Busy, attempted, archive, "it was changed after it had been checked", remedy))
    }

    /// Makes a folder below the home. The names of the folders above it are made durable even where they exist:
    /// whoever made them may have been killed before doing so.
    pub(super) fn ensure_folder(&self, folder: &Path) -> Result<()> {
        self.files().create_folder(folder).map_err(failed("make the folder", folder))?;
        for above in folder.ancestors().skip(1).take_while(|above| above.starts_with(self.home)) {
            self.sync_folder(above)?;
        }
        Ok(())
    }

    pub(super) fn sync_folder(&self, folder: &Path) -> Result<()> {
        self.files().sync_folder(folder).map_err(failed("make the names durable in the folder", folder))
    }

    pub(super) fn sync_file(&self, path: &Path) -> Result<()> {
        self.files().sync_file(path).map_err(failed("make the file durable", path))
    }

    /// Renames a durable file to its final name and makes that durable.
    pub(super) fn settle(&self, attempted: &str, from: &Path, to: &Path) -> Result<()> {
        self.files().rename(from, to).map_err(failed(attempted, to))?;
        self.sync_folder(parent(to))
    }

    /// Replaces a small file: after a power cut it is the old one or the new one.
    pub(super) fn write(&self, attempted: &str, to: &Utf8Path, content: &[u8]) -> Result<()> {
        let (temporary, to) = (self.path(&self.temporary(to)), self.path(to));
        self.files().remove(&temporary).map_err(failed(attempted, &temporary))?;
        let written = self.files().write_new(&temporary, content).map_err(failed(attempted, &to));
        self.or_sweep(&temporary, written.and_then(|()| self.settle(attempted, &temporary, &to)))
    }

    /// A durable copy under a name that only temporary files have; a leftover there goes first.
    pub(super) fn copy(&self, attempted: &str, from: &Path, to: &Path, progress: &mut Progress<'_>) -> Result<()> {
        let size = self.present(attempted, from)?.size;
        self.discard(to)?;
        self.require_space(attempted, to, size)?;
        let copied = self.files().copy_new(from, to, &mut |done| progress.at(done, size).is_ok());
        copied.map_err(failed(attempted, to))
    }

    pub(super) fn digest(&self, path: &Path, progress: &mut Progress<'_>) -> Result<String> {
        let size = self.present("read the file", path)?.size;
        let digest = self.files().digest_on_cores(path, &mut |done| progress.at(done, size).is_ok());
        digest.map_err(failed("read the file", path))
    }

    /// Stops before a file is written that would not fit.
    pub(super) fn require_space(&self, attempted: &str, to: &Path, bytes: u64) -> Result<()> {
        let folder = parent(to);
        let free = self.files().free_space(folder).map_err(failed("ask for the free space", folder))?;
        let needed = bytes.saturating_add(MARGIN);
        if free >= needed {
            return Ok(());
        }
        let reason = format!("it needs {}, and {} are free on this disk", megabytes(needed), megabytes(free));
        let remedy = "Free some space on this disk and try again; nothing was deleted";
        Err(Stop::new(FailureKind::NoSpace, attempted, to, reason, remedy))
    }

    /// Removes an unpublished file and SQLite's sidecars of it.
    pub(super) fn discard(&self, path: &Path) -> Result<()> {
        sidecars::remove(self, path)?;
        self.files().remove(path).map_err(failed("remove the temporary file", path))
    }

    /// Passes a result on; where it failed, the unpublished file goes.
    pub(super) fn or_sweep<T>(&self, temporary: &Path, result: Result<T>) -> Result<T> {
        if result.is_err() {
            // The first error is the one to tell; a file that stays is swept by its name at the next start.
            let _ = self.discard(temporary);
        }
        result
    }
}

/// Puts what the operating system said into words; a copy or digest that was stopped is the user's stop.
pub(super) fn failed<'a>(attempted: &'a str, path: &'a Path) -> impl FnOnce(io::Error) -> Stop + 'a {
    move |error| {
        let stopped = error.kind() == io::ErrorKind::Interrupted;
        if stopped { Stop::Cancelled } else { Stop::io(attempted, path, &error) }
    }
}

/// The folder that a file lies in.
pub(super) fn parent(path: &Path) -> &Path {
    path.parent().unwrap_or_else(|| Path::new(""))
}

fn megabytes(bytes: u64) -> String {
    let tenths = bytes.div_ceil(100_000);
    format!("{}.{} MB", tenths / 10, tenths % 10)
}
