//! Safety nets: a verified snapshot before something destructive, and then the act itself.

use omnicraft_core::model::Act;

use super::{Scenario, small};
use crate::crash::shop::BOOKS;

pub(super) const ALL: &[Scenario] = &[
    Scenario {
        name: "net-accounting-reset",
        story: "the books are wiped after their safeguard, and the new books begin",
        subject: small,
        prepare: |life| {
            life.found("shop", BOOKS, "3");
            life.commit("shop").unwrap();
        },
        act: |life| {
            life.commit("shop")?;
            life.permit("shop", Act::AccountingReset)?;
            life.wipe("shop")?;
            life.commit("shop")?;
            life.expect("shop", &["auto_before_accounting_reset: entry 2 of shop"])
        },
    },
    Scenario {
        name: "net-factory-reset",
        story: "everything is wiped after its safeguard, and the app exits",
        subject: small,
        prepare: |life| {
            life.found("shop", BOOKS, "3");
            life.start("shop").unwrap();
        },
        act: |life| {
            life.commit("shop")?;
            life.permit("shop", Act::FactoryReset)?;
            life.wipe("shop")?;
            life.exit("shop")
        },
    },
    Scenario {
        name: "net-migration",
        story: "the app brings its database to the next version after a safeguard",
        subject: small,
        prepare: |life| {
            life.found("shop", BOOKS, "2");
            life.commit("shop").unwrap();
        },
        act: |life| {
            life.permit("shop", Act::Migration)?;
            life.upgrade("shop")?;
            life.commit("shop")?;
            life.expect("shop", &["auto_before_scale_migration: entry 1 of shop"])
        },
    },
    Scenario {
        name: "net-twice",
        story: "a second reset on the same day: the first safeguard is kept under its date",
        subject: small,
        prepare: |life| {
            life.found("shop", BOOKS, "3");
            life.permit("shop", Act::AccountingReset).unwrap();
            life.wipe("shop").unwrap();
        },
        act: |life| {
            life.commit("shop")?;
            life.permit("shop", Act::AccountingReset)?;
            life.wipe("shop")?;
            life.expect(
                "shop",
                &[
                    "auto_before_accounting_reset: entry 1 of shop",
                    "auto_before_accounting_reset_2026-11-21: the first rows of shop",
                ],
            )
        },
    },
    Scenario {
        name: "net-three-times",
        story: "a third reset on the same day: each safeguard so far is kept under a name of its own",
        subject: small,
        prepare: |life| {
            life.found("shop", BOOKS, "3");
            for _ in 0..2 {
                life.permit("shop", Act::FactoryReset).unwrap();
                life.commit("shop").unwrap();
            }
        },
        act: |life| {
            life.permit("shop", Act::FactoryReset)?;
            life.wipe("shop")?;
            life.expect(
                "shop",
                &[
                    "auto_before_factory_reset: entry 2 of shop",
                    "auto_before_factory_reset_2026-11-21: the first rows of shop",
                    "auto_before_factory_reset_2026-11-21_2: entry 1 of shop",
                ],
            )
        },
    },
    Scenario {
        name: "net-while-selling",
        story: "another till goes on committing while the safeguard is taken",
        subject: small,
        prepare: |life| {
            life.found("shop", BOOKS, "3");
            life.commit("shop").unwrap();
            life.restart(Box::new(life.till("shop"))).unwrap();
        },
        act: |life| {
            life.permit("shop", Act::AccountingReset)?;
            life.commit("shop")
        },
    },
];
