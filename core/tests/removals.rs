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

/// A shop opens on so many days that retention removes something, and the power goes during the first removal, before or
/// after the file went. What the next start does is compared.
#[track_caller]
fn check(file_is_gone: bool, expected: &Expect) {
    let mut driver = Driver::new();
    let removing = Cell::new(false);
    for day in 1..=28 {
        driver.now = at(&format!("2026-11-{day:02} 09:00"));
        driver.change();
        driver.event_until(
            EventKind::AppStarted(shop()),
            |_, step| {
                removing.set(matches!(step.effect, Effect::Remove { .. }));
                (removing.get() && !file_is_gone).then(|| failure(FailureKind::Io))
            },
            || removing.get(),
        );
        if removing.get() {
            break;
        }
    }
    let known = driver.state.snapshots.len();
    driver.log.clear();
    driver.event(EventKind::EngineOpened);
    driver.event(EventKind::EngineOpened);
    driver.log.push_str(&format!("snapshots: {known} -> {}\n", driver.state.snapshots.len()));
    expected.assert_eq(&driver.log);
}

/// Once, the next start said that the user had deleted the backup, and its manifest stayed for ever.
#[test]
fn it_is_finished_where_the_file_is_gone() {
    check(
        true,
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
        false,
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
