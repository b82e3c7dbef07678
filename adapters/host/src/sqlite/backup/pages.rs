//! The fast copy: the main file of a live database in large blocks, with the newest pages of its write-ahead log laid
//! over each block. No page goes through SQLite's cache, no block is written twice, and the digest of the copy is known
//! when its last byte is written. Where the file system clones, the new file shares what the live file holds, and only
//! what differs from it is written; the digest is still of what SQLite's own handle reads, so a clone that holds
//! anything else is found when it is verified.

use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use omnicraft_core::outcome::Copied;
use rusqlite::Connection;

use super::log::Mark;
use super::pinned::{BLOCK, Pinned};
use super::{Hitch, Report};
use crate::error::Stop;
use crate::ports::filesystem::{FileSystem, NewFile};
use crate::sqlite::ffi;

/// A copy that is written, and not yet durable.
pub(super) struct Written {
    pub(super) file: Box<dyn NewFile>,
    pub(super) digest: String,
    pub(super) way: &'static str,
}

/// Copies what a connection's read transaction has pinned of the database at `live` to the new file `to`, byte for byte
/// as SQLite's backup leaves it when it is sealed to rollback mode. What it does not know it does not copy.
pub(super) fn copy(
    source: &Connection,
    mark: &Mark,
    live: &Path,
    files: &dyn FileSystem,
    to: &Path,
    report: Report<'_>,
) -> Result<Written, Hitch> {
    let mut database = Pinned::new(source, mark, &mut || report(0, 0, 0))?;
    let pages = database.pages()?;
    let bytes = u64::from(pages) * mark.page_size as u64;
    let wrote = |error: io::Error| Hitch::Stop(Stop::io("write the copy", to, &error));
    let mut target = match clone(source, live, files, to, bytes)? {
        Some(file) => Target { file, is_clone: true, written: 0 },
        None => Target { file: files.create_large(to, bytes).map_err(wrote)?, is_clone: false, written: 0 },
    };
    let mut hasher = blake3::Hasher::new();
    let mut block = vec![0; BLOCK];
    let mut from = 0;
    while from < bytes {
        let length = usize::try_from(bytes - from).map_or(BLOCK, |left| left.min(BLOCK));
        let block = &mut block[..length];
        database.read(from, block)?;
        if from == 0 {
            seal(block, pages);
        }
        hasher.update(block);
        target.write(from, block, &database).map_err(wrote)?;
        from += length as u64;
        report(from / mark.page_size as u64, u64::from(pages), target.written)?;
    }
    mark.has_held(source)?;
    Ok(Written { way: target.way(), file: target.file, digest: hasher.finalize().to_hex().to_string() })
}

/// A new file that shares what the main file holds. Every byte of it that differs from the pinned state is of a page
/// that has a newer frame in the log, whenever it is made under the mark (see [`super::log`]).
fn clone(
    source: &Connection,
    live: &Path,
    files: &dyn FileSystem,
    to: &Path,
    bytes: u64,
) -> Result<Option<Box<dyn NewFile>>, Hitch> {
    let cloned = files.clone_live(live, ffi::layer(source).as_deref(), to, bytes);
    let cloned = cloned.map_err(|error| Hitch::Stop(Stop::io("clone the database", to, &error)))?;
    if cloned.is_some() && ffi::has_moved(source).unwrap_or(true) {
        return Err(Hitch::Unexpected("another file has taken its name".to_owned()));
    }
    Ok(cloned)
}

/// Where a copy is written to.
struct Target {
    file: Box<dyn NewFile>,
    /// Whether it shares what the main file holds.
    is_clone: bool,
    /// Bytes.
    written: u64,
}

impl Target {
    const fn way(&self) -> &'static str {
        if self.is_clone { Copied::CLONED } else { Copied::BLOCK_BY_BLOCK }
    }

    /// Writes a block, or only what a clone does not have.
    fn write(&mut self, from: u64, block: &[u8], database: &Pinned<'_>) -> io::Result<()> {
        if !self.is_clone {
            self.written += block.len() as u64;
            return self.file.write_all(block);
        }
        for piece in database.differing(from, block.len()) {
            self.file.seek(SeekFrom::Start(from + piece.start as u64))?;
            self.written += piece.len() as u64;
            self.file.write_all(&block[piece])?;
        }
        Ok(())
    }
}

/// Writes into the header what SQLite writes when a backup of a WAL database into an empty file is switched to
/// `journal_mode=DELETE`: the same content gives the same copy, whichever way it was taken.
fn seal(first: &mut [u8], pages: u32) {
    // Written by the backup and by the switch.
    const CHANGES: [u8; 4] = 2_u32.to_be_bytes();
    // The empty file's, and one more.
    const SCHEMA_COOKIE: [u8; 4] = 1_u32.to_be_bytes();
    first[18..20].copy_from_slice(&[1, 1]);
    first[24..28].copy_from_slice(&CHANGES);
    first[28..32].copy_from_slice(&pages.to_be_bytes());
    first[40..44].copy_from_slice(&SCHEMA_COOKIE);
    first[92..96].copy_from_slice(&CHANGES);
    first[96..100].copy_from_slice(&rusqlite::version_number().to_be_bytes());
}
