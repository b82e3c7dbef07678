//! The rows of one table that a restore would change: found once in the background, then read page by page.

use std::path::PathBuf;
use std::sync::Arc;

use omnicraft_core::event::Source;
use omnicraft_core::model::{FileStamp, SnapshotId, Workspace};
use omnicraft_core::names;
use omnicraft_core::state::State;
use omnicraft_host::engine::Engine;
use omnicraft_host::error::{EngineError, Result, shown};
use omnicraft_host::handle::{Job, JobId};
use omnicraft_host::ports::filesystem::FileSystem;
use omnicraft_host::sqlite::Opener;
use omnicraft_host::sqlite::browse::{self, Fate, RowChange, TableIndex};

use super::{Answer, Label};
use crate::site::Site;

/// Where the rows of one table that differ are, and in which files.
#[derive(Debug)]
pub(crate) struct Rows {
    pub(crate) index: TableIndex,
    sides: Sides,
}

/// The two databases that are compared.
#[derive(Clone, Debug)]
pub(crate) struct Sides {
    pub(crate) opener: Opener,
    pub(crate) live: PathBuf,
    pub(crate) candidate: PathBuf,
    /// How the candidate's file looked. Rotation moves backups to other names while a look takes no lock.
    stamp: Option<FileStamp>,
}

impl Rows {
    /// So many rows, as both databases have them now; `None` where another backup lies now where the candidate lay.
    pub(crate) fn page(
        &self,
        files: &dyn FileSystem,
        fate: Fate,
        first: u64,
        most: u64,
    ) -> Result<Option<Vec<RowChange>>> {
        let Sides { opener, live, candidate, .. } = &self.sides;
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let page = self.index.page(opener, live, candidate, fate, first, most)?;
        Ok(self.sides.are_as_they_were(files).then_some(page))
    }
}

impl Sides {
    /// Whether the candidate's file is the one that was looked at first.
    pub(crate) fn are_as_they_were(&self, files: &dyn FileSystem) -> bool {
        self.stamp.is_some() && files.stamp(&self.candidate).ok().flatten() == self.stamp
    }
}

/// The job that looks for the rows of a table, begun where there is none yet; `None` for a source whose rows are gone.
pub(crate) fn of(
    site: &Site,
    preview: JobId,
    workspace: &Workspace,
    source: &Source,
    table: &str,
) -> Option<Job<Label, Answer>> {
    let label = Label::Rows { preview, table: table.to_owned() };
    if let Some(job) = site.desk.jobs().into_iter().find(|job| job.label == label) {
        return Some(job);
    }
    if matches!(source, Source::Archive { .. }) {
        return None;
    }
    let (workspace, source, table) = (workspace.clone(), source.clone(), table.to_owned());
    let id = site.desk.look(label, move |engine| find(engine, &workspace, &source, &table));
    site.desk.job(id)
}

fn find(
    engine: &Engine,
    workspace: &Workspace,
    source: &Source,
    table: &str,
) -> std::result::Result<Answer, EngineError> {
    let sides = sides(engine, workspace, source).ok_or(EngineError::Stuck)?;
    let profiles = engine.ports().app.profiles();
    let profile = profiles.iter().find(|profile| Some(&profile.name) == workspace.schema.as_ref());
    let Sides { opener, live, candidate, .. } = &sides;
    let index = engine.look(&format!("Comparing with {table}"), |progress| {
        browse::index(opener, live, candidate, table, profile, progress)
    })?;
    unmoved(engine, &sides)?;
    Ok(Answer::Rows(Arc::new(Rows { index, sides })))
}

/// A backup that moved while it was looked at is looked at again under the lock, where nothing moves.
pub(crate) fn unmoved(engine: &Engine, sides: &Sides) -> std::result::Result<(), EngineError> {
    if sides.are_as_they_were(&*engine.ports().files) {
        return Ok(());
    }
    Err(EngineError::ViewOnly(shown(engine.home())))
}

/// The live database and what it is compared with, where that is a database file.
pub(crate) fn sides(engine: &Engine, workspace: &Workspace, source: &Source) -> Option<Sides> {
    let candidate = match source {
        Source::Snapshot(id) => engine.path_of(&lies_at(engine.state(), *id)?),
        Source::File(path) => path.clone().into_std_path_buf(),
        Source::Archive { .. } => return None,
    };
    let stamp = engine.ports().files.stamp(&candidate).ok().flatten();
    let (opener, live) = (engine.ports().sqlite.clone(), engine.path_of(&workspace.database));
    Some(Sides { opener, live, candidate, stamp })
}

fn lies_at(state: &State, id: SnapshotId) -> Option<camino::Utf8PathBuf> {
    let snapshot = state.snapshots.get(&id)?;
    let workspace = state.workspace(&snapshot.workspace)?;
    Some(names::slot(workspace, snapshot.slot))
}
