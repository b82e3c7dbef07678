//! Copy: one moment of a live database in one durable, sealed file.

use std::path::Path;

use camino::Utf8Path;
use omnicraft_core::event::Export;
use omnicraft_core::outcome::{Copied, Yield};
use omnicraft_core::state::Moment;

use super::look::live_stamp;
use super::work::{Work, parent};
use crate::error::Result;
use crate::sqlite;

const ATTEMPTED: &str = "copy the database";

pub(super) fn copy(work: &Work<'_>, database: &Utf8Path, to: &Utf8Path) -> Result<Yield> {
    let (live, staged) = (work.path(database), work.path(to));
    work.present(ATTEMPTED, &live)?;
    let size = live_stamp(work, &live)?.map_or(0, |stamp| stamp.size);
    work.ensure_folder(parent(&staged))?;
    work.discard(&staged)?;
    work.require_space(ATTEMPTED, &staged, size)?;
    let copied = taken(work, database, &live, &staged);
    work.or_sweep(&staged, copied).map(Yield::Copied)
}

/// What the user takes away is copied by SQLite alone; snapshots the fastest way that there is.
fn taken(work: &Work<'_>, database: &Utf8Path, live: &Path, staged: &Path) -> Result<Copied> {
    let mut progress = work.progress("Copying", database);
    let held = sqlite::backup::hold(work.sqlite(), live, &mut progress)?;
    let moment = work.state.operation.as_ref().map(|operation| &operation.moment);
    let mut pace = match work.pace() {
        pace if held.keeps_writers_waiting() => pace.at_full_speed(),
        pace if held.bypasses_sqlite() => pace,
        pace => pace.never_hurrying(),
    };
    let mut report = |done, total, written| {
        progress.at(done, total)?;
        // What is only read, of a clone, fills no queue before a commit.
        pace.at(written, &mut || progress.at(done, total))
    };
    if let Some(Moment::Export(Export::Database(_))) = moment {
        return held.copy_through_sqlite(work.sqlite(), work.files(), staged, &mut report);
    }
    held.copy(work.sqlite(), work.files(), staged, &mut report)
}
