//! The app starts, or its timer asks: nothing due, each combination of due tiers, and an app that goes on selling.

use std::sync::Arc;

use omnicraft_core::effect::Depth;
use omnicraft_core::event::EventKind;
use omnicraft_core::model::{Level, SnapshotId, Tier};
use omnicraft_host::progress::Unobserved;

use super::{Scenario, small};
use crate::crash::life::Life;
use crate::crash::shop::{BOOKS, Shop};

pub(super) const ALL: &[Scenario] = &[
    Scenario {
        name: "start-all-tiers",
        story: "the first start of the app: one copy is published in all four tiers, and the app commits before and after",
        subject: || Arc::new(Shop::small()),
        prepare: |life| {
            life.found("shop", BOOKS, "3");
            life.commit("shop").unwrap();
        },
        act: |life| {
            life.commit("shop")?;
            life.start("shop")?;
            life.commit("shop")
        },
    },
    Scenario {
        name: "start-nothing-due",
        story: "a second start on the same day: nothing is due and nothing is published",
        subject: small,
        prepare: |life| {
            life.found("shop", BOOKS, "3");
            life.start("shop").unwrap();
        },
        act: |life| {
            life.commit("shop")?;
            let before = life.shelf("shop");
            life.start("shop")?;
            life.commit("shop")?;
            if life.shelf("shop") == before { Ok(()) } else { Err("something was published".to_owned()) }
        },
    },
    Scenario {
        name: "start-while-selling",
        story: "whenever the engine tells how far it is, the app commits in the database that is being copied",
        subject: small,
        prepare: |life| {
            life.found("shop", BOOKS, "3");
            life.restart(Box::new(life.till("shop"))).unwrap();
        },
        act: |life| {
            life.start("shop")?;
            life.commit("shop")
        },
    },
    Scenario {
        name: "start-large-log",
        story: "the log of the live database holds many frames when all tiers are due",
        subject: || Arc::new(Shop::large()),
        prepare: |life| {
            life.found("shop", BOOKS, "3");
            (0..6).for_each(|_| life.commit("shop").unwrap());
        },
        act: |life| {
            life.commit("shop")?;
            life.start("shop")?;
            life.commit("shop")
        },
    },
    Scenario {
        name: "due-check-over-midnight",
        story: "the app runs over midnight; the timer's check publishes the new day's copy while the app stays open",
        subject: small,
        prepare: |life| {
            life.found("shop", BOOKS, "3");
            life.clock("2026-11-21T23:50[UTC]");
            life.start("shop").unwrap();
            life.commit("shop").unwrap();
        },
        act: |life| {
            life.tick("shop")?;
            life.clock("2026-11-22T00:10[UTC]");
            life.commit("shop")?;
            life.tick("shop")?;
            life.commit("shop")?;
            published(life, "auto_daily: entry 2 of shop")?;
            published(life, "auto_daily_2026-11-21: the first rows of shop")
        },
    },
    Scenario {
        name: "tick-proves-the-newest",
        story: "nothing is due when the timer asks: the newest snapshot is checked in full, and the app goes on selling",
        subject: small,
        prepare: |life| {
            life.found("shop", BOOKS, "3");
            life.start("shop").unwrap();
        },
        act: |life| {
            life.commit("shop")?;
            life.tick("shop")?;
            life.commit("shop")?;
            proven(life, &[4])
        },
    },
    Scenario {
        name: "tick-finds-decay",
        story: "the timer's check looks at a snapshot that has decayed: it is found out, and what was proven stays so",
        subject: small,
        prepare: |life| {
            life.found("shop", BOOKS, "3");
            life.start("shop").unwrap();
            life.tick("shop").unwrap();
            life.tick("shop").unwrap();
            life.decay(Life::slot("auto_weekly"));
        },
        act: |life| {
            life.commit("shop")?;
            life.tick("shop")?;
            life.commit("shop")?;
            proven(life, &[3, 4])?;
            let decayed = &life.engine().state().snapshots[&SnapshotId(2)];
            if decayed.is_good() { Err("the decay was not found".to_owned()) } else { Ok(()) }
        },
    },
    Scenario {
        name: "start-over-decayed-tiers",
        story: "two tiers have decayed and were found out: the next start sets each aside under a name of its own",
        subject: small,
        prepare: |life| {
            life.found("shop", BOOKS, "3");
            life.start("shop").unwrap();
            life.decay(Life::slot("auto_weekly"));
            life.decay(Life::slot("auto_monthly"));
            life.told(EventKind::VerifyRequested(Vec::new(), Depth::Proven)).unwrap();
        },
        act: |life| {
            life.commit("shop")?;
            life.start("shop")?;
            life.commit("shop")?;
            published(life, "auto_weekly: entry 1 of shop")?;
            published(life, "auto_monthly: entry 1 of shop")?;
            let snapshots = life.engine().state().snapshots.values();
            let aside = snapshots.map(|snapshot| snapshot.slot.file_name()).filter(|name| name.starts_with("damaged"));
            let aside: Vec<String> = aside.collect();
            let expected = ["damaged_2026-11-21.db", "damaged_2026-11-21_2.db"];
            if aside == expected { Ok(()) } else { Err(format!("set aside were {aside:?}")) }
        },
    },
    due::<0b0001>("start-due-daily", "a new day"),
    due::<0b0010>("start-due-weekly", "the week's copy was thrown away by hand"),
    due::<0b0011>("start-due-daily-weekly", "a new week"),
    due::<0b0100>("start-due-monthly", "the month's copy was thrown away by hand"),
    due::<0b0101>("start-due-daily-monthly", "a new month in the same week"),
    due::<0b0110>("start-due-weekly-monthly", "the week's and the month's copies were thrown away by hand"),
    due::<0b0111>("start-due-daily-weekly-monthly", "a new month and a new week"),
    due::<0b1000>("start-due-yearly", "the year's copy was thrown away by hand"),
    due::<0b1001>("start-due-daily-yearly", "a new day, and the year's copy was thrown away by hand"),
    due::<0b1010>("start-due-weekly-yearly", "the week's and the year's copies were thrown away by hand"),
    due::<0b1011>("start-due-daily-weekly-yearly", "a new week, and the year's copy was thrown away by hand"),
    due::<0b1100>("start-due-monthly-yearly", "the month's and the year's copies were thrown away by hand"),
    due::<0b1101>("start-due-daily-monthly-yearly", "New Year's Day in the middle of a week"),
    due::<0b1110>("start-due-weekly-monthly-yearly", "all copies but the day's were thrown away by hand"),
    due::<0b1111>("start-due-all", "a new week begins in a new year"),
];

/// The start at which these tiers are due, by their bits from daily to yearly.
const fn due<const TIERS: u8>(name: &'static str, story: &'static str) -> Scenario {
    Scenario { name, story, subject: small, prepare: prepare_due::<TIERS>, act: act_due::<TIERS> }
}

/// The last start, this one, and the tiers that the calendar makes due between them.
const fn calendar(tiers: u8) -> (&'static str, &'static str, u8) {
    match tiers {
        0b1111 => ("2026-12-31T08:00[UTC]", "2027-01-04T08:00[UTC]", 0b1111),
        0b1101 => ("2026-12-31T08:00[UTC]", "2027-01-01T08:00[UTC]", 0b1101),
        0b0111 => ("2026-11-28T08:00[UTC]", "2026-12-07T08:00[UTC]", 0b0111),
        0b0101 => ("2026-11-30T08:00[UTC]", "2026-12-01T08:00[UTC]", 0b0101),
        0b0011 | 0b1011 => ("2026-11-21T08:00[UTC]", "2026-11-23T08:00[UTC]", 0b0011),
        0b0001 | 0b1001 => ("2026-11-20T08:00[UTC]", "2026-11-21T08:00[UTC]", 0b0001),
        _ => ("2026-11-21T08:00[UTC]", "2026-11-21T18:00[UTC]", 0),
    }
}

fn tiers(bits: u8) -> impl Iterator<Item = Tier> {
    (0..).zip(Tier::ALL).filter(move |(bit, _)| bits >> bit & 1 == 1).map(|(_, tier)| tier)
}

fn prepare_due<const TIERS: u8>(life: &mut Life) {
    let (last, _, by_calendar) = calendar(TIERS);
    life.found("shop", BOOKS, "3");
    life.clock(last);
    life.start("shop").unwrap();
    for tier in tiers(TIERS & !by_calendar) {
        life.throw_away(Life::slot(&format!("auto_{}", tier.word())));
    }
    life.restart(Box::new(Unobserved)).unwrap();
}

fn act_due<const TIERS: u8>(life: &mut Life) -> Result<(), String> {
    life.clock(calendar(TIERS).1);
    life.commit("shop")?;
    life.start("shop")?;
    life.commit("shop")?;
    for tier in tiers(0b1111) {
        let is_due = tiers(TIERS).any(|due| due == tier);
        let content = if is_due { "entry 1 of shop" } else { "the first rows of shop" };
        published(life, &format!("auto_{}: {content}", tier.word()))?;
    }
    Ok(())
}

/// An error unless these snapshots are proven, and no others.
fn proven(life: &mut Life, expected: &[u64]) -> Result<(), String> {
    let snapshots = life.engine().state().snapshots.values();
    let proven: Vec<u64> = snapshots.filter(|s| s.is_good() && s.level == Level::Proven).map(|s| s.id.0).collect();
    if proven == expected { Ok(()) } else { Err(format!("proven are {proven:?}")) }
}

/// An error unless a snapshot is there, in the words of [`Life::shelf`].
fn published(life: &mut Life, snapshot: &str) -> Result<(), String> {
    let shelf = life.shelf("shop");
    if shelf.iter().any(|one| one == snapshot) { Ok(()) } else { Err(format!("{snapshot} is not among {shelf:#?}")) }
}
