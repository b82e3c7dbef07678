//! Tidying a live database: statistics for the query planner, and free pages given back to the file system.
//!
//! Both are courtesies: when the database is in use, the disk is short or the budget is spent, nothing is done and the
//! note says why. SQLite makes both all or nothing, whatever interrupts them.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode};

use super::schema::{self, TableKind};
use super::trouble::{Trouble, is_busy, is_interrupt, trouble};
use super::{Opener, ffi, open};
use crate::error::{Result, Stop};
use crate::progress::Progress;

const MIB: u64 = 1 << 20;

/// What is kept of a database in memory, at the most, while it is compacted, which saves a sixth of the time that a
/// temporary file costs (seen: 160 ms beside 190 for 33 MB of content).
const IN_MEMORY: u64 = 64 * MIB;

/// Whether this SQLite may checkpoint beside other connections: versions before 3.51.3 can damage a WAL database when
/// one connection checkpoints while another writes (<https://sqlite.org/wal.html#walresetbug>).
pub fn version_is_safe() -> bool {
    rusqlite::version_number() >= 3_051_003
}

/// Lets SQLite refresh its statistics where they are out of date. Returns in words what was done, or why not.
pub fn optimize(opener: &Opener, live: &Path, progress: &mut Progress<'_>) -> Result<String> {
    let attempted = "refresh the statistics of the database";
    progress.at(0, 0)?;
    let connection = open::live(opener, live)?;
    // All tables are looked at, because this connection has run no queries to judge by; the limit keeps it short.
    let optimized = ffi::interruptible(&connection, &|| progress.cancelled(), || {
        connection.execute_batch("PRAGMA main.analysis_limit = 1000; PRAGMA main.optimize = 0x10002")
    });
    match optimized {
        Ok(()) => Ok("statistics are up to date".to_owned()),
        Err(error) => courtesy(attempted, live, &error),
    }
}

/// Gives free pages back to the file system when that pays. Returns in words what was done, or why not.
///
/// The content stays the same; rows of tables without `INTEGER PRIMARY KEY` may be renumbered, which only happens where
/// `may_renumber` names them all. `free_bytes` is what the disk has left. Nobody else can use the database meanwhile,
/// and nothing is done while somebody does. A kill or a power cut leaves the content as it was.
pub fn compact(
    opener: &Opener,
    live: &Path,
    may_renumber: &[String],
    budget: Duration,
    free_bytes: u64,
    progress: &mut Progress<'_>,
) -> Result<String> {
    let attempted = "compact the database";
    progress.at(0, 0)?;
    if !version_is_safe() {
        return Ok(format!("skipped: SQLite {} is too old to do this safely", rusqlite::version()));
    }
    let connection = open::live(opener, live)?;
    let deadline = progress.monotonic() + budget;
    let compacted = plan(&connection, may_renumber, free_bytes).and_then(|skipped| match skipped {
        Some(reason) => Ok(reason),
        None => {
            let stop = || progress.cancelled() || progress.monotonic() >= deadline;
            vacuum(&connection, &stop)
        }
    });
    match compacted {
        Ok(note) => Ok(note),
        Err(error) if is_interrupt(&error) && !progress.cancelled() => {
            Ok(format!("skipped: it would take longer than {} seconds", budget.as_secs_f32()))
        }
        Err(error) => courtesy(attempted, live, &error),
    }
}

/// Why nothing is to be done, if so.
fn plan(connection: &Connection, may_renumber: &[String], free_bytes: u64) -> rusqlite::Result<Option<String>> {
    let pages = number(connection, "page_count")?;
    let free = number(connection, "freelist_count")?;
    let page_size = number(connection, "page_size")?;
    let (bytes, idle) = (pages * page_size, free * page_size);
    if free * 5 <= pages || idle <= MIB {
        return Ok(Some(format!("skipped: only {} of {} are unused", size(idle), size(bytes))));
    }
    if let Some(table) = renumbered(connection, may_renumber)? {
        return Ok(Some(format!("skipped: it would renumber the rows of table {table}")));
    }
    let needed = bytes / 2 * 5;
    if free_bytes <= needed {
        let (needed, left) = (size(needed), size(free_bytes));
        return Ok(Some(format!("skipped: it needs {needed} of free disk space for a while, and there are {left}")));
    }
    Ok(None)
}

/// The first table whose rows have no number of their own. Shadow tables are kept straight by their modules.
fn renumbered(connection: &Connection, may_renumber: &[String]) -> rusqlite::Result<Option<String>> {
    let tables = schema::tables(connection)?;
    Ok(tables
        .into_iter()
        .filter(|table| table.kind == TableKind::Ordinary && !table.key_is_rowid)
        .map(|table| table.name)
        .find(|name| !may_renumber.contains(name)))
}

fn vacuum(connection: &Connection, stop: &dyn Fn() -> bool) -> rusqlite::Result<String> {
    let before = number(connection, "page_count")?;
    let page_size = number(connection, "page_size")?;
    let used = before.saturating_sub(number(connection, "freelist_count")?) * page_size;
    let temp_store = if used <= IN_MEMORY { "MEMORY" } else { "FILE" };
    connection.busy_timeout(Duration::ZERO)?;
    connection.execute_batch(&format!("PRAGMA temp_store = {temp_store}; PRAGMA main.synchronous = FULL"))?;
    open::take_exclusively(connection)?;
    let vacuumed = ffi::interruptible(connection, stop, || connection.execute_batch("VACUUM"));
    // Also after a failure: the log may hold as many pages as the database.
    let checkpointed = connection.query_row("PRAGMA main.wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    // Leaving the exclusive mode, by a look at the file, removes a rollback journal.
    connection.query_row("PRAGMA main.locking_mode = NORMAL", [], |_| Ok(()))?;
    let after = number(connection, "page_count")?;
    vacuumed.and(checkpointed)?;
    Ok(format!("gave back {} of {}", size(before.saturating_sub(after) * page_size), size(before * page_size)))
}

fn number(connection: &Connection, pragma: &str) -> rusqlite::Result<u64> {
    let number: i64 = connection.query_row(&format!("PRAGMA main.{pragma}"), [], |row| row.get(0))?;
    Ok(u64::try_from(number).unwrap_or_default())
}

/// What stands in the way of a courtesy is no failure, unless it says something about the database or the disk.
fn courtesy(attempted: &str, live: &Path, error: &rusqlite::Error) -> Result<String> {
    if is_busy(error) {
        return Ok("skipped: another program is using the database".to_owned());
    }
    if error.sqlite_error_code() == Some(ErrorCode::DiskFull) {
        return Ok("skipped: there is not enough free disk space".to_owned());
    }
    if trouble(error) == Trouble::Unsupported {
        return Ok(format!("skipped: {error}"));
    }
    Err(Stop::sqlite(attempted, live, error))
}

fn size(bytes: u64) -> String {
    format!("{}.{} MiB", bytes / MIB, bytes % MIB * 10 / MIB)
}
