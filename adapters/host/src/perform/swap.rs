//! The swap: commit, rename, check, finish. Before the commit nothing live has changed; after it, whatever happens, the
//! staged databases win. While the intent exists, every sidecar of a live database belongs to the old file.

use std::path::Path;

use omnicraft_core::model::{Intent, IntentTarget, ReadIntent};
use omnicraft_core::names;
use omnicraft_core::outcome::{FailureKind, Yield};

use super::work::{Work, failed, parent};
use super::{intent as commit_point, sidecars};
use crate::error::{Result, Stop};
use crate::sqlite;

const RESTART: &str = "Start the program again, so that it finishes the restore; the safeguard is kept";

/// Makes the intent durable, once every staged file is known to be what was verified.
pub(super) fn commit(work: &Work<'_>, intent: &Intent) -> Result<Yield> {
    let attempted = "commit the restore";
    match commit_point::read(work.home, work.files())? {
        ReadIntent::None | ReadIntent::Invalid(_) => {}
        ReadIntent::Committed(committed) if committed == *intent => {
            work.sync_folder(&work.home.join(names::BACKUPS))?;
            return Ok(Yield::Nothing);
        }
        // A swap that is done may be followed by the one that rolls it back, under one commit point without a gap.
        ReadIntent::Committed(other) if is_swapped(work, &other)? => {}
        ReadIntent::Committed(_) => return Err(unfinished(attempted, &work.home.join(names::INTENT))),
    }
    for target in &intent.targets {
        let staged = work.path(&target.staged);
        if work.digest(&staged, &mut work.progress("Checking", &target.staged))? != target.digest {
            let reason = "it is no longer the file that was verified";
            let remedy = "Try again; the live database was not touched";
            return Err(Stop::new(FailureKind::Damaged, attempted, &staged, reason, remedy));
        }
    }
    commit_point::write(work, intent)?;
    Ok(Yield::Nothing)
}

/// Puts every staged database in its place. After a power cut some are, and the intent is there to continue from.
pub(super) fn swap(work: &Work<'_>, intent: &Intent) -> Result<Yield> {
    let attempted = "put the restored database in place";
    match commit_point::read(work.home, work.files())? {
        ReadIntent::Committed(committed) if committed == *intent => {}
        ReadIntent::Committed(_) => return Err(unfinished(attempted, &work.home.join(names::INTENT))),
        // Without an intent the swap is over, and sidecars are the app's again.
        ReadIntent::None | ReadIntent::Invalid(_) if waiting(work, intent)? == 0 => return Ok(Yield::Nothing),
        ReadIntent::None | ReadIntent::Invalid(_) => {
            let (reason, remedy) = ("the restore was not committed", "Begin the restore again");
            return Err(Stop::new(FailureKind::Missing, attempted, &work.home.join(names::INTENT), reason, remedy));
        }
    }
    // What was committed is durable from here on, also where the process was killed between its rename and its sync.
    work.sync_folder(&work.home.join(names::BACKUPS))?;
    for target in &intent.targets {
        let (staged, live) = (work.path(&target.staged), work.path(&target.live));
        if work.stamp(&staged)?.is_none() {
            in_place_already(work, attempted, target, &live)?;
        }
    }
    for target in &intent.targets {
        put_in_place(work, attempted, target)?;
    }
    Ok(Yield::Nothing)
}

/// A staged file that is gone must be the live one by now. If it is not, somebody took it away, and the sidecars may
/// belong to a database that is in use: nothing is touched.
fn in_place_already(work: &Work<'_>, attempted: &str, target: &IntentTarget, live: &Path) -> Result<()> {
    work.present(attempted, live)?;
    if work.digest(live, &mut work.progress("Checking", &target.live))? == target.digest {
        return Ok(());
    }
    let reason = format!("{} was taken away before it could be put in place", target.staged);
    let remedy = "The live database was left alone; restore again if you want to";
    Err(Stop::new(FailureKind::Foreign, attempted, live, reason, remedy))
}

fn put_in_place(work: &Work<'_>, attempted: &str, target: &IntentTarget) -> Result<()> {
    let (staged, live) = (work.path(&target.staged), work.path(&target.live));
    // Also where the rename is done already: nobody may have opened the new file before the swap is finished.
    sidecars::remove(work, &live)?;
    work.sync_folder(parent(&live))?;
    if work.stamp(&staged)?.is_some() {
        work.settle(attempted, &staged, &live)?;
    }
    Ok(())
}

/// Checks that the live databases are the files that were staged, and that SQLite opens them. The plain reading is
/// safe here alone: the files are new, and nobody has opened them yet, so there are no locks to lose.
pub(super) fn verify_live(work: &Work<'_>, intent: &Intent) -> Result<Yield> {
    let attempted = "check the restored database";
    for target in &intent.targets {
        let live = work.path(&target.live);
        if work.digest(&live, &mut work.progress("Checking", &target.live))? != target.digest {
            let reason = "it is not the file that was verified";
            return Err(Stop::new(FailureKind::Damaged, attempted, &live, reason, RESTART));
        }
        let connection = sqlite::open::sealed(work.sqlite(), &live)?;
        let tables = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0));
        tables.map_err(|error| Stop::sqlite(attempted, &live, &error))?;
    }
    Ok(Yield::Nothing)
}

/// Removes the intent, once every name is durable; also one whose commitment is withdrawn before anything was swapped.
pub(super) fn finish(work: &Work<'_>, intent: &Intent) -> Result<Yield> {
    let attempted = "finish the restore";
    let path = work.home.join(names::INTENT);
    match commit_point::read(work.home, work.files())? {
        ReadIntent::Committed(committed) if committed != *intent => return Err(unfinished(attempted, &path)),
        ReadIntent::None | ReadIntent::Invalid(_) | ReadIntent::Committed(_) => {}
    }
    // All are swapped, or none is. In between, the intent is what keeps them together.
    let waiting = waiting(work, intent)?;
    if waiting > 0 && waiting < intent.targets.len() {
        return Err(unfinished(attempted, &path));
    }
    for target in &intent.targets {
        work.sync_folder(parent(&work.path(&target.live)))?;
    }
    work.files().remove(&path).map_err(failed(attempted, &path))?;
    work.sync_folder(parent(&path))?;
    Ok(Yield::Nothing)
}

/// How many databases of a swap are not in their place yet.
fn waiting(work: &Work<'_>, intent: &Intent) -> Result<usize> {
    let mut waiting = 0;
    for target in &intent.targets {
        waiting += usize::from(work.stamp(&work.path(&target.staged))?.is_some());
    }
    Ok(waiting)
}

/// Whether no database of a swap is waiting any more. The name of a staged file can have been given to another file
/// since, so its content decides.
fn is_swapped(work: &Work<'_>, intent: &Intent) -> Result<bool> {
    for target in &intent.targets {
        let staged = work.path(&target.staged);
        let there = work.stamp(&staged)?.is_some();
        if there && work.digest(&staged, &mut work.progress("Checking", &target.staged))? == target.digest {
            return Ok(false);
        }
    }
    Ok(true)
}

fn unfinished(attempted: &str, path: &Path) -> Stop {
    Stop::new(FailureKind::Busy, attempted, path, "an interrupted restore is not finished yet", RESTART)
}
