//! Cards: the one line by which a person recognises a snapshot, such as `Daily Backup (Yesterday | 4.2 MB)`.

use jiff::Zoned;
use jiff::civil::Date;

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

/// Several of one kind can be taken on one day, except those of a tier; the time tells them apart.
fn when(snapshot: &Snapshot, now: &Zoned) -> String {
    let taken = snapshot.taken_at.with_time_zone(now.time_zone().clone());
    if snapshot.is_from_the_future(now) {
        return format!("clock was ahead: {}", named(taken.date()));
    }
    let back = days_between(taken.date(), now.date());
    let day = match back {
        // The instant lies before now, so a later date is a turn of the zone: it is still today's work.
        ..=0 => "Today".to_owned(),
        1 => "Yesterday".to_owned(),
        2..=COUNTED_DAYS => format!("{back} days ago"),
        _ => named(taken.date()),
    };
    let several_a_day = !matches!(snapshot.slot.base, Base::Tier(_));
    if several_a_day && back <= 1 { format!("{day} {}", taken.strftime("%H:%M")) } else { day }
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
