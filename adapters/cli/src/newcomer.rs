//! New workspaces: how they get their id, their folder and, unless the database exists already, their database.

use std::path::Path;

use camino::{Utf8Path, Utf8PathBuf};
use omnicraft_core::event::EventKind;
use omnicraft_core::model::{Slot, Workspace, WorkspaceId};
use omnicraft_core::names;
use omnicraft_core::state::State;
use omnicraft_core::transition::Conclusion;
use omnicraft_host::engine::Engine;
use serde::Deserialize;

use crate::args::label;
use crate::commands::{NAME, from_app};
use crate::findings::printable;
use crate::identity::{self, database_name, workspace_id};
use crate::problem::Problem;
use crate::session::Session;
use crate::tell;

/// No registry is larger.
const REGISTRY_LIMIT: u64 = 1 << 20;

/// Makes a database of the app's in the home and has it looked after. `fill` puts something in before that, so that
/// a half-filled database is never looked after.
pub(crate) fn create(
    session: &Session,
    engine: &mut Engine,
    schema: &str,
    name: &str,
    fill: impl FnOnce(&Path) -> Result<(), Problem>,
) -> Result<(Workspace, Conclusion), Problem> {
    let id = new_id(engine, name)?;
    let file = database_name(engine.home(), &id);
    let path = engine.home().join(&file);
    let identity = identity::identity();
    omnicraft_erp::create(schema, &path, &identity, name).map_err(|error| from_app(&error))?;
    fill(&path)?;
    let workspace = draft(engine, id, name, file.into(), Some(schema.to_owned()), Some(identity));
    add(session, engine, workspace)
}

/// Has an existing database looked after, where it is.
pub(crate) fn adopt(
    session: &Session,
    engine: &mut Engine,
    name: &str,
    database: Utf8PathBuf,
    schema: Option<String>,
    identity: Option<String>,
) -> Result<(Workspace, Conclusion), Problem> {
    let known = remembered(engine, &database);
    let id = match &known {
        Some(known) => name_is_free(engine, name).map(|()| known.id.clone())?,
        None => new_id(engine, name)?,
    };
    let mut workspace = draft(engine, id, name, database, schema, identity);
    if let Some(known) = known {
        workspace.folder = known.folder;
    }
    add(session, engine, workspace)
}

/// A workspace that comes from another computer, as its file describes it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Returning {
    /// Its id there, if the file knows it.
    pub(crate) id: Option<WorkspaceId>,
    /// Its name.
    pub(crate) name: String,
    /// The schema that it follows; `None` for a database that is not the app's.
    pub(crate) schema: Option<String>,
    /// The identity that its databases carry.
    pub(crate) identity: Option<String>,
}

/// Has a workspace looked after whose database will be restored into the home. What the file says of it is used only as
/// far as it could have come from here.
pub(crate) fn bring_back(
    session: &Session,
    engine: &mut Engine,
    known: &Returning,
) -> Result<(Workspace, Conclusion), Problem> {
    let is_printable = label(&known.name).as_deref() == Ok(&known.name) && printable(&known.name) == known.name;
    let name = if is_printable { &known.name } else { NAME };
    let id = known.id.clone().filter(|id| workspace_id(&id.0, |id| is_taken(engine, id)).as_ref() == Some(id));
    let id = match id {
        Some(id) => name_is_free(engine, name).map(|()| id)?,
        None => new_id(engine, name)?,
    };
    let file = database_name(engine.home(), &id);
    let workspace = draft(engine, id, name, file.into(), known.schema.clone(), known.identity.clone());
    add(session, engine, workspace)
}

/// What the registry remembers of a database that the engine no longer knows, because its catalog was lost. Somebody
/// who names the database again gets its backups back with it.
fn remembered(engine: &Engine, database: &Utf8Path) -> Option<Remembered> {
    #[derive(Deserialize)]
    struct Registry {
        workspaces: Vec<Remembered>,
    }
    let path = engine.home().join(names::REGISTRY);
    let content = engine.ports().files.read(&path, REGISTRY_LIMIT).ok()?;
    let registry: Registry = serde_json::from_slice(&content).ok()?;
    let known = registry.workspaces.into_iter().find(|known| known.database == database)?;
    let safe = known.folder.as_str().is_empty() || known.folder.as_str() == known.id.0;
    let state = engine.state();
    let taken = state.workspaces.iter().any(|other| other.id == known.id || other.folder == known.folder);
    (safe && !taken).then_some(known)
}

/// An entry of `workspaces.json`.
#[derive(Deserialize)]
struct Remembered {
    id: WorkspaceId,
    database: Utf8PathBuf,
    folder: Utf8PathBuf,
}

fn add(session: &Session, engine: &mut Engine, workspace: Workspace) -> Result<(Workspace, Conclusion), Problem> {
    let ended = engine.handle(EventKind::WorkspaceAdded(Box::new(workspace.clone())))?;
    let ended = tell::applied(ended, session, &workspace.name)?;
    Ok((workspace, ended))
}

fn draft(
    engine: &Engine,
    id: WorkspaceId,
    name: &str,
    database: Utf8PathBuf,
    schema: Option<String>,
    identity: Option<String>,
) -> Workspace {
    Workspace {
        folder: folder(engine, &id),
        id,
        name: name.to_owned(),
        database,
        schema,
        identity,
        frozen: None,
        cliff_expected: false,
        unchanged_since: None,
    }
}

/// The first workspace's snapshots lie directly in `backups/`, unless somebody else's lie there already.
fn folder(engine: &Engine, id: &WorkspaceId) -> Utf8PathBuf {
    let first = engine.state().workspaces.is_empty() && !holds_snapshots(engine, Utf8Path::new(""));
    if first { Utf8PathBuf::new() } else { id.0.clone().into() }
}

fn name_is_free(engine: &Engine, name: &str) -> Result<(), Problem> {
    if name_is_taken(engine.state(), name) {
        let reason = format!("there is a workspace called “{name}” already");
        return Err(Problem::refused(reason, "Choose another name; nothing was changed"));
    }
    Ok(())
}

fn new_id(engine: &Engine, name: &str) -> Result<WorkspaceId, Problem> {
    name_is_free(engine, name)?;
    workspace_id(name, |id| is_taken(engine, id)).ok_or_else(|| {
        let folder = engine.path_of(Utf8Path::new(names::BACKUPS));
        let reason = format!("there is no free folder for its snapshots in {}", folder.display());
        Problem::refused(reason, "Check that this folder and the disk can be read; nothing was changed")
    })
}

/// A folder of a workspace that was removed keeps its snapshots: a newcomer must not rotate them away.
fn is_taken(engine: &Engine, id: &str) -> bool {
    let mut known = engine.state().workspaces.iter();
    known.any(|known| known.id.0 == id || known.folder == id) || holds_snapshots(engine, Utf8Path::new(id))
}

fn name_is_taken(state: &State, name: &str) -> bool {
    let name = name.to_lowercase();
    state.workspaces.iter().any(|workspace| workspace.name.to_lowercase() == name || workspace.id.0 == name)
}

/// Whether a folder in `backups/` has files of the engine's. One that cannot be listed is taken to have some.
fn holds_snapshots(engine: &Engine, folder: &Utf8Path) -> bool {
    let folder = engine.path_of(&Utf8Path::new(names::BACKUPS).join(folder));
    let entries = engine.ports().files.list(&folder);
    entries.map_or(true, |entries| entries.iter().any(|entry| Slot::parse(&entry.name).is_some()))
}
