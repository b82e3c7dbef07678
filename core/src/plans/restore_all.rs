//! A global archive: every workspace that it holds comes back together, or none does.
//!
//! Its workspaces are matched with ours. Those that we have are replaced, those that we lack are added, and ours that it
//! lacks are safeguarded and stay as they are. From there on it is a restore of several databases under one intent,
//! which carries the new registry. Live databases may be damaged or absent, and the home may have no workspace yet.

mod matching;
mod newcomers;

use camino::{Utf8Path, Utf8PathBuf};

use super::{Case, import, restore, stop};
use crate::change::Change;
use crate::effect::{Depth, Effect};
use crate::event::Source;
use crate::model::{ArchiveFacts, ArchiveKind, Workspace, WorkspaceId};
use crate::names;
use crate::outcome::{Differences, Failure, Overview, Verification, Yield};
use crate::plan::Plan;
use crate::state::{Moment, Operation, Part};
use crate::transition::Begun;

use matching::Matched;

pub(crate) fn begin(case: &Case<'_>, archive: &Utf8Path) -> Begun {
    read(case, Moment::RestoreAll(archive.to_owned()), archive)
}

pub(crate) fn begin_preview(case: &Case<'_>, archive: &Utf8Path) -> Begun {
    read(case, Moment::PreviewAll(archive.to_owned()), archive)
}

fn read(case: &Case<'_>, moment: Moment, archive: &Utf8Path) -> Begun {
    let inspect = Effect::Inspect { archive: archive.to_owned(), accept_edited: false, all_rows: false };
    let plan = Plan::new().require(inspect);
    Ok((case.operation(moment, plan), Vec::new()))
}

/// What is done once the archive was read: its databases are taken out and checked, and every live one is looked at.
pub(super) fn plan(
    case: &Case<'_>,
    operation: &mut Operation,
    archive: &Utf8Path,
    facts: &ArchiveFacts,
) -> Result<Plan, Failure> {
    if facts.kind == ArchiveKind::Csv {
        let name = facts.workspaces.first().map(|archived| archived.name.as_str()).unwrap_or_default();
        return Err(Failure {
            remedy: "Nothing was changed; restore it into the workspace that it shall replace".to_owned(),
            ..import::refused(archive, format!("it holds the workspace “{name}” alone, not all of a home"))
        });
    }
    let matched = matching::matched(case, facts).map_err(|reason| import::refused(archive, reason))?;
    check(case, &matched, facts).map_err(|reason| import::refused(archive, reason))?;
    prepare(case, operation, &matched);
    let unpack = facts.workspaces.iter().enumerate().map(|(n, archived)| Effect::Unpack {
        archive: archive.to_owned(),
        member: archived.member.clone(),
        to: names::imported(operation.number, n),
    });
    let plan = unpack.fold(Plan::new(), Plan::require);
    let is_preview = matches!(operation.moment, Moment::PreviewAll(_));
    let plan = plan.then(if is_preview { compare(operation) } else { restore::check(case, operation) });
    let discards = (0..facts.workspaces.len()).map(|n| Effect::Discard { path: names::imported(operation.number, n) });
    Ok(discards.fold(plan, Plan::always))
}

/// What the manifest says of each database must suit its place, before anything is taken out.
fn check(case: &Case<'_>, matched: &Matched, facts: &ArchiveFacts) -> Result<(), String> {
    for (n, workspace) in matched.replaced.iter().chain(&matched.added) {
        let Some(archived) = facts.workspaces.get(*n) else { continue };
        let problems = import::problems(case, workspace, archived);
        if !problems.is_empty() {
            return Err(format!("“{}”: {}", archived.name, problems.join("; ")));
        }
    }
    Ok(())
}

fn prepare(case: &Case<'_>, operation: &mut Operation, matched: &Matched) {
    let number = operation.number;
    let part = |(n, workspace): &(usize, Workspace)| Part::new(workspace, Some(source(number, *n)));
    let kept = case.state.workspaces.iter().filter(|workspace| matched.kept.contains(&workspace.id));
    let restored = matched.replaced.iter().chain(&matched.added).map(part);
    operation.parts = restored.chain(kept.map(|workspace| Part::new(workspace, None))).collect();
    operation.newcomers = matched.added.iter().map(|(_, workspace)| workspace.clone()).collect();
    operation.overview = Some(Overview {
        replaced: matched
            .replaced
            .iter()
            .map(|(_, workspace)| (workspace.id.clone(), Differences::default()))
            .collect(),
        added: operation.newcomers.clone(),
        kept: matched.kept.clone(),
    });
}

/// Once it was taken out, a database is restored like any other file.
fn source(operation: u64, n: usize) -> Source {
    Source::File(names::imported(operation, n))
}

/// Everything is checked, and what is here compared; where something will be added there must be nothing yet.
fn compare(operation: &Operation) -> Plan {
    let candidates = || operation.parts.iter().filter_map(|part| Some((part, file(part)?)));
    let checks = candidates().map(|(part, file)| Effect::Verify {
        workspace: part.workspace.clone(),
        file: file.clone(),
        depth: Depth::Proven,
    });
    let compares = candidates().map(|(part, file)| {
        let (workspace, database) = (part.workspace.clone(), part.database.clone());
        if operation.adds(&workspace) {
            Effect::Look { database }
        } else {
            Effect::Compare { workspace, database, candidate: file.clone() }
        }
    });
    checks.chain(compares).fold(Plan::new(), Plan::require)
}

const fn file(part: &Part) -> Option<&Utf8PathBuf> {
    match &part.source {
        Some(Source::File(file)) => Some(file),
        _ => None,
    }
}

/// What a preview learns; the restore itself learns what every restore does.
pub(super) fn learn_preview(
    case: &Case<'_>,
    operation: &mut Operation,
    effect: &Effect,
    learnt: &Yield,
) -> Vec<Change> {
    match (effect, learnt) {
        (Effect::Inspect { archive, .. }, Yield::Inspected(found)) => {
            import::inspected(case, operation, archive, found);
        }
        (Effect::Verify { workspace, file, .. }, Yield::Verified(found)) => {
            checked(case, operation, workspace, file, found);
        }
        (Effect::Look { database }, Yield::Looked(live)) => {
            restore::is_free(operation, database, live);
        }
        (Effect::Compare { workspace, .. }, Yield::Compared(found)) => note(operation, workspace, found),
        _ => {}
    }
    Vec::new()
}

fn checked(case: &Case<'_>, operation: &mut Operation, id: &WorkspaceId, file: &Utf8Path, found: &Verification) {
    let Some(workspace) = case.known(operation, id).cloned() else { return };
    let problems = restore::problems(case, operation, &workspace, &Source::File(file.to_owned()), found);
    if !problems.is_empty() {
        let failure = restore::unfit(operation, &workspace, file, &problems);
        stop(operation, failure);
    }
}

fn note(operation: &mut Operation, workspace: &WorkspaceId, found: &Differences) {
    let replaced = operation.overview.iter_mut().flat_map(|overview| &mut overview.replaced);
    for (_, differences) in replaced.filter(|(id, _)| id == workspace) {
        differences.clone_from(found);
    }
}
