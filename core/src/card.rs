//! Cards: the one line by which a person recognises a snapshot, such as `Daily Backup (Yesterday | 4.2 MB)`.

use jiff::Zoned;
use jiff::civil::{Date, Time};

use crate::model::{Act, Base, Level, Snapshot, Tier};

/// So many days back are counted; older days are named.
const COUNTED_DAYS: i64 = 13;

/// The card of a snapshot, seen at `now` by the calendar of `now`'s zone.
pub fn card(snapshot: &Snapshot, now: &Zoned) -> String {
    format!("{} ({} | {})", title(snapshot), when(snapshot, now), size(snapshot.bytes()))
}

/// What the snapshot is, without its age: its pin's name, or its slot in words.
pub fn title(snapshot: &Snapshot) -> String {
    match &snapshot.pin {
        Some(name) => format!("Pinned: {name}"),
        None => slot_title(snapshot),
    }
}

/// What the snapshot's slot is called, pinned or not.
pub fn slot_title(snapshot: &Snapshot) -> String {
    match snapshot.slot.base {
        Base::Tier(Tier::Daily) => "Daily Backup".to_owned(),
        Base::Tier(Tier::Weekly) => "Weekly Backup".to_owned(),
        Base::Tier(Tier::Monthly) => "Monthly Backup".to_owned(),
        Base::Tier(Tier::Yearly) => "Yearly Backup".to_owned(),
        Base::Close(place) => format!("Close Backup {place}"),
        Base::Before(Act::Migration) => "Before Migration".to_owned(),
        Base::Before(Act::AccountingReset) => "Before Accounting Reset".to_owned(),
        Base::Before(Act::FactoryReset) => "Before Factory Reset".to_owned(),
        Base::Before(Act::Restore) => "Before Restore".to_owned(),
        Base::Manual => "Manual Backup".to_owned(),
        Base::Kept => "Kept Backup".to_owned(),
        Base::Damaged if snapshot.level == Level::Damaged => "Damaged Database".to_owned(),
        Base::Damaged => "Database Set Aside".to_owned(),
    }
}

/// How old a snapshot is, in the days that a person counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    /// Taken today.
    Today,
    /// Taken yesterday.
    Yesterday,
    /// Taken so many days ago, two or more.
    DaysAgo(i64),
    /// Taken on a day that lies too far back to be counted.
    On(Date),
    /// It bears a day that has not come yet.
    ClockWasAhead(Date),
}

/// The age of a snapshot, seen at `now` by the calendar of `now`'s zone.
pub fn age(snapshot: &Snapshot, now: &Zoned) -> Age {
    let taken = local(snapshot, now).date();
    if snapshot.is_from_the_future(now) {
        return Age::ClockWasAhead(taken);
    }
    match days_between(taken, now.date()) {
        // The instant lies before now, so a later date is a turn of the zone: it is still today's work.
        ..=0 => Age::Today,
        1 => Age::Yesterday,
        back @ 2..=COUNTED_DAYS => Age::DaysAgo(back),
        _ => Age::On(taken),
    }
}

/// The time of day that the card shows beside the age. Several of one kind can be taken on one day, except those of a
/// tier; the time tells them apart while they are fresh.
pub fn time_of_day(snapshot: &Snapshot, now: &Zoned) -> Option<Time> {
    let several_a_day = !matches!(snapshot.slot.base, Base::Tier(_));
    let is_fresh = matches!(age(snapshot, now), Age::Today | Age::Yesterday);
    (several_a_day && is_fresh).then(|| local(snapshot, now).time())
}

fn when(snapshot: &Snapshot, now: &Zoned) -> String {
    let day = match age(snapshot, now) {
        Age::Today => "Today".to_owned(),
        Age::Yesterday => "Yesterday".to_owned(),
        Age::DaysAgo(days) => format!("{days} days ago"),
        Age::On(date) => named(date),
        Age::ClockWasAhead(date) => format!("clock was ahead: {}", named(date)),
    };
    match time_of_day(snapshot, now) {
        Some(time) => format!("{day} {}", time.strftime("%H:%M")),
        None => day,
    }
}

fn local(snapshot: &Snapshot, now: &Zoned) -> Zoned {
    snapshot.taken_at.with_time_zone(now.time_zone().clone())
}

fn named(date: Date) -> String {
    date.strftime("%-d %b %Y").to_string()
}

fn days_between(from: Date, to: Date) -> i64 {
    from.duration_until(to).as_hours() / 24
}

/// A number of bytes as people read it: one decimal, in KB, MB, GB or TB of a thousand each.
pub fn size(bytes: u64) -> String {
    if bytes < 1000 {
        return format!("{bytes} bytes");
    }
    let mut unit = 1000_u128;
    for name in ["KB", "MB", "GB"] {
        let tenths = tenths(bytes, unit);
        if tenths < 10_000 {
            return format!("{}.{} {name}", tenths / 10, tenths % 10);
        }
        unit *= 1000;
    }
    let tenths = tenths(bytes, unit);
    format!("{}.{} TB", tenths / 10, tenths % 10)
}

fn tenths(bytes: u64, unit: u128) -> u128 {
    (u128::from(bytes) * 10 + unit / 2) / unit
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::model::{Condition, Facts, FileStamp, Slot, SnapshotId, Trigger, WorkspaceId};

    fn snapshot(slot: &str, taken_at: &str) -> Snapshot {
        Snapshot {
            id: SnapshotId(1),
            workspace: WorkspaceId("shop".to_owned()),
            slot: Slot::parse(&format!("{slot}.db")).unwrap(),
            trigger: Trigger::Startup,
            taken_at: taken_at.parse().unwrap(),
            digest: String::new(),
            stamp: FileStamp { size: 4_200_000, ..FileStamp::default() },
            level: Level::Sound,
            pin: None,
            facts: Facts::default(),
            condition: Condition::Good,
            looked_at: None,
        }
    }

    fn check(slot: &str, taken_at: &str, expected: &str) {
        let now = "2026-11-22T09:00[Europe/Moscow]".parse().unwrap();
        assert_eq!(card(&snapshot(slot, taken_at), &now), expected);
    }

    #[test]
    fn cards_of_the_manual() {
        check("auto_daily", "2026-11-22T08:30[Europe/Moscow]", "Daily Backup (Today | 4.2 MB)");
        check("auto_daily", "2026-11-21T08:30[Europe/Moscow]", "Daily Backup (Yesterday | 4.2 MB)");
        check("auto_daily_2026-11-15", "2026-11-15T08:30[Europe/Moscow]", "Daily Backup (7 days ago | 4.2 MB)");
        check("auto_weekly", "2026-11-09T08:30[Europe/Moscow]", "Weekly Backup (13 days ago | 4.2 MB)");
        check("auto_monthly", "2026-11-01T08:30[Europe/Moscow]", "Monthly Backup (1 Nov 2026 | 4.2 MB)");
        check("auto_yearly", "2026-01-02T08:30[Europe/Moscow]", "Yearly Backup (2 Jan 2026 | 4.2 MB)");
        check("auto_close_1", "2026-11-21T18:05[Europe/Moscow]", "Close Backup 1 (Yesterday 18:05 | 4.2 MB)");
        check("auto_close_2", "2026-11-20T18:05[Europe/Moscow]", "Close Backup 2 (2 days ago | 4.2 MB)");
        check("manual_2026-11-22", "2026-11-22T08:59[Europe/Moscow]", "Manual Backup (Today 08:59 | 4.2 MB)");
        let reset = "Before Accounting Reset (Today 08:00 | 4.2 MB)";
        check("auto_before_accounting_reset", "2026-11-22T08:00[Europe/Moscow]", reset);
        check(
            "auto_before_scale_migration",
            "2026-11-02T08:00[Europe/Moscow]",
            "Before Migration (2 Nov 2026 | 4.2 MB)",
        );
    }

    #[test]
    fn days_are_those_of_the_present_calendar() {
        check("auto_daily", "2026-11-21T20:30[UTC]", "Daily Backup (Yesterday | 4.2 MB)");
        check("auto_daily", "2026-11-21T21:30[UTC]", "Daily Backup (Today | 4.2 MB)");
    }

    #[test]
    fn a_stamp_ahead_of_the_clock_says_so() {
        check("auto_daily", "2099-01-01T08:30[Europe/Moscow]", "Daily Backup (clock was ahead: 1 Jan 2099 | 4.2 MB)");
    }

    #[test]
    fn a_clock_that_was_set_right_by_seconds_was_not_ahead() {
        check("auto_daily", "2026-11-22T09:00:30[Europe/Moscow]", "Daily Backup (Today | 4.2 MB)");
    }

    #[test]
    fn the_parts_are_those_of_the_card() {
        let now = "2026-11-22T09:00[Europe/Moscow]".parse().unwrap();
        let parts = |slot, taken_at| {
            let snapshot = snapshot(slot, taken_at);
            (age(&snapshot, &now), time_of_day(&snapshot, &now).map(|time| time.to_string()))
        };
        let evening = Some("18:05:00".to_owned());
        assert_eq!(parts("auto_close_1", "2026-11-21T15:05[UTC]"), (Age::Yesterday, evening));
        assert_eq!(parts("auto_close_2", "2026-11-20T18:05[Europe/Moscow]"), (Age::DaysAgo(2), None));
        assert_eq!(parts("auto_daily", "2026-11-22T08:30[Europe/Moscow]"), (Age::Today, None));
        assert_eq!(parts("auto_daily", "2026-01-02T08:30[Europe/Moscow]"), (Age::On(date(2026, 1, 2)), None));
        let ahead = (Age::ClockWasAhead(date(2099, 1, 1)), None);
        assert_eq!(parts("auto_close_1", "2099-01-01T08:30[Europe/Moscow]"), ahead);
    }

    #[test]
    fn a_pin_shows_its_name() {
        let now = "2026-11-22T09:00[Europe/Moscow]".parse().unwrap();
        let mut pinned = snapshot("auto_daily", "2026-11-21T08:30[Europe/Moscow]");
        pinned.pin = Some("before the fair".to_owned());
        assert_eq!(card(&pinned, &now), "Pinned: before the fair (Yesterday | 4.2 MB)");
    }

    #[test]
    fn sizes_round_to_one_decimal_and_never_to_a_thousand() {
        let shown = [0, 999, 1000, 1049, 1050, 999_949, 999_950, 4_194_304, 1_073_741_824, u64::MAX].map(size);
        let expected = [
            "0 bytes",
            "999 bytes",
            "1.0 KB",
            "1.0 KB",
            "1.1 KB",
            "999.9 KB",
            "1.0 MB",
            "4.2 MB",
            "1.1 GB",
            "18446744.1 TB",
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn days_between_counts_dates_not_hours() {
        assert_eq!(days_between(date(2026, 3, 28), date(2026, 3, 30)), 2);
        assert_eq!(days_between(date(2026, 11, 22), date(2026, 11, 21)), -1);
    }
}
