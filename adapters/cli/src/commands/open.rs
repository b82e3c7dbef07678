//! `open`: the app starts. Every workspace gets the backups that are due; one that fails does not stop the others.

use omnicraft_core::event::EventKind;
use omnicraft_core::model::WorkspaceId;
use omnicraft_host::engine::Engine;

use crate::output::Reply;
use crate::problem::Problem;
use crate::session::Session;
use crate::source;
use crate::tell::{self, Part};

pub(crate) fn run(session: &Session) -> Result<Reply, Problem> {
    let mut engine = session.engine()?;
    if engine.state().workspaces.is_empty() {
        return Err(source::nothing_here());
    }
    let parts = every_workspace(session, &mut engine, EventKind::AppStarted, "nothing due");
    tell::offer(session, &engine);
    Ok(tell::all(parts))
}

/// Tells the engine of a moment of the app's life, for each workspace.
pub(crate) fn every_workspace(
    session: &Session,
    engine: &mut Engine,
    moment: impl Fn(WorkspaceId) -> EventKind,
    idle: &str,
) -> Vec<Part> {
    let ids: Vec<_> = engine.state().workspaces.iter().map(|workspace| workspace.id.clone()).collect();
    let mut parts = Vec::new();
    for id in ids {
        let ended = engine.handle(moment(id.clone()));
        parts.push(tell::part(session, engine, &id, ended, idle));
    }
    parts
}
