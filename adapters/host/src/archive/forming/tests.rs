//! Whatever its rowids are, a table that is formed in parts on two threads has the file that it has on one.

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::archive::tables;

/// What numbers `n` from 0 to 5,999 as rowids.
const ROWIDS: [&str; 8] = [
    "n",
    "-n",
    "n * n * n",
    "random()",
    "CASE n WHEN 0 THEN 9223372036854775807 ELSE n END",
    "CASE n WHEN 0 THEN -9223372036854775808 WHEN 1 THEN 9223372036854775807 ELSE n END",
    "9223372036854775807 - n",
    "-9223372036854775808 + n * 1000",
];

/// How a table is declared: with a rowid of its own, with a key that is the rowid, with columns that take its names, and
/// without one.
const TABLES: [&str; 5] = [
    "CREATE TABLE a (b)",
    "CREATE TABLE a (id INTEGER PRIMARY KEY, b)",
    "CREATE TABLE a (rowid TEXT, b)",
    "CREATE TABLE a (b, rowid AS (7), _rowid_ AS (8), oid AS (9))",
    "CREATE TABLE a (id INTEGER PRIMARY KEY, b) WITHOUT ROWID",
];

fn database(table: &str, rowids: &str, rows: u64, bytes: u64) -> (TempDir, [Connection; 3]) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let key = if table.contains("id INTEGER") { "id" } else { "_rowid_" };
    let (key, number) = if table.contains("_rowid_") { ("b", "n") } else { (key, rowids) };
    Connection::open(&path)
        .unwrap()
        .execute_batch(&format!(
            "{table}; CREATE TABLE empty (a);
             INSERT INTO a ({key}) WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n < {rows} - 1)
                SELECT {number} FROM c ORDER BY 1;
             UPDATE a SET b = hex(zeroblob({bytes} * ({key} % 7 = 0))) || {key};"
        ))
        .unwrap();
    (folder, [(); 3].map(|()| Connection::open(&path).unwrap()))
}

#[track_caller]
fn check(table: &str, rowids: &str, rows: u64, bytes: u64) {
    let (_folder, [alone, mut two @ ..]) = database(table, rowids, rows, bytes);
    let tables = tables::archived(&alone).unwrap();
    let counted: Vec<_> = tables.iter().map(|table| (table, rows)).collect();
    form(&mut two, &counted, |formed| {
        for (table, _) in &counted {
            let (mut whole, mut parts, mut last) = (Vec::new(), Vec::new(), 0);
            let expected = sheet::write(&alone, table, &mut |block, _| {
                whole.extend_from_slice(block);
                Ok(())
            });
            let sheet = formed.sheet(table, &mut |block, rows| {
                parts.extend_from_slice(block);
                assert!(rows >= last, "{rows} after {last}");
                last = rows;
                Ok(())
            });
            let (expected, Ok(Ok(sheet))) = (expected.ok().unwrap(), sheet) else { panic!("it broke off") };
            assert!(whole == parts, "the file of {} differs", table.name);
            assert_eq!(sheet, expected, "{}", table.name);
        }
    })
    .unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn the_parts_are_the_whole(
        table in prop::sample::select(&TABLES[..]),
        rowids in prop::sample::select(&ROWIDS[..]),
        rows in 1..6000_u64,
        bytes in prop::sample::select(vec![0_u64, 100, 3000]),
    ) {
        check(table, rowids, rows, bytes);
    }
}
