//! `export --db`: a verified copy of a live database at a path of the user's.

use std::path::Path;

use omnicraft_core::event::EventKind;
use serde_json::json;

use super::preview::utf8_path;
use crate::output::Reply;
use crate::problem::Problem;
use crate::session::Session;
use crate::source;
use crate::tell;

pub(crate) fn run(session: &Session, file: &Path, workspace: Option<&str>, force: bool) -> Result<Reply, Problem> {
    let absolute = std::path::absolute(file);
    let absolute = absolute.map_err(|error| Problem::usage(format!("--db is not a path: {error}"), "Name a file"))?;
    let to = utf8_path(&absolute)?;
    let mut engine = session.engine()?;
    let chosen = workspace.map(|name| source::find(engine.state(), name)).transpose()?;
    let chosen = source::or_first(engine.state(), chosen)?;
    let (id, name) = (chosen.id.clone(), chosen.name.clone());
    let ended = engine.handle(EventKind::ExportRequested { workspace: id.clone(), to: to.clone(), replace: force })?;
    let ended = tell::applied(ended, session, &name)?;
    let mut json = tell::json(&engine, &id, &ended);
    json["file"] = json!(to);
    Ok(Reply { text: format!("“{name}” is exported to {to}."), json, exit: tell::exit(&ended) })
}
