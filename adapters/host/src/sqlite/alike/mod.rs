//! Which rows of a live database and of a candidate can differ, told from their pages. A snapshot is a copy byte for
//! byte, so most pages of the two are still the same, and what lies in them need not be read as rows.
//!
//! A leaf of a table's tree that both trees have at the same place with the same bytes holds the same rows on both sides,
//! whatever became of the pages around it. What is left are the leaves that only one side has so; their rows are compared
//! as rows. Nothing is trusted that is not known: a live log or a page of another kind, a table of another shape, or so
//! many differences that it would not pay, and all rows are compared.

mod page;
#[cfg(test)]
mod tests;
mod tree;

use rusqlite::Connection;

use super::backup::{BLOCK, Hitch, Mark, Pinned};
use super::ffi::{self, Of};
use super::schema::{Table, TableKind};
use super::sides::{Half, Result, Shared, Trip};
use page::Kind;
use tree::{Leaf, Tree};

/// Ranges of rowids, first and last, in their order.
pub(super) type Ranges = Vec<(i64, i64)>;

/// With more ranges on a side, reading all rows is quicker than looking for them.
const MOST_RANGES: usize = 10_000;

/// The rowids of a table among which alone the rows differ, on each side.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Unlike {
    pub(super) old: Ranges,
    pub(super) new: Ranges,
}

/// What can be asked about two databases, once their pages are compared.
pub(super) struct Pages<'a> {
    live: Image<'a>,
    candidate: Image<'a>,
    /// Of each page that both have, by its number less one.
    kinds: Vec<Kind>,
}

/// Where pages are read.
enum Image<'a> {
    Live(Pinned<'a>, Size),
    Sealed(&'a Connection, Size),
}

/// The size of a page and how many there are.
#[derive(Clone, Copy)]
struct Size {
    page: usize,
    pages: u32,
}

impl<'a> Pages<'a> {
    /// Compares the pages of a live database, whose read transaction `mark` was taken of, with those of a sealed candidate.
    /// `None` where one of them is not as we know databases.
    pub(super) fn of(
        (live, mark): (&'a Connection, &'a Mark),
        candidate: &'a Connection,
        progress: &Shared<'_, '_>,
    ) -> Result<Option<Self>> {
        match compared((live, mark), candidate, progress) {
            Ok(pages) => Ok(Some(pages)),
            Err(Hitch::Unexpected(_)) => Ok(None),
            Err(Hitch::Stop(stop)) => Err(Trip::Stop(stop)),
        }
    }

    /// Where the rows of a table that both have can differ; `None` where pages do not tell, or it would not pay.
    pub(super) fn unlike(&mut self, (old, table): Half<'_, '_>, (new, candidate): Half<'_, '_>) -> Option<Unlike> {
        let is_stored = |table: &Table| table.kind == TableKind::Ordinary && table.has_rowid;
        if table != candidate || !is_stored(table) {
            return None;
        }
        let (ours, theirs) = (stored(old.connection, table)?, stored(new.connection, candidate)?);
        // A column that was added says in the statement what it holds in the rows before it.
        if ours.1 != theirs.1 {
            return None;
        }
        let of_live = Tree::new(&mut self.live, &self.kinds).leaves(ours.0).ok()?;
        let of_candidate = Tree::new(&mut self.candidate, &self.kinds).leaves(theirs.0).ok()?;
        let (in_live, in_candidate) = (alike(&of_live), alike(&of_candidate));
        let old = self.live.ranges(&of_live, &in_candidate)?;
        let new = self.candidate.ranges(&of_candidate, &in_live)?;
        Some(Unlike { old, new })
    }
}

/// Which pages lie where, and the statement that made the table.
fn stored(connection: &Connection, table: &Table) -> Option<(u32, String)> {
    let sql = "SELECT rootpage, sql FROM main.sqlite_schema WHERE type = 'table' AND name = ?1";
    connection.query_row(sql, [&table.name], |row| Ok((row.get(0)?, row.get(1)?))).ok()
}

/// The leaves that are the same on both sides wherever the other's tree has them too, in order.
fn alike(leaves: &[Leaf]) -> Vec<u32> {
    let mut pages: Vec<u32> = leaves.iter().filter(|leaf| leaf.is_alike).map(|leaf| leaf.page).collect();
    pages.sort_unstable();
    pages
}

fn compared<'a>(
    (live, mark): (&'a Connection, &'a Mark),
    candidate: &'a Connection,
    progress: &Shared<'_, '_>,
) -> std::result::Result<Pages<'a>, Hitch> {
    let mut report = |done, total| progress.borrow_mut().at(done, total);
    let mut pinned = Pinned::new(live, mark, &mut || report(0, 0))?;
    let size = Size { page: mark.page_size, pages: pinned.pages()? };
    let (of_candidate, encoding) = sealed_size(candidate)?;
    let mut first = vec![0; size.page];
    pinned.read(0, &mut first)?;
    if of_candidate.page != size.page || first.get(56..60) != Some(&encoding[..]) {
        return Err(Hitch::Unexpected("their pages are of another kind".to_owned()));
    }
    let mut live_image = Image::Live(pinned, size);
    let mut candidate = Image::Sealed(candidate, of_candidate);
    let kinds = kinds(&mut live_image, &mut candidate, &mut report)?;
    mark.has_held(live)?;
    Ok(Pages { live: live_image, candidate, kinds })
}

/// The size of a sealed database's pages, how many there are, and the encoding of its text.
fn sealed_size(sealed: &Connection) -> std::result::Result<(Size, [u8; 4]), Hitch> {
    let unreadable = |error: rusqlite::Error| Hitch::Unexpected(error.to_string());
    let header = ffi::header(sealed).map_err(unreadable)?;
    let page = match u16::from_be_bytes([header[16], header[17]]) {
        1 => 65_536,
        bytes => usize::from(bytes),
    };
    // Of a file in WAL mode the log would count too.
    if !page.is_power_of_two() || page < 512 || header[18..21] != [1, 1, 0] {
        return Err(Hitch::Unexpected("the candidate is no sealed database".to_owned()));
    }
    let bytes = ffi::size(sealed).map_err(unreadable)?;
    let pages = u32::try_from(bytes / page as u64).map_err(|error| Hitch::Unexpected(error.to_string()))?;
    Ok((Size { page, pages }, [header[56], header[57], header[58], header[59]]))
}

/// Reads both, and says of each page that both have whether it is the same, and what it is.
fn kinds(
    live: &mut Image<'_>,
    candidate: &mut Image<'_>,
    report: &mut dyn FnMut(u64, u64) -> crate::error::Result<()>,
) -> std::result::Result<Vec<Kind>, Hitch> {
    let Size { page, pages } = live.size();
    let pages = pages.min(candidate.size().pages);
    let bytes = u64::from(pages) * page as u64;
    let (mut ours, mut theirs) = (vec![0; BLOCK], vec![0; BLOCK]);
    let mut kinds = Vec::with_capacity(pages as usize);
    let mut from = 0;
    while from < bytes {
        let length = usize::try_from(bytes - from).map_or(BLOCK, |left| left.min(BLOCK));
        let (ours, theirs) = (&mut ours[..length], &mut theirs[..length]);
        live.read(from, ours)?;
        candidate.read(from, theirs)?;
        let both = ours.chunks_exact(page).zip(theirs.chunks_exact(page));
        kinds.extend(both.map(|(ours, theirs)| if ours == theirs { page::kind(ours) } else { Kind::Unlike }));
        from += length as u64;
        report(from / page as u64, u64::from(pages))?;
    }
    Ok(kinds)
}

impl Image<'_> {
    const fn size(&self) -> Size {
        match self {
            Self::Live(_, size) | Self::Sealed(_, size) => *size,
        }
    }

    /// Reads whole pages; `from` is where a page begins.
    fn read(&mut self, from: u64, into: &mut [u8]) -> std::result::Result<(), Hitch> {
        match self {
            Self::Live(pinned, _) => pinned.read(from, into),
            Self::Sealed(connection, _) => ffi::read(connection, Of::Database, from, into)
                .map_err(|error| Hitch::Unexpected(format!("the candidate cannot be read: {error}"))),
        }
    }

    /// The rowids of the leaves that the other side has not: each range as long as its leaves follow each other.
    fn ranges(&mut self, leaves: &[Leaf], of_other: &[u32]) -> Option<Ranges> {
        let mut ranges = Ranges::new();
        let (mut unlike, mut follows) = (0, false);
        for leaf in leaves {
            if leaf.is_alike && of_other.binary_search(&leaf.page).is_ok() {
                follows = false;
                continue;
            }
            unlike += 1;
            let Some((first, last)) = tree::rowids(self, leaf.page).ok()? else { continue };
            let end = ranges.last().map(|(_, last)| *last);
            if first > last || end.is_some_and(|end| end >= first) {
                return None;
            }
            match ranges.last_mut() {
                Some(range) if follows => range.1 = last,
                _ => ranges.push((first, last)),
            }
            follows = true;
        }
        (unlike * 2 <= leaves.len() && ranges.len() <= MOST_RANGES).then_some(ranges)
    }
}
