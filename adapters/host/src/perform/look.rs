//! Look: how a live database looks from outside. Reads no page of it, and changes nothing.

use std::path::Path;

use camino::Utf8Path;
use omnicraft_core::model::{FileStamp, LiveFile, LiveState};
use omnicraft_core::outcome::Yield;

use super::work::Work;
use super::{guard, sidecars};
use crate::error::Result;
use crate::sqlite;

pub(super) fn look(work: &Work<'_>, database: &Utf8Path) -> Result<Yield> {
    let live = work.path(database);
    let Some((main, wal)) = stamps(work, &live)? else {
        return Ok(Yield::Looked(LiveFile { state: LiveState::Missing, stamp: None }));
    };
    let state = sqlite::header::look(work.sqlite(), &live, main.size, wal.map_or(0, |wal| wal.size))?;
    Ok(Yield::Looked(LiveFile { state, stamp: Some(together(main, wal)) }))
}

/// Size and time of a live database and its WAL together; `None` where it is missing.
pub(super) fn live_stamp(work: &Work<'_>, live: &Path) -> Result<Option<FileStamp>> {
    Ok(stamps(work, live)?.map(|(main, wal)| together(main, wal)))
}

fn stamps(work: &Work<'_>, live: &Path) -> Result<Option<(FileStamp, Option<FileStamp>)>> {
    let Some(main) = work.stamp(live)? else { return Ok(None) };
    // SQLite keeps the WAL beside the file that a link points to.
    let wal = work.stamp(&sidecars::of(&guard::resolved(work, live), "-wal"))?;
    Ok(Some((main, wal)))
}

fn together(main: FileStamp, wal: Option<FileStamp>) -> FileStamp {
    // An empty WAL only says that somebody has looked.
    wal.filter(|wal| wal.size > 0).map_or(main, |wal| FileStamp {
        size: main.size + wal.size,
        modified: main.modified.max(wal.modified),
        ..main
    })
}
