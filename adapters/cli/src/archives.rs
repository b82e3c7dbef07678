//! Archives from elsewhere, as far as a command must know them before the engine reads them: what kind of file it is,
//! and whose data it says it holds.

use std::path::Path;

use jiff::Zoned;
use omnicraft_core::model::{ArchiveFacts, ArchiveKind};
use omnicraft_host::archive::inspect;
use omnicraft_host::engine::Engine;
use omnicraft_host::ports::filesystem::FileSystem;

use crate::problem::Problem;

/// What kind of archive a file is, by its content, and what it says of itself. Nothing of it is believed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Introduction {
    /// `None` for any other file.
    pub(crate) kind: Option<ArchiveKind>,
    /// `None` where it cannot be read.
    pub(crate) facts: Option<ArchiveFacts>,
}

/// Looks at a file that is no live database.
pub(crate) fn introduce(files: &dyn FileSystem, path: &Path) -> Result<Introduction, Problem> {
    if !path.is_file() {
        return Ok(Introduction::default());
    }
    let facts = inspect::facts(files, path)?;
    let kind = match &facts {
        Some(facts) => Some(facts.kind),
        // Broken, and only its name says that it was meant to be one.
        None => inspect::kind(files, path)?,
    };
    Ok(Introduction { kind, facts })
}

/// As [`introduce`], for any path that a person may write: a live database is not opened.
pub(crate) fn introduce_beside(engine: &Engine, path: &Path) -> Result<Introduction, Problem> {
    let files = &*engine.ports().files;
    let stamp = |path: &Path| files.stamp(path).ok().flatten();
    let is_live = stamp(path).is_some_and(|found| {
        let live = engine.state().workspaces.iter().filter_map(|known| stamp(&engine.path_of(&known.database)));
        live.into_iter().any(|live| live.same_file(&found))
    });
    if is_live { Ok(Introduction::default()) } else { introduce(files, path) }
}

/// When an archive was exported, for people: "21 Nov 2026 08:30".
pub(crate) fn exported(facts: &ArchiveFacts) -> Option<String> {
    let taken = facts.taken_at.parse::<Zoned>().ok()?;
    Some(taken.strftime("%-d %b %Y %H:%M").to_string())
}
