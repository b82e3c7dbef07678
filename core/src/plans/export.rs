//! Files for the user to take away: a plain database, a CSV archive of one workspace, or one archive of everything.
//!
//! Whatever it is, a look at the user's path comes first. It is built from a sealed, verified copy, read back whole, and
//! only then published at that path: the last step is given the digest of what was read. Where the copy turns out damaged,
//! its indexes are built anew: if nothing else was damaged, what its tables hold can still be saved.

use camino::{Utf8Path, Utf8PathBuf};

use super::copying::{self, News};
use super::{Case, import, stop};
use crate::change::Change;
use crate::effect::{BundleMember, CopyOf, Depth, Effect};
use crate::event::Export;
use crate::model::{Facts, Inspection, Workspace, WorkspaceId};
use crate::names;
use crate::outcome::{Failure, FailureKind, Verification, Yield};
use crate::plan::Plan;
use crate::state::{Moment, Operation};
use crate::transition::{Begun, Refusal};

pub(crate) fn begin(case: &Case<'_>, export: &Export, to: &Utf8Path, replace: bool) -> Begun {
    let publish = |staged: &Utf8Path| {
        let (staged, to) = (staged.to_owned(), to.to_owned());
        Plan::new().require(Effect::Export { staged, digest: String::new(), to, replace })
    };
    let plan = match export {
        Export::Database(id) => {
            let workspace = case.workspace(id)?;
            let staged = copying::staged(case, workspace);
            copy(case, workspace).then(publish(&staged)).always(Effect::Discard { path: staged })
        }
        Export::Csv(id) => {
            let workspace = case.workspace(id)?;
            let archive = csv_archive(case, workspace);
            copy(case, workspace)
                .then(pack(case, workspace))
                .then(read_back(&archive))
                .then(publish(&archive))
                .always(Effect::Discard { path: copying::staged(case, workspace) })
                .always(Effect::Discard { path: archive })
        }
        Export::All { with_csv } => {
            let Some(first) = case.state.workspaces.first() else {
                return Err(Refusal::new(
                    "there is no workspace to export",
                    "Add one with `workspace add`, or restore an archive",
                ));
            };
            let archive = names::staged_archive(first, case.state.next_operation, "all");
            copy_all(case)
                .then(check_all(case, *with_csv))
                .then(bundle(case, *with_csv, &archive))
                .then(read_back(&archive))
                .then(publish(&archive))
                .then(discard_all(case, *with_csv))
                .always(Effect::Discard { path: archive })
        }
    };
    let look = Plan::new().require(Effect::CheckTarget { to: to.to_owned(), replace });
    Ok((case.operation(Moment::Export(export.clone()), look.then(plan)), Vec::new()))
}

/// A file that was cut off in its last page looks whole to SQLite, which reads zeros there; a look at it tells.
fn copy(case: &Case<'_>, workspace: &Workspace) -> Plan {
    let look = Effect::Look { database: workspace.database.clone() };
    Plan::new().require(look).then(copying::take(case, workspace))
}

fn csv_archive(case: &Case<'_>, workspace: &Workspace) -> Utf8PathBuf {
    names::staged_archive(workspace, case.state.next_operation, "csv")
}

fn pack(case: &Case<'_>, workspace: &Workspace) -> Plan {
    Plan::new().require(Effect::Pack {
        workspace: workspace.id.clone(),
        from: copying::staged(case, workspace),
        to: csv_archive(case, workspace),
    })
}

fn read_back(archive: &Utf8Path) -> Plan {
    Plan::new().require(Effect::Inspect { archive: archive.to_owned(), accept_edited: false, all_rows: true })
}

/// All of one moment, once each is known to be there.
fn copy_all(case: &Case<'_>) -> Plan {
    let workspaces = &case.state.workspaces;
    let looks = workspaces.iter().map(|workspace| Effect::Look { database: workspace.database.clone() });
    let copy =
        |workspace: &Workspace| CopyOf { database: workspace.database.clone(), to: copying::staged(case, workspace) };
    let copies = workspaces.iter().map(copy).collect();
    looks.fold(Plan::new(), Plan::require).require(Effect::CopyAll { copies })
}

/// Each archive is written right after its copy was verified, from what was learnt of it.
fn check_all(case: &Case<'_>, with_csv: bool) -> Plan {
    case.state.workspaces.iter().fold(Plan::new(), |plan, workspace| {
        let plan = plan.then(copying::check(case, workspace));
        if with_csv { plan.then(pack(case, workspace)) } else { plan }
    })
}

fn bundle(case: &Case<'_>, with_csv: bool, archive: &Utf8Path) -> Plan {
    let member = |workspace: &Workspace| BundleMember {
        workspace: workspace.id.clone(),
        database: copying::staged(case, workspace),
        csv: with_csv.then(|| csv_archive(case, workspace)),
        copied: String::new(),
        facts: Facts::default(),
    };
    let members = case.state.workspaces.iter().map(member).collect();
    Plan::new().require(Effect::Bundle { members, to: archive.to_owned() })
}

fn discard_all(case: &Case<'_>, with_csv: bool) -> Plan {
    case.state.workspaces.iter().fold(Plan::new(), |plan, workspace| {
        let plan = plan.always(Effect::Discard { path: copying::staged(case, workspace) });
        if with_csv { plan.always(Effect::Discard { path: csv_archive(case, workspace) }) } else { plan }
    })
}

pub(super) fn learn(case: &Case<'_>, operation: &mut Operation, effect: &Effect, learnt: &Yield) -> Vec<Change> {
    match (effect, learnt) {
        (Effect::CopyAll { .. }, Yield::CopiedAll(all)) => {
            for (member, copied) in members(operation).iter_mut().zip(all) {
                member.facts.journal_mode.clone_from(&copied.journal_mode);
                member.copied = copied.digest.clone().unwrap_or_default();
            }
        }
        (Effect::Inspect { archive, .. }, Yield::Inspected(found)) => inspected(operation, archive, found),
        (Effect::Reindex { workspace, file }, Yield::Verified(_)) => {
            if let Some(workspace) = case.state.workspace(workspace) {
                rebuilt(case, operation, workspace, file, learnt);
            }
        }
        _ => {
            if let Some(workspace) = workspace_of(case, effect).cloned() {
                copied(case, operation, &workspace, effect, learnt);
            }
        }
    }
    Vec::new()
}

/// The workspace whose database is looked at, copied or verified.
fn workspace_of<'a>(case: &Case<'a>, effect: &Effect) -> Option<&'a Workspace> {
    if let Effect::Look { database } | Effect::Copy { database, .. } = effect {
        return case.live_at(database);
    }
    if let Effect::Verify { workspace, .. } = effect { case.state.workspace(workspace) } else { None }
}

fn copied(case: &Case<'_>, operation: &mut Operation, workspace: &Workspace, effect: &Effect, learnt: &Yield) {
    let staged = copying::staged_of(operation, workspace);
    note_member(operation, effect);
    match (copying::gather(case, operation, workspace, effect, learnt), learnt) {
        (News::Nothing, _) => {}
        (News::Good, _) => verified(operation, &staged),
        (News::Bad(failure), Yield::Verified(found)) if !found.problems.is_empty() => {
            rebuild(operation, workspace, staged, &failure);
        }
        (News::Unusable(failure) | News::Bad(failure), _) => {
            let failure = not_exported(operation, workspace, failure);
            stop(operation, failure);
        }
    }
}

/// The copies of a global archive were taken before the first was verified.
fn note_member(operation: &mut Operation, effect: &Effect) {
    let Effect::Verify { file, .. } = effect else { return };
    if let Some(member) = member_at(operation, file) {
        let (digest, journal_mode) = (member.copied.clone(), member.facts.journal_mode.clone());
        operation.copy = Some(Verification { digest, ..copying::with_journal_mode(journal_mode) });
    }
}

/// Where only indexes are damaged, which follow from tables, what the tables hold can be carried away.
fn rebuild(operation: &mut Operation, workspace: &Workspace, staged: Utf8PathBuf, failure: &Failure) {
    operation.warnings.push(format!(
        "{}; what is exported of “{}” is what its tables hold, with indexes that were built anew: if one of them knew \
         rows that its table has lost, they are not in it",
        failure.reason, workspace.name
    ));
    let reindex = Plan::new().require(Effect::Reindex { workspace: workspace.id.clone(), file: staged });
    operation.remaining.splice(0..0, reindex.steps);
}

/// The copy is no longer byte for byte what was copied; its new indexes, and all else in it, have been checked in full.
fn rebuilt(case: &Case<'_>, operation: &mut Operation, workspace: &Workspace, staged: &Utf8Path, learnt: &Yield) {
    for member in members(operation).iter_mut().filter(|member| member.database == *staged) {
        member.copied.clear();
    }
    if let Some(copy) = &mut operation.copy {
        copy.digest.clear();
    }
    let checked = Effect::Verify { workspace: workspace.id.clone(), file: staged.to_owned(), depth: Depth::Proven };
    match copying::gather(case, operation, workspace, &checked, learnt) {
        News::Nothing => {}
        News::Good => verified(operation, staged),
        News::Unusable(failure) | News::Bad(failure) => not_rebuilt(case, operation, &workspace.id, failure),
    }
}

/// More than indexes is damaged, or something hindered their building.
pub(super) fn not_rebuilt(case: &Case<'_>, operation: &mut Operation, id: &WorkspaceId, failure: Failure) {
    operation.warnings.clear();
    let failure = match case.state.workspace(id).filter(|_| failure.kind == FailureKind::Damaged) {
        Some(workspace) => not_exported(operation, workspace, Failure { path: workspace.database.clone(), ..failure }),
        None => failure,
    };
    stop(operation, failure);
}

/// What will be published is what was verified.
fn verified(operation: &mut Operation, staged: &Utf8Path) {
    let Some(copy) = operation.copy.clone() else { return };
    for member in members(operation).iter_mut().filter(|member| member.database == *staged) {
        member.facts = copy.facts.clone();
    }
    note_digest(operation, staged, &copy.digest);
}

fn inspected(operation: &mut Operation, archive: &Utf8Path, found: &Inspection) {
    if found.findings.is_empty() {
        return note_digest(operation, archive, &found.digest);
    }
    operation.findings.clone_from(&found.findings);
    operation.findings_unlisted = found.unlisted;
    let mut effects = operation.remaining.iter().map(|step| &step.effect);
    let to = effects.find_map(|effect| if let Effect::Export { to, .. } = effect { Some(to.clone()) } else { None });
    let failure = Failure {
        kind: FailureKind::Damaged,
        attempted: "export to this file".to_owned(),
        path: to.unwrap_or_else(|| archive.to_owned()),
        reason: format!(
            "what was read back differs from what was exported: {}",
            import::first_of(&found.findings, found.unlisted)
        ),
        remedy: "Nothing was exported; check the disk and try again".to_owned(),
    };
    stop(operation, failure);
}

fn note_digest(operation: &mut Operation, staged_file: &Utf8Path, found: &str) {
    for step in &mut operation.remaining {
        if let Effect::Export { staged, digest, .. } = &mut step.effect
            && *staged == *staged_file
        {
            found.clone_into(digest);
        }
    }
}

fn member_at<'a>(operation: &'a mut Operation, staged: &Utf8Path) -> Option<&'a BundleMember> {
    members(operation).iter().find(|member| member.database == *staged)
}

/// The members of the archive that is still to be written.
fn members(operation: &mut Operation) -> &mut [BundleMember] {
    let mut effects = operation.remaining.iter_mut().map(|step| &mut step.effect);
    let members =
        effects.find_map(|effect| if let Effect::Bundle { members, .. } = effect { Some(members) } else { None });
    members.map_or(&mut [], Vec::as_mut_slice)
}

fn not_exported(operation: &Operation, workspace: &Workspace, failure: Failure) -> Failure {
    let is_of_all = matches!(operation.moment, Moment::Export(Export::All { .. }));
    let or_else = if is_of_all { ", or remove it from the list" } else { "" };
    Failure {
        attempted: format!("export “{}”", workspace.name),
        remedy: format!("Nothing was exported; restore “{}” first{or_else}", workspace.name),
        ..failure
    }
}
