//! `undo`: back to the state before the last restore, several deep.

use omnicraft_core::event::{EventKind, Source};
use omnicraft_core::state::UndoPoint;
use omnicraft_host::engine::Engine;

use super::preview;
use crate::output::Reply;
use crate::problem::Problem;
use crate::session::Session;
use crate::source::{self, Target};
use crate::tell;

pub(crate) fn run(session: &Session, workspace: Option<&str>) -> Result<Reply, Problem> {
    let mut engine = session.engine()?;
    let point = last(&engine, workspace)?;
    let (id, name) = (point.workspace.clone(), tell::name(&engine, &point.workspace));
    session.note(&format!("Undoing the restore of “{name}” from {}.", point.source));
    let mut looked = None;
    if let Some(safeguard) = point.safeguard {
        let target = Target { workspace: id.clone(), source: Source::Snapshot(safeguard) };
        session.note(&format!("Going back to {}:", preview::title(&engine, &target.source)));
        // A damaged database that was set aside cannot be compared; it can still be brought back.
        if let Ok(preview) = preview::look(session, &mut engine, &target) {
            for sentence in &preview.sentences {
                session.note(&format!("  {sentence}."));
            }
            looked = Some(preview.json(&engine, &target));
        }
    }
    session.confirm(&format!("Undo the restore of “{name}”?"), &name)?;
    let ended = engine.handle(EventKind::UndoRequested(id.clone()))?;
    let ended = tell::applied(ended, session, &name)?;
    let left = engine.state().undo.iter().filter(|point| point.workspace == id).count();
    let text = match left {
        0 => format!("“{name}” is as it was before the restore."),
        _ => format!("“{name}” is as it was before the restore. {left} more can be undone."),
    };
    let mut json = tell::json(&engine, &id, &ended);
    json["preview"] = looked.unwrap_or_default();
    json["left"] = left.into();
    Ok(Reply { text, json, exit: tell::exit(&ended) })
}

/// The last restore, of one workspace or of all.
fn last(engine: &Engine, workspace: Option<&str>) -> Result<UndoPoint, Problem> {
    let state = engine.state();
    let chosen = workspace.map(|name| source::find(state, name)).transpose()?;
    let mut points = state.undo.iter().rev();
    let point = points.find(|point| chosen.is_none_or(|chosen| chosen.id == point.workspace));
    point.cloned().ok_or_else(|| {
        let whose = chosen.map_or_else(String::new, |chosen| format!(" of “{}”", chosen.name));
        Problem::refused(format!("there is no restore{whose} to undo"), "`omnicraft list` shows what can be restored")
    })
}
