//! What the world may expect from a moment on; written into the disk's log, between the changes.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use omnicraft_core::model::{Level, SnapshotId};

use crate::content::Digest;

/// All live databases that somebody looks after, and what they hold: one committed version each.
pub type Books = BTreeMap<Arc<Path>, Digest>;

/// What is expected from here on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// A database's content that somebody has begun to commit, with words for it.
    Version(Digest, String),
    /// Recovery must lead to one of these, as a whole.
    Worlds(Vec<Books>),
    /// The engine begins something.
    Began(String),
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

/// A snapshot as a person counts on it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Card {
    /// Which.
    pub id: SnapshotId,
    /// Where.
    pub path: Arc<Path>,
    /// Of which live database.
    pub live: Arc<Path>,
    /// How well it was verified.
    pub level: Level,
    /// What it holds; `None` for bytes that were kept although nothing can read them.
    pub content: Option<Digest>,
}
