//! What others do for a part of the same work, each as durable as it makes itself. Those that are programs of their own
//! are left out where the machine has none of them.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

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
    let said = Command::new(program).arg("--version").stdin(Stdio::null()).output();
    said.is_ok_and(|output| output.status.success())
}

/// The same of sqldiff, which tells no version.
pub fn has_sqldiff() -> bool {
    Command::new("sqldiff").arg("--help").output().is_ok()
}

/// The sqlite3 shell doing something with a database.
pub fn shell(database: &Path, script: &str) {
    let mut command = Command::new("sqlite3");
    let mut shell = command.arg("-bail").arg(database).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    shell.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    assert!(shell.wait().unwrap().success(), "{script}");
}

/// The shell's `.backup`: the copy is synced, its name is not.
pub fn shell_backup(from: &Path, to: &Path) {
    shell(from, &format!(".backup '{}'\n", to.display()));
}

/// The shell's `.restore`: no check of either database, no safeguard, no undo.
pub fn shell_restore(live: &Path, from: &Path) {
    shell(live, &format!(".restore '{}'\n", from.display()));
}

/// `sqldiff --summary`: rows by primary key, table after table.
pub fn sqldiff(live: &Path, candidate: &Path) {
    let status = Command::new("sqldiff").arg("--summary").args([live, candidate]).stdout(Stdio::null()).status();
    assert!(status.unwrap().success());
}
