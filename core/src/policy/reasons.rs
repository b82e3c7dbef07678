//! Why a snapshot stays. The reasons of ten thousand snapshots are gathered at once, so a set of them is a single byte.

use std::fmt;

/// Why a snapshot stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Keep {
    /// It holds one of the manual's slots.
    Slot,
    /// It is pinned.
    Pinned,
    /// It is the newest good one of its verification level, or of a higher one.
    NewestOfLevel,
    /// An undo needs it.
    Undo,
    /// It is a safeguard of the last days: what it holds may be nowhere else, however many came after it.
    RecentSafeguard,
    /// It is among the newest of its kind.
    Depth,
    /// Its stamp lies in the future, so it counts for nothing and nothing counts against it.
    FromTheFuture,
    /// It is not trusted, or was set aside: only a person may remove it.
    NotOurs,
}

impl Keep {
    /// All reasons, in their order.
    const ALL: [Self; 8] = [
        Self::Slot,
        Self::Pinned,
        Self::NewestOfLevel,
        Self::Undo,
        Self::RecentSafeguard,
        Self::Depth,
        Self::FromTheFuture,
        Self::NotOurs,
    ];
}

/// A set of reasons.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Reasons(u8);

impl Reasons {
    /// Adds a reason.
    pub const fn insert(&mut self, reason: Keep) {
        self.0 |= 1 << reason as u8;
    }

    /// Whether a reason is among them.
    pub const fn contains(self, reason: Keep) -> bool {
        self.0 & (1 << reason as u8) != 0
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The reasons in their order.
    pub fn iter(self) -> impl Iterator<Item = Keep> {
        Keep::ALL.into_iter().filter(move |reason| self.contains(*reason))
    }
}

impl FromIterator<Keep> for Reasons {
    fn from_iter<I: IntoIterator<Item = Keep>>(all: I) -> Self {
        let mut reasons = Self::default();
        all.into_iter().for_each(|reason| reasons.insert(reason));
        reasons
    }
}

impl fmt::Debug for Reasons {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
