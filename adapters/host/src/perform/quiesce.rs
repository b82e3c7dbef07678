//! Quiesce and relaunch: the app lets go of its database, and may open it again.

use camino::Utf8Path;
use omnicraft_core::model::WorkspaceId;
use omnicraft_core::outcome::{FailureKind, Yield};

use super::work::Work;
use crate::error::{Result, Stop};
use crate::sqlite;

/// Asks the app to close its handles, then makes sure: an app that still holds the file is detected, not trusted.
pub(super) fn quiesce(work: &Work<'_>, workspace: &WorkspaceId, database: &Utf8Path) -> Result<Yield> {
    let live = work.path(database);
    let holds = |reason: String| {
        let remedy = "Close the app and try again; nothing was changed";
        Stop::new(FailureKind::Busy, "have the app close its database", &live, reason, remedy)
    };
    work.ports.app.quiesce(workspace).map_err(holds)?;
    if work.stamp(&live)?.is_some() {
        sqlite::holders::let_go(work.sqlite(), &live)?;
    }
    Ok(Yield::Nothing)
}

pub(super) fn relaunch(work: &Work<'_>, workspace: &WorkspaceId) -> Yield {
    work.ports.app.relaunch(workspace);
    Yield::Nothing
}
