//! The short digest of each row, by which the rows that somebody edited are found. It is taken of the row's values in
//! their one canonical form, so that a spreadsheet that only quotes differently has changed nothing.

use std::ops::Range;

use rusqlite::types::ValueRef;

use super::cell;

/// Bytes of a row's digest.
pub const WIDTH: usize = 4;

/// Bytes of a cell's length.
const LENGTH: usize = 8;

/// The first bytes of BLAKE3 over a row's cells as [`encode`](super::cell::encode) writes them, the rowid first where
/// the table has it: for each cell its length as 8 bytes, little end first, then its bytes.
pub fn digest<'a>(cells: impl Iterator<Item = &'a [u8]>) -> [u8; WIDTH] {
    let mut row = Vec::new();
    for cell in cells {
        row.extend(length(cell));
        row.extend_from_slice(cell);
    }
    digest_of(&row)
}

/// The same over cells that [`push`] has put behind their lengths: for short rows, all at once is several times faster
/// than piece by piece.
pub(super) fn digest_of(row: &[u8]) -> [u8; WIDTH] {
    let [a, b, c, d, ..] = *blake3::hash(row).as_bytes();
    [a, b, c, d]
}

/// Appends a value's cell behind its length, and says where the cell is.
pub(super) fn push(value: ValueRef<'_>, text_column: bool, row: &mut Vec<u8>) -> Range<usize> {
    let start = row.len() + LENGTH;
    row.extend([0; LENGTH]);
    cell::encode(value, text_column, row);
    let (before, cell) = row.split_at_mut(start);
    before[start - LENGTH..].copy_from_slice(&length(cell));
    start..row.len()
}

const fn length(cell: &[u8]) -> [u8; LENGTH] {
    (cell.len() as u64).to_le_bytes()
}
