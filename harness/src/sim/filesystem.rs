//! The engine's file port on a simulated disk; it mirrors the port of the operating system call by call.

use std::collections::BTreeSet;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use omnicraft_core::model::FileStamp;
use omnicraft_host::ports::filesystem::{Entry, FileSystem, Lock, NewFile, OldFile, Watch};

use super::disk::SimDisk;
use super::operation::{FileId, Force, Operation};

/// Bytes that a machine keeps together in its memory and writes to the disk together.
const PAGE: u64 = 4096;

/// Files of a simulated disk. Locks are held by the machine and end with it.
#[derive(Clone, Debug)]
pub struct SimFileSystem {
    disk: SimDisk,
    locks: Arc<Mutex<BTreeSet<PathBuf>>>,
    free: u64,
    clones: bool,
}

impl SimFileSystem {
    /// The files of a disk, on which so many bytes are free.
    pub fn on(disk: SimDisk, free: u64) -> Self {
        Self { disk, locks: Arc::default(), free, clones: false }
    }

    /// The same where a live database is cloned. A clone that is not synced is as a file that was written.
    pub fn cloning(self) -> Self {
        Self { clones: true, ..self }
    }

    /// The disk that they lie on.
    pub const fn disk(&self) -> &SimDisk {
        &self.disk
    }

    fn write_all(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        let mut file = self.create_new(path)?;
        let written = file.write_all(content).and_then(|()| file.sync());
        if written.is_err() {
            let _ = self.remove(path);
        }
        written
    }
}

impl FileSystem for SimFileSystem {
    fn list(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        let entries = self.disk.list(folder).into_iter().filter_map(|(path, is_file)| {
            let name = path.file_name()?.to_str()?.to_owned();
            Some(Entry { name, stamp: self.disk.stamp(&path)?, is_file })
        });
        Ok(entries.collect())
    }

    fn stamp(&self, path: &Path) -> io::Result<Option<FileStamp>> {
        Ok(self.disk.stamp(path))
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        self.disk.stamp(path).map(|_| path.to_owned()).ok_or_else(|| ErrorKind::NotFound.into())
    }

    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        let content = self.open(path).and_then(|mut file| {
            let mut content = Vec::new();
            (&mut *file).take(limit.saturating_add(1)).read_to_end(&mut content).map(|_| content)
        })?;
        if content.len() as u64 > limit {
            return Err(io::Error::new(ErrorKind::InvalidData, format!("it is larger than {limit} bytes")));
        }
        Ok(content)
    }

    fn write_new(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        self.write_all(path, content)
    }

    fn create_new(&self, path: &Path) -> io::Result<Box<dyn NewFile>> {
        let file = self.disk.create(path)?;
        Ok(Box::new(OpenFile { disk: self.disk.clone(), file, at: 0 }))
    }

    fn clone_live(
        &self,
        live: &Path,
        _layer: Option<&str>,
        to: &Path,
        bytes: u64,
    ) -> io::Result<Option<Box<dyn NewFile>>> {
        if !self.clones {
            return Ok(None);
        }
        let mut source = self.open(live)?.take(bytes);
        let file = self.disk.create(to)?;
        let mut clone = OpenFile { disk: self.disk.clone(), file, at: 0 };
        let grown = |copied| if copied < bytes { self.disk.resize(file, bytes) } else { Ok(()) };
        let cloned = io::copy(&mut source, &mut clone).and_then(grown);
        if cloned.is_err() {
            let _ = self.remove(to);
        }
        cloned.map(|()| Some(Box::new(clone) as Box<dyn NewFile>))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn OldFile>> {
        let file = self.disk.file(path)?;
        Ok(Box::new(OpenFile { disk: self.disk.clone(), file, at: 0 }))
    }

    fn copy_new(&self, from: &Path, to: &Path, watch: Watch<'_>) -> io::Result<()> {
        let mut source = self.open(from)?;
        let mut target = self.create_new(to)?;
        let copied = io::copy(&mut source, &mut target)
            .and_then(|done| if watch(done) { target.sync() } else { Err(ErrorKind::Interrupted.into()) });
        if copied.is_err() {
            let _ = self.remove(to);
        }
        copied
    }

    fn copy_live(&self, from: &Path, to: &Path, watch: Watch<'_>) -> io::Result<()> {
        self.copy_new(from, to, watch)
    }

    fn digest(&self, path: &Path, watch: Watch<'_>) -> io::Result<String> {
        let content = self.disk.read_all(self.disk.file(path)?)?;
        if !watch(content.size()) {
            return Err(ErrorKind::Interrupted.into());
        }
        Ok(blake3::hash(&content.bytes()).to_hex().to_string())
    }

    fn sync_file(&self, path: &Path) -> io::Result<()> {
        self.disk.act(Operation::SyncFile(self.disk.file(path)?, Force::Drive))
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.disk.act(Operation::SyncFolder(folder.into()))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let file = self.disk.file(from)?;
        self.disk.act(Operation::Rename(from.into(), to.into(), file))
    }

    fn take_mode(&self, like: &Path, file: &Path) -> io::Result<()> {
        self.disk.file(like).and_then(|_| self.disk.file(file)).map(drop)
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        let file = self.disk.file(from)?;
        if self.disk.stamp(to).is_some() {
            return Err(ErrorKind::AlreadyExists.into());
        }
        self.disk.act(Operation::Link(to.into(), file))
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        match self.disk.file(path) {
            Ok(file) => self.disk.act(Operation::Unlink(path.into(), file)),
            Err(_) => Ok(()),
        }
    }

    fn create_folder(&self, folder: &Path) -> io::Result<()> {
        if folder.parent().is_none() || self.disk.stamp(folder).is_some() {
            return Ok(());
        }
        let parent = folder.parent().unwrap_or(folder);
        self.create_folder(parent)?;
        self.disk.act(Operation::MakeFolder(folder.into()))?;
        self.sync_folder(parent)
    }

    fn free_space(&self, _folder: &Path) -> io::Result<u64> {
        Ok(self.free)
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn Lock>>> {
        if self.disk.stamp(path).is_none() {
            self.disk.create(path)?;
        }
        let mut locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
        if !locks.insert(path.to_owned()) {
            return Ok(None);
        }
        Ok(Some(Box::new(HeldLock { path: path.to_owned(), locks: self.locks.clone() })))
    }
}

struct HeldLock {
    path: PathBuf,
    locks: Arc<Mutex<BTreeSet<PathBuf>>>,
}

impl Lock for HeldLock {}

impl Drop for HeldLock {
    fn drop(&mut self) {
        self.locks.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.path);
    }
}

/// A file that is read or written piece by piece.
struct OpenFile {
    disk: SimDisk,
    file: FileId,
    at: u64,
}

impl NewFile for OpenFile {
    fn sync(&mut self) -> io::Result<()> {
        self.disk.act(Operation::SyncFile(self.file, Force::Drive))
    }
}

impl OldFile for OpenFile {}

impl Read for OpenFile {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.disk.read(self.file, self.at, into)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Write for OpenFile {
    /// Up to the end of a page: each page of a large write reaches the disk, or does not, for itself.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = usize::try_from(PAGE - self.at % PAGE).unwrap_or(usize::MAX);
        let piece = &bytes[..bytes.len().min(room)];
        if !piece.is_empty() {
            self.disk.write(self.file, self.at, piece)?;
            self.at += piece.len() as u64;
        }
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for OpenFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let (base, offset) = match to {
            SeekFrom::Start(at) => (at, 0),
            SeekFrom::Current(offset) => (self.at, offset),
            SeekFrom::End(offset) => (self.disk.size(self.file), offset),
        };
        self.at = base.checked_add_signed(offset).ok_or(ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}
