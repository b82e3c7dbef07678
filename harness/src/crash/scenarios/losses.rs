//! The engine starts over a home in which something is lost or damaged: the catalog, snapshots, the live database.

use omnicraft_core::event::EventKind;
use omnicraft_core::model::Act;
use omnicraft_host::progress::Unobserved;

use super::{Scenario, small};
use crate::crash::life::{Life, id};
use crate::crash::shop::{BOOKS, PURSE, Shop};
use std::sync::Arc;

pub(super) const ALL: &[Scenario] = &[
    Scenario {
        name: "catalog-lost",
        story: "the catalog was thrown away: it is rebuilt from the folder and the manifests, and no backup is lost",
        subject: small,
        prepare: |life| {
            well_kept(life);
            life.throw_away(Life::catalog());
        },
        act: rebuilt,
    },
    Scenario {
        name: "catalog-torn",
        story: "a page of the catalog is garbage: it is set aside and rebuilt, and no backup is lost",
        subject: small,
        prepare: |life| {
            well_kept(life);
            life.decay(Life::catalog());
        },
        act: rebuilt,
    },
    Scenario {
        name: "catalog-beheaded",
        story: "the catalog is no database any more: it is set aside and rebuilt, and no backup is lost",
        subject: small,
        prepare: |life| {
            well_kept(life);
            life.behead(Life::catalog());
        },
        act: rebuilt,
    },
    Scenario {
        name: "catalog-lost-of-three",
        story: "the catalog of three workspaces was thrown away",
        subject: small,
        prepare: |life| {
            for (name, schema) in [("shop", BOOKS), ("stall", BOOKS), ("purse", PURSE)] {
                life.found(name, schema, "3");
                life.exit(name).unwrap();
            }
            life.stop();
            life.throw_away(Life::catalog());
        },
        act: rebuilt,
    },
    Scenario {
        name: "snapshots-lost",
        story: "somebody threw snapshots away by hand: they are forgotten, and the next start takes new ones",
        subject: small,
        prepare: |life| {
            well_kept(life);
            life.throw_away(Life::slot("auto_daily"));
            life.throw_away(Life::slot("auto_close_1"));
        },
        act: |life| {
            life.restart(Box::new(Unobserved)).map_err(|error| error.to_string())?;
            life.start("shop")?;
            life.commit("shop")?;
            life.exit("shop")
        },
    },
    Scenario {
        name: "live-damaged",
        story: "the live database is damaged when the app starts and exits: nothing is rotated and nothing is deleted",
        subject: small,
        prepare: |life| damaged(life, |life| life.behead("shop.db")),
        act: nothing_rotated,
    },
    Scenario {
        name: "live-decayed",
        story: "a page of the live database is garbage: the copy is found to be bad, and the first one is kept aside",
        subject: small,
        prepare: |life| damaged(life, |life| life.decay("shop.db")),
        act: |life| {
            life.later(24);
            fails(life, EventKind::AppStarted(id("shop")))?;
            fails(life, EventKind::AppClosing(id("shop")))?;
            let kept = life.shelf("shop").iter().filter(|one| !one.starts_with("damaged")).count();
            if kept == 7 { Ok(()) } else { Err(format!("the snapshots are {:#?}", life.shelf("shop"))) }
        },
    },
    Scenario {
        name: "live-missing",
        story: "the live database is not there when the app starts and exits: nothing is rotated",
        subject: small,
        prepare: |life| damaged(life, |life| life.throw_away("shop.db")),
        act: nothing_rotated,
    },
    Scenario {
        name: "cliff",
        story: "most rows are gone without a word: rotation is frozen over a start and an exit, and a snapshot on request \
                ends it",
        subject: many_rows,
        prepare: |life| {
            life.found("shop", BOOKS, "3");
            life.start("shop").unwrap();
            life.commit("shop").unwrap();
        },
        act: |life| {
            life.wipe_without_a_word("shop")?;
            life.later(24);
            life.start("shop")?;
            life.exit("shop")?;
            life.expect(
                "shop",
                &[
                    "auto_daily: the first rows of shop",
                    "auto_daily_2026-11-22: the wiped shop",
                    "auto_monthly: the first rows of shop",
                    "auto_weekly: the first rows of shop",
                    "auto_yearly: the first rows of shop",
                ],
            )?;
            life.told(EventKind::SnapshotRequested(id("shop"), None))?;
            life.commit("shop")?;
            life.exit("shop")
        },
    },
    Scenario {
        name: "cliff-announced",
        story: "most rows are gone after a reset that had been announced: rotation goes on",
        subject: many_rows,
        prepare: |life| {
            life.found("shop", BOOKS, "3");
            life.start("shop").unwrap();
        },
        act: |life| {
            life.permit("shop", Act::AccountingReset)?;
            life.wipe("shop")?;
            life.later(24);
            life.start("shop")?;
            let shelf = life.shelf("shop");
            let rotated = shelf.iter().any(|one| one == "auto_daily: the wiped shop");
            if rotated { Ok(()) } else { Err(format!("the snapshots are {shelf:#?}")) }
        },
    },
];

/// So many goods that losing most of them is a cliff.
fn many_rows() -> Arc<dyn crate::crash::Subject> {
    Arc::new(Shop::with(80, 60))
}

/// Tiers, a ring, a pin and a safeguard; then the engine ends.
fn well_kept(life: &mut Life) {
    life.found("shop", BOOKS, "3");
    life.start("shop").unwrap();
    life.commit("shop").unwrap();
    life.told(EventKind::SnapshotRequested(id("shop"), Some("kept".to_owned()))).unwrap();
    life.permit("shop", Act::AccountingReset).unwrap();
    life.exit("shop").unwrap();
    life.stop();
}

fn rebuilt(life: &mut Life) -> Result<(), String> {
    let all = life.reopen(Box::new(Unobserved))?;
    life.commit("shop")?;
    life.start("shop")?;
    all
}

fn damaged(life: &mut Life, damage: fn(&mut Life)) {
    well_kept(life);
    damage(life);
    life.restart(Box::new(Unobserved)).unwrap();
    life.is_unreadable("shop");
}

fn nothing_rotated(life: &mut Life) -> Result<(), String> {
    life.later(24);
    let before = life.shelf("shop");
    fails(life, EventKind::AppStarted(id("shop")))?;
    fails(life, EventKind::TimePassed(id("shop")))?;
    fails(life, EventKind::AppClosing(id("shop")))?;
    fails(life, EventKind::SnapshotRequested(id("shop"), None))?;
    let after = life.shelf("shop");
    if after == before { Ok(()) } else { Err(format!("the snapshots are {after:#?}")) }
}

fn fails(life: &mut Life, kind: EventKind) -> Result<(), String> {
    let told = life.tell(kind).map_err(|error| error.to_string())?;
    told.failure.map(drop).ok_or_else(|| "it did not fail".to_owned())
}
