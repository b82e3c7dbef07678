//! Comparisons in which most pages are still the same: what is not read must be what does not differ.

use std::path::Path;

use omnicraft_core::outcome::Copied;
use omnicraft_host::ports::filesystem::OsFileSystem;
use omnicraft_host::sqlite::backup;
use omnicraft_host::sqlite::compare::differences;
use proptest::prelude::*;
use rusqlite::Connection;

use crate::support::{Folder, PLAIN, quietly, run};

const TABLES: &str = "CREATE TABLE keyed (id INTEGER PRIMARY KEY, v);
     CREATE TABLE named (code TEXT PRIMARY KEY, v);
     CREATE TABLE bare (v, w);
     CREATE INDEX by_v ON keyed (v);
     WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600) INSERT INTO keyed SELECT i * 3, 'row ' || i FROM n;
     INSERT INTO named SELECT 'code ' || id, v FROM keyed;
     INSERT INTO bare SELECT v, id / 7 FROM keyed";

/// A copy as the engine makes it, beside an app that has the database open.
fn snapshot(live: &Path, to: &Path) {
    let held = quietly(|progress| backup::hold(&PLAIN, live, progress)).expect("hold");
    let copied = held.copy(&PLAIN, &OsFileSystem, to, &mut |_, _, _| Ok(())).expect("copy");
    assert!(Copied::is_fast(&copied.way), "{}", copied.way);
}

/// What SQL says of a table: rows lost, brought back and changed.
fn by_sql(live: &Path, candidate: &Path, table: &str, key: Option<&str>) -> [i64; 3] {
    let connection = Connection::open(live).expect("open");
    connection.execute("ATTACH ?1 AS other", [candidate.to_str().expect("a path")]).expect("attach");
    let number = |sql: String| connection.query_row(&sql, [], |row| row.get::<_, i64>(0)).expect(&sql);
    let Some(key) = key else {
        // Rows alike are counted: so many more on this side than on the other.
        let more = |this: &str, that: &str| {
            number(format!(
                "SELECT ifnull(sum(max(0, n - (SELECT count(*) FROM {that}.{table} o WHERE o.v IS t.v AND o.w IS t.w))), 0)
                 FROM (SELECT v, w, count(*) AS n FROM {this}.{table} GROUP BY v, w) t"
            ))
        };
        return [more("main", "other"), more("other", "main"), 0];
    };
    let missing = |this: &str, that: &str| {
        number(format!("SELECT count(*) FROM {this}.{table} WHERE {key} NOT IN (SELECT {key} FROM {that}.{table})"))
    };
    let changed =
        format!("SELECT count(*) FROM main.{table} a JOIN other.{table} b USING ({key}) WHERE a.v IS NOT b.v");
    [missing("main", "other"), missing("other", "main"), number(changed)]
}

fn check(page_size: u32, edits: &[String], later: &[String]) -> Result<(), TestCaseError> {
    let folder = Folder::new();
    let (live, candidate) = (folder.path("live.db"), folder.path("then.db"));
    run(&live, &format!("PRAGMA page_size = {page_size}; PRAGMA journal_mode = wal; {TABLES}; {}", edits.join(";")));
    let app = Connection::open(&live).expect("open");
    snapshot(&live, &candidate);
    app.execute_batch(&later.join(";")).expect("edit");
    let found = quietly(|progress| differences(&PLAIN, &live, &candidate, None, progress)).expect("compare");
    for (table, key) in [("keyed", Some("id")), ("named", Some("code")), ("bare", None)] {
        let told = found.tables.iter().find(|one| one.table == table);
        let told = told.map_or([0; 3], |one| [one.removed, one.added, one.changed].map(u64::cast_signed));
        prop_assert_eq!(told, by_sql(&live, &candidate, table, key), "{}", table);
    }
    Ok(())
}

fn edit() -> impl Strategy<Value = String> {
    let id = 0..2000_i64;
    let bytes = prop_oneof![3 => 0..40_u32, 1 => 400..1200_u32, 1 => 4000..30_000_u32];
    prop_oneof![
        4 => (id.clone(), bytes.clone())
            .prop_map(|(id, n)| format!("INSERT OR REPLACE INTO keyed VALUES ({id}, zeroblob({n}))")),
        2 => (id.clone(), bytes.clone())
            .prop_map(|(id, n)| format!("UPDATE keyed SET v = randomblob({n}) WHERE id = {id} / 3 * 3")),
        // The leaf stays as it is; only the last page of a long row changes.
        2 => (id.clone()).prop_map(|id| {
            let longer = "CAST(substr(v, 1, length(v) - 1) || x'07' AS BLOB)";
            format!("UPDATE keyed SET v = {longer} WHERE typeof(v) = 'blob' AND length(v) > 900 AND id < {id}")
        }),
        1 => (id.clone(), 1..300_i64).prop_map(|(id, n)| format!("DELETE FROM keyed WHERE id BETWEEN {id} AND {id} + {n}")),
        2 => (id.clone(), bytes).prop_map(|(id, n)| format!("UPDATE named SET v = zeroblob({n}) WHERE rowid = {id}")),
        1 => (id.clone()).prop_map(|id| format!("DELETE FROM named WHERE rowid BETWEEN {id} AND {id} + 9")),
        1 => (id.clone()).prop_map(|id| format!("INSERT OR IGNORE INTO named VALUES ('new {id}', 1)")),
        2 => (id.clone()).prop_map(|id| format!("DELETE FROM bare WHERE rowid = {id}")),
        1 => (id.clone()).prop_map(|id| format!("INSERT INTO bare SELECT v, w FROM bare WHERE rowid = {id}")),
        1 => (id).prop_map(|id| format!("UPDATE bare SET w = 'x' WHERE rowid % 97 = {id} % 97")),
        1 => Just("PRAGMA wal_checkpoint(TRUNCATE)".to_owned()),
        1 => Just("INSERT INTO keyed VALUES (-9223372036854775808, 1) ON CONFLICT DO NOTHING".to_owned()),
        1 => Just("INSERT INTO keyed VALUES (9223372036854775807, 1) ON CONFLICT DO NOTHING".to_owned()),
        1 => Just("VACUUM".to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_is_counted_is_what_sql_counts(
        page_size in prop_oneof![Just(512_u32), Just(1024), Just(4096)],
        edits in prop::collection::vec(edit(), 0..6),
        later in prop::collection::vec(edit(), 0..6),
    ) {
        check(page_size, &edits, &later)?;
    }
}

/// Only the last page of a row that goes on in others had changed; the leaf with its beginning was the same.
#[test]
fn a_change_in_the_last_page_of_a_long_row_is_seen() {
    let long = "INSERT OR REPLACE INTO keyed VALUES (60, zeroblob(20000))".to_owned();
    let end = "UPDATE keyed SET v = CAST(substr(v, 1, 19999) || x'07' AS BLOB) WHERE id = 60".to_owned();
    check(1024, &[long], &[end]).unwrap();
}
