//! Health: is the shop owner safe? An honest answer from what is known, with reasons, as facts and in words, and what
//! to do about each.

mod concern;
mod look;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Zoned};
use serde::Serialize;

pub use concern::Concern;

use crate::model::{Level, Snapshot, SnapshotId, Workspace, WorkspaceId};
use crate::state::{Ending, JournalEntry, State};

/// A backup that is older than this says little about the present books.
const OLD: SignedDuration = SignedDuration::from_hours(7 * 24);
/// So many failures are shown.
const FAILURES: usize = 3;

/// How safe somebody is; the worse one wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Safety {
    /// Nothing needs to be done.
    Safe,
    /// Something should be looked at soon.
    AtRisk,
    /// Work can be lost now.
    Unsafe,
}

/// What the host sees and the state does not know.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// Bytes that can still be written beside the backups; `None` where that is not known.
    pub free: Option<u64>,
    /// Workspaces whose live database is not there.
    pub missing: BTreeSet<WorkspaceId>,
    /// Workspaces whose live database does not look like one, and why; the next start will freeze their rotation.
    pub damaged: BTreeMap<WorkspaceId, String>,
}

/// Something that a person should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How bad it is; [`Safety::Safe`] for mere advice.
    pub safety: Safety,
    /// Whose; `None` for the home as a whole.
    pub workspace: Option<WorkspaceId>,
    /// What, as a fact, for front ends that have words of their own.
    #[serde(skip)]
    pub concern: Concern,
    /// What, in a sentence.
    pub text: String,
    /// What to do about it.
    pub remedy: String,
}

/// The answer for one workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkspaceHealth {
    /// Whose.
    pub id: WorkspaceId,
    /// The newest snapshot that can be restored.
    pub newest_good: Option<SnapshotId>,
    /// Its age.
    pub age: Option<SignedDuration>,
    /// Snapshots that can be restored, by level: sound, proven, drilled.
    pub levels: [usize; 3],
    /// Bytes of all its snapshots.
    pub bytes: u64,
    /// What undos would take back one after the other, the newest restore first.
    pub undo: Vec<String>,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// The worst of all findings.
    pub safety: Safety,
    /// In the registry's order.
    pub workspaces: Vec<WorkspaceHealth>,
    /// The worst first.
    pub findings: Vec<Finding>,
    /// Operations that failed lately, the newest first.
    pub failures: Vec<JournalEntry>,
    /// Bytes of all snapshots.
    pub used: u64,
    /// Bytes that are free beside them.
    pub free: Option<u64>,
}

/// How safe the owner of these workspaces is at `now`.
pub fn assess(state: &State, now: &Zoned, around: &Surroundings) -> Health {
    let workspaces: Vec<_> = state.workspaces.iter().map(|workspace| of_workspace(state, workspace, now)).collect();
    let mut findings = Vec::new();
    for (workspace, health) in state.workspaces.iter().zip(&workspaces) {
        let concerns = look::at_workspace(state, workspace, health, now, around);
        findings.extend(concerns.into_iter().map(|concern| finding(state, Some(workspace), concern)));
    }
    findings.extend(look::at_home(state, around).into_iter().map(|concern| finding(state, None, concern)));
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.safety));
    Health {
        safety: findings.iter().map(|finding| finding.safety).max().unwrap_or(Safety::Safe),
        used: workspaces.iter().map(|health| health.bytes).sum(),
        workspaces,
        findings,
        failures: failures(state, now),
        free: around.free,
    }
}

fn finding(state: &State, workspace: Option<&Workspace>, concern: Concern) -> Finding {
    let text = words::text(state, &concern);
    Finding {
        safety: concern.safety(),
        workspace: workspace.map(|workspace| workspace.id.clone()),
        text: workspace.map_or_else(|| text.clone(), |workspace| format!("{}: {text}", workspace.name)),
        remedy: words::remedy(state, workspace, &concern),
        concern,
    }
}

fn of_workspace(state: &State, workspace: &Workspace, now: &Zoned) -> WorkspaceHealth {
    let good = |s: &&Snapshot| s.is_good() && !s.is_from_the_future(now);
    let newest = state.last_good(&workspace.id, now);
    let of_level = |level| state.snapshots_of(&workspace.id).filter(good).filter(|s| s.level == level).count();
    WorkspaceHealth {
        id: workspace.id.clone(),
        newest_good: newest.map(|snapshot| snapshot.id),
        age: newest.map(|snapshot| now.duration_since(&snapshot.taken_at)),
        levels: [Level::Sound, Level::Proven, Level::Drilled].map(of_level),
        bytes: state.snapshots_of(&workspace.id).map(Snapshot::bytes).sum(),
        undo: state.undo_pile(&workspace.id).map(|point| point.source.clone()).collect(),
    }
}

/// Failures of the last days, the newest first; an older one that has since gone well is no longer news.
fn failures(state: &State, now: &Zoned) -> Vec<JournalEntry> {
    let mut went_well = BTreeSet::new();
    let mut failures = Vec::new();
    for entry in state.journal.iter().rev() {
        let what = (&entry.moment, &entry.workspace);
        if entry.ending != Ending::NotApplied {
            went_well.insert(what);
        } else if !went_well.contains(&what) && now.duration_since(&entry.at) <= OLD {
            failures.push(entry.clone());
        }
    }
    failures.truncate(FAILURES);
    failures
}

#[cfg(test)]
mod tests;
