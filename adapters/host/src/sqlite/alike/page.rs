//! One page of a database as the file format describes it (<https://sqlite.org/fileformat2.html#b_tree_pages>): what
//! kind it is, and what a page of a table's tree points to. Whatever does not fit is `None`, never a guess.

/// A page that both databases have, by what is known of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Its bytes differ.
    Unlike,
    /// The same bytes, which are a leaf of a table if a table's tree leads there, with all of its rows.
    Leaf,
    /// The same, but a row of it goes on in other pages.
    Spilling,
    /// The same bytes, of something else.
    Other,
}

const INTERIOR: u8 = 5;
const LEAF: u8 = 13;
/// Bytes before the places of the cells, in a leaf and in an interior page.
const LEAF_HEADER: usize = 8;
const INTERIOR_HEADER: usize = 12;

/// What a page is that is the same on both sides.
pub(super) fn kind(page: &[u8]) -> Kind {
    if page.first() != Some(&LEAF) {
        return Kind::Other;
    }
    match cells(page) {
        Some(cells) if cells.iter().all(|cell| cell.rest.is_none()) => Kind::Leaf,
        _ => Kind::Spilling,
    }
}

/// Whether it is a leaf of a table.
pub(super) fn is_leaf(page: &[u8]) -> bool {
    page.first() == Some(&LEAF)
}

/// A row in a leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) rowid: i64,
    /// The page where the row goes on, and how many pages that takes.
    pub(super) rest: Option<(u32, u64)>,
}

/// The rows of a leaf, in the order of their rowids.
pub(super) fn cells(leaf: &[u8]) -> Option<Vec<Cell>> {
    places(leaf, LEAF_HEADER)?.map(|at| cell(leaf, at?)).collect()
}

/// The children of an interior page, in the order of their rows; `None` if it is none.
pub(super) fn children(page: &[u8]) -> Option<Vec<u32>> {
    if page.first() != Some(&INTERIOR) {
        return None;
    }
    let mut children: Vec<u32> = places(page, INTERIOR_HEADER)?.map(|at| word(page, at?)).collect::<Option<_>>()?;
    children.push(word(page, 8)?);
    Some(children)
}

/// The page that follows an overflow page.
pub(super) fn next(overflow: &[u8]) -> Option<u32> {
    word(overflow, 0)
}

/// Where the cells of a page begin.
fn places(page: &[u8], header: usize) -> Option<impl Iterator<Item = Option<usize>>> {
    let count = usize::from(half(page, 3)?);
    Some((0..count).map(move |number| half(page, header + 2 * number).map(usize::from)))
}

fn cell(leaf: &[u8], at: usize) -> Option<Cell> {
    let (payload, at) = varint(leaf, at)?;
    let (rowid, at) = varint(leaf, at)?;
    let usable = leaf.len() as u64;
    let most = usable - 35;
    if payload <= most {
        return Some(Cell { rowid: rowid.cast_signed(), rest: None });
    }
    let least = (usable - 12) * 32 / 255 - 23;
    let wanted = least + (payload - least) % (usable - 4);
    let here = if wanted <= most { wanted } else { least };
    let first = word(leaf, at.checked_add(usize::try_from(here).ok()?)?)?;
    Some(Cell { rowid: rowid.cast_signed(), rest: Some((first, (payload - here).div_ceil(usable - 4))) })
}

/// A number of one to nine bytes, and where it ends.
fn varint(page: &[u8], at: usize) -> Option<(u64, usize)> {
    let mut number = 0;
    for place in 0..8 {
        let byte = *page.get(at + place)?;
        number = number << 7 | u64::from(byte & 0x7f);
        if byte < 0x80 {
            return Some((number, at + place + 1));
        }
    }
    Some((number << 8 | u64::from(*page.get(at + 8)?), at + 9))
}

fn half(page: &[u8], at: usize) -> Option<u16> {
    page.get(at..at + 2).and_then(|bytes| bytes.try_into().ok()).map(u16::from_be_bytes)
}

fn word(page: &[u8], at: usize) -> Option<u32> {
    page.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map(u32::from_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_sqlite_writes_them() {
        let check = |bytes: &[u8], expected| assert_eq!(varint(bytes, 0), expected, "{bytes:?}");
        check(&[5], Some((5, 1)));
        check(&[0x81, 0], Some((128, 2)));
        check(&[0xff; 9], Some((u64::MAX, 9)));
        check(&[0x80], None);
    }

    #[test]
    fn a_page_of_garbage_is_never_a_leaf_to_rely_on() {
        for first in [LEAF, INTERIOR, 0, 2, 10] {
            let mut page = vec![0xff; 512];
            page[0] = first;
            assert_ne!(kind(&page), Kind::Leaf);
            assert_eq!(children(&page), None);
        }
    }
}
