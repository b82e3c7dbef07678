//! What a person finds when the power is back: the engine starts and recovers without being asked, the app opens its
//! databases, and somebody looks at every snapshot, every export and every file that lies about.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use omnicraft_core::model::{Base, Level, Snapshot, Trigger, Workspace};
use omnicraft_core::names;
use omnicraft_core::state::State;
use omnicraft_core::transition::{Refusal, Transition};
use omnicraft_host::engine::Engine;
use omnicraft_host::ports::Decide;
use omnicraft_host::ports::clock::Clock as _;
use omnicraft_host::progress::Unobserved;

use super::Card;
use super::catalog_alone::{CatalogAlone, lost_with_catalog};
use super::folder::{self, Kind, backups, files_below, home, kind};
use super::life::{HOME, Parts};
pub use super::probe::{Content, Probe, checked, content_at, pages_at};
use crate::content::Digest;
use crate::sim::app::{Handles, SimApp};
use crate::sim::clock::SimClock;
use crate::sim::image::Image;
use crate::sim::machine::{Build, Machine};

/// What a crash state turns out to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Files with a snapshot's name before anything recovered, and what was in each.
    pub before: Vec<(Arc<Path>, Content)>,
    /// What SQLite read in the catalog before anything recovered, after the first power cut; nothing where it read nothing.
    pub recorded: Option<Digest>,
    /// Lists of the engine's that were not there, or could not be read and were begun anew.
    pub torn: BTreeSet<Arc<Path>>,
    /// Lists that had been set aside before anything recovered.
    pub aside: BTreeSet<Arc<Path>>,
    /// Numbers for what is in the engine's lists, and in those that it has set aside.
    pub lists: BTreeSet<u64>,
    /// Why the engine would not start.
    pub refused: Option<String>,
    /// What it could not finish.
    pub failure: Option<String>,
    /// What it told about its recovery.
    pub warnings: Vec<String>,
    /// What another start still had to do, or could not.
    pub again: Option<String>,
    /// Live databases that are looked after, and their content.
    pub live: BTreeMap<Arc<Path>, Content>,
    /// Live databases that the list of workspaces names; none where there is no list that can be read.
    pub registry: BTreeSet<Arc<Path>>,
    /// What can be restored.
    pub cards: Vec<(Card, Content)>,
    /// Live databases of which damaged pages were kept, with a number for the pages.
    pub rescued: Vec<(Arc<Path>, u64)>,
    /// Where a snapshot's manifest says something else than its card, in a sentence each.
    pub disagreements: Vec<String>,
    /// For each restore that can be undone, the newest last: the live database, and the card that holds what it was.
    pub undo: Vec<(Arc<Path>, Option<Card>)>,
    /// What the catalog alone knows.
    pub catalog: CatalogAlone,
    /// Snapshots that could be restored, and could not or would be others if the catalog were lost now.
    pub lost_with_catalog: Vec<String>,
    /// The number of the next snapshot.
    pub next: u64,
    /// Files with a snapshot's name that are on no card.
    pub unlisted: Vec<Arc<Path>>,
    /// Unpublished files, intents and sidecars of snapshots that are still there.
    pub leftovers: Vec<Arc<Path>>,
    /// Files that are not the engine's, with a number for their content.
    pub foreign: BTreeMap<Arc<Path>, u64>,
    /// How many changes recovery made.
    pub changes: usize,
    /// How long the log was when it had recovered; what follows is the looking.
    pub recovered_at: usize,
}

/// What is said of a live database that is not there.
pub const NO_FILE: &str = "there is no such file";

/// Decisions within which every recovery must have come to its end.
const DECISIONS: usize = 10_000;

/// Starts a machine over a crash state and looks. The machine comes back too: its log is what recovery did.
pub fn observe(parts: &Parts, probe: &mut Probe, image: Image, starts: u64, clock: &SimClock) -> (Found, Machine) {
    // A clock of its own: what one run waits is nothing to the next.
    let clock = SimClock::at(clock.now());
    // What recoveries have recorded since is not known to be a whole.
    let recorded = if starts == 1 { probe.catalog(&parts.vfs, &image) } else { None };
    let machine = Machine::after_cut(&parts.vfs, image, starts, clock, bounded(&parts.build));
    machine.disk.record_questions();
    let mut found = Found { before: wreck(&machine, probe), recorded, aside: aside(&machine), ..Found::default() };
    found.torn.extend(folder::lists().into_iter().filter(|list| machine.disk.file(list).is_err()));
    if let Some(state) = recovered(parts, &machine, &mut found) {
        look(&machine, &state, probe, &mut found);
        found.lost_with_catalog = lost_with_catalog(parts, &machine, probe, &found, starts);
    }
    (found, machine)
}

/// A build that gives up a plan which goes round in circles.
pub(crate) fn bounded(build: &Build) -> Build {
    let inner = build.decide.clone();
    let decide = move || -> Decide {
        let (decide, decisions) = (inner(), AtomicUsize::new(0));
        Box::new(move |state, event, profiles| {
            if decisions.fetch_add(1, Ordering::Relaxed) < DECISIONS {
                return decide(state, event, profiles);
            }
            Transition { refused: Some(Refusal::new("the plan comes to no end", "")), ..Transition::default() }
        })
    };
    Build { decide: Arc::new(decide), ..build.clone() }
}

pub(super) fn start(parts: &Parts, machine: &Machine) -> Result<Engine, String> {
    let app = SimApp::new(parts.subject.clone(), machine.vfs(), Handles::default());
    let opened = Engine::open(Path::new(HOME), machine.ports(Box::new(app)), Box::new(Unobserved));
    opened.map_err(|error| error.to_string())
}

/// Starts the engine, and once more where it had something to do; gives what it then knows.
fn recovered(parts: &Parts, machine: &Machine, found: &mut Found) -> Option<State> {
    let engine = match start(parts, machine) {
        Ok(engine) => engine,
        Err(reason) => {
            found.refused = Some(reason);
            return None;
        }
    };
    if let Some(recovery) = engine.recovery() {
        found.failure = recovery.failure.as_ref().map(ToString::to_string);
        found.warnings.clone_from(&recovery.warnings);
    }
    found.changes = changes_since(machine, 0);
    found.recovered_at = machine.disk.position();
    if found.changes == 0 {
        return Some(engine.state().clone());
    }
    drop(engine);
    let again = Machine::boot(&parts.vfs, machine.disk.clone(), machine.clock.clone(), machine.build.clone());
    match start(parts, &again) {
        Ok(engine) => {
            let failure = engine.recovery().and_then(|recovery| recovery.failure.as_ref().map(ToString::to_string));
            let changes = changes_since(machine, found.recovered_at);
            let changed = (changes > 0).then(|| format!("a second start made {changes} more changes"));
            found.again = failure.map(|failure| format!("a second start failed: {failure}")).or(changed);
            Some(engine.state().clone())
        }
        Err(reason) => {
            found.refused = Some(format!("a second time: {reason}"));
            None
        }
    }
}

fn changes_since(machine: &Machine, position: usize) -> usize {
    machine.disk.history().1[position..].iter().filter(|operation| operation.is_change()).count()
}

/// What a person without this program could restore: files with a snapshot's name.
fn wreck(machine: &Machine, probe: &mut Probe) -> Vec<(Arc<Path>, Content)> {
    let files = files_below(machine, &backups());
    let slots = files.into_iter().filter(|path| kind(path, [].into_iter()) == Kind::Slot);
    slots.map(|path| (path.clone(), probe.sealed(machine, &path))).collect()
}

fn aside(machine: &Machine) -> BTreeSet<Arc<Path>> {
    let files = [PathBuf::from(HOME), backups()].into_iter().flat_map(|folder| machine.disk.list(&folder));
    files.map(|(path, _)| path).filter(|path| folder::set_aside(path).is_some()).collect()
}

fn look(machine: &Machine, state: &State, probe: &mut Probe, found: &mut Found) {
    found.cards = listed(machine, state, probe);
    found.disagreements =
        state.snapshots.values().filter_map(|card| disagreement(machine, state, card, probe)).collect();
    let kept = found.cards.iter().map(|(card, _)| card).filter(|card| card.slot.base == Base::Damaged);
    found.rescued = kept.map(|card| (card.live.clone(), pages_at(machine, &card.path))).collect();
    found.undo = undo_points(state, &found.cards);
    found.catalog = CatalogAlone::of(state);
    found.next = state.next_snapshot;
    found.registry = registry(machine);
    for workspace in &state.workspaces {
        let live = live(workspace);
        let content =
            if machine.disk.file(&live).is_err() { Err(NO_FILE.to_owned()) } else { checked(machine.connect(&live)) };
        found.live.insert(live, content);
    }
    for path in files_below(machine, Path::new("/")) {
        match kind(&path, found.live.keys()) {
            Kind::Leftover => found.leftovers.push(path),
            Kind::Slot if !found.cards.iter().any(|(card, _)| card.path == path) => found.unlisted.push(path),
            Kind::Foreign => {
                let number = content_at(machine, &path);
                found.foreign.insert(path, number);
            }
            Kind::Engines => {
                let aside = folder::set_aside(&path);
                if aside.is_some() || folder::lists().contains(&path) {
                    found.lists.insert(content_at(machine, &path));
                }
                found.torn.extend(aside.filter(|_| !found.aside.contains(&path)));
            }
            Kind::Slot | Kind::Live | Kind::KeptDamaged => {}
        }
    }
}

pub(super) fn live(workspace: &Workspace) -> Arc<Path> {
    home(workspace.database.as_str()).as_path().into()
}

/// The snapshots that a running engine knows, as a person can count on them: by their bytes, for an operation that failed
/// half way may have moved a file without coming to say so. One whose bytes are nowhere was pushed out; one whose file
/// holds what nobody published is no backup.
pub fn cards(machine: &Machine, state: &State, probe: &mut Probe) -> Vec<Card> {
    let mut cards = Vec::new();
    for (mut card, content) in listed(machine, state, probe) {
        if card.is_good() && content.is_err() {
            let Some(path) = elsewhere(machine, state, probe, &card) else {
                let is_anothers = cards_at(state, &card.path)
                    .any(|other| probe.digest(machine, &card.path).as_ref() == Some(&other.digest));
                if machine.disk.file(&card.path).is_ok() && !is_anothers {
                    card.level = Level::Damaged;
                    cards.push(card);
                }
                continue;
            };
            card.content = probe.sealed(machine, &path).ok();
            card.bytes = content_at(machine, &path);
            card.path = path;
        }
        cards.push(card);
    }
    cards
}

/// The other snapshots of the folder of a path.
fn cards_at<'a>(state: &'a State, path: &'a Path) -> impl Iterator<Item = &'a Snapshot> {
    state
        .snapshots
        .values()
        .filter(move |snapshot| path_of(state, snapshot).is_some_and(|at| at.parent() == path.parent()))
}

fn path_of(state: &State, snapshot: &Snapshot) -> Option<Arc<Path>> {
    let workspace = state.workspace(&snapshot.workspace)?;
    Some(home(names::slot(workspace, snapshot.slot).as_str()).as_path().into())
}

/// Under which other name a snapshot's bytes lie, if they are not those of another one that is in its place.
fn elsewhere(machine: &Machine, state: &State, probe: &mut Probe, card: &Card) -> Option<Arc<Path>> {
    let digest = &state.snapshots.get(&card.id)?.digest;
    let in_place: BTreeSet<Arc<Path>> = cards_at(state, &card.path)
        .filter(|other| other.digest == *digest)
        .filter_map(|other| path_of(state, other))
        .collect();
    let files = machine.disk.list(card.path.parent()?).into_iter().map(|(path, _)| path);
    let mut slots = files.filter(|path| kind(path, [].into_iter()) == Kind::Slot && !in_place.contains(path));
    slots.find(|path| probe.digest(machine, path).as_ref() == Some(digest))
}

/// The engine's snapshots, each with what is in its file.
pub(super) fn listed(machine: &Machine, state: &State, probe: &mut Probe) -> Vec<(Card, Content)> {
    let snapshots = state.snapshots.values().filter_map(|snapshot| {
        let workspace = state.workspace(&snapshot.workspace)?;
        let path = path_of(state, snapshot)?;
        let is_good = snapshot.is_good();
        let content = match probe.sealed(machine, &path) {
            Ok(_) if is_good && probe.digest(machine, &path).as_ref() != Some(&snapshot.digest) => {
                Err("its bytes are not those that were published".to_owned())
            }
            content => content,
        };
        let card = Card {
            id: snapshot.id,
            live: live(workspace),
            slot: snapshot.slot,
            level: if is_good { snapshot.level } else { Level::Damaged },
            pinned: snapshot.pin.is_some(),
            content: content.clone().ok(),
            bytes: content_at(machine, &path),
            path,
        };
        Some((card, content))
    });
    snapshots.collect()
}

/// What is wrong with a good snapshot's manifest: it must be there, be this one's, and tell this file's digest
/// and the card's pin.
fn disagreement(machine: &Machine, state: &State, snapshot: &Snapshot, probe: &mut Probe) -> Option<String> {
    let workspace = state.workspace(&snapshot.workspace)?;
    if !snapshot.is_good() || snapshot.trigger == Trigger::Found {
        return None;
    }
    let digest = probe.digest(machine, &path_of(state, snapshot)?)?.to_owned();
    let wrong = match probe.manifest(machine, &home(names::manifest(workspace, snapshot.id).as_str())) {
        Ok(manifest) if manifest.snapshot.id != snapshot.id => format!("says that it is {}", manifest.snapshot.id),
        Ok(manifest) if manifest.snapshot.workspace != snapshot.workspace => "is of another workspace".to_owned(),
        Ok(manifest) if manifest.snapshot.digest != digest => "tells another digest than the file has".to_owned(),
        Ok(manifest) if manifest.snapshot.facts != snapshot.facts => "tells other facts than the card".to_owned(),
        Ok(manifest) if manifest.snapshot.pin != snapshot.pin => "tells another pin than the card".to_owned(),
        Ok(_) => return None,
        Err(reason) => format!("cannot be read: {reason}"),
    };
    Some(format!("the manifest of {} {wrong}", snapshot.id))
}

fn undo_points(state: &State, cards: &[(Card, Content)]) -> Vec<(Arc<Path>, Option<Card>)> {
    let points = state.undo.iter().filter_map(|point| {
        let workspace = state.workspace(&point.workspace)?;
        let safeguard = cards.iter().map(|(card, _)| card).find(|card| Some(card.id) == point.safeguard);
        // Where there was no database there is nothing to go back to.
        point.safeguard.map(|_| (live(workspace), safeguard.cloned()))
    });
    points.collect()
}

/// Read here without the product's help.
fn registry(machine: &Machine) -> BTreeSet<Arc<Path>> {
    let file = machine.disk.file(&home(names::REGISTRY));
    let bytes = file.map(|file| machine.disk.content(file).bytes()).unwrap_or_default();
    let list: serde_json::Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let workspaces = list["workspaces"].as_array().into_iter().flatten();
    workspaces.filter_map(|workspace| Some(home(workspace["database"].as_str()?).as_path().into())).collect()
}

/// Files that are not the engine's, with a number for their content; none for live databases, which are judged otherwise.
pub fn foreign<'a>(
    machine: &Machine,
    lives: impl Iterator<Item = &'a Arc<Path>> + Clone,
) -> BTreeMap<Arc<Path>, Option<u64>> {
    let files = files_below(machine, Path::new("/")).into_iter();
    let strangers = files.filter(|path| kind(path, lives.clone()) == Kind::Foreign);
    let strangers = strangers.map(|path| (path.clone(), Some(content_at(machine, &path))));
    strangers.chain(lives.clone().map(|live| (live.clone(), None))).collect()
}
