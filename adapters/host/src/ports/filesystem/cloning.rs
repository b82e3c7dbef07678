//! Clones on Linux: a new file shares on the disk what another holds, until one of them is written to. Nothing is copied,
//! so a clone of any size takes milliseconds. btrfs and xfs can; others say no, and are none the worse for being asked.
//!
//! A clone of a live database needs a descriptor of it. It stays open as long as the process lives, one for each file:
//! closing it would drop every lock that the app's own connections in this process have on it. The price: when a restore
//! puts another file in its place, what only the old file held is free again when the process ends.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use rustix::fs::{FsWord, ioctl_ficlone, statfs};

use super::{create_new, open, whole_or_gone};

/// File systems that clone, by the numbers of `statfs(2)`: asked before a descriptor is opened for good.
const CLONING: [FsWord; 2] = [0x9123_683e, 0x5846_5342];

/// By device and inode.
static KEPT: Mutex<BTreeMap<(u64, u64), File>> = Mutex::new(BTreeMap::new());

/// Makes an empty file share the content of another.
pub(super) fn cloned(from: &File, new: &File) -> bool {
    ioctl_ficlone(new, from).is_ok()
}

/// A new file with the first bytes of a live database, and zeros where it has fewer; `None`, and no file, where the file
/// system does not clone.
pub(super) fn clone_live(live: &Path, to: &Path, bytes: u64) -> io::Result<Option<File>> {
    if !CLONING.contains(&statfs(live)?.f_type) {
        return Ok(None);
    }
    let new = create_new(to)?;
    let is_cloned = kept(live, &|live| cloned(live, &new));
    let sized = is_cloned.and_then(|is_cloned| if is_cloned { new.set_len(bytes).map(|()| true) } else { Ok(false) });
    if whole_or_gone(to, sized)? {
        return Ok(Some(new));
    }
    drop(new);
    super::remove(to)?;
    Ok(None)
}

/// Uses the descriptor of a live database that this process keeps.
fn kept<T>(path: &Path, work: &dyn Fn(&File) -> T) -> io::Result<T> {
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let of = |metadata: &std::fs::Metadata| (metadata.dev(), metadata.ino());
    let named = of(&std::fs::metadata(path)?);
    if let Some(file) = kept.get(&named) {
        return Ok(work(file));
    }
    let file = open(path)?;
    let worked = work(&file);
    match file.metadata().map(|metadata| of(&metadata)) {
        Ok(opened) if !kept.contains_key(&opened) => drop(kept.insert(opened, file)),
        // Another file has got the name meanwhile, of which there is a descriptor.
        _ => std::mem::forget(file),
    }
    Ok(worked)
}
