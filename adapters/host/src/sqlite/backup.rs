//! Copying a live database while its app goes on working, into one sealed, durable file: as a clone or block by block
//! where the database is one that we know in every byte, else through SQLite's backup. All give the same file.

mod log;
mod moment;
mod pages;
mod pinned;

use std::path::{Path, PathBuf};

use omnicraft_core::outcome::{Copied, FailureKind};
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, ErrorCode};

use super::{Opener, ffi, open};
use crate::error::{Result, Stop};
use crate::ports::filesystem::FileSystem;
use crate::progress::Progress;
pub use moment::hold_all;

pub(super) use log::Mark;
pub(super) use pinned::{BLOCK, Pinned};

const ATTEMPTED: &str = "copy the database";
const WRITING: &str = "write the copy";

/// Pages per step: progress and cancellation come between two steps.
const STEP: i32 = 1024;

/// Copies a live database through SQLite as it is at one moment to the empty file `to`, seals the copy to rollback mode so that it is
/// one file that opens from a read-only medium, and makes its content (not its name) durable. Returns the live
/// database's journal mode (`wal` or `delete`: the only two that a file remembers).
///
/// One read transaction is held from beginning to end. Without it every commit of the app would start the copy anew.
/// In WAL mode the app's commits go on; the log cannot be reset meanwhile, so it grows. With a rollback journal the
/// app's commits wait until the copy is done: there is no other way to see one moment, so the copy never pauses.
///
/// A failure, a cancellation or a power cut leaves the live database untouched, and at `to` a file to be swept.
pub fn copy(opener: &Opener, live: &Path, to: &Path, progress: &mut Progress<'_>) -> Result<String> {
    let held = hold(opener, live, progress)?;
    held.backup(opener, to, &mut |done, total, _| progress.at(done, total))
}

/// Holds a live database as it is now.
pub fn hold(opener: &Opener, live: &Path, progress: &mut Progress<'_>) -> Result<Held> {
    let source = open::reader(opener, live)?;
    open::hold(&source, ATTEMPTED, live, progress)?;
    let mark = mark(&source);
    Ok(Held { live: live.to_owned(), source, mark })
}

/// A live database in a read transaction, which ends with it.
pub struct Held {
    live: PathBuf,
    source: Connection,
    /// What can be copied without SQLite; or why nothing can.
    mark: std::result::Result<Mark, String>,
}

/// Told pages done, pages in all, and bytes written; its error stops the copy.
pub type Report<'a> = &'a mut dyn FnMut(u64, u64, u64) -> Result<()>;

/// Why something was not done without SQLite.
pub(super) enum Hitch {
    /// Something is not as we know it; SQLite itself may still be able to copy.
    Unexpected(String),
    /// A failure that SQLite would meet too, or the user's stop.
    Stop(Stop),
}

impl From<Stop> for Hitch {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

impl Held {
    /// Whether it is copied without SQLite, as far as that is seen before the copy.
    pub const fn bypasses_sqlite(&self) -> bool {
        self.mark.is_ok()
    }

    /// Whether the app's commits wait until it is copied.
    pub fn keeps_writers_waiting(&self) -> bool {
        open::journal_mode(&self.source).is_ok_and(|mode| mode != "wal")
    }

    /// Copies the moment that is held to the new file `to`, the fastest way there is. As [`copy`] otherwise.
    pub fn copy(self, opener: &Opener, files: &dyn FileSystem, to: &Path, report: Report<'_>) -> Result<Copied> {
        let copied = match &self.mark {
            Ok(mark) => pages::copy(&self.source, mark, &self.live, files, to, report),
            Err(reason) => Err(Hitch::Unexpected(reason.clone())),
        };
        match copied {
            Ok(mut written) => {
                drop(self.source);
                written.file.sync().map_err(|error| Stop::io(WRITING, to, &error))?;
                let (journal_mode, way) = ("wal".to_owned(), written.way.to_owned());
                Ok(Copied { journal_mode, digest: Some(written.digest), way })
            }
            Err(Hitch::Unexpected(reason)) => {
                files.remove(to).map_err(|error| Stop::io(WRITING, to, &error))?;
                let copied = self.copy_through_sqlite(opener, files, to, report)?;
                Ok(Copied { way: format!("{}: {reason}", copied.way), ..copied })
            }
            Err(Hitch::Stop(stop)) => Err(stop),
        }
    }

    /// Copies the moment that is held to the new file `to`, page by page through SQLite.
    pub fn copy_through_sqlite(
        self,
        opener: &Opener,
        files: &dyn FileSystem,
        to: &Path,
        report: Report<'_>,
    ) -> Result<Copied> {
        let wrote = |error: std::io::Error| Stop::io(WRITING, to, &error);
        files.write_new(to, b"").map_err(wrote)?;
        let journal_mode = self.backup(opener, to, report)?;
        files.sync_file(to).map_err(wrote)?;
        Ok(Copied { journal_mode, digest: None, way: "through SQLite".to_owned() })
    }

    /// As [`copy`], of the moment that is held. The app's writers and its checkpoints go on as soon as the content is
    /// copied, before the copy is sealed.
    fn backup(self, opener: &Opener, to: &Path, report: Report<'_>) -> Result<String> {
        let Self { live, source, .. } = self;
        let journal_mode = open::journal_mode(&source).map_err(|error| Stop::sqlite(ATTEMPTED, &live, &error))?;
        let wrote = |error| Stop::sqlite(WRITING, to, &error);
        let mut target = open::target(opener, to).map_err(wrote)?;
        prepare(&target).map_err(wrote)?;
        transfer(&source, &mut target, &live, to, report)?;
        drop(source);
        seal(&target, to)?;
        ffi::sync(&target).map_err(wrote)?;
        target.close().map_err(|(_, error)| wrote(error))?;
        Ok(journal_mode)
    }
}

/// What a connection's read transaction has pinned, if it can be copied block by block; or why not.
pub(super) fn mark(source: &Connection) -> std::result::Result<Mark, String> {
    let mode = open::journal_mode(source).map_err(|error| error.to_string())?;
    if mode != "wal" {
        return Err(format!("its journal mode is {mode}"));
    }
    Mark::read(source)
}

/// The copy is worthless until it is whole, so nothing before the one sync at its end needs to be durable, and no
/// journal of it needs to be a file.
fn prepare(target: &Connection) -> rusqlite::Result<()> {
    target.query_row("PRAGMA main.locking_mode = EXCLUSIVE", [], |_| Ok(()))?;
    target.query_row("PRAGMA main.journal_mode = MEMORY", [], |_| Ok(()))?;
    target.execute_batch("PRAGMA main.synchronous = OFF")
}

fn transfer(source: &Connection, target: &mut Connection, live: &Path, to: &Path, report: Report<'_>) -> Result<()> {
    let failed = |error: rusqlite::Error| {
        let path = if is_about_writing(&error) { to } else { live };
        Stop::sqlite(ATTEMPTED, path, &error)
    };
    let page_size = source.query_row("PRAGMA main.page_size", [], |row| row.get::<_, u32>(0)).map_err(failed)?;
    let backup = Backup::new(source, target).map_err(failed)?;
    loop {
        let step = backup.step(STEP).map_err(failed)?;
        let pages = backup.progress();
        let total = u64::try_from(pages.pagecount).unwrap_or_default();
        let left = u64::try_from(pages.remaining).unwrap_or_default();
        let done = total.saturating_sub(left);
        report(done, total, done.saturating_mul(page_size.into()))?;
        match step {
            StepResult::Done => return Ok(()),
            StepResult::More => {}
            // The lock on the live database is ours, so this can only be somebody at the copy.
            StepResult::Busy | StepResult::Locked | _ => {
                let remedy = "Close the program that uses it and try again";
                return Err(Stop::new(FailureKind::Busy, ATTEMPTED, to, "the copy is in use", remedy));
            }
        }
    }
}

fn is_about_writing(error: &rusqlite::Error) -> bool {
    use libsqlite3_sys::{SQLITE_IOERR_FSYNC, SQLITE_IOERR_TRUNCATE, SQLITE_IOERR_WRITE};
    let Some(error) = error.sqlite_error() else { return false };
    error.code == ErrorCode::DiskFull
        || error.code == ErrorCode::ReadOnly
        || [SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC, SQLITE_IOERR_TRUNCATE].contains(&error.extended_code)
}

/// A copy of a WAL database says that it is one, and would need a folder that can be written to be opened.
fn seal(target: &Connection, to: &Path) -> Result<()> {
    let sealed = target.query_row("PRAGMA main.journal_mode = DELETE", [], |row| row.get::<_, String>(0));
    let mode = sealed.map_err(|error| Stop::sqlite("seal the copy", to, &error))?;
    if mode.eq_ignore_ascii_case("delete") {
        return Ok(());
    }
    let reason = format!("its journal mode stays {mode}");
    Err(Stop::new(FailureKind::Io, "seal the copy", to, reason, "Check the disk and try again"))
}
