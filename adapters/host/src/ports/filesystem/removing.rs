//! Removing large files on Linux. The kernel gives back the room of a removed file in one go, and a commit of the app
//! waits in the file system's journal until that is done: 20 ms for 100 MB on ext4. So where nobody else has the file
//! open and it has no other name, it is cut off piece by piece once its name is gone for good.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use super::{FileSystem as _, OsFileSystem, kernel, remove};

/// Bytes from which on it pays.
const LARGE: u64 = 8 << 20;
/// Bytes that are given back together.
const PIECE: u64 = 4 << 20;
/// Where a file without a name is nobody's, and changes keep their order.
const JOURNALED: [u32; 3] = [kernel::EXT4, kernel::XFS, kernel::BTRFS];

/// Removes a file. A power cut leaves the whole file, or no name of it: the file system gives back what has none. Whatever
/// the file is, opening it drops no lock that this process has on it.
pub(super) fn remove_in_pieces(path: &Path) -> io::Result<()> {
    let is_large = std::fs::symlink_metadata(path).is_ok_and(|file| file.is_file() && file.len() >= LARGE);
    if !is_large || !kernel::lies_on(path, &JOURNALED) {
        return remove(path);
    }
    kernel::apart(|| in_pieces(path), || ()).unwrap_or_else(|| remove(path))
}

fn in_pieces(path: &Path) -> io::Result<()> {
    let file = OpenOptions::new().write(true).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK).open(path);
    remove(path)?;
    OsFileSystem.sync_folder(path.parent().unwrap_or(path))?;
    if let Ok(file) = file
        && is_nobody_elses(&file)
    {
        // Closing the file gives back whatever is left.
        let _ = cut_off(&file);
    }
    Ok(())
}

/// Whether a file has no name any more, and no other descriptor: then nobody can get at its content.
fn is_nobody_elses(file: &File) -> bool {
    file.metadata().is_ok_and(|metadata| metadata.nlink() == 0) && kernel::is_only_descriptor(file)
}

fn cut_off(file: &File) -> io::Result<()> {
    let mut left = file.metadata()?.len();
    while left > 0 {
        left = left.saturating_sub(PIECE);
        file.set_len(left)?;
    }
    Ok(())
}
