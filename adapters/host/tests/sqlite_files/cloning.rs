//! A file system that clones live databases, wherever the tests run: a clone is a copy of the file as it is at that moment,
//! through a descriptor that stays open. Everything else is done by the platform.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use omnicraft_core::model::FileStamp;
use omnicraft_host::ports::filesystem::{Entry, FileSystem, Lock, NewFile, OldFile, OsFileSystem, Watch};

pub(crate) struct Cloning;

impl FileSystem for Cloning {
    fn clone_live(
        &self,
        live: &Path,
        layer: Option<&str>,
        to: &Path,
        bytes: u64,
    ) -> io::Result<Option<Box<dyn NewFile>>> {
        assert_eq!(layer, Some(if cfg!(windows) { "win32" } else { "unix" }), "the layer that SQLite reads through");
        self.copy_live(live, to, &mut |_| true)?;
        let clone = File::options().read(true).write(true).open(to)?;
        clone.set_len(bytes)?;
        Ok(Some(Box::new(clone)))
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        OsFileSystem.list(folder)
    }

    fn stamp(&self, path: &Path) -> io::Result<Option<FileStamp>> {
        OsFileSystem.stamp(path)
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        OsFileSystem.canonical(path)
    }

    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        OsFileSystem.read(path, limit)
    }

    fn write_new(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        OsFileSystem.write_new(path, content)
    }

    fn create_new(&self, path: &Path) -> io::Result<Box<dyn NewFile>> {
        OsFileSystem.create_new(path)
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn OldFile>> {
        OsFileSystem.open(path)
    }

    fn copy_new(&self, from: &Path, to: &Path, watch: Watch<'_>) -> io::Result<()> {
        OsFileSystem.copy_new(from, to, watch)
    }

    fn copy_live(&self, from: &Path, to: &Path, watch: Watch<'_>) -> io::Result<()> {
        OsFileSystem.copy_live(from, to, watch)
    }

    fn digest(&self, path: &Path, watch: Watch<'_>) -> io::Result<String> {
        OsFileSystem.digest(path, watch)
    }

    fn sync_file(&self, path: &Path) -> io::Result<()> {
        OsFileSystem.sync_file(path)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        OsFileSystem.sync_folder(folder)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        OsFileSystem.rename(from, to)
    }

    fn take_mode(&self, like: &Path, file: &Path) -> io::Result<()> {
        OsFileSystem.take_mode(like, file)
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        OsFileSystem.link(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        OsFileSystem.remove(path)
    }

    fn create_folder(&self, folder: &Path) -> io::Result<()> {
        OsFileSystem.create_folder(folder)
    }

    fn free_space(&self, folder: &Path) -> io::Result<u64> {
        OsFileSystem.free_space(folder)
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn Lock>>> {
        OsFileSystem.lock(path)
    }
}
