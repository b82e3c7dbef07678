//! Opening live databases and sealed files.

use std::path::PathBuf;

use omnicraft_core::outcome::FailureKind;
use omnicraft_host::sqlite::open::{live, sealed};

use crate::support::{Folder, PLAIN, fails, one, run, value};

#[test]
fn names_are_taken_as_they_are() {
    for name in ["50% #1?.db", "a b&c=d.db", "ведомость 🥄.db", "file:x.db", "%41.db", "'\".db"] {
        let folder = Folder::new();
        let plain = folder.database("plain.db", "CREATE TABLE t (v); INSERT INTO t VALUES ('here')");
        std::fs::rename(plain, folder.path(name)).expect("rename");
        for connection in [live(&PLAIN, &folder.path(name)), sealed(&PLAIN, &folder.path(name))] {
            assert_eq!(value(&connection.expect(name), "SELECT v FROM t"), "here", "{name}");
        }
        assert_eq!(folder.names(), [name], "nothing else is made");
    }
}

#[cfg(unix)]
#[test]
fn names_need_not_be_utf8() {
    use std::os::unix::ffi::OsStringExt;
    let folder = Folder::new();
    let plain = folder.database("plain.db", "CREATE TABLE t (v); INSERT INTO t VALUES ('here')");
    let name = PathBuf::from(std::ffi::OsString::from_vec(b"sh\xff\xfe%op.db".to_vec()));
    let path = folder.path("").join(name);
    std::fs::rename(plain, &path).expect("rename");
    assert_eq!(value(&live(&PLAIN, &path).expect("live"), "SELECT v FROM t"), "here");
    assert_eq!(value(&sealed(&PLAIN, &path).expect("sealed"), "SELECT v FROM t"), "here");
}

#[test]
fn a_missing_file_is_an_error_and_stays_missing() {
    let folder = Folder::new();
    fails(live(&PLAIN, &folder.path("none.db")), FailureKind::Missing, "no such file");
    fails(sealed(&PLAIN, &folder.path("none.db")), FailureKind::Missing, "no such file");
    fails(live(&PLAIN, &folder.path("")), FailureKind::Missing, "no such file");
    assert!(folder.names().is_empty());
}

/// SQLite takes an empty file for a new database and deletes the write-ahead log beside it, all that was left.
#[test]
fn an_empty_file_does_not_cost_the_log() {
    let folder = Folder::new();
    let path = folder.path("shop.db");
    std::fs::write(&path, "").expect("write");
    std::fs::write(folder.path("shop.db-wal"), "all that is left").expect("write");
    fails(live(&PLAIN, &path), FailureKind::Damaged, "empty");
    assert_eq!(std::fs::read(folder.path("shop.db-wal")).expect("read"), b"all that is left");
}

#[test]
fn the_journal_mode_stays() {
    for mode in ["wal", "delete"] {
        let folder = Folder::new();
        let path = folder.database("shop.db", &format!("PRAGMA journal_mode = {mode}; CREATE TABLE t (v)"));
        live(&PLAIN, &path).expect("open").execute_batch("INSERT INTO t VALUES (1)").expect("write");
        assert_eq!(one(&path, "PRAGMA journal_mode"), mode);
    }
}

#[test]
fn a_sealed_file_cannot_be_written() {
    let folder = Folder::new();
    let path = folder.database("shop.db", "CREATE TABLE t (v)");
    let connection = sealed(&PLAIN, &path).expect("open");
    connection.execute_batch("INSERT INTO t VALUES (1)").expect_err("written");
    assert_eq!(value(&connection, "PRAGMA trusted_schema"), "0");
    run(&path, "INSERT INTO t VALUES (1)");
}
