//! What can be wrong, as facts: a front end in another language words them itself.

use super::Safety;
use crate::model::SnapshotId;

/// What a person should know about a workspace, or about the home as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Concern {
    /// The live database is not where it should be.
    Missing {
        /// The snapshot to bring it back from.
        best: Option<SnapshotId>,
    },
    /// Rotation is held back, because the live data is doubtful.
    Frozen {
        /// What is doubtful, in a sentence.
        reason: String,
        /// The snapshot to go back to.
        best: Option<SnapshotId>,
    },
    /// Nothing can be restored.
    NoBackup,
    /// The newest backup says little about the present books.
    Old {
        /// Its age in whole days.
        days: i64,
    },
    /// A backup went bad.
    Suspect {
        /// Which.
        snapshot: SnapshotId,
        /// Why it is not trusted, in one line.
        reason: String,
    },
    /// Backups bear a time that has not come yet: the clock was or is wrong.
    FromTheFuture {
        /// How many.
        count: usize,
    },
    /// No backup has been proven in full.
    Unproven,
    /// A backup does not fit on the disk, or the next ones will not.
    LittleSpace {
        /// Bytes that are free.
        free: u64,
        /// Bytes that a backup needs.
        needed: u64,
    },
    /// There is no workspace.
    NothingLookedAfter,
    /// All copies are on this computer (of 3-2-1: not the 2, not the 1).
    OnlyHere,
    /// Nobody can tell how much space is free beside the backups.
    SpaceUnknown,
    /// An operation is under way, or was interrupted.
    UnderWay,
}

impl Concern {
    /// How bad it is.
    pub const fn safety(&self) -> Safety {
        match self {
            Self::Missing { .. } | Self::Frozen { .. } | Self::NoBackup => Safety::Unsafe,
            Self::LittleSpace { free, needed } if *free < *needed => Safety::Unsafe,
            Self::Old { .. }
            | Self::Suspect { .. }
            | Self::FromTheFuture { .. }
            | Self::LittleSpace { .. }
            | Self::NothingLookedAfter
            | Self::SpaceUnknown => Safety::AtRisk,
            Self::Unproven | Self::OnlyHere | Self::UnderWay => Safety::Safe,
        }
    }
}
