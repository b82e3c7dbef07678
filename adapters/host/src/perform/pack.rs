//! Pack: a sealed, verified copy as a staged CSV archive.

use camino::Utf8Path;
use omnicraft_core::effect::Effect;
use omnicraft_core::model::{Facts, WorkspaceId};
use omnicraft_core::outcome::{FailureKind, Yield};

use super::work::{Work, failed};
use crate::archive::pack::{Origin, pack as write};
use crate::error::{Result, Stop};
use crate::sqlite::open;

const ATTEMPTED: &str = "write the archive";

pub(super) fn pack(work: &Work<'_>, workspace: &WorkspaceId, from: &Utf8Path, to: &Utf8Path) -> Result<Yield> {
    let (source, target) = (work.path(from), work.path(to));
    let size = work.present(ATTEMPTED, &source)?.size;
    // What an interrupted step left.
    work.discard(&target)?;
    // Text and numbers shrink to a third and less; pictures do not.
    work.require_space(ATTEMPTED, &target, size / 2)?;
    let operation = work.state.operation.as_ref();
    let known = work.workspace(workspace).zip(operation).zip(facts(work, to));
    let ((workspace, operation), facts) = known.ok_or_else(|| {
        let reason = "the copy has not been verified, which is a defect of this program";
        Stop::new(FailureKind::Foreign, ATTEMPTED, &source, reason, "Try the export again")
    })?;
    let origin = Origin { app: work.ports.app.name(), workspace, facts, taken_at: &operation.begun_at };
    let mut progress = work.progress("Packing", to);
    let mut connections = open::sealed_for_cores(work.sqlite(), &source, size, &progress)?;
    let file = work.files().create_new(&target).map_err(failed(ATTEMPTED, &target))?;
    let written = write(&mut connections, file, &origin, &source, &target, &mut progress);
    work.or_sweep(&target, written)?;
    Ok(Yield::Nothing)
}

/// What verification said of the copy: the global archive that it goes into knows it, or the operation.
fn facts<'a>(work: &Work<'a>, to: &Utf8Path) -> Option<&'a Facts> {
    let operation = work.state.operation.as_ref()?;
    let bundled = operation.remaining.iter().find_map(|step| {
        let Effect::Bundle { members, .. } = &step.effect else { return None };
        members.iter().find(|member| member.csv.as_deref() == Some(to))
    });
    bundled.map(|member| &member.facts).or_else(|| operation.copy.as_ref().map(|copy| &copy.facts))
}
