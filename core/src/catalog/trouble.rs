//! Sorts what SQLite reports into the two kinds that matter: trouble around the catalog, which passes, and damage of
//! the catalog, after which it is rebuilt. Diesel keeps SQLite's message and drops its code, so messages are matched.

use diesel::ConnectionError;
use diesel::result::Error;

use crate::error::CatalogError;

/// Parts of SQLite's messages (`sqlite3_errstr`) for everything that is not the file's content, and what to do.
const PASSING: [(&str, &str); 10] = [
    ("is locked", "another program holds it; close that program and try again"),
    ("locking protocol", "another program holds it; close that program and try again"),
    ("is full", "the disk is full; free some space and try again"),
    ("readonly database", "the file, its folder or its disk is read-only; make it writable and try again"),
    ("access permission denied", "the system does not allow it; check the permissions and try again"),
    ("unable to open", "it cannot be opened; check that its folder exists and who may use it, and try again"),
    ("disk I/O error", "the disk reports an error; check the disk and try again"),
    ("out of memory", "memory is short; close other programs and try again"),
    ("interrupted", "it was interrupted; try again"),
    ("too big", "a value is too large for it"),
];

/// What a message of SQLite means for the catalog.
pub(super) fn judge(message: &str) -> CatalogError {
    match PASSING.iter().find(|(part, _)| message.contains(part)) {
        Some((_, advice)) => CatalogError::Unavailable(format!("{advice} (SQLite: {message})")),
        None => CatalogError::Damaged(message.to_owned()),
    }
}

impl From<Error> for CatalogError {
    fn from(error: Error) -> Self {
        #[expect(clippy::wildcard_enum_match_arm, reason = "diesel's list is open")]
        match error {
            Error::DatabaseError(_, information) => judge(information.message()),
            Error::RollbackErrorOnCommit { commit_error, .. } => Self::from(*commit_error),
            Error::NotFound | Error::DeserializationError(_) => Self::Damaged(error.to_string()),
            _ => Self::Unavailable(error.to_string()),
        }
    }
}

impl From<ConnectionError> for CatalogError {
    fn from(error: ConnectionError) -> Self {
        judge(&error.to_string())
    }
}
