//! What people do with the app every day: they found a workspace, sell, close the app, wipe, migrate; and what they tell
//! the engine of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use camino::Utf8PathBuf;
use omnicraft_core::event::EventKind;
use omnicraft_core::model::{Act, SchemaProfile, Workspace, WorkspaceId};
use omnicraft_core::names;
use omnicraft_host::progress::Observer;
use rusqlite::{Connection, OpenFlags};

use super::ledger::{Ledger, rehearse};
use super::life::{ELSEWHERE, HOME, Life, id};
use super::roles::release;
use super::shop::BOOKS;
use super::{Books, Deed, Note};
use crate::content;
use crate::sim::machine::connect;
use crate::sim::vfs::keep_log;

impl Life {
    /// A workspace whose database is at a released version of a schema, with first rows in it.
    pub fn found(&mut self, name: &str, schema: &str, version: &str) {
        self.fill(name, &Self::live(name), schema, version, "wal");
        self.add(name).unwrap();
    }

    /// The same with a rollback journal in place of a write-ahead log.
    pub fn found_with_journal(&mut self, name: &str, schema: &str, version: &str) {
        self.fill(name, &Self::live(name), schema, version, "delete");
        self.add(name).unwrap();
    }

    /// A database of which the engine knows no schema, outside the home, with a rollback journal.
    pub fn adopt(&mut self, name: &str) {
        let live = Path::new(ELSEWHERE).join(format!("{name}.db"));
        self.fill(name, &live, BOOKS, "3", "delete");
        let workspace = Workspace::adopted(name, name, live.to_str().unwrap());
        let workspace = self.placed(workspace);
        self.look_after(workspace).unwrap();
    }

    /// A database with first rows that nobody looks after yet.
    pub fn fill(&mut self, name: &str, live: &Path, schema: &str, version: &str, journal_mode: &str) {
        let profile = self.profile(schema);
        let mut connection = connect(&self.machine.vfs(), live, OpenFlags::SQLITE_OPEN_CREATE).unwrap();
        self.parts.subject.create(&profile, &release(&profile, version), &mut connection).unwrap();
        self.parts.subject.fill(&profile, name, &mut connection).unwrap();
        connection.pragma_update(None, "journal_mode", journal_mode).unwrap();
        let digest = content::digest(&connection).unwrap();
        self.ledger.know(digest, format!("the first rows of {name}"));
        self.filled.insert(name.to_owned(), (profile.name, digest));
    }

    /// Somebody tells the engine to look after a database that lies in the home.
    pub fn add(&mut self, name: &str) -> Result<(), String> {
        let mut workspace = Workspace::adopted(name, name, &format!("{name}.db"));
        workspace.schema = Some(self.schema(name));
        workspace.identity = Some(name.to_owned());
        let workspace = self.placed(workspace);
        self.look_after(workspace)
    }

    /// All but the first workspace have a folder of their own.
    fn placed(&mut self, mut workspace: Workspace) -> Workspace {
        if !self.engine().state().workspaces.is_empty() {
            workspace.folder = Utf8PathBuf::from(&workspace.id.0);
        }
        workspace
    }

    fn look_after(&mut self, workspace: Workspace) -> Result<(), String> {
        let live = Path::new(HOME).join(&workspace.database);
        let digest = self.filled[&workspace.id.0].1;
        let mut books = self.ledger.books();
        books.insert(live.as_path().into(), digest);
        self.told_changing(EventKind::WorkspaceAdded(Box::new(workspace)), books)
    }

    /// Somebody tells the engine to look after a workspace no longer.
    pub fn look_after_no_longer(&mut self, name: &str) -> Result<(), String> {
        let mut books = self.ledger.books();
        books.remove(self.database(name).as_path());
        self.told_changing(EventKind::WorkspaceRemoved(id(name)), books)
    }

    /// One commit of the app.
    pub fn commit(&mut self, name: &str) -> Result<(), String> {
        let till = self.till(name);
        till.commit().map_err(|error| error.to_string())
    }

    /// The reset's own deed, after its safeguard.
    pub fn wipe(&mut self, name: &str) -> Result<(), String> {
        self.destroys(name);
        self.wipe_without_a_word(name)
    }

    /// Somebody deletes most rows, and asks nobody.
    pub fn wipe_without_a_word(&mut self, name: &str) -> Result<(), String> {
        let (profile, subject) = (self.profile(&self.schema(name)), self.parts.subject.clone());
        self.change(name, "wiped", move |connection| subject.wipe(&profile, connection))
    }

    /// The app brings its database to the newest version, after a safeguard; from one version below it, which is one
    /// transaction.
    pub fn upgrade(&mut self, name: &str) -> Result<(), String> {
        self.destroys(name);
        let (profile, subject) = (self.profile(&self.schema(name)), self.parts.subject.clone());
        self.change(name, "migrated", move |connection| subject.migrate(&profile, connection))
    }

    /// What the database holds now must be on a card before the app throws it away.
    pub(super) fn destroys(&self, name: &str) {
        let live = self.database(name);
        let held = self.ledger.books().into_iter().filter(|(path, _)| **path == *live);
        let held = held.map(|(path, content)| (path, BTreeSet::from([content]))).collect();
        let (unreadable, after) = (BTreeMap::new(), Books::new());
        self.machine.disk.note(Note::Destroys { deed: Deed::OfTheApp, held, unreadable, after });
    }

    fn change(
        &mut self,
        name: &str,
        word: &str,
        change: impl Fn(&mut Connection) -> rusqlite::Result<()>,
    ) -> Result<(), String> {
        let changed = self.ledger.change(&id(name), &self.database(name), &format!("the {word} {name}"), change);
        changed.map_err(|error| error.to_string())
    }

    /// The schema of a workspace; also of one of which the engine knows none.
    pub(super) fn schema(&self, name: &str) -> String {
        self.filled.get(name).map_or_else(|| BOOKS.to_owned(), |(schema, _)| schema.clone())
    }

    /// The app closes a workspace's database.
    pub fn leave(&mut self, name: &str) -> Result<(), String> {
        let connection = self.ledger.handles.lock().remove(&id(name));
        connection.map_or(Ok(()), |connection| connection.close().map_err(|(_, error)| error.to_string()))
    }

    /// From now on the write-ahead log stays when the app closes a workspace's database.
    pub fn keep_log(&mut self, name: &str) {
        keep_log(self.ledger.handles.lock().get(&id(name)).unwrap());
    }

    /// What a workspace's database would hold at the newest version of its schema.
    pub fn migrated(&mut self, name: &str) -> content::Digest {
        let (profile, subject) = (self.profile(&self.schema(name)), self.parts.subject.clone());
        let connection = self.machine.connect(&self.database(name)).unwrap();
        rehearse(&connection, |connection| subject.migrate(&profile, connection)).unwrap()
    }

    /// The app starts.
    pub fn start(&mut self, name: &str) -> Result<(), String> {
        self.told(EventKind::AppStarted(id(name)))
    }

    /// The app goes on running; the timer asks whether something is due.
    pub fn tick(&mut self, name: &str) -> Result<(), String> {
        self.told(EventKind::TimePassed(id(name)))
    }

    /// The app closes a workspace's database, and says so.
    pub fn exit(&mut self, name: &str) -> Result<(), String> {
        self.leave(name)?;
        self.told(EventKind::AppClosing(id(name)))
    }

    /// Somebody sets the machine's clock.
    pub fn clock(&mut self, moment: &str) {
        self.machine.clock.set(moment.parse().unwrap());
    }

    /// A safeguard before something destructive, and the permit for it.
    pub fn permit(&mut self, name: &str, act: Act) -> Result<(), String> {
        let conclusion = self.tell(EventKind::AboutToDestroy(id(name), act)).map_err(|error| error.to_string())?;
        let permit = conclusion.permit.filter(|permit| permit.act() == act && *permit.workspace() == id(name));
        permit.map(drop).ok_or_else(|| format!("there is no permit: {:?}", conclusion.failure))
    }

    /// Tells the engine something after which the live databases hold this, and takes its failure for an error.
    pub fn told_changing(&mut self, kind: EventKind, after: Books) -> Result<(), String> {
        let told = self.tell_changing(kind, after).map_err(|error| error.to_string())?;
        told.failure.map_or(Ok(()), |failure| Err(failure.to_string()))
    }

    /// The names of a workspace's snapshots in order, each with the words for its content.
    pub fn shelf(&mut self, name: &str) -> Vec<String> {
        let (live, known) = (self.database(name), self.ledger.known());
        let cards = self.cards_now();
        let of = cards.iter().filter(|card| *card.live == *live);
        let words = |digest| known.get(digest).map_or("unknown", String::as_str);
        let mut shelf: Vec<String> = of
            .map(|card| {
                let file = card.path.file_stem().unwrap_or_default().to_string_lossy();
                format!("{file}: {}", card.content.as_ref().map_or("unreadable", words))
            })
            .collect();
        shelf.sort();
        shelf
    }

    /// An error unless a workspace's snapshots are these, in the words of [`Self::shelf`].
    pub fn expect(&mut self, name: &str, expected: &[&str]) -> Result<(), String> {
        let shelf = self.shelf(name);
        if shelf == expected { Ok(()) } else { Err(format!("the snapshots of {name} are {shelf:#?}")) }
    }

    /// The app at work in a workspace.
    pub fn till(&self, name: &str) -> Till {
        let (workspace, profile) = (id(name), self.profile(&self.schema(name)));
        Till { ledger: self.ledger.clone(), workspace, profile, live: self.database(name) }
    }

    /// The file of a snapshot that lies directly in the folder of all snapshots.
    pub fn slot(name: &str) -> PathBuf {
        Path::new(HOME).join(names::BACKUPS).join(format!("{name}.db"))
    }
}

/// The app at work: it commits, also while the engine is busy.
pub struct Till {
    ledger: Ledger,
    workspace: WorkspaceId,
    profile: SchemaProfile,
    live: PathBuf,
}

impl Till {
    /// One commit.
    pub fn commit(&self) -> rusqlite::Result<()> {
        self.ledger.commit(&self.workspace, &self.profile, &self.live)
    }
}

impl Observer for Till {
    /// Whenever the engine says how far it is, something is sold. Where the engine has the database for itself, the
    /// customer waits.
    fn progress(&self, _what: &str, _done: u64, _total: u64) {
        let _waits_or_sold = self.commit();
    }

    fn cancelled(&self) -> bool {
        false
    }
}
