//! Lists that are torn or ahead of what they list: the catalog, and the registry of workspaces.

use std::path::Path;

use omnicraft_core::change::Change;
use omnicraft_core::effect::Effect;
use omnicraft_core::plan::{Mode, Step};

use super::Mutant;
use super::deeds::{is_registry, name, overwrite, temporary_of, write_unsynced};
use super::plan::{decisions, insert_once_before, position, steps};
use super::port::{Call, files};
use super::snapshot::without_syncs_of;

pub(super) const ALL: &[Mutant] = &[
    Mutant {
        name: "catalog-never-synced",
        story: "SQLite does not sync the catalog",
        scenarios: &["verify-all", "workspace-added"],
        breaks: |parts| without_syncs_of(parts, |path| name(path) == "catalog.db"),
    },
    Mutant {
        name: "catalog-journal-never-synced",
        story: "SQLite does not sync the catalog's journal before it writes into the catalog",
        scenarios: &["pin-on", "start-all-tiers"],
        breaks: |parts| without_syncs_of(parts, |path| name(path) == "catalog.db-journal"),
    },
    Mutant {
        name: "catalog-before-the-file",
        story: "a snapshot stands in the catalog before it has its name",
        scenarios: &["exit-fourth", "start-all-tiers"],
        breaks: |parts| {
            decisions(parts, |_, _, decided| {
                let drafts = decided.changes.iter().find_map(|change| match change {
                    Change::OperationPut(operation) => match &operation.remaining.first()?.effect {
                        Effect::Publish { snapshot, .. } => operation.drafts.iter().find(|draft| draft.id == *snapshot),
                        _ => None,
                    },
                    _ => None,
                });
                if let Some(draft) = drafts.cloned() {
                    decided.changes.push(Change::SnapshotPut(Box::new(draft)));
                }
            })
        },
    },
    Mutant {
        name: "registry-in-place",
        story: "the list of workspaces is written over the old one",
        scenarios: &["workspace-added", "global-restore-where-one-is-here"],
        breaks: |parts| {
            files(parts, |files, call| match call {
                Call::Rename(from, to) if is_registry(to) => Some(overwrite(files, from, to)),
                _ => None,
            })
        },
    },
    Mutant {
        name: "registry-never-synced",
        story: "the new list of workspaces gets its name, and its bytes are never made durable",
        scenarios: &["workspace-added", "global-restore-where-one-is-here"],
        breaks: |parts| {
            files(parts, |files, call| match call {
                Call::WriteNew(path, content) if is_before_registry(path) => Some(write_unsynced(files, path, content)),
                _ => None,
            })
        },
    },
    Mutant {
        name: "registry-before-the-files",
        story: "the list of workspaces names databases before they are there",
        scenarios: &["global-restore-where-one-is-here", "global-restore-to-a-new-computer"],
        breaks: |parts| {
            steps(parts, |_, operation| {
                let listed = operation.remaining.iter().find_map(|step| match &step.effect {
                    Effect::Commit { intent } => intent.registry.clone(),
                    _ => None,
                });
                if let Some(workspaces) = listed {
                    let early = Effect::WriteRegistry { workspaces, keep_damaged: None };
                    insert_once_before(operation, early, |effect| matches!(effect, Effect::Commit { .. }));
                }
            })
        },
    },
    Mutant {
        name: "registry-after-the-restore",
        story: "the list of workspaces is written when the restore that adds to it is over",
        scenarios: &["global-restore-where-one-is-here", "global-restore-to-a-new-computer"],
        breaks: |parts| {
            steps(parts, |_, operation| {
                let mut listed = None;
                for step in &mut operation.remaining {
                    if let Effect::Commit { intent }
                    | Effect::Swap { intent }
                    | Effect::VerifyLive { intent }
                    | Effect::Finish { intent } = &mut step.effect
                    {
                        listed = intent.registry.take().or(listed);
                    }
                }
                if let Some(workspaces) = listed {
                    let late = Effect::WriteRegistry { workspaces, keep_damaged: None };
                    let after = position(operation, |effect| matches!(effect, Effect::Finish { .. }));
                    let at = after.map_or(operation.remaining.len(), |finish| finish + 1);
                    operation.remaining.insert(at, Step { mode: Mode::Require, effect: late });
                }
            })
        },
    },
];

fn is_before_registry(path: &Path) -> bool {
    temporary_of(path).is_some_and(|target| target == omnicraft_core::names::REGISTRY)
}
