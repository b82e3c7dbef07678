//! `list`: the cards, grouped by workspace, the newest first.

use serde_json::Value;

use crate::cards;
use crate::output::Reply;
use crate::problem::Problem;
use crate::session::Session;

pub(crate) fn run(session: &Session) -> Result<Reply, Problem> {
    let engine = session.viewer()?;
    let state = engine.state();
    let now = engine.now();
    let texts: Vec<String> =
        state.workspaces.iter().map(|workspace| cards::of_workspace(state, workspace, &now)).collect();
    let text = if texts.is_empty() { "Nothing is looked after here.".to_owned() } else { texts.join("\n\n") };
    let of_all = state.workspaces.iter().flat_map(|workspace| state.snapshots_of(&workspace.id));
    let json = of_all.map(|snapshot| cards::json(&engine, snapshot)).collect();
    Ok(Reply::done(text, Value::Array(json)))
}
