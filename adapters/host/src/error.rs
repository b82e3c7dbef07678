//! Errors for people: what was attempted, on which path, why it failed, what to do now. Host errors never cross into
//! the core: they are mapped once, here, to its `Failure`.

use std::io;
use std::path::Path;

use camino::Utf8PathBuf;
use omnicraft_core::error::CatalogError;
use omnicraft_core::outcome::{Failure, FailureKind};
use omnicraft_core::transition::Refusal;
use rusqlite::ErrorCode;
use thiserror::Error;

/// Why the engine did not do what it was told. Unless a variant says otherwise, nothing live was changed.
#[derive(Debug, Error)]
pub enum EngineError {
    /// There is no home at this path.
    #[error(
        "{0} is not a home of this program: it has neither workspaces.json nor backups. Make one with `omnicraft init`, or name another folder with --home"
    )]
    NotAHome(Utf8PathBuf),
    /// There is a home where one was to be made.
    #[error("{0} is a home already; nothing was changed. Use it as it is, or name another folder with --home")]
    AlreadyAHome(Utf8PathBuf),
    /// Another engine holds the home's lock.
    #[error(
        "another OmniCraft backup engine is working on {0}. Wait until it is done, or close the app that runs it, and try again"
    )]
    Locked(Utf8PathBuf),
    /// A view was told something that would change the home.
    #[error(
        "another OmniCraft backup engine is working on {0}, so nothing can be changed now. Close the app that runs it and try again"
    )]
    ViewOnly(Utf8PathBuf),
    /// The core refused.
    #[error("{}", refusal_text(.0))]
    Refused(Refusal),
    /// The home's own files cannot be used.
    #[error(transparent)]
    Failed(Failure),
    /// The catalog cannot be used.
    #[error("{0}")]
    Catalog(#[from] CatalogError),
    /// A restore was broken off after it was decided: the live database is replaced already, or the next start does it
    /// unless somebody works in it before.
    #[error("{0}. The restore is decided: start the program again, so that it finishes it, before you work on")]
    Decided(Box<Self>),
    /// An operation is under way and has no step to do: a defect of this program.
    #[error("the engine has lost its place; this is a defect of the program. Nothing was deleted; start it again")]
    Stuck,
}

fn refusal_text(refusal: &Refusal) -> String {
    if refusal.remedy.is_empty() { refusal.reason.clone() } else { format!("{}. {}", refusal.reason, refusal.remedy) }
}

impl From<Stop> for EngineError {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Failed(failure) => Self::Failed(failure),
            Stop::Cancelled => Self::Refused(Refusal { reason: "stopped".to_owned(), remedy: String::new() }),
        }
    }
}

/// Why a step stopped.
#[derive(Debug)]
pub enum Stop {
    /// It could not be done.
    Failed(Failure),
    /// The user asked for a stop.
    Cancelled,
}

/// The result of everything that a step does.
pub type Result<T> = std::result::Result<T, Stop>;

impl Stop {
    /// A failure in full.
    pub fn new(kind: FailureKind, attempted: &str, path: &Path, reason: impl Into<String>, remedy: &str) -> Self {
        Self::Failed(Failure {
            kind,
            attempted: attempted.to_owned(),
            path: shown(path),
            reason: reason.into(),
            remedy: remedy.to_owned(),
        })
    }

    /// What the operating system said.
    pub fn io(attempted: &str, path: &Path, error: &io::Error) -> Self {
        let (kind, remedy) = of_io(error);
        Self::new(kind, attempted, path, error.to_string(), remedy)
    }

    /// What SQLite said. An interrupt is the user's stop.
    pub fn sqlite(attempted: &str, path: &Path, error: &rusqlite::Error) -> Self {
        let code = error.sqlite_error_code();
        if code == Some(ErrorCode::OperationInterrupted) {
            return Self::Cancelled;
        }
        let (kind, remedy) = of_sqlite(code);
        Self::new(kind, attempted, path, error.to_string(), remedy)
    }
}

/// A path as messages show it; bytes that are not UTF-8 become `\u{FFFD}`.
pub fn shown(path: &Path) -> Utf8PathBuf {
    Utf8PathBuf::from(path.to_string_lossy().into_owned())
}

const FREE_SPACE: &str = "Free some space on this disk and try again; nothing was deleted";
const PERMISSIONS: &str = "Check the permissions of the folder, and that the disk is not mounted read-only";

fn of_io(error: &io::Error) -> (FailureKind, &'static str) {
    use io::ErrorKind as Kind;
    #[expect(clippy::wildcard_enum_match_arm, reason = "the standard library's list is open")]
    match error.kind() {
        Kind::StorageFull | Kind::QuotaExceeded => (FailureKind::NoSpace, FREE_SPACE),
        Kind::PermissionDenied | Kind::ReadOnlyFilesystem => (FailureKind::Denied, PERMISSIONS),
        Kind::NotFound => (FailureKind::Missing, "Check the path"),
        Kind::ResourceBusy | Kind::WouldBlock => (FailureKind::Busy, "Close the program that uses it and try again"),
        _ => (FailureKind::Io, "Check the disk and try again"),
    }
}

fn of_sqlite(code: Option<ErrorCode>) -> (FailureKind, &'static str) {
    match code {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            (FailureKind::Damaged, "The database is damaged; restore a snapshot")
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            (FailureKind::Busy, "Another program holds the database; close it and try again")
        }
        Some(ErrorCode::DiskFull) => (FailureKind::NoSpace, FREE_SPACE),
        Some(ErrorCode::PermissionDenied | ErrorCode::ReadOnly | ErrorCode::CannotOpen) => {
            (FailureKind::Denied, PERMISSIONS)
        }
        _ => (FailureKind::Io, "Check the disk and try again"),
    }
}
