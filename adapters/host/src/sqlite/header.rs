//! A look at a live database that costs one read of 100 bytes: no page is read, no lock taken, no sidecar made.
//!
//! The bytes come through SQLite's own file handle, opened read-only. Closing it through SQLite is what makes the look
//! safe beside connections of this process: SQLite puts off closing a descriptor while others hold locks on the file.

use std::path::Path;

use omnicraft_core::model::LiveState;

use super::{Opener, ffi, open};
use crate::error::{Result, Stop};

/// Judges a live database by its header and the sizes of the file and its write-ahead log. Changes nothing.
///
/// While content waits in a sidecar the main file may be behind it in every respect (a power cut in the middle of a
/// checkpoint leaves page 1 torn, and SQLite mends it from the log), so then any file that is not empty is plausible.
/// An empty one never is: SQLite takes it for a new database and deletes the log.
pub fn look(opener: &Opener, live: &Path, database_size: u64, wal_size: u64) -> Result<LiveState> {
    if !open::present(opener, live) {
        return Ok(LiveState::Missing);
    }
    if database_size == 0 {
        return Ok(LiveState::Damaged("the file is empty (0 bytes)".to_owned()));
    }
    if wal_size > 0 || open::has_content(opener, live, "-journal") {
        return Ok(LiveState::Plausible);
    }
    let failed = |error| Stop::sqlite("look at the database", live, &error);
    let connection = open::glance(opener, live).map_err(failed)?;
    let header = ffi::header(&connection).map_err(failed)?;
    Ok(judge(&header, database_size).map_or(LiveState::Plausible, LiveState::Damaged))
}

/// What is wrong with a header (<https://sqlite.org/fileformat.html#the_database_header>) of a file of this size.
pub(super) fn judge(header: &[u8; 100], size: u64) -> Option<String> {
    if !header.starts_with(b"SQLite format 3\0") {
        return Some("it is not an SQLite database".to_owned());
    }
    let page_size = match u64::from(u16::from_be_bytes([header[16], header[17]])) {
        1 => 65_536,
        bytes => bytes,
    };
    let fractions = [header[21], header[22], header[23]];
    if !(page_size.is_power_of_two() && page_size >= 512) || fractions != [64, 32, 32] || header[19] > 2 {
        return Some("its header is damaged".to_owned());
    }
    let word = |at: usize| u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    let (change_counter, valid_for) = (word(24), word(92));
    // SQLite itself believes the page count only where both agree.
    let pages = if change_counter == valid_for { u64::from(word(28)) } else { 0 };
    let expected = pages.max(1) * page_size;
    let cut_off = size < expected || !size.is_multiple_of(page_size);
    cut_off.then(|| format!("it is cut off: {size} bytes are left of at least {expected}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(page_size: u16, pages: u32, change_counter: u32, valid_for: u32) -> [u8; 100] {
        let mut header = [0; 100];
        header[..16].copy_from_slice(b"SQLite format 3\0");
        header[16..18].copy_from_slice(&page_size.to_be_bytes());
        header[18..24].copy_from_slice(&[1, 1, 0, 64, 32, 32]);
        header[24..28].copy_from_slice(&change_counter.to_be_bytes());
        header[28..32].copy_from_slice(&pages.to_be_bytes());
        header[92..96].copy_from_slice(&valid_for.to_be_bytes());
        header
    }

    #[track_caller]
    fn check(header: &[u8; 100], size: u64, expected: Option<&str>) {
        assert_eq!(judge(header, size).as_deref(), expected);
    }

    #[test]
    fn sizes_are_believed_as_sqlite_believes_them() {
        check(&header(4096, 3, 7, 7), 3 * 4096, None);
        check(&header(4096, 3, 7, 7), 4 * 4096, None);
        check(&header(4096, 3, 7, 7), 3 * 4096 - 1, Some("it is cut off: 12287 bytes are left of at least 12288"));
        // Written by an SQLite from before 2010, which did not keep the count.
        check(&header(4096, 3, 8, 7), 2 * 4096, None);
        check(&header(1, 2, 1, 1), 131_072, None);
        check(&header(1, 2, 1, 1), 131_071, Some("it is cut off: 131071 bytes are left of at least 131072"));
    }

    #[test]
    fn other_files_are_recognised() {
        check(&[b'x'; 100], 100, Some("it is not an SQLite database"));
        check(&header(1000, 1, 1, 1), 4096, Some("its header is damaged"));
        check(&header(256, 1, 1, 1), 4096, Some("its header is damaged"));
    }
}
