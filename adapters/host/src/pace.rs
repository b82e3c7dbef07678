//! Pacing: snapshots that come by themselves leave the disk to the app.
//!
//! A copy at full speed fills the disk's queue, and a commit of the app waits behind all of it. So a paced copy writes
//! no more than so many bytes a second, in small pieces. The one sign that somebody else wants the disk is how long our
//! own pieces take: when one takes longer than the full rate allows, and several times as long as the quickest so far,
//! the rate is halved, and it comes back bit by bit. That sees every program on that disk, needs no look into the app,
//! and errs on the side of waiting. The quickest piece so far is the measure because it is this disk's, whatever disk it
//! is. Where the disk's scheduler knows priorities, all that is done at such a moment comes last besides
//! ([`FileSystem::yielding`](crate::ports::filesystem::FileSystem::yielding)).

use std::time::Duration;

use omnicraft_core::state::Moment;

use crate::error::Result;
use crate::ports::clock::Clock;

/// Bytes a second while nobody else wants the disk. With 200 MB/s an app's commits took no longer than on an idle disk;
/// what a disk gives is several times that, or so little that it is the slower one.
const FULL: u64 = 200_000_000;
/// Bytes a second at least: every snapshot ends.
const LEAST: u64 = FULL / 16;
/// Bytes that are measured, and paid for, together.
const PIECE: u64 = 1 << 20;
/// A piece that takes so many times as long as the quickest says that somebody else wants the disk.
const SLOW: u32 = 4;
/// One wait at most: a stop is noticed after it.
const NAP: Duration = Duration::from_millis(50);

/// How fast a file is written.
pub(crate) struct Pace<'a> {
    clock: &'a dyn Clock,
    /// Bytes a second; `None` at full speed.
    rate: Option<u64>,
    /// Bytes that are paid for.
    done: u64,
    /// When the piece under way was begun.
    begun: Duration,
    quickest: Option<Duration>,
}

impl<'a> Pace<'a> {
    /// The pace of what is done at a moment in the app's life.
    pub(crate) fn of(moment: Option<&Moment>, clock: &'a dyn Clock) -> Self {
        let yields = moment.is_some_and(Moment::yields_to_the_app);
        Self { clock, rate: yields.then_some(FULL), done: 0, begun: clock.monotonic(), quickest: None }
    }

    /// So many bytes are written; waits as long as they are too early, unless `go_on` wants no more of it.
    pub(crate) fn at(&mut self, done: u64, go_on: &mut dyn FnMut() -> Result<()>) -> Result<()> {
        let Some(rate) = self.rate else { return Ok(()) };
        let bytes = done.saturating_sub(self.done);
        if bytes < PIECE {
            return Ok(());
        }
        let took = self.clock.monotonic().saturating_sub(self.begun);
        let rate = self.adapted(rate, per_piece(took, bytes));
        let mut left = time_of(bytes, rate).saturating_sub(took);
        while !left.is_zero() {
            let nap = left.min(NAP);
            self.clock.wait(nap);
            go_on()?;
            left -= nap;
        }
        (self.rate, self.done, self.begun) = (Some(rate), done, self.clock.monotonic());
        Ok(())
    }

    /// Half of the rate after a slow piece, a sixteenth of the full one more after any other.
    fn adapted(&mut self, rate: u64, took: Duration) -> u64 {
        let quickest = self.quickest.map_or(took, |quickest| quickest.min(took));
        self.quickest = Some(quickest);
        let is_slow = took > quickest * SLOW && took > time_of(PIECE, FULL);
        if is_slow { (rate / 2).max(LEAST) } else { (rate + LEAST).min(FULL) }
    }
}

/// What so many bytes take at a rate.
const fn time_of(bytes: u64, rate: u64) -> Duration {
    Duration::from_nanos(bytes.saturating_mul(1_000_000_000) / rate)
}

fn per_piece(took: Duration, bytes: u64) -> Duration {
    let pieces = u32::try_from(bytes / PIECE).unwrap_or(u32::MAX).max(1);
    took / pieces
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::sync::Mutex;

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

    /// Writes pieces that take so many milliseconds each, and says how long the pace waits after each.
    #[track_caller]
    fn check(moment: &Moment, pieces: &[u64], expected: &Expect) {
        let clock = Hand::default();
        let mut pace = Pace::of(Some(moment), &clock);
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
    fn what_comes_by_itself_keeps_to_a_rate() {
        check(
            &startup(),
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

    #[test]
    fn what_somebody_waits_for_does_not_wait() {
        check(
            &Moment::Shutdown(WorkspaceId("shop".to_owned())),
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
        let (clock, moment) = (Hand::default(), startup());
        let mut pace = Pace::of(Some(&moment), &clock);
        let stopped = pace.at(100 * PIECE, &mut || Err(Stop::Cancelled));
        assert!(matches!(stopped, Err(Stop::Cancelled)));
        assert_eq!(clock.monotonic(), NAP);
    }
}
