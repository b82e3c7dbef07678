//! Backups on request, their pins, and how well they are proven.

use omnicraft_core::effect::Depth;
use omnicraft_core::event::EventKind;
use omnicraft_core::model::{SnapshotId, WorkspaceId};
use omnicraft_host::handle::JobId;

use super::{Answer, Label};
use crate::site::Site;

/// Takes a backup now, pinned under a name perhaps.
pub(crate) fn take(site: &Site, workspace: WorkspaceId, pin: Option<String>) -> JobId {
    let event = EventKind::SnapshotRequested(workspace.clone(), pin);
    told(site, Label::Snapshot { workspace }, event)
}

/// Pins a backup under a name, or takes its pin off.
pub(crate) fn pin(site: &Site, snapshot: SnapshotId, name: Option<String>) -> JobId {
    told(site, Label::Pin { snapshot }, EventKind::PinChanged(snapshot, name))
}

/// Checks a backup in full, in place.
pub(crate) fn verify(site: &Site, snapshot: SnapshotId) -> JobId {
    told(site, Label::Verify { snapshot }, EventKind::VerifyRequested(vec![snapshot], Depth::Proven))
}

/// Rehearses a restore beside the live database.
pub(crate) fn drill(site: &Site, snapshot: SnapshotId) -> JobId {
    told(site, Label::Drill { snapshot }, EventKind::DrillRequested(vec![snapshot]))
}

fn told(site: &Site, label: Label, event: EventKind) -> JobId {
    site.desk.submit(label, move |engine| Ok(Answer::Concluded(Box::new(engine.handle(event.clone())?))))
}
