//! What broken software does instead of the right thing, and which files it does it to.

use std::io::{self, Write as _};
use std::path::Path;

use omnicraft_core::model::Slot;
use omnicraft_core::names;
use omnicraft_host::ports::filesystem::FileSystem as _;

use crate::crash::life::HOME;
use crate::sim::filesystem::SimFileSystem;
use crate::sim::operation::Operation;

pub(super) fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

/// Whether it is a snapshot's final name.
pub(super) fn is_slot(path: &Path) -> bool {
    Slot::parse(name(path)).is_some() && path.starts_with(Path::new(HOME).join(names::BACKUPS))
}

/// Whether a snapshot is copied there before it gets its final name.
pub(super) fn is_before_slot(path: &Path) -> bool {
    temporary_of(path).is_some_and(|target| Slot::parse(target).is_some())
}

/// Whether it is the staged copy of a live database.
pub(super) fn is_copy(path: &Path) -> bool {
    names::is_staged(name(path)) && name(path).ends_with("-copy.db")
}

/// The final name of a temporary file.
pub(super) fn temporary_of(path: &Path) -> Option<&str> {
    if names::is_staged(name(path)) { name(path).split_once("-to-").map(|(_, target)| target) } else { None }
}

/// Whether it is a live database.
pub(super) fn is_live(path: &Path) -> bool {
    path.parent() == Some(Path::new(HOME)) && name(path).ends_with(".db") && !name(path).starts_with('.')
}

/// Whether it is a live database or what SQLite keeps beside it.
pub(super) fn is_live_or_beside(path: &Path) -> bool {
    let main = ["-wal", "-shm", "-journal"].iter().find_map(|suffix| name(path).strip_suffix(suffix));
    is_live(&path.with_file_name(main.unwrap_or_else(|| name(path))))
}

/// Whether it is a database that waits beside a live one.
pub(super) fn is_staged_beside(path: &Path) -> bool {
    names::is_unpublished(name(path)) && !names::is_staged(name(path))
}

/// Whether it is the commit point of a restore.
pub(super) fn is_intent(path: &Path) -> bool {
    Path::new(HOME).join(names::INTENT) == *path
}

/// Whether the commit point is written there first.
pub(super) fn is_before_intent(path: &Path) -> bool {
    temporary_of(path).is_some_and(|target| names::INTENT.ends_with(target))
}

/// Whether it is the list of workspaces.
pub(super) fn is_registry(path: &Path) -> bool {
    Path::new(HOME).join(names::REGISTRY) == *path
}

/// Whether it is the folder of backups, or one in it.
pub(super) fn is_among_backups(folder: &Path) -> bool {
    folder.starts_with(Path::new(HOME).join(names::BACKUPS))
}

/// Done, as far as the caller is told.
#[expect(clippy::unnecessary_wraps, reason = "it is the answer to a call")]
pub(super) const fn told() -> Option<io::Result<()>> {
    Some(Ok(()))
}

/// A new file that is not synced.
pub(super) fn write_unsynced(files: &SimFileSystem, path: &Path, content: &[u8]) -> io::Result<()> {
    files.create_new(path)?.write_all(content)
}

/// A copy that is not synced.
pub(super) fn copy_unsynced(files: &SimFileSystem, from: &Path, to: &Path) -> io::Result<()> {
    write_unsynced(files, to, &content(files, from)?)
}

/// The content of one file goes into another that is there already, and the first one's name goes.
pub(super) fn overwrite(files: &SimFileSystem, from: &Path, to: &Path) -> io::Result<()> {
    write_over(files, to, &content(files, from)?)?;
    files.remove(from)
}

/// A file is written where it lies, and synced.
pub(super) fn write_over(files: &SimFileSystem, to: &Path, content: &[u8]) -> io::Result<()> {
    let disk = files.disk();
    let file = disk.file(to).or_else(|_| disk.create(to))?;
    disk.resize(file, 0)?;
    // As a program does whose buffer is so large.
    for (at, part) in (0..).zip(content.chunks(4096)) {
        disk.write(file, at * 4096, part)?;
    }
    files.sync_file(to)
}

/// The disk cannot write what is pending of a file, says so once, and forgets about it.
pub(super) fn sync_fails(files: &SimFileSystem, path: &Path) -> io::Result<()> {
    files.disk().act(Operation::SyncFailed(files.disk().file(path)?))
}

pub(super) fn content(files: &SimFileSystem, path: &Path) -> io::Result<Vec<u8>> {
    files.read(path, u64::MAX)
}

pub(super) fn parent(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}
