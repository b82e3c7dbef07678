//! What would a restore change? Looking changes nothing.

use omnicraft_core::event::{EventKind, Export, Source};

use super::Scenario;
use super::restores::{FIRST, a_snapshot_and_a_commit, scenario};
use crate::crash::life::{Life, id};
use crate::crash::life_restore::elsewhere;
use crate::crash::shop::PURSE;

pub(super) const ALL: &[Scenario] = &[
    scenario("preview", "a snapshot, a file and both kinds of archives are compared with what is live", kept, |life| {
        life.commit("shop")?;
        let snapshot = life.in_slot("shop", FIRST);
        let csv = Source::Archive { path: elsewhere("shop.zip"), accept_edited: false, trust_schema: false };
        for source in [snapshot, Source::File(elsewhere("shop.db")), csv] {
            life.looking(EventKind::PreviewRequested(id("shop"), source))?;
        }
        life.looking(EventKind::PreviewAllRequested(elsewhere("all.zip")))?;
        life.commit("shop")
    }),
    scenario(
        "preview-of-damage",
        "the live database is damaged; a snapshot is compared with what can be read of it",
        |life| {
            kept(life);
            life.leave("shop").unwrap();
            life.damage("shop", 8192);
        },
        |life| {
            let snapshot = life.in_slot("shop", FIRST);
            life.looking(EventKind::PreviewRequested(id("shop"), snapshot))?;
            life.commit("purse")
        },
    ),
];

fn kept(life: &mut Life) {
    a_snapshot_and_a_commit(life);
    life.found("purse", PURSE, "3");
    life.export_as(Export::Database(id("shop")), "shop.db", false).unwrap();
    life.export_as(Export::Csv(id("shop")), "shop.zip", false).unwrap();
    life.export_as(Export::All { with_csv: false }, "all.zip", false).unwrap();
    life.commit("shop").unwrap();
}
