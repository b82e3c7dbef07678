//! Keep damaged: a copy of a live database that fails its checks, for a later rescue. The live files stay as they are.

use std::path::Path;

use camino::Utf8Path;
use omnicraft_core::effect::Depth;
use omnicraft_core::model::LiveState;
use omnicraft_core::outcome::{FailureKind, Verification, Yield};

use super::work::{Work, failed, parent};
use super::{sidecars, verify};
use crate::error::{Result, Stop};
use crate::sqlite;

const ATTEMPTED: &str = "keep the damaged database";

/// After a power cut there is no file at `to`, or a complete one.
pub(super) fn keep(work: &Work<'_>, database: &Utf8Path, to: &Utf8Path) -> Result<Yield> {
    let (live, kept, temporary) = (work.path(database), work.path(to), work.temporary(to));
    work.present(ATTEMPTED, &live)?;
    let mut copied = Copied::default();
    if work.stamp(&kept)?.is_none() {
        work.ensure_folder(parent(&kept))?;
        sidecars::remove(work, &kept)?;
        let temporary = work.path(&temporary);
        let result = copy(work, database, &temporary, &kept);
        let settled = result.and_then(|copied| work.settle(ATTEMPTED, &temporary, &kept).map(|()| copied));
        copied = work.or_sweep(&temporary, settled)?;
    }
    let verification = facts(work, database, to, copied)?;
    Ok(Yield::KeptDamaged(Box::new(verification)))
}

/// What copying taught; nothing where the file was kept before.
#[derive(Default)]
struct Copied {
    journal_mode: Option<String>,
    unreadable: Option<String>,
}

/// Through SQLite while it can: that is one file of one moment, with the WAL in it. Else the bytes as they are.
fn copy(work: &Work<'_>, database: &Utf8Path, temporary: &Path, kept: &Path) -> Result<Copied> {
    let live = work.path(database);
    let main = work.present(ATTEMPTED, &live)?.size;
    let size = |suffix| Ok(work.stamp(&sidecars::of(&live, suffix))?.map_or(0, |stamp| stamp.size));
    let (wal, journal) = (size("-wal")?, size("-journal")?);
    work.discard(temporary)?;
    work.require_space(ATTEMPTED, temporary, main + wal + journal)?;
    let copied = match hands_off(work, &live, main, wal, journal)? {
        Some(reason) => Err(reason),
        None => through_sqlite(work, database, temporary)?,
    };
    match copied {
        Ok(journal_mode) => Ok(Copied { journal_mode: Some(journal_mode), unreadable: None }),
        Err(reason) => {
            raw_copy(work, &live, temporary, kept)?;
            let unreadable = format!("SQLite cannot copy it, so its bytes were kept as they are: {reason}");
            Ok(Copied { journal_mode: None, unreadable: Some(unreadable) })
        }
    }
}

/// Why SQLite must not even open it: it throws the WAL of an emptied database away, and a journal that it plays back
/// into a damaged one.
fn hands_off(work: &Work<'_>, live: &Path, main: u64, wal: u64, journal: u64) -> Result<Option<String>> {
    if journal > 0 {
        return Ok(Some("a transaction was cut short, and its journal is still there".to_owned()));
    }
    Ok(match sqlite::header::look(work.sqlite(), live, main, wal)? {
        LiveState::Damaged(reason) => Some(reason),
        LiveState::Plausible | LiveState::Missing => None,
    })
}

/// The journal mode, or the reason why SQLite cannot read it.
fn through_sqlite(
    work: &Work<'_>,
    database: &Utf8Path,
    temporary: &Path,
) -> Result<std::result::Result<String, String>> {
    work.files().write_new(temporary, b"").map_err(failed(ATTEMPTED, temporary))?;
    let mut progress = work.progress("Keeping", database);
    match sqlite::backup::copy(work.sqlite(), &work.path(database), temporary, &mut progress) {
        Ok(journal_mode) => work.sync_file(temporary).map(|()| Ok(journal_mode)),
        Err(Stop::Failed(failure)) if matches!(failure.kind, FailureKind::Damaged | FailureKind::Io) => {
            Ok(Err(failure.reason))
        }
        Err(stop) => Err(stop),
    }
}

/// The sidecars get their final names first: the main file's name says that all of it is there.
fn raw_copy(work: &Work<'_>, live: &Path, temporary: &Path, kept: &Path) -> Result<()> {
    for suffix in sidecars::DATA {
        let sidecar = sidecars::of(live, suffix);
        if work.stamp(&sidecar)?.is_some() {
            work.discard(temporary)?;
            raw(work, &sidecar, temporary)?;
            work.settle(ATTEMPTED, temporary, &sidecars::of(kept, suffix))?;
        }
    }
    work.discard(temporary)?;
    raw(work, live, temporary)
}

fn raw(work: &Work<'_>, from: &Path, to: &Path) -> Result<()> {
    let copied = work.files().copy_live(from, to, &mut |_| !work.observer.cancelled());
    copied.map_err(failed(ATTEMPTED, from))
}

fn facts(work: &Work<'_>, database: &Utf8Path, kept: &Utf8Path, copied: Copied) -> Result<Verification> {
    let owner = work.state.workspaces.iter().find(|workspace| workspace.database == *database);
    let profile = owner.and_then(|workspace| work.profile(&workspace.id));
    let mut verification = match verify::content(work, profile, kept, Depth::Sound) {
        Ok(verification) => verification,
        Err(Stop::Failed(failure)) => bare(work, kept, failure.reason)?,
        Err(Stop::Cancelled) => return Err(Stop::Cancelled),
    };
    if let Some(reason) = copied.unreadable {
        verification.problems.insert(0, reason);
        verification.level = None;
    }
    if let Some(journal_mode) = copied.journal_mode {
        verification.facts.journal_mode = journal_mode;
    }
    Ok(verification)
}

/// What can be said of a file in which SQLite cannot find anything.
fn bare(work: &Work<'_>, kept: &Utf8Path, problem: String) -> Result<Verification> {
    let path = work.path(kept);
    let stamp = work.present(ATTEMPTED, &path)?;
    let digest = work.digest(&path, &mut work.progress("Checking", kept))?;
    Ok(Verification { digest, stamp, problems: vec![problem], ..Verification::default() })
}
