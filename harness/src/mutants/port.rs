//! A file port that does everything as the simulated one does, but for one kind of call, which it does wrongly.

use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use omnicraft_core::model::FileStamp;
use omnicraft_core::names;
use omnicraft_host::ports::filesystem::{Entry, FileSystem, Lock, NewFile, OldFile, Watch};

use crate::crash::Note;
use crate::crash::life::{HOME, Parts};
use crate::sim::filesystem::SimFileSystem;

/// A call that changes the disk or makes something durable; or one before which the disk is tampered with.
#[derive(Clone, Copy)]
pub(super) enum Call<'a> {
    WriteNew(&'a Path, &'a [u8]),
    CopyNew(&'a Path, &'a Path),
    SyncFile(&'a Path),
    SyncFolder(&'a Path),
    Rename(&'a Path, &'a Path),
    Remove(&'a Path),
    CreateFolder(&'a Path),
    /// A file is about to be read in whole, to be verified.
    Digest(&'a Path),
}

/// Does a call wrongly; `None` where it is done as it should be.
pub(super) type Wrongly = fn(&SimFileSystem, &Call<'_>) -> Option<io::Result<()>>;

/// Software whose file port does something wrongly.
pub(super) fn files(mut parts: Parts, wrongly: Wrongly) -> Parts {
    parts.build.files = Arc::new(move |inner| Box::new(Broken { inner, wrongly }));
    parts
}

/// Software whose file port does something wrongly in a recovery that finds a commit point, and at no other time.
pub(super) fn files_of_recovery(mut parts: Parts, wrongly: Wrongly) -> Parts {
    parts.build.files = Arc::new(move |inner| {
        let is_decided = inner.disk().file(&Path::new(HOME).join(names::INTENT)).is_ok();
        if is_decided { Box::new(Broken { inner, wrongly }) } else { Box::new(inner) }
    });
    parts
}

struct Broken {
    inner: SimFileSystem,
    wrongly: Wrongly,
}

impl Broken {
    fn call(&self, call: &Call<'_>, rightly: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        let from = self.inner.disk().position();
        let Some(done) = (self.wrongly)(&self.inner, call) else { return rightly() };
        self.inner.disk().note(Note::Strays(from));
        done
    }
}

impl FileSystem for Broken {
    fn list(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        self.inner.list(folder)
    }

    fn stamp(&self, path: &Path) -> io::Result<Option<FileStamp>> {
        self.inner.stamp(path)
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        self.inner.canonical(path)
    }

    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        self.inner.read(path, limit)
    }

    fn write_new(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        self.call(&Call::WriteNew(path, content), || self.inner.write_new(path, content))
    }

    fn create_new(&self, path: &Path) -> io::Result<Box<dyn NewFile>> {
        let file = self.inner.create_new(path)?;
        let broken = Self { inner: self.inner.clone(), wrongly: self.wrongly };
        Ok(Box::new(BrokenFile { file, path: path.to_owned(), broken }))
    }

    fn clone_live(
        &self,
        live: &Path,
        layer: Option<&str>,
        to: &Path,
        bytes: u64,
    ) -> io::Result<Option<Box<dyn NewFile>>> {
        let Some(file) = self.inner.clone_live(live, layer, to, bytes)? else { return Ok(None) };
        let broken = Self { inner: self.inner.clone(), wrongly: self.wrongly };
        Ok(Some(Box::new(BrokenFile { file, path: to.to_owned(), broken })))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn OldFile>> {
        self.inner.open(path)
    }

    fn copy_new(&self, from: &Path, to: &Path, watch: Watch<'_>) -> io::Result<()> {
        self.call(&Call::CopyNew(from, to), || self.inner.copy_new(from, to, watch))
    }

    fn copy_live(&self, from: &Path, to: &Path, watch: Watch<'_>) -> io::Result<()> {
        self.call(&Call::CopyNew(from, to), || self.inner.copy_live(from, to, watch))
    }

    fn digest(&self, path: &Path, watch: Watch<'_>) -> io::Result<String> {
        self.call(&Call::Digest(path), || Ok(()))?;
        self.inner.digest(path, watch)
    }

    fn sync_file(&self, path: &Path) -> io::Result<()> {
        self.call(&Call::SyncFile(path), || self.inner.sync_file(path))
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        self.call(&Call::SyncFolder(folder), || self.inner.sync_folder(folder))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.call(&Call::Rename(from, to), || self.inner.rename(from, to))
    }

    fn take_mode(&self, like: &Path, file: &Path) -> io::Result<()> {
        self.inner.take_mode(like, file)
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.inner.link(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.call(&Call::Remove(path), || self.inner.remove(path))
    }

    fn create_folder(&self, folder: &Path) -> io::Result<()> {
        self.call(&Call::CreateFolder(folder), || self.inner.create_folder(folder))
    }

    fn free_space(&self, folder: &Path) -> io::Result<u64> {
        self.inner.free_space(folder)
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn Lock>>> {
        self.inner.lock(path)
    }
}

/// A new file; its sync is a call as any other.
struct BrokenFile {
    file: Box<dyn NewFile>,
    path: PathBuf,
    broken: Broken,
}

impl NewFile for BrokenFile {
    fn sync(&mut self) -> io::Result<()> {
        self.broken.call(&Call::SyncFile(&self.path), || self.file.sync())
    }
}

impl Write for BrokenFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Seek for BrokenFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}
