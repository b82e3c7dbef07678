//! Tests from inside: the schema, and trouble that only the connection itself can bring about.

use std::fmt::Write as _;

use diesel::connection::SimpleConnection as _;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel_migrations::MigrationHarness as _;
use expect_test::expect_file;
use serde::Serialize;

use super::{Connection, connect, load, migrations, prepare, record, seal, zoned};
use crate::change::Change;
use crate::error::CatalogError;
use crate::model::{Facts, Level, Snapshot, SnapshotId, WorkspaceId};
use crate::state::{Ending, JournalEntry, State, UndoPoint};

fn catalog() -> Connection {
    let mut conn = connect(":memory:").unwrap();
    prepare(&mut conn).unwrap();
    conn
}

fn noted(text: &str) -> Change {
    let at = "2026-11-21T08:00:00+03:00[Europe/Moscow]".parse().unwrap();
    let (moment, text) = ("startup".to_owned(), text.to_owned());
    Change::Noted(JournalEntry { at, workspace: None, moment, ending: Ending::Applied, text })
}

fn tables(conn: &mut Connection) -> Vec<String> {
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> '__diesel_schema_migrations'";
    sql::<Text>(&format!("{tables} ORDER BY name")).load(conn).unwrap()
}

/// A table in the words of diesel's macro.
fn print(conn: &mut Connection, table: &str) -> String {
    let columns = format!("SELECT name, type, \"notnull\", pk FROM pragma_table_info('{table}') ORDER BY cid");
    let columns: Vec<(String, String, i64, i64)> = sql::<(Text, Text, BigInt, BigInt)>(&columns).load(conn).unwrap();
    let key = columns.iter().find(|column| column.3 == 1).map(|column| column.0.as_str()).unwrap();
    let mut text = format!("diesel::table! {{\n    {table} ({key}) {{\n");
    for (name, declared, not_null, _) in &columns {
        let kind = match declared.as_str() {
            "INTEGER" => "BigInt",
            "TEXT" => "Text",
            other => panic!("{table}.{name} is {other}"),
        };
        let kind = if *not_null == 1 { kind.to_owned() } else { format!("Nullable<{kind}>") };
        writeln!(text, "        {name} -> {kind},").unwrap();
    }
    text + "    }\n}\n"
}

const HEAD: &str = "\
//! The tables as diesel sees them, printed from what the migrations produce: a test compares, and `UPDATE_EXPECT=1`
//! rewrites this file. Integers are 64 bits wide, because diesel cuts a wider number down to 32 without an error.

";

#[test]
fn the_schema_is_what_the_migrations_produce() {
    let mut conn = catalog();
    let tables: Vec<_> = tables(&mut conn).iter().map(|table| print(&mut conn, table)).collect();
    expect_file!["schema.rs"].assert_eq(&format!("{HEAD}{}", tables.join("\n")));
}

#[test]
fn migrations_can_be_taken_back_and_run_again() {
    let mut conn = catalog();
    conn.revert_all_migrations(migrations::MIGRATIONS).unwrap();
    assert!(tables(&mut conn).is_empty());
    conn.run_pending_migrations(migrations::MIGRATIONS).unwrap();
    assert_eq!(load(&mut conn).unwrap(), State::default());
}

/// The first release knew no operations of undo points, and wrote other operations.
#[test]
fn a_catalog_of_the_first_release_comes_forward() {
    let mut conn = connect(":memory:").unwrap();
    conn.run_next_migration(migrations::MIGRATIONS).unwrap();
    let seal = seal::of(&First { position: 1, workspace: "shop", safeguard: Some(5), source: "s1" }).unwrap();
    conn.batch_execute(&format!(
        "INSERT INTO undo_points VALUES (1, 'shop', 5, 's1', {seal});
         INSERT INTO operation VALUES (1, '{{}}', 0);
         PRAGMA application_id = 0x4f436374; PRAGMA user_version = 1;"
    ))
    .unwrap();
    prepare(&mut conn).unwrap();
    let state = load(&mut conn).unwrap();
    let point = UndoPoint {
        workspace: WorkspaceId("shop".to_owned()),
        operation: 0,
        safeguard: Some(SnapshotId(5)),
        source: "s1".to_owned(),
    };
    assert_eq!((state.undo, state.operation), (vec![point], None));
}

/// A row of undo points as the first release sealed it.
#[derive(Serialize)]
struct First {
    position: i64,
    workspace: &'static str,
    safeguard: Option<i64>,
    source: &'static str,
}

/// The release before knew of no looks, and its seals say nothing of them.
#[test]
fn snapshots_that_nobody_looked_at_come_forward() {
    let mut conn = connect(":memory:").unwrap();
    for _ in 0..2 {
        conn.run_next_migration(migrations::MIGRATIONS).unwrap();
    }
    let facts = serde_json::to_string(&Facts::default()).unwrap();
    let row = Second {
        id: 7,
        workspace: "shop",
        slot: "auto_daily.db",
        trigger: "startup",
        taken_at: "2026-11-21T05:00:00Z",
        zone: "Europe/Moscow",
        digest: "9f86d081",
        size: 4096,
        modified: 1,
        inode: 2,
        device: 3,
        level: "sound",
        pin: None,
        facts: &facts,
        suspect: None,
    };
    let seal = seal::of(&row).unwrap();
    conn.batch_execute(&format!(
        "INSERT INTO snapshots VALUES (7, 'shop', 'auto_daily.db', 'startup', '2026-11-21T05:00:00Z', 'Europe/Moscow',
             '9f86d081', 4096, 1, 2, 3, 'sound', NULL, '{facts}', NULL, {seal});
         PRAGMA application_id = 0x4f436374; PRAGMA user_version = 2;"
    ))
    .unwrap();
    prepare(&mut conn).unwrap();
    let snapshot = load(&mut conn).unwrap().snapshots.remove(&SnapshotId(7)).unwrap();
    assert_eq!((snapshot.level, snapshot.looked_at), (Level::Sound, None));
    let looked_at = Some("2026-12-21T05:00:00.5Z".parse().unwrap());
    let seen = Snapshot { looked_at, ..snapshot };
    record(&mut conn, &[Change::SnapshotPut(Box::new(seen.clone()))]).unwrap();
    assert_eq!(load(&mut conn).unwrap().snapshots.remove(&SnapshotId(7)), Some(seen));
}

/// A row of snapshots as the second release sealed it.
#[derive(Serialize)]
struct Second<'a> {
    id: i64,
    workspace: &'a str,
    slot: &'a str,
    trigger: &'a str,
    taken_at: &'a str,
    zone: &'a str,
    digest: &'a str,
    size: i64,
    modified: i64,
    inode: i64,
    device: i64,
    level: &'a str,
    pin: Option<&'a str>,
    facts: &'a str,
    suspect: Option<&'a str>,
}

#[test]
fn a_commit_is_durable_with_its_name() {
    let synchronous: i64 = sql::<BigInt>("PRAGMA synchronous").get_result(&mut catalog()).unwrap();
    assert_eq!(synchronous, 3, "3 is EXTRA");
}

/// SQLite rolls back by itself when the disk is full. Diesel's own rollback then fails, and its complaint hid the full
/// disk: the catalog passed for damaged.
#[test]
fn a_full_disk_is_not_damage_and_does_no_lasting_harm() {
    let mut conn = catalog();
    record(&mut conn, &[noted("before")]).unwrap();
    let before = load(&mut conn).unwrap();
    let pages: i64 = sql::<BigInt>("PRAGMA page_count").get_result(&mut conn).unwrap();
    conn.batch_execute(&format!("PRAGMA max_page_count = {pages}")).unwrap();
    let found = record(&mut conn, &[noted("first"), noted(&"x".repeat(100_000))]);
    assert!(matches!(&found, Err(CatalogError::Unavailable(text)) if text.contains("disk is full")), "{found:?}");
    assert_eq!(load(&mut conn).unwrap(), before);
    conn.batch_execute("PRAGMA max_page_count = 10000").unwrap();
    record(&mut conn, &[noted(&"x".repeat(100_000))]).unwrap();
    assert_eq!(load(&mut conn).unwrap().journal.len(), 2);
}

#[test]
fn a_disk_too_full_for_a_new_catalog_leaves_an_empty_file_for_the_next_attempt() {
    for pages in 1..10 {
        let mut conn = connect(":memory:").unwrap();
        conn.batch_execute(&format!("PRAGMA max_page_count = {pages}")).unwrap();
        let found = prepare(&mut conn);
        assert!(matches!(&found, Err(CatalogError::Unavailable(text)) if text.contains("disk is full")), "{found:?}");
        conn.batch_execute("PRAGMA max_page_count = 1000").unwrap();
        prepare(&mut conn).unwrap();
        assert_eq!(load(&mut conn).unwrap(), State::default());
    }
}

/// A home was moved to a computer whose zones are fewer: its catalog is as good as before.
#[test]
fn an_unknown_zone_keeps_the_instant() {
    let found = zoned::join("2026-11-21T05:00:00.000000001Z", "Mars/Olympus_Mons").unwrap();
    assert_eq!(found.to_string(), "2026-11-21T05:00:00.000000001+00:00[UTC]");
}

/// The zone's rules changed after a backup was taken: read as a local time with its offset, the moment would
/// contradict the zone and could not be read at all.
#[test]
fn new_rules_of_a_zone_keep_the_instant() {
    let found = zoned::join("2026-11-21T05:00:00Z", "Europe/Moscow").unwrap();
    assert_eq!(zoned::split(&found), ("2026-11-21T05:00:00Z".to_owned(), "Europe/Moscow".to_owned()));
    assert!("2026-11-21T09:00:00+04:00[Europe/Moscow]".parse::<jiff::Zoned>().is_err());
}
