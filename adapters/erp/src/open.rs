//! Opens databases without ever making one: a path that leads nowhere is an error, not a new, empty business.

use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::ErpError;
use crate::schema::{Schema, VERSION_SQL};

/// How long a statement waits for another program to finish its commit.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Opens an existing database of a schema, and nothing else, for reading and writing. Returns its version too.
pub(crate) fn open(
    schema: &Schema,
    attempted: &'static str,
    database: &Path,
) -> Result<(Connection, String), ErpError> {
    let sqlite = |error: rusqlite::Error| ErpError::sqlite(attempted, database, &error);
    let connection = connect(database).map_err(sqlite)?;
    let found: i64 = connection.query_row("PRAGMA application_id", (), |row| row.get(0)).map_err(sqlite)?;
    let expected = i64::from(schema.application_id);
    if found != expected {
        return Err(ErpError::Foreign { attempted, path: database.to_owned(), schema: schema.name, found, expected });
    }
    let version: Option<String> = connection.query_row(VERSION_SQL, (), |row| row.get(0)).map_err(sqlite)?;
    let version = version.unwrap_or_default();
    if version.as_str() > schema.newest() {
        let newest = schema.newest();
        return Err(ErpError::Newer { attempted, path: database.to_owned(), found: version, newest });
    }
    Ok((connection, version))
}

/// Opens an existing file, whatever it holds.
pub(crate) fn connect(database: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(uri(database), flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    // On macOS a plain fsync stops in the drive's cache.
    connection.execute_batch("PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON;")?;
    Ok(connection)
}

/// The URI that opens an existing file. Every byte outside a small alphabet is escaped, because `#`, `?` and `%` cut
/// or change a path; an absolute path gets an empty authority, so that a leading `//` names no host.
pub(crate) fn uri(path: &Path) -> String {
    let mut uri = String::from(if path.has_root() { "file://" } else { "file:" });
    #[cfg(unix)]
    let bytes = std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str()).to_vec();
    #[cfg(not(unix))]
    let bytes = windows_path(path).into_bytes();
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || b"/._-~:".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri.push_str("?mode=rw");
    uri
}

/// `C:\shop.db` becomes `/C:/shop.db`, as SQLite's URIs want it.
#[cfg(not(unix))]
fn windows_path(path: &Path) -> String {
    let text = path.to_string_lossy().replace('\\', "/");
    if path.has_root() && !text.starts_with('/') { format!("/{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn a_path_survives_as_a_uri() {
        let check = |path: &str, expected: &str| assert_eq!(uri(Path::new(path)), expected);
        check("/tmp/shop.db", "file:///tmp/shop.db?mode=rw");
        check("//tmp/shop.db", "file:////tmp/shop.db?mode=rw");
        check("shop.db", "file:shop.db?mode=rw");
        check("/a#b?c%d e.db", "file:///a%23b%3Fc%25d%20e.db?mode=rw");
        check("/мастерская.db", "file:///%D0%BC%D0%B0%D1%81%D1%82%D0%B5%D1%80%D1%81%D0%BA%D0%B0%D1%8F.db?mode=rw");
    }
}
