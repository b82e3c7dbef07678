//! Every plan as text: days of a pretend shop go in, the steps that the core asks for come out.
#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm, reason = "a test stops at the first surprise")]

#[path = "support/driver.rs"]
#[expect(dead_code, reason = "shared with the tests of archives")]
mod driver;

use driver::{Driver, at, failure, shop};
use expect_test::{Expect, expect};
use omnicraft_core::effect::{Depth, Effect};
use omnicraft_core::event::{EventKind, Export, Source};
use omnicraft_core::model::{Act, LiveState, SnapshotId};
use omnicraft_core::outcome::FailureKind;
use omnicraft_core::policy::Policy;
use omnicraft_core::state::State;

fn check(live: impl FnOnce(&mut Driver), expected: Expect) {
    let mut driver = Driver::new();
    live(&mut driver);
    expected.assert_eq(&driver.log);
}

impl Driver {
    fn start(&mut self) {
        self.event(EventKind::AppStarted(shop()));
    }

    fn close(&mut self) {
        self.event(EventKind::AppClosing(shop()));
    }

    fn sell(&mut self) {
        self.change();
        self.rows += 1;
    }

    fn quiet(&mut self) {
        self.log.clear();
    }

    fn day(&mut self, text: &str) {
        self.now = at(text);
    }

    fn restore_until_the_power_goes(&mut self, after: impl Fn(&Effect) -> bool) {
        let gone = std::cell::Cell::new(false);
        let kind = EventKind::RestoreRequested(shop(), Source::Snapshot(SnapshotId(1)));
        self.event_until(
            kind,
            |_, step| {
                gone.set(after(&step.effect));
                None
            },
            || gone.get(),
        );
    }

    fn restore(&mut self, id: u64) {
        self.event(EventKind::RestoreRequested(shop(), Source::Snapshot(SnapshotId(id))));
    }
}

#[test]
fn the_first_start_fills_all_four_tiers_from_one_copy() {
    check(
        Driver::start,
        expect![[r#"
        require look        shop.db
        require copy        shop.db -> backups/.staged-2-copy.db
        require verify      backups/.staged-2-copy.db (Sound)
        require publish     backups/.staged-2-copy.db -> backups/auto_daily.db as s1 (copy)
        require publish     backups/.staged-2-copy.db -> backups/auto_weekly.db as s2 (copy)
        require publish     backups/.staged-2-copy.db -> backups/auto_monthly.db as s3 (copy)
        require publish     backups/.staged-2-copy.db -> backups/auto_yearly.db as s4
        always  discard     backups/.staged-2-copy.db
        = startup: Applied
    "#]],
    );
}

#[test]
fn a_second_start_on_the_same_day_only_looks() {
    check(
        |driver| {
            driver.start();
            driver.quiet();
            driver.start();
        },
        expect![[r#"
            require look        shop.db
            = startup: Applied
        "#]],
    );
}

#[test]
fn the_next_day_keeps_yesterdays_daily_under_its_date() {
    check(
        |driver| {
            driver.start();
            driver.quiet();
            driver.sell();
            driver.day("2026-11-22T09:00");
            driver.start();
        },
        expect![[r#"
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

#[test]
fn the_fourth_exit_pushes_the_oldest_out_of_the_ring() {
    check(
        |driver| {
            for _ in 0..3 {
                driver.sell();
                driver.close();
            }
            driver.quiet();
            driver.sell();
            driver.close();
            let cards = driver.cards();
            driver.log.push_str(&cards);
        },
        expect![[r#"
            require look        shop.db
            require copy        shop.db -> backups/.staged-5-copy.db
            require verify      backups/.staged-5-copy.db (Sound)
            require shift       s2 backups/auto_close_2.db -> backups/auto_close_3.db
            require shift       s3 backups/auto_close_1.db -> backups/auto_close_2.db
            require publish     backups/.staged-5-copy.db -> backups/auto_close_1.db as s4
            always  discard     backups/.staged-5-copy.db
            attempt look        shop.db
            attempt optimize    shop.db
            attempt compact     shop.db
            attempt look        shop.db
            always  discard     backups/manifests/s1.json
            = shutdown: Applied
            s4 auto_close_1 0005 2026-11-21
            s3 auto_close_2 0004 2026-11-21
            s2 auto_close_3 0003 2026-11-21
        "#]],
    );
}

/// The ring of three was shortened to two: its third place kept the oldest snapshot for ever, and the next exit overwrote
/// a newer one.
#[test]
fn a_shorter_ring_loses_its_oldest() {
    check(
        |driver| {
            for _ in 0..3 {
                driver.sell();
                driver.close();
            }
            driver.event(EventKind::PolicyChanged(Policy { ring: 2, ..Policy::default() }));
            driver.quiet();
            driver.sell();
            driver.close();
            let cards = driver.cards();
            driver.log = cards;
        },
        expect![[r#"
            s4 auto_close_1 0005 2026-11-21
            s3 auto_close_2 0004 2026-11-21
        "#]],
    );
}

/// Somebody deleted the newest close backup by hand. Nobody had written to the database since, so the next exit took no copy,
/// and no close backup held what was live any more.
#[test]
fn an_exit_without_changes_copies_what_the_lost_backup_held() {
    check(
        |driver| {
            for _ in 0..2 {
                driver.sell();
                driver.close();
            }
            let newest = driver.state.snapshots.values().next_back().unwrap().id;
            driver.state.snapshots.remove(&newest);
            driver.quiet();
            driver.close();
            let cards = driver.cards();
            driver.log = cards;
        },
        expect![[r#"
            s3 auto_close_1 0003 2026-11-21
            s1 auto_close_2 0002 2026-11-21
        "#]],
    );
}

#[test]
fn an_exit_without_changes_copies_nothing() {
    check(
        |driver| {
            driver.close();
            driver.quiet();
            driver.close();
        },
        expect![[r#"
            require look        shop.db
            = shutdown: Applied
        "#]],
    );
}

#[test]
fn an_exit_whose_copy_equals_the_newest_pushes_nothing_out() {
    check(
        |driver| {
            driver.close();
            driver.state.workspaces[0].unchanged_since = None;
            driver.quiet();
            driver.close();
        },
        expect![[r#"
            require look        shop.db
            require copy        shop.db -> backups/.staged-3-copy.db
            require verify      backups/.staged-3-copy.db (Sound)
            always  discard     backups/.staged-3-copy.db
            attempt look        shop.db
            attempt optimize    shop.db
            attempt compact     shop.db
            attempt look        shop.db
            = shutdown: Applied
        "#]],
    );
}

#[test]
fn a_reset_gets_its_permit_from_the_safeguard_alone() {
    check(
        |driver| {
            driver.event(EventKind::AboutToDestroy(shop(), Act::AccountingReset));
            driver.event_with(EventKind::AboutToDestroy(shop(), Act::FactoryReset), |_, step| {
                matches!(step.effect, Effect::Publish { .. }).then(|| failure(FailureKind::NoSpace))
            });
        },
        expect![[r#"
            require look        shop.db
            require copy        shop.db -> backups/.staged-2-copy.db
            require verify      backups/.staged-2-copy.db (Sound)
            require publish     backups/.staged-2-copy.db -> backups/auto_before_accounting_reset.db as s1
            always  discard     backups/.staged-2-copy.db
            = safeguard: Applied, permit
            require look        shop.db
            require copy        shop.db -> backups/.staged-3-copy.db
            require verify      backups/.staged-3-copy.db (Sound)
            require publish     backups/.staged-3-copy.db -> backups/auto_before_factory_reset.db as s2
            always  discard     backups/.staged-3-copy.db
            = safeguard: NotApplied
            ! cannot do it (somewhere): it broke
        "#]],
    );
}

#[test]
fn a_restore_guards_what_is_live_and_can_be_undone() {
    check(
        |driver| {
            driver.start();
            driver.sell();
            driver.quiet();
            driver.restore(1);
            driver.event(EventKind::UndoRequested(shop()));
            driver.event(EventKind::UndoRequested(shop()));
        },
        expect![[r#"
            require verify      backups/auto_daily.db (Digest)
            require look        shop.db
            require stage       backups/auto_daily.db -> .shop.db.omnicraft-staged-3 (wal)
            require verify      .shop.db.omnicraft-staged-3 (Sound)
            require quiesce     shop shop.db
            require look        shop.db
            require copy        shop.db -> backups/.staged-3-copy.db
            require verify      backups/.staged-3-copy.db (Sound)
            require publish     backups/.staged-3-copy.db -> backups/auto_before_restore.db as s5
            require look        shop.db
            require commit      .shop.db.omnicraft-staged-3 -> shop.db
            require swap        .shop.db.omnicraft-staged-3 -> shop.db
            require verify live .shop.db.omnicraft-staged-3 -> shop.db
            require finish
            always  relaunch    shop
            always  discard     backups/.staged-3-copy.db
            always  discard     .shop.db.omnicraft-staged-3
            = restore: Applied
            require verify      backups/auto_before_restore.db (Digest)
            require look        shop.db
            require stage       backups/auto_before_restore.db -> .shop.db.omnicraft-staged-4 (wal)
            require verify      .shop.db.omnicraft-staged-4 (Sound)
            require quiesce     shop shop.db
            require look        shop.db
            require copy        shop.db -> backups/.staged-4-copy.db
            require verify      backups/.staged-4-copy.db (Sound)
            require keep        s5 backups/auto_before_restore.db -> backups/auto_before_restore_2026-11-21.db
            require publish     backups/.staged-4-copy.db -> backups/auto_before_restore.db as s6
            require look        shop.db
            require commit      .shop.db.omnicraft-staged-4 -> shop.db
            require swap        .shop.db.omnicraft-staged-4 -> shop.db
            require verify live .shop.db.omnicraft-staged-4 -> shop.db
            require finish
            always  relaunch    shop
            always  discard     backups/.staged-4-copy.db
            always  discard     .shop.db.omnicraft-staged-4
            = undo: Applied
            refused: there is no restore to undo
        "#]],
    );
}

#[test]
fn a_restore_over_a_damaged_database_keeps_its_bytes() {
    check(
        |driver| {
            driver.start();
            driver.live = LiveState::Damaged("it is not an SQLite database".to_owned());
            driver.quiet();
            driver.restore(1);
        },
        expect![[r#"
            require verify      backups/auto_daily.db (Digest)
            require look        shop.db
            require stage       backups/auto_daily.db -> .shop.db.omnicraft-staged-3 (wal)
            require verify      .shop.db.omnicraft-staged-3 (Sound)
            require quiesce     shop shop.db
            require look        shop.db
            require keep bad    shop.db -> backups/damaged_2026-11-21.db
            require look        shop.db
            require commit      .shop.db.omnicraft-staged-3 -> shop.db
            require swap        .shop.db.omnicraft-staged-3 -> shop.db
            require verify live .shop.db.omnicraft-staged-3 -> shop.db
            require finish
            always  relaunch    shop
            always  discard     backups/.staged-3-copy.db
            always  discard     .shop.db.omnicraft-staged-3
            = restore: Applied
        "#]],
    );
}

/// Once, the look before the commit went with the rest of the safeguard: the intent knew no stamp of the live files, and
/// the swap took them for files that somebody had worked in since.
#[test]
fn a_restore_over_a_database_that_fails_its_checks_keeps_its_bytes() {
    check(
        |driver| {
            driver.start();
            driver.spoil("row 7 of sales is missing from its index");
            driver.quiet();
            driver.restore(1);
        },
        expect![[r#"
            require verify      backups/auto_daily.db (Digest)
            require look        shop.db
            require stage       backups/auto_daily.db -> .shop.db.omnicraft-staged-3 (wal)
            require verify      .shop.db.omnicraft-staged-3 (Sound)
            require quiesce     shop shop.db
            require look        shop.db
            require copy        shop.db -> backups/.staged-3-copy.db
            require verify      backups/.staged-3-copy.db (Sound)
            require keep bad    shop.db -> backups/damaged_2026-11-21.db
            require look        shop.db
            require commit      .shop.db.omnicraft-staged-3 -> shop.db
            require swap        .shop.db.omnicraft-staged-3 -> shop.db
            require verify live .shop.db.omnicraft-staged-3 -> shop.db
            require finish
            always  relaunch    shop
            always  discard     backups/.staged-3-copy.db
            always  discard     .shop.db.omnicraft-staged-3
            = restore: AppliedWithWarnings
            ! the live database is kept as it was: the database is not sound: row 7 of sales is missing from its index
        "#]],
    );
}

#[test]
fn a_failed_commit_is_withdrawn_before_anything_staged_goes() {
    check(
        |driver| {
            driver.start();
            driver.quiet();
            driver.event_with(EventKind::RestoreRequested(shop(), Source::Snapshot(SnapshotId(1))), |_, step| {
                matches!(step.effect, Effect::Commit { .. }).then(|| failure(FailureKind::Io))
            });
        },
        expect![[r#"
            require verify      backups/auto_daily.db (Digest)
            require look        shop.db
            require stage       backups/auto_daily.db -> .shop.db.omnicraft-staged-3 (wal)
            require verify      .shop.db.omnicraft-staged-3 (Sound)
            require quiesce     shop shop.db
            require look        shop.db
            require copy        shop.db -> backups/.staged-3-copy.db
            require verify      backups/.staged-3-copy.db (Sound)
            require publish     backups/.staged-3-copy.db -> backups/auto_before_restore.db as s5
            require look        shop.db
            require commit      .shop.db.omnicraft-staged-3 -> shop.db
            require withdraw
            always  relaunch    shop
            always  discard     backups/.staged-3-copy.db
            always  discard     .shop.db.omnicraft-staged-3
            = restore: NotApplied
            ! cannot do it (somewhere): it broke
        "#]],
    );
}

#[test]
fn a_swap_that_fails_is_withdrawn() {
    check(
        |driver| {
            driver.start();
            driver.quiet();
            driver.event_with(EventKind::RestoreRequested(shop(), Source::Snapshot(SnapshotId(1))), |_, step| {
                matches!(step.effect, Effect::Swap { .. }).then(|| failure(FailureKind::Io))
            });
        },
        expect![[r#"
            require verify      backups/auto_daily.db (Digest)
            require look        shop.db
            require stage       backups/auto_daily.db -> .shop.db.omnicraft-staged-3 (wal)
            require verify      .shop.db.omnicraft-staged-3 (Sound)
            require quiesce     shop shop.db
            require look        shop.db
            require copy        shop.db -> backups/.staged-3-copy.db
            require verify      backups/.staged-3-copy.db (Sound)
            require publish     backups/.staged-3-copy.db -> backups/auto_before_restore.db as s5
            require look        shop.db
            require commit      .shop.db.omnicraft-staged-3 -> shop.db
            require swap        .shop.db.omnicraft-staged-3 -> shop.db
            require withdraw
            always  relaunch    shop
            always  discard     backups/.staged-3-copy.db
            always  discard     .shop.db.omnicraft-staged-3
            = restore: NotApplied
            ! cannot do it (somewhere): it broke
        "#]],
    );
}

#[test]
fn a_restored_database_that_is_bad_on_the_disk_is_tried_once() {
    check(
        |driver| {
            driver.start();
            driver.quiet();
            let mut tried = false;
            driver.event_with(EventKind::RestoreRequested(shop(), Source::Snapshot(SnapshotId(1))), |_, step| {
                let first = matches!(step.effect, Effect::VerifyLive { .. }) && !std::mem::replace(&mut tried, true);
                first.then(|| failure(FailureKind::Damaged))
            });
        },
        expect![[r#"
            require verify      backups/auto_daily.db (Digest)
            require look        shop.db
            require stage       backups/auto_daily.db -> .shop.db.omnicraft-staged-3 (wal)
            require verify      .shop.db.omnicraft-staged-3 (Sound)
            require quiesce     shop shop.db
            require look        shop.db
            require copy        shop.db -> backups/.staged-3-copy.db
            require verify      backups/.staged-3-copy.db (Sound)
            require publish     backups/.staged-3-copy.db -> backups/auto_before_restore.db as s5
            require look        shop.db
            require commit      .shop.db.omnicraft-staged-3 -> shop.db
            require swap        .shop.db.omnicraft-staged-3 -> shop.db
            require verify live .shop.db.omnicraft-staged-3 -> shop.db
            require stage       backups/auto_before_restore.db -> .shop.db.omnicraft-staged-3-back (wal)
            require verify      .shop.db.omnicraft-staged-3-back (Sound)
            require look        shop.db
            require commit      .shop.db.omnicraft-staged-3-back -> shop.db
            require swap        .shop.db.omnicraft-staged-3-back -> shop.db
            require verify live .shop.db.omnicraft-staged-3-back -> shop.db
            require finish
            always  relaunch    shop
            always  discard     backups/.staged-3-copy.db
            always  discard     .shop.db.omnicraft-staged-3
            = restore: NotApplied
            ! cannot do it (somewhere): it broke
        "#]],
    );
}

#[test]
fn a_damaged_database_freezes_rotation_and_offers_the_last_good_snapshot() {
    check(
        |driver| {
            driver.start();
            driver.day("2026-11-22T09:00");
            driver.spoil("page 12 is not readable");
            driver.quiet();
            driver.start();
            driver.close();
        },
        expect![[r#"
            require look        shop.db
            require copy        shop.db -> backups/.staged-3-copy.db
            require verify      backups/.staged-3-copy.db (Sound)
            always  set aside   backups/.staged-3-copy.db -> backups/damaged_2026-11-22.db
            always  discard     backups/.staged-3-copy.db
            = startup: NotApplied
            ! cannot take a snapshot (shop.db): the database is not sound: page 12 is not readable. Nothing was rotated and nothing was deleted. Restore the last good snapshot with `restore s4` (taken 2026-11-21 09:00). `export --db FILE.db` may save what can still be read
            require look        shop.db
            require copy        shop.db -> backups/.staged-4-copy.db
            require verify      backups/.staged-4-copy.db (Proven)
            always  discard     backups/.staged-4-copy.db
            = shutdown: NotApplied
            ! cannot take a snapshot (shop.db): the database is not sound: page 12 is not readable. Nothing was rotated and nothing was deleted. Restore the last good snapshot with `restore s4` (taken 2026-11-21 09:00). `export --db FILE.db` may save what can still be read
        "#]],
    );
}

#[test]
fn a_cliff_in_the_row_counts_pauses_rotation_until_somebody_says_it_is_fine() {
    check(
        |driver| {
            driver.start();
            driver.day("2026-11-22T09:00");
            driver.sell();
            driver.rows = 3;
            driver.quiet();
            driver.start();
            driver.start();
            driver.close();
            driver.event(EventKind::SnapshotRequested(shop(), None));
            driver.day("2026-11-23T09:00");
            driver.sell();
            driver.start();
        },
        expect![[r#"
            require look        shop.db
            require copy        shop.db -> backups/.staged-3-copy.db
            require verify      backups/.staged-3-copy.db (Sound)
            require publish     backups/.staged-3-copy.db -> backups/auto_daily_2026-11-22.db as s5
            always  discard     backups/.staged-3-copy.db
            = startup: AppliedWithWarnings
            ! rotation is paused, so that your older backups stay: all tables together had 100 rows in the last good backup and have 3 now. If that was intended, take a snapshot to go on; if not, `restore s4` brings back what was there before
            require look        shop.db
            = startup: Applied
            require look        shop.db
            require copy        shop.db -> backups/.staged-5-copy.db
            require verify      backups/.staged-5-copy.db (Proven)
            always  discard     backups/.staged-5-copy.db
            = shutdown: AppliedWithWarnings
            ! rotation is paused, so that your older backups stay: all tables together had 100 rows in the last good backup and have 3 now. If that was intended, take a snapshot to go on; if not, `restore s4` brings back what was there before
            require look        shop.db
            require copy        shop.db -> backups/.staged-6-copy.db
            require verify      backups/.staged-6-copy.db (Proven)
            require publish     backups/.staged-6-copy.db -> backups/manual_2026-11-22.db as s7
            always  discard     backups/.staged-6-copy.db
            = manual: Applied
            require look        shop.db
            require copy        shop.db -> backups/.staged-7-copy.db
            require verify      backups/.staged-7-copy.db (Sound)
            require keep        s1 backups/auto_daily.db -> backups/auto_daily_2026-11-21.db
            require publish     backups/.staged-7-copy.db -> backups/auto_daily.db as s8 (copy)
            require keep        s2 backups/auto_weekly.db -> backups/auto_weekly_2026-11-21.db
            require publish     backups/.staged-7-copy.db -> backups/auto_weekly.db as s9
            always  discard     backups/.staged-7-copy.db
            = startup: Applied
        "#]],
    );
}

#[test]
fn a_pinned_close_snapshot_is_kept_beside_the_ring() {
    check(
        |driver| {
            for _ in 0..3 {
                driver.sell();
                driver.close();
            }
            driver.event(EventKind::PinChanged(SnapshotId(1), Some("before the fair".to_owned())));
            driver.quiet();
            driver.sell();
            driver.close();
        },
        expect![[r#"
            require look        shop.db
            require copy        shop.db -> backups/.staged-6-copy.db
            require verify      backups/.staged-6-copy.db (Sound)
            require keep        s1 backups/auto_close_3.db -> backups/kept_2026-11-21.db
            require shift       s2 backups/auto_close_2.db -> backups/auto_close_3.db
            require shift       s3 backups/auto_close_1.db -> backups/auto_close_2.db
            require publish     backups/.staged-6-copy.db -> backups/auto_close_1.db as s4
            always  discard     backups/.staged-6-copy.db
            attempt look        shop.db
            attempt optimize    shop.db
            attempt compact     shop.db
            attempt look        shop.db
            = shutdown: Applied
        "#]],
    );
}

/// Once, the app was started without the engine after a restore had been killed between its commit and its swap. The next
/// start of the engine finished the swap, and a day's work was in no file any more.
#[test]
fn an_interrupted_restore_is_given_up_when_somebody_has_worked_since() {
    check(
        |driver| {
            driver.start();
            driver.restore_until_the_power_goes(|effect| matches!(effect, Effect::Commit { .. }));
            driver.quiet();
            driver.sell();
            driver.event_with(EventKind::EngineOpened, |_, step| {
                matches!(step.effect, Effect::Swap { .. }).then(|| failure(FailureKind::Foreign))
            });
            driver.event(EventKind::EngineOpened);
        },
        expect![[r#"
            require scan
            require quiesce     shop shop.db
            require swap        .shop.db.omnicraft-staged-3 -> shop.db
            require withdraw
            always  discard     .shop.db.omnicraft-staged-3
            attempt discard     .shop.db.omnicraft-staged-3
            = recovery: AppliedWithWarnings
            ! the last restore was interrupted; it has been cleaned up
            ! the interrupted restore of s1 (auto_daily) was given up, and the database is as it was: it broke. Restore again if you want to
            require scan
            = recovery: Applied
        "#]],
    );
}

/// A restore was killed when its intent was gone and nothing remembered it yet: `undo` went back one restore too far.
#[test]
fn a_restore_can_be_undone_once_wherever_it_was_interrupted_after_the_swap() {
    for last in ["swap", "verify live", "finish"] {
        let mut driver = Driver::new();
        driver.start();
        driver.sell();
        let before = driver.content;
        driver.restore_until_the_power_goes(|effect| effect.to_string().starts_with(last));
        driver.event(EventKind::EngineOpened);
        assert_eq!(driver.state.undo.len(), 1, "after {last}:\n{}", driver.log);
        driver.event(EventKind::UndoRequested(shop()));
        assert_eq!((driver.content, driver.state.undo.len()), (before, 0), "after {last}:\n{}", driver.log);
    }
}

#[test]
fn an_older_candidate_is_migrated_beside_the_live_database() {
    check(
        |driver| {
            driver.version = "1";
            driver.start();
            driver.quiet();
            driver.restore(1);
        },
        expect![[r#"
            require verify      backups/auto_daily.db (Digest)
            require look        shop.db
            require stage       backups/auto_daily.db -> .shop.db.omnicraft-staged-3 (wal)
            require migrate     .shop.db.omnicraft-staged-3
            require verify      .shop.db.omnicraft-staged-3 (Sound)
            require quiesce     shop shop.db
            require look        shop.db
            require copy        shop.db -> backups/.staged-3-copy.db
            require verify      backups/.staged-3-copy.db (Sound)
            require publish     backups/.staged-3-copy.db -> backups/auto_before_restore.db as s5
            require look        shop.db
            require commit      .shop.db.omnicraft-staged-3 -> shop.db
            require swap        .shop.db.omnicraft-staged-3 -> shop.db
            require verify live .shop.db.omnicraft-staged-3 -> shop.db
            require finish
            always  relaunch    shop
            always  discard     backups/.staged-3-copy.db
            always  discard     .shop.db.omnicraft-staged-3
            = restore: Applied
        "#]],
    );
}

#[test]
fn a_file_from_elsewhere_is_restored_like_a_snapshot() {
    check(
        |driver| {
            let source = Source::File("/media/stick/old.db".into());
            driver.event(EventKind::PreviewRequested(shop(), source.clone()));
            driver.event(EventKind::RestoreRequested(shop(), source));
        },
        expect![[r#"
            require verify      /media/stick/old.db (Proven)
            require compare     shop.db with /media/stick/old.db
            = preview: Applied
            require verify      /media/stick/old.db (Proven)
            require look        shop.db
            require stage       /media/stick/old.db -> .shop.db.omnicraft-staged-3 (wal)
            require verify      .shop.db.omnicraft-staged-3 (Sound)
            require quiesce     shop shop.db
            require look        shop.db
            require copy        shop.db -> backups/.staged-3-copy.db
            require verify      backups/.staged-3-copy.db (Sound)
            require publish     backups/.staged-3-copy.db -> backups/auto_before_restore.db as s1
            require look        shop.db
            require commit      .shop.db.omnicraft-staged-3 -> shop.db
            require swap        .shop.db.omnicraft-staged-3 -> shop.db
            require verify live .shop.db.omnicraft-staged-3 -> shop.db
            require finish
            always  relaunch    shop
            always  discard     backups/.staged-3-copy.db
            always  discard     .shop.db.omnicraft-staged-3
            = restore: Applied
        "#]],
    );
}

#[test]
fn a_preview_and_checks_change_nothing() {
    check(
        |driver| {
            driver.close();
            driver.quiet();
            driver.event(EventKind::PreviewRequested(shop(), Source::Snapshot(SnapshotId(1))));
            driver.event(EventKind::VerifyRequested(Vec::new(), Depth::Proven));
            driver.event(EventKind::DrillRequested(Vec::new()));
            driver.event(EventKind::DrillRequested(vec![SnapshotId(9)]));
        },
        expect![[r#"
            require verify      backups/auto_close_1.db (Digest)
            require compare     shop.db with backups/auto_close_1.db
            = preview: Applied
            attempt verify      backups/auto_close_1.db (Proven)
            = verify: Applied
            attempt rehearse    backups/auto_close_1.db in backups/.staged-5-drill-s1.db
            always  discard     backups/.staged-5-drill-s1.db
            = drill: Applied
            refused: there is no backup s9
        "#]],
    );
}

#[test]
fn a_tier_that_becomes_due_while_the_app_runs_is_taken() {
    check(
        |driver| {
            driver.start();
            driver.quiet();
            driver.event(EventKind::TimePassed(shop()));
            driver.day("2026-11-22T00:01");
            driver.event(EventKind::TimePassed(shop()));
        },
        expect![[r#"
            require look        shop.db
            attempt verify      backups/auto_yearly.db (Proven)
            = upkeep: Applied
            require look        shop.db
            require copy        shop.db -> backups/.staged-4-copy.db
            require verify      backups/.staged-4-copy.db (Sound)
            require keep        s1 backups/auto_daily.db -> backups/auto_daily_2026-11-21.db
            require publish     backups/.staged-4-copy.db -> backups/auto_daily.db as s5
            always  discard     backups/.staged-4-copy.db
            = startup: Applied
        "#]],
    );
}

#[test]
fn the_eighth_day_removes_the_first_last_of_all() {
    check(
        |driver| {
            for day in 21..=27 {
                driver.day(&format!("2026-11-{day}T09:00"));
                driver.sell();
                driver.start();
            }
            driver.quiet();
            driver.day("2026-11-28T09:00");
            driver.sell();
            driver.start();
        },
        expect![[r#"
            require look        shop.db
            require copy        shop.db -> backups/.staged-9-copy.db
            require verify      backups/.staged-9-copy.db (Sound)
            require keep        s11 backups/auto_daily.db -> backups/auto_daily_2026-11-27.db
            require publish     backups/.staged-9-copy.db -> backups/auto_daily.db as s12
            always  discard     backups/.staged-9-copy.db
            attempt remove      s1 backups/auto_daily_2026-11-21.db
            = startup: Applied
        "#]],
    );
}

#[test]
fn workspaces_come_and_go_by_the_registry() {
    check(
        |driver| {
            let second = driver::named("second", "second.db");
            driver.event(EventKind::WorkspaceAdded(Box::new(second.clone())));
            driver.event(EventKind::WorkspaceAdded(Box::new(second.clone())));
            driver.event(EventKind::WorkspaceAdded(Box::new(driver::named("third", "../outside.db"))));
            driver.event(EventKind::WorkspaceRemoved(shop()));
            driver.event(EventKind::WorkspaceRemoved(second.id));
            driver.event(EventKind::PolicyChanged(Policy { daily: 3, ..Policy::default() }));
        },
        expect![[r#"
            require registry    2 workspaces
            = register: Applied
            refused: the name `second` is used by the workspace `second` already
            refused: ../outside.db lies outside the home
            refused: `Shop` is the home's first workspace; its snapshots lie directly in backups
            require registry    1 workspaces
            = register: Applied
            = policy: Applied
        "#]],
    );
}

#[test]
fn a_lost_catalog_is_rebuilt_from_the_folder() {
    check(
        |driver| {
            driver.start();
            driver.close();
            driver.quiet();
            let workspaces = driver.state.workspaces.clone();
            driver.state = State { workspaces, ..State::default() };
            driver.event(EventKind::EngineOpened);
            let cards = driver.cards();
            driver.log.push_str(&cards);
        },
        expect![[r#"
            require scan
            attempt identify    backups/auto_close_1.db
            attempt identify    backups/auto_daily.db
            attempt identify    backups/auto_monthly.db
            attempt identify    backups/auto_weekly.db
            attempt identify    backups/auto_yearly.db
            = recovery: Applied
            s5 auto_close_1 0001 2026-11-21
            s4 auto_yearly 0001 2026-11-21
            s3 auto_monthly 0001 2026-11-21
            s2 auto_weekly 0001 2026-11-21
            s1 auto_daily 0001 2026-11-21
        "#]],
    );
}

#[test]
fn an_export_publishes_at_the_users_path_alone() {
    check(
        |driver| {
            let to = "/media/stick/shop.db".into();
            driver.event(EventKind::ExportRequested { export: Export::Database(shop()), to, replace: false });
        },
        expect![[r#"
            require target      /media/stick/shop.db
            require look        shop.db
            require copy        shop.db -> backups/.staged-2-copy.db
            require verify      backups/.staged-2-copy.db (Sound)
            require export      backups/.staged-2-copy.db -> /media/stick/shop.db
            always  discard     backups/.staged-2-copy.db
            = export: Applied
        "#]],
    );
}

#[test]
fn a_full_disk_stops_a_startup_and_removes_nothing() {
    check(
        |driver| {
            driver.start();
            driver.day("2026-11-22T09:00");
            driver.sell();
            driver.quiet();
            driver.event_with(EventKind::AppStarted(shop()), |_, step| {
                matches!(step.effect, Effect::Copy { .. }).then(|| failure(FailureKind::NoSpace))
            });
        },
        expect![[r#"
            require look        shop.db
            require copy        shop.db -> backups/.staged-3-copy.db
            always  discard     backups/.staged-3-copy.db
            = startup: NotApplied
            ! cannot do it (somewhere): it broke
        "#]],
    );
}

#[test]
fn a_clock_in_2099_takes_a_backup_and_does_not_block_the_next_ones() {
    check(
        |driver| {
            driver.start();
            driver.day("2099-01-01T09:00");
            driver.sell();
            driver.start();
            driver.day("2026-11-22T09:00");
            driver.quiet();
            driver.sell();
            driver.start();
            driver.start();
            let cards = driver.cards();
            driver.log.push_str(&cards);
        },
        expect![[r#"
            require look        shop.db
            require copy        shop.db -> backups/.staged-4-copy.db
            require verify      backups/.staged-4-copy.db (Sound)
            require keep        s5 backups/auto_daily.db -> backups/auto_daily_2099-01-01.db
            require publish     backups/.staged-4-copy.db -> backups/auto_daily.db as s9
            always  discard     backups/.staged-4-copy.db
            = startup: Applied
            require look        shop.db
            = startup: Applied
            s9 auto_daily 0003 2026-11-22
            s8 auto_yearly 0002 2099-01-01
            s7 auto_monthly 0002 2099-01-01
            s6 auto_weekly 0002 2099-01-01
            s5 auto_daily_2099-01-01 0002 2099-01-01
            s4 auto_yearly_2026-11-21 0001 2026-11-21
            s3 auto_monthly_2026-11-21 0001 2026-11-21
            s2 auto_weekly_2026-11-21 0001 2026-11-21
            s1 auto_daily_2026-11-21 0001 2026-11-21
        "#]],
    );
}

#[test]
fn opening_after_an_interruption_says_so() {
    check(
        |driver| {
            let begun = omnicraft_core::transition::transition(
                &driver.state,
                &omnicraft_core::event::Event { now: driver.now.clone(), kind: EventKind::AppStarted(shop()) },
                &[driver::profile()],
            );
            begun.changes.iter().for_each(|change| driver.state.apply(change));
            driver.event(EventKind::AppClosing(shop()));
            driver.event(EventKind::EngineOpened);
        },
        expect![[r#"
            refused: another operation is under way
            require scan
            = recovery: AppliedWithWarnings
            ! the last startup was interrupted; it has been cleaned up
        "#]],
    );
}

/// Once, the power went between a manifest that told no pin any more and the catalog, which went on telling it. When the
/// catalog was lost, so was a pin that everybody had seen.
#[test]
fn an_interrupted_change_of_a_pin_is_finished() {
    let mut driver = Driver::new();
    driver.event(EventKind::SnapshotRequested(shop(), Some("before the fair".to_owned())));
    let pinned = driver.state.snapshots.keys().next().copied().unwrap();
    let begun = omnicraft_core::transition::transition(
        &driver.state,
        &omnicraft_core::event::Event { now: driver.now.clone(), kind: EventKind::PinChanged(pinned, None) },
        &[driver::profile()],
    );
    begun.changes.iter().for_each(|change| driver.state.apply(change));
    assert!(driver.state.snapshots[&pinned].pin.is_some());
    driver.event(EventKind::EngineOpened);
    assert_eq!(driver.state.snapshots[&pinned].pin, None);
    assert!(driver.log.contains("attempt manifest    s1 backups/manifests/s1.json"));
}

/// Somebody who looked for his work restored one snapshot after the other. The sixth restore removed the safeguard of
/// the first, which alone held what he had entered that morning.
#[test]
fn however_many_restores_follow_the_mornings_work_stays() {
    let mut driver = Driver::new();
    driver.event(EventKind::AppStarted(shop()));
    let old = driver.state.snapshots.keys().next().copied().unwrap();
    driver.change();
    let restore = |driver: &mut Driver| {
        let ended = driver.event(EventKind::RestoreRequested(shop(), Source::Snapshot(old))).unwrap();
        ended.published[0]
    };
    let morning = restore(&mut driver);
    for _ in 0..12 {
        restore(&mut driver);
        assert!(driver.state.snapshots.contains_key(&morning));
    }
}
