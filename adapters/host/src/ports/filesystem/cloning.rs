//! Clones on Linux: a new file shares on the disk what another holds, until one of them is written to. Nothing of it is
//! copied. btrfs and xfs can; whatever hinders a clone of a live database is no failure, since it can be copied too.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

use rustix::fs::ioctl_ficlone;

use super::{create_new, kernel, open, remove};

/// Makes an empty file share the content of another.
pub(super) fn cloned(from: &File, new: &File) -> bool {
    ioctl_ficlone(new, from).is_ok()
}

/// A new file with the first bytes of a live database, and zeros where it has fewer; `None`, and no file, where that is
/// not possible. Closing a descriptor of the database drops no lock that this process has on it.
pub(super) fn clone_live(live: &Path, to: &Path, bytes: u64) -> io::Result<Option<File>> {
    if !kernel::lies_on(live, &[kernel::BTRFS, kernel::XFS]) {
        return Ok(None);
    }
    drop(create_new(to)?);
    if let Some(Ok(())) = kernel::apart(|| share(live, to, bytes), || ()) {
        return OpenOptions::new().read(true).write(true).open(to).map(Some);
    }
    remove(to)?;
    Ok(None)
}

fn share(live: &Path, to: &Path, bytes: u64) -> io::Result<()> {
    let (live, new) = (open(live)?, OpenOptions::new().write(true).open(to)?);
    ioctl_ficlone(&new, &live)?;
    new.set_len(bytes)
}
