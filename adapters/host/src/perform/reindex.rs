//! Reindex: a staged copy of a damaged database gets indexes that follow from its tables. The live database stays as it is.

use std::path::Path;

use camino::Utf8Path;
use omnicraft_core::effect::Depth;
use omnicraft_core::model::WorkspaceId;
use omnicraft_core::outcome::Yield;

use super::work::{Work, failed};
use super::{guard, verify};
use crate::error::Result;
use crate::sqlite;

const ATTEMPTED: &str = "build its indexes anew";

pub(super) fn reindex(work: &Work<'_>, workspace: &WorkspaceId, file: &Utf8Path) -> Result<Yield> {
    let (staged, temporary) = (work.path(file), work.path(&work.temporary(file)));
    guard::not_live(work, ATTEMPTED, &staged)?;
    let size = work.present(ATTEMPTED, &staged)?.size;
    work.discard(&temporary)?;
    work.require_space(ATTEMPTED, &temporary, size)?;
    let built = rebuild(work, file, &staged, &temporary);
    work.or_sweep(&temporary, built)?;
    verify::verify(work, workspace, file, Depth::Proven)
}

fn rebuild(work: &Work<'_>, file: &Utf8Path, staged: &Path, temporary: &Path) -> Result<()> {
    work.files().write_new(temporary, b"").map_err(failed(ATTEMPTED, temporary))?;
    let mut progress = work.progress("Building indexes", file);
    sqlite::reindex::reindex(work.sqlite(), ATTEMPTED, (staged, temporary), &mut progress)?;
    work.sync_file(temporary)?;
    work.settle(ATTEMPTED, temporary, staged)
}
