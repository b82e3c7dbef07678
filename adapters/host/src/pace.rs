//! Pacing: snapshots that come by themselves leave the disk to the app.
//!
//! A commit of the app waits behind what is in the disk's queue. As long as nobody commits, nothing waits, and a copy goes
//! at full speed, a few megabytes in the queue ([`create_large`](crate::ports::filesystem::FileSystem::create_large)).
//! Once a commit is seen, by how the files look that commits change, the copy writes no more than so many bytes a second,
//! until it has been calm for a while. The sign that this is still too much is how long our own pieces take: when one
//! takes longer than the full rate allows, and several times as long as the quickest so far, the rate is halved, and it
//! comes back bit by bit. The quickest piece so far is the measure because it is this disk's, whatever disk it is. Where
//! the disk's scheduler knows priorities, all that is done at such a moment comes last besides
//! ([`FileSystem::yielding`](crate::ports::filesystem::FileSystem::yielding)).

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use omnicraft_core::model::FileStamp;
use omnicraft_core::state::Moment;

use crate::error::Result;
use crate::ports::clock::Clock;

/// Bytes a second while the app commits. With 200 MB/s nine of ten commits took about as long as on an idle disk; what a
/// disk gives is several times that, or so little that it is the slower one.
const FULL: u64 = 200_000_000;
/// Bytes a second at least: every snapshot ends.
const LEAST: u64 = FULL / 16;
/// Bytes that are measured, and paid for, together.
const PIECE: u64 = 1 << 20;
/// A piece that takes so many times as long as the quickest says that somebody else wants the disk.
const SLOW: u32 = 4;
/// One wait at most: a stop is noticed after it.
const NAP: Duration = Duration::from_millis(50);
/// So long after a commit the app is still at work: people type on.
const AT_WORK: Duration = Duration::from_secs(2);
/// Elsewhere nothing bounds what waits in the disk's queue, so the first commit would wait behind all of it.
const MAY_HURRY: bool = cfg!(target_os = "linux");

/// How the files look that commits change.
pub(crate) type Looks = Vec<Option<FileStamp>>;

/// What an engine has seen of its app's commits, from one step to the next.
#[derive(Debug, Default)]
pub struct Commits(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    looks: Option<Looks>,
    /// When they last changed.
    changed: Option<Duration>,
}

impl Commits {
    /// Whether somebody has committed lately, by how the files look now. A change since the look before counts as just now.
    fn were_lately(&self, now: Duration, looks: Looks) -> bool {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.looks.replace(looks.clone()).is_some_and(|before| before != looks) {
            seen.changed = Some(now);
        }
        seen.changed.is_some_and(|changed| now.saturating_sub(changed) < AT_WORK)
    }
}

/// Who may be waiting, and how to find out.
pub(crate) struct Lookout<'a> {
    pub(crate) commits: &'a Commits,
    pub(crate) look: Box<dyn Fn() -> Looks + 'a>,
}

/// How fast a file is written.
pub(crate) struct Pace<'a> {
    clock: &'a dyn Clock,
    /// Bytes a second while the app is at work; `None` where nothing waits for it.
    rate: Option<u64>,
    /// Bytes that are paid for.
    done: u64,
    /// When the piece under way was begun.
    begun: Duration,
    quickest: Option<Duration>,
    app: Lookout<'a>,
    /// Whether it may go at full speed while nobody commits.
    may_hurry: bool,
}

impl<'a> Pace<'a> {
    /// The pace of what is done at a moment in the app's life.
    pub(crate) fn of(moment: Option<&Moment>, clock: &'a dyn Clock, app: Lookout<'a>) -> Self {
        let rate = moment.is_some_and(Moment::yields_to_the_app).then_some(FULL);
        let pace = Self { clock, rate, done: 0, begun: clock.monotonic(), quickest: None, app, may_hurry: MAY_HURRY };
        if rate.is_some() {
            pace.is_app_at_work();
        }
        pace
    }

    /// The same for what is written otherwise than through the file port: nothing bounds what of it waits for the disk.
    pub(crate) fn never_hurrying(self) -> Self {
        Self { may_hurry: false, ..self }
    }

    /// The same for what the app's commits wait for: the sooner it is done, the better for them.
    pub(crate) fn at_full_speed(self) -> Self {
        Self { rate: None, ..self }
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
        let too_early = time_of(bytes, rate).saturating_sub(took);
        let mut left = if self.is_app_at_work() { too_early } else { Duration::ZERO };
        while !left.is_zero() {
            let nap = left.min(NAP);
            self.clock.wait(nap);
            go_on()?;
            left -= nap;
        }
        (self.rate, self.done, self.begun) = (Some(rate), done, self.clock.monotonic());
        Ok(())
    }

    fn is_app_at_work(&self) -> bool {
        !self.may_hurry || self.app.commits.were_lately(self.clock.monotonic(), (self.app.look)())
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
mod tests;
