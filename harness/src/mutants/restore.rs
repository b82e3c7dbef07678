//! Restores that replace the live database in a way that a power cut can leave half done, and commit points that do not
//! hold.

use std::path::Path;

use omnicraft_core::change::Change;
use omnicraft_core::effect::Effect;
use omnicraft_core::event::EventKind;
use omnicraft_core::names;
use omnicraft_core::plan::Step;
use omnicraft_core::state::Moment;
use omnicraft_host::ports::filesystem::FileSystem as _;

use super::Mutant;
use super::deeds::{
    copy_unsynced, is_among_backups, is_before_intent, is_intent, is_live, is_live_or_beside, is_staged_beside, name,
    overwrite, parent, sync_fails, told, write_unsynced,
};
use super::plan::{decisions, leave_out, steps};
use super::port::{Call, files};
use super::safeguard::concluded;
use super::snapshot::without_syncs_of;
use crate::crash::life::{HOME, Parts};
use crate::sim::filesystem::SimFileSystem;

pub(super) const ALL: &[Mutant] = &[
    Mutant {
        name: "restore-in-place",
        story: "the restored database is written over the live one, page by page",
        scenarios: &["restore-snapshot", "restore-after-the-app-died"],
        breaks: |parts| {
            files(parts, |files, call| match call {
                Call::Rename(from, to) if is_live(to) => Some(overwrite(files, from, to)),
                _ => None,
            })
        },
    },
    Mutant {
        name: "restore-old-deleted-first",
        story: "the live database is removed before the restored one has its name",
        scenarios: &["restore-snapshot", "restore-after-the-app-died"],
        breaks: |parts| {
            files(parts, |files, call| match call {
                Call::Rename(from, to) if is_live(to) => {
                    let removed = files.remove(to).and_then(|()| files.sync_folder(parent(to)));
                    Some(removed.and_then(|()| files.rename(from, to)))
                }
                _ => None,
            })
        },
    },
    Mutant {
        name: "restore-stale-log-kept",
        story: "what SQLite kept beside the old database stays beside the new one",
        scenarios: &["interrupted-over-damage", "restore-over-damage"],
        breaks: |parts| {
            files(parts, |_, call| match call {
                Call::Remove(path) if is_live_or_beside(path) => told(),
                _ => None,
            })
        },
    },
    Mutant {
        name: "restore-stale-journal-kept",
        story: "the journal of a transaction that was cut short in the old database stays beside the new one",
        scenarios: &["restore-over-a-journal-alone"],
        breaks: |parts| {
            files(parts, |_, call| match call {
                Call::Remove(path) if is_live_or_beside(path) && name(path).ends_with("-journal") => told(),
                _ => None,
            })
        },
    },
    Mutant {
        name: "restore-removed-log-not-synced",
        story: "the removal of what lay beside the old database is not durable when the new one gets its name",
        scenarios: &["interrupted-over-damage", "restore-over-damage"],
        breaks: |parts| {
            files(parts, |files, call| match call {
                Call::SyncFolder(folder) if *folder == Path::new(HOME) && is_decided(files) && waits(files) => told(),
                _ => None,
            })
        },
    },
    Mutant {
        name: "restore-staged-never-synced",
        story: "the database that waits beside the live one is never made durable",
        scenarios: &["restore-snapshot", "restore-after-the-app-died"],
        breaks: |parts| {
            files(without_syncs_of(parts, is_staged_beside), |files, call| match call {
                Call::CopyNew(from, to) if is_staged_beside(to) => Some(copy_unsynced(files, from, to)),
                Call::SyncFile(path) if is_staged_beside(path) => told(),
                _ => None,
            })
        },
    },
    Mutant {
        name: "restore-staged-failed-sync-swallowed",
        story: "the disk fails to sync the database that waits beside the live one, and nobody listens",
        scenarios: &["restore-snapshot", "restore-after-the-app-died"],
        breaks: |parts| {
            files(without_syncs_of(parts, is_staged_beside), |files, call| match call {
                Call::CopyNew(from, to) if is_staged_beside(to) => {
                    Some(copy_unsynced(files, from, to).and_then(|()| sync_fails(files, to)))
                }
                Call::SyncFile(path) if is_staged_beside(path) => Some(sync_fails(files, path)),
                _ => None,
            })
        },
    },
    Mutant {
        name: "restore-staged-name-not-synced",
        story: "the name of the database that waits beside the live one is not durable when the restore is decided",
        scenarios: &["restore-snapshot", "restore-after-the-app-died"],
        breaks: |parts| {
            files(without_syncs_of(parts, |path| path == Path::new(HOME)), |files, call| match call {
                Call::SyncFolder(folder) if *folder == Path::new(HOME) && !is_decided(files) && waits(files) => told(),
                _ => None,
            })
        },
    },
    Mutant {
        name: "restore-without-commit-point",
        story: "nothing that says what is to be swapped ever becomes durable",
        scenarios: &["global-restore", "restore-snapshot"],
        breaks: |parts| {
            files(without_syncs_of(parts, is_among_backups), |files, call| match call {
                Call::WriteNew(path, content) if is_before_intent(path) => Some(write_unsynced(files, path, content)),
                Call::SyncFolder(folder) if is_among_backups(folder) && is_decided(files) => told(),
                _ => None,
            })
        },
    },
    Mutant {
        name: "intent-in-place",
        story: "the commit point is written under its final name, also where it is amended half way",
        scenarios: &["interrupted-between-two-and-settled"],
        breaks: |parts| {
            files(parts, |files, call| match call {
                Call::Rename(from, to) if is_intent(to) => Some(overwrite(files, from, to)),
                _ => None,
            })
        },
    },
    Mutant {
        name: "intent-never-synced",
        story: "the commit point has its name, and its bytes are never made durable",
        scenarios: &["global-restore", "restore-snapshot"],
        breaks: |parts| {
            files(parts, |files, call| match call {
                Call::WriteNew(path, content) if is_before_intent(path) => Some(write_unsynced(files, path, content)),
                _ => None,
            })
        },
    },
    Mutant {
        name: "intent-name-not-synced",
        story: "the commit point's name is not durable when the first database is swapped",
        scenarios: &["global-restore", "restore-snapshot"],
        breaks: |parts| {
            files(without_syncs_of(parts, is_among_backups), |files, call| match call {
                Call::SyncFolder(folder) if is_among_backups(folder) && is_decided(files) => told(),
                _ => None,
            })
        },
    },
    Mutant {
        name: "intent-removed-first",
        story: "the commit point is removed before the first database is swapped",
        scenarios: &["global-restore", "restore-snapshot"],
        breaks: |parts| {
            files(parts, |files, call| match call {
                Call::Rename(from, to) if is_live(to) => Some(
                    files
                        .remove(&intent())
                        .and_then(|()| files.sync_folder(parent(&intent())))
                        .and_then(|()| files.rename(from, to)),
                ),
                _ => None,
            })
        },
    },
    Mutant {
        name: "intent-removed-before-the-names",
        story: "the commit point is removed before the swapped names are durable",
        scenarios: &["global-restore"],
        breaks: |parts| {
            files(parts, |files, call| match call {
                Call::SyncFolder(folder) if *folder == Path::new(HOME) && is_decided(files) && !waits(files) => told(),
                _ => None,
            })
        },
    },
    Mutant {
        name: "intent-removal-not-synced",
        story: "the commit point's removal is not made durable by the engine",
        scenarios: &["restore-snapshot", "restore-after-the-app-died"],
        breaks: |parts| {
            files(parts, |files, call| match call {
                Call::Remove(path) if is_intent(path) => {
                    // The sync that follows is of another folder, which is as if there was none.
                    Some(files.remove(path).and_then(|()| files.sync_folder(Path::new("/"))))
                }
                Call::SyncFolder(folder) if is_among_backups(folder) && !is_decided(files) => told(),
                _ => None,
            })
        },
    },
    Mutant {
        name: "restore-told-when-decided",
        story: "the user is told that all is done as soon as the restore is decided, and works on in the old database",
        scenarios: &["restore-snapshot"],
        breaks: told_when_decided,
    },
    Mutant {
        name: "restore-told-before-durable",
        story: "the user is told that all is done when the commit point is written, and not yet durable",
        scenarios: &["restore-snapshot"],
        breaks: |parts| {
            let parts = told_when_decided(without_syncs_of(parts, is_among_backups));
            files(parts, |files, call| match call {
                Call::SyncFolder(folder) if is_among_backups(folder) && is_decided(files) => told(),
                _ => None,
            })
        },
    },
    Mutant {
        name: "restore-told-before-decided",
        story: "the user is told that all is done before anything is decided",
        scenarios: &["restore-snapshot"],
        breaks: |parts| {
            decisions(parts, |_, event, decided| {
                let next = decided.changes.iter().rev().find_map(|change| match change {
                    Change::OperationPut(operation) => Some((operation.moment.clone(), operation.remaining.first()?)),
                    _ => None,
                });
                if let Some((moment, Step { effect: Effect::Commit { .. }, .. })) = next
                    && matches!(event.kind, EventKind::StepFinished(_))
                {
                    decided.changes = vec![Change::OperationEnded];
                    decided.conclusion = Some(concluded(moment));
                }
            })
        },
    },
];

fn told_when_decided(parts: Parts) -> Parts {
    steps(parts, |_, operation| {
        if operation.moment != Moment::Recovery {
            leave_out(operation, |effect| {
                matches!(effect, Effect::Swap { .. } | Effect::VerifyLive { .. } | Effect::Finish { .. })
            });
        }
    })
}

fn intent() -> std::path::PathBuf {
    Path::new(HOME).join(names::INTENT)
}

/// Whether there is a commit point.
fn is_decided(files: &SimFileSystem) -> bool {
    files.disk().file(&intent()).is_ok()
}

/// Whether a database waits beside a live one.
fn waits(files: &SimFileSystem) -> bool {
    files.disk().list(Path::new(HOME)).iter().any(|(path, _)| is_staged_beside(path))
}
