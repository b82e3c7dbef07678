//! `restore`: shows what would change, asks, and replaces the live database behind a safeguard. Where there is no home
//! yet, an exported file makes one.

use omnicraft_core::event::EventKind;
use omnicraft_host::engine::Engine;

use super::preview;
use super::{new_home, together};
use crate::args::From;
use crate::output::Reply;
use crate::problem::Problem;
use crate::session::Session;
use crate::source::{Chosen, Target};
use crate::tell;

pub(crate) fn run(session: &Session, from: &From) -> Result<Reply, Problem> {
    let mut engine = match session.engine() {
        Ok(engine) => engine,
        Err(problem) if problem.kind == "not_a_home" => return new_home::make(session, from, problem),
        Err(problem) => return Err(problem),
    };
    if engine.state().workspaces.is_empty() && new_home::is_for_one(from)? {
        return new_home::fill(session, from, engine);
    }
    match preview::chosen(&engine, from)? {
        Chosen::One(target) => one(session, &mut engine, &target),
        Chosen::All(path) => together::restore(session, &mut engine, &path),
    }
}

fn one(session: &Session, engine: &mut Engine, target: &Target) -> Result<Reply, Problem> {
    let looked = preview::look(session, engine, target)?;
    let (name, title) = (tell::name(engine, &target.workspace), preview::title(engine, &target.source));
    session.note(&format!("Restoring “{name}” from {title}:"));
    for line in looked.lines() {
        session.note(&line);
    }
    session.confirm(&format!("Restore “{name}” from {title}?"), &name)?;
    let ended = engine.handle(EventKind::RestoreRequested(target.workspace.clone(), target.source.clone()))?;
    let ended = tell::applied(ended, session, &name)?;
    let can_undo = engine.state().can_undo(&target.workspace);
    let undo = if can_undo { " `omnicraft undo` goes back to the state before." } else { "" };
    let text = if ended.failure.is_some() {
        format!("The restore of “{name}” from {title} is decided and will be finished at the next start.")
    } else {
        format!("“{name}” is restored from {title}.{undo}")
    };
    let mut json = tell::json(engine, &target.workspace, &ended);
    json["preview"] = looked.json(engine, target);
    json["source"] = preview::shown(&target.source).into();
    json["can_undo"] = can_undo.into();
    if let Some(inspection) = &ended.inspection {
        preview::tell_archive(&mut json, inspection);
    }
    Ok(Reply { text, json, exit: tell::exit(&ended) })
}
