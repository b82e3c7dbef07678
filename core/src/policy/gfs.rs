//! Which startup tiers are due: those whose newest good snapshot lies in another calendar period than now.

use jiff::Zoned;

use crate::model::{Base, Snapshot, Tier};

/// The tiers that are due, the most frequent first.
///
/// A stamp in the future never blocks a backup: such a snapshot is passed over as if it were not there. Of the others the
/// latest counts, so that one whose clock was behind makes nothing due again.
pub fn due<'a>(snapshots: impl IntoIterator<Item = &'a Snapshot> + Clone, now: &Zoned) -> Vec<Tier> {
    let is_due =
        |tier: &Tier| newest(snapshots.clone(), *tier, now).is_none_or(|taken| !same_period(*tier, taken, now));
    Tier::ALL.into_iter().filter(is_due).collect()
}

fn newest<'a>(snapshots: impl IntoIterator<Item = &'a Snapshot>, tier: Tier, now: &Zoned) -> Option<&'a Zoned> {
    let counts = |s: &&Snapshot| s.slot.base == Base::Tier(tier) && s.is_good() && !s.is_from_the_future(now);
    snapshots.into_iter().filter(counts).map(|snapshot| &snapshot.taken_at).max()
}

/// Both instants are read by the shop's present calendar, so that a move to another zone asks one question, not two.
fn same_period(tier: Tier, taken: &Zoned, now: &Zoned) -> bool {
    period_key(tier, &taken.with_time_zone(now.time_zone().clone())) == period_key(tier, now)
}

/// The calendar period of a moment in its own zone, such as `2026-11-21`, `2026-W47`, `2026-11`, `2026`.
pub fn period_key(tier: Tier, moment: &Zoned) -> String {
    let date = moment.date();
    match tier {
        Tier::Daily => date.to_string(),
        Tier::Weekly => {
            let week = date.iso_week_date();
            format!("{:04}-W{:02}", week.year(), week.week())
        }
        Tier::Monthly => format!("{:04}-{:02}", date.year(), date.month()),
        Tier::Yearly => format!("{:04}", date.year()),
    }
}
