//! Snapshots that get their names too early, lie over the old one, or hold something else than was live.

use std::path::Path;

use omnicraft_core::effect::Effect;
use omnicraft_core::names;
use omnicraft_host::ports::filesystem::FileSystem as _;

use super::deeds::{
    content, copy_unsynced, is_among_backups, is_before_slot, is_copy, is_live, is_slot, name, overwrite, parent,
    sync_fails, told, write_over, write_unsynced,
};
use super::plan::{insert_before, steps};
use super::port::{Call, files};
use super::{Mutant, deeds};
use crate::crash::life::{HOME, Parts};
use std::sync::Arc;

pub(super) const ALL: &[Mutant] = &[
    Mutant {
        name: "snapshot-never-synced",
        story: "a snapshot gets its name, and its bytes are never made durable",
        scenarios: &["start-all-tiers"],
        breaks: |parts| {
            files(without_syncs_of(parts, is_copy), |files, call| match call {
                Call::CopyNew(from, to) if is_before_slot(to) => Some(copy_unsynced(files, from, to)),
                Call::SyncFile(path) if is_copy(path) => told(),
                _ => None,
            })
        },
    },
    Mutant {
        name: "snapshot-renamed-before-sync",
        story: "a snapshot gets its name first, and is made durable then",
        scenarios: &["start-all-tiers"],
        breaks: |parts| {
            files(without_syncs_of(parts, is_copy), |files, call| match call {
                Call::CopyNew(from, to) if is_before_slot(to) => Some(copy_unsynced(files, from, to)),
                Call::SyncFile(path) if is_copy(path) => told(),
                Call::Rename(from, to) if is_slot(to) => {
                    Some(files.rename(from, to).and_then(|()| files.sync_file(to)))
                }
                _ => None,
            })
        },
    },
    Mutant {
        name: "snapshot-wrong-file-synced",
        story: "after a snapshot was copied, the file that it was copied from is synced",
        scenarios: &["start-all-tiers"],
        breaks: |parts| {
            files(parts, |files, call| match call {
                Call::CopyNew(from, to) if is_before_slot(to) => {
                    Some(copy_unsynced(files, from, to).and_then(|()| files.sync_file(from)))
                }
                _ => None,
            })
        },
    },
    Mutant {
        name: "snapshot-synced-before-its-end",
        story: "a snapshot is synced before its last block is written, as a data sync that forgets the size",
        scenarios: &["start-all-tiers"],
        breaks: |parts| {
            files(parts, |files, call| match call {
                Call::CopyNew(from, to) if is_before_slot(to) => Some(content(files, from).and_then(|bytes| {
                    let most = bytes.len().saturating_sub(4096);
                    files.write_new(to, &bytes[..most])?;
                    let disk = files.disk();
                    disk.write(disk.file(to)?, most as u64, &bytes[most..])
                })),
                _ => None,
            })
        },
    },
    Mutant {
        name: "snapshot-failed-sync-swallowed",
        story: "the disk fails to sync a snapshot, and nobody listens",
        scenarios: &["start-all-tiers"],
        breaks: |parts| {
            files(parts, |files, call| match call {
                Call::CopyNew(from, to) if is_before_slot(to) => {
                    Some(copy_unsynced(files, from, to).and_then(|()| sync_fails(files, to)))
                }
                _ => None,
            })
        },
    },
    Mutant {
        name: "snapshot-synced-again-after-failure",
        story: "the disk fails to sync a snapshot; the file is opened anew, and its sync then says that all is well",
        scenarios: &["start-all-tiers"],
        breaks: |parts| {
            files(parts, |files, call| match call {
                Call::CopyNew(from, to) if is_before_slot(to) => {
                    let failed = copy_unsynced(files, from, to).and_then(|()| sync_fails(files, to));
                    Some(failed.and_then(|()| files.sync_file(to)))
                }
                _ => None,
            })
        },
    },
    Mutant {
        name: "snapshot-verified-before-its-sync",
        story: "a snapshot is read back from memory and found good, and then the disk fails to sync it",
        scenarios: &["start-all-tiers"],
        breaks: |parts| {
            files(parts, |files, call| match call {
                Call::CopyNew(from, to) if is_before_slot(to) => Some(copy_unsynced(files, from, to)),
                Call::Rename(from, to) if is_slot(to) => {
                    Some(sync_fails(files, from).and_then(|()| files.rename(from, to)))
                }
                _ => None,
            })
        },
    },
    Mutant {
        name: "snapshot-copied-into-place",
        story: "a snapshot waits on another disk, and is copied into its place without a sync",
        scenarios: &["start-all-tiers"],
        breaks: |parts| {
            files(parts, |files, call| match call {
                Call::Rename(from, to) if is_slot(to) => {
                    let copied = files.remove(to).and_then(|()| copy_unsynced(files, from, to));
                    Some(copied.and_then(|()| files.remove(from)))
                }
                _ => None,
            })
        },
    },
    Mutant {
        name: "snapshot-name-not-synced",
        story: "the folder of backups is never synced, neither by the engine nor by SQLite",
        scenarios: &["start-all-tiers"],
        breaks: |parts| {
            files(without_syncs_of(parts, is_among_backups), |_, call| match call {
                Call::SyncFolder(folder) if is_among_backups(folder) => told(),
                _ => None,
            })
        },
    },
    Mutant {
        name: "snapshot-written-in-place",
        story: "a snapshot is written into the file that holds the name already",
        scenarios: &["exit-fourth", "start-all-tiers"],
        breaks: |parts| {
            files(parts, |files, call| match call {
                Call::Rename(from, to) if is_slot(to) => Some(overwrite(files, from, to)),
                _ => None,
            })
        },
    },
    Mutant {
        name: "snapshot-old-deleted-first",
        story: "the holder of a name is removed before the new one is there",
        scenarios: &["due-check-over-midnight", "exit-fourth"],
        breaks: |parts| {
            files(parts, |files, call| match call {
                Call::Rename(from, to) if is_slot(to) => Some(
                    files.remove(to).and_then(|()| files.sync_folder(parent(to))).and_then(|()| files.rename(from, to)),
                ),
                _ => None,
            })
        },
    },
    Mutant {
        name: "snapshot-link-of-the-live-file",
        story: "a snapshot is a second name of the live database",
        scenarios: &["start-all-tiers"],
        breaks: |parts| {
            files(parts, |files, call| match call {
                Call::Rename(from, to) if is_slot(to) => Some(files.remove(from).and_then(|()| {
                    files.remove(to)?;
                    let live = files.list(Path::new(HOME))?.into_iter().map(|entry| Path::new(HOME).join(entry.name));
                    live.filter(|path| is_live(path)).take(1).try_for_each(|live| files.link(&live, to))
                })),
                _ => None,
            })
        },
    },
    Mutant {
        name: "snapshot-without-the-log",
        story: "a snapshot is the main file of the live database without what is in its write-ahead log",
        scenarios: &["start-all-tiers"],
        breaks: |parts| {
            let broken = files(parts, |files, call| match call {
                Call::Digest(path) if is_copy(path) => {
                    let lives = files.list(Path::new(HOME)).ok()?;
                    let live = lives.into_iter().find(|entry| is_live(&Path::new(HOME).join(&entry.name)))?;
                    let main = content(files, &Path::new(HOME).join(live.name)).ok()?;
                    Some(write_over(files, path, &main))
                }
                _ => None,
            });
            // A copy that tells the digest of what it should have written is found out when it is read back.
            steps(broken, |_, operation| {
                if let Some(copy) = &mut operation.copy {
                    copy.digest.clear();
                }
            })
        },
    },
    Mutant {
        name: "snapshot-older-pruned-first",
        story: "older snapshots of the database are removed before the new one is verified",
        scenarios: &["due-check-over-midnight", "exit-fourth"],
        breaks: |parts| {
            steps(parts, |state, operation| {
                let Some(workspace) = operation.moment.workspace().and_then(|id| state.workspace(id)) else { return };
                let of_it = state.snapshots.values().filter(|snapshot| snapshot.workspace == workspace.id);
                let older: Vec<_> = of_it.filter(|snapshot| !operation.published.contains(&snapshot.id)).collect();
                for snapshot in older {
                    let removal = Effect::Remove {
                        snapshot: snapshot.id,
                        path: names::slot(workspace, snapshot.slot),
                        manifest: names::manifest(workspace, snapshot.id),
                        stamp: snapshot.stamp,
                    };
                    insert_before(operation, removal, |effect| matches!(effect, Effect::Verify { .. }));
                }
            })
        },
    },
    Mutant {
        name: "manifest-never-synced",
        story: "what a snapshot's manifest says is never made durable",
        scenarios: &["start-all-tiers"],
        breaks: |parts| {
            files(parts, |files, call| match call {
                Call::WriteNew(path, content) if name(path).ends_with(".json") && !deeds::is_before_intent(path) => {
                    Some(write_unsynced(files, path, content))
                }
                _ => None,
            })
        },
    },
    Mutant {
        name: "folder-of-backups-not-synced",
        story: "a workspace's new folder of backups is not made durable in the folder above it",
        scenarios: &["three-start", "start-all-tiers"],
        breaks: |parts| {
            let above = |folder: &Path| folder == Path::new(HOME).join(names::BACKUPS);
            files(without_syncs_of(parts, above), |files, call| match call {
                Call::CreateFolder(folder) if is_among_backups(parent(folder)) => Some(create_unsynced(files, folder)),
                Call::SyncFolder(folder) if *folder == Path::new(HOME).join(names::BACKUPS) => told(),
                _ => None,
            })
        },
    },
];

fn create_unsynced(files: &crate::sim::filesystem::SimFileSystem, folder: &Path) -> std::io::Result<()> {
    if files.stamp(folder)?.is_some() {
        return Ok(());
    }
    create_unsynced(files, parent(folder))?;
    files.disk().act(crate::sim::operation::Operation::MakeFolder(folder.into()))
}

/// Software whose SQLite does not sync some files or folders, although it says so.
pub(super) fn without_syncs_of(mut parts: Parts, swallowed: fn(&Path) -> bool) -> Parts {
    let rightly = parts.build.syncs;
    parts.build.syncs = Arc::new(move |path| !swallowed(path) && rightly(path));
    parts
}
