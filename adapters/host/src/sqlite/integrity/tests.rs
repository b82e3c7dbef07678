//! Two cores find what one finds.
#![expect(clippy::disallowed_methods, reason = "nobody has these files open")]

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::ports::clock::SystemClock;
use crate::progress::Unobserved;

/// Every kind of b-tree on small pages: tables with several indexes, unique, partial and on an expression; one without
/// rowids; long rows on pages of their own; free pages; a full-text index; SQLite's own tables.
const BUSINESS: &str = "
    PRAGMA page_size = 512;
    CREATE TABLE goods (id INTEGER PRIMARY KEY, name TEXT NOT NULL COLLATE NOCASE, code TEXT UNIQUE, price INTEGER);
    CREATE INDEX goods_by_name ON goods (name);
    CREATE INDEX goods_by_price ON goods (price DESC, code) WHERE price > 300;
    CREATE TABLE sales (id INTEGER PRIMARY KEY, good INTEGER NOT NULL REFERENCES goods, day TEXT, note BLOB);
    CREATE INDEX sales_by_good ON sales (good, day);
    CREATE INDEX sales_by_month ON sales (substr(day, 1, 7));
    CREATE TABLE stock (shelf TEXT, good INTEGER, amount REAL, PRIMARY KEY (shelf, good)) WITHOUT ROWID;
    CREATE INDEX stock_by_amount ON stock (amount);
    CREATE TABLE old (v TEXT);
    CREATE TABLE bills (number INTEGER PRIMARY KEY AUTOINCREMENT, good INTEGER);
    CREATE VIRTUAL TABLE search USING fts5 (body);
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 120)
    INSERT INTO goods SELECT i, 'Good ' || (i * 7 % 120), 'code ' || i, i * 31 % 700 FROM n;
    INSERT INTO sales SELECT id, id * 13 % 120 + 1, date('2026-01-01', '+' || id || ' days'),
        zeroblob(iif(id % 40 = 0, 1500, 9)) FROM goods;
    INSERT INTO stock SELECT 'shelf ' || (id % 9), id, id / 8.0 FROM goods;
    INSERT INTO old SELECT name || name || name FROM goods;
    INSERT INTO search SELECT name || ' of ' || code FROM goods;
    INSERT INTO bills (good) SELECT id FROM goods;
    ANALYZE;
    DELETE FROM old;";

fn business(folder: &TempDir, setting: &str) -> (PathBuf, Vec<u8>) {
    let file = folder.path().join("a.db");
    let connection = Connection::open(&file).unwrap();
    connection.execute_batch(&format!("PRAGMA {setting}; {BUSINESS}")).unwrap();
    drop(connection);
    let bytes = std::fs::read(&file).unwrap();
    (file, bytes)
}

fn checked(file: &Path, depth: Depth, cores: Cores) -> Verification {
    let (clock, opener, stamp) = (SystemClock::new(), Opener::default(), FileStamp::default());
    let check = Check { opener: &opener, file, depth, profile: None, digest: &|_| Ok("d".to_owned()), stamp, cores };
    check.run(&mut Progress::new(&Unobserved, &clock, String::new())).unwrap()
}

#[test]
fn two_cores_learn_what_one_learns() {
    let folder = TempDir::new().unwrap();
    for depth in [Depth::Sound, Depth::Proven] {
        let (file, _) = business(&folder, "auto_vacuum = NONE");
        let (one, two) = (checked(&file, depth, Cores::One), checked(&file, depth, Cores::Two));
        assert_eq!(one, two);
        assert_eq!((one.problems.len(), one.digest.as_str(), one.facts.rows["goods"]), (0, "d", 120));
        std::fs::remove_file(&file).unwrap();
    }
}

/// A free list that leads to a page of a tree: the tree is in order, the list is too, and a check of single tables sees
/// nothing.
#[test]
fn a_page_with_two_uses_is_found_on_two_cores_too() {
    let folder = TempDir::new().unwrap();
    let (file, bytes) = business(&folder, "auto_vacuum = NONE");
    let connection = Connection::open(&file).unwrap();
    let used = |name: &str| -> u32 {
        let leaf = "SELECT pageno FROM dbstat WHERE name = ?1 AND pagetype = 'leaf' LIMIT 1";
        connection.query_row(leaf, [name], |row| row.get(0)).unwrap()
    };
    let (stock, trunk) = (used("stock_by_amount"), u32::from_be_bytes(bytes[32..36].try_into().unwrap()));
    drop(connection);
    let mut damaged = bytes;
    let first_free = (trunk as usize - 1) * 512 + 8;
    damaged[first_free..first_free + 4].copy_from_slice(&stock.to_be_bytes());
    std::fs::write(&file, &damaged).unwrap();
    let (one, two) = (checked(&file, Depth::Proven, Cores::One), checked(&file, Depth::Proven, Cores::Two));
    assert_eq!((one.level, &one.problems), (None, &two.problems));
    assert!(one.problems.concat().contains("2nd reference to page"), "{:?}", one.problems);
}

/// A name that is no text stopped the listing of the tables, and an empty list left nothing to be checked: a file with a
/// damaged index was told to be proven.
#[test]
fn where_the_tables_cannot_be_listed_the_whole_is_checked() {
    let folder = TempDir::new().unwrap();
    let (file, _) = business(&folder, "auto_vacuum = NONE");
    let connection = Connection::open(&file).unwrap();
    connection
        .execute_batch(
            "PRAGMA writable_schema = ON;
             UPDATE sqlite_schema SET name = CAST(x'ff' AS TEXT), tbl_name = CAST(x'ff' AS TEXT),
                 sql = 'CREATE TABLE ' || CAST(x'22ff22' AS TEXT) || ' (v TEXT)' WHERE name = 'old';
             UPDATE sqlite_schema SET sql = replace(sql, 'price > 300', 'price > 200') WHERE name = 'goods_by_price';",
        )
        .unwrap();
    drop(connection);
    let (one, two) = (checked(&file, Depth::Proven, Cores::One), checked(&file, Depth::Proven, Cores::Two));
    assert!(schema::stored(&open::sealed(&Opener::default(), &file).unwrap()).is_err());
    assert_eq!((one.level, &one.problems), (None, &two.problems));
    assert!(one.problems.concat().contains("missing from index goods_by_price"), "{:?}", one.problems);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Whatever single byte decays: where one core finds damage two do, and where it finds none they find none. The words
    /// may differ, and do between two runs on one core: which rows a damaged index lacks depends on more than the file.
    #[test]
    fn two_cores_find_every_damage_that_one_finds(
        places in prop::collection::vec((any::<prop::sample::Index>(), 1_u8..=255), 8),
        packs in any::<bool>(),
    ) {
        let folder = TempDir::new().unwrap();
        let (file, bytes) = business(&folder, if packs { "auto_vacuum = FULL" } else { "auto_vacuum = NONE" });
        for (place, flip) in places {
            let mut damaged = bytes.clone();
            let at = place.index(bytes.len());
            damaged[at] ^= flip;
            std::fs::write(&file, &damaged).unwrap();
            let (one, two) = (checked(&file, Depth::Proven, Cores::One), checked(&file, Depth::Proven, Cores::Two));
            prop_assert_eq!(one.level, two.level, "byte {}: {:?} and {:?}", at, one.problems, two.problems);
            prop_assert_eq!(one.problems.is_empty(), two.problems.is_empty(), "byte {}", at);
        }
    }
}
