//! `migrate`: brings a database of the app's to its newest version, after a safeguard is published and verified.

use omnicraft_core::event::EventKind;
use omnicraft_core::model::{Act, SchemaProfile, Workspace};
use omnicraft_host::engine::Engine;
use serde_json::json;

use super::reset::from_app;
use crate::live;
use crate::output::Reply;
use crate::problem::Problem;
use crate::session::Session;
use crate::source;
use crate::tell;

pub(crate) fn run(session: &Session, workspace: Option<&str>) -> Result<Reply, Problem> {
    let mut engine = session.engine()?;
    let chosen = workspace.map(|name| source::find(engine.state(), name)).transpose()?;
    let workspace = source::or_first(engine.state(), chosen)?.clone();
    let name = &workspace.name;
    let Some(profile) = profile(&engine, &workspace).cloned() else {
        let reason = format!("“{name}” is not a database of OmniCraft's, so nobody here knows its versions");
        return Err(Problem::refused(reason, "Migrate it with the app that it belongs to"));
    };
    let database = engine.path_of(&workspace.database);
    let before = live::version(&database, &profile)?;
    let newest = profile.newest().unwrap_or(&before);
    if before == newest {
        let json = json!({ "workspace": workspace.id, "from": before, "to": before, "published": [] });
        return Ok(Reply::done(format!("“{name}” has the newest version, {before}. Nothing was changed."), json));
    }
    if profile.rank(&before).is_none() {
        let reason = format!("“{name}” was written by a newer version of the app (schema {before})");
        return Err(Problem::refused(reason, "Install that version or a newer one. Nothing was changed"));
    }
    session.confirm(&format!("Migrate “{name}” from version {before} to {newest}?"), name)?;
    let ended = engine.handle(EventKind::AboutToDestroy(workspace.id.clone(), Act::Migration))?;
    let ended = tell::applied(ended, session, name)?;
    if ended.permit.is_none() {
        let remedy = "The database was not touched. `omnicraft status` says what is wrong";
        return Err(Problem::failed("there is no verified backup from before the migration", remedy));
    }
    omnicraft_erp::migrate(&profile.name, &database).map_err(|error| from_app(&error))?;
    let after = live::version(&database, &profile)?;
    let text = format!("“{name}” is migrated from version {before} to {after}.");
    let mut json = tell::json(&engine, &workspace.id, &ended);
    json["from"] = json!(before);
    json["to"] = json!(after);
    Ok(Reply { text, json, exit: tell::exit(&ended) })
}

/// The schema profile that a workspace follows.
pub(crate) fn profile<'a>(engine: &'a Engine, workspace: &Workspace) -> Option<&'a SchemaProfile> {
    let schema = workspace.schema.as_deref()?;
    engine.ports().app.profiles().iter().find(|profile| profile.name == schema)
}
