//! `snapshot`: a backup on request, perhaps pinned under a name.

use omnicraft_core::event::EventKind;

use super::open::every_workspace;
use crate::output::Reply;
use crate::problem::Problem;
use crate::session::Session;
use crate::source;
use crate::tell;

pub(crate) fn run(session: &Session, pin: Option<&str>, workspace: Option<&str>) -> Result<Reply, Problem> {
    let mut engine = session.engine()?;
    let request = |id| EventKind::SnapshotRequested(id, pin.map(str::to_owned));
    let Some(name) = workspace else {
        if engine.state().workspaces.is_empty() {
            return Err(source::nothing_here());
        }
        return Ok(tell::all(every_workspace(session, &mut engine, request, "none taken")));
    };
    let id = source::find(engine.state(), name)?.id.clone();
    let ended = engine.handle(request(id.clone()));
    Ok(tell::all(vec![tell::part(session, &engine, &id, ended, "none taken")]))
}
