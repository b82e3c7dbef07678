//! The verbs of a life for restores, undos, exports and migrations, and for what happens to databases meanwhile. What the
//! live databases will hold is said beforehand, in the words of committed versions; it is never read from the result.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use camino::Utf8PathBuf;
use omnicraft_core::effect::Effect;
use omnicraft_core::event::{EventKind, Export, Source};
use omnicraft_core::model::{SchemaProfile, SnapshotId};
use omnicraft_core::names;
use omnicraft_core::transition::Conclusion;
use omnicraft_host::engine::Engine;
use omnicraft_host::error::EngineError;
use omnicraft_host::ports::Decide;
use omnicraft_host::progress::Unobserved;
use rusqlite::{Connection, OpenFlags};

use super::ledger::{durably, rehearse};
use super::life::{ELSEWHERE, HOME, Life, id};
use super::observe::{self, Probe};
use super::trace::Trace;
use super::{Books, Deed, Held, Note};
use crate::content::{self, Digest};
use crate::sim::image::Image;
use crate::sim::machine::connect;
use crate::sim::operation::Operation;

/// A workspace, and the words of the version that it will hold.
pub(super) type Version<'a> = (&'a str, &'a str);

impl Life {
    /// The books in which these workspaces hold these versions, and the others what they hold now.
    pub fn books_with(&self, versions: &[Version<'_>]) -> Books {
        let mut books = self.ledger.books();
        for (name, words) in versions {
            books.insert(Self::live(name).as_path().into(), self.version(words));
        }
        books
    }

    /// The content of the version that was made known with these words.
    pub fn version(&self, words: &str) -> Digest {
        let known = self.ledger.known();
        let found = known.iter().find(|(_, known)| *known == words);
        *found.unwrap_or_else(|| panic!("nobody knows {words}: {known:?}")).0
    }

    /// Tells the engine something after which these workspaces hold these versions.
    pub fn changing(&mut self, kind: EventKind, versions: &[Version<'_>]) -> Result<(), String> {
        let books = self.books_with(versions);
        applied(self.tell_changing(kind, books))
    }

    /// A restore of one workspace.
    pub fn restore(&mut self, name: &str, source: Source, words: &str) -> Result<(), String> {
        self.changing(EventKind::RestoreRequested(id(name), source), &[(name, words)])
    }

    /// A restore of everything in a global archive.
    pub fn restore_all(&mut self, file: &str, versions: &[Version<'_>]) -> Result<(), String> {
        self.changing(EventKind::RestoreAllRequested(elsewhere(file)), versions)
    }

    /// Back to what these workspaces held before the last restore of the first of them.
    pub fn undo(&mut self, versions: &[Version<'_>]) -> Result<(), String> {
        self.changing(EventKind::UndoRequested(id(versions[0].0)), versions)
    }

    /// Tells the engine something that would lead to these versions, and that it must give up for a reason with these
    /// words in it, before anything live is touched.
    pub fn given_up(&mut self, kind: EventKind, versions: &[Version<'_>], because: &str) -> Result<(), String> {
        match self.changing(kind, versions) {
            Err(reason) if reason.contains(because) => Ok(()),
            Err(reason) => Err(reason),
            Ok(()) => Err("what should have been given up was done".to_owned()),
        }
    }

    /// An undo that brings damaged bytes back, so that there is no content any more that anybody could expect there.
    pub fn undo_to_damage(&mut self, name: &str) -> Result<(), String> {
        let mut books = self.ledger.books();
        books.insert(Self::live(name).as_path().into(), Digest::UNREADABLE);
        applied(self.tell_changing(EventKind::UndoRequested(id(name)), books))
    }

    /// Tells the engine something after which nothing has changed but for what is staged.
    pub fn looking(&mut self, kind: EventKind) -> Result<(), String> {
        let before = self.lasting();
        self.told(kind)?;
        let after = self.lasting();
        let changed = before
            .iter()
            .find(|file| !after.contains(file))
            .or_else(|| after.iter().find(|file| !before.contains(file)));
        changed.map_or(Ok(()), |(path, _)| Err(format!("{} was changed by a look at it", path.display())))
    }

    /// Every file but those that are staged, with a number for its content.
    fn lasting(&self) -> Vec<(Arc<Path>, u64)> {
        let image = self.machine.disk.image();
        let files = image.names.iter().filter_map(|(path, file)| {
            let name = path.file_name()?.to_str()?;
            let content = image.content((*file)?)?;
            (!names::is_unpublished(name)).then(|| (path.clone(), content.hash()))
        });
        files.collect()
    }

    /// A snapshot on request.
    pub fn snapshot(&mut self, name: &str, pin: Option<&str>) -> Result<(), String> {
        self.told(EventKind::SnapshotRequested(id(name), pin.map(str::to_owned)))
    }

    /// The snapshot of a workspace in a slot, by its file name without the ending.
    pub fn in_slot(&mut self, name: &str, slot: &str) -> Source {
        let state = self.engine().state();
        let named = |snapshot: &SnapshotId| state.snapshots[snapshot].slot.to_string() == slot;
        let mut all = state.snapshots.values().filter(|snapshot| snapshot.workspace.0 == name).map(|found| found.id);
        Source::Snapshot(all.find(named).unwrap())
    }

    /// An export to a name in the folder outside, over an older one only where that is said.
    pub fn export_as(&mut self, export: Export, file: &str, replace: bool) -> Result<(), String> {
        let to = elsewhere(file);
        let path: Arc<Path> = to.as_std_path().into();
        if !self.exports.contains(&path) {
            self.exports.push(path);
        }
        applied(self.tell(EventKind::ExportRequested { export, to, replace }))
    }

    /// The app brings a workspace to the newest version of its schema as its command line does: after the engine's
    /// permit, on a connection of its own, each version in one transaction.
    pub fn migrate(&mut self, name: &str) -> Result<(), String> {
        self.leave(name)?;
        let (profile, live) = (self.profile(&self.schema(name)), Self::live(name));
        let connection = self.machine.connect(&live).map_err(|error| error.to_string())?;
        let mut worlds = vec![self.ledger.books()];
        for released in 1..=profile.versions.len() {
            let mut older = profile.clone();
            older.versions.truncate(released);
            let content = self.migrated_to(&older, &connection)?;
            if worlds.last() != Some(&self.books_of(name, content)) {
                self.ledger.know(content, at_version(name, &profile, released));
                worlds.push(self.books_of(name, content));
            }
        }
        drop(connection);
        self.destroys(name);
        self.ledger.perhaps(worlds.clone());
        let before_the_last = worlds.iter().rev().nth(1).and_then(|books| books.get(&*live)).copied();
        let mut until_it_is_told = None;
        let migrated = self.machine.connect(&live).and_then(|mut connection| {
            durably(&connection)?;
            until_it_is_told = self.ledger.commits(&connection, &live, before_the_last)?;
            self.parts.subject.migrate(&profile, &mut connection)?;
            connection.close().map_err(|(_, error)| error)
        });
        migrated.map_err(|error| error.to_string())?;
        worlds.pop().into_iter().for_each(|newest| self.ledger.settle(newest));
        drop(until_it_is_told);
        Ok(())
    }

    fn migrated_to(&self, profile: &SchemaProfile, connection: &Connection) -> Result<Digest, String> {
        let subject = &self.parts.subject;
        rehearse(connection, |connection| subject.migrate(profile, connection)).map_err(|error| error.to_string())
    }

    fn books_of(&self, name: &str, content: Digest) -> Books {
        let mut books = self.ledger.books();
        books.insert(Self::live(name).as_path().into(), content);
        books
    }

    /// A database of a workspace in the folder outside, at an older version of the schema, with so many commits in it;
    /// what it becomes at the newest version is known as `words`.
    pub fn older_file(&mut self, name: &str, version: &str, file: &str, words: &str) -> Source {
        let profile = self.profile(&self.schema(name));
        let path = elsewhere(file);
        let mut connection = connect(&self.machine.vfs(), path.as_std_path(), OpenFlags::SQLITE_OPEN_CREATE).unwrap();
        self.parts.subject.create(&profile, version, &mut connection).unwrap();
        self.parts.subject.fill(&profile, name, &mut connection).unwrap();
        self.parts.subject.commit(&profile, 500, &mut connection).unwrap();
        seal(&connection);
        let (older, newest) = (content::digest(&connection).unwrap(), self.migrated_to(&profile, &connection).unwrap());
        self.ledger.know(older, format!("{words}, before its migration"));
        self.ledger.know(newest, words);
        Source::File(path)
    }

    /// The live database of a workspace has a rollback journal from here on.
    pub fn use_rollback_journal(&mut self, name: &str) {
        self.leave(name).unwrap();
        seal(&self.machine.connect(&Self::live(name)).unwrap());
    }

    /// The app dies in the middle of a transaction that was already written in part: a hot journal stays.
    pub fn die_in_a_transaction(&mut self, name: &str) {
        self.leave(name).unwrap();
        self.engine = None;
        let connection = self.machine.connect(&Self::live(name)).unwrap();
        let wipe = "BEGIN IMMEDIATE; DELETE FROM goods; DELETE FROM entries; PRAGMA cache_spill = 1;";
        connection.execute_batch("PRAGMA cache_size = 1").unwrap();
        connection.execute_batch(wipe).unwrap();
        connection.cache_flush().unwrap();
        if self.machine.is_here() {
            let halves =
                ["", "-journal"].map(|suffix| PathBuf::from(format!("{}{suffix}", Self::live(name).display())));
            let halves = halves.map(|path| (self.bytes_of(&path), path));
            drop(connection);
            halves.iter().for_each(|(bytes, path)| self.put(path, bytes));
        } else {
            let image = self.machine.disk.image();
            drop(connection);
            self.on_disk(image);
        }
        self.start_again().unwrap();
    }

    /// Bytes of a live database go bad; whatever log lies beside it stays.
    pub fn damage(&mut self, name: &str, offset: u64) {
        self.kill(name);
        self.overwrite(&Self::live(name), offset, &[0xA5; 2048]);
        self.is_unreadable(name);
    }

    /// The page with which an index of a live database begins goes bad.
    pub fn damage_index(&mut self, name: &str, index: &str) {
        self.leave(name).unwrap();
        let root = "SELECT (rootpage - 1) * page_size FROM sqlite_schema, pragma_page_size WHERE name = ?1";
        let connection = self.machine.connect(&Self::live(name)).unwrap();
        let offset = connection.query_row(root, [index], |row| row.get::<_, u32>(0)).unwrap();
        drop(connection);
        self.damage(name, offset.into());
    }

    /// Bytes of a file in the folder outside go bad.
    pub fn spoil(&mut self, file: &str, offset: u64) {
        self.overwrite(elsewhere(file).as_std_path(), offset, &[0xA5; 2048]);
    }

    /// The app and its engine are closed and started again.
    pub fn start_again(&mut self) -> Result<(), String> {
        self.restart(Box::new(Unobserved)).map_err(|error| error.to_string())
    }

    /// Somebody removes a live database with all that belongs to it.
    pub fn lose(&mut self, name: &str) {
        self.leave(name).unwrap();
        let live = Self::live(name);
        for suffix in ["", "-wal", "-shm", "-journal"] {
            let path = PathBuf::from(format!("{}{suffix}", live.display()));
            self.undisturbed(|life| life.machine.files().remove(&path).unwrap());
        }
        self.is_unreadable(name);
    }

    /// Everything happens on a new computer from here on: an empty home, and the folder outside as it is.
    pub fn new_computer(&mut self) {
        self.engine = None;
        self.ledger.handles.lock().clear();
        if self.machine.is_here() {
            #[expect(clippy::disallowed_methods, reason = "the whole home goes, in a folder that stands for the disk")]
            std::fs::remove_dir_all(HOME).unwrap();
        } else {
            let mut image = self.machine.disk.image();
            image.names.retain(|path, _| path.starts_with(ELSEWHERE));
            self.on_disk(image);
        }
        self.ledger.settle(Books::new());
        self.engine = Some(Engine::create(Path::new(HOME), self.ports(), Box::new(Unobserved)).unwrap());
    }

    /// The power goes right before the first change of this kind since the life was settled; everything until then has
    /// reached the disk. The engine is not started again yet.
    pub fn lose_power_before(&mut self, change: impl Fn(&Operation) -> bool) -> Result<(), String> {
        let (base, log) = self.machine.disk.history();
        let at = log.iter().position(change).ok_or("the change before which the power goes was never made")?;
        self.engine = None;
        self.ledger.handles.lock().clear();
        let mut image = base.clone();
        log[..at].iter().for_each(|operation| image.apply(operation));
        image.prune();
        let trace = Trace { base, log, start: self.start.clone() };
        self.start = (*trace.promises()[at]).clone();
        self.on_disk(image);
        Ok(())
    }

    /// After a power cut the live databases hold this, and the start of the engine changes nothing of it.
    pub fn holds(&self, versions: &[Version<'_>]) {
        self.ledger.settle(self.books_with(versions));
    }

    /// After a power cut recovery may lead to what the engine said last, or to this.
    pub fn may_hold(&self, versions: &[Version<'_>]) {
        self.ledger.perhaps([self.books_with(versions)]);
    }

    /// One commit of the app while no engine runs, in a workspace of this schema.
    pub fn commit_alone(&mut self, name: &str, schema: &str) -> Result<(), String> {
        let committed = self.ledger.commit(&id(name), &self.profile(schema), &Self::live(name));
        committed.map_err(|error| error.to_string())?;
        // What was committed is not lost, whatever recovery was about to do.
        self.ledger.settle(self.ledger.books());
        Ok(())
    }

    /// The app commits in a database that an interrupted restore is about to replace. No world will hold that, so from
    /// then on a snapshot must; its content comes back, so that somebody can look for it there.
    pub fn work_in_what_goes(&mut self, name: &str, schema: &str) -> Result<Digest, String> {
        let (profile, live, after) = (self.profile(schema), Self::live(name), self.ledger.books());
        let commit = |connection: &mut Connection| self.parts.subject.commit(&profile, 900, connection);
        let work = || {
            let mut connection = self.machine.connect(&live)?;
            connection.pragma_update(None, "synchronous", "EXTRA")?;
            let content = rehearse(&connection, commit)?;
            self.ledger.know(content, format!("entry 900 of {name}"));
            // As long as it commits, a snapshot may hold either; no recovery leads there afterwards.
            self.ledger.perhaps([self.books_of(name, content)]);
            self.will_be_replaced(&live, BTreeSet::from([content::digest(&connection)?, content]));
            commit(&mut connection)?;
            connection.close().map_err(|(_, error)| error)?;
            self.ledger.settle(after.clone());
            self.will_be_replaced(&live, BTreeSet::from([content]));
            Ok(content)
        };
        work().map_err(|error: rusqlite::Error| error.to_string())
    }

    /// A restore that was decided is about to throw away what a workspace has held since before this life was settled: the
    /// version of these words. No recovery leads there, but snapshots may hold it.
    pub fn is_about_to_lose(&mut self, name: &str, words: &str) -> Digest {
        let (version, live) = (self.version(words), Self::live(name));
        for held in [&mut self.start.held, &mut self.start.lately] {
            Arc::make_mut(held).entry(live.as_path().into()).or_default().insert(version);
        }
        self.will_be_replaced(&live, BTreeSet::from([version]));
        version
    }

    /// A restore is about to throw away what a database holds, which is one of these.
    fn will_be_replaced(&self, live: &Path, held: BTreeSet<Digest>) {
        let after = self.ledger.books().into_iter().filter(|(path, _)| **path == *live).collect();
        let held = Held::from([(live.into(), held)]);
        self.machine.disk.note(Note::Destroys { deed: Deed::Restore, held, unreadable: BTreeMap::new(), after });
    }

    /// Fails unless a snapshot holds this.
    pub fn has_kept(&mut self, content: Digest) -> Result<(), String> {
        let kept = observe::cards(&self.machine, self.engine.as_ref().unwrap().state(), &mut Probe::default());
        let is_kept = kept.iter().any(|card| card.content == Some(content));
        if is_kept { Ok(()) } else { Err("what was committed meanwhile is lost".to_owned()) }
    }

    fn on_disk(&self, image: Image) {
        assert!(!self.machine.is_here(), "this misfortune can be made on a simulated disk alone");
        self.machine.disk.replace(image);
        self.parts.vfs.boot(self.machine.disk.clone(), self.machine.build.syncs.clone());
    }

    /// From the next start of the engine on, the app commits once, right before the first step of a kind. It keeps its
    /// database open, or closes it.
    pub fn work_before(&mut self, step: fn(&Effect) -> bool, name: &str, closes: bool) {
        let (profile, live, id) = (self.profile(&self.schema(name)), Self::live(name), id(name));
        let ledger = self.ledger.clone();
        let work = move || {
            if ledger.commit(&id, &profile, &live).is_ok() {
                // What was committed is not lost, whatever the engine was about to do.
                ledger.settle(ledger.books());
            }
            if closes {
                drop(ledger.handles.lock().remove(&id));
            }
        };
        let (inner, work): (_, Arc<dyn Fn() + Send + Sync>) = (self.machine.build.decide.clone(), Arc::new(work));
        self.machine.build.decide = Arc::new(move || meddling(inner(), step, work.clone()));
    }
}

/// The decider, but that somebody does something right before the first step of a kind.
fn meddling(decide: Decide, step: fn(&Effect) -> bool, work: Arc<dyn Fn() + Send + Sync>) -> Decide {
    let is_done = AtomicBool::new(false);
    Box::new(move |state, event, profiles| {
        let next = decide(state, event, profiles);
        let mut after = state.clone();
        next.changes.iter().for_each(|change| after.apply(change));
        let coming = after.operation.as_ref().and_then(|operation| operation.remaining.first());
        if coming.is_some_and(|coming| step(&coming.effect)) && !is_done.swap(true, Ordering::Relaxed) {
            work();
        }
        next
    })
}

fn applied(told: Result<Conclusion, EngineError>) -> Result<(), String> {
    let failure = told.map_err(|error| error.to_string())?.failure;
    failure.map_or(Ok(()), |failure| Err(failure.to_string()))
}

/// The words by which a migrated workspace is known.
fn at_version(name: &str, profile: &SchemaProfile, released: usize) -> String {
    format!("{name} at version {}", profile.versions[released - 1])
}

/// One file, with a rollback journal where there must be one.
fn seal(connection: &Connection) {
    connection.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(())).unwrap();
}

/// A path in the folder outside.
pub(super) fn elsewhere(file: &str) -> Utf8PathBuf {
    Utf8PathBuf::from(format!("{ELSEWHERE}/{file}"))
}
