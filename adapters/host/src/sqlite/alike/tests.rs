//! How few rows are left to be read.

use std::cell::RefCell;
use std::fmt::Write as _;

use expect_test::{Expect, expect};
use rusqlite::Connection;

use super::Pages;
use crate::ports::clock::SystemClock;
use crate::ports::filesystem::OsFileSystem;
use crate::progress::{Progress, Unobserved};
use crate::sqlite::sides::{Side, Trip};
use crate::sqlite::{Opener, backup, open};

const ROWS: &str = "CREATE TABLE sale (id INTEGER PRIMARY KEY, note TEXT);
    WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) INSERT INTO sale SELECT i, 'a sale ' || i FROM n;
    CREATE TABLE other (v)";

/// The rowids that are left on each side after some work of the app since the copy.
fn check(since: &str, expected: &Expect) {
    let folder = tempfile::tempdir().unwrap();
    let (live, then) = (folder.path().join("live.db"), folder.path().join("then.db"));
    let app = Connection::open(&live).unwrap();
    app.execute_batch(&format!("PRAGMA journal_mode = wal; {ROWS}")).unwrap();
    let (opener, clock) = (Opener::default(), SystemClock::new());
    let mut progress = Progress::new(&Unobserved, &clock, String::new());
    let held = backup::hold(&opener, &live, &mut progress).unwrap();
    held.copy(&opener, &OsFileSystem, &then, &mut |_, _, _| Ok(())).unwrap();
    app.execute_batch(since).unwrap();

    let connection = open::reader(&opener, &live).unwrap();
    open::hold(&connection, "test", &live, &mut progress).unwrap();
    let mark = backup::mark(&connection).unwrap();
    let sealed = open::sealed(&opener, &then).unwrap();
    let progress = RefCell::new(&mut progress);
    let mut pages = Pages::of((&connection, &mark), &sealed, &progress).unwrap();
    let (old, new) = (Side::new(&connection, None, Trip::Live), Side::new(&sealed, None, Trip::Candidate));
    let (old, new) = (old.unwrap(), new.unwrap());
    let (old, new) = (old.table("sale").unwrap(), new.table("sale").unwrap());
    let unlike = pages.as_mut().and_then(|pages| pages.unlike(old, new));
    let mut text = String::new();
    match unlike {
        Some(unlike) => writeln!(text, "live {:?}\nthen {:?}", unlike.old, unlike.new).unwrap(),
        None => text += "all rows",
    }
    expected.assert_eq(&text);
}

#[test]
fn what_lies_in_equal_pages_is_not_read() {
    check(
        "INSERT INTO other VALUES (1)",
        &expect![[r#"
        live []
        then []
    "#]],
    );
    check(
        "UPDATE sale SET note = 'x' WHERE id = 2500",
        &expect![[r#"
        live [(2431, 2645)]
        then [(2431, 2645)]
    "#]],
    );
    check(
        "INSERT INTO sale (note) VALUES ('new'), ('new')",
        &expect![[r#"
        live [(4796, 5002)]
        then [(4796, 5000)]
    "#]],
    );
    check(
        "UPDATE sale SET note = note || ' and more' WHERE id IN (17, 4000)",
        &expect![[r#"
        live [(1, 694), (3721, 4365)]
        then [(1, 694), (3721, 4365)]
    "#]],
    );
}

#[test]
fn where_it_would_not_pay_or_the_table_is_another_all_rows_are_read() {
    check("UPDATE sale SET note = upper(note)", &expect!["all rows"]);
    check("ALTER TABLE sale ADD COLUMN paid DEFAULT 1", &expect!["all rows"]);
    check(
        "PRAGMA journal_mode = delete; PRAGMA page_size = 8192; VACUUM; PRAGMA journal_mode = wal",
        &expect!["all rows"],
    );
}
