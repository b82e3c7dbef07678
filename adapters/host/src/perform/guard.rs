//! Keeps the engine's plain file operations away from live databases and from its own folder.

use std::path::{Path, PathBuf};

use omnicraft_core::model::Workspace;
use omnicraft_core::names;
use omnicraft_core::outcome::FailureKind;

use super::sidecars;
use super::work::{Work, parent};
use crate::error::{Result, Stop};

/// Refuses to read a live database like any file: closing it would drop the locks that SQLite holds on it.
pub(super) fn not_live(work: &Work<'_>, attempted: &str, path: &Path) -> Result<()> {
    let Some(workspace) = live_at(work, path)? else { return Ok(()) };
    let reason = format!("it is the live database of {}", workspace.name);
    Err(Stop::new(FailureKind::Foreign, attempted, path, reason, "Choose a snapshot or another file"))
}

/// Refuses a path of the user's where a file of the engine or of an app lies, or would lie.
pub(super) fn not_ours(work: &Work<'_>, attempted: &str, path: &Path) -> Result<()> {
    not_live(work, attempted, path)?;
    let target = resolved(work, path);
    let backups = resolved(work, &work.home.join(names::BACKUPS));
    let registry = resolved(work, &work.home.join(names::REGISTRY));
    let refuse = |reason: String| {
        let remedy = "Choose a path outside the home of the backups";
        Err(Stop::new(FailureKind::Foreign, attempted, path, reason, remedy))
    };
    if target.starts_with(&backups) {
        return refuse("it lies in the folder of backups, which the engine keeps for itself".to_owned());
    }
    if target == registry {
        return refuse("it is the list of workspaces".to_owned());
    }
    for workspace in &work.state.workspaces {
        let live = resolved(work, &work.path(&workspace.database));
        if sidecars::ALL.into_iter().any(|suffix| sidecars::of(&live, suffix) == target) {
            return refuse(format!("SQLite keeps a part of the live database of {} there", workspace.name));
        }
    }
    Ok(())
}

/// The workspace whose live database lies at a path, also through links.
fn live_at<'a>(work: &Work<'a>, path: &Path) -> Result<Option<&'a Workspace>> {
    let stamp = work.stamp(path)?;
    let place = resolved(work, path);
    for workspace in &work.state.workspaces {
        let live = work.path(&workspace.database);
        let same_file = match (&stamp, work.stamp(&live)?) {
            (Some(one), Some(other)) => one.same_file(&other),
            _ => false,
        };
        if same_file || resolved(work, &live) == place {
            return Ok(Some(workspace));
        }
    }
    Ok(None)
}

/// A path without links, as far as it exists.
pub(super) fn resolved(work: &Work<'_>, path: &Path) -> PathBuf {
    let whole = work.files().canonical(path);
    whole.unwrap_or_else(|_| match (work.files().canonical(parent(path)), path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => path.to_owned(),
    })
}
