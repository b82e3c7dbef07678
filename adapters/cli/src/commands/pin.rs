//! `pin` and `unpin`: a pinned backup is never removed.

use omnicraft_core::card;
use omnicraft_core::event::EventKind;
use omnicraft_core::model::SnapshotId;

use crate::cards;
use crate::output::Reply;
use crate::problem::Problem;
use crate::session::Session;
use crate::source;
use crate::tell;

pub(crate) fn pin(session: &Session, id: SnapshotId, name: Option<String>) -> Result<Reply, Problem> {
    change(session, id, |title| Some(name.unwrap_or(title)), "It is never removed until it is unpinned")
}

pub(crate) fn unpin(session: &Session, id: SnapshotId) -> Result<Reply, Problem> {
    change(session, id, |_| None, "It stays as long as rotation keeps it")
}

fn change(
    session: &Session,
    id: SnapshotId,
    pin: impl FnOnce(String) -> Option<String>,
    meaning: &str,
) -> Result<Reply, Problem> {
    let mut engine = session.engine()?;
    let snapshot = source::snapshot(engine.state(), id)?;
    let (workspace, title) = (snapshot.workspace.clone(), card::slot_title(snapshot));
    let ended = engine.handle(EventKind::PinChanged(id, pin(title)))?;
    let ended = tell::applied(ended, session, &tell::name(&engine, &workspace))?;
    let snapshot = source::snapshot(engine.state(), id)?;
    let text = format!("{id} is now “{}”. {meaning}.", card::card(snapshot, &engine.now()));
    Ok(Reply { text, json: cards::json(&engine, snapshot), exit: tell::exit(&ended) })
}
