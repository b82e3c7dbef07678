//! `workspace`: which databases are looked after.

use std::path::{Path, PathBuf};

use camino::Utf8PathBuf;
use omnicraft_core::event::EventKind;
use omnicraft_core::model::{SchemaProfile, Workspace};
use omnicraft_core::names;
use omnicraft_core::transition::Conclusion;
use omnicraft_host::engine::Engine;
use serde_json::{Value, json};

use super::preview::utf8_path;
use crate::args::WorkspaceCommand;
use crate::live;
use crate::newcomer;
use crate::output::Reply;
use crate::problem::Problem;
use crate::session::Session;
use crate::source;
use crate::tell;

pub(crate) fn run(session: &Session, command: WorkspaceCommand) -> Result<Reply, Problem> {
    match command {
        WorkspaceCommand::Add { name, db, personal_finance } => add(session, &name, db.as_deref(), personal_finance),
        WorkspaceCommand::List => list(session),
        WorkspaceCommand::Remove { name } => remove(session, &name),
    }
}

fn add(session: &Session, name: &str, db: Option<&Path>, personal_finance: bool) -> Result<Reply, Problem> {
    let mut engine = session.engine()?;
    let (workspace, ended) = match db {
        Some(file) => adopt(session, &mut engine, name, file)?,
        None if personal_finance => {
            only_one_personal_finance(&engine)?;
            newcomer::create(session, &mut engine, omnicraft_erp::PERSONAL_FINANCE, name, |_| Ok(()))?
        }
        None => newcomer::create(session, &mut engine, omnicraft_erp::BUSINESS, name, |_| Ok(()))?,
    };
    let database = engine.path_of(&workspace.database);
    let text = format!("“{name}” is looked after: {}.\nNext: omnicraft open", database.display());
    let mut json = of(&engine, &workspace);
    json["ending"] = json!(ended.ending);
    json["warnings"] = json!(ended.warnings);
    Ok(Reply { text, json, exit: tell::exit(&ended) })
}

fn only_one_personal_finance(engine: &Engine) -> Result<(), Problem> {
    let schema = Some(omnicraft_erp::PERSONAL_FINANCE);
    match engine.state().workspaces.iter().find(|workspace| workspace.schema.as_deref() == schema) {
        None => Ok(()),
        Some(known) => {
            let reason = format!("“{}” is the personal finance database already", known.name);
            Err(Problem::refused(reason, "There is one for all workspaces. Nothing was changed"))
        }
    }
}

/// Looks after any SQLite file in place. A database of the app's own inside the home is recognised by its application
/// id; outside, nothing is assumed about any.
fn adopt(session: &Session, engine: &mut Engine, name: &str, file: &Path) -> Result<(Workspace, Conclusion), Problem> {
    let path = existing_file(file)?;
    not_ours(engine, &path)?;
    let found = live::introduce(&path)?;
    let home = engine.home().canonicalize().unwrap_or_else(|_| engine.home().to_owned());
    let inside = path.strip_prefix(&home).ok();
    let database = utf8_path(inside.unwrap_or(&path))?;
    let profile = inside.and_then(|_| profile(engine, found.application_id, &path));
    let identity = match &profile {
        Some(profile) => live::ask(&path, &profile.identity_sql)?,
        None => None,
    };
    newcomer::adopt(session, engine, name, database, profile.map(|profile| profile.name), identity)
}

fn existing_file(file: &Path) -> Result<PathBuf, Problem> {
    let path = file.canonicalize().map_err(|error| {
        Problem::refused(format!("cannot look after {}: {error}", file.display()), "Check the path")
    })?;
    let about = path.metadata().map_err(|error| {
        Problem::refused(format!("cannot look at {}: {error}", path.display()), "Check the permissions")
    })?;
    if !about.is_file() {
        return Err(Problem::refused(format!("{} is not a file", path.display()), "Name a database file"));
    }
    if about.len() == 0 {
        let reason = format!("{} is empty (0 bytes), not a database", path.display());
        return Err(Problem::refused(reason, "Check the path"));
    }
    Ok(path)
}

/// Refuses the engine's own files, and a database that is looked after already, under whatever name.
fn not_ours(engine: &Engine, path: &Path) -> Result<(), Problem> {
    let backups = engine.home().join(names::BACKUPS);
    let backups = backups.canonicalize().unwrap_or(backups);
    if path.starts_with(&backups) {
        let reason = format!("{} lies in {}, among the backups themselves", path.display(), backups.display());
        return Err(Problem::refused(
            reason,
            "Copy it to a place of its own first, for example with `omnicraft restore`",
        ));
    }
    let files = &engine.ports().files;
    let stamp = files.stamp(path).ok().flatten();
    for workspace in &engine.state().workspaces {
        let known = engine.path_of(&workspace.database);
        let same_path = known.canonicalize().is_ok_and(|known| known == path);
        let known = files.stamp(&known).ok().flatten();
        if same_path || stamp.zip(known).is_some_and(|(stamp, known)| stamp.same_file(&known)) {
            let reason = format!("{} is looked after already, as “{}”", path.display(), workspace.name);
            return Err(Problem::refused(reason, "Nothing was changed"));
        }
    }
    Ok(())
}

/// The app's schema that a database follows, if it is of a version that this build knows.
fn profile(engine: &Engine, application_id: i32, path: &Path) -> Option<SchemaProfile> {
    let profiles = engine.ports().app.profiles();
    let profile = profiles.iter().find(|profile| profile.application_id == application_id)?;
    let version = live::version(path, profile).ok()?;
    profile.rank(&version).map(|_| profile.clone())
}

fn list(session: &Session) -> Result<Reply, Problem> {
    let engine = session.viewer()?;
    let workspaces = &engine.state().workspaces;
    let line = |workspace: &Workspace| {
        let frozen = workspace.frozen.as_ref().map_or_else(String::new, |reason| format!("\n  ! {reason}"));
        format!("{} ({})\n  {}{frozen}", workspace.name, workspace.id, engine.path_of(&workspace.database).display())
    };
    let text: Vec<String> = workspaces.iter().map(line).collect();
    let text = if text.is_empty() { "Nothing is looked after here.".to_owned() } else { text.join("\n") };
    Ok(Reply::done(text, workspaces.iter().map(|workspace| of(&engine, workspace)).collect()))
}

fn remove(session: &Session, name: &str) -> Result<Reply, Problem> {
    let mut engine = session.engine()?;
    let workspace = source::find(engine.state(), name)?.clone();
    let backups = engine.path_of(&names::folder(&workspace));
    let question = format!("Look after “{}” no longer? Its database and its backups stay.", workspace.name);
    session.confirm(&question, &workspace.name)?;
    let ended = engine.handle(EventKind::WorkspaceRemoved(workspace.id.clone()))?;
    let ended = tell::applied(ended, session, &workspace.name)?;
    let database = engine.path_of(&workspace.database);
    let text = format!(
        "“{}” is looked after no longer. Its database stays in {}, its backups stay in {}.",
        workspace.name,
        database.display(),
        backups.display()
    );
    let json = json!({ "workspace": workspace.id, "workspace_name": workspace.name, "ending": ended.ending });
    Ok(Reply { text, json, exit: tell::exit(&ended) })
}

fn of(engine: &Engine, workspace: &Workspace) -> Value {
    let path = |path: Utf8PathBuf| engine.path_of(&path).to_string_lossy().into_owned();
    json!({
        "id": workspace.id,
        "name": workspace.name,
        "database": path(workspace.database.clone()),
        "schema": workspace.schema,
        "backups": path(names::folder(workspace)),
        "snapshots": engine.state().snapshots_of(&workspace.id).count(),
        "frozen": workspace.frozen,
    })
}
