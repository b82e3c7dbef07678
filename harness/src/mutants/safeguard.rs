//! Safeguards that are not there when something is destroyed, and an app that destroys in two halves.

use std::sync::Arc;

use omnicraft_core::change::Change;
use omnicraft_core::effect::Effect;
use omnicraft_core::event::{Event, EventKind};
use omnicraft_core::model::{Act, Base, SchemaProfile, Slot, SnapshotId};
use omnicraft_core::outcome::{Outcome, Yield};
use omnicraft_core::state::{Ending, Moment, Operation, State};
use omnicraft_core::transition::{Conclusion, Transition, transition};
use omnicraft_host::ports::Decide;
use rusqlite::{Connection, Result};

use super::Mutant;
use super::deeds::{is_among_backups, is_copy, told};
use super::plan::{decisions, leave_out, move_after, steps};
use super::port::{Call, files};
use super::snapshot::without_syncs_of;
use crate::crash::Subject;

pub(super) const ALL: &[Mutant] = &[
    Mutant {
        name: "safeguard-name-not-synced",
        story: "a safeguard's name is not durable when the app is told that it may destroy",
        scenarios: &["net-accounting-reset", "net-migration"],
        breaks: |parts| {
            files(without_syncs_of(parts, is_among_backups), |_, call| match call {
                Call::SyncFolder(folder) if is_among_backups(folder) => told(),
                _ => None,
            })
        },
    },
    Mutant {
        name: "safeguard-never-synced",
        story: "a safeguard's bytes are never made durable",
        scenarios: &["net-accounting-reset", "net-migration"],
        breaks: |parts| {
            files(without_syncs_of(parts, is_copy), |_, call| match call {
                Call::SyncFile(path) if is_copy(path) => told(),
                _ => None,
            })
        },
    },
    Mutant {
        name: "safeguard-after-the-act",
        story: "the app is told that it may destroy before there is a safeguard",
        scenarios: &["net-accounting-reset"],
        breaks: |parts| decisions(parts, permit_at_once),
    },
    Mutant {
        name: "migration-before-its-snapshot",
        story: "the app's migration is committed before the snapshot that it asked for",
        scenarios: &["net-migration"],
        breaks: |parts| decisions(parts, permit_at_once),
    },
    Mutant {
        name: "restore-safeguards-after-the-swap",
        story: "what is live is copied after it was replaced",
        scenarios: &["restore-snapshot"],
        breaks: |parts| {
            steps(parts, |_, operation| {
                if is_restore(operation) {
                    move_after(operation, guards, |effect| matches!(effect, Effect::Swap { .. }));
                }
            })
        },
    },
    Mutant {
        name: "restore-takes-no-safeguard",
        story: "what is live is replaced and kept nowhere",
        scenarios: &["restore-snapshot"],
        breaks: |parts| {
            steps(parts, |_, operation| {
                if is_restore(operation) {
                    leave_out(operation, guards);
                }
            })
        },
    },
    Mutant {
        name: "reset-in-two-transactions",
        story: "the app wipes its data in two transactions",
        scenarios: &["net-accounting-reset"],
        breaks: |mut parts| {
            parts.subject = Arc::new(InHalves(parts.subject));
            parts
        },
    },
    Mutant {
        name: "migration-in-two-transactions",
        story: "the app's migration leaves something half done between two transactions",
        scenarios: &["net-migration", "migrate-two-versions"],
        breaks: |mut parts| {
            parts.subject = Arc::new(InHalves(parts.subject));
            parts
        },
    },
];

/// Makes the core believe that the safeguard was published when it has only begun.
fn permit_at_once(state: &State, event: &Event, decided: &mut Transition) {
    let begun = decided.changes.iter().find_map(|change| match change {
        Change::OperationPut(operation) => Some(operation),
        _ => None,
    });
    let (EventKind::AboutToDestroy(..), Some(begun)) = (&event.kind, begun) else { return };
    let last = begun.remaining.last().cloned().into_iter().collect();
    let done = Operation { remaining: last, published: vec![SnapshotId(1)], ..(**begun).clone() };
    let state = State { operation: Some(done), ..state.clone() };
    let finished = EventKind::StepFinished(Outcome::Done(Yield::Nothing));
    let told = transition(&state, &Event { now: event.now.clone(), kind: finished }, &[]);
    *decided = Transition { conclusion: told.conclusion, ..Transition::default() };
}

const fn is_restore(operation: &Operation) -> bool {
    matches!(operation.moment, Moment::Restore(..) | Moment::RestoreAll(_))
}

/// The steps that keep what a restore will replace.
fn guards(effect: &Effect) -> bool {
    let slot = |path: &camino::Utf8Path| path.file_name().and_then(Slot::parse).map(|slot| slot.base);
    match effect {
        Effect::Copy { to, .. } => is_copy(to.as_std_path()),
        Effect::Verify { file, .. } => is_copy(file.as_std_path()),
        Effect::KeepGeneration { from, .. } | Effect::SetAside { from, .. } => {
            slot(from) == Some(Base::Before(Act::Restore))
        }
        Effect::Publish { to, .. } => slot(to) == Some(Base::Before(Act::Restore)),
        _ => false,
    }
}

/// As if all were done.
pub(super) const fn concluded(moment: Moment) -> Conclusion {
    Conclusion {
        moment,
        ending: Ending::Applied,
        way: None,
        published: Vec::new(),
        removed: Vec::new(),
        warnings: Vec::new(),
        failure: None,
        differences: None,
        inspection: None,
        findings: Vec::new(),
        findings_unlisted: 0,
        overview: None,
        permit: None,
    }
}

struct InHalves(Arc<dyn Subject>);

/// A change of its own before the rest.
fn first_half(connection: &Connection) -> Result<()> {
    connection.execute_batch("CREATE TABLE half_done (x); INSERT INTO half_done VALUES (1)")
}

fn second_half(connection: &Connection) -> Result<()> {
    connection.execute_batch("DROP TABLE half_done")
}

impl Subject for InHalves {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn profiles(&self) -> &[SchemaProfile] {
        self.0.profiles()
    }

    fn create(&self, profile: &SchemaProfile, version: &str, connection: &mut Connection) -> Result<()> {
        self.0.create(profile, version, connection)
    }

    fn migrate(&self, profile: &SchemaProfile, connection: &mut Connection) -> Result<()> {
        first_half(connection)?;
        self.0.migrate(profile, connection)?;
        second_half(connection)
    }

    fn fill(&self, profile: &SchemaProfile, identity: &str, connection: &mut Connection) -> Result<()> {
        self.0.fill(profile, identity, connection)
    }

    fn commit(&self, profile: &SchemaProfile, number: i64, connection: &mut Connection) -> Result<()> {
        self.0.commit(profile, number, connection)
    }

    fn wipe(&self, profile: &SchemaProfile, connection: &mut Connection) -> Result<()> {
        first_half(connection)?;
        self.0.wipe(profile, connection)?;
        second_half(connection)
    }

    fn decide(&self) -> Decide {
        self.0.decide()
    }
}
