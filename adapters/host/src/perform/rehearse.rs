//! Rehearse: restores a snapshot to the side, opens and reads it as the app would, brings it forward, and throws the
//! rehearsal away. Neither the snapshot nor the live database is touched.

use camino::Utf8Path;
use omnicraft_core::effect::Depth;
use omnicraft_core::model::{Level, WorkspaceId};
use omnicraft_core::outcome::{Verification, Yield};

use super::work::{Work, parent};
use super::{guard, stage, verify};
use crate::error::{Result, Stop};
use crate::sqlite;

const ATTEMPTED: &str = "rehearse the restore";

pub(super) fn rehearse(work: &Work<'_>, workspace: &WorkspaceId, file: &Utf8Path, to: &Utf8Path) -> Result<Yield> {
    let (snapshot, rehearsal) = (work.path(file), work.path(to));
    guard::not_live(work, ATTEMPTED, &snapshot)?;
    let stamp = work.present(ATTEMPTED, &snapshot)?;
    work.ensure_folder(parent(&rehearsal))?;
    let copied = work.copy(ATTEMPTED, &snapshot, &rehearsal, &mut work.progress("Rehearsing", file));
    let rehearsed = copied.and_then(|()| live_through(work, workspace, to));
    let verification = work.or_sweep(&rehearsal, rehearsed)?;
    work.discard(&rehearsal)?;
    Ok(Yield::Verified(Box::new(Verification { stamp, ..verification })))
}

/// The digest and facts are the snapshot's, since the rehearsal began as its copy; problems are those of any stage. What
/// could not be checked in full, for the lack of a collation or a module of the app's, opens and reads, and is no more
/// than sound.
fn live_through(work: &Work<'_>, workspace: &WorkspaceId, rehearsal: &Utf8Path) -> Result<Verification> {
    let profile = work.profile(workspace);
    let mut found = verify::content(work, profile, rehearsal, Depth::Proven)?;
    if found.problems.is_empty() {
        as_the_app(work, rehearsal)?;
    }
    if found.problems.is_empty() && profile.is_some() {
        match stage::migrate(work, workspace, rehearsal) {
            Ok(_) => found.problems = verify::content(work, profile, rehearsal, Depth::Sound)?.problems,
            Err(Stop::Failed(failure)) => found.problems.push(failure.reason),
            Err(Stop::Cancelled) => return Err(Stop::Cancelled),
        }
    }
    let reached = if found.level == Some(Level::Proven) { Level::Drilled } else { Level::Sound };
    found.level = found.problems.is_empty().then_some(reached);
    Ok(found)
}

/// Opens the database to write in it, which a check in place never does. What is in it was checked before, by the same
/// rules as every snapshot: a row that breaks a rule of the app's own is not ours to judge.
fn as_the_app(work: &Work<'_>, rehearsal: &Utf8Path) -> Result<()> {
    let path = work.path(rehearsal);
    let connection = sqlite::open::live(work.sqlite(), &path)?;
    let opened = connection
        .execute_batch("BEGIN IMMEDIATE; ROLLBACK")
        .and_then(|()| connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0)));
    opened.map(|_| ()).map_err(|error| Stop::sqlite(ATTEMPTED, &path, &error))
}
