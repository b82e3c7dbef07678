//! Copying several live databases at one moment, on a real disk and beside writers that never rest.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests look at the disk behind the port's back")]
#![allow(clippy::panic, clippy::wildcard_enum_match_arm, reason = "what a test does not expect is a failure")]

mod perform_home;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use omnicraft_core::effect::{CopyOf, Effect};
use omnicraft_core::outcome::{Copied, FailureKind, Outcome, Yield};
use perform_home::{Home, sql_in, workspace};
use rusqlite::Connection;

fn copy(database: &str, number: usize) -> CopyOf {
    CopyOf { database: database.into(), to: format!("backups/.staged-7-{number}.db").into() }
}

fn copy_all(databases: &[&str]) -> Effect {
    Effect::CopyAll { copies: databases.iter().enumerate().map(|(number, name)| copy(name, number)).collect() }
}

/// A home with databases of these names and journal modes, each with a counter for two writers.
fn counting(databases: &[(&str, &str)]) -> Home {
    let mut home = Home::empty();
    home.state.workspaces = databases.iter().map(|(name, _)| workspace(name, name, name)).collect();
    for (name, journal_mode) in databases {
        let sql =
            "CREATE TABLE counter (writer INTEGER PRIMARY KEY, n INTEGER); INSERT INTO counter VALUES (1, 0), (2, 0)";
        sql_in(&home.path(name), &format!("PRAGMA journal_mode = {journal_mode}; {sql}"));
    }
    home
}

fn app(path: &Path) -> Connection {
    let connection = Connection::open(path).unwrap();
    // One writer may keep the other waiting, on a busy machine for long.
    connection.busy_timeout(Duration::from_secs(300)).unwrap();
    connection.execute_batch("PRAGMA synchronous = normal").unwrap();
    connection
}

/// Commits 1, 2, 3, … to one database after the other, until it is told to stop.
fn count(paths: &[PathBuf], writer: i64, stop: &AtomicBool) -> u64 {
    let databases: Vec<Connection> = paths.iter().map(|path| app(path)).collect();
    let mut n = 0;
    while !stop.load(Ordering::Relaxed) {
        n += 1;
        for database in &databases {
            database.execute("UPDATE counter SET n = ? WHERE writer = ?", [n, writer]).unwrap();
        }
    }
    n.unsigned_abs()
}

fn counter(home: &Home, number: usize, writer: i64) -> i64 {
    let connection = Connection::open(home.path(&format!("backups/.staged-7-{number}.db"))).unwrap();
    connection.query_row("SELECT n FROM counter WHERE writer = ?", [writer], |row| row.get(0)).unwrap()
}

/// The law: whoever commits a number to the first database and then to the second is seen between the two at most
/// once, so the first is ahead by the one that is in flight, or not at all.
fn check_one_moment(databases: &[(&str, &str)], rounds: u32) {
    let home = counting(databases);
    let paths: Vec<PathBuf> = databases.iter().map(|(name, _)| home.path(name)).collect();
    let names: Vec<&str> = databases.iter().map(|(name, _)| *name).collect();
    let stop = AtomicBool::new(false);
    let written = thread::scope(|scope| {
        let writers = [1, 2].map(|writer| {
            scope.spawn({
                let (paths, stop) = (&paths, &stop);
                move || count(paths, writer, stop)
            })
        });
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            for round in 0..rounds {
                // Holding them in the writers' order and against it goes wrong in different ways.
                let reversed = round % 2 == 1;
                let order: Vec<&str> = if reversed { names.iter().rev().copied().collect() } else { names.clone() };
                home.done(copy_all(&order));
                let (first, last) = if reversed { (names.len() - 1, 0) } else { (0, names.len() - 1) };
                for writer in [1, 2] {
                    let ahead = counter(&home, first, writer) - counter(&home, last, writer);
                    assert!((0..=1).contains(&ahead), "round {round}: writer {writer} is {ahead} ahead");
                }
            }
        }));
        stop.store(true, Ordering::Relaxed);
        let written = writers.map(|writer| writer.join().unwrap());
        caught.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        written
    });
    // With rollback journals writers wait for every copy, and one may keep the other waiting.
    assert!(written.iter().sum::<u64>() > u64::from(rounds) / 2, "the writers rested: {written:?}");
}

/// An archive of all workspaces held an invoice that was paid, and the cash book without the payment: the first
/// database was held, somebody committed to both, and then the second was held.
///
/// Without the second look at the number of commits, this test fails in its first rounds.
#[test]
fn all_are_of_one_moment_beside_two_writers() {
    check_one_moment(&[("one.db", "wal"), ("two.db", "wal")], 150);
}

#[test]
fn all_are_of_one_moment_whatever_journal_they_have() {
    check_one_moment(&[("one.db", "wal"), ("two.db", "delete")], 25);
    check_one_moment(&[("one.db", "delete"), ("two.db", "delete")], 25);
}

#[test]
fn copies_are_sealed_in_order_and_can_be_repeated() {
    let home = counting(&[("one.db", "wal"), ("two.db", "delete"), ("three.db", "wal")]);
    for number in 0..3 {
        home.put(&format!("backups/.staged-7-{number}.db"), "left over");
        home.put(&format!("backups/.staged-7-{number}.db-journal"), "left over");
    }
    for _ in 0..2 {
        let Yield::CopiedAll(copies) = home.done(copy_all(&["one.db", "two.db", "three.db"])) else { panic!() };
        let told: Vec<_> = copies.iter().map(|copied| (&*copied.journal_mode, Copied::is_fast(&copied.way))).collect();
        assert_eq!(told, [("wal", true), ("delete", false), ("wal", true)]);
        assert_eq!(copies[1].way, "through SQLite: its journal mode is delete");
    }
    for number in 0..3 {
        let copy = Connection::open(home.path(&format!("backups/.staged-7-{number}.db"))).unwrap();
        let mode: String = copy.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
        assert_eq!(mode, "delete");
        assert_eq!(counter(&home, number, 1), 0);
    }
    let staged = ["backups/.staged-7-0.db", "backups/.staged-7-1.db", "backups/.staged-7-2.db"];
    assert_eq!(home.files(), [&staged[..], &["one.db", "three.db", "two.db"]].concat());
}

#[test]
fn copies_of_nothing_are_none() {
    assert_eq!(Home::new().done(copy_all(&[])), Yield::CopiedAll(Vec::new()));
}

#[test]
fn one_missing_database_leaves_no_copy_of_the_others() {
    let home = counting(&[("one.db", "wal")]);
    let failure = home.fails(copy_all(&["one.db", "two.db"]));
    assert_eq!(failure.kind, FailureKind::Missing);
    assert!(failure.path.as_str().ends_with("two.db"), "{failure}");
    assert_eq!(home.files(), ["one.db"]);
}

#[test]
fn one_damaged_database_leaves_no_copy_of_the_others() {
    let home = counting(&[("one.db", "wal"), ("two.db", "wal")]);
    home.put("two.db", vec![0x55; 8192]);
    let failure = home.fails(copy_all(&["one.db", "two.db"]));
    assert_eq!(failure.kind, FailureKind::Damaged);
    assert!(failure.path.as_str().ends_with("two.db"), "{failure}");
    assert_eq!(home.files(), ["one.db", "two.db"]);
}

#[test]
fn a_stop_leaves_nothing() {
    let mut home = counting(&[("one.db", "wal"), ("two.db", "wal")]);
    home.stop = true;
    assert_eq!(home.run(copy_all(&["one.db", "two.db"])), Outcome::Cancelled);
    assert_eq!(home.files(), ["one.db", "two.db"]);
}

#[test]
fn a_database_that_stays_locked_is_said_to_be_busy() {
    let home = counting(&[("one.db", "wal"), ("two.db", "delete")]);
    let app = app(&home.path("two.db"));
    app.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let failure = home.fails(copy_all(&["one.db", "two.db"]));
    assert_eq!(failure.kind, FailureKind::Busy);
    assert!(failure.reason.contains("no moment was found"), "{failure}");
    assert_eq!(home.files(), ["one.db", "two.db"]);
    app.execute_batch("COMMIT").unwrap();
    home.done(copy_all(&["one.db", "two.db"]));
}

/// Readers, and writers between their commits, hinder nobody.
#[test]
fn an_app_at_work_does_not_hinder() {
    let home = counting(&[("one.db", "wal"), ("two.db", "delete")]);
    let (one, two) = (app(&home.path("one.db")), app(&home.path("two.db")));
    one.execute_batch("BEGIN IMMEDIATE; UPDATE counter SET n = 5").unwrap();
    two.execute_batch("BEGIN IMMEDIATE; UPDATE counter SET n = 5").unwrap();
    home.done(copy_all(&["one.db", "two.db"]));
    assert_eq!((counter(&home, 0, 1), counter(&home, 1, 1)), (0, 0));
    one.execute_batch("COMMIT").unwrap();
    two.execute_batch("COMMIT").unwrap();
    home.done(copy_all(&["one.db", "two.db"]));
    assert_eq!((counter(&home, 0, 1), counter(&home, 1, 1)), (5, 5));
}

/// Where a process may have few files open, SQLite only said that it was unable to open a database, and the advice was
/// to check the permissions. The limit is set for a process of its own, which runs this test again.
#[test]
#[cfg(unix)]
fn too_many_open_files_are_named() {
    const LIMITED: &str = "TOO_MANY_OPEN_FILES_ARE_NAMED";
    if std::env::var_os(LIMITED).is_none() {
        let script = "ulimit -n 48 && exec \"$0\" --exact too_many_open_files_are_named";
        let mut again = std::process::Command::new("sh");
        again.args(["-c", script]).arg(std::env::current_exe().unwrap()).env(LIMITED, "yes");
        let output = again.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        return;
    }
    let names: Vec<String> = (0..20).map(|number| format!("{number:02}.db")).collect();
    let home = counting(&names.iter().map(|name| (name.as_str(), "wal")).collect::<Vec<_>>());
    let failure = home.fails(copy_all(&names.iter().map(String::as_str).collect::<Vec<_>>()));
    assert!(failure.reason.contains("20 databases are open at one moment"), "{failure}");
    assert!(failure.remedy.contains("`ulimit -n`"), "{failure}");
    assert_eq!(home.files(), names);
}
