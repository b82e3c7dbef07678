//! What the world may expect from a moment on; written into the disk's log, between the changes.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use omnicraft_core::event::{EventKind, Source};
use omnicraft_core::model::{Level, Slot, SnapshotId};

use crate::content::Digest;

/// All live databases that somebody looks after, and what they hold: one committed version each.
pub type Books = BTreeMap<Arc<Path>, Digest>;

/// Stands for the content of an export that the engine has not said to be done: it may be there or not.
pub const UNPROMISED: u64 = u64::MAX;

/// What is expected from here on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// A database's content that somebody has begun to commit, with words for it.
    Version(Digest, String),
    /// Recovery must lead to one of these, as a whole; what is there if nothing more happens comes first.
    Worlds(Vec<Books>),
    /// The engine begins something.
    Began(String),
    /// From here on contents may be thrown away: each must be on a card before another content takes its place.
    Destroys {
        /// Who does it.
        deed: Deed,
        /// What the databases hold that are changed.
        held: Books,
        /// What each will hold after a restore; nothing for the app's own deeds, after which it just holds something else.
        after: Books,
    },
    /// The engine has said that it is done, and these are its snapshots.
    Ended {
        /// What it was.
        operation: String,
        /// What can be restored now.
        cards: Vec<Card>,
        /// Files at places that a user named (exports), which are complete now: the path and its content's hash.
        exports: Vec<(Arc<Path>, u64)>,
    },
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

    /// The note that comes before it, given what the databases hold now and then; none where nothing is thrown away.
    pub fn note(self, now: &Books, then: &Books) -> Option<Note> {
        let changed = |path: &Arc<Path>| {
            then.get(path)
                .is_some_and(|after| now.get(path).is_some_and(|now| now != after && *now != Digest::UNREADABLE))
        };
        let part = |books: &Books| -> Books {
            books.iter().filter(|(path, _)| changed(path)).map(|(path, digest)| (path.clone(), *digest)).collect()
        };
        let (held, after) = (part(now), part(then));
        (!held.is_empty()).then_some(Note::Destroys { deed: self, held, after })
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
