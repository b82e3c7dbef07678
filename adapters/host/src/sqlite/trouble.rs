//! What an error of SQLite says about a file: that its content is bad, that we lack something that it needs, or
//! nothing at all.

use rusqlite::{Error, ErrorCode};

/// What an error is evidence of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The file's content is bad.
    Content,
    /// The file needs something that this SQLite lacks (a module, a collation, a function) or a statement does not fit
    /// its schema. No evidence against the file.
    Unsupported,
    /// The machine, another program or the user. No evidence against the file.
    Machine,
}

/// What an error is evidence of.
pub(super) fn trouble(error: &Error) -> Trouble {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Trouble::Content,
        Some(
            ErrorCode::SystemIoFailure
            | ErrorCode::CannotOpen
            | ErrorCode::OutOfMemory
            | ErrorCode::DiskFull
            | ErrorCode::PermissionDenied
            | ErrorCode::ReadOnly
            | ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::FileLockingProtocolFailed
            | ErrorCode::NoLargeFileSupport
            | ErrorCode::OperationInterrupted
            | ErrorCode::OperationAborted,
        ) => Trouble::Machine,
        _ => Trouble::Unsupported,
    }
}

/// Whether somebody else's lock is in the way.
pub(super) fn is_busy(error: &Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// Whether a stop was asked for through [`super::ffi::interruptible`].
pub(super) fn is_interrupt(error: &Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted)
}
