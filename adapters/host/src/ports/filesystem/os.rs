//! The port on this machine: what each call asks of the operating system.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use omnicraft_core::model::FileStamp;

use super::{Entry, FileSystem, Lock, NewFile, OldFile, Watch, copying, digest};
#[cfg(target_os = "linux")]
use super::{cloning, kernel, large, removing};

/// The files of this machine. Its own files are 0600 and its folders 0700 where the platform has modes; what exists
/// already keeps the mode that it has.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsFileSystem;

impl FileSystem for OsFileSystem {
    fn list(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        let Some(listing) = found(fs::read_dir(folder))? else { return Ok(Vec::new()) };
        let mut entries = Vec::new();
        for entry in listing {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            // A file may go between the listing and the look at it.
            let Some(metadata) = found(entry.metadata())? else { continue };
            entries.push(Entry { name, stamp: stamp_of(&metadata), is_file: metadata.is_file() });
        }
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    fn stamp(&self, path: &Path) -> io::Result<Option<FileStamp>> {
        Ok(found(fs::metadata(path))?.as_ref().map(stamp_of))
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        fs::canonicalize(path)
    }

    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        let mut content = Vec::new();
        open(path)?.take(limit.saturating_add(1)).read_to_end(&mut content)?;
        if content.len() as u64 > limit {
            return Err(io::Error::new(ErrorKind::InvalidData, format!("it is larger than {limit} bytes")));
        }
        Ok(content)
    }

    fn write_new(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        let file = create_new(path)?;
        whole_or_gone(path, (&file).write_all(content).and_then(|()| file.sync_all()))
    }

    fn create_new(&self, path: &Path) -> io::Result<Box<dyn NewFile>> {
        Ok(Box::new(create_new(path)?))
    }

    #[cfg(target_os = "linux")]
    fn create_large(&self, path: &Path, bytes: u64) -> io::Result<Box<dyn NewFile>> {
        let file = create_new(path)?;
        whole_or_gone(path, large::make_room(&file, bytes))?;
        Ok(Box::new(large::Large::new(file)))
    }

    #[cfg(target_os = "linux")]
    fn clone_live(
        &self,
        live: &Path,
        layer: Option<&str>,
        to: &Path,
        bytes: u64,
    ) -> io::Result<Option<Box<dyn NewFile>>> {
        // SQLite's own; one over it may encrypt or compress what it reads.
        if layer != Some("unix") {
            return Ok(None);
        }
        let clone = cloning::clone_live(live, to, bytes)?;
        // What is laid over it comes in order too.
        Ok(clone.map(|file| Box::new(large::Large::new(file)) as Box<dyn NewFile>))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn OldFile>> {
        Ok(Box::new(open(path)?))
    }

    fn copy_new(&self, from: &Path, to: &Path, watch: Watch<'_>) -> io::Result<()> {
        copying::copy(&open(from)?, to, watch)
    }

    fn copy_and_digest(&self, from: &Path, to: &Path, watch: Watch<'_>) -> io::Result<String> {
        let from = open(from)?;
        if from.metadata()?.len() >= copying::LARGE {
            return copying::copy_and_digest(&from, to, watch);
        }
        copying::copy(&from, to, watch)?;
        self.digest(to, watch)
    }

    fn copy_live(&self, from: &Path, to: &Path, watch: Watch<'_>) -> io::Result<()> {
        #[cfg(target_os = "linux")]
        if let Some(copied) = copying::copy_apart(from, to, watch) {
            return copied;
        }
        let from = open(from)?;
        let copied = copying::copy(&from, to, watch);
        // POSIX drops every lock of the process on a file when any descriptor of it closes.
        std::mem::forget(from);
        copied
    }

    fn digest(&self, path: &Path, watch: Watch<'_>) -> io::Result<String> {
        digest::digest(path, watch)
    }

    fn digest_on_cores(&self, path: &Path, watch: Watch<'_>) -> io::Result<String> {
        digest::digest_on_cores(path, watch)
    }

    fn sync_file(&self, path: &Path) -> io::Result<()> {
        // Windows flushes only through a handle that may write.
        regular(path)?;
        OpenOptions::new().read(true).write(cfg!(windows)).open(path)?.sync_all()
    }

    #[cfg(unix)]
    #[expect(clippy::disallowed_methods, reason = "this is the port")]
    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        match File::open(here(folder))?.sync_all() {
            // Some network and FUSE file systems cannot do this for folders; nothing better can be done there.
            Err(error) if matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => Ok(()),
            result => result,
        }
    }

    #[cfg(not(unix))]
    fn sync_folder(&self, _folder: &Path) -> io::Result<()> {
        Ok(())
    }

    #[expect(clippy::disallowed_methods, reason = "this is the port")]
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn take_mode(&self, like: &Path, file: &Path) -> io::Result<()> {
        let like = fs::metadata(like)?;
        fs::set_permissions(file, like.permissions())?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            // Only a privileged user may give a file away; for all others it is his own already.
            let _ = std::os::unix::fs::chown(file, Some(like.uid()), Some(like.gid()));
        }
        Ok(())
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::hard_link(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        remove(path)
    }

    #[cfg(target_os = "linux")]
    fn remove_in_pieces(&self, path: &Path) -> io::Result<()> {
        removing::remove_in_pieces(path)
    }

    fn create_folder(&self, folder: &Path) -> io::Result<()> {
        if here(folder).is_dir() {
            return Ok(());
        }
        let parent = here(folder.parent().unwrap_or_else(|| Path::new("")));
        self.create_folder(parent)?;
        match make_folder(folder) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
            Err(error) => Err(error),
            Ok(()) => self.sync_folder(parent),
        }
    }

    fn free_space(&self, folder: &Path) -> io::Result<u64> {
        fs4::available_space(here(folder))
    }

    #[cfg(target_os = "linux")]
    fn yielding(&self, work: &mut dyn FnMut()) {
        kernel::last(work);
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn Lock>>> {
        let file = open_lock(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Box::new(HeldLock { _file: file }))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

struct HeldLock {
    _file: File,
}

impl Lock for HeldLock {}

/// Opens the lock file without writing to it, also where the disk is read-only; makes it once.
fn open_lock(path: &Path) -> io::Result<File> {
    use ErrorKind::{AlreadyExists, NotFound, PermissionDenied, ReadOnlyFilesystem};
    let writable = || OpenOptions::new().read(true).write(true).open(path);
    match writable() {
        Err(error) if matches!(error.kind(), PermissionDenied | ReadOnlyFilesystem) => {
            OpenOptions::new().read(true).open(path)
        }
        Err(error) if error.kind() == NotFound => match create_new(path) {
            // Another engine was faster.
            Err(error) if error.kind() == AlreadyExists => writable(),
            result => result,
        },
        result => result,
    }
}

pub(super) fn go_on(watch: Watch<'_>, done: u64) -> io::Result<()> {
    if watch(done) { Ok(()) } else { Err(io::Error::new(ErrorKind::Interrupted, "stopped")) }
}

/// Removes a file that this process has just made and could not finish.
pub(super) fn whole_or_gone<T>(path: &Path, result: io::Result<T>) -> io::Result<T> {
    if result.is_err() {
        // The first error is the one to tell; a file that stays is swept by its name at the next start.
        let _ = remove(path);
    }
    result
}

#[expect(clippy::disallowed_methods, reason = "this is the port")]
pub(super) fn remove(path: &Path) -> io::Result<()> {
    found(fs::remove_file(path)).map(|_| ())
}

/// Opens a regular file for reading; anything else could block for ever.
#[expect(clippy::disallowed_methods, reason = "this is the port")]
pub(super) fn open(path: &Path) -> io::Result<File> {
    regular(path)?;
    File::open(path)
}

fn regular(path: &Path) -> io::Result<()> {
    if fs::metadata(path)?.is_file() {
        return Ok(());
    }
    Err(io::Error::new(ErrorKind::InvalidInput, "it is not a regular file"))
}

pub(super) fn create_new(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// `None` where there is nothing at the path.
fn found<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        result => result.map(Some),
    }
}

/// The current folder has the empty path as a parent, which cannot be opened.
fn here(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() { Path::new(".") } else { folder }
}

fn stamp_of(metadata: &fs::Metadata) -> FileStamp {
    #[cfg(unix)]
    let (inode, device) = {
        use std::os::unix::fs::MetadataExt as _;
        (metadata.ino(), metadata.dev())
    };
    #[cfg(not(unix))]
    let (inode, device) = (0, 0);
    let modified = metadata.modified().map_or(0, nanoseconds);
    FileStamp { size: metadata.len(), modified, inode, device }
}

fn nanoseconds(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_nanos()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, |nanoseconds| -nanoseconds),
    }
}
