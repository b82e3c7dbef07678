//! Health, in lines of text.

use std::collections::BTreeSet;

use expect_test::expect;
use jiff::Zoned;

use super::{Concern, Finding, Surroundings, assess, finding};
use crate::change::Change;
use crate::model::{Condition, FileStamp, Level, Slot, Snapshot, SnapshotId, Trigger, Workspace, WorkspaceId};
use crate::state::{Ending, JournalEntry, State, UndoPoint};

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
        looked_at: None,
    })));
    state
}

fn check(state: &State, free: u64, expected: &[&str]) {
    let around = Surroundings { free: Some(free), ..Surroundings::default() };
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
    let health = assess(&state, &now(), &Surroundings { free: Some(PLENTY), missing, ..Surroundings::default() });
    let texts: Vec<&str> = health.findings.iter().map(|finding| finding.text.as_str()).collect();
    assert_eq!(texts[0], "Shop: the database is not where it should be");
    assert_eq!(health.findings[0].remedy, "Bring it back with `omnicraft restore s1`");
    assert_eq!(texts[1], "Shop: Daily Backup (s2) is not trusted: its content changed");
    let concerns: Vec<&Concern> = health.findings.iter().map(|finding| &finding.concern).collect();
    let suspect = Concern::Suspect { snapshot: SnapshotId(2), reason: "its content changed".to_owned() };
    assert_eq!(concerns, [&Concern::Missing { best: Some(SnapshotId(1)) }, &suspect, &Concern::OnlyHere]);
}

#[test]
fn every_concern_has_words() {
    let state = with(with(shop(), 1, TODAY, Level::Proven), 2, TODAY, Level::Damaged);
    let best = Some(SnapshotId(1));
    let said = |reason: &str| reason.to_owned();
    let concerns = [
        Concern::Missing { best },
        Concern::Missing { best: None },
        Concern::Frozen { reason: said("the database is damaged"), best },
        Concern::Frozen { reason: said("the database is damaged"), best: None },
        Concern::NoBackup,
        Concern::Old { days: 8 },
        Concern::Suspect { snapshot: SnapshotId(1), reason: said("its content changed") },
        Concern::Suspect { snapshot: SnapshotId(2), reason: said("its content changed") },
        Concern::FromTheFuture { count: 2 },
        Concern::Unproven,
        Concern::LittleSpace { free: 1, needed: 2 },
        Concern::LittleSpace { free: 2, needed: 2 },
        Concern::NothingLookedAfter,
        Concern::OnlyHere,
        Concern::SpaceUnknown,
        Concern::UnderWay,
    ];
    let mut lines = String::new();
    for concern in concerns {
        let Finding { safety, text, remedy, .. } = finding(&state, state.workspaces.first(), concern);
        lines += &format!("{safety:?} {text}.\n    {remedy}.\n");
    }
    expect![[r#"
        Unsafe Shop: the database is not where it should be.
            Bring it back with `omnicraft restore s1`.
        Unsafe Shop: the database is not where it should be.
            Put the file back to shop.db, or forget it with `omnicraft workspace remove`.
        Unsafe Shop: the database is damaged.
            Backups are held back so that no good one is lost. Look with `omnicraft preview s1`; go back with `omnicraft restore s1`, or if the data is right as it is, take `omnicraft snapshot`. Where that is refused, `omnicraft export --db FILE.db` may save what is in its tables, and that file can be restored.
        Unsafe Shop: the database is damaged.
            Backups are held back and there is no good one to go back to: keep a copy of the file, and try to save what is in its tables with `omnicraft export --db FILE.db`.
        Unsafe Shop: there is no backup that can be restored.
            Take one now with `omnicraft open` or `omnicraft snapshot`.
        AtRisk Shop: the newest backup is 8 days old.
            Work since then is not backed up. Take one now with `omnicraft open`.
        AtRisk Shop: Daily Backup (s1) is not trusted: its content changed.
            It is kept as it is. `omnicraft verify s1` looks at it again.
        AtRisk Shop: Daily Backup (s2) is not trusted: its content changed.
            It is never restored. Remove the file yourself if nobody needs it.
        AtRisk Shop: 2 of its backups say they were taken in the future; the clock was or is wrong.
            Check the date of this computer. They are kept and count for nothing until then.
        Safe Shop: no backup has been proven in full yet.
            `omnicraft verify` does it, in an idle moment.
        Unsafe Shop: 1 bytes are free on this disk, and a backup needs 2 bytes.
            Free some space on this disk; a full disk deletes nothing, but takes no backup either.
        AtRisk Shop: 2 bytes are free on this disk, and a backup needs 2 bytes.
            Free some space on this disk; a full disk deletes nothing, but takes no backup either.
        AtRisk Shop: nothing is looked after here.
            Name a database with `omnicraft workspace add NAME --db FILE`.
        Safe Shop: all copies are on this computer (of 3-2-1: not the 2, not the 1).
            Against theft, fire and a dead disk, carry one away now and then: `omnicraft export --all FILE.zip`.
        AtRisk Shop: the free space beside the backups cannot be seen.
            Check that the disk of the backups is there.
        Safe Shop: something is under way, or was interrupted.
            The next `omnicraft open` finishes or undoes it.
    "#]].assert_eq(&lines);
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
    let health = assess(&state, &now(), &Surroundings { free: Some(PLENTY), ..Surroundings::default() });
    let texts: Vec<&str> = health.failures.iter().map(|entry| entry.text.as_str()).collect();
    assert_eq!(texts, ["busy"]);
    assert_eq!(health.workspaces[0].undo, ["s2"]);
}

/// The live database was replaced by garbage, and as long as the app was not started `status` said: you are safe.
#[test]
fn a_database_that_does_not_look_like_one_is_unsafe_before_the_next_start() {
    let state = with(shop(), 1, TODAY, Level::Proven);
    let damaged = [(WorkspaceId("shop".to_owned()), "it is not an SQLite database".to_owned())].into();
    let around = Surroundings { free: Some(PLENTY), damaged, ..Surroundings::default() };
    let health = assess(&state, &now(), &around);
    assert_eq!(health.safety, crate::health::Safety::Unsafe);
    assert_eq!(health.findings[0].text, "Shop: it is not an SQLite database");
}
