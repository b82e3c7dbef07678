//! The fast copy: the main file of a live database in large blocks, with the newest pages of its write-ahead log laid
//! over each block before it is written. No page goes through SQLite's cache, no block is written twice, and the
//! digest of the copy is known when its last byte is written.

use std::io::Write as _;
use std::path::Path;

use rusqlite::Connection;

use super::log::{Mark, Newest, page_size_of};
use super::{Hitch, Report};
use crate::error::Stop;
use crate::ports::filesystem::{FileSystem, NewFile};
use crate::sqlite::ffi::{self, Of};

/// Bytes that are read, patched, hashed and written at a time: as much as stays in the processor's cache. Every page
/// size divides it, and so does the place of SQLite's locks.
const BLOCK: usize = 256 << 10;
/// Where SQLite's file locks lie: no page is there, and on Windows reading may fail.
const LOCKS: u64 = 0x4000_0000;

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
    let newest = mark.newest(source, &mut || report(0, 0))?;
    let mut database = Pinned { source, mark, newest, frame: Vec::new() };
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

/// A database as it is at a mark.
struct Pinned<'a> {
    source: &'a Connection,
    mark: &'a Mark,
    /// By page.
    newest: Vec<Newest>,
    frame: Vec<u8>,
}

impl Pinned<'_> {
    /// Reads a block.
    fn read(&mut self, from: u64, into: &mut [u8]) -> Result<(), Hitch> {
        let size = self.mark.page_size;
        let locks = if from == LOCKS { size } else { 0 };
        into[..locks].fill(0);
        let read = ffi::read(self.source, Of::Database, from + locks as u64, &mut into[locks..]);
        read.map_err(|error| Hitch::Unexpected(format!("the main file cannot be read: {error}")))?;
        let first = from / size as u64 + 1;
        let begin = self.newest.partition_point(|(page, _)| u64::from(*page) < first);
        for index in begin..self.newest.len() {
            let (page, frame) = self.newest[index];
            let Ok(place) = usize::try_from(u64::from(page) - first) else { break };
            let Some(room) = into.chunks_exact_mut(size).nth(place) else { break };
            room.copy_from_slice(self.mark.content(self.source, (page, frame), &mut self.frame)?);
        }
        Ok(())
    }

    /// The number of pages, by the database's first page: as SQLite believes it (`lockBtree`).
    fn pages(&mut self) -> Result<u32, Hitch> {
        if !self.mark.page_size.is_power_of_two() || !(512..=65_536).contains(&self.mark.page_size) {
            return Err(Hitch::Unexpected("its first page is none that we know".to_owned()));
        }
        let mut first = vec![0; self.mark.page_size];
        self.read(0, &mut first)?;
        let is_known = first.starts_with(b"SQLite format 3\0")
            && page_size_of(&first) == self.mark.page_size
            && first[18..20] == [2, 2]
            && first[21..24] == [64, 32, 32];
        if !is_known {
            return Err(Hitch::Unexpected("its first page is none that we know".to_owned()));
        }
        if first[20] != 0 {
            return Err(Hitch::Unexpected(format!("{} bytes of each page are kept for an extension", first[20])));
        }
        let there = if self.mark.pages > 0 { self.mark.pages } else { self.pages_of_main_file()? };
        let told = u32::from_be_bytes([first[28], first[29], first[30], first[31]]);
        let pages = if told > 0 && first[24..28] == first[92..96] { told } else { there };
        if pages > there {
            return Err(Hitch::Unexpected(format!("it is cut off: {there} of {pages} pages are left")));
        }
        Ok(pages)
    }

    fn pages_of_main_file(&self) -> Result<u32, Hitch> {
        let size = ffi::size(self.source).map_err(|error| Hitch::Unexpected(error.to_string()))?;
        u32::try_from(size.div_ceil(self.mark.page_size as u64)).map_err(|error| Hitch::Unexpected(error.to_string()))
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
