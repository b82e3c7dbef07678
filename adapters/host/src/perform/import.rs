//! Import: a sealed database of its own from a CSV archive. Content that cannot be taken is an outcome; only what
//! hinders the work is a failure. Neither the archive nor anything live is touched.

use std::path::Path;

use camino::Utf8Path;
use omnicraft_core::model::{Imported, SchemaSource, WorkspaceId};
use omnicraft_core::outcome::{FailureKind, Yield};

use super::guard;
use super::work::{Work, failed, parent};
use crate::archive::container::Container;
use crate::archive::findings::Findings;
use crate::archive::load::{Load, Source, load};
use crate::archive::manifest::{CsvManifest, Manifest};
use crate::error::{Result, Stop};

const ATTEMPTED: &str = "build the database of the archive";

pub(super) fn import(
    work: &Work<'_>,
    workspace: &WorkspaceId,
    archive: &Utf8Path,
    to: &Utf8Path,
    schema: &[SchemaSource],
    accept_edited: bool,
) -> Result<Yield> {
    let (file, target) = (work.path(archive), work.path(to));
    guard::not_live(work, ATTEMPTED, &file)?;
    work.still_inspected(ATTEMPTED, &file)?;
    work.ensure_folder(parent(&target))?;
    work.discard(&target)?;
    let manifest = match manifest(work, &file)? {
        Ok(manifest) => manifest,
        Err(findings) => return Ok(imported(findings)),
    };
    work.require_space(ATTEMPTED, &target, space(&manifest))?;
    let sources = sources(work, workspace, &target, schema)?;
    let order = Load {
        files: work.files(),
        opener: work.sqlite(),
        archive: &file,
        manifest: &manifest,
        to: &target,
        sources: &sources,
        accept_edited,
        adopted: work.workspace(workspace).is_some_and(|workspace| workspace.schema.is_none()),
    };
    work.files().write_new(&target, b"").map_err(failed(ATTEMPTED, &target))?;
    let built = load(&order, &mut work.progress("Importing", archive)).and_then(|findings| {
        work.still_inspected(ATTEMPTED, &file)?;
        // What could not be taken leaves nothing behind.
        let ended = if findings.is_empty() { work.sync_file(&target) } else { work.discard(&target) };
        ended.map(|()| findings)
    });
    work.or_sweep(&target, built).map(imported)
}

fn manifest(work: &Work<'_>, archive: &Path) -> Result<std::result::Result<CsvManifest, Findings>> {
    Ok(match Container::open(work.files(), archive)? {
        Ok(container) => match container.manifest() {
            Manifest::Csv(manifest) => Ok(CsvManifest::clone(manifest)),
            Manifest::Global(_) => {
                let mut findings = Findings::default();
                findings.archive("it holds whole databases, and no tables as CSV files");
                Err(findings)
            }
        },
        Err(findings) => Err(findings),
    })
}

/// Rows take about as much room in a database as in a CSV file, and their indexes perhaps half of that.
fn space(manifest: &CsvManifest) -> u64 {
    let bytes = manifest.tables.iter().map(|table| table.bytes).fold(0, u64::saturating_add);
    (bytes / 2).saturating_mul(3)
}

fn sources<'a>(
    work: &Work<'a>,
    workspace: &WorkspaceId,
    target: &Path,
    schema: &'a [SchemaSource],
) -> Result<Vec<Source<'a>>> {
    let source = |source: &'a SchemaSource| match source {
        SchemaSource::App(version) => {
            let profile = work.profile(workspace).ok_or_else(|| {
                let reason = format!("this program does not know the schema of the workspace {workspace}");
                let remedy = "Update the program, or export a database file instead";
                Stop::new(FailureKind::Foreign, ATTEMPTED, target, reason, remedy)
            })?;
            Ok(Source::App { app: &*work.ports.app, profile, version })
        }
        SchemaSource::Live(path) => Ok(Source::Live(work.path(path))),
        SchemaSource::Snapshot(path) => Ok(Source::Snapshot(work.path(path))),
        SchemaSource::Archive => Ok(Source::Archive),
    };
    schema.iter().map(source).collect()
}

fn imported(findings: Findings) -> Yield {
    let Findings { listed, unlisted } = findings;
    Yield::Imported(Box::new(Imported { findings: listed, unlisted }))
}
