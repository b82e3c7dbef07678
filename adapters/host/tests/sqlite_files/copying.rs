//! Copies of live databases, beside apps that go on working.

use std::path::{Path, PathBuf};

use expect_test::expect;
use omnicraft_core::outcome::FailureKind;
use omnicraft_host::error::{Result, Stop};
use omnicraft_host::sqlite::backup::copy;
use omnicraft_host::sqlite::open::sealed;
use rusqlite::Connection;

use crate::other_process::Other;
use crate::support::{EVERY_KIND, Folder, PLAIN, Watch, dump, fails, one, quietly, run, value, watched};

fn target(folder: &Folder) -> PathBuf {
    let to = folder.path("copy.db");
    std::fs::write(&to, "").expect("write");
    to
}

fn copied(live: &Path, to: &Path) -> Result<String> {
    quietly(|progress| copy(&PLAIN, live, to, progress))
}

#[test]
fn a_copy_of_any_database_is_one_file_with_the_same_content() {
    for page_size in [512, 1024, 4096, 65536] {
        for mode in ["wal", "delete", "truncate", "persist"] {
            for auto_vacuum in [0, 2] {
                let folder = Folder::new();
                let live = folder.database(
                    "shop.db",
                    &format!("PRAGMA page_size = {page_size}; PRAGMA auto_vacuum = {auto_vacuum}; PRAGMA journal_mode = {mode}; {EVERY_KIND}"),
                );
                let to = target(&folder);
                let expected = if mode == "wal" { "wal" } else { "delete" };
                assert_eq!(copied(&live, &to).expect("copy"), expected);
                let header = std::fs::read(&to).expect("read");
                assert_eq!(header[18..20], [1, 1], "it opens without a log");
                let names = folder.names();
                assert!(!names.iter().any(|name| name.starts_with("copy.db-")), "{names:?}");
                assert_eq!(dump(&to), dump(&live));
                assert_eq!(one(&to, "PRAGMA page_size"), page_size.to_string());
                assert_eq!(one(&to, "PRAGMA integrity_check"), "ok");
            }
        }
    }
}

#[test]
fn what_waits_in_the_log_is_copied_and_goes_on_waiting() {
    let folder = Folder::new();
    let live = folder.database("shop.db", "PRAGMA journal_mode = wal; CREATE TABLE t (id INTEGER PRIMARY KEY, v)");
    drop(Other::start("victim", &live));
    let log = std::fs::read(folder.path("shop.db-wal")).expect("a log");
    assert!(!log.is_empty());
    let main = std::fs::read(&live).expect("read");
    let to = target(&folder);
    copied(&live, &to).expect("copy");
    assert_eq!(one(&to, "SELECT v FROM t"), "in the log");
    assert_eq!(std::fs::read(folder.path("shop.db-wal")).expect("a log"), log);
    assert_eq!(std::fs::read(&live).expect("read"), main);
}

/// Without the held read transaction every commit of the app started the copy anew: 49 times in ten seconds, and it
/// never finished.
#[test]
fn an_app_that_commits_at_full_speed_neither_waits_nor_delays() {
    let folder = Folder::new();
    let live = folder.database(
        "shop.db",
        "PRAGMA journal_mode = wal; CREATE TABLE t (id INTEGER PRIMARY KEY, v); CREATE TABLE total (n);
         WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 40000)
         INSERT INTO t (v) SELECT hex(randomblob(400)) FROM c; INSERT INTO total VALUES (40000)",
    );
    let writer = Other::start("writer", &live);
    for _ in 0..5 {
        let to = target(&folder);
        let watch = Watch::default();
        watched(&watch, |progress| copy(&PLAIN, &live, &to, progress)).expect("copy");
        let copy = Connection::open(&to).expect("open");
        let rows = value(&copy, "SELECT count(*) FROM t");
        assert_eq!(rows, value(&copy, "SELECT n FROM total"), "one committed state");
        let pages: u64 = value(&copy, "PRAGMA page_count").parse().expect("a number");
        assert!(watch.asked.get() <= pages / 1024 + 3, "{} steps for {pages} pages", watch.asked.get());
        let now: u64 = one(&live, "SELECT n FROM total").parse().expect("a number");
        assert!(now > rows.parse().expect("a number"), "the app went on");
    }
    let said = writer.end();
    assert!(said.ends_with("commits, 0 busy"), "{said}");
}

#[test]
fn a_locked_database_is_busy_in_the_end() {
    let folder = Folder::new();
    let live = folder.database("shop.db", "CREATE TABLE t (v)");
    let locker = Other::start("locker", &live);
    fails(copied(&live, &target(&folder)), FailureKind::Busy, "locked");
    drop(locker);
    copied(&live, &target(&folder)).expect("copy");
}

#[test]
fn a_cancelled_copy_leaves_the_live_database_alone() {
    let folder = Folder::new();
    let live = folder.database("shop.db", EVERY_KIND);
    let before = std::fs::read(&live).expect("read");
    let watch = Watch { stop_after: Some(1), ..Watch::default() };
    let stopped = watched(&watch, |progress| copy(&PLAIN, &live, &target(&folder), progress));
    assert!(matches!(stopped, Err(Stop::Cancelled)), "{stopped:?}");
    assert_eq!(std::fs::read(&live).expect("read"), before);
    assert_eq!(folder.names(), ["copy.db", "shop.db"]);
    run(&live, "INSERT INTO bare VALUES (1, 2)");
}

#[test]
fn bad_databases_say_why_they_cannot_be_copied() {
    let folder = Folder::new();
    let missing = copied(&folder.path("none.db"), &target(&folder));
    expect!["cannot open the database: there is no such file. Check the path, or restore a snapshot"]
        .assert_eq(&said(missing));
    std::fs::write(folder.path("text.db"), "Dear diary, ".repeat(100)).expect("write");
    let text = copied(&folder.path("text.db"), &target(&folder));
    expect!["cannot copy the database: file is not a database. The database is damaged; restore a snapshot"]
        .assert_eq(&said(text));
    std::fs::write(folder.path("empty.db"), "").expect("write");
    let empty = copied(&folder.path("empty.db"), &target(&folder));
    expect!["cannot open the database: the file is empty (0 bytes). Restore a snapshot"].assert_eq(&said(empty));
}

/// A failure without its path, which differs from run to run.
fn said(result: Result<String>) -> String {
    let mut failure = crate::support::failure(result);
    let path = format!(" ({})", failure.path);
    failure.kind = FailureKind::Io;
    failure.to_string().replace(&path, "")
}

#[test]
fn a_copy_opens_in_a_folder_that_cannot_be_written() {
    let folder = Folder::new();
    let live = folder.database("shop.db", "PRAGMA journal_mode = wal; CREATE TABLE t (v); INSERT INTO t VALUES ('x')");
    let to = target(&folder);
    copied(&live, &to).expect("copy");
    let connection = sealed(&PLAIN, &to).expect("open");
    assert_eq!(value(&connection, "SELECT v FROM t"), "x");
    drop(connection);
    assert_eq!(folder.names(), ["copy.db", "shop.db"]);
}
