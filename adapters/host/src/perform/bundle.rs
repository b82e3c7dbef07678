//! Bundle: sealed, verified copies of all workspaces as a staged global archive.

use std::path::PathBuf;

use camino::Utf8Path;
use omnicraft_core::effect::BundleMember;
use omnicraft_core::model::Workspace;
use omnicraft_core::outcome::{FailureKind, Yield};

use super::registry;
use super::work::{Work, failed};
use crate::archive::bundle::{Packed, Whole, bundle as write};
use crate::error::{Result, Stop};

const ATTEMPTED: &str = "write the archive of all workspaces";

pub(super) fn bundle(work: &Work<'_>, members: &[BundleMember], to: &Utf8Path) -> Result<Yield> {
    let target = work.path(to);
    let found = members.iter().map(|member| find(work, member)).collect::<Result<Vec<_>>>()?;
    // What an interrupted step left.
    work.discard(&target)?;
    let csv = found.iter().filter_map(|found| found.csv.as_ref()).map(|(_, size)| size).sum::<u64>();
    let databases = found.iter().map(|found| found.database.1).sum::<u64>();
    work.require_space(ATTEMPTED, &target, databases / 2 + csv)?;
    let operation = work.state.operation.as_ref();
    let operation = operation.ok_or_else(|| defect(&target, "no operation is under way"))?;
    let workspaces: Vec<Workspace> = found.iter().map(|found| found.workspace.clone()).collect();
    let app = work.ports.app.name();
    let registry = registry::render(app, &workspaces).map_err(|reason| defect(&target, &reason))?;
    let packed: Vec<_> = found.iter().zip(members).map(|(found, member)| found.packed(member)).collect();
    let whole = Whole { app, registry: &registry, taken_at: &operation.begun_at, workspaces: &packed };
    let file = work.files().create_new(&target).map_err(failed(ATTEMPTED, &target))?;
    let written = write(work.files(), file, &whole, &target, &mut work.progress("Packing", to));
    work.or_sweep(&target, written)?;
    Ok(Yield::Nothing)
}

/// A member's files where they lie, with their sizes.
struct Found<'a> {
    workspace: &'a Workspace,
    database: (PathBuf, u64),
    csv: Option<(PathBuf, u64)>,
}

impl Found<'_> {
    fn packed<'b>(&'b self, member: &'b BundleMember) -> Packed<'b> {
        Packed {
            workspace: self.workspace,
            facts: &member.facts,
            database: (&self.database.0, self.database.1),
            csv: self.csv.as_ref().map(|(path, size)| (path.as_path(), *size)),
        }
    }
}

fn find<'a>(work: &Work<'a>, member: &BundleMember) -> Result<Found<'a>> {
    let sized = |path: &Utf8Path| {
        let path = work.path(path);
        work.present(ATTEMPTED, &path).map(|stamp| (path, stamp.size))
    };
    let database = sized(&member.database)?;
    let workspace = work.workspace(&member.workspace);
    let workspace = workspace.ok_or_else(|| defect(&database.0, "nobody knows whose copy it is"))?;
    Ok(Found { workspace, database, csv: member.csv.as_deref().map(sized).transpose()? })
}

fn defect(path: &std::path::Path, reason: &str) -> Stop {
    Stop::new(FailureKind::Foreign, ATTEMPTED, path, reason, "Try the export again")
}
