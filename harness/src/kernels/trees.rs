//! What a program can see of a folder, as one number. Crash states whose file systems recovered to the same tree are
//! judged once.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// The names, the bytes, and what the engine may know a file by again: its inode and times.
pub(super) fn tree(folder: &Path) -> std::io::Result<blake3::Hash> {
    let mut hasher = blake3::Hasher::new();
    add(folder, &mut hasher)?;
    Ok(hasher.finalize())
}

fn add(folder: &Path, hasher: &mut blake3::Hasher) -> std::io::Result<()> {
    let mut entries = fs::read_dir(folder)?.collect::<std::io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let (path, data) = (entry.path(), entry.metadata()?);
        let facts = format!("{}\0{:o} {} {}", path.display(), data.mode(), data.len(), data.ino());
        hasher.update(facts.as_bytes());
        hasher.update(format!(" {} {}\0", data.mtime(), data.mtime_nsec()).as_bytes());
        if data.is_dir() {
            add(&path, hasher)?;
        } else {
            hasher.update(&fs::read(&path)?);
        }
    }
    Ok(())
}
