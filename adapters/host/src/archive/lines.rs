//! The short digest of each row, by which the rows that somebody edited are found. It is taken of the row's values in
//! their one canonical form, so that a spreadsheet that only quotes differently has changed nothing.

/// Bytes of a row's digest.
pub const WIDTH: usize = 4;

/// The first bytes of BLAKE3 over a row's cells as [`encode`](super::cell::encode) writes them, the rowid first where
/// the table has it: for each cell its length as 8 bytes, little end first, then its bytes.
pub fn digest<'a>(cells: impl Iterator<Item = &'a [u8]>) -> [u8; WIDTH] {
    let mut hasher = blake3::Hasher::new();
    for cell in cells {
        hasher.update(&(cell.len() as u64).to_le_bytes()).update(cell);
    }
    let [a, b, c, d, ..] = *hasher.finalize().as_bytes();
    [a, b, c, d]
}
