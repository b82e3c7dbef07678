//! One moment of several live databases: read transactions are held on all of them, and nobody has committed to any
//! between the first hold and the last.
//!
//! SQLite fixes a moment for one database at a time, and no writer is asked to wait. So a second connection of each
//! database counts its commits: before the hold, and again when all are held. If a count has changed, the holds may
//! show an invoice in one database and not its payment in another; then all are let go and tried again.

use std::path::PathBuf;
use std::time::Duration;

use omnicraft_core::outcome::{Failure, FailureKind};
use rusqlite::Connection;

use super::log::Mark;
use super::{ATTEMPTED, Held, mark};
use crate::error::{Result, Stop};
use crate::ports::clock::Clock;
use crate::progress::Progress;
use crate::sqlite::trouble::is_busy;
use crate::sqlite::{Opener, open};

/// Tries; with the pauses between them they last four seconds, or a dozen where each waits for a lock.
const TRIES: u64 = 400;
/// Pauses grow to this many milliseconds and begin anew, so that they do not keep step with a writer.
const LONGEST_PAUSE: u64 = 20;
/// How long one look waits for somebody's lock; others are held meanwhile.
const PATIENCE: Duration = Duration::from_millis(20);
/// From so many databases on, open files may run out.
const MANY: usize = 16;
/// Files that a database takes: two connections, and each opens the file and its write-ahead log; one shared memory.
const FILES: usize = 5;
/// Files that the rest of the program takes, generously.
const SPARE: usize = 64;

/// Holds live databases as they all were at one moment. Where writers leave no such moment for some seconds, or
/// somebody keeps a database locked, it fails with [`FailureKind::Busy`].
///
/// A database in WAL mode can be written to while it is held; one with a rollback journal waits until it is copied.
pub fn hold_all(
    opener: &Opener,
    lives: &[PathBuf],
    clock: &dyn Clock,
    progress: &mut Progress<'_>,
) -> Result<Vec<Held>> {
    held(opener, lives, clock, progress).map_err(|stop| of_many(stop, lives.len()))
}

/// SQLite does not tell a file that may not be opened from one too many.
fn of_many(stop: Stop, databases: usize) -> Stop {
    match stop {
        Stop::Failed(failure) if failure.kind == FailureKind::Denied && databases >= MANY => {
            let files = databases * FILES;
            let reason = format!(
                "{}; {databases} databases are open at one moment, which takes up to {files} open files, and too many \
                 files may be open",
                failure.reason
            );
            let remedy = format!(
                "Allow this program to open {} files (`ulimit -n`) and try again; if it may, check the permissions",
                files + SPARE
            );
            Stop::Failed(Failure { reason, remedy, ..failure })
        }
        Stop::Failed(_) | Stop::Cancelled => stop,
    }
}

fn held(opener: &Opener, lives: &[PathBuf], clock: &dyn Clock, progress: &mut Progress<'_>) -> Result<Vec<Held>> {
    let all: Vec<Watched> = lives.iter().map(|live| Watched::open(opener, live.clone())).collect::<Result<_>>()?;
    for attempt in 0..TRIES {
        progress.at(0, 0)?;
        if let Some(marks) = at_one_moment(&all)? {
            let held = |(Watched { live, source, .. }, mark)| Held { live, source, mark };
            return Ok(all.into_iter().zip(marks).map(held).collect());
        }
        for watched in &all {
            watched.release()?;
        }
        clock.wait(Duration::from_millis(1 + attempt % LONGEST_PAUSE));
    }
    let reason = "no moment was found in which nobody writes to any of the databases";
    let remedy = "Close the programs that use them, or let them rest for some seconds, and try again";
    let path = lives.first().cloned().unwrap_or_default();
    Err(Stop::new(FailureKind::Busy, "copy all databases as they are at one moment", &path, reason, remedy))
}

/// What can be copied of one database block by block; or why nothing can.
type Marked = std::result::Result<Mark, String>;

/// Begins a transaction on each; what they hold if they show one moment.
fn at_one_moment(all: &[Watched]) -> Result<Option<Vec<Marked>>> {
    for watched in all {
        watched.begin()?;
    }
    // From here to the end every microsecond counts.
    let (mut counts, mut marks) = (Vec::with_capacity(all.len()), Vec::with_capacity(all.len()));
    for watched in all {
        let Some(count) = watched.commits()? else { return Ok(None) };
        if !watched.hold()? {
            return Ok(None);
        }
        counts.push(count);
        // It may name a commit that came after the hold; then the count has changed.
        marks.push(mark(&watched.source));
    }
    for (watched, count) in all.iter().zip(counts) {
        if !watched.is_unchanged_since(count)? {
            return Ok(None);
        }
    }
    Ok(Some(marks))
}

/// A live database that is to be held, and a second look at it.
struct Watched {
    live: PathBuf,
    source: Connection,
    probe: Connection,
}

impl Watched {
    fn open(opener: &Opener, live: PathBuf) -> Result<Self> {
        let (source, probe) = (open::reader(opener, &live)?, open::reader(opener, &live)?);
        for connection in [&source, &probe] {
            connection.busy_timeout(PATIENCE).map_err(|error| Stop::sqlite(ATTEMPTED, &live, &error))?;
        }
        Ok(Self { live, source, probe })
    }

    /// Takes no lock yet.
    fn begin(&self) -> Result<()> {
        self.unless_busy(self.source.execute_batch("BEGIN")).map(drop)
    }

    /// Fixes the moment that the transaction sees, by reading page 1; whether it could.
    fn hold(&self) -> Result<bool> {
        let read = self.source.query_row("PRAGMA main.schema_version", [], |row| row.get::<_, i64>(0));
        Ok(self.unless_busy(read)?.is_some())
    }

    /// A number that every commit of others changes; `None` where somebody has locked the database.
    fn commits(&self) -> Result<Option<i64>> {
        self.unless_busy(self.probe.query_row("PRAGMA main.data_version", [], |row| row.get(0)))
    }

    fn is_unchanged_since(&self, count: i64) -> Result<bool> {
        match self.commits()? {
            Some(now) => Ok(now == count),
            // A writer that has a rollback journal waits for the hold to end before it can commit, and lets nobody
            // else in meanwhile.
            None => self.unless_busy(open::journal_mode(&self.source)).map(|mode| mode.is_some_and(|m| m != "wal")),
        }
    }

    fn release(&self) -> Result<()> {
        if self.source.is_autocommit() {
            return Ok(());
        }
        self.unless_busy(self.source.execute_batch("ROLLBACK")).map(drop)
    }

    fn unless_busy<T>(&self, result: rusqlite::Result<T>) -> Result<Option<T>> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(error) if is_busy(&error) => Ok(None),
            Err(error) => Err(Stop::sqlite(ATTEMPTED, &self.live, &error)),
        }
    }
}
