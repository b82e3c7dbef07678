//! Which workspace of an archive is which of ours. An app's own database is known by its schema and its identity,
//! wherever it lies and whatever it is called; an adopted one by its id and its place.

use super::super::Case;
use super::newcomers;
use crate::model::{ArchiveFacts, ArchivedWorkspace, Snapshot, Workspace, WorkspaceId};

/// The answer for a whole archive, by the places of its workspaces in it.
#[derive(Debug)]
pub(super) struct Matched {
    /// Ours that are replaced.
    pub(super) replaced: Vec<(usize, Workspace)>,
    /// New ones, as they will be here.
    pub(super) added: Vec<(usize, Workspace)>,
    /// Ours that stay.
    pub(super) kept: Vec<WorkspaceId>,
}

/// Or why the archive cannot be restored here.
pub(super) fn matched(case: &Case<'_>, facts: &ArchiveFacts) -> Result<Matched, String> {
    if facts.workspaces.is_empty() {
        return Err("it holds no workspace".to_owned());
    }
    let mut left: Vec<&Workspace> = case.state.workspaces.iter().collect();
    let mut replaced = Vec::new();
    let mut new = Vec::new();
    for (n, archived) in facts.workspaces.iter().enumerate() {
        match take(case, &mut left, archived) {
            Some(ours) => replaced.push((n, ours.clone())),
            None => new.push((n, archived)),
        }
    }
    for (n, archived) in &new {
        only_one(case, archived, &left)?;
        only_one_of_it(case, archived, &facts.workspaces[..*n])?;
    }
    let kept = left.into_iter().map(|workspace| workspace.id.clone()).collect();
    Ok(Matched { replaced, added: newcomers::named(&case.state.workspaces, &new), kept })
}

/// Two of one identity are told apart by their ids.
fn take<'a>(case: &Case<'_>, left: &mut Vec<&'a Workspace>, archived: &ArchivedWorkspace) -> Option<&'a Workspace> {
    let same: Vec<usize> = (0..left.len()).filter(|n| is_same(case, left[*n], archived)).collect();
    let by_id = same.iter().copied().find(|n| left[*n].id == archived.id);
    by_id.or_else(|| same.first().copied()).map(|n| left.remove(n))
}

fn is_same(case: &Case<'_>, ours: &Workspace, archived: &ArchivedWorkspace) -> bool {
    if ours.schema != archived.schema {
        return false;
    }
    if ours.schema.is_none() {
        return ours.id == archived.id && ours.database == archived.database;
    }
    match (identity(case, ours), &archived.facts.identity) {
        (Some(ours), Some(theirs)) => ours == *theirs,
        // Nothing of it was ever seen; its check will tell.
        (None, Some(_)) => ours.id == archived.id,
        (_, None) => false,
    }
}

/// What its registry says, or its newest good snapshot.
fn identity(case: &Case<'_>, ours: &Workspace) -> Option<String> {
    let seen = || case.state.snapshots_of(&ours.id).filter(|s| s.is_good()).find_map(of_snapshot);
    ours.identity.clone().or_else(seen)
}

fn of_snapshot(snapshot: &Snapshot) -> Option<String> {
    snapshot.facts.identity.clone()
}

/// The same within the archive.
fn only_one_of_it(case: &Case<'_>, archived: &ArchivedWorkspace, before: &[ArchivedWorkspace]) -> Result<(), String> {
    let is_single =
        case.profiles.iter().any(|profile| profile.single && archived.schema.as_ref() == Some(&profile.name));
    match before.iter().find(|other| is_single && other.schema == archived.schema) {
        None => Ok(()),
        Some(other) => Err(format!(
            "its “{}” and “{}” are two databases of {}, and a home has one of them",
            other.name,
            archived.name,
            archived.schema.as_deref().unwrap_or_default()
        )),
    }
}

/// A second database of a schema of which a home has one at most would be lost beside the first.
fn only_one(case: &Case<'_>, archived: &ArchivedWorkspace, left: &[&Workspace]) -> Result<(), String> {
    let single =
        case.profiles.iter().find(|profile| profile.single && archived.schema.as_deref() == Some(&profile.name));
    let ours = left.iter().find(|ours| single.is_some() && ours.schema == archived.schema);
    ours.map_or(Ok(()), |ours| {
        Err(format!(
            "its “{}” and “{}” here are two different databases of {}, and a home has one of them; restore it into a \
             new home, or remove “{}” from this one first",
            archived.name,
            ours.name,
            archived.schema.as_deref().unwrap_or_default(),
            ours.name
        ))
    })
}
