//! The `sqlite3` shell is the judge that is not ours: it writes both databases out as text.

use std::process::Command;

use crate::support::Trip;

/// Everything that the shell says of a database; `None` where this machine has no shell.
fn dump(database: &std::path::Path) -> Option<Vec<String>> {
    let output = Command::new("sqlite3").arg("-readonly").arg(database).arg(".dump").output().ok()?;
    assert!(output.status.success(), "{output:?}");
    let mut lines: Vec<_> = String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect();
    // The order in which tables were made is not a part of what they hold.
    lines.sort_unstable();
    Some(lines)
}

fn sums(database: &std::path::Path) -> Option<String> {
    let output = Command::new("sqlite3").arg("-readonly").arg(database).arg(".sha3sum --schema").output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[track_caller]
fn check(sql: &str) {
    let trip = Trip::of("", sql);
    trip.comes_back();
    let Some(old) = dump(&trip.original()) else { return };
    assert!(old.len() > 5);
    assert_eq!(dump(&trip.built()).unwrap(), old);
    assert_eq!(sums(&trip.built()), sums(&trip.original()));
}

#[test]
fn the_shell_sees_no_difference() {
    check(
        "CREATE TABLE t (i INTEGER, r REAL, x TEXT, b BLOB, untyped, id INTEGER PRIMARY KEY AUTOINCREMENT);
         INSERT INTO t VALUES (1, 0.1, 'it''s', x'00ff', 1e300, 7), (NULL, -0.0, char(10, 13, 9), x'', '=1+1', 9),
             (9223372036854775807, 9e999, '', NULL, -9e999, 11), ('text', 'text', 12, '7', x'31', 12);
         CREATE TABLE w (a TEXT COLLATE NOCASE, b, PRIMARY KEY (a, b)) WITHOUT ROWID; INSERT INTO w VALUES ('b', 1), ('A', 2.5);
         CREATE TABLE g (a INT, twice AS (a * 2) STORED, CHECK (a > 0)); INSERT INTO g VALUES (5);
         CREATE TABLE s (n INT, a ANY) STRICT; INSERT INTO s VALUES (1, '1'), (2, 2.0);
         CREATE VIRTUAL TABLE search USING fts5(title); INSERT INTO search VALUES ('мёд'), ('honey');
         CREATE VIRTUAL TABLE boxes USING rtree(id, l, r); INSERT INTO boxes VALUES (1, 2, 3);
         CREATE INDEX i ON t (x, length(x)) WHERE i IS NOT NULL; CREATE VIEW v AS SELECT i FROM t;
         CREATE TRIGGER changed AFTER UPDATE ON t BEGIN DELETE FROM w; END;
         CREATE TABLE \"na\"\"me\" (\"col umn\"); INSERT INTO \"na\"\"me\" VALUES ('x')",
    );
}
