//! Stage and migrate: prepare, beside the live database, the file that will take its place.

use std::path::Path;

use camino::Utf8Path;
use omnicraft_core::model::WorkspaceId;
use omnicraft_core::names;
use omnicraft_core::outcome::{FailureKind, Yield};

use super::work::{Work, parent};
use super::{guard, sidecars};
use crate::error::{Result, Stop};
use crate::sqlite;

const UNTOUCHED: &str = "Try again; the live database was not touched";

/// Copies a candidate beside the live database and sets its journal mode. The candidate stays as it is.
pub(super) fn stage(work: &Work<'_>, from: &Utf8Path, to: &Utf8Path, journal_mode: &str) -> Result<Yield> {
    let attempted = "prepare the database for the restore";
    let (candidate, staged) = (work.path(from), work.path(to));
    guard::not_live(work, attempted, &candidate)?;
    // A folder of the home that was lost comes back with its database; a disk that is not there is not made up.
    if to.is_relative() {
        work.ensure_folder(parent(&staged))?;
    }
    let copied = work.copy(attempted, &candidate, &staged, &mut work.progress("Preparing", from));
    let sealed = copied.and_then(|()| seal(work, attempted, &staged, lasting(journal_mode)));
    work.or_sweep(&staged, sealed).map(|()| Yield::Nothing)
}

/// Brings a database of the app's schema to its newest version. A staged one is one durable file afterwards, in the
/// journal mode that it had; a live one is as durable as the app's own commits.
pub(super) fn migrate(work: &Work<'_>, workspace: &WorkspaceId, database: &Utf8Path) -> Result<Yield> {
    let attempted = "bring the database to the newest version of the app";
    let file = work.path(database);
    work.present(attempted, &file)?;
    if !database.file_name().is_some_and(names::is_unpublished) {
        return forward(work, attempted, workspace, &file).map(|()| Yield::Nothing);
    }
    let journal_mode = journal_mode(work, attempted, &file)?;
    forward(work, attempted, workspace, &file)?;
    seal(work, attempted, &file, lasting(&journal_mode))?;
    Ok(Yield::Nothing)
}

/// Lets the app migrate a database file.
pub(super) fn forward(work: &Work<'_>, attempted: &str, workspace: &WorkspaceId, file: &Path) -> Result<()> {
    let stop = |reason: String| Err(Stop::new(FailureKind::Io, attempted, file, reason, UNTOUCHED));
    let Some(profile) = work.profile(workspace) else {
        return stop(format!("this program does not know the schema of the workspace {workspace}"));
    };
    work.ports.app.migrate(profile, file).or_else(stop)
}

/// Leaves one durable file without sidecars, in this journal mode.
fn seal(work: &Work<'_>, attempted: &str, file: &Path, journal_mode: &str) -> Result<()> {
    let sql = |error: &rusqlite::Error| Stop::sqlite(attempted, file, error);
    let connection = sqlite::open::live(work.sqlite(), file)?;
    connection.pragma_update(None, "synchronous", "FULL").map_err(|error| sql(&error))?;
    let set = connection.pragma_update_and_check(None, "journal_mode", journal_mode, |row| row.get::<_, String>(0));
    let set = set.map_err(|error| sql(&error))?;
    connection.close().map_err(|(_, error)| sql(&error))?;
    if set != journal_mode {
        let reason = format!("SQLite keeps the journal mode {set} instead of {journal_mode}");
        return Err(Stop::new(FailureKind::Io, attempted, file, reason, UNTOUCHED));
    }
    // Closing the only connection writes everything into the main file; a WAL that is left says that it did not.
    let wal = sidecars::of(file, "-wal");
    if work.stamp(&wal)?.is_some_and(|stamp| stamp.size > 0) {
        let reason = "somebody else has the temporary file open";
        return Err(Stop::new(FailureKind::Busy, attempted, file, reason, UNTOUCHED));
    }
    sidecars::remove(work, file)?;
    work.sync_file(file)?;
    work.sync_folder(parent(file))
}

fn journal_mode(work: &Work<'_>, attempted: &str, file: &Path) -> Result<String> {
    let connection = sqlite::open::live(work.sqlite(), file)?;
    let mode = connection.pragma_query_value(None, "journal_mode", |row| row.get(0));
    mode.map_err(|error| Stop::sqlite(attempted, file, &error))
}

/// The journal mode to leave a file in. `memory` and `off` last as long as a connection and protect nothing.
fn lasting(journal_mode: &str) -> &'static str {
    match journal_mode {
        "wal" => "wal",
        "truncate" => "truncate",
        "persist" => "persist",
        _ => "delete",
    }
}
