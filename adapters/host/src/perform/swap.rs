//! The swap: commit, rename, check, finish. Before the commit nothing live has changed; after it, whatever happens, the
//! staged databases win, unless somebody has worked in an old one since: then nothing is swapped before he is heard.
//! The list of workspaces follows the databases, so that it never names one that is not there.

use std::path::Path;

use omnicraft_core::model::{Intent, IntentTarget, ReadIntent};
use omnicraft_core::names;
use omnicraft_core::outcome::{FailureKind, Yield};

use super::look::live_stamp;
use super::work::{Work, failed, parent};
use super::{guard, intent as commit_point, registry, sidecars};
use crate::error::{Result, Stop};
use crate::sqlite;

const RESTART: &str = "Start the program again, so that it finishes the restore; the safeguard is kept";

/// Makes the intent durable, once every staged file is known to be what was verified. The intent of a swap that was
/// interrupted may be replaced by one for the same databases that knows of newer safeguards.
pub(super) fn commit(work: &Work<'_>, intent: &Intent) -> Result<Yield> {
    let attempted = "commit the restore";
    let path = work.home.join(names::INTENT);
    let is_begun = match commit_point::read(work.home, work.files())? {
        ReadIntent::None | ReadIntent::Invalid(_) => false,
        ReadIntent::Committed(committed) if committed == *intent => {
            work.sync_folder(&work.home.join(names::BACKUPS))?;
            return Ok(Yield::Nothing);
        }
        ReadIntent::Committed(committed) if is_amended(work, &committed, intent)? => true,
        // A swap that is done may be followed by the one that rolls it back, under one commit point without a gap.
        ReadIntent::Committed(other) if is_done(work, &other)? => false,
        ReadIntent::Committed(_) => return Err(unfinished(attempted, &path)),
    };
    for target in &intent.targets {
        if is_begun && is_swapped(work, target)? {
            continue;
        }
        let staged = work.path(&target.staged);
        if work.digest(&staged, &mut work.progress("Checking", &target.staged))? != target.digest {
            let reason = "it is no longer the file that was verified";
            let remedy = "Try again; the live database was not touched";
            return Err(Stop::new(FailureKind::Damaged, attempted, &staged, reason, remedy));
        }
        // Once it is committed, what cannot be put in place would stop every start.
        ready(work, attempted, target)?;
    }
    if let Some(workspaces) = &intent.registry {
        registry::require_readable(work, workspaces)?;
    }
    commit_point::write(work, intent)?;
    Ok(Yield::Nothing)
}

/// Whether an intent continues a committed one: the same files take the same places, and only what is known of the
/// databases that still wait has changed.
fn is_amended(work: &Work<'_>, committed: &Intent, intent: &Intent) -> Result<bool> {
    let mut like_before = intent.clone();
    for (old, new) in committed.targets.iter().zip(&mut like_before.targets) {
        new.live_stamp = old.live_stamp;
        new.safeguard = old.safeguard;
    }
    if like_before != *committed {
        return Ok(false);
    }
    // The safeguard of a database that is gone is what an undo brings back.
    for (old, new) in committed.targets.iter().zip(&intent.targets) {
        if old.safeguard != new.safeguard && is_swapped(work, old)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Puts every staged database in its place, then the list of workspaces. After a power cut some are, and the intent is
/// there to continue from.
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
        ready(work, attempted, target)?;
    }
    for target in &intent.targets {
        // Again, because putting the others in place took its time.
        ready(work, attempted, target)?;
        put_in_place(work, attempted, target)?;
    }
    if let Some(workspaces) = &intent.registry {
        registry::put_in_place(work, workspaces)?;
    }
    Ok(Yield::Nothing)
}

/// Whether a target can be swapped, or is swapped already. Looked at for all before the first is touched.
fn ready(work: &Work<'_>, attempted: &str, target: &IntentTarget) -> Result<()> {
    let (staged, live) = (work.path(&target.staged), work.path(&target.live));
    let refuse = |reason: String| {
        let remedy = if target.live_stamp.is_some() {
            "The live database was left alone; restore again if you want to"
        } else {
            "Move what lies there to another folder"
        };
        Err(Stop::new(FailureKind::Foreign, attempted, &live, reason, remedy))
    };
    if work.stamp(&staged)?.is_some() {
        // The staged file shows that its folder is there.
        if parent(&staged) != parent(&live) {
            return refuse(format!("{} does not lie in the same folder", target.staged));
        }
        if !is_replaceable(work, attempted, &live)? {
            return refuse("it is no ordinary file".to_owned());
        }
        return match (live_stamp(work, &live)?, target.live_stamp) {
            // Beside the missing database of a workspace that is looked after, it is a leftover of the lost one.
            (None, None) if !is_looked_after(work, target) => no_data_beside(work, attempted, &live),
            (None, None) => Ok(()),
            (Some(now), Some(then)) if now.is_as(&then) || now.has_lost_its_log_alone(&then) => Ok(()),
            (Some(_), None) => refuse("there was none when the restore was committed, and now there is one".to_owned()),
            (None, _) => refuse("it was taken away since it was safeguarded".to_owned()),
            _ => refuse("somebody has worked in it since it was safeguarded".to_owned()),
        };
    }
    if is_swapped(work, target)? {
        return Ok(());
    }
    refuse(format!("{} was taken away before it could be put in place", target.staged))
}

fn is_looked_after(work: &Work<'_>, target: &IntentTarget) -> bool {
    work.state.workspaces.iter().any(|workspace| workspace.id == target.workspace)
}

/// Refuses a place that is free but for a log: without its main file it may hold all of somebody's commits.
fn no_data_beside(work: &Work<'_>, attempted: &str, live: &Path) -> Result<()> {
    for sidecar in sidecars::DATA.map(|suffix| sidecars::of(live, suffix)) {
        if work.stamp(&sidecar)?.is_some_and(|stamp| stamp.size > 0) {
            let reason = "it belongs to a database that is gone, and may hold what was written last";
            let remedy = "Put that database back beside it, or move this file to another folder; then try again";
            return Err(Stop::new(FailureKind::Foreign, attempted, &sidecar, reason, remedy));
        }
    }
    Ok(())
}

/// Whether a file can be renamed to this path: nothing lies there, or an ordinary file. It is not opened, because
/// closing it would drop the locks that SQLite holds on it.
fn is_replaceable(work: &Work<'_>, attempted: &str, live: &Path) -> Result<bool> {
    if work.stamp(live)?.is_none() {
        return Ok(true);
    }
    let place = guard::resolved(work, live);
    let entries = work.files().list(parent(&place)).map_err(failed(attempted, parent(&place)))?;
    let there = entries.iter().find(|entry| place.file_name().is_some_and(|name| name == entry.name.as_str()));
    Ok(there.is_none_or(|entry| entry.is_file))
}

/// Whether the live file is the one that was staged: a rename keeps a file's identity, also when somebody has worked
/// in it since. Where files have no identity their content tells.
fn is_swapped(work: &Work<'_>, target: &IntentTarget) -> Result<bool> {
    let (staged, live) = (work.path(&target.staged), work.path(&target.live));
    match (work.stamp(&staged)?, work.stamp(&live)?) {
        (None, Some(stamp)) if stamp.is_file_of(&target.staged_stamp) => Ok(true),
        (None, Some(stamp)) if stamp.inode == 0 || target.staged_stamp.inode == 0 => {
            Ok(work.digest(&live, &mut work.progress("Checking", &target.live))? == target.digest)
        }
        _ => Ok(false),
    }
}

/// The removal of the old sidecars is durable before the rename is done. So those beside a swapped file are its own:
/// somebody has opened it, and they may hold his commits.
fn put_in_place(work: &Work<'_>, attempted: &str, target: &IntentTarget) -> Result<()> {
    let (staged, live) = (work.path(&target.staged), work.path(&target.live));
    if work.stamp(&staged)?.is_some() {
        if work.stamp(&live)?.is_some() {
            // Whoever could open the old file can open the new one.
            work.files().take_mode(&live, &staged).map_err(failed(attempted, &staged))?;
            work.sync_file(&staged)?;
        }
        sidecars::remove(work, &live)?;
        work.sync_folder(parent(&live))?;
        return work.settle(attempted, &staged, &live);
    }
    work.sync_folder(parent(&live))
}

/// Checks that the live databases are the files that were staged, that SQLite opens them, and that the list of
/// workspaces is theirs. The plain reading is safe where nobody has opened the new file yet, so that there are no locks
/// to lose; once somebody has worked in it, only SQLite looks at it.
pub(super) fn verify_live(work: &Work<'_>, intent: &Intent) -> Result<Yield> {
    let attempted = "check the restored database";
    for target in &intent.targets {
        let live = work.path(&target.live);
        if is_in_use_since(work, target, &live)? {
            read_schema(attempted, &live, &sqlite::open::live(work.sqlite(), &live)?)?;
            continue;
        }
        if work.digest(&live, &mut work.progress("Checking", &target.live))? != target.digest {
            let reason = "it is not the file that was verified";
            return Err(Stop::new(FailureKind::Damaged, attempted, &live, reason, RESTART));
        }
        read_schema(attempted, &live, &sqlite::open::sealed(work.sqlite(), &live)?)?;
    }
    if !holds_registry(work, intent)? {
        // Swapping again puts it right; no database has to go back for it.
        let (path, reason) =
            (work.home.join(names::REGISTRY), "it is not the list that belongs to the restored databases");
        return Err(Stop::new(FailureKind::Foreign, attempted, &path, reason, RESTART));
    }
    Ok(Yield::Nothing)
}

/// Whether somebody has opened the swapped file since: it was written to, or has sidecars.
fn is_in_use_since(work: &Work<'_>, target: &IntentTarget, live: &Path) -> Result<bool> {
    let stamp = work.present("check the restored database", live)?;
    if !stamp.is_file_of(&target.staged_stamp) {
        return Ok(false);
    }
    Ok(!stamp.same_content(&target.staged_stamp) || sidecars::hold_data(work, live)?)
}

fn read_schema(attempted: &str, live: &Path, connection: &rusqlite::Connection) -> Result<()> {
    let tables = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0));
    tables.map(|_| ()).map_err(|error| Stop::sqlite(attempted, live, &error))
}

/// Removes the intent of a swap of which nothing has happened; the live databases are as they were, and so is the list
/// of workspaces, which comes after all of them.
pub(super) fn withdraw(work: &Work<'_>, intent: &Intent) -> Result<Yield> {
    let attempted = "withdraw the restore";
    for target in &intent.targets {
        let live = live_stamp(work, &work.path(&target.live))?;
        let has_begun = live.zip(target.live_stamp).is_some_and(|(now, then)| now.has_lost_its_log_alone(&then));
        if has_begun || is_swapped(work, target)? {
            return Err(unfinished(attempted, &work.home.join(names::INTENT)));
        }
    }
    remove_intent(work, attempted, intent)
}

/// Removes the intent, once every name is durable.
pub(super) fn finish(work: &Work<'_>, intent: &Intent) -> Result<Yield> {
    let attempted = "finish the restore";
    let path = work.home.join(names::INTENT);
    let is_over = match commit_point::read(work.home, work.files())? {
        ReadIntent::Committed(committed) => committed == *intent && is_done(work, intent)?,
        // What has become of the list of workspaces since is somebody else's.
        ReadIntent::None | ReadIntent::Invalid(_) => waiting(work, intent)? == 0,
    };
    if !is_over {
        return Err(unfinished(attempted, &path));
    }
    for target in &intent.targets {
        work.sync_folder(parent(&work.path(&target.live)))?;
    }
    if intent.registry.is_some() {
        work.sync_folder(work.home)?;
    }
    remove_intent(work, attempted, intent)
}

fn remove_intent(work: &Work<'_>, attempted: &str, intent: &Intent) -> Result<Yield> {
    let path = work.home.join(names::INTENT);
    match commit_point::read(work.home, work.files())? {
        ReadIntent::Committed(committed) if committed != *intent => return Err(unfinished(attempted, &path)),
        ReadIntent::None | ReadIntent::Invalid(_) | ReadIntent::Committed(_) => {}
    }
    work.files().remove(&path).map_err(failed(attempted, &path))?;
    work.sync_folder(parent(&path))?;
    Ok(Yield::Nothing)
}

/// Whether a committed swap has put everything in its place.
fn is_done(work: &Work<'_>, intent: &Intent) -> Result<bool> {
    Ok(waiting(work, intent)? == 0 && holds_registry(work, intent)?)
}

/// Whether the list of workspaces is the one that a swap brings; a swap that brings none has it.
fn holds_registry(work: &Work<'_>, intent: &Intent) -> Result<bool> {
    intent.registry.as_ref().map_or(Ok(true), |workspaces| registry::holds(work, workspaces))
}

/// How many databases of a swap are not in their place yet.
fn waiting(work: &Work<'_>, intent: &Intent) -> Result<usize> {
    let mut waiting = 0;
    for target in &intent.targets {
        waiting += usize::from(work.stamp(&work.path(&target.staged))?.is_some());
    }
    Ok(waiting)
}

fn unfinished(attempted: &str, path: &Path) -> Stop {
    Stop::new(FailureKind::Busy, attempted, path, "an interrupted restore is not finished yet", RESTART)
}
