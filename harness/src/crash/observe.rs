//! What a person finds when the power is back: the engine starts and recovers without being asked, the app opens its
//! databases, and somebody looks at every snapshot, every export and every file that lies about.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use omnicraft_core::model::Level;
use omnicraft_core::names;
use omnicraft_core::state::State;
use omnicraft_host::engine::Engine;
use omnicraft_host::progress::Unobserved;
use rusqlite::Connection;

use super::Card;
use super::life::{HOME, Parts};
use crate::content::{self, Digest};
use crate::sim::app::{Handles, SimApp};
use crate::sim::clock::SimClock;
use crate::sim::image::Image;
use crate::sim::machine::Machine;

/// What was found in a database: its content, or what is wrong with it.
pub type Content = Result<Digest, String>;

/// What a crash state turns out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Snapshots that could be restored by hand before anything recovered.
    pub before: Vec<Digest>,
    /// Why the engine would not start.
    pub refused: Option<String>,
    /// What it could not finish.
    pub failure: Option<String>,
    /// What it told about its recovery.
    pub warnings: Vec<String>,
    /// Live databases that are looked after, and their content.
    pub live: BTreeMap<Arc<Path>, Content>,
    /// What can be restored.
    pub cards: Vec<(Card, Content)>,
    /// Files with a snapshot's name that are on no card.
    pub unlisted: Vec<Arc<Path>>,
    /// Unpublished files, intents and sidecars of snapshots that are still there.
    pub leftovers: Vec<Arc<Path>>,
    /// Files outside the home, with a number for their content.
    pub outside: Vec<(Arc<Path>, u64)>,
    /// How many changes recovery made.
    pub changes: usize,
}

/// Remembers what a sealed database file holds, by its bytes.
#[derive(Default)]
pub struct Probe(HashMap<u64, Content>);

impl Probe {
    /// The content of a file that nobody writes.
    pub fn sealed(&mut self, machine: &Machine, path: &Path) -> Content {
        let Ok(file) = machine.disk.file(path) else { return Err("there is no such file".to_owned()) };
        let bytes = machine.disk.content(file);
        let look = || machine.disk.unrecorded(|| checked(machine.sealed(path)));
        self.0.entry(bytes.hash()).or_insert_with(look).clone()
    }
}

/// The content of a database, if SQLite finds nothing wrong with it.
pub fn checked(connection: rusqlite::Result<Connection>) -> Content {
    let found = connection.and_then(|connection| content::checked(&connection));
    found.map_err(|error| error.to_string())?
}

/// The engine's snapshots, each with what is in its file.
pub fn cards(machine: &Machine, state: &State, probe: &mut Probe) -> Vec<Card> {
    listed(machine, state, probe).into_iter().map(|(card, _)| card).collect()
}

fn listed(machine: &Machine, state: &State, probe: &mut Probe) -> Vec<(Card, Content)> {
    let workspaces: BTreeMap<_, _> = state.workspaces.iter().map(|workspace| (&workspace.id, workspace)).collect();
    let snapshots = state.snapshots.values().filter_map(|snapshot| {
        let workspace = workspaces.get(&snapshot.workspace)?;
        let path = Path::new(HOME).join(names::slot(workspace, snapshot.slot));
        let content = probe.sealed(machine, &path);
        let live = Path::new(HOME).join(&workspace.database).as_path().into();
        let level = if snapshot.is_good() { snapshot.level } else { Level::Damaged };
        let card = Card { id: snapshot.id, path: path.as_path().into(), live, level, content: content.clone().ok() };
        Some((card, content))
    });
    snapshots.collect()
}

/// A number for the content of a file; 0 where there is none.
pub fn content_at(machine: &Machine, path: &Path) -> u64 {
    machine.disk.file(path).map_or(0, |file| machine.disk.content(file).hash())
}

/// Starts a machine over a crash state and looks. The machine comes back too: its log is what recovery did.
pub fn observe(parts: &Parts, probe: &mut Probe, image: Image, starts: u64, clock: &SimClock) -> (Found, Machine) {
    let machine = Machine::after_cut(&parts.vfs, image, starts, clock.clone(), parts.build.clone());
    machine.disk.record_questions();
    let before = wreck(&machine, probe);
    let mut found = Found {
        before,
        refused: None,
        failure: None,
        warnings: Vec::new(),
        live: BTreeMap::new(),
        cards: Vec::new(),
        unlisted: Vec::new(),
        leftovers: Vec::new(),
        outside: Vec::new(),
        changes: 0,
    };
    let app = SimApp::new(parts.subject.clone(), machine.vfs(), Handles::default());
    match Engine::open(Path::new(HOME), machine.ports(Box::new(app)), Box::new(Unobserved)) {
        Ok(engine) => look(&machine, &engine, probe, &mut found),
        Err(error) => found.refused = Some(error.to_string()),
    }
    (found, machine)
}

/// What a person without this program could restore: files with a snapshot's name that are whole.
fn wreck(machine: &Machine, probe: &mut Probe) -> Vec<Digest> {
    let files = files_below(machine, Path::new(HOME).join(names::BACKUPS).as_path());
    let slots = files.iter().filter(|path| is_slot(path));
    slots.filter_map(|path| probe.sealed(machine, path).ok()).collect()
}

fn look(machine: &Machine, engine: &Engine, probe: &mut Probe, found: &mut Found) {
    let state = engine.state();
    if let Some(recovery) = engine.recovery() {
        found.failure = recovery.failure.as_ref().map(ToString::to_string);
        found.warnings.clone_from(&recovery.warnings);
    }
    found.changes = machine.disk.history().1.iter().filter(|operation| operation.is_change()).count();
    found.cards = listed(machine, state, probe);
    for workspace in &state.workspaces {
        let live = Path::new(HOME).join(&workspace.database);
        let content = if machine.disk.file(&live).is_err() {
            Err("there is no such file".to_owned())
        } else {
            checked(machine.connect(&live))
        };
        found.live.insert(live.as_path().into(), content);
    }
    let files = files_below(machine, Path::new("/"));
    let backups = Path::new(HOME).join(names::BACKUPS);
    for path in files {
        if is_leftover(&path, &backups) {
            found.leftovers.push(path);
        } else if is_slot(&path) && path.starts_with(&backups) {
            if !found.cards.iter().any(|(card, _)| card.path == path) {
                found.unlisted.push(path);
            }
        } else if !path.starts_with(HOME) {
            let number = content_at(machine, &path);
            found.outside.push((path, number));
        }
    }
}

/// All files below a folder.
pub fn files_below(machine: &Machine, folder: &Path) -> Vec<Arc<Path>> {
    let mut files = Vec::new();
    for (path, is_file) in machine.disk.list(folder) {
        if is_file {
            files.push(path);
        } else {
            files.extend(files_below(machine, &path));
        }
    }
    files
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

/// Whether a file has a name that only snapshots have.
fn is_slot(path: &Path) -> bool {
    let name = name(path);
    name.ends_with(".db") && !name.starts_with('.') && !name.starts_with("catalog") && !name.starts_with("damaged")
}

/// Nothing unpublished, no intent and no sidecar among the snapshots may stay. (A journal of the catalog that SQLite does
/// not take for a hot one stays until the catalog is written again.)
fn is_leftover(path: &Path, backups: &Path) -> bool {
    let name = name(path);
    let sidecar = ["-wal", "-shm", "-journal"].iter().any(|suffix| name.ends_with(&format!(".db{suffix}")));
    names::is_unpublished(name)
        || name.contains("staged-")
        || Path::new(HOME).join(names::INTENT) == *path
        || (sidecar && path.starts_with(backups) && name != "catalog.db-journal")
}
