//! Changes of what is looked after: workspaces come and go, the policy changes. Files are never touched by it.

use camino::Utf8Path;

use super::Case;
use crate::change::Change;
use crate::effect::Effect;
use crate::model::{Workspace, WorkspaceId};
use crate::plan::Plan;
use crate::policy::Policy;
use crate::state::{Moment, Operation};
use crate::transition::{Begun, Refusal};

pub(crate) fn begin_add(case: &Case<'_>, workspace: &Workspace) -> Begun {
    check(case, workspace)?;
    let mut workspaces = case.state.workspaces.clone();
    workspaces.push(workspace.clone());
    let plan = Plan::new().require(Effect::WriteRegistry { workspaces, keep_damaged: None });
    Ok((case.operation(Moment::Register(workspace.id.clone()), plan), Vec::new()))
}

fn check(case: &Case<'_>, new: &Workspace) -> Result<(), Refusal> {
    let taken = |what: &str, by: &Workspace| {
        Refusal::new(format!("{what} is used by the workspace `{}` already", by.name), "Choose another one")
    };
    if !is_slug(&new.id.0) {
        return Err(Refusal::new(format!("`{}` cannot be a workspace's id", new.id), "Use letters, digits and dashes"));
    }
    for known in &case.state.workspaces {
        if known.id == new.id || known.name == new.name {
            return Err(taken(&format!("the name `{}`", new.name), known));
        }
        if known.database == new.database {
            return Err(taken(&format!("the database {}", new.database), known));
        }
        if known.folder == new.folder {
            return Err(taken(&format!("the backup folder `{}`", new.folder), known));
        }
    }
    if new.schema.is_some() && leaves_home(&new.database) {
        return Err(Refusal::new(
            format!("{} lies outside the home", new.database),
            "Only an adopted database may: add it with `workspace add NAME --db FILE`",
        ));
    }
    Ok(())
}

/// Whether a name is safe as a folder on every platform.
pub(super) fn is_slug(id: &str) -> bool {
    let safe = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let short = !id.is_empty() && id.len() <= 60;
    short && id.chars().all(safe) && !id.starts_with('-') && id != "manifests" && !is_device(id)
}

/// Whether Windows keeps a name, in lower case, for a device.
pub(super) fn is_device(name: &str) -> bool {
    const RESERVED: [&str; 4] = ["con", "prn", "aux", "nul"];
    RESERVED.contains(&name) || (name.len() == 4 && (name.starts_with("com") || name.starts_with("lpt")))
}

/// Whether a path of the registry is not simply one below the home.
pub(super) fn leaves_home(path: &Utf8Path) -> bool {
    use camino::Utf8Component::Normal;
    path.as_str().is_empty() || path.components().any(|component| !matches!(component, Normal(_)))
}

pub(crate) fn begin_remove(case: &Case<'_>, id: &WorkspaceId) -> Begun {
    let removed = case.workspace(id)?;
    if removed.folder.as_str().is_empty() && case.state.workspaces.len() > 1 {
        return Err(Refusal::new(
            format!("`{}` is the home's first workspace; its snapshots lie directly in backups", removed.name),
            "Remove the other workspaces first, or make a new home",
        ));
    }
    let mut workspaces = case.state.workspaces.clone();
    workspaces.retain(|workspace| workspace.id != *id);
    let plan = Plan::new().require(Effect::WriteRegistry { workspaces, keep_damaged: None });
    Ok((case.operation(Moment::Register(id.clone()), plan), Vec::new()))
}

pub(crate) fn begin_policy(case: &Case<'_>, policy: &Policy) -> (Operation, Vec<Change>) {
    let operation = case.operation(Moment::Policy, Plan::new());
    (operation, vec![Change::PolicySet(policy.clone())])
}

pub(super) fn learn(case: &Case<'_>, effect: &Effect) -> Vec<Change> {
    if let Effect::WriteRegistry { workspaces, .. } = effect { adopt(case, workspaces) } else { Vec::new() }
}

/// The state's workspaces become those of the registry.
pub(super) fn adopt(case: &Case<'_>, workspaces: &[Workspace]) -> Vec<Change> {
    let gone = case.state.workspaces.iter().filter(|known| !workspaces.iter().any(|w| w.id == known.id));
    let gone = gone.map(|workspace| Change::WorkspaceForgotten(workspace.id.clone()));
    let new = workspaces.iter().filter(|workspace| case.state.workspace(&workspace.id) != Some(workspace));
    gone.chain(new.cloned().map(Change::WorkspacePut)).collect()
}
