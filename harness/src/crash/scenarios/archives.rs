//! A workspace leaves as an archive of CSV files and comes back as a new database: over a whole one, a damaged one, and
//! where there is none.

use omnicraft_core::event::{EventKind, Export, Source};

use super::Scenario;
use super::restores::{scenario, shop};
use crate::crash::life::{Life, id};
use crate::crash::life_restore::elsewhere;
use crate::crash::shop::BOOKS;

pub(super) const ALL: &[Scenario] = &[
    scenario(
        "archive-restore",
        "an archive is restored over a database in which somebody has worked since",
        archived,
        |life| {
            life.commit("shop")?;
            restore(life)?;
            life.commit("shop")
        },
    ),
    scenario(
        "archive-restore-over-damage",
        "an archive is restored over a database whose first page is bad",
        |life| {
            archived(life);
            life.damage("shop", 0);
        },
        restore,
    ),
    scenario(
        "archive-restore-over-nothing",
        "an archive is restored where the live database is gone",
        |life| {
            archived(life);
            life.lose("shop");
        },
        restore,
    ),
    scenario(
        "archive-restore-of-an-older-version",
        "an archive of the first version of the app is restored after the app was brought forward",
        |life| {
            life.found("shop", BOOKS, "1");
            life.commit("shop").unwrap();
            life.export_as(Export::Csv(id("shop")), ARCHIVE, false).unwrap();
            life.migrate("shop").unwrap();
            life.commit("shop").unwrap();
        },
        |life| life.restore("shop", archive(), "shop at version 3"),
    ),
    scenario(
        "archive-restore-undone",
        "the restore of an archive is undone",
        |life| {
            archived(life);
            restore(life).unwrap();
            life.commit("shop").unwrap();
        },
        |life| life.undo(&[("shop", "entry 2 of shop")]),
    ),
    scenario(
        "archive-that-is-torn",
        "an archive of which a part is garbage is refused, and nothing live is touched",
        |life| {
            archived(life);
            life.spoil(ARCHIVE, 600);
        },
        |life| {
            life.commit("shop")?;
            life.given_up(
                EventKind::RestoreRequested(id("shop"), archive()),
                &[("shop", "entry 1 of shop")],
                "the directory says",
            )?;
            life.commit("shop")
        },
    ),
];

const ARCHIVE: &str = "shop.zip";

/// An archive of entry 1; entry 2 is only in the live database.
fn archived(life: &mut Life) {
    shop(life);
    life.export_as(Export::Csv(id("shop")), ARCHIVE, false).unwrap();
    life.commit("shop").unwrap();
}

fn archive() -> Source {
    Source::Archive { path: elsewhere(ARCHIVE), accept_edited: false, trust_schema: false }
}

fn restore(life: &mut Life) -> Result<(), String> {
    life.restore("shop", archive(), "entry 1 of shop")
}
