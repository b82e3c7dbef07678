//! `close`: the app closes. Every workspace that changed gets a backup; one that fails does not stop the others.

use omnicraft_core::event::EventKind;

use super::open::every_workspace;
use crate::output::Reply;
use crate::problem::Problem;
use crate::session::Session;
use crate::source;
use crate::tell;

/// What is said of a workspace whose close took no backup.
pub(crate) const UNCHANGED: &str = "unchanged since the last backup, none taken";

pub(crate) fn run(session: &Session) -> Result<Reply, Problem> {
    let mut engine = session.engine()?;
    if engine.state().workspaces.is_empty() {
        return Err(source::nothing_here());
    }
    let parts = every_workspace(session, &mut engine, EventKind::AppClosing, UNCHANGED);
    tell::offer(session, &engine);
    Ok(tell::all(parts))
}
