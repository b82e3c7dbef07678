//! The ring of exits, pushed in a wrong order or too early.

use omnicraft_core::effect::Effect;
use omnicraft_core::model::Base;
use omnicraft_core::names;
use omnicraft_host::ports::filesystem::FileSystem as _;

use super::Mutant;
use super::deeds::{is_among_backups, is_slot, name, parent, told};
use super::plan::{insert_before, leave_out, move_before, steps};
use super::port::{Call, files};
use super::snapshot::without_syncs_of;

pub(super) const ALL: &[Mutant] = &[
    Mutant {
        name: "ring-pushed-newest-first",
        story: "place 1 is pushed over place 2 before that is pushed over place 3",
        scenarios: &["exit-fourth", "exit-third", "three-exit"],
        breaks: |parts| {
            steps(parts, |_, operation| {
                let mut shifts: Vec<_> =
                    operation.remaining.iter().filter(|step| is_shift(&step.effect)).cloned().collect();
                // The oldest is first now, and is taken last.
                shifts.sort_by_key(|step| step.effect.to_string());
                let places = operation.remaining.iter_mut().filter(|step| is_shift(&step.effect));
                places.for_each(|step| *step = shifts.pop().unwrap_or_else(|| step.clone()));
            })
        },
    },
    Mutant {
        name: "ring-names-not-synced",
        story: "while the ring is pushed its folder is not synced",
        scenarios: &["exit-fourth", "exit-third", "three-exit"],
        breaks: |parts| {
            files(without_syncs_of(parts, is_among_backups), |files, call| match call {
                Call::SyncFolder(folder) if is_among_backups(folder) => {
                    let places = files.list(folder).ok()?.into_iter().filter(|entry| entry.name.contains("auto_close"));
                    if places.count() < 3 { told() } else { None }
                }
                _ => None,
            })
        },
    },
    Mutant {
        name: "ring-cleared-first",
        story: "all places of the ring are removed, and then the new one is published",
        scenarios: &["exit-fourth", "exit-third", "three-exit"],
        breaks: |parts| {
            steps(parts, |state, operation| {
                leave_out(operation, is_shift);
                let Some(workspace) = operation.moment.workspace().and_then(|id| state.workspace(id)) else { return };
                let ring = state.snapshots_of(&workspace.id).filter(|old| matches!(old.slot.base, Base::Close(_)));
                let ring: Vec<_> = ring.filter(|old| !operation.published.contains(&old.id)).collect();
                for snapshot in ring {
                    let removal = Effect::Remove {
                        snapshot: snapshot.id,
                        path: names::slot(workspace, snapshot.slot),
                        manifest: names::manifest(workspace, snapshot.id),
                        stamp: snapshot.stamp,
                    };
                    insert_before(operation, removal, |effect| matches!(effect, Effect::Publish { .. }));
                }
            })
        },
    },
    Mutant {
        name: "ring-pushed-before-the-copy",
        story: "the ring is pushed, and its last place lost, before there is anything to publish",
        scenarios: &["exit-of-damage"],
        breaks: |parts| {
            steps(parts, |_, operation| {
                move_before(operation, is_shift, |effect| matches!(effect, Effect::Copy { .. }));
            })
        },
    },
    Mutant {
        name: "ring-place-moved-by-link",
        story: "a place of the ring is pushed by a second name, and the first is removed later, unsynced",
        scenarios: &["exit-fourth", "exit-third", "three-exit"],
        breaks: |parts| {
            files(without_syncs_of(parts, is_among_backups), |files, call| match call {
                Call::Rename(from, to) if is_slot(from) && is_slot(to) && name(from).contains("close") => {
                    let moved = files.remove(to).and_then(|()| files.sync_folder(parent(to)));
                    Some(moved.and_then(|()| files.link(from, to)).and_then(|()| files.remove(from)))
                }
                _ => None,
            })
        },
    },
];

const fn is_shift(effect: &Effect) -> bool {
    matches!(effect, Effect::Shift { .. })
}
