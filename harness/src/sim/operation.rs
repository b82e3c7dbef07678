//! One change of a disk, of SQLite's or of the engine's, in the order in which the programs made it.

use std::path::Path;
use std::sync::Arc;

use crate::crash::Note;

/// A file for ever, whatever its names.
pub type FileId = u64;

/// How far a sync goes on a system that knows two kinds of it (macOS); everywhere else both are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Force {
    /// Through the drive's cache, with all that the drive was given before: what Rust's `sync_all` asks for.
    Drive,
    /// Out of the operating system only, into the drive's cache: what SQLite asks for unless it is told otherwise.
    System,
}

/// One change.
#[derive(Clone, Debug)]
pub enum Operation {
    /// A new, empty file gets its first name.
    Create(Arc<Path>, FileId),
    /// A file gets one more name.
    Link(Arc<Path>, FileId),
    /// A file changes its name, in place of whatever had the new one.
    Rename(Arc<Path>, Arc<Path>, FileId),
    /// A name goes.
    Unlink(Arc<Path>, FileId),
    /// A folder.
    MakeFolder(Arc<Path>),
    /// Bytes of a file, from an offset on.
    Write {
        /// Which file.
        file: FileId,
        /// From where on.
        offset: u64,
        /// What.
        bytes: Arc<[u8]>,
        /// When, in ticks of the disk.
        time: i64,
    },
    /// A file is cut off, or grows by zeros.
    Resize {
        /// Which file.
        file: FileId,
        /// Its new size.
        size: u64,
        /// When, in ticks of the disk.
        time: i64,
    },
    /// A file's bytes and size are durable.
    SyncFile(FileId, Force),
    /// A sync of a file failed. What was written before it is then clean in the kernel's eyes and need not ever reach
    /// the disk, whatever a later sync says (fsync(2) on Linux since 4.13 reports such an error once).
    SyncFailed(FileId),
    /// The names in a folder are durable.
    SyncFolder(Arc<Path>),
    /// Nothing on the disk: what the world may expect from here on.
    Note(Arc<Note>),
}

impl Operation {
    /// The folders whose names it changes.
    pub fn folders(&self) -> impl Iterator<Item = &Path> {
        let (first, second) = match self {
            Self::Create(path, _) | Self::Link(path, _) | Self::Unlink(path, _) | Self::MakeFolder(path) => {
                (path.parent(), None)
            }
            Self::Rename(from, to, _) => (to.parent(), from.parent().filter(|from| to.parent() != Some(from))),
            Self::Write { .. }
            | Self::Resize { .. }
            | Self::SyncFile(..)
            | Self::SyncFailed(_)
            | Self::SyncFolder(_)
            | Self::Note(_) => (None, None),
        };
        first.into_iter().chain(second)
    }

    /// The names that it changes.
    pub fn paths(&self) -> impl Iterator<Item = &Arc<Path>> {
        let (first, second) = match self {
            Self::Create(path, _) | Self::Link(path, _) | Self::Unlink(path, _) | Self::MakeFolder(path) => {
                (Some(path), None)
            }
            Self::Rename(from, to, _) => (Some(from), Some(to)),
            Self::Write { .. }
            | Self::Resize { .. }
            | Self::SyncFile(..)
            | Self::SyncFailed(_)
            | Self::SyncFolder(_)
            | Self::Note(_) => (None, None),
        };
        first.into_iter().chain(second)
    }

    /// Whether the order of the two makes a difference: they change the same file, or the same name.
    pub fn conflicts(&self, other: &Self) -> bool {
        let same_file = self.data_of().is_some_and(|file| other.data_of() == Some(file));
        same_file || self.paths().any(|path| other.paths().any(|others| others == path))
    }

    /// The file whose bytes or size it changes.
    pub const fn data_of(&self) -> Option<FileId> {
        match self {
            Self::Write { file, .. } | Self::Resize { file, .. } => Some(*file),
            _ => None,
        }
    }

    /// Whether it changes what lies on the disk.
    pub const fn is_change(&self) -> bool {
        !matches!(self, Self::SyncFile(..) | Self::SyncFailed(_) | Self::SyncFolder(_) | Self::Note(_))
    }
}
