//! The app exits: the ring of close snapshots as it fills, what must not be pushed out of it, statistics and compaction.

use std::sync::Arc;

use omnicraft_core::event::EventKind;
use omnicraft_core::model::SnapshotId;
use omnicraft_host::progress::Unobserved;

use super::{Scenario, small};
use crate::crash::life::Life;
use crate::crash::shop::{BOOKS, Shop};

pub(super) const ALL: &[Scenario] = &[
    Scenario {
        name: "exit-first",
        story: "the first exit: one place of the ring is taken, and the statistics are made",
        subject: small,
        prepare: |life| after_exits(life, 0),
        act: |life| sell_and_exit(life, &["auto_close_1: entry 1 of shop"]),
    },
    Scenario {
        name: "exit-second",
        story: "the second exit moves the first one's snapshot one place down",
        subject: small,
        prepare: |life| after_exits(life, 1),
        act: |life| sell_and_exit(life, &["auto_close_1: entry 2 of shop", "auto_close_2: entry 1 of shop"]),
    },
    Scenario {
        name: "exit-third",
        story: "the third exit fills the ring",
        subject: small,
        prepare: |life| after_exits(life, 2),
        act: |life| {
            let ring = ["1: entry 3 of shop", "2: entry 2 of shop", "3: entry 1 of shop"];
            sell_and_exit(life, &ring.map(|place| format!("auto_close_{place}")))
        },
    },
    Scenario {
        name: "exit-fourth",
        story: "the fourth exit pushes the oldest snapshot out of the ring, and the app comes back for one more day",
        subject: small,
        prepare: |life| after_exits(life, 3),
        act: |life| {
            let ring = ["1: entry 4 of shop", "2: entry 3 of shop", "3: entry 2 of shop"];
            sell_and_exit(life, &ring.map(|place| format!("auto_close_{place}")))?;
            life.commit("shop")?;
            life.leave("shop")
        },
    },
    Scenario {
        name: "exit-pushes-a-pin",
        story: "what would be pushed out of the ring is pinned: it is kept beside it",
        subject: small,
        prepare: |life| {
            after_exits(life, 3);
            life.told(EventKind::PinChanged(SnapshotId(1), Some("first".to_owned()))).unwrap();
        },
        act: |life| {
            let ring = ["1: entry 4 of shop", "2: entry 3 of shop", "3: entry 2 of shop"];
            let mut shelf = ring.map(|place| format!("auto_close_{place}")).to_vec();
            shelf.push("kept_2026-11-21: entry 1 of shop".to_owned());
            sell_and_exit(life, &shelf)
        },
    },
    Scenario {
        name: "exit-over-a-gap",
        story: "the second place of the full ring was thrown away by hand: the exit closes the gap and pushes nothing out",
        subject: small,
        prepare: |life| {
            after_exits(life, 3);
            life.throw_away(Life::slot("auto_close_2"));
            life.restart(Box::new(Unobserved)).unwrap();
        },
        act: |life| {
            let ring = ["1: entry 4 of shop", "2: entry 3 of shop", "3: entry 1 of shop"];
            sell_and_exit(life, &ring.map(|place| format!("auto_close_{place}")))
        },
    },
    Scenario {
        name: "exit-of-damage",
        story: "a page of the live database is garbage at the exit, and the ring is full: nothing is pushed out of it",
        subject: small,
        prepare: |life| {
            after_exits(life, 3);
            life.decay("shop.db");
            life.is_unreadable("shop");
        },
        act: |life| {
            let told =
                life.tell(EventKind::AppClosing(crate::crash::life::id("shop"))).map_err(|error| error.to_string())?;
            told.failure.ok_or("the exit went well")?;
            let ring =
                ["auto_close_1: entry 3 of shop", "auto_close_2: entry 2 of shop", "auto_close_3: entry 1 of shop"];
            let shelf = life.shelf("shop");
            if shelf.starts_with(&ring.map(str::to_owned)) { Ok(()) } else { Err(format!("the ring is {shelf:#?}")) }
        },
    },
    Scenario {
        name: "exit-unchanged",
        story: "an exit after which the database holds what the newest close snapshot holds pushes nothing out",
        subject: small,
        prepare: |life| after_exits(life, 2),
        act: |life| {
            let ring = ["auto_close_1: entry 2 of shop", "auto_close_2: entry 1 of shop"];
            life.exit("shop")?;
            life.expect("shop", &ring)?;
            // Somebody touches the file, so that the exit has to read it to know.
            let live = Life::live("shop");
            let connection = life.machine.connect(&live).map_err(|error| error.to_string())?;
            let touched = connection.execute_batch("PRAGMA user_version = 0; BEGIN IMMEDIATE; COMMIT;");
            touched.and_then(|()| connection.close().map_err(|(_, error)| error)).map_err(|error| error.to_string())?;
            life.exit("shop")?;
            life.expect("shop", &ring)
        },
    },
    Scenario {
        name: "exit-compacts",
        story: "most of a large database is free when the app exits: after the snapshot the pages are given back",
        subject: roomy,
        prepare: |life| {
            life.found("shop", BOOKS, "3");
            life.commit("shop").unwrap();
            life.wipe("shop").unwrap();
        },
        act: |life| {
            life.commit("shop")?;
            let before = pages(life)?;
            life.exit("shop")?;
            let after = pages(life)?;
            life.expect("shop", &["auto_close_1: entry 2 of shop"])?;
            if after * 5 < before { Ok(()) } else { Err(format!("{before} pages became {after}")) }
        },
    },
    Scenario {
        name: "exit-compacts-rollback",
        story: "the same in a database with a rollback journal",
        subject: roomy,
        prepare: |life| {
            life.found_with_journal("shop", BOOKS, "3");
            life.commit("shop").unwrap();
            life.wipe("shop").unwrap();
        },
        act: |life| {
            let before = pages(life)?;
            life.exit("shop")?;
            let after = pages(life)?;
            life.expect("shop", &["auto_close_1: the wiped shop"])?;
            if after * 5 < before { Ok(()) } else { Err(format!("{before} pages became {after}")) }
        },
    },
    Scenario {
        name: "exit-while-open",
        story: "another program still has the database open when the app exits, and reads in it",
        subject: small,
        prepare: |life| {
            after_exits(life, 1);
            life.share_reading("shop");
        },
        act: |life| sell_and_exit(life, &["auto_close_1: entry 2 of shop", "auto_close_2: entry 1 of shop"]),
    },
    Scenario {
        name: "exit-while-selling",
        story: "the app goes on committing while the exit's snapshot is taken and the database is tidied",
        subject: small,
        prepare: |life| {
            after_exits(life, 2);
            life.commit("shop").unwrap();
            life.restart(Box::new(life.till("shop"))).unwrap();
        },
        act: |life| {
            life.told(EventKind::AppClosing(crate::crash::life::id("shop")))?;
            life.commit("shop")
        },
    },
    Scenario {
        name: "exit-large-log",
        story: "the app exits right after a commit of many pages, and has not closed its database",
        subject: || Arc::new(Shop::large()),
        prepare: |life| {
            life.found("shop", BOOKS, "3");
            life.commit("shop").unwrap();
        },
        act: |life| {
            life.commit("shop")?;
            life.commit("shop")?;
            life.told(EventKind::AppClosing(crate::crash::life::id("shop")))?;
            life.commit("shop")
        },
    },
];

/// A shop in which so much is free after a wipe that compaction pays.
fn roomy() -> Arc<dyn crate::crash::Subject> {
    Arc::new(Shop::with(300, 4_000))
}

fn after_exits(life: &mut Life, exits: usize) {
    life.found("shop", BOOKS, "3");
    for _ in 0..exits {
        life.commit("shop").unwrap();
        life.exit("shop").unwrap();
    }
}

fn sell_and_exit(life: &mut Life, shelf: &[impl AsRef<str>]) -> Result<(), String> {
    life.commit("shop")?;
    life.exit("shop")?;
    life.expect("shop", &shelf.iter().map(AsRef::as_ref).collect::<Vec<_>>())
}

fn pages(life: &Life) -> Result<i64, String> {
    let connection = life.machine.connect(&Life::live("shop")).map_err(|error| error.to_string())?;
    connection.query_row("PRAGMA page_count", [], |row| row.get(0)).map_err(|error| error.to_string())
}
