//! `restore`: shows what would change, asks, and replaces the live database behind a safeguard.

use omnicraft_core::event::EventKind;

use super::preview;
use crate::args::From;
use crate::output::Reply;
use crate::problem::Problem;
use crate::session::Session;
use crate::tell;

pub(crate) fn run(session: &Session, from: &From) -> Result<Reply, Problem> {
    let mut engine = session.engine()?;
    let target = preview::target(&engine, from)?;
    let looked = preview::look(session, &mut engine, &target)?;
    let (name, title) = (tell::name(&engine, &target.workspace), preview::title(&engine, &target.source));
    session.note(&format!("Restoring “{name}” from {title}:"));
    for sentence in &looked.sentences {
        session.note(&format!("  {sentence}."));
    }
    session.confirm(&format!("Restore “{name}” from {title}?"), &name)?;
    let ended = engine.handle(EventKind::RestoreRequested(target.workspace.clone(), target.source.clone()))?;
    let ended = tell::applied(ended, session, &name)?;
    let can_undo = tell::can_undo(&engine, &target.workspace);
    let undo = if can_undo { " `omnicraft undo` goes back to the state before." } else { "" };
    let text = if ended.failure.is_some() {
        format!("The restore of “{name}” from {title} is decided and will be finished at the next start.")
    } else {
        format!("“{name}” is restored from {title}.{undo}")
    };
    let mut json = tell::json(&engine, &target.workspace, &ended);
    json["preview"] = looked.json(&engine, &target);
    json["source"] = preview::shown(&target.source).into();
    json["can_undo"] = can_undo.into();
    Ok(Reply { text, json, exit: tell::exit(&ended) })
}
