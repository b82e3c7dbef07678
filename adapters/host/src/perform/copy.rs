//! Copy: one moment of a live database in one durable, sealed file.

use camino::Utf8Path;
use omnicraft_core::outcome::Yield;

use super::look::live_stamp;
use super::work::{Work, failed, parent};
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
    work.files().write_new(&staged, b"").map_err(failed(ATTEMPTED, &staged))?;
    let copied = sqlite::backup::copy(work.sqlite(), &live, &staged, &mut work.progress("Copying", database));
    let sealed = copied.and_then(|journal_mode| work.sync_file(&staged).map(|()| journal_mode));
    work.or_sweep(&staged, sealed).map(|journal_mode| Yield::Copied { journal_mode })
}
