//! What an error of SQLite says about a file: that its content is bad, that we lack something that it needs, or
//! nothing at all.

use rusqlite::ffi::{self, SQLITE_CORRUPT, SQLITE_IOERR};
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

/// Whether a finding of `quick_check` or `integrity_check` is about a page that could not be read at all. Both list what
/// the disk refuses among the defects of the file, and one hiccup of a disk would take a good snapshot's name.
pub(super) fn is_about_the_disk(finding: &str) -> bool {
    finding.lines().any(|line| {
        let code = line.rsplit_once("unable to get the page. error code=").map(|(_, code)| code.trim().parse::<i32>());
        match code {
            Some(Ok(code)) => code & 0xFF != SQLITE_CORRUPT,
            Some(Err(_)) => false,
            None => line.contains("failed to get page "),
        }
    })
}

/// Whether a message is about a value that breaks a rule of its own schema. In an adopted database that is the app's
/// affair, as a foreign key that points nowhere is: the file is whole, and refusing to back it up would help nobody.
/// (CHECK constraints never come up: SQLite leaves them out of a file that it opened read-only.)
pub(super) fn breaks_only_a_rule(message: &str) -> bool {
    ["NULL value in ", "NUMERIC value in ", "TEXT value in "].iter().any(|start| message.starts_with(start))
}

/// Whether SQLite says no more than that an FTS4 table without content of its own has nothing to be compared with.
pub(super) fn is_without_content(message: &str) -> bool {
    message.starts_with("unable to validate the inverted index for FTS4 table")
        && message.trim_end().ends_with("SQL logic error")
}

/// A finding about the disk as the error that it is.
pub(super) fn by_the_disk(finding: String) -> Error {
    Error::SqliteFailure(ffi::Error::new(SQLITE_IOERR), Some(finding))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The disk refused one read while a snapshot was verified in full; the check listed the page among the defects of the
    /// file, and the snapshot was no longer offered.
    #[test]
    fn a_page_that_the_disk_does_not_give_is_no_bad_page() {
        for (finding, is_the_disks) in [
            ("*** in database main ***\nTree 2 page 2: unable to get the page. error code=266", true),
            ("Freelist: failed to get page 7", true),
            ("Tree 2 page 2: unable to get the page. error code=11", false),
            ("*** in database main ***\nTree 2 page 2: btreeInitPage() returns error code 11", false),
            ("Tree 2 page 2 cell 1: invalid page number 900", false),
            ("row 3 missing from index goods_by_name", false),
        ] {
            assert_eq!(is_about_the_disk(finding), is_the_disks, "{finding}");
        }
    }
}
