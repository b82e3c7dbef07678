//! Whether each page of a file has exactly one use: what `integrity_check` of single tables leaves out (btree.c,
//! `bPartial`), and only a look over all of them at once can tell.

use rusqlite::{Connection, Result};

use crate::sqlite::ffi::{self, Of};

/// In the header: the first trunk of the free list, the largest root page (of a file that can give pages back), whether
/// it gives them back step by step (<https://sqlite.org/fileformat2.html#the_database_header>).
const FIRST_TRUNK: usize = 32;
const LARGEST_ROOT: usize = 52;
const STEP_BY_STEP: usize = 64;
/// Where SQLite's locks lie: the page with this byte is nobody's.
const LOCKS: u64 = 1 << 30;

/// Whether every page belongs to one tree, once, or to the free list, once. `false` also where this is not the way to
/// tell: in a file with maps of its pages, and where the free list leads nowhere.
pub(super) fn has_each_one_use(connection: &Connection) -> Result<bool> {
    let header = ffi::header(connection)?;
    if word(&header, LARGEST_ROOT) != Some(0) || word(&header, STEP_BY_STEP) != Some(0) {
        return Ok(false);
    }
    let of_pragma = |pragma: &str| connection.query_row(&format!("PRAGMA main.{pragma}"), [], |row| row.get(0));
    let (pages, size): (u32, u32) = (of_pragma("page_count")?, of_pragma("page_size")?);
    let mut used = Used(vec![false; pages as usize]);
    let locks = u32::try_from(LOCKS / u64::from(size)).unwrap_or(u32::MAX).saturating_add(1);
    if locks <= pages {
        used.once(locks);
    }
    let mut trees = connection.prepare("SELECT pageno FROM dbstat('main')")?;
    let mut rows = trees.query([])?;
    while let Some(row) = rows.next()? {
        if !used.once(row.get(0)?) {
            return Ok(false);
        }
    }
    let is_free_list_whole = free(connection, word(&header, FIRST_TRUNK), size as usize, &mut used)?;
    Ok(is_free_list_whole && used.0.iter().all(|is_used| *is_used))
}

/// Follows the free list from its first trunk; a page that comes twice ends it.
fn free(connection: &Connection, first: Option<u32>, size: usize, used: &mut Used) -> Result<bool> {
    let mut trunk = vec![0; size];
    let mut next = first;
    while let Some(page) = next.filter(|page| *page > 0) {
        if !used.once(page) {
            return Ok(false);
        }
        ffi::read(connection, Of::Database, u64::from(page - 1) * size as u64, &mut trunk)?;
        let leaves = word(&trunk, 4).unwrap_or_default() as usize;
        for leaf in 0..leaves {
            if !word(&trunk, 8 + 4 * leaf).is_some_and(|leaf| used.once(leaf)) {
                return Ok(false);
            }
        }
        next = word(&trunk, 0);
    }
    Ok(next.is_some())
}

/// Which pages have a use, by their number less one.
struct Used(Vec<bool>);

impl Used {
    /// Notes a use; `false` if the page has one already, or is none.
    fn once(&mut self, page: u32) -> bool {
        let used = (page as usize).checked_sub(1).and_then(|place| self.0.get_mut(place));
        used.is_some_and(|used| !std::mem::replace(used, true))
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map(u32::from_be_bytes)
}
