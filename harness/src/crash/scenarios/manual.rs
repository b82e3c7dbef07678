//! Snapshots on request, pins, and checks of what is there.

use omnicraft_core::effect::Depth;
use omnicraft_core::event::EventKind;
use omnicraft_core::model::{Level, SnapshotId};

use super::{Scenario, small};
use crate::crash::life::{Life, id};
use crate::crash::shop::BOOKS;

pub(super) const ALL: &[Scenario] = &[
    Scenario {
        name: "manual",
        story: "two snapshots on request on one day, and sales between them",
        subject: small,
        prepare: |life| life.found("shop", BOOKS, "3"),
        act: |life| {
            life.commit("shop")?;
            life.told(EventKind::SnapshotRequested(id("shop"), None))?;
            life.commit("shop")?;
            life.told(EventKind::SnapshotRequested(id("shop"), None))?;
            life.expect("shop", &["manual_2026-11-21: entry 1 of shop", "manual_2026-11-21_2: entry 2 of shop"])
        },
    },
    Scenario {
        name: "manual-pinned",
        story: "a snapshot on request that is pinned right away",
        subject: small,
        prepare: |life| life.found("shop", BOOKS, "3"),
        act: |life| {
            life.commit("shop")?;
            life.told(EventKind::SnapshotRequested(id("shop"), Some("before the fair".to_owned())))?;
            life.commit("shop")?;
            pinned(life, 1, Some("before the fair"))
        },
    },
    Scenario {
        name: "pin-on",
        story: "a startup snapshot is pinned: its manifest says so",
        subject: small,
        prepare: started,
        act: |life| {
            life.told(EventKind::PinChanged(SnapshotId(2), Some("a good week".to_owned())))?;
            life.commit("shop")?;
            pinned(life, 2, Some("a good week"))
        },
    },
    Scenario {
        name: "pin-off",
        story: "a pin gets another name, and is then taken off",
        subject: small,
        prepare: |life| {
            started(life);
            life.told(EventKind::PinChanged(SnapshotId(1), Some("one".to_owned()))).unwrap();
        },
        act: |life| {
            life.told(EventKind::PinChanged(SnapshotId(1), Some("another".to_owned())))?;
            life.told(EventKind::PinChanged(SnapshotId(1), None))?;
            pinned(life, 1, None)
        },
    },
    Scenario {
        name: "verify-all",
        story: "every snapshot is checked in full, which raises its level",
        subject: small,
        prepare: |life| {
            started(life);
            life.commit("shop").unwrap();
            life.exit("shop").unwrap();
        },
        act: |life| {
            life.told(EventKind::VerifyRequested(Vec::new(), Depth::Proven))?;
            life.commit("shop")?;
            reached(life, 5, Level::Proven)
        },
    },
    Scenario {
        name: "verify-finds-decay",
        story: "a snapshot has decayed since it was published: it is found out, and the others are good",
        subject: small,
        prepare: |life| {
            started(life);
            life.decay(Life::slot("auto_weekly"));
        },
        act: |life| {
            life.told(EventKind::VerifyRequested(Vec::new(), Depth::Proven))?;
            life.commit("shop")?;
            reached(life, 3, Level::Proven)
        },
    },
    Scenario {
        name: "drill",
        story: "the restore of the newest snapshot is rehearsed",
        subject: small,
        prepare: started,
        act: |life| {
            life.told(EventKind::DrillRequested(Vec::new()))?;
            life.commit("shop")?;
            reached(life, 1, Level::Drilled)
        },
    },
    Scenario {
        name: "drill-then-exit",
        story: "the newest snapshot of the ring is the only one that was drilled when the next exits push it along",
        subject: small,
        prepare: |life| {
            life.found("shop", BOOKS, "3");
            life.commit("shop").unwrap();
            life.exit("shop").unwrap();
        },
        act: |life| {
            life.told(EventKind::DrillRequested(Vec::new()))?;
            for _ in 0..3 {
                life.commit("shop")?;
                life.exit("shop")?;
            }
            reached(life, 1, Level::Drilled)?;
            life.expect(
                "shop",
                &[
                    "auto_close_1: entry 4 of shop",
                    "auto_close_2: entry 3 of shop",
                    "auto_close_3: entry 2 of shop",
                    "kept_2026-11-21: entry 1 of shop",
                ],
            )
        },
    },
];

fn started(life: &mut Life) {
    life.found("shop", BOOKS, "3");
    life.start("shop").unwrap();
}

fn pinned(life: &mut Life, snapshot: u64, pin: Option<&str>) -> Result<(), String> {
    let found = life.engine().state().snapshots.get(&SnapshotId(snapshot)).and_then(|snapshot| snapshot.pin.clone());
    if found.as_deref() == pin { Ok(()) } else { Err(format!("its pin is {found:?}")) }
}

fn reached(life: &mut Life, many: usize, level: Level) -> Result<(), String> {
    let good = life.engine().state().snapshots.values().filter(|snapshot| snapshot.is_good());
    let found = good.filter(|snapshot| snapshot.level == level).count();
    if found == many { Ok(()) } else { Err(format!("{found} snapshots reached {level:?}")) }
}
