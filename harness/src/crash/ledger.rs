//! The ledger of a life: which content was ever committed, and what the world may expect now. It writes notes between
//! the disk's changes, so that each power cut can be judged by what had been promised until then.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use omnicraft_core::model::{SchemaProfile, WorkspaceId};

use super::{Books, Note, Subject};
use crate::content::{self, Digest};
use crate::sim::app::Handles;
use crate::sim::disk::SimDisk;
use crate::sim::machine::connect;
use rusqlite::{Connection, ErrorCode, OpenFlags};

/// What was committed, and the app that commits. Clones are the same ledger.
#[derive(Clone)]
pub struct Ledger {
    subject: Arc<dyn Subject>,
    disk: SimDisk,
    vfs: String,
    /// The app's open databases.
    pub handles: Handles,
    now: Arc<Mutex<Now>>,
}

#[derive(Default)]
struct Now {
    books: Books,
    /// What the engine may have made of the live databases: each turn happens as a whole, or not at all.
    turns: Vec<Turn>,
    /// Commits that are under way or have failed: what each database may hold instead.
    doubts: BTreeMap<Arc<Path>, BTreeSet<Digest>>,
    known: BTreeMap<Digest, String>,
    next: i64,
}

/// What becomes of databases; `None` of one that nobody looks after any more.
type Turn = BTreeMap<Arc<Path>, Option<Digest>>;

impl Now {
    /// Everything that recovery may lead to: what is now comes first.
    fn worlds(&self) -> Vec<Books> {
        let mut worlds = vec![self.books.clone()];
        for (path, digest) in self.doubts.iter().flat_map(|(path, all)| all.iter().map(move |digest| (path, digest))) {
            branch(&mut worlds, |world| {
                world.insert(path.clone(), *digest);
            });
        }
        for turn in &self.turns {
            branch(&mut worlds, |world| take(world, turn));
        }
        worlds
    }
}

/// Each world also as it is after a change.
fn branch(worlds: &mut Vec<Books>, change: impl Fn(&mut Books)) {
    for at in 0..worlds.len() {
        let mut changed = worlds[at].clone();
        change(&mut changed);
        if !worlds.contains(&changed) {
            worlds.push(changed);
        }
    }
}

fn take(books: &mut Books, turn: &Turn) {
    for (path, content) in turn {
        match content {
            Some(digest) => books.insert(path.clone(), *digest),
            None => books.remove(path),
        };
    }
}

fn turn(before: &Books, after: &Books) -> Turn {
    let gone = before.keys().filter(|path| !after.contains_key(*path)).map(|path| (path.clone(), None));
    let new = after.iter().filter(|(path, digest)| before.get(*path) != Some(digest));
    gone.chain(new.map(|(path, digest)| (path.clone(), Some(*digest)))).collect()
}

impl Ledger {
    /// An empty ledger.
    pub fn new(subject: Arc<dyn Subject>, disk: SimDisk, vfs: String) -> Self {
        Self { subject, disk, vfs, handles: Handles::default(), now: Arc::default() }
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What all live databases hold.
    pub fn books(&self) -> Books {
        self.now().books.clone()
    }

    /// Somebody has begun to commit this.
    pub fn know(&self, content: Digest, words: impl Into<String>) {
        let words = words.into();
        if self.now().known.insert(content, words.clone()).is_none() {
            self.disk.note(Note::Version(content, words));
        }
    }

    /// All that was ever committed, with words for it.
    pub fn known(&self) -> BTreeMap<Digest, String> {
        self.now().known.clone()
    }

    /// From here on recovery may lead to what is now, or to any of these.
    pub fn perhaps(&self, worlds: impl IntoIterator<Item = Books>) {
        let mut now = self.now();
        now.turns = worlds.into_iter().map(|after| turn(&now.books, &after)).filter(|turn| !turn.is_empty()).collect();
        self.tell(now);
    }

    /// The engine begins something that may lead to these books. What became of the last thing may still be open.
    pub fn begins(&self, after: &Books) {
        let mut now = self.now();
        let turn = turn(&now.books, after);
        now.turns.extend((!turn.is_empty()).then_some(turn));
        self.tell(now);
    }

    /// The engine did what it had begun.
    pub fn happened(&self) {
        let now = self.now();
        let mut books = now.books.clone();
        now.turns.iter().for_each(|turn| take(&mut books, turn));
        drop(now);
        self.settle(books);
    }

    /// From here on the live databases hold this and nothing else, but for commits that failed.
    pub fn settle(&self, books: Books) {
        let mut now = self.now();
        let before = std::mem::replace(&mut now.books, books);
        let Now { books, doubts, turns, .. } = &mut *now;
        doubts.retain(|path, _| books.get(path) == before.get(path));
        turns.clear();
        self.tell(now);
    }

    /// Whether it is not known what became of something that the engine had begun.
    pub fn is_open(&self) -> bool {
        !self.now().turns.is_empty()
    }

    /// What recovery may lead to.
    pub fn worlds(&self) -> Vec<Books> {
        self.now().worlds()
    }

    fn tell(&self, now: MutexGuard<'_, Now>) {
        self.disk.note(Note::Worlds(now.worlds()));
    }

    /// Whether a database may hold this now.
    fn expects(&self, live: &Path, content: Digest) -> bool {
        self.now().worlds().iter().any(|books| books.get(live) == Some(&content))
    }

    fn doubt(&self, live: &Path, after: Digest) {
        let mut now = self.now();
        now.doubts.entry(live.into()).or_default().insert(after);
        self.tell(now);
    }

    /// Nothing of it was written, because somebody else had the database.
    fn undoubt(&self, live: &Path, after: Digest) {
        let mut now = self.now();
        now.doubts.entry(live.into()).or_default().remove(&after);
        self.tell(now);
    }

    fn landed(&self, live: &Path, after: Digest) {
        let mut now = self.now();
        now.doubts.remove(live);
        now.books.insert(live.into(), after);
        self.tell(now);
    }

    /// One commit of the app on a live database; it holds for ever when this returns.
    pub fn commit(&self, workspace: &WorkspaceId, profile: &SchemaProfile, live: &Path) -> rusqlite::Result<()> {
        let number = {
            let mut now = self.now();
            now.next += 1;
            now.next
        };
        let subject = self.subject.clone();
        let words = format!("entry {number} of {workspace}");
        self.change(workspace, live, &words, move |connection| subject.commit(profile, number, connection))
    }

    /// Changes a live database in one transaction, after which it holds for ever. What it will hold is found out on a
    /// copy first, so that a power cut in the middle can be judged.
    pub fn change(
        &self,
        workspace: &WorkspaceId,
        live: &Path,
        words: &str,
        change: impl Fn(&mut Connection) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<()> {
        let mut handles = self.handles.lock();
        let connection = match handles.entry(workspace.clone()) {
            std::collections::btree_map::Entry::Occupied(held) => held.into_mut(),
            std::collections::btree_map::Entry::Vacant(free) => free.insert(open(&self.vfs, live)?),
        };
        // What the harness looks at, the disk does not refuse.
        let (after, now) = self.disk.undisturbed(|| {
            rehearse(connection, &change).and_then(|after| Ok((after, content::digest(connection)?)))
        })?;
        self.know(after, words);
        if !self.expects(live, now) {
            // Somebody works on in what is not his: what was promised is not there, and this commit does not mend that.
            return change(connection);
        }
        self.doubt(live, after);
        let before = self.now().books.get(live).copied();
        let _until_it_is_told = self.commits(connection, live, before)?;
        let changed = change(connection);
        match &changed {
            Ok(()) => self.landed(live, after),
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => self.undoubt(live, after),
            // It may be there when the database is opened again.
            Err(_) => {}
        }
        changed
    }

    /// Notes, where the database has a rollback journal, that the app commits to it until the answer is dropped, and what
    /// it holds before its last commit.
    pub fn commits(
        &self,
        connection: &Connection,
        live: &Path,
        before: Option<Digest>,
    ) -> rusqlite::Result<Option<Committing>> {
        let journal: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
        Ok(before.filter(|_| journal != "wal").map(|before| {
            self.disk.note(Note::Commits(Some((live.into(), before))));
            Committing(self.disk.clone())
        }))
    }
}

/// The app commits to a database with a rollback journal.
pub struct Committing(SimDisk);

impl Drop for Committing {
    fn drop(&mut self) {
        self.0.note(Note::Commits(None));
    }
}

fn open(vfs: &str, live: &Path) -> rusqlite::Result<Connection> {
    let connection = connect(vfs, live, OpenFlags::empty())?;
    durably(&connection)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // Nobody else runs while it waits.
    connection.busy_timeout(Duration::ZERO)?;
    Ok(connection)
}

/// The app commits durably: a sale that was told is not lost with the power. With a rollback journal anything less leaves
/// it to chance whether the last commit stays.
pub fn durably(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "synchronous", "EXTRA")?;
    // On macOS a plain fsync stops in the drive's cache.
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)
}

/// What a database will hold after a change, found out in memory.
pub fn rehearse(
    connection: &Connection,
    change: impl Fn(&mut Connection) -> rusqlite::Result<()>,
) -> rusqlite::Result<Digest> {
    let mut copy = Connection::open_in_memory()?;
    rusqlite::backup::Backup::new(connection, &mut copy)?.run_to_completion(i32::MAX, Duration::ZERO, None)?;
    change(&mut copy)?;
    content::digest(&copy)
}
