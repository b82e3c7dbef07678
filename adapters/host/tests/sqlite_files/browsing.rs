//! Looking at the rows that a restore would change.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use expect_test::{Expect, expect};
use omnicraft_core::outcome::FailureKind;
use omnicraft_host::error::Stop;
use omnicraft_host::sqlite::browse::{Cell, Fate, RowChange, TableIndex, index};
use omnicraft_host::sqlite::compare::differences;
use proptest::prelude::*;
use rusqlite::Connection;
use rusqlite::types::Value;

use crate::comparing::{Rows, SHAPES, filled, value};
use crate::support::{EVERY_KIND, Folder, PLAIN, Watch, fails, quietly, run, watched};

const FATES: [Fate; 3] = [Fate::Lost, Fate::Back, Fate::Changed];

/// Two databases, and what a person sees of a table of theirs.
struct Pair {
    folder: Folder,
    live: PathBuf,
    candidate: PathBuf,
}

impl Pair {
    /// The same beginning, and what each side did since.
    fn of(beginning: &str, live: &str, candidate: &str) -> Self {
        let folder = Folder::new();
        let (today, then) = (folder.database("live.db", beginning), folder.database("then.db", beginning));
        run(&today, live);
        run(&then, candidate);
        Self { live: today, candidate: then, folder }
    }

    fn index(&self, table: &str) -> TableIndex {
        quietly(|progress| index(&PLAIN, &self.live, &self.candidate, table, None, progress)).expect("index")
    }

    fn page(&self, index: &TableIndex, fate: Fate, first: u64, most: usize) -> Vec<RowChange> {
        index.page(&PLAIN, &self.live, &self.candidate, fate, first, most).expect("page")
    }

    fn printed(&self, table: &str) -> String {
        let index = self.index(table);
        let mut text = format!("{}\n", index.columns().join(" | "));
        for fate in FATES {
            assert_eq!(index.count(fate), index.listed(fate));
            for RowChange { fate, now, after } in self.page(&index, fate, 0, 100) {
                let _ = writeln!(text, "{fate:?}: {} -> {}", row(now.as_ref()), row(after.as_ref()));
            }
        }
        text
    }
}

fn row(cells: Option<&Vec<Cell>>) -> String {
    let Some(cells) = cells else { return "nothing".to_owned() };
    let cells = cells.iter().map(|cell| match cell {
        Cell::Null => "NULL".to_owned(),
        Cell::Integer(number) => number.to_string(),
        Cell::Real(number) => format!("{number:?}"),
        Cell::Text { text, cut } => format!("'{text}'{}", if *cut { "..." } else { "" }),
        Cell::Blob { bytes } => format!("{bytes} bytes"),
    });
    cells.collect::<Vec<_>>().join(", ")
}

#[track_caller]
fn check(beginning: &str, live: &str, candidate: &str, table: &str, expected: &Expect) {
    expected.assert_eq(&Pair::of(beginning, live, candidate).printed(table));
}

#[test]
fn rows_are_shown_as_they_are_and_as_they_would_be() {
    check(
        "CREATE TABLE Sales (id INTEGER PRIMARY KEY, buyer TEXT, price REAL, receipt BLOB);
         INSERT INTO Sales VALUES (1, 'Анна', 1.5, x'00ff'), (2, NULL, 2, zeroblob(70000)), (3, 'c', 3, 'no blob')",
        "UPDATE Sales SET receipt = NULL WHERE id = 2; DELETE FROM Sales WHERE id = 3;
         INSERT INTO Sales VALUES (-9, 'new', 0, 0), (9000000000, 'newer', 1e300, '')",
        "",
        "sales",
        &expect![[r"
            id | buyer | price | receipt
            Lost: -9, 'new', 0.0, 0 -> nothing
            Lost: 9000000000, 'newer', 1e300, '' -> nothing
            Back: nothing -> 3, 'c', 3.0, 'no blob'
            Changed: 2, NULL, 2.0, NULL -> 2, NULL, 2.0, 70000 bytes
        "]],
    );
}

#[test]
fn keys_of_every_kind_lead_to_their_rows() {
    let text = "CREATE TABLE t (k TEXT COLLATE NOCASE PRIMARY KEY NOT NULL, v);
                INSERT INTO t VALUES ('b', 1), ('A', 2), ('é', 3), ('', 4), (x'6263', 5)";
    check(
        text,
        "UPDATE t SET v = v + 10",
        "UPDATE t SET k = 'a' WHERE k = 'A'",
        "t",
        &expect![[r"
            k | v
            Lost: 'A', 12 -> nothing
            Back: nothing -> 'a', 2
            Changed: '', 14 -> '', 4
            Changed: 'b', 11 -> 'b', 1
            Changed: 'é', 13 -> 'é', 3
            Changed: 2 bytes, 15 -> 2 bytes, 5
        "]],
    );
    let pairs = "CREATE TABLE t (a, b REAL, c, v, PRIMARY KEY (b, a)) WITHOUT ROWID;
                 INSERT INTO t VALUES ('x', 1, 'c', 1), (x'00', 1.5, 'd', 2), (3, -1e300, 'e', 3)";
    check(
        pairs,
        "UPDATE t SET v = 0; DELETE FROM t WHERE a = 3",
        "",
        "t",
        &expect![[r"
            a | b | c | v
            Back: nothing -> 3, -1e300, 'e', 3
            Changed: 'x', 1.0, 'c', 0 -> 'x', 1.0, 'c', 1
            Changed: 1 bytes, 1.5, 'd', 0 -> 1 bytes, 1.5, 'd', 2
        "]],
    );
}

#[test]
fn rows_without_a_key_are_told_apart_by_all_they_hold() {
    let long = "INSERT INTO t VALUES (hex(zeroblob(500)), zeroblob(5000)), (NULL, 'a'), (NULL, 'a')";
    check(
        "CREATE TABLE t (a, b)",
        long,
        "INSERT INTO t VALUES (NULL, 'a'), (1, 2.5)",
        "t",
        &expect![[r"
            a | b
            Lost: NULL, 'a' -> nothing
            Lost: '00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000'..., 5000 bytes -> nothing
            Back: nothing -> 1, 2.5
        "]],
    );
    let null_in_key = "CREATE TABLE t (a TEXT PRIMARY KEY, b); INSERT INTO t VALUES (NULL, 1), ('x', 2)";
    check(
        null_in_key,
        "UPDATE t SET b = 9 WHERE a = 'x'",
        "",
        "t",
        &expect![[r"
            a | b
            Lost: 'x', 9 -> nothing
            Back: nothing -> 'x', 2
        "]],
    );
    check(
        EVERY_KIND,
        "DELETE FROM search WHERE rowid = 1",
        "",
        "search",
        &expect![[r"
            body
            Back: nothing -> 'a spoon is not a fork'
        "]],
    );
}

#[test]
fn columns_of_both_sides_are_shown() {
    let beginning = "CREATE TABLE t (id INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 'a'), (2, 'b')";
    check(
        beginning,
        "ALTER TABLE t ADD COLUMN w DEFAULT 5; INSERT INTO t VALUES (3, 'c', 1); UPDATE t SET v = 'z' WHERE id = 1",
        "ALTER TABLE t ADD COLUMN older; INSERT INTO t VALUES (4, 'd', 'kept')",
        "t",
        &expect![[r"
            id | v | w | older
            Lost: 3, 'c', 1, NULL -> nothing
            Back: nothing -> 4, 'd', NULL, 'kept'
            Changed: 1, 'z', 5, NULL -> 1, 'a', NULL, NULL
        "]],
    );
    check(
        "CREATE TABLE t (a, b)",
        "INSERT INTO t VALUES (1, 2); ALTER TABLE t ADD COLUMN c",
        "INSERT INTO t VALUES (3, 4); ALTER TABLE t ADD COLUMN d DEFAULT 7",
        "t",
        &expect![[r"
            a | b | c | d
            Lost: 1, 2, NULL, NULL -> nothing
            Back: nothing -> 3, 4, NULL, 7
        "]],
    );
}

#[test]
fn a_table_of_one_side_alone_is_lost_or_comes_back_whole() {
    let later = "CREATE TABLE later (k TEXT PRIMARY KEY, v); INSERT INTO later VALUES ('b', 1), ('a', 2)";
    check(
        "",
        later,
        "",
        "later",
        &expect![[r"
            k | v
            Lost: 'a', 2 -> nothing
            Lost: 'b', 1 -> nothing
        "]],
    );
    check(
        "",
        "",
        later,
        "LATER",
        &expect![[r"
            k | v
            Back: nothing -> 'a', 2
            Back: nothing -> 'b', 1
        "]],
    );
    assert_eq!(Pair::of("", "", later).printed("nowhere"), "\n");
}

#[test]
fn where_the_live_database_is_gone_or_ruined_everything_comes_back() {
    let pair = Pair::of(EVERY_KIND, "", "");
    let all = pair.index("keyed");
    assert_eq!(FATES.map(|fate| all.count(fate)), [0, 0, 0]);
    let ruined: [&dyn Fn(); 3] = [
        &|| std::fs::write(&pair.live, "Dear diary, ".repeat(1000)).expect("write"),
        &|| std::fs::write(&pair.live, "").expect("write"),
        &|| std::fs::remove_file(&pair.live).expect("remove"),
    ];
    for ruin in ruined {
        ruin();
        let index = pair.index("keyed");
        assert_eq!(FATES.map(|fate| index.count(fate)), [0, 3, 0]);
        let rows = pair.page(&index, Fate::Back, 1, 1);
        assert_eq!(rows.iter().map(|row| self::row(row.after.as_ref())).collect::<Vec<_>>(), ["2, 'Gabel', NULL"]);
    }
}

/// The list is of one moment, and the app goes on: a row must never be shown as another one.
#[test]
fn a_live_row_that_went_since_is_not_shown_as_another() {
    let bare = "CREATE TABLE t (k TEXT PRIMARY KEY NOT NULL, v); INSERT INTO t VALUES ('a', 1), ('b', 2), ('c', 3)";
    let pair = Pair::of(bare, "", "DELETE FROM t");
    let index = pair.index("t");
    run(&pair.live, "DELETE FROM t WHERE k = 'a'; UPDATE t SET v = 20 WHERE k = 'b'; VACUUM");
    let now = pair.page(&index, Fate::Lost, 0, 9).into_iter().map(|row| self::row(row.now.as_ref()));
    assert_eq!(now.collect::<Vec<_>>(), ["nothing", "'b', 20", "'c', 3"]);
}

/// SQLite takes a quoted name that is no column for a text, and the rows would be shown with words that nobody wrote.
#[test]
fn a_column_that_was_renamed_since_is_a_failure() {
    let pair = Pair::of("CREATE TABLE t (k INTEGER PRIMARY KEY, v); INSERT INTO t VALUES (1, 1)", "", "DELETE FROM t");
    let index = pair.index("t");
    run(&pair.live, "ALTER TABLE t RENAME COLUMN v TO w");
    fails(index.page(&PLAIN, &pair.live, &pair.candidate, Fate::Lost, 0, 9), FailureKind::Io, "no such column");
}

/// A key's own index is of no use where only its app has the collation.
#[test]
fn a_collation_that_only_the_app_has_does_not_hide_the_rows() {
    let theirs = "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'NOCASE', 'theirs')";
    check(
        "CREATE TABLE t (k TEXT COLLATE NOCASE PRIMARY KEY NOT NULL, v); INSERT INTO t VALUES ('b', 1), ('a', 2)",
        &format!("UPDATE t SET v = 7 WHERE k = 'b'; DELETE FROM t WHERE k = 'a'; {theirs}"),
        theirs,
        "t",
        &expect![[r"
            k | v
            Back: nothing -> 'a', 2
            Changed: 'b', 7 -> 'b', 1
        "]],
    );
}

#[test]
fn what_has_no_room_is_counted_and_not_listed() {
    let rows = "WITH RECURSIVE n (i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 29)
                INSERT INTO t SELECT i || hex(zeroblob(600000)), i FROM n";
    let pair = Pair::of("CREATE TABLE t (k TEXT PRIMARY KEY NOT NULL, v)", rows, "INSERT INTO t VALUES ('x', 1)");
    let index = pair.index("t");
    assert_eq!((index.count(Fate::Lost), index.listed(Fate::Lost)), (20, 13));
    assert_eq!((index.count(Fate::Back), index.listed(Fate::Back)), (1, 1));
    let last = pair.page(&index, Fate::Lost, 12, 9);
    let [RowChange { now: Some(cells), .. }] = last.as_slice() else { panic!("one row, not {last:?}") };
    assert!(matches!(cells.as_slice(), [Cell::Text { cut: true, .. }, Cell::Integer(22)]), "{cells:?}");
    run(&pair.candidate, "DROP TABLE t");
    assert_eq!(pair.index("t").listed(Fate::Lost), 20, "rows of one fate alone have all the room");
}

#[test]
fn the_app_and_its_log_are_left_alone() {
    let pair = Pair::of(EVERY_KIND, "PRAGMA journal_mode = wal", "");
    let app = Connection::open(&pair.live).expect("open");
    app.execute_batch("DELETE FROM keyed WHERE id = 2").expect("delete");
    let names = pair.folder.names();
    let index = pair.index("keyed");
    app.execute_batch("INSERT INTO keyed VALUES (3, 'later', 1)").expect("the app goes on");
    assert_eq!(pair.page(&index, Fate::Back, 0, 9).len(), 1);
    assert_eq!(pair.folder.names(), names);
}

#[test]
fn a_look_can_be_cancelled_and_a_ruined_candidate_is_a_failure() {
    let pair = Pair::of(EVERY_KIND, "", "");
    for stop_after in 0..2 {
        let watch = Watch { stop_after: Some(stop_after), ..Watch::default() };
        let look = watched(&watch, |progress| index(&PLAIN, &pair.live, &pair.candidate, "keyed", None, progress));
        assert!(matches!(look, Err(Stop::Cancelled)), "{stop_after}");
    }
    std::fs::write(&pair.candidate, "Dear diary, ".repeat(1000)).expect("write");
    let look = quietly(|progress| index(&PLAIN, &pair.live, &pair.candidate, "keyed", None, progress));
    fails(look, FailureKind::Damaged, "not a database");
}

fn cells(row: &[Value; 3]) -> Vec<Cell> {
    let cell = |value: &Value| match value {
        Value::Null => Cell::Null,
        Value::Integer(number) => Cell::Integer(*number),
        Value::Real(number) => Cell::Real(*number),
        Value::Text(text) => Cell::Text { text: text.clone(), cut: false },
        Value::Blob(bytes) => Cell::Blob { bytes: bytes.len() as u64 },
    };
    row.iter().map(cell).collect()
}

#[expect(clippy::cast_precision_loss, reason = "the numbers are small")]
fn same(left: &[Cell], right: &[Cell]) -> bool {
    left.iter().zip(right).all(|pair| match pair {
        (Cell::Integer(left), Cell::Real(right)) | (Cell::Real(right), Cell::Integer(left)) => *left as f64 == *right,
        (left, right) => left == right,
    })
}

/// What the live rows become when everything that was listed happens to them.
fn restored(live: &Rows, listed: &[RowChange]) -> Result<Vec<Vec<Cell>>, TestCaseError> {
    let mut rows: Vec<Vec<Cell>> = live.iter().map(cells).collect();
    for change in listed {
        if let Some(now) = &change.now {
            let at = rows.iter().position(|row| same(row, now));
            let at = at.ok_or_else(|| TestCaseError::fail(format!("{now:?} is not in the live database")))?;
            rows.swap_remove(at);
        }
    }
    rows.extend(listed.iter().filter_map(|change| change.after.clone()));
    Ok(rows)
}

fn equal(mut left: Vec<Vec<Cell>>, right: &Rows) -> bool {
    let found = right.iter().map(cells).all(|row| {
        let at = left.iter().position(|other| same(other, &row));
        at.map(|at| left.swap_remove(at)).is_some()
    });
    found && left.is_empty()
}

fn counted(live: &Path, candidate: &Path) -> [u64; 3] {
    let found = quietly(|progress| differences(&PLAIN, live, candidate, None, progress)).expect("compare");
    found.tables.first().map_or([0; 3], |table| [table.removed, table.added, table.changed])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn the_listed_rows_make_the_candidate_of_the_live_database(
        shapes in prop_oneof![
            4 => prop::sample::select(SHAPES.to_vec()).prop_map(|shape| (shape, shape)),
            1 => (prop::sample::select(SHAPES.to_vec()), prop::sample::select(SHAPES.to_vec())),
        ],
        common in prop::collection::vec([value(), value(), value()], 0..8),
        live in prop::collection::vec([value(), value(), value()], 0..6),
        candidate in prop::collection::vec([value(), value(), value()], 0..6),
        most in 1..4_usize,
    ) {
        let folder = Folder::new();
        let [today, then] = ["live.db", "then.db"].map(|name| folder.path(name));
        let ours = filled(&today, shapes.0.0, &[live, common.clone()].concat());
        let theirs = filled(&then, shapes.1.0, &[candidate, common].concat());
        let pair = Pair { folder, live: today, candidate: then };
        let index = pair.index("t");
        let counts = FATES.map(|fate| index.count(fate));
        prop_assert_eq!(counts, counted(&pair.live, &pair.candidate));
        prop_assert_eq!(counts, FATES.map(|fate| index.listed(fate)));
        let mut listed = Vec::new();
        for fate in FATES {
            let whole = pair.page(&index, fate, 0, 1000);
            let firsts = (0..index.listed(fate)).step_by(most);
            let pages: Vec<_> = firsts.flat_map(|first| pair.page(&index, fate, first, most)).collect();
            prop_assert_eq!(&pages, &whole);
            listed.extend(whole);
        }
        let after = restored(&ours, &listed)?;
        prop_assert!(equal(after, &theirs), "{:?}: {:?} to {:?} by {:?}", shapes, ours, theirs, listed);
    }
}
