//! Errors of OmniCraft's databases, for people: what was attempted, on which path, why it failed, what to do now.

use std::path::{Path, PathBuf};

use thiserror::Error;

/// Why a database of OmniCraft's could not be created, migrated or reset. Nothing in it was changed, except that a
/// migration over several versions keeps those that it finished.
#[derive(Debug, Error)]
pub enum ErpError {
    /// The app has no such schema.
    #[error("OmniCraft has no schema {0}; it has omnicraft.business and omnicraft.personal_finance")]
    UnknownSchema(String),
    /// The schema was never released in this version.
    #[error("the schema {schema} has no version {version}; released versions are {released}")]
    UnknownVersion {
        /// The schema.
        schema: String,
        /// What was asked for.
        version: String,
        /// What there is.
        released: String,
    },
    /// A new database would cover something that is there.
    #[error("cannot create the database {}: {} is there already. Choose another name, or move that file away", path.display(), found.display())]
    Exists {
        /// The database that was to be made.
        path: PathBuf,
        /// What is in the way.
        found: PathBuf,
    },
    /// The database is not one of this schema.
    #[error("cannot {attempted} {}: it is not a database of the schema {schema} (application id {found}, expected {expected}). Check the path", path.display())]
    Foreign {
        /// What was attempted.
        attempted: &'static str,
        /// On which database.
        path: PathBuf,
        /// The schema it should have.
        schema: &'static str,
        /// Its application id.
        found: i64,
        /// The schema's application id.
        expected: i64,
    },
    /// A newer program wrote it.
    #[error("cannot {attempted} {}: its version {found} is newer than this program, which knows {newest}. Install a newer OmniCraft", path.display())]
    Newer {
        /// What was attempted.
        attempted: &'static str,
        /// On which database.
        path: PathBuf,
        /// The version it has.
        found: String,
        /// The newest version of this build.
        newest: &'static str,
    },
    /// A reset knows the newest version alone.
    #[error("cannot {attempted} {}: it has version {found}, and a reset needs {newest}. Migrate it first", path.display())]
    Older {
        /// What was attempted.
        attempted: &'static str,
        /// On which database.
        path: PathBuf,
        /// The version it has.
        found: String,
        /// The newest version of this build.
        newest: &'static str,
    },
    /// A migration or a restore is announced by the same word as a reset, but does not wipe.
    #[error("cannot reset {}: a permit for `{act}` allows no reset. Ask for a safeguard of the reset first", path.display())]
    NotAReset {
        /// On which database.
        path: PathBuf,
        /// What the permit allows.
        act: &'static str,
    },
    /// A step would have left references to rows that are not there, so it was taken back.
    #[error("cannot {attempted} {}: {rows} rows of {table} would point to nothing. Nothing was changed; restore a snapshot or verify the database", path.display())]
    Dangling {
        /// What was attempted.
        attempted: &'static str,
        /// On which database.
        path: PathBuf,
        /// Rows that point to nothing.
        rows: usize,
        /// The first table they are in.
        table: String,
    },
    /// SQLite or the operating system refused.
    #[error("cannot {attempted} {}: {reason}. {remedy}", path.display())]
    Refused {
        /// What was attempted.
        attempted: &'static str,
        /// On which path.
        path: PathBuf,
        /// What the system said.
        reason: String,
        /// What to do now.
        remedy: &'static str,
    },
}

impl ErpError {
    /// What SQLite said, with what a person can do about it.
    pub(crate) fn sqlite(attempted: &'static str, path: &Path, error: &rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        let remedy = match error.sqlite_error_code() {
            Some(Code::CannotOpen) => "Check the path and the permissions of the file",
            Some(Code::ReadOnly | Code::PermissionDenied) => "Check the permissions of the file and its folder",
            Some(Code::DatabaseBusy | Code::DatabaseLocked) => "Close the program that uses it and try again",
            Some(Code::DiskFull) => "Free some space on this disk and try again",
            Some(Code::DatabaseCorrupt | Code::NotADatabase) => {
                "The file is damaged or no database; restore a snapshot"
            }
            _ => "Nothing was changed; verify the database",
        };
        Self::refused(attempted, path, error, remedy)
    }

    /// Anything else that the system said.
    pub(crate) fn refused(
        attempted: &'static str,
        path: &Path,
        reason: impl std::fmt::Display,
        remedy: &'static str,
    ) -> Self {
        Self::Refused { attempted, path: path.to_owned(), reason: reason.to_string(), remedy }
    }
}
