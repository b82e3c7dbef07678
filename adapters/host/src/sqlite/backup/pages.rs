//! The fast copy: the main file of a live database in large blocks, with the newest pages of its write-ahead log laid
//! over each block before it is written. No page goes through SQLite's cache, no block is written twice, and the
//! digest of the copy is known when its last byte is written.

use std::io::Write as _;
use std::path::Path;

use rusqlite::Connection;

use super::log::Mark;
use super::pinned::{BLOCK, Pinned};
use super::{Hitch, Report};
use crate::error::Stop;
use crate::ports::filesystem::{FileSystem, NewFile};

/// A copy that is written, and not yet durable.
pub(super) struct Written {
    pub(super) file: Box<dyn NewFile>,
    pub(super) digest: String,
}

/// Copies what a connection's read transaction has pinned to the new file `to`, byte for byte as SQLite's backup leaves
/// it when it is sealed to rollback mode. What it does not know it does not copy.
pub(super) fn copy(
    source: &Connection,
    mark: &Mark,
    files: &dyn FileSystem,
    to: &Path,
    report: Report<'_>,
) -> Result<Written, Hitch> {
    let mut database = Pinned::new(source, mark, &mut || report(0, 0))?;
    let pages = database.pages()?;
    let bytes = u64::from(pages) * mark.page_size as u64;
    let wrote = |error: std::io::Error| Hitch::Stop(Stop::io("write the copy", to, &error));
    let mut file = files.create_large(to, bytes).map_err(wrote)?;
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
        file.write_all(block).map_err(wrote)?;
        from += length as u64;
        report(from / mark.page_size as u64, u64::from(pages))?;
    }
    mark.has_held(source)?;
    Ok(Written { file, digest: hasher.finalize().to_hex().to_string() })
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
