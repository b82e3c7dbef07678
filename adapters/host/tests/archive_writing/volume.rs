//! Much of everything: rows beyond a spreadsheet, bytes beyond belief.

use crate::support::archive;

fn rows(count: u32, value: &str) -> String {
    format!(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a); WITH n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n \
         LIMIT {count}) INSERT INTO t SELECT i, {value} FROM n"
    )
}

/// Zeros shrink a thousandfold, as in an attack by compression; such a file is written again as it is.
#[test]
fn what_shrinks_beyond_belief_is_stored() {
    let archive = archive(&rows(3, "zeroblob(400000)"));
    let stored: Vec<_> = archive.members().into_iter().map(|(name, _, stored)| (name, stored)).collect();
    assert_eq!(stored[1], ("0001_t.csv".to_owned(), true));
    let csv = archive.member("0001_t.csv");
    assert_eq!(csv.len(), 3 + "id,a\r\n".len() + 3 * ("1,x''\r\n".len() + 800_000));
    assert_eq!(archive.table("t").digest, blake3::hash(&csv).to_hex().to_string());
    // Nothing of the first try is left.
    assert!(std::fs::metadata(archive.path()).unwrap().len() < csv.len() as u64 + 10_000);
}

#[test]
fn what_is_small_is_compressed_however_well() {
    let archive = archive(&rows(1, "zeroblob(400000)"));
    assert!(!archive.members()[1].2);
}

#[test]
fn more_rows_than_a_spreadsheet_holds_have_no_digests() {
    let archive = archive(&rows(1_048_576, "i"));
    let table = archive.table("t");
    assert_eq!((table.lines, table.rows), (None, 1_048_576));
    assert_eq!(archive.names(), ["README.txt", "0001_t.csv", "manifest.json"]);
}

#[test]
fn a_value_larger_than_any_buffer_is_whole() {
    let archive = archive(&rows(2, "hex(randomblob(1000000))"));
    let csv = archive.csv("t");
    let lengths: Vec<_> = csv.lines().map(str::len).collect();
    assert_eq!(lengths, [4, 2_000_002, 2_000_002]);
}
