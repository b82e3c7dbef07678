//! Indexes that are built anew in a staged copy: everything else stays as it was, and what more than indexes is damaged in
//! is no success.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests look at the disk behind the port's back")]
#![allow(clippy::panic, clippy::wildcard_enum_match_arm, reason = "what a test does not expect is a failure")]

mod perform_home;

use std::fs;

use omnicraft_core::effect::Effect;
use omnicraft_core::model::Level;
use omnicraft_core::outcome::{FailureKind, Outcome, Verification, Yield};
use perform_home::{Home, STAGED, shop};
use rusqlite::Connection;

/// Tables of many kinds with indexes of many kinds; of `bare` the second row is gone, so that its rows have gaps.
const TABLES: &str = "
    PRAGMA application_id = 77; PRAGMA user_version = 42;
    CREATE TABLE goods (id INTEGER PRIMARY KEY, name TEXT, price INT, code TEXT UNIQUE);
    WITH n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
        INSERT INTO goods SELECT i, 'thing ' || (i * 7919 % 2000), i % 97, 'c' || i FROM n;
    CREATE INDEX goods_by_name ON goods (name);
    CREATE INDEX dear ON goods (price) WHERE price > 50;
    CREATE UNIQUE INDEX lower_name ON goods (lower(name), id DESC);
    CREATE INDEX goods_by_twice ON goods (price * 2);
    CREATE TABLE bare (a, b); INSERT INTO bare VALUES (1, 'x'), (2, 'y'), (3, x'00ff'); DELETE FROM bare WHERE a = 2;
    CREATE INDEX bare_by_a ON bare (a);
    CREATE TABLE heap (a); INSERT INTO heap VALUES (1), (2), (3); DELETE FROM heap WHERE a = 2;
    CREATE TABLE pairs (a TEXT, b INT, c, PRIMARY KEY (b, a)) WITHOUT ROWID; INSERT INTO pairs VALUES ('x', 1, 'one');
    CREATE INDEX pairs_by_c ON pairs (c);
    CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT, t TEXT); INSERT INTO counted (t) VALUES ('a'), ('b');
    CREATE VIRTUAL TABLE search USING fts5 (body); INSERT INTO search VALUES ('a spoon');
    CREATE VIEW cheap AS SELECT * FROM goods WHERE price < 2;
    CREATE TRIGGER loud AFTER INSERT ON bare BEGIN UPDATE goods SET price = 0; END;";

const EVERYTHING: [&str; 9] = [
    "SELECT * FROM pragma_application_id, pragma_user_version, pragma_auto_vacuum",
    "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name",
    "SELECT rowid, * FROM goods NOT INDEXED",
    "SELECT rowid, * FROM bare NOT INDEXED",
    "SELECT rowid, * FROM heap",
    "SELECT * FROM pairs NOT INDEXED",
    "SELECT * FROM counted",
    "SELECT * FROM sqlite_sequence",
    "SELECT rowid, * FROM search('spoon')",
];

fn everything(home: &Home) -> Vec<String> {
    let connection = Connection::open(home.path(STAGED)).unwrap();
    let mut lines = Vec::new();
    for query in EVERYTHING {
        let mut statement = connection.prepare(query).unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            lines.push(format!("{:?}", (0..columns).map(|at| row.get_ref(at).unwrap()).collect::<Vec<_>>()));
        }
    }
    lines
}

fn staged(more: &str) -> Home {
    staged_in("NONE", more)
}

fn staged_in(auto_vacuum: &str, more: &str) -> Home {
    let home = Home::new();
    let path = home.path(STAGED);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    Connection::open(&path)
        .unwrap()
        .execute_batch(&format!("PRAGMA auto_vacuum = {auto_vacuum}; {TABLES} {more}"))
        .unwrap();
    home
}

/// Changes the last page of some kind of a table or an index.
fn change_page(home: &Home, name: &str, kind: &str, change: impl FnOnce(&mut [u8])) {
    let pages = "SELECT max(pageno) FROM dbstat WHERE pagetype = ?1 AND name = ?2";
    let connection = Connection::open(home.path(STAGED)).unwrap();
    let number: u32 = connection.query_row(pages, [kind, name], |row| row.get(0)).unwrap();
    let (from, to) = ((number as usize - 1) * 4096, number as usize * 4096);
    let mut bytes = home.content(STAGED);
    change(&mut bytes[from..to]);
    home.put(STAGED, bytes);
}

/// Fills its last leaf with garbage, as a bad spot on the disk does.
fn spoil(home: &Home, name: &str) {
    change_page(home, name, "leaf", |page| page.fill(0xA5));
}

/// Has the last page of some kind count one cell less than it holds.
fn lose_a_cell(home: &Home, name: &str, kind: &str) {
    change_page(home, name, kind, |page| page[4] -= 1);
}

fn reindex(home: &Home) -> Outcome {
    let live = home.digest("books.db");
    let outcome = home.run(Effect::Reindex { workspace: shop(), file: STAGED.into() });
    assert_eq!(home.digest("books.db"), live);
    let left: Vec<String> = home.files().into_iter().filter(|name| name.contains("staged") && name != STAGED).collect();
    assert!(left.is_empty(), "{left:?}");
    outcome
}

#[track_caller]
fn found(home: &Home) -> Verification {
    match reindex(home) {
        Outcome::Done(Yield::Verified(found)) => *found,
        other => panic!("{other:?}"),
    }
}

#[test]
fn everything_but_damaged_indexes_stays_as_it_was() {
    let names = [
        "goods_by_name",
        "dear",
        "lower_name",
        "bare_by_a",
        "pairs_by_c",
        "sqlite_autoindex_goods_1",
        "goods_by_twice",
    ];
    let cases = [&names[..0], &names[..1], &names[1..3], &names[5..6], &names[..]];
    for (auto_vacuum, damaged) in cases.into_iter().flat_map(|case| [("NONE", case), ("FULL", case)]) {
        let home = staged_in(auto_vacuum, "");
        let before = everything(&home);
        damaged.iter().for_each(|name| spoil(&home, name));
        let found = found(&home);
        assert_eq!((found.level, found.problems), (Some(Level::Proven), Vec::new()), "{auto_vacuum} {damaged:?}");
        assert_eq!(everything(&home), before, "{auto_vacuum} {damaged:?}");
    }
}

/// A code is changed while the rule that codes are unique, and its index, are told to be none.
#[test]
fn an_index_of_a_rule_that_lags_behind_is_built_anew() {
    const INDEX: &str = "sqlite_autoindex_goods_1";
    let home = staged("");
    let sql = |sql: &str| Connection::open(home.path(STAGED)).unwrap().execute_batch(sql).unwrap();
    let root: u32 = Connection::open(home.path(STAGED))
        .unwrap()
        .query_row("SELECT rootpage FROM sqlite_schema WHERE name = ?1", [INDEX], |row| row.get(0))
        .unwrap();
    sql(&format!(
        "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = '{INDEX}';
         UPDATE sqlite_schema SET sql = replace(sql, ' UNIQUE', '') WHERE name = 'goods'"
    ));
    sql("UPDATE goods SET code = 'new' WHERE id = 7");
    sql(&format!(
        "PRAGMA writable_schema = ON; INSERT INTO sqlite_schema VALUES ('index', '{INDEX}', 'goods', {root}, NULL);
         UPDATE sqlite_schema SET sql = replace(sql, 'code TEXT', 'code TEXT UNIQUE') WHERE name = 'goods'"
    ));
    let check = "SELECT group_concat(integrity_check) FROM pragma_integrity_check";
    let damage: String = Connection::open(home.path(STAGED)).unwrap().query_row(check, [], |row| row.get(0)).unwrap();
    assert_eq!(damage, format!("row 7 missing from index {INDEX}"));
    assert_eq!(found(&home).problems, Vec::<String>::new());
}

/// That nothing else was damaged is what the file must show.
#[track_caller]
fn refused(home: &Home, reason: &str) {
    match reindex(home) {
        Outcome::Failed(failure) => {
            assert_eq!(failure.kind, FailureKind::Damaged, "{failure}");
            assert!(failure.reason.contains(reason), "{failure}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_damaged_table_is_no_matter_of_indexes() {
    let home = staged("");
    spoil(&home, "goods");
    refused(&home, "malformed");
}

/// Once, a table that can be read to its end was taken for whole, and the export lacked a row, or a page full of them; what
/// had told of it was not in the file any more that was checked.
#[test]
fn a_table_that_has_lost_rows_is_no_matter_of_indexes() {
    for kind in ["leaf", "internal"] {
        for more in ["", "DROP TABLE search; DROP TABLE pairs"] {
            let home = staged(more);
            lose_a_cell(&home, "goods", kind);
            refused(&home, "no more than indexes is damaged: Fragmentation of ");
        }
    }
}

/// Where no table has pages like those of an index, a page that nobody refers to any more is seen to be an index's.
#[test]
fn an_index_that_has_lost_a_page_is_built_anew() {
    let damaged = |more: &str| {
        let home = staged(more);
        lose_a_cell(&home, "goods_by_name", "internal");
        home
    };
    assert_eq!(found(&damaged("DROP TABLE search; DROP TABLE pairs")).problems, Vec::<String>::new());
    refused(&damaged(""), "no more than indexes is damaged: ");
}

/// The index alone kept two rows from having one name; it was damaged, and now they have.
#[test]
fn rows_that_break_a_rule_are_refused() {
    let home = staged("DROP INDEX lower_name; UPDATE goods SET name = 'same' WHERE id < 3");
    amend(&home, "'CREATE UNIQUE INDEX goods_by_name ON goods (name)'");
    refused(&home, "UNIQUE constraint failed: goods.name");
}

/// SQLite reads the first statement of such a line and no further, and takes any that begins as the making of something does.
#[test]
fn nothing_is_run_that_only_looks_like_an_index() {
    for statement in
        ["'CREATE INDEX goods_by_name ON goods (name); CREATE TABLE planted (a)'", "'CREATE VIEW planted AS SELECT 1'"]
    {
        let home = staged("");
        amend(&home, statement);
        let outcome = reindex(&home);
        assert!(matches!(outcome, Outcome::Failed(_)), "{statement}: {outcome:?}");
    }
}

fn amend(home: &Home, statement: &str) {
    let connection = Connection::open(home.path(STAGED)).unwrap();
    let update = format!("UPDATE sqlite_schema SET sql = {statement} WHERE name = 'goods_by_name'");
    connection.execute_batch(&format!("PRAGMA writable_schema = ON; {update}")).unwrap();
}

#[test]
fn a_stop_is_a_stop() {
    let mut home = staged("");
    home.stop = true;
    assert_eq!(reindex(&home), Outcome::Cancelled);
}
