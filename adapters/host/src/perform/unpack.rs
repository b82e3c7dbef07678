//! Unpack: takes one database out of a global archive into a staged file. Whatever was said of the archive before, its
//! directory, its manifest and the database's digest are checked again on the way.

use std::io::Write as _;

use camino::Utf8Path;
use omnicraft_core::outcome::{FailureKind, Yield};

use super::guard;
use super::work::{Work, failed, parent};
use crate::archive::container::Container;
use crate::archive::findings::Findings;
use crate::archive::manifest::{FileEntry, Manifest};
use crate::error::{Result, Stop};
use crate::progress::Progress;

const ATTEMPTED: &str = "take the database out of the archive";

pub(super) fn unpack(work: &Work<'_>, archive: &Utf8Path, member: &str, to: &Utf8Path) -> Result<Yield> {
    let (path, staged) = (work.path(archive), work.path(to));
    guard::not_live(work, ATTEMPTED, &path)?;
    work.still_inspected(ATTEMPTED, &path)?;
    let refused = |reason: String| {
        let remedy = "Choose another archive, or export again; nothing was changed";
        Stop::new(FailureKind::Damaged, ATTEMPTED, &path, reason, remedy)
    };
    let mut container = Container::open(work.files(), &path)?.map_err(|findings| refused(first(&findings)))?;
    let entry = database(container.manifest(), member);
    let entry = entry.cloned().ok_or_else(|| refused(format!("it holds no database {member}")))?;
    if to.is_relative() {
        work.ensure_folder(parent(&staged))?;
    }
    work.discard(&staged)?;
    work.require_space(ATTEMPTED, &staged, entry.bytes)?;
    let mut findings = Findings::default();
    let mut progress = work.progress("Unpacking", Utf8Path::new(member));
    let written = write(work, &mut container, &entry, &staged, &mut findings, &mut progress);
    let whole = written.and_then(|whole| if whole { Ok(()) } else { Err(refused(first(&findings))) });
    let same = whole.and_then(|()| work.still_inspected(ATTEMPTED, &path));
    work.or_sweep(&staged, same.and_then(|()| work.sync_folder(parent(&staged))))?;
    Ok(Yield::Nothing)
}

fn database<'a>(manifest: &'a Manifest, member: &str) -> Option<&'a FileEntry> {
    match manifest {
        Manifest::Csv(_) => None,
        Manifest::Global(global) => {
            global.workspaces.iter().map(|entry| &entry.database).find(|database| database.file == member)
        }
    }
}

/// Writes the file and makes it durable. `false` where a finding says why it is not what the manifest says.
fn write(
    work: &Work<'_>,
    container: &mut Container,
    entry: &FileEntry,
    staged: &std::path::Path,
    findings: &mut Findings,
    progress: &mut Progress<'_>,
) -> Result<bool> {
    let mut file = work.files().create_new(staged).map_err(failed(ATTEMPTED, staged))?;
    let mut done = 0;
    let digest = container.read(&entry.file, findings, &mut |block| {
        file.write_all(block).map_err(|error| Stop::io(ATTEMPTED, staged, &error))?;
        done += block.len() as u64;
        progress.at(done, entry.bytes)
    })?;
    file.sync().map_err(failed(ATTEMPTED, staged))?;
    let is_whole = digest.as_ref() == Some(&entry.digest);
    if !is_whole && findings.is_empty() {
        findings.member(&entry.file, "it is not what was exported: it was changed since, or is damaged");
    }
    Ok(is_whole)
}

fn first(findings: &Findings) -> String {
    findings.listed.first().map_or_else(|| "it is not in order".to_owned(), ToString::to_string)
}
