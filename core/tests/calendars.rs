//! When tiers are due: by the local calendar, in any zone, through DST, ISO week 53 and clocks that jump.
#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm, reason = "a test stops at the first surprise")]

#[path = "support/driver.rs"]
#[expect(dead_code, reason = "shared with the plan tests")]
mod driver;

use std::collections::BTreeSet;

use driver::shop;
use expect_test::{Expect, expect};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Zoned};
use omnicraft_core::model::{Base, Condition, Facts, FileStamp, Level, Slot, Snapshot, SnapshotId, Tier, Trigger};
use omnicraft_core::policy::{Policy, Verdict, due, period_key, retain};
use proptest::prelude::*;

const ZONES: [&str; 9] = [
    "UTC",
    "Europe/Berlin",
    "Europe/Moscow",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "Australia/Lord_Howe",
];

fn snapshot(id: u64, tier: Tier, taken_at: Zoned) -> Snapshot {
    Snapshot {
        id: SnapshotId(id),
        workspace: shop(),
        slot: Slot::plain(Base::Tier(tier)),
        trigger: Trigger::Startup,
        taken_at,
        digest: String::new(),
        stamp: FileStamp::default(),
        level: Level::Sound,
        pin: None,
        facts: Facts::default(),
        condition: Condition::Good,
        looked_at: None,
    }
}

fn taken(at: &Zoned) -> Vec<Snapshot> {
    (1..).zip(Tier::ALL).map(|(id, tier)| snapshot(id, tier, at.clone())).collect()
}

/// Text in: when all tiers were taken, and now. Text out: what is due.
fn check(taken_at: &str, now: &str, expected: Expect) {
    let due = due(&taken(&taken_at.parse().unwrap()), &now.parse().unwrap());
    let words: Vec<&str> = due.iter().map(|tier| tier.word()).collect();
    expected.assert_eq(&words.join(" "));
}

#[test]
fn the_shops_midnight_counts_not_the_worlds() {
    check("2026-11-21T23:30[Europe/Berlin]", "2026-11-22T00:30[Europe/Berlin]", expect!["daily"]);
    check("2026-11-22T00:30[Europe/Berlin]", "2026-11-22T23:30[Europe/Berlin]", expect![""]);
}

#[test]
fn week_53_of_2026_reaches_into_2027() {
    check("2026-12-31T09:00[Europe/Berlin]", "2027-01-01T09:00[Europe/Berlin]", expect!["daily monthly yearly"]);
    check("2027-01-01T09:00[Europe/Berlin]", "2027-01-03T09:00[Europe/Berlin]", expect!["daily"]);
    check("2027-01-03T09:00[Europe/Berlin]", "2027-01-04T09:00[Europe/Berlin]", expect!["daily weekly"]);
}

#[test]
fn the_first_days_of_a_year_can_be_of_the_old_years_week() {
    check("2024-12-29T09:00[UTC]", "2024-12-30T09:00[UTC]", expect!["daily weekly"]);
    check("2024-12-30T09:00[UTC]", "2025-01-01T09:00[UTC]", expect!["daily monthly yearly"]);
}

#[test]
fn the_hour_that_happens_twice_is_one_day() {
    check("2026-10-25T02:30+02:00[Europe/Berlin]", "2026-10-25T02:30+01:00[Europe/Berlin]", expect![""]);
}

#[test]
fn a_day_that_samoa_skipped_is_no_day() {
    check("2011-12-29T23:00[Pacific/Apia]", "2011-12-31T00:10[Pacific/Apia]", expect!["daily"]);
}

#[test]
fn a_stamp_in_the_future_counts_for_nothing() {
    check("2099-01-01T09:00[UTC]", "2026-11-22T09:00[UTC]", expect!["daily weekly monthly yearly"]);
}

#[test]
fn after_a_flight_the_new_zones_calendar_decides() {
    check("2026-11-22T09:00[Europe/Berlin]", "2026-11-22T23:00[Asia/Tokyo]", expect![""]);
    check("2026-11-22T12:00[Europe/Berlin]", "2026-11-23T09:00[Asia/Tokyo]", expect!["daily weekly"]);
}

fn moment() -> impl Strategy<Value = Zoned> {
    // From 1970 to 2099, as far as a shop's clock may be off.
    (0..4_000_000_000i64, 0..ZONES.len()).prop_map(|(second, zone)| {
        Timestamp::from_second(second).unwrap().to_zoned(TimeZone::get(ZONES[zone]).unwrap())
    })
}

/// Daily snapshots of a shop that opens every day or two.
fn history() -> impl Strategy<Value = Vec<Zoned>> {
    prop::collection::vec(12..48i64, 1..30).prop_map(|pauses| {
        let mut at: Zoned = "2025-03-01T09:00[Europe/Berlin]".parse().unwrap();
        pauses
            .into_iter()
            .map(|hours| {
                at = at.saturating_add(hours.hours());
                at.clone()
            })
            .collect()
    })
}

fn removed(stamps: &[Zoned], now: &Zoned) -> Vec<Zoned> {
    let snapshots: Vec<Snapshot> = (1..).zip(stamps).map(|(id, at)| dated(id, at.clone())).collect();
    let verdicts = retain(&snapshots, &BTreeSet::new(), &Policy::default(), now);
    let removed = snapshots.iter().filter(|s| matches!(verdicts[&s.id], Verdict::Remove(_)));
    removed.map(|snapshot| snapshot.taken_at.clone()).collect()
}

fn dated(id: u64, taken_at: Zoned) -> Snapshot {
    let slot = Slot::dated(Base::Tier(Tier::Daily), taken_at.date(), u32::try_from(id).unwrap());
    Snapshot { slot, ..snapshot(id, Tier::Daily, taken_at) }
}

proptest! {
    /// Once, a start with the clock at 1970 made every tier due, and both true yearly backups were pushed out.
    #[test]
    fn a_clock_that_was_wrong_for_a_while_pushes_out_no_other_snapshot(
        days in history(),
        at in 0..30usize,
        wrong in prop::collection::vec(moment(), 1..6),
    ) {
        let last = days.last().unwrap().clone();
        let far = |moment: &Zoned| moment.duration_since(&last).abs() > jiff::SignedDuration::from_hours(24 * 200);
        prop_assume!(wrong.iter().all(far));
        let mut mixed = days.clone();
        mixed.splice(at.min(days.len())..at.min(days.len()), wrong.iter().cloned());
        let allowed = removed(&days, &last);
        for now in [&last, wrong.last().unwrap()] {
            for gone in removed(&mixed, now) {
                prop_assert!(wrong.contains(&gone) || allowed.contains(&gone), "{} went at {}", gone, now);
            }
        }
    }

    #[test]
    fn nothing_is_due_right_after_it_was_taken(now in moment()) {
        prop_assert!(due(&taken(&now), &now).is_empty());
    }

    #[test]
    fn a_tier_is_due_exactly_when_its_period_differs(then in moment(), later in 0..20_000i64) {
        let now = then.saturating_add(later.hours());
        let due = due(&taken(&then), &now);
        for tier in Tier::ALL {
            prop_assert_eq!(due.contains(&tier), period_key(tier, &then) != period_key(tier, &now));
        }
    }

    #[test]
    fn a_clock_in_the_past_never_blocks(taken_at in moment(), back in 1..500_000i64) {
        let now = taken_at.saturating_sub(back.hours());
        prop_assume!(now < taken_at);
        prop_assert_eq!(due(&taken(&taken_at), &now).len(), 4);
    }

    #[test]
    fn a_shop_that_opens_daily_gets_a_daily_backup_every_day(start in moment(), days in 1..40i32) {
        let zone = start.time_zone().clone();
        let mut snapshots = Vec::new();
        for (id, day) in (1..).zip(0..days) {
            let date = start.date().saturating_add(day.days());
            let Ok(now) = date.at(9, 0, 0, 0).to_zoned(zone.clone()) else { continue };
            let fresh = snapshots.last().is_none_or(|last: &Snapshot| last.taken_at.date() != now.date());
            let is_due = due(&snapshots, &now).contains(&Tier::Daily);
            prop_assert_eq!(is_due, fresh);
            if is_due {
                snapshots.push(snapshot(id, Tier::Daily, now));
            }
        }
    }

    #[test]
    fn another_zone_asks_for_one_backup_at_most(then in moment(), zone in 0..ZONES.len()) {
        let now = then.with_time_zone(TimeZone::get(ZONES[zone]).unwrap());
        prop_assert!(due(&taken(&then), &now).is_empty(), "the same instant elsewhere is no reason");
    }
}
