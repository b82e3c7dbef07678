//! A disk with room for a copy of the live database, but not for one of each tier that is due.
#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm, reason = "a test stops at the first surprise")]

#[path = "support/driver.rs"]
#[expect(dead_code, reason = "shared with the plan tests")]
mod driver;

use driver::{Driver, at, failure, shop};
use expect_test::{Expect, expect};
use omnicraft_core::effect::Effect;
use omnicraft_core::event::EventKind;
use omnicraft_core::outcome::FailureKind;

/// A first start, and one on the next day, on a disk that has room for so many copies of the copy, the first time.
#[track_caller]
fn check(room: usize, expected: &Expect) {
    let mut driver = Driver::new();
    let mut copies = 0;
    driver.event_with(EventKind::AppStarted(shop()), |_, step| {
        copies += usize::from(matches!(step.effect, Effect::Publish { keep_staged: true, .. }));
        (copies > room)
            .then(|| failure(FailureKind::NoSpace))
            .filter(|_| matches!(step.effect, Effect::Publish { keep_staged: true, .. }))
    });
    driver.now = at("2026-11-22 09:00");
    driver.change();
    driver.event(EventKind::AppStarted(shop()));
    let cards = driver.cards();
    driver.log.push_str(&cards);
    expected.assert_eq(&driver.log);
}

/// Once, such a shop had no backup of the day at all: what did not fit ended everything, and a copy that was verified
/// already was thrown away.
#[test]
fn one_copy_is_the_backup_of_the_day() {
    check(
        0,
        &expect![[r#"
        require look        shop.db
        require copy        shop.db -> backups/.staged-2-copy.db
        require verify      backups/.staged-2-copy.db (Sound)
        require publish     backups/.staged-2-copy.db -> backups/auto_daily.db as s1 (copy)
        require publish     backups/.staged-2-copy.db -> backups/auto_daily.db as s1
        always  discard     backups/.staged-2-copy.db
        = startup: AppliedWithWarnings
        ! auto_weekly, auto_monthly, auto_yearly must wait for room on the disk: it broke
        require look        shop.db
        require copy        shop.db -> backups/.staged-3-copy.db
        require verify      backups/.staged-3-copy.db (Sound)
        require keep        s1 backups/auto_daily.db -> backups/auto_daily_2026-11-21.db
        require publish     backups/.staged-3-copy.db -> backups/auto_daily.db as s5 (copy)
        require publish     backups/.staged-3-copy.db -> backups/auto_weekly.db as s6 (copy)
        require publish     backups/.staged-3-copy.db -> backups/auto_monthly.db as s7 (copy)
        require publish     backups/.staged-3-copy.db -> backups/auto_yearly.db as s8
        always  discard     backups/.staged-3-copy.db
        = startup: Applied
        s8 auto_yearly 0002 2026-11-22
        s7 auto_monthly 0002 2026-11-22
        s6 auto_weekly 0002 2026-11-22
        s5 auto_daily 0002 2026-11-22
        s1 auto_daily_2026-11-21 0001 2026-11-21
    "#]],
    );
}

#[test]
fn as_many_tiers_are_filled_as_there_is_room_for() {
    check(
        1,
        &expect![[r#"
        require look        shop.db
        require copy        shop.db -> backups/.staged-2-copy.db
        require verify      backups/.staged-2-copy.db (Sound)
        require publish     backups/.staged-2-copy.db -> backups/auto_daily.db as s1 (copy)
        require publish     backups/.staged-2-copy.db -> backups/auto_weekly.db as s2 (copy)
        require publish     backups/.staged-2-copy.db -> backups/auto_weekly.db as s2
        always  discard     backups/.staged-2-copy.db
        = startup: AppliedWithWarnings
        ! auto_monthly, auto_yearly must wait for room on the disk: it broke
        require look        shop.db
        require copy        shop.db -> backups/.staged-3-copy.db
        require verify      backups/.staged-3-copy.db (Sound)
        require keep        s1 backups/auto_daily.db -> backups/auto_daily_2026-11-21.db
        require publish     backups/.staged-3-copy.db -> backups/auto_daily.db as s5 (copy)
        require publish     backups/.staged-3-copy.db -> backups/auto_monthly.db as s6 (copy)
        require publish     backups/.staged-3-copy.db -> backups/auto_yearly.db as s7
        always  discard     backups/.staged-3-copy.db
        = startup: Applied
        s7 auto_yearly 0002 2026-11-22
        s6 auto_monthly 0002 2026-11-22
        s5 auto_daily 0002 2026-11-22
        s2 auto_weekly 0001 2026-11-21
        s1 auto_daily_2026-11-21 0001 2026-11-21
    "#]],
    );
}

/// On a Monday two are due, and both have a holder. Where even the copy itself cannot take its place, the plan ends.
#[test]
fn a_slot_with_a_holder_is_filled_all_the_same() {
    let mut driver = Driver::new();
    driver.event(EventKind::AppStarted(shop()));
    driver.log.clear();
    driver.now = at("2026-11-23 09:00");
    for only_copies in [false, true] {
        driver.change();
        driver.event_with(EventKind::AppStarted(shop()), |_, step| match step.effect {
            Effect::Publish { keep_staged, .. } if keep_staged || !only_copies => Some(failure(FailureKind::NoSpace)),
            _ => None,
        });
    }
    let cards = driver.cards();
    driver.log.push_str(&cards);
    expect![[r#"
        require look        shop.db
        require copy        shop.db -> backups/.staged-3-copy.db
        require verify      backups/.staged-3-copy.db (Sound)
        require keep        s1 backups/auto_daily.db -> backups/auto_daily_2026-11-21.db
        require publish     backups/.staged-3-copy.db -> backups/auto_daily.db as s5 (copy)
        require publish     backups/.staged-3-copy.db -> backups/auto_daily.db as s5
        always  discard     backups/.staged-3-copy.db
        = startup: NotApplied
        ! auto_weekly must wait for room on the disk: it broke
        ! cannot do it (somewhere): it broke
        require look        shop.db
        require copy        shop.db -> backups/.staged-4-copy.db
        require verify      backups/.staged-4-copy.db (Sound)
        require publish     backups/.staged-4-copy.db -> backups/auto_daily.db as s7 (copy)
        require publish     backups/.staged-4-copy.db -> backups/auto_daily.db as s7
        always  discard     backups/.staged-4-copy.db
        = startup: AppliedWithWarnings
        ! auto_weekly must wait for room on the disk: it broke
        s7 auto_daily 0003 2026-11-23
        s4 auto_yearly 0001 2026-11-21
        s3 auto_monthly 0001 2026-11-21
        s2 auto_weekly 0001 2026-11-21
        s1 auto_daily_2026-11-21 0001 2026-11-21
    "#]]
    .assert_eq(&driver.log);
}
