//! `undo`: back to the state before the last restore, several deep. Workspaces that were restored together go back
//! together.

use omnicraft_core::event::{EventKind, Source};
use omnicraft_core::state::{State, UndoPoint};
use omnicraft_host::engine::Engine;
use serde_json::{Value, json};

use super::preview;
use super::together::ALL;
use crate::output::Reply;
use crate::problem::Problem;
use crate::session::Session;
use crate::source::{self, Target};
use crate::tell;
use crate::words;

/// What is typed to undo the restore of several workspaces.
const YES: &str = "undo all";

pub(crate) fn run(session: &Session, workspace: Option<&str>) -> Result<Reply, Problem> {
    let mut engine = session.engine()?;
    let points = last(engine.state(), workspace)?;
    let id = points[0].workspace.clone();
    let several = points.len() > 1;
    let together = if several { " They go back together." } else { "" };
    session.note(&format!("Undoing the restore of {} from {}.{together}", names(&engine, &points), points[0].source));
    let looked: Vec<Value> = points.iter().map(|point| look(session, &mut engine, point, several)).collect();
    let name = tell::name(&engine, &id);
    let (yes, told) = if several { (YES, ALL) } else { (name.as_str(), name.as_str()) };
    session.confirm(&format!("Undo the restore of {}?", names(&engine, &points)), yes)?;
    let ended = engine.handle(EventKind::UndoRequested(id.clone()))?;
    let ended = tell::applied(ended, session, told)?;
    let left = engine.state().undo_depth(&id);
    let back: Vec<UndoPoint> = points.into_iter().filter(|point| point.safeguard.is_some()).collect();
    let were = if back.len() == 1 { "is as it was" } else { "are as they were" };
    let more = if left == 0 { String::new() } else { format!(" {left} more can be undone.") };
    let text = format!("{} {were} before the restore.{more}", names(&engine, &back));
    let mut json = tell::json(&engine, &id, &ended);
    json["preview"] = looked.first().map(|workspace| workspace["preview"].clone()).unwrap_or_default();
    json["workspaces"] = json!(looked);
    json["left"] = left.into();
    Ok(Reply { text, json, exit: tell::exit(&ended) })
}

fn names(engine: &Engine, points: &[UndoPoint]) -> String {
    let names: Vec<String> = points.iter().map(|point| format!("“{}”", tell::name(engine, &point.workspace))).collect();
    words::list(&names)
}

/// Tells what a workspace goes back to.
fn look(session: &Session, engine: &mut Engine, point: &UndoPoint, several: bool) -> Value {
    let name = tell::name(engine, &point.workspace);
    let mut json = json!({ "workspace": point.workspace, "workspace_name": name, "preview": null });
    let whose = if several { format!("“{name}”: going") } else { "Going".to_owned() };
    let Some(safeguard) = point.safeguard else {
        session.note(&format!("“{name}” had no database before the restore, and stays as it is."));
        return json;
    };
    let target = Target { workspace: point.workspace.clone(), source: Source::Snapshot(safeguard) };
    session.note(&format!("{whose} back to {}:", preview::title(engine, &target.source)));
    // A damaged database that was set aside cannot be compared; it can still be brought back.
    if let Ok(preview) = preview::look(session, engine, &target) {
        for line in preview.lines() {
            session.note(&line);
        }
        json["preview"] = preview.json(engine, &target);
    }
    json
}

/// What the last restore changed, of one workspace or of any.
fn last(state: &State, workspace: Option<&str>) -> Result<Vec<UndoPoint>, Problem> {
    let chosen = workspace.map(|name| source::find(state, name)).transpose()?;
    let points = state.undoable(chosen.map(|chosen| &chosen.id));
    if points.is_empty() {
        return Err(nothing_to_undo(&chosen.map_or_else(String::new, |chosen| format!(" of “{}”", chosen.name))));
    }
    Ok(points)
}

fn nothing_to_undo(whose: &str) -> Problem {
    Problem::refused(format!("there is no restore{whose} to undo"), "`omnicraft list` shows what can be restored")
}
