//! Proofs that nobody holds a live database.

use std::path::Path;

use omnicraft_core::outcome::FailureKind;
use omnicraft_host::error::Result;
use omnicraft_host::ports::filesystem::{FileSystem as _, OsFileSystem};
use omnicraft_host::sqlite::backup::hold;
use omnicraft_host::sqlite::holders::let_go;
use rusqlite::Connection;

use crate::other_process::Other;
use crate::support::{Folder, PLAIN, fails, one, quietly};

const TABLE: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY, v)";

fn gone(path: &Path) -> Result<()> {
    let_go(&PLAIN, path)
}

#[test]
fn a_database_that_nobody_holds_is_one_file_afterwards() {
    for mode in ["wal", "delete", "truncate", "persist"] {
        let folder = Folder::new();
        let path = folder.database("a.db", &format!("PRAGMA journal_mode = {mode}; {TABLE}"));
        gone(&path).expect("nobody");
        assert!(!folder.names().contains(&"a.db-wal".to_owned()));
        assert_eq!(one(&path, "PRAGMA integrity_check"), "ok");
    }
    gone(Path::new("/nowhere/a.db")).expect("nothing to hold");
}

#[test]
fn what_waited_in_the_log_is_in_the_file_afterwards() {
    let folder = Folder::new();
    let path = folder.database("a.db", &format!("PRAGMA journal_mode = wal; {TABLE}"));
    drop(Other::start("victim", &path));
    assert!(folder.names().contains(&"a.db-wal".to_owned()));
    gone(&path).expect("nobody");
    assert!(!folder.names().contains(&"a.db-wal".to_owned()));
    assert_eq!(one(&path, "SELECT v FROM t"), "in the log");
}

#[test]
fn another_program_is_named() {
    for (mode, role) in [("wal", "reader"), ("wal", "locker"), ("delete", "reader"), ("delete", "locker")] {
        let folder = Folder::new();
        let path = folder.database("a.db", &format!("PRAGMA journal_mode = {mode}; {TABLE}"));
        let other = Other::start(role, &path);
        let who = if cfg!(target_os = "linux") { format!("(pid {})", other.id()) } else { "program".to_owned() };
        fails(gone(&path), FailureKind::Busy, &who);
        drop(other);
        gone(&path).expect("nobody any more");
    }
}

/// A damaged database was kept as it was, by a raw copy, and then the restore was refused: "this program still has it open".
/// The descriptor of the copy was left open, because closing it would have dropped the app's locks.
#[test]
#[cfg(target_os = "linux")]
fn raw_copies_and_snapshots_hold_nothing_afterwards() {
    let folder = Folder::new();
    let path = folder.database("a.db", &format!("PRAGMA journal_mode = wal; {TABLE}"));
    OsFileSystem.copy_live(&path, &folder.path("raw"), &mut |_| true).expect("a raw copy");
    gone(&path).expect("nobody");
    let held = quietly(|progress| hold(&PLAIN, &path, progress)).expect("hold");
    held.copy(&PLAIN, &OsFileSystem, &folder.path("snapshot"), &mut |_, _, _| Ok(())).expect("a snapshot");
    gone(&path).expect("nobody");
}

#[test]
fn this_program_counts_too() {
    let folder = Folder::new();
    let path = folder.database("a.db", &format!("PRAGMA journal_mode = wal; {TABLE}"));
    let own = Connection::open(&path).expect("open");
    own.execute_batch("INSERT INTO t (v) VALUES (1)").expect("commit");
    fails(gone(&path), FailureKind::Busy, if cfg!(target_os = "linux") { "this program" } else { "program" });
    drop(own);
    gone(&path).expect("nobody any more");
}

#[test]
fn a_ruined_database_passes_when_nobody_holds_it() {
    let folder = Folder::new();
    let path = folder.path("a.db");
    for content in ["", "Dear diary, it was a nice database once"] {
        std::fs::write(&path, content).expect("write");
        std::fs::write(folder.path("a.db-wal"), "left").expect("write");
        gone(&path).expect("nobody");
        assert_eq!(std::fs::read_to_string(&path).expect("read"), content);
    }
    assert_eq!(std::fs::read_to_string(folder.path("a.db-wal")).expect("read"), "left");
}

#[cfg(target_os = "linux")]
#[test]
fn a_ruined_database_that_is_held_does_not_pass() {
    let folder = Folder::new();
    let path = folder.path("a.db");
    std::fs::write(&path, "Dear diary").expect("write");
    let held = std::fs::File::open(&path).expect("open");
    fails(gone(&path), FailureKind::Busy, "this program");
    drop(held);
    gone(&path).expect("nobody any more");
}
