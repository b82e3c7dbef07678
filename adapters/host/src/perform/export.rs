//! Export: a verified copy at a path of the user's, perhaps on another disk. The path holds what it held before, or the
//! complete file that was read back.

use std::io::ErrorKind;
use std::path::Path;

use camino::Utf8Path;
use omnicraft_core::names;
use omnicraft_core::outcome::{FailureKind, Yield};

use super::guard;
use super::work::{Work, failed, parent};
use crate::error::{Result, Stop};

const ATTEMPTED: &str = "export to this file";

/// Says before hours of work what would be said after them.
pub(super) fn check_target(work: &Work<'_>, to: &Utf8Path, replace: bool) -> Result<Yield> {
    let target = work.path(to);
    allowed(work, to, &target)?;
    if replace || work.stamp(&target)?.is_none() { Ok(Yield::Nothing) } else { Err(taken(&target)) }
}

pub(super) fn export(work: &Work<'_>, staged: &Utf8Path, digest: &str, to: &Utf8Path, replace: bool) -> Result<Yield> {
    let (source, target) = (work.path(staged), work.path(to));
    work.present(ATTEMPTED, &source)?;
    allowed(work, to, &target)?;
    let temporary = work.path(&work.temporary(to));
    if let Some(there) = work.stamp(&target)?.filter(|_| !replace) {
        let exported = is_exported(work, to, there.size, &source, digest)?;
        return if exported { done(work, &temporary, &target) } else { Err(taken(&target)) };
    }
    let written = write(work, staged, &temporary, digest).and_then(|()| place(work, &temporary, &target, replace));
    work.or_sweep(&temporary, written)?;
    Ok(Yield::Nothing)
}

/// Whether an export may take this path at all.
fn allowed(work: &Work<'_>, to: &Utf8Path, target: &Path) -> Result<()> {
    guard::not_ours(work, ATTEMPTED, target)?;
    if to.file_name().is_some_and(names::is_unpublished) {
        let reason = "the engine gives such a name to unfinished files, and removes them at its next start";
        return Err(Stop::new(FailureKind::Foreign, ATTEMPTED, target, reason, "Choose another name"));
    }
    let folder = parent(target);
    if work.stamp(folder)?.is_none() {
        let reason = "there is no such folder";
        return Err(Stop::new(FailureKind::Missing, ATTEMPTED, folder, reason, "Make the folder, or choose another"));
    }
    only_over_a_file(work, target)
}

/// A device, a pipe, a link or a folder is nothing that an export replaces, whoever allows it.
fn only_over_a_file(work: &Work<'_>, target: &Path) -> Result<()> {
    let folder = parent(target);
    let entries = work.files().list(folder).map_err(failed("list the folder", folder))?;
    let name = target.file_name().and_then(|name| name.to_str());
    if entries.iter().any(|entry| Some(entry.name.as_str()) == name && !entry.is_file) {
        let reason = "there is something that is no ordinary file";
        return Err(Stop::new(FailureKind::Foreign, ATTEMPTED, target, reason, "Choose another name"));
    }
    Ok(())
}

/// Copies and reads back: what was written is what was verified.
fn write(work: &Work<'_>, staged: &Utf8Path, temporary: &Path, digest: &str) -> Result<()> {
    work.copy(ATTEMPTED, &work.path(staged), temporary, &mut work.progress("Exporting", staged))?;
    if work.digest(temporary, &mut work.progress("Reading back", staged))? == digest {
        return Ok(());
    }
    let reason = "what was read back differs from what was verified";
    Err(Stop::new(FailureKind::Damaged, ATTEMPTED, temporary, reason, "Check the disk, or choose another"))
}

fn place(work: &Work<'_>, temporary: &Path, target: &Path, replace: bool) -> Result<()> {
    if replace {
        return work.settle(ATTEMPTED, temporary, target);
    }
    // Unlike a rename, a link never replaces a file that somebody has put there meanwhile.
    match work.files().link(temporary, target) {
        Ok(()) => done(work, temporary, target).map(|_| ()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(taken(target)),
        // The file system has no links, as on most memory sticks.
        Err(_) if work.stamp(target)?.is_some() => Err(taken(target)),
        Err(_) => work.settle(ATTEMPTED, temporary, target),
    }
}

fn is_exported(work: &Work<'_>, to: &Utf8Path, size: u64, source: &Path, digest: &str) -> Result<bool> {
    let same_size = work.stamp(source)?.is_some_and(|stamp| stamp.size == size);
    Ok(same_size && work.digest(&work.path(to), &mut work.progress("Checking", to))? == digest)
}

fn done(work: &Work<'_>, temporary: &Path, target: &Path) -> Result<Yield> {
    work.files().remove(temporary).map_err(failed(ATTEMPTED, temporary))?;
    work.sync_folder(parent(target))?;
    Ok(Yield::Nothing)
}

fn taken(target: &Path) -> Stop {
    let remedy = "Choose another name, or allow the file to be replaced";
    Stop::new(FailureKind::Foreign, ATTEMPTED, target, "there is a file already", remedy)
}
