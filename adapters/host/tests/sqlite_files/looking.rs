//! Looks at live databases.

use std::collections::BTreeSet;
use std::path::Path;

use omnicraft_core::model::LiveState;
use omnicraft_host::sqlite::header::look;
use rusqlite::Connection;

use crate::support::{EVERY_KIND, Folder, PLAIN, value};

fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |found| found.len())
}

fn looked(folder: &Folder, name: &str) -> LiveState {
    let path = folder.path(name);
    look(&PLAIN, &path, size(&path), size(&folder.path(&format!("{name}-wal")))).expect("look")
}

fn damaged(folder: &Folder, name: &str) -> String {
    match looked(folder, name) {
        LiveState::Damaged(reason) => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn good_databases_are_plausible() {
    for setting in ["page_size = 512", "page_size = 65536", "journal_mode = wal", "journal_mode = persist"] {
        let folder = Folder::new();
        folder.database("a.db", &format!("PRAGMA {setting}; {EVERY_KIND}"));
        assert_eq!(looked(&folder, "a.db"), LiveState::Plausible, "{setting}");
    }
}

#[test]
fn bad_databases_say_what_is_wrong() {
    let folder = Folder::new();
    let path = folder.database("a.db", EVERY_KIND);
    assert_eq!(looked(&folder, "none.db"), LiveState::Missing);
    let whole = std::fs::read(&path).expect("read");
    std::fs::write(&path, &whole[..whole.len() - 1]).expect("write");
    assert!(damaged(&folder, "a.db").contains("cut off"));
    let mut ruined = whole.clone();
    ruined[16..24].fill(0xa5);
    std::fs::write(&path, ruined).expect("write");
    assert!(damaged(&folder, "a.db").contains("header is damaged"));
    std::fs::write(&path, &whole[..50]).expect("write");
    assert!(damaged(&folder, "a.db").contains("cut off"));
    std::fs::write(&path, "Dear diary").expect("write");
    assert!(damaged(&folder, "a.db").contains("not an SQLite database"));
    std::fs::write(&path, "").expect("write");
    assert!(damaged(&folder, "a.db").contains("empty"));
}

#[test]
fn a_log_with_content_excuses_the_file() {
    let folder = Folder::new();
    let path = folder.database("a.db", "PRAGMA journal_mode = wal; CREATE TABLE t (v)");
    let app = Connection::open(&path).expect("open");
    app.execute_batch("INSERT INTO t VALUES (1)").expect("commit");
    assert!(size(&folder.path("a.db-wal")) > 0);
    // A power cut in the middle of a checkpoint: page 1 is torn, and SQLite mends it from the log.
    let torn = folder.path("b.db");
    std::fs::copy(folder.path("a.db-wal"), folder.path("b.db-wal")).expect("copy");
    let mut bytes = std::fs::read(&path).expect("read");
    bytes[..16].fill(0);
    std::fs::write(&torn, bytes).expect("write");
    assert_eq!(looked(&folder, "b.db"), LiveState::Plausible);
    // An empty file makes SQLite delete the log.
    std::fs::write(folder.path("c.db"), "").expect("write");
    std::fs::copy(folder.path("a.db-wal"), folder.path("c.db-wal")).expect("copy");
    assert!(damaged(&folder, "c.db").contains("empty"));
}

#[test]
fn looking_leaves_no_trace() {
    for mode in ["wal", "delete"] {
        let folder = Folder::new();
        let path = folder.database("a.db", &format!("PRAGMA journal_mode = {mode}; CREATE TABLE t (v)"));
        let trace = |folder: &Folder| {
            let found = std::fs::metadata(&path).expect("there");
            (folder.names(), found.modified().expect("time"), found.len())
        };
        let before = trace(&folder);
        assert_eq!(looked(&folder, "a.db"), LiveState::Plausible);
        assert_eq!(trace(&folder), before);
    }
}

/// A plain `open` and `close` of the file in the app's own process drops the app's locks: another process then takes
/// itself for the last one and deletes the log, into which the app goes on committing.
#[cfg(target_os = "linux")]
#[test]
fn locks_of_this_process_survive_a_look() {
    let folder = Folder::new();
    let path = folder.database("a.db", "PRAGMA journal_mode = wal; CREATE TABLE t (v)");
    let app = Connection::open(&path).expect("open");
    app.execute_batch("BEGIN IMMEDIATE; INSERT INTO t VALUES (1); COMMIT").expect("commit");
    let held = locks(&path);
    assert!(held > 0, "a WAL connection holds locks");
    let read = look(&PLAIN, &path, size(&path), 0).expect("look");
    assert_eq!(read, LiveState::Plausible);
    assert_eq!(locks(&path), held);
    assert_eq!(value(&app, "SELECT v FROM t"), "1");
}

/// Locks on a file as the kernel lists them. While others lock and unlock, the list moves under whoever reads it: a line
/// can come twice, or not at all.
#[cfg(target_os = "linux")]
fn locks(path: &Path) -> usize {
    use std::os::unix::fs::MetadataExt;
    let inode = format!(":{} ", std::fs::metadata(path).expect("there").ino());
    let pid = format!(" {} ", std::process::id());
    let read = |_| std::fs::read_to_string("/proc/locks").expect("locks");
    let lists: Vec<String> = (0..5).map(read).collect();
    let ours = lists.iter().flat_map(|list| list.lines()).filter(|line| line.contains(&inode) && line.contains(&pid));
    ours.filter_map(|line| line.split_once(' ')).map(|(_number, lock)| lock).collect::<BTreeSet<_>>().len()
}
