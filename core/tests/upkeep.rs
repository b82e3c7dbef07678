//! Upkeep: what the timer's check does where nothing is due. Days of a pretend shop go in, the steps that the core asks for
//! come out; and the law that it ends with everything proven.
#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm, reason = "a test stops at the first surprise")]

#[path = "support/driver.rs"]
#[expect(dead_code, reason = "shared with the plan tests")]
mod driver;

use driver::{Driver, at, failure, shop};
use expect_test::{Expect, expect};
use jiff::ToSpan;
use omnicraft_core::effect::{Depth, Effect};
use omnicraft_core::event::EventKind;
use omnicraft_core::model::{Condition, Level, LiveState, Snapshot, SnapshotId};
use omnicraft_core::outcome::{FailureKind, Outcome};
use omnicraft_core::plan::Step;
use omnicraft_core::policy::next_look;
use omnicraft_core::state::Ending;
use proptest::prelude::*;

/// A shop on its second day: four startup slots, of which the daily one is newer than its dated generation.
fn second_day() -> Driver {
    let mut driver = Driver::new();
    driver.event(EventKind::AppStarted(shop()));
    driver.now = at("2026-11-22 09:00");
    driver.change();
    driver.event(EventKind::AppStarted(shop()));
    driver.log.clear();
    driver
}

fn tick(driver: &mut Driver) {
    driver.event(EventKind::TimePassed(shop()));
}

#[track_caller]
fn check(live: impl FnOnce(&mut Driver), expected: &Expect) {
    let mut driver = second_day();
    live(&mut driver);
    expected.assert_eq(&driver.log);
}

#[test]
fn the_newest_is_proven_first_and_one_at_a_time() {
    check(
        |driver| (0..6).for_each(|_| tick(driver)),
        &expect![[r#"
            require look        shop.db
            attempt verify      backups/auto_daily.db (Proven)
            = upkeep: Applied
            require look        shop.db
            attempt verify      backups/auto_yearly.db (Proven)
            = upkeep: Applied
            require look        shop.db
            attempt verify      backups/auto_monthly.db (Proven)
            = upkeep: Applied
            require look        shop.db
            attempt verify      backups/auto_weekly.db (Proven)
            = upkeep: Applied
            require look        shop.db
            attempt verify      backups/auto_daily_2026-11-21.db (Proven)
            = upkeep: Applied
            require look        shop.db
            = startup: Applied
        "#]],
    );
}

#[test]
fn a_start_and_an_exit_prove_nothing() {
    check(
        |driver| {
            driver.event(EventKind::AppStarted(shop()));
            driver.event(EventKind::AppClosing(shop()));
            driver.event(EventKind::AppClosing(shop()));
        },
        &expect![[r#"
            require look        shop.db
            = startup: Applied
            require look        shop.db
            require copy        shop.db -> backups/.staged-5-copy.db
            require verify      backups/.staged-5-copy.db (Sound)
            require publish     backups/.staged-5-copy.db -> backups/auto_close_1.db as s6
            always  discard     backups/.staged-5-copy.db
            attempt look        shop.db
            attempt optimize    shop.db
            attempt compact     shop.db
            attempt look        shop.db
            = shutdown: Applied
            require look        shop.db
            = shutdown: Applied
        "#]],
    );
}

#[test]
fn what_has_decayed_is_said_once_and_kept() {
    check(
        |driver| {
            driver.files.get_mut("backups/auto_daily.db").unwrap().content = 77;
            tick(driver);
            assert!(matches!(driver.state.snapshots[&SnapshotId(5)].condition, Condition::Suspect(_)));
            assert_eq!(driver.state.journal.last().unwrap().moment, "upkeep");
            tick(driver);
        },
        &expect![[r#"
            require look        shop.db
            attempt verify      backups/auto_daily.db (Proven)
            = upkeep: AppliedWithWarnings
            ! s5 (auto_daily) is not good: its content is not what was published: the file was changed or has decayed
            require look        shop.db
            require copy        shop.db -> backups/.staged-5-copy.db
            require verify      backups/.staged-5-copy.db (Sound)
            require set aside   backups/auto_daily.db -> backups/damaged_2026-11-22.db
            require publish     backups/.staged-5-copy.db -> backups/auto_daily.db as s6
            always  discard     backups/.staged-5-copy.db
            = startup: Applied
        "#]],
    );
}

/// An index of the live database had lost a row, which a quick check lets through. Its copies were found out one after the
/// other, each was set aside and another one taken, every two minutes, and `status` went on saying that all was well. Later it
/// was copied and checked in full every minute as long as it was damaged; once an hour is enough.
#[test]
fn what_was_damaged_when_it_was_copied_freezes_rotation_until_a_full_check_is_passed() {
    check(
        |driver| {
            (0..5).for_each(|_| tick(driver));
            driver.log.clear();
            driver.spoil_within("row 1 missing from index");
            driver.now = at("2026-11-23 09:00");
            driver.event(EventKind::AppStarted(shop()));
            (0..3).for_each(|_| tick(driver));
            driver.change();
            driver.now = at("2026-11-23 10:00");
            tick(driver);
            assert_eq!(driver.state.workspaces[0].frozen, None);
        },
        &expect![[r#"
            require look        shop.db
            require copy        shop.db -> backups/.staged-9-copy.db
            require verify      backups/.staged-9-copy.db (Sound)
            require keep        s5 backups/auto_daily.db -> backups/auto_daily_2026-11-22.db
            require publish     backups/.staged-9-copy.db -> backups/auto_daily.db as s6 (copy)
            require keep        s2 backups/auto_weekly.db -> backups/auto_weekly_2026-11-21.db
            require publish     backups/.staged-9-copy.db -> backups/auto_weekly.db as s7
            always  discard     backups/.staged-9-copy.db
            = startup: Applied
            require look        shop.db
            attempt verify      backups/auto_weekly.db (Proven)
            = upkeep: AppliedWithWarnings
            ! s7 (auto_weekly) is not good: row 1 missing from index
            ! the database of “Shop” itself is damaged, and was when s7 was taken of it: row 1 missing from index. Rotation is paused, so that your older backups stay; `restore s5` brings back the last good backup
            require look        shop.db
            require copy        shop.db -> backups/.staged-11-copy.db
            require verify      backups/.staged-11-copy.db (Proven)
            always  discard     backups/.staged-11-copy.db
            = startup: NotApplied
            ! cannot take a snapshot (shop.db): the database is not sound: row 1 missing from index. Nothing was rotated and nothing was deleted. Restore the last good snapshot with `restore s4` (taken 2026-11-21 09:00). `export --db FILE.db` may save what can still be read
            require look        shop.db
            = startup: Applied
            require look        shop.db
            require copy        shop.db -> backups/.staged-13-copy.db
            require verify      backups/.staged-13-copy.db (Proven)
            require set aside   backups/auto_daily.db -> backups/damaged_2026-11-23.db
            require publish     backups/.staged-13-copy.db -> backups/auto_daily.db as s10 (copy)
            require set aside   backups/auto_weekly.db -> backups/damaged_2026-11-23_2.db
            require publish     backups/.staged-13-copy.db -> backups/auto_weekly.db as s11
            always  discard     backups/.staged-13-copy.db
            = startup: Applied
        "#]],
    );
}

/// Four tiers were published of one copy: what is wrong with one of them is wrong with all.
#[test]
fn what_is_wrong_with_a_content_is_wrong_with_all_snapshots_of_it() {
    let mut driver = Driver::new();
    driver.spoil_within("row 1 missing from index");
    driver.event(EventKind::AppStarted(shop()));
    tick(&mut driver);
    assert!(driver.state.snapshots.len() == 4 && driver.state.snapshots.values().all(|snapshot| !snapshot.is_good()));
    assert!(
        driver.log.ends_with("there is no good backup of it; keep this file, and look for a copy on another disk\n"),
        "{}",
        driver.log
    );
}

/// A rehearsal did without a full check, and the next copy of the same content was told to be proven.
#[test]
fn a_rehearsal_proves_what_later_copies_rely_on() {
    let mut driver = Driver::new();
    driver.event(EventKind::AppStarted(shop()));
    driver.knows_all = false;
    driver.event(EventKind::DrillRequested(Vec::new()));
    assert!(driver.state.snapshots.values().all(|snapshot| snapshot.level == Level::Sound));
    driver.knows_all = true;
    driver.event(EventKind::DrillRequested(Vec::new()));
    assert_eq!(driver.state.snapshots.values().next_back().unwrap().level, Level::Drilled);
    driver.spoil_within("row 1 missing from index");
    driver.event(EventKind::SnapshotRequested(shop(), None));
    driver.event(EventKind::DrillRequested(Vec::new()));
    assert!(!driver.state.snapshots.values().next_back().unwrap().is_good());
}

/// The app closes, or somebody wants a restore: the check is given up, and begun again by a later one.
#[test]
fn whoever_waits_interrupts_it_and_nothing_is_known_of_it() {
    check(
        |driver| {
            let before = driver.state.clone();
            let stop =
                |_: usize, step: &Step| matches!(step.effect, Effect::Verify { .. }).then_some(Outcome::Cancelled);
            let conclusion = driver.event_with(EventKind::TimePassed(shop()), stop).unwrap();
            assert_eq!((conclusion.ending, conclusion.failure), (Ending::Applied, None));
            assert_eq!((&driver.state.snapshots, &driver.state.journal), (&before.snapshots, &before.journal));
            tick(driver);
        },
        &expect![[r#"
            require look        shop.db
            attempt verify      backups/auto_daily.db (Proven)
            = upkeep: Applied
            require look        shop.db
            attempt verify      backups/auto_daily.db (Proven)
            = upkeep: Applied
        "#]],
    );
}

/// A stick with the backups was pulled out: one warning, not one a minute.
#[test]
fn a_file_that_cannot_be_read_is_tried_once() {
    check(
        |driver| {
            let fails =
                |_: usize, step: &Step| matches!(step.effect, Effect::Verify { .. }).then(|| failure(FailureKind::Io));
            driver.event_with(EventKind::TimePassed(shop()), fails);
            tick(driver);
            assert_eq!(driver.state.snapshots[&SnapshotId(5)].level, Level::Sound);
        },
        &expect![[r#"
            require look        shop.db
            attempt verify      backups/auto_daily.db (Proven)
            = upkeep: AppliedWithWarnings
            ! cannot do it (somewhere): it broke
            require look        shop.db
            attempt verify      backups/auto_yearly.db (Proven)
            = upkeep: Applied
        "#]],
    );
}

#[test]
fn a_live_database_that_is_damaged_comes_first() {
    check(
        |driver| {
            driver.live = LiveState::Damaged("it is not an SQLite database".to_owned());
            tick(driver);
        },
        &expect![[r#"
            require look        shop.db
            = startup: NotApplied
            ! cannot look at the live database (shop.db): it is not an SQLite database. Nothing was rotated and nothing was deleted. Restore the last good snapshot with `restore s5` (taken 2026-11-22 09:00)
        "#]],
    );
}

/// An adopted database needs a collation of its app: what could not be checked is not called proven.
#[test]
fn a_check_that_is_not_complete_proves_nothing() {
    let mut driver = second_day();
    driver.knows_all = false;
    tick(&mut driver);
    let newest = &driver.state.snapshots[&SnapshotId(5)];
    assert_eq!((newest.level, newest.looked_at), (Level::Sound, Some(driver.now.timestamp())));
}

#[test]
fn a_check_that_somebody_asked_for_counts_and_a_quick_one_does_not() {
    for (depth, looked) in [(Depth::Proven, true), (Depth::Sound, false)] {
        let mut driver = second_day();
        driver.event(EventKind::VerifyRequested(Vec::new(), depth));
        driver.log.clear();
        tick(&mut driver);
        assert_eq!(driver.log.contains("verify"), !looked, "{depth:?}: {}", driver.log);
    }
}

/// A snapshot of so many bytes, proven, and when it was last looked at.
fn proven(driver: &Driver, id: u64, bytes: u64, looked_at: Option<&str>) -> Snapshot {
    let mut snapshot = driver.state.snapshots[&SnapshotId(1)].clone();
    (snapshot.id, snapshot.level, snapshot.stamp.size) = (SnapshotId(id), Level::Proven, bytes);
    snapshot.looked_at = looked_at.map(|text| at(text).timestamp());
    snapshot
}

/// Which of these is looked at at noon of 2026-12-31.
#[track_caller]
fn next(snapshots: &[Snapshot], expected: Option<u64>) {
    let found = next_look(snapshots, &at("2026-12-31 12:00")).map(|snapshot| snapshot.id.0);
    assert_eq!(found, expected);
}

#[test]
fn the_one_that_was_not_looked_at_for_the_longest_time_is_next() {
    let driver = second_day();
    let seen = |id, at| proven(&driver, id, 10, Some(at));
    next(&[seen(1, "2026-12-02 00:01"), seen(2, "2026-12-03 00:01")], None);
    next(&[seen(1, "2026-12-01 23:59"), seen(2, "2026-11-30 23:59")], Some(2));
    // What was published was checked before: of 2026-11-21.
    next(&[seen(1, "2026-11-30 23:59"), proven(&driver, 2, 10, None)], Some(2));
    // A stamp in the future says nothing.
    next(&[seen(1, "2026-11-30 23:59"), seen(2, "2099-01-01 00:00")], Some(2));
    let sound = Snapshot { level: Level::Sound, ..proven(&driver, 3, 10, None) };
    next(&[seen(1, "2026-11-30 23:59"), sound.clone()], Some(3));
    let suspect = Snapshot { condition: Condition::Suspect("decayed".to_owned()), ..sound };
    next(&[suspect], None);
}

#[test]
fn a_day_has_its_bytes_and_one_snapshot_in_any_case() {
    const GIB: u64 = 1 << 30;
    let driver = second_day();
    let (old, today) = (Some("2026-11-01 12:00"), Some("2026-12-31 00:01"));
    next(&[proven(&driver, 1, 5 * GIB, old)], Some(1));
    next(&[proven(&driver, 1, 5 * GIB, old), proven(&driver, 2, 1, today)], None);
    next(&[proven(&driver, 1, GIB - 1, old), proven(&driver, 2, 1, today)], Some(1));
    next(&[proven(&driver, 1, 1, old), proven(&driver, 2, GIB, today)], None);
    next(&[proven(&driver, 1, 1, old), proven(&driver, 2, GIB, Some("2026-12-30 23:59"))], Some(1));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    /// Over a home that nobody changes the timer checks one snapshot after the other, never does anything else, and rests
    /// when all are proven, until the day on which the first look is thirty days old.
    #[test]
    fn it_ends_with_everything_proven(days in 1..12_i64, exits in prop::collection::vec(any::<bool>(), 12)) {
        let mut driver = Driver::new();
        for exit in exits.iter().take(usize::try_from(days).unwrap()) {
            driver.now = driver.now.saturating_add(1.day());
            driver.rows += 1;
            driver.change();
            driver.event(EventKind::AppStarted(shop()));
            if *exit {
                driver.event(EventKind::AppClosing(shop()));
            }
        }
        let (files, many) = (driver.files.len(), driver.state.snapshots.len());
        for _ in 0..many {
            let (log, before) = (driver.log.len(), looks(&driver));
            tick(&mut driver);
            let told: Vec<&str> = driver.log[log..].lines().map(|line| &line[..15]).collect();
            prop_assert_eq!(told, ["require look   ", "attempt verify ", "= upkeep: Appli"]);
            prop_assert_eq!(looks(&driver), before + 1, "one at a time");
        }
        prop_assert!(driver.state.snapshots.values().all(|snapshot| snapshot.level == Level::Proven));
        prop_assert_eq!((driver.files.len(), driver.state.snapshots.len()), (files, many));
        tick(&mut driver);
        prop_assert!(driver.log.ends_with("look        shop.db\n= startup: Applied\n"), "{}", driver.log);
        let snapshots: Vec<&Snapshot> = driver.state.snapshots.values().collect();
        let on = |days: i64| next_look(snapshots.clone(), &driver.now.saturating_add(days.days()));
        prop_assert_eq!(on(29), None);
        prop_assert_eq!(on(30).map(|snapshot| snapshot.id), driver.state.snapshots.keys().next().copied());
    }
}

/// How many snapshots were looked at.
fn looks(driver: &Driver) -> usize {
    driver.state.snapshots.values().filter(|snapshot| snapshot.looked_at.is_some()).count()
}
