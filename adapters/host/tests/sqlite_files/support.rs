//! Homes for tests, progress that counts or cancels, and a database with every kind of table.

use std::cell::Cell;
use std::path::{Path, PathBuf};

use omnicraft_core::outcome::{Failure, FailureKind};
use omnicraft_host::error::{Result, Stop};
use omnicraft_host::ports::clock::SystemClock;
use omnicraft_host::progress::{Observer, Progress};
use omnicraft_host::sqlite::Opener;
use rusqlite::Connection;
use tempfile::TempDir;

/// The platform's own VFS.
pub(crate) const PLAIN: Opener = Opener { vfs: None };

/// A folder that goes with the test.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A new database.
    pub(crate) fn database(&self, name: &str, sql: &str) -> PathBuf {
        let path = self.path(name);
        run(&path, sql);
        path
    }

    /// The names of all files, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.path()).expect("list");
        let mut names: Vec<_> =
            entries.map(|entry| entry.expect("entry").file_name().to_string_lossy().into()).collect();
        names.sort();
        names
    }
}

/// Runs SQL on a file as an app would, but for the waiting for the disk.
pub(crate) fn run(path: &Path, sql: &str) {
    let connection = Connection::open(path).expect("open");
    connection.execute_batch("PRAGMA synchronous = OFF").expect("setting");
    connection.execute_batch(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// One value of a query, as text.
pub(crate) fn one(path: &Path, sql: &str) -> String {
    let connection = Connection::open(path).expect("open");
    value(&connection, sql)
}

/// One value of a query, as text.
pub(crate) fn value(connection: &Connection, sql: &str) -> String {
    let value: rusqlite::types::Value = connection.query_row(sql, [], |row| row.get(0)).expect(sql);
    match value {
        rusqlite::types::Value::Text(text) => text,
        rusqlite::types::Value::Integer(number) => number.to_string(),
        other => format!("{other:?}"),
    }
}

/// Counts questions, and asks for a stop after some of them.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    pub(crate) asked: Cell<u64>,
    pub(crate) stop_after: Option<u64>,
}

impl Observer for Watch {
    fn progress(&self, _what: &str, _done: u64, _total: u64) {}

    fn cancelled(&self) -> bool {
        self.asked.set(self.asked.get() + 1);
        self.stop_after.is_some_and(|after| self.asked.get() > after)
    }
}

/// Does something with a progress that nobody stops.
pub(crate) fn quietly<T>(work: impl FnOnce(&mut Progress<'_>) -> T) -> T {
    watched(&Watch::default(), work)
}

/// Does something that `watch` watches.
pub(crate) fn watched<T>(watch: &Watch, work: impl FnOnce(&mut Progress<'_>) -> T) -> T {
    let clock = SystemClock::new();
    work(&mut Progress::new(watch, &clock, "test".to_owned()))
}

#[track_caller]
pub(crate) fn failure<T: std::fmt::Debug>(result: Result<T>) -> Failure {
    match result {
        Err(Stop::Failed(failure)) => failure,
        other => panic!("expected a failure, got {other:?}"),
    }
}

#[track_caller]
pub(crate) fn fails<T: std::fmt::Debug>(result: Result<T>, kind: FailureKind, reason: &str) {
    let failure = failure(result);
    assert_eq!(failure.kind, kind, "{failure}");
    assert!(failure.reason.contains(reason), "{failure}");
}

/// Every kind of table that a stranger's app may have.
pub(crate) const EVERY_KIND: &str = r#"
    CREATE TABLE keyed (id INTEGER PRIMARY KEY, name TEXT NOT NULL, price REAL);
    INSERT INTO keyed VALUES (1, 'Löffel', 1.5), (2, 'Gabel', NULL), (7, 'ложка 🥄', 1e300);
    CREATE TABLE bare (a, b);
    INSERT INTO bare VALUES (1, 'x'), (1, 'x'), (NULL, x'00ff');
    CREATE TABLE text_key (code TEXT PRIMARY KEY COLLATE NOCASE, n INT);
    INSERT INTO text_key VALUES ('b', 1), ('A', 2), (NULL, 3), (NULL, 4);
    CREATE TABLE pairs (a TEXT, b INT, c, PRIMARY KEY (b, a)) WITHOUT ROWID;
    INSERT INTO pairs VALUES ('x', 1, 'one'), ('y', 1, 'two');
    CREATE TABLE computed (id INTEGER PRIMARY KEY, n INT, twice INT AS (n * 2) STORED, thrice INT AS (n * 3));
    INSERT INTO computed (n) VALUES (1), (2);
    CREATE TABLE strict_one (id INTEGER PRIMARY KEY, n INT, t TEXT) STRICT;
    INSERT INTO strict_one VALUES (1, 9223372036854775807, '');
    CREATE TABLE counted (id INTEGER PRIMARY KEY AUTOINCREMENT, t TEXT);
    INSERT INTO counted (t) VALUES ('a'), ('b');
    CREATE TABLE "select ""from"" 'where'" ("order" TEXT, "группа" TEXT, "a""b" INT);
    INSERT INTO "select ""from"" 'where'" VALUES ('1', '2', 3);
    CREATE TABLE "" (x);
    INSERT INTO "" VALUES (1);
    CREATE INDEX by_name ON keyed (name);
    CREATE VIEW cheap AS SELECT * FROM keyed WHERE price < 2;
    CREATE VIEW broken AS SELECT * FROM nowhere;
    CREATE TRIGGER loud AFTER INSERT ON bare BEGIN UPDATE keyed SET price = 0; END;
    CREATE VIRTUAL TABLE search USING fts5 (body);
    INSERT INTO search VALUES ('a spoon is not a fork'), ('ложка');
    CREATE VIRTUAL TABLE boxes USING rtree (id, x0, x1);
    INSERT INTO boxes VALUES (1, 0, 1);
    PRAGMA user_version = 42;
    ANALYZE;
"#;

/// The rows of [`EVERY_KIND`] as facts list them.
pub(crate) const ROWS_OF_EVERY_KIND: [(&str, u64); 9] = [
    ("", 1),
    ("bare", 3),
    ("computed", 2),
    ("counted", 2),
    ("keyed", 3),
    ("pairs", 2),
    ("select \"from\" 'where'", 1),
    ("strict_one", 1),
    ("text_key", 4),
];

/// Everything in the ordinary tables of a database, with rowids where they have a meaning; for equality.
pub(crate) fn dump(path: &Path) -> Vec<String> {
    let connection = Connection::open(path).expect("open");
    let mut lines = Vec::new();
    for table in omnicraft_host::sqlite::schema::tables(&connection).expect("tables") {
        let name = omnicraft_host::sqlite::schema::quoted(&table.name);
        let mut statement = connection.prepare(&format!("SELECT * FROM {name}")).expect("select");
        let columns = statement.column_count();
        let mut rows = statement.query([]).expect("query");
        while let Some(row) = rows.next().expect("row") {
            let values: Vec<_> = (0..columns).map(|at| format!("{:?}", row.get_ref(at).expect("value"))).collect();
            lines.push(format!("{name}: {}", values.join("|")));
        }
    }
    for pragma in ["user_version", "application_id"] {
        lines.push(format!("{pragma}: {}", value(&connection, &format!("PRAGMA {pragma}"))));
    }
    lines.sort();
    lines
}
