//! Databases as apps leave them: logs that nobody merged, logs that stay, rollback journals, databases of others.

use omnicraft_core::event::EventKind;
use std::sync::Arc;

use super::{Scenario, small};
use crate::crash::life::{Life, id};
use crate::crash::shop::{BOOKS, Shop};

pub(super) const ALL: &[Scenario] = &[
    Scenario {
        name: "log-of-the-dead",
        story: "the app died and left its log: the engine's start and exit see every commit in it",
        subject: small,
        prepare: |life| {
            life.found("shop", BOOKS, "3");
            (0..3).for_each(|_| life.commit("shop").unwrap());
            life.kill("shop");
        },
        act: |life| {
            life.start("shop")?;
            life.exit("shop")?;
            life.commit("shop")?;
            all_hold(life, "entry 3 of shop")
        },
    },
    Scenario {
        name: "log-of-the-dead-large",
        story: "the app died in the middle of a busy day and left a log of many frames",
        subject: || Arc::new(Shop::large()),
        prepare: |life| {
            life.found("shop", BOOKS, "3");
            (0..3).for_each(|_| life.commit("shop").unwrap());
            life.kill("shop");
        },
        act: |life| {
            life.exit("shop")?;
            life.commit("shop")?;
            all_hold(life, "entry 3 of shop")
        },
    },
    Scenario {
        name: "app-dies",
        story: "the app dies between two commits, comes back, and goes on in the log that it had left",
        subject: small,
        prepare: |life| life.found("shop", BOOKS, "3"),
        act: |life| {
            life.commit("shop")?;
            life.kill("shop");
            life.commit("shop")?;
            life.start("shop")?;
            life.kill("shop");
            life.exit("shop")?;
            life.commit("shop")
        },
    },
    Scenario {
        name: "log-that-stays",
        story: "the app leaves its merged log behind whenever it closes its database",
        subject: small,
        prepare: |life| {
            life.found("shop", BOOKS, "3");
            life.commit("shop").unwrap();
            life.keep_log("shop");
            life.leave("shop").unwrap();
        },
        act: |life| {
            life.start("shop")?;
            life.commit("shop")?;
            life.keep_log("shop");
            life.exit("shop")?;
            life.commit("shop")?;
            life.keep_log("shop");
            life.leave("shop")
        },
    },
    Scenario {
        name: "log-merged-in-between",
        story: "another program keeps the log alive over the app's exit and merges it while the app is away",
        subject: small,
        prepare: |life| {
            life.found("shop", BOOKS, "3");
            life.commit("shop").unwrap();
            life.share("shop");
        },
        act: |life| {
            life.exit("shop")?;
            life.merge_log()?;
            life.commit("shop")?;
            life.exit("shop")
        },
    },
    Scenario {
        name: "journal-start",
        story: "a database with a rollback journal: the app commits before and after its first start",
        subject: small,
        prepare: |life| life.found_with_journal("shop", BOOKS, "3"),
        act: |life| {
            life.commit("shop")?;
            life.start("shop")?;
            life.commit("shop")?;
            all_hold(life, "entry 1 of shop")
        },
    },
    Scenario {
        name: "journal-exit",
        story: "a database with a rollback journal is closed twice",
        subject: small,
        prepare: |life| {
            life.found_with_journal("shop", BOOKS, "3");
            life.commit("shop").unwrap();
            life.exit("shop").unwrap();
        },
        act: |life| {
            life.commit("shop")?;
            life.exit("shop")?;
            life.expect("shop", &["auto_close_1: entry 2 of shop", "auto_close_2: entry 1 of shop"])
        },
    },
    Scenario {
        name: "journal-while-selling",
        story: "the app sells with a rollback journal while the engine copies: who comes second waits, and nothing is lost",
        subject: small,
        prepare: |life| {
            life.found_with_journal("shop", BOOKS, "3");
            life.commit("shop").unwrap();
            life.restart(Box::new(life.till("shop"))).unwrap();
        },
        act: |life| {
            life.start("shop")?;
            life.told(EventKind::AppClosing(id("shop")))?;
            life.commit("shop")
        },
    },
    Scenario {
        name: "journal-large",
        story: "a large commit with a rollback journal of many pages, then an exit",
        subject: || Arc::new(Shop::large()),
        prepare: |life| {
            life.found_with_journal("shop", BOOKS, "3");
            (0..2).for_each(|_| life.commit("shop").unwrap());
        },
        act: |life| {
            life.commit("shop")?;
            life.exit("shop")
        },
    },
    Scenario {
        name: "adopted",
        story: "a database of another program, outside the home and of an unknown schema: start, sales, exit",
        subject: small,
        prepare: |life| {
            life.found("shop", BOOKS, "3");
            life.adopt("ledger");
        },
        act: |life| {
            life.start("ledger")?;
            life.commit("ledger")?;
            life.commit("shop")?;
            life.exit("ledger")?;
            life.commit("ledger")
        },
    },
];

/// An error unless every snapshot of the shop holds this.
fn all_hold(life: &mut Life, content: &str) -> Result<(), String> {
    let shelf = life.shelf("shop");
    let good = !shelf.is_empty() && shelf.iter().all(|one| one.ends_with(&format!(": {content}")));
    if good { Ok(()) } else { Err(format!("the snapshots are {shelf:#?}")) }
}
