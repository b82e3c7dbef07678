//! Restores and their undo: the engine does all of it behind a safeguard.

use camino::Utf8PathBuf;
use omnicraft_core::event::{EventKind, Source};
use omnicraft_core::model::WorkspaceId;
use omnicraft_core::state::Ending;
use omnicraft_host::handle::JobId;

use super::{Answer, Label};
use crate::site::Site;

/// Replaces the live database of a workspace.
pub(crate) fn one(site: &Site, workspace: WorkspaceId, source: Source) -> JobId {
    let event = EventKind::RestoreRequested(workspace.clone(), source.clone());
    told(site, Label::Restore { workspace, source }, event)
}

/// Replaces every live database that a global archive holds, or none.
pub(crate) fn all(site: &Site, archive: Utf8PathBuf) -> JobId {
    let event = EventKind::RestoreAllRequested(archive.clone());
    told(site, Label::RestoreAll { archive }, event)
}

/// Takes the last restore of a workspace back, and of all that were restored with it.
pub(crate) fn undo(site: &Site, workspace: WorkspaceId) -> JobId {
    let event = EventKind::UndoRequested(workspace.clone());
    told(site, Label::Undo { workspace }, event)
}

fn told(site: &Site, label: Label, event: EventKind) -> JobId {
    let start_app = site.start_app.clone();
    site.desk.submit_alone(label, move |engine| {
        let ended = engine.handle(event.clone())?;
        let is_done = ended.ending != Ending::NotApplied && ended.failure.is_none();
        // An app that still runs was the reason why nothing was done: it is not started a second time.
        if let (true, Some(start_app)) = (is_done, &start_app) {
            start_app();
        }
        Ok(Answer::Concluded(Box::new(ended)))
    })
}
