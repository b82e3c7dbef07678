//! A life: days of a machine on which the shipped engine looks after an app's databases. A scenario lives it through
//! these few verbs; the disk's log afterwards holds every change and every promise, in order.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use camino::Utf8PathBuf;
use jiff::{ToSpan, Zoned};
use omnicraft_core::event::EventKind;
use omnicraft_core::model::{SchemaProfile, WorkspaceId};
use omnicraft_core::transition::Conclusion;
use omnicraft_host::engine::Engine;
use omnicraft_host::error::EngineError;
use omnicraft_host::progress::{Observer, Unobserved};

use super::catalog_whole;
use super::ledger::Ledger;
use super::observe::{self, Probe};
use super::trace::{Promise, Trace};
use super::{Books, Card, CatalogAlone, Deed, Note, Subject, UNPROMISED, roles};
use crate::content;
use crate::sim::app::SimApp;
use crate::sim::clock::SimClock;
use crate::sim::disk::SimDisk;
use crate::sim::machine::{Build, Machine};
use crate::sim::vfs::SimVfs;
use rusqlite::Connection;

/// The folder of every home.
pub const HOME: &str = "/home";
/// Where exports go.
pub const ELSEWHERE: &str = "/stick";

const SATURDAY: &str = "2026-11-21T08:00[UTC]";

/// A workspace's name for ever.
pub fn id(name: &str) -> WorkspaceId {
    WorkspaceId(name.to_owned())
}

/// What lives are made of.
#[derive(Clone)]
pub struct Parts {
    /// The file layer, of which each thread has one.
    pub vfs: Arc<SimVfs>,
    /// The app.
    pub subject: Arc<dyn Subject>,
    /// The software.
    pub build: Build,
}

/// A machine and what happened on it.
pub struct Life {
    /// The machine.
    pub machine: Machine,
    /// What was committed and promised.
    pub ledger: Ledger,
    pub(super) parts: Parts,
    pub(super) engine: Option<Engine>,
    pub(super) exports: Vec<Arc<Path>>,
    /// Those that the engine said were done, with numbers for their contents.
    exported: Vec<(Arc<Path>, u64)>,
    /// Other programs that have databases open.
    pub(super) others: Vec<Connection>,
    /// For each database its schema, also where the engine knows none, and its first rows.
    pub(super) filled: BTreeMap<String, (String, content::Digest)>,
    probe: Probe,
    /// Snapshots that were counted on when the engine last said something.
    pub(super) cards: Vec<Card>,
    catalog: CatalogAlone,
    /// Files that somebody has damaged.
    pub(super) damaged: BTreeSet<Arc<Path>>,
    pub(super) start: Promise,
}

impl Life {
    /// A machine with an empty home, and an engine in it.
    pub fn begin(parts: &Parts) -> Self {
        let machine = Machine::boot(&parts.vfs, SimDisk::new(), Self::first_morning(), parts.build.clone());
        Self::on(machine, parts)
    }

    /// The clock as it stands when a life begins.
    pub fn first_morning() -> SimClock {
        SimClock::at(SATURDAY.parse().unwrap())
    }

    /// A life that begins on this machine, on whose disk nothing is yet.
    pub fn on(machine: Machine, parts: &Parts) -> Self {
        machine.files().create_folder(Path::new(ELSEWHERE)).unwrap();
        let ledger = Ledger::new(parts.subject.clone(), machine.disk.clone(), machine.vfs());
        let mut life = Self {
            machine,
            ledger,
            parts: parts.clone(),
            engine: None,
            exports: Vec::new(),
            exported: Vec::new(),
            others: Vec::new(),
            filled: BTreeMap::new(),
            probe: Probe::default(),
            cards: Vec::new(),
            catalog: CatalogAlone::default(),
            damaged: BTreeSet::new(),
            start: Promise::default(),
        };
        life.engine = Some(Engine::create(Path::new(HOME), life.ports(), Box::new(Unobserved)).unwrap());
        life
    }

    pub(super) fn ports(&self) -> omnicraft_host::ports::Ports {
        let app = SimApp::new(self.parts.subject.clone(), self.machine.vfs(), self.ledger.handles.clone());
        self.machine.ports(Box::new(app))
    }

    /// The engine.
    pub fn engine(&mut self) -> &mut Engine {
        self.engine.as_mut().unwrap()
    }

    /// The engine ends; nobody looks after anything.
    pub fn stop(&mut self) {
        self.engine = None;
    }

    /// Ends the engine, and starts it again with somebody who watches. What an earlier start could not finish, it
    /// finishes now.
    pub fn restart(&mut self, observer: Box<dyn Observer>) -> Result<(), EngineError> {
        self.stop();
        let operation = "EngineOpened".to_owned();
        self.machine.disk.note(Note::Began { operation: operation.clone(), goes_on: true });
        let opened = Engine::open(Path::new(HOME), self.ports(), observer);
        let opened = opened.map(|engine| self.engine = Some(engine));
        self.undisturbed(|life| {
            life.find_out();
            life.ended(operation, false, opened.is_err());
        });
        opened
    }

    /// Where the live database of a workspace is that lies in the home.
    pub fn live(name: &str) -> PathBuf {
        Path::new(HOME).join(format!("{name}.db"))
    }

    /// Where a workspace's live database is.
    pub fn database(&self, name: &str) -> PathBuf {
        let workspace = self.engine.as_ref().and_then(|engine| engine.state().workspace(&id(name)));
        workspace.map_or_else(|| Self::live(name), |workspace| Path::new(HOME).join(&workspace.database))
    }

    /// The app's profile of this name, or the one that plays its part.
    pub fn profile(&self, schema: &str) -> SchemaProfile {
        roles::profile_of(&*self.parts.subject, schema).clone()
    }

    /// So many hours pass.
    pub fn later(&mut self, hours: i64) {
        let now: Zoned = omnicraft_host::ports::clock::Clock::now(&self.machine.clock);
        self.machine.clock.set(now.checked_add(hours.hours()).unwrap());
    }

    /// Tells the engine something after which every live database holds what it did, or what the app commits meanwhile.
    pub fn tell(&mut self, kind: EventKind) -> Result<Conclusion, EngineError> {
        let books = self.ledger.books();
        self.tell_changing(kind, books)
    }

    /// Tells the engine something that changes no live database, and takes its failure for an error.
    pub fn told(&mut self, kind: EventKind) -> Result<(), String> {
        let books = self.ledger.books();
        self.told_changing(kind, books)
    }

    /// Tells the engine something after which the live databases hold this, but for what the app commits meanwhile.
    pub fn tell_changing(&mut self, kind: EventKind, after: Books) -> Result<Conclusion, EngineError> {
        let operation = format!("{kind:?}").split(['(', '{', ' ']).next().unwrap_or_default().to_owned();
        let is_about_registry = matches!(kind, EventKind::WorkspaceAdded(_) | EventKind::WorkspaceRemoved(_));
        let was_open = self.ledger.is_open();
        self.ledger.begins(&after);
        let goes_on = self.engine().state().operation.is_some();
        self.machine.disk.note(Note::Began { operation: operation.clone(), goes_on });
        let pages = |path: &Path| observe::pages_at(&self.machine, path);
        let destroys = Deed::of(&kind).and_then(|deed| deed.note(&self.ledger.books(), &after, pages));
        destroys.into_iter().for_each(|note| self.machine.disk.note(note));
        let told = self.engine().handle(kind);
        match &told {
            _ if was_open => self.undisturbed(|life| life.find_out()),
            Ok(conclusion) if conclusion.failure.is_none() => self.ledger.happened(),
            Err(EngineError::Refused(_)) => self.ledger.settle(self.ledger.books()),
            // A list of workspaces that was written and not recorded is found by the next start.
            _ if is_about_registry || self.is_undecided(&told) => {}
            _ => self.ledger.settle(self.ledger.books()),
        }
        let applied = told.as_ref().is_ok_and(|conclusion| conclusion.failure.is_none());
        let failed = told.as_ref().is_err_and(|error| !matches!(error, EngineError::Refused(_)));
        self.undisturbed(|life| life.ended(operation, applied, failed));
        told
    }

    /// Somebody looks who is no part of the machine: a disk that fails fails the engine and the app.
    pub(super) fn undisturbed(&mut self, look: impl FnOnce(&mut Self)) {
        let disk = self.machine.disk.clone();
        disk.undisturbed(|| look(self));
    }

    /// Whether the next start goes on with what was begun.
    fn is_undecided(&self, told: &Result<Conclusion, EngineError>) -> bool {
        let under_way = self.engine.as_ref().is_some_and(|engine| engine.state().operation.is_some());
        under_way || matches!(told, Err(EngineError::Decided(_)))
    }

    /// Where recovery was free to lead to one of several worlds, it is the one that is there now from here on.
    fn find_out(&self) {
        let Some(engine) = self.engine.as_ref().filter(|_| self.ledger.is_open()) else { return };
        if engine.state().operation.is_some() {
            return;
        }
        let names: Vec<&str> = engine.state().workspaces.iter().map(|workspace| workspace.id.0.as_str()).collect();
        let found: Option<Books> = names.iter().map(|name| self.content_of(name)).collect();
        if let Some(books) = found.filter(|books| self.ledger.worlds().contains(books)) {
            self.ledger.settle(books);
        }
    }

    fn content_of(&self, name: &str) -> Option<(Arc<Path>, content::Digest)> {
        let live = self.database(name);
        let handles = self.ledger.handles.lock();
        let digest = match handles.get(&id(name)) {
            Some(connection) => content::digest(connection),
            None => self.machine.connect(&live).and_then(|connection| content::digest(&connection)),
        };
        Some((live.as_path().into(), digest.ok()?))
    }

    /// The engine has said its word; from here on its snapshots are counted on, and its exports where it said that they
    /// are done.
    fn ended(&mut self, operation: String, applied: bool, failed: bool) {
        let mut cards = self.cards_now();
        if self.machine.disk.failed_to_read() {
            cards.extend(self.unseen(&cards));
        }
        self.cards = cards;
        let mut exports = self.exports_now();
        if applied {
            self.exported.clone_from(&exports);
        }
        let unpromised = exports.iter_mut().filter(|export| !self.exported.contains(export));
        unpromised.for_each(|(_, content)| *content = UNPROMISED);
        let (cards, ring) = (self.cards.clone(), self.ring());
        let catalog = self.catalog_now();
        self.machine.disk.note(Note::Ended { failed, operation, cards, exports, ring, catalog });
    }

    /// What the catalog alone knows; without an engine what it did.
    fn catalog_now(&mut self) -> CatalogAlone {
        if let Some(engine) = &self.engine {
            self.catalog = CatalogAlone::of(engine.state());
        }
        self.catalog.clone()
    }

    /// So many of the last exits the ring is to keep; without an engine as many as anybody wants.
    fn ring(&self) -> usize {
        self.engine.as_ref().map_or(0, |engine| usize::from(engine.state().policy.ring))
    }

    /// Snapshots that can be restored; without an engine those that there were.
    pub(super) fn cards_now(&mut self) -> Vec<Card> {
        match &self.engine {
            Some(engine) => observe::cards(&self.machine, engine.state(), &mut self.probe),
            None => self.cards.clone(),
        }
    }

    /// Snapshots that there were and that an engine whose read failed does not list, with their files where they were: they
    /// are counted on for all that.
    fn unseen(&self, listed: &[Card]) -> Vec<Card> {
        let is_there = |card: &&Card| {
            let is_listed = listed.iter().any(|other| other.id == card.id || other.path == card.path);
            !is_listed && observe::content_at(&self.machine, &card.path) == card.bytes
        };
        self.cards.iter().filter(is_there).cloned().collect()
    }

    fn exports_now(&self) -> Vec<(Arc<Path>, u64)> {
        self.exports.iter().map(|path| (path.clone(), observe::content_at(&self.machine, path))).collect()
    }

    /// An export to a place that is expected to be whole from then on.
    pub fn export(&mut self, export: omnicraft_core::event::Export, name: &str) -> Result<Conclusion, EngineError> {
        let to = Path::new(ELSEWHERE).join(name);
        self.exports.push(to.as_path().into());
        let to = Utf8PathBuf::from_path_buf(to).unwrap();
        self.tell(EventKind::ExportRequested { export, to, replace: true })
    }

    /// Everything so far is durable, and the past: what comes next is judged.
    pub fn settle(&mut self) {
        self.machine.disk.settle();
        self.cards = self.cards_now();
        let (cards, exports) = (self.cards.clone(), Arc::new(self.exports_now()));
        let catalog = Arc::new(self.catalog_now());
        // A database that will be looked after later is none of those that stay as they are.
        let filled = self.filled.keys().map(|name| Arc::from(self.database(name)));
        let lives: BTreeSet<Arc<Path>> = self.ledger.books().into_keys().chain(filled).collect();
        self.start = Promise {
            known: Arc::new(self.ledger.known()),
            worlds: Arc::new(self.ledger.worlds()),
            operation: None,
            before: Arc::new(cards),
            after: None,
            leaving: Arc::default(),
            exports: [Arc::clone(&exports), exports],
            held: Arc::default(),
            lately: Arc::default(),
            ring: self.ring(),
            disk_fails: false,
            catalog: [Arc::clone(&catalog), catalog],
            versions: Arc::default(),
            retired: Arc::default(),
            missing: Arc::new(
                self.ledger.books().into_keys().filter(|live| self.machine.disk.file(live).is_err()).collect(),
            ),
            tampered: Arc::new(self.tampered()),
            wrecks: Arc::new(self.wrecks()),
            destroys: None,
            foreign: Arc::new(observe::foreign(&self.machine, lives.iter())),
        };
    }

    /// Ends the life, and gives its trace since it was settled, and the clock as it stands.
    pub fn end(mut self) -> (Trace, SimClock) {
        let (base, log) = self.machine.disk.history();
        self.engine = None;
        self.others.clear();
        self.ledger.handles.lock().clear();
        if !self.machine.is_here() {
            self.start.versions = Arc::new(catalog_whole::versions(&self.parts.vfs, &base, &log));
        }
        (Trace { base, log, start: self.start }, self.machine.clock)
    }
}
