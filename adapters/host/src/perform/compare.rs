//! Compare: what a restore would lose and bring back, table by table. Changes nothing.

use camino::Utf8Path;
use omnicraft_core::model::WorkspaceId;
use omnicraft_core::outcome::Yield;

use super::guard;
use super::work::Work;
use crate::error::Result;
use crate::sqlite;

pub(super) fn compare(
    work: &Work<'_>,
    workspace: &WorkspaceId,
    database: &Utf8Path,
    candidate: &Utf8Path,
) -> Result<Yield> {
    let attempted = "compare the backup with the database";
    let (live, file) = (work.path(database), work.path(candidate));
    work.present(attempted, &file)?;
    guard::not_live(work, attempted, &file)?;
    let mut progress = work.progress("Comparing with", candidate);
    let differences =
        sqlite::compare::differences(work.sqlite(), &live, &file, work.profile(workspace), &mut progress)?;
    Ok(Yield::Compared(differences))
}
