//! Retention: what the policy no longer needs goes, after something newer is there.

use omnicraft_core::event::EventKind;
use omnicraft_core::policy::Policy;

use super::{Scenario, small};
use crate::crash::life::{Life, id};
use crate::crash::shop::BOOKS;

pub(super) const ALL: &[Scenario] = &[
    Scenario {
        name: "policy-depth",
        story: "after five days only two daily copies are wanted: the next start removes the others, last of all",
        subject: small,
        prepare: |life| days(life, 5),
        act: |life| {
            life.told(EventKind::PolicyChanged(Policy { daily: 2, weekly: 1, monthly: 1, ..Policy::default() }))?;
            next_day(life)?;
            life.commit("shop")?;
            life.expect(
                "shop",
                &[
                    "auto_daily: entry 6 of shop",
                    "auto_daily_2026-11-25: entry 5 of shop",
                    "auto_monthly: entry 1 of shop",
                    "auto_weekly: entry 3 of shop",
                    "auto_yearly: entry 1 of shop",
                ],
            )
        },
    },
    Scenario {
        name: "policy-budget",
        story: "after four days the snapshots may take no bytes at all: what is kept for its depth alone goes, deepest first",
        subject: small,
        prepare: |life| days(life, 4),
        act: |life| {
            life.told(EventKind::PolicyChanged(Policy { budget: 0, ..Policy::default() }))?;
            next_day(life)?;
            life.expect(
                "shop",
                &[
                    "auto_daily: entry 5 of shop",
                    "auto_monthly: entry 1 of shop",
                    "auto_weekly: entry 3 of shop",
                    "auto_yearly: entry 1 of shop",
                ],
            )
        },
    },
    Scenario {
        name: "ten-days",
        story: "a start and an exit on each of ten days; on the last ones the oldest daily copies go",
        subject: small,
        prepare: |life| days(life, 7),
        act: |life| {
            for _ in 0..3 {
                next_day(life)?;
                life.exit("shop")?;
            }
            let dailies = life.shelf("shop").iter().filter(|one| one.starts_with("auto_daily")).count();
            if dailies == 7 { Ok(()) } else { Err(format!("{dailies} daily copies are kept")) }
        },
    },
    Scenario {
        name: "policy-ring",
        story: "the ring becomes shorter, and two exits follow",
        subject: small,
        prepare: |life| {
            life.found("shop", BOOKS, "3");
            for _ in 0..3 {
                life.commit("shop").unwrap();
                life.exit("shop").unwrap();
            }
        },
        act: |life| {
            life.told(EventKind::PolicyChanged(Policy { ring: 2, ..Policy::default() }))?;
            for _ in 0..2 {
                life.commit("shop")?;
                life.exit("shop")?;
            }
            let newest = ["auto_close_1: entry 5 of shop", "auto_close_2: entry 4 of shop"];
            let shelf = life.shelf("shop");
            if shelf.starts_with(&newest.map(str::to_owned)) { Ok(()) } else { Err(format!("the ring is {shelf:#?}")) }
        },
    },
    Scenario {
        name: "policy-manual",
        story: "two snapshots on request are kept: a third one pushes the first out, but not one that is pinned",
        subject: small,
        prepare: |life| {
            life.found("shop", BOOKS, "3");
            life.told(EventKind::PolicyChanged(Policy { manual: 2, ..Policy::default() })).unwrap();
            for pin in [Some("kept"), None, None] {
                life.commit("shop").unwrap();
                life.told(EventKind::SnapshotRequested(id("shop"), pin.map(str::to_owned))).unwrap();
            }
        },
        act: |life| {
            life.commit("shop")?;
            life.told(EventKind::SnapshotRequested(id("shop"), None))?;
            life.expect(
                "shop",
                &[
                    "manual_2026-11-21: entry 1 of shop",
                    "manual_2026-11-21_3: entry 3 of shop",
                    "manual_2026-11-21_4: entry 4 of shop",
                ],
            )
        },
    },
];

fn days(life: &mut Life, many: usize) {
    life.found("shop", BOOKS, "3");
    for day in 0..many {
        if day > 0 {
            life.later(24);
        }
        life.commit("shop").unwrap();
        life.start("shop").unwrap();
    }
}

fn next_day(life: &mut Life) -> Result<(), String> {
    life.later(24);
    life.commit("shop")?;
    life.start("shop")
}
