//! Restores and their undo: the engine does all of it behind a safeguard.

use camino::Utf8PathBuf;
use omnicraft_core::event::{EventKind, Source};
use omnicraft_core::model::WorkspaceId;
use omnicraft_core::state::Ending;
use omnicraft_host::engine::Engine;
use omnicraft_host::handle::JobId;

use super::{Answer, Label, live};
use crate::site::Site;

/// Replaces the live database of a workspace, if it still is as it `looked`.
pub(crate) fn one(site: &Site, workspace: WorkspaceId, source: Source, looked: String) -> JobId {
    let event = EventKind::RestoreRequested(workspace.clone(), source.clone());
    let label = Label::Restore { workspace: workspace.clone(), source };
    told(site, label, event, move |engine| {
        let workspace = engine.state().workspace(&workspace);
        live::looks(&*engine.ports().files, engine.home(), workspace) == looked
    })
}

/// Replaces every live database that a global archive holds, or none, if all are as they `looked`.
pub(crate) fn all(site: &Site, archive: Utf8PathBuf, looked: String) -> JobId {
    let event = EventKind::RestoreAllRequested(archive.clone());
    told(site, Label::RestoreAll { archive }, event, move |engine| {
        live::looks(&*engine.ports().files, engine.home(), &engine.state().workspaces) == looked
    })
}

/// Takes a restore of a workspace back, and all that were restored with it, if it is the last one still.
pub(crate) fn undo(site: &Site, workspace: WorkspaceId, operation: u64) -> JobId {
    let event = EventKind::UndoRequested(workspace.clone());
    let label = Label::Undo { workspace: workspace.clone() };
    told(site, label, event, move |engine| {
        let points = engine.state().undoable(Some(&workspace));
        points.iter().any(|point| point.workspace == workspace && point.operation == operation)
    })
}

/// Time may pass before it begins, in which the app goes on working; what was seen by whoever agreed must hold then.
fn told(site: &Site, label: Label, event: EventKind, is_as_seen: impl Fn(&Engine) -> bool + Send + 'static) -> JobId {
    let start_app = site.start_app.clone();
    site.desk.submit_alone(label, move |engine| {
        if !is_as_seen(engine) {
            return Ok(Answer::Outdated);
        }
        let ended = engine.handle(event.clone())?;
        let is_done = ended.ending != Ending::NotApplied && ended.failure.is_none();
        // An app that still runs was the reason why nothing was done: it is not started a second time.
        if let (true, Some(start_app)) = (is_done, &start_app) {
            start_app();
        }
        Ok(Answer::Concluded(Box::new(ended)))
    })
}
