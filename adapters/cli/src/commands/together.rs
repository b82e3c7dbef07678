//! A global archive: every workspace in it is restored, or none is. What is here and not in it is named beforehand and
//! stays as it is.

use camino::Utf8Path;
use omnicraft_core::event::EventKind;
use omnicraft_core::model::{Inspection, Workspace, WorkspaceId};
use omnicraft_core::outcome::{Differences, Overview};
use omnicraft_core::transition::Conclusion;
use omnicraft_host::engine::Engine;
use serde_json::{Value, json};

use super::migrate;
use super::preview::tell_archive;
use crate::archives;
use crate::cards;
use crate::findings::printable;
use crate::output::Reply;
use crate::problem::Problem;
use crate::session::Session;
use crate::tell;
use crate::words;

/// Who warns, where no single workspace does.
pub(crate) const ALL: &str = "All workspaces";
/// What is typed to restore them all.
const YES: &str = "restore all";

pub(crate) fn preview(session: &Session, engine: &mut Engine, archive: &Utf8Path) -> Result<Reply, Problem> {
    let looked = look(session, engine, archive)?;
    Ok(Reply::done(looked.lines(engine, archive).join("\n"), looked.json(engine, archive)))
}

pub(crate) fn restore(session: &Session, engine: &mut Engine, archive: &Utf8Path) -> Result<Reply, Problem> {
    let looked = look(session, engine, archive)?;
    for line in looked.lines(engine, archive) {
        session.note(&line);
    }
    session.confirm(&format!("Restore all of this from {archive}?"), YES)?;
    let mut reply = perform(session, engine, archive)?;
    reply.json["preview"] = looked.json(engine, archive);
    Ok(reply)
}

/// The restore itself, after it was agreed to.
pub(super) fn perform(session: &Session, engine: &mut Engine, archive: &Utf8Path) -> Result<Reply, Problem> {
    let ended = engine.handle(EventKind::RestoreAllRequested(archive.to_owned()))?;
    let ended = tell::applied(ended, session, ALL)?;
    let overview = ended.overview.clone().unwrap_or_default();
    let restored = restored(&overview);
    let names: Vec<String> = restored.iter().map(|id| format!("“{}”", tell::name(engine, id))).collect();
    let mut replaced = overview.replaced.iter().map(|(id, _)| id).peekable();
    let can_undo = replaced.peek().is_some() && replaced.all(|id| engine.state().can_undo(id));
    let undo = if can_undo { " `omnicraft undo` goes back to the state before." } else { "" };
    let text = if ended.failure.is_some() {
        format!("The restore from {archive} is decided and will be finished at the next start.")
    } else {
        let verb = if names.len() == 1 { "is" } else { "are" };
        format!("{} {verb} restored from {archive}.{undo}", words::list(&names))
    };
    let json = json(engine, archive, &ended, &overview, can_undo);
    Ok(Reply { text, json, exit: tell::exit(&ended) })
}

fn restored(overview: &Overview) -> Vec<WorkspaceId> {
    let replaced = overview.replaced.iter().map(|(id, _)| id.clone());
    replaced.chain(overview.added.iter().map(|added| added.id.clone())).collect()
}

fn json(engine: &Engine, archive: &Utf8Path, ended: &Conclusion, overview: &Overview, can_undo: bool) -> Value {
    let mut json = json!({
        "ending": ended.ending,
        "source": archive,
        "workspaces": restored(overview).iter().map(|id| of(engine, id)).collect::<Vec<_>>(),
        "added": overview.added.iter().map(|added| of(engine, &added.id)).collect::<Vec<_>>(),
        "kept": overview.kept.iter().map(|id| of(engine, id)).collect::<Vec<_>>(),
        "published": cards::json_of(engine, &ended.published),
        "removed": ended.removed,
        "warnings": ended.warnings,
        "can_undo": can_undo,
    });
    if let Some(inspection) = &ended.inspection {
        tell_archive(&mut json, inspection);
    }
    json
}

fn of(engine: &Engine, id: &WorkspaceId) -> Value {
    json!({ "workspace": id, "workspace_name": tell::name(engine, id) })
}

/// What a global archive would change here.
struct Looked {
    overview: Overview,
    inspection: Inspection,
}

/// Reads the whole archive and compares each database. Changes nothing.
fn look(session: &Session, engine: &mut Engine, archive: &Utf8Path) -> Result<Looked, Problem> {
    let ended = engine.handle(EventKind::PreviewAllRequested(archive.to_owned()))?;
    let ended = tell::applied(ended, session, ALL)?;
    Ok(Looked { overview: ended.overview.unwrap_or_default(), inspection: ended.inspection.unwrap_or_default() })
}

impl Looked {
    /// What a person should read before he says yes.
    fn lines(&self, engine: &Engine, archive: &Utf8Path) -> Vec<String> {
        let exported = self.inspection.facts.as_ref().and_then(archives::exported);
        let moment = exported.map_or_else(String::new, |moment| format!(", all of {moment}"));
        let mut lines = vec![format!("Restoring everything from {archive}{moment}:")];
        for (id, found) in &self.overview.replaced {
            lines.push(format!("  “{}”:", tell::name(engine, id)));
            lines.extend(sentences(engine, id, found).iter().map(|sentence| format!("    {sentence}.")));
        }
        lines.extend(self.overview.added.iter().map(|added| joins(engine, added)));
        for id in &self.overview.kept {
            let name = tell::name(engine, id);
            lines.push(format!("  “{name}” is not in it: it stays as it is, and a backup of it is taken first."));
        }
        lines
    }

    fn json(&self, engine: &Engine, archive: &Utf8Path) -> Value {
        let replaced = self.overview.replaced.iter().map(|(id, found)| {
            let mut json = of(engine, id);
            json["summary"] = json!(sentences(engine, id, found).join(". "));
            json["changes_nothing"] = json!(changes_nothing(engine, id, found));
            json["schema_differs"] = json!(found.schema_differs);
            json["live_unreadable"] = json!(found.live_unreadable);
            json["tables"] = json!(found.tables);
            json
        });
        let added = self.overview.added.iter().map(|added| {
            let database = engine.path_of(&added.database);
            json!({ "workspace": added.id, "workspace_name": added.name, "database": database.to_string_lossy() })
        });
        let all_the_same = self.overview.replaced.iter().all(|(id, found)| changes_nothing(engine, id, found));
        let mut json = json!({
            "source": archive,
            "changes_nothing": all_the_same && self.overview.added.is_empty(),
            "workspaces": replaced.collect::<Vec<_>>(),
            "added": added.collect::<Vec<_>>(),
            "kept": self.overview.kept.iter().map(|id| of(engine, id)).collect::<Vec<_>>(),
        });
        tell_archive(&mut json, &self.inspection);
        json
    }
}

/// A workspace that is not looked after here yet, and where its database will lie.
fn joins(engine: &Engine, added: &Workspace) -> String {
    let place = engine.path_of(&added.database);
    format!("  “{}” is added: {}.", printable(&added.name), printable(&place.to_string_lossy()))
}

fn sentences(engine: &Engine, id: &WorkspaceId, found: &Differences) -> Vec<String> {
    let workspace = engine.state().workspace(id);
    words::differences(found, workspace.and_then(|workspace| migrate::profile(engine, workspace)))
}

fn changes_nothing(engine: &Engine, id: &WorkspaceId, found: &Differences) -> bool {
    let workspace = engine.state().workspace(id);
    words::nothing_would_change(found, workspace.and_then(|workspace| migrate::profile(engine, workspace)))
}
