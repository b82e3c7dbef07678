//! Looks at what a restore would change. They change nothing, so they wait for no other job.

use camino::Utf8PathBuf;
use omnicraft_core::event::{EventKind, Source};
use omnicraft_core::model::Workspace;
use omnicraft_host::engine::Engine;
use omnicraft_host::error::EngineError;
use omnicraft_host::handle::JobId;
use omnicraft_host::sqlite::browse::{self, Day};

use super::live;
use super::rows::{self, Sides};
use super::{Answer, Label};
use crate::pages::preview::DAYS;
use crate::site::Site;

/// Compares the live database of a workspace with a source. Where the same is being looked at already, that is the job.
pub(crate) fn one(site: &Site, workspace: &Workspace, source: Source) -> JobId {
    let label = Label::Preview { workspace: workspace.id.clone(), source: source.clone() };
    let event = EventKind::PreviewRequested(workspace.id.clone(), source.clone());
    let workspace = workspace.clone();
    look(site, label, move |engine| {
        let (at, sides) = (engine.now(), rows::sides(engine, &workspace, &source));
        let looked = live::looks(&*engine.ports().files, engine.home(), [&workspace]);
        let conclusion = Box::new(engine.handle(event.clone())?);
        let days = match &sides {
            Some(sides) if conclusion.failure.is_none() => {
                let days = days(engine, &workspace, sides)?;
                rows::unmoved(engine, sides)?;
                days
            }
            _ => Vec::new(),
        };
        Ok(Answer::Previewed { conclusion, at, days, looked })
    })
}

/// Reads a global archive and compares each database.
pub(crate) fn all(site: &Site, archive: Utf8PathBuf) -> JobId {
    let event = EventKind::PreviewAllRequested(archive.clone());
    look(site, Label::PreviewAll { archive }, move |engine| {
        let at = engine.now();
        let looked = live::looks(&*engine.ports().files, engine.home(), &engine.state().workspaces);
        let conclusion = Box::new(engine.handle(event.clone())?);
        Ok(Answer::Previewed { conclusion, at, days: Vec::new(), looked })
    })
}

fn look(
    site: &Site,
    label: Label,
    work: impl FnMut(&mut Engine) -> Result<Answer, EngineError> + Send + 'static,
) -> JobId {
    let jobs = site.desk.jobs();
    let begun = jobs.iter().find(|job| job.label == label && !job.has_ended());
    begun.map_or_else(|| site.desk.look(label.clone(), work), |job| job.id)
}

/// Rows per day in both databases.
fn days(engine: &Engine, workspace: &Workspace, sides: &Sides) -> Result<Vec<Day>, EngineError> {
    let Sides { opener, live, candidate, .. } = sides;
    let profiles = engine.ports().app.profiles();
    let profile = profiles.iter().find(|profile| Some(&profile.name) == workspace.schema.as_ref());
    let today = engine.now().date();
    let days = engine.look("Comparing with the days before", |progress| {
        browse::days(opener, live, candidate, profile, today, DAYS, progress)
    });
    Ok(days?)
}
