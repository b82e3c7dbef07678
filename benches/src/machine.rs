//! The machine in words, as far as it says something about the figures.

use std::process::Command;
use std::thread;

/// What a reader should know of this machine.
pub fn in_words() -> String {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let system = said("uname", &["-sm"]).unwrap_or_else(|| std::env::consts::OS.to_owned());
    let memory = said("free", &["--giga"]);
    let memory = memory.and_then(|table| table.lines().nth(1)?.split_whitespace().nth(1).map(str::to_owned));
    let memory = memory.map_or_else(String::new, |memory| format!(", {memory} GB of memory"));
    let disk = said("findmnt", &["--noheadings", "--output", "FSTYPE", "--target", &temporary()]);
    let disk = disk.map_or_else(String::new, |disk| format!(", {disk}"));
    let sqlite = rusqlite::version();
    let peer = said("sqlite3", &["--version"]).and_then(|said| said.split_whitespace().next().map(str::to_owned));
    let peer = peer.map_or_else(String::new, |peer| format!("; the sqlite3 shell is {peer}"));
    format!("The machine: {cores} cores, {system}{memory}{disk}. The engine's SQLite is {sqlite}{peer}.")
}

/// Where the businesses that are measured lie.
fn temporary() -> String {
    std::env::temp_dir().display().to_string()
}

fn said(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
