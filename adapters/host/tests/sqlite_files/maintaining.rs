//! Statistics and compaction of live databases.

use std::path::{Path, PathBuf};
use std::time::Duration;

use omnicraft_host::error::{Result, Stop};
use omnicraft_host::sqlite::maintenance::{compact, optimize, version_is_safe};

use crate::other_process::Other;
use crate::support::{EVERY_KIND, Folder, PLAIN, Watch, dump, one, quietly, run, watched};

const LONG: Duration = Duration::from_secs(600);

fn compacted(path: &Path, may_renumber: bool, budget: Duration, free: u64) -> Result<String> {
    let tables = if may_renumber { unnumbered() } else { Vec::new() };
    quietly(|progress| compact(&PLAIN, path, &tables, budget, free, progress))
}

/// Those of its tables whose rows have no number of their own.
fn unnumbered() -> Vec<String> {
    ["bare", "text_key", "select \"from\" 'where'", ""].map(str::to_owned).to_vec()
}

/// A database with every kind of table and 4 MB of free pages.
fn gappy(folder: &Folder, mode: &str) -> PathBuf {
    folder.database(
        "a.db",
        &format!(
            "PRAGMA journal_mode = {mode}; PRAGMA application_id = 77; {EVERY_KIND}
             CREATE TABLE big (id INTEGER PRIMARY KEY, v);
             WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 6000)
             INSERT INTO big SELECT i * 3, randomblob(800) FROM c;
             DELETE FROM big WHERE id > 6000"
        ),
    )
}

#[track_caller]
fn skipped(result: Result<String>, why: &str) {
    let note = result.expect("a note");
    assert!(note.starts_with("skipped: ") && note.contains(why), "{note}");
}

#[test]
fn our_sqlite_is_safe() {
    assert!(version_is_safe());
}

#[test]
fn compaction_keeps_everything() {
    for mode in ["wal", "delete", "persist", "truncate"] {
        let folder = Folder::new();
        let path = gappy(&folder, mode);
        let (content, size) = (dump(&path), std::fs::metadata(&path).expect("there").len());
        let note = compacted(&path, true, LONG, u64::MAX).expect("compact");
        assert!(note.starts_with("gave back 3."), "{note}");
        assert!(std::fs::metadata(&path).expect("there").len() < size / 2);
        assert_eq!(folder.names(), ["a.db"]);
        assert_eq!(dump(&path), content);
        assert_eq!(one(&path, "PRAGMA journal_mode"), if mode == "wal" { "wal" } else { "delete" });
        assert_eq!(one(&path, "PRAGMA integrity_check"), "ok");
        assert_eq!(one(&path, "SELECT count(*) FROM search('spoon')"), "1");
        skipped(compacted(&path, true, LONG, u64::MAX), "unused");
    }
}

#[test]
fn compaction_needs_room_time_and_numbered_rows() {
    let folder = Folder::new();
    let path = gappy(&folder, "wal");
    let before = dump(&path);
    skipped(compacted(&path, false, LONG, u64::MAX), "renumber the rows of table");
    skipped(compacted(&path, true, LONG, 5 << 20), "free disk space");
    skipped(compacted(&path, true, Duration::ZERO, u64::MAX), "longer than");
    assert_eq!(dump(&path), before);
    run(&path, "DROP TABLE bare; DROP TABLE text_key; DROP TABLE \"select \"\"from\"\" 'where'\"; DROP TABLE \"\"");
    let note = compacted(&path, false, LONG, u64::MAX).expect("compact");
    assert!(note.starts_with("gave back"), "{note}");
}

#[test]
fn a_cancelled_compaction_changes_nothing() {
    let folder = Folder::new();
    let path = gappy(&folder, "wal");
    let before = dump(&path);
    let watch = Watch { stop_after: Some(2), ..Watch::default() };
    let stopped = watched(&watch, |progress| compact(&PLAIN, &path, &unnumbered(), LONG, u64::MAX, progress));
    assert!(matches!(stopped, Err(Stop::Cancelled)), "{stopped:?}");
    assert_eq!(dump(&path), before);
    assert_eq!(one(&path, "PRAGMA integrity_check"), "ok");
}

#[test]
fn nothing_is_compacted_while_somebody_holds_it() {
    for (mode, role) in [("wal", "reader"), ("wal", "locker"), ("delete", "locker")] {
        let folder = Folder::new();
        let path = gappy(&folder, mode);
        let other = Other::start(role, &path);
        skipped(compacted(&path, true, LONG, u64::MAX), "another program");
        drop(other);
        assert!(compacted(&path, true, LONG, u64::MAX).expect("compact").starts_with("gave back"));
    }
}

#[test]
fn statistics_are_refreshed_once() {
    let folder = Folder::new();
    let path = folder.database(
        "a.db",
        "CREATE TABLE t (id INTEGER PRIMARY KEY, v); CREATE INDEX i ON t (v); INSERT INTO t (v) VALUES (1), (2), (2)",
    );
    let before = dump(&path);
    let note = quietly(|progress| optimize(&PLAIN, &path, progress)).expect("optimize");
    assert_eq!(note, "statistics are up to date");
    assert_eq!(one(&path, "SELECT count(*) FROM sqlite_stat1 WHERE idx = 'i'"), "1");
    let written = std::fs::metadata(&path).expect("there").modified().expect("time");
    quietly(|progress| optimize(&PLAIN, &path, progress)).expect("optimize");
    assert_eq!(std::fs::metadata(&path).expect("there").modified().expect("time"), written);
    assert_eq!(dump(&path), before);
}
