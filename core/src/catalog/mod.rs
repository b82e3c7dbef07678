//! The catalog: the state, made durable in one small SQLite file. An index and a journal, never the only truth: when
//! it is lost or damaged it is rebuilt from the folder and the manifests. The only module that knows diesel.
//!
//! Somebody else decides where the file lies, whether it may be created and who may open it; this module speaks to
//! a connection. In the order of use: [`connect`], [`prepare`], [`load`] once, then [`record`] for every change.
//!
//! **The law:** a state to which changes were applied equals what [`load`] returns after [`record`] of the same
//! changes, for every state and all changes that can be recorded.
//!
//! A rollback journal that is emptied and synced at the end of each call, and `synchronous=EXTRA`: what [`record`] wrote
//! is durable when it returns, and a power cut leaves all changes of a call or none. Each row carries a checksum, so that
//! a flipped bit is found when the catalog is read and not when somebody needs what it says.

mod load;
mod migrations;
mod record;
mod rows;
mod schema;
mod seal;
#[cfg(test)]
mod tests;
mod transaction;
mod trouble;
mod zoned;

/// A connection to a catalog.
pub use diesel::SqliteConnection as Connection;
pub use load::load;
pub use migrations::prepare;
pub use record::record;

use diesel::connection::SimpleConnection as _;

use crate::error::CatalogError;

/// How long a call waits for another program that holds the catalog, in milliseconds.
const PATIENCE: u32 = 5_000;

/// Opens a catalog. `url` is a path, or a `file:` URI in which `%`, `?` and `#` of the path are percent-encoded and
/// which says with `mode=rw` that a missing file is an error, or with `mode=rwc` that it is made. Reads the header at
/// most, and writes nothing beyond rolling back what a power cut interrupted.
pub fn connect(url: &str) -> Result<Connection, CatalogError> {
    let mut conn = <Connection as diesel::Connection>::establish(url)?;
    set_patience(&mut conn, PATIENCE)?;
    // A commit ends when its journal does, and a journal that comes back undoes it. Removing it is durable only where a
    // folder can be synced, which Windows cannot do and which stops in the drive's cache on macOS; cutting it off is
    // durable with the sync of a file, everywhere. A journal that a call before this one left is rolled back and removed
    // while the mode is set: EXTRA, which comes first, makes that durable too. On macOS a plain fsync stops in the drive's
    // cache; a full one does not. The others distrust the file: it may be damaged, or not ours.
    conn.batch_execute(
        "PRAGMA synchronous = EXTRA; PRAGMA fullfsync = ON; PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF; \
         PRAGMA journal_mode = TRUNCATE;",
    )?;
    Ok(conn)
}

/// Sets how long a call waits for another program that holds the catalog; five seconds where it is not set.
pub fn set_patience(conn: &mut Connection, milliseconds: u32) -> Result<(), CatalogError> {
    Ok(conn.batch_execute(&format!("PRAGMA busy_timeout = {milliseconds};"))?)
}
