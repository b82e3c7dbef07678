//! Brings `workspaces.json` and the state together. The file says which workspaces there are; the state remembers
//! those that the file lost, because losing a backup silently is worse than keeping one too many.

use super::super::{Case, register};
use crate::change::Change;
use crate::effect::Effect;
use crate::model::{Found, Inventory, ReadIntent, Registry, Workspace};
use crate::names;
use crate::plan::Plan;
use crate::state::Operation;

pub(super) fn reconcile(
    case: &Case<'_>,
    operation: &mut Operation,
    inventory: &Inventory,
    changes: &mut Vec<Change>,
) -> Plan {
    let known = &case.state.workspaces;
    match &inventory.registry {
        Registry::Missing if known.is_empty() => Plan::new(),
        Registry::Missing => {
            operation.warnings.push(format!("{} was missing and has been written again", names::REGISTRY));
            rewrite(known, None)
        }
        Registry::Damaged(reason) => {
            let aside = format!("{}.damaged-{}", names::REGISTRY, operation.number);
            operation.warnings.push(format!(
                "{} is damaged ({reason}); it is kept as {aside} and has been written again with the {} workspaces that \
                 the catalog knows",
                names::REGISTRY,
                known.len()
            ));
            rewrite(known, Some(aside))
        }
        Registry::Read(listed) => {
            let listed = &decided(case, inventory, listed);
            let merged = merge(case, operation, inventory, listed);
            changes.extend(register::adopt(case, &merged));
            let lost_some = known.iter().any(|workspace| !listed.iter().any(|entry| entry.id == workspace.id));
            if lost_some { rewrite(&merged, None) } else { Plan::new() }
        }
    }
}

/// What a committed swap leaves out is not taken up from a file that the swap will write again.
fn decided(case: &Case<'_>, inventory: &Inventory, listed: &[Workspace]) -> Vec<Workspace> {
    let registry = match &inventory.intent {
        ReadIntent::Committed(intent) => intent.registry.as_deref(),
        ReadIntent::None | ReadIntent::Invalid(_) => None,
    };
    let stays = |entry: &&Workspace| {
        registry.is_none_or(|registry| registry.iter().any(|workspace| workspace.id == entry.id))
            || case.state.workspace(&entry.id).is_some()
    };
    listed.iter().filter(stays).cloned().collect()
}

fn rewrite(workspaces: &[Workspace], keep_damaged: Option<String>) -> Plan {
    let keep_damaged = keep_damaged.map(Into::into);
    Plan::new().attempt(Effect::WriteRegistry { workspaces: workspaces.to_vec(), keep_damaged })
}

/// The known workspaces in their order, with the names that the file gives them, then the new ones of the file.
fn merge(case: &Case<'_>, operation: &mut Operation, inventory: &Inventory, listed: &[Workspace]) -> Vec<Workspace> {
    let mut merged = Vec::new();
    for known in &case.state.workspaces {
        match listed.iter().find(|entry| entry.id == known.id) {
            Some(entry) => merged.push(amend(operation, known, entry)),
            None => {
                operation.warnings.push(format!(
                    "{} no longer lists `{}`; it is still looked after. Use `workspace remove` to change that",
                    names::REGISTRY,
                    known.name
                ));
                merged.push(known.clone());
            }
        }
    }
    for entry in listed.iter().filter(|entry| case.state.workspace(&entry.id).is_none()) {
        if register::leaves_home(&entry.database) && !was_looked_after(inventory, operation, entry) {
            operation.warnings.push(format!(
                "{} names {} outside the home, which the catalog does not know; it is left alone. Add it with `workspace add \
                 NAME --db FILE`",
                names::REGISTRY,
                entry.database
            ));
        } else {
            merged.push(entry.clone());
        }
    }
    merged
}

/// A database outside the home that an interrupted `workspace add` was about to add, or of which there are snapshots:
/// then it is the catalog that was lost.
fn was_looked_after(inventory: &Inventory, operation: &Operation, entry: &Workspace) -> bool {
    let adding = operation.remaining.iter().any(|step| {
        matches!(&step.effect, Effect::WriteRegistry { workspaces, .. } if workspaces.iter().any(|w| same_place(w, entry)))
    });
    let has_snapshots = inventory
        .files
        .iter()
        .any(|found| matches!(found, Found::Manifest { workspace, .. } if *workspace == entry.id));
    adding || has_snapshots
}

fn same_place(one: &Workspace, other: &Workspace) -> bool {
    one.id == other.id && one.database == other.database
}

/// A known workspace takes its name from the file, and its database too unless that would lead out of the home.
fn amend(operation: &mut Operation, known: &Workspace, entry: &Workspace) -> Workspace {
    let mut amended = Workspace { name: entry.name.clone(), ..known.clone() };
    if entry.database == known.database {
        return amended;
    }
    if register::leaves_home(&entry.database) {
        operation.warnings.push(format!(
            "{} now names {} for `{}`, outside the home; {} is looked after as before",
            names::REGISTRY,
            entry.database,
            known.name,
            known.database
        ));
    } else {
        amended.database.clone_from(&entry.database);
        amended.unchanged_since = None;
    }
    amended
}
