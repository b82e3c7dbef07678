//! Maintenance of a live database: statistics, and free pages given back. All of it through SQLite's own transactions.

use std::path::Path;
use std::time::Duration;

use camino::Utf8Path;
use omnicraft_core::outcome::Yield;

use super::look::live_stamp;
use super::work::{Work, failed, parent};
use crate::error::Result;
use crate::sqlite;

/// How long an exit may take for giving free pages back.
const COMPACT_BUDGET: Duration = Duration::from_secs(10);

pub(super) fn optimize(work: &Work<'_>, database: &Utf8Path) -> Result<Yield> {
    let live = work.path(database);
    work.present("optimize the database", &live)?;
    let note = sqlite::maintenance::optimize(work.sqlite(), &live, &mut work.progress("Optimizing", database))?;
    maintained(work, &live, note)
}

pub(super) fn compact(work: &Work<'_>, database: &Utf8Path, may_renumber_rowids: bool) -> Result<Yield> {
    let live = work.path(database);
    work.present("compact the database", &live)?;
    let folder = parent(&live);
    let free = work.files().free_space(folder).map_err(failed("ask for the free space", folder))?;
    let mut progress = work.progress("Compacting", database);
    let budget = COMPACT_BUDGET;
    let owner = work.state.workspaces.iter().find(|workspace| workspace.database == *database);
    let profile = owner.and_then(|workspace| work.profile(&workspace.id)).filter(|_| may_renumber_rowids);
    let bookkeeping: &[String] = profile.map_or(&[], |profile| &profile.hidden_tables);
    let note = sqlite::maintenance::compact(work.sqlite(), &live, bookkeeping, budget, free, &mut progress)?;
    maintained(work, &live, note)
}

fn maintained(work: &Work<'_>, live: &Path, note: String) -> Result<Yield> {
    Ok(Yield::Maintained { stamp: live_stamp(work, live)?, note })
}
