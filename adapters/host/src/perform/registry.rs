//! The registry, `workspaces.json`: which databases are looked after. People read it and may edit it, so nothing in it
//! is believed before it was checked, and what cannot be read again is never written.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::Path;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use omnicraft_core::model::{Registry, Workspace, WorkspaceId};
use omnicraft_core::names;
use omnicraft_core::outcome::{FailureKind, Yield};
use serde::{Deserialize, Serialize};

use super::generation;
use super::work::{Work, failed};
use crate::error::{Result, Stop};
use crate::ports::filesystem::FileSystem;

const FORMAT: u32 = 1;
const LIMIT: u64 = 16 << 20;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: u32,
    app: String,
    workspaces: Vec<Record>,
}

#[derive(PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    id: WorkspaceId,
    name: String,
    database: Utf8PathBuf,
    schema: Option<String>,
    folder: Utf8PathBuf,
    identity: Option<String>,
}

/// Reads the registry of a home. What is wrong with its content is an answer, not an error.
pub fn read(home: &Path, files: &dyn FileSystem) -> Result<Registry> {
    let path = home.join(names::REGISTRY);
    match files.read(&path, LIMIT) {
        Ok(content) => Ok(parse(&content).map_or_else(Registry::Damaged, Registry::Read)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Registry::Missing),
        Err(error) if matches!(error.kind(), ErrorKind::InvalidData | ErrorKind::InvalidInput) => {
            Ok(Registry::Damaged(error.to_string()))
        }
        Err(error) => Err(failed("read the list of workspaces", &path)(error)),
    }
}

/// The registry's content for these workspaces, which `read` understands; a sentence where it would not.
pub(crate) fn render(app: &str, workspaces: &[Workspace]) -> std::result::Result<Vec<u8>, String> {
    let file = File { format: FORMAT, app: app.to_owned(), workspaces: workspaces.iter().map(record).collect() };
    let mut json = serde_json::to_vec_pretty(&file).map_err(|error| error.to_string())?;
    json.push(b'\n');
    parse(&json).map(|_| json)
}

/// Writes the registry of a home: after a power cut it is the old one or the new one.
pub fn write(home: &Path, files: &dyn FileSystem, app: &str, workspaces: &[Workspace]) -> Result<()> {
    let path = home.join(names::REGISTRY);
    let temporary = home.join(names::temporary(Utf8Path::new(names::REGISTRY), 0));
    let content = render(app, workspaces).map_err(|reason| unwritable(&path, reason))?;
    let written = files
        .remove(&temporary)
        .and_then(|()| files.write_new(&temporary, &content))
        .and_then(|()| files.rename(&temporary, &path))
        .and_then(|()| files.sync_folder(home));
    if written.is_err() {
        // The first error is the one to tell; a file that stays is swept by its name at the next start.
        let _ = files.remove(&temporary);
    }
    written.map_err(failed(ATTEMPTED, &path))
}

const ATTEMPTED: &str = "write the list of workspaces";

/// The effect: keeps a damaged registry under another name, then writes the new one.
pub(super) fn replace(work: &Work<'_>, workspaces: &[Workspace], keep: Option<&Utf8Path>) -> Result<Yield> {
    if let Some(keep) = keep {
        keep_damaged(work, keep)?;
    }
    write(work.home, work.files(), work.ports.app.name(), workspaces)?;
    Ok(Yield::Nothing)
}

/// Refuses workspaces that could not be read again.
pub(super) fn require_readable(work: &Work<'_>, workspaces: &[Workspace]) -> Result<()> {
    let rendered = render(work.ports.app.name(), workspaces);
    rendered.map(drop).map_err(|reason| unwritable(&work.home.join(names::REGISTRY), reason))
}

/// Whether the registry lists exactly these workspaces.
pub(super) fn holds(work: &Work<'_>, workspaces: &[Workspace]) -> Result<bool> {
    let listed = |workspaces: &[Workspace]| workspaces.iter().map(record).collect::<Vec<_>>();
    match read(work.home, work.files())? {
        Registry::Read(there) => Ok(listed(&there) == listed(workspaces)),
        Registry::Missing | Registry::Damaged(_) => Ok(false),
    }
}

/// Makes the registry list these workspaces, durably; one that does is left as it is.
pub(super) fn put_in_place(work: &Work<'_>, workspaces: &[Workspace]) -> Result<()> {
    if holds(work, workspaces)? {
        return work.sync_folder(work.home);
    }
    write(work.home, work.files(), work.ports.app.name(), workspaces)
}

/// Only a damaged registry is worth keeping; when it was replaced before, there is none any more.
fn keep_damaged(work: &Work<'_>, keep: &Utf8Path) -> Result<()> {
    let registry = Utf8Path::new(names::REGISTRY);
    if !matches!(read(work.home, work.files())?, Registry::Damaged(_)) {
        return Ok(());
    }
    let (damaged, kept) = (work.stamp(&work.path(registry))?, work.stamp(&work.path(keep))?);
    if damaged.zip(kept).is_some_and(|(damaged, kept)| damaged.same_file(&kept)) {
        return Ok(());
    }
    generation::second_name(work, "keep the damaged list of workspaces", registry, keep)
}

fn unwritable(path: &Path, reason: String) -> Stop {
    Stop::new(FailureKind::Foreign, ATTEMPTED, path, reason, "Choose another name or path for the workspace")
}

fn record(workspace: &Workspace) -> Record {
    Record {
        id: workspace.id.clone(),
        name: workspace.name.clone(),
        database: workspace.database.clone(),
        schema: workspace.schema.clone(),
        folder: workspace.folder.clone(),
        identity: workspace.identity.clone(),
    }
}

/// What the engine has learnt of a workspace beyond this stays in the catalog.
fn workspace(record: Record) -> Workspace {
    Workspace {
        id: record.id,
        name: record.name,
        database: record.database,
        schema: record.schema,
        folder: record.folder,
        identity: record.identity,
        frozen: None,
        cliff_expected: false,
        unchanged_since: None,
    }
}

/// The workspaces in a registry's content, checked; a sentence where it is not one that can be believed.
pub(crate) fn parse(content: &[u8]) -> std::result::Result<Vec<Workspace>, String> {
    #[derive(Deserialize)]
    struct Versioned {
        format: u32,
    }
    let Versioned { format } = serde_json::from_slice(content).map_err(|error| error.to_string())?;
    if format != FORMAT {
        return Err(format!("it has format {format}, and this version of the program knows format {FORMAT}"));
    }
    let file: File = serde_json::from_slice(content).map_err(|error| error.to_string())?;
    let (mut ids, mut folders, mut databases) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for record in &file.workspaces {
        check(record)?;
        // Names that differ in case alone are one name on many file systems.
        let id = &record.id;
        if !ids.insert(id.0.to_lowercase()) {
            return Err(format!("two workspaces have the id `{id}`"));
        }
        if !folders.insert(record.folder.as_str().to_lowercase()) {
            return Err(format!("two workspaces keep their backups in the folder `{}`", record.folder));
        }
        if !databases.insert(&record.database) {
            return Err(format!("two workspaces have the database `{}`", record.database));
        }
    }
    check_apart(&file.workspaces)?;
    Ok(file.workspaces.into_iter().map(workspace).collect())
}

/// Refuses a database that would need another one to be a folder.
fn check_apart(records: &[Record]) -> std::result::Result<(), String> {
    let mut places: Vec<_> = records.iter().map(|record| (parts(&record.database), &record.database)).collect();
    // In this order whatever lies inside a path follows it directly.
    places.sort();
    for ((outer, database), (inner, inside)) in places.iter().zip(places.iter().skip(1)) {
        if inner.len() > outer.len() && inner.starts_with(outer) {
            return Err(format!("the database `{inside}` would lie inside the database `{database}`"));
        }
    }
    Ok(())
}

/// The parts of a path, as file systems compare them that do not tell case.
fn parts(database: &Utf8Path) -> Vec<String> {
    let mut parts = Vec::new();
    for component in database.components() {
        match component {
            Utf8Component::CurDir => {}
            Utf8Component::ParentDir => drop(parts.pop()),
            Utf8Component::Normal(_) | Utf8Component::RootDir | Utf8Component::Prefix(_) => {
                parts.push(component.as_str().to_lowercase());
            }
        }
    }
    parts
}

fn check(record: &Record) -> std::result::Result<(), String> {
    check_place(&record.id, &record.folder, &record.database)
}

/// Whether a workspace can have this id, this folder of backups and this database; a sentence where it cannot.
pub(crate) fn check_place(id: &WorkspaceId, folder: &Utf8Path, database: &Utf8Path) -> std::result::Result<(), String> {
    if !is_plain_name(id.0.as_str()) {
        return Err(format!("`{id}` cannot be the id of a workspace"));
    }
    if !folder.as_str().is_empty() && !is_plain_name(folder.as_str()) {
        return Err(format!("`{folder}` cannot be the folder of a workspace's backups; it must be one plain name"));
    }
    if !is_possible(database) {
        return Err(format!("the database `{database}` of `{id}` lies outside the home, or where the backups lie"));
    }
    Ok(())
}

/// Whether it is one folder name that means the same everywhere and is no name of the engine's own.
fn is_plain_name(name: &str) -> bool {
    let forbidden = |letter: char| letter.is_control() || r#"/\:*?"<>|"#.contains(letter);
    let ends_well = !name.ends_with(['.', ' ']);
    !name.is_empty()
        && !name.starts_with('.')
        && ends_well
        && !name.contains(forbidden)
        && !name.eq_ignore_ascii_case(names::MANIFESTS)
}

/// A relative path stays in the home and out of `backups/`; what an absolute one may be, the core decides.
fn is_possible(database: &Utf8Path) -> bool {
    // On Windows a path of another system has a root and no drive.
    if database.is_absolute() || database.has_root() {
        return database.file_name().is_some();
    }
    let mut inside: Vec<&str> = Vec::new();
    for component in database.components() {
        match component {
            Utf8Component::CurDir => {}
            Utf8Component::Normal(name) => inside.push(name),
            Utf8Component::ParentDir => {
                if inside.pop().is_none() {
                    return false;
                }
            }
            Utf8Component::RootDir | Utf8Component::Prefix(_) => return false,
        }
    }
    inside.first().is_some_and(|first| !first.eq_ignore_ascii_case(names::BACKUPS))
}
