//! What the main job costs, counted and never timed: an `open` with nothing due touches nothing, one with everything
//! due reads the live database once, and memory does not grow with the database.
#![cfg(target_os = "linux")]
#![expect(clippy::disallowed_methods, reason = "tests are the world outside: users, disks and other programs")]
#![expect(clippy::unwrap_used, reason = "a test that cannot set up its world fails")]
#![expect(clippy::print_stdout, reason = "what was skipped, and how to repeat it")]

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use omnicraft_harness::strace::{self, Call};
use omnicraft_harness::world::World;
use omnicraft_harness::{books, process};
use omnicraft_host::ports::clock::{Clock, SystemClock};
use omnicraft_host::ports::filesystem::{FileSystem, OsFileSystem};
use rusqlite::Connection;
use tempfile::TempDir;

/// The calls of `open` in a world; `None` where they cannot be seen.
fn calls_of_open(world: &World) -> Option<Vec<Call>> {
    if let Some(reason) = strace::missing() {
        println!("skipped: {reason}");
        return None;
    }
    let (ran, calls) = strace::watch(&world.command("open"), &world.root(), &world.root().with_extension("log"));
    assert_eq!(ran.code(), Some(0), "{ran}");
    assert!(!calls.is_empty(), "nothing was seen: {ran}");
    Some(calls)
}

fn of<'a>(calls: &'a [Call], file: &'a Path) -> impl Iterator<Item = &'a Call> {
    calls.iter().filter(move |call| call.file() == Some(file))
}

#[test]
fn an_open_with_nothing_due_writes_nothing_and_reads_no_page() {
    let world = World::books();
    world.run("open").applied();
    let Some(calls) = calls_of_open(&world) else { return };

    let touched: Vec<&Call> = calls.iter().filter(|call| call.is_change() || call.is_sync()).collect();
    assert!(touched.is_empty(), "{touched:#?}");
    let live = world.live();
    let beyond: Vec<&Call> = of(&calls, &live).filter(|call| call.reach() > 100).collect();
    assert!(beyond.is_empty(), "{beyond:#?}");
}

#[test]
fn an_open_with_all_tiers_due_reads_the_live_database_once() {
    let world = World::books_and(|connection| books::add_ballast(connection, 4).unwrap());
    let live = world.live();
    let size = i64::try_from(fs::metadata(&live).unwrap().len()).unwrap();
    let Some(calls) = calls_of_open(&world) else { return };

    assert_eq!(world.list().len(), 4);
    let copied = of(&calls, &live).find(|call| matches!(call.name.as_str(), "copy_file_range" | "sendfile"));
    assert!(copied.is_none(), "{copied:?}");
    let read: i64 = of(&calls, &live).filter(|call| call.is_read()).map(|call| call.result).sum();
    println!("{read} bytes read of {size}");
    // Opening and beginning the transaction read the first page and its header again.
    assert!(read >= size && read < size + 16 * 4096, "{read} bytes read of {size}");
}

/// Megabytes of the database that memory must not depend on.
const LARGE: i64 = 1024;

/// Resident memory is looked at all the time: its peak never shrinks, and what it does in the last moment is tidying up.
#[test]
fn memory_stays_small_whatever_the_size_of_the_database() {
    let folder = TempDir::new().unwrap();
    // The database, four snapshots, the staged copy, and room to breathe.
    let needed = (u64::try_from(LARGE).unwrap() * 8) << 20;
    let free = OsFileSystem.free_space(folder.path()).unwrap();
    if free < needed {
        return println!("skipped: {free} bytes are free, {needed} are needed");
    }
    let world = World::on_disk(folder, |path| make_large(path, LARGE));
    let size = fs::metadata(world.live()).unwrap().len();

    let peak = peak_of(&world, "open");
    println!("{peak} KiB at most, for a database of {} MiB", size >> 20);
    assert_eq!(world.list().len(), 4);
    assert!(peak > 1024, "the peak was not seen");
    assert!(peak < 64 * 1024, "{peak} KiB for a database of {size} bytes");
}

/// Many rows, an index over them, and some values of several megabytes.
fn make_large(path: &Path, megabytes: i64) {
    let connection = Connection::open(path).unwrap();
    connection.query_row("PRAGMA journal_mode = OFF", [], |_| Ok(())).unwrap();
    connection.execute_batch("PRAGMA synchronous = OFF; BEGIN").unwrap();
    books::add_ballast(&connection, megabytes - 60).unwrap();
    let sql = "CREATE INDEX ballast_by_size ON ballast (length(scan), substr(scan, 1, 20));
               INSERT INTO ballast (scan) VALUES (zeroblob(20000000)), (zeroblob(20000000)), (randomblob(20000000));
               COMMIT";
    connection.execute_batch(sql).unwrap();
    connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())).unwrap();
}

/// The most resident memory that a command had, in KiB.
fn peak_of(world: &World, line: &str) -> u64 {
    let clock = SystemClock::new();
    let mut child = world.command(line).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    let ended = loop {
        if let Some(ended) = child.try_wait().unwrap() {
            break ended;
        }
        let text = fs::read_to_string(&status).unwrap_or_default();
        let seen = text
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .and_then(|rest| process::words(rest).first()?.parse().ok());
        peak = peak.max(seen.unwrap_or(0));
        clock.wait(Duration::from_millis(2));
    };
    assert!(ended.success(), "{ended}");
    peak
}
