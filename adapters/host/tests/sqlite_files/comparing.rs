//! Comparisons of a live database with a candidate.

use std::fmt::Write as _;
use std::path::Path;

use expect_test::{Expect, expect};
use omnicraft_core::model::SchemaProfile;
use omnicraft_core::outcome::{Differences, FailureKind};
use omnicraft_host::error::{Result, Stop};
use omnicraft_host::sqlite::compare::differences;
use proptest::prelude::*;
use rusqlite::Connection;
use rusqlite::types::Value;

use crate::support::{EVERY_KIND, Folder, PLAIN, Watch, fails, quietly, run, watched};

fn compared(live: &Path, candidate: &Path, profile: Option<&SchemaProfile>) -> Result<Differences> {
    quietly(|progress| differences(&PLAIN, live, candidate, profile, progress))
}

fn printed(found: &Differences) -> String {
    let mut text = String::new();
    for table in &found.tables {
        let _ = writeln!(text, "{}: -{} +{} ~{}", table.table, table.removed, table.added, table.changed);
    }
    if found.schema_differs {
        text += "schema differs\n";
    }
    if let Some(reason) = &found.live_unreadable {
        let _ = writeln!(text, "unreadable: {reason}");
    }
    text
}

/// The same beginning, and what each side did since.
#[track_caller]
fn check(beginning: &str, live: &str, candidate: &str, expected: &Expect) {
    let folder = Folder::new();
    let (today, then) = (folder.database("live.db", beginning), folder.database("then.db", beginning));
    run(&today, live);
    run(&then, candidate);
    expected.assert_eq(&printed(&compared(&today, &then, None).expect("compare")));
}

/// A database with a table of a module that is not in this SQLite was backed up, and could not be restored any more: the
/// comparison before the restore failed.
#[test]
fn a_table_of_a_missing_module_does_not_hinder_the_others() {
    let folder = Folder::new();
    let strange =
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a); INSERT INTO t VALUES (1, 'x'); PRAGMA writable_schema = ON;
        INSERT INTO sqlite_schema VALUES ('table', 'vv', 'vv', 0, 'CREATE VIRTUAL TABLE vv USING vec0 (a)');";
    let old = folder.database("old.db", strange);
    let new = folder.database("new.db", &format!("{strange} INSERT INTO t VALUES (2, 'y');"));
    let found = quietly(|progress| differences(&PLAIN, &old, &new, None, progress)).expect("compare");
    assert_eq!(found.tables.iter().map(|table| (table.table.as_str(), table.added)).collect::<Vec<_>>(), [("t", 1)]);
}

#[test]
fn equal_databases_do_not_differ() {
    check(EVERY_KIND, "", "", &expect![[""]]);
    check(EVERY_KIND, "PRAGMA journal_mode = wal", "VACUUM", &expect![[""]]);
}

#[test]
fn every_kind_of_table_is_compared() {
    let today = "DELETE FROM keyed WHERE id = 1; INSERT INTO keyed VALUES (8, 'new', 0), (9, 'new', 0);
                 INSERT INTO bare VALUES (1, 'x');
                 UPDATE keyed SET price = 3 WHERE id = 7;
                 UPDATE pairs SET c = 'three' WHERE a = 'y'; DELETE FROM text_key WHERE n = 4;
                 UPDATE computed SET n = 5 WHERE id = 2; INSERT INTO counted (t) VALUES ('c');
                 UPDATE \"select \"\"from\"\" 'where'\" SET \"a\"\"b\" = 4; DELETE FROM search";
    // A trigger of `bare` sets the price of all rows that were there.
    check(
        EVERY_KIND,
        today,
        "",
        &expect![[r#"
            bare: -1 +0 ~0
            computed: -0 +0 ~1
            counted: -1 +0 ~0
            keyed: -2 +1 ~2
            pairs: -0 +0 ~1
            search: -0 +2 ~0
            select "from" 'where': -1 +1 ~0
            text_key: -0 +1 ~0
        "#]],
    );
}

#[test]
fn other_columns_and_tables_are_told() {
    let beginning = "CREATE TABLE t (id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 'a'), (2, 'b');
                     CREATE TABLE bare (v); INSERT INTO bare VALUES (1)";
    check(
        beginning,
        "ALTER TABLE t ADD COLUMN w DEFAULT 5; INSERT INTO t VALUES (3, 'c', 1); UPDATE t SET v = 'z' WHERE id = 1;
         ALTER TABLE bare ADD COLUMN w; CREATE TABLE later (v); INSERT INTO later VALUES (1), (2)",
        "CREATE TABLE sooner (v); INSERT INTO sooner VALUES (1)",
        &expect![[r"
            bare: -1 +1 ~0
            later: -2 +0 ~0
            sooner: -0 +1 ~0
            t: -1 +0 ~1
            schema differs
        "]],
    );
}

#[test]
fn names_of_tables_are_compared_as_sqlite_does() {
    check(
        "",
        "CREATE TABLE Sales (Id INTEGER PRIMARY KEY, v); INSERT INTO Sales VALUES (1, 2)",
        "CREATE TABLE sales (id INTEGER PRIMARY KEY, V); INSERT INTO sales VALUES (1, 3)",
        &expect![[r"
            Sales: -0 +0 ~1
            schema differs
        "]],
    );
}

#[test]
fn hidden_tables_stay_hidden() {
    let folder = Folder::new();
    let live = folder.database("live.db", "CREATE TABLE Log (v); CREATE TABLE t (v); INSERT INTO Log VALUES (1)");
    let then = folder.database("then.db", "CREATE TABLE t (v)");
    let profile = SchemaProfile { hidden_tables: vec!["log".to_owned()], ..SchemaProfile::default() };
    assert_eq!(compared(&live, &then, Some(&profile)).expect("compare"), Differences::default());
}

/// In UTF-16 the characters beyond the basic plane sort before some inside it; merged by another order than both sides
/// have, equal rows were counted as lost and brought back.
#[test]
fn encodings_do_not_matter() {
    let rows = "CREATE TABLE t (k TEXT PRIMARY KEY NOT NULL, v); CREATE TABLE bare (v);
                INSERT INTO t VALUES ('z', 1), ('é', 2), ('😀', 3), ('\u{fffd}', 4), ('\u{e000}', 5), ('', 6), ('ａ', 7);
                INSERT INTO bare SELECT k FROM t";
    let folder = Folder::new();
    let encodings = ["UTF-8", "UTF-16le", "UTF-16be"];
    for (at, encoding) in encodings.iter().enumerate() {
        folder.database(&format!("{at}.db"), &format!("PRAGMA encoding = '{encoding}'; {rows}"));
    }
    for live in 0..3 {
        for candidate in 0..3 {
            let (live, candidate) = (folder.path(&format!("{live}.db")), folder.path(&format!("{candidate}.db")));
            assert_eq!(printed(&compared(&live, &candidate, None).expect("compare")), "");
        }
    }
}

#[test]
fn a_ruined_live_database_counts_as_nothing() {
    let folder = Folder::new();
    let then = folder.database("then.db", EVERY_KIND);
    let live = folder.path("live.db");
    let everything = expect![[r#"
        : -0 +1 ~0
        bare: -0 +3 ~0
        boxes: -0 +1 ~0
        computed: -0 +2 ~0
        counted: -0 +2 ~0
        keyed: -0 +3 ~0
        pairs: -0 +2 ~0
        search: -0 +2 ~0
        select "from" 'where': -0 +1 ~0
        strict_one: -0 +1 ~0
        text_key: -0 +4 ~0
    "#]];
    let tables = |live: &Path| {
        let mut found = compared(live, &then, None).expect("compare");
        assert!(found.live_unreadable.take().is_some_and(|reason| !reason.is_empty()));
        printed(&found)
    };
    everything.assert_eq(&tables(&live));
    std::fs::write(&live, "").expect("write");
    everything.assert_eq(&tables(&live));
    std::fs::write(&live, "Dear diary, ".repeat(1000)).expect("write");
    everything.assert_eq(&tables(&live));
    let mut bytes = std::fs::read(&then).expect("read");
    bytes[4096..].fill(0xa5);
    std::fs::write(&live, bytes).expect("write");
    everything.assert_eq(&tables(&live));
}

/// A file from elsewhere can hold the same rows and a trigger that would change them later.
#[test]
fn a_strange_trigger_or_view_is_told() {
    for strange in ["CREATE TRIGGER x AFTER INSERT ON t BEGIN DELETE FROM t; END", "CREATE VIEW x AS SELECT 1"] {
        let folder = Folder::new();
        let live = folder.database("live.db", "CREATE TABLE t (a INTEGER PRIMARY KEY)");
        let then = folder.database("then.db", &format!("CREATE TABLE t (a INTEGER PRIMARY KEY); {strange}"));
        let found = compared(&live, &then, None).expect("compare");
        assert!(found.schema_differs && found.tables.is_empty(), "{found:?}");
    }
}

#[test]
fn a_ruined_candidate_is_a_failure() {
    let folder = Folder::new();
    let live = folder.database("live.db", EVERY_KIND);
    fails(compared(&live, &folder.path("then.db"), None), FailureKind::Missing, "no such file");
    std::fs::write(folder.path("then.db"), "Dear diary, ".repeat(1000)).expect("write");
    fails(compared(&live, &folder.path("then.db"), None), FailureKind::Damaged, "not a database");
}

#[test]
fn a_comparison_can_be_cancelled() {
    let folder = Folder::new();
    let live = folder.database("live.db", EVERY_KIND);
    let then = folder.database("then.db", EVERY_KIND);
    for stop_after in 0..8 {
        let watch = Watch { stop_after: Some(stop_after), ..Watch::default() };
        let stopped = watched(&watch, |progress| differences(&PLAIN, &live, &then, None, progress));
        assert!(matches!(stopped, Err(Stop::Cancelled)), "{stop_after}: {stopped:?}");
    }
}

/// Shapes of a table with the columns a, b and c, and how many of them are the key.
pub(crate) const SHAPES: [(&str, usize); 7] = [
    ("(a INTEGER PRIMARY KEY, b, c)", 1),
    ("(a TEXT PRIMARY KEY, b, c)", 1),
    ("(a TEXT COLLATE NOCASE PRIMARY KEY NOT NULL, b, c)", 1),
    ("(a, b, c, PRIMARY KEY (a, b)) WITHOUT ROWID", 2),
    ("(a REAL NOT NULL, b INT NOT NULL, c, PRIMARY KEY (a, b))", 2),
    ("(a, b, c)", 0),
    ("(a TEXT COLLATE NOCASE, b REAL, c INT)", 0),
];

pub(crate) fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        1 => Just(Value::Null),
        4 => (-2..4_i64).prop_map(Value::Integer),
        2 => (-2..5_i32).prop_map(|half| Value::Real(f64::from(half) / 2.0)),
        3 => "[abAB]{0,2}".prop_map(Value::Text),
        1 => prop::collection::vec(0..2_u8, 0..2).prop_map(Value::Blob),
    ]
}

pub(crate) type Rows = Vec<[Value; 3]>;

/// Fills a table, leaving out what its key refuses, and returns what is in it.
pub(crate) fn filled(path: &Path, shape: &str, rows: &Rows) -> Rows {
    let connection = Connection::open(path).expect("open");
    connection.execute_batch(&format!("PRAGMA synchronous = OFF; CREATE TABLE t {shape}")).expect("create");
    for row in rows {
        // A type that the rowid refuses is an error even so.
        let _ = connection.execute("INSERT OR IGNORE INTO t VALUES (?1, ?2, ?3)", row.each_ref());
    }
    let mut statement = connection.prepare("SELECT a, b, c FROM t").expect("select");
    let rows = statement.query_map([], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?])).expect("rows");
    rows.map(|row| row.expect("row")).collect()
}

#[expect(clippy::cast_precision_loss, reason = "the numbers are small")]
fn same(left: &[Value], right: &[Value]) -> bool {
    left.iter().zip(right).all(|pair| match pair {
        (Value::Integer(left), Value::Real(right)) | (Value::Real(right), Value::Integer(left)) => {
            *left as f64 == *right
        }
        (left, right) => left == right,
    })
}

/// Counts by trying every row of one side against every row of the other.
fn reference(live: &Rows, candidate: &Rows, key: usize) -> (u64, u64, u64) {
    let has_null = |rows: &Rows| rows.iter().any(|row| row[..key].contains(&Value::Null));
    let key = if key == 0 || has_null(live) || has_null(candidate) { 3 } else { key };
    let mut left = candidate.clone();
    let (mut removed, mut changed) = (0, 0);
    for row in live {
        match left.iter().position(|other| same(&row[..key], &other[..key])) {
            Some(at) => changed += u64::from(!same(row, &left.swap_remove(at))),
            None => removed += 1,
        }
    }
    (removed, left.len() as u64, changed)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn counts_are_those_of_a_reference(
        shape in prop::sample::select(SHAPES.to_vec()),
        common in prop::collection::vec([value(), value(), value()], 0..8),
        live in prop::collection::vec([value(), value(), value()], 0..6),
        candidate in prop::collection::vec([value(), value(), value()], 0..6),
    ) {
        let folder = Folder::new();
        let today = filled(&folder.path("live.db"), shape.0, &[live, common.clone()].concat());
        let then = filled(&folder.path("then.db"), shape.0, &[candidate, common].concat());
        let found = compared(&folder.path("live.db"), &folder.path("then.db"), None).expect("compare");
        let counts = found.tables.first().map_or((0, 0, 0), |table| (table.removed, table.added, table.changed));
        prop_assert_eq!(counts, reference(&today, &then, shape.1), "{}: {:?} against {:?}", shape.0, today, then);
        prop_assert!(!found.schema_differs && found.live_unreadable.is_none());
    }
}
