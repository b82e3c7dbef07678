//! The ledger of a life: which content was ever committed, and what the world may expect now. It writes notes between
//! the disk's changes, so that each power cut can be judged by what had been promised until then.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use omnicraft_core::model::{SchemaProfile, WorkspaceId};

use super::{Books, Note, Subject};
use crate::content::{self, Digest};
use crate::sim::app::Handles;
use crate::sim::disk::SimDisk;
use crate::sim::machine::connect;
use rusqlite::{Connection, OpenFlags};

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
    known: BTreeMap<Digest, String>,
    next: i64,
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
        let mut all = vec![self.books()];
        all.extend(worlds);
        all.dedup();
        self.disk.note(Note::Worlds(all));
    }

    /// From here on the live databases hold this and nothing else.
    pub fn settle(&self, books: Books) {
        self.now().books = books.clone();
        self.disk.note(Note::Worlds(vec![books]));
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
        let after = rehearse(connection, &change)?;
        self.know(after, words);
        let mut books = self.books();
        books.insert(live.into(), after);
        self.perhaps([books.clone()]);
        change(connection)?;
        self.settle(books);
        Ok(())
    }
}

/// The app commits durably: a sale that was told is not lost with the power.
fn open(vfs: &str, live: &Path) -> rusqlite::Result<Connection> {
    let connection = connect(vfs, live, OpenFlags::empty())?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(connection)
}

/// What a database will hold after a change, found out in memory.
pub fn rehearse(
    connection: &Connection,
    change: impl Fn(&mut Connection) -> rusqlite::Result<()>,
) -> rusqlite::Result<Digest> {
    let mut copy = Connection::open_in_memory()?;
    rusqlite::backup::Backup::new(connection, &mut copy)?.run_to_completion(
        i32::MAX,
        std::time::Duration::ZERO,
        None,
    )?;
    change(&mut copy)?;
    content::digest(&copy)
}
