//! Looks at what a restore would change. They change nothing, so they wait for no other job.

use camino::Utf8PathBuf;
use omnicraft_core::event::{EventKind, Source};
use omnicraft_core::model::Workspace;
use omnicraft_host::engine::Engine;
use omnicraft_host::error::EngineError;
use omnicraft_host::handle::JobId;
use omnicraft_host::sqlite::browse::{self, Day};

use super::rows::{self, Sides};
use super::{Answer, Label};
use crate::pages::preview::DAYS;
use crate::site::Site;

/// Compares the live database of a workspace with a source. Where the same is being looked at already, that is the job.
pub(crate) fn one(site: &Site, workspace: &Workspace, source: Source) -> JobId {
    let label = Label::Preview { workspace: workspace.id.clone(), source: source.clone() };
    let event = EventKind::PreviewRequested(workspace.id.clone(), source.clone());
    let workspace = workspace.clone();
    look(site, label, event, move |engine| days(engine, &workspace, &source))
}

/// Reads a global archive and compares each database.
pub(crate) fn all(site: &Site, archive: Utf8PathBuf) -> JobId {
    let event = EventKind::PreviewAllRequested(archive.clone());
    look(site, Label::PreviewAll { archive }, event, |_| Ok(Vec::new()))
}

type Days = Result<Vec<Day>, EngineError>;

fn look(
    site: &Site,
    label: Label,
    event: EventKind,
    mut days: impl FnMut(&Engine) -> Days + Send + 'static,
) -> JobId {
    let jobs = site.desk.jobs();
    if let Some(job) = jobs.iter().find(|job| job.label == label && !job.has_ended()) {
        return job.id;
    }
    site.desk.look(label, move |engine| {
        let at = engine.now();
        let conclusion = Box::new(engine.handle(event.clone())?);
        let days = if conclusion.failure.is_none() { days(engine)? } else { Vec::new() };
        Ok(Answer::Previewed { conclusion, at, days })
    })
}

/// Rows per day in both databases, where both are files.
fn days(engine: &Engine, workspace: &Workspace, source: &Source) -> Days {
    let Some(Sides { opener, live, candidate }) = rows::sides(engine, workspace, source) else {
        return Ok(Vec::new());
    };
    let profiles = engine.ports().app.profiles();
    let profile = profiles.iter().find(|profile| Some(&profile.name) == workspace.schema.as_ref());
    let today = engine.now().date();
    let days = engine.look("Comparing with the days before", |progress| {
        browse::days(&opener, &live, &candidate, profile, today, DAYS, progress)
    });
    Ok(days?)
}
