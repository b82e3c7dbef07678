//! Whether damage is about indexes alone. A table that has lost a row or a page can be read to its end without an error: only
//! SQLite's check of all trees tells of it, in a sentence or by a page that nobody refers to any more.

use std::collections::BTreeSet;

use rusqlite::Connection;

use crate::sqlite::ffi::{self, Of};
use crate::sqlite::trouble::{breaks_only_a_rule, by_the_disk, is_about_the_disk, is_without_content};

/// Sentences that SQLite says at most; behind as many there may be others.
const READ_AT_MOST: usize = 10_000;

/// The first finding of a check that is not about an index, if there is one. Where it cannot be told, it is not. It is the
/// quick check, which looks at every page and reads all rows; the full one would look for them in the damaged indexes.
pub(super) fn beyond_indexes(connection: &Connection) -> rusqlite::Result<Option<String>> {
    let file = File::of(connection)?;
    let mut statement = connection.prepare(&format!("PRAGMA main.quick_check({READ_AT_MOST})"))?;
    let messages: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    // What it says of all trees comes in one row.
    if messages.iter().map(|message| message.lines().count()).sum::<usize>() >= READ_AT_MOST {
        return Ok(Some("more than can be told".to_owned()));
    }
    for message in messages.iter().filter(|message| !is_harmless(message)) {
        if is_about_the_disk(message) {
            return Err(by_the_disk(message.clone()));
        }
        for line in message.lines().filter(|line| !line.starts_with("*** in database main")) {
            if !file.is_about_an_index(connection, line)? {
                return Ok(Some(line.to_owned()));
            }
        }
    }
    Ok(None)
}

/// What the check of the new file judges as it judges every file: rules that rows break.
fn is_harmless(message: &str) -> bool {
    message == "ok" || breaks_only_a_rule(message) || is_without_content(message)
}

/// What is known of a file besides what the check says.
struct File {
    page_size: u64,
    /// Where the trees of its indexes begin.
    indexes: BTreeSet<u32>,
    /// Whether rows lie in pages that look like those of indexes.
    has_tables_like_indexes: bool,
}

impl File {
    fn of(connection: &Connection) -> rusqlite::Result<Self> {
        let mut roots = connection.prepare("SELECT rootpage FROM sqlite_schema WHERE type = 'index'")?;
        let like_indexes = "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND wr";
        Ok(Self {
            page_size: connection.query_row("PRAGMA main.page_size", [], |row| row.get::<_, u32>(0))?.into(),
            indexes: roots.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?,
            has_tables_like_indexes: connection.query_row(like_indexes, [], |row| row.get::<_, u32>(0))? > 0,
        })
    }

    fn is_about_an_index(&self, connection: &Connection, line: &str) -> rusqlite::Result<bool> {
        if is_about_entries(line) {
            return Ok(true);
        }
        // A page with two uses may be a table's.
        if line.contains("2nd reference to page") {
            return Ok(false);
        }
        if let Some(tree) = line.strip_prefix("Tree ") {
            let root = tree.split(' ').next().and_then(|root| root.parse().ok());
            return Ok(root.is_some_and(|root: u32| self.indexes.contains(&root)));
        }
        match page(line) {
            Some(number) if !self.has_tables_like_indexes => self.looks_like_an_index(connection, number),
            _ => Ok(false),
        }
    }

    /// By the kind that the page bears in its first byte (<https://sqlite.org/fileformat2.html#b_tree_pages>).
    fn looks_like_an_index(&self, connection: &Connection, number: u64) -> rusqlite::Result<bool> {
        let Some(before) = number.checked_sub(1) else { return Ok(false) };
        let mut kind = [0];
        ffi::read(connection, Of::Database, before * self.page_size, &mut kind)?;
        Ok(matches!(kind, [2 | 10]))
    }
}

/// Whether a line is about an index that disagrees with its table.
fn is_about_entries(line: &str) -> bool {
    let of_a_row = line.starts_with("row ") || line.starts_with("rowid not at end-of-record for row ");
    let disagrees = [" missing from index ", " values differ from index ", " of index "];
    ["wrong # of entries in index ", "non-unique entry in index "].iter().any(|start| line.starts_with(start))
        || of_a_row && disagrees.iter().any(|said| line.contains(said))
}

/// The page that a line is about which names no tree: nothing refers to it, or its free space is not as it says.
fn page(line: &str) -> Option<u64> {
    let unused = line.strip_prefix("Page ").and_then(|rest| rest.strip_suffix(": never used"));
    let space = ["Fragmentation of ", "Multiple uses for byte "].iter().any(|start| line.starts_with(start));
    unused.or_else(|| line.rsplit_once(" page ").map(|(_, number)| number).filter(|_| space))?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a check says of an empty database whose one index has the tree 3.
    #[track_caller]
    fn check(line: &str, expected: bool) {
        let connection = Connection::open_in_memory().unwrap();
        let file = File { page_size: 4096, indexes: [3].into(), has_tables_like_indexes: true };
        assert_eq!(file.is_about_an_index(&connection, line).unwrap(), expected, "{line}");
    }

    #[test]
    fn only_what_is_surely_about_an_index_is() {
        check("wrong # of entries in index goods_by_name", true);
        check("row 7 missing from index goods_by_name", true);
        check("row 7 values differ from index goods_by_name", true);
        check("rowid not at end-of-record for row 7 of index goods_by_name", true);
        check("non-unique entry in index goods_by_name", true);
        check("Tree 3 page 50: btreeInitPage() returns error code 11", true);
        check("Tree 3 page 50 cell 4: Offset 9 out of range 10..4096", true);
        check("Tree 3 page 50 cell 4: 2nd reference to page 8", false);
        check("Tree 2 page 13: btreeInitPage() returns error code 11", false);
        check("Tree 33 page 13: btreeInitPage() returns error code 11", false);
        check("Freelist: size is 3 but should be 4", false);
        check("Page 7: never used", false);
        check("Fragmentation of 12 bytes reported as 0 on page 7", false);
        check("row order of something new", false);
        check("Something that a later SQLite says", false);
    }

    #[test]
    fn the_page_of_a_line_is_its_last_number() {
        assert_eq!(page("Page 7: never used"), Some(7));
        assert_eq!(page("Fragmentation of 12 bytes reported as 0 on page 9"), Some(9));
        assert_eq!(page("Multiple uses for byte 900 of page 12"), Some(12));
        assert_eq!(page("Page 7: pointer map referenced"), None);
    }
}
