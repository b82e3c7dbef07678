//! `reset`: wipes a business's history, or everything in it, after a safeguard is published and verified.

use omnicraft_core::event::EventKind;
use omnicraft_core::model::{Act, Workspace};
use omnicraft_core::names;
use omnicraft_host::engine::Engine;
use serde_json::{Value, json};

use super::migrate::profile;
use crate::args::Reset;
use crate::output::Reply;
use crate::problem::Problem;
use crate::session::Session;
use crate::source;
use crate::tell;
use crate::words;

pub(crate) fn run(session: &Session, what: Reset, workspace: Option<&str>) -> Result<Reply, Problem> {
    let (act, called) = match what {
        Reset::Accounting => (Act::AccountingReset, "accounting reset"),
        Reset::Factory => (Act::FactoryReset, "factory reset"),
    };
    let mut engine = session.engine()?;
    let chosen = workspace.map(|name| source::find(engine.state(), name)).transpose()?;
    let workspace = source::or_first(engine.state(), chosen)?.clone();
    only_a_business(&workspace)?;
    let database = engine.path_of(&workspace.database);
    let rows = omnicraft_erp::reset_preview(&database, act).map_err(|error| from_app(&error))?;
    tell_rows(session, &engine, &workspace, &rows, called);
    session.confirm(&format!("Do the {called} of “{}”?", workspace.name), &workspace.name)?;
    let ended = engine.handle(EventKind::AboutToDestroy(workspace.id.clone(), act))?;
    let mut ended = tell::applied(ended, session, &workspace.name)?;
    let Some(permit) = ended.permit.take() else {
        let remedy = "The database was not touched. `omnicraft status` says what is wrong";
        return Err(Problem::failed("there is no verified backup from before the reset", remedy));
    };
    let wiped = omnicraft_erp::reset(&database, permit).map_err(|error| from_app(&error))?;
    let slot = names::slot(&workspace, omnicraft_core::model::Slot::plain(omnicraft_core::model::Base::Before(act)));
    let text = format!(
        "The {called} of “{}” is done: {} wiped. `omnicraft restore {} --workspace \"{0}\"` brings everything back.",
        workspace.name,
        in_words(&engine, &workspace, &wiped),
        slot.file_stem().unwrap_or_default(),
    );
    let mut json = tell::json(&engine, &workspace.id, &ended);
    json["wiped"] = tables(&wiped);
    Ok(Reply { text, json, exit: tell::exit(&ended) })
}

fn only_a_business(workspace: &Workspace) -> Result<(), Problem> {
    if workspace.schema.as_deref() == Some(omnicraft_erp::BUSINESS) {
        return Ok(());
    }
    let reason =
        format!("“{}” is not an OmniCraft business, so nobody knows what a reset of it would be", workspace.name);
    Err(Problem::refused(reason, "Name a business with --workspace"))
}

fn tell_rows(session: &Session, engine: &Engine, workspace: &Workspace, rows: &[(String, u64)], called: &str) {
    let total = in_words(engine, workspace, rows);
    session.note(&format!("The {called} of “{}” will wipe {total}:", workspace.name));
    for (table, count) in rows {
        session.note(&format!("  {count:>9}  {table}"));
    }
    session.note("A verified backup is taken first; other backups are not touched.");
}

fn in_words(engine: &Engine, workspace: &Workspace, rows: &[(String, u64)]) -> String {
    words::rows(rows.iter().map(|(table, rows)| (table.as_str(), *rows)), profile(engine, workspace))
}

fn tables(rows: &[(String, u64)]) -> Value {
    rows.iter().map(|(table, rows)| json!({ "table": table, "rows": rows })).collect()
}

/// The app's errors say what to do by themselves.
pub(crate) fn from_app(error: &omnicraft_erp::ErpError) -> Problem {
    let text = error.to_string();
    let (reason, remedy) = text.rsplit_once(". ").unwrap_or((&text, ""));
    Problem::failed(reason, remedy)
}
