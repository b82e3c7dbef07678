//! The app brings its database to a newer version of its schema, after the engine's permit.

use omnicraft_core::event::EventKind;
use omnicraft_core::model::Act;

use super::Scenario;
use super::restores::scenario;
use crate::crash::life::{Life, id};
use crate::crash::shop::BOOKS;

pub(super) const ALL: &[Scenario] = &[
    scenario(
        "migrate-two-versions",
        "a database of the first version becomes one of the second, and then of the third",
        |life| of_version(life, "1"),
        |life| {
            life.commit("shop")?;
            migrate(life)?;
            life.commit("shop")
        },
    ),
    scenario(
        "migrate-again",
        "a migration is asked for twice, and the second has nothing to do",
        |life| of_version(life, "2"),
        |life| {
            migrate(life)?;
            migrate(life)
        },
    ),
    scenario(
        "migrate-and-go-back",
        "what was before a migration is restored, which brings it forward again",
        |life| {
            of_version(life, "2");
            migrate(life).unwrap();
            life.commit("shop").unwrap();
        },
        |life| {
            let safeguard = life.in_slot("shop", "auto_before_scale_migration");
            life.restore("shop", safeguard, "shop at version 3")
        },
    ),
    scenario(
        "migrate-with-a-rollback-journal",
        "a database with a rollback journal goes from the first version to the third",
        |life| {
            of_version(life, "1");
            life.use_rollback_journal("shop");
        },
        |life| {
            life.commit("shop")?;
            migrate(life)
        },
    ),
];

fn of_version(life: &mut Life, version: &str) {
    life.found("shop", BOOKS, version);
    life.commit("shop").unwrap();
}

fn migrate(life: &mut Life) -> Result<(), String> {
    let told = life.tell(EventKind::AboutToDestroy(id("shop"), Act::Migration)).map_err(|error| error.to_string())?;
    if told.permit.is_none() {
        return Err(format!("there is no permit: {:?}", told.failure));
    }
    life.migrate("shop")
}
