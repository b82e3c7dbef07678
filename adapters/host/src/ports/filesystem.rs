//! The engine's own files: snapshots, manifests, the registry, the intent. Small durable operations whose order the
//! plans decide. **Never for a live database that somebody has open**: closing a descriptor of it drops all of this
//! process's SQLite locks on it (fcntl(2), "record locks … released when the process closes any file descriptor").

#[cfg(target_os = "linux")]
mod cloning;
mod copying;
mod digest;
#[cfg(target_os = "linux")]
mod kernel;
#[cfg(target_os = "linux")]
mod large;
mod os;
#[cfg(target_os = "linux")]
mod removing;

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use omnicraft_core::model::FileStamp;

pub use os::OsFileSystem;
use os::{create_new, go_on, open, remove, whole_or_gone};

/// A file or folder in a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name; names that are not UTF-8 are not ours and not listed.
    pub name: String,
    /// How it looks.
    pub stamp: FileStamp,
    /// Whether it is a regular file, neither folder nor link.
    pub is_file: bool,
}

/// Called with the bytes that are read or written so far, of a clone none; `false` stops the work with `ErrorKind::Interrupted`.
pub type Watch<'a> = &'a mut dyn FnMut(u64) -> bool;

/// File operations; none is durable unless it says so.
pub trait FileSystem: Send + Sync {
    /// The entries of a folder; none where there is no folder.
    fn list(&self, folder: &Path) -> io::Result<Vec<Entry>>;

    /// How a file looks without opening it; `None` where there is none. Links are followed.
    fn stamp(&self, path: &Path) -> io::Result<Option<FileStamp>>;

    /// The path of an existing file or folder without links, `.` and `..`.
    fn canonical(&self, path: &Path) -> io::Result<PathBuf>;

    /// A small file in whole; one over `limit` bytes is an error.
    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>>;

    /// A new file (0600) with this content, durable but for its name. Fails where the name is taken.
    fn write_new(&self, path: &Path, content: &[u8]) -> io::Result<()>;

    /// A new, empty file (0600) that is written piece by piece; nothing of it is durable before its `sync`. Fails where
    /// the name is taken.
    fn create_new(&self, path: &Path) -> io::Result<Box<dyn NewFile>>;

    /// As `create_new`, for a file that will have so many bytes, written from its beginning to its end. Where the
    /// platform can, room for them is taken at once, and what is written is on its way to the disk before the sync.
    fn create_large(&self, path: &Path, _bytes: u64) -> io::Result<Box<dyn NewFile>> {
        self.create_new(path)
    }

    /// A new file (0600) that shares on the disk the first `bytes` bytes of a live database, as they are now, until one of
    /// the two is written to; zeros where the database has fewer. Nothing of it is durable before its `sync`. `None`, and no
    /// file, where this is not possible: the file system does not clone, or `layer`, the name of the file layer through
    /// which SQLite reads the database, is none that writes to files as they are read. No lock that this process has on
    /// `live` is dropped. What is written over it comes in order.
    fn clone_live(
        &self,
        _live: &Path,
        _layer: Option<&str>,
        _to: &Path,
        _bytes: u64,
    ) -> io::Result<Option<Box<dyn NewFile>>> {
        Ok(None)
    }

    /// An existing file that is read piece by piece.
    fn open(&self, path: &Path) -> io::Result<Box<dyn OldFile>>;

    /// A new file (0600) with the content of another, durable but for its name; cloned where the file system can.
    fn copy_new(&self, from: &Path, to: &Path, watch: Watch<'_>) -> io::Result<()>;

    /// As `copy_new`; and BLAKE3 of the new file, in hex, as it reads back.
    fn copy_and_digest(&self, from: &Path, to: &Path, watch: Watch<'_>) -> io::Result<String> {
        self.copy_new(from, to, watch)?;
        self.digest(to, watch)
    }

    /// As `copy_new`, for a live database that SQLite itself cannot read any more. No lock that this process has on `from`
    /// is dropped.
    fn copy_live(&self, from: &Path, to: &Path, watch: Watch<'_>) -> io::Result<()>;

    /// BLAKE3 of a file, in hex.
    fn digest(&self, path: &Path, watch: Watch<'_>) -> io::Result<String>;

    /// The same, on two cores where that pays.
    fn digest_on_cores(&self, path: &Path, watch: Watch<'_>) -> io::Result<String> {
        self.digest(path, watch)
    }

    /// Makes a file's content durable.
    fn sync_file(&self, path: &Path) -> io::Result<()>;

    /// Makes the names in a folder durable. Does nothing where the platform cannot (Windows).
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;

    /// Renames atomically, replacing what is there.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Gives a file the mode of another, and its owner where this user may; both stay durable as they are otherwise.
    fn take_mode(&self, like: &Path, file: &Path) -> io::Result<()>;

    /// A second name for a file. Fails where the name is taken or the file system has no links.
    fn link(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file; no error where there is none.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// As `remove`, for a large file that nobody waits for: where the platform can, a commit of the app waits for a small
    /// piece of it at most. Its name may be gone for good afterwards.
    fn remove_in_pieces(&self, path: &Path) -> io::Result<()> {
        self.remove(path)
    }

    /// Makes a folder (0700) and its parents, and their names durable.
    fn create_folder(&self, folder: &Path) -> io::Result<()>;

    /// Bytes that this user can still write to the file system of an existing folder.
    fn free_space(&self, folder: &Path) -> io::Result<u64>;

    /// Does some work that is less urgent than whatever others want of the disk. A hint: where the platform has no word
    /// for it, the work is as urgent as any.
    fn yielding(&self, work: &mut dyn FnMut()) {
        work();
    }

    /// Takes a lock that ends with the process, whatever ends it. `None` where another engine holds it.
    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn Lock>>>;
}

/// Held as long as it lives.
pub trait Lock: Send + Sync {}

/// A file that is being written. Whoever made it removes it when it cannot be finished.
pub trait NewFile: Write + Seek + Send {
    /// Makes its content durable.
    fn sync(&mut self) -> io::Result<()>;
}

/// A file that is being read.
pub trait OldFile: Read + Seek + Send {}

impl NewFile for File {
    fn sync(&mut self) -> io::Result<()> {
        self.sync_all()
    }
}

impl OldFile for File {}
