//! A content that was checked before is not checked again, and what the disk makes of a copy is noticed: days of a
//! pretend shop go in, the steps that the core asks for come out.
#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm, reason = "a test stops at the first surprise")]

#[path = "support/driver.rs"]
#[expect(dead_code, reason = "shared with the tests of archives")]
mod driver;

use driver::{Driver, at, shop};
use expect_test::{Expect, expect};
use omnicraft_core::effect::Depth;
use omnicraft_core::event::{EventKind, Source};
use omnicraft_core::model::{Level, SnapshotId};

/// A machine whose copies tell their digest, on which the first day has been backed up.
fn after_the_first_day() -> Driver {
    let mut driver = Driver::new();
    driver.tells_digest = true;
    driver.event(EventKind::AppStarted(shop()));
    driver.log.clear();
    driver.now = at("2026-11-22 09:00");
    driver
}

#[track_caller]
fn check(driver: &Driver, expected: &Expect) {
    expected.assert_eq(&driver.log);
}

/// Nothing was sold on the day before; the shop opens, and the daily backup is due.
#[test]
fn an_unchanged_database_is_copied_and_read_back_but_not_checked_again() {
    let mut driver = after_the_first_day();
    driver.event(EventKind::VerifyRequested(vec![SnapshotId(1)], Depth::Proven));
    driver.event(EventKind::AppStarted(shop()));
    check(
        &driver,
        &expect![[r#"
        attempt verify      backups/auto_daily.db (Proven)
        = verify: Applied
        require look        shop.db
        require copy        shop.db -> backups/.staged-4-copy.db
        require verify      backups/.staged-4-copy.db (Digest)
        require keep        s1 backups/auto_daily.db -> backups/auto_daily_2026-11-21.db
        require publish     backups/.staged-4-copy.db -> backups/auto_daily.db as s5
        always  discard     backups/.staged-4-copy.db
        = startup: Applied
    "#]],
    );
    let [first, newest] = [1, 5].map(|id| driver.state.snapshots[&SnapshotId(id)].clone());
    assert_eq!((newest.digest.clone(), newest.facts.clone()), (first.digest, first.facts), "what is known is kept");
    assert_eq!(newest.level, Level::Proven, "the content is what is proven");
}

#[test]
fn a_changed_database_is_checked() {
    let mut driver = after_the_first_day();
    driver.change();
    driver.event(EventKind::AppStarted(shop()));
    check(
        &driver,
        &expect![[r#"
        require look        shop.db
        require copy        shop.db -> backups/.staged-3-copy.db
        require verify      backups/.staged-3-copy.db (Sound)
        require keep        s1 backups/auto_daily.db -> backups/auto_daily_2026-11-21.db
        require publish     backups/.staged-3-copy.db -> backups/auto_daily.db as s5
        always  discard     backups/.staged-3-copy.db
        = startup: Applied
    "#]],
    );
}

/// A snapshot that was found to have decayed says nothing about its content.
///
/// Where several tiers had decayed, one plan moved all of them aside under one name: the second was refused, and with it
/// the whole start.
#[test]
fn what_a_suspect_snapshot_held_is_checked_again() {
    let mut driver = after_the_first_day();
    driver.files.values_mut().for_each(|file| file.content = 77);
    driver.event(EventKind::VerifyRequested(Vec::new(), Depth::Digest));
    driver.log.clear();
    driver.event(EventKind::AppStarted(shop()));
    check(
        &driver,
        &expect![[r#"
            require look        shop.db
            require copy        shop.db -> backups/.staged-4-copy.db
            require verify      backups/.staged-4-copy.db (Sound)
            require set aside   backups/auto_daily.db -> backups/damaged_2026-11-22.db
            require publish     backups/.staged-4-copy.db -> backups/auto_daily.db as s5 (copy)
            require set aside   backups/auto_weekly.db -> backups/damaged_2026-11-22_2.db
            require publish     backups/.staged-4-copy.db -> backups/auto_weekly.db as s6 (copy)
            require set aside   backups/auto_monthly.db -> backups/damaged_2026-11-22_3.db
            require publish     backups/.staged-4-copy.db -> backups/auto_monthly.db as s7 (copy)
            require set aside   backups/auto_yearly.db -> backups/damaged_2026-11-22_4.db
            require publish     backups/.staged-4-copy.db -> backups/auto_yearly.db as s8
            always  discard     backups/.staged-4-copy.db
            = startup: Applied
        "#]],
    );
}

/// The memory or the disk is failing: what was read from the live database is not what lies in the copy.
#[test]
fn a_copy_that_reads_back_otherwise_is_not_published() {
    for is_known in [true, false] {
        let mut driver = after_the_first_day();
        if !is_known {
            driver.change();
        }
        driver.spoils = true;
        driver.event(EventKind::AppStarted(shop()));
        let snapshots = driver.state.snapshots.len();
        assert_eq!(
            (snapshots, driver.state.workspaces[0].frozen.clone()),
            (4, None),
            "the live database is not blamed"
        );
        let told = driver.log.lines().last().unwrap_or_default();
        assert!(told.contains("the copy reads back otherwise than it was written"), "{told}");
    }
}

/// Its digest is all that is asked of a good snapshot before it is previewed or restored, and a decayed one must still be
/// found by it before anything is touched.
#[test]
fn a_decayed_snapshot_is_neither_previewed_nor_restored() {
    let mut driver = after_the_first_day();
    driver.files.values_mut().for_each(|file| file.content = 77);
    driver.event(EventKind::PreviewRequested(shop(), Source::Snapshot(SnapshotId(1))));
    driver.event(EventKind::RestoreRequested(shop(), Source::Snapshot(SnapshotId(2))));
    driver.event(EventKind::RestoreRequested(shop(), Source::Snapshot(SnapshotId(2))));
    check(
        &driver,
        &expect![[r#"
        require verify      backups/auto_daily.db (Digest)
        = preview: NotApplied
        ! cannot restore this file (backups/auto_daily.db): its content is not what was published: the file was changed or has decayed. Nothing was changed; choose another snapshot from `list`
        require verify      backups/auto_weekly.db (Digest)
        = restore: NotApplied
        ! cannot restore this file (backups/auto_weekly.db): its content is not what was published: the file was changed or has decayed. Nothing was changed; choose another snapshot from `list`
        refused: the snapshot s2 cannot be trusted: its content is not what was published: the file was changed or has decayed
    "#]],
    );
}

/// That a content is known to be sound does not end a doubt: only a full check does, of it or of what it is compared with.
#[test]
fn while_rotation_is_frozen_only_a_proven_content_is_spared() {
    let mut driver = after_the_first_day();
    let doubt = |driver: &mut Driver| driver.state.workspaces[0].frozen = Some("row 1 missing from index".to_owned());
    doubt(&mut driver);
    driver.event(EventKind::SnapshotRequested(shop(), None));
    doubt(&mut driver);
    driver.event(EventKind::VerifyRequested(Vec::new(), Depth::Proven));
    driver.event(EventKind::SnapshotRequested(shop(), None));
    assert_eq!(driver.state.workspaces[0].frozen, None);
    let checks: String =
        driver.log.lines().filter(|line| line.contains("require verify")).collect::<Vec<_>>().join("\n");
    let expected = expect![[r#"
        require verify      backups/.staged-3-copy.db (Proven)
        require verify      backups/.staged-5-copy.db (Digest)"#]];
    expected.assert_eq(&checks);
}
