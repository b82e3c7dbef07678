//! What others do for a part of the same work, each as durable as it makes itself. Those that are programs of their own
//! are left out where the machine has none of them.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use rusqlite::Connection;

/// `cp` and a sync: the least that a durable copy can cost. Unsafe for a database that is open.
pub fn copy(from: &Path, to: &Path) {
    fs::copy(from, to).unwrap();
    File::open(to).and_then(|file| file.sync_all()).unwrap();
}

/// SQLite's `VACUUM INTO`, with the sync that it makes.
pub fn vacuum_into(from: &Path, to: &Path) {
    let connection = Connection::open(from).unwrap();
    connection.execute("VACUUM INTO ?1", [to.to_str().unwrap()]).unwrap();
}

/// Whether there is a program of this name that can be asked for its version.
pub fn has(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

/// Python's `sqlite3.Connection.backup` and a sync, as Python itself measures them, without Python's own start.
pub fn python_backup(from: &Path, to: &Path) -> Duration {
    const SCRIPT: &str = "
import os, sqlite3, sys, time
start = time.perf_counter()
source, target = sqlite3.connect(sys.argv[1]), sqlite3.connect(sys.argv[2])
source.backup(target)
target.close()
file = os.open(sys.argv[2], os.O_RDONLY)
os.fsync(file)
print(time.perf_counter() - start)
";
    let output = Command::new("python3").args(["-c", SCRIPT]).args([from, to]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Duration::from_secs_f64(String::from_utf8_lossy(&output.stdout).trim().parse().unwrap())
}

/// The shell's full check of a database.
pub fn shell_check(file: &Path) {
    let output = Command::new("sqlite3").arg(file).arg("PRAGMA integrity_check").output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "ok\n");
}

/// The shell's `.restore`: no check of either database, no safeguard, no undo.
pub fn shell_restore(live: &Path, from: &Path) {
    let restore = format!(".restore '{}'", from.display());
    let status = Command::new("sqlite3").arg(live).arg(restore).status().unwrap();
    assert!(status.success());
}
