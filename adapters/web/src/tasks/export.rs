//! Exports: a verified file at a path of the user's, or one that the browser takes away.

use camino::Utf8PathBuf;
use omnicraft_core::event::{EventKind, Export};
use omnicraft_host::handle::JobId;

use super::{Answer, Label};
use crate::site::Site;

/// Writes an export. `download` is what the browser shall call it.
pub(crate) fn write(site: &Site, export: Export, to: Utf8PathBuf, replace: bool, download: Option<String>) -> JobId {
    let event = EventKind::ExportRequested { export: export.clone(), to: to.clone(), replace };
    let label = Label::Export { export, to, download };
    site.desk.submit(label, move |engine| Ok(Answer::Concluded(Box::new(engine.handle(event.clone())?))))
}
