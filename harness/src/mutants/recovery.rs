//! Recoveries that leave something undone.

use omnicraft_core::change::Change;
use omnicraft_core::effect::Effect;
use omnicraft_core::event::EventKind;
use omnicraft_core::state::Moment;
use omnicraft_core::transition::Transition;
use omnicraft_host::ports::filesystem::FileSystem as _;

use super::Mutant;
use super::deeds::{
    content, is_among_backups, is_before_intent, is_intent, is_live_or_beside, parent, told, write_unsynced,
};
use super::plan::{decisions, leave_out, steps};
use super::port::{Call, files, files_of_recovery};
use super::safeguard::concluded;

pub(super) const ALL: &[Mutant] = &[
    Mutant {
        name: "recovery-none",
        story: "an engine that starts after a power cut just goes on",
        scenarios: &["start-all-tiers"],
        breaks: |parts| {
            decisions(parts, |_, event, decided| {
                if matches!(event.kind, EventKind::EngineOpened) {
                    *decided = Transition {
                        changes: vec![Change::OperationEnded],
                        conclusion: Some(concluded(Moment::Recovery)),
                        ..Transition::default()
                    };
                }
            })
        },
    },
    Mutant {
        name: "recovery-sweeps-nothing",
        story: "a recovery leaves what was never published where it lies",
        scenarios: &["start-all-tiers"],
        breaks: |parts| {
            steps(parts, |_, operation| {
                if operation.moment == Moment::Recovery {
                    leave_out(operation, |effect| matches!(effect, Effect::Discard { .. }));
                }
            })
        },
    },
    Mutant {
        name: "recovery-identifies-nothing",
        story: "a recovery does not look at snapshots that the catalog does not know",
        scenarios: &["start-all-tiers"],
        breaks: |parts| {
            steps(parts, |_, operation| {
                if operation.moment == Moment::Recovery {
                    leave_out(operation, |effect| matches!(effect, Effect::Identify { .. }));
                }
            })
        },
    },
    Mutant {
        name: "recovery-finishes-no-restore",
        story: "a recovery does not go on with a restore that was decided",
        scenarios: &["global-restore", "restore-snapshot"],
        breaks: |parts| {
            steps(parts, |_, operation| {
                if operation.moment == Moment::Recovery {
                    leave_out(operation, |effect| {
                        matches!(effect, Effect::Swap { .. } | Effect::VerifyLive { .. } | Effect::Finish { .. })
                    });
                }
            })
        },
    },
    Mutant {
        name: "recovery-keeps-the-log",
        story: "a recovery that goes on with a restore leaves the old log beside the new database",
        scenarios: &["interrupted-over-damage", "restore-over-damage"],
        breaks: |parts| {
            files_of_recovery(parts, |_, call| match call {
                Call::Remove(path) if is_live_or_beside(path) => told(),
                _ => None,
            })
        },
    },
    Mutant {
        name: "recovery-drops-the-intent",
        story: "the commit point is written where a recovery does not look, and gets its name when all is swapped",
        scenarios: &["global-restore", "restore-snapshot"],
        breaks: |parts| {
            files(parts, |files, call| match call {
                Call::Rename(from, to) if is_intent(to) => {
                    // The process sees it; a machine that starts anew does not.
                    let bytes = content(files, from);
                    Some(bytes.and_then(|bytes| write_unsynced(files, to, &bytes)).and_then(|()| files.remove(from)))
                }
                Call::SyncFolder(folder)
                    if is_among_backups(folder)
                        && files.disk().file(&parent(folder).join(omnicraft_core::names::INTENT)).is_ok() =>
                {
                    told()
                }
                Call::WriteNew(path, content) if is_before_intent(path) => Some(write_unsynced(files, path, content)),
                _ => None,
            })
        },
    },
];
