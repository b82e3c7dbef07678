//! A life: days of a machine on which the shipped engine looks after an app's databases. A scenario lives it through
//! these few verbs; the disk's log afterwards holds every change and every promise, in order.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use camino::Utf8PathBuf;
use jiff::{ToSpan, Zoned};
use omnicraft_core::event::EventKind;
use omnicraft_core::model::{SchemaProfile, Workspace, WorkspaceId};
use omnicraft_core::transition::Conclusion;
use omnicraft_host::engine::Engine;
use omnicraft_host::error::EngineError;
use omnicraft_host::progress::{Observer, Unobserved};

use super::ledger::{Ledger, rehearse};
use super::observe::{self, Probe};
use super::trace::{Promise, Trace};
use super::{Books, Note, Subject};
use crate::content;
use crate::sim::app::SimApp;
use crate::sim::clock::SimClock;
use crate::sim::disk::SimDisk;
use crate::sim::machine::{Build, Machine, connect};
use crate::sim::vfs::SimVfs;
use rusqlite::OpenFlags;

/// The folder of every home.
pub const HOME: &str = "/home";
/// Where exports go.
pub const ELSEWHERE: &str = "/stick";

const SATURDAY: &str = "2026-11-21T08:00[UTC]";

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
    probe: Probe,
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
            probe: Probe::default(),
            start: Promise::default(),
        };
        life.engine = Some(Engine::create(Path::new(HOME), life.ports(), Box::new(Unobserved)).unwrap());
        life
    }

    fn ports(&self) -> omnicraft_host::ports::Ports {
        let app = SimApp::new(self.parts.subject.clone(), self.machine.vfs(), self.ledger.handles.clone());
        self.machine.ports(Box::new(app))
    }

    /// The engine.
    pub fn engine(&mut self) -> &mut Engine {
        self.engine.as_mut().unwrap()
    }

    /// Ends the engine, and starts it again with somebody who watches.
    pub fn restart(&mut self, observer: Box<dyn Observer>) -> Result<(), EngineError> {
        self.engine = None;
        self.engine = Some(Engine::open(Path::new(HOME), self.ports(), observer)?);
        Ok(())
    }

    /// Where a workspace's live database is.
    pub fn live(name: &str) -> PathBuf {
        Path::new(HOME).join(format!("{name}.db"))
    }

    /// The app's profile of this name.
    pub fn profile(&self, schema: &str) -> SchemaProfile {
        self.parts.subject.profiles().iter().find(|profile| profile.name == schema).unwrap().clone()
    }

    /// A workspace whose database is at a released version of a schema, with first rows in it.
    pub fn found(&mut self, name: &str, schema: &str, version: &str) {
        let profile = self.profile(schema);
        let live = Self::live(name);
        let mut connection = connect(&self.machine.vfs(), &live, OpenFlags::SQLITE_OPEN_CREATE).unwrap();
        self.parts.subject.create(&profile, version, &mut connection).unwrap();
        self.parts.subject.fill(&profile, name, &mut connection).unwrap();
        let digest = content::digest(&connection).unwrap();
        drop(connection);
        let mut workspace = Workspace::adopted(name, name, &format!("{name}.db"));
        workspace.schema = Some(schema.to_owned());
        workspace.identity = Some(name.to_owned());
        self.ledger.know(digest, format!("the first rows of {name}"));
        let mut books = self.ledger.books();
        books.insert(live.as_path().into(), digest);
        self.tell_changing(EventKind::WorkspaceAdded(Box::new(workspace)), books).unwrap();
    }

    /// One commit of the app.
    pub fn commit(&mut self, name: &str) -> Result<(), String> {
        let schema = self.schema(name);
        let committed = self.ledger.commit(&WorkspaceId(name.to_owned()), &self.profile(&schema), &Self::live(name));
        committed.map_err(|error| error.to_string())
    }

    /// The reset's own deed, after its safeguard.
    pub fn wipe(&mut self, name: &str) -> Result<(), String> {
        let (profile, subject) = (self.profile(&self.schema(name)), self.parts.subject.clone());
        let wipe = move |connection: &mut rusqlite::Connection| subject.wipe(&profile, connection);
        let words = format!("the wiped {name}");
        let wiped = self.ledger.change(&WorkspaceId(name.to_owned()), &Self::live(name), &words, wipe);
        wiped.map_err(|error| error.to_string())
    }

    pub(super) fn schema(&self, name: &str) -> String {
        let state = self.engine.as_ref().unwrap().state();
        let workspace = state.workspaces.iter().find(|workspace| workspace.id.0 == name).unwrap();
        workspace.schema.clone().unwrap()
    }

    /// The app closes a workspace's database.
    pub fn leave(&mut self, name: &str) -> Result<(), String> {
        let connection = self.ledger.handles.lock().remove(&WorkspaceId(name.to_owned()));
        connection.map_or(Ok(()), |connection| connection.close().map_err(|(_, error)| error.to_string()))
    }

    /// What a workspace's database would hold at the newest version of its schema.
    pub fn migrated(&mut self, name: &str) -> content::Digest {
        let (profile, subject) = (self.profile(&self.schema(name)), self.parts.subject.clone());
        let connection = self.machine.connect(&Self::live(name)).unwrap();
        rehearse(&connection, |connection| subject.migrate(&profile, connection)).unwrap()
    }

    /// So many hours pass.
    pub fn later(&mut self, hours: i64) {
        let now: Zoned = omnicraft_host::ports::clock::Clock::now(&self.machine.clock);
        self.machine.clock.set(now.checked_add(hours.hours()).unwrap());
    }

    /// Tells the engine something after which every live database holds what it did.
    pub fn tell(&mut self, kind: EventKind) -> Result<Conclusion, EngineError> {
        let books = self.ledger.books();
        self.tell_changing(kind, books)
    }

    /// Tells the engine something that changes no live database, and takes its failure for an error.
    pub fn told(&mut self, kind: EventKind) -> Result<(), String> {
        let told = self.tell(kind).map_err(|error| error.to_string())?;
        told.failure.map_or(Ok(()), |failure| Err(failure.to_string()))
    }

    /// Tells the engine something after which the live databases hold this.
    pub fn tell_changing(&mut self, kind: EventKind, after: Books) -> Result<Conclusion, EngineError> {
        let operation = format!("{kind:?}").split(['(', '{', ' ']).next().unwrap_or_default().to_owned();
        self.ledger.perhaps([after.clone()]);
        self.machine.disk.note(Note::Began(operation.clone()));
        let told = self.engine().handle(kind);
        let applied = told.as_ref().is_ok_and(|conclusion| conclusion.failure.is_none());
        self.ledger.settle(if applied { after } else { self.ledger.books() });
        let cards = observe::cards(&self.machine, self.engine.as_ref().unwrap().state(), &mut self.probe);
        let exports = self.exports.iter().map(|path| (path.clone(), observe::content_at(&self.machine, path)));
        self.machine.disk.note(Note::Ended { operation, cards, exports: exports.collect() });
        told
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
        let cards = observe::cards(&self.machine, self.engine.as_ref().unwrap().state(), &mut self.probe);
        let exports = self.exports.iter().map(|path| (path.clone(), observe::content_at(&self.machine, path)));
        let exports = Arc::new(exports.collect());
        self.start = Promise {
            known: Arc::new(self.ledger.known()),
            worlds: Arc::new(vec![self.ledger.books()]),
            operation: None,
            before: Arc::new(cards),
            after: None,
            exports: [Arc::clone(&exports), exports],
        };
    }

    /// Ends the life, and gives its trace since it was settled, and the clock as it stands.
    pub fn end(mut self) -> (Trace, SimClock) {
        let (base, log) = self.machine.disk.history();
        self.engine = None;
        self.ledger.handles.lock().clear();
        (Trace { base, log, start: self.start }, self.machine.clock)
    }
}
