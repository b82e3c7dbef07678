//! Which snapshot is checked next when nothing is due: a new one is only sound until somebody proves it, and an old one
//! decays without a word.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan, Zoned};

use crate::model::{Level, Snapshot};

/// After so many days a snapshot is checked again: often enough that the others of its age are still there when one has
/// decayed, and so seldom that it costs the disk next to nothing.
const DAYS: i32 = 30;
/// Bytes of one workspace's snapshots that are checked in a day. All that the default policy keeps of a workspace fits into
/// it; it is ten seconds of a disk and a few minutes of one core, spread over the day.
const BYTES: u64 = 1 << 30;

/// The good snapshot of a workspace that is checked next, if today's bytes allow it; one a day they always do.
///
/// The newest that nobody has tried to prove comes first, because a restore starts from it; then the one that was not
/// looked at for the longest time. A clock that was wrong costs no more than a check.
pub fn next_look<'a>(snapshots: impl IntoIterator<Item = &'a Snapshot> + Clone, now: &Zoned) -> Option<&'a Snapshot> {
    let good = || snapshots.clone().into_iter().filter(|snapshot| snapshot.is_good());
    let unproven = good().filter(|snapshot| snapshot.level == Level::Sound && snapshot.looked_at.is_none());
    let unseen = || {
        let oldest = good().min_by_key(|snapshot| (snapshot.last_look(now), snapshot.id));
        oldest.filter(|snapshot| snapshot.last_look(now).is_none_or(|at| is_long_ago(at, now)))
    };
    let next = unproven.max_by_key(|snapshot| snapshot.id).or_else(unseen)?;
    let spent = spent(snapshots, now);
    (spent == 0 || spent.saturating_add(next.bytes()) <= BYTES).then_some(next)
}

fn is_long_ago(at: Timestamp, now: &Zoned) -> bool {
    date(at, now).saturating_add(DAYS.days()) <= now.date()
}

/// Bytes of the snapshots that were looked at today, whoever wanted it.
fn spent<'a>(snapshots: impl IntoIterator<Item = &'a Snapshot>, now: &Zoned) -> u64 {
    let today = |at: Timestamp| date(at, now) == now.date();
    let seen = snapshots.into_iter().filter(|snapshot| snapshot.looked_at.is_some_and(today));
    seen.fold(0, |sum, snapshot| sum.saturating_add(snapshot.bytes()))
}

/// The day of a moment by the shop's present calendar.
fn date(at: Timestamp, now: &Zoned) -> Date {
    at.to_zoned(now.time_zone().clone()).date()
}
