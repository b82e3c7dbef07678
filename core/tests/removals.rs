//! A removal that retention has begun, and the power cut in the middle of it.
#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm, reason = "a test stops at the first surprise")]

#[path = "support/driver.rs"]
#[expect(dead_code, reason = "shared with the plan tests")]
mod driver;

use std::cell::Cell;

use driver::{Driver, at, failure, shop};
use expect_test::{Expect, expect};
use omnicraft_core::effect::Effect;
use omnicraft_core::event::EventKind;
use omnicraft_core::outcome::FailureKind;

/// Does what an event asks for until the power goes during a removal, before or after its file went. Whether it did.
fn until_a_removal(driver: &mut Driver, kind: EventKind, file_is_gone: bool) -> bool {
    let removing = Cell::new(false);
    driver.event_until(
        kind,
        |_, step| {
            removing.set(matches!(step.effect, Effect::Remove { .. }));
            (removing.get() && !file_is_gone).then(|| failure(FailureKind::Io))
        },
        || removing.get(),
    );
    removing.get()
}

/// A shop opens on so many days that retention removes something, and the power goes during the first removal.
fn cut(file_is_gone: bool) -> Driver {
    let mut driver = Driver::new();
    for day in 1..=28 {
        driver.now = at(&format!("2026-11-{day:02} 09:00"));
        driver.change();
        if until_a_removal(&mut driver, EventKind::AppStarted(shop()), file_is_gone) {
            driver.log.clear();
            return driver;
        }
    }
    panic!("nothing was removed:\n{}", driver.log)
}

/// What the next starts do.
#[track_caller]
fn check(mut driver: Driver, expected: &Expect) {
    let known = driver.state.snapshots.len();
    driver.event(EventKind::EngineOpened);
    driver.event(EventKind::EngineOpened);
    driver.log.push_str(&format!("snapshots: {known} -> {}\n", driver.state.snapshots.len()));
    expected.assert_eq(&driver.log);
}

/// Once, the next start said that the user had deleted the backup, and its manifest stayed for ever.
#[test]
fn it_is_finished_where_the_file_is_gone() {
    check(
        cut(true),
        &expect![[r#"
        require scan
        attempt remove      s1 backups/auto_daily_2026-11-01.db
        = recovery: AppliedWithWarnings
        ! the last startup was interrupted; it has been cleaned up
        require scan
        = recovery: Applied
        snapshots: 12 -> 11
    "#]],
    );
}

/// Other backups may have gone with the power: whether it is still one too many is judged anew, after the next snapshot.
#[test]
fn it_is_given_up_where_the_file_is_still_there() {
    check(
        cut(false),
        &expect![[r#"
        require scan
        = recovery: AppliedWithWarnings
        ! the last startup was interrupted; it has been cleaned up
        require scan
        = recovery: Applied
        snapshots: 12 -> 12
    "#]],
    );
}

/// The recovery that was to finish it had forgotten the snapshot when the power went again.
#[test]
fn it_is_finished_after_a_second_power_cut() {
    let mut driver = cut(true);
    assert!(until_a_removal(&mut driver, EventKind::EngineOpened, false));
    driver.log.clear();
    check(
        driver,
        &expect![[r#"
        require scan
        attempt remove      s1 backups/auto_daily_2026-11-01.db
        = recovery: AppliedWithWarnings
        ! the last recovery was interrupted; it has been cleaned up
        require scan
        = recovery: Applied
        snapshots: 11 -> 11
    "#]],
    );
}
