//! Health: is the shop owner safe? An honest answer from what is known, with reasons in words and what to do about
//! each.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Zoned};
use serde::Serialize;

use crate::card;
use crate::model::{Condition, Level, Snapshot, SnapshotId, Workspace, WorkspaceId};
use crate::state::{Ending, JournalEntry, State, UndoPoint};

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
}

/// Something that a person should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How bad it is; [`Safety::Safe`] for mere advice.
    pub safety: Safety,
    /// Whose; `None` for the home as a whole.
    pub workspace: Option<WorkspaceId>,
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
    /// What an undo would take back, the newest restore first.
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
        findings.extend(about_workspace(state, workspace, health, now, around));
    }
    findings.extend(about_home(state, around));
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

fn of_workspace(state: &State, workspace: &Workspace, now: &Zoned) -> WorkspaceHealth {
    let good = |s: &&Snapshot| s.is_good() && !s.is_from_the_future(now);
    let newest = state.last_good(&workspace.id, now);
    let of_level = |level| state.snapshots_of(&workspace.id).filter(good).filter(|s| s.level == level).count();
    let can_be_undone = |point: &&UndoPoint| {
        let safeguard = point.safeguard.and_then(|id| state.snapshots.get(&id));
        point.workspace == workspace.id && safeguard.is_some_and(Snapshot::is_good)
    };
    let undo = state.undo.iter().rev().filter(can_be_undone);
    WorkspaceHealth {
        id: workspace.id.clone(),
        newest_good: newest.map(|snapshot| snapshot.id),
        age: newest.map(|snapshot| now.duration_since(&snapshot.taken_at)),
        levels: [Level::Sound, Level::Proven, Level::Drilled].map(of_level),
        bytes: state.snapshots_of(&workspace.id).map(Snapshot::bytes).sum(),
        undo: undo.map(|point| point.source.clone()).collect(),
    }
}

fn about_workspace(
    state: &State,
    workspace: &Workspace,
    health: &WorkspaceHealth,
    now: &Zoned,
    around: &Surroundings,
) -> Vec<Finding> {
    let finding = |safety, text: String, remedy: String| {
        let text = format!("{}: {text}", workspace.name);
        Finding { safety, workspace: Some(workspace.id.clone()), text, remedy }
    };
    let mut findings = Vec::new();
    let best = health.newest_good.and_then(|id| state.snapshots.get(&id));
    if around.missing.contains(&workspace.id) {
        let remedy = match best {
            Some(best) => format!("Bring it back with `omnicraft restore {}`", best.id),
            None => {
                format!("Put the file back to {}, or forget it with `omnicraft workspace remove`", workspace.database)
            }
        };
        findings.push(finding(Safety::Unsafe, "the database is not where it should be".to_owned(), remedy));
    }
    if let Some(reason) = &workspace.frozen {
        let remedy = match best {
            Some(best) => format!(
                "Backups are held back so that no good one is lost. Look with `omnicraft preview {0}`; go back with \
                 `omnicraft restore {0}`, or if the data is right as it is, take `omnicraft snapshot`",
                best.id
            ),
            None => "Backups are held back and there is no good one to go back to: keep a copy of the file".to_owned(),
        };
        findings.push(finding(Safety::Unsafe, reason.clone(), remedy));
    }
    match (best, health.age) {
        (None, _) | (_, None) => findings.push(finding(
            Safety::Unsafe,
            "there is no backup that can be restored".to_owned(),
            "Take one now with `omnicraft open` or `omnicraft snapshot`".to_owned(),
        )),
        (Some(_), Some(age)) if age > OLD => findings.push(finding(
            Safety::AtRisk,
            format!("the newest backup is {} days old", age.as_hours() / 24),
            "Work since then is not backed up. Take one now with `omnicraft open`".to_owned(),
        )),
        (Some(_), Some(_)) => {}
    }
    findings.extend(about_snapshots(state, workspace, health, now, &finding));
    findings.extend(about_space(best, around, &finding));
    findings
}

fn about_snapshots(
    state: &State,
    workspace: &Workspace,
    health: &WorkspaceHealth,
    now: &Zoned,
    finding: &impl Fn(Safety, String, String) -> Finding,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for snapshot in state.snapshots_of(&workspace.id) {
        // A damaged live database that was kept for a rescue is no backup that went bad.
        if let (Condition::Suspect(reason), true) = (&snapshot.condition, snapshot.is_backup()) {
            let reason = reason.lines().next().unwrap_or_default();
            let text = format!("{} ({}) is not trusted: {reason}", card::slot_title(snapshot), snapshot.id);
            let remedy = match snapshot.level {
                Level::Damaged => "It is never restored. Remove the file yourself if nobody needs it".to_owned(),
                Level::Sound | Level::Proven | Level::Drilled => {
                    format!("It is kept as it is. `omnicraft verify {}` looks at it again", snapshot.id)
                }
            };
            findings.push(finding(Safety::AtRisk, text, remedy));
        }
    }
    let ahead = state.snapshots_of(&workspace.id).filter(|snapshot| snapshot.is_from_the_future(now)).count();
    if ahead > 0 {
        let text = format!("{ahead} of its backups say they were taken in the future; the clock was or is wrong");
        let remedy = "Check the date of this computer. They are kept and count for nothing until then".to_owned();
        findings.push(finding(Safety::AtRisk, text, remedy));
    }
    let [sound, proven, drilled] = health.levels;
    if sound > 0 && proven + drilled == 0 {
        let text = "no backup has been proven in full yet".to_owned();
        findings.push(finding(Safety::Safe, text, "`omnicraft verify` does it, in an idle moment".to_owned()));
    }
    findings
}

fn about_space(
    best: Option<&Snapshot>,
    around: &Surroundings,
    finding: &impl Fn(Safety, String, String) -> Finding,
) -> Option<Finding> {
    let (needed, free) = (best?.bytes(), around.free?);
    let text = format!("{} are free on this disk, and a backup needs {}", card::size(free), card::size(needed));
    let remedy = "Free some space on this disk; a full disk deletes nothing, but takes no backup either".to_owned();
    if free < needed {
        Some(finding(Safety::Unsafe, text, remedy))
    } else if free < needed.saturating_mul(3) {
        Some(finding(Safety::AtRisk, text, remedy))
    } else {
        None
    }
}

fn about_home(state: &State, around: &Surroundings) -> Vec<Finding> {
    let finding = |safety, text: &str, remedy: &str| Finding {
        safety,
        workspace: None,
        text: text.to_owned(),
        remedy: remedy.to_owned(),
    };
    let mut findings = Vec::new();
    if state.workspaces.is_empty() {
        let remedy = "Name a database with `omnicraft workspace add NAME --db FILE`";
        findings.push(finding(Safety::AtRisk, "nothing is looked after here", remedy));
    } else {
        let text = "all copies are on this computer (of 3-2-1: not the 2, not the 1)";
        let remedy =
            "Against theft, fire and a dead disk, carry one away now and then: `omnicraft export --all FILE.zip`";
        findings.push(finding(Safety::Safe, text, remedy));
    }
    if around.free.is_none() {
        let remedy = "Check that the disk of the backups is there";
        findings.push(finding(Safety::AtRisk, "the free space beside the backups cannot be seen", remedy));
    }
    if state.operation.is_some() {
        let text = "something is under way, or was interrupted";
        findings.push(finding(Safety::Safe, text, "The next `omnicraft open` finishes or undoes it"));
    }
    findings
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
mod tests {
    use super::*;
    use crate::change::Change;
    use crate::model::{FileStamp, Slot, Trigger};

    fn now() -> Zoned {
        "2026-11-22T09:00[Europe/Moscow]".parse().unwrap()
    }

    fn shop() -> State {
        let mut state = State::default();
        state.workspaces.push(Workspace {
            id: WorkspaceId("shop".to_owned()),
            name: "Shop".to_owned(),
            database: "shop.db".into(),
            schema: None,
            folder: "".into(),
            identity: None,
            frozen: None,
            cliff_expected: false,
            unchanged_since: None,
        });
        state
    }

    fn with(mut state: State, id: u64, taken_at: &str, level: Level) -> State {
        state.apply(&Change::SnapshotPut(Box::new(Snapshot {
            id: SnapshotId(id),
            workspace: WorkspaceId("shop".to_owned()),
            slot: Slot::parse("auto_daily.db").unwrap(),
            trigger: Trigger::Startup,
            taken_at: taken_at.parse().unwrap(),
            digest: String::new(),
            stamp: FileStamp { size: 1_000_000, ..FileStamp::default() },
            level,
            pin: None,
            facts: crate::model::Facts::default(),
            condition: Condition::Good,
        })));
        state
    }

    fn check(state: &State, free: u64, expected: &[&str]) {
        let around = Surroundings { free: Some(free), missing: BTreeSet::new() };
        let health = assess(state, &now(), &around);
        let line = |finding: &Finding| format!("{:?} {}", finding.safety, finding.text);
        let mut lines = vec![format!("{:?}", health.safety)];
        lines.extend(health.findings.iter().map(line));
        lines.retain(|line| !line.contains("3-2-1"));
        assert_eq!(lines, expected);
    }

    const PLENTY: u64 = 1 << 40;
    const TODAY: &str = "2026-11-22T08:30[Europe/Moscow]";

    #[test]
    fn a_proven_backup_of_today_is_safe() {
        check(&with(shop(), 1, TODAY, Level::Proven), PLENTY, &["Safe"]);
    }

    #[test]
    fn a_sound_one_is_safe_with_advice() {
        let expected = ["Safe", "Safe Shop: no backup has been proven in full yet"];
        check(&with(shop(), 1, TODAY, Level::Sound), PLENTY, &expected);
    }

    #[test]
    fn no_backup_is_unsafe_and_so_is_a_damaged_one_alone() {
        let expected = ["Unsafe", "Unsafe Shop: there is no backup that can be restored"];
        check(&shop(), PLENTY, &expected);
        check(&with(shop(), 1, TODAY, Level::Damaged), PLENTY, &expected);
    }

    #[test]
    fn old_backups_and_nothing_at_all_are_a_risk() {
        let old = with(shop(), 1, "2026-11-10T08:30[Europe/Moscow]", Level::Proven);
        check(&old, PLENTY, &["AtRisk", "AtRisk Shop: the newest backup is 12 days old"]);
        check(&State::default(), PLENTY, &["AtRisk", "AtRisk nothing is looked after here"]);
    }

    #[test]
    fn a_backup_from_the_future_does_not_count() {
        let ahead = with(shop(), 1, "2099-01-01T08:30[Europe/Moscow]", Level::Proven);
        let expected = [
            "Unsafe",
            "Unsafe Shop: there is no backup that can be restored",
            "AtRisk Shop: 1 of its backups say they were taken in the future; the clock was or is wrong",
        ];
        check(&ahead, PLENTY, &expected);
    }

    #[test]
    fn a_full_disk_and_a_frozen_workspace_are_unsafe() {
        let mut state = with(shop(), 1, TODAY, Level::Proven);
        check(&state, 2_999_999, &["AtRisk", "AtRisk Shop: 3.0 MB are free on this disk, and a backup needs 1.0 MB"]);
        state.workspaces[0].frozen = Some("the database is damaged".to_owned());
        let expected = [
            "Unsafe",
            "Unsafe Shop: the database is damaged",
            "Unsafe Shop: 500.0 KB are free on this disk, and a backup needs 1.0 MB",
        ];
        check(&state, 500_000, &expected);
    }

    #[test]
    fn a_changed_backup_and_a_missing_database_are_told() {
        let mut state = with(shop(), 1, TODAY, Level::Proven);
        let mut changed = state.snapshots[&SnapshotId(1)].clone();
        changed.id = SnapshotId(2);
        changed.condition = Condition::Suspect("its content changed".to_owned());
        state.apply(&Change::SnapshotPut(Box::new(changed)));
        let missing = BTreeSet::from([WorkspaceId("shop".to_owned())]);
        let health = assess(&state, &now(), &Surroundings { free: Some(PLENTY), missing });
        let texts: Vec<&str> = health.findings.iter().map(|finding| finding.text.as_str()).collect();
        assert_eq!(texts[0], "Shop: the database is not where it should be");
        assert_eq!(health.findings[0].remedy, "Bring it back with `omnicraft restore s1`");
        assert_eq!(texts[1], "Shop: Daily Backup (s2) is not trusted: its content changed");
    }

    #[test]
    fn a_failure_is_news_until_it_went_well() {
        let entry = |moment: &str, ending, text: &str| JournalEntry {
            at: now(),
            workspace: Some(WorkspaceId("shop".to_owned())),
            moment: moment.to_owned(),
            ending,
            text: text.to_owned(),
        };
        let mut state = with(shop(), 1, TODAY, Level::Proven);
        state.journal = vec![
            entry("startup", Ending::NotApplied, "no space"),
            entry("shutdown", Ending::NotApplied, "busy"),
            entry("startup", Ending::Applied, "done"),
        ];
        state.undo.push(UndoPoint {
            operation: 7,
            workspace: WorkspaceId("shop".to_owned()),
            safeguard: Some(SnapshotId(1)),
            source: "s2".to_owned(),
        });
        let health = assess(&state, &now(), &Surroundings { free: Some(PLENTY), missing: BTreeSet::new() });
        let texts: Vec<&str> = health.failures.iter().map(|entry| entry.text.as_str()).collect();
        assert_eq!(texts, ["busy"]);
        assert_eq!(health.workspaces[0].undo, ["s2"]);
    }
}
