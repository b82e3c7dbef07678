//! A live database as it was when a read transaction pinned its write-ahead log: any block of the main file, with the
//! newest pages of the log laid over it.

use std::ops::Range;

use rusqlite::Connection;

use super::Hitch;
use super::log::{Mark, Newest, page_size_of};
use crate::error::Result;
use crate::sqlite::ffi::{self, Of};

/// Bytes that are best read at a time: as much as stays in the processor's cache. Every page size divides it, and so
/// does the place of SQLite's locks.
pub(in crate::sqlite) const BLOCK: usize = 256 << 10;
/// Where SQLite's file locks lie: no page is there, and on Windows reading may fail.
const LOCKS: u64 = 0x4000_0000;

/// A database as it is at a mark.
pub(in crate::sqlite) struct Pinned<'a> {
    source: &'a Connection,
    mark: &'a Mark,
    /// By page.
    newest: Vec<Newest>,
    frame: Vec<u8>,
}

impl<'a> Pinned<'a> {
    /// What a mark pins, once the newest frame of each page is known. `go_on` is asked while the log is read.
    pub(in crate::sqlite) fn new(
        source: &'a Connection,
        mark: &'a Mark,
        go_on: &mut dyn FnMut() -> Result<()>,
    ) -> std::result::Result<Self, Hitch> {
        Ok(Self { source, mark, newest: mark.newest(source, go_on)?, frame: Vec::new() })
    }

    /// Reads a block that begins where a page does. With [`BLOCK`] bytes, where a block does.
    pub(in crate::sqlite) fn read(&mut self, from: u64, into: &mut [u8]) -> std::result::Result<(), Hitch> {
        let size = self.mark.page_size;
        let locks = if from == LOCKS { size } else { 0 };
        into[..locks].fill(0);
        let read = ffi::read(self.source, Of::Database, from + locks as u64, &mut into[locks..]);
        read.map_err(|error| Hitch::Unexpected(format!("the main file cannot be read: {error}")))?;
        for index in self.of_log(from, into.len()) {
            let piece = self.place(from, index);
            into[piece].copy_from_slice(self.mark.content(self.source, self.newest[index], &mut self.frame)?);
        }
        Ok(())
    }

    /// The pieces of a block whose sealed content need not be what the main file holds: its header, the page of SQLite's
    /// locks, and what the log has newer.
    pub(super) fn differing(&self, from: u64, length: usize) -> impl Iterator<Item = Range<usize>> {
        let special = (from == 0 || from == LOCKS).then_some(0..self.mark.page_size);
        let is_special = special.is_some();
        let of_log = self.of_log(from, length).map(move |index| self.place(from, index));
        special.into_iter().chain(of_log.filter(move |piece| piece.start > 0 || !is_special))
    }

    /// Which of the newest frames are of pages in a block.
    fn of_log(&self, from: u64, length: usize) -> Range<usize> {
        let size = self.mark.page_size as u64;
        let up_to = |end: u64| self.newest.partition_point(|(page, _)| u64::from(*page) <= end / size);
        up_to(from)..up_to(from + length as u64)
    }

    /// Where in a block the page of a frame lies.
    fn place(&self, from: u64, index: usize) -> Range<usize> {
        let size = self.mark.page_size;
        let (page, _) = self.newest[index];
        let block = usize::try_from(from / size as u64).unwrap_or(usize::MAX);
        let start = (page as usize - 1 - block) * size;
        start..start + size
    }

    /// The number of pages, by the database's first page: as SQLite believes it (`lockBtree`).
    pub(in crate::sqlite) fn pages(&mut self) -> std::result::Result<u32, Hitch> {
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

    fn pages_of_main_file(&self) -> std::result::Result<u32, Hitch> {
        let size = ffi::size(self.source).map_err(|error| Hitch::Unexpected(error.to_string()))?;
        u32::try_from(size.div_ceil(self.mark.page_size as u64)).map_err(|error| Hitch::Unexpected(error.to_string()))
    }
}
