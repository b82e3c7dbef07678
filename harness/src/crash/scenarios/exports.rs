//! Files to take away, at places that a user named: complete, or what was there before.

use omnicraft_core::event::Export;

use super::Scenario;
use super::restores::{a_snapshot_and_a_commit, scenario, shop};
use crate::crash::life::{Life, id};
use crate::crash::shop::PURSE;

pub(super) const ALL: &[Scenario] = &[
    scenario("export-database", "a plain database file to a new name", shop, |life| {
        life.commit("shop")?;
        life.export_as(database(), "shop.db", false)?;
        life.commit("shop")
    }),
    scenario(
        "export-database-again",
        "a plain database file in place of an older one",
        |life| {
            shop(life);
            life.export_as(database(), "shop.db", false).unwrap();
        },
        |life| {
            life.commit("shop")?;
            life.export_as(database(), "shop.db", true)
        },
    ),
    scenario(
        "export-with-new-indexes",
        "a database with a damaged index is exported; the file gets one that is built from the rows",
        |life| {
            a_snapshot_and_a_commit(life);
            life.damage_index("shop", "goods_by_name");
        },
        |life| life.export_as(database(), "shop.db", false),
    ),
    scenario("export-csv", "an archive of CSV files to a new name", shop, |life| {
        life.commit("shop")?;
        life.export_as(csv(), "shop.zip", false)
    }),
    scenario(
        "export-csv-again",
        "an archive of CSV files in place of an older one",
        |life| {
            shop(life);
            life.export_as(csv(), "shop.zip", false).unwrap();
        },
        |life| {
            life.commit("shop")?;
            life.export_as(csv(), "shop.zip", true)
        },
    ),
    scenario("export-all", "everything in one archive, to a new name", shop_and_purse, |life| {
        life.commit("purse")?;
        life.export_as(Export::All { with_csv: false }, "all.zip", false)
    }),
    scenario(
        "export-all-again",
        "everything and its CSV files in place of an older archive",
        |life| {
            shop_and_purse(life);
            life.export_as(Export::All { with_csv: true }, "all.zip", false).unwrap();
        },
        |life| {
            life.commit("shop")?;
            life.export_as(Export::All { with_csv: true }, "all.zip", true)
        },
    ),
    scenario(
        "export-while-the-app-works",
        "the app commits between the steps of an export, which holds one moment",
        |life| {
            shop_and_purse(life);
            life.work_before(|_| true, "shop", false);
        },
        |life| {
            life.start_again()?;
            life.export_as(Export::All { with_csv: true }, "all.zip", false)?;
            life.commit("purse")
        },
    ),
];

fn database() -> Export {
    Export::Database(id("shop"))
}

fn csv() -> Export {
    Export::Csv(id("shop"))
}

fn shop_and_purse(life: &mut Life) {
    shop(life);
    life.found("purse", PURSE, "3");
    life.commit("purse").unwrap();
}
