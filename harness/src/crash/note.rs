//! What the world may expect from a moment on; written into the disk's log, between the changes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use omnicraft_core::event::{EventKind, Source};
use omnicraft_core::model::{Level, Slot, SnapshotId};

use super::CatalogAlone;
use crate::content::Digest;

/// All live databases that somebody looks after, and what they hold: one committed version each.
pub type Books = BTreeMap<Arc<Path>, Digest>;

/// Live databases, and the contents of which each may hold one.
pub type Held = BTreeMap<Arc<Path>, BTreeSet<Digest>>;

/// Stands for the content of an export that the engine has not said to be done: it may be there or not.
pub const UNPROMISED: u64 = u64::MAX;

/// What is expected from here on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// A database's content that somebody has begun to commit, with words for it.
    Version(Digest, String),
    /// Recovery must lead to one of these, as a whole; what is there if nothing more happens comes first.
    Worlds(Vec<Books>),
    /// The app begins to commit to a database with a rollback journal, which holds this; or it has ended.
    Commits(Option<(Arc<Path>, Digest)>),
    /// The engine begins something.
    Began {
        /// What.
        operation: String,
        /// Whether it first goes on with something that was interrupted.
        goes_on: bool,
    },
    /// From here on contents may be thrown away: each must be on a card before another content takes its place.
    Destroys {
        /// Who does it.
        deed: Deed,
        /// What the databases may hold that are changed.
        held: Held,
        /// Databases that nothing can read, with numbers for their pages.
        unreadable: BTreeMap<Arc<Path>, u64>,
        /// What each will hold after a restore; nothing for the app's own deeds, after which it just holds something else.
        after: Books,
    },
    /// The engine has said its last word, and these are its snapshots.
    Ended {
        /// Whether its word was an error: what it has found out or was told meanwhile may be recorded or not.
        failed: bool,
        /// What it was.
        operation: String,
        /// What can be restored now.
        cards: Vec<Card>,
        /// Files at places that a user named (exports), which are complete now: the path and its content's hash.
        exports: Vec<(Arc<Path>, u64)>,
        /// So many of the last exits the ring is to keep.
        ring: usize,
        /// What the catalog alone knows now.
        catalog: CatalogAlone,
    },
    /// Software that is broken for a trial has done something else than the shipped one, from this place of the log on.
    Strays(usize),
}

/// Something that throws a database's content away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// A reset or a migration, by the app itself.
    OfTheApp,
    /// A restore of databases.
    Restore,
    /// A restore of a CSV archive.
    RestoreOfCsv,
    /// The way back.
    Undo,
}

impl Deed {
    /// What an event asks for, if that throws away what is live.
    pub const fn of(kind: &EventKind) -> Option<Self> {
        match kind {
            EventKind::RestoreRequested(_, Source::Archive { .. }) => Some(Self::RestoreOfCsv),
            EventKind::RestoreRequested(..) | EventKind::RestoreAllRequested(_) => Some(Self::Restore),
            EventKind::UndoRequested(_) => Some(Self::Undo),
            _ => None,
        }
    }

    /// The note that comes before it, given what the databases hold now and then, and a number for the pages of each;
    /// none where nothing is thrown away.
    pub fn note(self, now: &Books, then: &Books, pages: impl Fn(&Path) -> u64) -> Option<Note> {
        let changed = || now.iter().filter(|(path, now)| then.get(*path).is_some_and(|then| then != *now));
        let (bad, good): (Vec<_>, Vec<_>) = changed().partition(|(_, now)| **now == Digest::UNREADABLE);
        let held: Held = good.into_iter().map(|(path, now)| (path.clone(), BTreeSet::from([*now]))).collect();
        // Of one that is gone there is nothing to keep.
        let unreadable: BTreeMap<Arc<Path>, u64> =
            bad.into_iter().map(|(path, _)| (path.clone(), pages(path))).filter(|(_, pages)| *pages != 0).collect();
        let after = then.iter().filter(|(path, _)| held.contains_key(*path) || unreadable.contains_key(*path));
        let after = after.map(|(path, then)| (path.clone(), *then)).collect();
        (!held.is_empty() || !unreadable.is_empty()).then_some(Note::Destroys { deed: self, held, unreadable, after })
    }
}

/// A snapshot as a person counts on it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Card {
    /// Which.
    pub id: SnapshotId,
    /// Where.
    pub path: Arc<Path>,
    /// Of which live database.
    pub live: Arc<Path>,
    /// The place that it holds.
    pub slot: Slot,
    /// How well it was verified; [`Level::Damaged`] for one that nobody is offered.
    pub level: Level,
    /// Whether somebody has pinned it.
    pub pinned: bool,
    /// What it holds; `None` for bytes that were kept although nothing can read them.
    pub content: Option<Digest>,
    /// A number for its bytes.
    pub bytes: u64,
}

impl Card {
    /// Whether a restore from it is offered.
    pub fn is_good(&self) -> bool {
        self.level > Level::Damaged
    }
}
