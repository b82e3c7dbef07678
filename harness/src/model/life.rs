//! A life: a computer, and the owner's book beside it. Each step is done on the computer, and what is found there
//! afterwards must be what the book says.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::Path;

use jiff::tz::TimeZone;
use jiff::{ToSpan, Zoned};
use omnicraft_core::event::EventKind;
use omnicraft_core::model::WorkspaceId;
use omnicraft_core::policy::Policy;
use omnicraft_core::state::Ending;
use omnicraft_core::transition::Conclusion;
use omnicraft_host::error::EngineError;
use omnicraft_host::ports::clock::Clock as _;
use rusqlite::OpenFlags;

use super::day::{Deed, Export, How, Step, Trouble};
use super::intention::{Commit, Intention, live};
use super::machine::{Computer, Reader, Start, bytes, lights_out};
use super::reference::{Business, Live};
use super::shelf::Shelf;
use super::{Broken, Tally};
use crate::content::Digest;
use crate::crash::life::{ELSEWHERE, HOME, Parts};
use crate::crash::shop::{BOOKS, PURSE};
use crate::sim::clock::SimClock;
use crate::sim::disk::Fault;
use crate::sim::machine::connect;

/// The shop's databases; the first is always looked after.
pub(super) const NAMES: [&str; 3] = ["shop", "purse", "studio"];
/// Their schemas.
pub(super) const SCHEMAS: [&str; 3] = [BOOKS, PURSE, BOOKS];

/// The evening before the clocks change in Europe.
const BEGINNING: &str = "2026-03-28T18:00[Europe/Berlin]";
/// Nobody's business: files of others, one of them in the engine's folder.
const FOREIGN: [&str; 4] =
    ["/home/notes.txt", "/home/backups/auto_daily.db.bak", "/home/backups/2026.db", "/stick/holiday.jpg"];
const ZONES: [&str; 5] = ["Europe/Berlin", "UTC", "America/New_York", "Asia/Kolkata", "Pacific/Apia"];

/// A file that was exported.
#[derive(Clone, Debug)]
pub(super) struct Exported {
    pub(super) what: Export,
    pub(super) path: String,
    pub(super) contents: BTreeMap<&'static str, Digest>,
    pub(super) bytes: u64,
}

/// A computer and the book.
pub(super) struct Life {
    pub(super) parts: Parts,
    pub(super) computer: Computer,
    pub(super) reader: Reader,
    pub(super) shelf: Shelf,
    pub(super) books: BTreeMap<&'static str, Business>,
    pub(super) policy: Policy,
    pub(super) exports: Vec<Exported>,
    /// Files that the engine must leave as they are, with numbers for their bytes.
    pub(super) foreign: BTreeMap<String, u64>,
    /// Numbers for the bytes of spoilt backups, which stay somewhere until a person removes them.
    pub(super) suspects: BTreeSet<u64>,
    /// Backups of databases that are looked after again; the engine finds them at its next start.
    pub(super) dormant: BTreeMap<&'static str, Vec<super::reference::Capture>>,
    /// Something was done by hand while the engine was running.
    pub(super) tampered: bool,
    pub(super) catalog_harmed: bool,
    pub(super) registry_harmed: bool,
    pub(super) next_sale: i64,
    pub(super) next_export: u32,
    pub(super) next_restore: u64,
    pub(super) told: Vec<String>,
    pub(super) tally: Tally,
}

/// How a deed went.
pub(super) struct Course {
    /// The engine said that it was done.
    pub(super) done: bool,
    /// What it said.
    pub(super) conclusion: Option<Conclusion>,
    /// What it said against it.
    pub(super) refusal: Option<String>,
    /// Nobody can know what came of it: it was broken off, or is decided and not finished.
    pub(super) open: bool,
    /// The engine could not know of everything that was done by hand when it answered.
    pub(super) unaware: bool,
    /// A commit of the app that was under way.
    pub(super) commit: Option<Commit>,
}

impl Life {
    /// The first evening: a shop, and some files that are nobody's business.
    pub(super) fn begin(parts: &Parts, reader: Reader) -> Self {
        let clock = SimClock::at(BEGINNING.parse().unwrap());
        let computer = Computer::new(parts, clock);
        let mut life = Self {
            parts: parts.clone(),
            computer,
            reader,
            shelf: Shelf::default(),
            books: BTreeMap::new(),
            policy: Policy::default(),
            exports: Vec::new(),
            foreign: BTreeMap::new(),
            suspects: BTreeSet::new(),
            dormant: BTreeMap::new(),
            tampered: false,
            catalog_harmed: false,
            registry_harmed: false,
            next_sale: 0,
            next_export: 0,
            next_restore: 0,
            told: Vec::new(),
            tally: Tally::default(),
        };
        life.computer.machine.files().create_folder(Path::new(ELSEWHERE)).unwrap();
        life.computer.create();
        life.found(NAMES[0], "1");
        let added = EventKind::WorkspaceAdded(Box::new(life.workspace(NAMES[0])));
        life.computer.engine.as_mut().unwrap().handle(added).unwrap();
        FOREIGN.iter().for_each(|path| life.computer.put(path, path.as_bytes()));
        let image = life.computer.machine.disk.image();
        life.foreign = bytes(&image, |path| FOREIGN.contains(&path));
        life.computer.machine.disk.settle();
        life
    }

    /// A database at a released version, with its first rows, unless there is one.
    pub(super) fn found(&mut self, name: &'static str, version: &str) {
        let path = live(name);
        let known = self.books.get(name).map(|business| business.live);
        if known.is_some_and(|live| live != Live::Missing) {
            return;
        }
        // A log without its database belongs to nobody.
        for suffix in ["-wal", "-shm", "-journal"] {
            let path = format!("{}{suffix}", path.display());
            self.computer.harm(Path::new(&path), How::Deleted);
        }
        let vfs = self.computer.machine.vfs();
        let mut connection = connect(&vfs, &path, OpenFlags::SQLITE_OPEN_CREATE).unwrap();
        let profile = self.profile(name);
        self.parts.subject.create(&profile, version, &mut connection).unwrap();
        self.parts.subject.fill(&profile, name, &mut connection).unwrap();
        let content = self.shelf.keep(&connection);
        self.shelf.call(content, format!("the first rows of {name}"));
        connection.close().unwrap();
        self.computer.machine.files().sync_folder(Path::new(HOME)).unwrap();
        let business =
            self.books.entry(name).or_insert_with(|| Business { listed: false, ..Business::new(Live::Missing) });
        business.becomes(Live::Holds(content));
        business.listed |= name == NAMES[0];
    }

    /// One step, and whether everything that was promised is there after it.
    pub(super) fn step(&mut self, step: &Step) -> Result<(), Broken> {
        self.tally.steps += 1;
        self.pass(20);
        match step.deed {
            Deed::Hours(hours) => self.pass(i64::from(hours) * 60),
            Deed::ClockJumps(days) => self.jump(days),
            Deed::Zone(zone) => self.travel(zone),
            Deed::Quit => {
                self.tell("app and engine end".to_owned());
                self.computer.quit();
            }
            Deed::Harm(victim, how, running) => self.harm(victim, how, running),
            Deed::SecondEngine => return self.second_engine(),
            Deed::Sales(..)
            | Deed::Start(_)
            | Deed::Tick(_)
            | Deed::Exit(..)
            | Deed::Snapshot(..)
            | Deed::Pin(..)
            | Deed::Restore(..)
            | Deed::RestoreAll(_)
            | Deed::Undo(_)
            | Deed::Export(..)
            | Deed::Reset(..)
            | Deed::Migrate(_)
            | Deed::Policy(_)
            | Deed::Add(_)
            | Deed::Remove(_)
            | Deed::Verify
            | Deed::Drill => return self.deed(step),
        }
        Ok(())
    }

    fn deed(&mut self, step: &Step) -> Result<(), Broken> {
        let Some(intention) = self.intend(&step.deed) else { return Ok(()) };
        let before = self.books.iter().map(|(name, business)| (*name, business.live)).collect();
        self.tell(intention.words.clone());
        self.order(step.trouble);
        let mut course = self.go(&intention);
        // What was to become of the registry is decided at the next start.
        let starts_anew = intention.turns.iter().any(|turn| !turn.listed.is_empty());
        let interrupted = self.meet(step.trouble, &mut course, starts_anew)?;
        self.judge(&intention, &course, &before, interrupted)
    }

    fn order(&mut self, trouble: Trouble) {
        match trouble {
            Trouble::None => {}
            Trouble::Kill(after) | Trouble::Cut { after, .. } => self.computer.order(lights_out(after.into())),
            Trouble::Io { after, lasts, full, short } => {
                let kind = if full { ErrorKind::StorageFull } else { ErrorKind::Other };
                self.computer.order(Fault { reads: false, after: after.into(), lasts, short, kind });
            }
        }
    }

    fn go(&mut self, intention: &Intention) -> Course {
        let mut course =
            Course { done: false, conclusion: None, refusal: None, open: false, unaware: false, commit: None };
        if let Some(name) = intention.leaves {
            let handle = self.computer.handles.lock().remove(&WorkspaceId(name.to_owned()));
            drop(handle.map(rusqlite::Connection::close));
        }
        if let Some(event) = &intention.event {
            course.unaware = self.tampered && self.computer.engine.is_some();
            let started = self.computer.start_engine();
            course.hear(started.and_then(|()| self.computer.engine.as_mut().unwrap().handle(event.clone())));
            if !course.done {
                return course;
            }
        }
        course.done = true;
        for commit in &intention.commits {
            if let Err(error) = self.commit(commit) {
                course.refusal = Some(error.to_string());
                course.commit = Some(commit.clone());
                course.done = false;
                break;
            }
            self.books.get_mut(commit.name).unwrap().becomes(Live::Holds(commit.after));
        }
        course
    }

    /// The app commits durably: a sale that was told is not lost with the power.
    fn commit(&self, commit: &Commit) -> rusqlite::Result<()> {
        let mut handles = self.computer.handles.lock();
        let id = WorkspaceId(commit.name.to_owned());
        if !handles.contains_key(&id) {
            let connection = self.computer.machine.connect(&live(commit.name))?;
            connection.pragma_update(None, "synchronous", "FULL")?;
            handles.insert(id.clone(), connection);
        }
        let connection = handles.get_mut(&id).unwrap();
        commit.change.apply(&*self.parts.subject, &self.profile(commit.name), connection)
    }

    /// What was ordered happens, and whoever was interrupted is started again. Says whether anything was.
    fn meet(&mut self, trouble: Trouble, course: &mut Course, starts_anew: bool) -> Result<bool, Broken> {
        match trouble {
            Trouble::None => return self.started().map(|()| false),
            Trouble::Kill(_) => {
                self.tally.kills += 1;
                self.computer.kill();
                self.tell(format!("   {trouble}"));
            }
            Trouble::Cut { chance, again, .. } => {
                self.cut(trouble, chance);
                if let Some(after) = again {
                    self.computer.order(lights_out(after.into()));
                    drop(self.computer.start_engine());
                    self.cut(Trouble::Cut { after, chance, again: None }, chance ^ 1);
                }
            }
            Trouble::Io { after, .. } => {
                self.tally.faults += 1;
                self.computer.call_off();
                let said = course.refusal.as_deref().unwrap_or("and it is done nevertheless");
                self.tell(format!("   {trouble}: {said}"));
                // A commit that failed is tried again by an app that starts anew; so does an engine half of the time.
                let unsure = starts_anew || self.computer.fresh == Some(Start::InTrouble);
                if course.open || course.commit.is_some() || unsure || after % 2 == 0 {
                    self.computer.quit();
                } else {
                    self.computer.go_on();
                }
                course.open |= course.commit.is_some();
                return self.started().map(|()| true);
            }
        }
        course.open = !course.done;
        self.started().map(|()| true)
    }

    fn cut(&mut self, trouble: Trouble, chance: u64) {
        self.tally.cuts += 1;
        let (pending, lost) = self.computer.cut(chance);
        self.tell(format!("   {trouble}, {lost} of {pending} unsynced lost"));
    }

    /// The engine runs, whatever happened before.
    fn started(&mut self) -> Result<(), Broken> {
        if self.computer.engine.is_none() {
            self.tell("   the engine starts again".to_owned());
        }
        self.computer.start_engine().map_err(|error| Broken::new("G8", format!("the engine does not start: {error}")))
    }

    fn second_engine(&mut self) -> Result<(), Broken> {
        self.started()?;
        self.tell("a second engine is started".to_owned());
        let before = self.computer.machine.disk.position();
        match self.computer.another_engine() {
            Err(EngineError::Locked(_)) if self.computer.machine.disk.position() == before => Ok(()),
            Err(EngineError::Locked(_)) => Err(Broken::new("G8", "the second engine changed something")),
            Err(error) => Err(Broken::new("G8", format!("the second engine says {error}"))),
            Ok(_) => Err(Broken::new("G8", "two engines work on one home")),
        }
    }

    /// The wall clock shows another time.
    fn set(&self, moment: Option<Zoned>) {
        let sane = moment.filter(|moment| (1990..2150).contains(&moment.year()));
        if let Some(moment) = sane {
            self.computer.machine.clock.set(moment);
        }
    }

    pub(super) fn now(&self) -> Zoned {
        self.computer.machine.clock.now()
    }

    fn pass(&mut self, minutes: i64) {
        self.set(self.now().checked_add(minutes.minutes()).ok());
    }

    fn jump(&mut self, days: i32) {
        self.set(self.now().checked_add(i64::from(days).days()).ok());
        self.tell(format!("the clock was set {days} days on"));
    }

    fn travel(&mut self, zone: u8) {
        let zone = ZONES[usize::from(zone) % ZONES.len()];
        self.set(TimeZone::get(zone).ok().map(|zone| self.now().with_time_zone(zone)));
        self.tell(format!("the shop moves to {zone}"));
    }

    pub(super) fn tell(&mut self, sentence: String) {
        let now = self.now();
        self.told.push(match sentence.strip_prefix("   ") {
            Some(more) => format!("    {more}"),
            None => format!("{}: {sentence}", now.strftime("%A %-d %B %Y, %H:%M %Z")),
        });
    }
}

impl Course {
    fn hear(&mut self, answer: Result<Conclusion, EngineError>) {
        match answer {
            Ok(conclusion) => {
                self.refusal = conclusion.failure.as_ref().map(ToString::to_string);
                self.done = conclusion.failure.is_none();
                self.open = !self.done && conclusion.ending == Ending::AppliedWithWarnings;
                self.conclusion = Some(conclusion);
            }
            Err(error) => {
                self.open = matches!(error, EngineError::Decided(_));
                self.refusal = Some(error.to_string());
            }
        }
    }
}
