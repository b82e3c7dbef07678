//! Opening databases: the live one, which an app may have open too, and files that nobody writes.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use omnicraft_core::outcome::FailureKind;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::trouble::is_busy;
use super::{Opener, ffi, maintenance};
use crate::error::{Result, Stop};
use crate::progress::Progress;
use crate::two_cores;

/// How long one statement waits for somebody else's lock.
const PATIENCE: Duration = Duration::from_secs(5);

/// Bytes of a file from which on a second thread and a second connection pay.
const LARGE: u64 = 8 << 20;

/// SQLite's sidecars that can hold content of a database.
pub(super) const SIDECARS: [&str; 2] = ["-wal", "-journal"];

/// Opens an existing live database for reading and writing. Its journal mode stays as it is. A missing file is an
/// error, and so is an empty one: SQLite would take it for a new database and delete the write-ahead log beside it,
/// which may be all that is left.
pub fn live(opener: &Opener, path: &Path) -> Result<Connection> {
    let attempted = "open the database";
    if !present(opener, path) {
        return Err(missing(attempted, path));
    }
    let failed = |error| Stop::sqlite(attempted, path, &error);
    let connection = connect(opener, path, &[], OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(failed)?;
    if ffi::size(&connection).map_err(failed)? == 0 {
        let remedy = "Restore a snapshot";
        return Err(Stop::new(FailureKind::Damaged, attempted, path, "the file is empty (0 bytes)", remedy));
    }
    connection.busy_timeout(PATIENCE).map_err(failed)?;
    // On macOS a plain fsync stops in the drive's cache.
    connection.execute_batch("PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON;").map_err(failed)?;
    if !maintenance::version_is_safe() {
        keep_log(&connection, true).map_err(failed)?;
    }
    Ok(connection)
}

/// Opens a file that nobody writes, and of which nothing is trusted: read-only, without locks or sidecars, with little
/// memory. **Never for a live database**: it takes no locks, and does not see the write-ahead log.
pub fn sealed(opener: &Opener, path: &Path) -> Result<Connection> {
    let attempted = "open the database file";
    if !present(opener, path) {
        return Err(missing(attempted, path));
    }
    open_sealed(opener, path).map_err(|error| Stop::sqlite(attempted, path, &error))
}

/// As [`sealed`], twice where reading on two cores pays.
pub fn sealed_for_cores(opener: &Opener, path: &Path, bytes: u64, progress: &Progress<'_>) -> Result<Vec<Connection>> {
    let cores = if two_cores_pay(opener, bytes, progress) { 2 } else { 1 };
    (0..cores).map(|_| sealed(opener, path)).collect()
}

/// Whether it pays to read a file of so many bytes on two threads with a connection each.
pub(crate) fn two_cores_pay(opener: &Opener, bytes: u64, progress: &Progress<'_>) -> bool {
    // A named file layer is a simulated disk, which counts what it is asked: there one thread asks.
    bytes >= LARGE && opener.vfs.is_none() && !progress.gives_way() && two_cores::are_there()
}

/// As [`sealed`], with SQLite's own error, which tells bad content from trouble with the machine.
pub(super) fn open_sealed(opener: &Opener, path: &Path) -> rusqlite::Result<Connection> {
    let connection = connect(opener, path, &["immutable=1"], OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.execute_batch("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;")?;
    limit_memory(&connection)?;
    Ok(connection)
}

/// As [`live`], for reading alone: what waits in the write-ahead log when it opens still waits there when it closes.
pub(crate) fn reader(opener: &Opener, path: &Path) -> Result<Connection> {
    let waiting = has_content(opener, path, "-wal");
    let connection = live(opener, path)?;
    if waiting {
        keep_log(&connection, true).map_err(|error| Stop::sqlite("open the database", path, &error))?;
    }
    Ok(connection)
}

/// Opens the existing file, empty or not, that a copy is written to.
pub(crate) fn target(opener: &Opener, path: &Path) -> rusqlite::Result<Connection> {
    connect(opener, path, &[], OpenFlags::SQLITE_OPEN_READ_WRITE)
}

/// Opens without touching: only the file's own descriptor, read-only.
pub(super) fn glance(opener: &Opener, path: &Path) -> rusqlite::Result<Connection> {
    connect(opener, path, &[], OpenFlags::SQLITE_OPEN_READ_ONLY)
}

/// Bounds what a connection may keep in memory; sorting goes to temporary files.
pub(super) fn limit_memory(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch("PRAGMA temp_store = FILE; PRAGMA cache_size = -4096; PRAGMA mmap_size = 0;")
}

/// Begins a read transaction and fixes the moment that it sees. A database that somebody has locked is asked again
/// for some seconds; then the answer is [`FailureKind::Busy`].
pub(super) fn hold(connection: &Connection, attempted: &str, path: &Path, progress: &mut Progress<'_>) -> Result<()> {
    const TRIES: u32 = 20;
    let failed = |error: &rusqlite::Error| Stop::sqlite(attempted, path, error);
    connection.busy_timeout(PATIENCE / TRIES * 2).map_err(|error| failed(&error))?;
    connection.execute_batch("BEGIN").map_err(|error| failed(&error))?;
    for left in (0..TRIES).rev() {
        progress.at(0, 0)?;
        // Reads page 1 and nothing of the schema, so that a damaged schema can still be copied.
        match connection.query_row("PRAGMA main.schema_version", [], |row| row.get::<_, i64>(0)) {
            Ok(_) => return Ok(()),
            Err(error) if is_busy(&error) && left > 0 => {}
            Err(error) => return Err(failed(&error)),
        }
    }
    Ok(())
}

/// Takes the database for this connection alone, until it closes. Busy when any other connection is open in WAL mode,
/// or is in a transaction in another mode. Rolls back a hot journal.
pub(super) fn take_exclusively(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row("PRAGMA main.locking_mode = EXCLUSIVE", [], |_| Ok(()))?;
    connection.execute_batch("BEGIN EXCLUSIVE; COMMIT")
}

/// The journal mode in lower case, without changing it.
pub(super) fn journal_mode(connection: &Connection) -> rusqlite::Result<String> {
    let mode: String = connection.query_row("PRAGMA main.journal_mode", [], |row| row.get(0))?;
    Ok(mode.to_lowercase())
}

/// Whether there is something at the path.
pub(super) fn present(opener: &Opener, path: &Path) -> bool {
    match &opener.vfs {
        // `xAccess` of the platform's VFS takes an empty file for none.
        None => std::fs::metadata(path).is_ok_and(|found| !found.is_dir()),
        Some(vfs) => ffi::exists(vfs, path),
    }
}

/// Whether a sidecar of a database has any bytes.
pub(super) fn has_content(opener: &Opener, database: &Path, suffix: &str) -> bool {
    match &opener.vfs {
        None => {
            // SQLite follows links before it names the sidecars.
            let followed = database.canonicalize().unwrap_or_else(|_| database.to_path_buf());
            std::fs::metadata(sidecar(&followed, suffix)).is_ok_and(|found| found.len() > 0)
        }
        Some(vfs) => ffi::exists(vfs, &sidecar(database, suffix)),
    }
}

/// The path of a sidecar.
pub(super) fn sidecar(database: &Path, suffix: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

pub(super) fn missing(attempted: &str, path: &Path) -> Stop {
    let remedy = "Check the path, or restore a snapshot";
    Stop::new(FailureKind::Missing, attempted, path, "there is no such file", remedy)
}

/// Whether the write-ahead log is left as it is when the last connection closes, instead of merged and removed.
pub(super) fn keep_log(connection: &Connection, keep: bool) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep).map(drop)
}

fn connect(opener: &Opener, path: &Path, parameters: &[&str], flags: OpenFlags) -> rusqlite::Result<Connection> {
    let flags = flags | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let uri = uri(path, parameters);
    match &opener.vfs {
        Some(vfs) => Connection::open_with_flags_and_vfs(uri, flags, vfs.as_str()),
        None => Connection::open_with_flags(uri, flags),
    }
}

/// A path as SQLite's URI: nothing in a name is taken for a query, a fragment or an escape, and names that are not
/// UTF-8 survive.
pub(crate) fn uri(path: &Path, parameters: &[&str]) -> String {
    let bytes = portable(path);
    let mut uri = String::from("file:");
    match bytes.as_slice() {
        // An empty authority, or else a path that begins with two slashes would name a host.
        [b'/', ..] => uri.push_str("//"),
        [_, b':', ..] if cfg!(windows) => uri.push_str("///"),
        _ => {}
    }
    for byte in bytes {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' | b':' => {
                uri.push(char::from(byte));
            }
            _ => {
                // Writing to a string cannot fail.
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    if !parameters.is_empty() {
        uri.push('?');
        uri.push_str(&parameters.join("&"));
    }
    uri
}

#[cfg(unix)]
fn portable(path: &Path) -> Vec<u8> {
    std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str()).to_vec()
}

#[cfg(not(unix))]
fn portable(path: &Path) -> Vec<u8> {
    path.to_string_lossy().trim_start_matches(r"\\?\").replace('\\', "/").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expected: &str) {
        assert_eq!(uri(Path::new(path), &[]), expected);
    }

    #[test]
    fn nothing_in_a_name_is_taken_for_syntax() {
        check("/home/a/shop.db", "file:///home/a/shop.db");
        check("shop.db", "file:shop.db");
        check("/a/50% #1?.db", "file:///a/50%25%20%231%3F.db");
        check("//server/share.db", "file:////server/share.db");
        check("/я&=.db", "file:///%D1%8F%26%3D.db");
    }

    #[test]
    fn parameters_follow_the_path() {
        assert_eq!(uri(Path::new("/a?"), &["mode=ro", "immutable=1"]), "file:///a%3F?mode=ro&immutable=1");
    }
}
