//! Where the schema comes from, and what is said where it does not fit.

use std::path::Path;

use expect_test::{Expect, expect};
use omnicraft_core::model::{SchemaProfile, WorkspaceId};
use omnicraft_host::archive::load::Source;
use omnicraft_host::ports::app::App;
use rusqlite::Connection;

use crate::support::{Trip, report};

const BOOKS: &str =
    "CREATE TABLE sale (id INTEGER PRIMARY KEY, what TEXT, price INT); INSERT INTO sale VALUES (1, 'lamp', 5)";

/// An app with one schema in two versions.
struct Till {
    profiles: [SchemaProfile; 1],
}

impl Till {
    fn new() -> Self {
        Self { profiles: [SchemaProfile { name: "till".to_owned(), ..SchemaProfile::default() }] }
    }
}

impl App for Till {
    fn name(&self) -> &'static str {
        "Till"
    }

    fn profiles(&self) -> &[SchemaProfile] {
        &self.profiles
    }

    fn create(&self, _profile: &SchemaProfile, version: &str, database: &Path) -> Result<(), String> {
        let sql = match version {
            "1" => {
                "CREATE TABLE sale (id INTEGER PRIMARY KEY, what TEXT, price INT); INSERT INTO sale VALUES (9, 'no', 1)"
            }
            "2" => "CREATE TABLE sale (id INTEGER PRIMARY KEY, what TEXT, cents INT)",
            _ => return Err(format!("there is no version {version}")),
        };
        let connection = Connection::open(database).map_err(|error| error.to_string())?;
        let sql = format!("PRAGMA journal_mode = WAL; PRAGMA user_version = {version}; {sql}");
        connection.execute_batch(&sql).map_err(|error| error.to_string())
    }

    fn migrate(&self, _profile: &SchemaProfile, _database: &Path) -> Result<(), String> {
        Ok(())
    }

    fn quiesce(&self, _workspace: &WorkspaceId) -> Result<(), String> {
        Ok(())
    }

    fn relaunch(&self, _workspace: &WorkspaceId) {}
}

fn of_app<'a>(till: &'a Till, version: &'a str) -> Source<'a> {
    Source::App { app: till, profile: &till.profiles[0], version }
}

/// What is said of an archive of `BOOKS` when this is the only schema that is known.
#[track_caller]
fn check(schema: &str, expected: &Expect) {
    let trip = Trip::of("", BOOKS);
    let other = trip.path("other.db");
    Connection::open(&other).unwrap().execute_batch(schema).unwrap();
    let said = report(&trip.load_with(&[Source::Live(other)])).replace(trip.path("").to_str().unwrap(), "");
    expected.assert_eq(&said);
}

#[test]
fn the_apps_own_schema_without_its_rows() {
    let (trip, till) = (Trip::of("PRAGMA user_version = 1", BOOKS), Till::new());
    assert_eq!(report(&trip.load_with(&[of_app(&till, "1")])), "");
    trip.is_equal();
}

#[test]
fn the_first_that_is_the_very_schema_is_taken() {
    let (trip, till) = (Trip::of("PRAGMA user_version = 1", BOOKS), Till::new());
    let empty = trip.path("empty.db");
    std::fs::write(&empty, "").unwrap();
    let like = trip.path("like.db");
    Connection::open(&like).unwrap().execute_batch(&format!("{BOOKS}; CREATE INDEX more ON sale (what)")).unwrap();
    let sources =
        [of_app(&till, "3"), Source::Live(empty), of_app(&till, "2"), Source::Snapshot(like), of_app(&till, "1")];
    assert_eq!(report(&trip.load_with(&sources)), "");
    trip.is_equal();
}

/// The live database has got an index since: its schema is the app's, and so is its version.
#[test]
fn one_whose_tables_fit_will_do() {
    let trip = Trip::of("PRAGMA user_version = 1", BOOKS);
    let live = trip.path("live.db");
    let newer = "DELETE FROM sale; CREATE INDEX more ON sale (what); PRAGMA user_version = 2";
    Connection::open(&live).unwrap().execute_batch(&format!("{BOOKS}; {newer}")).unwrap();
    assert_eq!(report(&trip.load_with(&[Source::Live(live)])), "");
    let built = Connection::open(trip.built()).unwrap();
    let facts = "SELECT (SELECT count(*) FROM sale) || (SELECT count(*) FROM sqlite_schema WHERE name = 'more') ||
                 (SELECT user_version FROM pragma_user_version)";
    assert_eq!(built.query_row(facts, [], |row| row.get::<_, String>(0)).unwrap(), "112");
}

#[test]
fn tables_and_columns_that_differ() {
    check(
        "CREATE TABLE sale (id INTEGER PRIMARY KEY, what VARCHAR(20), cents INT); CREATE TABLE more (a)",
        &expect![[r#"
        0001_sale.csv, column “what”: is TEXT in the archive and VARCHAR(20) in the schema
        0001_sale.csv, column “price”: the schema's table “sale” has no such column
        0001_sale.csv, column “cents”: is in the schema, but not in the archive
        the archive has no file for the table “more” of the schema
    "#]],
    );
    check(
        "CREATE TABLE sales (id INTEGER PRIMARY KEY, what TEXT, price INT)",
        &expect![[r#"
        0001_sale.csv: the schema has no table “sale”
        the archive has no file for the table “sales” of the schema
    "#]],
    );
    check(
        "CREATE TABLE sale (id INTEGER PRIMARY KEY, price INT, what TEXT)",
        &expect![[r#"
        0001_sale.csv: has its columns in another order than the schema
    "#]],
    );
    check(
        "CREATE TABLE sale (id INTEGER, what TEXT, price INT)",
        &expect![[r#"
            0001_sale.csv: its rowids have no column in the archive and the column “rowid” in the schema
        "#]],
    );
}

#[test]
fn no_schema_at_all() {
    let (trip, till) = (Trip::of("", BOOKS), Till::new());
    let missing = trip.path("missing.db");
    let text = trip.path("letter.db");
    std::fs::write(&text, "a letter, no database".repeat(50)).unwrap();
    let sources = [of_app(&till, "3"), Source::Live(missing), Source::Snapshot(text)];
    let said = report(&trip.load_with(&sources)).replace(&format!("{}/", trip.path("").display()), "");
    expect![[r#"
        no schema that its tables could be built of is known here; with --trust-schema the one that is written in the archive is taken, after a look at each statement
        the app's schema till 3: there is no version 3
        the live database missing.db: there is no such file
        the snapshot letter.db: file is not a database
    "#]]
    .assert_eq(&said.replace(trip.path("").to_str().unwrap(), ""));
}

/// A table needs a function that only its app has.
#[test]
fn what_this_sqlite_lacks_is_said() {
    let trip = Trip::of("", "CREATE TABLE t (a CHECK (abs(a) > 0)); INSERT INTO t VALUES (1)");
    let other = trip.path("other.db");
    let hidden = "CREATE TABLE t (a CHECK (abs(a) > 0)); PRAGMA writable_schema = ON;
                  UPDATE sqlite_schema SET sql = replace(sql, 'abs', 'secret')";
    Connection::open(&other).unwrap().execute_batch(hidden).unwrap();
    expect![[r#"
        the table “t” cannot be made by this program: no such function: secret
    "#]]
    .assert_eq(&report(&trip.load_with(&[Source::Snapshot(other)])));
}

/// A schema may come from a file that somebody else wrote: text behind a statement is not run, and neither is a
/// statement that does not create.
#[test]
fn what_hides_in_a_schema_is_not_run() {
    let trip = Trip::of("", "CREATE TABLE t (a); CREATE INDEX i ON t (a); INSERT INTO t VALUES (1)");
    let other = trip.path("other.db");
    let hidden = "CREATE TABLE t (a); CREATE INDEX i ON t (a); PRAGMA writable_schema = ON;
                  UPDATE sqlite_schema SET sql = sql || '; CREATE TABLE stolen (a)'";
    Connection::open(&other).unwrap().execute_batch(hidden).unwrap();
    expect![[r#"
        the table “t” cannot be made by this program: Multiple statements provided
    "#]]
    .assert_eq(&report(&trip.load_with(&[Source::Snapshot(other)])));
}
