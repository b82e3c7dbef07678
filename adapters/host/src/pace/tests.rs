//! How long a copy waits after each piece, beside apps that commit and apps that do not.

use std::cell::Cell;
use std::fmt::Write as _;

use expect_test::{Expect, expect};
use jiff::Zoned;
use jiff::tz::TimeZone;
use omnicraft_core::model::{Trigger, WorkspaceId};

use super::*;
use crate::error::Stop;

/// Moves when somebody waits, or when the test says so.
#[derive(Default)]
struct Hand(Mutex<Duration>);

impl Clock for Hand {
    fn now(&self) -> Zoned {
        jiff::Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC)
    }

    fn monotonic(&self) -> Duration {
        *self.0.lock().unwrap()
    }

    fn wait(&self, time: Duration) {
        *self.0.lock().unwrap() += time;
    }
}

fn startup() -> Moment {
    Moment::Startup(WorkspaceId("shop".to_owned()), Trigger::Timer)
}

/// An app that commits before each of the first so many looks.
fn app(commits: &Commits, times: i64) -> Lookout<'_> {
    let looks = Cell::new(0);
    let look = move || {
        looks.set(looks.get() + 1);
        vec![None, Some(FileStamp { modified: times.min(looks.get()), ..FileStamp::default() })]
    };
    Lookout { commits, look: Box::new(look) }
}

/// Writes pieces that take so many milliseconds each, and says how long the pace waits after each.
#[track_caller]
fn check(moment: &Moment, times: i64, pieces: &[u64], expected: &Expect) {
    let (clock, commits) = (Hand::default(), Commits::default());
    let mut pace = Pace::of(Some(moment), &clock, app(&commits, times));
    let mut told = String::new();
    for (number, takes) in (1..).zip(pieces) {
        clock.wait(Duration::from_millis(*takes));
        let before = clock.monotonic();
        pace.at(number * PIECE, &mut || Ok(())).unwrap();
        let waited = (clock.monotonic() - before).as_millis();
        writeln!(told, "a piece in {takes} ms, then {waited} ms of rest").unwrap();
    }
    expected.assert_eq(&told);
}

#[test]
fn what_comes_by_itself_keeps_to_a_rate_beside_an_app_that_commits() {
    check(
        &startup(),
        i64::MAX,
        &[1, 1, 5, 6],
        &expect![[r#"
        a piece in 1 ms, then 4 ms of rest
        a piece in 1 ms, then 4 ms of rest
        a piece in 5 ms, then 0 ms of rest
        a piece in 6 ms, then 4 ms of rest
    "#]],
    );
}

/// The app begins to commit; the disk is shared, and our pieces take long.
#[test]
fn it_backs_off_while_the_disk_is_wanted_and_comes_back_bit_by_bit() {
    check(
        &startup(),
        i64::MAX,
        &[1, 30, 30, 30, 30, 1, 1, 1],
        &expect![[r#"
        a piece in 1 ms, then 4 ms of rest
        a piece in 30 ms, then 0 ms of rest
        a piece in 30 ms, then 0 ms of rest
        a piece in 30 ms, then 11 ms of rest
        a piece in 30 ms, then 53 ms of rest
        a piece in 1 ms, then 40 ms of rest
        a piece in 1 ms, then 26 ms of rest
        a piece in 1 ms, then 19 ms of rest
    "#]],
    );
}

/// Four backups of a gigabyte were due when the app started, which nobody had open yet: they took 20 s, all of them
/// spent waiting for commits that could not come.
#[test]
#[cfg(target_os = "linux")]
fn nobody_is_waited_for_who_does_not_commit() {
    check(
        &startup(),
        1,
        &[1, 30, 1],
        &expect![[r#"
        a piece in 1 ms, then 0 ms of rest
        a piece in 30 ms, then 0 ms of rest
        a piece in 1 ms, then 0 ms of rest
    "#]],
    );
}

#[test]
#[cfg(target_os = "linux")]
fn two_seconds_after_the_last_commit_it_is_calm() {
    check(
        &startup(),
        2,
        &[1, 1, 1980, 1, 1, 1],
        &expect![[r#"
        a piece in 1 ms, then 4 ms of rest
        a piece in 1 ms, then 4 ms of rest
        a piece in 1980 ms, then 0 ms of rest
        a piece in 1 ms, then 8 ms of rest
        a piece in 1 ms, then 7 ms of rest
        a piece in 1 ms, then 0 ms of rest
    "#]],
    );
}

#[test]
#[cfg(target_os = "linux")]
fn what_one_step_has_seen_the_next_one_knows() {
    let (clock, moment, commits) = (Hand::default(), startup(), Commits::default());
    drop(Pace::of(Some(&moment), &clock, app(&commits, 1)));
    let mut next = Pace::of(Some(&moment), &clock, app(&commits, 1));
    next.at(PIECE, &mut || Ok(())).unwrap();
    assert_eq!(clock.monotonic(), Duration::ZERO, "nobody has committed");
    drop(Pace::of(Some(&moment), &clock, app(&commits, 0)));
    let mut next = Pace::of(Some(&moment), &clock, app(&commits, 0));
    next.at(PIECE, &mut || Ok(())).unwrap();
    assert_eq!(clock.monotonic(), time_of(PIECE, FULL), "somebody has");
}

#[test]
fn what_somebody_waits_for_does_not_wait() {
    check(
        &Moment::Shutdown(WorkspaceId("shop".to_owned())),
        i64::MAX,
        &[1, 30, 1],
        &expect![[r#"
        a piece in 1 ms, then 0 ms of rest
        a piece in 30 ms, then 0 ms of rest
        a piece in 1 ms, then 0 ms of rest
    "#]],
    );
}

#[test]
fn a_stop_ends_the_rest_at_once() {
    let (clock, moment, commits) = (Hand::default(), startup(), Commits::default());
    let mut pace = Pace::of(Some(&moment), &clock, app(&commits, i64::MAX));
    let stopped = pace.at(100 * PIECE, &mut || Err(Stop::Cancelled));
    assert!(matches!(stopped, Err(Stop::Cancelled)));
    assert_eq!(clock.monotonic(), NAP);
}

/// A database with a rollback journal was copied at 200 MB/s, out of regard for the app, whose commits all waited for the
/// end of the copy.
#[test]
fn what_commits_wait_for_does_not_wait() {
    let (clock, moment, commits) = (Hand::default(), startup(), Commits::default());
    let mut pace = Pace::of(Some(&moment), &clock, app(&commits, i64::MAX)).at_full_speed();
    pace.at(100 * PIECE, &mut || Ok(())).unwrap();
    assert_eq!(clock.monotonic(), Duration::ZERO);
}
