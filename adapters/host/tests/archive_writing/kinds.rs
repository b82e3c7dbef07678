//! Every kind of table, with its rowids, its order and its columns.

use expect_test::{Expect, expect};

use crate::support::{archive, refusal};

#[track_caller]
fn check(sql: &str, table: &str, expected: &Expect) {
    expected.assert_eq(&archive(sql).csv(table));
}

#[test]
fn a_hidden_rowid_is_the_first_column() {
    check(
        "CREATE TABLE t (a); INSERT INTO t (rowid, a) VALUES (30, 'c'), (-1, 'a'), (7, 'b')",
        "t",
        &expect![[r#"
            rowid,a
            -1,a
            7,b
            30,c
        "#]],
    );
    check(
        "CREATE TABLE t (RowId TEXT, a); INSERT INTO t (_rowid_, RowId, a) VALUES (3, 'x', 'y')",
        "t",
        &expect![[r#"
        _rowid_,RowId,a
        3,x,y
    "#]],
    );
    check(
        "CREATE TABLE t (rowid, _rowid_); INSERT INTO t (oid, rowid, _rowid_) VALUES (3, 1, 2)",
        "t",
        &expect![[r#"
        oid,rowid,_rowid_
        3,1,2
    "#]],
    );
    check(
        "CREATE TABLE t (rowid, _rowid_, oid); INSERT INTO t VALUES (3, 1, 2), (1, 1, 1)",
        "t",
        &expect![[r#"
        rowid,_rowid_,oid
        3,1,2
        1,1,1
    "#]],
    );
}

#[test]
fn a_key_that_is_the_rowid_is_not_written_twice() {
    check(
        "CREATE TABLE t (a, id INTEGER PRIMARY KEY); INSERT INTO t VALUES ('b', 9), ('a', 2)",
        "t",
        &expect![[r#"
        a,id
        a,2
        b,9
    "#]],
    );
    check(
        "CREATE TABLE t (id INTEGER PRIMARY KEY DESC, a); INSERT INTO t (rowid, id, a) VALUES (1, 9, 'b'), (2, 2, 'a')",
        "t",
        &expect![[r#"
            rowid,id,a
            1,9,b
            2,2,a
        "#]],
    );
    check(
        "CREATE TABLE t (id TEXT PRIMARY KEY, a); INSERT INTO t VALUES ('z', 1), (NULL, 2), (NULL, 3)",
        "t",
        &expect![[r#"
        rowid,id,a
        1,z,1
        2,,2
        3,,3
    "#]],
    );
}

#[test]
fn rows_without_rowids_are_in_the_order_of_their_key() {
    check(
        "CREATE TABLE t (a TEXT, b INT, c, PRIMARY KEY (b DESC, a COLLATE NOCASE)) WITHOUT ROWID;
         CREATE INDEX i ON t (c);
         INSERT INTO t VALUES ('b', 1, 3), ('A', 1, 2), ('a', 2, 1), ('B', 2, 0)",
        "t",
        &expect![[r#"
            a,b,c
            B,2,0
            a,2,1
            A,1,2
            b,1,3
        "#]],
    );
}

#[test]
fn an_index_that_covers_all_columns_changes_no_order() {
    check(
        "CREATE TABLE t (a TEXT, b TEXT); CREATE INDEX i ON t (a, b);
         INSERT INTO t VALUES ('z', '1'), ('a', '2'), ('m', '3')",
        "t",
        &expect![[r#"
            rowid,a,b
            1,z,1
            2,a,2
            3,m,3
        "#]],
    );
}

#[test]
fn computed_columns_are_left_out() {
    check(
        "CREATE TABLE t (a INT, twice AS (a * 2), b TEXT, thrice INT AS (a * 3) STORED, id INTEGER PRIMARY KEY);
         INSERT INTO t (a, b) VALUES (1, 'x')",
        "t",
        &expect![[r#"
            a,b,id
            1,x,1
        "#]],
    );
}

#[test]
fn values_are_what_is_stored_whatever_the_column_says() {
    check(
        "CREATE TABLE t (i INTEGER, r REAL, n NUMERIC, x TEXT, b BLOB, d DATE, id INTEGER PRIMARY KEY);
         INSERT INTO t VALUES ('abc', 'abc', 'abc', 7, '7', '2026-11-22', 1), (1.5, 2, '1.0', 1.0, 1.0, 20261122, 2),
                              (x'00', x'00', x'00', x'00', x'00', x'00', 3), ('', '', '', '', '', '', 4)",
        "t",
        &expect![[r#"
            i,r,n,x,b,d,id
            abc,abc,abc,7,'7,2026-11-22,1
            1.5,2.0,1,1.0,1.0,20261122,2
            x'00',x'00',x'00',x'00',x'00',x'00',3
            ',',',',',',4
        "#]],
    );
    check(
        "CREATE TABLE t (a ANY, b INT, c TEXT) STRICT; INSERT INTO t VALUES ('7', 7, '7'), (7, 7, '007')",
        "t",
        &expect![[r#"
            rowid,a,b,c
            1,'7,7,7
            2,7,7,'007
        "#]],
    );
}

#[test]
fn a_column_added_later_shows_its_default() {
    check(
        "CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1);
         ALTER TABLE t ADD COLUMN late TEXT DEFAULT 'then'; INSERT INTO t VALUES (2, NULL)",
        "t",
        &expect![[r#"
            id,late
            1,then
            2,
        "#]],
    );
}

#[test]
fn sequences_come_last_and_statistics_not_at_all() {
    let archive = archive(
        "CREATE TABLE zebra (id INTEGER PRIMARY KEY AUTOINCREMENT, a); CREATE INDEX i ON zebra (a);
         INSERT INTO zebra VALUES (41, 'x'); DELETE FROM zebra; INSERT INTO zebra (a) VALUES ('y'); ANALYZE",
    );
    let names: Vec<_> = archive.manifest().tables.into_iter().map(|table| table.file).collect();
    assert_eq!(names, ["0001_zebra.csv", "0002_sqlite_sequence.csv"]);
    expect![[r#"
        rowid,name,seq
        1,zebra,42
    "#]]
    .assert_eq(&archive.csv("sqlite_sequence"));
}

#[test]
fn virtual_tables_are_carried_by_their_shadows() {
    let archive = archive(
        "CREATE VIRTUAL TABLE search USING fts5(title, body); CREATE VIRTUAL TABLE boxes USING rtree(id, l, r);
         CREATE VIEW titles AS SELECT title FROM search;
         INSERT INTO search VALUES ('bread', 'flour and water'); INSERT INTO boxes VALUES (1, 0.5, 2)",
    );
    let manifest = archive.manifest();
    let mut shown = String::new();
    for table in &manifest.tables {
        let columns: Vec<_> = table.columns.iter().map(|column| column.name.as_str()).collect();
        shown.push_str(&format!("{} {:?} {columns:?} {} rows\n", table.name, table.rowid, table.rows));
    }
    for entry in &manifest.schema {
        shown.push_str(&format!("{} {}\n", entry.kind, entry.name));
    }
    expect![[r#"
        boxes_node None ["nodeno", "data"] 1 rows
        boxes_parent None ["nodeno", "parentnode"] 0 rows
        boxes_rowid None ["rowid", "nodeno"] 1 rows
        search_config None ["k", "v"] 1 rows
        search_content None ["id", "c0", "c1"] 1 rows
        search_data None ["id", "block"] 3 rows
        search_docsize None ["id", "sz"] 1 rows
        search_idx None ["segid", "term", "pgno"] 1 rows
        table search
        table boxes
        view titles
    "#]]
    .assert_eq(&shown);
    expect![[r#"
        id,c0,c1
        1,bread,flour and water
    "#]]
    .assert_eq(&archive.csv("search_content"));
}

#[test]
fn names_of_columns_are_no_formulas() {
    check(
        "CREATE TABLE t (\"=1+1\" INTEGER PRIMARY KEY, \"a,b\", \"\", \"x'00'\", \"-\", \"007\")",
        "t",
        &expect![[r#"
        '=1+1,"a,b",','x'00','-,'007
    "#]],
    );
    check(
        "CREATE TABLE t (\"a,b\" INTEGER PRIMARY KEY)",
        "t",
        &expect![[r#"
        "a,b"
    "#]],
    );
}

/// SQLite takes an unknown name in double quotes for a text: a column whose name is no UTF-8 would be exported as its
/// own name in every row.
#[test]
fn a_name_that_is_no_utf_8_is_refused_not_mistaken_for_text() {
    let said = refusal(
        "CREATE TABLE t (a1 TEXT, id INTEGER PRIMARY KEY); INSERT INTO t VALUES ('x', 1);
         PRAGMA writable_schema = ON;
         UPDATE sqlite_schema SET sql = CAST(replace(CAST(sql AS BLOB), 'a1', x'22FF22') AS TEXT)",
    );
    assert!(said.contains("not UTF-8") && said.contains("omnicraft export --db"), "{said}");
}

#[test]
fn text_of_a_utf_16_database_is_utf_8() {
    let archive = archive(
        "COMMIT; PRAGMA encoding = 'UTF-16le'; BEGIN; CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT);
         INSERT INTO t VALUES (1, 'Ä 😀')",
    );
    assert_eq!(archive.manifest().encoding, "UTF-16le");
    expect![[r#"
        id,a
        1,Ä 😀
    "#]]
    .assert_eq(&archive.csv("t"));
}

/// Values of another kind than their column's were exported with success, and no restore took the archive.
#[test]
fn a_value_that_would_not_come_back_is_refused() {
    let said = |columns: &str, values: &str, really: &str| {
        refusal(&format!(
            "CREATE TABLE t {columns}; INSERT INTO t VALUES (1, 2), {values}; PRAGMA writable_schema = ON;
             UPDATE sqlite_schema SET sql = 'CREATE TABLE t {really}'"
        ))
    };
    let all = [
        said("(a, b)", "(3, '7')", "(a, b INTEGER)"),
        said("(id INTEGER PRIMARY KEY, b)", "(30, 7)", "(id INTEGER PRIMARY KEY, b TEXT)"),
    ];
    for (said, place) in all.iter().zip(["rowid 2", "rowid 1"]) {
        let whole = format!("in the table “t”, the row with {place} has a value in the column “b”");
        assert!(said.contains(&whole) && said.contains("omnicraft export --db"), "{said}");
    }
}

/// Columns and rowid were more than SQLite selects, and the export failed with words about SQL.
#[test]
fn more_columns_than_can_be_selected_are_refused() {
    let columns: Vec<_> = (0..2000).map(|column| format!("c{column}")).collect();
    let said = refusal(&format!("CREATE TABLE t ({})", columns.join(", ")));
    assert!(said.contains("the table “t” has 2001 columns") && said.contains("omnicraft export --db"), "{said}");
}

/// The readers' limits were the readers' alone: what was exported could be too large to be restored.
#[test]
fn what_a_reader_would_refuse_is_not_written() {
    let long = "x".repeat(33 << 20);
    let said =
        refusal(&format!("CREATE TABLE t (a); CREATE VIEW v AS SELECT '{long}'; CREATE VIEW w AS SELECT '{long}'"));
    assert!(
        said.contains("the archive's manifest.json would have") && said.contains("omnicraft export --db"),
        "{said}"
    );
}
